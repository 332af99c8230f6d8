package pacing_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/spservices/services-go/internal/pacing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	jobs  = pacing.Key{Region: "na", ApplicationHash: "a", SellerHash: "s", Operation: "getServiceJobs"}
	plan  = pacing.Plan{Rate: 10, Burst: 40}
	token = 100 * time.Millisecond // until the next token of that plan
)

// take waits for a token and returns how long that took.
func take(t *testing.T, l pacing.Limiter, key pacing.Key, plan pacing.Plan) time.Duration {
	t.Helper()
	started := time.Now()
	if err := l.Wait(t.Context(), key, plan); err != nil {
		t.Errorf("Wait: %v", err)
	}
	return time.Since(started)
}

// drained returns a limiter whose bucket is empty.
func drained(t *testing.T) pacing.Limiter {
	t.Helper()
	l := pacing.NewBuckets()
	l.Observe(jobs, pacing.Outcome{}) // of a bucket that is not there yet
	for range plan.Burst - 1 {
		if d := take(t, l, jobs, plan); d != 0 {
			t.Fatalf("a request within the burst waited %s", d)
		}
	}
	return l
}

// near allows for the nanosecond that a wait is rounded up by.
func near(got, want time.Duration) bool { return got >= want && got <= want+time.Microsecond }

func TestBurst(t *testing.T) {
	t.Parallel()
	for burst, want := range map[int]int{1: 1, 2: 1, 3: 2, 40: 39} {
		synctest.Test(t, func(t *testing.T) {
			l := pacing.NewBuckets()
			for i := range want {
				if d := take(t, l, jobs, pacing.Plan{Rate: 10, Burst: burst}); d != 0 {
					t.Errorf("burst %d: request %d waited %s", burst, i+1, d)
				}
			}
			if d := take(t, l, jobs, pacing.Plan{Rate: 10, Burst: burst}); !near(d, token) {
				t.Errorf("burst %d: request %d waited %s", burst, want+1, d)
			}
		})
	}
}

func TestRefillStopsAtCapacity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := drained(t)
		time.Sleep(time.Hour)
		for i := range plan.Burst - 1 {
			if d := take(t, l, jobs, plan); d != 0 {
				t.Errorf("request %d waited %s", i+1, d)
			}
		}
		if d := take(t, l, jobs, plan); !near(d, token) {
			t.Errorf("beyond the burst: waited %s", d)
		}
	})
}

func TestKeysAreApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := drained(t)
		for _, key := range []pacing.Key{
			{Region: "eu", ApplicationHash: "a", SellerHash: "s", Operation: "getServiceJobs"},
			{Region: "na", ApplicationHash: "b", SellerHash: "s", Operation: "getServiceJobs"},
			{Region: "na", ApplicationHash: "a", SellerHash: "t", Operation: "getServiceJobs"},
			{Region: "na", ApplicationHash: "a", SellerHash: "s", Operation: "updateSchedule"},
		} {
			l.Observe(jobs, pacing.Outcome{Throttled: true})
			if d := take(t, l, key, plan); d != 0 {
				t.Errorf("%+v waited %s", key, d)
			}
		}
	})
}

func TestFirstInFirstOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := drained(t)
		const callers = 50
		var mu sync.Mutex
		var order []int
		var finished sync.WaitGroup
		for i := range callers {
			finished.Go(func() {
				take(t, l, jobs, plan)
				mu.Lock()
				defer mu.Unlock()
				order = append(order, i)
			})
			synctest.Wait()
			time.Sleep(time.Millisecond)
		}
		finished.Wait()
		if !slices.IsSorted(order) || len(order) != callers {
			t.Errorf("served in the order %v", order)
		}
	})
}

// Whoever comes while others wait is behind them, also when it will not wait.
func TestNobodyIsOvertaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := drained(t)
		var finished sync.WaitGroup
		for range 3 {
			finished.Go(func() { take(t, l, jobs, plan) })
		}
		synctest.Wait()
		impatient := plan
		impatient.MaxWait = -1
		err := l.Wait(t.Context(), jobs, impatient)
		var limit *pacing.LimitError
		if !errors.As(err, &limit) || limit.Operation != jobs.Operation || !near(limit.Wait, 4*token) {
			t.Errorf("behind three others: %v", err)
		}
		started := time.Now()
		finished.Wait()
		if d := time.Since(started); !near(d, 3*token) {
			t.Errorf("the three took %s", d)
		}
	})
}

// The token that somebody waits for is not for whoever comes in that instant.
// Which of the two runs first is chance, hence the many tries.
func TestNobodyIsOvertakenAtTheInstant(t *testing.T) {
	t.Parallel()
	impatient := plan
	impatient.MaxWait = -1
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			l := drained(t)
			waited := make(chan time.Duration)
			go func() { waited <- take(t, l, jobs, plan) }()
			time.Sleep(token)
			if err := l.Wait(t.Context(), jobs, impatient); err == nil {
				t.Error("one that would not wait took the token")
			}
			if d := take(t, l, jobs, plan); d < token-time.Microsecond {
				t.Errorf("the newcomer waited %s", d)
			}
			if d := <-waited; !near(d, token) {
				t.Errorf("the first in line waited %s", d)
			}
		})
	}
}

