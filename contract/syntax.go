package contract

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// queryViolations finds what the validator passes over: a query that cannot be
// read, parameters that do not exist, and lists that are styled otherwise than
// by commas.
func queryViolations(route *routers.Route, raw string) (list []Violation) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		list = append(list, Violation{Location: "query", Rule: "must be percent-encoded and joined by &"})
	}
	encoded := listsWithEncodedComma(raw)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		parameter := route.Operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name)
		switch {
		case parameter == nil:
			list = append(list, Violation{Location: "query", Path: name, Rule: "no such parameter"})
		case len(query[name]) > 1:
			list = append(list, Violation{Location: "query", Path: name, Rule: "must be given once"})
		case encoded[name] && parameter.Schema.Value.Type.Is("array"):
			list = append(list, Violation{Location: "query", Path: name, Rule: "must not percent-encode a comma: it separates items for some and not for others"})
		}
	}
	return list
}

// listsWithEncodedComma are the parameters with a comma that is percent-encoded.
func listsWithEncodedComma(raw string) map[string]bool {
	found := map[string]bool{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(name); err == nil && strings.Contains(strings.ToUpper(value), "%2C") {
			found[name] = true
		}
	}
	return found
}

// strictJSON finds what the validator passes over in a body: bytes after the
// value, members that come twice, broken UTF-8.
func strictJSON(body []byte, schema *openapi3.Schema) []Violation {
	var value any
	err := json.Unmarshal(body, &value)
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName) {
		return place{"body", "", schema}.inside(slices.Collect(syntax.JSONPointer.Tokens())).broken("must be there once")
	}
	return []Violation{{Location: "body", Rule: "must be one JSON value in UTF-8"}}
}
