package facade

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/spservices/services-go/internal/lwa"
	"github.com/spservices/services-go/internal/transport"
)

// Option configures a Client. Every option validates; [New] joins the errors.
type Option func(*config) error

// config is what options set. It is copied, never shared.
type config struct {
	fromEnv          bool // asked for by the newest options
	code, env        settings
	tokenStore       TokenStore
	refusals         *lwa.Refusals // shared by clients that share the store
	limiter          Limiter
	retry            RetryPolicy
	sender, own      *transport.Sender // own has connections of our own, and is used if sender is nil
	logger           *slog.Logger
	hooks            []Hook
	userAgent        string
	attemptTimeout   time.Duration
	clientTimeout    time.Duration // of the HTTP client, 0 for none
	maxResponseBytes int64
	validation       ResponseValidation
	errorMessages    bool
}

// WithRegion selects the deployment that serves the seller. It excludes
// [WithEndpoint]; given to [Client.With], it replaces the parent's endpoint.
func WithRegion(r Region) Option {
	return func(c *config) error {
		region, err := ParseRegion(string(r))
		c.code.region, c.code.newRegion = region, true
		return err
	}
}

// WithSandbox selects Amazon's sandbox, paced at its 5 requests per second
// with a burst of 15, or production again. At an endpoint given by
// [WithEndpoint] it changes the pace alone.
func WithSandbox(sandbox bool) Option {
	return func(c *config) error { c.code.sandbox = &sandbox; return nil }
}

// WithEndpoint replaces the region's host, for example by an emulator or a
// proxy. Plain http is for loopback addresses only. Amazon's credentials do
// not go with it: give a token endpoint or a token source too. It excludes
// [WithRegion]; given to [Client.With], it replaces the parent's region.
func WithEndpoint(endpoint string) Option {
	return func(c *config) error {
		c.code.host, c.code.newHost = strings.TrimSuffix(endpoint, "/"), true
		return transport.CheckEndpoint("endpoint", c.code.host, true)
	}
}

// WithTokenEndpoint replaces Login with Amazon's token endpoint.
func WithTokenEndpoint(endpoint string) Option {
	return func(c *config) error {
		c.code.tokenURL, c.code.newTokens = endpoint, true
		return transport.CheckEndpoint("token endpoint", endpoint, false)
	}
}

// WithMarketplace sets the marketplace of every call that takes one, unless
// the call names its own with [Marketplace].
func WithMarketplace(id MarketplaceID) Option {
	return func(c *config) error {
		known, err := ParseMarketplace(string(id))
		c.code.marketplace = known
		return err
	}
}

// WithLimiter replaces the token buckets; [Unlimited] turns pacing off.
// Clients that share a limiter share buckets.
func WithLimiter(l Limiter) Option {
	return func(c *config) error {
		c.limiter = l
		return notNil("limiter", l)
	}
}

// WithRetryPolicy changes how often and when a call is repeated; what is zero
// keeps its default. Which operations may be repeated is not a matter of policy.
func WithRetryPolicy(p RetryPolicy) Option {
	return func(c *config) error {
		d := defaultRetry
		p := RetryPolicy{ // an Option may be applied by several goroutines
			cmp.Or(p.Attempts, d.Attempts), cmp.Or(p.BackoffBase, d.BackoffBase), cmp.Or(p.BackoffCap, d.BackoffCap), cmp.Or(p.RetryAfterCap, d.RetryAfterCap),
		}
		if p.Attempts < 1 || p.BackoffBase < 0 || p.BackoffCap < p.BackoffBase || p.RetryAfterCap < 0 {
			return fmt.Errorf("retry policy needs at least 1 attempt, 0 <= base <= cap and a Retry-After cap >= 0, got %d attempts, %s, %s and %s", p.Attempts, p.BackoffBase, p.BackoffCap, p.RetryAfterCap)
		}
		c.retry = p
		return nil
	}
}

