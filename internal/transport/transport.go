package transport

import (
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const maxHeaderBytes = 256 << 10

// own are the transports of a Sender that was given none. They share nothing
// but their settings.
type own struct {
	kept   *http.Transport // keeps connections for the next request
	fresh  *http.Transport // makes a connection for each request
	public *http.Transport // keeps connections, to public addresses only
}

func newOwn() *own {
	o := &own{kept: newHTTPTransport(nil), fresh: newHTTPTransport(nil), public: newHTTPTransport(refusePrivate)}
	o.fresh.DisableKeepAlives = true
	o.public.Proxy = nil
	return o
}

// guarded returns what to send req through when its host must be public. Where a
// proxy stands between, only the proxy knows where the name leads.
func (o *own) guarded(req *http.Request) *http.Transport {
	if proxy, err := http.ProxyFromEnvironment(req); proxy != nil || err != nil {
		return o.kept
	}
	return o.public
}

// newHTTPTransport differs from http.DefaultTransport in what an unattended
// program needs: connections for 512 goroutines, a limit on headers, and probes
// that find an idle connection dead before the kernel would.
func newHTTPTransport(control func(network, address string, _ syscall.RawConn) error) *http.Transport {
	dialer := net.Dialer{
		Timeout:         10 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
		Control:         control,
	}
	// HTTP/1.1 only: over HTTP/2, net/http sends a request again after some
	// resets, and a peer can make it wait for ever, past the context.
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		Protocols:              &http1,
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        50 * time.Second, // less than the 60 s after which Amazon's load balancers hang up
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// carrierGrade are the addresses behind a provider's NAT, of RFC 6598.
var carrierGrade = netip.MustParsePrefix("100.64.0.0/10")

// refusePrivate looks at the address that a name has led to.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || carrierGrade.Contains(ip) {
		return &net.AddrError{Err: "upload to a private address"}
	}
	return nil
}
