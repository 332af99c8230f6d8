package redact

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JSONError says where and why target could not be encoded or decoded, without
// values and without the keys of maps: both may be a person's data.
func JSONError(err error, target any) string {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		reason := "does not fit a " + semantic.GoType.String()
		if semantic.JSONKind != 0 {
			reason = semantic.JSONKind.String() + " " + reason
		}
		return strings.TrimSpace(memberPath(semantic.JSONPointer, reflect.TypeOf(target)) + " " + reason)
	case errors.As(err, &syntactic):
		return fmt.Sprintf("not JSON at byte %d", syntactic.ByteOffset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "JSON breaks off"
	}
	return err.Error()
}

// memberPath is the part of a JSON pointer that names members of structs and
// items of lists.
func memberPath(pointer jsontext.Pointer, t reflect.Type) string {
	path := ""
	for token := range pointer.Tokens() {
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array):
			t = t.Elem()
		case t != nil && t.Kind() == reflect.Struct:
			t = member(t, token)
		default:
			t = nil
		}
		if t == nil {
			return path + "/…"
		}
		path += "/" + token
	}
	return path
}

// member is the type of a struct's JSON member, nil when it has none such.
func member(t reflect.Type, name string) reflect.Type {
	for field := range t.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name {
			return field.Type
		}
	}
	return nil
}

// Word returns s when it is one word of at most limit characters, for
// what a header puts into logs.
func Word(s string, limit int) string {
	if len(s) > limit || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

// maxGiven is how many characters of a value are quoted.
const maxGiven = 100

// Given quotes what the caller gave, but at most 100 characters of it and
// nothing that looks like one of Amazon's secrets.
func Given(s string) string {
	if strings.Contains(s, "Atz") || strings.Contains(s, "amzn1.oa2-cs") {
		return `"…"`
	}
	if runes := []rune(s); len(runes) > maxGiven {
		s = string(runes[:maxGiven]) + "…"
	}
	return strconv.QuoteToGraphic(s)
}

// Address quotes an address that the caller gave without user, query and
// fragment, which may be secret, also if it cannot be parsed.
func Address(s string) string {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		scheme, _, found := strings.Cut(s[:at], "://")
		if !found {
			scheme = ""
		} else {
			scheme += "://"
		}
		s = scheme + "…" + s[at:]
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i] + "…"
	}
	return Given(s)
}
