package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
)

const daySeconds = 24 * 60 * 60

// overrideHorizon is how far ahead two recurring records are compared.
const overrideHorizon = 400 * daySeconds

// occurrences are the ranges of a record that touch window, in order. A record
// that recurs does so at the same time of the day, at its own offset, on the
// days that its recurrence names, or every day if it names none.
func occurrences(r *gen.AvailabilityRecord, window span) []span {
	first := spanOf(r.StartTime, r.EndTime)
	if r.Recurrence == nil {
		if first.overlaps(window) {
			return []span{first}
		}
		return nil
	}
	var found []span
	last := min(r.Recurrence.EndTime.Unix(), window.end)
	day := max(0, (window.start-first.end)/daySeconds)
	for start := first.start + day*daySeconds; start < last; start += daySeconds {
		each := span{start, start + first.end - first.start}
		if each.overlaps(window) && recursOn(r.Recurrence, time.Unix(start, 0).In(r.StartTime.Location())) {
			found = append(found, each)
		}
	}
	return found
}

func recursOn(r *gen.Recurrence, t time.Time) bool {
	weekday := gen.DayOfWeek(strings.ToUpper(t.Weekday().String()))
	return (len(r.DaysOfWeek) == 0 || slices.Contains(r.DaysOfWeek, weekday)) &&
		(len(r.DaysOfMonth) == 0 || slices.Contains(r.DaysOfMonth, t.Day()))
}

// reach is the range that all occurrences of a record lie in.
func reach(r *gen.AvailabilityRecord) span {
	whole := spanOf(r.StartTime, r.EndTime)
	if r.Recurrence != nil {
		whole.end = max(whole.end, r.Recurrence.EndTime.Unix()+daySeconds)
	}
	return whole
}

// overlap reports whether two records have occurrences at the same time.
func overlap(a, b *gen.AvailabilityRecord) bool {
	ra, rb := reach(a), reach(b)
	if !ra.overlaps(rb) {
		return false
	}
	common := span{max(ra.start, rb.start), min(ra.end, rb.end)}
	common.end = min(common.end, common.start+overrideHorizon)
	ofA, ofB := occurrences(a, common), occurrences(b, common)
	for len(ofA) > 0 && len(ofB) > 0 {
		switch {
		case ofA[0].overlaps(ofB[0]):
			return true
		case ofA[0].end <= ofB[0].start:
			ofA = ofA[1:]
		default:
			ofB = ofB[1:]
		}
	}
	return false
}

// recordRule is the rule that a record breaks.
func recordRule(r *gen.AvailabilityRecord) (broken rule, ok bool) {
	length := r.EndTime.Sub(r.StartTime)
	switch recurrence := r.Recurrence; {
	case length <= 0:
		return recordEndsBeforeStart, true
	case recurrence == nil:
		return 0, false
	case length > 24*time.Hour:
		return recordLongerThanDay, true
	case !recurrence.EndTime.After(r.StartTime),
		slices.ContainsFunc(recurrence.DaysOfMonth, func(day int) bool { return day < 1 || day > 31 }):
		return recordRecurrence, true
	}
	return 0, false
}

// capacityOf is the capacity of a record; one without a number means one.
func capacityOf(r *gen.AvailabilityRecord) int32 {
	return int32(min(max(r.Capacity, 1), 1<<20))
}
