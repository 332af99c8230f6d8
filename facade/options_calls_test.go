package facade_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// A dry run tells exactly what a call would send, and needs no token.
func TestDryRunOfEveryOperation(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		t.Run(op.id, func(t *testing.T) {
			t.Parallel()
			var sent facade.Request
			var n atomic.Int32
			client := clientOf(t, counted(&n, func(r *http.Request, _ int) (*http.Response, error) {
				sent = facade.Request{Method: r.Method, Path: r.URL.RequestURI()}
				if r.Body != nil {
					sent.Body, _ = io.ReadAll(r.Body)
				}
				return reply(r, op.status, op.success), nil
			}))
			extra := facade.WithQuery("new parameter", "a&b/ü")
			dry := derive(t, client, facade.WithTokenSource(fixedSource{err: errors.New("a dry run needs no token")}), facade.WithLimiter(&spyLimiter{fails: errors.New("nor a turn")}))
			var request facade.Request
			var info facade.Info
			result, err := op.invoke(t.Context(), dry, facade.DryRun(&request), facade.Capture(&info), extra)
			if !errors.Is(err, facade.ErrDryRun) || result != nil || info.Attempts != 0 || info.Operation != op.id {
				t.Errorf("got %v, %v, %+v", result, err, info)
			}
			wantCount(t, "requests of a dry run", &n, 0)
			if _, err := op.invoke(t.Context(), client, extra); err != nil {
				t.Fatal(err)
			}
			if request.Method != sent.Method || request.Path != sent.Path || !bytes.Equal(request.Body, sent.Body) {
				t.Errorf("told %s %s %s,\nsent %s %s %s", request.Method, request.Path, string(request.Body), sent.Method, sent.Path, string(sent.Body))
			}
			if (request.Body == nil) != (len(sent.Body) == 0) || !strings.HasSuffix(request.Path, "new+parameter=a%26b%2F%C3%BC") {
				t.Errorf("told %s %q", request.Path, string(request.Body))
			}
		})
	}
}

func TestDryRunChecksTheCall(t *testing.T) {
	t.Parallel()
	var request facade.Request
	var invalid *facade.ValidationError
	j := newJournal()
	client := clientOf(t, api(breaks), facade.WithLogger(j.logger))
	if _, err := client.GetServiceJob(t.Context(), "J", facade.DryRun(&request)); !errors.Is(err, facade.ErrDryRun) || strings.Contains(j.String(), "WARN") {
		t.Errorf("got %v, logged %s", err, j)
	}
	if _, err := client.GetServiceJob(t.Context(), "J", facade.DryRun(nil)); !errors.Is(err, facade.ErrDryRun) {
		t.Errorf("without a request to fill: %v", err)
	}
	request = facade.Request{}
	if _, err := client.GetServiceJob(t.Context(), "..", facade.DryRun(&request)); !errors.As(err, &invalid) || request.Method != "" {
		t.Errorf("got %v, %+v", err, request)
	}
	if _, err := drained(client.ServiceJobs(t.Context(), allJobs, facade.DryRun(&request), facade.Prefetch())); !errors.Is(err, facade.ErrDryRun) || request.Method != http.MethodGet {
		t.Errorf("got %v, %+v", err, request)
	}
	if _, err := uploadPDF(t.Context(), client, strings.NewReader("proof"), facade.DryRun(&request)); !errors.Is(err, facade.ErrDryRun) || !strings.Contains(string(request.Body), `"contentLength":5`) {
		t.Errorf("got %v, %s", err, string(request.Body))
	}
}

func TestResponseValidation(t *testing.T) {
	t.Parallel()
	tooLong := `{"payload":{"serviceJobId":"` + strings.Repeat("x", 101) + `"}}`
	for name, c := range map[string]struct {
		validation facade.ResponseValidation
		violations int
		logged     bool
		fails      bool
	}{
		"off": {facade.Off, 0, false, false}, "report": {facade.Report, 1, true, false}, "enforce": {facade.Enforce, 1, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal()
			var info facade.Info
			client := clientOf(t, answers(http.StatusOK, tooLong), facade.WithResponseValidation(c.validation), facade.WithLogger(j.logger))
			job, err := client.GetServiceJob(t.Context(), "JOB-1", facade.Capture(&info))
			if job == nil || len(job.ServiceJobID) != 101 {
				t.Errorf("result %v", job)
			}
			if (err != nil) != c.fails || c.fails && (!errors.Is(err, facade.ErrInvalidResponse) || errors.Is(err, facade.ErrUnexpectedResponse) || apiErrorOf(t, err).RequestID != requestID) {
				t.Errorf("got %v", err)
			}
			if len(info.Violations) != c.violations || c.violations > 0 && info.Violations[0].Path != "payload.serviceJobId" {
				t.Errorf("violations %v", info.Violations)
			}
			if strings.Contains(j.String(), "answer breaks the API description") != c.logged || strings.Contains(j.String(), "xxx") {
				t.Errorf("log %s", j)
			}
		})
	}
}

