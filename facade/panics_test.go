package facade_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// errBoom is what callbacks panic with.
var errBoom = errors.New("boom")

// faulty has a callback of every kind. The one at where does what a callback must
// not do.
type faulty struct {
	where    string
	armed    atomic.Bool
	goingOff func()
	inner    facade.TokenStore
}

func (b *faulty) at(where string) {
	if b.where == where && b.armed.Load() {
		b.goingOff()
	}
}

func (b *faulty) credentials(context.Context) (facade.Credentials, error) {
	b.at("credentials")
	return sellerCredentials, nil
}

type (
	faultySource  struct{ *faulty }
	faultyStore   struct{ *faulty }
	faultyLimiter struct{ *faulty }
)

func (b faultySource) Token(context.Context) (facade.Token, error) {
	b.at("source")
	return facade.Token{Value: "Atza|1"}, nil
}

func (b faultySource) TokenIdentity() (application, seller string) {
	b.at("identity")
	return "app", "seller"
}

func (b faultySource) Invalidate(context.Context, facade.Token) { b.at("source's Invalidate") }

func (b faultyStore) Token(ctx context.Context, key facade.TokenKey, refresh func(context.Context) (facade.Token, error)) (facade.Token, error) {
	b.at("store")
	return b.inner.Token(ctx, key, refresh)
}

func (b faultyStore) Invalidate(ctx context.Context, key facade.TokenKey, token facade.Token) {
	b.at("store's Invalidate")
	b.inner.Invalidate(ctx, key, token)
}

func (b faultyLimiter) Wait(context.Context, facade.Key, facade.Plan) error {
	b.at("limiter")
	return nil
}
func (b faultyLimiter) Observe(facade.Key, facade.Outcome) { b.at("limiter's Observe") }

func (b *faulty) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	b.at("hook of " + string(e.Phase))
	return ctx, func(facade.Result) { b.at("end of " + string(e.Phase)) }
}

// client has pages, and a token that the API calls expired when the faulty is to go
// off where tokens are given back.
func (b *faulty) client(t *testing.T) *facade.Client {
	pages := linear(4)
	b.inner = facade.NewTokenStore()
	log := handlerFunc(func(context.Context, slog.Record) { b.at("logger") })
	opts := []facade.Option{
		facade.WithTokenEndpoint(loginURL), facade.WithCredentialsFunc(b.credentials), facade.WithTokenStore(faultyStore{b}),
		facade.WithLimiter(faultyLimiter{b}), facade.WithHook(b), facade.WithLogger(slog.New(log)),
	}
	if strings.Contains(b.where, "source") || b.where == "identity" {
		opts = append(opts, facade.WithTokenSource(faultySource{b}))
	}
	return clientOf(t, withLogin(func(r *http.Request) (*http.Response, error) {
		b.at("token request")
		return granted(r, 1)
	}, func(r *http.Request) (*http.Response, error) {
		b.at("transport")
		if b.armed.Load() && strings.Contains(b.where, "Invalidate") {
			return reply(r, http.StatusForbidden, expiredAnswer), nil
		}
		if b.armed.Load() && strings.Contains(b.where, "backoff") {
			return reply(r, http.StatusTooManyRequests, ""), nil
		}
		return pages.RoundTrip(r)
	}), opts...)
}

// callbacks are the places where the caller's code runs.
var callbacks = []string{
	"credentials", "source", "identity", "source's Invalidate", "store", "store's Invalidate", "token request", "transport",
	"limiter", "limiter's Observe", "logger", "hook of call", "end of call", "hook of limiter", "end of limiter",
	"hook of token", "end of token", "hook of attempt", "end of attempt", "hook of backoff", "end of backoff",
}

// ended says how do ended, on a goroutine of the test's.
func ended(do func() error) string {
	result := make(chan string, 1)
	go func() {
		how := "exited"
		defer func() {
			if p := recover(); p != nil {
				how = fmt.Sprint("panicked: ", p)
			}
			result <- how
		}()
		err := do()
		if how = "returned"; err != nil {
			how = "failed: " + err.Error()
		}
	}()
	return <-result
}

// ways are those in which callbacks are reached.
var ways = map[string]func(context.Context, *facade.Client) error{
	"call": func(ctx context.Context, client *facade.Client) error {
		_, err := client.ListServiceJobs(ctx, allJobs)
		return err
	},
	"range": func(ctx context.Context, client *facade.Client) error {
		_, err := drained(client.ServiceJobs(ctx, allJobs))
		return err
	},
	"prefetch": func(ctx context.Context, client *facade.Client) error {
		_, err := drained(client.ServiceJobs(ctx, allJobs, facade.Prefetch()))
		return err
	},
	"upload": func(ctx context.Context, client *facade.Client) error {
		_, err := uploadPDF(ctx, client, strings.NewReader("proof"))
		return err
	},
}

