package main

import (
	"embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

//go:embed templates/*.tmpl
var templates embed.FS

// models runs oapi-codegen for the types alone, with our own templates for
// what is printed of them.
func models(doc *openapi3.T) ([]byte, error) {
	for name, f := range templateFunctions {
		codegen.TemplateFunctions[name] = f
	}
	user := map[string]string{}
	for _, name := range []string{"imports.tmpl", "constants.tmpl", "typedef.tmpl", "param-types.tmpl", "request-bodies.tmpl"} {
		text, err := templates.ReadFile("templates/" + name)
		if err != nil {
			return nil, err
		}
		user[name] = string(text)
	}
	config := codegen.Configuration{
		PackageName: "gen",
		Generate:    codegen.GenerateOptions{Models: true},
		Compatibility: codegen.CompatibilityOptions{
			AlwaysPrefixEnumValues: true,
			// Otherwise Generate writes Go names back into the document.
			PreserveOriginalOperationIdCasingInEmbeddedSpec: true,
		},
		OutputOptions: codegen.OutputOptions{
			NameNormalizer:                            string(codegen.NameNormalizerFunctionToCamelCaseWithInitialisms),
			AdditionalInitialisms:                     []string{"IDs", "ASIN", "ASINs", "MD5", "SHA256", "POA"},
			PreferSkipOptionalPointer:                 true,
			PreferSkipOptionalPointerOnContainerTypes: true,
			SkipPrune: true,
			SkipFmt:   true, // formatted when written, without looking imports up
			TypeMapping: &codegen.TypeMapping{
				String: codegen.FormatMapping{Formats: map[string]codegen.SimpleTypeSpec{"date-time": {Type: "time.Time"}}},
			},
			UserTemplates: user,
		},
	}
	if err := config.Validate(); err != nil {
		return nil, err
	}
	code, err := codegen.Generate(doc, config)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return []byte(code), nil
}

// goName is the Go spelling of a name of the document. It is right only after
// models has run, which sets the initialisms.
func goName(name string) string { return codegen.SchemaNameToTypeName(name) }

// constantNames are the Go suffixes of enum values: NOT_SERVICED becomes
// NotServiced.
func constantNames(values []any) []any {
	names := make([]any, len(values))
	for i, v := range values {
		var b strings.Builder
		for _, word := range strings.FieldsFunc(fmt.Sprint(v), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			switch word {
			case "POA", "POS", "AES", "JPG", "JPEG", "PNG", "GIF", "PDF", "TIFF":
				b.WriteString(word)
			default:
				first, size := utf8.DecodeRuneInString(word)
				b.WriteString(string(unicode.ToUpper(first)) + strings.ToLower(word[size:]))
			}
		}
		names[i] = b.String()
	}
	return names
}
