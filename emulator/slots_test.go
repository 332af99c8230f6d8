package emulator_test

import (
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// TestSlotsCountResourcesThatCanDoTheService has one resource that can do the
// service, and others that each lack one thing for it: a skill, the location,
// the store. Slots and bookings count the one alone.
func TestSlotsCountResourcesThatCanDoTheService(t *testing.T) {
	t.Parallel()
	slot := noon.Add(24 * time.Hour).Truncate(time.Hour)
	seed, err := oneSlot(slot, 3)(noon)
	if err != nil {
		t.Fatal(err)
	}
	s := &seed.Sellers[0]
	skills := []string{"TYRE_FITTING", "WHEEL_BALANCING"}
	s.Stores[0].Services = []emulator.Service{{ASIN: "B000EXAM02", RequiredSkills: skills, ServiceLocationType: gen.ServiceLocationTypeInStore}}
	s.Stores = append(s.Stores, emulator.Store{StoreID: "elsewhere", SlotMinutes: 60})
	able := s.Resources[0]
	able.Skills, able.ServiceLocationTypes = append(skills, "PLUMBING"), []gen.ServiceLocationType{gen.ServiceLocationTypeInStore}
	unskilled, half, mobile, other := able, able, able, able
	unskilled.ResourceID, unskilled.Skills = "unskilled", nil
	half.ResourceID, half.Skills = "half", []string{"TYRE_FITTING"}
	mobile.ResourceID, mobile.ServiceLocationTypes = "mobile", []gen.ServiceLocationType{gen.ServiceLocationTypeInHome}
	other.ResourceID, other.StoreID = "other", "elsewhere"
	s.Resources = []emulator.Resource{unskilled, half, able, mobile, other}
	for i := range s.Jobs {
		s.Jobs[i].ScopeOfWork = &gen.ScopeOfWork{ASIN: "B000EXAM02", RequiredSkills: skills}
		s.Jobs[i].ServiceLocation = &gen.ServiceLocation{ServiceLocationType: gen.ServiceLocationTypeInStore}
	}
	f := start(t, emulator.WithSeed(emulator.Literal(seed)))
	window := "&startTime=" + slot.Format(time.RFC3339) + "&endTime=" + slot.Add(time.Hour).Format(time.RFC3339) + "&marketplaceIds=" + f.emu.Marketplace()
	capacity := func(path string) int {
		t.Helper()
		var got gen.GetAppointmentSlotsResponse
		f.call("GET", path+window, "").want(200).decode(&got)
		if len(got.Payload.AppointmentSlots) != 1 {
			t.Fatalf("%s: %d slots, want 1", path, len(got.Payload.AppointmentSlots))
		}
		return got.Payload.AppointmentSlots[0].Capacity
	}
	byJob, byService := jobPath("job-1", "/appointmentSlots?"), "/service/v1/appointmentSlots?asin=B000EXAM02&storeId=store"
	if a, b := capacity(byJob), capacity(byService); a != 1 || b != 1 {
		t.Errorf("%d free by job and %d by service, want 1", a, b)
	}
	f.book("job-0", slot)
	if a, b := capacity(byJob), capacity(byService); a != 0 || b != 0 {
		t.Errorf("%d free by job and %d by service after a booking, want 0", a, b)
	}
	f.call("POST", jobPath("job-1", "/appointments"), appointmentAt(slot)).want(422, "slot is not available")
}
