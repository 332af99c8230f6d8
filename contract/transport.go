package contract

import (
	"bytes"
	"errors"
	"io"
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
// as it is; bodies are read whole before they go on, those of more than 32 MiB
// as far as that. It keeps no header and no body. report may be called from
// many goroutines.
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
	if err == nil {
		j.response(resp, takeResponse(resp))
	}
	t.report(j.exchange)
	return resp, err
}

// content is what was read of a body.
type content struct {
	text []byte
	err  error // errTooLong, or why the rest could not be read
}

var errTooLong = errors.New("longer than is judged")

// takeRequest reads the body of a request, and returns a copy of the request
// that has it still.
func takeRequest(req *http.Request) (*http.Request, content) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, content{}
	}
	c, again := take(req.Body)
	sent := req.WithContext(req.Context())
	sent.Body = again
	if c.err == nil {
		sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(c.text)), nil }
	}
	return sent, c
}

// takeResponse reads the body of an answer and puts it back.
func takeResponse(resp *http.Response) (c content) {
	if resp.Body != nil {
		c, resp.Body = take(resp.Body)
	}
	return c
}

// take reads a body, and returns what it was beside a body that is the same
// once more, be it with an error at its end.
func take(body io.ReadCloser) (content, io.ReadCloser) {
	text, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	switch {
	case err != nil:
		return content{text, err}, rest(text, failing{err}, body)
	case len(text) > maxBody:
		return content{text, errTooLong}, rest(text, body, body)
	}
	_ = body.Close()
	return content{text, nil}, io.NopCloser(bytes.NewReader(text))
}

// rest is a body of which the beginning has been read.
func rest(read []byte, tail io.Reader, closer io.Closer) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), tail), closer}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
