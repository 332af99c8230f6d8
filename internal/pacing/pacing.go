// Package pacing holds requests to usage plans with token buckets.
package pacing

import (
	"container/list"
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

// Limiter paces requests. Clients that share one share its buckets, so an
// implementation over a network can pace a fleet.
type Limiter interface {
	// Wait returns when a request may be sent. It fails at once, with a
	// *LimitError, when that would take longer than plan.MaxWait or ctx allow.
	Wait(ctx context.Context, key Key, plan Plan) error
	// Observe tells what came of a request.
	Observe(key Key, outcome Outcome)
}

// Key names a bucket: Amazon counts per application, seller and operation.
// The hashes hold no credential.
type Key struct {
	Region          string // na, eu or fe; sandbox.na and so on for the sandbox
	ApplicationHash string
	SellerHash      string
	Operation       string // operationId
}

// Plan is a usage plan.
type Plan struct {
	Rate    float64       // requests per second
	Burst   int           // requests
	MaxWait time.Duration // longest wait; 0 for as long as the context allows, negative for none
}

// Outcome is what a request taught about its bucket.
type Outcome struct {
	Throttled bool    // the answer was a 429
	Rate      float64 // of the x-amzn-RateLimit-Limit header, requests per second, 0 without one
}

// LimitError says that a request was not sent because its turn would come too
// late.
type LimitError struct {
	Operation string
	Wait      time.Duration // until a token would have been there
	deadline  bool          // the context's is what that is too late for
}

func (e *LimitError) Error() string {
	if e == nil {
		return "<nil>"
	}
	return fmt.Sprintf("%s: not sent: the usage plan has no request left for %s", e.Operation, e.Wait.Round(time.Millisecond))
}

// Is makes a wait that outlasts the deadline a deadline that was exceeded.
func (e *LimitError) Is(target error) bool {
	return e != nil && e.deadline && target == context.DeadlineExceeded
}

// What a header can change the rate to, times the plan. Without the lower
// bound, one odd answer could stop a bucket for good: nothing would be sent any
// more that could put it right.
const (
	minLearnedRate = 0.01
	maxLearnedRate = 10
)

// Unlimited returns a Limiter that never waits.
func Unlimited() Limiter { return unlimited{} }

type unlimited struct{}

func (unlimited) Wait(ctx context.Context, _ Key, _ Plan) error { return ctx.Err() }
func (unlimited) Observe(Key, Outcome)                          {}
func (unlimited) EndsWithContext()                              {}

// NewBuckets returns token buckets in memory, one per key. A bucket holds one
// request less than the plan's burst: the edge of Amazon's bucket is not ours.
// It learns its rate from the answers, is emptied by a 429, and serves its
// waiters in the order they came.
func NewBuckets() Limiter { return &buckets{byKey: map[Key]*bucket{}} }

type buckets struct {
	mu    sync.Mutex
	byKey map[Key]*bucket
	swept time.Time
}

// How long a full bucket is kept, so that memory does not grow with every seller
// there ever was: until the answer to its last request is there, and longer if
// it knows something that a new one does not.
const (
	keepIdle    = time.Minute
	keepLearned = 2 * time.Hour
)

// EndsWithContext says that Wait does.
func (b *buckets) EndsWithContext() {}

func (b *buckets) Wait(ctx context.Context, key Key, plan Plan) error {
	b.mu.Lock()
	b.sweep()
	found, ok := b.byKey[key]
	if !ok {
		found = newBucket(plan)
		b.byKey[key] = found
	}
	b.mu.Unlock()
	return found.wait(ctx, key.Operation, plan.MaxWait)
}

// sweep drops idle buckets, now and then. The caller holds the lock.
func (b *buckets) sweep() {
	now := time.Now()
	if now.Sub(b.swept) < keepIdle {
		return
	}
	b.swept = now
	for key, found := range b.byKey {
		if found.idle(now) {
			delete(b.byKey, key)
		}
	}
}

func (b *buckets) Observe(key Key, outcome Outcome) {
	b.mu.Lock()
	found := b.byKey[key]
	b.mu.Unlock()
	if found != nil {
		found.observe(outcome)
	}
}

type bucket struct {
	mu       sync.Mutex
	plan     Plan
	rate     float64 // tokens per second
	capacity float64
	tokens   float64
	updated  time.Time
	waiting  list.List // of chan struct{}; each receives when it may look again
}

func newBucket(plan Plan) *bucket {
	capacity := math.Max(1, float64(plan.Burst-1))
	return &bucket{plan: plan, rate: plan.Rate, capacity: capacity, tokens: capacity, updated: time.Now()}
}

// wait takes a token. Only the first in line watches the clock; the others
// wait to become the first, so nobody is overtaken.
func (b *bucket) wait(ctx context.Context, operation string, maxWait time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	deadline, _ := ctx.Deadline() // before the lock: a context may be the caller's code
	b.mu.Lock()
	b.refill()
	if b.waiting.Len() == 0 && b.tokens >= 1 {
		b.tokens--
		b.mu.Unlock()
		return nil
	}
	d := b.untilToken(b.waiting.Len() + 1)
	if late := outlasts(deadline, d); late || maxWait != 0 && d > maxWait {
		b.mu.Unlock()
		return &LimitError{Operation: operation, Wait: d, deadline: late}
	}
	turn := make(chan struct{}, 1)
	place := b.waiting.PushBack(turn)
	b.mu.Unlock()
	defer b.leave(place)
	for {
		b.mu.Lock()
		b.refill()
		first := b.waiting.Front() == place
		if first && b.tokens >= 1 {
			b.tokens--
			b.mu.Unlock()
			return nil
		}
		d := b.untilToken(1)
		b.mu.Unlock()
		if first && outlasts(deadline, d) { // since the bucket was emptied or slowed down
			return &LimitError{Operation: operation, Wait: d, deadline: true}
		}
		if err := pause(ctx, turn, first, d); err != nil {
			return err
		}
	}
}

// pause waits for a signal, for the clock if this is the first in line, or for
// the end of ctx.
func pause(ctx context.Context, turn <-chan struct{}, first bool, d time.Duration) error {
	var clock <-chan time.Time
	if first {
		timer := time.NewTimer(d)
		defer timer.Stop()
		clock = timer.C
	}
	select {
	case <-turn:
	case <-clock:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

func outlasts(deadline time.Time, d time.Duration) bool {
	return !deadline.IsZero() && time.Until(deadline) < d
}

// leave ends a wait and wakes the next in line.
func (b *bucket) leave(place *list.Element) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.Remove(place)
	b.wakeFirst()
}

func (b *bucket) wakeFirst() {
	if first := b.waiting.Front(); first != nil {
		select {
		case first.Value.(chan struct{}) <- struct{}{}:
		default: // already woken
		}
	}
}

func (b *bucket) refill() {
	now := time.Now()
	b.tokens = math.Min(b.capacity, b.tokens+now.Sub(b.updated).Seconds()*b.rate)
	b.updated = now
}

// idle reports whether the bucket is full, and has not been used for as long as
// it is kept.
func (b *bucket) idle(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	unused, keep := now.Sub(b.updated), keepIdle
	if b.rate != b.plan.Rate {
		keep = keepLearned
	}
	return b.waiting.Len() == 0 && unused >= keep && b.tokens+unused.Seconds()*b.rate >= b.capacity
}

// untilToken is the wait until the n-th token from now.
func (b *bucket) untilToken(n int) time.Duration {
	seconds := (float64(n) - b.tokens) / b.rate
	return time.Duration(math.Ceil(math.Min(seconds, math.MaxInt32) * float64(time.Second)))
}

// observe follows the server: a 429 says that the bucket is empty there, the
// header says how fast it fills.
func (b *bucket) observe(o Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refill()
	if o.Throttled {
		b.tokens = math.Min(b.tokens, 0)
	}
	if o.Rate > 0 && !math.IsInf(o.Rate, 0) {
		rate := math.Min(math.Max(o.Rate, minLearnedRate*b.plan.Rate), maxLearnedRate*b.plan.Rate)
		// A plan cut to half has half the burst too, as far as one can tell; a
		// raised one keeps the burst that is known.
		capacity := math.Max(1, math.Min(1, rate/b.plan.Rate)*float64(b.plan.Burst-1))
		b.tokens = math.Min(b.tokens, math.Max(b.tokens-(b.capacity-capacity), 0))
		b.rate, b.capacity = rate, capacity
	}
	b.wakeFirst()
}
