package generated_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/api"
	"github.com/spservices/services-go/gen"
)

// described is an operation as the API description has it.
type described struct {
	method, path string
	*openapi3.Operation
}

// description reads the API description, which everything here is held to.
func description(t testing.TB) (doc *openapi3.T, operations map[string]described) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		t.Fatal(err)
	}
	operations = map[string]described{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if _, twice := operations[op.OperationID]; twice || op.OperationID == "" {
				t.Fatalf("%s %s: operationId %q is missing or there twice", method, path, op.OperationID)
			}
			operations[op.OperationID] = described{method, path, op}
		}
	}
	if len(operations) != 17 {
		t.Fatalf("%d operations, want 17", len(operations))
	}
	return doc, operations
}

// of is the schema that a reference stands for, through the allOf of one that
// gives a property a description of its own.
func of(ref *openapi3.SchemaRef) *openapi3.Schema {
	for ref.Value.Type == nil && len(ref.Value.AllOf) == 1 {
		ref = ref.Value.AllOf[0]
	}
	return ref.Value
}

// presence is x-presence, which stands beside a reference or in the schema.
func presence(ref *openapi3.SchemaRef) string {
	for _, extensions := range []map[string]any{ref.Extensions, ref.Value.Extensions} {
		if s, ok := extensions["x-presence"].(string); ok {
			return s
		}
	}
	return ""
}

// jsonBody is the schema of a body, nil for none.
func jsonBody(content openapi3.Content) *openapi3.SchemaRef {
	if media := content.Get("application/json"); media != nil {
		return media.Schema
	}
	return nil
}

// methodOf finds the one method of *gen.Client that is named like an operation.
func methodOf(t testing.TB, id string) reflect.Method {
	t.Helper()
	var found []reflect.Method
	for m := range reflect.TypeFor[*gen.Client]().Methods() {
		if strings.EqualFold(m.Name, id) {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d methods", id, len(found))
	}
	return found[0]
}

// argument is the type of the last argument of a method whose kind is struct
// and whose name ends in Params, or does not; nil for none.
func argument(m reflect.Method, params bool) reflect.Type {
	for in := range m.Type.Ins() {
		if in.Kind() == reflect.Struct && strings.HasSuffix(in.Name(), "Params") == params {
			return in
		}
	}
	return nil
}

// recorder is a Caller that keeps the call and answers as it is told.
type recorder struct {
	call    *gen.Call
	decoded bool
	err     error
}

func (r *recorder) Call(_ context.Context, call *gen.Call) error {
	r.call, call.Decoded = call, r.decoded
	return r.err
}

// call calls the method of an operation with path values p1, p2, … and zero
// values, and returns what the Caller got and what the method returned.
func call(t *testing.T, id string, r *recorder) (path []string, results []reflect.Value) {
	t.Helper()
	m := methodOf(t, id)
	args := []reflect.Value{reflect.ValueOf(gen.NewClient(r)), reflect.ValueOf(t.Context())}
	for i := 2; i < m.Type.NumIn(); i++ {
		v := reflect.New(m.Type.In(i)).Elem()
		if v.Kind() == reflect.String {
			path = append(path, fmt.Sprint("p", len(path)+1))
			v.SetString(path[len(path)-1])
		}
		args = append(args, v)
	}
	return path, m.Func.Call(args)
}
