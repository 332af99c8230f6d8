package redact_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"github.com/spservices/services-go/internal/redact"
)

// loud panics in every method.
type loud struct{ Name string }

func (*loud) MarshalJSON() ([]byte, error) { panic(canary) }
func (*loud) MarshalText() ([]byte, error) { panic(canary) }
func (*loud) IsZero() bool                 { panic(canary) }
func (*loud) Error() string                { panic(canary) }

var (
	anyType = reflect.TypeFor[any]()
	leaves  = []reflect.Type{
		reflect.TypeFor[bool](), reflect.TypeFor[int8](), reflect.TypeFor[uint64](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](),
		reflect.TypeFor[string](), reflect.TypeFor[[]byte](), reflect.TypeFor[[3]byte](), reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](),
		reflect.TypeFor[error](), reflect.TypeFor[net.Error](), reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[json.Marshaler](), anyType,
		reflect.TypeFor[chan int](), reflect.TypeFor[func()](), reflect.TypeFor[loud](), reflect.TypeFor[person](), reflect.TypeFor[talkative](),
		reflect.TypeFor[json.RawMessage](), reflect.TypeFor[json.Number](), reflect.TypeFor[redact.Value](), reflect.TypeFor[redact.Bytes](), reflect.TypeFor[reflect.Value](),
	}
	tags = []reflect.StructTag{
		``, `json:"a"`, `json:"a,omitzero"`, `json:",omitempty"`, `json:"-"`, `json:"-,"`, `json:",string"`, `json:",embed"`, `json:"a" redact:"personal"`, `redact:"secret"`, `json:"\xff"`,
	}
)

// typeOf draws a type that reflect can make.
func typeOf(t *rapid.T, depth int) reflect.Type {
	if depth == 0 {
		return rapid.SampledFrom(leaves).Draw(t, "leaf")
	}
	elem := func() reflect.Type { return typeOf(t, depth-1) }
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		return reflect.SliceOf(elem())
	case 1:
		return reflect.ArrayOf(2, elem())
	case 2:
		return reflect.PointerTo(elem())
	case 3:
		if key := elem(); key.Comparable() {
			return reflect.MapOf(key, elem())
		}
		return reflect.MapOf(anyType, elem())
	case 4:
		fields := make([]reflect.StructField, rapid.IntRange(0, 4).Draw(t, "fields"))
		for i := range fields {
			fields[i] = reflect.StructField{Name: fmt.Sprint("F", i), Type: elem(), Tag: rapid.SampledFrom(tags).Draw(t, "tag")}
			if strings.HasPrefix(string(fields[i].Tag), `redact`) || strings.Contains(string(fields[i].Tag), `" redact`) {
				fields[i].Type = reflect.TypeFor[string]()
			}
		}
		return reflect.StructOf(fields)
	}
	return typeOf(t, 0)
}

// fill draws a value for v.
func fill(t *rapid.T, v reflect.Value, marked bool, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "text", "\xff\x00", "\u2028\""}).Draw(t, "text"))
		if marked {
			v.SetString(canary)
		}
	case reflect.Float32, reflect.Float64:
		v.SetFloat(rapid.SampledFrom([]float64{0, 1.5, math.NaN(), math.Inf(1), 1e300}).Draw(t, "number"))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), false, depth)
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), false, depth)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, item := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, false, depth)
		fill(t, item, false, depth)
		if key.Comparable() {
			v.SetMapIndex(key, item)
		}
	case reflect.Interface:
		fillInterface(t, v, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Field(i); field.CanSet() {
				fill(t, field, v.Type().Field(i).Tag.Get("redact") != "", depth)
			}
		}
	}
}

func fillInterface(t *rapid.T, v reflect.Value, depth int) {
	for _, candidate := range []any{&net.DNSError{}, errors.New("plain"), &loud{}, (*loud)(nil), time.Time{}, json.RawMessage("{")} {
		if reflect.TypeOf(candidate).Implements(v.Type()) && rapid.Bool().Draw(t, "this") {
			v.Set(reflect.ValueOf(candidate))
			return
		}
	}
	if v.Type() == anyType && depth > 0 {
		content := reflect.New(typeOf(t, depth-1)).Elem()
		fill(t, content, false, depth-1)
		v.Set(content)
	}
}

// Whatever a value is made of, it is written as JSON, twice the same, without a
// panic and without what is marked.
func TestAnyValueIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		depth := rapid.IntRange(0, 4).Draw(t, "depth")
		v := reflect.New(typeOf(t, depth)).Elem()
		fill(t, v, false, depth)
		value := redact.Value{Of: v.Interface()}
		text := fmt.Sprintf("%+v", value)
		if !json.Valid([]byte(text)) || strings.Contains(text, canary) {
			t.Fatalf("%s: %s", v.Type(), text)
		}
		one, err := json.Marshal(value)
		if err != nil {
			t.Fatalf("%s: %v", v.Type(), err)
		}
		two, err := jsonv2.Marshal(value)
		if err != nil || !json.Valid(one) || string(two) != text {
			t.Fatalf("%s: %v\n%s\n%s", v.Type(), err, two, text)
		}
	})
}

// A value without end is cut.
func TestHugeValuesAreCut(t *testing.T) {
	t.Parallel()
	huge := make([]person, 1<<20)
	for i := range huge {
		huge[i].Name = canary
	}
	text := fmt.Sprint(redact.Value{Of: map[string]any{"huge": huge, "z": huge}})
	if len(text) > 1<<24 || !json.Valid([]byte(text)) || strings.Contains(text, canary) {
		t.Errorf("%d bytes, %.200s", len(text), text)
	}
}

// A type that writes itself does so, unless it may hold what is marked.
func TestOwnJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	text := fmt.Sprint(redact.Value{Of: []any{at, &at, net.IPv4(1, 2, 3, 4), json.RawMessage(`{ "a" : 1 }`), redact.Bytes("abc"), 1.5, float32(0.1), uint8(7), []byte("abc"), true}})
	want := `["2026-03-02T09:00:00Z","2026-03-02T09:00:00Z","1.2.3.4",{"a":1},"[3 bytes]",1.5,0.1,7,"YWJj",true]`
	if text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
