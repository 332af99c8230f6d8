package facade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"reflect"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/reasons"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/rules"
	"github.com/spservices/services-go/internal/wire"
)

// caller is the one path that every operation takes:
// call checks → retry → limiter → auth → attempt log → transport.
type caller struct {
	client  *Client
	options []CallOption
}

// exchange is one call on its way.
type exchange struct {
	client   *Client
	call     *gen.Call
	settings callSettings
	info     Info
	key      Key

	url  string
	body []byte

	last      outcome       // of the newest attempt
	failure   *APIError     // of the newest attempt that failed
	refreshed bool          // a rejected token was replaced already
	ambiguous bool          // an earlier attempt may have been carried out
	nextWait  time.Duration // before the next attempt
	inBackoff func(error)   // tells the hooks that it is over
	spent     int           // quota tokens that the last repeat cost
}

// Call implements gen.Caller.
func (c *caller) Call(ctx context.Context, call *gen.Call) error {
	if err := c.client.checkCall(ctx, call.Operation.ID); err != nil {
		return err
	}
	x := &exchange{client: c.client, call: call, settings: settingsOf(c.options)}
	x.info.Operation = call.Operation.ID
	started := time.Now()
	ctx, end := x.begin(ctx, PhaseCall, nil)
	err := x.do(ctx)
	end(err)
	if x.settings.info != nil {
		*x.settings.info = x.info
	}
	x.log(ctx, err, time.Since(started))
	return err
}

func (x *exchange) do(ctx context.Context) error {
	if err := x.prepare(); err != nil {
		return err
	}
	if x.settings.dryRun != nil {
		*x.settings.dryRun = Request{Method: x.call.Operation.Method, Path: strings.TrimPrefix(x.url, x.client.endpoint.String()), Body: x.body}
		return ErrDryRun
	}
	if err := x.identify(ctx); err != nil {
		return err
	}
	if err := x.send(ctx); err != nil {
		return err
	}
	return x.checkResult(ctx)
}

// prepare checks the call and makes URL and body of it.
func (x *exchange) prepare() error {
	op := x.call.Operation
	if q, ok := x.call.Query.(interface{ Marketplaces() *[]string }); ok {
		x.fillMarketplace(q.Marketplaces())
	}
	var checker wire.Checker
	wire.CheckPath(&checker, op, x.call.PathValues)
	if !x.settings.noValidation {
		rules.Check(&checker, x.call)
	}
	if err := checker.Err(op.ID); err != nil {
		return explainMarketplace(err)
	}
	query, err := wire.EncodeQuery(x.call.Query)
	if err != nil {
		return notEncodable(op, "query", x.call.Query, err)
	}
	if extra := x.settings.query.Encode(); extra != "" {
		query = strings.TrimPrefix(query+"&"+extra, "&")
	}
	x.url = x.client.endpoint.String() + wire.ExpandPath(op.Path, x.call.PathValues)
	if query != "" {
		x.url += "?" + query
	}
	if x.call.Body != nil {
		if x.body, err = wire.Marshal(x.call.Body); err != nil {
			return notEncodable(op, "body", x.call.Body, err)
		}
	}
	return nil
}

// fillMarketplace puts the call's marketplace, or the client's, where the
// parameter was left empty.
func (x *exchange) fillMarketplace(ids *[]string) {
	id := x.client.marketplace
	if x.settings.marketplace != "" {
		id = x.settings.marketplace
	}
	if id != "" && (len(*ids) == 0 || x.settings.marketplace != "") {
		*ids = []string{string(id)}
	}
}

// explainMarketplace tells where a marketplace that is missing can be given.
func explainMarketplace(err error) error {
	var refused *ValidationError
	if errors.As(err, &refused) {
		for i, v := range refused.Violations {
			if v.Path == "marketplaceIds" && v.Rule == "is required" {
				refused.Violations[i].Rule += ": give WithMarketplace to the client or Marketplace to the call, or for FromEnv set SP_API_MARKETPLACE"
			}
		}
	}
	return err
}

func notEncodable(op *gen.Operation, where string, of any, err error) error {
	return &ValidationError{Operation: op.ID, Violations: []Violation{{Path: where, Rule: "cannot be encoded: " + redact.JSONError(err, of)}}}
}

// identify finds the bucket that the call is paced by.
func (x *exchange) identify(ctx context.Context) error {
	application, seller, err := x.client.identity(ctx)
	x.key = Key{Region: string(x.client.region), ApplicationHash: application, SellerHash: seller, Operation: x.call.Operation.ID}
	if x.client.sandbox {
		x.key.Region = "sandbox." + x.key.Region
	}
	return err
}

