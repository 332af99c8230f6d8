package facade

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/spservices/services-go/internal/callback"
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
	// expired, and asked for another one, once per call. A token that does not help
	// either is kept for a minute: another one would not help. A source can say by
	// [TokenIdentity] on whose behalf it speaks.
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
	// revoked them, are not offered again for five minutes by any client that uses
	// the same token store. A new secret is offered at once.
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

// TokenIdentity is implemented by a [TokenSource] that knows on whose behalf its
// tokens speak. Requests are paced per application and seller. A source without
// this method speaks for the seller of the client that it is given to: that of
// the credentials the client or its parent was made with, or else one of its own
// that all derived clients share.
//
// The client id and the refresh token of the seller give the same identity as
// [WithCredentials]; any other text that is unique to application and seller
// will do. It is hashed. The method is called before every request and must not
// block.
type TokenIdentity interface {
	TokenIdentity() (application, seller string)
}

// WithCredentials exchanges credentials for access tokens at Login with Amazon.
func WithCredentials(credentials Credentials) Option {
	return withOwner("WithCredentials", credentials.Check(), func(context.Context) (Credentials, error) { return credentials, nil })
}

// WithCredentialsFunc asks for the credentials at each refresh, so that a
// rotated client secret is picked up. Client id and refresh token must stay
// the same.
func WithCredentialsFunc(ask func(context.Context) (Credentials, error)) Option {
	var err error
	if ask == nil {
		err = errors.New("credentials function is nil")
	}
	return withOwner("WithCredentialsFunc", err, ask)
}

func withOwner(option string, err error, ask func(context.Context) (Credentials, error)) Option {
	owner := lwa.NewOwner(ask)
	return func(c *config) error {
		c.code.owner, c.code.source, c.code.tokensBy = owner, nil, option
		return err
	}
}

// sources numbers token sources, for an identity of their own.
var sources atomic.Int64

// WithTokenSource takes access tokens from source instead of Login with Amazon.
// See [TokenIdentity] for how requests are then paced.
func WithTokenSource(source TokenSource) Option {
	identity := "source-" + strconv.FormatInt(sources.Add(1), 10)
	return func(c *config) error {
		c.code.source, c.code.tokensBy, c.code.newTokens = source, "WithTokenSource", true
		c.code.anonymous = cmp.Or(c.code.anonymous, identity)
		return notNil("token source", source)
	}
}

// WithTokenStore shares access tokens, for example between processes.
func WithTokenStore(store TokenStore) Option {
	refusals := lwa.RefusalsOf(store)
	return func(c *config) error {
		c.tokenStore, c.refusals = store, refusals
		return notNil("token store", store)
	}
}

// replaceToken gives a token that the API calls expired back to a source that
// can replace it, once per call, and reports whether to repeat the call.
func (x *exchange) replaceToken(ctx context.Context) bool {
	source, ok := x.client.tokens.(interface {
		Invalidate(ctx context.Context, token Token)
	})
	refusals, token := x.client.refusals, x.last.token
	if ok && x.refreshed {
		refusals.Useless(token.Value)
	}
	if !ok || x.refreshed {
		return false
	}
	var pay func() bool
	if !x.settings.noRetry {
		pay = func() bool { x.spent = x.client.quota.Take(); return x.spent > 0 }
	}
	replace, repeat := refusals.Replace(token.Value, x.key.ApplicationHash+"/"+x.key.SellerHash, pay)
	if replace {
		_, _ = callback.Wait(ctx, x.client.logger, source, func() (struct{}, error) {
			source.Invalidate(ctx, token)
			return struct{}{}, nil
		})
	}
	x.refreshed = repeat
	return repeat
}
