package emulator_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
)

func (f *fixture) capacity(resource, kind, rest string) string {
	return "/service/v1/serviceResources/" + resource + "/capacity/" + kind + "?marketplaceIds=" + f.emu.Marketplace() + rest
}

const everyKind = `"capacityTypes":["SCHEDULED_CAPACITY","AVAILABLE_CAPACITY","ENCUMBERED_CAPACITY","RESERVED_CAPACITY"]`

func windowOf(from, to time.Time) string {
	return `"startDateTime":"` + from.Format(time.RFC3339) + `","endDateTime":"` + to.Format(time.RFC3339) + `"`
}

func TestRangeCapacityCountsBookingsAndReservations(t *testing.T) {
	t.Parallel()
	f := start(t)
	slot := f.slots(pendingJob)[0].StartTime
	id := f.book(pendingJob, slot)
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)
	f.call("POST", "/service/v1/reservation?marketplaceIds=X", reservation(technician, slot.Add(2*time.Hour), slot.Add(3*time.Hour))).want(200)
	var got gen.RangeSlotCapacity
	f.call("POST", f.capacity(technician, "range", ""), "{"+everyKind+","+windowOf(slot.Add(-time.Hour), slot.Add(4*time.Hour))+"}").want(200).decode(&got)
	text := ""
	for _, c := range got.Capacities {
		text += string(c.CapacityType[0])
		for _, s := range c.Slots {
			text += fmt.Sprintf(" %d×%s", s.Capacity, s.EndDateTime.Sub(s.StartDateTime))
		}
		text += "\n"
	}
	want := "S 0×1h0m0s 1×4h0m0s\nA 0×2h0m0s 1×1h0m0s 0×1h0m0s 1×1h0m0s\nE 0×1h0m0s 1×1h0m0s 0×3h0m0s\nR 0×3h0m0s 1×1h0m0s 0×1h0m0s\n"
	if slot.Hour() != 16 { // not the first hour of the working day
		want = "S 1×5h0m0s\nA 1×1h0m0s 0×1h0m0s 1×1h0m0s 0×1h0m0s 1×1h0m0s\nE 0×1h0m0s 1×1h0m0s 0×3h0m0s\nR 0×3h0m0s 1×1h0m0s 0×1h0m0s\n"
	}
	if text != want {
		t.Errorf("got\n%swant\n%s", text, want)
	}
}

func TestCapacityPages(t *testing.T) {
	t.Parallel()
	f := start(t)
	body := "{" + everyKind + "," + windowOf(noon, noon.Add(90*24*time.Hour)) + `,"slotDuration":55}`
	var starts []time.Time
	for token, pages := "", 0; ; {
		var got gen.FixedSlotCapacity
		f.call("POST", f.capacity(technician, "fixed", "&nextPageToken="+url.QueryEscape(token)), body).want(200).decode(&got)
		for _, slot := range got.Capacities {
			starts = append(starts, slot.StartDateTime)
			if *slot.AvailableCapacity != *slot.ScheduledCapacity-*slot.ReservedCapacity-*slot.EncumberedCapacity || *slot.AvailableCapacity < 0 {
				t.Fatalf("capacities do not add up: %+v", slot)
			}
		}
		if pages++; got.NextPageToken == "" {
			if pages != 3 {
				t.Errorf("%d pages, want 3 of 35 days", pages)
			}
			break
		}
		token = got.NextPageToken
	}
	for i := 1; i < len(starts); i++ {
		if starts[i].Sub(starts[i-1]) != 55*time.Minute {
			t.Fatalf("slot %d starts %s after the one before", i, starts[i].Sub(starts[i-1]))
		}
	}
	if want := 90 * 24 * 60 / 55; len(starts) != want {
		t.Errorf("%d slots, want %d", len(starts), want)
	}
}

func TestCapacityRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	good := windowOf(noon, noon.Add(time.Hour))
	for _, c := range []struct {
		resource, kind, query, body string
		status                      int
		text                        string
	}{
		{technician, "range", "", "{}", 400, "startDateTime or endDateTime"},
		{technician, "fixed", "", "{" + windowOf(noon, noon) + "}", 400, "endDateTime"},
		{technician, "fixed", "", `{"startDateTime":"2021-0","endDateTime":"2021-04-04T00:00:00Z"}`, 400, "startDateTime"},
		{technician, "fixed", "", `{"slotDuration":7,` + good + "}", 400, "Slot duration"},
		{technician, "fixed", "", `{"slotDuration":0,` + good + "}", 400, "Slot duration"},
		{technician, "fixed", "", `{"capacityTypes":["ALL"],` + good + "}", 400, "capacityTypes[0]"},
		{technician, "range", "&nextPageToken=x", "{" + good + "}", 400, "nextPageToken"},
		{technician, "range", "", `{"startDateTime":"9999-12-31T00:00:00Z","endDateTime":"9999-12-31T23:59:00-12:00"}`, 400, "endDateTime"},
		{"nobody", "range", "", "{" + good + "}", 404, "nobody"},
		{"A2TECHNICIAN01", "range", "", "{" + good + "}", 403, "UnauthorizedAction"},
	} {
		f.call("POST", f.capacity(c.resource, c.kind, c.query), c.body).want(c.status, c.text)
	}
}

func reservation(resource string, from, to time.Time) string {
	return toJSON(map[string]any{"resourceId": resource, "reservation": map[string]any{
		"type": "BREAK", "availability": map[string]any{"startTime": from, "endTime": to},
	}})
}

