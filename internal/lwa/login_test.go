package lwa_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/internal/lwa"
	"github.com/spservices/services-go/internal/transport"
)

const tokenURL = "https://lwa.example/auth/o2/token"

var credentials = lwa.Credentials{ClientID: "client-1", ClientSecret: "canary-secret", RefreshToken: "canary-refresh"}

// endpoint is a token server without a network.
type endpoint struct {
	mu       sync.Mutex
	requests []*http.Request
	forms    []string
	answer   func(n int, r *http.Request) (*http.Response, error)
}

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	e.requests, e.forms = append(e.requests, r), append(e.forms, string(body))
	n := len(e.requests)
	e.mu.Unlock()
	return e.answer(n, r)
}

func (e *endpoint) asked() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.requests)
}

func reply(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Header: http.Header{"X-Amzn-Requestid": {"req-1"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// answers gives every request the same answer.
func answers(status int, body string) *endpoint {
	return &endpoint{answer: func(int, *http.Request) (*http.Response, error) { return reply(status, body) }}
}

func login(rt http.RoundTripper, c lwa.Credentials) *lwa.Login {
	return &lwa.Login{
		Endpoint: tokenURL, UserAgent: "app/1", Sender: transport.Through(rt), Logger: slog.New(slog.DiscardHandler), Store: lwa.NewMemory(),
		Refusals: &lwa.Refusals{},
		Owner:    lwa.NewOwner(func(context.Context) (lwa.Credentials, error) { return c, nil }),
	}
}

const good = `{"access_token":"Atza|1","token_type":"bearer","expires_in":3600,"refresh_token":"canary-refresh"}`

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		credentials lwa.Credentials
		want        url.Values
	}{
		"seller": {credentials, url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {"canary-refresh"}, "client_id": {"client-1"}, "client_secret": {"canary-secret"},
		}},
		"grantless": {lwa.Credentials{ClientID: "a&b=c", ClientSecret: "d+e", Scope: "sellingpartnerapi::x"}, url.Values{
			"grant_type": {"client_credentials"}, "scope": {"sellingpartnerapi::x"}, "client_id": {"a&b=c"}, "client_secret": {"d+e"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := answers(http.StatusOK, good)
			token, err := login(e, c.credentials).Token(t.Context())
			if err != nil || token.Value != "Atza|1" || len(e.requests) != 1 {
				t.Fatalf("%q, %v after %d requests", token.Value, err, len(e.requests))
			}
			r := e.requests[0]
			if r.Method != http.MethodPost || r.URL.String() != tokenURL || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
				r.Header.Get("User-Agent") != "app/1" || r.Header.Get("Authorization") != "" {
				t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
			}
			if form, err := url.ParseQuery(e.forms[0]); err != nil || form.Encode() != c.want.Encode() {
				t.Errorf("form of %d members, %v", len(form), err)
			}
		})
	}
}

func TestExpiresIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		``:                      time.Minute,
		`,"expires_in":null`:    time.Minute,
		`,"expires_in":3600`:    time.Hour,
		`,"expires_in":600.5`:   600*time.Second + 500*time.Millisecond,
		`,"expires_in":"1800"`:  30 * time.Minute,
		`,"expires_in":"soon"`:  time.Minute,
		`,"expires_in":""`:      time.Minute,
		`,"expires_in":-5`:      time.Minute,
		`,"expires_in":"-5"`:    time.Minute,
		`,"expires_in":0`:       time.Minute,
		`,"expires_in":59`:      time.Minute,
		`,"expires_in":61`:      61 * time.Second,
		`,"expires_in":1e11`:    time.Hour,
		`,"expires_in":"1e11"`:  time.Hour,
		`,"expires_in":1e300`:   time.Hour,
		`,"expires_in":"NaN"`:   time.Minute,
		`,"expires_in":"Inf"`:   time.Hour,
		`,"expires_in":"-Inf"`:  time.Minute,
		`,"expires_in":"1e999"`: time.Hour,
		`,"expires_in":true`:    time.Minute,
		`,"expires_in":[3600]`:  time.Minute,
		`,"expires_in":{}`:      time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			started := time.Now()
			e := &endpoint{answer: func(int, *http.Request) (*http.Response, error) {
				time.Sleep(5 * time.Second) // a token's life begins before the answer is here
				return reply(http.StatusOK, `{"access_token":"T"`+text+`}`)
			}}
			token, err := login(e, credentials).Token(t.Context())
			if err != nil || token.Expiry.Sub(started) != want {
				t.Errorf("%s: %s, %v, want %s", text, token.Expiry.Sub(started), err, want)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status    int
		body      string
		code      string
		permanent bool
	}{
		"invalid_grant":          {400, `{"error":"invalid_grant","error_description":"canary-refresh is unknown"}`, "invalid_grant", true},
		"invalid_client":         {401, `{"error":"invalid_client","error_description":"canary-secret"}`, "invalid_client", true},
		"unauthorized_client":    {400, `{"error":"unauthorized_client"}`, "unauthorized_client", true},
		"unsupported_grant_type": {400, `{"error":"unsupported_grant_type"}`, "unsupported_grant_type", true},
		"server error":           {500, `{"error":"server_error"}`, "server_error", false},
		"bare 503":               {503, ``, "unexpected_status", false},
		"HTML 502":               {502, `<html>canary-refresh</html>`, "unexpected_status", false},
		"HTML 200":               {200, `<html>canary-refresh</html>`, "unexpected_answer", false},
		"empty 200":              {200, ``, "unexpected_answer", false},
		"null":                   {200, `null`, "unexpected_answer", false},
		"list":                   {200, `[]`, "unexpected_answer", false},
		"no token":               {200, `{"expires_in":3600}`, "unexpected_answer", false},
		"token is no text":       {200, `{"access_token":{"canary":1}}`, "unexpected_answer", false},
		"cut off":                {200, `{"access_token":"canary-`, "unexpected_answer", false},
		"two answers":            {200, good + good, "unexpected_answer", false},
		"token breaks a header":  {200, `{"access_token":"canary\r\nX-Evil: 1"}`, "malformed_token", false},
		"201":                    {201, good, "unexpected_status", false},
		"throttled":              {429, `{"error":"slow_down"}`, "slow_down", false},
		"error that is no word":  {400, `{"error":"canary-refresh\nis unknown"}`, "unexpected_status", false},
		"error that is no text":  {400, `{"error":{"code":"canary"}}`, "unexpected_status", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := answers(c.status, c.body)
			token, err := login(e, credentials).Token(t.Context())
			var failure *lwa.Error
			if !errors.As(err, &failure) || token.Value != "" {
				t.Fatalf("%q, %v", token.Value, err)
			}
			if failure.Code != c.code || failure.StatusCode != c.status || failure.RequestID != "req-1" || failure.Permanent() != c.permanent {
				t.Errorf("code %s, status %d, request id %s, permanent %v", failure.Code, failure.StatusCode, failure.RequestID, failure.Permanent())
			}
			if text := err.Error(); strings.Contains(text, "canary") || strings.Contains(text, "\n") || !strings.Contains(text, failure.Code) {
				t.Errorf("reads %q", text)
			}
			if e.asked() != 1 {
				t.Errorf("%d requests, want 1", e.asked())
			}
		})
	}
}

