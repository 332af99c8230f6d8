package lwa_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/spservices/services-go/internal/lwa"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	key     = lwa.Key{Endpoint: "https://lwa", ApplicationHash: "a", SellerHash: "s"}
	errDown = errors.New("down")
)

// issuer hands out tokens T1, T2, … or fails, after a while.
type issuer struct {
	asked    atomic.Int64
	takes    time.Duration
	lifetime time.Duration
	fails    atomic.Bool
	began    atomic.Int64 // refreshes that began and have not ended
}

func (i *issuer) refresh(ctx context.Context) (lwa.Token, error) {
	n := i.asked.Add(1)
	i.began.Add(1)
	defer i.began.Add(-1)
	select {
	case <-time.After(i.takes):
	case <-ctx.Done():
		return lwa.Token{}, ctx.Err()
	}
	if i.fails.Load() {
		return lwa.Token{}, errDown
	}
	return lwa.Token{Value: "T" + strconv.FormatInt(n, 10), Expiry: time.Now().Add(i.lifetime)}, nil
}

func newIssuer() *issuer { return &issuer{takes: 20 * time.Millisecond, lifetime: time.Hour} }

// value asks for a token and expects one.
func value(t *testing.T, s lwa.Store, i *issuer) string {
	t.Helper()
	token, err := s.Token(t.Context(), key, i.refresh)
	if err != nil {
		t.Errorf("no token: %v", err)
	}
	return token.Value
}

func TestOneRequestHoweverManyWait(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]bool{"healthy": false, "failing": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store, i := lwa.NewMemory(), newIssuer()
				i.fails.Store(fails)
				started := time.Now()
				var finished sync.WaitGroup
				for n := range 1000 {
					finished.Go(func() {
						time.Sleep(time.Duration(n) * 100 * time.Microsecond) // some come while the request is out, some after
						token, err := store.Token(t.Context(), key, i.refresh)
						if fails != errors.Is(err, errDown) || fails == (token.Value == "T1") {
							t.Errorf("caller %d: %q, %v", n, token.Value, err)
						}
					})
				}
				finished.Wait()
				if n := i.asked.Load(); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
				if d := time.Since(started); d > 101*time.Millisecond {
					t.Errorf("took %s: the callers waited for each other", d)
				}
			})
		})
	}
}

func TestFailureIsForgottenAfterASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		i.fails.Store(true)
		for range 10 { // every 100 ms for as long as the failure is remembered
			if _, err := store.Token(t.Context(), key, i.refresh); !errors.Is(err, errDown) {
				t.Errorf("got %v", err)
			}
			time.Sleep(lwa.FailureMemory / 10)
		}
		if n := i.asked.Load(); n != 1 {
			t.Errorf("%d requests within a second, want 1", n)
		}
		i.fails.Store(false)
		if got := value(t, store, i); got != "T2" {
			t.Errorf("after a second: %q", got)
		}
	})
}

// A minute of outage costs a request a second, not one per caller.
func TestOutageIsNotAmplified(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		i.fails.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var finished sync.WaitGroup
		for range 50 {
			finished.Go(func() {
				for ctx.Err() == nil {
					_, _ = store.Token(ctx, key, i.refresh)
					time.Sleep(20 * time.Millisecond)
				}
			})
		}
		finished.Wait()
		if n := i.asked.Load(); n > 60 || n < 50 {
			t.Errorf("%d requests in a minute", n)
		}
	})
}

func TestRefreshedEarly(t *testing.T) {
	t.Parallel()
	for lifetime, refreshed := range map[time.Duration]time.Duration{
		time.Hour:        time.Hour - lwa.Early,
		3 * time.Minute:  3*time.Minute - lwa.Early,
		time.Minute:      time.Minute / 2, // 60 s early would be at once
		90 * time.Second: 45 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			store, i := lwa.NewMemory(), newIssuer()
			i.lifetime, i.takes = lifetime, 0
			value(t, store, i)
			time.Sleep(refreshed - time.Millisecond)
			if got := value(t, store, i); got != "T1" {
				t.Errorf("lifetime %s: %q a millisecond before", lifetime, got)
			}
			time.Sleep(2 * time.Millisecond)
			if got := value(t, store, i); got != "T2" {
				t.Errorf("lifetime %s: %q a millisecond after %s", lifetime, got, refreshed)
			}
		})
	}
}

func TestTokenWithoutExpiryLasts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, asked := lwa.NewMemory(), 0
		refresh := func(context.Context) (lwa.Token, error) { asked++; return lwa.Token{Value: "T"}, nil }
		for range 3 {
			if token, err := store.Token(t.Context(), key, refresh); err != nil || token.Value != "T" {
				t.Errorf("%q, %v", token.Value, err)
			}
			time.Sleep(1000 * time.Hour)
		}
		if asked != 1 {
			t.Errorf("%d requests, want 1", asked)
		}
	})
}

