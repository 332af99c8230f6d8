package pacing_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/internal/pacing"
)

// server is an ideal token bucket that refuses what comes too early.
type server struct {
	mu          sync.Mutex
	rate, burst float64
	tokens      float64
	updated     time.Time
	refused     int
}

func newServer(rate, burst float64) *server {
	return &server{rate: rate, burst: burst, tokens: burst, updated: time.Now()}
}

// tolerance is what adding up floating-point numbers may cost.
const tolerance = 1e-6

func (s *server) serves() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.tokens = math.Min(s.burst, s.tokens+now.Sub(s.updated).Seconds()*s.rate)
	s.updated = now
	if s.tokens < 1-tolerance {
		s.refused++
		return false
	}
	s.tokens--
	return true
}

// drain fetches pages by many workers, again where they were refused, and
// returns how long that took. The rate goes with successes alone.
func drain(t *testing.T, s *server, pages, workers int, latency time.Duration, header float64) time.Duration {
	t.Helper()
	l := pacing.NewBuckets()
	var fetched atomic.Int64
	var finished sync.WaitGroup
	started := time.Now()
	for range workers {
		finished.Go(func() {
			for fetched.Add(1) <= int64(pages) {
				for served := false; !served; {
					if err := l.Wait(t.Context(), jobs, plan); err != nil {
						t.Error(err)
						return
					}
					time.Sleep(latency / 2)
					served = s.serves()
					time.Sleep(latency / 2)
					if served {
						l.Observe(jobs, pacing.Outcome{Rate: header})
					} else {
						l.Observe(jobs, pacing.Outcome{Throttled: true})
					}
				}
			}
		})
	}
	finished.Wait()
	return time.Since(started)
}

// A drain of 500 pages at 10 per second meets no 429 and takes hardly longer
// than the plan allows.
func TestDrain(t *testing.T) {
	t.Parallel()
	const pages = 500
	least := time.Duration((pages - 40) * float64(time.Second) / 10)
	for _, workers := range []int{1, 8, 64} {
		for name, header := range map[string]float64{"with a header": 10, "without a header": 0} {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(10, 40)
				took := drain(t, s, pages, workers, 50*time.Millisecond, header)
				if s.refused > 0 || took > least*102/100 || took < least {
					t.Errorf("%d workers %s: %d refusals in %s, want 0 in %s at most", workers, name, s.refused, took, least*102/100)
				}
			})
		}
	}
}

// A plan that was halved is learned from the first answers.
func TestDrainWithHalvedPlan(t *testing.T) {
	t.Parallel()
	const pages = 300
	least := time.Duration((pages - 20) * float64(time.Second) / 5)
	for latency := 10 * time.Millisecond; latency < time.Second; latency *= 3 {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(5, 20)
			took := drain(t, s, pages, 8, latency, 5)
			if s.refused > 10 || took > least*105/100 {
				t.Errorf("latency %s: %d refusals in %s, want 10 at most in %s", latency, s.refused, took, least*105/100)
			}
		})
	}
}

// A restarted program meets a bucket that it has emptied itself.
func TestDrainAgainstEmptyBucket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(10, 40)
		s.tokens = 0
		took := drain(t, s, 200, 8, 50*time.Millisecond, 10)
		if least := 20 * time.Second; s.refused > 10 || took > least*105/100 {
			t.Errorf("%d refusals in %s", s.refused, took)
		}
	})
}

