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
	on := daysOf(r)
	last := min(r.Recurrence.EndTime.Unix(), window.end)
	day := max(0, (window.start-first.end)/daySeconds)
	for start := first.start + day*daySeconds; start < last; start += daySeconds {
		each := span{start, start + first.end - first.start}
		if each.overlaps(window) && on.hold(start) {
			found = append(found, each)
		}
	}
	return found
}

// recurrenceDays are the days that a record recurs on, at its own offset.
type recurrenceDays struct {
	offset      int64 // seconds east of UTC
	daysOfWeek  uint8 // a bit for each, from Sunday
	daysOfMonth []int
}

func daysOf(r *gen.AvailabilityRecord) (d recurrenceDays) {
	_, offset := r.StartTime.Zone()
	d = recurrenceDays{offset: int64(offset), daysOfMonth: r.Recurrence.DaysOfMonth}
	for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
		if slices.Contains(r.Recurrence.DaysOfWeek, gen.DayOfWeek(strings.ToUpper(weekday.String()))) {
			d.daysOfWeek |= 1 << weekday
		}
	}
	if len(r.Recurrence.DaysOfWeek) == 0 {
		d.daysOfWeek = 1<<7 - 1
	}
	return d
}

// hold reports whether the day that begins an occurrence is one of them.
func (d *recurrenceDays) hold(start int64) bool {
	local := start + d.offset
	day := local / daySeconds
	if local%daySeconds < 0 {
		day--
	}
	weekday := ((day+int64(time.Thursday))%7 + 7) % 7 // 1970 began on a Thursday
	return d.daysOfWeek&(1<<weekday) != 0 &&
		(len(d.daysOfMonth) == 0 || slices.Contains(d.daysOfMonth, time.Unix(local, 0).UTC().Day()))
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
	if !ra.overlaps(rb) || !sameHours(a, b) {
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

// sameHours reports false when two records that recur do so at different times
// of the day, which most of the records of a schedule do.
func sameHours(a, b *gen.AvailabilityRecord) bool {
	if a.Recurrence == nil || b.Recurrence == nil {
		return true
	}
	firstA, firstB := spanOf(a.StartTime, a.EndTime), spanOf(b.StartTime, b.EndTime)
	later := ((firstB.start-firstA.start)%daySeconds + daySeconds) % daySeconds
	return later < firstA.end-firstA.start || daySeconds-later < firstB.end-firstB.start
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
