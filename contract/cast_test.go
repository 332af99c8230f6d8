package contract_test

import (
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// operationIds of the API description.
const (
	opGet         = "getServiceJobByServiceJobId"
	opCancel      = "cancelServiceJobByServiceJobId"
	opComplete    = "completeServiceJobByServiceJobId"
	opList        = "getServiceJobs"
	opAdd         = "addAppointmentForServiceJobByServiceJobId"
	opReschedule  = "rescheduleAppointmentForServiceJobByServiceJobId"
	opAssign      = "assignAppointmentResources"
	opFulfil      = "setAppointmentFulfillmentData"
	opRange       = "getRangeSlotCapacity"
	opFixed       = "getFixedSlotCapacity"
	opSchedule    = "updateSchedule"
	opReserve     = "createReservation"
	opRereserve   = "updateReservation"
	opRelease     = "cancelReservation"
	opSlotsByJob  = "getAppointmmentSlotsByJobId"
	opSlots       = "getAppointmentSlots"
	opDestination = "createServiceDocumentUploadDestination"
)

// jobOperations are those that name a service job.
var jobOperations = []string{opGet, opCancel, opComplete, opAdd, opReschedule, opAssign, opFulfil, opSlotsByJob}

// cast is what a scenario can have a part for: the seed's, or what was found at
// another server. What was not found is empty.
type cast struct {
	pending                         []string // jobs to book an appointment for, one a scenario
	booked, bookedAppointment       string   // a job with an active appointment, and that
	bookedStaff                     string   // a resource assigned to it
	completed, completedAppointment string
	cancelled                       string
	foreign                         string // a job of another seller
	store, asin, resource           string // of the jobs that are pending
}

func seedCast() *cast {
	return &cast{
		pending: []string{pendingJob, pendingJob2, pendingJob3}, booked: bookedJob, bookedAppointment: bookedJob + "_1", bookedStaff: fitter,
		completed: wholeJob, completedAppointment: wholeJob + "_2", cancelled: cancelledJob, foreign: foreignJob,
		store: tyres, asin: tyreASIN, resource: fitter,
	}
}

// lack skips a scenario for want of what the server does not have.
func (s *scene) lack(what string) {
	s.Helper()
	s.lacks = what
	s.Skip("found no " + what)
}

// part skips a scenario that nobody was found for.
func (s *scene) part(found, what string) string {
	s.Helper()
	if found == "" {
		s.lack(what)
	}
	return found
}

// pending takes a job that can be booked from the cast.
func (s *scene) pending() string {
	s.Helper()
	if len(s.cast.pending) == 0 {
		s.lack("more jobs that wait for an appointment")
	}
	job := s.cast.pending[0]
	s.cast.pending = s.cast.pending[1:]
	return job
}

// anyPending is one that the scenario leaves as it is.
func (s *scene) anyPending() string {
	s.Helper()
	if len(s.cast.pending) == 0 {
		s.lack("jobs that wait for an appointment")
	}
	return s.cast.pending[0]
}

// free are the free slots of a job within three days, which there must be.
func (s *scene) free(job string) []facade.AppointmentSlot {
	s.Helper()
	report, err := s.client.GetAppointmentSlotsByJob(s.Context(), job, facade.Window{Start: s.now().Add(day), End: s.now().Add(4 * day)}, s.note())
	s.succeeded(err)
	var free []facade.AppointmentSlot
	for _, slot := range report.AppointmentSlots {
		if slot.Capacity > 0 {
			free = append(free, slot)
		}
	}
	if len(free) < 2 {
		s.lack("two free slots")
	}
	return free
}

// book books an appointment, and returns its id.
func (s *scene) book(job string, at time.Time) string {
	s.Helper()
	booked, err := s.client.AddAppointment(s.Context(), job, facade.AppointmentTime{StartTime: at}, s.note())
	s.succeeded(err)
	return booked.AppointmentID
}

// job is a job as the server has it.
func (s *scene) job(id string) *facade.ServiceJob {
	s.Helper()
	job, err := s.client.GetServiceJob(s.Context(), id, s.note())
	s.succeeded(err)
	return job
}

// appointment is one of a job's appointments.
func (s *scene) appointment(job, id string) facade.Appointment {
	s.Helper()
	for _, a := range s.job(job).Appointments {
		if a.AppointmentID == id {
			return a
		}
	}
	s.Fatalf("job %s has no appointment %s", job, id)
	return facade.Appointment{}
}

// call makes one plausible call of an operation, of which nobody looks at the
// result but for whether there is one.
func (s *scene) call(c *facade.Client, operation string) error {
	s.Helper()
	result, err := s.callJob(c, operation, s.anyJob(), s.note())
	if err != nil && result {
		s.Errorf("%s has a result beside the error", operation)
	}
	return err
}

func (s *scene) anyJob() string {
	if len(s.cast.pending) > 0 {
		return s.cast.pending[0]
	}
	return "a-job"
}

// callJob calls an operation, for a job if it takes one.
func (s *scene) callJob(c *facade.Client, operation, job string, opts ...facade.CallOption) (result bool, err error) {
	ctx, start := s.Context(), s.now().Add(2*day).Truncate(time.Hour)
	when := facade.AppointmentTime{StartTime: start}
	record := facade.AvailabilityRecord{StartTime: start, EndTime: start.Add(time.Hour)}
	reservation := facade.Reservation{Type: facade.ReservationTypeBreak, Availability: record}
	window := facade.Window{Start: start, End: start.Add(day)}
	switch operation {
	case opGet:
		r, err := c.GetServiceJob(ctx, job, opts...)
		return r != nil, err
	case opCancel:
		return false, c.CancelServiceJob(ctx, job, "V1", opts...)
	case opComplete:
		return false, c.CompleteServiceJob(ctx, job, opts...)
	case opList:
		r, err := c.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: start.Add(-90 * day)}, opts...)
		return r != nil, err
	case opAdd:
		r, err := c.AddAppointment(ctx, job, when, opts...)
		return r != nil, err
	case opReschedule:
		r, err := c.RescheduleAppointment(ctx, job, "an-appointment", when, "R1", opts...)
		return r != nil, err
	case opAssign:
		r, err := c.AssignAppointmentResources(ctx, job, "an-appointment", []string{"a-resource"}, opts...)
		return r != nil, err
	case opFulfil:
		return false, c.SetAppointmentFulfillmentData(ctx, job, "an-appointment",
			facade.SetAppointmentFulfillmentDataRequest{AppointmentResources: facade.AppointmentResources{{ResourceID: "a-resource"}}}, opts...)
	case opRange:
		r, err := c.GetRangeSlotCapacity(ctx, "a-resource", facade.RangeCapacityQuery{Start: window.Start, End: window.End}, opts...)
		return r != nil, err
	case opFixed:
		r, err := c.GetFixedSlotCapacity(ctx, "a-resource", facade.FixedCapacityQuery{Start: window.Start, End: window.End}, opts...)
		return r != nil, err
	case opSchedule:
		r, err := c.UpdateSchedule(ctx, "a-resource", []facade.AvailabilityRecord{record}, opts...)
		return r != nil, err
	case opReserve:
		r, err := c.CreateReservation(ctx, "a-resource", reservation, opts...)
		return r != nil, err
	case opRereserve:
		r, err := c.UpdateReservation(ctx, "a-reservation", "a-resource", reservation, opts...)
		return r != nil, err
	case opRelease:
		return false, c.CancelReservation(ctx, "a-reservation", opts...)
	case opSlotsByJob:
		r, err := c.GetAppointmentSlotsByJob(ctx, job, window, opts...)
		return r != nil, err
	case opSlots:
		r, err := c.GetAppointmentSlots(ctx, "an-asin", "a-store", window, opts...)
		return r != nil, err
	case opDestination:
		r, err := c.CreateUploadDestination(ctx, gen.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: 1}, opts...)
		return r != nil, err
	}
	s.Fatalf("no call for %s", operation)
	return false, nil
}
