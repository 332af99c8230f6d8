package redact

import (
	"cmp"
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// redactTag marks fields that hold a person's data or a secret, and says which.
	redactTag = "redact"

	maxDepth  = 64      // of values within values; deeper ones are left out
	maxValues = 1 << 18 // within one; those that come later are left out
)

// write is v as JSON without what is marked, or null.
func write(v any) (text []byte) {
	defer func() {
		if recover() != nil { // guarded sees to v's own code; this is for the rest
			text = []byte("null")
		}
	}()
	w := walk{left: maxValues}
	if w.value(reflect.ValueOf(v)) {
		return w.text
	}
	return []byte("null")
}

// walk writes the JSON of one value.
type walk struct {
	text []byte
	path []visit // what the newest value lies within
	left int     // values that may still be written
}

// visit is a pointer, map or list on the way to a value.
type visit struct {
	pointer uintptr
	length  int
	kind    reflect.Type
}

// value appends v. It reports false and appends nothing when v is to be left out.
func (w *walk) value(v reflect.Value) bool {
	if !v.IsValid() {
		return w.write("null")
	}
	if w.left--; w.left < 0 || len(w.path) == maxDepth {
		return false
	}
	here := visit{kind: v.Type()}
	switch v.Kind() {
	case reflect.Pointer, reflect.Map:
		here.pointer = v.Pointer()
	case reflect.Slice:
		here.pointer, here.length = v.Pointer(), v.Len()
	}
	if here.pointer != 0 && slices.Contains(w.path, here) {
		return false // v contains itself
	}
	w.path = append(w.path, here)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	if t := v.Type(); t == reflect.TypeFor[Value]() || t == reflect.TypeFor[plainJSON]() {
		return w.value(v.Field(0))
	}
	if text, own := ownText(v); own {
		return text != nil && w.write(string(text))
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return w.value(v.Elem())
	case reflect.Struct:
		return w.fields(v)
	case reflect.Map:
		return w.entries(v)
	case reflect.Slice, reflect.Array:
		return w.list(v)
	}
	return w.scalar(v)
}

func (w *walk) write(text string) bool {
	w.text = append(w.text, text...)
	return true
}

func (w *walk) scalar(v reflect.Value) bool {
	switch {
	case v.Kind() == reflect.Bool:
		w.text = strconv.AppendBool(w.text, v.Bool())
	case v.CanInt():
		w.text = strconv.AppendInt(w.text, v.Int(), 10)
	case v.CanUint():
		w.text = strconv.AppendUint(w.text, v.Uint(), 10)
	case v.CanFloat():
		number := any(v.Float())
		if v.Kind() == reflect.Float32 {
			number = float32(v.Float())
		}
		text, err := json.Marshal(number)
		if err != nil { // no number
			return false
		}
		w.text = append(w.text, text...)
	case v.Kind() == reflect.String:
		w.quote(v.String())
	default: // a channel or a function
		return false
	}
	return true
}

func (w *walk) quote(s string) {
	w.text, _ = jsontext.AppendQuote(w.text, strings.ToValidUTF8(s, "\uFFFD"))
}

func (w *walk) list(v reflect.Value) bool {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		content := make([]byte, v.Len())
		for i := range content {
			content[i] = byte(v.Index(i).Uint()) //nolint:gosec // of kind uint8
		}
		w.quote(base64.StdEncoding.EncodeToString(content))
		return true
	}
	w.write("[")
	for i := range v.Len() {
		if i > 0 {
			w.write(",")
		}
		if w.left <= 0 {
			w.write("null")
			break
		}
		if !w.value(v.Index(i)) {
			w.write("null")
		}
	}
	return w.write("]")
}

func (w *walk) entries(v reflect.Value) bool {
	type entry struct {
		name  string
		value reflect.Value
	}
	var list []entry
	for key, value := range v.Seq2() {
		if name, ok := nameOf(key); ok {
			list = append(list, entry{name, value})
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	w.write("{")
	for i, e := range list {
		if w.left > 0 && (i == 0 || e.name != list[i-1].name) { // 1 and "1" have one name
			w.member(e.name, e.value, false)
		}
	}
	return w.write("}")
}

// nameOf is the key of a map as JSON has it.
func nameOf(key reflect.Value) (string, bool) {
	for key.Kind() == reflect.Interface {
		key = key.Elem()
	}
	w := walk{}
	if !key.IsValid() {
		return "", false
	}
	text, own := ownText(key)
	if !own && key.Kind() != reflect.Struct && w.scalar(key) {
		text = w.text
	}
	if name, err := jsontext.AppendUnquote(nil, text); err == nil && len(text) > 0 && text[0] == '"' {
		return string(name), true
	}
	return string(text), jsontext.Value(text).IsValid() && text[0] != '{' && text[0] != '['
}

func (w *walk) fields(v reflect.Value) bool {
	w.write("{")
	for _, f := range fieldsOf(v.Type()) {
		field, err := v.FieldByIndexErr(f.index)
		switch {
		case err != nil || f.omitZero && isZero(field): // err: within a nil pointer
		case f.mark == "" || field.IsZero():
			w.member(f.name, field, f.omitEmpty)
		case field.Kind() == reflect.String:
			w.member(f.name, reflect.ValueOf("["+f.mark+"]"), false)
		}
	}
	return w.write("}")
}

// member appends a member of an object, unless its value is left out.
func (w *walk) member(name string, v reflect.Value, omitEmpty bool) {
	before := len(w.text)
	if w.text[before-1] != '{' {
		w.write(",")
	}
	w.quote(name)
	w.write(":")
	from := len(w.text)
	if !w.value(v) || omitEmpty && slices.Contains(empty, string(w.text[from:])) {
		w.text = w.text[:before]
	}
}

// empty is what the option omitempty omits.
var empty = []string{"null", `""`, "[]", "{}"}
