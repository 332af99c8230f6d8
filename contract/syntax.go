package contract

import (
	"bytes"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// queryViolations finds what the validator passes over: a query that cannot be
// read, parameters that do not exist, and lists that are styled otherwise than
// by commas, and numbers that some parsers take and others do not.
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
			list = append(list, Violation{Location: "query", Path: "*", Rule: "no such parameter"}) // the name may be data
		case len(query[name]) > 1:
			list = append(list, Violation{Location: "query", Path: name, Rule: "must be given once"})
		case parameter.Schema.Value.Type.Is("integer") && oddInteger.MatchString(query.Get(name)):
			list = append(list, Violation{Location: "query", Path: name, Rule: "has another type or style"})
		case encoded[name] && parameter.Schema.Value.Type.Is("array"):
			list = append(list, Violation{Location: "query", Path: name, Rule: "must not percent-encode a comma: it separates items for some and not for others"})
		}
	}
	return list
}

// oddInteger is a whole number with a sign or with zeros that say nothing.
var oddInteger = regexp.MustCompile(`^(\+\d+|[+-]?0\d+|-0)$`)

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
// value, members that come twice, broken UTF-8, integers that overflow.
func strictJSON(body []byte, schema *openapi3.Schema) []Violation {
	var value any
	err := json.Unmarshal(body, &value)
	if err == nil {
		return overflows(body, place{"body", "", schema})
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName) {
		return place{"body", "", schema}.inside(slices.Collect(syntax.JSONPointer.Tokens())).broken("must be there once")
	}
	return []Violation{{Location: "body", Rule: "must be one JSON value in UTF-8"}}
}

// overflows finds the integers that take more than 64 bits. The validator reads
// them as floating-point numbers.
func overflows(body []byte, root place) (list []Violation) {
	decoder := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return list // the end, for the body is valid
		}
		if token.Kind() != '0' || !overflowsInt64(token.String()) {
			continue
		}
		if at := root.inside(slices.Collect(decoder.StackPointer().Tokens())); at.schema != nil && at.schema.Type.Is("integer") {
			list = append(list, at.broken("must fit into 64 bits")...)
		}
	}
}

func overflowsInt64(number string) bool {
	if _, err := strconv.ParseInt(number, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return err != nil
	}
	value, err := strconv.ParseFloat(number, 64)
	return err != nil || value >= 1<<63 || value < -1<<63
}
