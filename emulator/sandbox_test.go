package emulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// sandboxSample holds examples of Amazon's static sandbox: requests and the
// answers to them.
const sandboxSample = "../../shared/reference/amazon-sandbox-sample.json"

// notExpressible are the examples that no state brings about, by a text in
// them.
var notExpressible = map[string]string{
	`"nullJobId"`:                            "stands for a path without the job, which is another path",
	`"nullAppointmentId"`:                    "stands for a path without the appointment, which is another path",
	"UploadedFileDetectedMalware":            "documents are not searched for malware",
	"RESOURCES_BACKGROUND_CHECK_INCOMPLETE":  "the API description knows no background checks",
	"invalidReservationId-a654baa-8315-4aeb": "nothing tells this identifier from an unknown one, which is a 404",
}

// canned are members of answers that do not follow from the request.
var canned = map[string]bool{
	"/payload/nextPageToken":                       true, // of a listing with one job
	"/payload/previousPageToken":                   true,
	"/payload/reservation/availability/recurrence": true, // of a reservation without one
}

// otherWords are Amazon's messages that the emulator words otherwise: it names
// each parameter as the description does, and every one that is wrong.
var otherWords = map[string]bool{
	"Missing or invalid request parameters: [schedule]":                                                 true,
	"Missing or invalid request parameters: [reservation]":                                              true,
	"Missing or invalid request parameters: [contentType, contentLength].":                              true,
	"Missing or invalid request parameters: [resourceId]":                                               true, // of a reservation that has nothing else either
	"Range End Time is not a valid ISO date/time object":                                                true,
	"Resources\u00a0must\u00a0have\u00a0size\u00a0greater\u00a0than\u00a0or\u00a0equal\u00a0to\u00a01.": true, // with plain spaces here
	"One or more resources provided is invalid. Please check the input again.":                          true, // nothing tells it from one that does not exist
}

type example struct {
	OperationID string `json:"operationId"`
	Method      string `json:"method"`
	Path        string `json:"path"`
	Status      int    `json:"status"`
	Parameters  map[string]struct {
		Value json.RawMessage `json:"value"`
	} `json:"parameters"`
	Response json.RawMessage `json:"response"`
}

func TestAmazonsExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(sandboxSample)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the sample is not here")
	}
	var raw []json.RawMessage
	if err = errors.Join(err, json.Unmarshal(text, &raw)); err != nil {
		t.Fatal(err)
	}
	unused := map[string]bool{}
	for part := range notExpressible {
		unused[part] = true
	}
	for i, text := range raw {
		var e example
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		waived := false
		for part := range notExpressible {
			if strings.Contains(string(text), part) {
				waived = true
				delete(unused, part)
			}
		}
		if !waived {
			t.Run(fmt.Sprintf("%d %s %d", i, e.OperationID, e.Status), func(t *testing.T) {
				t.Parallel()
				replay(t, &e)
			})
		}
	}
	if len(unused) > 0 {
		t.Errorf("no example has %v", unused)
	}
}

// replay sends an example to an emulator in the state that it speaks of.
func replay(t *testing.T, e *example) {
	now := time.Date(2020, time.December, 1, 0, 0, 0, 0, time.UTC)
	if e.OperationID == "setAppointmentFulfillmentData" {
		now = now.AddDate(2, 0, 0) // it speaks of work done in 2022
	}
	if e.OperationID == "createReservation" {
		now = now.AddDate(0, -9, 0) // it is not warned about a time in April of 2020
	}
	f := start(t, emulator.WithClock(emulator.FixedClock(now)), emulator.WithSeed(emulator.Literal(e.seed())), emulator.WithWholeReservations())
	path, query, body := e.request()
	got := f.call(e.Method, path+"?"+query.Encode(), body)
	if got.status != e.Status {
		t.Fatalf("answers %d %s, want %d %s", got.status, got.text, e.Status, e.Response)
	}
	if e.Status == http.StatusNoContent {
		return
	}
	var ours, amazons any
	if err := errors.Join(json.Unmarshal(got.text, &ours), json.Unmarshal(e.Response, &amazons)); err != nil {
		t.Fatal(err)
	}
	if a, b := codes(ours), codes(amazons); !slices.Equal(a, b) {
		t.Errorf("codes are %v, want %v", a, b)
	}
	for _, message := range messages(amazons) {
		if !otherWords[message] && !slices.Contains(messages(ours), message) {
			t.Errorf("messages are %q, want %q", messages(ours), message)
		}
	}
	compareShape(t, "", ours, amazons)
}

