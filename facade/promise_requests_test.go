package facade_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// identified are the operations that take ids in their paths, each id in turn.
var identified = []struct {
	id, parameter string
	invoke        func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error
}{
	{"getServiceJobByServiceJobId", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.GetServiceJob(ctx, id, o...)
		return err
	}},
	{"cancelServiceJobByServiceJobId", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		return c.CancelServiceJob(ctx, id, "V1", o...)
	}},
	{"completeServiceJobByServiceJobId", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		return c.CompleteServiceJob(ctx, id, o...)
	}},
	{"addAppointmentForServiceJobByServiceJobId", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.AddAppointment(ctx, id, visit, o...)
		return err
	}},
	{"rescheduleAppointmentForServiceJobByServiceJobId", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.RescheduleAppointment(ctx, id, "A", visit, "R1", o...)
		return err
	}},
	{"rescheduleAppointmentForServiceJobByServiceJobId", "appointmentId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.RescheduleAppointment(ctx, "J", id, visit, "R1", o...)
		return err
	}},
	{"assignAppointmentResources", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.AssignAppointmentResources(ctx, id, "A", []string{"R"}, o...)
		return err
	}},
	{"assignAppointmentResources", "appointmentId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.AssignAppointmentResources(ctx, "J", id, []string{"R"}, o...)
		return err
	}},
	{"setAppointmentFulfillmentData", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		return c.SetAppointmentFulfillmentData(ctx, id, "A", facade.SetAppointmentFulfillmentDataRequest{}, o...)
	}},
	{"setAppointmentFulfillmentData", "appointmentId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		return c.SetAppointmentFulfillmentData(ctx, "J", id, facade.SetAppointmentFulfillmentDataRequest{}, o...)
	}},
	{"getRangeSlotCapacity", "resourceId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.GetRangeSlotCapacity(ctx, id, day, o...)
		return err
	}},
	{"getFixedSlotCapacity", "resourceId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.GetFixedSlotCapacity(ctx, id, fixedDay, o...)
		return err
	}},
	{"updateSchedule", "resourceId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.UpdateSchedule(ctx, id, []facade.AvailabilityRecord{shift}, o...)
		return err
	}},
	{"updateReservation", "reservationId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.UpdateReservation(ctx, id, "R", reservation, o...)
		return err
	}},
	{"cancelReservation", "reservationId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		return c.CancelReservation(ctx, id, o...)
	}},
	{"getAppointmmentSlotsByJobId", "serviceJobId", func(ctx context.Context, c *facade.Client, id string, o ...facade.CallOption) error {
		_, err := c.GetAppointmentSlotsByJob(ctx, id, facade.Window{}, o...)
		return err
	}},
}

func TestIdentifiedIsComplete(t *testing.T) {
	t.Parallel()
	for _, row := range gen.Operations() {
		for _, p := range row.Parameters {
			n := 0
			for _, op := range identified {
				if op.id == row.ID && op.parameter == p.Name {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d rows for %s of %s", n, p.Name, row.ID)
			}
		}
	}
}

// routes answers what a router of the usual kind makes of a request: which
// operation it is and with which ids.
type routes struct {
	mux       *http.ServeMux
	operation string
	ids       map[string]string
}

func newRoutes() *routes {
	r := &routes{mux: http.NewServeMux()}
	for _, row := range gen.Operations() {
		r.mux.HandleFunc(row.Method+" "+row.Path, func(w http.ResponseWriter, req *http.Request) {
			r.operation = row.ID
			for _, p := range row.Parameters {
				r.ids[p.Name] = req.PathValue(p.Name)
			}
			w.WriteHeader(http.StatusTeapot)
		})
	}
	return r
}

// RoundTrip sends a request through its form on the wire.
func (r *routes) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent bytes.Buffer
	if err := req.Write(&sent); err != nil {
		return nil, err
	}
	got, err := http.ReadRequest(bufio.NewReader(&sent))
	if err != nil {
		return nil, err
	}
	r.operation, r.ids = "", map[string]string{}
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, got)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// found reports whether the newest request found its way. To an http.ServeMux,
// a segment that is nothing but a slash is a path that ends in one; no pattern
// of the API does.
func (r *routes) found(operation, parameter, id string) bool {
	return r.operation == operation && r.ids[parameter] == id || id == "/" && r.operation == ""
}

