package emulator_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

func TestAddAppointmentRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	free := f.slots(pendingJob)[0].StartTime
	for body, want := range map[string]struct {
		status int
		text   string
	}{
		"":                                    {400, "appointmentTime.startTime"},
		"{":                                   {400, "body"},
		"[]":                                  {400, "body"},
		`{"appointmentTime":{"startTime":5}}`: {400, "appointmentTime.startTime"},
		`{"appointmentTime":{"startTime":"2026-03-04T16:00:00Z","durationInMinutes":-1}}`: {400, "appointmentTime.durationInMinutes"},
		`{"appointmentTime":{"startTime":"2026-03-04T16-00:00Z"}}`:                        {422, "Failed to parse ISO8601 input: 2026-03-04T16-00:00Z"},
		`{"appointmentTime":{"startTime":"2026-03-04T16:00:00+05:30"}}`:                   {422, "is not in UTC"},
		appointmentAt(noon):                       {422, "not in the future"},
		appointmentAt(noon.AddDate(1, 0, 1)):      {422, "365 days"},
		appointmentAt(free.Add(15 * time.Minute)): {422, "slot is not available"},
		appointmentAt(noon.Add(12 * time.Hour)):   {422, "slot is not available"},
		`{"appointmentTime":{"startTime":"` + free.Format(time.RFC3339) + `","durationInMinutes":6000}}`: {422, "slot is not available"},
	} {
		f.call("POST", jobPath(pendingJob, "/appointments"), body).want(want.status, "InvalidInput", want.text)
	}
	f.call("POST", jobPath(completedJob, "/appointments"), appointmentAt(free)).want(422, "finished")
	f.book(pendingJob, free)
	f.call("POST", jobPath(pendingJob, "/appointments"), appointmentAt(free.Add(time.Hour))).want(422, "active appointment")
}

func TestLastFreeSlotIsBookedOnce(t *testing.T) {
	t.Parallel()
	slot := noon.Add(24 * time.Hour).Truncate(time.Hour)
	f := start(t, emulator.WithSeed(oneSlot(slot, 100)))
	var booked, refused atomic.Int32
	var callers sync.WaitGroup
	for i := range 100 {
		callers.Go(func() {
			switch got := f.call("POST", jobPath(fmt.Sprintf("job-%d", i), "/appointments"), appointmentAt(slot)); got.status {
			case 200:
				booked.Add(1)
			case 422:
				refused.Add(1)
			default:
				t.Errorf("got %d %s", got.status, got.text)
			}
		})
	}
	callers.Wait()
	if booked.Load() != 1 || refused.Load() != 99 {
		t.Errorf("%d booked and %d refused, want 1 and 99", booked.Load(), refused.Load())
	}
}

// oneSlot is a seller with one resource that works for one hour.
func oneSlot(slot time.Time, jobs int) emulator.Source {
	return func(now time.Time) (*emulator.Seed, error) {
		seed, err := emulator.Empty(now)
		if err != nil {
			return nil, err
		}
		s := &seed.Sellers[0]
		s.Stores = []emulator.Store{{StoreID: "store", SlotMinutes: 60}}
		s.Resources = []emulator.Resource{{
			ResourceID: "resource", StoreID: "store",
			Schedule: []gen.AvailabilityRecord{{StartTime: slot, EndTime: slot.Add(time.Hour)}},
		}}
		for i := range jobs {
			s.Jobs = append(s.Jobs, emulator.Job{ServiceJob: gen.ServiceJob{
				ServiceJobID: fmt.Sprintf("job-%d", i), StoreID: "store", CreateTime: now, ServiceJobStatus: gen.ServiceJobStatusPendingSchedule,
			}})
		}
		return seed, nil
	}
}

// TestUnassignedAppointmentsShareAResource books hour after hour, which one of
// two resources can do, and then the whole time at once.
func TestUnassignedAppointmentsShareAResource(t *testing.T) {
	t.Parallel()
	day := noon.Add(24 * time.Hour)
	seed := func(now time.Time) (*emulator.Seed, error) {
		seed, err := oneSlot(day, 6)(now)
		first := &seed.Sellers[0].Resources[0]
		first.Schedule[0].EndTime = day.Add(4 * time.Hour)
		second := *first
		second.ResourceID = "second"
		seed.Sellers[0].Resources = append(seed.Sellers[0].Resources, second)
		return seed, err
	}
	f := start(t, emulator.WithSeed(seed))
	for i := range 3 {
		f.book(fmt.Sprintf("job-%d", i), day.Add(time.Duration(i)*time.Hour))
	}
	whole := `{"appointmentTime":{"startTime":"2026-03-03T20:00:00Z","durationInMinutes":240}}`
	f.call("POST", jobPath("job-3", "/appointments"), whole).want(200)
	f.call("POST", jobPath("job-4", "/appointments"), whole).want(422, "slot is not available")
	f.call("POST", jobPath("job-4", "/appointments"), appointmentAt(day)).want(422, "slot is not available")
	f.book("job-4", day.Add(3*time.Hour))
	f.call("POST", jobPath("job-5", "/appointments"), appointmentAt(day.Add(3*time.Hour))).want(422, "slot is not available")
}

