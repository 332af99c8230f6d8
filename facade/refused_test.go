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

// revoking refuses credentials unless their secret is one of those given.
func revoking(good ...string) func(*http.Request, int) (*http.Response, error) {
	return func(r *http.Request, n int) (*http.Response, error) {
		for _, secret := range good {
			if formOf(r).Get("client_secret") == secret {
				return granted(r, n)
			}
		}
		return reply(r, http.StatusBadRequest, `{"error":"invalid_grant"}`), nil
	}
}

// withSecret are the seller's credentials after a rotation.
func withSecret(secret string) facade.Option {
	rotated := sellerCredentials
	rotated.ClientSecret = secret
	return facade.WithCredentials(rotated)
}

// Credentials are remembered as refused wherever they come from.
func TestRefusedCredentialsAreOfferedOnceByAllClients(t *testing.T) {
	t.Parallel()
	ask := func(context.Context) (facade.Credentials, error) { return sellerCredentials, nil }
	own := func() facade.TokenStore { return &spyStore{TokenStore: facade.NewTokenStore()} }
	for name, c := range map[string]struct {
		store func() facade.TokenStore
		next  func(parent *facade.Client, store facade.Option, fresh func(...facade.Option) *facade.Client) *facade.Client
	}{
		"the same client": {facade.NewTokenStore, func(parent *facade.Client, _ facade.Option, _ func(...facade.Option) *facade.Client) *facade.Client {
			return parent
		}},
		"derived": {facade.NewTokenStore, func(parent *facade.Client, _ facade.Option, _ func(...facade.Option) *facade.Client) *facade.Client {
			return derive(t, parent, withSecret("secret"))
		}},
		"derived twice": {facade.NewTokenStore, func(parent *facade.Client, _ facade.Option, _ func(...facade.Option) *facade.Client) *facade.Client {
			return derive(t, derive(t, parent, seller(1)), facade.WithCredentialsFunc(ask))
		}},
		"derived, one's own store": {own, func(parent *facade.Client, _ facade.Option, _ func(...facade.Option) *facade.Client) *facade.Client {
			return derive(t, parent, withSecret("secret"))
		}},
		"another client": {facade.NewTokenStore, func(_ *facade.Client, store facade.Option, fresh func(...facade.Option) *facade.Client) *facade.Client {
			return fresh(store)
		}},
		"another client, one's own store": {own, func(_ *facade.Client, store facade.Option, fresh func(...facade.Option) *facade.Client) *facade.Client {
			return fresh(store)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				fresh := func(opts ...facade.Option) *facade.Client {
					return sellerOf(t, counted(&asked, revoking()), breaks, opts...)
				}
				store := c.store()
				parent := fresh(facade.WithTokenStore(store))
				call := func() {
					t.Helper()
					client := c.next(parent, facade.WithTokenStore(store), fresh)
					if failure := authErrorOf(t, getJob(t.Context(), client)()); failure.Code != "invalid_grant" {
						t.Fatalf("code %s", failure.Code)
					}
				}
				for range 120 {
					call()
					time.Sleep(1100 * time.Millisecond)
				}
				wantCount(t, "token requests in two minutes", &asked, 1)
				time.Sleep(5 * time.Minute)
				call()
				wantCount(t, "token requests after seven", &asked, 2)
			})
		})
	}
}

// What is refused is the secret, not the seller: another is tried at once.
func TestRotatedSecretIsOfferedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		parent := sellerOf(t, counted(&asked, revoking("new")), answers(http.StatusOK, jobAnswer))
		_ = authErrorOf(t, getJob(t.Context(), parent)())
		if err := getJob(t.Context(), derive(t, parent, withSecret("new")))(); err != nil {
			t.Errorf("the new secret: %v", err)
		}
		_ = authErrorOf(t, getJob(t.Context(), derive(t, parent, withSecret("other"), facade.WithTokenStore(facade.NewTokenStore())))())
		wantCount(t, "token requests", &asked, 3)
	})
}

// Who joins a refresh that somebody else began with an old secret is not refused
// for it.
func TestRotatedSecretIsOfferedBesideAnOldOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		parent := sellerOf(t, slowly(time.Second, counted(&asked, revoking("new"))), answers(http.StatusOK, jobAnswer))
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { _ = getJob(t.Context(), derive(t, parent, withSecret("old")))() })
		}
		synctest.Wait() // until the old secret is on its way
		if err := getJob(t.Context(), derive(t, parent, withSecret("new")))(); err != nil {
			t.Errorf("the new secret: %v", err)
		}
		all.Wait()
		wantCount(t, "token requests", &asked, 2)
	})
}

// outage makes calls, ten a second, and wants few requests for them.
func outage(t *testing.T, calls int, sent *atomic.Int32, call func() error) {
	t.Helper()
	sent.Store(0)
	for range calls {
		if err := call(); err == nil {
			t.Fatal("no error")
		}
		time.Sleep(100 * time.Millisecond)
	}
	if n := float64(sent.Load()) / float64(calls); n > 1.1 {
		t.Errorf("%g requests per call", n)
	}
}

