package contract_test

import (
	"time"

	"github.com/spservices/services-go/facade"
)

// india is half an hour off every whole one.
var india = time.FixedZone("", 5*60*60+30*60)

// slotQueries ask for slots by one operation or the other.
var slotQueries = []struct {
	operation string
	get       func(s *scene, w facade.Window) (*facade.AppointmentSlotReport, error)
	target    func(s *scene) string
	home      func(s *scene) (*facade.AppointmentSlotReport, error) // in the store of working hours
	of        func(s *scene, job *facade.ServiceJob, w facade.Window) (*facade.AppointmentSlotReport, error)
}{
	{opSlotsByJob, func(s *scene, w facade.Window) (*facade.AppointmentSlotReport, error) {
		return s.client.GetAppointmentSlotsByJob(s.Context(), s.anyPending(), w, facade.NoValidation(), s.note())
	}, func(s *scene) string {
		return "/service/v1/serviceJobs/" + s.anyPending() + "/appointmentSlots?marketplaceIds=" + string(s.server.marketplace)
	}, func(s *scene) (*facade.AppointmentSlotReport, error) {
		return s.client.GetAppointmentSlotsByJob(s.Context(), homeJob, facade.Window{}, s.note())
	}, func(s *scene, job *facade.ServiceJob, w facade.Window) (*facade.AppointmentSlotReport, error) {
		return s.client.GetAppointmentSlotsByJob(s.Context(), job.ServiceJobID, w, s.note())
	}},
	{opSlots, func(s *scene, w facade.Window) (*facade.AppointmentSlotReport, error) {
		return s.client.GetAppointmentSlots(s.Context(), s.part(s.cast.asin, "service"), s.cast.store, w, facade.NoValidation(), s.note())
	}, func(s *scene) string {
		return "/service/v1/appointmentSlots?asin=" + s.part(s.cast.asin, "service") + "&storeId=" + s.cast.store + "&marketplaceIds=" + string(s.server.marketplace)
	}, func(s *scene) (*facade.AppointmentSlotReport, error) {
		return s.client.GetAppointmentSlots(s.Context(), homeASIN, homes, facade.Window{}, s.note())
	}, func(s *scene, job *facade.ServiceJob, w facade.Window) (*facade.AppointmentSlotReport, error) {
		return s.client.GetAppointmentSlots(s.Context(), job.ScopeOfWork.ASIN, job.StoreID, w, s.note())
	}},
}

