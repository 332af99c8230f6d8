package contract_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spservices/services-go/facade"
)

var everyType = []facade.CapacityType{
	facade.CapacityTypeScheduledCapacity, facade.CapacityTypeReservedCapacity, facade.CapacityTypeEncumberedCapacity, facade.CapacityTypeAvailableCapacity,
}

// capacities asks for capacity by one operation or the other.
type capacities struct {
	operation, path string
	get             func(s *scene, resource string, start, end time.Time) error
	pages           func(s *scene, start, end time.Time) (starts []time.Time, pages int)
}

var bothCapacities = []capacities{
	{opRange, "range", func(s *scene, resource string, start, end time.Time) error {
		_, err := s.client.GetRangeSlotCapacity(s.Context(), resource, facade.RangeCapacityQuery{Start: start, End: end, Types: everyType}, facade.NoValidation(), s.note())
		return err
	}, func(s *scene, start, end time.Time) (starts []time.Time, pages int) {
		q := facade.RangeCapacityQuery{Start: start, End: end}
		for {
			page, err := s.client.GetRangeSlotCapacity(s.Context(), s.cast.resource, q, s.note())
			s.succeeded(err)
			starts, pages = append(starts, page.Capacities[0].Slots[0].StartDateTime), pages+1
			if q.PageToken = page.NextPageToken; q.PageToken == "" {
				return starts, pages
			}
		}
	}},
	{opFixed, "fixed", func(s *scene, resource string, start, end time.Time) error {
		_, err := s.client.GetFixedSlotCapacity(s.Context(), resource, facade.FixedCapacityQuery{Start: start, End: end, Types: everyType}, facade.NoValidation(), s.note())
		return err
	}, func(s *scene, start, end time.Time) (starts []time.Time, pages int) {
		q := facade.FixedCapacityQuery{Start: start, End: end, SlotMinutes: 360}
		for {
			page, err := s.client.GetFixedSlotCapacity(s.Context(), s.cast.resource, q, s.note())
			s.succeeded(err)
			starts, pages = append(starts, page.Capacities[0].StartDateTime), pages+1
			if q.PageToken = page.NextPageToken; q.PageToken == "" {
				return starts, pages
			}
		}
	}},
}

// capacityScenarios ask for capacity.
var capacityScenarios = func() (list []scenario) {
	for _, c := range bothCapacities {
		list = append(list,
			scenario{c.operation, 200, "a page covers 35 days, then nextPageToken", func(s *scene) {
				s.part(s.cast.resource, "resource")
				start := s.now().Truncate(day)
				starts, pages := c.pages(s, start, start.Add(90*day))
				for i, want := range []int{0, 35, 70} {
					if i < len(starts) && !starts[i].Equal(start.AddDate(0, 0, want)) {
						s.Errorf("page %d begins at %v", i+1, starts[i])
					}
				}
				if pages != 3 {
					s.Errorf("%d pages", pages)
				}
			}},
			scenario{c.operation, 400, "end after start", func(s *scene) {
				start := s.now().Truncate(day)
				err := c.get(s, s.part(s.cast.resource, "resource"), start, start)
				s.says(s.refused(err, 400, "InvalidInput"), "endDateTime")
			}},
			scenario{c.operation, 400, "both present", func(s *scene) {
				for _, times := range [][2]string{{"startDateTime", "endDateTime"}, {"endDateTime", "startDateTime"}} {
					target := fmt.Sprintf("/service/v1/serviceResources/%s/capacity/%s?marketplaceIds=%s", s.part(s.cast.resource, "resource"), c.path, s.server.marketplace)
					body := fmt.Sprintf(`{%q:"2026-03-02T00:00:00Z"}`, times[0])
					s.says(s.refused(s.send(broken(s.Context()), c.operation, "POST", target, asJSON, body), 400, "InvalidInput"), times[1])
				}
			}},
			scenario{c.operation, 403, "a resource of another seller", func(s *scene) {
				s.emulated()
				s.refused(c.get(s, stranger, s.now(), s.now().Add(day)), 403, "UnauthorizedAction")
			}},
			scenario{c.operation, 404, "unknown resource", func(s *scene) {
				s.says(s.refused(c.get(s, "no-such-resource", s.now(), s.now().Add(day)), 404, "InvalidInput"), "no-such-resource")
			}})
	}
	return append(list,
		scenario{opRange, 200, "scheduled less reserved less encumbered is available, never below 0", func(s *scene) {
			start, end := s.encumber()
			got, err := s.client.GetRangeSlotCapacity(s.Context(), fitter2, facade.RangeCapacityQuery{Start: start, End: end, Types: everyType}, s.note())
			s.succeeded(err)
			var all []string
			for _, c := range got.Capacities {
				text := string(c.CapacityType)
				for _, slot := range c.Slots {
					text += fmt.Sprintf(" %s-%s:%d", slot.StartDateTime.Format("15"), slot.EndDateTime.Format("15"), slot.Capacity)
				}
				all = append(all, text)
			}
			want := "SCHEDULED_CAPACITY 15-16:0 16-21:1\n" +
				"AVAILABLE_CAPACITY 15-16:0 16-17:1 17-19:0 19-20:1 20-21:0\n" +
				"ENCUMBERED_CAPACITY 15-18:0 18-19:1 19-21:0\n" +
				"RESERVED_CAPACITY 15-17:0 17-18:1 18-20:0 20-21:1" // the second of two hours reserved for both
			if text := strings.Join(all, "\n"); text != want {
				s.Errorf("got\n%s\nwant\n%s", text, want)
			}
		}},
		scenario{opFixed, 200, "scheduled less reserved less encumbered is available, never below 0", func(s *scene) {
			start, end := s.encumber()
			want := "[15:0-0-0=0 16:1-0-0=1 17:1-1-0=0 18:1-0-1=0 19:1-0-0=1 20:1-1-0=0]"
			if got := fmt.Sprint(s.fixed(fitter2, start, end)); got != want {
				s.Errorf("got  %s\nwant %s", got, want)
			}
		}},
		scenario{opFixed, 200, "scheduled less reserved less encumbered is available, never below 0: once the jobs are cancelled", func(s *scene) {
			start, end := s.encumber()
			for i, want := range []string{"18:1-0-1=0", "18:1-0-0=1"} { // one of two is left, and none
				s.succeeded(s.client.CancelServiceJob(s.Context(), []string{pendingJob, pendingJob2}[i], "V1", s.note()))
				if got := fmt.Sprint(s.fixed(fitter2, start, end)[3]); got != want {
					s.Errorf("got %s, want %s", got, want)
				}
			}
		}},
		scenario{opFixed, 200, "capacity types asked for and no others", func(s *scene) {
			start := s.now().Truncate(day)
			got, err := s.client.GetFixedSlotCapacity(s.Context(), s.part(s.cast.resource, "resource"),
				facade.FixedCapacityQuery{Start: start, End: start.Add(day), Types: []facade.CapacityType{facade.CapacityTypeAvailableCapacity}}, s.note())
			s.succeeded(err)
			for _, slot := range got.Capacities {
				if slot.AvailableCapacity == nil || slot.ScheduledCapacity != nil || slot.ReservedCapacity != nil || slot.EncumberedCapacity != nil {
					s.Fatalf("got %+v", slot)
				}
			}
			if len(got.Capacities) == 0 {
				s.Error("no slots")
			}
		}},
		scenario{opFixed, 400, "slotDuration valid", func(s *scene) {
			for _, minutes := range []int{4, 7, 365} {
				_, err := s.client.GetFixedSlotCapacity(broken(s.Context()), s.part(s.cast.resource, "resource"),
					facade.FixedCapacityQuery{Start: s.now(), End: s.now().Add(day), SlotMinutes: minutes}, facade.NoValidation(), s.note())
				s.says(s.refused(err, 400, "InvalidInput"), "Slot duration")
			}
		}})
}()

