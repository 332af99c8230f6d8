package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// accept refuses what OpenAPI forbids, and what it allows but the generator
// would pass over in silence: each fact of the document reaches the code or is
// turned down by name.
func accept(doc *openapi3.T) error {
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.AllowExtensionsWithRef()); err != nil {
		return err
	}
	a := &acceptance{}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		a.refuse("the document", "is OpenAPI %s, want 3.0", doc.OpenAPI)
	}
	a.extensions("the document", doc.Extensions, documentExtensions)
	a.marketplaces(doc)
	for _, name := range sortedSchemas(doc) {
		a.schema(name, doc.Components.Schemas[name], named)
	}
	a.names(doc)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "" {
				a.refuse(method+" "+path, "has no operationId")
				continue
			}
			a.operation(op, item)
		}
	}
	slices.SortFunc(a.refusals, func(x, y error) int { return cmp.Compare(x.Error(), y.Error()) })
	return errors.Join(a.refusals...)
}

// What may be written where. A nil slice takes any value.
var (
	documentExtensions  = map[string][]any{"x-marketplaces": nil, "x-kept-headers": nil, "x-sandbox-examples": nil}
	operationExtensions = map[string][]any{
		"x-usage-plan": nil, "x-operation-class": nil, "x-repeat-finds-done": {true}, "x-pagination": nil, "x-payload": nil, "x-since": nil,
	}
	schemaExtensions = map[string][]any{
		"x-enum-descriptions": nil, "x-presence": {"always", "explicit"}, "x-time-offset": {"kept"}, "x-personal": {true},
		"x-secret": {true}, "x-exact": {true}, "x-since": nil, "x-from-prose": nil,
	}
	// anywhere are the keywords of every schema, keywords those of each type.
	anywhere = []string{"type", "title", "description", "default", "example", "externalDocs", "deprecated"}
	keywords = map[string][]string{
		"string":  {"format", "enum", "minLength", "maxLength", "pattern"},
		"integer": {"format", "minimum", "maximum", "multipleOf"},
		"number":  {"format"},
		"boolean": {},
		"array":   {"items", "minItems", "maxItems"},
		"object":  {"properties", "required", "additionalProperties"},
	}
	formats = map[string][]string{
		"string": {"", "date-time"}, "integer": {"", "int32", "int64"}, "number": {"", "float", "double"},
		"boolean": {""}, "array": {""}, "object": {""},
	}
)

type acceptance struct {
	refusals []error
}

// role is where a schema stands.
type role uint8

const (
	elsewhere role = iota // in a parameter, a list or a map
	named                 // in components
	member                // a property of those
	inner                 // a property of an object that a member describes
)

func (a *acceptance) refuse(where, format string, arguments ...any) {
	a.refusals = append(a.refusals, fmt.Errorf("%s: "+format, append([]any{where}, arguments...)...))
}

