package facade_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// metered is a jobs API behind an ideal token bucket, which counts what it
// throttles.
type metered struct {
	rate, burst float64
	header      string // of x-amzn-RateLimit-Limit
	latency     func() time.Duration
	pages       int

	mu        sync.Mutex
	tokens    float64
	updated   time.Time
	served    int
	throttled int
	arrivals  []time.Time
}

func newMetered(rate, burst float64, pages int, latency time.Duration) *metered {
	return &metered{rate: rate, burst: burst, tokens: burst, updated: time.Now(), pages: pages, latency: func() time.Duration { return latency }}
}

func (m *metered) RoundTrip(r *http.Request) (*http.Response, error) {
	latency := m.latency()
	if err := pass(r.Context(), latency/2); err != nil {
		return nil, err
	}
	resp := m.answer(r)
	if err := pass(r.Context(), latency-latency/2); err != nil {
		return nil, err
	}
	return resp, nil
}

func (m *metered) answer(r *http.Request) *http.Response {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.tokens = math.Min(m.burst, m.tokens+now.Sub(m.updated).Seconds()*m.rate)
	m.updated = now
	m.arrivals = append(m.arrivals, now)
	if m.tokens < 1 {
		m.throttled++
		return reply(r, 429, `{"errors":[{"code":"QuotaExceeded"}]}`)
	}
	m.tokens--
	m.served++
	page, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
	next := ""
	if page+1 < m.pages {
		next = fmt.Sprintf(`,"nextPageToken":"%d"`, page+1)
	}
	header := []string{}
	if m.header != "" {
		header = []string{"x-amzn-RateLimit-Limit", m.header}
	}
	return reply(r, 200, fmt.Sprintf(`{"payload":{"jobs":[{"serviceJobId":"JOB-%d"}]%s}}`, page, next), header...)
}

// paced is a client that keeps to the usage plans.
func paced(t testing.TB, transport http.RoundTripper, opts ...facade.Option) *facade.Client {
	t.Helper()
	return clientOf(t, transport, append([]facade.Option{facade.WithLimiter(facade.NewLimiter())}, opts...)...)
}

// drain ranges over all jobs and returns how many came.
func drain(t testing.TB, client *facade.Client, opts ...facade.CallOption) (jobs int) {
	t.Helper()
	for _, err := range client.ServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start}, opts...) {
		if err != nil {
			t.Error(err)
			return jobs
		}
		jobs++
	}
	return jobs
}

// TestPromise3Drain is a drain of 500 pages at 10 requests per second with a
// burst of 40, which takes 46 s at least.
func TestPromise3Drain(t *testing.T) {
	t.Parallel()
	const pages = 500
	for _, latency := range []time.Duration{0, time.Millisecond, 50 * time.Millisecond, 92 * time.Millisecond, 100 * time.Millisecond, 101 * time.Millisecond, 200 * time.Millisecond, time.Second} {
		for name, opts := range map[string][]facade.CallOption{"": nil, "prefetch": {facade.Prefetch()}} {
			t.Run(latency.String()+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := newMetered(10, 40, pages, latency)
					started := time.Now()
					jobs := drain(t, paced(t, server), opts...)
					elapsed := time.Since(started)
					longest := max(46*time.Second, pages*latency) * 102 / 100
					if server.throttled != 0 || jobs != pages || elapsed > longest {
						t.Errorf("%d jobs in %s (at most %s), %d throttled", jobs, elapsed, longest, server.throttled)
					}
				})
			})
		}
	}
}

// TestPromise3DrainTogether has many goroutines drain through one Client, and
// clients derived from it, at the plan of one.
func TestPromise3DrainTogether(t *testing.T) {
	t.Parallel()
	for _, goroutines := range []int{2, 8, 64} {
		synctest.Test(t, func(t *testing.T) {
			pages := 512 / goroutines
			server := newMetered(10, 40, pages, 80*time.Millisecond)
			client := paced(t, server)
			started := time.Now()
			var group sync.WaitGroup
			for range goroutines {
				derived, err := client.With(facade.WithMarketplace(facade.MarketplaceCA))
				if err != nil {
					t.Fatal(err)
				}
				group.Go(func() {
					if jobs := drain(t, derived); jobs != pages {
						t.Errorf("%d jobs of %d", jobs, pages)
					}
				})
			}
			group.Wait()
			shortest := time.Duration(float64(512-40) / 10 * float64(time.Second))
			if elapsed := time.Since(started); server.throttled != 0 || elapsed > shortest*102/100 {
				t.Errorf("%d goroutines: %s (at least %s), %d throttled", goroutines, elapsed, shortest, server.throttled)
			}
		})
	}
}

