package facade_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// TestPromise4OutageIsNotAmplified has 1,000 calls meet a steady outage.
func TestPromise4OutageIsNotAmplified(t *testing.T) {
	t.Parallel()
	refused := fails(&net.OpError{Op: "dial", Err: errors.New("refused")})
	for name, fault := range map[string]api{"503": answers(503, ""), "reset": breaks, "refused": refused, "timeout": hangs} {
		for _, callers := range []int{1, 100} {
			synctest.Test(t, func(t *testing.T) {
				var sent, failed atomic.Int32
				client := clientOf(t, counted(&sent, func(r *http.Request, _ int) (*http.Response, error) { return fault(r) }))
				var group sync.WaitGroup
				for range callers {
					derived, err := client.With(facade.WithMarketplace(facade.MarketplaceCA))
					if err != nil {
						t.Fatal(err)
					}
					group.Go(func() {
						for range 1000 / callers {
							if _, err := derived.GetServiceJob(t.Context(), "JOB-1"); err != nil {
								failed.Add(1)
							}
						}
					})
				}
				group.Wait()
				if n := sent.Load(); failed.Load() != 1000 || n > 1100 || n <= 1000 {
					t.Errorf("%s, %d callers: %d requests for 1000 calls, %d of which failed", name, callers, n, failed.Load())
				}
			})
		}
	}
}

// ailing returns a client of a server that answers 503 while it is down, and
// counts its requests.
func ailing(t *testing.T) (client *facade.Client, sent *atomic.Int32, down *atomic.Bool) {
	t.Helper()
	sent, down = new(atomic.Int32), new(atomic.Bool)
	return clientOf(t, counted(sent, func(r *http.Request, _ int) (*http.Response, error) {
		if down.Load() {
			return reply(r, 503, ""), nil
		}
		return reply(r, 200, jobAnswer), nil
	})), sent, down
}

// TestPromise4QuotaRecovers has the outage end: successes pay for repeats again.
func TestPromise4QuotaRecovers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, sent, down := ailing(t)
		requests := func() (n int32) {
			before := sent.Load()
			_, _ = client.GetServiceJob(t.Context(), "JOB-1")
			return sent.Load() - before
		}
		down.Store(true)
		for range 200 {
			requests()
		}
		if n := requests(); n != 1 {
			t.Errorf("%d requests with the quota used up", n)
		}
		down.Store(false)
		for range 15 {
			requests()
		}
		down.Store(true)
		if n := requests(); n != facade.DefaultAttempts {
			t.Errorf("%d requests after 15 successes", n)
		}
		if n := requests(); n != 1 {
			t.Errorf("%d requests with the quota used up again", n)
		}
	})
}

// TestPromise4Jitter spreads the first repeats of 2,000 callers who failed at
// the same instant over the whole wait, in twenty equal parts.
func TestPromise4Jitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const callers, parts = 2000, 20
		var spread [parts]int
		var mu sync.Mutex
		var group sync.WaitGroup
		for range callers {
			var sent atomic.Int32
			client := clientOf(t, script(&sent, answers(503, ""), answers(200, jobAnswer)))
			group.Go(func() {
				failedAt := time.Now()
				if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				spread[int(time.Since(failedAt)*parts/(facade.DefaultBackoffBase+1))]++
			})
		}
		group.Wait()
		for part, n := range spread {
			if n < callers/parts/2 || n > callers/parts*3/2 { // 5 standard deviations
				t.Errorf("part %d has %d of %d repeats: %v", part, n, callers, spread)
			}
		}
	})
}

// TestPromise4BackoffGrows looks at the longest waits of many calls: they
// double up to the cap, and no policy makes them overflow.
func TestPromise4BackoffGrows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy  facade.RetryPolicy
		longest time.Duration // of all waits of a call together
	}{
		"default":    {facade.RetryPolicy{Attempts: 4, BackoffBase: 500 * time.Millisecond, BackoffCap: 20 * time.Second}, 3500 * time.Millisecond},
		"capped":     {facade.RetryPolicy{Attempts: 4, BackoffBase: 500 * time.Millisecond, BackoffCap: 600 * time.Millisecond}, 1700 * time.Millisecond},
		"no waits":   {facade.RetryPolicy{Attempts: 4, BackoffBase: 1, BackoffCap: 1}, 0},
		"persistent": {facade.RetryPolicy{Attempts: 90, BackoffBase: 10 * time.Second, BackoffCap: time.Minute}, 10*time.Second + 20*time.Second + 40*time.Second + 86*time.Minute},
		"by default": {facade.RetryPolicy{}, 3500 * time.Millisecond},
		"patient":    {facade.RetryPolicy{Attempts: 3, BackoffBase: time.Nanosecond, BackoffCap: math.MaxInt64}, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			var longest time.Duration
			for range 60 {
				var info facade.Info
				client := clientOf(t, answers(503, ""), facade.WithRetryPolicy(c.policy))
				started := time.Now()
				_, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info))
				if apiErrorOf(t, err).Attempts != cmp.Or(c.policy.Attempts, facade.DefaultAttempts) || time.Since(started) != info.BackoffWait {
					t.Fatalf("%s: %v after %s", name, err, info.BackoffWait)
				}
				longest = max(longest, info.BackoffWait)
			}
			if longest > c.longest || longest < c.longest/2 {
				t.Errorf("%s: waited at most %s, want nearly %s", name, longest, c.longest)
			}
		})
	}
}

