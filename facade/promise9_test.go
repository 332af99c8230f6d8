package facade_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// unreliable is the API and its token server on a bad day. What it does next
// is drawn, with a seed so that a failure comes again.
type unreliable struct {
	mu     sync.Mutex
	random *rand.Rand
	issued atomic.Int32
}

func newUnreliable(seed uint64) *unreliable {
	return &unreliable{random: rand.New(rand.NewPCG(seed, seed))}
}

func (u *unreliable) draw(n int) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.random.IntN(n)
}

func (u *unreliable) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	if err := pass(r.Context(), time.Duration(u.draw(300))*time.Millisecond); err != nil {
		return nil, err
	}
	fault := u.draw(12)
	if strings.HasSuffix(r.URL.Path, "/token") {
		if fault == 0 {
			return reply(r, 503, ""), nil
		}
		return reply(r, 200, fmt.Sprintf(`{"access_token":"Atza|%d","expires_in":61}`, u.issued.Add(1))), nil
	}
	return u.answer(r, fault)
}

// answer is what comes of a request to the API.
func (u *unreliable) answer(r *http.Request, fault int) (*http.Response, error) {
	switch fault {
	case 0:
		return reply(r, 503, ""), nil
	case 1:
		return reply(r, 429, "", "Retry-After", "1"), nil
	case 2:
		return reply(r, 403, expiredToken), nil
	case 3:
		return nil, io.ErrUnexpectedEOF
	case 4:
		return hangs(r)
	case 5:
		resp := reply(r, 200, "")
		resp.Body = &dripping{ctx: r.Context(), every: time.Second}
		return resp, nil
	}
	for _, op := range invocations {
		if row := operationOf(op.id); row.Method == r.Method && matches(row.Path, r.URL.Path) {
			return reply(r, op.status, op.success), nil
		}
	}
	return reply(r, 404, ""), nil
}

// counting is a hook that counts what it sees begin and end.
type counting struct{ begun, ended atomic.Int64 }

func (c *counting) Start(ctx context.Context, _ facade.Event) (context.Context, func(facade.Result)) {
	c.begun.Add(1)
	return ctx, func(facade.Result) { c.ended.Add(1) }
}

// TestPromise9OneClientManyGoroutines has 100 goroutines share a Client. Half
// of the contexts end at some point of the call. The bubble fails the test if
// a goroutine is left behind, and -race if one meets another.
func TestPromise9OneClientManyGoroutines(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var hook counting
				server := newUnreliable(seed)
				client := clientOf(t, server, facade.WithTokenEndpoint(apiHost+"/token"), facade.WithLimiter(facade.NewLimiter()), facade.WithHook(&hook),
					facade.WithCredentials(facade.Credentials{ClientID: "client", ClientSecret: "secret", RefreshToken: "refresh"}),
					facade.WithLogger(slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))))
				// Spare capacity, which a careless append would write to.
				shared := append(make([]facade.CallOption, 0, 8), facade.Marketplace(facade.MarketplaceCA), facade.WithQuery("new", "1"))
				query := facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: append(make([]string, 0, 8), "1", "2")}
				var group sync.WaitGroup
				var succeeded, late atomic.Int64
				for n := range 100 {
					group.Go(func() {
						for _, op := range invocations {
							ctx, cancel := context.WithCancel(t.Context())
							var end time.Time
							if n%2 == 0 {
								after := time.Duration(server.draw(3000)) * time.Millisecond
								end = time.Now().Add(after)
								time.AfterFunc(after, cancel)
							}
							var info facade.Info
							_, err := op.invoke(ctx, client, append(shared[:len(shared):len(shared)], facade.Capture(&info))...)
							if !end.IsZero() && time.Since(end) > 0 {
								late.Add(1)
							}
							if err == nil {
								succeeded.Add(1)
							}
							cancel()
						}
						for _, err := range client.ServiceJobs(t.Context(), query, shared...) {
							if err != nil {
								break
							}
						}
					})
				}
				group.Wait()
				if hook.begun.Load() != hook.ended.Load() {
					t.Errorf("%d phases begun, %d ended", hook.begun.Load(), hook.ended.Load())
				}
				if succeeded.Load() < 100 || late.Load() > 0 {
					t.Errorf("%d calls succeeded, %d returned after their context", succeeded.Load(), late.Load())
				}
			})
		})
	}
}

