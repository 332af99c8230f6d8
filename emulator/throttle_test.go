package emulator_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/emulator"
)

func TestThrottling(t *testing.T) {
	t.Parallel()
	f := start(t, emulator.WithThrottling())
	assign := func() *answer {
		return f.call("PUT", jobPath(pendingJob, "/appointments/none/resources"), `{"resources":[{}]}`)
	}
	for range 2 { // the burst
		assign().want(422)
	}
	got := assign().want(429, "QuotaExceeded")
	if kind, limit := got.header.Get("x-amzn-ErrorType"), got.header.Get("x-amzn-RateLimit-Limit"); kind != "TooManyRequestsException" || limit != "" {
		t.Errorf("x-amzn-ErrorType is %q and the limit %q", kind, limit)
	}
	f.job(pendingJob) // has a bucket of its own
	other := &fixture{T: t, emu: f.emu, http: f.http}
	login := f.emu.Credentials()
	login.RefreshToken = "Atzr|emulator-refresh-token-2"
	other.token = other.signIn(login)
	other.call("PUT", jobPath(pendingJob, "/appointments/none/resources"), `{"resources":[{}]}`).want(403)

	f.emu.Clock().Advance(999 * time.Millisecond)
	assign().want(429)
	f.emu.Clock().Advance(time.Millisecond)
	assign().want(422)
	assign().want(429)
	f.emu.Clock().Advance(-time.Hour)
	assign().want(429)
	if got := f.emu.ThrottleCounts(); len(got) != 1 || got["assignAppointmentResources"] != (emulator.ThrottleCount{Refused: 4}) {
		t.Errorf("counts are %v", got)
	}
}

func TestThrottlingIsCountedWhenOff(t *testing.T) {
	t.Parallel()
	f := start(t)
	for range 45 {
		f.job(pendingJob)
	}
	if got := f.emu.ThrottleCounts()["getServiceJobByServiceJobId"]; got != (emulator.ThrottleCount{Spared: 5}) {
		t.Errorf("counts are %+v", got)
	}
}

func TestThrottleOneOperation(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, err := range []error{
		f.emu.Throttle("getEverything", 1, 1), f.emu.Throttle("getServiceJobs", 0, 1), f.emu.Throttle("getServiceJobs", 1, 0),
	} {
		if err == nil {
			t.Error("a plan that cannot be was taken")
		}
	}
	if err := f.emu.Throttle("getServiceJobByServiceJobId", 0.0167, 1); err != nil {
		t.Fatal(err)
	}
	if rate := f.call("GET", jobPath(pendingJob), "").want(200).header.Get("x-amzn-RateLimit-Limit"); rate != "0.0167" {
		t.Errorf("the limit is %q", rate)
	}
	f.call("GET", jobPath(pendingJob), "").want(429)
}

// TestClockSetBackTakesNoTokens goes back by an hour: what is in a bucket stays,
// and it refills from there.
func TestClockSetBackTakesNoTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	if err := f.emu.Throttle(getJob, 1, 2); err != nil {
		t.Fatal(err)
	}
	f.job(pendingJob)
	f.emu.Clock().Advance(-time.Hour)
	f.token = f.signIn(f.emu.Credentials())
	f.job(pendingJob) // the other token of the burst
	f.call("GET", jobPath(pendingJob), "").want(429)
	f.emu.Clock().Advance(-time.Hour)
	f.call("GET", jobPath(pendingJob), "").want(429)
	f.emu.Clock().Advance(time.Second)
	f.job(pendingJob)
	f.call("GET", jobPath(pendingJob), "").want(429)
}

// TestPlansRefillUnderAFixedClock waits as a client does, which cannot move the
// clock.
func TestPlansRefillUnderAFixedClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lines := &logLines{}
		f := start(t, emulator.WithThrottling(), emulator.WithLogger(slog.New(slog.NewTextHandler(lines, nil))))
		if text := lines.text.String(); !strings.Contains(text, "usage plans refill in real time") {
			t.Errorf("nothing is said of the clock: %s", text)
		}
		list := func() *answer {
			return f.call("GET", "/service/v1/serviceJobs?marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z", "")
		}
		for range 40 {
			list().want(200)
		}
		list().want(429)
		time.Sleep(999 * time.Millisecond) // a quick test counts the same each time
		list().want(429)
		time.Sleep(time.Millisecond)
		for range 10 {
			list().want(200)
		}
		list().want(429)
		f.emu.Clock().Advance(500 * time.Millisecond) // moving the clock counts too
		for range 5 {
			list().want(200)
		}
		list().want(429)
		time.Sleep(time.Hour)
		f.emu.Clock().Set(time.Date(8999, time.January, 1, 0, 0, 0, 0, time.UTC)) // further than a time.Duration goes
		f.token = f.signIn(f.emu.Credentials())
		for range 40 {
			list().want(200)
		}
		list().want(429)
	})
}

// TestPlansFollowARealClock has no other time than the clock's.
func TestPlansFollowARealClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lines := &logLines{}
		f := start(t, emulator.WithClock(emulator.RealClock()), emulator.WithThrottling(), emulator.WithLogger(slog.New(slog.NewTextHandler(lines, nil))))
		if lines.text.Len() > 0 {
			t.Errorf("something is said of the clock: %s", lines.text.String())
		}
		if err := f.emu.Throttle(getJob, 1, 1); err != nil {
			t.Fatal(err)
		}
		f.job(pendingJob)
		f.emu.Clock().Advance(-time.Hour)
		time.Sleep(999 * time.Millisecond)
		f.call("GET", jobPath(pendingJob), "").want(429)
		time.Sleep(time.Second)
		f.job(pendingJob)
		f.call("GET", jobPath(pendingJob), "").want(429)
	})
}
