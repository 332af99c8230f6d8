// Package redact prints and logs values without the personal data and secrets
// in them.
package redact

import (
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// redactTag marks fields that hold a person's data or a secret, and says which.
const redactTag = "redact"

// Value stands for another value in logs and texts: the same JSON, with "[personal]"
// or "[secret]" in place of what the API description marks so.
type Value struct{ Of any }

// MarshalJSON writes the value without what is marked.
func (r Value) MarshalJSON() ([]byte, error) {
	if r.Of == nil {
		return []byte("null"), nil
	}
	v := reflect.ValueOf(&r.Of).Elem() // r is a copy
	scrub(v, maxDepth)
	return json.Marshal(v.Interface(), options)
}

// options make do with any value, in one order.
var options = json.JoinOptions(
	json.Deterministic(true),
	jsontext.AllowInvalidUTF8(true),
	json.WithMarshalers(json.MarshalFunc(func(d time.Duration) ([]byte, error) { return strconv.AppendQuote(nil, d.String()), nil })),
)

// MarshalText is MarshalJSON, for handlers that write text.
func (r Value) MarshalText() ([]byte, error) { return r.MarshalJSON() }

// Format writes the value without what is marked, for every verb.
func (r Value) Format(f fmt.State, _ rune) {
	text, err := r.MarshalJSON()
	if err != nil {
		text = []byte("[redacted]")
	}
	_, _ = f.Write(text)
}

// LogValue keeps handlers from looking into the value.
func (r Value) LogValue() slog.Value { return slog.AnyValue(plainJSON(r)) }

// plainJSON is a Value that is no slog.LogValuer.
type plainJSON Value

func (r plainJSON) MarshalJSON() ([]byte, error)  { return Value(r).MarshalJSON() }
func (r plainJSON) MarshalText() ([]byte, error)  { return Value(r).MarshalJSON() }
func (r plainJSON) Format(f fmt.State, verb rune) { Value(r).Format(f, verb) }

// maxDepth ends values that contain themselves.
const maxDepth = 64

// errorText stands for an error, whose fields may quote anything.
type errorText string

func (e errorText) Error() string { return string(e) }

// scrub takes out of v, which can be set, what is marked. What v shares with
// others by reference is copied first.
func scrub(v reflect.Value, depth int) {
	if depth == 0 {
		v.SetZero()
		return
	}
	depth--
	switch v.Kind() {
	case reflect.Interface:
		if err, ok := v.Interface().(error); ok {
			v.Set(reflect.ValueOf(errorText(err.Error())).Convert(v.Type()))
		} else if !v.IsNil() {
			v.Set(scrubbed(v.Elem(), depth))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			target := reflect.New(v.Type().Elem())
			target.Elem().Set(scrubbed(v.Elem(), depth))
			v.Set(target)
		}
	case reflect.Slice:
		if !v.IsNil() {
			list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(list, v)
			v.Set(list)
			scrubItems(v, depth)
		}
	case reflect.Array:
		scrubItems(v, depth)
	case reflect.Map:
		if !v.IsNil() {
			items := reflect.MakeMapWithSize(v.Type(), v.Len())
			for key, item := range v.Seq2() {
				items.SetMapIndex(key, scrubbed(item, depth))
			}
			v.Set(items)
		}
	case reflect.Struct:
		scrubFields(v, depth)
	}
}

func scrubbed(v reflect.Value, depth int) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	scrub(out, depth)
	return out
}

func scrubItems(v reflect.Value, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return
	}
	for i := range v.Len() {
		scrub(v.Index(i), depth)
	}
}

func scrubFields(v reflect.Value, depth int) {
	for i := range v.NumField() {
		field, out := v.Type().Field(i), v.Field(i)
		mark := field.Tag.Get(redactTag)
		switch {
		case field.Anonymous && !field.IsExported() && out.Kind() == reflect.Struct:
			scrubFields(out, depth) // JSON takes its fields for ours
		case !field.IsExported():
		case mark == "" || out.IsZero():
			scrub(out, depth)
		case out.Kind() == reflect.String:
			out.SetString("[" + mark + "]")
		default:
			out.SetZero()
		}
	}
}

// Bytes hold what may quote a person's data. They print and log as their
// number; string(b) is the content.
type Bytes []byte

// MarshalText is the number of bytes.
func (b Bytes) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "[%d bytes]", len(b)), nil }

// Format is the number of bytes, for every verb.
func (b Bytes) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[%d bytes]", len(b)) }

// LogValue is the number of bytes.
func (b Bytes) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("[%d bytes]", len(b))) }