func TestAssignAppointmentResources(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	assign := func(appointment, body string) *answer {
		return f.call("PUT", jobPath(pendingJob, "/appointments/", appointment, "/resources"), body)
	}
	assign(id, "").want(400, "resources")
	assign(id, `{"resources":[]}`).want(400, "size greater than or equal to 1")
	assign("other", `{"resources":[{}]}`).want(422, "other")
	assign(id, `{"resources":[{}]}`).want(200)
	assign(id, `{"resources":[{"resourceId":"nobody"}]}`).want(422, "InvalidInput", "nobody")
	assign(id, `{"resources":[{"resourceId":"A1TECHNICIAN05"},{"resourceId":"A2TECHNICIAN01"}]}`).want(422,
		"RESOURCES_MISMATCHED_SERVICE_LOCATION_TYPE", "RESOURCES_MISSING_REQUIRED_SKILLS",
		"RESOURCES_NOT_AVAILABLE_IN_LOCATION", "RESOURCES_NOT_REGISTERED_UNDER_MERCHANT")
	if got := assign(id, `{"resources":[{"resourceId":"`+technician+`"}]}`).want(200); strings.Contains(string(got.text), "warnings") {
		t.Errorf("a free resource draws %s", got.text)
	}
	if got := f.job(pendingJob).Appointments[0].AssignedTechnicians; len(got) != 1 || got[0].Name != "Ada Example" {
		t.Errorf("assigned %+v", got)
	}

	other := "00000000-0000-4000-a000-000000000031" // a pending job of the same store
	start := f.job(pendingJob).Appointments[0].AppointmentTime.StartTime
	second := f.book(other, start)
	f.call("PUT", jobPath(other, "/appointments/", second, "/resources"), `{"resources":[{"resourceId":"`+technician+`"}]}`).
		want(200, `"payload"`, "RESOURCES_OVERBOOKED")
	f.call("PUT", jobPath(pendingJob, "/cancellations?cancellationReasonCode=V1"), "").want(200)
	assign(id, `{"resources":[{}]}`).want(422, "finished")
}

func TestRescheduleRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	free := f.slots(pendingJob)
	id := f.book(pendingJob, free[0].StartTime)
	move := func(appointment, reason string, to time.Time) *answer {
		return f.call("POST", jobPath(pendingJob, "/appointments/", appointment), strings.TrimSuffix(appointmentAt(to), "}")+`,"rescheduleReasonCode":"`+reason+`"}`)
	}
	move(id, "", free[1].StartTime).want(400, "rescheduleReasonCode")
	move(id, "U1", free[1].StartTime).want(422, "U1")
	move("other", "R1", free[1].StartTime).want(422, "other")
	f.call("POST", jobPath("nope", "/appointments/", id), `{"appointmentTime":{"startTime":"2026-01-01T00:00:00Z"},"rescheduleReasonCode":"R1"}`).
		want(422, `"No job exist with jobId : nope"`) // Amazon has these words here alone
	move(id, "R1", free[1].StartTime.Add(time.Minute)).want(422, "slot is not available")
	move(id, "R1", free[1].StartTime).want(200)
	move(id, "R1", free[2].StartTime).want(422, id)
}

func TestFulfillmentRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	destination, sum := f.upload([]byte("proof"))
	late, _ := f.destination([]byte("never uploaded"))
	for body, want := range map[string]struct {
		status int
		texts  []string
	}{
		"":   {400, []string{"fulfillmentTime"}},
		"{}": {400, []string{"fulfillmentDocuments"}},
		`{"fulfillmentTime":{"startTime":"2026-01-01T10:00:00Z"}}`:                                                                                   {422, []string{"end time is required"}},
		`{"fulfillmentTime":{"startTime":"2026-01-01T10:00:00+05:30","endTime":"x"}}`:                                                                {422, []string{"is not in UTC", "parse ISO8601 input: x"}},
		`{"fulfillmentTime":{"startTime":"2026-01-02T10:00:00Z","endTime":"2026-01-01T10:00:00Z"}}`:                                                  {422, []string{"before its start"}},
		`{"fulfillmentTime":{"startTime":"9998-01-01T10:00:00Z","endTime":"2026-01-01T10:00:00Z"},"appointmentResources":[{"resourceId":"nobody"}]}`: {422, []string{"in future", "does not exist"}},
		`{"fulfillmentDocuments":[{"uploadDestinationId":"unknown","contentSha256":"x"}]}`:                                                           {422, []string{`Input document id does not exist. Please check the input"`}},
		`{"fulfillmentDocuments":[{"uploadDestinationId":"` + late.UploadDestinationID + `","contentSha256":"x"}]}`:                                  {422, []string{"parameters are invalid"}},
		`{"fulfillmentDocuments":[{"uploadDestinationId":"` + destination + `","contentSha256":"x"}]}`:                                               {422, []string{"contentSha256"}},
	} {
		got := f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"), body).want(want.status, want.texts...)
		if !strings.HasPrefix(string(got.text), "[{") {
			t.Errorf("errors are not a bare array: %s", got.text)
		}
	}
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"),
		`{"fulfillmentDocuments":[{"uploadDestinationId":"`+destination+`","contentSha256":"`+sum+`"}]}`).want(204)
}