// WithHTTPClient sends through the transport of client and within its timeout.
// The client itself is not used, nor changed: it would follow redirects, and Go
// takes the access token along to where they lead.
//
// The SDK's own transport speaks HTTP/1.1 only and sends each request once. With
// an [http.Transport], also a wrapped one, the SDK stops repeats that net/http
// makes by itself. It cannot stop those of a RoundTripper that sends a request
// again on its own account: the promise about repeats ends there. A failure of a
// given transport proves nothing about what was sent, so that an operation that
// must run once fails with [ErrOutcomeUnknown], even if the connection was
// refused.
//
// Calls return when their context ends, even if RoundTrip or the body of its
// answer does not. That code may then still be running after the call.
//
// Of an error that the transport returns, errors.Is finds everything, errors.As
// the kinds of the standard library that hold no URL, such as *net.OpError,
// *net.DNSError and syscall.Errno.
func WithHTTPClient(client *http.Client) Option {
	return func(c *config) error {
		if client == nil {
			return errors.New("HTTP client is nil")
		}
		c.sender, c.clientTimeout = nil, client.Timeout
		if client.Transport == nil {
			return nil
		}
		c.sender = transport.Through(client.Transport)
		return notNil("transport of the HTTP client", client.Transport)
	}
}

// WithLogger logs each failed call once, at level Info, or Debug if the caller
// cancelled it; each successful one and each attempt at level Debug. Level Warn is
// for what no caller is told, such as an answer that breaks the API description.
// Records have operation, status, request id and the text of the error, never a
// body, a query or a token.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		c.logger = l
		if l != nil && l.Handler() == nil {
			return errors.New("logger has no handler: make it with slog.New")
		}
		return notNil("logger", l)
	}
}

// WithErrorMessages says whether texts of errors and logs may have Amazon's
// messages, by the rule of [APIError.Error]; true is the default. With false they
// have codes alone, and [APIError.Messages] has the messages.
func WithErrorMessages(on bool) Option {
	return func(c *config) error { c.errorMessages = on; return nil }
}

// WithUserAgent names the application in the User-Agent header that Amazon
// requires, of at most 500 characters.
func WithUserAgent(app, version string) Option {
	return func(c *config) error {
		if app == "" || version == "" {
			return errors.New("user agent needs an application and a version")
		}
		c.userAgent = transport.UserAgent(app, version)
		return transport.CheckUserAgent(c.userAgent)
	}
}

// WithAttemptTimeout bounds each request, from connection to last byte.
// Waiting for the limiter, a token or a repeat does not count.
func WithAttemptTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("attempt timeout must be positive, got %s", d)
		}
		c.attemptTimeout = d
		return nil
	}
}

// WithMaxResponseBytes bounds what is read of one answer, decompressed, and the
// memory that it takes: reading and decoding an answer of any content allocates
// at most 8 times n, or 8 MiB if that is more. A longer answer, or one with so
// many values in it that they would take more, is [ErrResponseTooLarge].
func WithMaxResponseBytes(n int64) Option {
	return func(c *config) error {
		if n <= 0 {
			return fmt.Errorf("response limit must be positive, got %d bytes", n)
		}
		c.maxResponseBytes = n
		return nil
	}
}

// ResponseValidation says what happens to an answer that breaks the API
// description.
type ResponseValidation int

// Off ignores it, Report hands it to [Capture] and the logger, Enforce makes
// it an error beside the decoded result.
const (
	Off ResponseValidation = iota
	Report
	Enforce
)

// WithResponseValidation sets what happens to answers that break the API
// description: lengths, ranges and patterns. Members that are missing and
// enum values that are new are no violation; Amazon has both. A decoded 0 or ""
// cannot be told from a missing member, so an explicit "durationInMinutes": 0 or
// "storeId": "" is no violation either, whatever the description says of it.
func WithResponseValidation(v ResponseValidation) Option {
	return func(c *config) error {
		if v < Off || v > Enforce {
			return fmt.Errorf("response validation must be Off, Report or Enforce, got %d", v)
		}
		c.validation = v
		return nil
	}
}

func notNil(what string, v any) error {
	if r := reflect.ValueOf(v); !r.IsValid() || (r.Kind() == reflect.Pointer || r.Kind() == reflect.Func) && r.IsNil() {
		return errors.New(what + " is nil")
	}
	return nil
}
