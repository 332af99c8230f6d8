package facade_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// unusable are answers that no operation can make anything of.
var unusable = map[string]struct {
	status      int
	body        string
	contentType string
}{
	"HTML 502":             {502, "<html>Bad Gateway</html>", "text/html"},
	"HTML 404":             {404, "<html>Not Found</html>", "text/html"},
	"HTML 200":             {200, "<html>Sign in</html>", "text/html; charset=utf-8"},
	"empty 200":            {200, "", "application/json"},
	"blank 200":            {200, " \r\n\t ", "application/json"},
	"no content type":      {200, `{"payload":{}}`, ""},
	"text 200":             {200, `{"payload":{}}`, "text/plain"},
	"XML":                  {200, `<a/>`, "application/xml"},
	"strange content type": {200, `{"payload":{}}`, "application/json/x;;;="},
	"truncated":            {200, `{"payload":{"jobs":[`, "application/json"},
	"truncated string":     {200, `{"payload`, "application/json"},
	"trailing bytes":       {200, `{"payload":{}}}`, "application/json"},
	"second value":         {200, `{"payload":{}}{"payload":{}}`, "application/json"},
	"null":                 {200, "null", "application/json"},
	"blank null":           {200, " null\n", "application/json"},
	"list":                 {200, `[]`, "application/json"},
	"text value":           {200, `"payload"`, "application/json"},
	"number":               {200, `1`, "application/json"},
	"NUL":                  {200, "\x00", "application/json"},
	"byte order mark":      {200, "\ufeff{}", "application/json"},
	"201":                  {201, `{"payload":{}}`, "application/json"},
	"202":                  {202, ``, "application/json"},
	"206":                  {206, `{"payload":{}}`, "application/json"},
	"299":                  {299, `{"payload":{}}`, "application/json"},
	"304":                  {304, ``, ""},
	"418":                  {418, `{"payload":{}}`, "application/json"},
	"599":                  {599, ``, ""},
	"600":                  {600, `{"payload":{}}`, "application/json"},
	"999":                  {999, ``, ""},
}

func TestUnusableResponsesAreErrors(t *testing.T) {
	t.Parallel()
	for name, answer := range unusable {
		for _, op := range invocations {
			t.Run(name+"/"+op.id, func(t *testing.T) {
				t.Parallel()
				client := clientOf(t, answers(answer.status, answer.body, "Content-Type", answer.contentType))
				var info facade.Info
				result, err := op.invoke(t.Context(), client, facade.NoRetry(), facade.CaptureBody(&info))
				failure := apiErrorOf(t, err)
				if result != nil || failure.Operation != op.id || failure.StatusCode != answer.status || failure.RequestID != requestID || failure.Attempts != 1 {
					t.Errorf("got %v, %#v", result, failure)
				}
				if info.StatusCode != answer.status || info.RequestID != requestID || string(info.Body) != answer.body {
					t.Errorf("captured %+v", info)
				}
				if answer.status < 400 && !errors.Is(err, facade.ErrUnexpectedResponse) {
					t.Errorf("%v is no ErrUnexpectedResponse", err)
				}
				if strings.TrimSpace(answer.body) == "" && answer.status == op.status && !strings.Contains(err.Error(), "the answer is empty") {
					t.Errorf("%q does not say what is wrong", err)
				}
				if len(answer.body) > 4 && strings.Contains(err.Error(), answer.body) || strings.Contains(err.Error(), "\n") {
					t.Errorf("%q holds the body", err)
				}
			})
		}
	}
}

// TestResponsesWithoutBody come from transports that are made by hand.
func TestResponsesWithoutBody(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: op.status, Header: http.Header{}, Request: r}, nil
		}))
		if _, err := op.invoke(t.Context(), client); (err == nil) != (op.status == 204) {
			t.Errorf("%s: %v", op.id, err)
		}
	}
}

// TestSuccessOfAnotherKindIsAnError mixes up 200 and 204.
func TestSuccessOfAnotherKindIsAnError(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		other := map[int]int{200: 204, 204: 200}[op.status]
		for _, body := range []string{"", "{}", op.success} {
			result, err := op.invoke(t.Context(), clientOf(t, answers(other, body)))
			if failure := apiErrorOf(t, err); result != nil || failure.StatusCode != other || failure.RequestID != requestID || !errors.Is(err, facade.ErrUnexpectedResponse) {
				t.Errorf("%s, %d %q: %v, %v", op.id, other, body, result, err)
			}
		}
	}
}

