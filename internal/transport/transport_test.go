package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/spservices/services-go/internal/attempt"
)

// proxied is what a proxy was sent, which answers nothing.
var proxied struct {
	sync.Mutex
	bytes strings.Builder
}

// TestMain puts a proxy into the environment, which net/http reads once. It
// goes between any two hosts but this machine's own.
func TestMain(m *testing.M) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		if err := os.Setenv(name, "http://"+l.Addr().String()); err != nil {
			log.Fatal(err)
		}
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if err := os.Unsetenv(name); err != nil {
			log.Fatal(err)
		}
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(conn)
			for {
				line, err := r.ReadString('\n')
				proxied.Lock()
				proxied.bytes.WriteString(line)
				proxied.Unlock()
				if err != nil || strings.TrimSpace(line) == "" {
					break
				}
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
			_ = conn.Close()
		}
	}()
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

func request(t *testing.T, address string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// fails wants an error and nothing else.
func fails(t *testing.T, s *Sender, via Connection, req *http.Request) *Failure {
	t.Helper()
	_, err := send(t, s, via, req)
	var failure *Failure
	if !errors.As(err, &failure) {
		t.Fatalf("%s: %v", req.URL, err)
	}
	return failure
}

// send reads the answer too.
func send(t *testing.T, s *Sender, via Connection, req *http.Request) (string, error) {
	t.Helper()
	answer, err := s.Send(req, via, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", err
	}
	body, err := answer.Read(req.Context(), 1<<20)
	return string(body), err
}

func TestGuardedRefusesPrivateAddresses(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer server.Close()
	own := New()
	defer own.CloseIdleConnections()
	for _, address := range []string{server.URL, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), strings.Replace(server.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)} {
		req := request(t, address)
		err := fails(t, own, Public, req)
		var refused *net.AddrError
		if !errors.As(err, &refused) && !strings.Contains(err.Error(), "refused") || !attempt.Permanent(err) && errors.As(err, &refused) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
	for _, via := range []Connection{Kept, Fresh} {
		if _, err := send(t, own, via, request(t, server.URL)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPrivateAddresses(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"8.8.8.8:443": true, "52.218.0.1:443": true, "[2600:1fa0::1]:443": true, "100.63.255.255:443": true, "100.128.0.0:443": true,
		"127.0.0.1:443": false, "10.1.2.3:443": false, "172.16.0.1:443": false, "192.168.1.1:443": false, "169.254.169.254:80": false, "100.64.0.1:443": false,
		"0.0.0.0:443": false, "255.255.255.255:443": false, "224.0.0.1:443": false, "[::1]:443": false, "[::]:443": false, "[fe80::1]:443": false, "[fd00::1]:443": false,
		"[ff02::1]:443": false, "[::ffff:10.0.0.1]:443": false, "[::ffff:100.64.0.1]:443": false, "[::ffff:169.254.169.254]:443": false, "not an address": false, "": false,
	} {
		if err := refusePrivate("tcp", address, nil); (err == nil) != public {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Behind a proxy only the proxy knows where a name leads, and it learns no more
// than the name.
func TestProxiesLearnTheHostAlone(t *testing.T) {
	t.Parallel()
	own := New()
	defer own.CloseIdleConnections()
	upload := request(t, "https://bucket.s3.amazonaws.com/document?X-Amz-Signature=canary")
	if own.own.guarded(upload) != own.own.kept {
		t.Error("an upload goes around the proxy")
	}
	if local := request(t, "https://127.0.0.1/document"); own.own.guarded(local) != own.own.public {
		t.Error("an upload to this machine is not guarded")
	}
	upload.Header.Set("x-amz-access-token", "canary")
	if err := fails(t, own, Public, upload); strings.Contains(err.Error(), "canary") {
		t.Errorf("repeats the query: %v", err)
	}
	proxied.Lock()
	defer proxied.Unlock()
	if got := proxied.bytes.String(); !strings.HasPrefix(got, "CONNECT bucket.s3.amazonaws.com:443 ") || strings.Contains(got, "canary") {
		t.Errorf("the proxy was sent %q", got)
	}
}

// quietServer is a TLS server that counts handshakes and requests.
func quietServer(t *testing.T, config *tls.Config) (address string, handshakes, requests *atomic.Int32) {
	t.Helper()
	handshakes, requests = new(atomic.Int32), new(atomic.Int32)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			handshakes.Add(1)
		}
	}
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, handshakes, requests
}

func TestTLSIsNotNegotiable(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]*tls.Config{
		"certificate of nobody": {},
		"TLS 1.1":               {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
	} {
		address, handshakes, requests := quietServer(t, config)
		own := New()
		for _, via := range []Connection{Kept, Fresh} {
			handshakes.Store(0)
			_ = fails(t, own, via, request(t, address))
			if handshakes.Load() != 1 || requests.Load() != 0 {
				t.Errorf("%s: %d connections, %d requests", name, handshakes.Load(), requests.Load())
			}
		}
		err := fails(t, own, Fresh, request(t, address))
		if name == "certificate of nobody" && !attempt.Permanent(err) {
			t.Errorf("%s: would be tried again: %v", name, err)
		}
		// What is meant for TLS is not sent in the clear.
		_ = fails(t, own, Fresh, request(t, strings.Replace(plainServer(t), "http://", "https://", 1)))
	}
}

func plainServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("sent in the clear") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	return server.URL
}

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int]bool{100 << 10: true, 300 << 10: false, 16 << 20: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for range size / 1000 {
				w.Header().Add("X-Filler", strings.Repeat("x", 1000))
			}
		}))
		own := New()
		_, err := send(t, own, Kept, request(t, server.URL))
		if (err == nil) != ok {
			t.Errorf("headers of %d bytes: %v", size, err)
		}
		own.CloseIdleConnections()
		server.Close()
	}
}

// A server that takes connections and then says nothing holds a handshake for no
// longer than ten seconds, whatever time the request has.
func TestHandshakesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		own := New()
		own.own.kept.Proxy, own.own.fresh.Proxy = nil, nil
		for via, through := range map[Connection]*http.Transport{Kept: own.own.kept, Fresh: own.own.fresh, Public: own.own.public} {
			mute, held := net.Pipe()
			through.DialContext = func(context.Context, string, string) (net.Conn, error) { return held, nil }
			go func() { _, _ = io.Copy(io.Discard, mute) }()
			req := request(t, "https://127.0.0.1/") // which no proxy stands before
			ctx, cancel := context.WithTimeout(req.Context(), time.Hour)
			started := time.Now()
			if err := fails(t, own, via, req.WithContext(ctx)); time.Since(started) != 10*time.Second || attempt.Permanent(err) {
				t.Errorf("%d: %v after %s", via, err, time.Since(started))
			}
			cancel()
			_ = mute.Close()
		}
	})
}