// TestPromise4NoEndOfAttempts has a policy that leaves the end to the context.
func TestPromise4NoEndOfAttempts(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	down := answers(503, "")
	client := clientOf(t, script(&sent, down, down, down, down, down, answers(200, jobAnswer)), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: math.MaxInt, BackoffBase: 1, BackoffCap: 1}))
	if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil || sent.Load() != 6 {
		t.Errorf("%v after %d requests", err, sent.Load())
	}
}

// closable counts how often its idle connections are closed.
type closable struct {
	api
	closed atomic.Int32
}

func (c *closable) CloseIdleConnections() { c.closed.Add(1) }

// TestPromise4FailuresCloseNoConnections: those that idle are other calls' too.
func TestPromise4FailuresCloseNoConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := &closable{api: answers(503, "", "Retry-After", "5")}
		client := clientOf(t, transport)
		for _, op := range invocations {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			for _, opts := range [][]facade.CallOption{{facade.NoRetry()}, nil} {
				_, err := op.invoke(ctx, client, opts...)
				apiErrorOf(t, err)
			}
			cancel()
		}
		if n := transport.closed.Load(); n != 0 {
			t.Errorf("idle connections were closed %d times", n)
		}
	})
}

// TestPromise4DeadlineBeforeNextWait returns at once, with what the API said
// and with what the context would say.
func TestPromise4DeadlineBeforeNextWait(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step api
		is   error
	}{
		"503":               {answers(503, `{"errors":[{"code":"ServiceUnavailable"}]}`, "Retry-After", "5"), facade.ErrUnavailable},
		"429":               {answers(429, `{"errors":[{"code":"QuotaExceeded"}]}`, "Retry-After", "5"), facade.ErrThrottled},
		"429, by the plan":  {answers(429, `{"errors":[{"code":"QuotaExceeded"}]}`), facade.ErrThrottled},
		"broken connection": {breaksOff(200, `{"pay`), io.ErrUnexpectedEOF},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			policy := facade.RetryPolicy{Attempts: 4, BackoffBase: 1000 * time.Hour, BackoffCap: 1000 * time.Hour, RetryAfterCap: time.Minute}
			if name == "429, by the plan" { // the wait for a token is 100 ms or more
				policy.BackoffBase = 1
				policy.BackoffCap = 1
			}
			client := paced(t, c.step, facade.WithRetryPolicy(policy))
			started := time.Now()
			_, err := client.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: start})
			failure := apiErrorOf(t, err)
			if elapsed := time.Since(started); elapsed != 0 || ctx.Err() != nil {
				t.Errorf("%s: returned after %s", name, elapsed)
			}
			if !errors.Is(err, c.is) || !errors.Is(err, context.DeadlineExceeded) || failure.Attempts != 1 || failure.RequestID != requestID {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestPromise4ContextEnds has the context end at each point of a call that has
// failed once already: both errors stay reachable.
func TestPromise4ContextEnds(t *testing.T) {
	t.Parallel()
	slow := func(r *http.Request) (*http.Response, error) {
		resp := reply(r, 503, "")
		resp.Body = &dripping{ctx: r.Context(), every: time.Second}
		return resp, nil
	}
	for name, steps := range map[string][]api{
		"in back-off":            {answers(503, "", "Retry-After", "3")},
		"in the second attempt":  {answers(503, "", "Retry-After", "1"), hangs},
		"in an error body":       {slow},
		"in a second error body": {answers(503, "", "Retry-After", "1"), slow},
		"in a body that succeeds": {func(r *http.Request) (*http.Response, error) {
			resp, _ := slow(r)
			resp.StatusCode = 200
			return resp, nil
		}},
	} {
		for _, cancelled := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				// A deadline that is known would end the call before the wait.
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				want := context.Canceled
				if !cancelled && name != "in back-off" {
					want = context.DeadlineExceeded
					var stop context.CancelFunc
					ctx, stop = context.WithTimeout(ctx, 2*time.Second)
					defer stop()
				} else {
					time.AfterFunc(2*time.Second, func() { cancel(nil) })
				}
				started := time.Now()
				_, err := clientOf(t, script(&sent, steps...)).GetServiceJob(ctx, "JOB-1")
				apiErrorOf(t, err)
				if elapsed := time.Since(started); elapsed != 2*time.Second || !errors.Is(err, want) {
					t.Errorf("%s: %v after %s", name, err, elapsed)
				}
			})
		}
	}
}

