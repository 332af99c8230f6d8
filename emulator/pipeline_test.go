package emulator_test

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
)

func TestBadRequests(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/", 404},
		{"GET", "/service/v1/serviceJobs/", 404},
		{"PUT", "/service/v1/serviceJobs//completions", 404},
		{"PUT", "/service/v1/serviceJobs/../completions", 404},
		{"PUT", "/service/v1/serviceJobs/%2e%2e/completions", 400},
		{"PUT", "/service/v1/serviceJobs/" + strings.Repeat("x", 101) + "/completions", 400},
		{"PUT", "/service/v1/serviceJobs/a%0ab/completions", 400},
		{"PUT", "/service/v1/serviceJobs/a%ffb/completions", 400},
		{"PUT", "/service/v1/serviceJobs/a%2fb/completions", 422},
		{"DELETE", "/service/v1/serviceJobs", 405},
		{"HEAD", "/service/v1/serviceJobs", 405},
	} {
		got := f.call(c.method, c.path, "")
		if got.status != c.status {
			t.Errorf("%s %s: got %d %s, want %d", c.method, c.path, got.status, got.text, c.status)
		}
	}
	post := func(kind, body string) *answer {
		return f.send("POST", f.emu.URL()+"/service/v1/documents", http.Header{"X-Amz-Access-Token": {f.token}, "Content-Type": {kind}}, body)
	}
	post("text/plain", "{}").want(415, "InvalidInput")
	post("application/json", strings.Repeat(" ", 2<<20)).want(413, "InvalidInput")
	post("application/json", "null").want(400, "contentType, contentLength")
	post("application/json", `"text"`).want(400, "body")
	post("application/json", `{"contentType":"PDF"} {}`).want(400, "body")
	post("application/json", "{\"contentType\":\"\xff\",\"contentLength\":5}").want(422, "\uFFFD")
	post("application/json; charset=utf-8", "{}").want(400, "contentType, contentLength")
	post("application/json", `{"contentType":"EXE","contentLength":5}`).want(422, "EXE")
	post("application/json", `{"contentType":"PDF","contentLength":5242881}`).want(400, "contentLength")
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	f := start(t)
	seen := map[string]bool{}
	for path, limit := range map[string]string{
		jobPath(pendingJob):        "20.0",
		"/service/v1/serviceJobs":  "10.0", // a 400
		jobPath("unknown"):         "",     // a 422
		"/service/v1/appointments": "",     // no operation
	} {
		got := f.call("GET", path, "")
		if rate := got.header.Get("x-amzn-RateLimit-Limit"); rate != limit {
			t.Errorf("%s: rate limit is %q, want %q", path, rate, limit)
		}
		id := got.header.Get("x-amzn-RequestId")
		if len(id) != 36 || seen[id] {
			t.Errorf("%s: request id is %q", path, id)
		}
		seen[id] = true
		if kind := got.header.Get("Content-Type"); kind != "application/json" {
			t.Errorf("%s: Content-Type is %q", path, kind)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(emulator.WithClock(nil), emulator.WithSeed(nil), emulator.WithLogger(nil))
	for _, want := range []string{"clock", "seed", "logger"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	f := start(t, emulator.WithoutTokens())
	f.token = ""
	f.job(pendingJob)
}

func TestSeedErrors(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*emulator.Seed){
		"version":                    func(s *emulator.Seed) { s.Version = 2 },
		"needs a seller":             func(s *emulator.Seed) { s.Sellers = nil },
		"sellers[1]: sellerId":       func(s *emulator.Seed) { s.Sellers[1].SellerID = s.Sellers[0].SellerID },
		"sellers[0]: clientId":       func(s *emulator.Seed) { s.Sellers[0].ClientSecret = "" },
		"sellers[0].stores[1]":       func(s *emulator.Seed) { s.Sellers[0].Stores[1].StoreID = "" },
		"slotMinutes":                func(s *emulator.Seed) { s.Sellers[0].Stores[1].SlotMinutes = 0 },
		"sellers[0].resources[2]":    func(s *emulator.Seed) { s.Sellers[0].Resources[2].StoreID = "x" },
		"schedule[0]":                func(s *emulator.Seed) { s.Sellers[0].Resources[2].Schedule[0].EndTime = time.Time{} },
		"sellers[0].jobs[5]":         func(s *emulator.Seed) { s.Sellers[0].Jobs[5].ServiceJobID = "" },
		"createTime":                 func(s *emulator.Seed) { s.Sellers[0].Jobs[5].CreateTime = time.Time{} },
		"serviceJobStatus":           func(s *emulator.Seed) { s.Sellers[0].Jobs[5].ServiceJobStatus = "OPEN" },
		"sellers[0].reservations[0]": func(s *emulator.Seed) { s.Sellers[0].Reservations[0].ResourceID = "x" },
	} {
		seed, err := emulator.Default(noon)
		if err != nil {
			t.Fatal(err)
		}
		change(seed)
		if _, err := emulator.New(emulator.WithSeed(emulator.Literal(seed))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestNilIsRefused(t *testing.T) {
	t.Parallel()
	f := start(t)
	_, optionErr := emulator.New(emulator.WithoutTokens(), nil)
	for name, err := range map[string]error{
		"option": optionErr,
		"source": f.emu.Seed(nil),
		"seed":   f.emu.Seed(func(time.Time) (*emulator.Seed, error) { return nil, nil }),
	} {
		if err == nil || !strings.Contains(err.Error(), "nil") {
			t.Errorf("a %s that is nil: got %v", name, err)
		}
	}
	if err := f.emu.Reset(); err != nil {
		t.Fatal(err)
	}
	f.job(pendingJob)
}

// logLines gathers what is logged.
type logLines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func TestRequestsAreLogged(t *testing.T) {
	t.Parallel()
	lines := &logLines{}
	f := start(t, emulator.WithLogger(slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	id := f.call("GET", jobPath(pendingJob), "").want(200).header.Get("x-amzn-RequestId")
	for _, want := range []string{"msg=request method=GET operation=" + getJob + " status=200 request_id=" + id + " elapsed="} {
		if !strings.Contains(lines.text.String(), want) {
			t.Errorf("%s lacks %q", lines.text.String(), want)
		}
	}
}

func TestResetGoesBackToTheSeed(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	if err := f.emu.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := f.job(pendingJob); len(got.Appointments) != 0 {
		t.Errorf("the appointment outlived the reset: %+v", got.Appointments)
	}
}

func TestDefaultSeedHasFreeSlotsOnAnyDay(t *testing.T) {
	t.Parallel()
	for days := range 14 {
		f := start(t, emulator.WithClock(emulator.FixedClock(noon.Add(time.Duration(days)*25*time.Hour))))
		if free := f.slots(pendingJob); len(free) < 20 {
			t.Errorf("%d free slots after %d days", len(free), days)
		}
	}
}
