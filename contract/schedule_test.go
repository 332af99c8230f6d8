package contract_test

import (
	"fmt"
	"time"

	"github.com/spservices/services-go/facade"
)

// hours are working hours far from those of the seed.
func (s *scene) hours() facade.AvailabilityRecord {
	start := s.now().Truncate(day).Add(1000*day + 9*time.Hour).In(time.FixedZone("", -7*60*60))
	return facade.AvailabilityRecord{StartTime: start, EndTime: start.Add(8 * time.Hour), Capacity: 2, Recurrence: &facade.Recurrence{
		EndTime: start.Add(30 * day), DaysOfWeek: []facade.DayOfWeek{facade.DayOfWeekMonday, facade.DayOfWeekFriday}, DaysOfMonth: []int{1, 15, 31},
	}}
}

// scheduleScenarios set working hours.
var scheduleScenarios = []scenario{
	{opSchedule, 200, "hours that are scheduled", func(s *scene) {
		s.emulated()
		record := s.hours()
		record.Recurrence = nil
		got, err := s.client.UpdateSchedule(s.Context(), fitter, []facade.AvailabilityRecord{record}, s.note())
		s.succeeded(err)
		if answer := s.recorder.last().Answer; len(got) != 0 || answer != "{}" {
			s.Errorf("got %+v of %s", got, answer)
		}
		slots, err := s.client.GetFixedSlotCapacity(s.Context(), fitter, facade.FixedCapacityQuery{Start: record.StartTime, End: record.StartTime.Add(time.Hour)}, s.note())
		s.succeeded(err)
		if len(slots.Capacities) != 1 || *slots.Capacities[0].ScheduledCapacity != 2 {
			s.Errorf("got %+v", slots.Capacities)
		}
	}},
	{opSchedule, 200, "the whole schedule is replaced", func(s *scene) {
		s.emulated()
		hour := s.freeHour(fitter)
		_, err := s.client.UpdateSchedule(s.Context(), fitter, []facade.AvailabilityRecord{s.hours()}, s.note())
		s.succeeded(err)
		if got := s.fixed(fitter, hour, hour.Add(time.Hour))[0]; got.scheduled != 0 {
			s.Errorf("hours of the old schedule have %v", got)
		}
	}},
	{opSchedule, 200, "a record shorter than a slot comes back with errors", func(s *scene) {
		s.emulated()
		record := s.hours()
		record.EndTime = record.StartTime.Add(4 * time.Minute)
		got, err := s.client.UpdateSchedule(s.Context(), fitter, []facade.AvailabilityRecord{record}, s.note())
		s.says(s.refused(err, 200, "InvalidInput"), "at least 5 minutes")
		if len(got) != 1 || len(got[0].Errors) != 1 {
			s.Errorf("got %+v", got)
		}
	}},
	{opSchedule, 200, "an overlapping record comes back with the warning ScheduleOverride", func(s *scene) {
		s.emulated()
		record := s.hours()
		_, err := s.client.UpdateSchedule(s.Context(), fitter, []facade.AvailabilityRecord{record}, s.note())
		s.succeeded(err)
		record.EndTime = record.EndTime.Add(time.Hour)
		got, err := s.client.UpdateSchedule(s.Context(), fitter, []facade.AvailabilityRecord{record}, s.note())
		s.succeeded(err)
		if len(got) != 1 || len(got[0].Warnings) != 1 || got[0].Warnings[0].Code != "ScheduleOverride" || !got[0].Availability.EndTime.Equal(record.EndTime) {
			s.Fatalf("got %+v", got)
		}
		if _, offset := got[0].Availability.StartTime.Zone(); offset != -7*60*60 {
			s.Errorf("the offset became %d", offset)
		}
	}},
	{opSchedule, 200, "a record that ends before it starts comes back with errors", func(s *scene) {
		record := s.hours()
		record.EndTime = record.StartTime.Add(-time.Hour)
		got, err := s.client.UpdateSchedule(s.Context(), s.part(s.cast.resource, "resource"), []facade.AvailabilityRecord{record}, s.note())
		s.says(s.refused(err, 200, "InvalidInput"), "endTime")
		if len(got) != 1 || len(got[0].Errors) != 1 || !got[0].Availability.StartTime.Equal(record.StartTime) {
			s.Errorf("got %+v", got)
		}
	}},
	{opSchedule, 200, "unknown resource", func(s *scene) {
		got, err := s.client.UpdateSchedule(s.Context(), "no-such-resource", []facade.AvailabilityRecord{s.hours()}, s.note())
		s.says(s.refused(err, 200, "InvalidInput"), "[resourceId]")
		if len(got) != 0 {
			s.Errorf("got %+v", got)
		}
	}},
	{opSchedule, 400, "empty schedules", func(s *scene) {
		_, err := s.client.UpdateSchedule(s.Context(), s.part(s.cast.resource, "resource"), []facade.AvailabilityRecord{}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "schedules")
	}},
	{opSchedule, 400, "missing schedules", func(s *scene) {
		_, err := s.client.UpdateSchedule(broken(s.Context()), s.part(s.cast.resource, "resource"), nil, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "schedules")
	}},
}

