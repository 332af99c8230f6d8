package api_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spservices/services-go/api"
)

var document = sync.OnceValues(func() (node, error) { return load(api.Spec()) })

func root(t *testing.T) node {
	t.Helper()
	doc, err := document()
	if err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	return doc
}

func TestDocumentSaysWhatTheReferenceSays(t *testing.T) {
	t.Parallel()
	for _, d := range compare(referenceFacts(t), documentFacts(root(t))) {
		t.Error(d)
	}
}

// Each change must be noticed, and by its own name.
func TestComparisonNoticesChanges(t *testing.T) {
	t.Parallel()
	facts := referenceFacts(t)
	for _, tc := range []struct{ name, from, to, want string }{
		{"path", "/service/v1/documents:", "/service/v1/files:", "operation createServiceDocumentUploadDestination: "},
		{"rate", "{rate: 1, burst: 2}", "{rate: 2, burst: 2}", "operation assignAppointmentResources: "},
		{"operation id", "getAppointmmentSlotsByJobId\n", "getAppointmentSlotsByJobId\n", "operation getAppointmmentSlotsByJobId: missing"},
		{"parameter default", "default: 20", "default: 10", "parameter getServiceJobs.pageSize: "},
		{"parameter limit", "maxItems: 50", "maxItems: 20", "parameter getServiceJobs.storeIds: "},
		{"shared parameter", "schema: {type: array, maxItems: 1,", "schema: {type: array,", "parameter updateSchedule.marketplaceIds: "},
		{"prose facet", "x-from-prose: [minimum, maximum, multipleOf]", "x-from-prose: [maximum, multipleOf]",
			"property FixedSlotCapacityQuery.slotDuration: "},
		{"extra facet", "maximum: 5242880", "maximum: 5242880\n          exclusiveMaximum: true", "property ServiceUploadDocument.contentLength: "},
		{"required", "required: [name, addressLine1]", "required: [name]", "definition Address: "},
		{"enum value", ", HOLD, PAYMENT_DECLINED]", ", PAYMENT_DECLINED]", "enum ServiceJobStatus: "},
		{"format", "createTime: {type: string, format: date-time,", "createTime: {type: string,", "property ServiceJob.createTime: "},
		{"alias", "poa: {$ref: '#/components/schemas/Poa'}", "poa: {$ref: '#/components/schemas/Buyer'}", "property Appointment.poa: "},
		{"property", "        isPrimeMember:", "        primeMember:", "property Buyer.isPrimeMember: missing"},
		{"extra property", "        isPrimeMember:", "        age: {type: integer}\n        isPrimeMember:", "property Buyer.age: not in the reference"},
		{"response", "        '422': {$ref: '#/components/responses/GetServiceJobError'}\n", "", "response getServiceJobByServiceJobId 422: missing"},
		{"extra response", "'503': {$ref: '#/components/responses/GetServiceJobsError'}",
			"'422': {$ref: '#/components/responses/GetServiceJobsError'}", "response getServiceJobs 422: not in the reference"},
		{"header", "'404': {$ref: '#/components/responses/GetServiceJobsError'}",
			"'404': {$ref: '#/components/responses/GetServiceJobsErrorNoRate'}", "response getServiceJobs 404: "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			changed := bytes.Replace(api.Spec(), []byte(tc.from), []byte(tc.to), 1)
			if bytes.Equal(changed, api.Spec()) {
				t.Fatalf("the document holds no %q", tc.from)
			}
			doc, err := load(changed)
			if err != nil {
				t.Fatal(err)
			}
			diffs := compare(facts, documentFacts(doc))
			if !slices.ContainsFunc(diffs, func(d string) bool { return strings.HasPrefix(d, tc.want) }) {
				t.Errorf("no difference %q in %q", tc.want, diffs)
			}
		})
	}
}

func TestSpecReturnsACopy(t *testing.T) {
	t.Parallel()
	clear(api.Spec())
	if !bytes.HasPrefix(api.Spec(), []byte("# The Services API v1")) {
		t.Error("a caller changed the embedded document")
	}
}

func TestNamesAndSerialisation(t *testing.T) {
	t.Parallel()
	doc := root(t)
	schemas := at(doc, "components", "schemas")
	// A code generator gives every component a Go type: the same name twice does not compile.
	for _, kind := range []string{"parameters", "responses", "headers", "requestBodies"} {
		for name := range at(doc, "components", kind) {
			if _, ok := schemas[name]; ok {
				t.Errorf("components/%s/%s is named like a schema", kind, name)
			}
		}
	}
	for _, op := range operations(doc) {
		for _, p := range parameters(doc, op) {
			array := at(p, "schema")["type"] == "array"
			if commas := p["style"] == "form" && p["explode"] == false; array != commas {
				t.Errorf("%s.%v: an array is comma separated (style form, explode false), and nothing else states a style", op.id, p["name"])
			}
		}
	}
}

func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	doc := root(t)
	check := func(what string, n node, keys ...string) {
		for _, key := range keys {
			text, _ := n[key].(string)
			if text = strings.TrimSpace(text); len(text) < 2 || !strings.HasSuffix(text, ".") || strings.ToUpper(text[:1]) != text[:1] {
				t.Errorf("%s: the %s %q is not a sentence or a phrase with a full stop", what, key, text)
			}
		}
	}
	for _, op := range operations(doc) {
		check(op.id, op.node, "summary", "description")
		for _, p := range parameters(doc, op) {
			check(fmt.Sprint(op.id, ".", p["name"]), p, "description")
		}
		if body := at(op.node, "requestBody"); body != nil {
			check(op.id+" body", body, "description")
		}
		for status, r := range at(op.node, "responses") {
			check(op.id+" "+status, resolve(doc, r.(node), "responses"), "description")
		}
	}
	for name, h := range at(doc, "components", "headers") {
		check(name, h.(node), "description")
	}
	walk(doc, func(name string, s node) {
		if s = resolve(doc, s, "schemas"); !strings.HasSuffix(name, "[]") {
			check(name, s, "description")
		}
		values, _ := s["enum"].([]any)
		texts := at(s, "x-enum-descriptions")
		for _, v := range values {
			check(name+" "+v.(string), texts, v.(string))
		}
		if len(texts) != len(values) {
			t.Errorf("%s: %d values, %d descriptions of values", name, len(values), len(texts))
		}
	})
}
