package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // a machine may have no zones of its own

	"github.com/spservices/services-go/contract"
	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

// exchanges is an http.RoundTripper in one function.
type exchanges func(*http.Request) (*http.Response, error)

func (f exchanges) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// newWalk is a tour of an emulator that needs no socket, so that it works in a
// bubble. It prints to out.
func newWalk(t *testing.T, out io.Writer) *tour {
	t.Helper()
	emu, err := emulator.New()
	if err != nil {
		t.Fatal(err)
	}
	traffic := newTraffic()
	traffic.next = contract.Transport(emu.Transport(), traffic.count)
	client, err := embeddedClient(emu, traffic)
	if err != nil {
		t.Fatal(err)
	}
	return &tour{client: client, emulator: emu, traffic: traffic, out: newPrinter(out, false)}
}

// checkDemo walks the demo at the time of the bubble and checks that the
// technician has the skills, works then, and that the chart shows the
// appointment.
func checkDemo(t *testing.T) {
	t.Helper()
	now := time.Now().UTC().Format("Mon 2 Jan 2006 15:04")
	var out bytes.Buffer
	walk := newWalk(t, &out)
	if err := walk.finish(t.Context(), walk.wholeJob); err != nil {
		t.Errorf("%s: %v\n%s", now, err, &out)
		return
	}
	for _, skill := range walk.job.ScopeOfWork.RequiredSkills {
		if !slices.Contains(walk.resource.Skills, skill) {
			t.Errorf("%s: %s lacks %s", now, walk.resource.ResourceID, skill)
		}
	}
	hours := walk.resource.Schedule[0]
	from := walk.from.In(hours.StartTime.Location())
	day := facade.DayOfWeek(strings.ToUpper(from.Weekday().String()))
	if from.Hour() < hours.StartTime.Hour() || from.Hour() >= hours.EndTime.Hour() ||
		hours.Recurrence.DaysOfWeek != nil && !slices.Contains(hours.Recurrence.DaysOfWeek, day) {
		t.Errorf("%s: %s does not work at %v", now, walk.resource.ResourceID, from)
	}
	if row := walk.from.UTC().Format("\n  15:04") + "  ▒▒▒▒  0 of 1 free\n"; !strings.Contains(out.String(), row) {
		t.Errorf("%s: the chart has no row %q\n%s", now, row, &out)
	}
	if !strings.Contains(out.String(), ", 0 warnings\n") || !strings.Contains(out.String(), ", 0 violations;") {
		t.Errorf("%s: warnings or violations\n%s", now, &out)
	}
}

// sleepUntil moves the clock of a bubble on.
func sleepUntil(t *testing.T, at time.Time) {
	t.Helper()
	if time.Now().After(at) {
		t.Fatalf("%v has passed", at)
	}
	time.Sleep(time.Until(at))
}

// TestDemoIsRightAtEveryHourOfTheWeek walks the demo where no socket is needed,
// so that nights and weekends come in milliseconds.
func TestDemoIsRightAtEveryHourOfTheWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		week := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
		for hour := range 7 * 24 {
			sleepUntil(t, week.Add(time.Duration(hour)*time.Hour))
			checkDemo(t)
		}
	})
}

// TestDemoIsRightOnSpecialDays walks the demo at odd minutes, where the year or
// daylight saving time changes, in several local time zones.
func TestDemoIsRightOnSpecialDays(t *testing.T) {
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	for _, name := range []string{"America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Pacific/Kiritimati"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		time.Local = zone
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, at := range []string{
					"2026-03-07T17:17:59-08:00", "2026-03-08T01:59:59-08:00", "2026-03-08T03:00:00-07:00", // clocks change in America,
					"2026-03-28T23:17:00Z", "2026-03-29T00:59:00Z", "2026-03-29T02:00:00+01:00", // and in Europe
					"2026-10-24T23:17:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z",
					"2026-10-31T08:17:00-07:00", "2026-11-01T01:59:59-07:00", "2026-11-01T01:59:59-08:00",
					"2026-12-30T23:59:59Z", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2026-12-31T17:59:00-08:00",
					"2028-02-27T23:17:00Z", "2028-02-28T23:59:59.999Z", "2028-02-29T12:59:00Z",
				} {
					instant, err := time.Parse(time.RFC3339, at)
					if err != nil {
						t.Fatal(err)
					}
					sleepUntil(t, instant)
					checkDemo(t)
				}
			})
		})
	}
}

// TestDemoFailsOnAWarning has an answer carry a warning that nobody expects.
func TestDemoFailsOnAWarning(t *testing.T) {
	t.Parallel()
	const warning = `"warnings":[{"code":"RESOURCES_OVERBOOKED","message":"of a person"}]`
	for operation, c := range map[string]struct{ method, path, answer string }{
		"addAppointmentForServiceJobByServiceJobId":        {http.MethodPost, `/appointments$`, `{"appointmentId":"A-1",` + warning + `}`},
		"rescheduleAppointmentForServiceJobByServiceJobId": {http.MethodPost, `/appointments/[^/]+$`, `{"appointmentId":"A-1",` + warning + `}`},
		"assignAppointmentResources":                       {http.MethodPut, `/resources$`, `{"payload":{` + warning + `}}`},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				walk := newWalk(t, &out)
				emulated := walk.traffic.next
				walk.traffic.next = exchanges(func(req *http.Request) (*http.Response, error) {
					resp, err := emulated.RoundTrip(req)
					if err == nil && req.Method == c.method && regexp.MustCompile(c.path).MatchString(req.URL.Path) {
						resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(c.answer)), int64(len(c.answer))
					}
					return resp, err
				})
				err := walk.finish(t.Context(), walk.wholeJob)
				const says = "1 warning: RESOURCES_OVERBOOKED"
				if want := fmt.Sprintf("demo: %s returned %s", operation, says); err == nil || err.Error() != want {
					t.Errorf("error %v, want %s", err, want)
				}
				if !strings.Contains(out.String(), says) || strings.Contains(out.String(), "of a person") {
					t.Errorf("the demo prints\n%s", &out)
				}
			})
		})
	}
}

// TestDemoCountsOnlyAnswers has servers that take requests and answer none.
func TestDemoCountsOnlyAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		walk := newWalk(t, &out)
		emulated := walk.traffic.next
		walk.traffic.next = exchanges(func(req *http.Request) (*http.Response, error) {
			if strings.HasPrefix(req.URL.Path, "/service/v1/") {
				return contract.Transport(exchanges(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }), walk.traffic.count).RoundTrip(req)
			}
			return emulated.RoundTrip(req)
		})
		if err := walk.finish(context.Background(), walk.readOnly); err == nil {
			t.Error("no error")
		}
		if !strings.Contains(out.String(), "; 0 exchanges held against the spec, 0 violations;") {
			t.Errorf("the demo prints\n%s", &out)
		}
	})
}