// request makes up for what examples leave out although the description
// requires it.
func (e *example) request() (path string, query url.Values, body string) {
	query = url.Values{"marketplaceIds": {"ATVPDKIKX0DER"}}
	if e.OperationID == "getServiceJobs" {
		query.Set("createdAfter", "2019-01-01T00:00:00Z")
	}
	path = e.Path
	for name := range e.Parameters {
		switch value := e.text(name); {
		case name == "body":
			body = strings.ReplaceAll(string(e.Parameters[name].Value), `"resourceId": "null"`, `"resourceId": ""`)
		case strings.Contains(path, "{"+name+"}"):
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
		case value != "NULL":
			query.Set(name, value)
		}
	}
	return path, query, body
}

func (e *example) text(parameter string) (value string) {
	_ = json.Unmarshal(e.Parameters[parameter].Value, &value) // a body is no text
	return value
}

// seed is the state that the names in an example speak of.
func (e *example) seed() *emulator.Seed {
	at := time.Date(2021, time.January, 1, 9, 0, 0, 0, time.UTC)
	all := gen.AvailabilityRecord{StartTime: at.AddDate(-2, 0, 0), EndTime: at.AddDate(3, 0, 0), Capacity: 20}
	owner := emulator.Seller{SellerID: "owner", MarketplaceID: "ATVPDKIKX0DER", ClientID: "c", ClientSecret: "s", RefreshToken: "r"}
	other := owner
	other.SellerID, other.RefreshToken = "other", "o"

	const store = "53694163-6dc8-4f80-b6b1-ec47b7b9747f"
	owner.Stores = []emulator.Store{{StoreID: store, SlotMinutes: 60, SchedulingType: gen.SchedulingTypeNonRealTimeScheduling,
		Services: []emulator.Service{{ASIN: "B07BB1RGT6"}}}}
	other.Stores = owner.Stores
	addResource := func(id string) {
		owner.Resources = append(owner.Resources, emulator.Resource{ResourceID: id, StoreID: store, Schedule: []gen.AvailabilityRecord{all}})
		owner.Reservations = append(owner.Reservations, emulator.Reservation{ResourceID: id, Reservation: gen.Reservation{
			ReservationID: "of " + id, Type: gen.ReservationTypeBreak,
			Availability: gen.AvailabilityRecord{StartTime: time.Date(2021, 4, 4, 1, 0, 0, 0, time.UTC), EndTime: time.Date(2021, 4, 4, 2, 0, 0, 0, time.UTC), Capacity: 20},
		}})
	}
	addJob := func(to *emulator.Seller, id string, appointments ...gen.Appointment) {
		status := gen.ServiceJobStatusPendingSchedule
		if len(appointments) > 0 {
			status = gen.ServiceJobStatusNotServiced
		}
		to.Jobs = append(to.Jobs, emulator.Job{ServiceJob: gen.ServiceJob{ServiceJobID: id, StoreID: store, MarketplaceID: owner.MarketplaceID,
			CreateTime: at.AddDate(-1, 0, 0), ServiceJobStatus: status, Appointments: appointments}})
	}
	appointment := gen.Appointment{AppointmentID: e.text("appointmentId"), AppointmentStatus: gen.AppointmentStatusActive,
		AppointmentTime: &gen.AppointmentTime{StartTime: at, DurationInMinutes: 60}}
	if strings.HasPrefix(appointment.AppointmentID, "cancelled") {
		appointment.AppointmentStatus = gen.AppointmentStatusCancelled
	}
	switch id := e.text("serviceJobId"); {
	case strings.HasPrefix(id, "unauthorized"):
		addJob(&other, id)
	case strings.HasPrefix(id, "valid") && appointment.AppointmentID != "":
		addJob(&owner, id, appointment)
	case strings.HasPrefix(id, "valid"):
		addJob(&owner, id)
	}
	for _, id := range e.named("resourceId") {
		if strings.HasPrefix(id, "valid") || strings.HasPrefix(id, "overBooked") {
			addResource(id)
		}
		if strings.HasPrefix(id, "overBooked") {
			busy := appointment
			busy.AssignedTechnicians = []gen.Technician{{TechnicianID: id}}
			addJob(&owner, "busy", busy)
			owner.Resources[len(owner.Resources)-1].Schedule[0].Capacity = 1
		}
	}
	if len(owner.Resources) == 0 {
		addResource("worker")
	}
	if e.OperationID == "getServiceJobs" {
		appointment.AppointmentID, appointment.AppointmentStatus = "appointmentIdExample", gen.AppointmentStatusCompleted
		appointment.AssignedTechnicians = []gen.Technician{{TechnicianID: "technicianIdExample", Name: "nameExample"}}
		addJob(&owner, "34534399990035", appointment)
		owner.Jobs[0].ServiceOrderID, owner.Jobs[0].Buyer = "2345324", &gen.Buyer{Name: "nameExample"}
	}
	owner.Documents = e.documents()
	return &emulator.Seed{Version: emulator.SeedVersion, Sellers: []emulator.Seller{owner, other}}
}