// pause is a reservation with every member.
func (s *scene) pause() facade.Reservation {
	return facade.Reservation{Type: facade.ReservationTypeTraining, Availability: s.hours()}
}

// reserve makes a reservation, and returns its id.
func (s *scene) reserve() string {
	s.Helper()
	got, err := s.client.CreateReservation(s.Context(), s.part(s.cast.resource, "resource"), s.pause(), s.note())
	s.succeeded(err)
	return got.Reservation.ReservationID
}

// breakAt is an hour of pause.
func breakAt(start time.Time) facade.Reservation {
	return facade.Reservation{Type: facade.ReservationTypeBreak, Availability: facade.AvailabilityRecord{StartTime: start, EndTime: start.Add(time.Hour), Capacity: 1}}
}

// warned are the codes of warnings.
func warned(list []facade.Warning) string {
	codes := []string{}
	for _, w := range list {
		codes = append(codes, w.Code)
	}
	return fmt.Sprint(codes)
}

// reservationScenarios take capacity and give it back.
var reservationScenarios = []scenario{
	{opReserve, 200, "a new reservation", func(s *scene) {
		resource := s.part(s.cast.resource, "resource")
		got, err := s.client.CreateReservation(s.Context(), resource, breakAt(s.freeHour(resource)), s.note())
		s.succeeded(err)
		if got.Reservation == nil || got.Reservation.ReservationID == "" || len(got.Errors)+len(got.Warnings) != 0 {
			s.Fatalf("got %+v", got)
		}
	}},
	{opReserve, 200, "capacity that is taken draws a warning", func(s *scene) {
		s.emulated()
		hour := s.freeHour(fitter)
		for i, want := range []string{"[]", "[ReservationOverbooked]"} {
			got, err := s.client.CreateReservation(s.Context(), fitter, breakAt(hour), s.note())
			s.succeeded(err)
			if warned(got.Warnings) != want || got.Reservation.ReservationID == "" {
				s.Errorf("reservation %d: got %+v, want the warnings %s", i+1, got, want)
			}
		}
	}},
	{opReserve, 200, "time outside the schedule draws a warning", func(s *scene) {
		s.emulated()
		got, err := s.client.CreateReservation(s.Context(), fitter, s.pause(), s.note())
		s.succeeded(err)
		if warned(got.Warnings) != "[ReservationOutsideSchedule]" || got.Reservation.ReservationID == "" {
			s.Errorf("got %+v", got)
		}
	}},
	{opReserve, 200, "unknown resource", func(s *scene) {
		got, err := s.client.CreateReservation(s.Context(), "no-such-resource", s.pause(), s.note())
		s.says(s.refused(err, 200, "InvalidInput"), "[resourceId]")
		if got != nil {
			s.Errorf("got %+v beside the error", got)
		}
	}},
	{opReserve, 400, ruleMissing, func(s *scene) {
		_, err := s.client.CreateReservation(broken(s.Context()), s.part(s.cast.resource, "resource"), facade.Reservation{Availability: s.hours()}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "reservation.type")
	}},
	{opReserve, 404, "unknown reservation to change", func(s *scene) {
		r := s.pause()
		r.ReservationID = "no-such-reservation"
		_, err := s.client.CreateReservation(s.Context(), s.part(s.cast.resource, "resource"), r, s.note())
		s.says(s.refused(err, 404, "InvalidInput"), "no-such-reservation")
	}},

	{opRereserve, 200, "answers the new reservation id", func(s *scene) {
		old := s.reserve()
		got, err := s.client.UpdateReservation(s.Context(), old, s.cast.resource, s.pause(), s.note())
		s.succeeded(err)
		if got.Reservation == nil || got.Reservation.ReservationID == "" || got.Reservation.ReservationID == old {
			s.Fatalf("got %+v in place of %s", got.Reservation, old)
		}
		s.refused(s.client.CancelReservation(s.Context(), old, s.note()), 404, "InvalidInput")
		s.succeeded(s.client.CancelReservation(s.Context(), got.Reservation.ReservationID, s.note()))
	}},
	{opRereserve, 200, "capacity that is taken draws a warning", func(s *scene) {
		s.emulated()
		hour, id := s.freeHour(fitter), s.reserve()
		for i, want := range []string{"[]", "[ReservationOverbooked]"} { // the first into the free hour, the second onto it
			got, err := s.client.UpdateReservation(s.Context(), id, fitter, breakAt(hour), s.note())
			s.succeeded(err)
			if warned(got.Warnings) != want {
				s.Errorf("change %d: got %+v, want the warnings %s", i+1, got, want)
			}
			id = s.reserve()
		}
	}},
	{opRereserve, 200, "unknown resource", func(s *scene) {
		id := s.reserve()
		got, err := s.client.UpdateReservation(s.Context(), id, "no-such-resource", s.pause(), s.note())
		s.says(s.refused(err, 200, "InvalidInput"), "[resourceId]")
		if got != nil {
			s.Errorf("got %+v beside the error", got)
		}
		s.succeeded(s.client.CancelReservation(s.Context(), id, s.note())) // it is still there
	}},
	{opRereserve, 400, ruleMissing, func(s *scene) {
		_, err := s.client.UpdateReservation(broken(s.Context()), "a-reservation", s.part(s.cast.resource, "resource"), facade.Reservation{Availability: s.hours()}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "reservation.type")
	}},
	{opRereserve, 404, "unknown reservation", func(s *scene) {
		_, err := s.client.UpdateReservation(s.Context(), "no-such-reservation", s.part(s.cast.resource, "resource"), s.pause(), s.note())
		s.says(s.refused(err, 404, "InvalidInput"), "no-such-reservation")
	}},

	{opRelease, 204, "the capacity is there again", func(s *scene) {
		resource := s.part(s.cast.resource, "resource")
		start := s.freeHour(resource)
		before := s.fixed(resource, start, start.Add(time.Hour))[0]
		made, err := s.client.CreateReservation(s.Context(), resource, breakAt(start), s.note())
		s.succeeded(err)
		during := hour{before.start, before.scheduled, before.reserved + 1, before.encumbered, before.available - 1}
		if got := s.fixed(resource, start, start.Add(time.Hour))[0]; got != during {
			s.Errorf("reserved: got %v, want %v", got, during)
		}
		id := made.Reservation.ReservationID
		s.succeeded(s.client.CancelReservation(s.Context(), id, s.note()))
		if got := s.fixed(resource, start, start.Add(time.Hour))[0]; got != before {
			s.Errorf("cancelled: got %v, want %v", got, before)
		}
		s.refused(s.client.CancelReservation(s.Context(), id, s.note()), 404, "InvalidInput")
	}},
	{opRelease, 400, ruleMissing, func(s *scene) {
		s.says(s.refused(s.send(broken(s.Context()), opRelease, "DELETE", "/service/v1/reservation/a-reservation", "", ""), 400, "InvalidInput"), "marketplaceIds")
	}},
	{opRelease, 404, "unknown reservation", func(s *scene) {
		s.says(s.refused(s.client.CancelReservation(s.Context(), "no-such-reservation", s.note()), 404, "InvalidInput"), "no-such-reservation")
	}},
}
