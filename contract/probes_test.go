package contract_test

import (
	"net/http"
	"strings"
	"testing"
)

// probe is an exchange that breaks the description on one side, to see which
// judge notices. What no judge notices is no probe.
type probe struct {
	name                string
	method, target      string
	contentType, body   string
	status              int
	answerType, answer  string
	withoutToken, reply bool // reply: it is the answer that is broken
}

// asked is a probe of a request, answered as well as can be.
func asked(name, method, target, body string) probe {
	p := probe{name: "request with " + name, method: method, target: target, body: body, status: 200, answerType: asJSON, answer: `{}`}
	if body != "" {
		p.contentType = asJSON
	}
	if strings.Contains(target, "/appointments") {
		p.answer = `{"appointmentId":"12345"}`
	}
	return p
}

// answered is a probe of an answer to a request for jobs.
func answered(name string, status int, answerType, answer string) probe {
	return probe{name: "answer with " + name, method: "GET", target: listing, status: status, answerType: answerType, answer: answer, reply: true}
}

// answeredJob is a probe of a job within an answer.
func answeredJob(name, members string) probe {
	return answered(name, 200, asJSON, `{"payload":{"totalResultSize":1,"jobs":[{`+members+`}]}}`)
}

func (p probe) without(contentType string) probe { p.contentType = contentType; return p }

