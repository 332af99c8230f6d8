package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// names refuses names of the document that make one name in Go.
func (a *acceptance) names(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	a.distinct("components/schemas", sortedSchemas(doc))
	inline := map[string]bool{}
	for _, name := range sortedSchemas(doc) {
		s := schemas[name].Value
		where := fmt.Sprintf("%s (line %d)", name, line(schemas[name]))
		a.distinct(where, slices.Sorted(maps.Keys(s.Properties)))
		a.constants(where, s.Enum)
		for property, ref := range s.Properties {
			if ref.Ref != "" || len(ref.Value.Properties) == 0 {
				continue
			}
			own := inlineName(name, property)
			if schemas[own] != nil || inline[own] {
				a.refuse(name+"."+property, "its object would be named %s, as another one is", own)
			}
			inline[own] = true
		}
	}
	var operations []string
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			operations = append(operations, op.OperationID)
			var queries []string
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				queries = append(queries, p.Value.Name)
			}
			a.distinct(op.OperationID, queries)
		}
	}
	slices.Sort(operations)
	a.distinct("paths", operations)
}

// distinct refuses names that differ in case and signs alone.
func (a *acceptance) distinct(where string, names []string) {
	seen := map[string]string{}
	for _, name := range names {
		letters := strings.Map(func(r rune) rune {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, name)
		switch other, taken := seen[letters]; {
		case letters == "":
			a.refuse(where, "%q makes no Go name", name)
		case taken && other != name:
			a.refuse(where, "%s and %s make the same Go name", other, name)
		}
		seen[letters] = name
	}
}

// constants refuses enum values that make no constant, or the same.
func (a *acceptance) constants(where string, values []any) {
	seen := map[any]any{}
	for i, name := range constantNames(values) {
		if text, ok := values[i].(string); !ok || name == "" {
			a.refuse(where, "the enum value %q makes no Go name", text)
		} else if other, taken := seen[name]; taken {
			a.refuse(where, "the enum values %v and %v make the same Go name", other, text)
		}
		seen[name] = values[i]
	}
}

// marketplaces refuses a document without marketplaces, or with two of a country.
func (a *acceptance) marketplaces(doc *openapi3.T) {
	const where = "x-marketplaces"
	all := marketplaces(doc)
	if len(all) == 0 {
		a.refuse(where, "want {region: {country: id}}")
	}
	seen := map[string]bool{}
	for _, m := range all {
		if m.ID == "" || seen[m.Country] {
			a.refuse(where, "want one id for %s, a text", m.Country)
		}
		seen[m.Country] = true
	}
}