// TestEachStatusIsAnErrorOrTheSuccess sweeps all that HTTP has room for.
func TestEachStatusIsAnErrorOrTheSuccess(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		var status int
		client := clientOf(t, api(func(r *http.Request) (*http.Response, error) { return reply(r, status, op.success), nil }))
		for status = 100; status < 1000; status++ {
			result, err := op.invoke(t.Context(), client, facade.NoRetry())
			if status == op.status {
				if err != nil {
					t.Errorf("%s: %v", op.id, err)
				}
				continue
			}
			failure := apiErrorOf(t, err)
			if result != nil || failure.StatusCode != status || failure.RequestID != requestID || !strings.Contains(err.Error(), fmt.Sprintf(" %d", status)) {
				t.Errorf("%s, %d: %v, %v", op.id, status, result, err)
			}
			want := map[bool]error{status/100 == 5: facade.ErrUnavailable, status == 429: facade.ErrThrottled, status == 404: facade.ErrNotFound,
				status == 413: facade.ErrRequestTooLarge, status == 400 || status == 422: facade.ErrInvalidInput, status == 401 || status == 403: facade.ErrForbidden,
				status < 400 || status > 599: facade.ErrUnexpectedResponse}[true]
			if want != nil && !errors.Is(err, want) {
				t.Errorf("%s: %v is no %v", op.id, err, want)
			}
		}
	}
}

// TestPayloadIsOwed has successes without what they are for.
func TestPayloadIsOwed(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		if operationOf(op.id).Payload == "" {
			continue
		}
		for _, body := range []string{`{}`, `{"payload":null}`, `{"errors":[]}`, `{"appointmentId":""}`, `{"warnings":[{"code":"W"}]}`, `{"errors":[{"code":"W","errorLevel":"WARNING"}]}`} {
			result, err := op.invoke(t.Context(), clientOf(t, answers(200, body)))
			if failure := apiErrorOf(t, err); result != nil || failure.StatusCode != 200 || failure.RequestID != requestID || !errors.Is(err, facade.ErrUnexpectedResponse) {
				t.Errorf("%s, %s: %v, %v", op.id, body, result, err)
			}
		}
	}
}

// TestJSONByAnyOtherName has content types that differ in nothing that matters.
func TestJSONByAnyOtherName(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON", "application/json;", " application/json ", "application/json; charset"} {
		for _, op := range invocations {
			if _, err := op.invoke(t.Context(), clientOf(t, answers(op.status, op.success, "Content-Type", contentType))); err != nil {
				t.Errorf("%s, %q: %v", op.id, contentType, err)
			}
		}
	}
}

// TestTruncatedAnswersAreAskedForAgain, where that does no harm, also when the
// connection ended in good order.
func TestTruncatedAnswersAreAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, op := range append(ofClass(gen.Read), ofClass(gen.Idempotent)...) {
		if len(op.success) < 3 {
			continue
		}
		half := op.success[:len(op.success)/2]
		for name, step := range map[string]api{"ends": answers(op.status, half), "breaks off": breaksOff(op.status, half)} {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				if result, err := op.invoke(t.Context(), clientOf(t, script(&sent, step, answers(op.status, op.success)))); err != nil || result == nil || sent.Load() != 2 {
					t.Errorf("%s, %s: %v, %v after %d requests", op.id, name, result, err, sent.Load())
				}
			})
		}
	}
}

// TestRepeatStartsFromNothing has a truncated answer say what the whole one
// does not.
func TestRepeatStartsFromNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		client := clientOf(t, script(&sent, answers(200, `{"payload":{"serviceJobStatus":"HOLD","serviceJobId":"JO`), answers(200, jobAnswer)))
		job, err := client.GetServiceJob(t.Context(), "JOB-1")
		if err != nil || job.ServiceJobStatus != "" || job.ServiceJobID != "JOB-1" {
			t.Errorf("%v, %v", job, err)
		}
	})
}

