package emulator

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
)

// throttle holds requests to usage plans: one token bucket for each operation
// and seller, driven by the emulator's clock. Beside a clock that stands they
// are driven by real time too, as a client that is told to wait would wait for
// good.
type throttle struct {
	stands   bool // the clock does
	mu       sync.Mutex
	enforced bool
	given    map[string]usagePlan // by operation; always enforced
	buckets  map[bucketKey]*bucket
	counts   map[string]ThrottleCount
}

// ThrottleCount says how often an operation was asked for beyond its plan.
type ThrottleCount struct {
	Refused int `json:"refused"` // answered 429
	Spared  int `json:"spared"`  // carried out, because plans are not enforced
}

// usagePlan is a rate in requests per second and a burst in requests.
type usagePlan struct {
	rate  float64
	burst int
}

type bucketKey struct{ operation, sellerID string }

type bucket struct {
	tokens  float64
	updated time.Time // of the emulator's clock
	waited  time.Time // real time; under a clock that stands
}

// take counts a request and reports whether it may pass, and the rate of its
// plan.
func (t *throttle) take(op *operation, sellerID string, now time.Time) (rate float64, ok bool) {
	plan, enforced := t.plan(op)
	t.mu.Lock()
	defer t.mu.Unlock()
	key := bucketKey{op.ID, sellerID}
	b := t.buckets[key]
	if b == nil {
		b = &bucket{tokens: float64(plan.burst), updated: now, waited: time.Now()}
		t.buckets[key] = b
	}
	elapsed := max(now.Sub(b.updated), 0).Seconds() // a clock can be set back
	b.updated = now
	if t.stands { // in whole seconds, so that a quick test counts the same each time
		waited := time.Since(b.waited).Truncate(time.Second)
		b.waited = b.waited.Add(waited)
		elapsed += waited.Seconds()
	}
	b.tokens = min(b.tokens+elapsed*plan.rate, float64(plan.burst))
	if b.tokens >= 1 {
		b.tokens--
		return plan.rate, true
	}
	count := t.counts[op.ID]
	if enforced {
		count.Refused++
	} else {
		count.Spared++
	}
	t.counts[op.ID] = count
	return plan.rate, !enforced
}

// plan is the usage plan of an operation, and whether it is enforced.
func (t *throttle) plan(op *operation) (_ usagePlan, enforced bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if given, ok := t.given[op.ID]; ok {
		return given, true
	}
	return usagePlan{op.Rate, op.Burst}, t.enforced
}

func (t *throttle) enforce(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enforced = on
}

func (t *throttle) isEnforced() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.enforced
}

// Throttle gives an operation a usage plan of its own: rate in requests per
// second, burst in requests, for each seller. It is enforced whether or not
// the plans of the API description are, and begins with full buckets. A test that
// used [Start] fails when Throttle returns an error.
func (e *Emulator) Throttle(operation string, rate float64, burst int) error {
	e.test.Helper()
	return e.mistake(e.setPlan(operation, usagePlan{rate, burst}))
}

func (e *Emulator) setPlan(operation string, plan usagePlan) error {
	if findOperation(operation) == nil {
		return fmt.Errorf("emulator: throttle: unknown operation %q", operation)
	}
	if !(plan.rate > 0) || math.IsInf(plan.rate, 0) || plan.burst < 1 {
		return fmt.Errorf("emulator: throttle: %s needs a rate above 0 and a burst of at least 1, not %v and %d", operation, plan.rate, plan.burst)
	}
	t := &e.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	t.given[operation] = plan
	for key := range t.buckets {
		if key.operation == operation {
			delete(t.buckets, key)
		}
	}
	return nil
}

// ThrottleCounts says how often each operation was asked for beyond its plan.
// Operations that never were are left out.
func (e *Emulator) ThrottleCounts() map[string]ThrottleCount {
	t := &e.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	counts := make(map[string]ThrottleCount, len(t.counts))
	for operation, count := range t.counts {
		counts[operation] = count
	}
	return counts
}

// formatRate writes a rate as Amazon does: 5.0, 0.0167.
func formatRate(rate float64) string {
	text := strconv.FormatFloat(rate, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}