func TestReservations(t *testing.T) {
	t.Parallel()
	f := start(t)
	path := func(id string) string { return "/service/v1/reservation" + id + "?marketplaceIds=X" }
	var created gen.CreateReservationResponse
	f.call("POST", path(""), reservation(technician, noon, noon.Add(time.Hour))).want(200).decode(&created)
	id := "/" + created.Payload.Reservation.ReservationID
	var updated gen.UpdateReservationResponse
	f.call("PUT", path(id), reservation(technician, noon, noon.Add(2*time.Hour))).want(200).decode(&updated)
	f.call("DELETE", path(id), "").want(404, "InvalidInput")
	f.call("PUT", path(id), reservation(technician, noon, noon.Add(time.Hour))).want(404)
	id = "/" + updated.Payload.Reservation.ReservationID
	f.call("DELETE", path(id), "").want(204)
	f.call("DELETE", path(id), "").want(404)
	f.call("POST", path(""), reservation("nobody", noon, noon.Add(time.Hour))).want(200, `"errors"`, "[resourceId]")
	f.call("POST", path(""), reservation(technician, noon, noon)).want(200, `"errors"`, "after its startTime")
	f.call("POST", path(""), `{"resourceId":"x","reservation":{}}`).want(400, "reservation.type")
	f.call("PUT", path("/x"), "").want(400, "resourceId")
	none := strings.Replace(reservation(technician, noon, noon.Add(time.Hour)), `"availability":{`, `"availability":{"capacity":-0,`, 1)
	f.call("POST", path(""), none).want(400, "reservation.availability.capacity")
	f.call("PUT", path("/x"), none).want(400, "reservation.availability.capacity")
}

func TestUpdateSchedule(t *testing.T) {
	t.Parallel()
	f := start(t)
	update := func(resource, body string) *answer {
		return f.call("PUT", "/service/v1/serviceResources/"+resource+"/schedules?marketplaceIds=X", body)
	}
	// Every Monday from 18:00 to 19:00 −07:00, which is a Tuesday in UTC.
	monday := `{"startTime":"2027-06-07T18:00:00-07:00","endTime":"2027-06-07T19:00:00-07:00","capacity":3,
		"recurrence":{"endTime":"2027-12-31T00:00:00-07","daysOfWeek":["MONDAY"]}}`
	update(technician, "").want(400, "schedules")
	update(technician, `{"schedules":[]}`).want(400, "schedules")
	update(technician, `{"schedules":[{"startTime":"x"}]}`).want(400, "schedules[0].startTime")
	update(technician, `{"schedules":[`+monday+`,`+strings.Replace(monday, `"capacity":3`, `"capacity":0`, 1)+`]}`).want(400, "[schedules[1].capacity]")
	update("nobody", `{"schedules":[`+monday+`]}`).want(200, `"errors"`, "[resourceId]")
	update(technician, `{"schedules":[`+monday+`]}`).want(200, "ScheduleOverride", "-07:00")
	update(technician, `{"schedules":[{"startTime":"2027-06-07T18:00:00Z","endTime":"2027-06-07T17:00:00Z"}]}`).want(200, `"errors"`)

	tuesday := time.Date(2027, time.June, 15, 1, 0, 0, 0, time.UTC)
	var got gen.RangeSlotCapacity
	f.call("POST", f.capacity(technician, "range", ""), "{"+windowOf(tuesday, tuesday.Add(time.Hour))+"}").want(200).decode(&got)
	if slots := got.Capacities[0].Slots; len(slots) != 1 || slots[0].Capacity != 3 {
		t.Errorf("capacity on the second Monday evening: %+v", slots)
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	f := start(t)
	window := "&startTime=2026-03-03T16:00:00Z&endTime=2026-03-04T16:00:00Z"
	path := "/service/v1/appointmentSlots?marketplaceIds=X&asin=B000EXAM01&storeId=" + firstStore
	var got gen.GetAppointmentSlotsResponse
	f.call("GET", path+window, "").want(200, "REAL_TIME_SCHEDULING").decode(&got)
	if slots := got.Payload.AppointmentSlots; len(slots) != 10 || slots[0].Capacity != 4 {
		t.Errorf("slots of a working day: %+v", slots)
	}
	f.call("GET", "/service/v1/appointmentSlots?marketplaceIds=X", "").want(400, "asin, storeId")
	f.call("GET", path+"1", "").want(422, firstStore+"1")
	f.call("GET", path+"&startTime=2026-03-03T16:00:00Z", "").want(400, "endTime")
	f.call("GET", path+"&endTime=2026-03-03T16:00:00Z", "").want(400, "startTime")
	f.call("GET", path+"&startTime=2026-03-03T16:00:00Z&endTime=2026-07-03T16:00:00Z", "").want(400, "endTime")
	f.call("GET", path+"&startTime=2026-03-03T16:00:00Z&endTime=20-21-04-04T01:00:00Z", "").want(400, "endTime")
}

func TestCompletedAppointmentsTakeCapacityAndCancelledOnesDoNot(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]int32{"/completions": 1, "/cancellations?cancellationReasonCode=V1": 0} {
		f := start(t)
		slot := f.slots(pendingJob)[0]
		id := f.book(pendingJob, slot.StartTime)
		f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)
		f.call("PUT", jobPath(pendingJob, end), "").want(200)
		var got gen.RangeSlotCapacity
		f.call("POST", f.capacity(technician, "range", ""), "{"+everyKind+","+windowOf(slot.StartTime, slot.EndTime)+"}").want(200).decode(&got)
		if encumbered := got.Capacities[2].Slots[0].Capacity; encumbered != want {
			t.Errorf("after %s %d are encumbered, want %d", end, encumbered, want)
		}
	}
}
