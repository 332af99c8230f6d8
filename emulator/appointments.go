package emulator

import (
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/iso8601"
	"github.com/spservices/services-go/internal/rules"
	"github.com/spservices/services-go/internal/wire"
)

// maxAhead is how far ahead an appointment may lie.
const maxAhead = 365 * 24 * time.Hour

// appointmentBody is the body of addAppointment. Its time is text, because a
// time that is malformed or has an offset is a 422 here, not a 400.
type appointmentBody struct {
	AppointmentTime struct {
		StartTime         string `json:"startTime"`
		DurationInMinutes int    `json:"durationInMinutes"`
	} `json:"appointmentTime"`
}

// Check adds the constraints that b breaks to c.
func (b *appointmentBody) Check(c *wire.Checker) {
	c.Enter("appointmentTime")
	defer c.Leave()
	c.Required("startTime", b.AppointmentTime.StartTime != "")
	c.Range("durationInMinutes", int64(b.AppointmentTime.DurationInMinutes), 0, 1<<31)
}

// rescheduleBody is the body of rescheduleAppointment.
type rescheduleBody struct {
	appointmentBody
	RescheduleReasonCode string `json:"rescheduleReasonCode"`
}

// Check adds the constraints that b breaks to c.
func (b *rescheduleBody) Check(c *wire.Checker) {
	b.appointmentBody.Check(c)
	c.Required("rescheduleReasonCode", b.RescheduleReasonCode != "")
}

func addAppointment(c *call, _ *none, body *appointmentBody) (any, *refusal) {
	j, refused := c.openJob()
	if refused != nil {
		return nil, refused
	}
	window, refused := c.freeWindow(j, body)
	if refused != nil {
		return nil, refused
	}
	if j.active() != nil {
		return nil, c.rule(appointmentExists, j.ServiceJobID)
	}
	next := j.edit(c.now)
	id := c.appoint(next, window)
	c.seller.putJob(next)
	return &gen.SetAppointmentResponse{AppointmentID: id}, nil
}

func rescheduleAppointment(c *call, _ *none, body *rescheduleBody) (any, *refusal) {
	j, refused := c.openJob()
	if refused != nil {
		return nil, refused
	}
	moved, refused := c.appointment(j, gen.AppointmentStatusActive)
	switch {
	case refused != nil:
		return nil, refused
	case !rescheduleReasons.MatchString(body.RescheduleReasonCode):
		return nil, c.rule(unknownReason, body.RescheduleReasonCode)
	}
	window, refused := c.freeWindow(j, &body.appointmentBody)
	if refused != nil {
		return nil, refused
	}
	next := j.edit(c.now)
	id := c.appoint(next, window)
	old := next.appointment(moved.AppointmentID)
	old.AppointmentStatus = gen.AppointmentStatusCancelled
	old.RescheduledAppointmentID = id
	c.seller.putJob(next)
	answer := &gen.SetAppointmentResponse{AppointmentID: id}
	if len(moved.AssignedTechnicians) > 0 {
		answer.Warnings = gen.WarningList{{Code: "RESOURCES_UNASSIGNED", Message: "The resources of the appointment that was moved are not assigned to the new one."}}
	}
	return answer, nil
}

// appoint adds an active appointment to a job and returns its id.
func (c *call) appoint(next *job, window *gen.AppointmentTime) string {
	id := next.ServiceJobID + "_" + c.seller.newID()
	if len(id) > 100 {
		id = id[len(id)-36:] // the longest that the API takes, without the job's own
	}
	next.ServiceJobStatus = gen.ServiceJobStatusNotServiced
	next.Appointments = append(next.Appointments, gen.Appointment{
		AppointmentID:     id,
		AppointmentStatus: gen.AppointmentStatusActive,
		AppointmentTime:   window,
	})
	return id
}

// appointment finds the appointment that the path names, in one of statuses.
func (c *call) appointment(j *job, statuses ...gen.AppointmentStatus) (*gen.Appointment, *refusal) {
	id := c.pathValues[1]
	a := j.appointment(id)
	if a == nil {
		return nil, c.rule(unknownAppointment, id)
	}
	for _, status := range statuses {
		if a.AppointmentStatus == status {
			return a, nil
		}
	}
	return nil, c.rule(inactiveAppointment, id)
}

// instant reads a time that has to be in UTC. It is zero when it is malformed.
func instant(text string) (t time.Time, broken rule, ok bool) {
	t, err := iso8601.Parse(text)
	switch {
	case err != nil, t.IsZero(), !representable(t):
		return time.Time{}, malformedTime, false
	case !isUTC(t):
		return t, timeWithOffset, false
	}
	return t, 0, true
}

// freeWindow checks that the time asked for is a free slot of the job. The
// slot of the job's active appointment counts as free.
func (c *call) freeWindow(j *job, body *appointmentBody) (*gen.AppointmentTime, *refusal) {
	text := body.AppointmentTime.StartTime
	start, broken, ok := instant(text)
	switch {
	case !ok:
		return nil, c.rule(broken, text)
	case !start.After(c.now):
		return nil, c.rule(timeNotInFuture, text)
	case start.After(c.now.Add(maxAhead)):
		return nil, c.rule(timeTooFarAhead, text)
	}
	store := c.seller.stores[j.StoreID]
	if store == nil {
		return nil, c.rule(slotNotAvailable, j.ServiceJobID)
	}
	minutes := body.AppointmentTime.DurationInMinutes
	if minutes == 0 {
		minutes = store.SlotMinutes
	}
	var held bookingKey
	if active := j.active(); active != nil {
		held = bookingKey{j.ServiceJobID, active.AppointmentID}
	}
	wanted := span{start.Unix(), start.Unix() + int64(minutes)*60}
	if start.Nanosecond() != 0 || wanted.start%store.slotSeconds() != 0 || wanted.end-wanted.start > int64(rules.MaxSlotWindow/time.Second) ||
		c.seller.free(needOf(&j.ServiceJob), wanted, held) < 1 {
		return nil, c.rule(slotNotAvailable, j.ServiceJobID)
	}
	return &gen.AppointmentTime{StartTime: start, DurationInMinutes: minutes}, nil
}
