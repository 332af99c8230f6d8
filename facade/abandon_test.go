package facade_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// atItsContext is how much later than its context a call may return.
const atItsContext = 100 * time.Millisecond

// closing tells when it is closed.
type closing struct {
	io.Reader
	closed *atomic.Int32
}

func (c closing) Close() error { c.closed.Add(1); return nil }

// requestPlaces are where requests are sent, with a call that sends one there.
var requestPlaces = map[string]struct {
	host   string
	invoke func(ctx context.Context, c *facade.Client) error
}{
	"call":   {"api.example", fetchJob},
	"token":  {"login.example", fetchJob},
	"upload": {"bucket.s3.amazonaws.com", sendDocument},
}

func fetchJob(ctx context.Context, c *facade.Client) error {
	_, err := c.GetServiceJob(ctx, "JOB-1")
	return err
}

func sendDocument(ctx context.Context, c *facade.Client) error {
	_, err := c.UploadDocument(ctx, facade.ContentTypePDF, strings.NewReader("document"))
	return err
}

// at answers with step at one host, and with what is wanted elsewhere.
func at(host string, step api) api {
	return func(r *http.Request) (*http.Response, error) {
		switch {
		case r.URL.Host == host:
			return step(r)
		case r.URL.Host == "login.example":
			return granted(r, 1)
		case r.Method == http.MethodPost:
			return reply(r, 200, destinationAnswer), nil
		}
		return reply(r, 200, jobAnswer), nil
	}
}

func clientAt(t testing.TB, host string, step api, opts ...facade.Option) *facade.Client {
	t.Helper()
	step = at(host, step)
	return sellerOf(t, step, step, opts...)
}

// TestCallsReturnWhenTheTransportDoesNot has a transport, or the body of its
// answer, that ignores contexts.
func TestCallsReturnWhenTheTransportDoesNot(t *testing.T) {
	t.Parallel()
	for name, place := range requestPlaces {
		for _, blocked := range []string{"round trip", "body", "error body"} {
			if name == "upload" && blocked == "body" {
				continue // the status says all
			}
			t.Run(name+"/"+blocked, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var closed atomic.Int32
					released := make(chan struct{})
					client := clientAt(t, place.host, func(r *http.Request) (*http.Response, error) {
						resp := reply(r, 200, "")
						if blocked == "error body" {
							resp.StatusCode = 400
						}
						if blocked == "round trip" {
							<-released
						}
						resp.Body = blockedBody{released, &closed}
						return resp, nil
					})
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					started := time.Now()
					err := place.invoke(ctx, client)
					if d := time.Since(started) - time.Second; err == nil || d > atItsContext || blocked != "error body" && !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%v, %s after the context", err, d)
					}
					close(released)
					synctest.Wait()
					if closed.Load() != 1 {
						t.Errorf("the late answer was closed %d times", closed.Load())
					}
				})
			})
		}
	}
}

// blockedBody can be read once it is released.
type blockedBody struct {
	released chan struct{}
	closed   *atomic.Int32
}

func (b blockedBody) Read([]byte) (int, error) { <-b.released; return 0, io.EOF }
func (b blockedBody) Close() error             { b.closed.Add(1); return nil }

// TestPanicsOfTheTransportSurface has a transport, or the body of its answer,
// panic or end its goroutine while a call waits for it.
func TestPanicsOfTheTransportSurface(t *testing.T) {
	t.Parallel()
	for name, place := range requestPlaces {
		if name == "token" {
			continue // sent for all who wait, on a goroutine of its own: see TestPanicsOfARefresh
		}
		for _, where := range []string{"round trip", "body"} {
			for what, end := range map[string]func(){"panic": func() { panic("broken transport") }, "exit": runtime.Goexit} {
				t.Run(name+"/"+where+"/"+what, func(t *testing.T) {
					t.Parallel()
					client := clientAt(t, place.host, func(r *http.Request) (*http.Response, error) {
						if where == "round trip" {
							end()
						}
						resp := reply(r, 200, "")
						resp.Body = endingBody{end}
						return resp, nil
					})
					var recovered any
					returned := false
					done := make(chan struct{})
					go func() {
						defer close(done)
						defer func() { recovered = recover() }()
						_ = place.invoke(t.Context(), client)
						returned = true
					}()
					<-done
					if want := map[string]any{"panic": "broken transport"}[what]; returned || recovered != want {
						t.Errorf("returned %v, recovered %v", returned, recovered)
					}
				})
			}
		}
	}
}

