package facade_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// greedy are answers that take much memory for their length. Each is a pattern
// that is repeated, with what stands before and after it; %d is a number that is
// another each time.
var greedy = []struct {
	name, operation       string
	before, repeat, after string
}{
	{"blanks", "getServiceJobByServiceJobId", `{"payload":{}`, ` `, `}`},
	{"blanks only", "getServiceJobByServiceJobId", ``, " \t\r\n", ``},
	{"jobs", "getServiceJobs", `{"payload":{"jobs":[{}`, `,{}`, `]}}`},
	{"null jobs", "getServiceJobs", `{"payload":{"jobs":[{}`, `,null`, `]}}`},
	{"jobs with everything", "getServiceJobs", `{"payload":{"jobs":[{}`, `,{"buyer":{},"serviceLocation":{"address":{}},"scopeOfWork":{},"seller":{},"serviceJobProvider":{}}`, `]}}`},
	{"jobs with lists", "getServiceJobs", `{"payload":{"jobs":[{}`, `,{"appointments":[{}],"payments":[{}],"associatedItems":[{}],"preferredAppointmentTimes":[{}]}`, `]}}`},
	{"items of jobs", "getServiceJobs", `{"payload":{"jobs":[{"associatedItems":[{}`, `,{}`, `]}]}}`},
	{"the same list again", "getServiceJobs", `{"payload":{"jobs":[]`, `,"jobs":[{},{},{}]`, `}}`},
	{"the same object again", "getServiceJobByServiceJobId", `{"payload":{}`, `,"payload":{"buyer":null},"payload":null`, `}`},
	{"empty strings", "getServiceJobs", `{"payload":{"jobs":[{"scopeOfWork":{"requiredSkills":[""`, `,""`, `]}}]}}`},
	{"short strings", "getServiceJobs", `{"payload":{"jobs":[{"scopeOfWork":{"requiredSkills":[""`, `,"%d"`, `]}}]}}`},
	{"long string", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"`, `x`, `"}}`},
	{"string of escapes", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"`, `\u20ac`, `"}}`},
	{"string of short escapes", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"`, `\n`, `"}}`},
	{"string of lone surrogates", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"`, `\ud800`, `"}}`},
	{"string that is no UTF-8", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"`, "\xff", `"}}`},
	{"strings that are no UTF-8", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":""`, ",\"serviceJobId\":\"\xff\xff\xff\xff\xff\xff\"", `}}`},
	{"the same string again", "getServiceJobByServiceJobId", `{"payload":{"serviceJobId":""`, `,"serviceJobId":"abcdefghi"`, `}}`},
	{"no UTF-8 in the names", "getServiceJobByServiceJobId", `{"payload":{"a":1`, ",\"\xff\xff\xff\xff\":1", `}}`},
	{"unknown name of length", "getServiceJobByServiceJobId", `{"payload":{"`, `x`, `":1}}`},
	{"unknown name of escapes", "getServiceJobByServiceJobId", `{"payload":{"`, `\u20ac`, `":1}}`},
	{"unknown members", "getServiceJobByServiceJobId", `{"payload":{"a":1`, `,"%d":{}`, `}}`},
	{"unknown lists", "getServiceJobByServiceJobId", `{"payload":{"a":[[]`, `,[]`, `]}}`},
	{"unknown strings", "getServiceJobByServiceJobId", `{"payload":{"a":[""`, `,"\u20ac"`, `]}}`},
	{"unknown, nested", "getServiceJobByServiceJobId", `{"payload":{"a":[[]`, `,[[[[[[[[]]]]]]]]`, `]}}`},
	{"numbers", "getServiceJobByServiceJobId", `{"payload":{"a":[0`, `,0`, `]}}`},
	{"long number", "getServiceJobByServiceJobId", `{"payload":{"a":1`, `0`, `}}`},
	{"long exact number", "getServiceJobs", `{"payload":{"jobs":[{"payments":[{"amount":{"value":1`, `0`, `}}]}]}}`},
	{"times", "getRangeSlotCapacity", `{"capacities":[{"slots":[{}`, `,{"startDateTime":"2026-01-01T00:00:00Z"}`, `]}]}`},
	{"broken times", "getRangeSlotCapacity", `{"capacities":[{"slots":[{}`, `,{"startDateTime":""}`, `]}]}`},
	{"time of length", "getRangeSlotCapacity", `{"capacities":[{"slots":[{"startDateTime":"2026-01-01T00:00:00.`, `0`, `Z"}]}]}`},
	{"slots", "getFixedSlotCapacity", `{"capacities":[{}`, `,{}`, `]}`},
	{"slots that break rules", "getAppointmentSlots", `{"payload":{"appointmentSlots":[{}`, `,{"capacity":-1}`, `]}}`},
	{"jobs that break rules", "getServiceJobs", `{"payload":{"jobs":[{}`, `,{"storeId":"` + strings.Repeat("x", 101) + `","marketplaceId":"a","serviceOrderId":"1"}`, `]}}`},
	{"lists in lists", "getRangeSlotCapacity", `{"capacities":[{}`, `,{"slots":[{}]}`, `]}`},
	{"header map", "createServiceDocumentUploadDestination", `{"payload":{"uploadDestinationId":"D","headers":{"a":""`, `,"%d":""`, `}}}`},
	{"header map of one name", "createServiceDocumentUploadDestination", `{"payload":{"uploadDestinationId":"D","headers":{"a":""`, `,"a":""`, `}}}`},
	{"header map of no UTF-8", "createServiceDocumentUploadDestination", `{"payload":{"uploadDestinationId":"D","headers":{"a":""`, ",\"\xff\xff%d\":\"\xff\"", `}}}`},
	{"header maps", "createServiceDocumentUploadDestination", `{"payload":{"uploadDestinationId":"D","headers":{}`, `,"headers":{"a":"b"}`, `}}`},
	{"maps of assets", "getServiceJobs", `{"payload":{"jobs":[{"associatedItems":[{"linkedAssets":[{}`, `,{"additionalAttributes":{"a":"b"}}`, `]}]}]}}`},
	{"errors", "getServiceJobs", `{"payload":{},"errors":[{}`, `,{"code":"X"}`, `]}`},
	{"empty errors", "getServiceJobs", `{"payload":{},"errors":[{}`, `,{}`, `]}`},
	{"errors where none are known", "getRangeSlotCapacity", `{"resourceId":"R","errors":[{}`, `,{"code":"X"}`, `]}`},
	{"empty errors where none are known", "getRangeSlotCapacity", `{"resourceId":"R","errors":[{}`, `,{}`, `]}`},
	{"odd errors where none are known", "getRangeSlotCapacity", `{"resourceId":"R","errors":[{}`, `,{"code":[[[[[]]]]]}`, `]}`},
	{"warnings", "getServiceJobs", `{"payload":{},"errors":[{}`, `,{"errorLevel":"WARNING"}`, `]}`},
	{"errors again and again", "getRangeSlotCapacity", `{"resourceId":"R"`, `,"errors":[{"code":"X"}]`, `}`},
	{"errors as a message", "getRangeSlotCapacity", `{"resourceId":"R","errors":[{"message":"`, `x`, `"}]}`},
	{"errors as a message of no UTF-8", "getRangeSlotCapacity", `{"resourceId":"R","errors":[{"message":"`, "\xff", `"}]}`},
	{"errors as a code of no UTF-8", "getServiceJobs", `{"errors":[{"code":[],"message":"`, "\xff", `"}]}`},
	{"errors as a message of no UTF-8 before a code", "getServiceJobs", `{"errors":[{"code":"X"}`, ",{\"message\":\"" + strings.Repeat("\xff", 10_000) + "\",\"code\":[]}", `]}`},
	{"errors as details of escapes", "createReservation", `{"errors":[{"message":1,"details":"`, `\ud800`, `"}]}`},
	{"a lone message of no UTF-8", "cancelServiceJobByServiceJobId", `{"message":"`, "\xff", `"}`},
	{"a lone message of no UTF-8 and a type", "cancelServiceJobByServiceJobId", `{"code":1,"message":"`, "\xff", `"}`},
	{"errors of records", "updateSchedule", `{"payload":[{}`, `,{"errors":[{"code":"X"}]}`, `]}`},
	{"warnings of records", "updateSchedule", `{"payload":[{}`, `,{"warnings":[{"code":"X"},{},{}]}`, `]}`},
	{"errors of one record", "createReservation", `{"payload":{"errors":[{}`, `,{"code":"X"}`, `]}}`},
	{"a lone list", "getServiceJobs", `[{}`, `,{"code":"X"}`, `]`},
	{"a lone message", "cancelServiceJobByServiceJobId", `{"message":"`, `x`, `"}`},
	{"where nothing is expected", "cancelServiceJobByServiceJobId", `{"errors":[{}`, `,{"code":"X","message":""}`, `]}`},
	{"warnings of assignment", "assignAppointmentResources", `{"payload":{"warnings":[{}`, `,{}`, `]}}`},
	{"deep", "getServiceJobs", `{"payload":{"a":`, `[`, ``},
	{"deep objects", "getServiceJobs", `{"payload":{"a":`, `{"a":`, ``},
	{"a long name and jobs", "getServiceJobs", `{"payload":{"` + strings.Repeat("x", 1<<18) + `":1,"jobs":[{}`, `,{}`, `]}}`},
	{"a longer name and errors", "getServiceJobs", `{"` + strings.Repeat("x", 1<<19) + `":1,"payload":{},"errors":[{}`, `,{"code":"X"}`, `]}`},
	{"a long string and errors", "createReservation", `{"a":"` + strings.Repeat("x", 1<<19) + `","payload":{"errors":[{}`, `,{"code":"X"}`, `]}}`},
	{"long names", "getServiceJobs", `{"payload":{"jobs":[{}`, `,{"` + strings.Repeat("x", 300) + `":1},{}`, `]}}`},
	{"no JSON", "getServiceJobs", `{"payload":{"a":`, `<a>`, ``},
}

