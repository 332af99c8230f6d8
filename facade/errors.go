package facade

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/reasons"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/wire"
)

// Conditions to test with errors.Is.
var (
	ErrInvalidInput       = errors.New("invalid input")                     // 400, 422
	ErrForbidden          = errors.New("forbidden")                         // 401, 403
	ErrTokenExpired       = errors.New("access token expired")              // 401, 403 that say so
	ErrNotFound           = errors.New("not found")                         // 404; an unknown job is a 422
	ErrRequestTooLarge    = errors.New("request too large")                 // 413
	ErrThrottled          = errors.New("throttled")                         // 429
	ErrUnavailable        = errors.New("service unavailable")               // 5xx
	ErrOutcomeUnknown     = errors.New("outcome unknown")                   // a write that may have happened, see the package's Retries
	ErrResponseTooLarge   = errors.New("response too large")                // see WithMaxResponseBytes
	ErrConnection         = errors.New("no answer")                         // refused, reset, a TLS failure, an attempt that took too long
	ErrUnexpectedResponse = errors.New("unexpected response")               // a success that cannot be used, a redirect, a status that HTTP has not
	ErrInvalidResponse    = errors.New("answer breaks the API description") // with Enforce
	ErrPageLoop           = errors.New("page token came before")            // an iterator would not end
	ErrDryRun             = errors.New("dry run, not sent")                 // see DryRun
)

// conditions maps an HTTP status that is not the operation's success to what
// it means and to what it says about a repeat.
var conditions = []struct {
	from, to int
	meaning  error
	kind     kind
}{
	{math.MinInt, -1, ErrUnexpectedResponse, useless},
	{1, 399, ErrUnexpectedResponse, useless},
	{400, 400, ErrInvalidInput, refused},
	{401, 401, ErrForbidden, refused},
	{403, 403, ErrForbidden, refused},
	{404, 404, ErrNotFound, refused},
	{413, 413, ErrRequestTooLarge, refused},
	{422, 422, ErrInvalidInput, refused},
	{429, 429, ErrThrottled, throttled},
	{400, 499, nil, refused},
	{500, 599, ErrUnavailable, failed},
	{600, math.MaxInt, ErrUnexpectedResponse, useless},
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
	"internalserver":       ErrUnavailable, // InternalServerException
	"internalservererror":  ErrUnavailable,
	"internalservice":      ErrUnavailable,
	"internalserviceerror": ErrUnavailable,
	"serviceunavailable":   ErrUnavailable,
}

// meaningOf looks a code up. Amazon's services write the same code in several
// ways: InternalFailure, INTERNAL_FAILURE, InternalFailureException.
func meaningOf(code string) error {
	if len(code) > reasons.LongestCode {
		return nil
	}
	word := withoutPunctuation.Replace(strings.ToLower(code))
	return codes[strings.TrimSuffix(word, "exception")]
}

var withoutPunctuation = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")

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

// APIError describes a request that was sent but failed.
type APIError struct {
	Operation  string        // operationId
	StatusCode int           // HTTP status, 0 when no answer came
	RequestID  string        // what Amazon's support asks for
	RateLimit  float64       // requests per second, 0 when the answer does not say
	RetryAfter time.Duration // 0 when the answer does not say
	Attempts   int           // requests sent, this one included
	Errors     []gen.Error   `redact:"personal"` // as Amazon reports them, warnings excluded; at most 1,000 of an answer

	outcomeUnknown bool
	check          string          // what to look at to learn the outcome
	noAnswer       bool            // although the caller still waited for one
	codesOnly      bool            // see WithErrorMessages
	carried        func() []string // values in the request
	cause          error           // what went wrong on our side of the answer
}

// Error is one line: operation, status, what Amazon says, request id, attempts.
// Of a 4xx answer and of errors within a 200 it has code, message and details of
// at most three errors and the codes of five more, of other answers the codes
// alone. E-mail addresses, numbers of seven or more digits, URLs and tokens in
// them are replaced by "…", unless this request carried the same text.
func (e *APIError) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	b.WriteString(e.Operation + ": ")
	status, codes, said := "no answer", reasons.Codes(e.Errors), e.said()
	if e.StatusCode != 0 {
		status = strings.TrimSpace(fmt.Sprint(e.StatusCode, " ", http.StatusText(e.StatusCode)))
	}
	switch {
	case said == "":
		b.WriteString(status)
	case e.StatusCode != 0 && len(codes) > 0 && strings.HasPrefix(said, codes[0]):
		fmt.Fprintf(&b, "%d %s", e.StatusCode, said)
	default:
		b.WriteString(status + ": " + said)
	}
	var notes []string
	if e.RequestID != "" {
		notes = append(notes, "request id "+e.RequestID)
	}
	if e.Attempts > 1 {
		notes = append(notes, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	if e.outcomeUnknown {
		b.WriteString("; the request may have been carried out: " + e.check)
	}
	return b.String()
}

// said is what Amazon's errors say, as far as texts may have it.
func (e *APIError) said() string {
	if !e.codesOnly && (e.StatusCode/100 == 2 || e.StatusCode/100 == 4) {
		return reasons.Describe(e.Errors, e.carried)
	}
	return strings.Join(reasons.Codes(e.Errors), ", ")
}

// Messages returns what Amazon says in each of Errors, word for word: the
// message, with the details after it in parentheses. Unlike Error it redacts
// nothing, so treat the texts as personal data.
func (e *APIError) Messages() []string {
	if e == nil {
		return nil
	}
	return reasons.Messages(e.Errors)
}

// Format is Error, for every verb.
func (e APIError) Format(f fmt.State, verb rune) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
}

// LogValue has the fields of Error.
func (e APIError) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("operation", e.Operation), slog.Int("status", e.StatusCode), slog.String("request_id", e.RequestID),
		slog.Any("codes", reasons.Codes(e.Errors)), slog.Int("attempts", e.Attempts), slog.Bool("outcome_unknown", e.outcomeUnknown),
	}
	if said := e.said(); said != "" {
		attrs = append(attrs, slog.String("said", said))
	}
	if e.cause != nil {
		attrs = append(attrs, slog.String("cause", e.cause.Error()))
	}
	return slog.GroupValue(attrs...)
}

// MarshalText is Error, so that encoding/json and log handlers, which look into
// lists and structs, write no more than that.
func (e APIError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

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
	case target == ErrConnection:
		return e.noAnswer
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
	if cause := e.cause; cause != nil && !errors.Is(cause, err) {
		e.cause = fmt.Errorf("%w; %w", cause, foreign{err})
	} else {
		e.cause = foreign{err}
	}
}

// foreign is an error of the caller's code, such as a token source. Its text may
// quote anything.
type foreign struct{ error }

func (f foreign) Error() string { return errorText(f.error) }
func (f foreign) Unwrap() error { return f.error }

// errorText is the text of an error for logs and other errors.
func errorText(err error) string {
	switch err.(type) { //nolint:errorlint // the types whose texts hold no secret
	case *APIError, *AuthError, *ValidationError, *LimitError:
		return err.Error()
	}
	return redact.Words(err.Error())
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

// isContextError reports that the caller stopped waiting. An attempt that took too
// long is none.
func isContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// uploaded reports whether a document store has taken what was put to it.
func uploaded(status int) bool { return status >= 200 && status < 300 }

// passing reports failures of an upload that may be over by the next attempt.
func passing(e *APIError) bool {
	return (e.StatusCode < 300 || e.StatusCode >= 500 || isThrottled(e.StatusCode)) && !attempt.Permanent(e.cause)
}
