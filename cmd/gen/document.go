package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// load reads the API description and prepares it, in memory, for the model
// generator: the YAML stays as people want to read it.
func load(text []byte) (*openapi3.T, error) {
	loader := openapi3.NewLoader() // follows no $ref out of the document
	loader.IncludeOrigin = true    // line numbers give the order of fields
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, err
	}
	if doc.Paths == nil || doc.Components == nil || len(doc.Components.Schemas) == 0 {
		return nil, errors.New("want an OpenAPI document with paths and components/schemas")
	}
	if err := accept(doc); err != nil {
		return nil, err
	}
	inlineShared(doc)
	nameInline(doc.Components.Schemas)
	for _, schema := range doc.Components.Schemas {
		if len(schema.Value.Enum) > 0 {
			setExtension(&schema.Value.Extensions, "x-enum-varnames", constantNames(schema.Value.Enum))
		}
		for property, ref := range schema.Value.Properties {
			prepareProperty(schema.Value, property, ref)
		}
	}
	return doc, nil
}

// inlineShared drops the names of shared parameters and responses: each would
// become a Go alias that nobody needs.
func inlineShared(doc *openapi3.T) {
	for _, item := range doc.Paths.Map() {
		for _, p := range item.Parameters {
			p.Ref = ""
		}
		for _, op := range item.Operations() {
			for _, p := range op.Parameters {
				p.Ref = ""
			}
			for _, r := range op.Responses.Map() {
				r.Ref = ""
			}
		}
	}
	doc.Components.Parameters, doc.Components.Responses = nil, nil
}

// nameInline gives each object that is described within a property a name of
// its own, made of its parent's and the property's.
func nameInline(schemas openapi3.Schemas) {
	for parent, schema := range maps.Clone(schemas) {
		for property, ref := range schema.Value.Properties {
			if ref.Ref != "" || len(ref.Value.Properties) == 0 {
				continue
			}
			name := inlineName(parent, property)
			schemas[name] = &openapi3.SchemaRef{Value: ref.Value}
			ref.Ref = "#/components/schemas/" + name
			ref.Origin = ref.Value.Origin
		}
	}
}

func inlineName(parent, property string) string {
	return strings.TrimSuffix(parent, "Response") + strings.ToUpper(property[:1]) + property[1:]
}

// prepareProperty turns our extensions into those of the model generator:
// fields are plain values that are left out when zero, unless x-presence says
// that zero or absence means something.
func prepareProperty(parent *openapi3.Schema, name string, ref *openapi3.SchemaRef) {
	target := unwrap(ref)
	omitZero, pointer := true, false
	switch presenceOf(ref) {
	case "":
		// A nested object is a pointer when it may be absent.
		pointer = target.Value.Type.Is("object") && len(target.Value.Properties) > 0 &&
			!slices.Contains(parent.Required, name)
	case "always":
		omitZero = false
	case "explicit":
		pointer = true
	}
	if isExact(ref) {
		setExtension(&ref.Extensions, "x-go-type", "Decimal")
		setExtension(&target.Value.Extensions, "x-go-type", "Decimal")
	}
	setExtension(&ref.Extensions, "x-omitempty", false)
	setExtension(&ref.Extensions, "x-omitzero", omitZero)
	setExtension(&ref.Extensions, "x-go-type-skip-optional-pointer", !pointer)
	setExtension(&ref.Extensions, "x-order", float64(line(ref)))
}

// isExact reports whether a number must keep its digits, as money does.
func isExact(ref *openapi3.SchemaRef) bool {
	return ref.Extensions["x-exact"] == true || ref.Value.Extensions["x-exact"] == true
}

// unwrap follows the allOf of one $ref that lets a property have a
// description of its own.
func unwrap(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	for ref.Ref == "" && len(ref.Value.AllOf) == 1 {
		ref = ref.Value.AllOf[0]
	}
	return ref
}

// line is where a property stands in the file.
func line(ref *openapi3.SchemaRef) int {
	switch {
	case ref.Ref != "" && ref.Origin != nil && ref.Origin.Key != nil:
		return ref.Origin.Key.Line
	case ref.Ref == "" && ref.Value.Origin != nil && ref.Value.Origin.Key != nil:
		return ref.Value.Origin.Key.Line
	}
	return 0
}

func setExtension(extensions *map[string]any, name string, value any) {
	if *extensions == nil {
		*extensions = map[string]any{}
	}
	(*extensions)[name] = value
}

// presenceOf reads x-presence beside a $ref or in a schema.
func presenceOf(ref *openapi3.SchemaRef) string {
	text, ok := ref.Extensions["x-presence"].(string)
	if !ok && ref.Ref == "" {
		text, _ = ref.Value.Extensions["x-presence"].(string)
	}
	return text
}

func refName(ref *openapi3.SchemaRef) string {
	const prefix = "#/components/schemas/"
	if len(ref.Ref) > len(prefix) {
		return ref.Ref[len(prefix):]
	}
	return ""
}
