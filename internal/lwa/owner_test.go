package lwa_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/internal/lwa"
)

// A thousand callers of one Login, during health and during an outage.
func TestLoginAsksOnce(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{http.StatusOK: good, http.StatusServiceUnavailable: ""} {
		synctest.Test(t, func(t *testing.T) {
			e := &endpoint{answer: func(int, *http.Request) (*http.Response, error) {
				time.Sleep(20 * time.Millisecond)
				return reply(status, body)
			}}
			l := login(e, credentials)
			var finished sync.WaitGroup
			for range 1000 {
				finished.Go(func() {
					for range 2 { // also right after the answer
						if _, err := l.Token(t.Context()); (err == nil) != (status == http.StatusOK) {
							t.Errorf("%d: %v", status, err)
						}
					}
				})
			}
			finished.Wait()
			if e.asked() != 1 {
				t.Errorf("%d: %d requests, want 1", status, e.asked())
			}
		})
	}
}

// While the old token lasts, nobody waits long for a new one.
func TestSlowRefreshLeavesTheOldToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answer: func(n int, r *http.Request) (*http.Response, error) {
			if n == 1 {
				return reply(http.StatusOK, good)
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}}
		l := login(e, credentials)
		if _, err := l.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour - lwa.Early)
		for _, patience := range []time.Duration{lwa.Patience, 0, 0} { // spent once
			started := time.Now()
			token, err := l.Token(t.Context())
			if d := time.Since(started); err != nil || token.Value != "Atza|1" || d != patience || e.asked() != 2 {
				t.Errorf("%q, %v after %s and %d requests", token.Value, err, d, e.asked())
			}
		}
		time.Sleep(lwa.Early - lwa.Patience - lwa.Patience/2) // now it will not outlast our patience
		started := time.Now()
		if token, err := l.Token(t.Context()); err == nil || time.Since(started) < lwa.Patience {
			t.Errorf("%q after %s", token.Value, time.Since(started))
		}
	})
}

// A server that hands out the rejected token again is not asked in a circle.
func TestInvalidateOfATokenThatComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := answers(http.StatusOK, good)
		l := login(e, credentials)
		for range 100 {
			token, err := l.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			l.Invalidate(t.Context(), token)
		}
		if e.asked() != 2 {
			t.Errorf("%d requests, want 2", e.asked())
		}
		time.Sleep(lwa.RejectionMemory)
		l.Invalidate(t.Context(), lwa.Token{Value: "Atza|1"})
		if _, err := l.Token(t.Context()); err != nil || e.asked() != 3 {
			t.Errorf("%v after %d requests, want 3", err, e.asked())
		}
	})
}

// Credentials that were refused for good are not offered again and again, but
// new ones are at once.
func TestPermanentRefusalIsRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := &endpoint{answer: func(n int, _ *http.Request) (*http.Response, error) {
			if n <= 2 {
				return reply(http.StatusUnauthorized, `{"error":"invalid_client"}`)
			}
			return reply(http.StatusOK, good)
		}}
		current := credentials
		l := login(e, credentials)
		l.Owner = lwa.NewOwner(func(context.Context) (lwa.Credentials, error) { return current, nil })
		refused := func() bool {
			_, err := l.Token(t.Context())
			var failure *lwa.Error
			return errors.As(err, &failure) && failure.Permanent() && failure.Code == "invalid_client"
		}
		for range 100 {
			if !refused() {
				t.Fatal("not refused")
			}
			time.Sleep(lwa.FailureMemory)
		}
		if e.asked() != 1 {
			t.Errorf("%d requests with the same credentials, want 1", e.asked())
		}
		time.Sleep(lwa.RefusalMemory)
		if !refused() || e.asked() != 2 {
			t.Errorf("%d requests, want a second after %s", e.asked(), lwa.RefusalMemory)
		}
		time.Sleep(lwa.FailureMemory)
		current.ClientSecret = "rotated"
		if token, err := l.Token(t.Context()); err != nil || token.Value != "Atza|1" || e.asked() != 3 {
			t.Errorf("with a new secret: %q, %v after %d requests", token.Value, err, e.asked())
		}
	})
}

// What one token endpoint refuses, another may take.
func TestRefusalIsOfOneEndpoint(t *testing.T) {
	t.Parallel()
	refusing, granting := answers(http.StatusBadRequest, `{"error":"invalid_grant"}`), answers(http.StatusOK, good)
	first := login(refusing, credentials)
	second := login(granting, credentials)
	second.Endpoint, second.Owner, second.Refusals = "https://other.example/token", first.Owner, first.Refusals
	var failure *lwa.Error
	if _, err := first.Token(t.Context()); !errors.As(err, &failure) || !failure.Permanent() {
		t.Fatalf("got %v", err)
	}
	if token, err := second.Token(t.Context()); err != nil || token.Value != "Atza|1" || granting.asked() != 1 {
		t.Errorf("%q, %v after %d requests", token.Value, err, granting.asked())
	}
	second.Store, second.Endpoint = lwa.NewMemory(), first.Endpoint
	if _, err := second.Token(t.Context()); !errors.As(err, &failure) || granting.asked() != 1 {
		t.Errorf("at the endpoint that refused them: %v after %d requests", err, granting.asked())
	}
}

