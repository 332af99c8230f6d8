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

// place is where a rule is broken, and the schema of what stands there.
type place struct {
	location, path string
	schema         *openapi3.Schema
}

func (p place) broken(rule string) []Violation {
	return []Violation{{Location: p.location, Path: p.path, Rule: rule}}
}

// explain turns what the validator says into violations, without its texts,
// which may quote values.
func explain(err error, at place) []Violation {
	var list openapi3.MultiError
	var badRequest *openapi3filter.RequestError
	var badSchema *openapi3.SchemaError
	var badSyntax *openapi3filter.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		if _, bare := err.(openapi3.MultiError); !bare { //nolint:errorlint // what wraps a list tells of a parameter
			at = at.narrowed(err)
		}
		var all []Violation
		for _, e := range list {
			all = append(all, explain(e, at)...)
		}
		return all
	case errors.As(err, &badSchema):
		return at.narrowed(err).inside(badSchema.JSONPointer()).broken(ruleOf(badSchema))
	case errors.As(err, &badRequest):
		rule := "does not fit"
		switch {
		case errors.As(err, &badSyntax):
			rule = "has another type or style"
		case errors.Is(err, openapi3filter.ErrInvalidRequired):
			rule = "is required"
		case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
			rule = "must not be empty"
		}
		return at.narrowed(err).broken(rule)
	case errors.As(err, &badSyntax):
		return at.broken("is not the JSON described")
	}
	return at.broken("does not fit")
}

// narrowed is the parameter that a request error is about.
func (p place) narrowed(err error) place {
	var badRequest *openapi3filter.RequestError
	if errors.As(err, &badRequest) && badRequest.Parameter != nil {
		return place{badRequest.Parameter.In, badRequest.Parameter.Name, badRequest.Parameter.Schema.Value}
	}
	return p
}

// inside is a member of p. Names that the description does not have are left
// out: they may be data, as those of a map are.
func (p place) inside(pointer []string) place {
	for _, key := range pointer {
		for p.schema != nil && len(p.schema.AllOf) == 1 { // lends the schema a description
			p.schema = p.schema.AllOf[0].Value
		}
		switch {
		case p.schema != nil && p.schema.Items != nil:
			p.path += "[" + key + "]"
			p.schema = p.schema.Items.Value
		case p.schema != nil && p.schema.Properties[key] != nil:
			p.path = strings.TrimPrefix(p.path+"."+key, ".")
			p.schema = p.schema.Properties[key].Value
		default:
			p.path = strings.TrimPrefix(p.path+".*", ".")
			p.schema = nil
		}
	}
	return p
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