// A redirected request would carry client secret and refresh token along.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		e := &endpoint{answer: func(_ int, r *http.Request) (*http.Response, error) {
			if r.URL.Host != "lwa.example" {
				t.Errorf("%d: asked %s", status, r.URL.Host)
			}
			answer, err := reply(status, "")
			answer.Header.Set("Location", "https://canary.example/steal?with=query")
			return answer, err
		}}
		_, err := login(e, credentials).Token(t.Context())
		var failure *lwa.Error
		if !errors.As(err, &failure) || failure.StatusCode != status || strings.Contains(err.Error(), "canary") || e.asked() != 1 {
			t.Errorf("%d: %v after %d requests", status, err, e.asked())
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	e := &endpoint{answer: func(_ int, r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Post", URL: r.URL.String() + "?canary", Err: cause}
	}}
	_, err := login(e, credentials).Token(t.Context())
	var failure *lwa.Error
	if !errors.As(err, &failure) || failure.Code != "unreachable" || failure.StatusCode != 0 || failure.Permanent() || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("reads %q", err)
	}
}

// silent never answers, and obeys the request's context.
var silent = &endpoint{answer: func(_ int, r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}}

func TestSilentServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		_, err := login(silent, credentials).Token(t.Context())
		var failure *lwa.Error
		if d := time.Since(started); !errors.As(err, &failure) || failure.Code != "unreachable" || d != 30*time.Second {
			t.Errorf("%v after %s", err, d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		started = time.Now()
		if _, err := login(silent, credentials).Token(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 100*time.Millisecond {
			t.Errorf("with a deadline: %v after %s", err, time.Since(started))
		}
	})
}

// An answer without an end costs no more than 64 KiB.
func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	body := &endless{}
	e := &endpoint{answer: func(int, *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body}, nil
	}}
	if token, err := login(e, credentials).Token(t.Context()); err == nil {
		t.Errorf("a token: %q", token.Value)
	}
	if body.read > 128<<10 || !body.closed {
		t.Errorf("%d bytes read, closed %v", body.read, body.closed)
	}
}

type endless struct {
	read   int
	closed bool
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { e.closed = true; return nil }
