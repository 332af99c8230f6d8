package contract_test

import (
	"context"
	"fmt"
	"time"

	"github.com/spservices/services-go/facade"
)

// bookingScenarios book appointments.
var bookingScenarios = append([]scenario{
	{opAdd, 200, "answers a new appointment id", func(s *scene) {
		job := s.pending()
		slot := s.free(job)[0]
		id := s.book(job, slot.StartTime)
		a := s.appointment(job, id)
		if a.AppointmentStatus != facade.AppointmentStatusActive || !a.AppointmentTime.StartTime.Equal(slot.StartTime) {
			s.Errorf("the appointment is %s at %v", a.AppointmentStatus, a.AppointmentTime)
		}
	}},
	{opAdd, 200, "a time with an offset goes out in UTC", func(s *scene) {
		job := s.pending()
		slot := s.free(job)[0]
		id := s.book(job, slot.StartTime.In(india))
		if a := s.appointment(job, id); !a.AppointmentTime.StartTime.Equal(slot.StartTime) {
			s.Errorf("the appointment is at %v", a.AppointmentTime.StartTime)
		}
	}},
	{opAdd, 400, ruleMissing, func(s *scene) {
		err := s.send(broken(s.Context()), opAdd, "POST", "/service/v1/serviceJobs/"+s.anyPending()+"/appointments", asJSON, "{}")
		s.says(s.refused(err, 400, "InvalidInput"), "appointmentTime.startTime")
	}},
	{opAdd, 422, "no active appointment already", func(s *scene) {
		job := s.pending()
		free := s.free(job)
		first := s.book(job, free[0].StartTime)
		_, err := s.client.AddAppointment(s.Context(), job, facade.AppointmentTime{StartTime: free[1].StartTime}, s.note())
		s.refused(err, 422, "InvalidInput")
		if got := s.job(job).Appointments; len(got) != 1 || got[0].AppointmentID != first {
			s.Errorf("%d appointments", len(got))
		}
	}},
	{opAdd, 422, "on a free slot: the last one goes once", func(s *scene) {
		s.emulated()
		at := s.free(pendingJob)[0].StartTime // of two fitters
		s.book(pendingJob, at)
		s.book(pendingJob2, at)
		_, err := s.client.AddAppointment(s.Context(), pendingJob3, facade.AppointmentTime{StartTime: at}, s.note())
		s.refused(err, 422, "InvalidInput")
		if got := s.job(pendingJob3).Appointments; len(got) != 0 {
			s.Errorf("%d appointments", len(got))
		}
	}},
}, timeScenarios(opAdd)...)

// reschedulingScenarios move appointments.
var reschedulingScenarios = append([]scenario{
	{opReschedule, 200, "the old appointment is cancelled and points to the new one", func(s *scene) {
		job := s.pending()
		free := s.free(job)
		old := s.book(job, free[0].StartTime)
		moved, err := s.client.RescheduleAppointment(s.Context(), job, old, facade.AppointmentTime{StartTime: free[1].StartTime}, "R1", s.note())
		s.succeeded(err)
		if moved.AppointmentID == old || len(moved.Warnings) != 0 {
			s.Errorf("got %+v in place of %s", moved, old)
		}
		if a := s.appointment(job, old); a.AppointmentStatus != facade.AppointmentStatusCancelled || a.RescheduledAppointmentID != moved.AppointmentID {
			s.Errorf("the old appointment is %s and points to %q", a.AppointmentStatus, a.RescheduledAppointmentID)
		}
		if a := s.appointment(job, moved.AppointmentID); a.AppointmentStatus != facade.AppointmentStatusActive || !a.AppointmentTime.StartTime.Equal(free[1].StartTime) {
			s.Errorf("the new appointment is %s at %v", a.AppointmentStatus, a.AppointmentTime)
		}
	}},
	{opReschedule, 200, "technicians that were assigned come back as a warning", func(s *scene) {
		s.emulated()
		to := s.free(pendingJob)[0].StartTime
		moved, err := s.client.RescheduleAppointment(s.Context(), bookedJob, bookedJob+"_1", facade.AppointmentTime{StartTime: to}, "R1", s.note())
		s.succeeded(err)
		if w := moved.Warnings; len(w) != 1 || w[0].Code != "RESOURCES_UNASSIGNED" {
			s.Errorf("warnings %+v", w)
		}
		if a := s.appointment(bookedJob, moved.AppointmentID); len(a.AssignedTechnicians) != 0 {
			s.Errorf("%d technicians", len(a.AssignedTechnicians))
		}
	}},
	{opReschedule, 400, ruleMissing, func(s *scene) {
		to := facade.AppointmentTime{StartTime: s.now().Add(day)}
		_, err := s.client.RescheduleAppointment(broken(s.Context()), s.part(s.cast.booked, "booked job"), s.cast.bookedAppointment, to, "", facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "rescheduleReasonCode")
	}},
	{opReschedule, 422, "a known reason code", func(s *scene) {
		to := facade.AppointmentTime{StartTime: s.now().Add(day)}
		for _, code := range []string{"INV1", "U1"} {
			_, err := s.client.RescheduleAppointment(s.Context(), s.part(s.cast.booked, "booked job"), s.cast.bookedAppointment, to, code, s.note())
			s.says(s.refused(err, 422, "InvalidInput"), code)
		}
	}},
	{opReschedule, 422, "an appointment that there is", func(s *scene) {
		to := facade.AppointmentTime{StartTime: s.now().Add(day)}
		_, err := s.client.RescheduleAppointment(s.Context(), s.part(s.cast.booked, "booked job"), "no-such-appointment", to, "R1", s.note())
		s.says(s.refused(err, 422, "InvalidInput"), "no-such-appointment")
	}},
}, timeScenarios(opReschedule)...)

