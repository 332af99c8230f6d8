package facade_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

func TestPromise5OldTokenOutlivesAnOutage(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]api{
		"fails":      answers(http.StatusServiceUnavailable, ``),
		"refuses":    answers(http.StatusBadRequest, `{"error":"invalid_grant"}`),
		"never ends": func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				client := sellerOf(t, script(&asked, answers(http.StatusOK, `{"access_token":"Atza|1","expires_in":3600}`), outage), answers(http.StatusOK, jobAnswer))
				issued := time.Now()
				call := getJob(t.Context(), client)
				if err := call(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour - 30*time.Second)
				for time.Since(issued) < time.Hour-7*time.Second {
					started := time.Now()
					for _, err := range crowd(10, call) {
						if err != nil {
							t.Fatalf("with %s to live: %v", time.Hour-time.Since(issued), err)
						}
					}
					if d := time.Since(started); d > 5*time.Second {
						t.Errorf("waited %s for a new token with an old one at hand", d)
					}
					time.Sleep(time.Second)
				}
				time.Sleep(time.Until(issued.Add(time.Hour)))
				_ = authErrorOf(t, call())
			})
		})
	}
}

// The life of a token does not follow the wall clock, which can be set.
func TestPromise5ExpiryIsMonotonic(t *testing.T) {
	t.Parallel()
	store := &spyStore{TokenStore: facade.NewTokenStore()}
	client := sellerOf(t, answers(http.StatusOK, `{"access_token":"Atza|1","expires_in":3600}`), answers(http.StatusOK, jobAnswer), facade.WithTokenStore(store))
	if err := getJob(t.Context(), client)(); err != nil {
		t.Fatal(err)
	}
	if len(store.tokens) != 1 || !strings.Contains(store.tokens[0].Expiry.String(), " m=") {
		t.Errorf("%d tokens, the first of which expires by the wall clock", len(store.tokens))
	}
}

func TestPromise5TokenRotatesBetweenPages(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]facade.CallOption{"plain": nil, "prefetch": {facade.Prefetch()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			emu, err := emulator.New()
			if err != nil {
				t.Fatal(err)
			}
			var asked atomic.Int32
			login := emu.Credentials()
			client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/token") {
					asked.Add(1)
				}
				return emu.Transport().RoundTrip(r)
			}), facade.WithEndpoint(emu.URL()), facade.WithTokenEndpoint(emu.TokenURL()), facade.WithCredentials(facade.Credentials{
				ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken,
			}))
			seen, pages := map[string]bool{}, 0
			for page, err := range client.ServiceJobPages(t.Context(), facade.ServiceJobsQuery{CreatedAfter: emu.Clock().Now().AddDate(-1, 0, 0)}, opts...) {
				if err != nil {
					t.Fatal(err)
				}
				pages++
				for _, job := range page.Jobs {
					if seen[job.ServiceJobID] {
						t.Errorf("job %s came twice", job.ServiceJobID)
					}
					seen[job.ServiceJobID] = true
				}
				emu.Clock().Advance(time.Hour + time.Second) // every token has expired now, for the server
			}
			if len(seen) != 60 || pages != 3 {
				t.Errorf("%d jobs on %d pages, want 60 on 3", len(seen), pages)
			}
			if n := asked.Load(); n < 2 || n > int32(pages) {
				t.Errorf("%d token requests for %d pages", n, pages)
			}
		})
	}
}

// fixedSource is a token source that cannot replace its token.
type fixedSource struct {
	value string
	err   error
}

func (s fixedSource) Token(context.Context) (facade.Token, error) {
	return facade.Token{Value: s.value}, s.err
}

func TestPromise5TokenSources(t *testing.T) {
	t.Parallel()
	broken := errors.New("vault is sealed")
	for name, c := range map[string]struct {
		source  facade.TokenSource
		want    error
		wantAPI int32
	}{
		"replaces its token":       {&keys{}, nil, 2},
		"cannot replace its token": {fixedSource{value: "Atza|first"}, facade.ErrTokenExpired, 1},
		"static":                   {facade.StaticToken("Atza|first"), facade.ErrTokenExpired, 1},
		"has the right token":      {facade.StaticToken("Atza|second"), nil, 1},
		"fails":                    {fixedSource{err: broken}, broken, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int32
			client := clientOf(t, script(&sent, expires("Atza|second")), facade.WithTokenSource(c.source))
			if err := getJob(t.Context(), client)(); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			wantCount(t, "requests", &sent, c.wantAPI)
			if k, ok := c.source.(*keys); ok && k.invalidated != 1 {
				t.Errorf("told %d times of its expired token", k.invalidated)
			}
		})
	}
}

// A token that would break out of its header is not sent, nor repeated.
func TestPromise5MalformedTokenIsNotSent(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "Atza|one\r\nx-injected: two", "Atza|\x00", "Atza|\x7f"} {
		var sent atomic.Int32
		client := clientOf(t, script(&sent, breaks), facade.WithTokenSource(facade.StaticToken(token)))
		err := getJob(t.Context(), client)()
		if failure := authErrorOf(t, err); failure.Code != "malformed_token" || strings.Contains(err.Error(), "Atza") {
			t.Errorf("got %v", err)
		}
		wantCount(t, "requests", &sent, 0)
	}
}

