package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/internal/iso8601"
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
		return nil, err
	}
	req, sent, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	j := &judge{spec: spec, req: req}
	j.request(sent)
	resp, err := t.base.RoundTrip(req)
	if err == nil {
		resp.Body, err = j.response(resp), nil
	}
	t.report(j.exchange)
	return resp, err
}

// readRequest takes the body out of a request and returns a copy of the
// request that has it still.
func readRequest(req *http.Request) (*http.Request, []byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	_ = req.Body.Close()
	if err != nil {
		return nil, nil, err
	}
	if len(body) > maxBody {
		return nil, nil, fmt.Errorf("contract: request body of more than %d bytes", maxBody)
	}
	again := req.Clone(req.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	again.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return again, body, nil
}

// judge holds one exchange against the description.
type judge struct {
	spec     *description
	req      *http.Request
	route    *routers.Route
	input    *openapi3filter.RequestValidationInput
	exchange Exchange
}

func (j *judge) add(side string, list ...Violation) {
	for _, v := range list {
		v.Operation, v.Side = j.exchange.Operation, side
		if side == response {
			v.Status = j.exchange.Status
		}
		j.exchange.Violations = append(j.exchange.Violations, v)
	}
}

func (j *judge) request(body []byte) {
	route, values, ok := j.spec.route(j.req)
	if !ok {
		j.add(request, Violation{Location: "path", Rule: "no such operation"})
		return
	}
	j.route, j.exchange.Operation = route, route.Operation.OperationID
	j.add(request, queryViolations(route, j.req.URL.Query())...)
	if j.req.Header.Get("x-amz-access-token") == "" {
		j.add(request, Violation{Location: "header", Path: "x-amz-access-token", Rule: "is required"})
	}
	if route.Operation.RequestBody == nil && len(body) > 0 {
		j.add(request, Violation{Location: "body", Rule: "must not be there"})
	}
	copied := j.req.Clone(context.Background())
	copied.Header = http.Header{"Content-Type": j.req.Header["Content-Type"]}
	copied.Body, copied.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	j.input = &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: values, QueryParams: copied.URL.Query(), Route: route, Options: options(requestTime),
	}
	j.add(request, strictJSON(body)...)
	j.add(request, explain(openapi3filter.ValidateRequest(context.Background(), j.input), "body", "")...)
}

// response judges an answer and returns its body, which is read by then.
func (j *judge) response(resp *http.Response) io.ReadCloser {
	j.exchange.Status = resp.StatusCode
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	whole := io.NopCloser(bytes.NewReader(body))
	if err != nil || len(body) > maxBody {
		if j.route != nil {
			j.add(response, Violation{Location: "body", Rule: "cannot be read whole"})
		}
		return rest(body, resp.Body, err)
	}
	_ = resp.Body.Close()
	if j.route == nil {
		return whole
	}
	if resp.StatusCode == http.StatusNoContent && len(body) > 0 {
		j.add(response, Violation{Location: "body", Rule: "must not be there"})
	}
	documented := j.route.Operation.Responses.Status(resp.StatusCode)
	if documented == nil {
		j.add(response, Violation{Location: "status", Rule: "not documented"})
		return whole
	}
	if len(documented.Value.Content) > 0 {
		if documented.Value.Content.Get(resp.Header.Get("Content-Type")) == nil {
			j.add(response, Violation{Location: "header", Path: "Content-Type", Rule: "not application/json"})
			return whole
		}
		if broken := strictJSON(body); len(body) == 0 || len(broken) > 0 {
			j.add(response, append(broken, Violation{Location: "body", Rule: "is not one JSON value"})[:1]...)
			return whole
		}
	}
	j.add(response, explain(openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: j.input, Status: resp.StatusCode, Header: resp.Header.Clone(),
		Body: io.NopCloser(bytes.NewReader(body)), Options: options(responseTime),
	}), "body", "")...)
	return whole
}

// rest is a body of which the beginning has been read.
func rest(read []byte, body io.ReadCloser, err error) io.ReadCloser {
	tail := io.Reader(body)
	if err != nil {
		tail = failing{err}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(read), tail), body}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func options(times openapi3.StringFormatValidator) *openapi3filter.Options {
	return &openapi3filter.Options{
		MultiError:              true,
		SkipSettingDefaults:     true, // they would be written into the request
		AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidator("date-time", times)},
	}
}

// The validator's own check takes February 30 for a date. Requests are held to
// RFC 3339; answers to every form that Amazon is known to send.
var (
	requestTime = openapi3.NewCallbackValidator(func(text string) error {
		_, err := time.Parse(time.RFC3339, text)
		return hide(err)
	})
	responseTime = openapi3.NewCallbackValidator(func(text string) error {
		_, err := iso8601.Parse(text)
		return hide(err)
	})
)

// hide keeps a time out of the text of an error.
func hide(err error) error {
	if err != nil {
		return errors.New("not a time")
	}
	return nil
}

// queryViolations finds what the validator passes over: parameters that do not
// exist, and lists that are repeated instead of comma separated.
func queryViolations(route *routers.Route, query url.Values) (list []Violation) {
	for name, values := range query {
		switch {
		case route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil:
			list = append(list, Violation{Location: "query", Path: name, Rule: "no such parameter"})
		case len(values) > 1:
			list = append(list, Violation{Location: "query", Path: name, Rule: "must be given once"})
		}
	}
	return list
}

// strictJSON finds what the validator passes over in a body: bytes after the
// value, members that come twice, broken UTF-8.
func strictJSON(body []byte) []Violation {
	if len(body) == 0 {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []Violation{{Location: "body", Rule: "is not one JSON value"}}
	}
	return nil
}
