package contract_test

import (
	"slices"

	"github.com/spservices/services-go/facade"
)

// assignmentScenarios staff appointments.
var assignmentScenarios = []scenario{
	{opAssign, 200, "resources take the place of those before", func(s *scene) {
		s.emulated()
		warnings, err := s.client.AssignAppointmentResources(s.Context(), bookedJob, bookedJob+"_1", []string{fitter2}, s.note())
		s.succeeded(err)
		if len(warnings) != 0 {
			s.Errorf("warnings %+v", warnings)
		}
		if got := s.appointment(bookedJob, bookedJob+"_1").AssignedTechnicians; len(got) != 1 || got[0].TechnicianID != fitter2 {
			s.Errorf("%d technicians", len(got))
		}
	}},
	{opAssign, 200, "the same resources once more", func(s *scene) {
		staff := s.part(s.cast.bookedStaff, "resource that is assigned")
		for range 2 {
			_, err := s.client.AssignAppointmentResources(s.Context(), s.cast.booked, s.cast.bookedAppointment, []string{staff}, s.note())
			s.succeeded(err)
		}
		if got := s.appointment(s.cast.booked, s.cast.bookedAppointment).AssignedTechnicians; len(got) != 1 || got[0].TechnicianID != staff {
			s.Errorf("%d technicians", len(got))
		}
	}},
	{opAssign, 200, "double booking draws the warning RESOURCES_OVERBOOKED", func(s *scene) {
		s.emulated()
		at := s.free(pendingJob)[0].StartTime
		for _, job := range []string{pendingJob, pendingJob2} {
			id := s.book(job, at)
			warnings, err := s.client.AssignAppointmentResources(s.Context(), job, id, []string{fitter}, s.note())
			s.succeeded(err)
			second := job == pendingJob2
			if overbooked := len(warnings) == 1 && warnings[0].Code == "RESOURCES_OVERBOOKED"; overbooked != second || len(warnings) > 1 {
				s.Errorf("warnings %+v", warnings)
			}
			if got := s.appointment(job, id).AssignedTechnicians; len(got) != 1 {
				s.Errorf("%d technicians", len(got))
			}
		}
	}},
	{opAssign, 400, "a body without resources", func(s *scene) {
		job := s.part(s.cast.booked, "booked job")
		target := "/service/v1/serviceJobs/" + job + "/appointments/" + s.cast.bookedAppointment + "/resources"
		s.says(s.refused(s.send(broken(s.Context()), opAssign, "PUT", target, asJSON, "{}"), 400, "InvalidInput"), "resources")
	}},
	{opAssign, 400, "an empty list of resources", func(s *scene) {
		job := s.part(s.cast.booked, "booked job")
		_, err := s.client.AssignAppointmentResources(s.Context(), job, s.cast.bookedAppointment, []string{}, facade.NoValidation(), s.note())
		s.says(s.refused(err, 400, "InvalidInput"), "Resources")
	}},
	{opAssign, 422, "unknown appointment", func(s *scene) {
		job := s.part(s.cast.booked, "booked job")
		_, err := s.client.AssignAppointmentResources(s.Context(), job, "no-such-appointment", []string{s.cast.resource}, s.note())
		s.says(s.refused(err, 422, "InvalidInput"), "no-such-appointment")
	}},
	{opAssign, 422, "cancelled appointment", func(s *scene) {
		job := s.pending()
		free := s.free(job)
		old := s.book(job, free[0].StartTime)
		_, err := s.client.RescheduleAppointment(s.Context(), job, old, facade.AppointmentTime{StartTime: free[1].StartTime}, "R1", s.note())
		s.succeeded(err)
		_, err = s.client.AssignAppointmentResources(s.Context(), job, old, []string{s.cast.resource}, s.note())
		s.says(s.refused(err, 422, "InvalidInput"), old)
	}},
	{opAssign, 422, "finished job", func(s *scene) {
		job := s.part(s.cast.completed, "completed job")
		_, err := s.client.AssignAppointmentResources(s.Context(), job, s.cast.completedAppointment, []string{s.cast.resource}, s.note())
		s.refused(err, 422, "InvalidInput")
	}},
	{opAssign, 422, "unknown resource", func(s *scene) {
		job := s.part(s.cast.booked, "booked job")
		_, err := s.client.AssignAppointmentResources(s.Context(), job, s.cast.bookedAppointment, []string{"no-such-resource"}, s.note())
		s.says(s.refused(err, 422, "InvalidInput"), "no-such-resource")
	}},
	unfit("RESOURCES_MISMATCHED_SERVICE_LOCATION_TYPE", roadFitter),
	unfit("RESOURCES_MISSING_REQUIRED_SKILLS", trainee),
	unfit("RESOURCES_NOT_AVAILABLE_IN_LOCATION", mounter, "RESOURCES_MISMATCHED_SERVICE_LOCATION_TYPE", "RESOURCES_MISSING_REQUIRED_SKILLS"),
	unfit("RESOURCES_NOT_REGISTERED_UNDER_MERCHANT", stranger),
	{opAssign, 422, "one error for each problem of the resources", func(s *scene) {
		s.emulated()
		_, err := s.client.AssignAppointmentResources(s.Context(), bookedJob, bookedJob+"_1", []string{fitter, roadFitter, trainee, stranger}, s.note())
		failure := s.refused(err, 422, "RESOURCES_MISMATCHED_SERVICE_LOCATION_TYPE", "RESOURCES_MISSING_REQUIRED_SKILLS", "RESOURCES_NOT_REGISTERED_UNDER_MERCHANT")
		s.says(failure, roadFitter, trainee, stranger)
	}},
}

// unfit assigns a resource that cannot do the job, for one reason or, where
// also names them, for more.
func unfit(code, resource string, also ...string) scenario {
	return scenario{opAssign, 422, code, func(s *scene) {
		s.emulated()
		_, err := s.client.AssignAppointmentResources(s.Context(), bookedJob, bookedJob+"_1", []string{resource}, s.note())
		s.says(s.refused(err, 422, slices.Concat(also, []string{code})...), resource)
		if got := s.appointment(bookedJob, bookedJob+"_1").AssignedTechnicians; len(got) != 1 || got[0].TechnicianID != fitter {
			s.Errorf("%d technicians", len(got))
		}
	}}
}