func (a *acceptance) extensions(where string, given map[string]any, known map[string][]any) {
	for name, value := range given {
		values, ok := known[name]
		switch {
		case !ok:
			a.refuse(where, "%s means nothing here, want one of %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		case values != nil && !slices.Contains(values, value):
			a.refuse(where, "%s is %v, want one of %v", name, value, values)
		}
	}
}

// schema looks at a schema, and at those within it that have no name.
func (a *acceptance) schema(path string, ref *openapi3.SchemaRef, as role) {
	where := path
	if at := line(ref); at > 0 {
		where = fmt.Sprintf("%s (line %d)", path, at)
	}
	a.extensions(where, ref.Extensions, schemaExtensions)
	a.marks(where, ref, as)
	if ref.Ref != "" {
		return
	}
	s := ref.Value
	a.extensions(where, s.Extensions, schemaExtensions)
	if len(s.AllOf) == 1 && s.AllOf[0].Ref != "" && s.Type == nil {
		return // a $ref with a description of its own
	}
	types := s.Type.Slice()
	if len(types) != 1 || keywords[types[0]] == nil {
		a.refuse(where, "want one type of %s", strings.Join(slices.Sorted(maps.Keys(keywords)), ", "))
		return
	}
	a.facts(where, types[0], s)
	switch {
	case len(s.Enum) > 0 && as != named:
		a.refuse(where, "an enum wants a name: a schema in components and a $ref to it")
	case len(s.Properties) > 0 && as != named && as != member:
		a.refuse(where, "an object wants a name: a schema in components and a $ref to it")
	}
	within := inner
	if as == named {
		within = member
	}
	for name, property := range s.Properties {
		a.schema(path+"."+name, property, within)
		a.presence(path+"."+name, property, slices.Contains(s.Required, name))
	}
	if s.Items != nil {
		a.schema(path+"[]", s.Items, elsewhere)
	}
}

// marks refuses extensions where nothing reads them.
func (a *acceptance) marks(where string, ref *openapi3.SchemaRef, as role) {
	has := func(name string) bool {
		return ref.Extensions[name] != nil || ref.Ref == "" && ref.Value.Extensions[name] != nil
	}
	kind, property := unwrap(ref).Value.Type, as == member || as == inner
	switch number := kind.Is("integer") || kind.Is("number"); {
	case has("x-presence") && (!property || isExact(ref) || !number && !kind.Is("boolean")):
		a.refuse(where, "x-presence is for properties that are numbers or booleans")
	case !property && (has("x-personal") || has("x-secret")):
		a.refuse(where, "x-personal and x-secret are for properties")
	case has("x-exact") && !kind.Is("number"):
		a.refuse(where, "x-exact is for numbers")
	case has("x-time-offset") && (as != named || !kind.Is("object")):
		a.refuse(where, "x-time-offset is for objects in components")
	}
}

// presence refuses a member of which nothing tells whether it is there.
func (a *acceptance) presence(path string, ref *openapi3.SchemaRef, required bool) {
	where := fmt.Sprintf("%s (line %d)", path, line(ref))
	switch presence := presenceOf(ref); {
	case required && maybeZero(ref) && presence == "":
		a.refuse(where, "is required and may be zero: want x-presence: always, or it is not sent")
	case required && presence == "explicit":
		a.refuse(where, "is required, so that its absence says nothing: want x-presence: always")
	}
}

// maybeZero reports whether a value may be the zero of its Go type, and says
// something by that.
func maybeZero(ref *openapi3.SchemaRef) bool {
	s := unwrap(ref).Value
	switch {
	case s.Type.Is("boolean"):
		return true
	case s.Type.Is("integer"), s.Type.Is("number"):
		return !isExact(unwrap(ref)) && !isExact(ref) && (s.Min == nil || *s.Min <= 0) && (s.Max == nil || *s.Max >= 0)
	}
	return false
}

// facts looks at what a schema says of values of its type.
func (a *acceptance) facts(where, kind string, s *openapi3.Schema) {
	written, err := s.MarshalYAML()
	if err != nil {
		a.refuse(where, "%w", err)
	}
	for keyword := range written.(map[string]any) {
		known := slices.Contains(anywhere, keyword) || slices.Contains(keywords[kind], keyword) || strings.HasPrefix(keyword, "x-")
		only := (s.Format == "date-time" || len(s.Enum) > 0) && (strings.HasSuffix(keyword, "Length") || keyword == "pattern")
		if !known || only {
			a.refuse(where, "the generator cannot check %s here", keyword)
		}
	}
	if s.MaxLength != nil && s.MinLength > *s.MaxLength || s.MaxItems != nil && s.MinItems > *s.MaxItems ||
		s.Min != nil && s.Max != nil && *s.Min > *s.Max {
		a.refuse(where, "nothing lies between its limits")
	}
	if !slices.Contains(formats[kind], s.Format) {
		a.refuse(where, "format %s of a %s is unknown to the generator", s.Format, kind)
	}
	for name, bound := range map[string]*float64{"minimum": s.Min, "maximum": s.Max, "multipleOf": s.MultipleOf} {
		if bound != nil && kind == "integer" && (*bound != math.Trunc(*bound) || math.Abs(*bound) >= 1<<63) {
			a.refuse(where, "%s %v of an integer is no integer of 64 bits", name, *bound)
		}
	}
	if may := s.AdditionalProperties.Has; may != nil && !*may {
		a.refuse(where, "the generator cannot check additionalProperties: false")
	}
	if other := s.AdditionalProperties.Schema; other != nil && (len(s.Properties) > 0 || other.Ref != "" ||
		!other.Value.Type.Is("string") || other.Value.Format != "" || (&checker{}).constrains(other.Value)) {
		a.refuse(where, "additionalProperties may be strings without limits, in an object without properties")
	}
	for _, name := range s.Required {
		if s.Properties[name] == nil {
			a.refuse(where, "requires %s, which is no property", name)
		}
	}
	descriptions, _ := s.Extensions["x-enum-descriptions"].(map[string]any)
	for value := range descriptions {
		if !slices.Contains(s.Enum, any(value)) {
			a.refuse(where, "x-enum-descriptions has %s, the enum has not", value)
		}
	}
}

func (a *acceptance) operation(op *openapi3.Operation, item *openapi3.PathItem) {
	where := op.OperationID
	a.extensions(where, op.Extensions, operationExtensions)
	queries := map[string]bool{}
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		a.parameter(where, p.Value)
		queries[p.Value.Name] = p.Value.In == openapi3.ParameterInQuery
	}
	if body := op.RequestBody; body != nil && (len(body.Value.Content) != 1 || !isNamed(body.Value.Content.Get("application/json"))) {
		a.refuse(where, "want one request body, application/json with a $ref to a schema")
	}
	var success *openapi3.Schema
	successes := 0
	for status, response := range op.Responses.Map() {
		if !strings.HasPrefix(status, "2") {
			continue
		}
		successes++
		if content := response.Value.Content; len(content) > 0 {
			if media := content.Get("application/json"); len(content) == 1 && isNamed(media) {
				success = media.Schema.Value
			} else {
				a.refuse(where, "want status %s as application/json with a $ref to a schema, or without content", status)
			}
		}
	}
	if successes != 1 {
		a.refuse(where, "has %d successes, want one", successes)
	}
	if payload := op.Extensions["x-payload"]; payload != nil && len(payloads(op)) == 0 {
		a.refuse(where, "x-payload is %v, want a member or a list of members", payload)
	}
	for _, path := range payloads(op) {
		if find(success, strings.Split(path, ".")...) == nil {
			a.refuse(where, "x-payload names %s, which the success does not have", path)
		}
	}
	if given := op.Extensions["x-pagination"]; given != nil {
		pagination, _ := given.(map[string]any)
		if len(pagination) > 3 {
			a.refuse(where, "x-pagination has more than parameter, token and items")
		}
		for _, key := range []string{"parameter", "token", "items"} {
			name, ok := pagination[key].(string)
			switch {
			case !ok:
				a.refuse(where, "x-pagination lacks %s", key)
			case key == "parameter" && !queries[name]:
				a.refuse(where, "x-pagination names %s, which is no query parameter", name)
			case key != "parameter" && find(success, strings.Split(name, ".")...) == nil:
				a.refuse(where, "x-pagination names %s, which the success does not have", name)
			}
		}
	}
}

