package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/api"
	"github.com/spservices/services-go/emulator"
)

const (
	getJob = "getServiceJobByServiceJobId"
	addOne = "addAppointmentForServiceJobByServiceJobId"
)

func (f *fixture) fault(faults ...*emulator.Fault) {
	f.Helper()
	if err := f.emu.Fault(faults...); err != nil {
		f.Fatal(err)
	}
}

func TestFaultsAreCounted(t *testing.T) {
	t.Parallel()
	f := start(t).unjudged()
	f.fault(
		emulator.On(getJob).Skip(1).Times(2).Status(503),
		emulator.On(getJob).Skip(2).Status(429).With("Retry-After", "7"), // the third is the other's
		emulator.On(getJob).Where("serviceJobId", completedJob).HTML(503),
		emulator.On("getServiceJobs").Where("storeIds", firstStore).ExpiredToken(),
	)
	var got []int
	for range 5 {
		got = append(got, f.call("GET", jobPath(pendingJob), "").status)
	}
	if fmt.Sprint(got) != "[200 503 503 429 200]" {
		t.Errorf("statuses are %v", got)
	}
	page := f.call("GET", jobPath(completedJob), "").want(503, "<html>")
	if page.header.Get("X-Emulator-Fault") != "html" || page.header.Get("Content-Type") != "text/html" {
		t.Errorf("headers are %v", page.header)
	}
	list := "/service/v1/serviceJobs?marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z"
	f.call("GET", list, "").want(200)
	f.call("GET", list+"&storeIds="+firstStore, "").want(403, "expired")
	f.call("GET", list+"&storeIds="+firstStore, "").want(200)
}

func TestFaultAnswersLookLikeThoseOfTheServer(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.fault(
		emulator.On(emulator.TokenServer).Status(500), emulator.On(emulator.DocumentStore).Status(503),
		emulator.On("setAppointmentFulfillmentData").Status(500), emulator.On(getJob).Status(429).With("Retry-After", "7"),
	)
	f.send("POST", f.emu.TokenURL(), nil, "").want(500, `"error":"server_error"`)
	f.send("PUT", f.emu.URL()+"/uploads/x", nil, "").want(503, "<Error>")
	f.call("PUT", jobPath(pendingJob, "/appointments/x/fulfillment"), "").want(500, `[{"code":"InternalFailure"`)
	got := f.call("GET", jobPath(pendingJob), "").want(429, "QuotaExceeded")
	if got.header.Get("x-amzn-RateLimit-Limit") != "" || got.header.Get("Retry-After") != "7" {
		t.Errorf("headers of a 429 are %v", got.header)
	}
}

func TestFaultAnswersHaveTheRateLimitThatOthersHave(t *testing.T) {
	t.Parallel()
	f := start(t)
	for want, fault := range map[string]*emulator.Fault{
		"20.0": emulator.On(getJob).Status(400), "": emulator.On(getJob).Status(422), "0.5": emulator.On(getJob).Status(404).With("x-amzn-RateLimit-Limit", "0.5"),
	} {
		f.fault(fault)
		if got := f.call("GET", jobPath(pendingJob), "").header.Get("x-amzn-RateLimit-Limit"); got != want {
			t.Errorf("%+v: the limit is %q, want %q", fault, got, want)
		}
	}
	if err := f.emu.Throttle(getJob, 2, 4); err != nil {
		t.Fatal(err)
	}
	f.fault(emulator.On(getJob).Status(404))
	if got := f.call("GET", jobPath(pendingJob), "").want(404).header.Get("x-amzn-RateLimit-Limit"); got != "2.0" {
		t.Errorf("the limit is %q under a plan of 2 a second", got)
	}
}