// patterned is an answer of n bytes at most.
func patterned(before, repeat, after string, n int) []byte {
	text := make([]byte, 0, n)
	text = append(text, before...)
	left, counter, counts := strings.Cut(repeat, "%d")
	for i := 1000; len(text)+len(repeat)+len(after)+8 <= n; i++ {
		text = append(text, left...)
		if counts {
			text = append(strconv.AppendInt(text, int64(i), 10), counter...)
		}
	}
	return append(text, after...)
}

// maxErrorBody is what is read of an answer that is no success.
const maxErrorBody = 1 << 20

// wholly answers with a text that is read without being copied.
func wholly(status int, text []byte) api {
	return func(r *http.Request) (*http.Response, error) {
		resp := reply(r, status, "")
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), -1
		return resp, nil
	}
}

// TestMemoryOfAnAnswerIsBounded holds all that a call allocates, garbage included,
// to 8 times the limit: of answers as long as the limit, and of shorter ones,
// which may have more in them.
func TestMemoryOfAnAnswerIsBounded(t *testing.T) {
	for limit, parts := range map[int][]int{1 << 20: {1, 2, 3, 5, 8, 16, 40, 100, 180, 187}, 4 << 20: {1}} { // 187: too short to be looked at
		for _, c := range greedy {
			op := invocationOf(t, c.operation)
			for _, part := range parts {
				text := patterned(c.before, c.repeat, c.after, limit/part)
				for _, status := range []int{op.status, 422} {
					if status == 422 && (limit > maxErrorBody || part > 8) {
						continue
					}
					client := clientOf(t, wholly(status, text), facade.WithMaxResponseBytes(int64(limit)))
					var info facade.Info
					var err error
					grown := allocated(func() { _, err = op.invoke(t.Context(), client, facade.NoRetry(), facade.CaptureBody(&info)) })
					if grown > uint64(8*limit) {
						t.Errorf("%s with status %d, %d bytes: %.1f times the limit: %.200v", c.name, status, len(text), float64(grown)/float64(limit), err)
					}
				}
			}
		}
	}
}

