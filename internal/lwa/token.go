// Package lwa gets access tokens from Login with Amazon and keeps them.
package lwa

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Token is an access token. It prints and logs without its value.
type Token struct {
	Value  string    `redact:"secret"`
	Expiry time.Time // zero for never
}

// Format hides the value from every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("Token(redacted)")) }

// LogValue hides the value from logs.
func (t Token) LogValue() slog.Value { return slog.StringValue("Token(redacted)") }

// validFor reports whether the token outlives d from now.
func (t Token) validFor(d time.Duration) bool {
	return t.Value != "" && (t.Expiry.IsZero() || time.Until(t.Expiry) > d)
}

// Source hands out access tokens.
type Source interface {
	Token(ctx context.Context) (Token, error)
}

// Static always hands out one token. It holds it by pointer, which no verb
// follows into.
type Static struct{ token *Token }

// NewStatic returns a Static with a token of that value, which never expires.
func NewStatic(value string) *Static { return &Static{&Token{Value: value}} }

// EndsWithContext says that no method waits.
func (s *Static) EndsWithContext() {}

// Token returns the token.
func (s *Static) Token(context.Context) (Token, error) { return *s.token, nil }

// Format hides the value from every verb.
func (s *Static) Format(f fmt.State, verb rune) { Token{}.Format(f, verb) }

// LogValue hides the value from logs.
func (s *Static) LogValue() slog.Value { return Token{}.LogValue() }

// Key names the credentials that a token belongs to. It holds hashes, no
// secret.
type Key struct {
	Endpoint        string
	ApplicationHash string
	SellerHash      string
}

// Refresh asks the token endpoint for a new token.
type Refresh = func(context.Context) (Token, error)

// Store keeps access tokens and decides who refreshes them.
type Store interface {
	// Token returns a valid token, calling refresh when there is none.
	Token(ctx context.Context, key Key, refresh Refresh) (Token, error)
	// Invalidate forgets token, unless another one has taken its place.
	Invalidate(ctx context.Context, key Key, token Token)
}
