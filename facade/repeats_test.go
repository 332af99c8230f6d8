package facade_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/spservices/services-go/facade"
)

// wrapped hides a transport behind a RoundTripper, as instrumentation does.
type wrapped struct{ http.RoundTripper }

// afterH2Request are the ways in which an HTTP/2 server can let a request down
// that it has received. net/http takes some of them for leave to send it again.
func afterH2Request() map[string]func(h2Request) bool {
	faults := map[string]func(h2Request) bool{
		"GOAWAY that excludes it":  func(r h2Request) bool { _ = r.framer.WriteGoAway(0, http2.ErrCodeNo, nil); return false },
		"GOAWAY that includes it":  func(r h2Request) bool { _ = r.framer.WriteGoAway(r.stream, http2.ErrCodeNo, nil); return false },
		"GOAWAY without a hang-up": func(r h2Request) bool { return r.framer.WriteGoAway(0, http2.ErrCodeNo, nil) == nil },
		"hang-up":                  func(h2Request) bool { return false },
		"503":                      func(r h2Request) bool { return r.answer("503", "{}") },
	}
	for code := http2.ErrCodeNo; code <= http2.ErrCodeHTTP11Required; code++ {
		faults["RST_STREAM "+code.String()] = func(r h2Request) bool { return r.framer.WriteRSTStream(r.stream, code) == nil }
	}
	return faults
}

// countingLimiter counts the requests that it lets pass.
type countingLimiter struct{ passed atomic.Int32 }

func (l *countingLimiter) Wait(context.Context, facade.Key, facade.Plan) error {
	l.passed.Add(1)
	return nil
}
func (*countingLimiter) Observe(facade.Key, facade.Outcome) {}

// TestNothingBelowTheFacadeRepeatsOverHTTP2 counts requests at a server that
// lets each of them down, or all but the first.
func TestNothingBelowTheFacadeRepeatsOverHTTP2(t *testing.T) {
	t.Parallel()
	for name, fault := range afterH2Request() {
		for _, op := range invocations {
			for _, warm := range []bool{false, true} {
				for _, opts := range [][]facade.CallOption{{facade.NoRetry()}, nil} {
					t.Run(fmt.Sprintf("%s/%s/warm %v/%d options", name, op.id, warm, len(opts)), func(t *testing.T) {
						t.Parallel()
						server := listenH2(t, func(r h2Request) bool {
							if warm && r.number == 1 {
								return r.answer("200", jobAnswer)
							}
							return fault(r)
						})
						var limiter countingLimiter
						client := clientOf(t, wrapped{overHTTP2(t)}, facade.WithEndpoint(server.address), facade.WithLimiter(&limiter), impatient)
						if warm {
							if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
								t.Fatal(err)
							}
						}
						before, paced := int(server.requests.Load()), int(limiter.passed.Load())
						var info facade.Info
						ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
						defer cancel()
						_, err := op.invoke(ctx, client, append(opts, facade.Capture(&info))...)
						if err == nil || errors.Is(err, context.Canceled) || ctx.Err() != nil {
							t.Errorf("got %v", err)
						}
						checkCount(t, op.id, int(server.requests.Load())-before, info.Attempts, int(limiter.passed.Load())-paced, len(opts) > 0, err)
					})
				}
			}
		}
	}
}

// checkCount holds requests at a server to the attempts that a call reports.
func checkCount(t *testing.T, id string, requests, attempts, paced int, noRetry bool, err error) {
	t.Helper()
	once := strings.Contains(strings.Join(onceOperations, " "), id)
	if requests > attempts || paced != attempts || (noRetry || once) && requests > 1 {
		t.Errorf("%d requests at the server in %d attempts, of which %d were paced: %v", requests, attempts, paced, err)
	}
	if once && requests == 1 && !errors.Is(err, facade.ErrOutcomeUnknown) {
		t.Errorf("received once: %v", err)
	}
}

