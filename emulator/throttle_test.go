package emulator_test

import (
	"testing"
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
