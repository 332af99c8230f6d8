package facade

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/spservices/services-go/internal/redact"
)

// CallOption adjusts one call, or each request of an iterator.
type CallOption func(*callSettings)

type callSettings struct {
	marketplace  MarketplaceID
	noRetry      bool
	noWait       bool
	noValidation bool
	query        url.Values
	info         *Info
	keepBody     bool
	prefetch     bool
	dryRun       *Request
}

func settingsOf(opts []CallOption) callSettings {
	var s callSettings
	for _, opt := range opts {
		if opt != nil {
			opt(&s)
		}
	}
	return s
}

// Info is what a call was like, beside its result.
type Info struct {
	Operation   string        // operationId
	StatusCode  int           // HTTP status of the last answer, 0 when none came
	RequestID   string        // of the last answer
	RateLimit   float64       // requests per second, 0 when the answer does not say
	Attempts    int           // requests sent
	LimiterWait time.Duration // spent waiting for the usage plan
	BackoffWait time.Duration // spent waiting before repeats
	Violations  []Violation   // of the API description by the answer, the first 100
	PageToken   string        // of an iterator's page; put into the query, it starts there again
	Body        RawBody       // raw answer, with CaptureBody
}

// RawBody is JSON as it goes over the wire. It may hold a person's data, so it
// prints and logs as a number of bytes; string(body) is the text.
type RawBody = redact.Bytes

// Capture writes what the call was like to info, also when it fails. An
// iterator writes it anew for each page.
func Capture(info *Info) CallOption { return func(s *callSettings) { s.info = info } }

// CaptureBody is [Capture] with the raw answer, so that a member which Amazon
// added yesterday can be read today.
func CaptureBody(info *Info) CallOption {
	return func(s *callSettings) { s.info, s.keepBody = info, true }
}

// Prefetch lets an iterator ask for the next page while this one is used.
func Prefetch() CallOption { return func(s *callSettings) { s.prefetch = true } }

// Request is what a call would send. It has no access token.
type Request struct {
	Method string
	Path   string  // with query
	Body   RawBody // JSON, nil for none
}

// DryRun checks the call, writes what it would send to request unless that is
// nil, sends nothing and fails with [ErrDryRun].
func DryRun(request *Request) CallOption {
	return func(s *callSettings) { s.dryRun = cmp.Or(request, new(Request)) }
}

// Marketplace names the marketplace of this call, by id or country code. An id
// that the SDK does not know is sent as it is.
func Marketplace(id MarketplaceID) CallOption {
	if known, err := ParseMarketplace(string(id)); err == nil {
		id = known
	}
	return func(s *callSettings) { s.marketplace = id }
}

// NoRetry sends one request at most.
func NoRetry() CallOption { return func(s *callSettings) { s.noRetry = true } }

// NoWait fails with a [*LimitError] when the usage plan has no request left.
func NoWait() CallOption { return func(s *callSettings) { s.noWait = true } }

// NoValidation sends the request as it is, for a rule that Amazon has relaxed.
// Path values are still checked: they could address something else.
func NoValidation() CallOption { return func(s *callSettings) { s.noValidation = true } }

// WithQuery adds a query parameter that the API description does not know yet.
func WithQuery(key, value string) CallOption {
	return func(s *callSettings) {
		if s.query == nil {
			s.query = url.Values{}
		}
		s.query.Add(key, value)
	}
}

// Redacted prints and logs any value, such as a slice of jobs, as JSON without the
// personal data and secrets in it. Single values of the API do so themselves.
// It never panics or fails: what JSON cannot hold, what contains itself, whatever
// panics when asked for its text, and a type that hides marked data behind
// methods of its own are left out, and so is all after the first 262,144 values.
func Redacted(v any) interface {
	fmt.Formatter
	slog.LogValuer
} {
	return redact.Value{Of: v}
}
