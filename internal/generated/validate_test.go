package generated_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// subject is a generated type with the schema it was made from.
type subject struct {
	name   string
	schema *openapi3.SchemaRef
	fill   func(t *testing.T, value any) wire.Checkable // nil when the type checks nothing
}

// requests are the bodies and queries of all operations.
func requests(t *testing.T) (list []subject) {
	t.Helper()
	_, operations := description(t)
	for id, op := range operations {
		m := methodOf(t, id)
		if body := argument(m, false); body != nil {
			list = append(list, subject{id + " body", jsonBody(op.RequestBody.Value.Content), decoder(body)})
		}
		if params := argument(m, true); params != nil {
			list = append(list, subject{id + " query", querySchema(op), queryFiller(params)})
		}
	}
	return list
}

// failures are the schemas of failures that answer no success.
var failures = map[string]reflect.Type{
	"RangeSlotCapacityErrors":   reflect.TypeFor[gen.RangeSlotCapacityErrors](),
	"FixedSlotCapacityErrors":   reflect.TypeFor[gen.FixedSlotCapacityErrors](),
	"CancelReservationResponse": reflect.TypeFor[gen.CancelReservationResponse](),
}

// responses are the bodies of all answers, each once.
func responses(t *testing.T) (list []subject) {
	t.Helper()
	_, operations := description(t)
	seen := map[string]bool{}
	for id, op := range operations {
		for status, response := range op.Responses.Map() {
			body := jsonBody(response.Value.Content)
			if body == nil || seen[body.Ref] || strings.HasSuffix(body.Ref, "/ErrorList") { // whose items the others hold too
				continue
			}
			seen[body.Ref] = true
			answer := failures[strings.TrimPrefix(body.Ref, "#/components/schemas/")]
			if answer == nil {
				answer = methodOf(t, id).Type.Out(0).Elem()
			}
			list = append(list, subject{id + " " + status, body, decoder(answer)})
		}
	}
	return list
}

// decoder fills values of a type as the SDK does, from JSON.
func decoder(into reflect.Type) func(*testing.T, any) wire.Checkable {
	return func(t *testing.T, value any) wire.Checkable {
		t.Helper()
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		v := reflect.New(into).Interface()
		if err := wire.Unmarshal(text, v); err != nil {
			t.Fatalf("%s from %s: %v", into, text, err)
		}
		checkable, _ := v.(wire.Checkable)
		return checkable
	}
}

// querySchema makes one object of the query parameters.
func querySchema(op described) *openapi3.SchemaRef {
	object := openapi3.NewObjectSchema()
	for _, p := range op.Parameters {
		if p.Value.In != "query" {
			continue
		}
		object.WithPropertyRef(p.Value.Name, p.Value.Schema)
		if p.Value.Required {
			object.Required = append(object.Required, p.Value.Name)
		}
	}
	return object.NewRef()
}

// queryFiller sets the fields of a query struct by their tags.
func queryFiller(into reflect.Type) func(*testing.T, any) wire.Checkable {
	return func(t *testing.T, value any) wire.Checkable {
		t.Helper()
		v := reflect.New(into)
		for field, into := range v.Elem().Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("query"), ",")
			given, there := value.(map[string]any)[name]
			if there {
				set(t, into, given)
			}
		}
		return v.Interface().(wire.Checkable)
	}
}

func set(t *testing.T, into reflect.Value, given any) {
	t.Helper()
	switch into.Kind() {
	case reflect.String:
		into.SetString(given.(string))
	case reflect.Int:
		into.SetInt(number(t, given))
	case reflect.Struct:
		at, err := time.Parse(time.RFC3339, given.(string))
		if err != nil {
			t.Fatal(err)
		}
		into.Set(reflect.ValueOf(at))
	case reflect.Slice:
		list := given.([]any)
		into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
		for i, item := range list {
			set(t, into.Index(i), item)
		}
	default:
		t.Fatalf("no value of %s", into.Type())
	}
}

// paths are where a value breaks rules, as a request or as an answer.
func paths(v wire.Checkable, response bool) (list []string) {
	if v == nil {
		return nil
	}
	c := wire.Checker{Response: response}
	v.Check(&c)
	for _, violation := range c.Violations() {
		list = append(list, violation.Path)
	}
	return list
}