// TestPromise9NothingOutlivesItsCall looks for goroutines right after a call
// has returned, not after a while.
func TestPromise9NothingOutlivesItsCall(t *testing.T) {
	t.Parallel()
	drips := func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 200, "")
		resp.Body = &dripping{ctx: r.Context(), every: 100 * time.Millisecond}
		return resp, nil
	}
	for name, slow := range map[string]api{"headers": hangs, "body": drips} {
		for _, after := range []time.Duration{0, 50 * time.Millisecond, 2 * time.Second, time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				var inside atomic.Int64
				client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
					inside.Add(1)
					defer inside.Add(-1)
					return slow(r)
				}), facade.WithTokenEndpoint(apiHost+"/token"), facade.WithCredentials(facade.Credentials{ClientID: "client", ClientSecret: "secret", RefreshToken: "refresh"}))
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				_, err := client.GetServiceJob(ctx, "JOB-1")
				synctest.Wait()
				if n := inside.Load(); n != 0 || err == nil {
					t.Errorf("%s, %s: %d requests go on after %v", name, after, n, err)
				}
			})
		}
	}
}

// TestPromise9OnTheWire has 100 goroutines share a Client over real
// connections, half of them with contexts that end early.
func TestPromise9OnTheWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = pass(r.Context(), time.Duration(rand.N(20))*time.Millisecond)
		resp, err := newUnreliable(0).answer(r, rand.N(4)*3) // no answer that takes its time
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	t.Cleanup(server.Close)
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	client := clientOf(t, transport, facade.WithEndpoint(server.URL), impatient)
	var group sync.WaitGroup
	var succeeded atomic.Int64
	for n := range 100 {
		group.Go(func() {
			for _, op := range invocations {
				ctx, cancel := context.WithCancel(t.Context())
				if n%2 == 0 {
					time.AfterFunc(time.Duration(rand.N(20))*time.Millisecond, cancel)
				}
				_, err := op.invoke(ctx, client)
				if err == nil {
					succeeded.Add(1)
				} else if ctx.Err() == nil && !errors.As(err, new(*facade.APIError)) {
					t.Errorf("%s: %v", op.id, err)
				}
				cancel()
			}
		})
	}
	group.Wait()
	if succeeded.Load() < 100 {
		t.Errorf("%d calls succeeded", succeeded.Load())
	}
}

// TestPromise9CallersDataIsNotChanged compares what a caller passes in before
// and after.
func TestPromise9CallersDataIsNotChanged(t *testing.T) {
	t.Parallel()
	query := facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: []string{"2", "1"}, Statuses: []facade.ServiceJobStatus{"HOLD"}}
	ids := []string{"RESOURCE-2", "RESOURCE-1"}
	before := fmt.Sprintf("%#v %q %#v", query, ids, day)
	var sent atomic.Int32
	client := clientOf(t, counted(&sent, func(r *http.Request, _ int) (*http.Response, error) { return reply(r, 200, `{"payload":{}}`), nil }))
	for range client.ServiceJobPages(t.Context(), query) {
	}
	_, _ = client.AssignAppointmentResources(t.Context(), "JOB-1", "APPOINTMENT-1", ids)
	_, _ = client.GetRangeSlotCapacity(t.Context(), "RESOURCE-1", day)
	if after := fmt.Sprintf("%#v %q %#v", query, ids, day); before != after || sent.Load() != 3 {
		t.Errorf("was %s, is %s; %d requests", before, after, sent.Load())
	}
}
