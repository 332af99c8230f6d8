package facade

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/reasons"
	"github.com/spservices/services-go/internal/wire"
)

// Conditions to test with errors.Is.
var (
	ErrInvalidInput       = errors.New("invalid input")          // 400, 422
	ErrForbidden          = errors.New("forbidden")              // 401, 403
	ErrTokenExpired       = errors.New("access token expired")   // 401, 403 that say so
	ErrNotFound           = errors.New("not found")              // 404; an unknown job is a 422
	ErrRequestTooLarge    = errors.New("request too large")      // 413
	ErrThrottled          = errors.New("throttled")              // 429
	ErrUnavailable        = errors.New("service unavailable")    // 5xx
	ErrOutcomeUnknown     = errors.New("outcome unknown")        // a write that may have happened, see the package's Retries
	ErrResponseTooLarge   = errors.New("response too large")     // see WithMaxResponseBytes
	ErrUnexpectedResponse = errors.New("unexpected response")    // a success that cannot be used, a redirect
	ErrInvalidResponse    = errors.New("response breaks spec")   // with Enforce
	ErrPageLoop           = errors.New("page token came before") // an iterator would not end
	ErrDryRun             = errors.New("dry run, not sent")      // see DryRun
)

// conditions maps an HTTP status that is not the operation's success to what
// it means and to what it says about a repeat.
var conditions = []struct {
	from, to int
	meaning  error
	kind     kind
}{
	{200, 399, ErrUnexpectedResponse, useless},
	{400, 400, ErrInvalidInput, refused},
	{401, 401, ErrForbidden, refused},
	{403, 403, ErrForbidden, refused},
	{404, 404, ErrNotFound, refused},
	{413, 413, ErrRequestTooLarge, refused},
	{422, 422, ErrInvalidInput, refused},
	{429, 429, ErrThrottled, throttled},
	{400, 499, nil, refused},
	{500, 599, ErrUnavailable, failed},
}

// kindOf says what an answer that is no success means for a repeat.
func kindOf(a *answer) kind {
	if (&APIError{StatusCode: a.status, Errors: a.errors}).tokenExpired() {
		return stale
	}
	for _, c := range conditions {
		if a.status >= c.from && a.status <= c.to {
			return c.kind
		}
	}
	return useless
}

func isThrottled(status int) bool { return status == http.StatusTooManyRequests }

// saysNothingLeft reports refusals that a repeat also gets when the try before
// it was carried out.
func (e *APIError) saysNothingLeft() bool {
	switch e.StatusCode {
	case http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusUnprocessableEntity:
		return true
	}
	return e.StatusCode/100 == 2 && (e.Is(ErrNotFound) || e.Is(ErrInvalidInput))
}

// codes maps the code of an error within a success to what it means.
// The keys are in lower case and without punctuation, see meaningOf.
var codes = map[string]error{
	"invalidinput":         ErrInvalidInput,
	"invalidparameter":     ErrInvalidInput,
	"unauthorized":         ErrForbidden,
	"unauthorizedaction":   ErrForbidden,
	"accessdenied":         ErrForbidden,
	"notfound":             ErrNotFound,
	"resourcenotfound":     ErrNotFound,
	"quotaexceeded":        ErrThrottled,
	"internalfailure":      ErrUnavailable,
	"internalerror":        ErrUnavailable,
	"internalservererror":  ErrUnavailable,
	"internalserviceerror": ErrUnavailable,
	"serviceunavailable":   ErrUnavailable,
}

// meaningOf looks a code up. Amazon's services write the same code in several
// ways: InternalFailure, INTERNAL_FAILURE, InternalFailureException.
func meaningOf(code string) error {
	if len(code) > reasons.LongestCode {
		return nil
	}
	word := strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(strings.ToLower(code))
	return codes[strings.TrimSuffix(word, "exception")]
}

// kindWithin says what errors within a success mean for a repeat. Where the
// payload is missing and no code refuses the request, nothing tells whether it
// was carried out.
func kindWithin(list []gen.Error, complete bool) kind {
	coded := false
	for _, entry := range list {
		coded = coded || entry.Code != ""
		if !complete && errors.Is(meaningOf(entry.Code), ErrUnavailable) {
			return useless
		}
	}
	if !complete && !coded {
		return useless
	}
	return refused
}

