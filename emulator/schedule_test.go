package emulator_test

import (
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
	f = start(t, emulator.WithSeed(func(now time.Time) (*emulator.Seed, error) {
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
