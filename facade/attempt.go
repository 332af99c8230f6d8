package facade

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/callback"
	"github.com/spservices/services-go/internal/reasons"
	"github.com/spservices/services-go/internal/transport"
	"github.com/spservices/services-go/internal/wire"
)

// outcome is one request and what came of it.
type outcome struct {
	sent   bool
	token  Token
	unsent bool    // proof that the server has seen nothing of it
	answer *answer // nil when none came
	err    error   // why none came
}

type answer struct {
	status     int
	header     http.Header
	body       []byte
	errors     []gen.Error // of an answer that is no success
	rate       float64
	retryAfter time.Duration
}

// RoundTrip makes one attempt, below retries: limiter, token, request, answer.
// It tells retryablehttp no more than the status; the answer is in x.last.
func (x *exchange) RoundTrip(req *http.Request) (*http.Response, error) {
	x.last = outcome{}
	x.endBackoff(nil)
	if x.last.err = x.admit(req.Context()); x.last.err == nil {
		x.last.err = x.attempt(req.Clone(req.Context()))
	}
	if x.last.err != nil {
		return nil, x.last.err
	}
	return &http.Response{StatusCode: x.last.answer.status, Body: http.NoBody, Request: req}, nil
}

// admit waits for the usage plan and for an access token, in this order: a
// long wait can outlive a token.
func (x *exchange) admit(ctx context.Context) error {
	started := time.Now()
	waiting, end := x.begin(ctx, PhaseLimiter, nil)
	_, err := callback.Wait(waiting, x.client.logger, x.client.limiter, func() (struct{}, error) {
		return struct{}{}, x.client.limiter.Wait(waiting, x.key, x.plan())
	})
	end(err)
	x.info.LimiterWait += time.Since(started)
	if err != nil {
		return err
	}
	waiting, end = x.begin(ctx, PhaseToken, nil)
	x.last.token, err = callback.Wait(waiting, x.client.logger, x.client.tokens, func() (Token, error) { return x.client.tokens.Token(waiting) })
	end(err)
	return err
}

// connections says which connection a request takes. A write that must run once
// does not go where the server may be hanging up already.
var connections = map[gen.OperationClass]transport.Connection{
	gen.Read:       transport.Kept,
	gen.Idempotent: transport.Kept,
	gen.Once:       transport.Fresh,
}

// authorize attaches the access token, to its own origin only.
func (x *exchange) authorize(req *http.Request) error {
	if req.URL.Scheme != x.client.endpoint.Scheme || req.URL.Host != x.client.endpoint.Host {
		return errors.New("request left the endpoint it was made for")
	}
	if !attempt.ValidHeaderValue(x.last.token.Value) {
		return &AuthError{Code: "malformed_token"}
	}
	req.Header = req.Header.Clone() // hooks have the other one
	var checker wire.Checker
	attempt.CheckHeader(&checker, req.Header) // net/http would refuse it too late, as a request that was sent
	req.Header.Set("x-amz-access-token", x.last.token.Value)
	return checker.Err(x.call.Operation.ID)
}

// attempt sends the request and reads the whole answer within the attempt
// timeout and the size limit.
func (x *exchange) attempt(req *http.Request) (err error) {
	ctx, cancel := context.WithTimeout(req.Context(), x.client.attemptTimeout)
	defer cancel()
	ctx, end := x.begin(ctx, PhaseAttempt, req.Header)
	defer func() { end(err) }()
	if err := x.authorize(req); err != nil {
		return err
	}
	x.last.sent = true
	x.info.Attempts++
	started := time.Now()
	resp, err := x.client.sender.Send(req.WithContext(ctx), connections[x.call.Operation.Class], x.client.logger)
	var failure *transport.Failure
	if errors.As(err, &failure) {
		x.last.unsent, err = failure.Unsent, failure.Err
	} else {
		x.last.answer, err = x.read(ctx, resp, cancel)
	}
	err = attempt.Explain(ctx, req.Context(), x.client.attemptTimeout, err)
	x.record(req.Context(), err, time.Since(started))
	return err
}

// read takes the answer in. An error status counts even when its body cannot
// be read, so that body is given less time and less room.
func (x *exchange) read(ctx context.Context, resp *transport.Answer, cancel context.CancelFunc) (*answer, error) {
	a := &answer{status: resp.StatusCode, header: resp.Header, rate: attempt.ParseRate(resp.Header), retryAfter: attempt.ParseRetryAfter(resp.Header, time.Now())}
	failed := a.status != x.call.Operation.Success
	limit := min(x.client.maxResponseBytes, math.MaxInt64-1)
	if failed {
		defer time.AfterFunc(errorBodyTimeout, cancel).Stop()
		limit = min(limit, maxErrorBytes)
	}
	var err error
	a.body, err = resp.Read(ctx, limit+1)
	switch {
	case failed:
		a.errors = reasons.Decode(a.body)
		return a, nil
	case err != nil:
		return a, fmt.Errorf("%w: the answer broke off: %w", ErrUnexpectedResponse, err)
	case int64(len(a.body)) > limit:
		return a, fmt.Errorf("%w: more than %d bytes", ErrResponseTooLarge, limit)
	}
	return a, nil
}

// record tells limiter, Info and log what came of the attempt.
func (x *exchange) record(ctx context.Context, err error, elapsed time.Duration) {
	x.info.StatusCode, x.info.RequestID, x.info.RateLimit, x.info.Body = 0, "", 0, nil
	if a := x.last.answer; a != nil {
		x.info.StatusCode, x.info.RequestID, x.info.RateLimit = a.status, attempt.RequestID(a.header), a.rate
		if x.settings.keepBody {
			x.info.Body = a.body
		}
		x.client.limiter.Observe(x.key, Outcome{Throttled: isThrottled(a.status), Rate: a.rate})
	}
	attrs := []slog.Attr{
		slog.String("operation", x.info.Operation), slog.Int("attempt", x.info.Attempts), slog.Duration("elapsed", elapsed),
		slog.Int("status", x.info.StatusCode), slog.String("request_id", x.info.RequestID),
	}
	if err != nil && x.client.logger.Enabled(ctx, slog.LevelDebug) {
		attrs = append(attrs, slog.String("error", errorText(err)))
	}
	x.client.logger.LogAttrs(ctx, slog.LevelDebug, "attempt", attrs...)
}
