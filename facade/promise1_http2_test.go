package facade_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/facade"
)

// TestPromise1OverHTTP2 breaks streams and connections off after the request
// was carried out. Here net/http has rules of its own for repeats.
func TestPromise1OverHTTP2(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(s *httptest.Server, w http.ResponseWriter){
		"stream reset":    func(*httptest.Server, http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"connection lost": func(s *httptest.Server, _ http.ResponseWriter) { s.CloseClientConnections() },
		"503":             func(_ *httptest.Server, w http.ResponseWriter) { w.WriteHeader(503) },
		"reset in the answer": func(_ *httptest.Server, w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"appo`)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		for _, id := range onceOperations {
			op := invocationOf(t, id)
			var executed atomic.Int32
			var server *httptest.Server
			server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.ProtoMajor != 2 {
					t.Errorf("protocol %s", r.Proto)
				}
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json")
				if r.Method == http.MethodGet {
					_, _ = io.WriteString(w, jobAnswer)
					return
				}
				if executed.Add(1) == 1 {
					fault(server, w)
					return
				}
				_, _ = io.WriteString(w, op.success)
			}))
			server.EnableHTTP2 = true
			server.Config.ErrorLog = quiet()
			server.StartTLS()
			t.Cleanup(server.Close)
			client := clientOf(t, server.Client().Transport, facade.WithEndpoint(server.URL), impatient)
			if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil { // so that the connection is one that was used before
				t.Fatal(err)
			}
			_, err := op.invoke(t.Context(), client)
			if n := executed.Load(); n != 1 || !errors.Is(err, facade.ErrOutcomeUnknown) {
				t.Errorf("%s, %s: carried out %d times: %v", name, id, n, err)
			}
		}
	}
}

// TestPermanentFailuresAreNotRepeated has failures that would come again, and
// some that may pass.
func TestPermanentFailuresAreNotRepeated(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	untrusted := httptest.NewUnstartedServer(handler)
	untrusted.Config.ErrorLog = quiet()
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := listen(t, func(_ *wire, conn *net.TCPConn, _ int) {
		_, _ = io.ReadFull(conn, make([]byte, 5))
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	for name, c := range map[string]struct {
		endpoint string
		dialErr  error
		attempts int
	}{
		"unknown authority": {untrusted.URL, nil, 1},
		"no TLS":            {"https" + plain.address[len("http"):], nil, 1},
		"unknown name":      {"https://api.invalid", &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true}, 1},
		"resolver down":     {"https://api.invalid", &net.DNSError{Err: "server misbehaving", Name: "api.invalid", IsTemporary: true}, facade.DefaultAttempts},
		"refused":           {"https://api.invalid", errors.New("connection refused"), facade.DefaultAttempts},
	} {
		var dials atomic.Int32
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dials.Add(1)
			if c.dialErr != nil {
				return nil, &net.OpError{Op: "dial", Net: network, Err: c.dialErr}
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}}
		t.Cleanup(transport.CloseIdleConnections)
		for _, id := range append([]string{"getServiceJobByServiceJobId", "cancelReservation"}, onceOperations...) {
			dials.Store(0)
			_, err := invocationOf(t, id).invoke(t.Context(), clientOf(t, transport, facade.WithEndpoint(c.endpoint), impatient))
			failure := apiErrorOf(t, err)
			attempts, once := c.attempts, slices.Contains(onceOperations, id)
			if once { // a transport that the SDK knows nothing about proves nothing
				attempts = 1
			}
			if failure.Attempts != attempts || int(dials.Load()) != attempts || failure.StatusCode != 0 || errors.Is(err, facade.ErrOutcomeUnknown) != once {
				t.Errorf("%s, %s: %d dials: %v", name, id, dials.Load(), err)
			}
		}
	}
}
