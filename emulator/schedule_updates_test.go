package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// Readings of what updateSchedule does, by name.
var readings = map[string]emulator.ScheduleUpdates{
	"ReplaceAll": emulator.ReplaceAll, "ReplaceFrom": emulator.ReplaceFrom, "ReplaceOverlaps": emulator.ReplaceOverlaps,
}

// The model of a schedule is the capacity of each half hour of modelDays days.
const (
	modelDays = 9
	cell      = 30 * time.Minute
	modelled  = modelDays * int(oneDay/cell)
)

type model [modelled]int32

// paint gives the cells of a record its capacity, and returns the first of them.
func (m *model) paint(from time.Time, r *gen.AvailabilityRecord) {
	days := 1
	if r.Recurrence != nil {
		days = modelDays + 1
	}
	for day := range days {
		start := r.StartTime.AddDate(0, 0, day)
		if r.Recurrence != nil && (!start.Before(r.Recurrence.EndTime) || !recursOn(r.Recurrence, start)) {
			continue
		}
		for at := start; at.Before(start.Add(r.EndTime.Sub(r.StartTime))); at = at.Add(cell) {
			if i := int(at.Sub(from) / cell); i >= 0 && i < modelled {
				m[i] = int32(r.Capacity)
			}
		}
	}
}

func recursOn(r *gen.Recurrence, day time.Time) bool {
	return (len(r.DaysOfWeek) == 0 || slices.Contains(r.DaysOfWeek, gen.DayOfWeek(strings.ToUpper(day.Weekday().String())))) &&
		(len(r.DaysOfMonth) == 0 || slices.Contains(r.DaysOfMonth, day.Day()))
}

// update does to the model what an update of a schedule does, by a reading.
// Records that end before they start are left out.
func (m *model) update(how emulator.ScheduleUpdates, from time.Time, records []gen.AvailabilityRecord) {
	records = slices.DeleteFunc(slices.Clone(records), func(r gen.AvailabilityRecord) bool { return !r.EndTime.After(r.StartTime) })
	if len(records) == 0 {
		return
	}
	first := slices.MinFunc(records, func(a, b gen.AvailabilityRecord) int { return a.StartTime.Compare(b.StartTime) }).StartTime
	for i := range m {
		if how == emulator.ReplaceAll || how == emulator.ReplaceFrom && !from.Add(time.Duration(i)*cell).Before(first) {
			m[i] = 0
		}
	}
	for i := range records {
		m.paint(from, &records[i])
	}
}

// published is what the emulator says of the cells.
func (f *fixture) published(from time.Time) (m model) {
	f.Helper()
	var got gen.RangeSlotCapacity
	f.call("POST", f.capacity("resource", "range", ""), "{"+windowOf(from, from.Add(modelDays*oneDay))+"}").want(200).decode(&got)
	for _, slot := range got.Capacities[0].Slots {
		for at := slot.StartDateTime; at.Before(slot.EndDateTime); at = at.Add(cell) {
			m[at.Sub(from)/cell] = slot.Capacity
		}
	}
	return m
}

// drawRecords are records within the cells of the model: once or repeatedly,
// at any offset, for up to a day, and some that end before they start.
func drawRecords(t *rapid.T, from time.Time) (records []gen.AvailabilityRecord) {
	for range rapid.IntRange(1, 4).Draw(t, "records") {
		zone := time.FixedZone("", 1800*rapid.IntRange(-20, 20).Draw(t, "offset"))
		start := from.Add(time.Duration(rapid.IntRange(0, modelled-1).Draw(t, "start")) * cell).In(zone)
		length := rapid.IntRange(-1, 48).Draw(t, "length")
		r := gen.AvailabilityRecord{StartTime: start, EndTime: start.Add(time.Duration(length) * cell), Capacity: rapid.IntRange(1, 5).Draw(t, "capacity")}
		switch rapid.IntRange(0, 4).Draw(t, "recurrence") {
		case 0, 1:
			if length > 0 && rapid.Bool().Draw(t, "long") {
				r.EndTime = r.EndTime.Add(3 * oneDay)
			}
		case 2:
			r.Recurrence = &gen.Recurrence{}
		case 3:
			r.Recurrence = &gen.Recurrence{DaysOfWeek: []gen.DayOfWeek{gen.DayOfWeekMonday, gen.DayOfWeekWednesday, gen.DayOfWeekSaturday}}
		case 4:
			r.Recurrence = &gen.Recurrence{DaysOfMonth: []int{start.Day(), start.AddDate(0, 0, 2).Day(), start.AddDate(0, 0, 3).Day()}}
		}
		if r.Recurrence != nil {
			r.Recurrence.EndTime = start.Add(time.Duration(rapid.IntRange(1, 8*48).Draw(t, "recurs for")) * cell)
		}
		records = append(records, r)
	}
	return records
}

