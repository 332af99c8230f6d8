// Package attempt holds what can be learnt from a single HTTP request: whether
// its failure is permanent, and what the headers of its answer say.
package attempt

import (
	"context"
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/wire"
)

// Permanent reports failures that would come again: a name that does not
// exist, an address that is refused, a certificate that does not hold, a server
// that does not speak TLS.
func Permanent(err error) bool {
	var dns *net.DNSError
	var address *net.AddrError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &dns) && dns.IsNotFound || errors.As(err, &address) || errors.As(err, &certificate) || errors.As(err, &record)
}

// ParseRate reads x-amzn-RateLimit-Limit, in requests per second. What is not
// a positive number says nothing.
func ParseRate(h http.Header) float64 {
	rate, err := strconv.ParseFloat(strings.TrimSpace(h.Get("x-amzn-RateLimit-Limit")), 64)
	if err != nil || !(rate > 0) || math.IsInf(rate, 0) {
		return 0
	}
	return rate
}

// ParseRetryAfter reads seconds or an HTTP date; 0 means nothing usable. What
// overflows becomes the longest wait, which is beyond every cap.
func ParseRetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r < '0' || r > '9' }) {
		return 0
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds > int64(math.MaxInt64/time.Second) {
		return math.MaxInt64
	}
	return time.Duration(seconds) * time.Second
}

// RequestID reads x-amzn-RequestId.
func RequestID(h http.Header) string { return redact.Word(h.Get("x-amzn-RequestId"), 128) }

// ValidHeaderValue refuses what net/http would refuse with an error that
// repeats the value.
func ValidHeaderValue(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// reservedHeaders belong to net/http and to the façade. The keys among them make
// net/http repeat a write on its own.
var reservedHeaders = []string{
	"Accept-Encoding", "Connection", "Content-Length", "Host", "Idempotency-Key", "Keep-Alive", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "X-Amz-Access-Token", "X-Idempotency-Key",
}

// CheckHeader drops reserved headers of h, in any spelling, and reports names and values that cannot be sent. It repeats no
// value: that may be a secret.
func CheckHeader(c *wire.Checker, h http.Header) {
	for name, values := range h {
		if slices.Contains(reservedHeaders, http.CanonicalHeaderKey(name)) {
			delete(h, name)
			continue
		}
		if name == "" || strings.ContainsFunc(name, notTokenChar) {
			c.Add("header", "must have a name of letters, digits and hyphens", strconv.Quote(name))
		}
		if slices.ContainsFunc(values, func(v string) bool { return strings.ContainsFunc(v, isControl) }) {
			c.Add("header "+name, "must not contain control characters", "")
		}
	}
}

func notTokenChar(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// Explain sanitizes the error of an attempt. One that took too long, within a
// call that has time left, is no deadline exceeded.
func Explain(ctx, call context.Context, timeout time.Duration, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && call.Err() == nil:
		return timeoutError(timeout)
	}
	return sanitize(err, call.Err() == nil)
}

type timeoutError time.Duration

func (e timeoutError) Error() string { return "no whole answer within " + time.Duration(e).String() }
func (e timeoutError) Timeout() bool { return true }

// Damaged compares what Amazon S3 says it has with what was sent. Its tag is
// the MD5 of the content, unless S3 encrypts with a key of its customer's.
func Damaged(answer http.Header, sent []byte) bool {
	sum := md5.Sum(sent)
	tag := strings.Trim(answer.Get("ETag"), `"`)
	ownKey := strings.HasPrefix(answer.Get("x-amz-server-side-encryption"), "aws:") ||
		answer.Get("x-amz-server-side-encryption-customer-algorithm") != ""
	return len(tag) == 2*md5.Size && !ownKey && !strings.EqualFold(tag, hex.EncodeToString(sum[:]))
}

// Sleep waits, unless ctx ends before or would end before.
func Sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