// TestNothingBelowTheFacadeRepeatsOverHTTP1 has a server hang up on a connection
// that was used before, with a request in any state.
func TestNothingBelowTheFacadeRepeatsOverHTTP1(t *testing.T) {
	t.Parallel()
	for name, hangUp := range map[string]func(w *wire, conn *net.TCPConn, r *bufio.Reader){
		"before a request":       func(_ *wire, conn *net.TCPConn, _ *bufio.Reader) { conn.Close() },
		"in its first line":      func(_ *wire, conn *net.TCPConn, r *bufio.Reader) { _, _ = r.ReadByte(); reset(conn) },
		"after reading it":       func(w *wire, conn *net.TCPConn, r *bufio.Reader) { w.read(r); conn.Close() },
		"by reset after reading": func(w *wire, conn *net.TCPConn, r *bufio.Reader) { w.read(r); reset(conn) },
		"in the middle of an answer": func(w *wire, conn *net.TCPConn, r *bufio.Reader) {
			w.read(r)
			fmt.Fprint(conn, "HTTP/1.1 20")
			conn.Close()
		},
	} {
		for _, op := range invocations {
			for kind, transport := range map[string]func(*http.Transport) http.RoundTripper{
				"own":     func(*http.Transport) http.RoundTripper { return nil },
				"caller":  func(given *http.Transport) http.RoundTripper { return given },
				"wrapped": func(given *http.Transport) http.RoundTripper { return wrapped{given} },
			} {
				t.Run(name+"/"+op.id+"/"+kind, func(t *testing.T) {
					t.Parallel()
					server := listen(t, func(w *wire, conn *net.TCPConn, _ int) {
						r := bufio.NewReader(conn)
						if w.read(r) { // each connection serves a first request
							write(conn, op.status, len(op.success), op.success, "application/json")
							hangUp(w, conn, r)
						}
					})
					given := &http.Transport{}
					t.Cleanup(given.CloseIdleConnections)
					var limiter countingLimiter
					client := clientOf(t, transport(given), facade.WithEndpoint(server.address), facade.WithLimiter(&limiter), impatient)
					t.Cleanup(client.CloseIdleConnections)
					for range 4 {
						server.executed.Store(0)
						limiter.passed.Store(0)
						var info facade.Info
						_, err := op.invoke(t.Context(), client, facade.NoRetry(), facade.Capture(&info))
						if n := int(server.executed.Load()); n > info.Attempts || info.Attempts != 1 || limiter.passed.Load() != 1 {
							t.Errorf("%d requests in %d attempts: %v", n, info.Attempts, err)
						}
					}
				})
			}
		}
	}
}

// TestUploadsAndTokenRequestsAreSentOnce counts them at an HTTP/2 server.
func TestUploadsAndTokenRequestsAreSentOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range afterH2Request() {
		t.Run("upload/"+name, func(t *testing.T) {
			t.Parallel()
			var puts atomic.Int32
			var server *h2Server
			server = listenH2(t, func(r h2Request) bool {
				if r.method == http.MethodPut {
					puts.Add(1)
					return fault(r)
				}
				return r.answer("200", strings.ReplaceAll(destinationAnswer, "https://bucket.s3.amazonaws.com", server.address))
			})
			client := clientOf(t, wrapped{overHTTP2(t)}, facade.WithEndpoint(server.address), impatient)
			_, err := client.UploadDocument(t.Context(), facade.ContentTypePDF, strings.NewReader("document"))
			if failure := apiErrorOf(t, err); int(puts.Load()) > failure.Attempts {
				t.Errorf("%d requests in %d attempts: %v", puts.Load(), failure.Attempts, err)
			}
		})
		t.Run("token/"+name, func(t *testing.T) {
			t.Parallel()
			server := listenH2(t, fault)
			client := clientOf(t, wrapped{overHTTP2(t)}, facade.WithEndpoint(server.address), facade.WithTokenEndpoint(server.address+"/token"), seller(1), impatient)
			_, err := client.GetServiceJob(t.Context(), "JOB-1")
			var failure *facade.AuthError
			if !errors.As(err, &failure) || server.requests.Load() != 1 {
				t.Errorf("%d token requests: %v", server.requests.Load(), err)
			}
		})
	}
}

// destinationAnswer is where an upload may go.
const destinationAnswer = `{"payload":{"uploadDestinationId":"D","url":"https://bucket.s3.amazonaws.com/put","encryptionDetails":` +
	`{"standard":"AES","initializationVector":"AAAAAAAAAAAAAAAAAAAAAA==","key":"AAAAAAAAAAAAAAAAAAAAAA=="}}}`

