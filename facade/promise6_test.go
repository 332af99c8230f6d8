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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// piped serves handler over pipes, so that net/http runs against the clock of
// a synctest bubble.
func piped(t *testing.T, handler http.HandlerFunc) *http.Transport {
	t.Helper()
	conns := make(chan net.Conn)
	listener := &pipeListener{conns: conns, done: make(chan struct{})}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then, the server does not notice that a client is gone
		handler(w, r)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case conns <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		serving.Wait()
	})
	return transport
}

type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// drip writes a byte every 100 ms until the client is gone.
func drip(w http.ResponseWriter, r *http.Request) {
	for {
		if _, err := w.Write([]byte(" ")); err != nil {
			return
		}
		if http.NewResponseController(w).Flush() != nil || pass(r.Context(), 100*time.Millisecond) != nil {
			return
		}
	}
}

// slownesses are ways to keep a client waiting for ever.
var slownesses = map[string]http.HandlerFunc{
	"headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"body": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(200)
		drip(w, r)
	},
	"body that stops": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"payload":`))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	},
	"error body":     func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503); drip(w, r) },
	"refusal's body": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(422); drip(w, r) },
	"redirect's body": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/")
		w.WriteHeader(307)
		drip(w, r)
	},
	"switch of protocols": func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
	},
	"throttling": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) },
	"outage":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
}

// TestPromise6ReturnsWithinContext has each operation meet each slowness, with
// deadlines around the points where something happens: attempts are given 30 s,
// error bodies 5 s.
func TestPromise6ReturnsWithinContext(t *testing.T) {
	t.Parallel()
	const margin = 100 * time.Millisecond
	for name, slow := range slownesses {
		for _, timeout := range []time.Duration{0, time.Millisecond, 150 * time.Millisecond, 6 * time.Second, 31 * time.Second, 10 * time.Minute} {
			t.Run(name+" "+timeout.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client := clientOf(t, piped(t, slow), facade.WithEndpoint("http://127.0.0.1"), facade.WithLimiter(facade.NewLimiter()))
					for _, op := range invocations {
						ctx, cancel := context.WithTimeout(t.Context(), timeout)
						started := time.Now()
						_, err := op.invoke(ctx, client)
						cancel()
						if elapsed := time.Since(started); elapsed > timeout+margin {
							t.Errorf("%s returned after %s, deadline %s", op.id, elapsed, timeout)
						}
						if err == nil {
							t.Errorf("%s succeeded", op.id)
						}
					}
				})
			})
		}
	}
}

// TestPromise6CancelReturnsAtOnce is the same with a context that is cancelled
// without notice.
func TestPromise6CancelReturnsAtOnce(t *testing.T) {
	t.Parallel()
	for name, slow := range slownesses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := clientOf(t, piped(t, slow), facade.WithEndpoint("http://127.0.0.1"), facade.WithLimiter(facade.NewLimiter()))
				for _, after := range []time.Duration{0, time.Millisecond, 100 * time.Millisecond, 4 * time.Second, 29 * time.Second} {
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(after, cancel)
					started := time.Now()
					_, err := client.GetServiceJob(ctx, "JOB-1")
					if elapsed := time.Since(started); elapsed > after || err == nil {
						t.Errorf("cancelled after %s: %v after %s", after, err, elapsed)
					}
					cancel()
				}
			})
		})
	}
}

// TestPromise6EachWaitEnds has the parts of a call hang that are not the API:
// they are given a context, and heed it. Options are made within the bubble,
// since an owner of credentials has a channel.
func TestPromise6EachWaitEnds(t *testing.T) {
	t.Parallel()
	credentials := facade.Credentials{ClientID: "client", ClientSecret: "secret", RefreshToken: "refresh"}
	waits := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, optionOf := range map[string]func() facade.Option{
		"token server": func() facade.Option {
			return facade.WithCredentials(credentials)
		},
		"token source": func() facade.Option {
			return facade.WithTokenSource(tokenFunc(func(ctx context.Context) (facade.Token, error) { return facade.Token{}, waits(ctx) }))
		},
		"credentials": func() facade.Option {
			return facade.WithCredentialsFunc(func(ctx context.Context) (facade.Credentials, error) { return credentials, waits(ctx) })
		},
		"limiter": func() facade.Option {
			return facade.WithLimiter(limiterFunc(func(ctx context.Context) error { return waits(ctx) }))
		},
		"token store": func() facade.Option {
			return facade.WithTokenStore(storeFunc(func(ctx context.Context) (facade.Token, error) { return facade.Token{}, waits(ctx) }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opts := []facade.Option{facade.WithEndpoint("http://127.0.0.1"), facade.WithTokenEndpoint("http://127.0.0.1/token"), optionOf()}
				if name == "token store" {
					opts = append(opts, facade.WithCredentials(credentials))
				}
				client := clientOf(t, piped(t, slownesses["headers"]), opts...)
				var group sync.WaitGroup
				for _, timeout := range []time.Duration{10 * time.Second, time.Millisecond, 50 * time.Millisecond, time.Second} {
					group.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), timeout)
						defer cancel()
						started := time.Now()
						_, err := client.GetServiceJob(ctx, "JOB-1")
						if elapsed := time.Since(started); elapsed > timeout || !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("%v after %s, deadline %s", err, elapsed, timeout)
						}
					})
				}
				group.Wait()
			})
		})
	}
}

type tokenFunc func(context.Context) (facade.Token, error)

func (f tokenFunc) Token(ctx context.Context) (facade.Token, error) { return f(ctx) }

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context, _ facade.Key, _ facade.Plan) error { return f(ctx) }
func (limiterFunc) Observe(facade.Key, facade.Outcome)                            {}

type storeFunc func(context.Context) (facade.Token, error)

func (f storeFunc) Token(ctx context.Context, _ facade.TokenKey, _ func(context.Context) (facade.Token, error)) (facade.Token, error) {
	return f(ctx)
}
func (storeFunc) Invalidate(context.Context, facade.TokenKey, facade.Token) {}

// TestPromise6AttemptTimeout has a server swallow every first request: the
// second one is answered, though the context has no deadline.
func TestPromise6AttemptTimeout(t *testing.T) {
	t.Parallel()
	for name, slow := range slownesses {
		if slices.Contains([]string{"throttling", "outage", "refusal's body", "redirect's body", "switch of protocols"}, name) {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			var requests atomic.Int32
			client := clientOf(t, piped(t, func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) == 1 {
					slow(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, jobAnswer)
			}), facade.WithEndpoint("http://127.0.0.1"), facade.WithAttemptTimeout(2*time.Second))
			started := time.Now()
			var info facade.Info
			_, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info))
			if elapsed := time.Since(started); err != nil || info.Attempts != 2 || elapsed-info.BackoffWait != 2*time.Second {
				t.Errorf("%s: %v after %s and %d attempts", name, err, elapsed, info.Attempts)
			}
		})
	}
}

// TestPromise6AttemptTimeoutIsNotTheCallers: a request that took too long is no
// deadline of the call, which may have time left.
func TestPromise6AttemptTimeoutIsNotTheCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, op := range invocations {
			_, err := op.invoke(t.Context(), clientOf(t, api(hangs), facade.WithAttemptTimeout(time.Second)), facade.NoRetry())
			var timeout interface{ Timeout() bool }
			apiErrorOf(t, err)
			if errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() || !strings.Contains(err.Error(), "within 1s") {
				t.Errorf("%s: %v", op.id, err)
			}
		}
	})
}

// TestPromise6ShorterTimeoutCounts: an attempt lasts no longer than the HTTP
// client allows, nor than the option does.
func TestPromise6ShorterTimeoutCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ option, httpClient, want time.Duration }{
		{time.Second, time.Minute, time.Second}, {time.Minute, time.Second, time.Second}, {time.Second, 0, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := clientOf(t, nil, facade.WithAttemptTimeout(c.option), facade.WithHTTPClient(&http.Client{Timeout: c.httpClient, Transport: api(hangs)}))
			started := time.Now()
			if _, err := client.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry()); err == nil || time.Since(started) != c.want {
				t.Errorf("%s and %s: %v after %s", c.option, c.httpClient, err, time.Since(started))
			}
		})
	}
}

// TestPromise6ErrorBodiesAreGivenLittleTime has a refusal whose body drips: the
// status counts, and its body is not waited for as long as an answer is.
func TestPromise6ErrorBodiesAreGivenLittleTime(t *testing.T) {
	t.Parallel()
	for _, status := range []int{422, 404, 503, 307} {
		synctest.Test(t, func(t *testing.T) {
			client := clientOf(t, piped(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("x-amzn-RequestId", requestID)
				w.WriteHeader(status)
				drip(w, r)
			}), facade.WithEndpoint("http://127.0.0.1"))
			started := time.Now()
			_, err := client.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry())
			failure := apiErrorOf(t, err)
			if elapsed := time.Since(started); elapsed > 5*time.Second || failure.StatusCode != status || failure.RequestID != requestID {
				t.Errorf("%d: %v after %s", status, err, elapsed)
			}
		})
	}
}

// TestPromise6OnTheWire is the same with real connections and a real clock,
// which is given more time than the promise is: the machine may be busy.
func TestPromise6OnTheWire(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(w *wire, conn *net.TCPConn, n int){
		"nothing": func(w *wire, _ *net.TCPConn, _ int) { <-w.ctx.Done() },
		"headers": func(w *wire, conn *net.TCPConn, _ int) { dribble(w, conn, "HTTP/1.1 200 OK\r\nX-Endless: ") },
		"body": func(w *wire, conn *net.TCPConn, _ int) {
			dribble(w, conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n")
		},
		"error body": func(w *wire, conn *net.TCPConn, _ int) {
			dribble(w, conn, "HTTP/1.1 503 X\r\nContent-Length: "+strconv.Itoa(9999)+"\r\n\r\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := listen(t, serve).client(t)
			const timeout = 150 * time.Millisecond
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			started := time.Now()
			_, err := client.GetServiceJob(ctx, "JOB-1")
			if elapsed := time.Since(started); elapsed > timeout+4*time.Second || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v after %s", err, elapsed)
			}
		})
	}
}

// dribble answers a request with head and then a byte every 20 ms.
func dribble(w *wire, conn net.Conn, head string) {
	if !w.read(bufio.NewReader(conn)) {
		return
	}
	for text := head; ; text = " " {
		if _, err := conn.Write([]byte(text)); err != nil || pass(w.ctx, 20*time.Millisecond) != nil {
			return
		}
	}
}
