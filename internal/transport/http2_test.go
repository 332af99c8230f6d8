package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are made in process. Those made before
// the cut lose all that is sent on them from then on.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	mu       sync.Mutex
	cut      chan struct{}
	dialled  int
}

func newPipes() *pipes {
	return &pipes{accepted: make(chan net.Conn), closed: make(chan struct{}), cut: make(chan struct{})}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepted:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dialled++
	here, there := net.Pipe()
	p.accepted <- there
	return &cuttable{here, p.cut}, nil
}

// blackHole cuts all connections that there are.
func (p *pipes) blackHole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.cut)
	p.cut = make(chan struct{})
}

type cuttable struct {
	net.Conn
	cut <-chan struct{}
}

func (c *cuttable) Write(b []byte) (int, error) {
	select {
	case <-c.cut:
		return len(b), nil
	default:
		return c.Conn.Write(b)
	}
}

// A connection that went dead without a word is found out by pings, and the
// next request takes another one, long before the kernel would give up.
func TestBlackHoledConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := newPipes()
		var h2 http.Protocols
		h2.SetUnencryptedHTTP2(true)
		server := http.Server{Protocols: &h2, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.Proto)
		})}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(network) })
		own := newHTTPTransport(nil)
		own.DialContext, own.Protocols, own.Proxy = network.dial, &h2, nil
		get := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.example/", nil)
			if err != nil {
				return err
			}
			resp, err := own.RoundTrip(req)
			if err != nil {
				return err
			}
			defer func() { _ = resp.Body.Close() }()
			if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "HTTP/2.0" {
				t.Errorf("answered %s, %v", text, err)
			}
			return nil
		}
		if err := get(); err != nil {
			t.Fatal(err)
		}
		network.blackHole()
		started, failures := time.Now(), 0
		for range 6 {
			if get() != nil {
				failures++
			}
		}
		if failures > 1 || network.dialled != 2 {
			t.Errorf("%d of 6 requests failed, %d connections", failures, network.dialled)
		}
		if d := time.Since(started); d > 20*time.Second {
			t.Errorf("took %s to notice", d)
		}
		own.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
	})
}