// TestValidateRequests breaks each rule that the description has for requests,
// one at a time, and expects the violation to name the place and nothing else.
func TestValidateRequests(t *testing.T) {
	t.Parallel()
	for _, s := range requests(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			whole := sample(t, s.schema)
			if got := paths(s.fill(t, whole), false); len(got) > 0 {
				t.Fatalf("a value that the description allows breaks %v", got)
			}
			for _, b := range breakages(t, s.schema) {
				v := s.fill(t, b.applied(t, whole))
				if v == nil {
					t.Fatalf("%s: the type has no Check method", b)
				}
				names := func(path string) bool {
					// A required object that is missing is named by what it lacks.
					return path == b.path() || b.rule == "required" && strings.HasPrefix(path, b.path()+".")
				}
				got := paths(v, false)
				if len(got) == 0 || slices.ContainsFunc(got, func(path string) bool { return !names(path) }) {
					t.Errorf("%s: violations of %v", b, got)
				}
				var err *wire.ValidationError
				if checked, ok := v.(interface{ Validate() error }); !ok || !errors.As(checked.Validate(), &err) || len(err.Violations) != len(got) {
					t.Errorf("%s: Validate has not found what Check has", b)
				}
			}
		})
	}
}

// TestValidateResponses does so for answers, which may lack members, have new
// enum values and short lists, but nothing too long or of another form.
func TestValidateResponses(t *testing.T) {
	t.Parallel()
	for _, s := range responses(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			whole := sample(t, s.schema)
			if got := paths(s.fill(t, whole), false); len(got) > 0 {
				t.Fatalf("a value that the description allows breaks %v", got)
			}
			if got := paths(s.fill(t, map[string]any{}), true); len(got) > 0 {
				t.Errorf("an empty answer breaks %v", got)
			}
			for _, b := range breakages(t, s.schema) {
				v := s.fill(t, b.applied(t, whole))
				if got := paths(v, true); b.lenient() && len(got) > 0 {
					t.Errorf("%s: an answer may do that, and breaks %v", b, got)
				} else if !b.lenient() && !slices.Equal(got, []string{b.path()}) {
					t.Errorf("%s: violations of %v", b, got)
				}
				if len(paths(v, false)) == 0 {
					t.Errorf("%s: unseen also when the rule holds", b)
				}
			}
		})
	}
}

// An empty item of a filter would be sent as if there were no filter.
func TestEmptyFiltersAreRefused(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	filters := 0
	for id := range operations {
		params := argument(methodOf(t, id), true)
		if params == nil {
			continue
		}
		for i := range params.NumField() {
			field := params.Field(i)
			if field.Type.Kind() != reflect.Slice {
				continue
			}
			filters++
			name, _, _ := strings.Cut(field.Tag.Get("query"), ",")
			v := reflect.New(params)
			v.Elem().Field(i).Set(reflect.MakeSlice(field.Type, 1, 1))
			got := paths(v.Interface().(wire.Checkable), false)
			if !slices.ContainsFunc(got, func(path string) bool { return path == name || path == name+"[0]" }) {
				t.Errorf("%s: an empty item of %s breaks nothing: %v", id, name, got)
			}
		}
	}
	if filters < 15 {
		t.Errorf("%d lists in queries", filters)
	}
}

// TestDocumentedValues holds that every value of every enum is taken.
func TestDocumentedValues(t *testing.T) {
	t.Parallel()
	for _, s := range slices.Concat(requests(t), responses(t)) {
		whole := sample(t, s.schema)
		for _, b := range breakages(t, s.schema) {
			if b.rule != "enum" {
				continue
			}
			for _, documented := range enumAt(s.schema, b.at) {
				b.value = documented
				if got := paths(s.fill(t, b.applied(t, whole)), false); len(got) > 0 {
					t.Errorf("%s: %s as %v breaks %v", s.name, b.path(), documented, got)
				}
			}
		}
	}
}

func enumAt(ref *openapi3.SchemaRef, at []any) []any {
	for _, step := range at {
		if name, isMember := step.(string); isMember {
			ref = of(ref).Properties[name]
		} else {
			ref = of(ref).Items
		}
	}
	return of(ref).Enum
}

// The tests above see every kind of rule that the description has, and a good
// number of places.
func TestEveryRuleIsTried(t *testing.T) {
	t.Parallel()
	rules, places := map[string]int{}, 0
	for _, s := range slices.Concat(requests(t), responses(t)) {
		for _, b := range breakages(t, s.schema) {
			rules[b.rule]++
			places++
		}
	}
	for _, rule := range []string{
		"required", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum", "multipleOf", "minItems", "maxItems", "empty item",
	} {
		if rules[rule] == 0 {
			t.Errorf("no %s anywhere", rule)
		}
	}
	if places < 200 {
		t.Errorf("%d places: %v", places, fmt.Sprint(rules))
	}
}
