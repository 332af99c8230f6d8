package facade_test

import (
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// TestPromise5OnlyTokensExpire: what else has expired, or is wrong with a token,
// no new token would mend.
func TestPromise5OnlyTokensExpire(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"The subscription expired.", "The authorization has expired.", "The token is not valid for this role."} {
		for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
			for _, op := range invocations {
				var sent atomic.Int32
				source := &keys{}
				client := clientOf(t, script(&sent, answers(status, `{"errors":[{"code":"Unauthorized","message":"`+message+`"}]}`)), facade.WithTokenSource(source))
				_, err := op.invoke(t.Context(), client)
				if !errors.Is(err, facade.ErrForbidden) || errors.Is(err, facade.ErrTokenExpired) || sent.Load() != 1 || source.invalidated != 0 {
					t.Errorf("%s, %d %s %d requests, %d tokens replaced: %v", op.id, status, message, sent.Load(), source.invalidated, err)
				}
			}
		}
	}
}

// TestPromise5NoRetryReplacesNoToken: one request at most is one request at most.
func TestPromise5NoRetryReplacesNoToken(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		var sent atomic.Int32
		source := &keys{}
		client := clientOf(t, script(&sent, answers(403, expiredAnswer), answers(op.status, op.success)), facade.WithTokenSource(source))
		_, err := op.invoke(t.Context(), client, facade.NoRetry())
		if !errors.Is(err, facade.ErrTokenExpired) || sent.Load() != 1 {
			t.Errorf("%s: %d requests, %v", op.id, sent.Load(), err)
		}
	}
}

// TestPromise5ReplacedTokenCostsNoAttempt: what the policy allows is left for
// failures of the API.
func TestPromise5ReplacedTokenCostsNoAttempt(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		synctest.Test(t, func(t *testing.T) {
			var sent atomic.Int32
			client := clientOf(t, script(&sent, answers(403, expiredAnswer), answers(429, ""), answers(op.status, op.success)),
				facade.WithTokenSource(&keys{}), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 2, BackoffBase: time.Second}))
			if _, err := op.invoke(t.Context(), client); err != nil || sent.Load() != 3 {
				t.Errorf("%s: %d requests, %v", op.id, sent.Load(), err)
			}
			sent.Store(0)
			client = clientOf(t, script(&sent, answers(403, expiredAnswer), answers(429, "")),
				facade.WithTokenSource(&keys{}), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 2, BackoffBase: time.Second}))
			if _, err := op.invoke(t.Context(), client); !errors.Is(err, facade.ErrThrottled) || sent.Load() != 3 {
				t.Errorf("%s: throttled for good: %d requests, %v", op.id, sent.Load(), err)
			}
		})
	}
}
