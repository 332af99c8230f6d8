package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// commentWidth is where comment lines are wrapped.
const commentWidth = 100

var templateFunctions = template.FuncMap{
	"comment":     comment,
	"join":        strings.Join,
	"typeComment": typeComment,
	"enumValues":  enumValues,
	"omitsZero":   func(p codegen.Property) bool { return p.Extensions["x-omitzero"] == true },
	"marked":      func(p codegen.Property) string { return mark(p.Extensions) },
	"keepsOffset": func(t codegen.TypeDefinition) bool {
		return schemaExtension(t.Schema.OAPISchema, "x-time-offset") == "kept"
	},
}

func render(name string, data any) ([]byte, error) {
	t, err := template.New(name).Funcs(templateFunctions).ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// comment wraps text as a Go comment.
func comment(text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString("\n//\n")
		}
		width := 0
		for j, word := range strings.Fields(paragraph) {
			switch {
			case j == 0:
				b.WriteString("//")
			case width+1+len(word) > commentWidth:
				b.WriteString("\n//")
				width = 0
			}
			b.WriteString(" " + word)
			width += 1 + len(word)
		}
	}
	return b.String()
}

func typeComment(t codegen.TypeDefinition) string {
	return comment(typeSentence(t.TypeName, t.Schema.OAPISchema))
}

// typeSentence makes a sentence of a type's name and its description, which is
// a noun phrase, as Go wants it.
func typeSentence(name string, s *openapi3.Schema) string {
	if s == nil {
		return name
	}
	text := lowerFirst(s.Description)
	first, _, _ := strings.Cut(text, " ")
	first = strings.TrimRight(first, ".,")
	verb := "is the"
	switch {
	case s.Type.Is("array"):
		verb = "lists"
	case slices.Contains([]string{"a", "an", "the", "one", "how", "what", "when", "where"}, first):
		verb = "is"
	case strings.HasSuffix(first, "s") && first != "status" && first != "address":
		verb = "holds"
	}
	return name + " " + verb + " " + text
}

// aliasComment is the first sentence about a type, and where the rest stands.
func aliasComment(name string, s *openapi3.Schema) string {
	sentence, _, _ := strings.Cut(strings.TrimSuffix(typeSentence(name, s), "."), ". ")
	return comment(sentence + "; see [gen." + name + "].")
}

func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	if second, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(second) {
		return s // an abbreviation
	}
	return string(unicode.ToLower(first)) + s[size:]
}

type enumValue struct{ Name, Value, Doc string }

// enumValues are the constants of an enum, in document order.
func enumValues(enum codegen.EnumDefinition) []enumValue {
	schema := enum.Schema.OAPISchema
	docs, _ := schema.Extensions["x-enum-descriptions"].(map[string]any)
	var values []enumValue
	for i, name := range constantNames(schema.Enum) {
		value := fmt.Sprint(schema.Enum[i])
		doc, _ := docs[value].(string)
		values = append(values, enumValue{Name: enum.TypeName + fmt.Sprint(name), Value: value, Doc: doc})
	}
	return values
}

// mark says what a property must not be printed for: a person's data or a secret.
func mark(extensions map[string]any) string {
	switch {
	case extensions["x-secret"] == true:
		return "secret"
	case extensions["x-personal"] == true:
		return "personal"
	}
	return ""
}

func schemaExtension(s *openapi3.Schema, name string) string {
	if s == nil {
		return ""
	}
	text, _ := s.Extensions[name].(string)
	return text
}
