package facade

import "github.com/spservices/services-go/internal/pacing"

type (
	// Limiter paces requests. Clients that share one share its buckets, so an
	// implementation over a network can pace a fleet.
	//
	//	type Limiter interface {
	//		// Wait returns when a request may be sent. It fails at once, with a
	//		// *LimitError, when that would take longer than plan.MaxWait or ctx allow.
	//		Wait(ctx context.Context, key Key, plan Plan) error
	//		// Observe tells what came of a request.
	//		Observe(key Key, outcome Outcome)
	//	}
	Limiter = pacing.Limiter
	// Key names a bucket: Amazon counts per application, seller and operation. The
	// hashes hold no credential.
	//
	//	type Key struct {
	//		Region          string // na, eu or fe; sandbox.na and so on for the sandbox
	//		ApplicationHash string
	//		SellerHash      string
	//		Operation       string // operationId
	//	}
	Key = pacing.Key
	// Plan is a usage plan.
	//
	//	type Plan struct {
	//		Rate    float64       // requests per second
	//		Burst   int           // requests
	//		MaxWait time.Duration // longest wait; 0 for as long as the context allows, negative for none
	//	}
	Plan = pacing.Plan
	// Outcome is what a request taught about its bucket.
	//
	//	type Outcome struct {
	//		Throttled bool    // the answer was a 429
	//		Rate      float64 // of the x-amzn-RateLimit-Limit header, requests per second, 0 without one
	//	}
	Outcome = pacing.Outcome
	// LimitError says that a request was not sent because its turn would come
	// too late. It is a context.DeadlineExceeded where that is why.
	//
	//	type LimitError struct {
	//		Operation string        // operationId
	//		Wait      time.Duration // until a token would have been there
	//	}
	LimitError = pacing.LimitError
)

// NewLimiter returns token buckets in memory, one per key. A bucket holds one
// request less than the plan's burst, learns its rate from the answers, is
// emptied by a 429, and serves its waiters in the order they came. Buckets that
// are full and have not been used for a while are dropped.
func NewLimiter() Limiter { return pacing.NewBuckets() }

// Unlimited returns a Limiter that never waits.
func Unlimited() Limiter { return pacing.Unlimited() }

// sandboxPlan is the usage plan of every operation of Amazon's sandbox.
var sandboxPlan = Plan{Rate: 5, Burst: 15}

// plan is the usage plan that the call is paced by.
func (x *exchange) plan() Plan {
	plan := Plan{Rate: x.call.Operation.Rate, Burst: x.call.Operation.Burst}
	if x.client.sandbox {
		plan = sandboxPlan
	}
	if x.settings.noWait {
		plan.MaxWait = -1
	}
	return plan
}
