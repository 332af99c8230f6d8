package emulator

import (
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// job is a service job as it is stored: never changed, only replaced.
type job struct {
	gen.ServiceJob
	updated  time.Time
	arrivals map[string]gen.DateTimeRange // estimated, by appointment id
	text     atomic.Pointer[[]byte]       // JSON, once it was asked for
}

// edit returns a copy to change and store.
func (j *job) edit(now time.Time) *job {
	next := &job{ServiceJob: j.ServiceJob, updated: now, arrivals: j.arrivals}
	next.Appointments = slices.Clone(j.Appointments)
	return next
}

func (j *job) encode() ([]byte, error) {
	if text := j.text.Load(); text != nil {
		return *text, nil
	}
	text, err := wire.Marshal(&j.ServiceJob)
	if err != nil {
		return nil, err
	}
	j.text.Store(&text)
	return text, nil
}

// active returns the active appointment, of which a job has at most one.
func (j *job) active() *gen.Appointment {
	for i := range j.Appointments {
		if j.Appointments[i].AppointmentStatus == gen.AppointmentStatusActive {
			return &j.Appointments[i]
		}
	}
	return nil
}

func (j *job) appointment(id string) *gen.Appointment {
	for i := range j.Appointments {
		if j.Appointments[i].AppointmentID == id {
			return &j.Appointments[i]
		}
	}
	return nil
}

func (j *job) finished() bool {
	return j.ServiceJobStatus == gen.ServiceJobStatusCompleted || j.ServiceJobStatus == gen.ServiceJobStatusCancelled
}

// job finds the job that the path names.
func (c *call) job() (*job, *refusal) {
	id := c.pathValues[0]
	if j := c.seller.jobs.find(id); j != nil {
		return j, nil
	}
	if c.state.jobOwners[id] != nil {
		return nil, c.rule(foreign)
	}
	return nil, c.rule(unknownJob, id)
}

// openJob finds the job that the path names and that may still be changed.
func (c *call) openJob() (*job, *refusal) {
	j, refused := c.job()
	if refused == nil && j.finished() {
		return nil, c.rule(finishedJob, j.ServiceJobID)
	}
	return j, refused
}

func getServiceJob(c *call, _, _ *none) (any, *refusal) {
	j, refused := c.job()
	if refused != nil {
		return nil, refused
	}
	return &gen.GetServiceJobByServiceJobIDResponse{Payload: &j.ServiceJob}, nil
}

// cancellationReasons and rescheduleReasons are the forms of Amazon's reason
// codes; its examples take V1 and R1 and refuse INV1 and U1.
var (
	cancellationReasons = regexp.MustCompile(`^V[1-9]$`)
	rescheduleReasons   = regexp.MustCompile(`^R[1-9]$`)
)

func cancelServiceJob(c *call, query *gen.CancelServiceJobByServiceJobIDParams, _ *none) (any, *refusal) {
	j, refused := c.job()
	switch {
	case refused != nil:
		return nil, refused
	case !cancellationReasons.MatchString(query.CancellationReasonCode):
		return nil, c.rule(unknownReason, query.CancellationReasonCode)
	case j.ServiceJobStatus == gen.ServiceJobStatusCompleted:
		return nil, c.rule(cancelOfCompletedJob, j.ServiceJobID)
	}
	c.finish(j, gen.ServiceJobStatusCancelled, gen.AppointmentStatusCancelled)
	return &gen.CancelServiceJobByServiceJobIDResponse{}, nil
}

func completeServiceJob(c *call, _, _ *none) (any, *refusal) {
	j, refused := c.job()
	switch {
	case refused != nil:
		return nil, refused
	case j.ServiceJobStatus == gen.ServiceJobStatusCancelled:
		return nil, c.rule(completionOfCancelledJob, j.ServiceJobID)
	}
	c.finish(j, gen.ServiceJobStatusCompleted, gen.AppointmentStatusCompleted)
	return &gen.CompleteServiceJobByServiceJobIDResponse{}, nil
}

// finish closes a job together with its active appointment. Closing it again
// the same way changes nothing.
func (c *call) finish(j *job, status gen.ServiceJobStatus, appointment gen.AppointmentStatus) {
	if j.ServiceJobStatus == status {
		return
	}
	next := j.edit(c.now)
	next.ServiceJobStatus = status
	if active := next.active(); active != nil {
		active.AppointmentStatus = appointment
	}
	c.seller.putJob(next)
}