// APIError is what became of a request that was sent and did not succeed.
type APIError struct {
	Operation  string        // operationId
	StatusCode int           // HTTP status, 0 when no answer came
	RequestID  string        // what Amazon's support asks for
	RateLimit  float64       // requests per second, 0 when the answer does not say
	RetryAfter time.Duration // 0 when the answer does not say
	Attempts   int           // requests sent, this one included
	Errors     []gen.Error   `redact:"personal"` // Amazon's own account; warnings are left out

	outcomeUnknown bool
	check          string // what to look at to learn the outcome
	cause          error  // what went wrong on our side of the answer
}

// Error is one line: operation, status, codes and request id. It never holds a
// message, a body, a query, a token or a person's data.
func (e *APIError) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	b.WriteString(e.Operation + ": ")
	if e.StatusCode == 0 {
		b.WriteString("no answer")
	} else {
		b.WriteString(strings.TrimSpace(fmt.Sprint(e.StatusCode, " ", http.StatusText(e.StatusCode))))
	}
	if codes := reasons.Codes(e.Errors); len(codes) > 0 {
		b.WriteString(" [" + strings.Join(codes, ", ") + "]")
	}
	if e.RequestID != "" {
		b.WriteString(", request id " + e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", e.Attempts)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	if e.outcomeUnknown {
		b.WriteString("; the request may have been carried out: " + e.check)
	}
	return b.String()
}

// Format keeps messages, which may quote a person's data, out of every verb.
func (e *APIError) Format(f fmt.State, verb rune) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
}

// LogValue has the fields of Error.
func (e *APIError) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	return slog.GroupValue(
		slog.String("operation", e.Operation),
		slog.Int("status", e.StatusCode),
		slog.String("request_id", e.RequestID),
		slog.Any("codes", reasons.Codes(e.Errors)),
		slog.Int("attempts", e.Attempts),
		slog.Bool("outcome_unknown", e.outcomeUnknown),
	)
}

// HasCode reports whether Amazon gave code among its errors.
func (e *APIError) HasCode(code string) bool {
	return e != nil && slices.ContainsFunc(e.Errors, func(entry gen.Error) bool { return entry.Code == code })
}

// Is matches the conditions of this package.
func (e *APIError) Is(target error) bool {
	switch {
	case e == nil:
		return false
	case target == ErrOutcomeUnknown:
		return e.outcomeUnknown
	case target == ErrTokenExpired:
		return e.tokenExpired()
	}
	if len(e.Errors) > 0 && e.StatusCode/100 == 2 {
		return slices.ContainsFunc(e.Errors, func(entry gen.Error) bool { return target != nil && target == meaningOf(entry.Code) })
	}
	for _, c := range conditions {
		if e.StatusCode >= c.from && e.StatusCode <= c.to {
			return target == c.meaning && !errors.Is(e.cause, ErrInvalidResponse) && !errors.Is(e.cause, ErrResponseTooLarge)
		}
	}
	return false
}

// Unwrap returns what went wrong on our side of the answer: the context's
// error, the connection's, or one of this package such as ErrResponseTooLarge.
func (e *APIError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// interrupt says what kept the request from being repeated.
func (e *APIError) interrupt(err error) {
	if e.cause != nil && !errors.Is(e.cause, err) {
		err = fmt.Errorf("%w; %w", e.cause, err)
	}
	e.cause = err
}

// tokenExpired reports whether the answer blames the age of the access token.
func (e *APIError) tokenExpired() bool {
	if e.StatusCode != http.StatusUnauthorized && e.StatusCode != http.StatusForbidden {
		return false
	}
	return reasons.BlamesTokenAge(e.Errors)
}

// ValidationError lists every rule that a request breaks, by path. Nothing was
// sent.
//
//	type ValidationError struct {
//		Operation  string // operationId, "" when a value was checked by itself
//		Violations []Violation
//	}
type ValidationError = wire.ValidationError

// Violation is one broken rule. It quotes the value of a request, but neither a
// value that the API description marks as personal or secret nor one of an
// answer: of those it has the length.
//
//	type Violation struct {
//		Path string // of the value, for example schedules[2].capacity
//		Rule string // for example "must be at least 1"
//		Got  string // the value, for example "-1", or "a string of 120 characters"
//	}
type Violation = wire.Violation

// uploaded reports whether a document store has taken what was put to it.
func uploaded(status int) bool { return status >= 200 && status < 300 }

// passing reports failures of an upload that may be over by the next attempt.
func passing(e *APIError) bool {
	return (e.StatusCode < 300 || e.StatusCode >= 500 || isThrottled(e.StatusCode)) && !attempt.Permanent(e.cause)
}
