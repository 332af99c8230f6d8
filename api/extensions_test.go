package api_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// behaviour is what the extensions of one operation must say.
type behaviour struct {
	class   string
	payload string // paths, any of which will do
	pages   bool
}

var behaviours = map[string]behaviour{
	"getServiceJobByServiceJobId":                      {"read", "payload", false},
	"cancelServiceJobByServiceJobId":                   {"idempotent", "", false},
	"completeServiceJobByServiceJobId":                 {"idempotent", "", false},
	"getServiceJobs":                                   {"read", "payload", true},
	"addAppointmentForServiceJobByServiceJobId":        {"once", "appointmentId", false},
	"rescheduleAppointmentForServiceJobByServiceJobId": {"once", "appointmentId", false},
	"assignAppointmentResources":                       {"idempotent", "", false},
	"setAppointmentFulfillmentData":                    {"idempotent", "", false},
	"getRangeSlotCapacity":                             {"read", "resourceId capacities nextPageToken", true},
	"getFixedSlotCapacity":                             {"read", "resourceId capacities nextPageToken", true},
	"updateSchedule":                                   {"idempotent", "", false},
	"createReservation":                                {"once", "payload.reservation", false},
	"updateReservation":                                {"once", "payload.reservation", false},
	"cancelReservation":                                {"idempotent", "", false},
	"getAppointmmentSlotsByJobId":                      {"read", "payload", false},
	"getAppointmentSlots":                              {"read", "payload", false},
	"createServiceDocumentUploadDestination":           {"idempotent", "payload", false},
}

// findDone are the operations whose repeat is refused when the first try was
// carried out.
var findDone = []string{"cancelServiceJobByServiceJobId", "completeServiceJobByServiceJobId", "cancelReservation"}

func TestOperationExtensions(t *testing.T) {
	t.Parallel()
	doc := root(t)
	ops := operations(doc)
	if len(ops) != len(behaviours) {
		t.Errorf("%d operations, want %d", len(ops), len(behaviours))
	}
	for _, op := range ops {
		t.Run(op.id, func(t *testing.T) {
			t.Parallel()
			onlyExtensions(t, op.id, op.node, "x-usage-plan", "x-operation-class", "x-repeat-finds-done", "x-pagination", "x-payload", "x-since")
			plan := at(op.node, "x-usage-plan")
			wantKeys(t, "x-usage-plan", plan, "burst", "rate")
			for key, v := range plan {
				if n, ok := v.(json.Number); !ok || strings.HasPrefix(n.String(), "-") || n == "0" {
					t.Errorf("x-usage-plan.%s is %v, not a positive number", key, v)
				}
			}
			if done, ok := op.node["x-repeat-finds-done"]; ok != slices.Contains(findDone, op.id) || ok && done != true {
				t.Errorf("x-repeat-finds-done is %v", done)
			}
			payload := ""
			if asked := op.node["x-payload"]; asked != nil {
				payload = strings.Trim(fmt.Sprint(asked), "[]")
			}
			page := at(op.node, "x-pagination")
			got := behaviour{fmt.Sprint(op.node["x-operation-class"]), payload, page != nil}
			if want := behaviours[op.id]; got != want {
				t.Errorf("the extensions say %+v, want %+v", got, want)
			}
			answer := at(op.node, "responses", "200", "content", "application/json", "schema")
			for _, path := range strings.Fields(payload) {
				if member(doc, answer, path) == nil {
					t.Errorf("x-payload: the answer has no %s", path)
				}
			}
			if page == nil {
				return
			}
			wantKeys(t, "x-pagination", page, "items", "parameter", "token")
			if !slices.ContainsFunc(parameters(doc, op), func(p node) bool { return p["name"] == page["parameter"] && p["in"] == "query" }) {
				t.Errorf("x-pagination: there is no query parameter %v", page["parameter"])
			}
			for key, want := range map[string]string{"token": "string", "items": "array"} {
				if got := member(doc, answer, fmt.Sprint(page[key]))["type"]; got != want {
					t.Errorf("x-pagination: %v of the answer is %v, not %s", page[key], got, want)
				}
			}
		})
	}
}