// encumber reserves the second fitter twice at 17, by a break at 17 and one
// that begins then and has twice his capacity, and once at 20, and appoints him
// twice at 18. The window goes from 15, an hour before work, to 21.
func (s *scene) encumber() (start, end time.Time) {
	s.Helper()
	s.emulated()
	start = s.now().Truncate(day).Add(day + 15*time.Hour)
	for _, r := range []struct{ hour, capacity int }{{17, 1}, {17, 2}, {20, 1}} {
		from := start.Truncate(day).Add(time.Duration(r.hour) * time.Hour)
		_, err := s.client.CreateReservation(s.Context(), fitter2, facade.Reservation{Type: facade.ReservationTypeBreak,
			Availability: facade.AvailabilityRecord{StartTime: from, EndTime: from.Add(time.Hour), Capacity: r.capacity}}, s.note())
		s.succeeded(err)
	}
	for _, job := range []string{pendingJob, pendingJob2} {
		id := s.book(job, start.Add(3*time.Hour))
		_, err := s.client.AssignAppointmentResources(s.Context(), job, id, []string{fitter2}, s.note())
		s.succeeded(err)
	}
	return start, start.Add(6 * time.Hour)
}

// hour is the capacity of a resource in an hour.
type hour struct {
	start                                      time.Time
	scheduled, reserved, encumbered, available int32
}

func (h hour) String() string {
	return fmt.Sprintf("%s:%d-%d-%d=%d", h.start.Format("15"), h.scheduled, h.reserved, h.encumbered, h.available)
}

// fixed is the capacity of a resource, hour by hour.
func (s *scene) fixed(resource string, start, end time.Time) (hours []hour) {
	s.Helper()
	got, err := s.client.GetFixedSlotCapacity(s.Context(), resource, facade.FixedCapacityQuery{Start: start, End: end, SlotMinutes: 60, Types: everyType}, s.note())
	s.succeeded(err)
	for _, slot := range got.Capacities {
		if slices.Contains([]*int32{slot.ScheduledCapacity, slot.ReservedCapacity, slot.EncumberedCapacity, slot.AvailableCapacity}, nil) {
			s.Fatalf("a capacity that was asked for is missing: %+v", slot)
		}
		hours = append(hours, hour{slot.StartDateTime.UTC(), *slot.ScheduledCapacity, *slot.ReservedCapacity, *slot.EncumberedCapacity, *slot.AvailableCapacity})
	}
	if want := int(end.Sub(start) / time.Hour); len(hours) != want || got.SlotDuration != 60 {
		s.Fatalf("%d slots of %d minutes, want %d of 60", len(hours), got.SlotDuration, want)
	}
	return hours
}

// freeHour is an hour within three days in which a resource is free.
func (s *scene) freeHour(resource string) time.Time {
	s.Helper()
	start := s.now().Truncate(day).Add(day)
	for _, h := range s.fixed(resource, start, start.Add(3*day)) {
		if h.available > 0 {
			return h.start
		}
	}
	s.lack("hour in which the resource is free")
	return time.Time{}
}