// dripping is a body that never ends.
type dripping struct {
	ctx   context.Context
	every time.Duration
}

func (d *dripping) Read(p []byte) (int, error) {
	if err := pass(d.ctx, d.every); err != nil {
		return 0, err
	}
	p[0] = ' '
	return 1, nil
}

func (d *dripping) Close() error { return nil }

// TestPromise4RetryAfter tells what a call makes of the header.
func TestPromise4RetryAfter(t *testing.T) {
	t.Parallel()
	const stop, jitter = -1, 0
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for name, c := range map[string]struct {
		header  func() string
		timeout time.Duration
		wait    time.Duration // before the jitter; stop for none
	}{
		"none":             {func() string { return "" }, 0, jitter},
		"0":                {func() string { return "0" }, 0, jitter},
		"1":                {func() string { return "1" }, 0, time.Second},
		"60":               {func() string { return "60" }, 0, time.Minute},
		"61":               {func() string { return "61" }, 0, stop},
		"3600":             {func() string { return "3600" }, 0, stop},
		"-5":               {func() string { return "-5" }, 0, jitter},
		"1.5":              {func() string { return "1.5" }, 0, jitter},
		"soon":             {func() string { return "soon" }, 0, jitter},
		"1e18":             {func() string { return "1000000000000000000" }, 0, stop},
		"overflow":         {func() string { return "9223372037" }, 0, stop},
		"far overflow":     {func() string { return "99999999999999999999999" }, 0, stop},
		"date ahead":       {func() string { return at(5 * time.Second) }, 0, 5 * time.Second},
		"date past":        {func() string { return at(-5 * time.Second) }, 0, jitter},
		"date of now":      {func() string { return at(0) }, 0, jitter},
		"date far ahead":   {func() string { return "Fri, 31 Dec 9999 23:59:59 GMT" }, 0, stop},
		"date beyond cap":  {func() string { return at(2 * time.Minute) }, 0, stop},
		"within deadline":  {func() string { return "2" }, 3 * time.Second, 2 * time.Second},
		"beyond deadline":  {func() string { return "3" }, 2 * time.Second, stop},
		"date too late":    {func() string { return at(3 * time.Second) }, 2 * time.Second, stop},
		"endless patience": {func() string { return "99999999999" }, time.Second, stop},
	} {
		for _, status := range []int{429, 503} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx := t.Context()
					if c.timeout > 0 {
						var cancel context.CancelFunc
						ctx, cancel = context.WithTimeout(ctx, c.timeout)
						defer cancel()
					}
					policy := facade.RetryPolicy{Attempts: 4, BackoffBase: 500 * time.Millisecond, BackoffCap: 20 * time.Second, RetryAfterCap: time.Minute}
					if name == "endless patience" {
						policy.RetryAfterCap = math.MaxInt64
					}
					var sent atomic.Int32
					client := clientOf(t, script(&sent, answers(status, "", "Retry-After", c.header()), answers(200, jobAnswer)), facade.WithRetryPolicy(policy))
					started := time.Now()
					_, err := client.GetServiceJob(ctx, "JOB-1")
					elapsed := time.Since(started)
					if c.wait != stop {
						if err != nil || sent.Load() != 2 || elapsed < c.wait || elapsed > c.wait+facade.DefaultBackoffBase {
							t.Errorf("%d: %v after %s", status, err, elapsed)
						}
						return
					}
					failure := apiErrorOf(t, err)
					if elapsed != 0 || sent.Load() != 1 || failure.StatusCode != status || failure.RetryAfter == 0 || errors.Is(err, context.DeadlineExceeded) != (c.timeout > 0) {
						t.Errorf("%d: %v after %s, %d requests", status, err, elapsed, sent.Load())
					}
				})
			})
		}
	}
}
