package facade_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// wire is a server that speaks HTTP/1.1 by hand, to break off where a proper
// server cannot. It counts the requests that it has read to the last byte: so
// many were carried out.
type wire struct {
	address  string
	executed atomic.Int32
	ctx      context.Context // ends with the test
}

// listen serves each connection with serve, which is told its number.
func listen(t *testing.T, serve func(w *wire, conn *net.TCPConn, n int)) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &wire{address: "http://" + listener.Addr().String(), ctx: ctx}
	var group sync.WaitGroup
	group.Go(func() {
		for n := 1; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				serve(w, conn.(*net.TCPConn), n)
			})
		}
	})
	t.Cleanup(func() { cancel(); listener.Close(); group.Wait() })
	return w
}

// client sends over real connections.
func (w *wire) client(t *testing.T, opts ...facade.Option) *facade.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return clientOf(t, transport, append([]facade.Option{facade.WithEndpoint(w.address), impatient}, opts...)...)
}

// read takes one request in and counts it.
func (w *wire) read(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return false
	}
	w.executed.Add(1)
	return true
}

func write(conn net.Conn, status int, length int, body, contentType string) {
	fmt.Fprintf(conn, "HTTP/1.1 %d X\r\nContent-Type: %s\r\nx-amzn-RequestId: %s\r\nContent-Length: %d\r\n\r\n%s", status, contentType, requestID, length, body)
}

func reset(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	conn.Close()
}

// succeed answers requests as they come.
func (w *wire) succeed(conn net.Conn, body string) {
	for r := bufio.NewReader(conn); w.read(r); {
		write(conn, 200, len(body), body, "application/json")
	}
}

// afterReading are faults of a server that has carried the request out.
var afterReading = map[string]func(w *wire, conn *net.TCPConn){
	"500":       func(_ *wire, conn *net.TCPConn) { write(conn, 500, 2, "{}", "application/json") },
	"502":       func(_ *wire, conn *net.TCPConn) { write(conn, 502, 6, "<html>", "text/html") },
	"503":       func(_ *wire, conn *net.TCPConn) { write(conn, 503, 0, "", "text/plain") },
	"504":       func(_ *wire, conn *net.TCPConn) { write(conn, 504, 0, "", "text/plain") },
	"reset":     func(_ *wire, conn *net.TCPConn) { reset(conn) },
	"close":     func(_ *wire, conn *net.TCPConn) { conn.Close() },
	"truncated": func(_ *wire, conn *net.TCPConn) { write(conn, 200, 900, `{"appo`, "application/json") },
	"no HTTP":   func(_ *wire, conn *net.TCPConn) { fmt.Fprint(conn, "hello\r\n\r\n") },
	"200 HTML":  func(_ *wire, conn *net.TCPConn) { write(conn, 200, 6, "<html>", "text/html") },
	"200 empty": func(_ *wire, conn *net.TCPConn) { write(conn, 200, 0, "", "application/json") },
	"redirect": func(w *wire, conn *net.TCPConn) {
		fmt.Fprintf(conn, "HTTP/1.1 307 X\r\nLocation: %s/again\r\nContent-Length: 0\r\n\r\n", w.address)
	},
}

func TestPromise1OnTheWire(t *testing.T) {
	t.Parallel()
	for name, fault := range afterReading {
		for _, id := range onceOperations {
			t.Run(name+"/"+id, func(t *testing.T) {
				t.Parallel()
				op := invocationOf(t, id)
				server := listen(t, func(w *wire, conn *net.TCPConn, n int) {
					if n > 1 {
						w.succeed(conn, op.success)
					} else if w.read(bufio.NewReader(conn)) {
						fault(w, conn)
					}
				})
				_, err := op.invoke(t.Context(), server.client(t))
				if n := server.executed.Load(); n != 1 || !errors.Is(err, facade.ErrOutcomeUnknown) {
					t.Errorf("carried out %d times: %v", n, err)
				}
				answered := slices.Contains([]string{"500", "502", "503", "504", "truncated", "200 HTML", "200 empty"}, name)
				if answered && !strings.Contains(err.Error(), requestID) {
					t.Errorf("%q lacks the request id", err)
				}
			})
		}
	}
}