func TestDeadlineBeforeTurn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout, maxWait time.Duration // 0 for none
		refused          bool
	}{
		"deadline too near":  {timeout: token - time.Millisecond, refused: true},
		"deadline far":       {timeout: token + time.Millisecond},
		"no wait":            {maxWait: -1, refused: true},
		"wait too short":     {maxWait: token - time.Millisecond, refused: true},
		"wait long enough":   {maxWait: token + time.Millisecond},
		"the nearer one":     {timeout: time.Hour, maxWait: token / 2, refused: true},
		"the nearer one too": {timeout: token / 2, maxWait: time.Hour, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := drained(t)
				ctx, p := t.Context(), plan
				p.MaxWait = c.maxWait
				if c.timeout != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.timeout)
					defer cancel()
				}
				started := time.Now()
				err := l.Wait(ctx, jobs, p)
				elapsed := time.Since(started)
				if !c.refused {
					if err != nil || !near(elapsed, token) {
						t.Errorf("after %s: %v", elapsed, err)
					}
					return
				}
				var limit *pacing.LimitError
				if !errors.As(err, &limit) || errors.Is(err, context.DeadlineExceeded) != (c.timeout != 0 && c.timeout < token) || errors.Is(err, context.Canceled) || elapsed != 0 {
					t.Fatalf("after %s: %v, want a LimitError at once", elapsed, err)
				}
				if limit.Operation != jobs.Operation || !near(limit.Wait, token) {
					t.Errorf("got %+v", limit)
				}
				if d := take(t, l, jobs, plan); !near(d, token) {
					t.Errorf("the next one waited %s: the refusal has cost a token", d)
				}
			})
		})
	}
}

func TestContextThatHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, l := range map[string]pacing.Limiter{"buckets": pacing.NewBuckets(), "unlimited": pacing.Unlimited()} {
		if err := l.Wait(ctx, jobs, plan); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelledWaitersGiveTheirPlaceBack(t *testing.T) {
	t.Parallel()
	for name, cancelled := range map[string][]int{"first": {0}, "all but the last": {3, 2, 1, 0}, "in the middle": {1, 2}, "at the end": {4}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := drained(t)
				started := time.Now()
				var waits [5]time.Duration
				var failures [5]error
				var cancels [5]context.CancelFunc
				var finished sync.WaitGroup
				for i := range waits {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					cancels[i] = cancel
					finished.Go(func() { failures[i] = l.Wait(ctx, jobs, plan); waits[i] = time.Since(started) })
					synctest.Wait()
				}
				time.Sleep(token / 2)
				for _, i := range cancelled {
					cancels[i]()
				}
				finished.Wait()
				turn := time.Duration(0)
				for i := range waits {
					if slices.Contains(cancelled, i) {
						if !errors.Is(failures[i], context.Canceled) || waits[i] != token/2 {
							t.Errorf("cancelled caller %d: %v after %s", i, failures[i], waits[i])
						}
						continue
					}
					turn += token
					if failures[i] != nil || !near(waits[i], turn) {
						t.Errorf("caller %d: %v after %s, want %s", i, failures[i], waits[i], turn)
					}
				}
			})
		})
	}
}

func TestThrottlingEmptiesTheBucketForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pacing.NewBuckets()
		take(t, l, jobs, plan) // 38 are left
		l.Observe(jobs, pacing.Outcome{Throttled: true})
		started := time.Now()
		var finished sync.WaitGroup
		for range 5 {
			finished.Go(func() { take(t, l, jobs, plan) })
		}
		synctest.Wait()
		time.Sleep(token * 3 / 2) // one is through, the next half way
		l.Observe(jobs, pacing.Outcome{Throttled: true})
		finished.Wait()
		if d, want := time.Since(started), token*3/2+4*token; !near(d, want) {
			t.Errorf("took %s, want %s", d, want)
		}
	})
}

func TestLimitError(t *testing.T) {
	t.Parallel()
	err := &pacing.LimitError{Operation: "getServiceJobs", Wait: 1234567 * time.Microsecond}
	if got, want := err.Error(), "getServiceJobs: not sent: the usage plan has no request left for 1.235s"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestUnlimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := pacing.Unlimited()
		for range 10_000 {
			l.Observe(jobs, pacing.Outcome{Throttled: true, Rate: math.SmallestNonzeroFloat64})
			if d := take(t, l, jobs, plan); d != 0 {
				t.Fatalf("waited %s", d)
			}
		}
	})
}
