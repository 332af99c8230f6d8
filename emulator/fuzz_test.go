package emulator_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/spservices/services-go/emulator"
)

// FuzzRequest sends any request. The answer is never a panic, never the
// emulator's own fault, and JSON or XML where it says so.
func FuzzRequest(f *testing.F) {
	const job = "/service/v1/serviceJobs/" + pendingJob
	for _, seed := range []struct{ method, target, kind, body string }{
		{"GET", "/service/v1/serviceJobs?marketplaceIds=ATVPDKIKX0DER&createdAfter=2000-01-01T00:00:00Z&pageSize=3&sortOrder=DESC", "", ""},
		{"GET", "/service/v1/serviceJobs?marketplaceIds=A&pageToken=bjE%2FeA%3D%3D", "", ""},
		{"GET", job, "", ""},
		{"GET", job + "/appointmentSlots?marketplaceIds=A&startTime=2026-03-02T00:00:00Z&endTime=2026-03-09T00:00:00Z", "", ""},
		{"GET", "/service/v1/appointmentSlots?asin=B000EXAM01&storeId=" + firstStore + "&marketplaceIds=A", "", ""},
		{"PUT", job + "/cancellations?cancellationReasonCode=V1", "", ""},
		{"PUT", job + "/completions", "application/json", "null"},
		{"POST", job + "/appointments", "application/json", `{"appointmentTime":{"startTime":"2026-03-03T17:00:00Z","durationInMinutes":60}}`},
		{"POST", job + "/appointments/a", "application/json", `{"appointmentTime":{"startTime":"2026-03-03T17:00:00Z"},"rescheduleReasonCode":"R1"}`},
		{"PUT", job + "/appointments/a/resources", "application/json", `{"resources":[{"resourceId":"\ud800"}]}`},
		{"PUT", job + "/appointments/a/fulfillment", "application/json", `{"estimatedArrivalTime":{"startTime":"9999-12-31T24:00:00Z","endTime":"x"}}`},
		{"PUT", job + "/appointments/a/fulfillment", "application/json", `{"fulfillmentTime":{"startTime":"0000-01-01T00:00:00Z","endTime":"x"}}`},
		{"POST", "/service/v1/serviceResources/" + technician + "/capacity/range?marketplaceIds=A", "application/json", `{"startDateTime":"2026-03-02T00:00:00Z","endDateTime":"9999-12-31T23:59:59Z"}`},
		{"POST", "/service/v1/serviceResources/" + technician + "/capacity/fixed?marketplaceIds=A", "application/json", `{"startDateTime":"2026-03-02T00:00:00Z","endDateTime":"2026-04-30T00:00:00Z","slotDuration":5,"capacityTypes":["AVAILABLE_CAPACITY"]}`},
		{"PUT", "/service/v1/serviceResources/" + technician + "/schedules?marketplaceIds=A", "application/json", `{"schedules":[{"startTime":"0000-01-01T00:00:00-23:59","endTime":"0000-01-01T01:00:00-23:59","recurrence":{"endTime":"9999-12-31T23:59:59-23:59","daysOfMonth":[31]},"capacity":9223372036854775807}]}`},
		{"POST", "/service/v1/reservation?marketplaceIds=A", "application/json", `{"resourceId":"` + technician + `","reservation":{"type":"BREAK","availability":{"startTime":"2026-03-03T17:00:00Z","endTime":"9999-12-31T23:59:59-08:00"}}}`},
		{"PUT", "/service/v1/reservation/00000000-0000-4000-8000-000000000001?marketplaceIds=A", "application/json", "[]"},
		{"DELETE", "/service/v1/reservation/%F0%9F%92%A9?marketplaceIds=A", "", ""},
		{"POST", "/service/v1/documents", "application/json", `{"contentType":"PNG","contentLength":1e3,"contentMD5":"` + "\xff" + `"}`},
		{"PUT", "/uploads/amzn1.tortuga.3.x?X-Amz-Signature=0", "image/png", "x"},
		{"POST", "/auth/o2/token", "application/x-www-form-urlencoded", "grant_type=refresh_token&client_id=%zz"},
		{"POST", "/_emulator/seed", "", `{"version":1,"sellers":[{}]}`},
		{"POST", "/_emulator/clock", "", `{"now":"now+99d"}`},
		{"POST", "/_emulator/faults", "", `{"operation":"token","action":"status","status":599}`},
		{"OPTIONS", "/service/v1/serviceJobs//../%2e%2E/%2f", "text/plain; charset=\"", "\x00"},
	} {
		f.Add(seed.method, seed.target, seed.kind, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, target, kind, body string) {
		address, err := url.ParseRequestURI(target)
		if err != nil || address.Host != "" || strings.HasPrefix(address.Path, "/_emulator/faults") && method == http.MethodPost {
			return // a fault may well answer 500
		}
		emu, err := emulator.New(emulator.WithClock(emulator.FixedClock(noon)), emulator.WithoutTokens())
		if err != nil {
			t.Fatal(err)
		}
		request := (&http.Request{
			Method: method, URL: address, Host: "127.0.0.1", Header: http.Header{"Content-Type": {kind}},
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}).WithContext(t.Context())
		for range 2 { // what the first has written, the second reads
			response, err := emu.Transport().RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			if err = errors.Join(err, response.Body.Close()); err != nil || response.StatusCode >= 500 || response.StatusCode < 200 {
				t.Fatalf("%s %s answers %d %s %v", method, target, response.StatusCode, text, err)
			}
			if response.Header.Get("Content-Type") == "application/json" && !json.Valid(text) {
				t.Errorf("%s %s answers %q", method, target, text)
			}
			request.Body = io.NopCloser(strings.NewReader(body))
		}
		if _, err := emu.Snapshot(); err != nil {
			t.Error(err)
		}
	})
}
