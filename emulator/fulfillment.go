package emulator

import (
	"maps"
	"time"

	"github.com/spservices/services-go/gen"
)

// fulfillmentBody is the body of setAppointmentFulfillmentData. Its times are
// text, because a time that is malformed or has an offset is a 422 here.
type fulfillmentBody struct {
	EstimatedArrivalTime *timeRangeBody           `json:"estimatedArrivalTime"`
	FulfillmentTime      *timeRangeBody           `json:"fulfillmentTime"`
	AppointmentResources gen.AppointmentResources `json:"appointmentResources"`
	FulfillmentDocuments gen.FulfillmentDocuments `json:"fulfillmentDocuments"`
}

type timeRangeBody struct {
	StartTime string `json:"startTime"`
	EndTime   string `json:"endTime"`
}

// proves reports whether b tells of work that was done.
func (b *fulfillmentBody) proves() bool {
	return b.FulfillmentTime != nil || len(b.AppointmentResources) > 0 || len(b.FulfillmentDocuments) > 0
}

func setAppointmentFulfillmentData(c *call, _ *none, body *fulfillmentBody) (any, *refusal) {
	if body.EstimatedArrivalTime == nil && !body.proves() {
		return nil, c.rule(nothingToRecord)
	}
	j, refused := c.openJob()
	if refused != nil {
		return nil, refused
	}
	a, refused := c.appointment(j, gen.AppointmentStatusActive, gen.AppointmentStatusCompleted)
	if refused != nil {
		return nil, refused
	}
	arrival, problems := c.arrivalTime(body)
	window, more := c.fulfillmentTime(body)
	problems = append(problems, more...)
	problems = append(problems, c.fulfillmentResources(body)...)
	problems = append(problems, c.fulfillmentDocuments(body)...)
	if len(problems) > 0 {
		return nil, &refusal{c.outcome(startMissing).status, problems}
	}
	next := j.edit(c.now)
	if body.EstimatedArrivalTime != nil {
		next.expect(a.AppointmentID, arrival)
	}
	if body.proves() {
		c.prove(next.appointment(a.AppointmentID), body, window)
	}
	c.seller.putJob(next)
	return nil, nil
}

// expect notes when the technician arrives. No answer tells it; the state does.
func (j *job) expect(appointmentID string, arrival gen.DateTimeRange) {
	arrivals := maps.Clone(j.arrivals)
	if arrivals == nil {
		arrivals = map[string]gen.DateTimeRange{}
	}
	arrivals[appointmentID] = arrival
	j.arrivals = arrivals
}

// prove writes the proof of appointment. What a call leaves out stays as an
// earlier one set it; without that, the technicians are those assigned.
func (c *call) prove(a *gen.Appointment, body *fulfillmentBody, window *gen.AppointmentTime) {
	proof := gen.POA{Technicians: a.AssignedTechnicians, POAType: gen.POATypeNoSignatureDummyPOS}
	if a.POA != nil {
		proof = *a.POA
	}
	proof.UploadTime = c.now
	if window != nil {
		proof.AppointmentTime = window
		a.AppointmentStatus = gen.AppointmentStatusCompleted
	}
	if ids := resourceIDs(body.AppointmentResources); len(ids) > 0 {
		proof.Technicians = c.technicians(ids)
	}
	if len(body.FulfillmentDocuments) > 0 {
		proof.POAType = gen.POATypePOAReceipt
	}
	a.POA = &proof
}

// arrivalTime checks when the technician is expected: both times, in UTC and in
// order. They may be past, because nothing says that they may not.
func (c *call) arrivalTime(body *fulfillmentBody) (arrival gen.DateTimeRange, problems []gen.Error) {
	given := body.EstimatedArrivalTime
	switch {
	case given == nil:
		return arrival, nil
	case given.StartTime == "" || given.EndTime == "":
		return arrival, []gen.Error{c.problem(arrivalIncomplete)}
	}
	start, problems := c.utcTime(given.StartTime)
	end, more := c.utcTime(given.EndTime)
	switch problems = append(problems, more...); {
	case len(problems) > 0:
		return arrival, problems
	case !start.Before(end):
		return arrival, []gen.Error{c.problem(arrivalEndNotAfterStart)}
	}
	return gen.DateTimeRange{StartTime: start, EndTime: end}, nil
}

// fulfillmentTime checks when the work was done. It stops at the first kind of
// fault; both times may have it.
func (c *call) fulfillmentTime(body *fulfillmentBody) (*gen.AppointmentTime, []gen.Error) {
	given := body.FulfillmentTime
	if given == nil {
		return nil, nil
	}
	start, ofStart, startProblem := c.workTime(given.StartTime, startMissing, startInFuture)
	end, ofEnd, endProblem := c.workTime(given.EndTime, endMissing, endInFuture)
	fault := min(ofStart, ofEnd)
	if fault > futureTimeFault && !start.IsZero() && !end.IsZero() && end.Before(start) {
		return nil, []gen.Error{c.problem(endBeforeStart, given.EndTime, given.StartTime)}
	}
	if fault == noTimeFault {
		minutes := int((end.Sub(start) + time.Minute - 1) / time.Minute)
		return &gen.AppointmentTime{StartTime: start, DurationInMinutes: max(minutes, 1)}, nil
	}
	var problems []gen.Error
	if ofStart == fault {
		problems = append(problems, startProblem)
	}
	if ofEnd == fault {
		problems = append(problems, endProblem)
	}
	return nil, problems
}

// timeFault is a kind of fault of a time, in the order that Amazon's examples
// have them in. Times that are out of order come before formTimeFault.
type timeFault uint8

const (
	missingTimeFault timeFault = iota
	futureTimeFault
	formTimeFault // no ISO 8601 time in UTC
	noTimeFault
)

func (c *call) workTime(text string, missing, inFuture rule) (time.Time, timeFault, gen.Error) {
	t, broken, ok := instant(text)
	switch {
	case text == "":
		return t, missingTimeFault, c.problem(missing)
	case t.After(c.now):
		return t, futureTimeFault, c.problem(inFuture)
	case !ok:
		return t, formTimeFault, c.problem(broken, text)
	}
	return t, noTimeFault, gen.Error{}
}

func (c *call) utcTime(text string) (time.Time, []gen.Error) {
	t, broken, ok := instant(text)
	if !ok {
		return t, []gen.Error{c.problem(broken, text)}
	}
	return t, nil
}

func (c *call) fulfillmentResources(body *fulfillmentBody) []gen.Error {
	for _, r := range body.AppointmentResources {
		if c.seller.resources[r.ResourceID] == nil {
			return []gen.Error{c.problem(fulfillmentResource)}
		}
	}
	return nil
}

func (c *call) fulfillmentDocuments(body *fulfillmentBody) (problems []gen.Error) {
	for _, given := range body.FulfillmentDocuments {
		if broken, ok := c.seller.documents[given.UploadDestinationID].flaw(given.ContentSHA256); ok {
			problems = append(problems, c.problem(broken))
		}
	}
	return problems
}
