package lwa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spservices/services-go/internal/callback"
	"github.com/spservices/services-go/internal/transport"
)

// Credentials are those of an application registered with Amazon and of the
// seller who authorized it. They print and log without their secrets.
type Credentials struct {
	ClientID     string
	ClientSecret string `redact:"secret"`
	RefreshToken string `redact:"secret"`
	Scope        string // for grantless operations, instead of RefreshToken
}

// Check names each part that is missing, with its field and the variable that
// FromEnv reads it from, or says that RefreshToken and Scope are both given.
func (c Credentials) Check() error {
	var problems []string
	for _, part := range []struct{ value, problem string }{
		{c.ClientID, "client id is missing (ClientID, LWA_APP_ID)"},
		{c.ClientSecret, "client secret is missing (ClientSecret, LWA_CLIENT_SECRET)"},
		{c.RefreshToken + c.Scope, "refresh token is missing (RefreshToken, SP_API_REFRESH_TOKEN)"},
	} {
		if part.value == "" {
			problems = append(problems, part.problem)
		}
	}
	if c.RefreshToken != "" && c.Scope != "" {
		problems = append(problems, "RefreshToken and Scope are both given: give one, not both")
	}
	if len(problems) > 0 {
		return errors.New("credentials: " + strings.Join(problems, "; "))
	}
	return nil
}

// Format hides the secrets from every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("Credentials(redacted)")) }

// LogValue hides the secrets from logs.
func (c Credentials) LogValue() slog.Value { return slog.StringValue("Credentials(redacted)") }

// Owner asks for credentials at each refresh, so that they can rotate. The
// identity they stand for, which tokens and buckets are kept by, stays.
type Owner struct {
	ask func(context.Context) (Credentials, error)

	turn     chan struct{} // semaphore that guards the fields below; waiting for it can be cancelled
	known    identity      // or why it is not known, since failedAt
	failedAt time.Time
}

// identity is on whose behalf credentials speak, in hashes.
type identity struct {
	application, seller string
	err                 error
}

// NewOwner returns an Owner that asks ask.
func NewOwner(ask func(context.Context) (Credentials, error)) *Owner {
	return &Owner{ask: ask, turn: make(chan struct{}, 1)}
}

// Format hides the identity from every verb: %s follows pointers.
func (*Owner) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("Owner(redacted)")) }

// LogValue hides it from logs.
func (*Owner) LogValue() slog.Value { return slog.StringValue("Owner(redacted)") }

func (o *Owner) credentials(ctx context.Context) (Credentials, error) {
	c, err := o.ask(ctx)
	if err != nil {
		return Credentials{}, &Error{Code: "credentials_unavailable", cause: err}
	}
	if err := c.Check(); err != nil {
		return Credentials{}, &Error{Code: "credentials_incomplete", cause: err}
	}
	return c, nil
}

// Identity is on whose behalf the credentials speak, in hashes. One caller at a
// time asks, for no longer than its context lasts; a failure answers for all who
// come within FailureMemory.
func (o *Owner) Identity(ctx context.Context, log *slog.Logger) (application, seller string, err error) {
	select {
	case o.turn <- struct{}{}:
	case <-ctx.Done():
		return "", "", ctx.Err()
	}
	if o.known.application != "" || o.known.err != nil && time.Since(o.failedAt) < FailureMemory {
		defer func() { <-o.turn }()
		return o.known.application, o.known.seller, o.known.err
	}
	found, err := callback.Run(ctx, log, func() (identity, error) {
		defer func() { <-o.turn }() // not before, so that one at most is waited for in vain
		found := o.learn(ctx)
		return found, found.err
	}, nil)
	return found.application, found.seller, err
}

func (o *Owner) learn(ctx context.Context) identity {
	c, err := o.credentials(ctx)
	if err != nil && ctx.Err() != nil { // which says nothing about the credentials
		return identity{err: err}
	}
	if o.known = (identity{err: err}); err == nil {
		o.known = identity{application: Hash(c.ClientID), seller: Hash(c.RefreshToken + c.Scope)}
	}
	o.failedAt = time.Now()
	return o.known
}

// Hash is what stands for s in keys.
func Hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// Login is a Source: it exchanges an owner's credentials at a token endpoint
// and keeps the tokens in a store.
type Login struct {
	Endpoint  string
	UserAgent string
	Sender    *transport.Sender
	Logger    *slog.Logger
	Store     Store
	Refusals  *Refusals
	Owner     *Owner
}

// Format tells the endpoint alone.
func (l *Login) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "Login(%s)", l.Endpoint) }

// LogValue tells the endpoint alone.
func (l *Login) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }

// Token returns a valid token.
func (l *Login) Token(ctx context.Context) (Token, error) {
	key, err := l.key(ctx)
	if err != nil {
		return Token{}, err
	}
	return callback.Wait(ctx, l.Logger, l.Store, func() (Token, error) { return l.Store.Token(ctx, key, l.refresh) })
}

// Invalidate forgets a token that the API has rejected.
func (l *Login) Invalidate(ctx context.Context, token Token) {
	_, _ = callback.Wait(ctx, l.Logger, l.Store, func() (struct{}, error) {
		key, err := l.key(ctx)
		if err == nil {
			l.Store.Invalidate(ctx, key, token)
		}
		return struct{}{}, err
	})
}

// EndsWithContext says that Token and Invalidate do.
func (l *Login) EndsWithContext() {}

func (l *Login) key(ctx context.Context) (Key, error) {
	application, seller, err := l.Owner.Identity(ctx, l.Logger)
	return Key{Endpoint: l.Endpoint, ApplicationHash: application, SellerHash: seller}, err
}
