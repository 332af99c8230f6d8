package redact

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// options make do with any value, in one order.
var options = json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true))

// ownText is the JSON that v's own methods make of v, nil when they fail. It
// reports false when v has none, or when what they write cannot be redacted.
func ownText(v reflect.Value) (text []byte, own bool) {
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer && v.IsNil() || !v.CanInterface() {
		return nil, false
	}
	of := v.Interface()
	switch of := of.(type) {
	case time.Duration:
		return strconv.AppendQuote(nil, of.String()), true
	case error: // its fields may quote anything
		return guarded(func() ([]byte, error) {
			return jsontext.AppendQuote(nil, strings.ToValidUTF8(of.Error(), "\uFFFD"))
		}), true
	}
	if v.Kind() == reflect.Pointer || !marshals(v.Type()) {
		return nil, false
	}
	target := reflect.New(v.Type()) // whose methods are those of v and more
	target.Elem().Set(v)
	return guarded(func() ([]byte, error) { return json.Marshal(target.Interface(), options) }), true
}

// guarded is what f returns, nil when it fails or panics.
func guarded(f func() ([]byte, error)) (text []byte) {
	defer func() {
		if recover() != nil {
			text = nil
		}
	}()
	text, err := f()
	if err != nil {
		return nil
	}
	return text
}

func isZero(v reflect.Value) bool {
	if v.IsZero() {
		return true
	}
	z, ok := v.Interface().(interface{ IsZero() bool })
	return ok && string(guarded(func() ([]byte, error) { return strconv.AppendBool(nil, z.IsZero()), nil })) == "true"
}

var marshalers = []reflect.Type{
	reflect.TypeFor[json.MarshalerTo](), reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextAppender](), reflect.TypeFor[encoding.TextMarshaler](),
}

// marshaling caches which types marshals has been asked about.
var marshaling sync.Map // reflect.Type to bool

// marshals reports whether values of t write JSON or text on their own, with
// nothing in them that would have to be redacted.
func marshals(t reflect.Type) bool {
	known, ok := marshaling.Load(t)
	if !ok {
		has := false
		for _, m := range marshalers {
			has = has || reflect.PointerTo(t).Implements(m)
		}
		known = has && !conceals(t, map[reflect.Type]bool{})
		marshaling.Store(t, known)
	}
	return known.(bool)
}

// conceals reports whether a value of t may hold what is marked, also where JSON
// does not look.
func conceals(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	case reflect.Map:
		return conceals(t.Key(), seen) || conceals(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return conceals(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if f.Tag.Get(redactTag) != "" || conceals(f.Type, seen) {
				return true
			}
		}
	}
	return false
}