func (e *example) documents() (documents []emulator.Document) {
	for _, id := range e.named("uploadDestinationId") {
		d := emulator.Document{UploadDestinationID: id, MediaType: "image/png", ContentLength: 4,
			Upload: &emulator.Upload{Length: 4, SHA256: e.named("contentSha256")[0]}}
		switch {
		case strings.HasPrefix(id, "Invalid"):
			continue
		case strings.HasPrefix(id, "UploadDestinationIdExpired"):
			d.Upload = nil
		case strings.HasPrefix(id, "ExceededDcoumentLength"):
			d.Upload.Length = 5
		}
		documents = append(documents, d)
	}
	return documents
}

// named are the values of all parameters and members with a name.
func (e *example) named(name string) (values []string) {
	if value := e.text(name); value != "" {
		values = append(values, value)
	}
	var body any
	_ = wire.Unmarshal(e.Parameters["body"].Value, &body) // none gives nothing
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for key, member := range v {
				if text, ok := member.(string); ok && key == name && !slices.Contains(values, text) {
					values = append(values, text)
				}
				walk(member)
			}
		}
	}
	walk(body)
	return values
}

// codes are those of all errors and warnings, in order.
func codes(v any) []string { return slices.Compact(said(v, "code")) }

// messages are those of all errors and warnings, in order.
func messages(v any) []string { return said(v, "message") }

func said(v any, member string) (found []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = append(found, said(item, member)...)
		}
	case map[string]any:
		if text, ok := v[member].(string); ok {
			return []string{text}
		}
		for _, name := range []string{"errors", "warnings", "payload"} {
			found = append(found, said(v[name], member)...)
		}
	}
	return found
}

// compareShape fails unless ours has every member that Amazon's has, of the
// same kind; empty details do not count.
func compareShape(t *testing.T, path string, ours, amazons any) {
	t.Helper()
	if fmt.Sprintf("%T", ours) != fmt.Sprintf("%T", amazons) {
		t.Errorf("%s is %v, Amazon's %v", path, ours, amazons)
		return
	}
	switch amazons := amazons.(type) {
	case []any:
		for i := range min(len(amazons), len(ours.([]any))) {
			compareShape(t, path+"/0", ours.([]any)[i], amazons[i])
		}
		if len(amazons) > 0 && len(ours.([]any)) == 0 {
			t.Errorf("%s is empty", path)
		}
	case map[string]any:
		for name, member := range amazons {
			if name != "details" && !canned[path+"/"+name] {
				compareShape(t, path+"/"+name, ours.(map[string]any)[name], member)
			}
		}
	}
}
