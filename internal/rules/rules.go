// Package rules holds the rules for requests that the reference states in prose,
// where the API description cannot.
package rules

import (
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// MaxSlotWindow is the longest window of slots that Amazon answers.
const MaxSlotWindow = 90 * 24 * time.Hour

// Check holds a call to everything the reference says: its constraints, which
// the generated checks know, and the rules in its prose, below.
func Check(c *wire.Checker, call *gen.Call) {
	for _, part := range []any{call.Query, call.Body} {
		if part, ok := part.(wire.Checkable); ok {
			part.Check(c)
		}
	}
	CheckLists(c, call.Query)
	switch q := call.Query.(type) {
	case *gen.GetServiceJobsParams:
		checkJobFilters(c, q)
	case *gen.GetAppointmmentSlotsByJobIDParams:
		checkSlotWindow(c, q.StartTime, q.EndTime)
	case *gen.GetAppointmentSlotsParams:
		checkSlotWindow(c, q.StartTime, q.EndTime)
	}
	switch b := call.Body.(type) {
	case *gen.AssignAppointmentResourcesRequest:
		checkNotEmpty(c, "resources", len(b.Resources), b.Resources == nil)
	case *gen.UpdateScheduleRequest:
		checkNotEmpty(c, "schedules", len(b.Schedules), b.Schedules == nil)
	case *gen.RangeSlotCapacityQuery:
		checkOrder(c, "endDateTime", "startDateTime", b.StartDateTime, b.EndDateTime)
	case *gen.FixedSlotCapacityQuery:
		checkOrder(c, "endDateTime", "startDateTime", b.StartDateTime, b.EndDateTime)
	}
}

// checkNotEmpty leaves a list that is missing to the generated check.
func checkNotEmpty(c *wire.Checker, name string, count int, missing bool) {
	if !missing {
		c.Items(name, count, 1, math.MaxInt)
	}
}

func checkJobFilters(c *wire.Checker, q *gen.GetServiceJobsParams) {
	created, updated := !q.CreatedAfter.IsZero(), !q.LastUpdatedAfter.IsZero()
	switch {
	case created && updated:
		c.Add("createdAfter", "must not be given together with lastUpdatedAfter", "")
	case !created && !updated && q.PageToken == "":
		c.Add("createdAfter", "is required on a first page, unless lastUpdatedAfter is given", "")
	}
	checkNotBefore(c, "createdBefore", "createdAfter", q.CreatedAfter, q.CreatedBefore)
	checkNotBefore(c, "lastUpdatedBefore", "lastUpdatedAfter", q.LastUpdatedAfter, q.LastUpdatedBefore)
	checkNotBefore(c, "scheduleEndDate", "scheduleStartDate", q.ScheduleStartDate, q.ScheduleEndDate)
}

func checkSlotWindow(c *wire.Checker, start, end time.Time) {
	switch {
	case start.IsZero() && end.IsZero():
	case start.IsZero():
		c.Add("startTime", "is required with endTime", "")
	case end.IsZero():
		c.Add("endTime", "is required with startTime", "")
	default:
		checkOrder(c, "endTime", "startTime", start, end)
		if end.Sub(start) > MaxSlotWindow {
			c.Add("endTime", "must be at most 90 days after startTime "+text(start), text(end))
		}
	}
}

func checkOrder(c *wire.Checker, later, earlier string, start, end time.Time) {
	if !start.IsZero() && !end.IsZero() && !end.After(start) {
		c.Add(later, "must be after "+earlier+" "+text(start), text(end))
	}
}

func checkNotBefore(c *wire.Checker, later, earlier string, start, end time.Time) {
	if !start.IsZero() && !end.IsZero() && end.Before(start) {
		c.Add(later, "must not be before "+earlier+" "+text(start), text(end))
	}
}

// text is a time as it is sent.
func text(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// CheckLists refuses list items that hold the comma which separates them.
func CheckLists(c *wire.Checker, params any) {
	if params == nil {
		return
	}
	fields := reflect.ValueOf(params).Elem()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.Kind() != reflect.Slice {
			continue
		}
		name, _ := wire.QueryName(fields.Type().Field(i))
		for j := range field.Len() {
			if item := field.Index(j); item.Kind() == reflect.String && strings.ContainsRune(item.String(), ',') {
				c.EnterItem(name, j)
				c.Add("", "must not contain a comma", c.Got(item.String()))
				c.Leave()
			}
		}
	}
}
