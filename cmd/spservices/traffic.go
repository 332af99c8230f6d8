package main

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spservices/services-go/contract"
)

// traffic counts the requests that pass, below every policy of the client, and
// holds them against the API description.
type traffic struct {
	next http.RoundTripper

	mu                  sync.Mutex
	sent, refused       int
	checked, violations int
	last, token         exchange
}

func newTraffic() *traffic {
	t := &traffic{}
	t.next = contract.Transport(http.DefaultTransport.(*http.Transport).Clone(), t.count)
	return t
}

// count takes note of what the API description says about an exchange. One
// without an answer was not checked.
func (t *traffic) count(e contract.Exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Status != 0 {
		t.checked++
	}
	t.violations += len(e.Violations)
}

// exchange is one request with its answer's status.
type exchange struct {
	method, path, requestID string
	status                  int
	elapsed                 time.Duration
}

// RoundTrip implements http.RoundTripper.
func (t *traffic) RoundTrip(req *http.Request) (*http.Response, error) {
	started := time.Now()
	resp, err := t.next.RoundTrip(req)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent++
	t.last = exchange{method: req.Method, path: req.URL.Path, elapsed: time.Since(started)}
	if err != nil {
		return resp, err
	}
	t.last.status, t.last.requestID = resp.StatusCode, resp.Header.Get("x-amzn-RequestId")
	if strings.HasSuffix(t.last.path, "/auth/o2/token") {
		t.token = t.last
	}
	if resp.StatusCode >= http.StatusBadRequest {
		t.refused++
	}
	return resp, nil
}

// tokenRequest is the newest request for an access token, if there was one.
func (t *traffic) tokenRequest() (exchange, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token, t.token.status != 0
}

func (t *traffic) latest() exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// summary is what the demo says at its end.
type summary struct {
	Sent       int           `json:"requests_sent"`
	Retried    int           `json:"requests_retried"`
	Refused    int           `json:"requests_refused"`
	Checked    int           `json:"exchanges_held_against_the_spec"`
	Violations int           `json:"violations"`
	Elapsed    time.Duration `json:"elapsed_ns"`
}

func (t *traffic) summary(retried int, elapsed time.Duration) summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	return summary{Sent: t.sent, Retried: retried, Refused: t.refused, Checked: t.checked, Violations: t.violations, Elapsed: elapsed}
}
