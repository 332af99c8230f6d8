package lwa_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/spservices/services-go/internal/lwa"
)

// verbs leaves %p out: package fmt asks no Formatter about it.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v", "%10s", "%-10.3v"}

// No verb and no log handler shows a secret, whether the value comes by itself,
// by pointer or within something else.
func TestSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	token := lwa.Token{Value: "canary-token"}
	l := login(refusing{}, credentials)
	_, err := l.Token(t.Context())
	var failure *lwa.Error
	if !errors.As(err, &failure) || failure.Description == "" {
		t.Fatalf("got %v", err)
	}
	static := lwa.NewStatic("canary-static")
	if got, err := static.Token(t.Context()); err != nil || got.Value != "canary-static" || !got.Expiry.IsZero() {
		t.Fatalf("%v", err)
	}
	full := lwa.NewMemory()
	if _, err := full.Token(t.Context(), key, func(context.Context) (lwa.Token, error) { return token, nil }); err != nil {
		t.Fatal(err)
	}
	type hidden struct { // as a client holds them
		source lwa.Source
		login  *lwa.Login
	}
	for name, v := range map[string]any{
		"token":                   token,
		"token by pointer":        &token,
		"tokens":                  []lwa.Token{token},
		"token in a map":          map[string]lwa.Token{"a": token},
		"token in a struct":       struct{ Token lwa.Token }{token},
		"credentials":             credentials,
		"credentials by pointer":  &credentials,
		"credentials in a list":   []lwa.Credentials{credentials},
		"credentials in a struct": struct{ Credentials *lwa.Credentials }{&credentials},
		"static":                  static,
		"static in a struct":      struct{ Source lwa.Source }{static},
		"hidden":                  hidden{static, l},
		"error":                   failure,
		"wrapped error":           fmt.Errorf("call: %w", failure),
		"error in a struct":       struct{ Err error }{failure},
		"login":                   l,
		"store":                   l.Store,
		"store with a token":      full,
		"owner":                   l.Owner,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, verb := range verbs {
				if text := fmt.Sprintf(verb, v); shows(text) {
					t.Errorf("%s shows %s", verb, text)
				}
			}
		})
	}
	for name, v := range map[string]any{
		"token": token, "token by pointer": &token, "credentials": credentials, "credentials by pointer": &credentials, "static": static, "error": failure,
		"login": l, "store": full, "owner": l.Owner,
	} {
		var out bytes.Buffer
		for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			logger := slog.New(h)
			logger.Info("m", "value", v)
			logger.With("with", v).WithGroup("g").Info("m", slog.Group("h", "value", v), slog.Any("list", []any{"x"}))
		}
		if shows(out.String()) {
			t.Errorf("the log of %s shows %s", name, out.String())
		}
	}
}

// refusing keeps nothing of the request.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return reply(http.StatusBadRequest, `{"error":"invalid_grant","error_description":"canary-refresh"}`)
}

// shows also finds a canary that %x wrote.
func shows(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "canary") || strings.Contains(lower, fmt.Sprintf("%x", "canary"))
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	failure := &lwa.Error{Code: "invalid_grant", Description: "canary", StatusCode: 400, RequestID: "req-1"}
	const want = "no access token: invalid_grant (the refresh token is unknown, revoked or of another application), status 400, request id req-1"
	if got := failure.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := (&lwa.Error{Code: "unreachable"}).Error(), "no access token: unreachable"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
