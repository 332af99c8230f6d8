package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
)

// failures are the errors of an answer that has them under "errors".
func (a *answer) failures() gen.ErrorList {
	a.f.Helper()
	var body struct {
		Errors gen.ErrorList `json:"errors"`
	}
	a.decode(&body)
	return body.Errors
}

// Amazon's published examples have one shape for every 400 of the two capacity
// operations, and these reasons.
func TestCapacityFaultsHaveAmazonsShape(t *testing.T) {
	t.Parallel()
	f := start(t)
	const (
		missing  = "startDateTime or endDateTime are not present"
		order    = "endDateTime should be after Start Time"
		duration = "Slot duration is not valid, it should be a multiple of 5 and within allowed range."
		from, to = `"startDateTime":"2026-03-03T00:00:00Z"`, `"endDateTime":"2026-03-04T00:00:00Z"`
	)
	malformed := func(name string) string { return name + " is not a valid ISO date/time object" }
	parameters := func(names string) string { return "Missing or invalid request parameters: [" + names + "]" }
	good := "{" + from + "," + to + "}"
	long := strings.Repeat("r", 101)
	for _, c := range []struct{ kind, resource, query, body, reason string }{
		{"", technician, "", "", missing},
		{"", technician, "", "{}", missing},
		{"", technician, "", "{" + from + "}", missing},
		{"", technician, "", "{" + to + "}", missing},
		{"", technician, "", `{"startDateTime":null,` + to + "}", missing},
		{"", technician, "", `{"startDateTime":"2026-03-04T00:00:00Z",` + to + "}", order},
		{"", technician, "", `{"startDateTime":"2026-03-05T00:00:00Z",` + to + "}", order},
		{"", technician, "", `{"startDateTime":"2026-0",` + to + "}", malformed("startDateTime")},
		{"", technician, "", `{"startDateTime":5,` + to + "}", malformed("startDateTime")},
		{"", technician, "", "{" + from + `,"endDateTime":"tomorrow"}`, malformed("endDateTime")},
		{"", technician, "", `{"startDateTime":"9999-12-31T00:00:00Z","endDateTime":"9999-12-31T23:59:00-12:00"}`, malformed("endDateTime")},
		{"", technician, "", `{"startDateTime":"0000-01-01T00:00:00+12:00",` + to + "}", malformed("startDateTime")},
		{"", technician, "", `{"capacityTypes":["ALL"],` + from + "," + to + "}", parameters("capacityTypes[0]")},
		{"", technician, "", `{"capacityTypes":5,` + from + "," + to + "}", parameters("capacityTypes")},
		{"", technician, "", "[]", parameters("body")},
		{"", technician, "", "{", parameters("body")},
		{"", technician, "&nextPageToken=x", good, parameters("nextPageToken")},
		{"", technician, "&nextPageToken=MjAyNi0wMy0wNVQwMDowMDowMFo%3D", good, parameters("nextPageToken")}, // after the window
		{"", technician, "&marketplaceIds=", good, parameters("marketplaceIds")},
		{"", long, "", good, parameters("resourceId")},
		{"", long, "&marketplaceIds=", good, parameters("resourceId, marketplaceIds")},
		{"fixed", technician, "", `{"slotDuration":7,` + from + "," + to + "}", duration},
		{"fixed", technician, "", `{"slotDuration":400,` + from + "," + to + "}", duration},
		{"fixed", technician, "", `{"slotDuration":401,` + from + "," + to + "}", duration}, // breaks two limits, told once
		{"fixed", technician, "", `{"slotDuration":-5,` + from + "," + to + "}", duration},
		{"fixed", technician, "", `{"slotDuration":0,` + from + "," + to + "}", duration},
		{"fixed", technician, "", `{"slotDuration":7.5,` + from + "," + to + "}", duration},
		{"fixed", technician, "", `{"slotDuration":"hour",` + from + "," + to + "}", duration},
		{"fixed", technician, "", `{"slotDuration":7,` + from + "}", duration + ", " + missing},
	} {
		for _, kind := range []string{"range", "fixed"} {
			if c.kind != "" && c.kind != kind {
				continue
			}
			path := f.capacity(c.resource, kind, c.query)
			if strings.Contains(c.query, "marketplaceIds=") {
				path = strings.Replace(path, "marketplaceIds="+f.emu.Marketplace()+"&", "", 1)
			}
			want := gen.Error{Code: "InvalidInput", Message: "This is invalid input", Details: "Received the following errors: [" + c.reason + "]"}
			if got := f.call("POST", path, c.body).want(400).failures(); !slices.Equal(got, gen.ErrorList{want}) {
				t.Errorf("%s %s %s:\n got %+v\nwant %+v", kind, c.query, c.body, got, want)
			}
		}
	}
}

