package facade

import "github.com/spservices/services-go/internal/pacing"

type (
	// Limiter paces requests. Clients that share one share its buckets, so an
	// implementation over a network can pace a fleet.
	Limiter = pacing.Limiter
	// Key names a bucket: Amazon counts per application, seller and operation.
	Key = pacing.Key
	// Plan is a usage plan: requests per second and burst.
	Plan = pacing.Plan
	// Outcome is what a request taught about its bucket.
	Outcome = pacing.Outcome
	// LimitError says that a request was not sent because its turn would come
	// too late. It is a context.DeadlineExceeded where that is why.
	LimitError = pacing.LimitError
)

// NewLimiter returns token buckets in memory, one per key. A bucket holds one
// request less than the plan's burst, learns its rate from the answers, is
// emptied by a 429, and serves its waiters in the order they came.
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