// TestOnceOperationsOutliveClosingConnections has a server that hangs up on each
// connection a moment after it has answered, without having announced it.
func TestOnceOperationsOutliveClosingConnections(t *testing.T) {
	t.Parallel()
	op := invocationOf(t, "addAppointmentForServiceJobByServiceJobId")
	server := listen(t, func(w *wire, conn *net.TCPConn, _ int) {
		if w.read(bufio.NewReader(conn)) {
			write(conn, op.status, len(op.success), op.success, "application/json")
		}
	})
	client := clientOf(t, nil, facade.WithEndpoint(server.address))
	const calls = 400
	for range calls {
		if _, err := op.invoke(t.Context(), client); err != nil {
			t.Fatal(err)
		}
	}
	if n := server.executed.Load(); n != calls {
		t.Errorf("carried out %d times, want %d", n, calls)
	}
}

// TestOwnTransportKeepsConnectionsForReads counts connections.
func TestOwnTransportKeepsConnectionsForReads(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	server := listen(t, func(w *wire, conn *net.TCPConn, n int) {
		connections.Store(int32(n))
		w.succeed(conn, jobAnswer)
	})
	client := clientOf(t, nil, facade.WithEndpoint(server.address))
	defer client.CloseIdleConnections()
	for range 20 {
		if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
			t.Fatal(err)
		}
	}
	wantCount(t, "connections", &connections, 1)
	client.CloseIdleConnections()
	if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
		t.Fatal(err)
	}
	wantCount(t, "connections", &connections, 2)
}

// TestOwnTransportSpeaksHTTP11Only reads what a TLS server is offered.
func TestOwnTransportSpeaksHTTP11Only(t *testing.T) {
	t.Parallel()
	offered := make(chan []string, 1)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet()
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		offered <- hello.SupportedProtos
		return nil, nil
	}}
	server.StartTLS()
	defer server.Close()
	for _, id := range []string{"getServiceJobByServiceJobId", "createReservation"} {
		if _, err := invocationOf(t, id).invoke(t.Context(), clientOf(t, nil, facade.WithEndpoint(server.URL)), facade.NoRetry()); err == nil {
			t.Fatal("the certificate of a test was trusted")
		}
		if protocols := <-offered; slices.Contains(protocols, "h2") {
			t.Errorf("%s: offered %v", id, protocols)
		}
	}
}

// TestBodylessRequestsAreSentWithoutABody reads what a bodyless request looks like on the wire.
func TestBodylessRequestsAreSentWithoutABody(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"getServiceJobByServiceJobId", "cancelReservation", "completeServiceJobByServiceJobId"} {
		for _, own := range []bool{true, false} {
			op := invocationOf(t, id)
			heads := make(chan string, 1)
			server := listen(t, func(_ *wire, conn *net.TCPConn, _ int) {
				r := bufio.NewReader(conn)
				head := ""
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if head += line; line == "\r\n" {
						break
					}
				}
				heads <- head
				write(conn, op.status, len(op.success), op.success, "application/json")
				rest, _ := io.ReadAll(r)
				heads <- string(rest)
			})
			var given http.RoundTripper
			if !own {
				transport := &http.Transport{}
				defer transport.CloseIdleConnections()
				given = transport
			}
			client := clientOf(t, given, facade.WithEndpoint(server.address))
			if _, err := op.invoke(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			head := strings.ToLower(<-heads)
			client.CloseIdleConnections()
			if rest := <-heads; rest != "" || strings.Contains(head, "transfer-encoding") || strings.HasPrefix(head, "put") != strings.Contains(head, "content-length: 0") {
				t.Errorf("%s, own %v: sent %q, then %q", id, own, head, rest)
			}
		}
	}
}

// TestOwnTransportKeepsAConnectionForEachOf512Goroutines has all of them wait
// for an answer at the same time, twice.
func TestOwnTransportKeepsAConnectionForEachOf512Goroutines(t *testing.T) {
	t.Parallel()
	const goroutines = 512
	var connections, arrived atomic.Int32
	rounds := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := arrived.Add(1)
		round := rounds[(n-1)/goroutines]
		if n%goroutines == 0 {
			close(round)
		}
		<-round
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, jobAnswer)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client := clientOf(t, nil, facade.WithEndpoint(server.URL))
	defer client.CloseIdleConnections()
	for range rounds {
		var group sync.WaitGroup
		for range goroutines {
			group.Go(func() {
				if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	wantCount(t, "connections", &connections, goroutines)
}