// What a callback of the caller does surfaces where the caller is. It ends no
// program, holds nobody, and the client goes on to work.
func TestCallbacksPanicWhereTheCallerIs(t *testing.T) {
	t.Parallel()
	for _, where := range callbacks {
		for way, use := range ways {
			for _, late := range []bool{false, true} { // from the second page on
				for _, exits := range []bool{false, true} {
					synctest.Test(t, func(t *testing.T) {
						b := &faulty{where: where, goingOff: func() { panic(errBoom) }}
						if exits {
							b.goingOff = runtime.Goexit
						}
						client := b.client(t)
						b.armed.Store(!late)
						var got string
						if late && way != "call" && way != "upload" {
							got = ended(func() error {
								var opts []facade.CallOption
								if way == "prefetch" {
									opts = append(opts, facade.Prefetch())
								}
								for _, err := range client.ServiceJobPages(t.Context(), allJobs, opts...) {
									if err != nil {
										return err
									}
									b.armed.Store(true)
									time.Sleep(2 * time.Hour) // the token expires
								}
								return nil
							})
						} else {
							b.armed.Store(true)
							got = ended(func() error { return use(t.Context(), client) })
						}
						surfaced := strings.HasPrefix(got, "panicked: boom")
						if exits {
							surfaced = got == "exited" || strings.Contains(got, "Goexit")
						}
						if !surfaced {
							t.Errorf("%s, %s, exits %t, late %t: %s", where, way, exits, late, got)
						}
						b.armed.Store(false)
						time.Sleep(2 * time.Second)
						if _, err := client.ListServiceJobs(t.Context(), allJobs); err != nil {
							t.Errorf("%s, %s, exits %t, late %t: afterwards %v", where, way, exits, late, err)
						}
					})
				}
			}
		}
	}
}

// Who waits for a refresh that somebody else began gets an error, and nobody waits
// for ever.
func TestEveryWaiterLearnsOfAPanic(t *testing.T) {
	t.Parallel()
	for name, goingOff := range map[string]func(){"panic": func() { panic(errBoom) }, "exit": runtime.Goexit} {
		for _, where := range []string{"credentials", "token request"} {
			synctest.Test(t, func(t *testing.T) {
				b := &faulty{where: where, goingOff: func() { time.Sleep(time.Second); goingOff() }}
				client := b.client(t)
				if _, err := client.ListServiceJobs(t.Context(), allJobs); err != nil { // so that the identity is known
					t.Fatal(err)
				}
				time.Sleep(2 * time.Hour)
				b.armed.Store(true)
				var mu sync.Mutex
				seen := map[string]int{}
				started := time.Now()
				var all sync.WaitGroup
				for range 100 {
					all.Go(func() {
						how := ended(func() error { _, err := client.ListServiceJobs(t.Context(), allJobs); return err })
						mu.Lock()
						defer mu.Unlock()
						seen[how]++
					})
				}
				all.Wait()
				panics := seen["panicked: boom"]
				delete(seen, "panicked: boom")
				for how := range seen {
					if !strings.Contains(how, "no access token: refresh_broken") {
						t.Errorf("%s of %s: %s", name, where, how)
					}
				}
				if (panics == 1) != (name == "panic") || time.Since(started) != time.Second {
					t.Errorf("%s of %s: %d panics after %s", name, where, panics, time.Since(started))
				}
			})
		}
	}
}

// A range that is left early is told of a panic ahead, unless it panics itself.
func TestLeavingARangeTellsOfAPanicAhead(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{"breaks": "panicked: boom", "panics": "panicked: in the body", "exits": "exited"} {
		synctest.Test(t, func(t *testing.T) {
			b := &faulty{where: "hook of call", goingOff: func() { panic(errBoom) }}
			client := b.client(t)
			got := ended(func() error {
				for range client.ServiceJobPages(t.Context(), allJobs, facade.Prefetch()) {
					if b.armed.Load() {
						return nil
					}
					b.armed.Store(true)
					synctest.Wait()
					switch body {
					case "panics":
						panic("in the body")
					case "exits":
						runtime.Goexit()
					}
					break
				}
				return nil
			})
			if got != want {
				t.Errorf("a body that %s: %s, want %s", body, got, want)
			}
		})
	}
}

// A credentials function that does not return holds no call longer than its
// context, and is not called again meanwhile.
func TestHungCredentialsFunctionHoldsNoCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		released := make(chan struct{})
		client := sellerOf(t, func(r *http.Request) (*http.Response, error) { return granted(r, 1) }, answers(http.StatusOK, jobAnswer),
			facade.WithCredentialsFunc(func(context.Context) (facade.Credentials, error) {
				asked.Add(1)
				<-released
				return sellerCredentials, nil
			}))
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			started := time.Now()
			err := getJob(ctx, client)()
			cancel()
			if elapsed := time.Since(started); !errors.Is(err, context.DeadlineExceeded) || elapsed > 1100*time.Millisecond {
				t.Errorf("%v after %s", err, elapsed)
			}
		}
		wantCount(t, "calls of the function", &asked, 1)
		close(released)
		if err := getJob(t.Context(), client)(); err != nil {
			t.Error(err)
		}
	})
}

// A panic that comes when nobody waits any more is logged.
func TestLatePanicOfACredentialsFunctionIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		var logged atomic.Int32
		log := handlerFunc(func(_ context.Context, r slog.Record) {
			if strings.Contains(r.Message, "panicked") {
				logged.Add(1)
			}
		})
		b := &faulty{where: "credentials", goingOff: func() { <-released; panic(errBoom) }}
		client := b.client(t)
		if _, err := client.ListServiceJobs(t.Context(), allJobs); err != nil { // so that the identity is known
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		b.armed.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := derive(t, client, facade.WithLogger(slog.New(log))).ListServiceJobs(ctx, allJobs); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Second)
		close(released)
		synctest.Wait()
		wantCount(t, "panics logged", &logged, 1)
	})
}
