package emulator

import (
	"slices"

	"github.com/spservices/services-go/gen"
)

// maxScheduleRecords bounds the records that a schedule may hold.
const maxScheduleRecords = 1000

// updateSchedule adds records to a schedule. The later of two records that
// overlap is the one that counts, so that the same request has the same effect
// however often it comes.
func updateSchedule(c *call, _ *gen.UpdateScheduleParams, body *gen.UpdateScheduleRequest) (any, *refusal) {
	if len(body.Schedules) == 0 || len(body.Schedules) > maxScheduleRecords {
		return nil, c.rule(badParameters, "schedules")
	}
	id := c.pathValues[0]
	resource := c.seller.resources[id]
	if resource == nil {
		return &gen.UpdateScheduleResponse{Errors: gen.ErrorList{c.problem(unknownResource)}}, nil
	}
	next := *resource
	next.Schedule = slices.Clone(resource.Schedule)
	answer := &gen.UpdateScheduleResponse{}
	for i := range body.Schedules {
		record := &body.Schedules[i]
		if broken, ok := recordRule(record); ok {
			answer.Payload = append(answer.Payload, gen.UpdateScheduleRecord{Availability: record, Errors: gen.ErrorList{c.problem(broken)}})
			continue
		}
		if slices.ContainsFunc(next.Schedule, func(r gen.AvailabilityRecord) bool { return overlap(&r, record) }) {
			answer.Payload = append(answer.Payload, gen.UpdateScheduleRecord{Availability: record, Warnings: gen.WarningList{
				{Code: "ScheduleOverride", Message: "This AvailabilityRecord overrides the current schedule where the time ranges overlap."},
			}})
		}
		next.Schedule = slices.DeleteFunc(next.Schedule, func(r gen.AvailabilityRecord) bool { return sameRecord(&r, record) })
		next.Schedule = append(next.Schedule, *record)
	}
	if len(next.Schedule) > maxScheduleRecords {
		return nil, c.rule(badParameters, "schedules")
	}
	c.seller.putResource(&next)
	return answer, nil
}

// sameRecord reports whether two records cover the same times. The days that
// a record recurs on are those of its own offset.
func sameRecord(a, b *gen.AvailabilityRecord) bool {
	if !a.StartTime.Equal(b.StartTime) || !a.EndTime.Equal(b.EndTime) || (a.Recurrence == nil) != (b.Recurrence == nil) {
		return false
	}
	_, offsetA := a.StartTime.Zone()
	_, offsetB := b.StartTime.Zone()
	return a.Recurrence == nil || offsetA == offsetB && a.Recurrence.EndTime.Equal(b.Recurrence.EndTime) &&
		slices.Equal(a.Recurrence.DaysOfWeek, b.Recurrence.DaysOfWeek) &&
		slices.Equal(a.Recurrence.DaysOfMonth, b.Recurrence.DaysOfMonth)
}