// What Amazon adds or leaves out breaks nothing, however strict the client.
func TestAnswersMayGrowAndShrink(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		call   func(ctx context.Context, c *facade.Client, o ...facade.CallOption) (any, error)
		want   func(any) bool
	}{
		"new status": {`{"payload":{"serviceJobId":"J","serviceJobStatus":"TELEPORTED","appointments":[{"appointmentStatus":"DREAMT","poa":{"poaType":"SONG"}}]}}`,
			invocationOf(t, "getServiceJobByServiceJobId").invoke, func(v any) bool { return v.(*facade.ServiceJob).ServiceJobStatus == "TELEPORTED" }},
		"new members": {`{"payload":{"serviceJobId":"J","newMember":{"deep":[1,{"x":null}]},"buyer":{"name":"B","loyalty":7}},"also":true}`,
			invocationOf(t, "getServiceJobByServiceJobId").invoke, func(v any) bool { return v.(*facade.ServiceJob).Buyer.Name == "B" }},
		"nothing but a payload": {`{"payload":{}}`, invocationOf(t, "getServiceJobByServiceJobId").invoke, func(v any) bool { return v.(*facade.ServiceJob) != nil }},
		"jobs without anything": {`{"payload":{"jobs":[{},{}]}}`, invocationOf(t, "getServiceJobs").invoke, func(v any) bool { return len(v.(*facade.JobListing).Jobs) == 2 }},
		"reservation's id alone": {reservationAnswer, invocationOf(t, "createReservation").invoke,
			func(v any) bool {
				return v.(*facade.CreateReservationRecord).Reservation.ReservationID == "RESERVATION-1"
			}},
		"changed reservation's id alone": {reservationAnswer, invocationOf(t, "updateReservation").invoke,
			func(v any) bool {
				return v.(*facade.UpdateReservationRecord).Reservation.ReservationID == "RESERVATION-1"
			}},
		"new kind of reservation": {`{"payload":{"reservation":{"reservationId":"R","type":"SABBATICAL","availability":{}}}}`, invocationOf(t, "createReservation").invoke,
			func(v any) bool { return v.(*facade.CreateReservationRecord).Reservation.Type == "SABBATICAL" }},
		"new kind of capacity": {`{"resourceId":"R","capacities":[{"capacityType":"IMAGINED","slots":[{}]}]}`, invocationOf(t, "getRangeSlotCapacity").invoke,
			func(v any) bool { return v.(*facade.RangeSlotCapacity).Capacities[0].CapacityType == "IMAGINED" }},
		"slots without end":    {`{"payload":{"appointmentSlots":[{"startTime":"2026-03-02T09:00:00Z"}]}}`, invocationOf(t, "getAppointmentSlots").invoke, func(v any) bool { return len(v.(*facade.AppointmentSlotReport).AppointmentSlots) == 1 }},
		"null for absent":      {`{"payload":{"serviceJobId":"J","buyer":null,"appointments":null,"createTime":null},"errors":null}`, invocationOf(t, "getServiceJobByServiceJobId").invoke, func(v any) bool { return v.(*facade.ServiceJob).Buyer == nil }},
		"empty list of errors": {`{"payload":{"serviceJobId":"J"},"errors":[]}`, invocationOf(t, "getServiceJobByServiceJobId").invoke, func(v any) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var info facade.Info
			got, err := c.call(t.Context(), clientOf(t, answers(http.StatusOK, c.answer), facade.WithResponseValidation(facade.Enforce)), facade.Capture(&info))
			if err != nil || got == nil || !c.want(got) || len(info.Violations) > 0 {
				t.Errorf("got %v, %v, violations %v", got, err, info.Violations)
			}
		})
	}
}