// TestPublishedScheduleFollowsItsReading updates a schedule again and again, and
// compares what is published with the model, by each reading. What is published
// is the same after the state was kept and read again.
func TestPublishedScheduleFollowsItsReading(t *testing.T) {
	t.Parallel()
	for name, how := range readings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				from := noon.Truncate(oneDay).AddDate(0, 0, rapid.IntRange(-2, 30).Draw(t, "day"))
				f := start(t, emulator.WithScheduleUpdates(how), emulator.WithSeed(func(now time.Time) (*emulator.Seed, error) {
					seed, err := tinySeed(now)
					seed.Sellers[0].Resources[0].Schedule = nil
					return seed, err
				}))
				var want model
				for i := range rapid.IntRange(1, 4).Draw(t, "updates") {
					records := drawRecords(t, from)
					body := toJSON(gen.UpdateScheduleRequest{Schedules: records})
					for range 1 + rapid.IntRange(0, 1).Draw(t, "repeats") { // the same request again changes nothing
						f.call("PUT", "/service/v1/serviceResources/resource/schedules?marketplaceIds="+f.emu.Marketplace(), body).want(200)
					}
					want.update(how, from, records)
					if got := f.published(from); got != want {
						t.Fatalf("after update %d, %s:\n got %v\nwant %v", i+1, body, got, want)
					}
				}
				if err := f.emu.Restore([]byte(f.snapshot())); err != nil {
					t.Fatal(err)
				}
				if got := f.published(from); got != want {
					t.Fatalf("after it was restored:\n got %v\nwant %v", got, want)
				}
			})
		})
	}
}