// TestPromise3WrongPlan has the server allow half of what the reference says,
// and tell so.
func TestPromise3WrongPlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const pages = 500
		server := newMetered(5, 20, pages, 20*time.Millisecond)
		server.header = "5.0"
		started := time.Now()
		jobs := drain(t, paced(t, server))
		shortest := time.Duration(float64(pages-20) / 5 * float64(time.Second))
		if elapsed := time.Since(started); jobs != pages || server.throttled > 10 || elapsed > shortest*105/100 {
			t.Errorf("%d jobs in %s (at least %s), %d throttled", jobs, elapsed, shortest, server.throttled)
		}
	})
}

// TestPromise3RateHeader measures the rate that a bucket keeps after a header
// has been heard: n requests that find the bucket empty take n / rate.
func TestPromise3RateHeader(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]float64{
		"": 10, "NaN": 10, "Inf": 10, "+Inf": 10, "-Inf": 10, "0": 10, "-1": 10, "0.0": 10, "1e400": 10, "ten": 10, "10 10": 10,
		"10": 10, "5": 5, " 20.0 ": 20, "2.5": 2.5, "99": 99, "1e9": 100, "1e308": 100, "101": 100, "1e-300": 0.1, "0.0001": 0.1, "0x1p-1074": 0.1,
	} {
		synctest.Test(t, func(t *testing.T) {
			var told atomic.Bool
			client := paced(t, api(func(r *http.Request) (*http.Response, error) {
				if told.Swap(true) {
					return reply(r, 200, `{"payload":{}}`), nil
				}
				return reply(r, 429, ``, "x-amzn-RateLimit-Limit", header), nil
			}))
			list := invocationOf(t, "getServiceJobs").invoke
			if _, err := list(t.Context(), client, facade.NoRetry()); !errors.Is(err, facade.ErrThrottled) {
				t.Error(err)
			}
			const n = 20
			started := time.Now()
			for range n {
				if _, err := list(t.Context(), client); err != nil {
					t.Error(err)
				}
			}
			if got := n / time.Since(started).Seconds(); math.Abs(got-want) > want/1000 {
				t.Errorf("%q: %g requests per second, want %g", header, got, want)
			}
		})
	}
}

// TestPromise3ThrottledStopsAll has one caller meet a 429: nobody sends while
// the bucket fills up again.
func TestPromise3ThrottledStopsAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		client := paced(t, script(&sent, answers(429, ""), answers(200, `{"payload":{}}`)))
		derived, err := client.With(facade.WithMarketplace(facade.MarketplaceCA))
		if err != nil {
			t.Fatal(err)
		}
		query := facade.ServiceJobsQuery{CreatedAfter: start}
		if _, err := client.ListServiceJobs(t.Context(), query, facade.NoRetry()); !errors.Is(err, facade.ErrThrottled) {
			t.Fatal(err)
		}
		if _, err := derived.ListServiceJobs(t.Context(), query, facade.NoWait()); !errors.As(err, new(*facade.LimitError)) || sent.Load() != 1 {
			t.Errorf("%v after %d requests", err, sent.Load())
		}
		// Another operation has a bucket of its own.
		if _, err := derived.GetAppointmentSlots(t.Context(), "B000000001", "STORE-1", facade.Window{}, facade.NoWait()); errors.As(err, new(*facade.LimitError)) {
			t.Error(err)
		}
		var info facade.Info
		if _, err := derived.ListServiceJobs(t.Context(), query, facade.Capture(&info)); err != nil || info.LimiterWait != 100*time.Millisecond {
			t.Errorf("%v after %s", err, info.LimiterWait)
		}
	})
}

