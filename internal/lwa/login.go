package lwa

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/callback"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/transport"
	"github.com/spservices/services-go/internal/wire"
)

const (
	minLifetime    = 60 * time.Second
	maxLifetime    = time.Hour
	maxAnswerBytes = 64 << 10
	requestTimeout = 30 * time.Second
)

// refresh sends one token request. Failures are *Error.
//
// golang.org/x/oauth2 does not fit here: during an outage it sends one request
// per waiting goroutine, it ignores the context while it waits, and it cannot
// forget one token.
func (l *Login) refresh(ctx context.Context) (Token, error) {
	c, err := callback.Run(ctx, l.Logger, func() (Credentials, error) { return l.Owner.credentials(ctx) }, nil)
	if err != nil {
		return Token{}, err
	}
	offer := []string{"credentials", l.Endpoint, c.ClientID, c.ClientSecret, c.RefreshToken, c.Scope}
	if failure, ok := l.Refusals.Find(offer...); ok {
		return Token{}, failure
	}
	token, failure := l.exchange(ctx, c)
	switch {
	case failure == nil:
		return token, nil
	case failure.Permanent():
		l.Refusals.Add(RefusalMemory, failure, offer...)
	}
	return Token{}, failure
}

func (l *Login) exchange(call context.Context, c Credentials) (Token, *Error) {
	ctx, cancel := context.WithTimeout(call, requestTimeout)
	defer cancel()
	form := url.Values{"client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
	if c.RefreshToken != "" {
		form.Set("grant_type", "refresh_token")
		form.Set("refresh_token", c.RefreshToken)
	} else {
		form.Set("grant_type", "client_credentials")
		form.Set("scope", c.Scope)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.Endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return Token{}, &Error{Code: "invalid_endpoint"}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", l.UserAgent)
	req.Header.Set("Accept", "application/json")
	asked := time.Now()
	resp, err := l.Sender.Send(req, transport.Kept, l.Logger)
	if err != nil {
		return Token{}, &Error{Code: "unreachable", cause: attempt.Explain(ctx, call, requestTimeout, errors.Unwrap(err))}
	}
	body, err := resp.Read(ctx, maxAnswerBytes)
	return readToken(resp, body, attempt.Explain(ctx, call, requestTimeout, err), asked)
}

func readToken(resp *transport.Answer, body []byte, err error, asked time.Time) (Token, *Error) {
	failure := &Error{StatusCode: resp.StatusCode, RequestID: attempt.RequestID(resp.Header)}
	if err != nil {
		failure.Code, failure.cause = "unreadable_answer", err
		return Token{}, failure
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   any    `json:"expires_in"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	err = wire.Unmarshal(body, &answer)
	switch {
	case resp.StatusCode != http.StatusOK && err == nil && isCode(answer.Error):
		failure.Code, failure.Description = answer.Error, answer.Description
	case resp.StatusCode != http.StatusOK:
		failure.Code = "unexpected_status"
	case err != nil || answer.AccessToken == "":
		failure.Code = "unexpected_answer"
	case !attempt.ValidHeaderValue(answer.AccessToken):
		failure.Code = "malformed_token"
	default:
		return Token{Value: answer.AccessToken, Expiry: asked.Add(lifetime(answer.ExpiresIn))}, nil
	}
	return Token{}, failure
}

// isCode keeps text that quotes a secret from passing for an error code.
func isCode(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') })
}

// lifetime reads expires_in, which ought to be a number of seconds. What is
// missing or absurd is clamped: asking again early costs little.
func lifetime(expiresIn any) time.Duration {
	var seconds float64
	switch v := expiresIn.(type) {
	case float64:
		seconds = v
	case string:
		seconds, _ = strconv.ParseFloat(v, 64)
	}
	if !(seconds >= minLifetime.Seconds()) { // NaN too
		return minLifetime
	}
	return time.Duration(min(seconds, maxLifetime.Seconds()) * float64(time.Second))
}

// Error says that no access token could be had. The call was not sent.
type Error struct {
	Code        string // Amazon's OAuth error code, or our own word when it gave none
	Description string `redact:"secret"` // Amazon's account of it, which Error leaves out
	StatusCode  int    // HTTP status of the token endpoint, 0 without an answer
	RequestID   string
	cause       error
}

var hints = map[string]string{
	"invalid_grant":       "the refresh token is unknown, revoked or of another application",
	"invalid_client":      "client id or client secret is wrong or has expired",
	"unauthorized_client": "the application may not use this grant",
}

// Error is one line, without Amazon's description and without a secret.
func (e *Error) Error() string {
	if e == nil {
		return "<nil>"
	}
	var b strings.Builder
	b.WriteString("no access token: " + e.Code)
	if hint := hints[e.Code]; hint != "" {
		b.WriteString(" (" + hint + ")")
	}
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, ", status %d", e.StatusCode)
	}
	if e.RequestID != "" {
		b.WriteString(", request id " + e.RequestID)
	}
	if e.cause != nil {
		b.WriteString(": " + redact.Words(e.cause.Error())) // it may be from the caller's code
	}
	return b.String()
}

// Format is Error, for every verb.
func (e Error) Format(f fmt.State, verb rune) {
	_, _ = fmt.Fprintf(f, fmt.FormatString(f, verb), e.Error())
}

// LogValue is Error.
func (e Error) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// MarshalText is Error, so that encoding/json and log handlers, which look into
// lists and structs, write no more than that.
func (e Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Unwrap returns what kept the request from being answered.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.cause
}

// Permanent reports whether asking again with the same credentials is useless.
func (e *Error) Permanent() bool {
	return e != nil && (hints[e.Code] != "" || e.Code == "unsupported_grant_type")
}

// permanent reports whether err is a refusal for good.
func permanent(err error) bool {
	var refused *Error
	return errors.As(err, &refused) && refused.Permanent()
}
