package lwa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

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

	turn                chan struct{} // whose it is may use what follows; waiting for it can be given up
	application, seller string
	failure             error // of the newest attempt to learn the identity
	failedAt            time.Time

	mu      sync.Mutex
	refused *refusal
}

// Format hides what is refused from every verb: %s follows pointers.
func (*Owner) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("Owner(redacted)")) }

// LogValue hides it from logs.
func (*Owner) LogValue() slog.Value { return slog.StringValue("Owner(redacted)") }

// refusal is what became of credentials that are no use any more.
type refusal struct {
	endpoint    string
	credentials Credentials
	err         *Error
	at          time.Time
}

// NewOwner returns an Owner that asks ask.
func NewOwner(ask func(context.Context) (Credentials, error)) *Owner {
	return &Owner{ask: ask, turn: make(chan struct{}, 1)}
}

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

// Identity is for whom the credentials speak, in hashes. One caller at a time
// asks; a failure answers for all who come within FailureMemory.
func (o *Owner) Identity(ctx context.Context) (application, seller string, err error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return "", "", ctx.Err()
	}
	if o.application != "" {
		return o.application, o.seller, nil
	}
	if o.failure != nil && time.Since(o.failedAt) < FailureMemory {
		return "", "", o.failure
	}
	c, err := o.credentials(ctx)
	if err != nil {
		if ctx.Err() == nil { // otherwise it says nothing about the credentials
			o.failure, o.failedAt = err, time.Now()
		}
		return "", "", err
	}
	o.application, o.seller = hash(c.ClientID), hash(c.RefreshToken+c.Scope)
	return o.application, o.seller, nil
}

// refusal returns the error that c met at endpoint not long ago, nil if none.
func (o *Owner) refusal(endpoint string, c Credentials) *Error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.refused; r != nil && r.endpoint == endpoint && r.credentials == c && time.Since(r.at) < RefusalMemory {
		return r.err
	}
	return nil
}

// refuse remembers a permanent failure of c, so that it is not offered again
// and again.
func (o *Owner) refuse(endpoint string, c Credentials, err *Error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refused = &refusal{endpoint, c, err, time.Now()}
}

func hash(s string) string {
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
	return l.Store.Token(ctx, key, l.refresh)
}

// Invalidate forgets a token that the API has rejected.
func (l *Login) Invalidate(ctx context.Context, token Token) {
	if key, err := l.key(ctx); err == nil {
		l.Store.Invalidate(ctx, key, token)
	}
}

func (l *Login) key(ctx context.Context) (Key, error) {
	application, seller, err := l.Owner.Identity(ctx)
	return Key{Endpoint: l.Endpoint, ApplicationHash: application, SellerHash: seller}, err
}