// idsRefused would address something else than the id they are.
var idsRefused = []string{
	"", ".", "..", "\x00", "a\x00b", "\r", "\n", "a\r\nb", "\t", "\x7f", "\x1f", "\xff", "a\xc3", "\xed\xa0\x80", "\ufffd",
	strings.Repeat("x", 101), strings.Repeat("ü", 101), strings.Repeat("/", 101), strings.Repeat("x", 1<<20),
}

// idsTaken look dangerous and are as good as any other.
var idsTaken = []string{
	"a", "/", "//", "a/b", "/..", "../", "../..", "a/../b", "%", "%2F", "%2f", "%2e%2e", "%00", "%zz", "%25", "?", "a?b=c", "#", "a#b", "a b", " ", "+", "a+b",
	"\\", "a\\b", ";", "a;b=c", ":", "a:b", "@", "a@b", "&", "=", "~", "...", ".a", "a.", "..a", "*", "{serviceJobId}", "'", "\"", "<>", "|", "^", "`", "$", ",", "!",
	"ü", "日本", "🚲", "e\u0301", "\u00a0", "\u202e", "\u2028", "http://evil.example/", strings.Repeat("x", 100), strings.Repeat("🚲", 100),
}

func TestIDsAreRefusedOrArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	router := newRoutes()
	var sent atomic.Int32
	client := clientOf(t, counted(&sent, func(r *http.Request, _ int) (*http.Response, error) { return router.RoundTrip(r) }))
	for _, op := range identified {
		for _, id := range idsRefused {
			for _, opts := range [][]facade.CallOption{nil, {facade.NoValidation()}} {
				err := op.invoke(t.Context(), client, id, opts...)
				var refused *facade.ValidationError
				if !errors.As(err, &refused) || refused.Operation != op.id || len(refused.Violations) != 1 || refused.Violations[0].Path != op.parameter {
					t.Errorf("%s, %.20q: %v", op.id, id, err)
				}
				if sent.Swap(0) != 0 || !strings.Contains(err.Error(), "not sent") || len(id) > 2 && strings.Contains(err.Error(), id) {
					t.Errorf("%s, %.20q was sent, or is repeated in: %v", op.id, id, err)
				}
			}
		}
		for _, id := range idsTaken {
			apiErrorOf(t, op.invoke(t.Context(), client, id))
			if !router.found(op.id, op.parameter, id) || sent.Swap(0) != 1 {
				t.Errorf("%s, %q arrives at %q as %q", op.id, id, router.operation, slices.Collect(maps.Values(router.ids)))
			}
		}
	}
}

// FuzzIDStaysOneSegment has any id arrive at the operation it was given to, as
// it was given, or be refused without a request.
func FuzzIDStaysOneSegment(f *testing.F) {
	for n, id := range slices.Concat(idsRefused, idsTaken) {
		if len(id) < 200 {
			f.Add(id, uint8(n))
		}
	}
	router := newRoutes()
	sent := 0
	client := clientOf(f, api(func(r *http.Request) (*http.Response, error) {
		sent++
		return router.RoundTrip(r)
	}))
	f.Fuzz(func(t *testing.T, id string, n uint8) {
		op := identified[int(n)%len(identified)]
		sent = 0
		err := op.invoke(t.Context(), client, id, facade.NoRetry())
		if errors.As(err, new(*facade.ValidationError)) {
			if sent != 0 {
				t.Fatalf("%q was refused, and sent", id)
			}
			return
		}
		if sent != 1 || !router.found(op.id, op.parameter, id) {
			t.Fatalf("%q for %s arrives at %q as %q: %v", id, op.id, router.operation, router.ids[op.parameter], err)
		}
	})
}