// parameter refuses what the client does not know how to send.
func (a *acceptance) parameter(operation string, p *openapi3.Parameter) {
	where := operation + " parameter " + p.Name
	a.extensions(where, p.Extensions, map[string][]any{"x-since": nil})
	a.schema(where, p.Schema, elsewhere)
	kind := unwrap(p.Schema).Value
	if p.In == openapi3.ParameterInQuery && p.Required && maybeZero(p.Schema) {
		a.refuse(where, "is required and may be zero, which a query leaves out")
	}
	if text, ok := kind.Default.(string); kind.Default != nil && (kind.Type.Is("array") || ok && strings.ContainsAny(text, "\"`\\,")) {
		a.refuse(where, "want a default without quotes, commas and lists, not %v", kind.Default)
	}
	switch {
	case p.In != openapi3.ParameterInPath && p.In != openapi3.ParameterInQuery:
		a.refuse(where, "is in a %s, want path or query", p.In)
	case p.In == openapi3.ParameterInPath && !kind.Type.Is("string"):
		a.refuse(where, "want a string in a path")
	case kind.Type.Is("object"), kind.Type.Is("array") && !unwrap(kind.Items).Value.Type.Is("string"):
		a.refuse(where, "want a scalar or a list of strings")
	case kind.Type.Is("array") && (p.Style != openapi3.SerializationForm || p.Explode == nil || *p.Explode):
		a.refuse(where, "want style form and explode false: lists are comma separated")
	}
}

func isNamed(media *openapi3.MediaType) bool {
	return media != nil && media.Schema != nil && refName(media.Schema) != ""
}

// find follows a path of property names, and returns nil where it ends early.
func find(s *openapi3.Schema, path ...string) *openapi3.Schema {
	for _, name := range path {
		if s == nil || s.Properties[name] == nil {
			return nil
		}
		s = unwrap(s.Properties[name]).Value
	}
	return s
}
