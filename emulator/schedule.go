package emulator

import (
	"slices"
	"time"

	"github.com/spservices/services-go/gen"
)

// maxScheduleRecords bounds the records that a schedule may hold.
const maxScheduleRecords = 1000

// updateSchedule replaces a schedule, or a part of it. The later of two records
// that overlap is the one that counts. The same request has the same effect
// however often it comes.
func updateSchedule(c *call, _ *gen.UpdateScheduleParams, body *gen.UpdateScheduleRequest) (any, *refusal) {
	if len(body.Schedules) == 0 || len(body.Schedules) > maxScheduleRecords {
		return nil, c.rule(badParameters, "schedules")
	}
	resource := c.seller.resources[c.pathValues[0]]
	if resource == nil {
		return &gen.UpdateScheduleResponse{Errors: gen.ErrorList{c.problem(unknownResource)}}, nil
	}
	var (
		answer  = &gen.UpdateScheduleResponse{}
		current = slices.Clone(resource.Schedule)
		added   []gen.AvailabilityRecord
	)
	for i := range body.Schedules {
		record := &body.Schedules[i]
		if problem, ok := c.scheduleProblem(record); ok {
			answer.Payload = append(answer.Payload, gen.UpdateScheduleRecord{Availability: record, Errors: gen.ErrorList{problem}})
			continue
		}
		if slices.ContainsFunc(current, func(r gen.AvailabilityRecord) bool { return overlap(&r, record) }) {
			answer.Payload = append(answer.Payload, gen.UpdateScheduleRecord{Availability: record, Warnings: gen.WarningList{
				{Code: "ScheduleOverride", Message: "This AvailabilityRecord will override the current schedule as the time-ranges overlap"},
			}})
		}
		current, added = append(current, *record), append(added, *record)
	}
	if len(added) == 0 {
		return answer, nil
	}
	next := *resource
	next.Schedule = c.emulator.scheduleUpdates.kept(resource.Schedule, added)
	for i := range added {
		next.Schedule = slices.DeleteFunc(next.Schedule, func(r gen.AvailabilityRecord) bool { return sameRecord(&r, &added[i]) })
		next.Schedule = append(next.Schedule, added[i])
	}
	if len(next.Schedule) > maxScheduleRecords {
		return nil, c.rule(badParameters, "schedules")
	}
	c.seller.putResource(&next)
	return answer, nil
}

// kept is what stays of a schedule beside the records that are added.
func (how ScheduleUpdates) kept(schedule, added []gen.AvailabilityRecord) (kept []gen.AvailabilityRecord) {
	switch how {
	case ReplaceFrom:
		first := slices.MinFunc(added, func(a, b gen.AvailabilityRecord) int { return a.StartTime.Compare(b.StartTime) })
		for i := range schedule {
			kept = append(kept, before(&schedule[i], first.StartTime.Unix())...)
		}
	case ReplaceOverlaps:
		kept = slices.Clone(schedule)
	}
	return kept
}

// before is what a record has before a time: itself, or nothing, or a record
// that ends earlier. An occurrence that the time falls into makes a record of
// its own.
func before(r *gen.AvailabilityRecord, end int64) (left []gen.AvailabilityRecord) {
	o := occurringOf(r)
	last := end // no occurrence starts from then on
	for each := range occurrences(r, span{end - 1, end}) {
		if each.end > end {
			last = each.start
			cut := *r
			cut.StartTime, cut.EndTime, cut.Recurrence = atSecond(each.start).In(r.StartTime.Location()), atSecond(end).In(r.EndTime.Location()), nil
			left = append(left, cut)
		}
	}
	switch {
	case last <= o.first.start:
	case last < o.until && o.recurs:
		cut, recurrence := *r, *r.Recurrence
		recurrence.EndTime = atSecond(last).In(recurrence.EndTime.Location())
		cut.Recurrence = &recurrence
		left = append([]gen.AvailabilityRecord{cut}, left...)
	default:
		left = append([]gen.AvailabilityRecord{*r}, left...)
	}
	return left
}

// scheduleProblem is what is wrong with a record of a schedule.
func (c *call) scheduleProblem(r *gen.AvailabilityRecord) (problem gen.Error, ok bool) {
	if broken, ok := recordRule(r); ok {
		return c.problem(broken), true
	}
	if r.EndTime.Sub(r.StartTime) < time.Duration(c.shortestSlot)*time.Minute {
		return c.problem(recordTooShort, c.shortestSlot), true
	}
	return problem, false
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