// Capacities come in one order, each once, whatever the request's.
func TestCapacitiesComeInOneOrder(t *testing.T) {
	t.Parallel()
	f := start(t)
	window := windowOf(noon, noon.Add(time.Hour))
	for asked, want := range map[string]string{
		`"RESERVED_CAPACITY","ENCUMBERED_CAPACITY","AVAILABLE_CAPACITY","SCHEDULED_CAPACITY"`:                     "SCHEDULED AVAILABLE ENCUMBERED RESERVED",
		`"RESERVED_CAPACITY","AVAILABLE_CAPACITY"`:                                                                "AVAILABLE RESERVED",
		`"ENCUMBERED_CAPACITY","RESERVED_CAPACITY","ENCUMBERED_CAPACITY"`:                                         "ENCUMBERED RESERVED",
		`"SCHEDULED_CAPACITY","RESERVED_CAPACITY","AVAILABLE_CAPACITY","ENCUMBERED_CAPACITY","RESERVED_CAPACITY"`: "SCHEDULED AVAILABLE ENCUMBERED RESERVED",
		"": "SCHEDULED",
	} {
		body := `{"capacityTypes":[` + asked + "]," + window + "}"
		var got gen.RangeSlotCapacity
		f.call("POST", f.capacity(technician, "range", ""), body).want(200).decode(&got)
		var kinds []string
		for _, c := range got.Capacities {
			kinds = append(kinds, strings.TrimSuffix(string(c.CapacityType), "_CAPACITY"))
		}
		if strings.Join(kinds, " ") != want {
			t.Errorf("[%s] is answered as %v, want %s", asked, kinds, want)
		}
		text := string(f.call("POST", f.capacity(technician, "fixed", ""), body).want(200).text)
		at := -1
		for kind := range strings.FieldsSeq(want) {
			next := strings.Index(text, `"`+strings.ToLower(kind)+`Capacity"`)
			if next < at {
				t.Errorf("[%s]: %s comes out of order, or is missing, in %s", asked, kind, text)
			}
			at = next
		}
	}
}

// What updateSchedule has nothing to say about is answered with an empty object.
func TestScheduleWithoutFindingsIsAnEmptyObject(t *testing.T) {
	t.Parallel()
	f := start(t)
	if got := f.schedule(hour(idle)).want(200); string(got.text) != "{}" {
		t.Errorf("got %s, want {}", got.text)
	}
}

// Errors of schedules and reservations stand at the top level of a success.
func TestErrorsOfRecordsStandAtTheTopLevel(t *testing.T) {
	t.Parallel()
	f := start(t)
	slot := noon.Add(time.Hour)
	market := "?marketplaceIds=" + f.emu.Marketplace()
	var made gen.CreateReservationResponse
	f.call("POST", "/service/v1/reservation"+market, reservation(technician, slot, slot.Add(time.Hour))).want(200).decode(&made)
	id := made.Payload.Reservation.ReservationID
	before := f.snapshot()
	hours := `{"schedules":[{"startTime":"2027-06-07T18:00:00Z","endTime":"2027-06-07T19:00:00Z"}]}`
	for _, c := range []struct{ method, path, body, message string }{
		{"POST", "/service/v1/reservation", reservation("nobody", slot, slot.Add(time.Hour)), "Invalid request parameters: [resourceId]"},
		{"POST", "/service/v1/reservation", reservation("A2TECHNICIAN01", slot, slot.Add(time.Hour)), "Invalid request parameters: [resourceId]"},
		{"PUT", "/service/v1/reservation/" + id, reservation("nobody", slot, slot.Add(time.Hour)), "Invalid request parameters: [resourceId]"},
		{"PUT", "/service/v1/serviceResources/nobody/schedules", hours, "Invalid request parameters: [resourceId]"},
		{"POST", "/service/v1/reservation", reservation(technician, slot, slot), "The endTime of an availability must be after its startTime."},
		{"PUT", "/service/v1/reservation/" + id, reservation(technician, slot, slot), "The endTime of an availability must be after its startTime."},
	} {
		want := `{"errors":[{"code":"InvalidInput","message":"` + c.message + `"}]}`
		if got := f.call(c.method, c.path+market, c.body).want(200); string(got.text) != want {
			t.Errorf("%s %s:\n got %s\nwant %s", c.method, c.path, got.text, want)
		}
	}
	if f.snapshot() != before {
		t.Error("what was refused has changed the state")
	}
}