// TestPromise1Timeout has the server carry the request out and take longer than
// an attempt may.
func TestPromise1Timeout(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(w http.ResponseWriter){
		"no answer": func(http.ResponseWriter) {},
		"half a body": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"appo`)
			_ = http.NewResponseController(w).Flush()
		},
	} {
		for _, id := range onceOperations {
			t.Run(name+"/"+id, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var executed atomic.Int32
					transport := piped(t, func(w http.ResponseWriter, r *http.Request) {
						executed.Add(1)
						begin(w)
						<-r.Context().Done()
					})
					client := clientOf(t, transport, facade.WithEndpoint("http://127.0.0.1"), facade.WithAttemptTimeout(time.Second))
					_, err := invocationOf(t, id).invoke(t.Context(), client)
					if n := executed.Load(); n != 1 || !errors.Is(err, facade.ErrOutcomeUnknown) {
						t.Errorf("carried out %d times: %v", n, err)
					}
				})
			})
		}
	}
}

func TestPromise1ResetBeforeReading(t *testing.T) {
	t.Parallel()
	for _, id := range onceOperations {
		op := invocationOf(t, id)
		server := listen(t, func(w *wire, conn *net.TCPConn, n int) {
			if n == 1 {
				reset(conn)
				return
			}
			w.succeed(conn, op.success)
		})
		_, err := op.invoke(t.Context(), server.client(t))
		// What was written before the reset decides between a repeat and an
		// unknown outcome.
		if n := server.executed.Load(); n > 1 || (n == 1) != (err == nil) || err != nil && !errors.Is(err, facade.ErrOutcomeUnknown) {
			t.Errorf("%s: carried out %d times: %v", id, n, err)
		}
	}
}

// TestPromise1StaleConnection has the server hang up on a connection that the
// client keeps for reuse. net/http repeats requests by itself there, as long
// as it takes them for harmless.
func TestPromise1StaleConnection(t *testing.T) {
	t.Parallel()
	for name, hangUp := range map[string]func(w *wire, conn *net.TCPConn, r *bufio.Reader){
		"after reading":           func(w *wire, conn *net.TCPConn, r *bufio.Reader) { w.read(r); conn.Close() },
		"after reading, by reset": func(w *wire, conn *net.TCPConn, r *bufio.Reader) { w.read(r); reset(conn) },
		"while idle":              func(_ *wire, conn *net.TCPConn, _ *bufio.Reader) { conn.Close() },
		"while idle, by reset":    func(_ *wire, conn *net.TCPConn, _ *bufio.Reader) { reset(conn) },
	} {
		for _, id := range onceOperations {
			t.Run(name+"/"+id, func(t *testing.T) {
				t.Parallel()
				op := invocationOf(t, id)
				server := listen(t, func(w *wire, conn *net.TCPConn, n int) {
					r := bufio.NewReader(conn)
					if n > 1 {
						w.succeed(conn, op.success)
					} else if w.read(r) {
						write(conn, 200, len(jobAnswer), jobAnswer, "application/json")
						hangUp(w, conn, r)
					}
				})
				// The header is the one by which net/http takes any request for harmless.
				client := server.client(t, facade.WithHook(headerHook{"Idempotency-Key": {"1"}, "X-Idempotency-Key": {"1"}}))
				if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
					t.Fatal(err)
				}
				server.executed.Store(0)
				_, err := op.invoke(t.Context(), client)
				if n := server.executed.Load(); n > 1 || n == 0 && err == nil || err != nil && !errors.Is(err, facade.ErrOutcomeUnknown) {
					t.Errorf("carried out %d times: %v", n, err)
				}
				if strings.HasPrefix(name, "after reading") && (server.executed.Load() != 1 || err == nil) {
					t.Errorf("carried out %d times: %v", server.executed.Load(), err)
				}
			})
		}
	}
}

// headerHook adds headers to each request.
type headerHook http.Header

func (h headerHook) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	for name, values := range h {
		if e.Header != nil {
			e.Header[name] = values
		}
	}
	return ctx, nil
}

func TestPromise1CancelledOnTheWire(t *testing.T) {
	t.Parallel()
	for _, id := range onceOperations {
		op := invocationOf(t, id)
		ctx, cancel := context.WithCancel(t.Context())
		server := listen(t, func(w *wire, conn *net.TCPConn, n int) {
			if n > 1 {
				w.succeed(conn, op.success)
			} else if w.read(bufio.NewReader(conn)) {
				cancel()
				<-w.ctx.Done()
			}
		})
		_, err := op.invoke(ctx, server.client(t))
		if n := server.executed.Load(); n != 1 || !errors.Is(err, facade.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: carried out %d times: %v", id, n, err)
		}
	}
}

// readOnly takes one request in.
func readOnly(conn net.Conn) bool {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err == nil
}
