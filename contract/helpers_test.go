package contract_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/spservices/services-go/contract"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// roundTripper is a server without sockets.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering answers everything alike.
func answering(status int, contentType, body string) roundTripper {
	return func(*http.Request) (*http.Response, error) {
		return newResponse(status, contentType, body), nil
	}
}

func newResponse(status int, contentType, body string) *http.Response {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

// newRequest has an access token. A body makes it JSON.
func newRequest(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://api.example"+target, reader)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("x-amz-access-token", "token")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// judged sends req to base, and returns what the transport reports. The body
// of the answer has to come out as base gave it.
func judged(t *testing.T, base http.RoundTripper, req *http.Request) contract.Exchange {
	t.Helper()
	var reports []contract.Exchange
	var given []byte
	transport := contract.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := base.RoundTrip(r)
		if err == nil {
			given = readAll(t, resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(given))
		}
		return resp, err
	}), func(e contract.Exchange) { reports = append(reports, e) })
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := readAll(t, resp.Body); !bytes.Equal(got, given) {
		t.Errorf("body %q was changed to %q", given, got)
	}
	if len(reports) != 1 {
		t.Fatalf("%d reports of one exchange", len(reports))
	}
	return reports[0]
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wantViolations compares texts of violations, in any order.
func wantViolations(t *testing.T, got []contract.Violation, want ...string) {
	t.Helper()
	left := append([]string(nil), want...)
next:
	for _, v := range got {
		for i, text := range left {
			if v.String() == text {
				left = append(left[:i], left[i+1:]...)
				continue next
			}
		}
		t.Errorf("violation %q was not expected", v)
	}
	for _, text := range left {
		t.Errorf("violation %q was not found", text)
	}
}

func statusOf(t *testing.T, text string) int {
	t.Helper()
	status, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return status
}
