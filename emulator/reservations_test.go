package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

const reservationPath = "/service/v1/reservation"

func (f *fixture) reserve(r gen.Reservation) *gen.CreateReservationRecord {
	f.Helper()
	var got gen.CreateReservationResponse
	body := gen.CreateReservationRequest{ResourceID: technician, Reservation: r}
	f.call("POST", reservationPath+"?marketplaceIds="+f.emu.Marketplace(), toJSON(body)).want(200).decode(&got)
	if got.Payload == nil || got.Payload.Reservation == nil || got.Payload.Reservation.ReservationID == "" || len(got.Errors)+len(got.Payload.Errors) > 0 {
		f.Fatalf("no reservation is made of %+v: %+v", r, got)
	}
	return got.Payload
}

// Amazon's reference answers a reservation with its new id and nothing else.
func TestReservationsAreAnsweredWithTheirIDAlone(t *testing.T) {
	t.Parallel()
	const short = `{"payload":{"reservation":{"reservationId":"00000000-0000-4000-8000-000000000000"}}}`
	for name, c := range map[string]struct {
		options []emulator.Option
		whole   bool
	}{
		"by default":                   {nil, false},
		"short":                        {[]emulator.Option{emulator.WithShortReservations()}, false},
		"whole":                        {[]emulator.Option{emulator.WithWholeReservations()}, true},
		"the later option counts":      {[]emulator.Option{emulator.WithWholeReservations(), emulator.WithShortReservations()}, false},
		"the later option counts, too": {[]emulator.Option{emulator.WithShortReservations(), emulator.WithWholeReservations()}, true},
	} {
		f := start(t, c.options...)
		market := "?marketplaceIds=" + f.emu.Marketplace()
		body := reservation(technician, noon.Add(time.Hour), noon.Add(2*time.Hour))
		made := f.call("POST", reservationPath+market, body).want(200)
		var created gen.CreateReservationResponse
		made.decode(&created)
		changed := f.call("PUT", reservationPath+"/"+created.Payload.Reservation.ReservationID+market, body).want(200)
		for _, got := range []*answer{made, changed} {
			if whole := strings.Contains(string(got.text), `"type":"BREAK"`) && strings.Contains(string(got.text), `"startTime":"2026-03-02T21:00:00Z"`); whole != c.whole || !whole && len(got.text) != len(short) {
				t.Errorf("%s: got %s", name, got.text)
			}
		}
	}
}

