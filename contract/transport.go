package contract

import (
	"net/http"
	"strings"
)

// maxBody is how much of a body is judged, in bytes. It is what package facade
// takes of an answer.
const maxBody = 32 << 20

// Exchange is one request and its answer, judged.
type Exchange struct {
	Operation  string // operationId, "" for an unknown one
	Status     int    // HTTP status, 0 when no answer came
	Violations []Violation
}

// Transport returns an http.RoundTripper that sends through base
// (http.DefaultTransport when nil), holds each request and answer below
// /service/v1/ against the API description, and calls report with every
// exchange, whether it breaks a rule or not. What it sends and returns is left
// as it is. It keeps no header and no body. report may be called from many
// goroutines.
//
// The body of a request is read before it goes on. That of an answer is judged
// as its reader comes to the end, so that one who has read it has had the
// report. Of a body that is closed before its end nothing is said but what is
// certain, and of one that has more than 32 MiB no more than that. A body in
// gzip is judged as what it holds; one in another coding, for which a program
// has to ask itself, is not judged.
//
//	client, err := facade.New(…, facade.WithHTTPClient(&http.Client{Transport: contract.Transport(nil, report)}))
func Transport(base http.RoundTripper, report func(Exchange)) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{base, report}
}

type transport struct {
	base   http.RoundTripper
	report func(Exchange)
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(req.URL.Path, prefix) {
		return t.base.RoundTrip(req)
	}
	spec, err := load()
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	sent, body := takeRequest(req)
	j := &judge{spec: spec, req: req}
	j.request(body)
	resp, err := t.base.RoundTrip(sent)
	if err == nil && j.response(resp) {
		judge := func(c content) {
			j.responseBody(c)
			t.report(j.exchange)
		}
		if resp.Body != nil && resp.Body != http.NoBody {
			resp.Body = &reading{ReadCloser: resp.Body, judge: judge}
		} else {
			judge(content{})
		}
		return resp, nil
	}
	t.report(j.exchange)
	return resp, err
}

// CloseIdleConnections closes those of the base.
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}
