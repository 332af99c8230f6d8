package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/api"
)

const fieldsFile = "testdata/fields.txt"

const (
	idAlone  = "a success has the id alone, unless WithWholeReservations is given"
	atTheTop = "Amazon's examples have errors at the top level"
)

// neverEmitted are members that no state of the emulator brings forth, by the
// end of their path, and why.
var neverEmitted = map[string]string{
	"errors[].details":                                                    "the message says all",
	"warnings[].details":                                                  "the message says all",
	"errors[].errorLevel":                                                 "the emulator keeps warnings in a list of their own",
	" [].errorLevel":                                                      "the emulator keeps warnings in a list of their own",
	"Reservation payload.errors":                                          atTheTop,
	"Reservation payload.errors[].code":                                   atTheTop,
	"Reservation payload.errors[].message":                                atTheTop,
	"Reservation payload.reservation.type":                                idAlone,
	"Reservation payload.reservation.availability":                        idAlone,
	"Reservation payload.reservation.availability.capacity":               idAlone,
	"Reservation payload.reservation.availability.startTime":              idAlone,
	"Reservation payload.reservation.availability.endTime":                idAlone,
	"Reservation payload.reservation.availability.recurrence":             idAlone,
	"Reservation payload.reservation.availability.recurrence.endTime":     idAlone,
	"Reservation payload.reservation.availability.recurrence.daysOfWeek":  idAlone,
	"Reservation payload.reservation.availability.recurrence.daysOfMonth": idAlone,
	opAdd + " warnings":                                                   "no rule warns about a new appointment",
	opAdd + " warnings[].code":                                            "no rule warns about a new appointment",
	opAdd + " warnings[].message":                                         "no rule warns about a new appointment",
}

// checkFields holds what the emulator emits against what the description knows,
// and both against a list that a reader can see change.
func (s *suite) checkFields(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		t.Fatal(err)
	}
	operations := map[string]*openapi3.Operation{}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			operations[operation.OperationID] = operation
		}
	}
	described, emitted := map[string]fields{}, map[string]fields{}
	for id, operation := range operations {
		described[id], emitted[id] = fields{}, fields{}
		for _, answer := range operation.Responses.Map() {
			if media := answer.Value.Content["application/json"]; media != nil {
				described[id].describe("", media.Schema.Value)
			}
		}
	}
	for _, x := range s.all() {
		if x.Answer == "" || x.Invalid || x.means == byScript || strings.HasPrefix(x.Scenario, "probes/") {
			continue
		}
		var value any
		if err := json.Unmarshal([]byte(x.Answer), &value); err != nil {
			t.Fatalf("%s: %v", x.Scenario, err)
		}
		media := operations[x.Operation].Responses.Status(x.Status).Value.Content["application/json"]
		for _, unknown := range emitted[x.Operation].emit("", media.Schema.Value, value) {
			t.Errorf("%s: the answer has the member %s, which is not described", x.Scenario, unknown)
		}
	}
	golden(t, fieldsFile, []byte(fieldTree(t, described, emitted)))
}

// fieldTree lists the members of each operation's answers, and says of those
// that are not emitted why.
func fieldTree(t *testing.T, described, emitted map[string]fields) string {
	t.Helper()
	var b strings.Builder
	used := map[string]bool{}
	for _, operation := range slices.Sorted(maps.Keys(described)) {
		fmt.Fprintln(&b, operation)
		for _, path := range slices.Sorted(maps.Keys(described[operation])) {
			if emitted[operation][path] {
				fmt.Fprintln(&b, "    "+path)
				continue
			}
			ending, reason := reasonFor(operation + " " + path)
			if reason == "" {
				t.Errorf("%s: no answer has the member %s", operation, path)
			}
			used[ending] = true
			fmt.Fprintf(&b, "  - %s (%s)\n", path, reason)
		}
	}
	for ending := range neverEmitted {
		if !used[ending] {
			t.Errorf("the exception for %q is not needed any more", ending)
		}
	}
	return b.String()
}

func reasonFor(path string) (ending, reason string) {
	for ending, reason := range neverEmitted {
		if strings.HasSuffix(path, ending) {
			return ending, reason
		}
	}
	return "", ""
}

// fields are the paths of members: objects by dots, lists by [], maps by *.
type fields map[string]bool

func (f fields) describe(path string, schema *openapi3.Schema) {
	schema = resolved(schema)
	for name, property := range schema.Properties {
		member := strings.TrimPrefix(path+"."+name, ".")
		f[member] = true
		f.describe(member, property.Value)
	}
	if items := schema.Items; items != nil {
		f.describe(path+"[]", items.Value)
	}
	if values := schema.AdditionalProperties.Schema; values != nil {
		f[path+".*"] = true
	}
}

// emit notes the members of a value, and returns those that are not described.
func (f fields) emit(path string, schema *openapi3.Schema, value any) (unknown []string) {
	schema = resolved(schema)
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			unknown = append(unknown, f.emit(path+"[]", schema.Items.Value, item)...)
		}
	case map[string]any:
		for name, inner := range value {
			member := strings.TrimPrefix(path+"."+name, ".")
			property := schema.Properties[name]
			switch {
			case property != nil:
				f[member] = true
				unknown = append(unknown, f.emit(member, property.Value, inner)...)
			case schema.AdditionalProperties.Schema != nil:
				f[path+".*"] = true
			default:
				unknown = append(unknown, member)
			}
		}
	}
	return unknown
}

// resolved looks through an allOf of one, which lends a schema a description.
func resolved(schema *openapi3.Schema) *openapi3.Schema {
	for len(schema.AllOf) == 1 {
		schema = schema.AllOf[0].Value
	}
	return schema
}
