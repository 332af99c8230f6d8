package facade_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// loginURL is the token endpoint of in-process clients.
const loginURL = "https://login.example/auth/o2/token"

var sellerCredentials = facade.Credentials{ClientID: "app", ClientSecret: "secret", RefreshToken: "Atzr|refresh"}

// withLogin is a transport with a token server beside the API.
func withLogin(login, rest api) api {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "login.example" {
			return login(r)
		}
		return rest(r)
	}
}

// sellerOf is clientOf for a seller with credentials.
func sellerOf(t testing.TB, login, rest api, opts ...facade.Option) *facade.Client {
	t.Helper()
	return clientOf(t, withLogin(login, rest), append([]facade.Option{
		facade.WithTokenEndpoint(loginURL), facade.WithCredentials(sellerCredentials),
	}, opts...)...)
}

// granted is the n-th token of a token server.
func granted(r *http.Request, n int) (*http.Response, error) {
	return reply(r, http.StatusOK, fmt.Sprintf(`{"access_token":"Atza|%d","token_type":"bearer","expires_in":3600}`, n)), nil
}

const expiredAnswer = `{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied.","details":"The access token you provided has expired."}]}`

// expires takes every token but those given for an expired one.
func expires(good ...string) api {
	return func(r *http.Request) (*http.Response, error) {
		for _, token := range good {
			if r.Header.Get("x-amz-access-token") == token {
				return reply(r, http.StatusOK, jobAnswer), nil
			}
		}
		return reply(r, http.StatusForbidden, expiredAnswer), nil
	}
}

// slowly answers after a while, unless the request is given up before.
func slowly(d time.Duration, next api) api {
	return func(r *http.Request) (*http.Response, error) {
		if err := pass(r.Context(), d); err != nil {
			return nil, err
		}
		return next(r)
	}
}

// crowd calls do on n goroutines and returns what each came back with.
func crowd(n int, do func() error) []error {
	results := make([]error, n)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() { results[i] = do() })
	}
	all.Wait()
	return results
}

// getJob is a call that needs a token.
func getJob(ctx context.Context, c *facade.Client) func() error {
	return func() error { _, err := c.GetServiceJob(ctx, "JOB-1"); return err }
}

func wantCount(t testing.TB, what string, got *atomic.Int32, want int32) {
	t.Helper()
	if n := got.Load(); n != want {
		t.Errorf("%d %s, want %d", n, what, want)
	}
}

// authErrorOf wants an *AuthError.
func authErrorOf(t testing.TB, err error) *facade.AuthError {
	t.Helper()
	var failure *facade.AuthError
	if !errors.As(err, &failure) {
		t.Fatalf("got %T %v, want an *AuthError", err, err)
	}
	return failure
}

func TestPromise5OneTokenRequestPerExpiry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		client := sellerOf(t, slowly(300*time.Millisecond, counted(&asked, granted)), answers(http.StatusOK, jobAnswer))
		meet := func(want int32) {
			t.Helper()
			for _, err := range crowd(1000, getJob(t.Context(), client)) {
				if err != nil {
					t.Fatal(err)
				}
			}
			wantCount(t, "token requests", &asked, want)
		}
		issued := time.Now()
		meet(1)
		time.Sleep(time.Until(issued.Add(time.Hour - facade.TokenEarly - time.Second)))
		meet(1)
		time.Sleep(2 * time.Second) // less than TokenEarly before the end
		meet(2)
	})
}