// TestNewcomersBreakNothing has members and enum values that Amazon may add,
// and members that it leaves out, under the strictest validation.
func TestNewcomersBreakNothing(t *testing.T) {
	t.Parallel()
	for id, body := range map[string]string{
		"getServiceJobByServiceJobId":               `{"payload":{"serviceJobStatus":"TELEPORTED","new":{"a":[1]},"serviceLocation":{"serviceLocationType":"IN_ORBIT"}},"pagination":null}`,
		"getServiceJobs":                            `{"payload":{"totalResultSize":0,"cursor":"x"},"new":true}`,
		"addAppointmentForServiceJobByServiceJobId": `{"appointmentId":"APPOINTMENT-1","warnings":[{}],"new":1}`,
		"assignAppointmentResources":                `{"payload":{"warnings":[{"code":"NEW_WARNING"}]}}`,
		"getRangeSlotCapacity":                      `{"capacities":[{"capacityType":"FUTURE_CAPACITY"}]}`,
		"getFixedSlotCapacity":                      `{"capacities":[{}],"slotDuration":5}`,
		"updateSchedule":                            `{"payload":[{"availability":{"recurrence":{"daysOfWeek":["CATURDAY"]}},"warnings":[{"code":"W"}]}]}`,
		"createReservation":                         `{"payload":{"reservation":{"reservationId":"R"}}}`,
		"updateReservation":                         `{"payload":{"reservation":{"type":"NEW","reservationId":"R"}}}`,
		"getAppointmentSlots":                       `{"payload":{"schedulingType":"QUANTUM_SCHEDULING","appointmentSlots":[{}]}}`,
		"createServiceDocumentUploadDestination":    `{"payload":{"uploadDestinationId":"D","encryptionDetails":{"standard":"NEW"},"headers":{"a":"b"}}}`,
	} {
		client := clientOf(t, answers(200, body), facade.WithResponseValidation(facade.Enforce))
		if result, err := invocationOf(t, id).invoke(t.Context(), client); err != nil || result == nil {
			t.Errorf("%s: %v, %v", id, result, err)
		}
	}
}

// framed is an answer with a body of the length that it says.
func framed(head, body string) string {
	return fmt.Sprintf("HTTP/1.1 %sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// TestGarbageIsNotQuoted has a server that does not speak HTTP: what it says
// may be a person's data and is in no error.
func TestGarbageIsNotQuoted(t *testing.T) {
	t.Parallel()
	for name, garbage := range map[string]string{
		"no HTTP":            "Jane Doe, 555-0100\r\n\r\n",
		"status":             "HTTP/1.1 Jane Doe\r\n\r\n",
		"header":             "HTTP/1.1 200 OK\r\nJane Doe 555-0100\r\n\r\n",
		"header name":        "HTTP/1.1 200 OK\r\n: Jane Doe 555-0100\r\n\r\n",
		"transfer encoding":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: Jane Doe\r\n\r\n",
		"content length":     "HTTP/1.1 200 OK\r\nContent-Length: Jane Doe\r\n\r\n",
		"two lengths":        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: Jane Doe\r\n\r\n",
		"chunk":              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nJane Doe\r\n",
		"content type":       framed("200 OK\r\nContent-Type: \"Jane Doe\"/555-0100\r\n", "{}"),
		"long content type":  framed("200 OK\r\nContent-Type: text/"+strings.Repeat("x", 4000)+"\r\n", "{}"),
		"request id":         framed("500 X\r\nx-amzn-RequestId: Jane Doe 555-0100\r\n", ""),
		"wrong JSON":         framed("200 OK\r\nContent-Type: application/json\r\n", "{\"payload\":{\"scopeOfWork\":\"Jane Doe 55\"}}"),
		"wrong member":       framed("200 OK\r\nContent-Type: application/json\r\n", "{\"payload\":\"Jane Doe 5\"}"),
		"code of an error":   framed("400 X\r\nContent-Type: application/json\r\n", "{\"code\":\"Jane Doe 555-0100 xxxxx\"}"),
		"time that is none":  framed("200 OK\r\nContent-Type: application/json\r\n", "{\"payload\":{\"createTime\":\"Jane Doe 55\"}}"),
		"name of a member":   framed("200 OK\r\nContent-Type: application/json\r\n", "{\"Jane Doe\":}}"),
		"reason of a status": framed("503 Jane Doe\r\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := listen(t, func(w *wire, conn *net.TCPConn, _ int) {
				if readOnly(conn) {
					fmt.Fprint(conn, garbage)
				}
			})
			var log logBuffer
			client := server.client(t, facade.WithLogger(log.logger()))
			_, err := client.GetServiceJob(t.Context(), "JOB-1")
			apiErrorOf(t, err)
			wantSilent(t, errors.New(err.Error()), "Jane", "Doe", "555-0100", strings.Repeat("x", 300))
			if text := log.String(); strings.Contains(text, "Jane") || strings.Contains(text, "555-0100") || text == "" {
				t.Errorf("logged %s", text)
			}
		})
	}
}
