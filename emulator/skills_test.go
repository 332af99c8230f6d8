package emulator_test

import (
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// TestSlotsAreOfThoseWithTheSkills has two technicians with a skill each.
func TestSlotsAreOfThoseWithTheSkills(t *testing.T) {
	t.Parallel()
	slot := noon.Add(24 * time.Hour)
	f := start(t, emulator.WithSeed(func(now time.Time) (*emulator.Seed, error) {
		seed, err := oneSlot(slot, 4)(now)
		s := &seed.Sellers[0]
		s.Resources = append(s.Resources, s.Resources[0])
		s.Resources[1].ResourceID = "other"
		for i, skill := range []string{"TYRES", "OIL"} {
			s.Resources[i].Skills = []string{skill, "DRIVING"}
		}
		for i, skills := range [][]string{{"TYRES"}, {"OIL", "DRIVING"}, {"TYRES", "OIL"}, nil} {
			s.Jobs[i].ScopeOfWork = &gen.ScopeOfWork{RequiredSkills: skills}
		}
		return seed, err
	}))
	free := func(job string) (capacity int) {
		for _, s := range f.slots(job) {
			capacity += s.Capacity
		}
		return capacity
	}
	check := func(when string, want ...int) {
		t.Helper()
		for i, job := range []string{"job-0", "job-1", "job-2", "job-3"} {
			if got := free(job); got != want[i] {
				t.Errorf("%s %s has %d free slots, want %d", when, job, got, want[i])
			}
		}
	}
	check("at first", 1, 1, 0, 2)
	f.call("POST", jobPath("job-2", "/appointments"), appointmentAt(slot)).want(422)
	f.book("job-1", slot)
	check("with an appointment for oil", 1, 0, 0, 1)
	f.book("job-0", slot)
	check("with both technicians booked", 0, 0, 0, 0)
}
