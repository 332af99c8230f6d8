package facade_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/iso8601"
	"github.com/spservices/services-go/internal/redact"
	sdkjson "github.com/spservices/services-go/internal/wire"
)

// example is one of the examples that Amazon publishes for its sandbox.
type example struct {
	OperationID string          `json:"operationId"`
	Status      int             `json:"status"`
	Response    json.RawMessage `json:"response"`
}

// exampleFile lies beside the repository; SANDBOX_EXAMPLES names another one.
var exampleFile = filepath.Join("..", "..", "shared", "reference", "amazon-sandbox-sample.json")

func examples(t *testing.T) []example {
	t.Helper()
	path, named := os.LookupEnv("SANDBOX_EXAMPLES")
	if !named {
		path = exampleFile
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && !named {
		t.Skipf("no examples at %s; set SANDBOX_EXAMPLES to a file of them", path)
	}
	var list []example
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil || len(list) == 0 {
		t.Fatalf("%s: %d examples, %v", path, len(list), err)
	}
	return list
}

// eachExample runs a subtest for every example, with its operation.
func eachExample(t *testing.T, test func(t *testing.T, e example, op specOperation)) {
	t.Helper()
	operations := specOperations(t)
	for i, e := range examples(t) {
		t.Run(fmt.Sprintf("%d/%s/%d", i, e.OperationID, e.Status), func(t *testing.T) {
			t.Parallel()
			op, known := operations[e.OperationID]
			if !known {
				t.Fatal("the description has no such operation")
			}
			test(t, e, op)
		})
	}
}

// TestRealInputDecodes decodes every answer as the description names it and
// encodes it again: every member it knows comes back, and none is invented.
func TestRealInputDecodes(t *testing.T) {
	t.Parallel()
	types := exampleTypes(t)
	eachExample(t, func(t *testing.T, e example, op specOperation) {
		schema := exampleSchema(t, op, e.Status)
		if schema == nil {
			if text := strings.Trim(string(e.Response), `" `); text != "" && text != "null" && text != "{}" {
				t.Errorf("an answer without a body has %s", text)
			}
			return
		}
		name := strings.TrimPrefix(schema.Ref, "#/components/schemas/")
		if types[name] == nil {
			t.Fatalf("no type for %s", name)
		}
		into := reflect.New(types[name])
		if err := sdkjson.Unmarshal(e.Response, into.Interface()); err != nil {
			t.Fatalf("does not decode: %s", redact.JSONError(err, into.Interface()))
		}
		again, err := sdkjson.Marshal(into.Interface())
		if err != nil {
			t.Fatal(err)
		}
		for _, difference := range exampleDifferences(schema, exampleJSON(t, e.Response), exampleJSON(t, again), "") {
			t.Error(difference)
		}
	})
}

// TestRealInputBecomesErrors answers calls with the examples: a failure is an
// *APIError with its status and codes, a success is none.
func TestRealInputBecomesErrors(t *testing.T) {
	t.Parallel()
	eachExample(t, func(t *testing.T, e example, _ specOperation) {
		body := string(e.Response)
		if e.Status == http.StatusNoContent {
			body = ""
		}
		client := specClient(t, func(*http.Request) (*http.Response, error) {
			return specAnswer(e.Status, "application/json", body), nil
		})
		err := specCall(t, client.Raw(facade.NoRetry(), facade.NoValidation()), exampleMethod(t, e.OperationID).Name)
		codes := exampleCodes(exampleJSON(t, e.Response))
		if e.Status < 300 && len(codes) == 0 {
			if err != nil {
				t.Errorf("a success is %v", err)
			}
			return
		}
		var failure *facade.APIError
		if !errors.As(err, &failure) {
			t.Fatalf("%v is no *APIError", err)
		}
		if failure.StatusCode != e.Status || failure.Operation != e.OperationID {
			t.Errorf("status %d of %s", failure.StatusCode, failure.Operation)
		}
		var got []string
		for _, entry := range failure.Errors {
			got = append(got, entry.Code)
			if !failure.HasCode(entry.Code) || entry.Message == "" {
				t.Errorf("code %s, message %q", entry.Code, entry.Message)
			}
		}
		if !slices.Equal(got, codes) || len(codes) == 0 {
			t.Errorf("codes %v, want %v", got, codes)
		}
		if strings.Contains(failure.Error(), "\n") {
			t.Errorf("reads %q", failure.Error())
		}
	})
}

// exampleCodes are the codes of all entries under "errors", or of a bare list,
// that are no warnings.
func exampleCodes(v any) (codes []string) {
	switch v := v.(type) {
	case []any:
		for _, entry := range v {
			if entry, ok := entry.(map[string]any); ok && entry["code"] != nil && entry["errorLevel"] != "WARNING" {
				codes = append(codes, fmt.Sprint(entry["code"]))
			}
		}
	case map[string]any:
		codes = exampleCodes(v["errors"])
		records, isList := v["payload"].([]any)
		if !isList {
			records = []any{v["payload"]}
		}
		for _, record := range records {
			if record, ok := record.(map[string]any); ok {
				codes = append(codes, exampleCodes(record["errors"])...)
			}
		}
	}
	return codes
}

func exampleJSON(t *testing.T, text []byte) (v any) {
	t.Helper()
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// exampleSchema is what the description names for a status, nil for no body. A
// status that it does not have is read as any failure of the operation.
func exampleSchema(t *testing.T, op specOperation, status int) *openapi3.SchemaRef {
	t.Helper()
	response := op.Responses.Value(strconv.Itoa(status))
	if response == nil {
		t.Logf("status %d is not documented", status)
		response = op.Responses.Value("400")
	}
	if media := response.Value.Content.Get("application/json"); media != nil {
		return media.Schema
	}
	return nil
}

// exampleMethod is the generated method of an operation.
func exampleMethod(t *testing.T, id string) reflect.Method {
	t.Helper()
	for m := range reflect.TypeFor[*gen.Client]().Methods() {
		if strings.EqualFold(m.Name, id) {
			return m
		}
	}
	t.Fatalf("%s has no method", id)
	return reflect.Method{}
}

// exampleTypes are the generated types of all answers, by schema.
func exampleTypes(t *testing.T) map[string]reflect.Type {
	t.Helper()
	types := map[string]reflect.Type{
		"ErrorList":                 reflect.TypeFor[gen.ErrorList](),
		"RangeSlotCapacityErrors":   reflect.TypeFor[gen.RangeSlotCapacityErrors](),
		"FixedSlotCapacityErrors":   reflect.TypeFor[gen.FixedSlotCapacityErrors](),
		"CancelReservationResponse": reflect.TypeFor[gen.CancelReservationResponse](),
	}
	operations := specOperations(t)
	for id, op := range operations {
		if op.Responses.Status(http.StatusOK) != nil {
			schema := exampleSchema(t, op, http.StatusOK)
			types[strings.TrimPrefix(schema.Ref, "#/components/schemas/")] = exampleMethod(t, id).Type.Out(0).Elem()
		}
	}
	return types
}

// exampleDifferences lists what was lost, changed or invented between an answer
// and what the SDK makes of it, as far as the schema knows it. Times are
// instants; "" and null are absent.
func exampleDifferences(ref *openapi3.SchemaRef, in, out any, at string) (list []string) {
	for ref.Value.Type == nil && len(ref.Value.AllOf) == 1 {
		ref = ref.Value.AllOf[0]
	}
	s := ref.Value
	differ := func() []string { return []string{fmt.Sprintf("%s: %v became %v", at, in, out)} }
	switch {
	case s.Type.Is("array"):
		inList, inOK := in.([]any)
		outList, outOK := out.([]any)
		if !inOK || !outOK || len(inList) != len(outList) {
			return differ()
		}
		for i := range inList {
			list = append(list, exampleDifferences(s.Items, inList[i], outList[i], at+"["+strconv.Itoa(i)+"]")...)
		}
		return list
	case s.Type.Is("object"):
		inObject, inOK := in.(map[string]any)
		outObject, outOK := out.(map[string]any)
		if !inOK || !outOK {
			return differ()
		}
		return exampleMembers(s, inObject, outObject, at)
	case s.Format == "date-time":
		before, errBefore := iso8601.Parse(fmt.Sprint(in))
		after, errAfter := iso8601.Parse(fmt.Sprint(out))
		if errBefore != nil || errAfter != nil || !before.Equal(after) {
			return differ()
		}
	case !reflect.DeepEqual(in, out):
		return differ()
	}
	return nil
}

// exampleMembers compares the members of objects.
func exampleMembers(s *openapi3.Schema, in, out map[string]any, at string) (list []string) {
	of := func(name string) *openapi3.SchemaRef {
		if s.Properties[name] == nil {
			return s.AdditionalProperties.Schema
		}
		return s.Properties[name]
	}
	for name, value := range in {
		result, there := out[name]
		switch {
		case of(name) == nil || value == nil || value == "":
		case !there:
			list = append(list, fmt.Sprintf("%s.%s: %v was lost", at, name, value))
		default:
			list = append(list, exampleDifferences(of(name), value, result, at+"."+name)...)
		}
	}
	for name, value := range out {
		if before := in[name]; before != nil && before != "" && of(name) != nil {
			continue
		}
		if p := s.Properties[name]; p == nil || value != 0.0 || p.Extensions["x-presence"] != "always" && p.Value.Extensions["x-presence"] != "always" {
			list = append(list, fmt.Sprintf("%s.%s: %v was invented", at, name, value))
		}
	}
	return list
}

// TestRealInputComparison holds that the comparison above sees what it must.
func TestRealInputComparison(t *testing.T) {
	t.Parallel()
	operations := specOperations(t)
	jobs := exampleSchema(t, operations["getServiceJobs"], http.StatusOK)
	upload := exampleSchema(t, operations["createServiceDocumentUploadDestination"], http.StatusOK)
	bare := exampleSchema(t, operations["setAppointmentFulfillmentData"], http.StatusBadRequest)
	for _, c := range []struct {
		schema  *openapi3.SchemaRef
		in, out string
		want    string // in the one difference, "" for none
	}{
		{jobs, `{"payload":{"totalResultSize":1,"new":{"a":1}}}`, `{"payload":{"totalResultSize":1}}`, ""},
		{jobs, `{"payload":{}}`, `{"payload":{"totalResultSize":0}}`, ""},
		{jobs, `{"payload":{"nextPageToken":"","jobs":null}}`, `{"payload":{"totalResultSize":0}}`, ""},
		{jobs, `{"payload":{"jobs":[{"createTime":"2020-01-01T23:59:00.00-07"}]}}`, `{"payload":{"jobs":[{"createTime":"2020-01-02T06:59:00Z"}]}}`, ""},
		{jobs, `{"payload":{"jobs":[{"createTime":"2020-01-01T23:59:00.00-07"}]}}`, `{"payload":{"jobs":[{"createTime":"2020-01-01T23:59:00Z"}]}}`, ".payload.jobs[0].createTime: "},
		{jobs, `{"payload":{"totalResultSize":1}}`, `{"payload":{"totalResultSize":2}}`, ".payload.totalResultSize: 1 became 2"},
		{jobs, `{"payload":{"totalResultSize":0}}`, `{"payload":{}}`, ".payload.totalResultSize: 0 was lost"},
		{jobs, `{"payload":{}}`, `{"payload":{"totalResultSize":3}}`, ".payload.totalResultSize: 3 was invented"},
		{jobs, `{"payload":{}}`, `{}`, ".payload: map[] was lost"},
		{jobs, `{}`, `{"payload":{}}`, ".payload: map[] was invented"},
		{jobs, `{"payload":{"jobs":[{},{}]}}`, `{"payload":{"jobs":[{}]}}`, ".payload.jobs: "},
		{jobs, `{"payload":{"jobs":[]}}`, `{"payload":{}}`, ".payload.jobs: [] was lost"},
		{jobs, `{"payload":{"jobs":[{"buyer":{"isPrimeMember":false}}]}}`, `{"payload":{"jobs":[{"buyer":{}}]}}`, ".isPrimeMember: false was lost"},
		{jobs, `{"payload":{"jobs":[{"appointments":[{"appointmentId":"A"}]}]}}`, `{"payload":{"jobs":[{"appointments":[{"appointmentId":"B"}]}]}}`, ".appointmentId: A became B"},
		{upload, `{"payload":{"headers":{"a":"b"}}}`, `{"payload":{"headers":{"a":"b"}}}`, ""},
		{upload, `{"payload":{"headers":{"a":"b"}}}`, `{"payload":{"headers":{"a":"c"}}}`, ".payload.headers.a: b became c"},
		{bare, `[{"code":"A","message":"m"}]`, `[{"code":"A","message":"m","errorLevel":"ERROR"}]`, "[0].errorLevel: ERROR was invented"},
		{bare, `[{"code":"A"}]`, `{"errors":[{"code":"A"}]}`, "became"},
	} {
		got := exampleDifferences(c.schema, exampleJSON(t, []byte(c.in)), exampleJSON(t, []byte(c.out)), "")
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s\n and %s\n differ by %q, want %q", c.in, c.out, got, c.want)
		}
	}
	for text, want := range map[string][]string{
		`{}`: nil,
		`""`: nil,
		`[{"code":"A"},{"code":"B","errorLevel":"WARNING"},{"code":"C","errorLevel":"ERROR"}]`:                                {"A", "C"},
		`{"errors":[{"code":"A"}],"payload":[{"errors":[{"code":"B"}],"warnings":[{"code":"W"}]},{"errors":[{"code":"C"}]}]}`: {"A", "B", "C"},
		`{"payload":{"reservation":{},"errors":[{"code":"B"}]}}`:                                                              {"B"},
	} {
		if got := exampleCodes(exampleJSON(t, []byte(text))); !slices.Equal(got, want) {
			t.Errorf("%s has codes %v, want %v", text, got, want)
		}
	}
}
