package emulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// schedules starts with a resource that has no schedule, and returns what adds
// records to it.
func schedules(t *testing.T) (f *fixture, update func(records ...string) *answer) {
	t.Helper()
	f = start(t, emulator.WithScheduleUpdates(emulator.ReplaceOverlaps), emulator.WithSeed(func(now time.Time) (*emulator.Seed, error) {
		seed, err := tinySeed(now)
		seed.Sellers[0].Resources[0].Schedule = nil
		return seed, err
	}))
	return f, func(records ...string) *answer {
		t.Helper()
		return f.call("PUT", "/service/v1/serviceResources/resource/schedules?marketplaceIds=X", `{"schedules":[`+strings.Join(records, ",")+`]}`).want(200)
	}
}

// scheduled is what a resource has scheduled at a time.
func (f *fixture) scheduled(at time.Time) int32 {
	f.Helper()
	var got gen.RangeSlotCapacity
	f.call("POST", f.capacity("resource", "range", ""), "{"+windowOf(at, at.Add(time.Minute))+"}").want(200).decode(&got)
	return got.Capacities[0].Slots[0].Capacity
}

func TestDaysOfARecurrenceAreThoseOfItsOffset(t *testing.T) {
	t.Parallel()
	f, update := schedules(t)
	const mondays = `"recurrence":{"endTime":"2026-06-01T00:00:00Z","daysOfWeek":["MONDAY"]}`
	update(`{"startTime":"2026-03-02T20:00:00-07:00","endTime":"2026-03-02T21:00:00-07:00",` + mondays + `}`)
	if got := update(`{"startTime":"2026-03-03T03:00:00Z","endTime":"2026-03-03T04:00:00Z",` + mondays + `}`); strings.Contains(string(got.text), "ScheduleOverride") {
		t.Errorf("Mondays in UTC override Mondays at -07:00: %s", got.text)
	}
	for at, want := range map[string]int32{"2026-03-10T03:30:00Z": 1, "2026-03-09T03:30:00Z": 1, "2026-03-11T03:30:00Z": 0} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.scheduled(when); got != want {
			t.Errorf("%d are scheduled at %s, want %d", got, at, want)
		}
	}
}

func TestRecurringRecordsOverrideWheneverTheyFirstMeet(t *testing.T) {
	t.Parallel()
	record := func(start, offset, days string) string {
		return fmt.Sprintf(`{"startTime":"2027-08-02T%[1]s:00:00%[2]s","endTime":"2027-08-02T%[1]s:30:00%[2]s","recurrence":{"endTime":"2037-08-01T00:00:00Z",%[3]s}}`, start, offset, days)
	}
	for _, c := range []struct {
		name, first, second string
		meet                bool
	}{
		{"on 31 January 2028", record("08", "Z", `"daysOfMonth":[31]`), record("08", "Z", `"daysOfWeek":["MONDAY"]`), true},
		{"on 28 February 2029, a 1 March elsewhere", record("20", "-07:00", `"daysOfMonth":[28]`), record("03", "Z", `"daysOfMonth":[1]`), true},
		{"on 29 February 2028, a 1 March elsewhere", record("20", "-07:00", `"daysOfMonth":[29]`), record("03", "Z", `"daysOfMonth":[1]`), true},
		{"on 31 March 2029, a Saturday", record("08", "Z", `"daysOfMonth":[31],"daysOfWeek":["SATURDAY"]`), record("08", "Z", `"daysOfWeek":["SATURDAY"]`), true},
		{"never, by the month", record("08", "Z", `"daysOfMonth":[30]`), record("08", "Z", `"daysOfMonth":[31]`), false},
		{"never, by the week", record("08", "Z", `"daysOfWeek":["TUESDAY"]`), record("08", "Z", `"daysOfWeek":["MONDAY"]`), false},
		{"never, by both", record("08", "Z", `"daysOfMonth":[31],"daysOfWeek":["TUESDAY"]`), record("08", "Z", `"daysOfWeek":["MONDAY"]`), false},
	} {
		_, update := schedules(t)
		update(c.first)
		got := update(c.second)
		if overrides := strings.Contains(string(got.text), "ScheduleOverride"); overrides != c.meet {
			t.Errorf("they meet %s: override %t", c.name, overrides)
		}
	}
}
