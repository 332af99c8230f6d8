package emulator_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

func arrival(start, end string) string {
	return `{"estimatedArrivalTime":{"startTime":"` + start + `","endTime":"` + end + `"}}`
}

func TestEstimatedArrivalTimeRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	const early, late = "2026-03-03T17:00:00Z", "2026-03-03T18:00:00Z"
	before := f.snapshot()
	for body, want := range map[string]struct {
		status int
		texts  []string
	}{
		`{"estimatedArrivalTime":null}`:                          {400, []string{"estimatedArrivalTime"}},
		`{"estimatedArrivalTime":"` + early + `"}`:               {400, []string{"estimatedArrivalTime"}},
		`{"estimatedArrivalTime":{"startTime":5}}`:               {400, []string{"estimatedArrivalTime.startTime"}},
		`{"estimatedArrivalTime":{}}`:                            {422, []string{"start and end time both are mandatory"}},
		`{"estimatedArrivalTime":{"startTime":"` + early + `"}}`: {422, []string{"start and end time both are mandatory"}},
		`{"estimatedArrivalTime":{"endTime":"` + late + `"}}`:    {422, []string{"start and end time both are mandatory"}},
		arrival("soon", late):                                    {422, []string{"Failed to parse ISO8601 input: soon"}},
		arrival("soon", "2026-03-03T18:00:00-08:00"):             {422, []string{"Failed to parse ISO8601 input: soon", "2026-03-03T18:00:00-08:00 is not in UTC"}},
		arrival("0000-01-01T00:00:00Z", late):                    {422, []string{"Failed to parse ISO8601 input"}},
		arrival(early, early):                                    {422, []string{"should be after its start time"}},
		arrival(late, early):                                     {422, []string{"should be after its start time"}},
		strings.TrimSuffix(arrival(late, early), "}") + `,"fulfillmentTime":{"startTime":"x"},"appointmentResources":[{"resourceId":"nobody"}]}`: {422, []string{
			"should be after its start time", "end time is required", "does not exist",
		}},
		strings.TrimSuffix(arrival(early, late), "}") + `,"appointmentResources":[{"resourceId":"nobody"}]}`: {422, []string{"does not exist"}},
	} {
		got := f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"), body).want(want.status, append(want.texts, "InvalidInput")...)
		if !strings.HasPrefix(string(got.text), "[{") {
			t.Errorf("%s: errors are not a bare array: %s", body, got.text)
		}
	}
	if f.snapshot() != before {
		t.Error("what was refused has changed the state")
	}
	f.call("PUT", jobPath(completedJob, "/appointments/", completedJob, "_1/fulfillment"), arrival(early, late)).want(422, "finished")
}

// TestEstimatedArrivalTimeIsKept gives two times, the second of them past, and
// expects the latest beside the appointment, which it neither proves nor ends.
func TestEstimatedArrivalTimeIsKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	slot := noon.Add(24 * time.Hour)
	f := startOn(t, file)
	id := f.book("job-0", slot)
	path := jobPath("job-0", "/appointments/", id, "/fulfillment")
	f.call("PUT", path, arrival("2026-03-03T17:00:00Z", "2026-03-03T18:00:00Z")).want(204)
	f.call("PUT", path, arrival("2021-01-01T10:00:00.000Z", "2021-01-01T10:30:00.500Z")).want(204)
	want := `"estimatedArrivalTimes":{"` + id + `":{"startTime":"2021-01-01T10:00:00Z","endTime":"2021-01-01T10:30:00.5Z"}}`
	state := f.snapshot()
	if !strings.Contains(state, want) {
		t.Errorf("%s lacks %s", state, want)
	}
	if a := f.job("job-0").Appointments[0]; a.AppointmentStatus != gen.AppointmentStatusActive || a.POA != nil {
		t.Errorf("an expected technician leaves %+v", a)
	}
	f.admin("GET", "state", "").want(200, want)
	f.call("PUT", jobPath("job-0", "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"resource"}]}`).want(200)
	state = f.snapshot()
	if !strings.Contains(state, want) {
		t.Error("assigning a resource has forgotten the arrival")
	}
	if err := f.emu.Restore([]byte(state)); err != nil || f.snapshot() != state {
		t.Errorf("the state restored is not what it was: %v", err)
	}
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	if got := startOn(t, file).snapshot(); got != state {
		t.Errorf("reopened: %s, want %s", got, state)
	}
}

func TestArrivalTogetherWithProof(t *testing.T) {
	t.Parallel()
	f := start(t)
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	body := strings.TrimSuffix(arrival("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"), "}") +
		`,"fulfillmentTime":{"startTime":"2026-03-01T09:30:00Z","endTime":"2026-03-01T11:00:00Z"}}`
	f.call("PUT", jobPath(pendingJob, "/appointments/", id, "/fulfillment"), body).want(204)
	if a := f.job(pendingJob).Appointments[0]; a.AppointmentStatus != gen.AppointmentStatusCompleted || a.POA == nil || a.POA.AppointmentTime.DurationInMinutes != 90 {
		t.Errorf("fulfilled appointment: %+v", a)
	}
	if !strings.Contains(f.snapshot(), `"estimatedArrivalTimes":{"`+id+`":{"startTime":"2026-03-01T09:00:00Z"`) {
		t.Error("the state lacks the arrival")
	}
}

func TestArrivalOfASeedIsChecked(t *testing.T) {
	t.Parallel()
	for arrivals, want := range map[string]string{
		`{"x":{"startTime":"now","endTime":"now+1h"}}`:     `"x" names no appointment`,
		`{"first":{"startTime":"now"}}`:                    "endTime: is required",
		`{"first":{"startTime":"now+1h","endTime":"now"}}`: "endTime: must be after startTime",
	} {
		text := strings.Replace(seedInJSON, `"createTime": "now-2d"`,
			`"createTime": "now-2d", "appointments": [{"appointmentId": "first", "appointmentStatus": "ACTIVE"}], "estimatedArrivalTimes": `+arrivals, 1)
		_, err := emulator.New(emulator.WithSeed(emulator.JSONSeed("seed.json", []byte(text))))
		if err == nil || !strings.Contains(err.Error(), "seed.json:11: sellers[0].jobs[0].estimatedArrivalTimes") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