func TestPromise5OneTokenRequestWhileTheTokenServerFails(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]api{
		"503":         answers(http.StatusServiceUnavailable, `{"error":"service_unavailable"}`),
		"429":         answers(http.StatusTooManyRequests, `{}`),
		"HTML":        answers(http.StatusOK, `<html>`),
		"no answer":   breaks,
		"no token":    answers(http.StatusOK, `{"expires_in":3600}`),
		"not a token": answers(http.StatusOK, `{"access_token":"one\r\nx-injected: two"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked, sent atomic.Int32
				client := sellerOf(t, slowly(20*time.Millisecond, script(&asked, failure)), script(&sent, answers(http.StatusOK, jobAnswer)))
				for _, err := range crowd(1000, getJob(t.Context(), client)) {
					_ = authErrorOf(t, err)
				}
				wantCount(t, "token requests", &asked, 1)
				time.Sleep(facade.TokenFailureMemory - time.Millisecond)
				_ = crowd(1000, getJob(t.Context(), client))
				wantCount(t, "token requests within the memory of a failure", &asked, 1)
				time.Sleep(time.Millisecond)
				_ = crowd(1000, getJob(t.Context(), client))
				wantCount(t, "token requests after it", &asked, 2)
				wantCount(t, "requests to the API", &sent, 0)
			})
		})
	}
}

func TestPromise5ExpiresInIsClamped(t *testing.T) {
	t.Parallel()
	const shortest, longest = 30 * time.Second, time.Hour - facade.TokenEarly
	for expiresIn, lasts := range map[string]time.Duration{
		``:                      shortest,
		`,"expires_in":null`:    shortest,
		`,"expires_in":0`:       shortest,
		`,"expires_in":-5`:      shortest,
		`,"expires_in":59`:      shortest,
		`,"expires_in":"NaN"`:   shortest,
		`,"expires_in":"later"`: shortest,
		`,"expires_in":[3600]`:  shortest,
		`,"expires_in":90`:      45 * time.Second, // a short life is used for half of it
		`,"expires_in":1800`:    29 * time.Minute,
		`,"expires_in":"1800"`:  29 * time.Minute,
		`,"expires_in":3600`:    longest,
		`,"expires_in":1e11`:    longest,
	} {
		t.Run(expiresIn, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				client := sellerOf(t, script(&asked, answers(http.StatusOK, `{"access_token":"Atza|1"`+expiresIn+`}`)), answers(http.StatusOK, jobAnswer))
				call := getJob(t.Context(), client)
				for _, step := range []struct {
					wait time.Duration
					want int32
				}{{0, 1}, {lasts - time.Millisecond, 1}, {time.Millisecond, 2}} {
					time.Sleep(step.wait)
					if err := call(); err != nil {
						t.Fatal(err)
					}
					wantCount(t, "token requests", &asked, step.want)
				}
			})
		})
	}
}

func TestPromise5RejectedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		var asked, sent atomic.Int32
		client := sellerOf(t, counted(&asked, granted), counted(&sent, func(r *http.Request, _ int) (*http.Response, error) {
			if token := r.Header.Get("x-amz-access-token"); token != "Atza|2" {
				return reply(r, status, expiredAnswer), nil
			}
			return reply(r, http.StatusOK, jobAnswer), nil
		}))
		var info facade.Info
		if _, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info)); err != nil {
			t.Fatal(err)
		}
		wantCount(t, "token requests", &asked, 2)
		wantCount(t, "requests", &sent, 2)
		if info.Attempts != 2 {
			t.Errorf("%d attempts, want 2", info.Attempts)
		}
	}
}

func TestPromise5AThousandRejectionsRefreshOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked, sent atomic.Int32
		client := sellerOf(t, slowly(300*time.Millisecond, counted(&asked, granted)), counted(&sent, func(r *http.Request, n int) (*http.Response, error) {
			// Some rejections come when the new token is there already.
			return slowly(time.Duration(n%20)*100*time.Millisecond, expires("Atza|2"))(r)
		}))
		for _, err := range crowd(1000, getJob(t.Context(), client)) {
			if err != nil {
				t.Fatal(err)
			}
		}
		wantCount(t, "token requests", &asked, 2)
		wantCount(t, "requests", &sent, 2000)
	})
}

// A rejected token that comes back from the token server is not asked for again
// by every caller in turn, and a call whose second token is rejected too ends.
func TestPromise5RejectionsDoNotLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked, sent atomic.Int32
		client := sellerOf(t, script(&asked, answers(http.StatusOK, `{"access_token":"Atza|same","expires_in":3600}`)), script(&sent, expires()))
		for range 100 {
			err := getJob(t.Context(), client)()
			if !errors.Is(err, facade.ErrTokenExpired) || !errors.Is(err, facade.ErrForbidden) {
				t.Fatalf("got %v, want ErrTokenExpired", err)
			}
		}
		wantCount(t, "token requests", &asked, 2)
		wantCount(t, "requests", &sent, 101)
	})
}

func TestPromise5LostRoleRefreshesNothing(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied.","details":""}]}`,
		`{"message":"Forbidden"}`, ``, `<html>expired token</html>`,
	} {
		var asked, sent atomic.Int32
		client := sellerOf(t, counted(&asked, granted), script(&sent, answers(http.StatusForbidden, body)))
		for range 3 {
			if err := getJob(t.Context(), client)(); !errors.Is(err, facade.ErrForbidden) || errors.Is(err, facade.ErrTokenExpired) {
				t.Errorf("%s: got %v, want ErrForbidden alone", body, err)
			}
		}
		wantCount(t, "token requests", &asked, 1)
		wantCount(t, "requests", &sent, 3)
	}
}

func TestPromise5CancelledCallerNeverFailsTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		client := sellerOf(t, slowly(time.Second, counted(&asked, granted)), answers(http.StatusOK, jobAnswer))
		first, cancel := context.WithCancel(t.Context())
		impatientCaller := make(chan error, 1)
		go func() { impatientCaller <- getJob(first, client)() }()
		synctest.Wait() // until it waits for the token
		var others sync.WaitGroup
		for range 100 {
			others.Go(func() {
				if err := getJob(t.Context(), client)(); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		started := time.Now()
		cancel()
		if err := <-impatientCaller; !errors.Is(err, context.Canceled) || time.Since(started) > 0 {
			t.Errorf("got %v after %s, want context.Canceled at once", err, time.Since(started))
		}
		others.Wait()
		wantCount(t, "token requests", &asked, 1)
	})
}

// A refresh that nobody waits for any more ends.
func TestPromise5AbandonedRefreshEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		client := sellerOf(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			ended <- r.Context().Err()
			return nil, r.Context().Err()
		}, breaks)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		started := time.Now()
		for _, err := range crowd(1000, getJob(ctx, client)) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v, want context.DeadlineExceeded", err)
			}
		}
		if d := time.Since(started); d != 100*time.Millisecond {
			t.Errorf("returned after %s, want 100ms", d)
		}
		synctest.Wait()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the token request ended with %v", err)
			}
		default:
			t.Error("the token request goes on")
		}
	})
}

func TestPromise5RefusedCredentialsAreNotOfferedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				client := sellerOf(t, script(&asked, answers(http.StatusBadRequest, `{"error":"`+code+`","error_description":"no such thing"}`)), breaks)
				for range 60 {
					for _, err := range crowd(10, getJob(t.Context(), client)) {
						failure := authErrorOf(t, err)
						if failure.Code != code || !failure.Permanent() || failure.StatusCode != http.StatusBadRequest || failure.RequestID != requestID ||
							failure.Description != "no such thing" || !strings.Contains(err.Error(), code) {
							t.Fatalf("got %#v", failure)
						}
					}
					time.Sleep(2 * time.Second)
				}
				wantCount(t, "token requests", &asked, 1)
			})
		})
	}
}