// A reservation that takes what the resource does not have is made, and warned
// about: nothing says that Amazon refuses it.
func TestReservationsBeyondCapacityAreWarnedAbout(t *testing.T) {
	t.Parallel()
	const past, outside, overbooked = "ReservationInPast", "ReservationOutsideSchedule", "ReservationOverbooked"
	at := func(day, hour int) time.Time {
		return idle.Add(time.Duration(day)*oneDay + time.Duration(hour)*time.Hour)
	}
	of := func(from, to time.Time, capacity int) gen.Reservation {
		return gen.Reservation{Type: gen.ReservationTypeBreak, Availability: gen.AvailabilityRecord{StartTime: from, EndTime: to, Capacity: capacity}}
	}
	daily := func(r gen.Reservation, days int) gen.Reservation {
		r.Availability.Recurrence = &gen.Recurrence{EndTime: r.Availability.StartTime.Add(time.Duration(days) * oneDay)}
		return r
	}
	for name, c := range map[string]struct {
		before []gen.Reservation
		made   gen.Reservation
		want   []string
	}{
		"free":                                {nil, of(at(1, 9), at(1, 10), 1), nil},
		"all that is scheduled":               {nil, of(at(1, 9), at(1, 17), 2), nil},
		"more than is scheduled":              {nil, of(at(1, 9), at(1, 10), 3), []string{overbooked}},
		"what another leaves":                 {[]gen.Reservation{of(at(1, 9), at(1, 12), 1)}, of(at(1, 11), at(1, 13), 1), nil},
		"more than another leaves":            {[]gen.Reservation{of(at(1, 9), at(1, 12), 1)}, of(at(1, 11), at(1, 13), 2), []string{overbooked}},
		"double":                              {[]gen.Reservation{of(at(1, 9), at(1, 12), 2)}, of(at(1, 11), at(1, 13), 1), []string{overbooked}},
		"right after another":                 {[]gen.Reservation{of(at(1, 9), at(1, 12), 2)}, of(at(1, 12), at(1, 13), 2), nil},
		"at night":                            {nil, of(at(1, 18), at(1, 19), 1), []string{outside}},
		"past the end of the day":             {nil, of(at(1, 16), at(1, 18), 1), []string{outside}},
		"before the day begins":               {nil, of(at(1, 8), at(1, 10), 1), []string{outside}},
		"past the end, and double":            {[]gen.Reservation{of(at(1, 9), at(1, 17), 2)}, of(at(1, 16), at(1, 18), 1), []string{outside, overbooked}},
		"days off, nights included":           {nil, of(at(1, 0), at(4, 0), 2), nil},
		"days off that meet another":          {[]gen.Reservation{of(at(2, 12), at(2, 13), 1)}, of(at(1, 0), at(4, 0), 2), []string{overbooked}},
		"days without a schedule":             {nil, of(at(50, 0), at(53, 0), 1), []string{outside}},
		"a break every day":                   {nil, daily(of(at(1, 12), at(1, 13), 1), 5), nil},
		"a break that outlasts the schedule":  {nil, daily(of(at(30, 12), at(30, 13), 1), 20), []string{outside}},
		"the same, after more than 35 days":   {nil, daily(of(at(1, 12), at(1, 13), 1), 60), nil},
		"a break that meets another on day 4": {[]gen.Reservation{of(at(4, 12), at(4, 13), 2)}, daily(of(at(1, 12), at(1, 13), 1), 5), []string{overbooked}},
		"last night":                          {nil, of(noon.Add(-14*time.Hour), noon.Add(-13*time.Hour), 1), []string{past, outside}},
		"begun a minute ago":                  {nil, of(noon.Add(-time.Minute), noon.Add(time.Hour), 1), []string{past}},
		"now":                                 {nil, of(noon, noon.Add(time.Hour), 1), nil},
		"for ever":                            {nil, of(at(1, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 1), nil},
	} {
		f := start(t, emulator.WithScheduleUpdates(emulator.ReplaceOverlaps)) // beside the hours of the seed
		work := gen.AvailabilityRecord{StartTime: at(0, 9), EndTime: at(0, 17), Capacity: 2, Recurrence: &gen.Recurrence{EndTime: at(40, 0)}}
		f.schedule(work).want(200)
		for _, r := range c.before {
			f.reserve(r)
		}
		got := f.reserve(c.made)
		var codes []string
		for _, w := range got.Warnings {
			if codes = append(codes, w.Code); w.Message == "" {
				t.Errorf("%s: the warning %s has no message", name, w.Code)
			}
		}
		if strings.Join(codes, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: warnings %v, want %v", name, codes, c.want)
		}
		if !strings.Contains(f.snapshot(), got.Reservation.ReservationID) {
			t.Errorf("%s: the reservation is not there", name)
		}
	}
}

// An appointment takes capacity that a reservation then does not find, and a
// reservation that is changed does not stand in its own way.
func TestReservationsAreHeldAgainstAppointmentsAndNotAgainstThemselves(t *testing.T) {
	t.Parallel()
	f := start(t)
	slot := f.slots(pendingJob)[0]
	lunch := gen.Reservation{Type: gen.ReservationTypeBreak, Availability: gen.AvailabilityRecord{StartTime: slot.StartTime, EndTime: slot.EndTime, Capacity: 1}}
	first := f.reserve(lunch)
	if len(first.Warnings) > 0 {
		t.Errorf("a free hour draws %+v", first.Warnings)
	}
	market := "?marketplaceIds=" + f.emu.Marketplace()
	var changed gen.UpdateReservationResponse
	f.call("PUT", reservationPath+"/"+first.Reservation.ReservationID+market, toJSON(gen.UpdateReservationRequest{ResourceID: technician, Reservation: lunch})).want(200).decode(&changed)
	if len(changed.Payload.Warnings) > 0 {
		t.Errorf("the same hour, changed, draws %+v", changed.Payload.Warnings)
	}
	f.call("DELETE", reservationPath+"/"+changed.Payload.Reservation.ReservationID+market, "").want(204)
	id := f.book(pendingJob, slot.StartTime)
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)
	if got := f.reserve(lunch); len(got.Warnings) != 1 || got.Warnings[0].Code != "ReservationOverbooked" {
		t.Errorf("an hour with an appointment draws %+v", got.Warnings)
	}
}