// A server that calls every token expired gets no second request for each call,
// and Amazon no token request.
func TestOutageOfExpiredTokensIsNotAmplified(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		login  func(*http.Request, int) (*http.Response, error)
		opts   []facade.Option
		call   []facade.CallOption
		source bool
		spend  bool // the retry quota, before
	}{
		"new tokens":              {login: granted},
		"the same token":          {login: func(r *http.Request, _ int) (*http.Response, error) { return granted(r, 1) }},
		"a user's store":          {login: granted, opts: []facade.Option{facade.WithTokenStore(&spyStore{TokenStore: facade.NewTokenStore()})}},
		"an empty retry quota":    {login: granted, spend: true},
		"calls without a repeat":  {login: granted, call: []facade.CallOption{facade.NoRetry()}},
		"a source that renews":    {source: true},
		"a source, without quota": {source: true, spend: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked, sent atomic.Int32
				var unavailable atomic.Bool
				var renewed renewing
				if c.source {
					c.opts = append(c.opts, facade.WithTokenSource(&renewed))
				}
				client := sellerOf(t, counted(&asked, c.login), counted(&sent, func(r *http.Request, _ int) (*http.Response, error) {
					if unavailable.Load() {
						return reply(r, http.StatusServiceUnavailable, ``), nil
					}
					return expires()(r)
				}), c.opts...)
				if unavailable.Store(c.spend); c.spend {
					for range 100 {
						_ = getJob(t.Context(), client)()
					}
					unavailable.Store(false)
				}
				before := asked.Load() + renewed.n.Load()
				outage(t, 1000, &sent, func() error {
					_, err := derive(t, client).GetServiceJob(t.Context(), "JOB-1", c.call...)
					if !errors.Is(err, facade.ErrTokenExpired) {
						t.Fatalf("got %v, want ErrTokenExpired", err)
					}
					return err
				})
				if n := asked.Load() + renewed.n.Load() - before; n > 4 {
					t.Errorf("%d token requests in 100 s", n)
				}
			})
		})
	}
}

// renewing is a token source that has another token after each Invalidate.
type renewing struct{ n atomic.Int32 }

func (r *renewing) Token(context.Context) (facade.Token, error) {
	return facade.Token{Value: fmt.Sprint("Atza|", r.n.Load())}, nil
}

func (r *renewing) Invalidate(context.Context, facade.Token) { r.n.Add(1) }

// A token that was used up is replaced, however often that happens: what helped
// is paid back.
func TestExpiredTokensAreReplacedAsOftenAsTheyExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		used := map[string]bool{}
		client := sellerOf(t, counted(&asked, granted), func(r *http.Request) (*http.Response, error) {
			if token := r.Header.Get("x-amz-access-token"); !used[token] {
				used[token] = true
				return reply(r, http.StatusOK, jobAnswer), nil
			}
			return expires()(r)
		})
		for range 500 { // within the minute in which a useless token would be kept
			if err := getJob(t.Context(), client)(); err != nil {
				t.Fatal(err)
			}
		}
		wantCount(t, "token requests", &asked, 500)
	})
}

// After an outage, and without any quota left, the token is replaced in time.
func TestExpiredTokenIsReplacedWithoutQuota(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]facade.CallOption{"empty quota": nil, "NoRetry": {facade.NoRetry()}} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			var good atomic.Value
			good.Store("none")
			client := sellerOf(t, counted(&asked, granted), func(r *http.Request) (*http.Response, error) {
				if good.Load() == "none" {
					return reply(r, http.StatusServiceUnavailable, ``), nil
				}
				return expires(good.Load().(string))(r)
			})
			for range 100 {
				_ = getJob(t.Context(), client)()
			}
			good.Store("Atza|2")
			_, first := client.GetServiceJob(t.Context(), "JOB-1", opts...)
			_, second := client.GetServiceJob(t.Context(), "JOB-1", opts...)
			if !errors.Is(first, facade.ErrTokenExpired) || second != nil {
				t.Errorf("%s: %v, then %v", name, first, second)
			}
			wantCount(t, "token requests", &asked, 2)
		})
	}
}

// A document store that refuses every upload gets no second one for each, and
// the API no second request for a destination.
func TestOutageOfExpiredDestinationsIsNotAmplified(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusBadRequest} {
		synctest.Test(t, func(t *testing.T) {
			d := &depot{destination: goodDestination, store: answers(status, ``)}
			client := clientOf(t, d)
			const uploads = 1000
			for range uploads {
				if _, err := uploadPDF(t.Context(), client, strings.NewReader("proof")); err == nil {
					t.Fatal("no error")
				}
				d.texts, d.headers, d.lengths = nil, nil, nil
			}
			if asked, put := d.asked.Load(), d.put.Load(); asked > 1.1*uploads || put > 1.1*uploads {
				t.Errorf("%d: %d destinations and %d uploads for %d documents", status, asked, put, uploads)
			}
		})
	}
}

// What a new destination cost is paid back when it helped.
func TestRenewedDestinationsArePaidBack(t *testing.T) {
	t.Parallel()
	var put atomic.Int32
	d := &depot{destination: goodDestination}
	d.store = counted(&put, func(r *http.Request, n int) (*http.Response, error) {
		if n%2 == 1 {
			return reply(r, http.StatusForbidden, ``), nil
		}
		return reply(r, http.StatusOK, ``), nil
	})
	client := clientOf(t, d)
	for i := range 300 {
		if _, err := uploadPDF(t.Context(), client, strings.NewReader("proof")); err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
	}
}
