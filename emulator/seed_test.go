package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

const seedInJSON = `{
  "version": 1,
  "sellers": [{
    "sellerId": "S", "marketplaceId": "M", "clientId": "C", "clientSecret": "X", "refreshToken": "R",
    "stores": [{"storeId": "store", "name": "", "schedulingType": "REAL_TIME_SCHEDULING", "slotMinutes": 60}],
    "resources": [{
      "resourceId": "resource", "name": "", "storeId": "store",
      "schedule": [{"startTime": "now/d+1d", "endTime": "now/d+1d12h30m", "capacity": 2}]
    }],
    "jobs": [
      {"serviceJobId": "a", "serviceJobStatus": "HOLD", "createTime": "now-2d"},
      {"serviceJobId": "b", "serviceJobStatus": "HOLD", "createTime": "2026-01-01T00:00:00+05:30", "storeId": "store"}
    ],
    "reservations": [{
      "resourceId": "resource", "reservationId": "r", "type": "BREAK",
      "availability": {"startTime": "now/h+48h", "endTime": "now/h+49h"}
    }],
    "documents": [{"uploadDestinationId": "d", "mediaType": "image/png", "contentLength": 4, "createTime": "now-1m", "upload": {"length": 4, "sha256": "z"}}]
  }]
}`

func TestSeedInJSON(t *testing.T) {
	t.Parallel()
	seed, err := emulator.JSONSeed("seed.json", []byte(seedInJSON))(noon)
	if err != nil {
		t.Fatal(err)
	}
	s := seed.Sellers[0]
	midnight := noon.Truncate(24 * time.Hour)
	for name, times := range map[string][2]time.Time{
		"createTime":  {s.Jobs[0].CreateTime, noon.AddDate(0, 0, -2)},
		"with offset": {s.Jobs[1].CreateTime, time.Date(2025, 12, 31, 18, 30, 0, 0, time.UTC)},
		"endTime":     {s.Resources[0].Schedule[0].EndTime, midnight.Add(36*time.Hour + 30*time.Minute)},
		"reservation": {s.Reservations[0].Availability.StartTime, noon.Add(48 * time.Hour)},
	} {
		if !times[0].Equal(times[1]) {
			t.Errorf("%s is %s, want %s", name, times[0], times[1])
		}
	}
	f := start(t, emulator.WithSeed(emulator.JSONSeed("seed.json", []byte(seedInJSON))))
	if got := f.list("createdAfter=2000-01-01T00:00:00Z").TotalResultSize; got != 0 {
		t.Errorf("%d jobs of the marketplace, want none", got)
	}
	if got := f.job("b").StoreID; got != "store" {
		t.Errorf("job of store %q", got)
	}
}

func TestSeedErrorsHaveLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, replacement, want string }{
		{`"name": "", "storeId"`, `"nome": "", "storeId"`, "seed.json:7: sellers[0].resources[0].nome: is not known here"},
		{`"now-2d"`, `"now-2w"`, "seed.json:11: sellers[0].jobs[0].createTime: not a time"},
		{`"now-2d"`, `"now-99999d"`, "seed.json:11: sellers[0].jobs[0].createTime: not a time"},
		{`"now-2d"`, `"now+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d+36500d"`, "jobs[0].createTime: not a time"},
		{`"now-2d"`, `"9999-12-31T23:59:59-12:00"`, "seed.json:11: sellers[0].jobs[0].createTime: not a time"},
		{`"now-2d"`, `"now-"`, "seed.json:11"},
		{`"now-2d"`, `"now/"`, "seed.json:11"},
		{`"now-2d"`, `"nowhere"`, "seed.json:11"},
		{`"now-2d"`, `5`, "seed.json:11: sellers[0].jobs[0].createTime: not a time"},
		{`"HOLD", "createTime": "2026`, `"OPEN", "createTime": "2026`, "seed.json:12: sellers[0].jobs[1].serviceJobStatus: must be one of"},
		{`"capacity": 2`, `"capacity": "two"`, "seed.json:8: sellers[0].resources[0].schedule[0].capacity: has the wrong type"},
		{`"version": 1`, `"version": 2`, "seed.json:2: version: is 2, want 1"},
		{`"version": 1`, `"version" 1`, "seed.json:2: "},
		{`"serviceJobId": "b"`, `"serviceJobId": "a"`, "seed.json:12: sellers[0].jobs[1]: serviceJobId is missing or not unique"},
		{`"marketplaceId": "M", `, ``, "seed.json:3: sellers[0]: marketplaceId is missing"},
		{`REAL_TIME_SCHEDULING`, `FOO`, "seed.json:5: sellers[0].stores[0].schedulingType: must be one of"},
		{`"slotMinutes": 60`, `"slotMinutes": 3`, "seed.json:5: sellers[0].stores[0].slotMinutes: must be 5 to 1440, got 3"},
		{`"slotMinutes": 60`, `"slotMinutes": 60, "services": [{"asin": "B", "title": "", "serviceLocationType": "MOON"}]`,
			"seed.json:5: sellers[0].stores[0].services[0].serviceLocationType: must be one of"},
		{`"storeId": "store",
      "schedule"`, `"storeId": "store", "serviceLocationTypes": ["IN_HOME", ""],
      "schedule"`, "seed.json:7: sellers[0].resources[0].serviceLocationTypes[1]: is required"},
		{`"storeId": "store",
      "schedule"`, `"storeId": "store", "serviceLocationTypes": ["MOON"],
      "schedule"`, "seed.json:7: sellers[0].resources[0].serviceLocationTypes[0]: must be one of"},
		{`"capacity": 2`, `"capacity": -5`, "seed.json:8: sellers[0].resources[0].schedule[0].capacity: must be at least 1, got -5"},
		{`"capacity": 2`, `"recurrence": {"endTime": "now+9d", "daysOfWeek": ["FUNDAY"]}`,
			"seed.json:8: sellers[0].resources[0].schedule[0].recurrence.daysOfWeek[0]: must be one of"},
		{`"now/d+1d12h30m"`, `"now"`, "seed.json:8: sellers[0].resources[0].schedule[0]: The endTime of an availability must be after"},
		{`"createTime": "now-2d"`, `"createTime": "now-2d", "storeId": "stare"`, "seed.json:11: sellers[0].jobs[0].storeId: names no store"},
		{`"createTime": "now-2d"`, `"createTime": "now-2d", "appointments": [{"appointmentStatus": "ACTIVE"}]`,
			"seed.json:11: sellers[0].jobs[0].appointments[0]: appointmentId is missing or not unique"},
		{`"createTime": "now-2d"`, `"createTime": "now-2d", "appointments": [{"appointmentId": "first"}, {"appointmentId": "first"}]`,
			"seed.json:11: sellers[0].jobs[0].appointments[1]: appointmentId is missing or not unique"},
		{`"createTime": "now-2d"`, `"createTime": "now-2d", "appointments": [{"appointmentId": "first", "appointmentStatus": "ACTIVE"}, {"appointmentId": "other", "appointmentStatus": "ACTIVE"}]`,
			"seed.json:11: sellers[0].jobs[0].appointments[1].appointmentStatus: must not be ACTIVE"},
		{`"HOLD", "createTime": "now-2d"`, `"COMPLETED", "createTime": "now-2d", "appointments": [{"appointmentId": "first", "appointmentStatus": "ACTIVE"}]`,
			"seed.json:11: sellers[0].jobs[0].appointments[0].appointmentStatus: must not be ACTIVE"},
		{`"type": "BREAK"`, `"type": "HOLIDAY"`, "seed.json:15: sellers[0].reservations[0].type: must be one of"},
		{`, "type": "BREAK"`, ``, "seed.json:14: sellers[0].reservations[0].type: is required"},
		{`"endTime": "now/h+49h"`, `"endTime": "now/h+48h"`, "seed.json:16: sellers[0].reservations[0].availability: The endTime of an availability must be after"},
		{`"reservationId": "r"`, `"reservationId": "r", "reservationId": "s"`, "seed.json:15: "},
	} {
		text := strings.Replace(seedInJSON, c.old, c.replacement, 1)
		_, err := emulator.New(emulator.WithSeed(emulator.JSONSeed("seed.json", []byte(text))))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.replacement, err, c.want)
		}
	}
}

