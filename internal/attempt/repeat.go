package attempt

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Backoff is the wait before the n-th repeat: full jitter, or what the server
// asks for and a little more, so that those who heard it do not come at once.
func Backoff(base, longest time.Duration, n int, retryAfter time.Duration) time.Duration {
	ceiling := longest
	if base < ceiling>>(n-1) {
		ceiling = base << (n - 1)
	}
	if retryAfter > 0 {
		return max(retryAfter, retryAfter+rand.N(max(base, 1)))
	}
	return rand.N(max(ceiling, 1))
}

// Retry quota: an outage may cost a tenth more requests, not four times as many.
const (
	quotaTokens    = 500
	quotaPerRepeat = 5
)

// Quota bounds the repeats of a client.
type Quota struct {
	mu     sync.Mutex
	tokens int
}

// NewQuota returns a full quota.
func NewQuota() *Quota { return &Quota{tokens: quotaTokens} }

// Take pays for a repeat and returns the price, 0 when it cannot be paid.
func (q *Quota) Take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tokens < quotaPerRepeat {
		return 0
	}
	q.tokens -= quotaPerRepeat
	return quotaPerRepeat
}

// GiveBack pays a success: what its last repeat cost, or a little.
func (q *Quota) GiveBack(spent int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tokens = min(quotaTokens, q.tokens+max(spent, 1))
}
