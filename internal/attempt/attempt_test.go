package attempt_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/internal/attempt"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// longestSeconds is the longest whole wait that a Duration holds.
const longestSeconds = uint64(math.MaxInt64 / time.Second)

// beyondEveryCap is longer than any Retry-After that a program would sit out.
const beyondEveryCap = 100 * 365 * 24 * time.Hour

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"":                               0,
		"0":                              0,
		"1":                              time.Second,
		" 2 ":                            2 * time.Second,
		"007":                            7 * time.Second,
		"3600":                           time.Hour,
		"-5":                             0,
		"+5":                             0,
		"1.5":                            0,
		"1e3":                            0,
		"0x10":                           0,
		"5 s":                            0,
		"soon":                           0,
		"NaN":                            0,
		"Inf":                            0,
		"٣":                              0, // a digit, but not HTTP's
		"Sun, 01 Mar 2026 12:00:30 GMT":  30 * time.Second,
		"Sunday, 01-Mar-26 12:00:30 GMT": 30 * time.Second,
		"Sun Mar  1 12:00:30 2026":       30 * time.Second,
		"Sun, 01 Mar 2026 12:00:00 GMT":  0,
		"Sun, 01 Mar 2026 11:59:59 GMT":  0,
		"Thu, 01 Jan 1970 00:00:00 GMT":  0,
		"Sun, 01 Mar 2026 12:00:30 EST":  0,
		"2026-03-01T12:00:30Z":           0,
	} {
		if got := attempt.ParseRetryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	if got := attempt.ParseRetryAfter(nil, now); got != 0 {
		t.Errorf("no header: %s", got)
	}
}

// What overflows a Duration must not come out as a short wait, or none.
func TestParseRetryAfterOverflow(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"9223372036", "9223372037", "9223372036854775807", "9223372036854775808", "18446744073709551617", "99999999999999999999",
		strings.Repeat("9", 400), "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		if got := attempt.ParseRetryAfter(http.Header{"Retry-After": {value}}, now); got < beyondEveryCap {
			t.Errorf("%.40q: %s", value, got)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "0", "1", "9223372037", "-5", "1.5", "Sun, 01 Mar 2026 12:00:30 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := attempt.ParseRetryAfter(http.Header{"Retry-After": {value}}, now)
		if got < 0 {
			t.Fatalf("%q is %s", value, got)
		}
		trimmed := strings.TrimSpace(value)
		if trimmed != "" && strings.Trim(trimmed, "0123456789") == "" {
			seconds, err := strconv.ParseUint(trimmed, 10, 64)
			switch fits := err == nil && seconds <= longestSeconds; {
			case fits && got != time.Duration(seconds)*time.Second:
				t.Fatalf("%q is %s", value, got)
			case !fits && got < beyondEveryCap:
				t.Fatalf("%q overflows and is %s", value, got)
			}
		} else if _, err := http.ParseTime(trimmed); err != nil && got != 0 {
			t.Fatalf("%q is neither seconds nor a date, and is %s", value, got)
		}
	})
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]float64{
		"":        0,
		"5":       5,
		"5.0":     5,
		" 0.5 ":   0.5,
		"1e1":     10,
		"0":       0,
		"-1":      0,
		"-0":      0,
		"NaN":     0,
		"nan":     0,
		"Inf":     0,
		"+Inf":    0,
		"-Inf":    0,
		"1e999":   0,
		"-1e999":  0,
		"five":    0,
		"5 rps":   0,
		"5,0":     0,
		"5\x00":   0,
		"1e9":     1e9, // whoever uses it clamps it
		"1e-9":    1e-9,
		"1e-9999": 0,
	} {
		h := http.Header{}
		h.Set("x-amzn-ratelimit-limit", value) // header names have no case
		if got := attempt.ParseRate(h); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
	if got := attempt.ParseRate(nil); got != 0 {
		t.Errorf("no header: %v", got)
	}
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"", "5", "0.5", "NaN", "Inf", "-1", "0", "1e999", "0x1p-2", "1_0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		h := http.Header{}
		h.Set("x-amzn-RateLimit-Limit", value)
		rate := attempt.ParseRate(h)
		if math.IsNaN(rate) || math.IsInf(rate, 0) || rate < 0 {
			t.Fatalf("%q is %v", value, rate)
		}
		if want, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && want > 0 && !math.IsInf(want, 0) && rate != want {
			t.Fatalf("%q is %v, want %v", value, rate, want)
		}
	})
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                                     "",
		"9d26a1c4-0b35-4bb1-8f6e-2f1f0a1c9f11": "9d26a1c4-0b35-4bb1-8f6e-2f1f0a1c9f11",
		"two words":                            "",
		"line\nbreak":                          "",
		"naïve":                                "",
		strings.Repeat("a", 128):               strings.Repeat("a", 128),
		strings.Repeat("a", 129):               "",
	} {
		if got := attempt.RequestID(http.Header{"X-Amzn-Requestid": {value}}); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}

func TestValidHeaderValue(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"": false, "Atza|abc-_=": true, "with space": true, "a\r\nb": false, "a\x00": false, "a\x7f": false, "a\tb": false,
	} {
		if got := attempt.ValidHeaderValue(value); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestPermanent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want bool
	}{
		{io.EOF, false},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, false},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, true},
		{&net.DNSError{Err: "server misbehaving", IsTemporary: true}, false},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, true},
		{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, true},
	} {
		wrapped := fmt.Errorf("round trip: %w", &url.Error{Op: "Get", URL: "https://host/", Err: c.err})
		if got := attempt.Permanent(wrapped); got != c.want {
			t.Errorf("%T %v: %v, want %v", c.err, c.err, got, c.want)
		}
	}
}

func TestSanitizeLeavesOutTheURL(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("put: %w", &url.Error{Op: "Put", URL: "https://store/?X-Amz-Signature=canary", Err: io.ErrUnexpectedEOF})
	if got := attempt.Sanitize(err); !errors.Is(got, io.ErrUnexpectedEOF) || strings.Contains(got.Error(), "canary") {
		t.Errorf("got %v", got)
	}
	if got := attempt.Sanitize(io.EOF); got != io.EOF { //nolint:errorlint // the same error, not one that wraps it
		t.Errorf("got %v", got)
	}
}
