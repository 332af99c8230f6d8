// Package transport makes the HTTP transports that a client sends through
// unless it is given one.
package transport

import (
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const maxHeaderBytes = 256 << 10

// Transport sends anywhere, and has a companion for addresses that somebody
// else chose.
type Transport struct {
	*http.Transport
	public *http.Transport // connects to public addresses only
}

// New returns a Transport with connections of its own.
func New() *Transport {
	public := newHTTPTransport(refusePrivate)
	public.Proxy = nil
	return &Transport{newHTTPTransport(nil), public}
}

// Guarded is what to send req through when its host must be public. Where a
// proxy stands between, only the proxy knows where the name leads.
func (t *Transport) Guarded(req *http.Request) http.RoundTripper {
	if proxy, err := http.ProxyFromEnvironment(req); proxy != nil || err != nil {
		return t.Transport
	}
	return t.public
}

// newHTTPTransport differs from http.DefaultTransport in what an unattended
// program needs: connections per host for a drain, a limit on headers, and
// pings that find an HTTP/2 connection dead before the kernel does.
func newHTTPTransport(control func(network, address string, _ syscall.RawConn) error) *http.Transport {
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: control}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        50 * time.Second, // less than the 60 s after which Amazon's load balancers hang up
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
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
