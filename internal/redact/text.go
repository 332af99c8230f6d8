package redact

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JSONError says where and why JSON could not be encoded or decoded, without the
// value: it may be a person's data.
func JSONError(err error) string {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		reason := "does not fit a " + semantic.GoType.String()
		if semantic.JSONKind != 0 {
			reason = semantic.JSONKind.String() + " " + reason
		}
		return strings.TrimSpace(string(semantic.JSONPointer) + " " + reason)
	case errors.As(err, &syntactic):
		return fmt.Sprintf("not JSON at byte %d", syntactic.ByteOffset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "JSON breaks off"
	}
	return err.Error()
}

// Word returns s when it is one word of at most limit characters, for
// what a header puts into logs.
func Word(s string, limit int) string {
	if len(s) > limit || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}
