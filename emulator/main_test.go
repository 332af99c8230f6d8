package emulator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"go.uber.org/goleak"

	"github.com/spservices/services-go/contract"
	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is a Monday, so that the days that follow are working days.
var noon = time.Date(2026, time.March, 2, 20, 0, 0, 0, time.UTC)

// T is what a fixture needs of a test, or of a property that rapid checks.
type T interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// fixture is an emulator at a fixed time with a signed-in client.
type fixture struct {
	T
	emu   *emulator.Emulator
	http  *http.Client
	token string
}

func start(t T, opts ...emulator.Option) *fixture {
	t.Helper()
	emu, err := emulator.New(append([]emulator.Option{emulator.WithClock(emulator.FixedClock(noon))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{T: t, emu: emu, http: &http.Client{Transport: emu.Transport()}}
	if _, measured := t.(*testing.B); !measured {
		f.http.Transport = judged(t, emu.Transport())
	}
	f.token = f.signIn(emu.Credentials())
	return f
}

// unjudged is for tests that make answers which break the API description.
func (f *fixture) unjudged() *fixture {
	f.http.Transport = f.emu.Transport()
	return f
}

// judged fails the test for an answer that breaks the API description.
func judged(t T, base http.RoundTripper) http.RoundTripper {
	return contract.Transport(base, func(e contract.Exchange) {
		for _, v := range e.Violations {
			if v.Side == "response" {
				t.Errorf("the answer breaks the API description: %s", v)
			}
		}
	})
}

func (f *fixture) signIn(login emulator.Credentials) string {
	f.Helper()
	a := f.form(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {login.ClientID},
		"client_secret": {login.ClientSecret}, "refresh_token": {login.RefreshToken},
	})
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	a.decode(&granted)
	return granted.AccessToken
}

func (f *fixture) form(form url.Values) *answer {
	f.Helper()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return f.send(http.MethodPost, f.emu.TokenURL(), header, form.Encode())
}

// call sends a request to the API; the path may have a query.
func (f *fixture) call(method, path, body string) *answer {
	f.Helper()
	header := http.Header{"X-Amz-Access-Token": {f.token}}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	return f.send(method, f.emu.URL()+path, header, body)
}

func (f *fixture) send(method, address string, header http.Header, body string) *answer {
	f.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(body))
	if err != nil {
		f.Fatal(err)
	}
	request.Header = header
	response, err := f.http.Do(request)
	if err != nil {
		f.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		f.Fatal(err)
	}
	return &answer{f, response.StatusCode, response.Header, text}
}

// isReset reports whether the other side reset the connection. Windows has a
// number of its own for that.
func isReset(err error) bool {
	const wsaeConnReset = syscall.Errno(10054)
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, wsaeConnReset)
}

type answer struct {
	f      *fixture
	status int
	header http.Header
	text   []byte
}

// want fails the test unless the answer has a status and holds every text.
func (a *answer) want(status int, texts ...string) *answer {
	a.f.Helper()
	if a.status != status {
		a.f.Fatalf("got %d %s, want %d", a.status, a.text, status)
	}
	for _, text := range texts {
		if !bytes.Contains(a.text, []byte(text)) {
			a.f.Errorf("%s lacks %q", a.text, text)
		}
	}
	return a
}

func (a *answer) decode(v any) {
	a.f.Helper()
	if err := wire.Unmarshal(a.text, v); err != nil {
		a.f.Fatalf("%s: %v", a.text, err)
	}
}

func (f *fixture) job(id string) *gen.ServiceJob {
	f.Helper()
	var got gen.GetServiceJobByServiceJobIDResponse
	f.call("GET", "/service/v1/serviceJobs/"+id, "").want(200).decode(&got)
	return got.Payload
}

func (f *fixture) list(query string) *gen.JobListing {
	f.Helper()
	var got gen.GetServiceJobsResponse
	f.call("GET", "/service/v1/serviceJobs?marketplaceIds="+f.emu.Marketplace()+"&"+query, "").want(200).decode(&got)
	return got.Payload
}

// pendingJob is a job of the first store that waits for an appointment.
const (
	pendingJob   = "00000000-0000-4000-a000-000000000001"
	completedJob = "00000000-0000-4000-a000-000000000003"
	cancelledJob = "00000000-0000-4000-a000-000000000007"
	foreignJob   = "00000000-0000-4000-a000-000000009001"
	firstStore   = "00000000-0000-4000-9000-000000000001"
	technician   = "A1TECHNICIAN01"
)

func jobPath(id string, rest ...string) string {
	return "/service/v1/serviceJobs/" + id + strings.Join(rest, "")
}

// slots are the free slots of a job.
func (f *fixture) slots(jobID string) (free []gen.AppointmentSlot) {
	f.Helper()
	var got gen.GetAppointmentSlotsResponse
	f.call("GET", jobPath(jobID, "/appointmentSlots?marketplaceIds=", f.emu.Marketplace()), "").want(200).decode(&got)
	for _, slot := range got.Payload.AppointmentSlots {
		if slot.Capacity > 0 {
			free = append(free, slot)
		}
	}
	return free
}

func (f *fixture) book(jobID string, at time.Time) string {
	f.Helper()
	var got gen.SetAppointmentResponse
	f.call("POST", jobPath(jobID, "/appointments"), appointmentAt(at)).want(200).decode(&got)
	return got.AppointmentID
}

func appointmentAt(at time.Time) string {
	return `{"appointmentTime":{"startTime":"` + at.UTC().Format(time.RFC3339) + `"}}`
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}
