package facade_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// stubborn is code of the caller's that does not return at one place until it is
// released, whatever its context says.
type stubborn struct {
	place    string
	released chan struct{}
	closed   atomic.Int32
}

func (s *stubborn) at(place string) {
	if s.place == place {
		<-s.released
	}
}

func (s *stubborn) Wait(ctx context.Context, _ facade.Key, _ facade.Plan) error {
	s.at("limiter")
	return ctx.Err()
}

func (*stubborn) Observe(facade.Key, facade.Outcome) {}

func (s *stubborn) Close() error { s.at("close"); s.closed.Add(1); return nil }

// stubbornSource is a token source, stubbornStore a token store.
type (
	stubbornSource struct{ *stubborn }
	stubbornStore  struct{ *stubborn }
)

func (s stubbornSource) Token(context.Context) (facade.Token, error) {
	s.at("source")
	return facade.Token{Value: "Atza|token"}, nil
}

func (s stubbornSource) Invalidate(context.Context, facade.Token) { s.at("source's Invalidate") }

func (s stubbornStore) Token(ctx context.Context, _ facade.TokenKey, refresh func(context.Context) (facade.Token, error)) (facade.Token, error) {
	s.at("store")
	return refresh(ctx)
}

func (s stubbornStore) Invalidate(context.Context, facade.TokenKey, facade.Token) {
	s.at("store's Invalidate")
}

// TestCodeThatDoesNotReturnHoldsNoCall has the caller's own code ignore the
// context of a call.
func TestCodeThatDoesNotReturnHoldsNoCall(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"limiter", "source", "source's Invalidate", "store", "store's Invalidate", "close"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &stubborn{place: place, released: make(chan struct{})}
				answer := answers(http.StatusForbidden, expiredAnswer)
				if place == "close" {
					answer = func(r *http.Request) (*http.Response, error) {
						resp := reply(r, 200, "")
						resp.Body = struct {
							readFunc
							*stubborn
						}{nil, s}
						return resp, errors.New("and an error")
					}
				}
				opts := []facade.Option{facade.WithTokenStore(stubbornStore{s}), facade.WithLimiter(s)}
				if strings.HasPrefix(place, "source") {
					opts = append(opts, facade.WithTokenSource(stubbornSource{s}))
				}
				client := clientAt(t, "api.example", answer, opts...)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				started := time.Now()
				err := fetchJob(ctx, client)
				if d := time.Since(started) - time.Second; !errors.Is(err, context.DeadlineExceeded) || d < 0 || d > atItsContext {
					t.Errorf("%v, %s after the context", err, d)
				}
				close(s.released)
				synctest.Wait()
				if place == "close" && s.closed.Load() != 1 {
					t.Errorf("closed %d times", s.closed.Load())
				}
			})
		})
	}
}

// TestContextErrorsOfTokenRequestsAreNotTheCallers has the token request end by a
// context that is not the caller's: its own timeout or one of the transport.
func TestContextErrorsOfTokenRequestsAreNotTheCallers(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]api{
		"transport cancelled": fails(context.Canceled),
		"transport timed out": fails(context.DeadlineExceeded),
		"no answer":           hangs,
		"no body": func(r *http.Request) (*http.Response, error) {
			resp := reply(r, 200, "")
			resp.Body = struct {
				readFunc
				*stubborn
			}{func([]byte) (int, error) { <-r.Context().Done(); return 0, r.Context().Err() }, &stubborn{}}
			return resp, nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			err := fetchJob(t.Context(), clientAt(t, "login.example", step))
			var failure *facade.AuthError
			if !errors.As(err, &failure) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}
