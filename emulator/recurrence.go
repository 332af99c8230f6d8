package emulator

import (
	"iter"
	"slices"
	"time"

	"github.com/spservices/services-go/gen"
)

const daySeconds = 24 * 60 * 60

// overrideHorizon is how far ahead two records are compared of which one recurs
// on days of the month: they may meet first after years, on the 29th of
// February or when a 31st is a Monday. Those that do not repeat every week.
const (
	overrideHorizon = 10 * 366 * daySeconds
	weeklyHorizon   = 14 * daySeconds
)

// occurrences are the ranges of a record that touch window, in order. A record
// that recurs does so at the same time of the day, at its own offset, on the
// days that its recurrence names, or every day if it names none.
func occurrences(r *gen.AvailabilityRecord, window span) iter.Seq[span] {
	o := occurringOf(r)
	return func(yield func(span) bool) { o.within(window, yield) }
}

const (
	everyWeekday = 1<<7 - 1
	everyDay     = 1<<32 - 1
)

// occurring is when a record occurs.
type occurring struct {
	first       span
	until       int64  // no occurrence starts from then on
	offset      int64  // of the days, in seconds east of UTC
	daysOfWeek  uint8  // a bit for each, from Sunday
	daysOfMonth uint32 // a bit for each, from bit 1
	recurs      bool
}

func occurringOf(r *gen.AvailabilityRecord) occurring {
	o := occurring{first: spanOf(r.StartTime, r.EndTime), recurs: r.Recurrence != nil}
	if !o.recurs {
		o.until, o.daysOfWeek, o.daysOfMonth = o.first.start+1, everyWeekday, everyDay
		return o
	}
	_, offset := r.StartTime.Zone()
	o.offset, o.until = int64(offset), r.Recurrence.EndTime.Unix()
	for weekday, name := range weekdays {
		if len(r.Recurrence.DaysOfWeek) == 0 || slices.Contains(r.Recurrence.DaysOfWeek, name) {
			o.daysOfWeek |= 1 << weekday
		}
	}
	for _, day := range r.Recurrence.DaysOfMonth {
		o.daysOfMonth |= 1 << day
	}
	if o.daysOfMonth == 0 {
		o.daysOfMonth = everyDay
	}
	return o
}

var weekdays = [7]gen.DayOfWeek{
	gen.DayOfWeekSunday, gen.DayOfWeekMonday, gen.DayOfWeekTuesday, gen.DayOfWeekWednesday,
	gen.DayOfWeekThursday, gen.DayOfWeekFriday, gen.DayOfWeekSaturday,
}

// within yields the occurrences that touch window until it is told to stop,
// and reports whether it was.
func (o *occurring) within(window span, yield func(span) bool) (stopped bool) {
	length := o.first.end - o.first.start
	day := max(0, (window.start-o.first.end)/daySeconds)
	last := min(o.until, window.end)
	for start := o.first.start + day*daySeconds; start < last; start += daySeconds {
		each := span{start, start + length}
		if each.overlaps(window) && o.on(start) && !yield(each) {
			return true
		}
	}
	return false
}

// on reports whether the day that begins an occurrence is one of them.
func (o *occurring) on(start int64) bool {
	weekday := ((o.day(start)+int64(time.Thursday))%7 + 7) % 7 // 1970 began on a Thursday
	return o.daysOfWeek&(1<<weekday) != 0 &&
		(o.daysOfMonth == everyDay || o.daysOfMonth&(1<<time.Unix(start+o.offset, 0).UTC().Day()) != 0)
}

// day is the day of a time, counted from 1970.
func (o *occurring) day(at int64) int64 {
	at += o.offset
	if at < 0 {
		at -= daySeconds - 1
	}
	return at / daySeconds
}

// reach is the range that all occurrences lie in.
func (o *occurring) reach() span {
	return span{o.first.start, max(o.first.end, o.until+daySeconds)}
}

// overlap reports whether two records have occurrences at the same time.
func overlap(a, b *gen.AvailabilityRecord) bool {
	ofA, ofB := occurringOf(a), occurringOf(b)
	if ofA.recurs && ofB.recurs && !mayMeet(&ofA, &ofB) {
		return false
	}
	ra, rb := ofA.reach(), ofB.reach()
	common := span{max(ra.start, rb.start), min(ra.end, rb.end)}
	if ofA.daysOfMonth&ofB.daysOfMonth == everyDay {
		common.end = min(common.end, common.start+weeklyHorizon)
	} else {
		common.end = min(common.end, common.start+overrideHorizon)
	}
	met := func(span) bool { return false }
	return ofA.within(common, func(each span) bool { return !ofB.within(each, met) })
}

// mayMeet reports false when two records that recur do so at different times
// of the day, which most of the records of a schedule do, or on different days.
func mayMeet(a, b *occurring) bool {
	later := ((b.first.start-a.first.start)%daySeconds + daySeconds) % daySeconds
	for _, shift := range [2]int64{later, later - daySeconds} { // from one of a to the nearest of b
		if shift >= a.first.end-a.first.start || -shift >= b.first.end-b.first.start {
			continue
		}
		days := b.day(a.first.start+shift) - a.day(a.first.start)
		turn := (days%7 + 7) % 7
		weekdays := (b.daysOfWeek>>turn | b.daysOfWeek<<(7-turn)) & everyWeekday
		if a.daysOfWeek&weekdays != 0 && (days != 0 || a.daysOfMonth&b.daysOfMonth != 0) {
			return true
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
