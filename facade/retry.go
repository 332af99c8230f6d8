package facade

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/reasons"
)

// RetryPolicy says how often and when a call is repeated.
type RetryPolicy struct {
	Attempts      int           // requests per call, the first included
	BackoffBase   time.Duration // the wait before the n-th repeat is drawn from 0 to base × 2ⁿ⁻¹
	BackoffCap    time.Duration // longest such wait
	RetryAfterCap time.Duration // a longer Retry-After ends the call
}

// kind is what came of an attempt, as far as a repeat is concerned.
type kind uint8

const (
	succeeded kind = iota
	notSent        // limiter, token or context stood in the way
	throttled      // 429
	stale          // 401 or 403 that blames the age of the token
	refused        // an answer that says no, or a failure that would come again
	unwritten      // no answer, and proof that nothing was written
	failed         // 5xx, or no whole answer: it may have been carried out
	useless        // a whole answer that cannot be used: it may have been carried out
)

// repeats says which operations are repeated after what. A stale token is
// replaced once for every class.
var repeats = map[gen.OperationClass]map[kind]bool{
	gen.Read:       {throttled: true, failed: true, unwritten: true},
	gen.Idempotent: {throttled: true, failed: true, unwritten: true},
	gen.Once:       {throttled: true, unwritten: true},
}

// send makes attempts until one is final, and returns its error.
func (x *exchange) send(ctx context.Context) error {
	var body any
	if x.call.Body != nil {
		body = x.body
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, x.call.Operation.Method, x.url, body)
	if err != nil {
		return notEncodable(x.call.Operation, "url", nil, errors.New("not a URL"))
	}
	if x.call.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", x.client.userAgent)
	var final error
	var repeat bool
	loop := retryablehttp.Client{
		HTTPClient: &http.Client{Transport: x},
		RetryMax:   math.MaxInt, // judge counts
		CheckRetry: func(context.Context, *http.Response, error) (bool, error) {
			final, repeat = x.judge(ctx)
			return repeat, nil
		},
		Backoff:      func(time.Duration, time.Duration, int, *http.Response) time.Duration { return x.nextWait },
		ErrorHandler: func(resp *http.Response, err error, _ int) (*http.Response, error) { return resp, err },
	}
	resp, err := loop.Do(req)
	if err == nil && resp != nil {
		_ = resp.Body.Close() // empty: RoundTrip has read the answer
	}
	if repeat { // the context ended before the repeat
		x.failure.interrupt(ctx.Err())
		x.endBackoff(ctx.Err())
	}
	return final
}

// judge decides what the newest attempt means: the error that ends the call
// here, and whether to go on after x.nextWait instead.
func (x *exchange) judge(ctx context.Context) (final error, repeat bool) {
	k, err := x.classify(ctx)
	switch k {
	case succeeded:
		x.client.quota.GiveBack(x.spent)
		return nil, false
	case notSent:
		if x.failure == nil {
			return err, false
		}
		x.failure.interrupt(err)
		return x.failure, false
	}
	x.failure = x.describe(k, err)
	x.ambiguous = x.ambiguous || k == failed
	return x.failure, x.mayRepeat(ctx, k)
}

// classify names what came of the newest attempt.
func (x *exchange) classify(ctx context.Context) (kind, error) {
	a, err := &x.last, x.last.err
	if a.sent && a.answer == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	switch {
	case !a.sent:
		return notSent, err
	case a.unsent && attempt.Permanent(err):
		return refused, err
	case a.unsent:
		return unwritten, err
	case errors.Is(err, ErrResponseTooLarge) || err != nil && attempt.Permanent(err):
		return useless, err
	case err != nil:
		return failed, err
	case a.answer.status != x.call.Operation.Success:
		return kindOf(a.answer), nil
	}
	if err = x.decode(a.answer); errors.Is(err, io.ErrUnexpectedEOF) {
		return failed, err
	} else if err != nil {
		return useless, err
	}
	return succeeded, nil
}

// describe makes the error of a failed attempt, and says so where the write
// may have happened all the same.
func (x *exchange) describe(k kind, err error) *APIError {
	failure, op := x.apiError(err), x.call.Operation
	failure.noAnswer = x.last.answer == nil && !isContextError(err)
	mayHaveMinted := op.Class == gen.Once && (k == failed || k == useless)
	mayBeDone := op.RepeatFindsDone && x.ambiguous && failure.saysNothingLeft()
	if mayHaveMinted || mayBeDone {
		failure.outcomeUnknown, failure.check = true, reasons.WhereToLook(op.ID)
	}
	return failure
}

// mayRepeat decides whether the call goes on after x.nextWait, and pays for it.
func (x *exchange) mayRepeat(ctx context.Context, k kind) bool {
	x.nextWait = 0
	policy := x.client.retry
	switch {
	case ctx.Err() != nil:
		x.failure.interrupt(ctx.Err())
		return false
	case k == stale:
		return x.replaceToken(ctx)
	case x.settings.noRetry:
		return false
	}
	attempts := x.info.Attempts
	if x.refreshed {
		attempts--
	}
	if !repeats[x.call.Operation.Class][k] || attempts >= policy.Attempts || x.failure.RetryAfter > policy.RetryAfterCap {
		return false
	}
	wait := attempt.Backoff(policy.BackoffBase, policy.BackoffCap, attempts, x.failure.RetryAfter)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		x.failure.interrupt(context.DeadlineExceeded)
		return false
	}
	if k != throttled {
		if x.spent = x.client.quota.Take(); x.spent == 0 {
			return false
		}
	}
	x.nextWait = wait
	x.info.BackoffWait += wait
	_, x.inBackoff = x.begin(ctx, PhaseBackoff, nil)
	return true
}

func (x *exchange) endBackoff(err error) {
	if x.inBackoff != nil {
		x.inBackoff(err)
		x.inBackoff = nil
	}
}
