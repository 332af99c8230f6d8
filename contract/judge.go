package contract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/spservices/services-go/internal/attempt"
	"github.com/spservices/services-go/internal/iso8601"
)

const (
	mediaJSON  = "application/json"
	rateHeader = "x-amzn-RateLimit-Limit"
)

// judge holds one exchange against the description.
type judge struct {
	spec     *description
	req      *http.Request
	route    *routers.Route
	input    *openapi3filter.RequestValidationInput
	exchange Exchange

	documented *openapi3.ResponseRef
	header     http.Header // of the answer
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

func (j *judge) request(body content) {
	route, values, ok := j.spec.route(j.req)
	if !ok {
		j.add(request, Violation{Location: "path", Rule: "no such operation"})
		return
	}
	j.route, j.exchange.Operation = route, route.Operation.OperationID
	j.add(request, queryViolations(route, j.req.URL.RawQuery)...)
	if j.req.Header.Get("x-amz-access-token") == "" {
		j.add(request, Violation{Location: "header", Path: "x-amz-access-token", Rule: "is required"})
	}
	copied := j.req.Clone(context.Background()) // the validator writes into it
	copied.Header = http.Header{"Content-Type": j.req.Header["Content-Type"]}
	copied.Body, copied.ContentLength = io.NopCloser(bytes.NewReader(body.text)), int64(len(body.text))
	j.input = &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: values, QueryParams: copied.URL.Query(), Route: route, Options: options(requestTime),
	}
	broken := j.requestBody(body)
	j.input.Options.ExcludeRequestBody = len(broken) > 0 || body.err != nil
	j.add(request, broken...)
	j.add(request, explain(openapi3filter.ValidateRequest(context.Background(), j.input), place{"body", "", j.bodySchema()})...)
}

// requestBody finds what keeps a body from being held against its schema.
func (j *judge) requestBody(body content) []Violation {
	described := j.route.Operation.RequestBody != nil
	switch {
	case body.err != nil:
		return j.unread(body.err)
	case len(body.text) == 0:
		return nil // which the validator knows to be a fault, or not
	case !described:
		return []Violation{{Location: "body", Rule: "must not be there"}}
	case !isJSON(j.req.Header):
		return []Violation{{Location: "header", Path: "Content-Type", Rule: "must be application/json"}}
	}
	return strictJSON(body.text, j.bodySchema())
}

func (j *judge) bodySchema() *openapi3.Schema {
	if body := j.route.Operation.RequestBody; body != nil {
		return schemaOf(body.Value.Content)
	}
	return nil
}

// schemaOf is the schema of a JSON body, nil if there is none.
func schemaOf(content openapi3.Content) *openapi3.Schema {
	if media := content.Get(mediaJSON); media != nil {
		return media.Schema.Value
	}
	return nil
}

// response judges what precedes the body of an answer, and reports whether the
// body can be judged.
func (j *judge) response(resp *http.Response) bool {
	j.exchange.Status = resp.StatusCode
	if j.route == nil {
		return false
	}
	j.documented, j.header = j.route.Operation.Responses.Status(resp.StatusCode), resp.Header.Clone()
	if j.documented == nil {
		j.add(response, Violation{Location: "status", Rule: "not documented"})
		return false
	}
	if len(resp.Header.Values(rateHeader)) > 0 && attempt.ParseRate(resp.Header) == 0 {
		j.add(response, Violation{Location: "header", Path: rateHeader, Rule: "must be a positive number"})
	}
	return true
}

func (j *judge) responseBody(body content) {
	body = body.unpacked(j.header.Get("Content-Encoding"))
	if errors.Is(body.err, errLeft) && body.isWhole() {
		body.err = nil
	}
	if body.err != nil {
		j.add(response, j.unread(body.err)...)
		return
	}
	schema := schemaOf(j.documented.Value.Content)
	if broken := j.unfit(schema, body.text); len(broken) > 0 {
		j.add(response, broken...)
		return
	}
	j.add(response, explain(openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: j.input, Status: j.exchange.Status, Header: j.header,
		Body: io.NopCloser(bytes.NewReader(body.text)), Options: options(responseTime),
	}), place{"body", "", schema})...)
}

// unfit finds what keeps the body of an answer from being held against its
// schema.
func (j *judge) unfit(schema *openapi3.Schema, body []byte) []Violation {
	switch {
	case schema == nil && len(body) > 0:
		return []Violation{{Location: "body", Rule: "must not be there"}}
	case schema == nil:
		return nil
	case !isJSON(j.header):
		return []Violation{{Location: "header", Path: "Content-Type", Rule: "must be application/json"}}
	case len(body) == 0:
		return []Violation{{Location: "body", Rule: "is required"}}
	}
	return strictJSON(body, schema)
}

// unread is what there is to say of a body that was not read to its end. That
// the caller gave up is no fault of the other side.
func (j *judge) unread(err error) []Violation {
	rule := "breaks off"
	switch {
	case errors.Is(err, errTooLong):
		rule = "has more than 32 MiB and was not judged"
	case errors.Is(err, errNotGzip):
		rule = "must be in gzip, as Content-Encoding says"
	case errors.Is(err, errLeft), errors.Is(err, errCoding), j.req.Context().Err() != nil:
		return nil
	}
	return []Violation{{Location: "body", Rule: rule}}
}

func isJSON(header http.Header) bool {
	mediaType, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && mediaType == mediaJSON
}

func options(times openapi3.StringFormatValidator) *openapi3filter.Options {
	return &openapi3filter.Options{
		MultiError:              true,
		SkipSettingDefaults:     true, // they would be written into the request
		AuthenticationFunc:      openapi3filter.NoopAuthenticationFunc,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidator("date-time", times)},
	}
}

// The validator's own check takes February 30 for a date. Requests are held to
// RFC 3339, of which package time takes too much; answers to every form that
// Amazon is known to send.
var (
	rfc3339     = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)
	requestTime = openapi3.NewCallbackValidator(func(text string) error {
		if _, err := time.Parse(time.RFC3339, text); err != nil || !rfc3339.MatchString(text) {
			return errNotTime
		}
		return nil
	})
	responseTime = openapi3.NewCallbackValidator(func(text string) error {
		if _, err := iso8601.Parse(text); err != nil {
			return errNotTime
		}
		return nil
	})
	errNotTime = errors.New("not a time") // without the text, which may tell of a person
)
