package generated_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// sample is a value that a schema allows, with every member there is.
func sample(t testing.TB, ref *openapi3.SchemaRef) any {
	t.Helper()
	s := of(ref)
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "date-time":
		return "2024-08-12T18:00:00Z"
	case s.Type.Is("string"):
		return text(t, s, int(s.MinLength))
	case s.Type.Is("integer"):
		return max(value(s.Min, 1), value(s.MultipleOf, 1))
	case s.Extensions["x-exact"] == true:
		return json.Number("129.90") // the last digit shows whether it went through a float64
	case s.Type.Is("boolean"):
		return true
	case s.Type.Is("array"):
		return []any{sample(t, s.Items)}
	case s.Type.Is("object"):
		object := map[string]any{}
		for name, property := range s.Properties {
			object[name] = sample(t, property)
		}
		if s.AdditionalProperties.Schema != nil {
			object["name"] = sample(t, s.AdditionalProperties.Schema)
		}
		return object
	}
	t.Fatalf("no sample for a schema of type %v", s.Type)
	return nil
}

// text is a string of a pattern that has at least so many characters.
func text(t testing.TB, s *openapi3.Schema, characters int) string {
	t.Helper()
	for _, candidate := range []string{"1B2M2Y8AsgTpgAmY7PhCfg==", "111-1000000-2000000", strings.Repeat("A", max(1, characters))} {
		if s.Pattern != "" && regexp.MustCompile(s.Pattern).MatchString(candidate) || s.Pattern == "" && len(candidate) == max(1, characters) {
			return candidate
		}
	}
	t.Fatalf("no sample for the pattern %s", s.Pattern)
	return ""
}

func value(limit *float64, otherwise int) int {
	if limit == nil {
		return otherwise
	}
	return int(*limit)
}

// absent is the value of a member that is taken out.
var absent = new(int)

// breakage breaks one rule of a schema: it puts a value to a place.
type breakage struct {
	rule  string
	at    []any // names of members and indices of items
	value any
}

func (b breakage) String() string { return b.path() + " " + b.rule }

// lenient reports whether an answer may break the rule.
func (b breakage) lenient() bool {
	return slices.Contains([]string{"required", "enum", "minItems", "empty item"}, b.rule)
}

// path is how a violation names the place.
func (b breakage) path() string {
	var text strings.Builder
	for _, step := range b.at {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&text, "[%d]", step)
		case string:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(step)
		}
	}
	return text.String()
}

// breakages are all the ways to break one rule of a schema.
func breakages(t testing.TB, ref *openapi3.SchemaRef, at ...any) (list []breakage) {
	t.Helper()
	s := of(ref)
	add := func(rule string, value any) { list = append(list, breakage{rule, at, value}) }
	if len(s.Enum) > 0 {
		add("enum", "NOT_DOCUMENTED")
	}
	if s.MinLength > 1 {
		add("minLength", strings.Repeat("A", int(s.MinLength)-1))
	}
	if s.MaxLength != nil {
		add("maxLength", strings.Repeat("é", int(*s.MaxLength)+1))
	}
	if s.Pattern != "" {
		add("pattern", "a b")
	}
	if s.Min != nil {
		if low := int(*s.Min) - 1; low != 0 {
			add("minimum", low)
		} else {
			add("minimum", -1) // zero is absent
		}
	}
	if s.Max != nil {
		add("maximum", int(*s.Max)+1)
	}
	if s.MultipleOf != nil {
		add("multipleOf", int(*s.MultipleOf)+1)
	}
	if s.MinItems > 0 {
		add("minItems", []any{})
	}
	if s.MaxItems != nil {
		add("maxItems", slices.Repeat([]any{sample(t, s.Items)}, int(*s.MaxItems)+1))
	}
	if s.Items != nil {
		if item := of(s.Items); item.MinLength > 0 || len(item.Enum) > 0 || item.Pattern != "" && !regexp.MustCompile(item.Pattern).MatchString("") {
			list = append(list, breakage{"empty item", append(slices.Clone(at), 0), ""})
		}
		list = append(list, breakages(t, s.Items, append(slices.Clone(at), 0)...)...)
	}
	for name, property := range s.Properties {
		inner := append(slices.Clone(at), name)
		if slices.Contains(s.Required, name) {
			list = append(list, breakage{"required", inner, absent})
		}
		list = append(list, breakages(t, property, inner...)...)
	}
	return list
}

// applied is a copy of root with the breakage in it.
func (b breakage) applied(t testing.TB, root any) any {
	t.Helper()
	encoded, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	broken := members(t, encoded)
	parent := broken
	for _, step := range b.at[:len(b.at)-1] {
		switch step := step.(type) {
		case int:
			parent = parent.([]any)[step]
		case string:
			parent = parent.(map[string]any)[step]
		}
	}
	switch last := b.at[len(b.at)-1].(type) {
	case int:
		parent.([]any)[last] = b.value
	case string:
		parent.(map[string]any)[last] = b.value
		if b.value == absent {
			delete(parent.(map[string]any), last)
		}
	}
	return broken
}

// number reads what JSON or a schema has for a whole number.
func number(t testing.TB, v any) int64 {
	t.Helper()
	n, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	if err != nil || n != math.Trunc(n) {
		t.Fatalf("%v is no whole number", v)
	}
	return int64(n)
}
