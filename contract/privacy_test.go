package contract_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/api"
	"github.com/spservices/services-go/contract"
)

// canary breaks every rule that a string can break, and may turn up nowhere.
const canary = "canary «Jane Roe, 1 Main Street»"

// brokenValue is a value of a schema in which each leaf is leaf.
func brokenValue(schema *openapi3.Schema, leaf any) any {
	for len(schema.AllOf) > 0 {
		schema = schema.AllOf[0].Value
	}
	switch {
	case schema.Type.Is("object"):
		object := map[string]any{}
		for name, property := range schema.Properties {
			object[name] = brokenValue(property.Value, leaf)
		}
		if schema.AdditionalProperties.Schema != nil {
			object[canary] = leaf
		}
		return object
	case schema.Type.Is("array"):
		return []any{brokenValue(schema.Items.Value, leaf), brokenValue(schema.Items.Value, leaf)}
	}
	return leaf
}

// TestViolationsHoldNoValues has every member of every body carry a person's
// data, in forms that break whatever rule there is.
func TestViolationsHoldNoValues(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat(canary, 20)
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for _, status := range []string{"200", "204", "400"} { // every other failure has the body of 400
				answer := operation.Responses.Value(status)
				if answer == nil {
					continue
				}
				for _, leaf := range []any{canary, long, []any{canary}, map[string]any{"x": canary}, 1e300} {
					var sent, got string
					if operation.RequestBody != nil {
						sent = encode(t, brokenValue(operation.RequestBody.Value.Content["application/json"].Schema.Value, leaf))
					}
					if media := answer.Value.Content["application/json"]; media != nil {
						got = encode(t, brokenValue(media.Schema.Value, leaf))
					}
					target := filled(path, operation, long)
					req := newRequest(t, method, target, sent)
					wantNoCanary(t, judged(t, answering(statusOf(t, status), asJSON, got), req).Violations)
				}
			}
		}
	}
}

// TestSyntaxErrorsHoldNoValues has the parsers fail at a person's data.
func TestSyntaxErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"payload":{"jobs":[{"buyer":{"name":"` + canary + `","name":"` + canary + `"}}]}}`,
		`{"payload":{"jobs":[{"` + canary + `":1,"` + canary + `":2}]}}`,
		`{"payload":{"jobs":[{"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"` + canary + `":1}}]}]}]}}`,
		`{"payload":"` + canary + `"} ` + canary,
		`{"payload":"` + canary + "\xff\"}",
		canary,
		`"` + canary + `"`,
	} {
		req := newRequest(t, "POST", booking, body)
		wantNoCanary(t, judged(t, answering(200, asJSON, body), req).Violations)
		wantNoCanary(t, judged(t, answering(200, canary, body), newRequest(t, "GET", listing+"&pageToken=%zz"+url.QueryEscape(canary), "")).Violations)
	}
}

func wantNoCanary(t *testing.T, list []contract.Violation) {
	t.Helper()
	if len(list) == 0 {
		t.Fatal("nothing was found broken")
	}
	for _, v := range list {
		for _, text := range []string{v.String(), encode(t, v)} {
			if strings.Contains(text, "canary") || strings.Contains(text, "Jane") {
				t.Fatalf("a value got into %s", text)
			}
		}
	}
}

// filled is the path of an operation with a value for each parameter.
func filled(path string, operation *openapi3.Operation, value string) string {
	query := url.Values{}
	for _, p := range operation.Parameters {
		switch p.Value.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Value.Name+"}", url.PathEscape(value))
		case "query":
			query.Add(p.Value.Name, value)
		}
	}
	return path + "?" + query.Encode()
}

func encode(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestNamesOfUnknownParametersAreData has an & in a value, unescaped, begin a
// parameter of its own.
func TestNamesOfUnknownParametersAreData(t *testing.T) {
	t.Parallel()
	got := judged(t, answering(200, asJSON, emptyCase), newRequest(t, "GET", listing+"&requiredSkills=A&"+url.QueryEscape(canary), ""))
	wantNoCanary(t, got.Violations)
	wantViolations(t, got.Violations, "getServiceJobs: request query *: no such parameter")
}

// TestNamesOfAMapAreData has attributes of a buyer's asset break a rule.
func TestNamesOfAMapAreData(t *testing.T) {
	t.Parallel()
	const path = "payload.jobs[0].associatedItems[0].linkedAssets[0].additionalAttributes"
	for body, want := range map[string]string{
		`{"payload":{"jobs":[{"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"2065550100":1}}]}]}]}}`:      path + ".*: type string",
		`{"payload":{"jobs":[{"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"x":"1","x":"2"}}]}]}]}}`:     path + ".*: must be there once",
		`{"payload":{"jobs":[{"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"x":{"y":[1],"y":1}}}]}]}]}}`: path + ".*.*: must be there once",
	} {
		wantViolations(t, judged(t, answering(200, asJSON, body), newRequest(t, "GET", listing, "")).Violations, "getServiceJobs 200: response body "+want)
	}
}
