package generated_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/gen"
)

const canary = "CANARY"

// mark puts a canary into every member of value that the description calls
// personal or secret, and counts them.
func mark(ref *openapi3.SchemaRef, value any) (n int) {
	s := of(ref)
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			n += mark(s.Items, item)
		}
	case map[string]any:
		for name, property := range s.Properties {
			if !marked(property) {
				n += mark(property, value[name])
				continue
			}
			n++
			if headers, isMap := value[name].(map[string]any); isMap {
				headers["name"] = canary
			} else {
				value[name] = canary
			}
		}
	}
	return n
}

func marked(ref *openapi3.SchemaRef) bool {
	for _, extensions := range []map[string]any{ref.Extensions, ref.Value.Extensions} {
		if extensions["x-personal"] == true || extensions["x-secret"] == true {
			return true
		}
	}
	return false
}

// structs calls f with every struct within v, by value.
func structs(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			structs(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			structs(v.Index(i), f)
		}
	case reflect.Struct:
		if v.Type().PkgPath() != reflect.TypeFor[gen.Buyer]().PkgPath() {
			return
		}
		f(v)
		for _, field := range v.Fields() {
			structs(field, f)
		}
	}
}

// TestPersonalDataIsRedacted prints and logs all there is in every answer, and
// in every part of it, and looks for what must not be seen.
func TestPersonalDataIsRedacted(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	total := 0
	for id, op := range operations {
		m := methodOf(t, id)
		if m.Type.NumOut() != 2 {
			continue
		}
		schema := jsonBody(op.Responses.Status(200).Value.Content)
		value := sample(t, schema)
		n := mark(schema, value)
		total += n
		answer := decoded(t, m.Type.Out(0), value)
		structs(reflect.ValueOf(answer), func(v reflect.Value) {
			for name, text := range printed(v) {
				if strings.Contains(strings.ToUpper(text), canary) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", canary)) {
					t.Errorf("%s: %s of %s shows %s", id, name, v.Type(), text)
				}
			}
		})
		if text := fmt.Sprint(answer); n > 0 && !strings.Contains(text, "[personal]") && !strings.Contains(text, "[secret]") {
			t.Errorf("%s: nothing says that something was left out: %s", id, text)
		}
	}
	if total < 20 {
		t.Errorf("%d members are marked, which cannot be all", total)
	}
}

// printed is v by every verb and every handler, by value and by pointer.
func printed(v reflect.Value) map[string]string {
	texts := map[string]string{}
	for _, v := range []any{v.Interface(), v.Addr().Interface()} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			texts[fmt.Sprintf("%s of %T", verb, v)] = fmt.Sprintf(verb, v)
		}
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).With("a", v).WithGroup("g").Info("m", "b", v)
		slog.New(slog.NewTextHandler(&out, nil)).With("a", v).WithGroup("g").Info("m", "b", v)
		texts[fmt.Sprintf("log of %T", v)] = out.String()
	}
	return texts
}

// Redaction is of texts alone: what is encoded, and the value, stay as they are.
func TestRedactionKeepsTheValue(t *testing.T) {
	t.Parallel()
	job := gen.ServiceJob{
		ServiceJobID: "J1", Buyer: &gen.Buyer{Name: canary, Phone: canary},
		Appointments: []gen.Appointment{{AssignedTechnicians: []gen.Technician{{TechnicianID: "T1", Name: canary}}}},
	}
	text := fmt.Sprintf("%+v", job)
	for _, want := range []string{"J1", "T1"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is gone from %s", want, text)
		}
	}
	if job.Buyer.Name != canary || job.Appointments[0].AssignedTechnicians[0].Name != canary {
		t.Error("printing has changed the value")
	}
	sameAgain(t, "job", reflect.TypeFor[*gen.ServiceJob](), map[string]any{"serviceJobId": "J1", "buyer": map[string]any{"name": canary}})
}
