package emulator

import (
	"fmt"
	"strings"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/wire"
)

// checked is the first thing that check finds wrong with the part of a seed
// that is at path.
func checked(path string, check func(*wire.Checker)) error {
	var c wire.Checker
	check(&c)
	for _, v := range c.Violations() {
		return problemAt(path+"."+v.Path, "%s", strings.TrimPrefix(v.String(), v.Path+" "))
	}
	return nil
}

func (s *Store) check(c *wire.Checker) {
	c.Range("slotMinutes", int64(s.SlotMinutes), 5, 24*60)
	wire.Enum(c, "schedulingType", s.SchedulingType)
	for i := range s.Services {
		location := s.Services[i].ServiceLocationType
		c.EnterItem("services", i)
		wire.Enum(c, "serviceLocationType", location)
		c.Leave()
	}
}

func (r *Resource) check(c *wire.Checker) {
	for i, location := range r.ServiceLocationTypes {
		c.EnterItem("serviceLocationTypes", i)
		c.Required("", location != "")
		wire.Enum(c, "", location)
		c.Leave()
	}
	for i := range r.Schedule {
		c.EnterItem("schedule", i)
		checkRecord(c, &r.Schedule[i])
		c.Leave()
	}
}

func (r *Reservation) check(c *wire.Checker) {
	r.Check(c) // the API description
	c.Enter("availability")
	checkRecord(c, &r.Availability)
	c.Leave()
}

func checkRecord(c *wire.Checker, r *gen.AvailabilityRecord) {
	r.Check(c)
	if broken, ok := recordRule(r); ok {
		c.Add("", outcomes[broken].message, "")
	}
}

func (j *job) check(c *wire.Checker) {
	j.Check(c) // the API description
	for i := range j.Appointments {
		a := &j.Appointments[i]
		c.EnterItem("appointments", i)
		if a.AppointmentID == "" || j.appointment(a.AppointmentID) != a {
			c.Add("", "appointmentId is missing or not unique", "")
		}
		if a.AppointmentStatus == gen.AppointmentStatusActive && (j.finished() || j.active() != a) {
			c.Add("appointmentStatus", "must not be ACTIVE in a job that is finished or has another active appointment", "")
		}
		c.Leave()
	}
	c.Enter("estimatedArrivalTimes")
	defer c.Leave()
	for id, arrival := range j.arrivals {
		if j.appointment(id) == nil {
			c.Add("", fmt.Sprintf("%q names no appointment", id), "")
		}
		arrival.Check(c)
		if !arrival.StartTime.Before(arrival.EndTime) {
			c.Add("endTime", "must be after startTime", "")
		}
	}
}

// writable refuses what could not be answered, such as a year after 9999.
func writable(path string, v any) error {
	if _, err := wire.Marshal(v); err != nil {
		return problemAt(path, "cannot be written as JSON: %s", redact.JSONError(err, v))
	}
	return nil
}
