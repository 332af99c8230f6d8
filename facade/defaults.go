package facade

import (
	"log/slog"
	"time"

	"github.com/spservices/services-go/internal/lwa"
	"github.com/spservices/services-go/internal/transport"
)

// Version is the version of this module, as the User-Agent header names it.
const Version = "0.1.0"

// What a Client does unless an option says otherwise.
const (
	DefaultAttempts         = 4                      // requests per call, the first included
	DefaultBackoffBase      = 500 * time.Millisecond // doubled at each repeat, then drawn from 0 to that
	DefaultBackoffCap       = 20 * time.Second       // longest wait of our own choice
	DefaultRetryAfterCap    = 60 * time.Second       // a longer Retry-After ends the call
	DefaultAttemptTimeout   = 30 * time.Second       // per request, without waiting for limiter and token
	DefaultMaxResponseBytes = 32 << 20               // per answer, decompressed

	// TokenEarly is how long before its expiry an access token is refreshed.
	TokenEarly = lwa.Early
	// TokenFailureMemory is how long a failed refresh answers for all callers.
	TokenFailureMemory = lwa.FailureMemory

	maxErrorBytes    = 1 << 20                                // of the body of an error answer
	errorBodyTimeout = 5 * time.Second                        // for the body of an error answer
	defaultTokenURL  = "https://api.amazon.com/auth/o2/token" //nolint:gosec // an address, no credential
)

var defaultRetry = RetryPolicy{
	Attempts: DefaultAttempts, BackoffBase: DefaultBackoffBase, BackoffCap: DefaultBackoffCap, RetryAfterCap: DefaultRetryAfterCap,
}

func defaults() config {
	store := NewTokenStore()
	return config{
		userAgent:        transport.UserAgent("spservices-go", Version),
		retry:            defaultRetry,
		attemptTimeout:   DefaultAttemptTimeout,
		maxResponseBytes: DefaultMaxResponseBytes,
		validation:       Report,
		errorMessages:    true,
		logger:           slog.New(slog.DiscardHandler),
		tokenStore:       store,
		refusals:         lwa.RefusalsOf(store),
		limiter:          NewLimiter(),
	}
}