// timeScenarios are the rules for the time of an appointment, which booking
// and rescheduling share.
func timeScenarios(operation string) []scenario {
	// tryAt asks for an appointment at a time that the façade sends in UTC.
	tryAt := func(s *scene, job, appointment string, at time.Time) error {
		var err error
		if operation == opAdd {
			_, err = s.client.AddAppointment(s.Context(), job, facade.AppointmentTime{StartTime: at}, s.note())
		} else {
			_, err = s.client.RescheduleAppointment(s.Context(), job, appointment, facade.AppointmentTime{StartTime: at}, "R1", s.note())
		}
		return err
	}
	// open is a job whose time can be set, and its appointment if it has to have one.
	open := func(s *scene) (job, appointment string) {
		if operation == opAdd {
			return s.anyPending(), ""
		}
		return s.part(s.cast.booked, "booked job"), s.cast.bookedAppointment
	}
	// tryText asks for an appointment at a time as it is written.
	tryText := func(ctx context.Context, s *scene, text string) error {
		job, appointment := open(s)
		target, reason := "/service/v1/serviceJobs/"+job+"/appointments", ""
		if operation == opReschedule {
			target, reason = target+"/"+appointment, `,"rescheduleReasonCode":"R1"`
		}
		return s.send(ctx, operation, "POST", target, asJSON, fmt.Sprintf(`{"appointmentTime":{"startTime":%q}%s}`, text, reason))
	}
	// refusedAt is a rule that a time breaks.
	refusedAt := func(name string, at func(s *scene) time.Time) scenario {
		return scenario{operation, 422, name, func(s *scene) {
			job, appointment := open(s)
			before := len(s.job(job).Appointments)
			s.refused(tryAt(s, job, appointment, at(s)), 422, "InvalidInput")
			if after := len(s.job(job).Appointments); after != before {
				s.Errorf("%d appointments became %d", before, after)
			}
		}}
	}
	return []scenario{
		refusedAt("start in the future", func(s *scene) time.Time { return s.now().Truncate(time.Hour).Add(-time.Hour) }),
		refusedAt("start at most 365 days ahead", func(s *scene) time.Time { return s.now().Truncate(time.Hour).Add(366 * day) }),
		refusedAt("on a free slot", func(s *scene) time.Time { return s.free(s.anyPending())[0].StartTime.Add(7 * time.Minute) }),
		{operation, 422, "start in ISO 8601", func(s *scene) {
			s.says(s.refused(tryText(broken(s.Context()), s, "2027-01-01T10-00:00.000Z"), 422, "InvalidInput"), "ISO8601")
		}},
		{operation, 422, "start in UTC", func(s *scene) {
			s.says(s.refused(tryText(s.Context(), s, "2027-01-01T10:00:00.000+05:30"), 422, "InvalidInput"), "not in UTC")
		}},
		{operation, 422, "the job not completed", func(s *scene) {
			job := s.part(s.cast.completed, "completed job")
			s.refused(tryAt(s, job, s.cast.completedAppointment, s.now().Add(day).Truncate(time.Hour)), 422, "InvalidInput")
		}},
		{operation, 422, "the job not cancelled", func(s *scene) {
			job := s.part(s.cast.cancelled, "cancelled job")
			s.refused(tryAt(s, job, job+"_1", s.now().Add(day).Truncate(time.Hour)), 422, "InvalidInput")
		}},
	}
}