func TestSchemaExtensions(t *testing.T) {
	t.Parallel()
	doc := root(t)
	marked := map[string][]string{}
	mark := func(what, name string) { marked[what] = append(marked[what], name) }
	walk(doc, func(name string, s node) {
		onlyExtensions(t, name, s, "x-enum-descriptions", "x-from-prose", "x-presence", "x-time-offset", "x-personal", "x-secret", "x-exact", "x-since")
		for _, key := range []string{"x-presence", "x-time-offset", "x-personal", "x-secret", "x-exact"} {
			if v, ok := s[key]; ok {
				mark(fmt.Sprint(key, ": ", v), name)
			}
		}
		if prose, ok := s["x-from-prose"]; ok {
			checkProse(t, name, s, prose)
		}
	})
	for _, op := range operations(doc) {
		for _, p := range parameters(doc, op) {
			if prose, ok := at(p, "schema")["x-from-prose"]; ok {
				checkProse(t, fmt.Sprint(op.id, ".", p["name"]), at(p, "schema"), prose)
			}
		}
	}
	for what, want := range map[string]string{
		"x-presence: always": "AppointmentSlot.capacity JobListing.totalResultSize RangeSlot.capacity",
		"x-presence: explicit": "Buyer.isPrimeMember FixedSlot.availableCapacity FixedSlot.encumberedCapacity " +
			"FixedSlot.reservedCapacity FixedSlot.scheduledCapacity",
		"x-time-offset: kept": "AvailabilityRecord Recurrence",
		// Ids of technicians, orders and sellers name no person by themselves, and logs need them.
		"x-personal: true": "Address.addressLine1 Address.addressLine2 Address.addressLine3 Address.city Address.county " +
			"Address.district Address.name Address.phone Address.postalCode Address.stateOrRegion " +
			"Buyer.buyerId Buyer.name Buyer.phone Error.details Error.message LinkedAsset.additionalAttributes " +
			"Payment.instrument Technician.name Warning.details Warning.message",
		"x-exact: true": "MoneyAmount.value",
		"x-secret: true": "EncryptionDetails.initializationVector EncryptionDetails.key " +
			"ServiceDocumentUploadDestination.headers ServiceDocumentUploadDestination.url",
	} {
		if got := strings.Join(marked[what], " "); got != want {
			t.Errorf("%s\n marks %s\n  want %s", what, got, want)
		}
		delete(marked, what)
	}
	for what, names := range marked {
		t.Errorf("%s on %v has no meaning", what, names)
	}
}

// checkProse holds that x-from-prose names facets, and only those that stand beside it.
func checkProse(t *testing.T, name string, s node, prose any) {
	t.Helper()
	list, _ := prose.([]any)
	if len(list) == 0 {
		t.Errorf("%s: x-from-prose is %v, not a list of facets", name, prose)
	}
	for _, facet := range list {
		if _, ok := s[fmt.Sprint(facet)]; !ok {
			t.Errorf("%s: x-from-prose names %v, which is not there", name, facet)
		}
	}
}

func onlyExtensions(t *testing.T, name string, n node, known ...string) {
	t.Helper()
	for key := range n {
		if strings.HasPrefix(key, "x-") && !slices.Contains(known, key) {
			t.Errorf("%s: unknown extension %s", name, key)
		}
	}
}

func wantKeys(t *testing.T, name string, n node, want ...string) {
	t.Helper()
	if got := sortedKeys(n); !slices.Equal(got, want) {
		t.Errorf("%s has the keys %v, want %v", name, got, want)
	}
}

// walk visits every schema, property and item of the components in the order of their names.
func walk(doc node, visit func(name string, s node)) {
	var step func(name string, s node)
	step = func(name string, s node) {
		visit(name, s)
		for _, p := range sortedKeys(at(s, "properties")) {
			step(name+"."+p, at(s, "properties", p))
		}
		if items := at(s, "items"); items != nil {
			step(name+"[]", items)
		}
	}
	schemas := at(doc, "components", "schemas")
	for _, name := range sortedKeys(schemas) {
		step(name, at(schemas, name))
	}
}

// member finds a dotted path of properties in a schema.
func member(doc, schema node, path string) node {
	for name := range strings.SplitSeq(path, ".") {
		schema = resolve(doc, unwrap(at(resolve(doc, schema, "schemas"), "properties", name)), "schemas")
	}
	return schema
}