// slotScenarios ask when a service can be performed.
var slotScenarios = func() (list []scenario) {
	for _, q := range slotQueries {
		list = append(list,
			scenario{q.operation, 200, "REAL_TIME_SCHEDULING from inventory", func(s *scene) {
				w := facade.Window{Start: s.now().Add(day).Truncate(time.Hour), End: s.now().Add(3 * day).Truncate(time.Hour)}
				report, err := q.get(s, w)
				s.succeeded(err)
				if !report.StartTime.Equal(w.Start) || !report.EndTime.Equal(w.End) || len(report.AppointmentSlots) == 0 {
					s.Fatalf("%d slots from %v to %v", len(report.AppointmentSlots), report.StartTime, report.EndTime)
				}
				for _, slot := range report.AppointmentSlots {
					if slot.StartTime.Before(w.Start) || slot.EndTime.After(w.End) || !slot.EndTime.After(slot.StartTime) || slot.Capacity < 0 {
						s.Errorf("got %+v", slot)
					}
				}
				if s.emu != nil && (report.SchedulingType != facade.SchedulingTypeRealTimeScheduling || report.AppointmentSlots[0].EndTime.Sub(report.AppointmentSlots[0].StartTime) != time.Hour) {
					s.Errorf("%s, the first %+v", report.SchedulingType, report.AppointmentSlots[0])
				}
			}},
			scenario{q.operation, 200, "times with an offset go out in UTC", func(s *scene) {
				start := s.now().Add(day).Truncate(time.Hour).In(india)
				report, err := q.get(s, facade.Window{Start: start, End: start.Add(day)})
				s.succeeded(err)
				if !report.StartTime.Equal(start) {
					s.Errorf("the window begins at %v, want %v", report.StartTime, start)
				}
			}},
			scenario{q.operation, 200, "NON_REAL_TIME_SCHEDULING from working hours", func(s *scene) {
				s.emulated()
				report, err := q.home(s)
				s.succeeded(err)
				if report.SchedulingType != facade.SchedulingTypeNonRealTimeScheduling || len(report.AppointmentSlots) == 0 {
					s.Errorf("%s, %d slots", report.SchedulingType, len(report.AppointmentSlots))
				}
				for _, slot := range report.AppointmentSlots {
					// From 8 to 18 at the store is from 16 to 2 in UTC, in slots of two hours.
					if hour := slot.StartTime.UTC().Hour(); hour >= 2 && hour < 16 {
						s.Fatalf("a slot at %v", slot.StartTime)
					}
					if begun := !slot.StartTime.After(s.now()); begun != (slot.Capacity == 0) {
						s.Errorf("the slot at %v takes %d", slot.StartTime, slot.Capacity)
					}
				}
			}},
			scenario{q.operation, 200, "what has begun takes nothing", func(s *scene) {
				now := s.now()
				start := now.Truncate(time.Hour).Add(-2 * time.Hour)
				report, err := q.get(s, facade.Window{Start: start, End: start.Add(day)})
				s.succeeded(err)
				begun := 0
				for _, slot := range report.AppointmentSlots {
					if slot.StartTime.After(now) {
						break
					}
					if begun++; slot.Capacity != 0 {
						s.Errorf("the slot at %v takes %d", slot.StartTime, slot.Capacity)
					}
				}
				if s.emu != nil && begun != 3 { // two that are over, and one that begins now
					s.Errorf("%d slots have begun", begun)
				}
			}},
			scenario{q.operation, 200, "an appointment takes a place, and gives it back", func(s *scene) {
				job := s.job(s.pending())
				free := s.free(job.ServiceJobID)
				places := func() int {
					report, err := q.of(s, job, facade.Window{Start: free[0].StartTime, End: free[0].EndTime})
					s.succeeded(err)
					if len(report.AppointmentSlots) != 1 {
						s.Fatalf("%d slots in the time of one", len(report.AppointmentSlots))
					}
					return report.AppointmentSlots[0].Capacity
				}
				before := places()
				id := s.book(job.ServiceJobID, free[0].StartTime)
				if n := places(); n != before-1 {
					s.Errorf("of %d places %d are left", before, n)
				}
				_, err := s.client.RescheduleAppointment(s.Context(), job.ServiceJobID, id, facade.AppointmentTime{StartTime: free[1].StartTime}, "R1", s.note())
				s.succeeded(err)
				if n := places(); n != before {
					s.Errorf("%d places became %d", before, n)
				}
			}},
			scenario{q.operation, 400, "end after start", func(s *scene) {
				start := s.now().Add(day).Truncate(time.Hour)
				for _, end := range []time.Time{start.Add(-time.Second), start} {
					_, err := q.get(s, facade.Window{Start: start, End: end})
					s.says(s.refused(err, 400, "InvalidInput"), "endTime")
				}
			}},
			scenario{q.operation, 200, "at most 90 days: 90 days", func(s *scene) {
				w := facade.Window{Start: s.now().Truncate(time.Hour), End: s.now().Truncate(time.Hour).Add(90 * day)}
				report, err := q.get(s, w)
				s.succeeded(err)
				if !report.EndTime.Equal(w.End) {
					s.Errorf("the window ends at %v, want %v", report.EndTime, w.End)
				}
			}},
			scenario{q.operation, 400, "at most 90 days: a second more", func(s *scene) {
				start := s.now().Truncate(time.Hour)
				_, err := q.get(s, facade.Window{Start: start, End: start.Add(90*day + time.Second)})
				s.says(s.refused(err, 400, "InvalidInput"), "endTime")
			}},
			scenario{q.operation, 400, "both times or neither", func(s *scene) {
				_, err := q.get(s, facade.Window{End: s.now().Add(day)})
				s.says(s.refused(err, 400, "InvalidInput"), "startTime")
			}},
			scenario{q.operation, 400, "valid times", func(s *scene) {
				err := s.send(broken(s.Context()), q.operation, "GET", q.target(s)+"&startTime=2026-02-30T00:00:00Z&endTime=2026-03-05T00:00:00Z", "", "")
				s.says(s.refused(err, 400, "InvalidInput"), "startTime")
			}},
			scenario{q.operation, 400, "times in UTC", func(s *scene) {
				err := s.send(s.Context(), q.operation, "GET", q.target(s)+"&startTime=2026-03-03T00:00:00%2B05:30&endTime=2026-03-05T00:00:00Z", "", "")
				s.says(s.refused(err, 400, "InvalidInput"), "startTime")
			}})
	}
	return append(list,
		scenario{opSlots, 400, ruleMissing, func(s *scene) {
			err := s.send(broken(s.Context()), opSlots, "GET", "/service/v1/appointmentSlots?marketplaceIds="+string(s.server.marketplace), "", "")
			s.says(s.refused(err, 400, "InvalidInput"), "asin", "storeId")
		}},
		scenario{opSlots, 422, "unknown service", func(s *scene) {
			_, err := s.client.GetAppointmentSlots(s.Context(), "no-such-asin", s.part(s.cast.store, "store"), facade.Window{}, s.note())
			s.says(s.refused(err, 422, "InvalidInput"), "no-such-asin")
		}})
}()
