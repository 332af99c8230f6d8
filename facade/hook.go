package facade

import (
	"context"
	"net/http"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
)

// Hook watches calls from inside, for traces and metrics. Start is called at
// the beginning of each [Phase]; the context it returns goes on into that phase,
// and the function it returns is called, on the same goroutine, when the phase
// ends; either may be nil. A hook that panics takes its call down with it: the
// panic surfaces in the method that was called, or in the range of an iterator.
// Neither function may block: the call waits for it, also past its context.
type Hook interface {
	Start(ctx context.Context, e Event) (context.Context, func(Result))
}

// Phase is a part of a call. All but PhaseCall lie within one.
type Phase string

// The phases of a call, in the order they come.
const (
	PhaseCall    Phase = "call"
	PhaseBackoff Phase = "backoff" // wait before a repeat
	PhaseLimiter Phase = "limiter" // wait for the usage plan
	PhaseToken   Phase = "token"   // wait for an access token
	PhaseAttempt Phase = "attempt" // one request, to the last byte of its answer
)

// Event is what a phase begins with.
type Event struct {
	Phase     Phase
	Operation gen.Operation // with the path as a template
	Host      string        // that requests go to
	Scheme    string
	Attempt   int // from 1, 0 for PhaseCall
	// Header is set for PhaseAttempt. A hook may add to it. The access token is not
	// in it. Headers of the connection, Accept-Encoding and idempotency keys are not
	// sent, and one that HTTP does not allow ends the call with a *ValidationError.
	Header http.Header
}

// Result is what a phase ends with.
type Result struct {
	StatusCode int // of PhaseCall and PhaseAttempt, 0 without an answer
	RequestID  string
	Err        error
}

// WithHook adds a hook. Several are called in the order they were given.
func WithHook(h Hook) Option {
	return func(c *config) error {
		c.hooks = append(c.hooks[:len(c.hooks):len(c.hooks)], h)
		return notNil("hook", h)
	}
}

// begin tells the hooks of a phase; the function it returns ends it.
func (x *exchange) begin(ctx context.Context, phase Phase, header http.Header) (context.Context, func(error)) {
	if len(x.client.hooks) == 0 {
		return ctx, func(error) {}
	}
	e := Event{Phase: phase, Operation: *x.call.Operation, Host: x.client.endpoint.Host, Scheme: x.client.endpoint.Scheme, Header: header}
	if phase != PhaseCall {
		e.Attempt = x.info.Attempts + 1
	}
	ends := make([]func(Result), 0, len(x.client.hooks))
	for _, hook := range x.client.hooks {
		var end func(Result)
		if ctx, end = start(ctx, hook, e); end != nil {
			ends = append(ends, end)
		}
	}
	return ctx, func(err error) {
		r := Result{Err: err}
		if a := x.last.answer; a != nil && (phase == PhaseCall || phase == PhaseAttempt) {
			r.StatusCode, r.RequestID = a.status, attempt.RequestID(a.header)
		}
		for i := range ends {
			ends[len(ends)-1-i](r)
		}
	}
}

func start(ctx context.Context, hook Hook, e Event) (context.Context, func(Result)) {
	inner, end := hook.Start(ctx, e)
	if inner == nil {
		inner = ctx
	}
	return inner, end
}
