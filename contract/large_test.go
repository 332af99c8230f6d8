package contract_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/spservices/services-go/contract"
)

const cap32MiB = 32 << 20

var spaces = bytes.Repeat([]byte{' '}, 1<<20)

// stream is a body of spaces that tells how much of it was read.
type stream struct {
	left, read int
	err        error // at its end
	closed     bool
}

func (s *stream) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), s.left)], spaces)
	s.left, s.read = s.left-n, s.read+n
	if n == 0 {
		return 0, s.err
	}
	return n, nil
}

func (s *stream) Close() error { s.closed = true; return nil }

// drain reads a body of spaces, and returns its length and how it ended.
func drain(t *testing.T, r io.Reader) (length int, err error) {
	t.Helper()
	buffer := make([]byte, len(spaces))
	for {
		n, err := r.Read(buffer)
		if length += n; !bytes.Equal(buffer[:n], spaces[:n]) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			return length, err
		}
	}
}

func TestLargeResponseIsPassedOnWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length int
		want   string
	}{
		"at the limit": {cap32MiB, "header Content-Type: must be application/json"},
		"over it":      {cap32MiB + 1<<20, "body: has more than 32 MiB and was not judged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &stream{left: c.length, err: io.EOF}
			answer := newResponse(200, "text/plain", "") //nolint:bodyclose // it has another body in a moment
			answer.Body = body
			var got contract.Exchange
			transport := contract.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return answer, nil }),
				func(e contract.Exchange) { got = e })
			resp, err := transport.RoundTrip(newRequest(t, "GET", listing, ""))
			if err != nil {
				t.Fatal(err)
			}
			if body.read > cap32MiB+1 {
				t.Errorf("%d bytes were taken before the caller asked for any", body.read)
			}
			if n, err := drain(t, resp.Body); n != c.length || !errors.Is(err, io.EOF) {
				t.Errorf("%d of %d bytes came out, then %v", n, c.length, err)
			}
			resp.Body.Close()
			if !body.closed {
				t.Error("the body was not closed")
			}
			wantViolations(t, got.Violations, "getServiceJobs 200: response "+c.want)
		})
	}
}

func TestLargeRequestIsPassedOnWhole(t *testing.T) {
	t.Parallel()
	const length = cap32MiB + 1<<20
	body := &stream{left: length, err: io.EOF}
	req := newRequest(t, "POST", booking, "{}")
	req.Body, req.ContentLength, req.GetBody = body, length, nil
	got := judged(t, roundTripper(func(r *http.Request) (*http.Response, error) {
		defer r.Body.Close()
		if n, err := drain(t, r.Body); n != length || !errors.Is(err, io.EOF) {
			t.Errorf("%d of %d bytes went on, then %v", n, length, err)
		}
		if r.ContentLength != length || r.GetBody != nil {
			t.Errorf("Content-Length became %d, and the body can be had again: %t", r.ContentLength, r.GetBody != nil)
		}
		return newResponse(413, asJSON, `{"errors":[{"code":"InvalidInput","message":"too large"}]}`), nil
	}), req)
	if !body.closed {
		t.Error("the body was not closed")
	}
	wantViolations(t, got.Violations, "addAppointmentForServiceJobByServiceJobId: request body: has more than 32 MiB and was not judged")
}

func TestBodiesThatBreakOff(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		want []string
	}{
		"by themselves": {context.Background(), []string{"getServiceJobs 200: response body: breaks off"}},
		"by the caller": {cancelled, nil},
	} {
		t.Run("answers, "+name, func(t *testing.T) {
			t.Parallel()
			answer := newResponse(200, asJSON, "") //nolint:bodyclose // it has another body in a moment
			answer.Body = &stream{left: 1000, err: broken}
			var got contract.Exchange
			transport := contract.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return answer, nil }),
				func(e contract.Exchange) { got = e })
			resp, err := transport.RoundTrip(newRequest(t, "GET", listing, "").WithContext(c.ctx))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if n, err := drain(t, resp.Body); n != 1000 || !errors.Is(err, broken) {
				t.Errorf("%d bytes came out, then %v", n, err)
			}
			wantViolations(t, got.Violations, c.want...)
		})
	}
	t.Run("requests", func(t *testing.T) {
		t.Parallel()
		req := newRequest(t, "POST", booking, "{}")
		req.Body = &stream{left: 1000, err: broken}
		got := judged(t, roundTripper(func(r *http.Request) (*http.Response, error) {
			defer r.Body.Close()
			if n, err := drain(t, r.Body); n != 1000 || !errors.Is(err, broken) {
				t.Errorf("%d bytes went on, then %v", n, err)
			}
			return newResponse(200, asJSON, `{"appointmentId":"12345"}`), nil
		}), req)
		wantViolations(t, got.Violations, "addAppointmentForServiceJobByServiceJobId: request body: breaks off")
	})
}