func TestPromise3FirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var served []string
		var mu sync.Mutex
		client := paced(t, api(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			served = append(served, r.URL.Query().Get("n"))
			return reply(r, 429, ``), nil
		}))
		empty := func(opts ...facade.CallOption) error {
			_, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start}, append(opts, facade.NoRetry())...)
			return err
		}
		if err := empty(facade.WithQuery("n", "0")); !errors.Is(err, facade.ErrThrottled) {
			t.Fatal(err)
		}
		const waiters = 64
		var group sync.WaitGroup
		for n := 1; n < waiters; n++ {
			group.Go(func() { _ = empty(facade.WithQuery("n", strconv.Itoa(n))) })
			time.Sleep(time.Duration(rand.N(900)) * time.Microsecond)
			synctest.Wait()
		}
		group.Wait()
		for n, got := range served {
			if got != strconv.Itoa(n) {
				t.Fatalf("served %v", served)
			}
		}
		if len(served) != waiters {
			t.Errorf("%d served", len(served))
		}
	})
}

// exhausted returns a client whose bucket for jobs is empty: the next request
// is due in 100 ms.
func exhausted(t *testing.T) (client *facade.Client, sent *atomic.Int32) {
	t.Helper()
	sent = new(atomic.Int32)
	client = paced(t, script(sent, answers(429, ""), answers(200, `{"payload":{}}`)))
	_, _ = client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start}, facade.NoRetry())
	return client, sent
}

func TestPromise3TooLateIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout time.Duration
		opts    []facade.CallOption
		sent    bool
	}{
		"deadline before": {99 * time.Millisecond, nil, false},
		"deadline after":  {101 * time.Millisecond, nil, true},
		"no wait":         {time.Hour, []facade.CallOption{facade.NoWait()}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, sent := exhausted(t)
			ctx, cancel := context.WithTimeout(t.Context(), c.timeout)
			defer cancel()
			started := time.Now()
			_, err := client.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: start}, c.opts...)
			if (sent.Load() == 2) != c.sent || (err == nil) != c.sent {
				t.Fatalf("%s: %v after %d requests", name, err, sent.Load())
			}
			if c.sent {
				return
			}
			var late *facade.LimitError
			if !errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded) != (c.opts == nil) || late.Wait != 100*time.Millisecond || late.Operation != "getServiceJobs" || time.Since(started) != 0 {
				t.Errorf("%s: %v after %s", name, err, time.Since(started))
			}
		})
	}
}

// TestPromise3GivingUpCostsNothing has most of a queue leave: the others are
// served as if those had never come.
func TestPromise3GivingUpCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, sent := exhausted(t)
		var group sync.WaitGroup
		for n := range 5 {
			ctx, cancel := context.WithCancel(t.Context())
			group.Go(func() {
				_, err := client.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: start})
				if errors.Is(err, context.Canceled) != (n < 4) {
					t.Errorf("%d: %v", n, err)
				}
			})
			synctest.Wait()
			defer cancel()
			if n < 4 {
				time.AfterFunc(10*time.Millisecond, cancel)
			}
		}
		started := time.Now()
		group.Wait()
		if elapsed := time.Since(started).Round(time.Microsecond); elapsed != 100*time.Millisecond || sent.Load() != 2 {
			t.Errorf("served after %s, %d requests", elapsed, sent.Load())
		}
	})
}

// TestPromise3EveryAttemptIsPaced counts the tokens that repeats take.
func TestPromise3EveryAttemptIsPaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := newMetered(10, 40, 1, 0)
		var sent atomic.Int32
		client := paced(t, counted(&sent, func(r *http.Request, n int) (*http.Response, error) {
			resp, err := server.RoundTrip(r)
			if n%2 == 1 && resp.StatusCode == 200 {
				return reply(r, 503, ""), nil
			}
			return resp, err
		}), facade.WithRetryPolicy(facade.RetryPolicy{BackoffBase: 1, BackoffCap: 1}))
		for range 100 {
			if _, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start}); err != nil {
				t.Fatal(err)
			}
		}
		if server.throttled != 0 || sent.Load() != 200 {
			t.Errorf("%d requests, %d throttled", sent.Load(), server.throttled)
		}
	})
}
