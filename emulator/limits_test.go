package emulator_test

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

const oneDay = 24 * time.Hour

// A refresh token is worth nothing to another application, though both are known.
func TestRefreshTokensBelongToOneApplication(t *testing.T) {
	t.Parallel()
	seed, err := emulator.Default(noon)
	if err != nil {
		t.Fatal(err)
	}
	other := &seed.Sellers[1]
	other.ClientID, other.ClientSecret = "amzn1.application-oa2-client.other", "amzn1.oa2-cs.v1.other"
	f := start(t, emulator.WithSeed(emulator.Literal(seed)))
	for _, client := range seed.Sellers {
		for _, owner := range seed.Sellers {
			got := f.form(url.Values{
				"grant_type": {"refresh_token"}, "client_id": {client.ClientID}, "client_secret": {client.ClientSecret}, "refresh_token": {owner.RefreshToken},
			})
			if client.ClientID == owner.ClientID {
				got.want(200, `"access_token"`)
			} else {
				got.want(400, "invalid_grant")
			}
		}
	}
}

func TestListingChecksItsRanges(t *testing.T) {
	t.Parallel()
	f := start(t)
	at := func(days int) string { return noon.AddDate(0, 0, days).Format(time.RFC3339) }
	for query, broken := range map[string]string{
		"createdAfter=" + at(0) + "&createdBefore=" + at(-1):                                         "createdBefore",
		"lastUpdatedAfter=" + at(0) + "&lastUpdatedBefore=" + at(-1):                                 "lastUpdatedBefore",
		"createdAfter=" + at(0) + "&scheduleStartDate=" + at(0) + "&scheduleEndDate=" + at(-1):       "scheduleEndDate",
		"lastUpdatedAfter=" + at(0) + "&lastUpdatedBefore=" + at(0):                                  "",
		"createdAfter=" + at(-1) + "&createdBefore=" + at(0) + "&lastUpdatedBefore=" + at(0):         "",
		"lastUpdatedAfter=" + at(-1) + "&lastUpdatedBefore=" + at(0) + "&createdBefore=" + at(0):     "",
		"createdAfter=" + at(-1) + "&scheduleStartDate=" + at(-1) + "&scheduleEndDate=" + at(1):      "",
		"createdAfter=" + at(-1) + "&scheduleStartDate=" + at(-1):                                    "",
		"createdAfter=" + at(-1) + "&lastUpdatedAfter=" + at(-1) + "&lastUpdatedBefore=" + at(-2):    "lastUpdatedBefore",
		"lastUpdatedAfter=" + at(-1) + "&lastUpdatedBefore=" + at(-2) + "&createdBefore=" + at(-300): "lastUpdatedBefore",
	} {
		got := f.call("GET", "/service/v1/serviceJobs?marketplaceIds="+f.emu.Marketplace()+"&"+query, "")
		if broken == "" {
			got.want(200)
		} else {
			got.want(400, "InvalidInput", broken)
		}
	}
}

func (f *fixture) schedule(records ...gen.AvailabilityRecord) *answer {
	f.Helper()
	return f.call("PUT", "/service/v1/serviceResources/"+technician+"/schedules?marketplaceIds=X", toJSON(gen.UpdateScheduleRequest{Schedules: records}))
}

// working is how many hours are scheduled in a window.
func (f *fixture) working(from, to time.Time) (hours float64) {
	f.Helper()
	var got gen.RangeSlotCapacity
	f.call("POST", f.capacity(technician, "range", ""), "{"+windowOf(from, to)+"}").want(200).decode(&got)
	for _, slot := range got.Capacities[0].Slots {
		hours += float64(slot.Capacity) * slot.EndDateTime.Sub(slot.StartDateTime).Hours()
	}
	return hours
}

// idle is a midnight after which the technician of the default seed has no
// working hours any more.
var idle = noon.Truncate(oneDay).AddDate(3, 0, 0)

// hour is an hour of work.
func hour(from time.Time) gen.AvailabilityRecord {
	return gen.AvailabilityRecord{StartTime: from, EndTime: from.Add(time.Hour), Capacity: 1}
}