type endingBody struct{ end func() }

func (b endingBody) Read([]byte) (int, error) { b.end(); return 0, io.EOF }
func (endingBody) Close() error               { return nil }

// TestPanicsAfterTheCallAreLogged has nobody left for them to surface at.
func TestPanicsAfterTheCallAreLogged(t *testing.T) {
	t.Parallel()
	for name, place := range requestPlaces {
		if name == "token" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var logs logBuffer
				released := make(chan struct{})
				client := clientAt(t, place.host, func(*http.Request) (*http.Response, error) {
					<-released
					panic("secret-value")
				}, facade.WithLogger(logs.logger()))
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := place.invoke(ctx, client); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				close(released)
				synctest.Wait()
				if text := logs.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "panicked") || strings.Contains(text, "secret-value") {
					t.Errorf("logged %s", text)
				}
			})
		})
	}
}

// TestAnswersThatNoTransportMayGive are errors, as net/http has them.
func TestAnswersThatNoTransportMayGive(t *testing.T) {
	t.Parallel()
	for name, place := range requestPlaces {
		for what, c := range map[string]struct {
			step api
			want string
		}{
			"nothing":             {func(*http.Request) (*http.Response, error) { return nil, nil }, "nil *Response with a nil error"},
			"no body, no headers": {func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 418}, nil }, "418"},
			"no status":           {func(r *http.Request) (*http.Response, error) { return reply(r, 0, jobAnswer), nil }, "without a status"},
			"body without an end": {bodyOf(func([]byte) (int, error) { return 0, nil }), io.ErrNoProgress.Error()},
			"negative count":      {bodyOf(func([]byte) (int, error) { return -1, nil }), "returned -1"},
			"impossible count":    {bodyOf(func(p []byte) (int, error) { return len(p) + 1, nil }), "returned"},
		} {
			if name == "upload" && c.want != "418" && what != "nothing" && what != "no status" {
				continue // nobody needs the body of an answer to an upload
			}
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				err := place.invoke(t.Context(), clientAt(t, place.host, c.step, impatient))
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func bodyOf(read readFunc) api {
	return func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body = io.NopCloser(read)
		return resp, nil
	}
}

// TestResponseBesideAnErrorIsClosed holds that nothing of it leaks.
func TestResponseBesideAnErrorIsClosed(t *testing.T) {
	t.Parallel()
	var closed atomic.Int32
	client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body = closing{strings.NewReader(""), &closed}
		return resp, errors.New("and an error")
	}), impatient)
	if err := fetchJob(t.Context(), client); err == nil || closed.Load() != facade.DefaultAttempts {
		t.Errorf("closed %d times: %v", closed.Load(), err)
	}
}

// TestDeadlockedHTTP2TransportHoldsNoCall has a server send the one frame that
// makes net/http's HTTP/2 wait for itself before Go 1.27, where it is an error.
// The goroutines stay, so the test runs in a process of its own.
func TestDeadlockedHTTP2TransportHoldsNoCall(t *testing.T) {
	t.Parallel()
	const child = "SPSERVICES_TEST_DEADLOCK"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "all returned") {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	server := listenH2(t, func(r h2Request) bool {
		return r.framer.WriteWindowUpdate(r.stream, 1<<31-1) == nil
	})
	client := clientOf(t, overHTTP2(t), facade.WithEndpoint(server.address), impatient)
	for range 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		started := time.Now()
		err := fetchJob(ctx, client)
		if d := time.Since(started); err == nil || d > 2*time.Second {
			t.Fatalf("%v after %s", err, d)
		}
		cancel()
	}
	_, _ = os.Stdout.WriteString("all returned")
	os.Exit(0)
}
