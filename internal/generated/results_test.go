package generated_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

type (
	withErrors interface{ AllErrors() []gen.Error }
	completed  interface{ Complete() bool }
)

// lists counts the lists of errors within a value.
func lists(v any) (n int) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			n += lists(item)
		}
	case map[string]any:
		for name, member := range v {
			if name == "errors" {
				n++
			} else {
				n += lists(member)
			}
		}
	}
	return n
}

// TestResults holds that what answers an operation finds all errors in it, also
// those of records, and knows when it lacks what it owes.
func TestResults(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	for id, op := range operations {
		if op.Responses.Status(200) == nil {
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			answer := methodOf(t, id).Type.Out(0)
			whole := sample(t, jsonBody(op.Responses.Status(200).Value.Content)).(map[string]any)
			want := lists(whole)
			found, ok := decoded(t, answer, whole).(withErrors)
			if ok != (want > 0) {
				t.Fatalf("has AllErrors: %v, want %v", ok, want > 0)
			}
			if ok && len(found.AllErrors()) != want {
				t.Errorf("found %d errors, want %d", len(found.AllErrors()), want)
			}
			if none, ok := reflect.Zero(answer).Interface().(withErrors); ok && none.AllErrors() != nil {
				t.Error("no answer has errors")
			}
			payload := payloadsOf(op)
			complete, ok := decoded(t, answer, whole).(completed)
			if ok != (payload != nil) {
				t.Fatalf("has Complete: %v, want %v", ok, payload != nil)
			}
			if !ok {
				return
			}
			for _, path := range payload {
				holder, names := whole, strings.Split(path, ".")
				for _, name := range names[:len(names)-1] {
					holder = holder[name].(map[string]any)
				}
				value := holder[names[len(names)-1]]
				if !decoded(t, answer, only(path, value)).(completed).Complete() {
					t.Errorf("%s alone does not complete the answer", path)
				}
				delete(holder, names[len(names)-1])
			}
			if !complete.Complete() || decoded(t, answer, whole).(completed).Complete() || reflect.Zero(answer).Interface().(completed).Complete() {
				t.Errorf("Complete does not go by %s", payload)
			}
		})
	}
}

// only is an object with one member, which a dotted path leads to.
func only(path string, value any) any {
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		value = only(rest, value)
	}
	return map[string]any{name: value}
}

func decoded(t *testing.T, pointer reflect.Type, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(pointer.Elem())
	if err := wire.Unmarshal(text, v.Interface()); err != nil {
		t.Fatal(err)
	}
	return v.Interface()
}

// TestGetPayload holds that the payload is at hand, and that asking nobody for
// it is safe.
func TestGetPayload(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	n := 0
	for id, op := range operations {
		if op.Responses.Status(200) == nil {
			continue
		}
		body := jsonBody(op.Responses.Status(200).Value.Content)
		answer := methodOf(t, id).Type.Out(0)
		get, ok := answer.MethodByName("GetPayload")
		if has := of(body).Properties["payload"] != nil; ok != has {
			t.Errorf("%s: has GetPayload: %v, want %v", id, ok, has)
		}
		if !ok {
			continue
		}
		n++
		v := reflect.ValueOf(decoded(t, answer, sample(t, body)))
		if got, want := get.Func.Call([]reflect.Value{v})[0], v.Elem().FieldByName("Payload"); want.IsZero() || !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%s: GetPayload is not the payload", id)
		}
		if got := get.Func.Call([]reflect.Value{reflect.Zero(answer)})[0]; !got.IsNil() {
			t.Errorf("%s: no answer has a payload", id)
		}
	}
	if n == 0 {
		t.Error("no answer with a payload")
	}
}

// The wire names of all members are those of the description: what it allows
// comes back as it was.
func TestModelsKeepEveryMember(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	for id, op := range operations {
		m := methodOf(t, id)
		if body := argument(m, false); body != nil {
			sameAgain(t, id+" body", reflect.PointerTo(body), sample(t, jsonBody(op.RequestBody.Value.Content)))
		}
		if m.Type.NumOut() == 2 {
			sameAgain(t, id+" answer", m.Type.Out(0), sample(t, jsonBody(op.Responses.Status(200).Value.Content)))
		}
	}
}

func sameAgain(t *testing.T, name string, pointer reflect.Type, value any) {
	t.Helper()
	text, err := wire.Marshal(decoded(t, pointer, value))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := members(t, text), members(t, encoded); !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got  %s\n want %s", name, text, encoded)
	}
}

// members reads JSON and keeps numbers digit for digit.
func members(t testing.TB, text []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPresence holds what is written of a value that nobody filled in: the
// members whose zero says something, and no others. Where absence says
// something too, a zero that was set is written.
func TestPresence(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	var walk func(name string, ref *openapi3.SchemaRef, v reflect.Type)
	walk = func(name string, ref *openapi3.SchemaRef, v reflect.Type) {
		for v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice {
			v = v.Elem()
		}
		s := of(ref)
		if s.Items != nil {
			walk(name+"[]", s.Items, v)
		}
		if v.Kind() != reflect.Struct || len(s.Properties) == 0 {
			return
		}
		want := map[string]any{}
		for field := range v.Fields() {
			member, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			property := s.Properties[member]
			if property == nil {
				t.Errorf("%s.%s is not in the description", name, member)
				continue
			}
			kind := presence(property)
			seen[kind]++
			if kind == "always" {
				want[member] = json.Number("0")
			}
			if (kind == "explicit") != (field.Type.Kind() == reflect.Pointer && field.Type.Elem().Kind() != reflect.Struct) {
				t.Errorf("%s.%s with x-presence %q is a %s", name, member, kind, field.Type)
			}
			walk(name+"."+member, property, field.Type)
		}
		empty := reflect.New(v)
		text, err := wire.Marshal(empty.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if got := members(t, text); !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s: an empty %s is written as %s, want %v", name, v, text, want)
		}
		for field, value := range empty.Elem().Fields() {
			if field.Type.Kind() == reflect.Pointer && field.Type.Elem().Kind() != reflect.Struct {
				member, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				value.Set(reflect.New(field.Type.Elem()))
				text, err := wire.Marshal(empty.Interface())
				if err != nil || !strings.Contains(string(text), `"`+member+`":`) {
					t.Errorf("%s.%s: a zero that was set is written as %s, %v", name, member, text, err)
				}
			}
		}
	}
	_, operations := description(t)
	for id, op := range operations {
		m := methodOf(t, id)
		if body := argument(m, false); body != nil {
			walk(id, jsonBody(op.RequestBody.Value.Content), body)
		}
		if m.Type.NumOut() == 2 {
			walk(id, jsonBody(op.Responses.Status(200).Value.Content), m.Type.Out(0))
		}
	}
	for _, kind := range []string{"", "always", "explicit"} {
		if seen[kind] == 0 {
			t.Errorf("no member with x-presence %q", kind)
		}
	}
}