// The minute before its expiry is there so that a refresh may fail in it.
func TestOldTokenIsUsedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		value(t, store, i)
		i.fails.Store(true)
		time.Sleep(time.Hour - lwa.Early)
		for range 3 {
			for range 2 { // when the refresh fails, and while that is remembered
				if got := value(t, store, i); got != "T1" {
					t.Errorf("got %q", got)
				}
			}
			time.Sleep(2 * lwa.FailureMemory)
		}
		if n := i.asked.Load(); n != 4 {
			t.Errorf("%d requests, want 4", n)
		}
		time.Sleep(lwa.Early)
		if token, err := store.Token(t.Context(), key, i.refresh); !errors.Is(err, errDown) || token.Value != "" {
			t.Errorf("after its expiry: %q, %v", token.Value, err)
		}
	})
}

func TestCancelledCallerDoesNotFailOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		i.takes = 3 * time.Second
		var finished sync.WaitGroup
		for n := range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if n < 9 { // the one who began the refresh among them
				ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
				defer cancel()
			}
			finished.Go(func() {
				started := time.Now()
				token, err := store.Token(ctx, key, i.refresh)
				if n == 9 {
					if err != nil || token.Value != "T1" {
						t.Errorf("the one who stayed: %q, %v", token.Value, err)
					}
				} else if d := time.Since(started); !errors.Is(err, context.DeadlineExceeded) || d != 100*time.Millisecond {
					t.Errorf("caller %d: %v after %s", n, err, d)
				}
			})
			synctest.Wait()
		}
		finished.Wait()
		if n := i.asked.Load(); n != 1 {
			t.Errorf("%d requests, want 1", n)
		}
	})
}

func TestLastWaiterEndsTheRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		i.takes = time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		var finished sync.WaitGroup
		for range 5 {
			finished.Go(func() {
				if _, err := store.Token(ctx, key, i.refresh); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		finished.Wait()
		synctest.Wait()
		if i.began.Load() != 0 {
			t.Error("the refresh goes on although nobody waits for it")
		}
		// Being given up says nothing about the server: the next caller asks.
		i.takes = 0
		if got := value(t, store, i); got != "T2" {
			t.Errorf("got %q", got)
		}
	})
}

// A refresh that does not hear its cancellation is not waited for.
func TestRefreshThatWasGivenUpIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := store.Token(ctx, key, func(context.Context) (lwa.Token, error) {
			time.Sleep(time.Minute)
			return lwa.Token{}, errDown
		}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if got := value(t, store, i); got != "T1" {
			t.Errorf("got %q", got)
		}
		time.Sleep(time.Hour / 2) // the old refresh fails meanwhile, which must change nothing
		if got := value(t, store, i); got != "T1" || i.asked.Load() != 1 {
			t.Errorf("got %q after %d requests", got, i.asked.Load())
		}
	})
}

func TestContextThatHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := store.Token(ctx, key, i.refresh)
		synctest.Wait()
		if n := i.asked.Load(); !errors.Is(err, context.Canceled) || n != 0 {
			t.Errorf("%v after %d requests", err, n)
		}
	})
}

// The values of the first caller's context reach hooks within the refresh.
func TestRefreshHasTheValuesOfItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type name struct{}
		ctx := context.WithValue(t.Context(), name{}, "Ada")
		_, err := lwa.NewMemory().Token(ctx, key, func(ctx context.Context) (lwa.Token, error) {
			if ctx.Value(name{}) != "Ada" {
				t.Error("the value is gone")
			}
			return lwa.Token{Value: "T"}, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestInvalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		store.Invalidate(t.Context(), key, lwa.Token{Value: "T1"}) // nothing there yet
		value(t, store, i)
		other := key
		other.SellerHash = "another"
		store.Invalidate(t.Context(), other, lwa.Token{Value: "T1"})
		store.Invalidate(t.Context(), key, lwa.Token{Value: "T0"})
		if got := value(t, store, i); got != "T1" {
			t.Errorf("another token was meant: %q", got)
		}
		store.Invalidate(t.Context(), key, lwa.Token{Value: "T1"})
		if got := value(t, store, i); got != "T2" {
			t.Errorf("after Invalidate: %q", got)
		}
		store.Invalidate(t.Context(), key, lwa.Token{Value: "T1"}) // a slow caller, who has the old one
		if got := value(t, store, i); got != "T2" {
			t.Errorf("the new token went with the old: %q", got)
		}
		i.fails.Store(true)
		store.Invalidate(t.Context(), key, lwa.Token{Value: "T2"})
		if token, err := store.Token(t.Context(), key, i.refresh); !errors.Is(err, errDown) || token.Value != "" {
			t.Errorf("a rejected token came back: %q, %v", token.Value, err)
		}
	})
}

func TestKeysAreApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, i := lwa.NewMemory(), newIssuer()
		seen := map[string]bool{}
		for _, k := range []lwa.Key{key, {Endpoint: "b"}, {ApplicationHash: "b"}, {SellerHash: "b"}} {
			token, err := store.Token(t.Context(), k, i.refresh)
			if err != nil || seen[token.Value] {
				t.Errorf("%+v: %q, %v", k, token.Value, err)
			}
			seen[token.Value] = true
		}
	})
}
