package contract

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// Violation is one rule of the API description that an exchange breaks. It
// holds no value: that may be a person's data.
type Violation struct {
	Operation string `json:"operation"` // operationId, "" for an unknown one
	Side      string `json:"side"`      // request or response
	Status    int    `json:"status"`    // HTTP status of the answer, 0 for the request
	Location  string `json:"location"`  // query, path, header, body or status
	Path      string `json:"path"`      // parameter, header or JSON path, "" for the whole
	Rule      string `json:"rule"`      // for example maxLength 100
}

func (v Violation) String() string {
	where := v.Location
	if v.Path != "" {
		where += " " + v.Path
	}
	if v.Side == response {
		return fmt.Sprintf("%s %d: response %s: %s", v.Operation, v.Status, where, v.Rule)
	}
	return fmt.Sprintf("%s: request %s: %s", v.Operation, where, v.Rule)
}

const (
	request  = "request"
	response = "response"
)

// explain turns what the validator says into violations, without its texts,
// which may quote values.
func explain(err error, location, path string) []Violation {
	var list openapi3.MultiError
	var badRequest *openapi3filter.RequestError
	var badSchema *openapi3.SchemaError
	var badSyntax *openapi3filter.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		if _, nested := err.(openapi3.MultiError); !nested {
			location, path = locate(err, location, path)
		}
		var all []Violation
		for _, e := range list {
			all = append(all, explain(e, location, path)...)
		}
		return all
	case errors.As(err, &badSchema):
		location, path = locate(err, location, path)
		return []Violation{{Location: location, Path: join(path, badSchema.JSONPointer()), Rule: ruleOf(badSchema)}}
	case errors.As(err, &badRequest):
		location, path = locate(err, location, path)
		rule := "does not fit"
		switch {
		case errors.As(err, &badSyntax):
			rule = "has another type or style"
		case errors.Is(err, openapi3filter.ErrInvalidRequired):
			rule = "is required"
		case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
			rule = "must not be empty"
		}
		return []Violation{{Location: location, Path: path, Rule: rule}}
	case errors.As(err, &badSyntax):
		return []Violation{{Location: location, Path: path, Rule: "is not the JSON described"}}
	}
	return []Violation{{Location: location, Path: path, Rule: "does not fit"}}
}

// locate reads from a request error which parameter it is about.
func locate(err error, location, path string) (string, string) {
	var badRequest *openapi3filter.RequestError
	if errors.As(err, &badRequest) && badRequest.Parameter != nil {
		return badRequest.Parameter.In, badRequest.Parameter.Name
	}
	return location, path
}

func join(path string, pointer []string) string {
	for _, key := range pointer {
		switch {
		case strings.Trim(key, "0123456789") == "":
			path += "[" + key + "]"
		case path == "":
			path = key
		default:
			path += "." + key
		}
	}
	return path
}

// ruleOf names the broken rule with the description's own bound.
func ruleOf(e *openapi3.SchemaError) string {
	s := e.Schema
	switch e.SchemaField {
	case "pattern":
		return "pattern " + s.Pattern
	case "minLength":
		return fmt.Sprintf("minLength %d", s.MinLength)
	case "maxLength":
		return fmt.Sprintf("maxLength %d", *s.MaxLength)
	case "minItems":
		return fmt.Sprintf("minItems %d", s.MinItems)
	case "maxItems":
		return fmt.Sprintf("maxItems %d", *s.MaxItems)
	case "minimum":
		return fmt.Sprintf("minimum %v", *s.Min)
	case "maximum":
		return fmt.Sprintf("maximum %v", *s.Max)
	case "multipleOf":
		return fmt.Sprintf("multipleOf %v", *s.MultipleOf)
	case "format":
		return "format " + s.Format
	case "required":
		return "is required"
	case "nullable":
		return "must not be null"
	case "type":
		return "type " + strings.Join(s.Type.Slice(), " or ")
	}
	return e.SchemaField
}