// TestQueryArrivesAsItIs has values that a query must escape.
func TestQueryArrivesAsItIs(t *testing.T) {
	t.Parallel()
	var query map[string][]string
	var raw string
	client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		raw, query = r.URL.RawQuery, r.URL.Query()
		return reply(r, 200, `{"payload":{},"resourceId":"R"}`), nil
	}))
	for _, token := range []string{"plain", "a+b/c==", "%2F%252F", "a&b=c", "a b", "ü#?", "a;b", `{"k":"v, w"}`, "\r\n", strings.Repeat("x", 8000)} {
		if _, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{PageToken: token, CreatedAfter: start}); err != nil || !slices.Equal(query["pageToken"], []string{token}) {
			t.Errorf("%.50q arrives as %.50q: %v", token, query["pageToken"], err)
		}
		if strings.ContainsAny(raw, "\r\n ") {
			t.Errorf("raw query %q", raw)
		}
		if _, err := client.GetRangeSlotCapacity(t.Context(), "R", facade.RangeCapacityQuery{Start: start, End: start.Add(time.Hour), PageToken: token}); err != nil || !slices.Equal(query["nextPageToken"], []string{token}) {
			t.Errorf("%.50q arrives as %.50q: %v", token, query["nextPageToken"], err)
		}
		if _, err := client.GetServiceJob(t.Context(), "J", facade.WithQuery(token, token)); err != nil || !slices.Equal(query[token], []string{token}) {
			t.Errorf("%.50q arrives as %.50q: %v", token, query[token], err)
		}
	}
	_, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start.In(time.FixedZone("", -7*3600)), RequiredSkills: []string{"1", "a b", "c&d"}})
	if want := "createdAfter=2026-03-02T09%3A00%3A00Z&marketplaceIds=ATVPDKIKX0DER&requiredSkills=1,a+b,c%26d"; err != nil || !sameParts(raw, want) {
		t.Errorf("sent %s, want %s: %v", raw, want, err)
	}
}

// sameParts compares queries but for the order of their parts and for what a
// blank is escaped as.
func sameParts(got, want string) bool {
	parts := func(s string) []string {
		return slices.Sorted(slices.Values(strings.Split(strings.ReplaceAll(s, "%20", "+"), "&")))
	}
	return slices.Equal(parts(got), parts(want))
}

// TestHeadersOfRequests: no body, no content type; a user agent always.
func TestHeadersOfRequests(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
			var body []byte
			if r.Body != nil {
				body, _ = io.ReadAll(r.Body)
			}
			if (len(body) > 0) != (r.Header.Get("Content-Type") == "application/json") || int64(len(body)) != r.ContentLength || r.Method == http.MethodGet && len(body) > 0 {
				t.Errorf("%s: content type %q with %d bytes, length %d", op.id, r.Header.Get("Content-Type"), len(body), r.ContentLength)
			}
			if agent := r.Header.Get("User-Agent"); !strings.HasPrefix(agent, "tyres/1.2 (Language=Go/") || len(agent) > 500 {
				t.Errorf("%s: user agent %q", op.id, agent)
			}
			if r.Method != operationOf(op.id).Method || !matches(operationOf(op.id).Path, r.URL.Path) {
				t.Errorf("%s: %s %s", op.id, r.Method, r.URL.Path)
			}
			return reply(r, op.status, op.success), nil
		}), facade.WithUserAgent("tyres", "1.2"))
		if _, err := op.invoke(t.Context(), client); err != nil {
			t.Errorf("%s: %v", op.id, err)
		}
	}
}

// TestHeaderValuesAreRefusedUnseen has line breaks where they would make
// headers of their own.
func TestHeaderValuesAreRefusedUnseen(t *testing.T) {
	t.Parallel()
	for _, breaks := range []string{"\r\n", "\n", "\r", "\x00", "\x7f"} {
		var sent atomic.Int32
		client := clientOf(t, script(&sent, answers(200, jobAnswer)), facade.WithTokenSource(facade.StaticToken("secret"+breaks+"X-Evil: 1")))
		_, err := client.GetServiceJob(t.Context(), "JOB-1")
		var refused *facade.AuthError
		if !errors.As(err, &refused) || sent.Load() != 0 {
			t.Errorf("%q: %v after %d requests", breaks, err, sent.Load())
		}
		wantSilent(t, err, "secret", "X-Evil")
		_, err = facade.New(facade.WithUserAgent("secret"+breaks, "1"), facade.WithEndpoint(apiHost), facade.WithTokenSource(facade.StaticToken("t")))
		if err == nil {
			t.Errorf("%q is taken into the user agent", breaks)
			continue
		}
		wantSilent(t, err, "secret")
	}
}