// TestLargePagesAreDecoded: what a page can reasonably have in it is far from what
// the limit of memory refuses, also where the page is as long as its limit.
func TestLargePagesAreDecoded(t *testing.T) {
	t.Parallel()
	times := func(text string, n int) string { return text + strings.Repeat(","+text, n-1) }
	item := `{"asin":"B000000001","title":"Tyre {, [ \"20\" ü","quantity":4,"orderId":"111-1111111","itemStatus":"ACTIVE","brandName":"Brand","itemDelivery":{"estimatedDeliveryDate":"2026-01-01T00:00:00Z"}}`
	smallItem := `{"asin":"B000000001"}`
	smallJob := `{"createTime":"2026-01-01T00:00:00Z","serviceJobId":"00000000-0000-4000-a000-000000000001","serviceJobStatus":"NOT_SERVICED","serviceOrderId":"111-1111111-1111111","storeId":"STORE"}`
	slot := `{"startDateTime":"2026-01-01T00:00:00Z","endDateTime":"2026-01-01T00:05:00Z","capacity":1}`
	const slotsOf55Days = 55 * 24 * 12
	for name, c := range map[string]struct{ operation, text string }{
		"20 jobs of 500 items":          {"getServiceJobs", `{"payload":{"jobs":[` + times(`{"serviceJobId":"JOB-1","associatedItems":[`+times(item, 500)+`]}`, 20) + `]}}`},
		"20 jobs of 300 small items":    {"getServiceJobs", `{"payload":{"jobs":[` + times(`{"serviceJobId":"JOB-1","associatedItems":[`+times(smallItem, 300)+`]}`, 20) + `]}}`},
		"20 small jobs":                 {"getServiceJobs", `{"payload":{"jobs":[` + times(smallJob, 20) + `]}}`},
		"10,000 small jobs":             {"getServiceJobs", `{"payload":{"jobs":[` + times(smallJob, 10_000) + `]}}`},
		"ranges of 55 days, of 4 kinds": {"getRangeSlotCapacity", `{"resourceId":"R","capacities":[` + times(`{"capacityType":"SCHEDULED_CAPACITY","slots":[`+times(slot, slotsOf55Days)+`]}`, 4) + `]}`},
		"slots of 220 days":             {"getFixedSlotCapacity", `{"resourceId":"R","capacities":[` + times(`{"startDateTime":"2026-01-01T00:00:00Z","scheduledCapacity":1,"availableCapacity":1,"encumberedCapacity":0,"reservedCapacity":0}`, 4*slotsOf55Days) + `]}`},
		"slots of 220 days, one kind":   {"getFixedSlotCapacity", `{"resourceId":"R","capacities":[` + times(`{"startDateTime":"2026-01-01T00:00:00Z","scheduledCapacity":1}`, 4*slotsOf55Days) + `]}`},
		"free slots of 90 days":         {"getAppointmentSlots", `{"payload":{"schedulingType":"REAL_TIME_SCHEDULING","appointmentSlots":[` + times(`{"startTime":"2026-01-01T00:00Z","endTime":"2026-01-01T01:00Z","capacity":1}`, 90*24*12) + `]}}`},
		"a new member with much in it":  {"getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"JOB-1","new":[` + times(`{"a":[1,2,3],"b":{"c":"text of some length"}}`, 20_000) + `]}}`},
		"a text of braces":              {"getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"JOB-1","new":"` + strings.Repeat(`{[`, 1<<20) + `"}}`},
		"a text of emoji":               {"getServiceJobByServiceJobId", `{"payload":{"serviceJobId":"JOB-1","new":"` + strings.Repeat(`\ud83d\ude00 is a bicycle; `, 10_000) + `"}}`},
		"a broken byte":                 {"getServiceJobs", `{"payload":{"jobs":[` + times(smallJob, 20) + `],"new":"` + strings.Repeat("text", 1<<18) + "\xff" + `"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			op := invocationOf(t, c.operation)
			for _, limit := range []int{facade.DefaultMaxResponseBytes, len(c.text)} {
				client := clientOf(t, wholly(200, []byte(c.text)), facade.WithMaxResponseBytes(int64(limit)), facade.WithResponseValidation(facade.Off))
				if _, err := op.invoke(t.Context(), client, facade.NoRetry()); err != nil {
					t.Errorf("%d bytes, limit %d: %v", len(c.text), limit, err)
				}
			}
		})
	}
}