func TestCredentialsRotate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		e := answers(http.StatusOK, good)
		l := login(e, credentials)
		l.Owner = lwa.NewOwner(func(context.Context) (lwa.Credentials, error) {
			c := credentials
			c.ClientSecret = "s" + strconv.FormatInt(asked.Add(1), 10)
			return c, nil
		})
		for range 3 {
			if _, err := l.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		seen := map[string]bool{}
		for _, form := range e.forms {
			seen[form] = true
		}
		if len(seen) != 3 {
			t.Errorf("%d different requests of 3: the secret was not asked for anew", len(seen))
		}
		if n := asked.Load(); n != 4 {
			t.Errorf("credentials asked for %d times, want once for the identity and once for each of 3 requests", n)
		}
	})
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	identity := func(c lwa.Credentials) [2]string {
		application, seller, err := lwa.NewOwner(func(context.Context) (lwa.Credentials, error) { return c, nil }).Identity(t.Context(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if len(application) != 16 || len(seller) != 16 {
			t.Errorf("hashes of %d and %d characters", len(application), len(seller))
		}
		return [2]string{application, seller}
	}
	base := identity(credentials)
	secret, token, client := credentials, credentials, credentials
	secret.ClientSecret, token.RefreshToken, client.ClientID = "other", "other", "other"
	scope := lwa.Credentials{ClientID: credentials.ClientID, ClientSecret: "s", Scope: "scope"}
	other := scope
	other.Scope = "another"
	if identity(secret) != base {
		t.Error("a rotated secret is another identity")
	}
	if got := identity(token); got[0] != base[0] || got[1] == base[1] {
		t.Error("another refresh token is not another seller of the same application")
	}
	if got := identity(client); got[0] == base[0] {
		t.Error("another client id is not another application")
	}
	if got := identity(scope); got[0] != base[0] || got[1] == base[1] || got[1] == identity(other)[1] {
		t.Error("a scope is not told from a refresh token, or from another scope")
	}
}

func TestCredentialsThatCannotBeHad(t *testing.T) {
	t.Parallel()
	cause := errors.New("vault is sealed")
	for name, c := range map[string]struct {
		credentials lwa.Credentials
		err         error
		code        string
	}{
		"an error":     {err: cause, code: "credentials_unavailable"},
		"nothing":      {code: "credentials_incomplete"},
		"no secret":    {credentials: lwa.Credentials{ClientID: "a", RefreshToken: "b"}, code: "credentials_incomplete"},
		"no client id": {credentials: lwa.Credentials{ClientSecret: "a", RefreshToken: "b"}, code: "credentials_incomplete"},
		"no grant":     {credentials: lwa.Credentials{ClientID: "a", ClientSecret: "b"}, code: "credentials_incomplete"},
		"two grants":   {credentials: lwa.Credentials{ClientID: "a", ClientSecret: "b", RefreshToken: "c", Scope: "d"}, code: "credentials_incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int64
				e := answers(http.StatusOK, good)
				l := login(e, credentials)
				l.Owner = lwa.NewOwner(func(context.Context) (lwa.Credentials, error) { asked.Add(1); return c.credentials, c.err })
				for range 10 {
					_, err := l.Token(t.Context())
					var failure *lwa.Error
					if !errors.As(err, &failure) || failure.Code != c.code || c.err != nil && !errors.Is(err, c.err) || failure.Permanent() {
						t.Errorf("got %v", err)
					}
				}
				if e.asked() != 0 || asked.Load() != 1 {
					t.Errorf("%d requests, credentials asked for %d times within a second", e.asked(), asked.Load())
				}
				l.Invalidate(t.Context(), lwa.Token{Value: "T"}) // must not panic without an identity
			})
		})
	}
}

// A vault that hangs holds nobody but the caller that asks it.
func TestSlowCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := login(answers(http.StatusOK, good), credentials)
		l.Owner = lwa.NewOwner(func(context.Context) (lwa.Credentials, error) {
			time.Sleep(time.Minute)
			return credentials, nil
		})
		var finished sync.WaitGroup
		finished.Go(func() {
			if _, err := l.Token(t.Context()); err != nil {
				t.Errorf("the one that asks: %v", err)
			}
		})
		synctest.Wait()
		for range 20 {
			finished.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				started := time.Now()
				if _, err := l.Token(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != time.Second {
					t.Errorf("%v after %s", err, time.Since(started))
				}
			})
		}
		finished.Wait()
	})
}

// That a caller gave up says nothing about the credentials.
func TestCredentialsAfterACancellation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := login(answers(http.StatusOK, good), credentials)
		l.Owner = lwa.NewOwner(func(ctx context.Context) (lwa.Credentials, error) {
			time.Sleep(time.Second)
			return credentials, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := l.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := l.Token(t.Context()); err != nil {
			t.Errorf("the next caller: %v", err)
		}
	})
}
