package facade_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/facade"
)

// TestHeadersOfHooksAreCheckedBeforeSending has hooks set what net/http refuses
// only after a request has been counted as sent.
func TestHeadersOfHooksAreCheckedBeforeSending(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header headerHook
		want   string
	}{
		"line break":        {headerHook{"X-Trace": {"secret-value\r\nEvil: 1"}}, "X-Trace"},
		"NUL":               {headerHook{"X-Trace": {"secret-value\x00"}}, "X-Trace"},
		"second value":      {headerHook{"X-Trace": {"fine", "secret-value\x7f"}}, "X-Trace"},
		"name with a space": {headerHook{"X Trace": {"secret-value"}}, `"X Trace"`},
		"name with a colon": {headerHook{"X:Trace": {"secret-value"}}, `"X:Trace"`},
		"name not ASCII":    {headerHook{"Überschrift": {"secret-value"}}, "Überschrift"},
		"empty name":        {headerHook{"": {"secret-value"}}, `""`},
	} {
		for _, op := range invocations {
			var sent atomic.Int32
			var info facade.Info
			client := clientOf(t, script(&sent, answers(op.status, op.success)), facade.WithHook(c.header))
			_, err := op.invoke(t.Context(), client, facade.Capture(&info))
			var invalid *facade.ValidationError
			if !errors.As(err, &invalid) || errors.Is(err, facade.ErrOutcomeUnknown) || sent.Load() != 0 || info.Attempts != 0 {
				t.Errorf("%s, %s: %v after %d requests, %d attempts", name, op.id, err, sent.Load(), info.Attempts)
				continue
			}
			if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "secret-value") || strings.ContainsAny(text, "\r\n\x00") {
				t.Errorf("%s: %q", name, text)
			}
		}
	}
}

// TestHooksLeaveTheConnectionAlone has hooks set what belongs to it, in odd
// spellings.
func TestHooksLeaveTheConnectionAlone(t *testing.T) {
	t.Parallel()
	hook := headerHook{
		"Connection": {"upgrade"}, "upgrade": {"h2c"}, "Transfer-Encoding": {"chunked"}, "CONTENT-LENGTH": {"7"}, "Host": {"evil.example"},
		"idempotency-key": {"1"}, "X-IDEMPOTENCY-KEY": {"1"}, "x-amz-access-token": {"Atza|evil"}, "Accept-Encoding": {"br"}, "X-Trace": {"tab\tis fine"},
	}
	for _, op := range invocations {
		client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
			for name := range r.Header {
				switch name {
				case "Accept", "Content-Type", "User-Agent", "X-Amz-Access-Token", "X-Trace":
				default:
					t.Errorf("%s: sent %s", op.id, name)
				}
			}
			if r.Header.Get("X-Trace") == "" || r.Header.Get("X-Amz-Access-Token") != "Atza|token" || r.Host != "" && r.Host != "api.example" {
				t.Errorf("%s: sent to %q with %v", op.id, r.Host, r.Header)
			}
			return reply(r, op.status, op.success), nil
		}), facade.WithHook(hook))
		if _, err := op.invoke(context.Background(), client); err != nil {
			t.Errorf("%s: %v", op.id, err)
		}
	}
}