func TestFaultsThatAreRefused(t *testing.T) {
	t.Parallel()
	f := start(t)
	const cancelReservation, fulfil = "cancelReservation", "setAppointmentFulfillmentData"
	for _, c := range []struct {
		fault *emulator.Fault
		want  string
	}{
		{nil, "is nil"},
		{emulator.On("getEverything").Reset(), "unknown operation"},
		{emulator.On(getJob), "does nothing"},
		{emulator.On(getJob).Status(200), "not 300 to 599"},
		{emulator.On(getJob).Times(-1).Reset(), "least value"},
		{emulator.On(getJob).Skip(-1).Reset(), "least value"},
		{emulator.On(emulator.TokenServer).ExpiredToken(), "no access token"},
		{emulator.On(cancelReservation).Truncate(), "cancelReservation answers a success without a body"},
		{emulator.On(cancelReservation).Malformed(), "without a body"},
		{emulator.On(fulfil).Truncate(), "without a body"},
		{emulator.On(fulfil).Malformed(), "without a body"},
		{emulator.On(emulator.DocumentStore).Truncate(), "without a body"},
		{emulator.On(getJob).Status(503).Hang(), "status goes with"},
		{emulator.On(getJob).HTML(503).Truncate(), "status goes with"},
		{emulator.On(getJob).Reset().With("Retry-After", "1"), "header goes with"},
		{emulator.On(getJob).Latency(1).With("Retry-After", "1"), "header goes with"},
		{emulator.On(getJob).Status(503).With("", "1"), "header"},
		{emulator.On(getJob).Status(503).With("Retry After", "1"), "header"},
		{emulator.On(getJob).Status(503).With("Retry-After", "1\r\nX-Other: 2"), "header"},
		{emulator.On(getJob).Status(503).With("content-type", "text/plain"), "Content-Type"},
		{emulator.On(getJob).HTML(503).With("Content-Length", "1"), "Content-Length"},
		{emulator.On(getJob).Where("serviceJobID", "x").Reset(), `getServiceJobByServiceJobId has no parameter "serviceJobID", only ["serviceJobId"]`},
		{emulator.On(getJob).Where("serviceJobId", "x").Where("storeIds", "x").Reset(), `no parameter "storeIds"`},
		{emulator.On("getServiceJobs").Where("storeId", "x").Reset(), `no parameter "storeId"`},
		{emulator.On("getServiceJobs").Where("", "x").Reset(), `no parameter ""`},
		{emulator.On(emulator.TokenServer).Where("grant_type", "x").Reset(), `no parameter "grant_type"`},
		{emulator.On(emulator.DocumentStore).Where("X-Amz-Expired", "x").Reset(), `no parameter "X-Amz-Expired"`},
	} {
		if err := f.emu.Fault(emulator.On(getJob).Reset(), c.fault); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want an error with %q", c.fault, err, c.want)
		}
	}
	f.admin("POST", "faults", `{"operation":"`+getJob+`","status":503,"latency":"1ms"}`).want(400, "status goes with")
	f.job(pendingJob) // none of them was set
}

// TestFaultsTakeEveryParameter sets a fault for each parameter that the API
// description gives an operation.
func TestFaultsTakeEveryParameter(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		t.Fatal(err)
	}
	f, tried := start(t), 0
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, p := range append(slices.Clone(item.Parameters), op.Parameters...) {
				if p.Value.In == openapi3.ParameterInHeader {
					continue
				}
				tried++
				f.fault(emulator.On(op.OperationID).Where(p.Value.Name, "x").Reset())
			}
		}
	}
	f.fault(emulator.On(emulator.DocumentStore).Where("destination", "x").Reset(), emulator.On(emulator.DocumentStore).Where("X-Amz-Expires", "1").Reset())
	if tried < 40 {
		t.Errorf("the API description has %d parameters", tried)
	}
}

// ends are the two ways to reach an emulator.
func ends(t *testing.T, test func(t *testing.T, f *fixture)) {
	for name, reach := range map[string]func(t *testing.T) *fixture{
		"transport": func(t *testing.T) *fixture { return start(t).unjudged() },
		"loopback": func(t *testing.T) *fixture {
			emu := emulator.Start(t, emulator.WithClock(emulator.FixedClock(noon)))
			f := &fixture{T: t, emu: emu, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
			f.token = f.signIn(emu.Credentials())
			return f
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, reach(t))
		})
	}
}