// A record recurs until its recurrence ends, and what has begun by then is
// carried to its end.
func TestRecurrenceEnds(t *testing.T) {
	t.Parallel()
	morning := idle.Add(9 * time.Hour)
	for after, want := range map[time.Duration]float64{
		time.Minute: 1, time.Hour: 1, oneDay: 1, oneDay + time.Minute: 2, 2*oneDay + time.Hour: 3, 3*oneDay - time.Hour: 3, 30 * oneDay: 20,
	} {
		f := start(t)
		record := hour(morning)
		record.Recurrence = &gen.Recurrence{EndTime: morning.Add(after)}
		f.schedule(record).want(200)
		if got := f.working(idle, idle.Add(20*oneDay)); got != want {
			t.Errorf("a recurrence that ends after %s has %v hours, want %v", after, got, want)
		}
	}
}

// A schedule of as many records as there may be takes no more, and what it does
// not take changes nothing of it.
func TestScheduleIsBounded(t *testing.T) {
	t.Parallel()
	const most = 1000
	f := start(t, emulator.WithScheduleUpdates(emulator.ReplaceOverlaps))
	var records []gen.AvailabilityRecord
	for i := range most - 1 { // the seed has one
		records = append(records, hour(idle.Add(time.Duration(i)*oneDay)))
	}
	f.schedule(append(records, hour(idle.Add(-oneDay)), hour(idle.Add(-2*oneDay)))...).want(400, "schedules")
	f.schedule(slices.Repeat([]gen.AvailabilityRecord{hour(idle)}, most+1)...).want(400, "schedules")
	f.schedule(records...).want(200)
	before := f.snapshot()
	f.schedule(records[0], hour(idle.Add(-oneDay))).want(400, "schedules")
	if f.snapshot() != before {
		t.Error("a refused update changed the state")
	}
	for i, from := range []time.Time{idle, idle.Add((most - 2) * oneDay)} {
		if hours := f.working(from, from.Add(time.Hour)); hours != 1 {
			t.Errorf("end %d of the schedule: %v hours, want 1", i, hours)
		}
	}
	f.schedule(records[0], records[most-2]).want(200, "ScheduleOverride") // in place of themselves

	f = start(t) // where nothing of the old schedule stays
	f.schedule(append(records, hour(idle.Add(-oneDay)))...).want(200)
	f.schedule(append(records, hour(idle.Add(-2*oneDay)))...).want(200)
	f.schedule(append(records, hour(idle.Add(-oneDay)), hour(idle.Add(-2*oneDay)))...).want(400, "schedules")
}

// What a later proof leaves out stays as the earlier one set it.
func TestFulfillmentKeepsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	prove := func(body string) *gen.POA {
		t.Helper()
		f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"), body).want(204)
		return f.job(pendingJob).Appointments[0].POA
	}
	destination, sum := f.upload([]byte("proof"))
	const resources = `"appointmentResources":[{"resourceId":"` + technician + `"}]`
	first := prove(`{"fulfillmentTime":{"startTime":"2026-03-01T09:00:00Z","endTime":"2026-03-01T10:30:00Z"},
		"fulfillmentDocuments":[{"uploadDestinationId":"` + destination + `","contentSha256":"` + sum + `"}]}`)
	if first.POAType != gen.POATypePOAReceipt || first.AppointmentTime.DurationInMinutes != 90 || len(first.Technicians) != 0 {
		t.Fatalf("the first proof: %+v", first)
	}
	f.emu.Clock().Advance(time.Minute)
	second := prove("{" + resources + "}")
	if second.POAType != gen.POATypePOAReceipt || second.AppointmentTime == nil || *second.AppointmentTime != *first.AppointmentTime ||
		len(second.Technicians) != 1 || second.Technicians[0].TechnicianID != technician || !second.UploadTime.After(first.UploadTime) {
		t.Errorf("with resources only: %+v", second)
	}
	third := prove(`{"fulfillmentTime":{"startTime":"2026-03-01T11:00:00Z","endTime":"2026-03-01T12:00:00Z"}}`)
	if third.POAType != gen.POATypePOAReceipt || third.AppointmentTime.DurationInMinutes != 60 || len(third.Technicians) != 1 {
		t.Errorf("with a time only: %+v", third)
	}
}