// The times of a fulfilment are refused for the first kind of fault alone.
func TestFulfilmentStopsAtTheFirstKindOfFault(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	const (
		noStart, noEnd     = "Appointment start time is required. Please check the input again.", "Appointment end time is required. Please check the input again."
		lateStart, lateEnd = "Appointment start time should not be in future. Please check the input again", "Appointment end time should not be in future. Please check the input again"
		order              = "Appointment end time should be after start time. Please check the input again."
		offset, twoHours   = "is not in UTC", "+02:00"
	)
	for _, c := range []struct {
		start, end string
		want       []string // the message of each error, or a part of it
	}{
		{"", "", []string{noStart, noEnd}},
		{"", "2099-01-01T00:00:00+02:00", []string{noStart}},
		{"2099-01-01T00:00:00+02:00", "", []string{noEnd}},
		{"soon", "", []string{noEnd}},
		{"soon", "2099-01-01T00:00:00+02:00", []string{lateEnd}},
		{"soon", "later", []string{"soon", "later"}},
		{"2026-01-01T00:00:00+02:00", "later", []string{"2026-01-01T00:00:00+02:00 " + offset, "later"}}, // neither is a time in UTC
		{"soon", "2026-01-01T00:00:00Z", []string{"soon"}},
		{"2099-01-02T00:00:00Z", "2026-01-01T00:00:00Z", []string{lateStart}},
		{"2026-01-02T00:00:00" + twoHours, "2099-01-01T00:00:00Z", []string{lateEnd}},
		{"2099-01-02T00:00:00" + twoHours, "2099-01-01T00:00:00" + twoHours, []string{lateStart, lateEnd}},
		{"2026-01-04T10:00:00" + twoHours, "2026-01-03T10:00:00Z", []string{order}},
		{"2026-01-04T10:00:00Z", "2026-01-04T11:59:59" + twoHours, []string{order}},
		{"2026-01-04T10:00:00Z", "2026-01-04T12:00:00" + twoHours, []string{"2026-01-04T12:00:00+02:00 " + offset}}, // the same instant
		{"2026-01-04T10:00:00" + twoHours, "2026-01-04T10:00:00Z", []string{"2026-01-04T10:00:00+02:00 " + offset}},
		{"2026-01-03T10:00:00" + twoHours, "2026-01-04T10:00:00" + twoHours, []string{"2026-01-03T10:00:00+02:00 " + offset, "2026-01-04T10:00:00+02:00 " + offset}},
	} {
		times := map[string]string{}
		for name, value := range map[string]string{"startTime": c.start, "endTime": c.end} {
			if value != "" {
				times[name] = value
			}
		}
		var got gen.ErrorList
		f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"), toJSON(map[string]any{"fulfillmentTime": times})).want(422).decode(&got)
		if !slices.EqualFunc(got, c.want, func(e gen.Error, want string) bool {
			return e.Code == "InvalidInput" && strings.Contains(e.Message, want)
		}) {
			t.Errorf("%v: got %+v, want %q", times, got, c.want)
		}
	}
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"),
		`{"fulfillmentTime":{"startTime":"2026-01-04T10:00:00Z","endTime":"2026-01-04T10:00:00Z"}}`).want(204) // as in an example of Amazon's
}