// decode reads a success into the call's result. Whatever cannot be used is an
// error that keeps status and request id.
func (x *exchange) decode(answer *answer) error {
	if x.call.Result == nil {
		return nil
	}
	unusable := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrUnexpectedResponse}, args...)...)
	}
	mediaType, _, _ := mime.ParseMediaType(answer.header.Get("Content-Type"))
	trimmed := bytes.TrimSpace(answer.body)
	switch {
	case len(trimmed) == 0:
		return unusable("the answer is empty")
	case mediaType != "application/json":
		return unusable("the answer is %q, not JSON", redact.Word(mediaType, 64))
	case string(trimmed) == "null":
		return unusable("the answer is null")
	}
	reflect.ValueOf(x.call.Result).Elem().SetZero() // it may hold a part of an earlier answer
	err := wire.UnmarshalWithin(answer.body, x.call.Result, x.client.maxResponseBytes)
	switch {
	case errors.Is(err, wire.ErrBudget):
		return fmt.Errorf("%w: %w of %d bytes", ErrResponseTooLarge, err, x.client.maxResponseBytes)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return unusable("the answer broke off: %w", io.ErrUnexpectedEOF)
	case err != nil:
		return unusable("%s", redact.JSONError(err, x.call.Result))
	}
	x.call.Decoded = true
	return nil
}

// checkResult looks for errors within a success, for the payload it owes, and
// for what breaks the API description.
func (x *exchange) checkResult(ctx context.Context) error {
	r, ok := x.call.Result.(interface{ Complete() bool })
	complete := !ok || r.Complete()
	if list := reasons.WithoutWarnings(x.errorsWithin()); len(list) > 0 {
		x.last.answer.errors = list
		return x.describe(kindWithin(list, complete), nil)
	}
	if !complete {
		x.call.Decoded = false
		return x.describe(useless, fmt.Errorf("%w: %s is missing", ErrUnexpectedResponse, x.call.Operation.Payload))
	}
	result, ok := x.call.Result.(wire.Checkable)
	if !ok || x.client.validation == Off {
		return nil
	}
	checker := wire.Checker{Response: true}
	result.Check(&checker)
	x.info.Violations = checker.Violations()
	if len(x.info.Violations) == 0 {
		return nil
	}
	if x.client.validation == Enforce {
		return x.apiError(fmt.Errorf("%w: %s", ErrInvalidResponse, x.info.Violations[0]))
	}
	x.client.logger.LogAttrs(ctx, slog.LevelWarn, "answer breaks the API description",
		slog.String("operation", x.info.Operation), slog.String("request_id", x.info.RequestID),
		slog.String("violation", x.info.Violations[0].String()), slog.Int("violations", len(x.info.Violations)))
	return nil
}

// errorsWithin finds the errors in a success, also where the API description
// knows of none.
func (x *exchange) errorsWithin() []gen.Error {
	if r, ok := x.call.Result.(interface{ AllErrors() []gen.Error }); ok {
		if list := r.AllErrors(); len(list) > 0 {
			return list
		}
	}
	_, owes := x.call.Result.(interface{ Complete() bool })
	if !owes && x.call.Result != nil && reflect.ValueOf(x.call.Result).Elem().IsZero() {
		return reasons.Decode(x.last.answer.body) // a lone message is no success
	}
	return reasons.Within(x.last.answer.body)
}

// apiError describes the newest attempt.
func (x *exchange) apiError(cause error) *APIError {
	address, body := x.url, x.body
	e := &APIError{
		Operation: x.call.Operation.ID, Attempts: x.info.Attempts, cause: cause, codesOnly: !x.client.errorMessages,
		carried: func() []string { return reasons.Carried(address, body) },
	}
	if a := x.last.answer; a != nil {
		e.StatusCode, e.RequestID, e.RateLimit, e.RetryAfter, e.Errors = a.status, attempt.RequestID(a.header), a.rate, a.retryAfter, a.errors
	}
	return e
}

func (x *exchange) log(ctx context.Context, err error, elapsed time.Duration) {
	attrs := []slog.Attr{
		slog.String("operation", x.info.Operation), slog.Int("status", x.info.StatusCode), slog.String("request_id", x.info.RequestID),
		slog.Int("attempts", x.info.Attempts), slog.Duration("elapsed", elapsed),
	}
	if err == nil || errors.Is(err, ErrDryRun) {
		x.client.logger.LogAttrs(ctx, slog.LevelDebug, "call", attrs...)
		return
	}
	x.client.logFailure(ctx, "call failed", err, attrs...)
}

// logFailure logs an error that the caller gets too. One that the caller wanted,
// by cancelling the call, is of less interest.
func (c *Client) logFailure(ctx context.Context, message string, err error, attrs ...slog.Attr) {
	level := slog.LevelInfo
	if errors.Is(ctx.Err(), context.Canceled) && errors.Is(err, context.Canceled) {
		level = slog.LevelDebug
	}
	if c.logger.Enabled(ctx, level) { // the text of an error takes time
		c.logger.LogAttrs(ctx, level, message, append(attrs, slog.String("error", errorText(err)))...)
	}
}
