package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// description is what the templates print.
type description struct {
	Operations   []operation
	Results      []result
	Redacted     []string // types that hold a person's data or a secret, at any depth
	Aliases      []alias
	Marketplaces []marketplace
	Decimals     bool // some number is exact
}

// operation is one operation with its Go names and its policies.
type operation struct {
	codegen.OperationDefinition
	ID            string // as the document spells it
	Summary       string // description for the Go comment
	Class         string // Go constant of its class
	RepeatsDone   bool   // a repeat may be refused because the first try was carried out
	Rate          float64
	Burst         int
	Success       int
	Statuses      []int
	Payload       []string // paths to what a success must carry one of
	Pagination    map[string]string
	Result, Body  string // Go types, "" for none
	HasQuery      bool
	Marketplaces  bool // takes marketplaceIds
	PathArguments []pathArgument
}

type pathArgument struct {
	Name, Variable       string
	MinLength, MaxLength uint64
}

// result is a type that answers an operation, and what it may carry.
type result struct {
	Type, Payload, PayloadType string
	NextPageToken              bool   // leads to a next page
	Required                   string // Go condition that a complete success meets, "" for none
	Errors                     bool   // has an errors member of its own
	Nested                     []nested
}

// nested is a member that carries errors of its own.
type nested struct {
	Field string
	List  bool
}

// alias is a type that package facade re-exports, with its constants.
type alias struct {
	Name, Doc string
	Constants []string
}

var classes = map[string]string{"read": "Read", "idempotent": "Idempotent", "once": "Once"}

// describe reads what the templates need; goName must know the initialisms.
func describe(doc *openapi3.T) (*description, error) {
	definitions, err := codegen.OperationDefinitions(doc)
	if err != nil {
		return nil, err
	}
	d := &description{}
	for _, definition := range definitions {
		op, err := describeOperation(definition)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", definition.SpecOperationId, err)
		}
		d.Operations = append(d.Operations, op)
	}
	slices.SortFunc(d.Operations, func(a, b operation) int { return cmp.Compare(a.Spec.Origin.Key.Line, b.Spec.Origin.Key.Line) })
	d.Results = results(doc)
	for i := range d.Results {
		d.Results[i].Required = requiredPayload(d.Operations, d.Results[i].Type)
	}
	d.Redacted = redacted(doc)
	for _, name := range sortedSchemas(doc) {
		a, schema := alias{Name: goName(name)}, doc.Components.Schemas[name].Value
		a.Doc = aliasComment(a.Name, schema)
		for _, constant := range constantNames(schema.Enum) {
			a.Constants = append(a.Constants, a.Name+fmt.Sprint(constant))
		}
		d.Aliases = append(d.Aliases, a)
	}
	d.Marketplaces = marketplaces(doc)
	for _, schema := range doc.Components.Schemas {
		for _, ref := range schema.Value.Properties {
			d.Decimals = d.Decimals || isExact(ref)
		}
	}
	return d, nil
}

