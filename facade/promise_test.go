package facade_test

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// api answers requests in process.
type api func(*http.Request) (*http.Response, error)

func (f api) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// apiHost is where in-process clients send to. Nothing listens there.
const apiHost = "https://api.example"

// requestID is what every answer of reply carries.
const requestID = "5f3d-request"

// reply is an answer in JSON; header has names and values in turn.
func reply(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}, "X-Amzn-Requestid": {requestID}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, Request: r, ContentLength: int64(len(body)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// clientOf returns a client for transport, which waits for no usage plan.
// Later options win.
func clientOf(t testing.TB, transport http.RoundTripper, opts ...facade.Option) *facade.Client {
	t.Helper()
	client, err := facade.New(append([]facade.Option{
		facade.WithEndpoint(apiHost), facade.WithMarketplace(facade.MarketplaceUS), facade.WithTokenSource(facade.StaticToken("Atza|token")),
		facade.WithLimiter(facade.Unlimited()), facade.WithHTTPClient(&http.Client{Transport: transport}),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// impatient is the default retry policy with waits that a test can sit out.
var impatient = facade.WithRetryPolicy(facade.RetryPolicy{
	Attempts: facade.DefaultAttempts, BackoffBase: time.Millisecond, BackoffCap: 2 * time.Millisecond, RetryAfterCap: time.Second,
})

// counted counts the requests that reach handle and tells it their number.
func counted(n *atomic.Int32, handle func(r *http.Request, n int) (*http.Response, error)) api {
	return func(r *http.Request) (*http.Response, error) { return handle(r, int(n.Add(1))) }
}

// script answers with one step after the other, the last one for good.
func script(n *atomic.Int32, steps ...api) api {
	return counted(n, func(r *http.Request, n int) (*http.Response, error) { return steps[min(n, len(steps))-1](r) })
}

func answers(status int, body string, header ...string) api {
	return func(r *http.Request) (*http.Response, error) { return reply(r, status, body, header...), nil }
}

// breaks fails without a word on what was written.
func breaks(r *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// invocation is one operation, how to call it and what a success looks like.
type invocation struct {
	id      string
	status  int
	success string
	invoke  func(ctx context.Context, c *facade.Client, opts ...facade.CallOption) (result any, err error)
}

// pointer keeps a nil result comparable with nil.
func pointer[T any](v *T, err error) (any, error) {
	if v == nil {
		return nil, err
	}
	return v, err
}

func nothing(err error) (any, error) { return nil, err }

var (
	start       = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	visit       = facade.AppointmentTime{StartTime: start, DurationInMinutes: 60}
	shift       = facade.AvailabilityRecord{StartTime: start, EndTime: start.Add(8 * time.Hour), Capacity: 1}
	reservation = facade.Reservation{Type: facade.ReservationTypeBreak, Availability: shift}
	day         = facade.RangeCapacityQuery{Start: start, End: start.AddDate(0, 0, 1)}
	fixedDay    = facade.FixedCapacityQuery{Start: start, End: start.AddDate(0, 0, 1)}
	document    = facade.ServiceUploadDocument{ContentType: facade.ContentTypePDF, ContentLength: 9}
)

const (
	jobAnswer         = `{"payload":{"serviceJobId":"JOB-1"}}`
	appointmentAnswer = `{"appointmentId":"APPOINTMENT-1"}`
	reservationAnswer = `{"payload":{"reservation":{"reservationId":"RESERVATION-1"}}}`
	slotsAnswer       = `{"payload":{"schedulingType":"REAL_TIME_SCHEDULING"}}`
)

var invocations = []invocation{
	{"getServiceJobByServiceJobId", 200, jobAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.GetServiceJob(ctx, "JOB-1", o...))
	}},
	{"getServiceJobs", 200, `{"payload":{"jobs":[]}}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.ListServiceJobs(ctx, facade.ServiceJobsQuery{CreatedAfter: start}, o...))
	}},
	{"cancelServiceJobByServiceJobId", 200, `{}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return nothing(c.CancelServiceJob(ctx, "JOB-1", "V1", o...))
	}},
	{"completeServiceJobByServiceJobId", 200, `{}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return nothing(c.CompleteServiceJob(ctx, "JOB-1", o...))
	}},
	{"addAppointmentForServiceJobByServiceJobId", 200, appointmentAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.AddAppointment(ctx, "JOB-1", visit, o...))
	}},
	{"rescheduleAppointmentForServiceJobByServiceJobId", 200, appointmentAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.RescheduleAppointment(ctx, "JOB-1", "APPOINTMENT-0", visit, "R1", o...))
	}},
	{"assignAppointmentResources", 200, `{"payload":{"warnings":[{"code":"RESOURCES_OVERBOOKED"}]}}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		list, err := c.AssignAppointmentResources(ctx, "JOB-1", "APPOINTMENT-1", []string{"RESOURCE-1"}, o...)
		if list == nil {
			return nil, err
		}
		return list, err
	}},
	{"setAppointmentFulfillmentData", 204, ``, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return nothing(c.SetAppointmentFulfillmentData(ctx, "JOB-1", "APPOINTMENT-1", facade.SetAppointmentFulfillmentDataRequest{
			FulfillmentTime: &facade.FulfillmentTime{StartTime: start, EndTime: start.Add(time.Hour)},
		}, o...))
	}},
	{"getRangeSlotCapacity", 200, `{"resourceId":"RESOURCE-1"}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.GetRangeSlotCapacity(ctx, "RESOURCE-1", day, o...))
	}},
	{"getFixedSlotCapacity", 200, `{"resourceId":"RESOURCE-1"}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.GetFixedSlotCapacity(ctx, "RESOURCE-1", fixedDay, o...))
	}},
	{"updateSchedule", 200, `{"payload":[{"availability":{"capacity":1}}]}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		list, err := c.UpdateSchedule(ctx, "RESOURCE-1", []facade.AvailabilityRecord{shift}, o...)
		if list == nil {
			return nil, err
		}
		return list, err
	}},
	{"createReservation", 200, reservationAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.CreateReservation(ctx, "RESOURCE-1", reservation, o...))
	}},
	{"updateReservation", 200, reservationAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.UpdateReservation(ctx, "RESERVATION-0", "RESOURCE-1", reservation, o...))
	}},
	{"cancelReservation", 204, ``, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return nothing(c.CancelReservation(ctx, "RESERVATION-1", o...))
	}},
	{"getAppointmmentSlotsByJobId", 200, slotsAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.GetAppointmentSlotsByJob(ctx, "JOB-1", facade.Window{}, o...))
	}},
	{"getAppointmentSlots", 200, slotsAnswer, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.GetAppointmentSlots(ctx, "B000000001", "STORE-1", facade.Window{}, o...))
	}},
	{"createServiceDocumentUploadDestination", 200, `{"payload":{"uploadDestinationId":"DESTINATION-1"}}`, func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error) {
		return pointer(c.CreateUploadDestination(ctx, document, o...))
	}},
}

// invocationOf finds an operation by its id.
func invocationOf(t testing.TB, id string) invocation {
	t.Helper()
	for _, op := range invocations {
		if op.id == id {
			return op
		}
	}
	t.Fatalf("no invocation of %s", id)
	return invocation{}
}

// operationOf is the row of an operation.
func operationOf(id string) gen.Operation {
	for _, row := range gen.Operations() {
		if row.ID == id {
			return row
		}
	}
	return gen.Operation{}
}

// matches reports whether a path is an instance of a template.
func matches(template, path string) bool {
	parts, want := strings.Split(path, "/"), strings.Split(template, "/")
	return slices.EqualFunc(parts, want, func(part, want string) bool { return part == want || strings.HasPrefix(want, "{") })
}

// ofClass are the operations of a class.
func ofClass(class gen.OperationClass) (list []invocation) {
	for _, row := range gen.Operations() {
		for _, op := range invocations {
			if op.id == row.ID && row.Class == class {
				list = append(list, op)
			}
		}
	}
	return list
}

// apiErrorOf wants an *APIError.
func apiErrorOf(t testing.TB, err error) *facade.APIError {
	t.Helper()
	var failure *facade.APIError
	if !errors.As(err, &failure) {
		t.Fatalf("got %T %v, want an *APIError", err, err)
	}
	return failure
}

// keys is a token source that replaces a token which the API calls expired.
type keys struct {
	mu          sync.Mutex
	current     int
	invalidated int
}

var tokenValues = []string{"Atza|first", "Atza|second", "Atza|third"}

func (k *keys) Token(context.Context) (facade.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return facade.Token{Value: tokenValues[k.current]}, nil
}

func (k *keys) Invalidate(_ context.Context, token facade.Token) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.invalidated++
	if token.Value == tokenValues[k.current] && k.current+1 < len(tokenValues) {
		k.current++
	}
}

// pass lets time go by, as far as ctx allows.
func pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestInvocationsAreComplete guards the tables above: an operation that is not
// among them would go untested.
func TestInvocationsAreComplete(t *testing.T) {
	t.Parallel()
	for _, row := range gen.Operations() {
		op := invocationOf(t, row.ID)
		if op.status != row.Success {
			t.Errorf("%s: success is %d, want %d", row.ID, op.status, row.Success)
		}
		client := clientOf(t, answers(op.status, op.success))
		if result, err := op.invoke(t.Context(), client); err != nil || result == nil && op.success != "" && op.success != "{}" {
			t.Errorf("%s: got %v, %v", row.ID, result, err)
		}
	}
	if len(invocations) != len(gen.Operations()) {
		t.Errorf("%d invocations of %d operations", len(invocations), len(gen.Operations()))
	}
}

// logBuffer keeps what is logged.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// quiet swallows what a server says about the faults that it is told to make.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