func TestLearnedRate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		headers []float64
		want    time.Duration // between requests
	}{
		"none":                {nil, token},
		"the same":            {[]float64{10}, token},
		"higher":              {[]float64{20}, token / 2},
		"lower":               {[]float64{2}, 5 * token},
		"much lower":          {[]float64{0.1}, 100 * token},
		"lower, then higher":  {[]float64{2, 20}, token / 2},
		"higher, then lower":  {[]float64{20, 2}, 5 * token},
		"the most believed":   {[]float64{100}, token / 10},
		"beyond the most":     {[]float64{101}, token / 10},
		"absurd":              {[]float64{1e9}, token / 10},
		"largest":             {[]float64{math.MaxFloat64}, token / 10},
		"not a number":        {[]float64{math.NaN()}, token},
		"infinite":            {[]float64{math.Inf(1)}, token},
		"negative infinite":   {[]float64{math.Inf(-1)}, token},
		"zero":                {[]float64{0}, token},
		"negative":            {[]float64{-1}, token},
		"learned, then junk":  {[]float64{20, math.NaN(), math.Inf(1), 0, -1}, token / 2},
		"beyond, then normal": {[]float64{1e9, 10}, token},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := drained(t)
				for _, rate := range c.headers {
					l.Observe(jobs, pacing.Outcome{Rate: rate})
				}
				for i := range 3 {
					if d := take(t, l, jobs, plan); !near(d, c.want) {
						t.Errorf("request %d waited %s, want %s", i+1, d, c.want)
					}
				}
			})
		})
	}
}

// Those who wait already profit from a rate that was raised, and are held
// longer by one that was cut.
func TestLearnedRateReachesWaiters(t *testing.T) {
	t.Parallel()
	for header, want := range map[float64]time.Duration{
		100: token/2 + token/20, // half a token has come by then
		1:   token/2 + 10*token, // the half goes with the burst that is gone
	} {
		synctest.Test(t, func(t *testing.T) {
			l := drained(t)
			waited := make(chan time.Duration)
			go func() { waited <- take(t, l, jobs, plan) }()
			time.Sleep(token / 2)
			l.Observe(jobs, pacing.Outcome{Rate: header})
			if d := <-waited; !near(d, want) {
				t.Errorf("header %v: waited %s, want %s", header, d, want)
			}
		})
	}
}

// A bucket that is emptied or slowed down while somebody waits may become too
// late for the deadline, which is said at once.
func TestDeadlineIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]pacing.Outcome{"slower": {Rate: 1}, "emptied": {Throttled: true}} {
		synctest.Test(t, func(t *testing.T) {
			l := drained(t)
			ctx, cancel := context.WithTimeout(t.Context(), token+token/4)
			defer cancel()
			failed := make(chan error)
			go func() { failed <- l.Wait(ctx, jobs, plan) }()
			time.Sleep(token / 2)
			l.Observe(jobs, outcome)
			started := time.Now()
			var late *pacing.LimitError
			if err := <-failed; !errors.As(err, &late) || !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 0 {
				t.Errorf("%s: %v after %s", name, err, time.Since(started))
			}
		})
	}
}

// A plan cut to half has half the burst, as far as one can tell; what has been
// used of the burst stays used. A plan raised again has its burst back.
func TestLearnedBurst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		used    int
		headers []float64
		refill  bool
		want    int // requests that need not wait
	}{
		"full":                {0, []float64{5}, false, 19},
		"some used":           {10, []float64{5}, false, 9},
		"more used than left": {30, []float64{5}, false, 0},
		"refilled":            {30, []float64{5}, true, 19},
		"told twice":          {0, []float64{5, 5}, false, 19},
		"a trickle":           {0, []float64{0.01}, true, 1},
		"raised":              {0, []float64{50}, true, 39},
		"cut and raised":      {0, []float64{5, 10}, true, 39},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := pacing.NewBuckets()
				if c.used == 0 { // a bucket begins with its first request
					take(t, l, jobs, plan)
					time.Sleep(token)
				}
				for range c.used {
					take(t, l, jobs, plan)
				}
				for _, rate := range c.headers {
					l.Observe(jobs, pacing.Outcome{Rate: rate})
				}
				if c.refill {
					time.Sleep(time.Hour)
				}
				impatient := plan
				impatient.MaxWait = -1
				got := 0
				for l.Wait(t.Context(), jobs, impatient) == nil {
					got++
				}
				if got != c.want {
					t.Errorf("%d requests went at once, want %d", got, c.want)
				}
			})
		})
	}
}
