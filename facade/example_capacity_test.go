package facade_test

import (
	"fmt"
	"log"
	"time"

	"github.com/spservices/services-go/facade"
)

var pacific = time.FixedZone("", -8*60*60)

// tuesday is the working day after today.
func tuesday(hour int) time.Time { return time.Date(2026, time.March, 3, hour, 0, 0, 0, pacific) }

func ExampleClient_GetRangeSlotCapacity() {
	capacity, err := newClient().GetRangeSlotCapacity(ctx, fitter, facade.RangeCapacityQuery{Start: tuesday(0), End: tuesday(24)})
	if err != nil {
		log.Fatal(err)
	}
	for _, kind := range capacity.Capacities {
		for _, slot := range kind.Slots {
			fmt.Println(kind.CapacityType, slot.StartDateTime.In(pacific).Format("15:04"), slot.EndDateTime.In(pacific).Format("15:04"), slot.Capacity)
		}
	}
	// Output:
	// SCHEDULED_CAPACITY 00:00 08:00 0
	// SCHEDULED_CAPACITY 08:00 18:00 1
	// SCHEDULED_CAPACITY 18:00 00:00 0
}

// A page covers five weeks.
func ExampleClient_RangeSlotCapacityPages() {
	slots := 0
	query := facade.RangeCapacityQuery{Start: tuesday(0), End: tuesday(0).AddDate(0, 0, 70), Types: []facade.CapacityType{facade.CapacityTypeScheduledCapacity}}
	for page, err := range newClient().RangeSlotCapacityPages(ctx, fitter, query) {
		if err != nil {
			log.Fatal(err)
		}
		for _, kind := range page.Capacities {
			slots += len(kind.Slots)
		}
	}
	fmt.Println(slots, "ranges")
	// Output: 142 ranges
}

func ExampleClient_GetFixedSlotCapacity() {
	capacity, err := newClient().GetFixedSlotCapacity(ctx, fitter, facade.FixedCapacityQuery{Start: tuesday(8), End: tuesday(12), SlotMinutes: 60})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(capacity.Capacities), "slots of", capacity.SlotDuration, "minutes")
	// Output: 4 slots of 60 minutes
}

func ExampleClient_FixedSlots() {
	query := facade.FixedCapacityQuery{Start: tuesday(8), End: tuesday(10), SlotMinutes: 60, Types: []facade.CapacityType{facade.CapacityTypeAvailableCapacity}}
	for slot, err := range newClient().FixedSlots(ctx, fitter, query) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(slot.StartDateTime.In(pacific).Format("15:04"), *slot.AvailableCapacity)
	}
	// Output:
	// 08:00 1
	// 09:00 1
}

func ExampleClient_FixedSlotCapacityPages() {
	query := facade.FixedCapacityQuery{Start: tuesday(0), End: tuesday(0).AddDate(0, 0, 70), SlotMinutes: 360}
	pages := 0
	for _, err := range newClient().FixedSlotCapacityPages(ctx, fitter, query) {
		if err != nil {
			log.Fatal(err)
		}
		pages++
	}
	fmt.Println(pages, "pages")
	// Output: 2 pages
}

// Every Monday from 16:00 to 21:00, where the technician is: times keep their
// offset. What was planned for that time before gives way.
func ExampleClient_UpdateSchedule() {
	evening := time.Date(2026, time.March, 9, 16, 0, 0, 0, pacific)
	warned, err := newClient().UpdateSchedule(ctx, fitter, []facade.AvailabilityRecord{{
		StartTime: evening, EndTime: evening.Add(5 * time.Hour), Capacity: 1,
		Recurrence: &facade.Recurrence{EndTime: evening.AddDate(0, 3, 0), DaysOfWeek: []facade.DayOfWeek{facade.DayOfWeekMonday}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	for _, record := range warned {
		fmt.Println(record.Warnings[0].Code)
	}
	// Output: ScheduleOverride
}

func ExampleClient_CreateReservation() {
	client := newClient()
	lunch := facade.Reservation{Type: facade.ReservationTypeBreak, Availability: facade.AvailabilityRecord{StartTime: tuesday(12), EndTime: tuesday(13), Capacity: 1}}
	made, err := client.CreateReservation(ctx, fitter, lunch)
	if err != nil {
		log.Fatal(err)
	}
	capacity, err := client.GetRangeSlotCapacity(ctx, fitter, facade.RangeCapacityQuery{
		Start: tuesday(12), End: tuesday(13), Types: []facade.CapacityType{facade.CapacityTypeAvailableCapacity},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(made.Reservation.ReservationID != "", capacity.Capacities[0].Slots[0].Capacity)
	// Output: true 0
}

// A reservation that is changed has a new id.
func ExampleClient_UpdateReservation() {
	client := newClient()
	lunch := facade.Reservation{Type: facade.ReservationTypeBreak, Availability: facade.AvailabilityRecord{StartTime: tuesday(12), EndTime: tuesday(13), Capacity: 1}}
	made, err := client.CreateReservation(ctx, fitter, lunch)
	if err != nil {
		log.Fatal(err)
	}
	lunch.Availability.EndTime = tuesday(14)
	changed, err := client.UpdateReservation(ctx, made.Reservation.ReservationID, fitter, lunch)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(changed.Reservation.ReservationID != made.Reservation.ReservationID)
	// Output: true
}

func ExampleClient_CancelReservation() {
	err := newClient().CancelReservation(ctx, "00000000-0000-4000-8000-000000000001")
	fmt.Println(err)
	// Output: <nil>
}
