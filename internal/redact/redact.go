// Package redact prints and logs values without the personal data and secrets
// in them.
package redact

import (
	"fmt"
	"log/slog"
	"reflect"
	"time"

	"github.com/spservices/services-go/internal/wire"
)

// redactTag marks fields that hold a person's data or a secret, and says which.
const redactTag = "redact"

// Value stands for another value in logs and texts: the same JSON, with "[personal]"
// or "[secret]" in place of what the API description marks so.
type Value struct{ Of any }

// MarshalJSON writes the value without what is marked.
func (r Value) MarshalJSON() ([]byte, error) {
	v := reflect.ValueOf(r.Of)
	if !v.IsValid() {
		return []byte("null"), nil
	}
	return wire.Marshal(redact(v).Interface())
}

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

// redact copies a value as deep as it goes.
func redact(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(redact(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(redact(v.Elem()))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		if v.IsNil() {
			out.SetZero()
		}
		for i := range v.Len() {
			out.Index(i).Set(redact(v.Index(i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(v.Type()))
		}
		for key, item := range v.Seq2() {
			out.SetMapIndex(key, redact(item))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return out
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				out.Field(i).Set(redactField(v.Field(i), field.Tag.Get(redactTag)))
			}
		}
	}
	return out
}

func redactField(v reflect.Value, mark string) reflect.Value {
	switch {
	case mark == "" || v.IsZero():
		return redact(v)
	case v.Kind() == reflect.String:
		return reflect.ValueOf("[" + mark + "]").Convert(v.Type())
	}
	return reflect.Zero(v.Type())
}