func TestCaptureTellsWhatACallWasLike(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		var info facade.Info
		success := clientOf(t, answers(op.status, op.success, "x-amzn-RateLimit-Limit", "5.5"))
		if _, err := op.invoke(t.Context(), success, facade.CaptureBody(&info)); err != nil {
			t.Fatal(err)
		}
		if info.Operation != op.id || info.StatusCode != op.status || info.RequestID != requestID || info.RateLimit != 5.5 || info.Attempts != 1 || string(info.Body) != op.success {
			t.Errorf("%s: %+v %s", op.id, info, string(info.Body))
		}
		failure := `{"errors":[{"code":"InvalidInput","message":"no"}]}`
		refusing := clientOf(t, answers(http.StatusBadRequest, failure))
		if _, err := op.invoke(t.Context(), refusing, facade.CaptureBody(&info)); err == nil {
			t.Fatal("no error")
		}
		if info.StatusCode != http.StatusBadRequest || info.RateLimit != 0 || string(info.Body) != failure {
			t.Errorf("%s: %+v %s", op.id, info, string(info.Body))
		}
		if _, err := op.invoke(t.Context(), refusing, facade.Capture(&info)); err == nil || info.Body != nil {
			t.Errorf("%s: kept %s without being asked", op.id, string(info.Body))
		}
		silent := clientOf(t, api(breaks), impatient)
		if _, err := op.invoke(t.Context(), silent, facade.Capture(&info)); err == nil || info.StatusCode != 0 || info.RequestID != "" || info.Attempts < 1 {
			t.Errorf("%s: %v, %+v", op.id, err, info)
		}
	}
}

// A member that Amazon added yesterday can be read today.
func TestCaptureBodyHasWhatModelsLack(t *testing.T) {
	t.Parallel()
	var info facade.Info
	client := clientOf(t, answers(http.StatusOK, `{"payload":{"serviceJobId":"J","newMember":"new"}}`))
	if _, err := client.GetServiceJob(t.Context(), "J", facade.CaptureBody(&info)); err != nil {
		t.Fatal(err)
	}
	var raw struct{ Payload struct{ NewMember string } }
	if err := json.Unmarshal(info.Body, &raw); err != nil || raw.Payload.NewMember != "new" {
		t.Errorf("%v, %+v", err, raw)
	}
	if text := fmt.Sprintf("%v", info.Body); text != fmt.Sprintf("[%d bytes]", len(info.Body)) {
		t.Errorf("prints as %s", text)
	}
}

func TestMarketplaceOfACall(t *testing.T) {
	t.Parallel()
	var query string
	client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		query = r.URL.Query().Get("marketplaceIds")
		return reply(r, http.StatusOK, `{"payload":{"jobs":[]}}`), nil
	}))
	for want, opts := range map[facade.MarketplaceID][]facade.CallOption{
		facade.MarketplaceUS: nil, facade.MarketplaceMX: {facade.Marketplace(facade.MarketplaceMX)}, facade.MarketplaceCA: {nil, facade.Marketplace(facade.MarketplaceMX), facade.Marketplace(facade.MarketplaceCA)},
		facade.MarketplaceUK: {facade.Marketplace("gb")}, "NEW": {facade.Marketplace("NEW")},
	} {
		if _, err := client.ListServiceJobs(t.Context(), allJobs, opts...); err != nil || query != string(want) {
			t.Errorf("sent %s, want %s: %v", query, want, err)
		}
	}
}

// The marketplace that Raw's parameters hold wins over the client's, and that of
// the call over both.
func TestMarketplaceOfACallWinsOverParameters(t *testing.T) {
	t.Parallel()
	client := clientOf(t, api(breaks)) // of MarketplaceUS
	params := gen.GetServiceJobsParams{CreatedAfter: start, MarketplaceIDs: []string{string(facade.MarketplaceMX)}}
	for want, opts := range map[facade.MarketplaceID][]facade.CallOption{
		facade.MarketplaceMX: nil, facade.MarketplaceCA: {facade.Marketplace(facade.MarketplaceCA)},
	} {
		var request facade.Request
		_, err := client.Raw(append(opts, facade.DryRun(&request))...).GetServiceJobs(t.Context(), params)
		sent, parseErr := url.Parse(request.Path)
		if !errors.Is(err, facade.ErrDryRun) || parseErr != nil || sent.Query().Get("marketplaceIds") != string(want) {
			t.Errorf("sent %s, want %s: %v", request.Path, want, err)
		}
	}
	if params.MarketplaceIDs[0] != string(facade.MarketplaceMX) {
		t.Error("the parameters were changed")
	}
}

// An error tells the rate limit that came with it, as Capture does.
func TestErrorsTellTheRateLimit(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]float64{"7.5": 7.5, "0": 0, "NaN": 0, "": 0} {
		for _, op := range invocations {
			_, err := op.invoke(t.Context(), clientOf(t, answers(http.StatusBadRequest, `{"errors":[{"code":"InvalidInput"}]}`, "x-amzn-RateLimit-Limit", header)))
			if got := apiErrorOf(t, err).RateLimit; got != want {
				t.Errorf("%s, %q: %v, want %v", op.id, header, got, want)
			}
		}
	}
}