// TestScheduleUpdates has a schedule of a whole week and one update of it, by
// each reading and by default.
func TestScheduleUpdates(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time {
		return idle.Add(time.Duration(day)*oneDay + time.Duration(hour)*time.Hour)
	}
	week := gen.AvailabilityRecord{StartTime: at(0, 9), EndTime: at(0, 17), Capacity: 1, Recurrence: &gen.Recurrence{EndTime: at(7, 0)}}
	noons := gen.AvailabilityRecord{StartTime: at(3, 12), EndTime: at(3, 13), Capacity: 3, Recurrence: &gen.Recurrence{EndTime: at(5, 0)}}
	early := gen.AvailabilityRecord{StartTime: at(3, 5), EndTime: at(3, 6), Capacity: 3}
	wrong := gen.AvailabilityRecord{StartTime: at(1, 12), EndTime: at(1, 11), Capacity: 3}
	for _, c := range []struct {
		name    string
		options []emulator.Option
		records []gen.AvailabilityRecord
		hours   [8]float64 // published, by day
		warned  bool
	}{
		{"by default", nil, []gen.AvailabilityRecord{noons}, [8]float64{3: 3, 4: 3}, true},
		{"all", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceAll)}, []gen.AvailabilityRecord{noons}, [8]float64{3: 3, 4: 3}, true},
		{"all, without an overlap", nil, []gen.AvailabilityRecord{early}, [8]float64{3: 3}, false},
		{"from", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceFrom)}, []gen.AvailabilityRecord{noons}, [8]float64{8, 8, 8, 3 + 3, 3}, true},
		{"from, without an overlap", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceFrom)}, []gen.AvailabilityRecord{early}, [8]float64{8, 8, 8, 3}, false},
		{"from the earliest", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceFrom)}, []gen.AvailabilityRecord{noons, early}, [8]float64{8, 8, 8, 3 + 3, 3}, true},
		{"overlaps", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceOverlaps)}, []gen.AvailabilityRecord{noons}, [8]float64{8, 8, 8, 10, 10, 8, 8}, true},
		{"overlaps, without one", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceOverlaps)}, []gen.AvailabilityRecord{early}, [8]float64{8, 8, 8, 11, 8, 8, 8}, false},
		{"all, but what is wrong", nil, []gen.AvailabilityRecord{wrong, early}, [8]float64{3: 3}, false},
		{"from, but what is wrong", []emulator.Option{emulator.WithScheduleUpdates(emulator.ReplaceFrom)}, []gen.AvailabilityRecord{wrong, early}, [8]float64{8, 8, 8, 3}, false},
		{"nothing, if all is wrong", nil, []gen.AvailabilityRecord{wrong}, [8]float64{8, 8, 8, 8, 8, 8, 8}, false},
	} {
		f := start(t, c.options...)
		f.schedule(week).want(200)
		got := string(f.schedule(c.records...).want(200).text)
		if warned := strings.Contains(got, "ScheduleOverride"); warned != c.warned {
			t.Errorf("%s: answered %s, want a warning: %t", c.name, got, c.warned)
		}
		var hours [8]float64
		for day := range hours {
			hours[day] = f.working(at(day, 0), at(day+1, 0))
		}
		if hours != c.hours {
			t.Errorf("%s: %v hours are published, want %v", c.name, hours, c.hours)
		}
	}
	for _, unknown := range []emulator.ScheduleUpdates{3, 255} {
		if _, err := emulator.New(emulator.WithScheduleUpdates(unknown)); err == nil || !strings.Contains(err.Error(), fmt.Sprint(uint8(unknown))) {
			t.Errorf("reading %d: got %v", unknown, err)
		}
	}
}

// What is booked and reserved in hours that an update takes away stays as it is,
// and counts again when the hours are given back.
func TestBookingsOutliveTheHoursTheyWereMadeIn(t *testing.T) {
	t.Parallel()
	f := start(t)
	slot := f.slots(pendingJob)[0].StartTime
	id := f.book(pendingJob, slot)
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200)
	reserved := f.reserve(gen.Reservation{Type: gen.ReservationTypeBreak, Availability: hour(slot.Add(time.Hour))}).Reservation.ReservationID
	appointments := toJSON(f.job(pendingJob).Appointments)
	capacity := func() string {
		var got gen.FixedSlotCapacity
		f.call("POST", f.capacity(technician, "fixed", ""), "{"+everyKind+`,"slotDuration":60,`+windowOf(slot, slot.Add(2*time.Hour))+"}").want(200).decode(&got)
		var text []string
		for _, s := range got.Capacities {
			text = append(text, fmt.Sprint(*s.ScheduledCapacity, *s.AvailableCapacity, *s.EncumberedCapacity, *s.ReservedCapacity))
		}
		return strings.Join(text, ", ")
	}
	f.schedule(hour(idle)).want(200)
	if got := capacity(); got != "0 0 0 0, 0 0 0 0" {
		t.Errorf("without the hours: %s", got)
	}
	if got := toJSON(f.job(pendingJob).Appointments); got != appointments || !strings.Contains(f.snapshot(), reserved) {
		t.Errorf("without the hours the job has %s, had %s; or the reservation is gone", got, appointments)
	}
	back := hour(slot)
	back.EndTime = slot.Add(2 * time.Hour)
	f.schedule(back).want(200)
	if got := capacity(); got != "1 0 1 0, 1 0 0 1" {
		t.Errorf("with the hours again: %s", got)
	}
	f.call("PUT", jobPath(pendingJob, "/cancellations?cancellationReasonCode=V1"), "").want(200)
	f.call("DELETE", reservationPath+"/"+reserved+"?marketplaceIds="+f.emu.Marketplace(), "").want(204)
}