func describeOperation(definition codegen.OperationDefinition) (operation, error) {
	spec := definition.Spec
	op := operation{OperationDefinition: definition, ID: definition.SpecOperationId, Summary: lowerFirst(spec.Description)}
	plan, _ := spec.Extensions["x-usage-plan"].(map[string]any)
	var okRate, okBurst, okClass bool
	op.Rate, okRate = plan["rate"].(float64)
	burst, okBurst := plan["burst"].(float64)
	op.Burst = int(burst)
	class, _ := spec.Extensions["x-operation-class"].(string)
	op.Class, okClass = classes[class]
	if !okRate || !okBurst || !okClass || len(plan) != 2 || op.Rate <= 0 || op.Burst < 1 || float64(op.Burst) != burst {
		return op, fmt.Errorf("want x-usage-plan {rate, burst}, both above zero, burst whole, and x-operation-class read, idempotent or once")
	}
	op.RepeatsDone = spec.Extensions["x-repeat-finds-done"] != nil
	if op.RepeatsDone && class != "idempotent" {
		return op, fmt.Errorf("x-repeat-finds-done is for x-operation-class idempotent, not %s", class)
	}
	op.Payload = payloads(spec)
	if pagination, ok := spec.Extensions["x-pagination"].(map[string]any); ok {
		op.Pagination = map[string]string{}
		for _, key := range []string{"parameter", "token", "items"} {
			op.Pagination[key], _ = pagination[key].(string)
		}
	}
	for status, response := range spec.Responses.Map() {
		code, err := strconv.Atoi(status)
		if err != nil {
			return op, fmt.Errorf("status %q is not a number", status)
		}
		op.Statuses = append(op.Statuses, code)
		if code/100 != 2 {
			continue
		}
		op.Success = code
		if body := response.Value.Content.Get("application/json"); body != nil {
			op.Result = goName(refName(body.Schema))
		}
	}
	slices.Sort(op.Statuses)
	for _, body := range definition.Bodies {
		op.Body = body.Schema.TypeDecl()
	}
	op.HasQuery = len(definition.QueryParams) > 0
	op.Marketplaces = slices.ContainsFunc(definition.QueryParams, func(p codegen.ParameterDefinition) bool { return p.ParamName == "marketplaceIds" })
	op.PathArguments = pathArguments(definition)
	return op, nil
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// pathArguments are the path parameters in the order of the template.
func pathArguments(definition codegen.OperationDefinition) []pathArgument {
	var arguments []pathArgument
	for _, match := range placeholder.FindAllStringSubmatch(definition.Path, -1) {
		for _, p := range definition.PathParams {
			if p.ParamName == match[1] {
				a := pathArgument{Name: p.ParamName, Variable: p.GoVariableName(), MinLength: p.Spec.Schema.Value.MinLength}
				if limit := p.Spec.Schema.Value.MaxLength; limit != nil {
					a.MaxLength = *limit
				}
				arguments = append(arguments, a)
			}
		}
	}
	return arguments
}

// Arguments is the parameter list of the client method after ctx.
func (op operation) Arguments() string {
	var b strings.Builder
	for _, a := range op.PathArguments {
		fmt.Fprintf(&b, ", %s string", a.Variable)
	}
	if op.HasQuery {
		fmt.Fprintf(&b, ", params %sParams", op.OperationId)
	}
	if op.Body != "" {
		fmt.Fprintf(&b, ", body %s", op.Body)
	}
	return b.String()
}

// results are the schemas that carry errors or answer an operation, with the
// members to look into.
func results(doc *openapi3.T) []result {
	byName := map[string]*result{}
	var visit func(name string) *result
	visit = func(name string) *result {
		if r, seen := byName[name]; seen {
			return r
		}
		schema := doc.Components.Schemas[name].Value
		r := &result{Type: goName(name)}
		byName[name] = r
		for property, ref := range schema.Properties {
			target := unwrap(ref)
			r.NextPageToken = r.NextPageToken || property == "nextPageToken"
			if property == "payload" {
				r.Payload = goName(property)
				if target.Value.Type.Is("array") {
					r.PayloadType = "[]" + goName(refName(target.Value.Items))
				} else {
					r.PayloadType = "*" + goName(refName(target))
				}
			}
			member := refName(target)
			if member == "ErrorList" {
				r.Errors = true
				continue
			}
			list := target.Value.Type.Is("array")
			if list {
				member = refName(target.Value.Items)
			}
			if inner := doc.Components.Schemas[member]; inner == nil || len(inner.Value.Properties) == 0 {
				continue
			}
			if visit(member).carriesErrors() {
				r.Nested = append(r.Nested, nested{goName(property), list})
			}
		}
		slices.SortFunc(r.Nested, func(a, b nested) int { return cmp.Compare(a.Field, b.Field) })
		return r
	}
	var all []result
	for _, name := range sortedSchemas(doc) {
		if len(doc.Components.Schemas[name].Value.Properties) == 0 {
			continue
		}
		if r := visit(name); r.carriesErrors() || r.Payload != "" || r.NextPageToken {
			all = append(all, *r)
		}
	}
	return all
}

// payloads reads x-payload: one path, or a list of which any will do.
func payloads(op *openapi3.Operation) (paths []string) {
	list, _ := op.Extensions["x-payload"].([]any)
	if path, ok := op.Extensions["x-payload"].(string); ok {
		list = []any{path}
	}
	for _, path := range list {
		paths = append(paths, fmt.Sprint(path))
	}
	return paths
}

// requiredPayload is the condition that x-payload states for answers of a type.
func requiredPayload(operations []operation, result string) string {
	var any []string
	for _, op := range operations {
		if op.Result != result || any != nil {
			continue
		}
		for _, path := range op.Payload {
			var all []string
			expr, schema := "v", op.Spec.Responses.Status(op.Success).Value.Content.Get("application/json").Schema.Value
			for name := range strings.SplitSeq(path, ".") {
				member := unwrap(schema.Properties[name])
				expr, schema = expr+"."+goName(name), member.Value
				zero := "nil"
				if schema.Type.Is("string") {
					zero = `""`
				}
				all = append(all, expr+" != "+zero)
			}
			any = append(any, strings.Join(all, " && "))
		}
	}
	if len(any) > 1 {
		return "(" + strings.Join(any, " || ") + ")"
	}
	return strings.Join(any, "")
}

// redacted are the types of the schemas that reach a marked property.
func redacted(doc *openapi3.T) []string {
	reaches := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for name, schema := range doc.Components.Schemas {
			for _, ref := range schema.Value.Properties {
				target := unwrap(ref)
				if target.Value.Type.Is("array") {
					target = unwrap(target.Value.Items)
				}
				if !reaches[name] && (mark(ref.Extensions) != "" || mark(ref.Value.Extensions) != "" || reaches[refName(target)]) {
					reaches[name], changed = true, true
				}
			}
		}
	}
	var types []string
	for _, name := range sortedSchemas(doc) {
		if reaches[name] {
			types = append(types, goName(name))
		}
	}
	return types
}

func (r *result) carriesErrors() bool { return r.Errors || len(r.Nested) > 0 }

func sortedSchemas(doc *openapi3.T) []string {
	names := make([]string, 0, len(doc.Components.Schemas))
	for name := range doc.Components.Schemas {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
