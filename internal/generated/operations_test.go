package generated_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

func TestOperationTable(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	rows := map[string]gen.Operation{}
	for _, row := range gen.Operations() {
		if _, twice := rows[row.ID]; twice {
			t.Errorf("%s has two rows", row.ID)
		}
		rows[row.ID] = row
	}
	if got, want := slices.Sorted(maps.Keys(rows)), slices.Sorted(maps.Keys(operations)); !slices.Equal(got, want) {
		t.Fatalf("rows of %v\nwant %v", got, want)
	}
	for id, op := range operations {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			if got, want := rows[id], rowOf(t, op); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// payloadsOf are the paths to what a success must carry one of.
func payloadsOf(op described) []string {
	if asked := op.Extensions["x-payload"]; asked != nil {
		return strings.Fields(strings.Trim(fmt.Sprint(asked), "[]"))
	}
	return nil
}

// rowOf is the row that the description asks for.
func rowOf(t *testing.T, op described) gen.Operation {
	t.Helper()
	plan, _ := op.Extensions["x-usage-plan"].(map[string]any)
	burst, _ := plan["burst"].(float64)
	row := gen.Operation{ID: op.OperationID, Method: op.method, Path: op.path, Burst: int(burst)}
	row.Rate, _ = plan["rate"].(float64)
	row.Payload = strings.Join(payloadsOf(op), " or ")
	row.Class = map[any]gen.OperationClass{"read": gen.Read, "idempotent": gen.Idempotent, "once": gen.Once}[op.Extensions["x-operation-class"]]
	row.RepeatFindsDone = op.Extensions["x-repeat-finds-done"] == true
	if pages, ok := op.Extensions["x-pagination"].(map[string]any); ok {
		row.Pagination = gen.Pagination{
			Parameter: fmt.Sprint(pages["parameter"]), Token: fmt.Sprint(pages["token"]), Items: fmt.Sprint(pages["items"]),
		}
	}
	for text := range op.Responses.Map() {
		status, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		if row.Statuses = append(row.Statuses, status); status < 300 {
			row.Success = status
		}
	}
	slices.Sort(row.Statuses)
	for part := range strings.SplitSeq(op.path, "/") {
		if name, isParameter := strings.CutPrefix(strings.TrimSuffix(part, "}"), "{"); isParameter {
			schema := op.Parameters.GetByInAndName("path", name).Schema.Value
			row.Parameters = append(row.Parameters, gen.PathParameter{Name: name, MinLength: int(schema.MinLength), MaxLength: int(*schema.MaxLength)})
		}
	}
	return row
}

func TestOperationsIsACopy(t *testing.T) {
	t.Parallel()
	gen.Operations()[0].ID = "changed"
	if gen.Operations()[0].ID == "changed" {
		t.Error("the table itself was handed out")
	}
}

// Every operation has one method, and there are no others.
func TestMethods(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	if n := reflect.TypeFor[*gen.Client]().NumMethod(); n != len(operations) {
		t.Errorf("%d methods for %d operations", n, len(operations))
	}
	for id, op := range operations {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			m := methodOf(t, id)
			if got, want := argument(m, true) != nil, hasQuery(op); got != want {
				t.Errorf("takes query parameters: %v, want %v", got, want)
			}
			if got, want := argument(m, false) != nil, op.RequestBody != nil; got != want {
				t.Errorf("takes a body: %v, want %v", got, want)
			}
			if got, want := m.Type.NumOut() == 2, op.Responses.Status(200) != nil; got != want {
				t.Errorf("returns a result: %v, want %v", got, want)
			}
			var r recorder
			path, _ := call(t, id, &r)
			switch {
			case r.call.Operation.ID != id:
				t.Errorf("calls %s", r.call.Operation.ID)
			case !slices.Equal(path, r.call.PathValues) || len(path) != len(r.call.Operation.Parameters):
				t.Errorf("puts %v into the path, want %v", r.call.PathValues, path)
			case r.call.Query != nil != hasQuery(op), r.call.Body != nil != (op.RequestBody != nil), r.call.Result != nil != (m.Type.NumOut() == 2):
				t.Errorf("fills query %v, body %v, result %v", r.call.Query, r.call.Body, r.call.Result)
			}
			want := op.path
			for i, p := range r.call.Operation.Parameters {
				want = strings.Replace(want, "{"+p.Name+"}", path[i], 1)
			}
			if got := wire.ExpandPath(op.path, path); got != want || strings.Contains(got, "{") {
				t.Errorf("path %s, want %s", got, want)
			}
		})
	}
}

func hasQuery(op described) bool {
	for _, p := range op.Parameters {
		if p.Value.In == "query" {
			return true
		}
	}
	return false
}

// A result comes back exactly when an answer was decoded, beside an error too.
func TestMethodsReturnWhatWasDecoded(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	failure := errors.New("failure")
	for id := range operations {
		for _, r := range []*recorder{{}, {err: failure}, {decoded: true}, {decoded: true, err: failure}} {
			_, results := call(t, id, r)
			last := results[len(results)-1].Interface()
			if err, _ := last.(error); !errors.Is(err, r.err) {
				t.Errorf("%s: error %v, want %v", id, err, r.err)
			}
			if len(results) == 2 && results[0].IsNil() == r.decoded {
				t.Errorf("%s: decoded %v, result %v", id, r.decoded, results[0])
			}
		}
	}
}

// Every query struct has a field for each parameter, in order, with its default,
// and tells where its marketplaces are.
func TestParams(t *testing.T) {
	t.Parallel()
	_, operations := description(t)
	for id, op := range operations {
		params := argument(methodOf(t, id), true)
		if params == nil {
			continue
		}
		var got, want []string
		for field := range params.Fields() {
			got = append(got, field.Tag.Get("query"))
		}
		for _, p := range op.Parameters {
			if p.Value.In != "query" {
				continue
			}
			tag := p.Value.Name
			if fallback := p.Value.Schema.Value.Default; fallback != nil {
				tag += "," + fmt.Sprint(fallback)
			}
			want = append(want, tag)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: query %v\nwant %v", id, got, want)
		}
		v := reflect.New(params)
		marketplaces, ok := v.Interface().(interface{ Marketplaces() *[]string })
		if takes := slices.Contains(want, "marketplaceIds"); ok != takes {
			t.Errorf("%s: has Marketplaces: %v, want %v", id, ok, takes)
		} else if ok {
			*marketplaces.Marketplaces() = []string{"M"}
			if query, err := wire.EncodeQuery(v.Interface()); err != nil || query != "marketplaceIds=M" {
				t.Errorf("%s: Marketplaces sets %q, %v", id, query, err)
			}
		}
	}
}