// Of a body, the beginning is remembered.
func TestRequestsKeepTheBeginningOfABody(t *testing.T) {
	t.Parallel()
	for _, size := range []int{100, 64 << 10, 64<<10 + 1, 100 << 10} {
		f := start(t)
		body := `{"appointmentTime":{},"padding":"` + strings.Repeat("x", size)
		body = body[:size-2] + `"}`
		f.call("POST", jobPath(pendingJob, "/appointments"), body).want(400)
		kept := f.emu.Requests(emulator.To(addOne))[0].Body
		if want := []byte(body[:min(size, 64<<10)]); !bytes.Equal(kept, want) {
			t.Errorf("%d bytes are remembered of %d, want %d", len(kept), size, len(want))
		}
	}
}

// A slot has the capacity of that part of it where least is available, and all
// kinds are of the same part.
func TestFixedSlotsHaveTheirScarcestPart(t *testing.T) {
	t.Parallel()
	minutes := func(n int) time.Time { return idle.Add(time.Duration(n) * time.Minute) }
	work := func(from, to, capacity int) gen.AvailabilityRecord {
		return gen.AvailabilityRecord{StartTime: minutes(from), EndTime: minutes(to), Capacity: capacity}
	}
	for name, c := range map[string]struct {
		schedule []gen.AvailabilityRecord
		reserved [][2]int // minutes from and to
		want     string   // scheduled, available, reserved, encumbered
	}{
		"even":                       {[]gen.AvailabilityRecord{work(0, 60, 3)}, nil, "3 3 0 0"},
		"nothing at the end":         {[]gen.AvailabilityRecord{work(0, 45, 3)}, nil, "0 0 0 0"},
		"nothing at the beginning":   {[]gen.AvailabilityRecord{work(15, 60, 3)}, nil, "0 0 0 0"},
		"less in the middle":         {[]gen.AvailabilityRecord{work(0, 60, 3), work(20, 40, 2)}, nil, "2 2 0 0"},
		"reserved in the middle":     {[]gen.AvailabilityRecord{work(0, 60, 3)}, [][2]int{{20, 40}}, "3 2 1 0"},
		"reserved at the end":        {[]gen.AvailabilityRecord{work(0, 60, 1)}, [][2]int{{40, 80}}, "1 0 1 0"},
		"reserved, then less":        {[]gen.AvailabilityRecord{work(0, 30, 3), work(30, 60, 1)}, [][2]int{{0, 30}}, "1 1 0 0"},
		"as little, with less work":  {[]gen.AvailabilityRecord{work(0, 30, 3), work(30, 60, 2)}, [][2]int{{0, 30}}, "2 2 0 0"},
		"as little, with more work":  {[]gen.AvailabilityRecord{work(0, 30, 2), work(30, 60, 3)}, [][2]int{{30, 60}}, "2 2 0 0"},
		"less in the slot that ends": {[]gen.AvailabilityRecord{work(-60, 0, 1), work(0, 60, 3), work(60, 120, 1)}, nil, "3 3 0 0"},
	} {
		f := start(t)
		f.schedule(c.schedule...).want(200)
		for _, r := range c.reserved {
			f.call("POST", "/service/v1/reservation?marketplaceIds=X", reservation(technician, minutes(r[0]), minutes(r[1]))).want(200)
		}
		var got gen.FixedSlotCapacity
		f.call("POST", f.capacity(technician, "fixed", ""), "{"+everyKind+`,"slotDuration":60,`+windowOf(minutes(-60), minutes(120))+"}").want(200).decode(&got)
		slot := got.Capacities[1]
		if text := fmt.Sprint(*slot.ScheduledCapacity, *slot.AvailableCapacity, *slot.ReservedCapacity, *slot.EncumberedCapacity); text != c.want || !slot.StartDateTime.Equal(idle) {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}