var probes = append([]probe{
	asked("February 30 in the query", "GET", listing+"&createdBefore=2024-02-30T00:00:00Z", ""),
	asked("an hour of one digit in the query", "GET", listing+"&createdBefore=2024-02-20T1:00:00Z", ""),
	asked("a time in lower case", "GET", listing+"&createdBefore=2024-02-20t00:00:00z", ""),
	asked("an offset of 99 hours", "GET", listing+"&createdBefore=2024-02-20T00:00:00%2B99:99", ""),
	asked("words for a time", "GET", listing+"&createdBefore=yesterday", ""),
	asked("a list given twice", "GET", listing+"&storeIds=A&storeIds=B", ""),
	asked("an encoded comma in a list", "GET", listing+"&storeIds=A%2CB", ""),
	asked("two marketplaces", "GET", "/service/v1/serviceJobs?marketplaceIds=A,B&createdAfter=2024-01-01T00:00:00Z", ""),
	asked("no marketplace", "GET", "/service/v1/serviceJobs?createdAfter=2024-01-01T00:00:00Z", ""),
	asked("an empty marketplace", "GET", "/service/v1/serviceJobs?marketplaceIds=&createdAfter=2024-01-01T00:00:00Z", ""),
	asked("an unknown parameter", "GET", listing+"&customer=1", ""),
	asked("a broken escape", "GET", listing+"&asins=%zz", ""),
	asked("a semicolon", "GET", listing+"&asins=A;B", ""),
	asked("a number below its range", "GET", listing+"&pageSize=0", ""),
	asked("a word for a number", "GET", listing+"&pageSize=many", ""),
	asked("a number with a leading zero", "GET", listing+"&pageSize=010", ""),
	asked("a number with a sign", "GET", listing+"&pageSize=%2B5", ""),
	asked("a fraction for a whole number", "GET", listing+"&pageSize=1.5", ""),
	asked("nothing for a number", "GET", listing+"&pageSize=", ""),
	asked("an unknown value in a list", "GET", listing+"&serviceJobStatus=HOLD,LOST", ""),
	asked("51 items", "GET", listing+"&storeIds="+strings.Repeat("A,", 50)+"A", ""),
	asked("too short an item", "GET", listing+"&asins=B000EXAM01,B000", ""),
	asked("an item of another form", "GET", listing+"&serviceOrderIds=order", ""),
	asked("an empty item", "GET", listing+"&storeIds=A,", ""),
	asked("101 characters in the path", "GET", "/service/v1/serviceJobs/"+tooLong, ""),
	asked("a dot segment", "GET", "/service/v1/serviceJobs/%2e%2e", ""),
	asked("a body to a GET", "GET", listing, "{}"),
	asked("February 30 in the body", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-30T10:00:00Z"}}`),
	asked("a time without zone", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00"}}`),
	asked("an invented member", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z","color":"red"}}`),
	asked("a member that comes twice", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z","startTime":"2024-02-21T10:00:00Z"}}`),
	asked("a name in another case", "POST", booking, `{"AppointmentTime":{"startTime":"2024-02-20T10:00:00Z"}}`),
	asked("a second value", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z"}}{}`),
	asked("bytes behind the value", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z"}} x`),
	asked("broken UTF-8", "POST", booking, "{\"appointmentTime\":{\"startTime\":\"2024-02-20T10:00:00Z\"},\"\xff\":1}"),
	asked("null for an object", "POST", booking, `{"appointmentTime":null}`),
	asked("a member missing", "POST", booking, `{"appointmentTime":{}}`),
	asked("text for a number", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z","durationInMinutes":"60"}}`),
	asked("a list for an object", "POST", booking, `[]`),
	asked("no content type", "POST", booking, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z"}}`).without(""),
	asked("an empty list of documents", "POST", "/service/v1/documents", `{"contentType":"PDF","contentLength":0}`),
	asked("a slot of seven minutes", "POST", "/service/v1/serviceResources/r/capacity/fixed?marketplaceIds=A",
		`{"startDateTime":"2024-02-20T00:00:00Z","endDateTime":"2024-02-21T00:00:00Z","slotDuration":7}`),
	{name: "request with no access token", method: "GET", target: listing, status: 200, answerType: asJSON, answer: `{}`, withoutToken: true},

	answered("an undocumented status", 418, asJSON, `{}`),
	answered("a page for a 400", 400, "text/html", "<html></html>"),
	answered("a page for a 502", 502, "text/html", "<html></html>"),
	answered("a page for a 200", 200, "text/html", "<html></html>"),
	answered("no content type", 200, "", `{}`),
	answered("nothing", 200, asJSON, ""),
	answered("null", 200, asJSON, "null"),
	answered("a list", 200, asJSON, "[]"),
	answered("bytes behind the value", 200, asJSON, "{} x"),
	answered("half a value", 200, asJSON, `{"payload":{`),
	answered("a member that comes twice", 200, asJSON, `{"payload":{"totalResultSize":1,"totalResultSize":2}}`),
	answered("broken UTF-8", 200, asJSON, "{\"payload\":{\"nextPageToken\":\"\xff\"}}"),
	answered("a fraction for a whole number", 200, asJSON, `{"payload":{"totalResultSize":1.5}}`),
	answered("a whole number of 65 bits", 200, asJSON, `{"payload":{"totalResultSize":9223372036854775808}}`),
	answered("text for a number", 200, asJSON, `{"payload":{"totalResultSize":"1"}}`),
	answered("null for a number", 200, asJSON, `{"payload":{"totalResultSize":null}}`),
	answered("null for an optional text", 200, asJSON, `{"payload":{"totalResultSize":0,"nextPageToken":null}}`),
	answered("an invented member", 200, asJSON, `{"payload":{"totalResultSize":0},"color":"red"}`),
	answered("an error without message", 400, asJSON, `{"errors":[{"code":"InvalidInput"}]}`),
	answeredJob("February 30", `"createTime":"2024-02-30T00:00:00Z"`),
	answeredJob("a time as Amazon writes some", `"createTime":"2024-02-20T00:00-07"`),
	answeredJob("an unknown enum value", `"serviceJobStatus":"LOST"`),
	answeredJob("an empty enum value", `"serviceJobStatus":""`),
	answeredJob("an empty id", `"serviceJobId":""`),
	answeredJob("another form", `"marketplaceId":"lower"`),
	answeredJob("too short an id", `"serviceOrderId":"1"`),
	answeredJob("an address without name", `"serviceLocation":{"address":{"addressLine1":"1 Example Street"}}`),
	answeredJob("an amount that is text", `"payments":[{"amount":{"value":"12.90","currency":"USD"}}]`),
	answeredJob("an amount without currency", `"payments":[{"amount":{"value":12.90}}]`),
	answeredJob("a number among attributes", `"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"year":2020}}]}]`),
	answeredJob("a duration of nothing", `"preferredAppointmentTimes":[{"startTime":"2024-02-20T00:00:00Z","durationInMinutes":0}]`),
}, []probe{
	{name: "answer with a body to a 204", method: "DELETE", target: dropping, status: 204, answer: "{}", reply: true},
	{name: "answer with an object for a bare list", method: "PUT", target: fulfilling, contentType: asJSON, body: "{}",
		status: 422, answerType: asJSON, answer: `{"errors":[]}`, reply: true},
	{name: "answer with a capacity beyond 32 bits", method: "POST", target: "/service/v1/serviceResources/r/capacity/fixed?marketplaceIds=A", contentType: asJSON,
		body:   `{"startDateTime":"2024-02-20T00:00:00Z","endDateTime":"2024-02-21T00:00:00Z"}`,
		status: 200, answerType: asJSON, answer: `{"capacities":[{"scheduledCapacity":3000000000}]}`, reply: true},
}...)

// probe has each probe judged.
func (s *suite) probe(t *testing.T) {
	for _, p := range probes {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			name := "probes/" + strings.ReplaceAll(p.name, " ", "_")
			r := &recorder{base: answering(p.status, p.answerType, p.answer), scenario: name}
			req := newRequest(t, p.method, p.target, p.body)
			req.Header.Set("Content-Type", p.contentType)
			if p.contentType == "" {
				req.Header.Del("Content-Type")
			}
			if p.withoutToken {
				req.Header.Del("x-amz-access-token")
			}
			resp, err := r.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			x := r.last()
			x.Broken, x.Invalid = !p.reply, p.reply
			s.keep(name, r.exchanges)
			if resp.StatusCode == http.StatusOK && x.Operation == "" && len(x.Verdicts[judgeKin].Request) == 0 {
				t.Error("the probe reached no operation")
			}
		})
	}
}