// spyStore is a TokenStore that remembers what it was asked.
type spyStore struct {
	facade.TokenStore
	mu          sync.Mutex
	keys        []facade.TokenKey
	tokens      []facade.Token
	invalidated []facade.Token
}

func (s *spyStore) Token(ctx context.Context, key facade.TokenKey, refresh func(context.Context) (facade.Token, error)) (facade.Token, error) {
	token, err := s.TokenStore.Token(ctx, key, refresh)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.tokens = append(s.keys, key), append(s.tokens, token)
	return token, err
}

func (s *spyStore) Invalidate(ctx context.Context, key facade.TokenKey, token facade.Token) {
	s.TokenStore.Invalidate(ctx, key, token)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.invalidated = append(s.invalidated, token)
}

func TestPromise5ClientsShareATokenStore(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	store := &spyStore{TokenStore: facade.NewTokenStore()}
	login, rest := counted(&asked, granted), expires("Atza|1", "Atza|2", "Atza|3")
	one := sellerOf(t, login, rest, facade.WithTokenStore(store))
	two := sellerOf(t, login, rest, facade.WithTokenStore(store))
	for _, client := range []*facade.Client{one, two, one} {
		if err := getJob(t.Context(), client)(); err != nil {
			t.Fatal(err)
		}
	}
	wantCount(t, "token requests of two clients for one seller", &asked, 1)
	other := sellerCredentials
	other.RefreshToken = "Atzr|other"
	three, err := one.With(facade.WithCredentials(other))
	if err != nil {
		t.Fatal(err)
	}
	if err := getJob(t.Context(), three)(); err != nil {
		t.Fatal(err)
	}
	wantCount(t, "token requests for two sellers", &asked, 2)
	sealed := sellerOf(t, login, expires(), facade.WithTokenStore(store))
	if err := getJob(t.Context(), sealed)(); !errors.Is(err, facade.ErrTokenExpired) {
		t.Errorf("got %v, want ErrTokenExpired", err)
	}
	if len(store.invalidated) != 1 || store.invalidated[0].Value != "Atza|1" {
		t.Errorf("%d tokens invalidated, want the one that was rejected", len(store.invalidated))
	}
	for _, key := range store.keys {
		if text := fmt.Sprint(key); strings.Contains(text, "secret") || strings.Contains(text, "Atzr") || key.Endpoint != loginURL || key.ApplicationHash == "" || key.SellerHash == "" {
			t.Errorf("key %s", text)
		}
	}
}

// formOf reads what a token server is asked.
func formOf(r *http.Request) url.Values {
	_ = r.ParseForm()
	return r.PostForm
}

func TestPromise5CredentialsRotate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		var secret atomic.Pointer[string]
		rotate := func(s string) { secret.Store(&s) }
		rotate("old")
		client := sellerOf(t, counted(&asked, func(r *http.Request, n int) (*http.Response, error) {
			if formOf(r).Get("client_secret") != "new" {
				return reply(r, http.StatusUnauthorized, `{"error":"invalid_client"}`), nil
			}
			return granted(r, n)
		}), answers(http.StatusOK, jobAnswer), facade.WithCredentialsFunc(func(context.Context) (facade.Credentials, error) {
			return facade.Credentials{ClientID: "app", ClientSecret: *secret.Load(), RefreshToken: "Atzr|refresh"}, nil
		}))
		call := getJob(t.Context(), client)
		for range 10 {
			if failure := authErrorOf(t, call()); failure.Code != "invalid_client" {
				t.Errorf("code %s", failure.Code)
			}
			time.Sleep(2 * time.Second)
		}
		wantCount(t, "token requests with a secret that was refused", &asked, 1)
		rotate("new")
		if err := call(); err != nil {
			t.Errorf("after the rotation: %v", err)
		}
		wantCount(t, "token requests", &asked, 2)
	})
}

func TestPromise5CredentialsFuncIsAskedByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		client := sellerOf(t, breaks, breaks, facade.WithCredentialsFunc(func(ctx context.Context) (facade.Credentials, error) {
			asked.Add(1)
			if err := pass(ctx, time.Second); err != nil {
				return facade.Credentials{}, err
			}
			return facade.Credentials{}, errors.New("vault is sealed")
		}))
		hurried, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		inTime, late := getJob(hurried, client), getJob(t.Context(), client)
		started := time.Now()
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				if i%2 == 0 {
					if err := inTime(); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 100*time.Millisecond {
						t.Errorf("after %s: %v", time.Since(started), err)
					}
					return
				}
				if failure := authErrorOf(t, late()); failure.Code != "credentials_unavailable" {
					t.Errorf("code %s", failure.Code)
				}
			})
		}
		all.Wait()
		// The first may have been a caller that gave up, which says nothing.
		if n := asked.Load(); n > 2 {
			t.Errorf("asked %d times", n)
		}
		if d := time.Since(started); d > 1100*time.Millisecond {
			t.Errorf("all of them took %s", d)
		}
	})
}

func TestPromise5CredentialsFuncIncomplete(t *testing.T) {
	t.Parallel()
	client := sellerOf(t, breaks, breaks, facade.WithCredentialsFunc(func(context.Context) (facade.Credentials, error) {
		return facade.Credentials{ClientID: "app"}, nil
	}))
	if failure := authErrorOf(t, getJob(t.Context(), client)()); failure.Code != "credentials_incomplete" {
		t.Errorf("code %s", failure.Code)
	}
}