func TestSeedAfterYear9999IsRefused(t *testing.T) {
	t.Parallel()
	late := time.Date(9999, time.December, 31, 23, 0, 0, 0, time.FixedZone("", -8*60*60))
	for want, change := range map[string]func(*emulator.Seller){
		"jobs[3]": func(s *emulator.Seller) {
			s.Jobs[3].PreferredAppointmentTimes = []gen.AppointmentTime{{StartTime: late, DurationInMinutes: 60}}
		},
		"jobs[4]": func(s *emulator.Seller) { s.Jobs[4].Buyer = &gen.Buyer{Name: "\xff"} },
		"resources[2]": func(s *emulator.Seller) {
			s.Resources[2].Schedule[0].Recurrence.EndTime = late.AddDate(0, 0, 1)
		},
	} {
		seed, err := emulator.Default(noon)
		if err != nil {
			t.Fatal(err)
		}
		change(&seed.Sellers[0])
		if _, err := emulator.New(emulator.WithSeed(emulator.Literal(seed))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestSeedFileIsReadAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(path, []byte(seedInJSON), 0o600); err != nil {
		t.Fatal(err)
	}
	f := start(t, emulator.WithSeed(emulator.FileSeed(path)))
	if err := os.WriteFile(path, []byte(strings.Replace(seedInJSON, `"serviceJobId": "a"`, `"serviceJobId": "c"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.emu.Reset(); err != nil {
		t.Fatal(err)
	}
	f.job("c")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.emu.Reset(); err == nil || !strings.Contains(err.Error(), path+":1: ") {
		t.Errorf("got %v", err)
	}
	f.job("c") // a reset that fails changes nothing
}

func TestSnapshotAndRestore(t *testing.T) {
	t.Parallel()
	f := start(t)
	slots := f.slots(pendingJob)
	first := f.book(pendingJob, slots[0].StartTime)
	destination, _ := f.upload([]byte("proof"))
	f.call("POST", "/service/v1/reservation?marketplaceIds=X", reservation(technician, noon, noon.Add(time.Hour))).want(200)
	snapshot := f.snapshot()
	if !strings.Contains(snapshot, first) || !strings.Contains(snapshot, destination) {
		t.Error("the snapshot lacks an appointment or a document")
	}
	second := f.book("00000000-0000-4000-a000-000000000031", slots[0].StartTime)
	if err := f.emu.Restore([]byte(snapshot)); err != nil {
		t.Fatal(err)
	}
	if got := f.snapshot(); got != snapshot {
		t.Error("the state is not what it was")
	}
	if again := f.book("00000000-0000-4000-a000-000000000031", slots[0].StartTime); again != second {
		t.Errorf("the same call gives another identifier: %s and %s", again, second)
	}
	if err := f.emu.Restore([]byte(`{"version":1,"jobs":[]}`)); err == nil || !strings.Contains(err.Error(), "snapshot:1: jobs: is not known here") {
		t.Errorf("got %v", err)
	}
	if err := f.emu.Seed(emulator.Empty); err != nil {
		t.Fatal(err)
	}
	if err := f.emu.Reset(); err != nil {
		t.Fatal(err)
	}
	f.call("GET", jobPath(pendingJob), "").want(422)
}

func (f *fixture) snapshot() string {
	f.Helper()
	text, err := f.emu.Snapshot()
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

func TestSeedOfTheDocumentation(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "```json\n")
	seed, _, _ := strings.Cut(after, "```")
	f := start(t, emulator.WithSeed(emulator.JSONSeed("docs/emulator.md", []byte(seed))))
	if got := f.slots("job-1"); len(got) == 0 {
		t.Error("the seed has no free slots in a week")
	}
}