// try sends a request that may end in an error.
func (f *fixture) try(ctx context.Context, method, path, body string) (status int, text []byte, err error) {
	f.Helper()
	request, err := http.NewRequestWithContext(ctx, method, f.emu.URL()+path, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	request.Header.Set("X-Amz-Access-Token", f.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := f.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err = io.ReadAll(response.Body)
	return response.StatusCode, text, err
}

func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	ends(t, func(t *testing.T, f *fixture) {
		f.fault(emulator.On(getJob).Reset())
		if _, _, err := f.try(t.Context(), "GET", jobPath(pendingJob), ""); !isReset(err) {
			t.Errorf("reset gives %v", err)
		}
		whole := f.call("GET", jobPath(pendingJob), "").want(200).text
		f.fault(emulator.On(getJob).Truncate(), emulator.On(getJob).Skip(1).Malformed())
		status, text, err := f.try(t.Context(), "GET", jobPath(pendingJob), "")
		if status != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.Equal(text, whole[:len(whole)/2]) {
			t.Errorf("truncation gives %d, %d of %d bytes, %v", status, len(text), len(whole), err)
		}
		status, text, err = f.try(t.Context(), "GET", jobPath(pendingJob), "")
		if status != 200 || err != nil || json.Valid(text) {
			t.Errorf("malformation gives %d %s %v", status, text, err)
		}
	})
}

func TestCommitThenDrop(t *testing.T) {
	t.Parallel()
	ends(t, func(t *testing.T, f *fixture) {
		f.fault(emulator.On(addOne).CommitThenDrop())
		slot := f.slots(pendingJob)[0].StartTime
		if _, _, err := f.try(t.Context(), "POST", jobPath(pendingJob, "/appointments"), appointmentAt(slot)); !isReset(err) {
			t.Errorf("got %v", err)
		}
		if got := f.job(pendingJob).Appointments; len(got) != 1 {
			t.Errorf("appointments are %+v", got)
		}
	})
}

func TestHangEndsWithTheClient(t *testing.T) {
	t.Parallel()
	ends(t, func(t *testing.T, f *fixture) {
		f.fault(emulator.On(addOne).Hang())
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_ = f.emu.WaitFor(context.Background(), addOne, 1)
			cancel()
		}()
		if _, _, err := f.try(ctx, "POST", jobPath(pendingJob, "/appointments"), appointmentAt(noon)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestHangEndsWithTheEmulator(t *testing.T) {
	t.Parallel()
	ends(t, func(t *testing.T, f *fixture) {
		f.fault(emulator.On(getJob).Hang())
		closed := make(chan error, 1)
		go func() {
			_ = f.emu.WaitFor(context.Background(), getJob, 1)
			closed <- f.emu.Close()
		}()
		if _, _, err := f.try(t.Context(), "GET", jobPath(pendingJob), ""); err == nil {
			t.Error("a request that hangs was answered")
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := start(t)
		f.fault(emulator.On(getJob).Latency(3 * time.Second))
		began := time.Now()
		f.job(pendingJob)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
		f.fault(emulator.On(getJob).Latency(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := f.try(ctx, "GET", jobPath(pendingJob), ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// observedTest is a test that may fail.
type observedTest struct {
	*testing.T
	cleanups []func()
	errors   []string
}

func (o *observedTest) Cleanup(f func()) { o.cleanups = append(o.cleanups, f) }
func (o *observedTest) Errorf(format string, args ...any) {
	o.errors = append(o.errors, fmt.Sprintf(format, args...))
}

func TestUnusedFaultsFailTheTest(t *testing.T) {
	t.Parallel()
	observed := &observedTest{T: t}
	emu := emulator.Start(observed)
	if err := emu.Fault(emulator.On(getJob).Times(2).Status(503)); err != nil {
		t.Fatal(err)
	}
	for _, cleanup := range observed.cleanups {
		cleanup()
	}
	if len(observed.errors) != 1 || !strings.Contains(observed.errors[0], "status on "+getJob+", 2 times after 0 was used 0 times") {
		t.Errorf("errors are %q", observed.errors)
	}
}

// TestMistakesFailTheTest drops the errors, as tests do.
func TestMistakesFailTheTest(t *testing.T) {
	t.Parallel()
	for name, mistake := range map[string]func(*emulator.Emulator){
		`fault 0: unknown operation "getJobs"`: func(e *emulator.Emulator) { _ = e.Fault(emulator.On("getJobs").Status(503)) },
		`fault 1: getServiceJobs has no parameter "jobId"`: func(e *emulator.Emulator) {
			_ = e.Fault(emulator.On("getServiceJobs").Status(503), emulator.On("getServiceJobs").Where("jobId", "x").Status(503))
		},
		`handle: unknown operation "getJobs"`:   func(e *emulator.Emulator) { _ = e.Handle("getJobs", http.NotFoundHandler()) },
		`throttle: unknown operation "getJobs"`: func(e *emulator.Emulator) { _ = e.Throttle("getJobs", 1, 1) },
		`throttle: getServiceJobs needs a rate`: func(e *emulator.Emulator) { _ = e.Throttle("getServiceJobs", 0, 1) },
	} {
		observed := &observedTest{T: t}
		emu := emulator.Start(observed)
		mistake(emu)
		if len(observed.errors) != 1 || !strings.Contains(observed.errors[0], name) {
			t.Errorf("%s: errors are %q", name, observed.errors)
		}
		f := &fixture{T: t, emu: emu, http: &http.Client{Transport: emu.Transport()}}
		f.admin("POST", "faults", `{"operation":"none","action":"reset"}`).want(400)
		f.admin("POST", "throttle", `{"operation":"none","rate":1,"burst":1}`).want(400)
		for _, cleanup := range observed.cleanups {
			cleanup()
		}
		mistake(emu) // the test is over
		if len(observed.errors) != 1 {
			t.Errorf("%s: errors at the end are %q", name, observed.errors)
		}
	}
}

func TestRequestsAreRememberedBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	ends(t, func(t *testing.T, f *fixture) {
		f.fault(emulator.On("getServiceJobs").Skip(20).CommitThenDrop(), emulator.On("getServiceJobs").Skip(21).Truncate())
		for n := range 22 {
			_, _, err := f.try(t.Context(), "GET", "/service/v1/serviceJobs?marketplaceIds=ATVPDKIKX0DER&createdAfter=2000-01-01T00:00:00Z", "")
			got := f.emu.Requests(emulator.To("getServiceJobs"))
			want := map[bool]int{true: 0, false: 200}[n == 20]
			if len(got) != n+1 || got[n].Status != want || (err == nil) != (n < 20) {
				t.Fatalf("after %d answers %d requests are remembered, error %v", n+1, len(got), err)
			}
		}
	})
}
