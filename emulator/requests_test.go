package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/emulator"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.call("POST", jobPath(pendingJob, "/appointments?trace=a"), `{"appointmentTime":{}}`).want(400)
	f.call("GET", "/nowhere?x=y", "").want(404)
	got := f.emu.Requests(nil)
	if len(got) != 3 || got[0].Operation != emulator.TokenServer || got[0].Body != nil || got[2].Operation != "" || got[2].Query.Has("x") {
		t.Fatalf("requests are %+v", got)
	}
	got = f.emu.Requests(emulator.To(addOne))
	if len(got) != 1 {
		t.Fatalf("requests are %+v", got)
	}
	r := got[0]
	if r.SellerID != "A1EXAMPLESELLER" || r.Status != 400 || r.Query.Get("trace") != "a" || string(r.Body) != `{"appointmentTime":{}}` ||
		r.Header.Get("X-Amz-Access-Token") != "[secret]" || r.Path != jobPath(pendingJob, "/appointments") || len(r.RequestID) != 36 {
		t.Errorf("request is %+v", r)
	}
	for range 1001 {
		f.call("GET", "/nowhere", "")
	}
	if got := f.emu.Requests(nil); len(got) != 1000 || got[0].Operation != "" {
		t.Errorf("%d requests are remembered", len(got))
	}
}

// TestRequestsKeepFourMebibytesOfBodies fills the log several times over.
func TestRequestsKeepFourMebibytesOfBodies(t *testing.T) {
	t.Parallel()
	f := start(t)
	send := func(size, times int) {
		body := `{"padding":"` + strings.Repeat("x", size-14) + `"}`
		for range times {
			f.call("POST", jobPath(pendingJob, "/appointments"), body).want(400)
		}
	}
	bodies := func() (count, bytes int) {
		dropped := true // the oldest ones first
		for _, r := range f.emu.Requests(emulator.To(addOne)) {
			if r.Header.Get("Content-Type") != "application/json" || r.Status != 400 {
				t.Fatalf("more than the body is dropped: %+v", r)
			}
			if r.Body != nil {
				dropped = false
				count, bytes = count+1, bytes+len(r.Body)
			} else if !dropped {
				t.Fatal("a body is dropped that is not among the oldest")
			}
		}
		return count, bytes
	}
	for _, c := range []struct{ size, times, count int }{
		{64 << 10, 63, 63}, {64 << 10, 1, 64}, {64 << 10, 1, 64}, {100 << 10, 100, 64}, // of which 64 KiB are remembered
		{4 << 10, 100, 100 + 57}, {4 << 10, 1000, 1000}, {64 << 10, 10, 896 + 10 - 32}, {100, 1000, 1000}, {64 << 10, 70, 64},
	} {
		send(c.size, c.times)
		if count, bytes := bodies(); bytes > 4<<20 || c.size != 64<<10 && count != c.count {
			t.Errorf("after %d bodies of %d bytes %d are remembered, of %d bytes, want %d", c.times, c.size, count, bytes, c.count)
		}
	}
}

func TestWaitFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := start(t)
		waited := make(chan error, 1)
		go func() { waited <- f.emu.WaitFor(t.Context(), getJob, 3) }()
		for range 3 {
			select {
			case err := <-waited:
				t.Fatalf("ended early: %v", err)
			case <-time.After(time.Second):
				f.job(pendingJob)
			}
		}
		if err := <-waited; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := f.emu.WaitFor(ctx, getJob, 4); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := f.emu.WaitFor(ctx, "getEverything", 1); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

func TestHandle(t *testing.T) {
	t.Parallel()
	f := start(t).unjudged()
	byHand := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(r.PathValue("serviceJobId")))
	})
	if err := errors.Join(f.emu.Handle(getJob, byHand), f.emu.Fault(emulator.On(getJob).Status(503))); err != nil {
		t.Fatal(err)
	}
	f.call("GET", jobPath("any"), "").want(503)
	f.call("GET", jobPath("any"), "").want(http.StatusTeapot, "any")
	if got := f.emu.Requests(emulator.To(getJob)); got[1].Status != http.StatusTeapot || got[0].Fault != "status" {
		t.Errorf("requests are %+v", got)
	}
	if err := f.emu.Handle(getJob, nil); err != nil {
		t.Fatal(err)
	}
	f.job(pendingJob)
	if err := f.emu.Handle("getEverything", byHand); err == nil {
		t.Error("an unknown operation was taken")
	}
}
