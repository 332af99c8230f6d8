package refresh

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp/syntax"
	"slices"
	"strings"
)

// schema is what a document says of a value, in either dialect.
type schema struct {
	ref        string            // name of a definition; nothing else is set then
	facets     map[string]string // facet → value in its canonical form
	enum       []string
	items      *schema
	properties []property // in document order
	required   []string
	values     *schema  // additionalProperties
	prose      []string // facets that x-from-prose names
	line       int
}

type property struct {
	name   string
	schema *schema
}

func (s *schema) property(name string) *schema {
	for _, p := range s.properties {
		if p.name == name {
			return p.schema
		}
	}
	return nil
}

// facetOrder is the order in which facets are compared and written.
var facetOrder = []string{
	"type", "format", "minLength", "maxLength", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf",
	"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "pattern", "default",
}

var types = []string{"string", "integer", "number", "boolean", "array", "object"}

// documentation holds the keywords that state no fact.
var documentation = []string{"description", "title", "example", "externalDocs", "xml", "x-from-prose"}

// patternRepairs undo what a conversion did to Amazon's patterns: a star became
// a list item, a backslash was escaped once too often.
var patternRepairs = strings.NewReplacer("<li>", "*", `\\`, `\`)

// reader reads schemas of one dialect and keeps the first problem.
type reader struct {
	prefix string // of a $ref to a definition
	known  *node  // the definitions
	coming *api   // whose definitions count as known, if not nil
	err    error
}

func (r *reader) fail(n *node, format string, args ...any) {
	if r.err == nil {
		line := 1
		if n != nil {
			line = n.line
		}
		r.err = &lineError{line, fmt.Sprintf(format, args...)}
	}
}

// definition returns the name in a $ref, which has to be known.
func (r *reader) definition(n *node) string {
	name, ok := strings.CutPrefix(n.text(), r.prefix)
	if known := r.known.get(name) != nil || r.coming != nil && r.coming.schemas[name] != nil; !ok || !known {
		r.fail(n, "unknown $ref %q", n.text())
	}
	return name
}

// schema reads a schema. The keywords in skip belong to what surrounds it.
func (r *reader) schema(n *node, skip ...string) *schema {
	s := &schema{facets: map[string]string{}, line: 1}
	if n == nil || n.fields == nil {
		r.fail(n, "want a schema")
		return s
	}
	s.line = n.line
	s.prose = n.get("x-from-prose").texts()
	if ref := n.get("$ref"); ref != nil { // what stands beside a $ref has no meaning
		return &schema{ref: r.definition(ref), line: n.line}
	}
	for _, key := range n.names() {
		if slices.Contains(skip, key) || slices.Contains(documentation, key) || strings.HasPrefix(key, "x-") {
			continue
		}
		v := n.get(key)
		switch key {
		case "allOf": // lets a $ref have a description
			if len(v.list()) != 1 {
				r.fail(v, "allOf of other than one schema is not understood")
				continue
			}
			return r.schema(v.list()[0])
		case "enum":
			s.enum = v.texts()
		case "items":
			s.items = r.schema(v)
		case "required":
			s.required = v.texts()
		case "properties":
			for _, name := range v.names() {
				s.properties = append(s.properties, property{name, r.schema(v.get(name))})
			}
		case "additionalProperties":
			switch {
			case v.scalar == false:
				s.facets[key] = "false"
			case v.scalar != true && len(v.names()) > 0: // true and {} are the default
				s.values = r.schema(v)
			}
		default:
			r.facet(s, key, v)
		}
	}
	if s.facets["type"] == "" && (len(s.properties) > 0 || s.values != nil) {
		s.facets["type"] = "object"
	}
	if s.facets["type"] == "array" && s.items == nil {
		r.fail(n, "an array without items")
	}
	if s.facets["type"] == "number" && strings.HasPrefix(s.facets["format"], "int") {
		s.facets["type"] = "integer"
	}
	return s
}

// facet reads one facet, leaving out values that are the default anyway.
func (r *reader) facet(s *schema, key string, v *node) {
	if !slices.Contains(facetOrder, key) {
		r.fail(v, "the keyword %q is not understood", key)
		return
	}
	switch scalar := v.scalar.(type) {
	case bool:
		if scalar || key == "default" {
			s.facets[key] = fmt.Sprint(scalar)
		}
	case json.Number:
		text := number(scalar.String())
		if text != "0" || !slices.Contains([]string{"minLength", "minItems", "minProperties"}, key) {
			s.facets[key] = text
		}
	case string:
		switch key {
		case "pattern":
			scalar = patternRepairs.Replace(scalar)
			if _, err := canonicalPattern(scalar); err != nil {
				r.fail(v, "Go cannot read the pattern %s: %v", scalar, err)
			}
		case "type":
			if !slices.Contains(types, scalar) {
				r.fail(v, "the type %q is not understood", scalar)
			}
		case "default":
			quoted, _ := json.Marshal(scalar) // a string always can be
			scalar = string(quoted)
		}
		s.facets[key] = scalar
	default:
		if key != "default" {
			r.fail(v, "the value of %q is not understood", key)
			return
		}
		text, _ := json.Marshal(v.plain()) // decoded JSON always can be
		s.facets[key] = string(text)
	}
}

// number writes equal numbers alike, such as 20, 20.0 and 2e1.
func number(text string) string {
	r, ok := new(big.Rat).SetString(text)
	switch {
	case !ok:
		return text
	case r.IsInt():
		return r.Num().String()
	}
	digits, _ := r.FloatPrec()
	return r.FloatString(digits)
}

// canonicalPattern writes patterns of the same meaning alike, as far as the
// regexp package knows it: [0-9\-] and [0-9-] are one.
func canonicalPattern(p string) (string, error) {
	re, err := syntax.Parse(p, syntax.Perl)
	if err != nil {
		return "", err
	}
	return re.String(), nil
}

// sameFacet reports whether two values of a facet mean the same.
func sameFacet(facet, a, b string) bool {
	if a == b || facet != "pattern" || a == "" || b == "" {
		return a == b
	}
	x, errX := canonicalPattern(a)
	y, errY := canonicalPattern(b)
	return errX == nil && errY == nil && x == y
}

// String states all facts of a schema in one line, the same for equal facts.
func (s *schema) String() string {
	if s == nil {
		return "nothing"
	}
	if s.ref != "" {
		return s.ref
	}
	text := s.facets["type"]
	if text == "" {
		text = "any value"
	}
	if f := s.facets["format"]; f != "" {
		text += " (" + f + ")"
	}
	switch {
	case s.items != nil:
		items := s.items.String()
		if strings.Contains(items, ", ") {
			items = "(" + items + ")"
		}
		text += " of " + items
	case len(s.properties) > 0:
		var fields []string
		for _, p := range s.properties {
			field := p.name
			if !slices.Contains(s.required, p.name) {
				field += "?"
			}
			fields = append(fields, field+": "+p.schema.String())
		}
		text += " {" + strings.Join(fields, "; ") + "}"
	}
	if s.values != nil {
		text += " with values of " + s.values.String()
	}
	for _, facet := range append(facetOrder[2:], "additionalProperties") {
		if v := s.facets[facet]; v != "" {
			text += ", " + facet + " " + code(facet, v)
		}
	}
	if len(s.enum) > 0 {
		text += ", one of " + strings.Join(s.enum, ", ")
	}
	return text
}

// sorted returns the schema with its enum in alphabetical order.
func (s *schema) sorted() *schema {
	c := *s
	c.enum = slices.Sorted(slices.Values(s.enum))
	return &c
}

// code sets patterns as code, so that Markdown leaves them alone.
func code(facet, value string) string {
	switch {
	case value == "":
		return "none"
	case facet == "pattern":
		return "`" + value + "`"
	}
	return value
}
