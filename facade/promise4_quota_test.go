package facade_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// TestPromise4OutageAfterManySuccesses: a long time of successes does not pay
// for the amplification of the outage that ends it.
func TestPromise4OutageAfterManySuccesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, sent, down := ailing(t)
		for range 5000 {
			if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
				t.Fatal(err)
			}
		}
		down.Store(true)
		sent.Store(0)
		for range 1000 {
			if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err == nil {
				t.Fatal("no error")
			}
		}
		if n := sent.Load(); n > 1100 || n <= 1000 {
			t.Errorf("%d requests for 1000 calls", n)
		}
	})
}

// TestPromise4ThrottlingCostsNoQuota: the usage plan bounds what follows a 429,
// so the quota is left for outages.
func TestPromise4ThrottlingCostsNoQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		status := http.StatusTooManyRequests
		client := clientOf(t, counted(&sent, func(r *http.Request, _ int) (*http.Response, error) { return reply(r, status, ""), nil }))
		for range 200 {
			_, err := client.GetServiceJob(t.Context(), "JOB-1")
			if failure := apiErrorOf(t, err); failure.Attempts != facade.DefaultAttempts {
				t.Fatalf("gave up on a 429: %v", err)
			}
		}
		status = http.StatusServiceUnavailable
		_, err := client.GetServiceJob(t.Context(), "JOB-1")
		if failure := apiErrorOf(t, err); failure.Attempts != facade.DefaultAttempts {
			t.Errorf("after 200 throttled calls: %v", err)
		}
	})
}

// TestPromise4QuotaIsGivenBack: a repeat that helps costs nothing, so that a
// server which fails every other request can be used for as long as it takes.
func TestPromise4QuotaIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		client := clientOf(t, counted(&sent, func(r *http.Request, n int) (*http.Response, error) {
			if n%2 == 1 {
				return reply(r, 503, ""), nil
			}
			return reply(r, 200, jobAnswer), nil
		}))
		for i := range 1000 {
			if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
				t.Fatalf("call %d: %v", i, err)
			}
		}
	})
}

// TestPromise4RetryAfterIsSpread: those who hear the same Retry-After do not
// come back at the same instant.
func TestPromise4RetryAfterIsSpread(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			const callers, asked = 50, 5 * time.Second
			waits := map[time.Duration]bool{}
			for range callers {
				var sent atomic.Int32
				var info facade.Info
				client := clientOf(t, script(&sent, answers(status, "", "Retry-After", "5"), answers(200, jobAnswer)))
				_, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info))
				if err != nil || info.BackoffWait < asked || info.BackoffWait > asked+facade.DefaultBackoffBase {
					t.Fatalf("%d: %v after %s", status, err, info.BackoffWait)
				}
				waits[info.BackoffWait] = true
			}
			if len(waits) < 40 {
				t.Errorf("%d: %d different waits of %d callers", status, len(waits), callers)
			}
		})
	}
}

// Waits add up over the attempts of a call.
func TestCaptureAddsWaitsUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		var info facade.Info
		const turn = time.Second
		client := clientOf(t, script(&sent, answers(503, "", "Retry-After", "1"), answers(503, "", "Retry-After", "2"), answers(200, jobAnswer)),
			facade.WithLimiter(limiterFunc(func(ctx context.Context) error { return pass(ctx, turn) })))
		started := time.Now()
		if _, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info)); err != nil {
			t.Fatal(err)
		}
		elapsed := time.Since(started)
		if info.LimiterWait != 3*turn || info.BackoffWait < 3*time.Second || info.LimiterWait+info.BackoffWait != elapsed {
			t.Errorf("waited %s for the plan and %s for repeats, of %s", info.LimiterWait, info.BackoffWait, elapsed)
		}
	})
}
