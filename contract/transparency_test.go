package contract_test

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/contract"
)

func TestRequestGoesOnAsItIs(t *testing.T) {
	t.Parallel()
	const body = `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z"}} `
	for name, c := range map[string]struct{ method, target, body string }{
		"defaults left out":  {"GET", listing + "&asins=A,B&pageToken=a%2Fb%3D", ""},
		"a query in a mess":  {"GET", "/service/v1/serviceJobs?b=%zz;&&a&pageSize", ""},
		"an escaped path":    {"POST", "/service/v1/serviceJobs/a%2Fb%20c/appointments", body},
		"an unknown path":    {"POST", "/service/v1/nothing", body},
		"no body to a write": {"PUT", "/service/v1/serviceJobs/j/completions", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := newRequest(t, c.method, c.target, c.body)
			req.Header["x-LOWER"] = []string{"kept", "twice"}
			want, body := snapshot(req), req.Body
			judged(t, roundTripper(func(got *http.Request) (*http.Response, error) {
				if seen := snapshot(got); seen != want {
					t.Errorf("sent    %+v\nbecame %+v", want, seen)
				}
				if got.Body != nil {
					if text := readAll(t, got.Body); string(text) != c.body {
						t.Errorf("body became %q", text)
					}
					again, err := got.GetBody()
					if err != nil || string(readAll(t, again)) != c.body {
						t.Errorf("the body cannot be had again: %v", err)
					}
				}
				return newResponse(200, asJSON, emptyCase), nil
			}), req)
			if after := snapshot(req); after != want || req.Body != body {
				t.Errorf("the caller's request became %+v with the body %v", after, req.Body)
			}
		})
	}
}

// sentRequest is what can be seen of a request from outside, but for its body.
type sentRequest struct {
	method, url, headers, host string
	length                     int64
}

func snapshot(r *http.Request) sentRequest {
	var headers strings.Builder
	_ = r.Header.Write(&headers)
	return sentRequest{r.Method, r.URL.String(), headers.String(), r.Host, r.ContentLength}
}

func TestResponseComesBackAsItIs(t *testing.T) {
	t.Parallel()
	given := newResponse(200, asJSON, emptyCase) //nolint:bodyclose // it comes back as got
	given.Header["x-LOWER"] = []string{"kept", "twice"}
	given.Trailer = http.Header{"Late": {"yes"}}
	header := given.Header.Clone()
	transport := contract.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return given, nil }), func(contract.Exchange) {})
	got, err := transport.RoundTrip(newRequest(t, "GET", listing, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got != given || !reflect.DeepEqual(got.Header, header) || got.Trailer.Get("Late") != "yes" {
		t.Errorf("got %+v", got)
	}
}

func TestFailureOfTheBaseIsPassedOn(t *testing.T) {
	t.Parallel()
	var reported contract.Exchange
	failure := errors.New("connection refused")
	transport := contract.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, failure }),
		func(e contract.Exchange) { reported = e })
	resp, err := transport.RoundTrip(newRequest(t, "GET", listing, "")) //nolint:bodyclose // there is none
	if err != failure || resp != nil {                                  //nolint:errorlint // the very error, not one that wraps it
		t.Errorf("got %v, %v", resp, err)
	}
	if reported.Operation != "getServiceJobs" || reported.Status != 0 || len(reported.Violations) != 0 {
		t.Errorf("reported %+v", reported)
	}
}

// TestOtherTrafficIsUntouched has token requests and uploads go by.
func TestOtherTrafficIsUntouched(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/auth/o2/token", "/uploads/x?X-Amz-Signature=secret", "/service/v1", "/service/v2/serviceJobs", "/"} {
		req := newRequest(t, "PUT", target, "client_secret=secret")
		answer := newResponse(403, "application/xml", "<Error/>") //nolint:bodyclose // it comes back as got
		body := answer.Body
		transport := contract.Transport(roundTripper(func(got *http.Request) (*http.Response, error) {
			if got != req {
				t.Errorf("%s: the request was copied", target)
			}
			return answer, nil
		}), func(e contract.Exchange) { t.Errorf("%s was judged: %+v", target, e) })
		got, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if got != answer || got.Body != body {
			t.Errorf("%s: the answer was changed", target)
		}
		got.Body.Close()
	}
}

func TestManyGoroutinesShareATransport(t *testing.T) {
	t.Parallel()
	const workers, each = 8, 25
	var violations, exchanges atomic.Int64
	transport := contract.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
		}
		return newResponse(200, asJSON, `{"payload":{"totalResultSize":"many"}}`), nil
	}), func(e contract.Exchange) {
		exchanges.Add(1)
		violations.Add(int64(len(e.Violations)))
	})
	var work sync.WaitGroup
	for range workers {
		work.Go(func() {
			for range each {
				resp, err := transport.RoundTrip(newRequest(t, "GET", listing+"&pageSize=0", ""))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
				}
				resp.Body.Close()
			}
		})
	}
	work.Wait()
	if exchanges.Load() != workers*each || violations.Load() != 2*workers*each {
		t.Errorf("%d exchanges with %d violations", exchanges.Load(), violations.Load())
	}
}
