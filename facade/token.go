package facade

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/spservices/services-go/internal/lwa"
)

type (
	// Credentials are those of an application registered with Amazon and of the
	// seller who authorized it. They print and log without their secrets.
	//
	//	type Credentials struct {
	//		ClientID     string
	//		ClientSecret string
	//		RefreshToken string // of the seller
	//		Scope        string // for grantless operations, instead of RefreshToken
	//	}
	//
	// Check reports what is missing.
	Credentials = lwa.Credentials
	// Token is an access token. It prints and logs without its value.
	//
	//	type Token struct {
	//		Value  string
	//		Expiry time.Time // zero for never
	//	}
	Token = lwa.Token
	// TokenSource hands out access tokens. It is asked before every request and
	// must be safe for many goroutines. A source that also has the method
	// Invalidate(context.Context, Token) is told of a token which the API calls
	// expired, and asked again, once per call.
	//
	//	type TokenSource interface {
	//		Token(ctx context.Context) (Token, error)
	//	}
	TokenSource = lwa.Source
	// TokenStore keeps access tokens and decides who refreshes them.
	//
	//	type TokenStore interface {
	//		// Token returns a valid token, calling refresh when there is none.
	//		Token(ctx context.Context, key TokenKey, refresh func(context.Context) (Token, error)) (Token, error)
	//		// Invalidate forgets token, unless another one has taken its place.
	//		Invalidate(ctx context.Context, key TokenKey, token Token)
	//	}
	TokenStore = lwa.Store
	// TokenKey names the credentials that a token belongs to, in hashes.
	//
	//	type TokenKey struct {
	//		Endpoint        string // of the tokens
	//		ApplicationHash string
	//		SellerHash      string
	//	}
	TokenKey = lwa.Key
	// AuthError says that no access token could be had. The call was not sent.
	// Credentials that Amazon refuses for good, such as those of a seller who has
	// revoked them, are not offered again for five minutes, unless they change.
	//
	//	type AuthError struct {
	//		Code        string // Amazon's OAuth error code such as invalid_grant, or our own word
	//		Description string // Amazon's account of it, which Error leaves out
	//		StatusCode  int    // HTTP status of the token endpoint, 0 without an answer
	//		RequestID   string
	//	}
	//
	// Permanent reports whether asking again with the same credentials is useless.
	AuthError = lwa.Error
)

// StaticToken always hands out one token.
func StaticToken(value string) TokenSource { return lwa.NewStatic(value) }

// NewTokenStore returns a store in memory. It refreshes a token [TokenEarly]
// before its expiry, sends one request however many callers wait, remembers a
// failure for [TokenFailureMemory], and uses the old token up when a refresh
// fails or is slow.
func NewTokenStore() TokenStore { return lwa.NewMemory() }

// WithCredentials exchanges credentials for access tokens at Login with Amazon.
func WithCredentials(credentials Credentials) Option {
	owner := lwa.NewOwner(func(context.Context) (Credentials, error) { return credentials, nil })
	return func(c *config) error {
		c.owner, c.tokenSource = owner, nil
		return credentials.Check()
	}
}

// WithCredentialsFunc asks for the credentials at each refresh, so that a
// rotated client secret is picked up. Client id and refresh token must stay
// the same.
func WithCredentialsFunc(ask func(context.Context) (Credentials, error)) Option {
	owner := lwa.NewOwner(ask)
	return func(c *config) error {
		c.owner, c.tokenSource = owner, nil
		if ask == nil {
			return errors.New("credentials function is nil")
		}
		return nil
	}
}

// sources numbers token sources, which do not tell for whom they speak.
var sources atomic.Int64

// WithTokenSource takes access tokens from source instead of Login with Amazon.
func WithTokenSource(source TokenSource) Option {
	identity := "source-" + strconv.FormatInt(sources.Add(1), 10)
	return func(c *config) error {
		c.tokenSource, c.owner, c.anonymous, c.tokensGiven = source, nil, identity, true
		return notNil("token source", source)
	}
}

// WithTokenStore shares access tokens, for example between processes.
func WithTokenStore(store TokenStore) Option {
	return func(c *config) error {
		c.tokenStore = store
		return notNil("token store", store)
	}
}
