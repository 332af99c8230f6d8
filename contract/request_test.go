package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spservices/services-go/contract"
)

const (
	asJSON     = "application/json"
	listing    = "/service/v1/serviceJobs?marketplaceIds=A&createdAfter=2024-01-01T00:00:00Z"
	booking    = "/service/v1/serviceJobs/j/appointments"
	dropping   = "/service/v1/reservation/r?marketplaceIds=A"
	fulfilling = "/service/v1/serviceJobs/j/appointments/appointment/fulfillment"
	emptyCase  = `{}`
)

func TestQueryIsJudged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query string // behind a query that is valid
		want  []string
	}{
		"valid":                           {"&storeIds=A,B&asins=B000EXAM01&pageSize=20&sortOrder=ASC", nil},
		"a time with an offset":           {"&createdBefore=2024-02-20T00:00:00%2B05:30", nil},
		"a token with a comma":            {"&pageToken=a%2Cb", nil},
		"February 30":                     {"&createdBefore=2024-02-30T00:00:00Z", []string{"query createdBefore: format date-time"}},
		"an hour of one digit":            {"&createdBefore=2024-02-20T1:00:00Z", []string{"query createdBefore: format date-time"}},
		"a time in lower case":            {"&createdBefore=2024-02-20t00:00:00z", []string{"query createdBefore: format date-time"}},
		"an offset of 99 hours":           {"&createdBefore=2024-02-20T00:00:00%2B99:99", []string{"query createdBefore: format date-time"}},
		"a list given twice":              {"&storeIds=A&storeIds=B", []string{"query storeIds: must be given once"}},
		"an encoded comma":                {"&storeIds=A%2CB", []string{"query storeIds: must not percent-encode a comma: it separates items for some and not for others"}},
		"an encoded comma in lower case":  {"&storeIds=A%2cB", []string{"query storeIds: must not percent-encode a comma: it separates items for some and not for others"}},
		"an unknown parameter":            {"&customer=Jane", []string{"query *: no such parameter"}},
		"two unknown parameters":          {"&b=1&a=1", []string{"query *: no such parameter", "query *: no such parameter"}},
		"a name in another case":          {"&PageSize=20", []string{"query *: no such parameter"}},
		"a broken escape":                 {"&asins=%zz", []string{"query: must be percent-encoded and joined by &"}},
		"a semicolon":                     {"&asins=A;b=1", []string{"query: must be percent-encoded and joined by &"}},
		"a number below its range":        {"&pageSize=0", []string{"query pageSize: minimum 1"}},
		"a number above its range":        {"&pageSize=21", []string{"query pageSize: maximum 20"}},
		"a word for a number":             {"&pageSize=x", []string{"query pageSize: has another type or style"}},
		"a number with a sign":            {"&pageSize=%2B5", []string{"query pageSize: has another type or style"}},
		"a number with a leading zero":    {"&pageSize=010", []string{"query pageSize: has another type or style"}},
		"a zero below zero":               {"&pageSize=-0", []string{"query pageSize: has another type or style", "query pageSize: minimum 1"}},
		"nothing for a number":            {"&pageSize=", []string{"query pageSize: must not be empty"}},
		"too short an item":               {"&asins=B000EXAM01,B000", []string{"query asins[1]: minLength 10"}},
		"an item of another form":         {"&productOrderIds=1-2,x", []string{`query productOrderIds[1]: pattern ^[0-9\-]+$`}},
		"an unknown enum value in a list": {"&serviceJobStatus=HOLD,NOPE", []string{"query serviceJobStatus[1]: enum"}},
		"too many items":                  {"&storeIds=" + strings.Repeat("A,", 50) + "A", []string{"query storeIds: maxItems 50"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, answering(200, asJSON, emptyCase), newRequest(t, "GET", listing+c.query, ""))
			for i := range c.want {
				c.want[i] = "getServiceJobs: request " + c.want[i]
			}
			wantViolations(t, got.Violations, c.want...)
			if got.Operation != "getServiceJobs" || got.Status != 200 {
				t.Errorf("exchange %+v", got)
			}
		})
	}
}

func TestRequiredParametersAreJudged(t *testing.T) {
	t.Parallel()
	req := newRequest(t, "GET", "/service/v1/serviceJobs", "")
	req.Header.Del("x-amz-access-token")
	wantViolations(t, judged(t, answering(200, asJSON, emptyCase), req).Violations,
		"getServiceJobs: request query marketplaceIds: is required",
		"getServiceJobs: request header x-amz-access-token: is required")
}

func TestViolationsComeInOneOrder(t *testing.T) {
	t.Parallel()
	var first []contract.Violation
	for i := range 20 {
		got := judged(t, answering(200, asJSON, emptyCase), newRequest(t, "GET", listing+"&d=1&c=1&b=1&a=1&pageSize=0&asins=&storeIds=", "")).Violations
		if i == 0 {
			first = got
		}
		if len(got) != 7 || !slices.Equal(got, first) {
			t.Fatalf("got %v, and then %v", first, got)
		}
	}
}

func TestPathIsJudgedDecoded(t *testing.T) {
	t.Parallel()
	const (
		job     = "/service/v1/serviceJobs/"
		tooLong = "getServiceJobByServiceJobId: request path serviceJobId: maxLength 100"
		nothing = ": request path: no such operation"
	)
	for name, c := range map[string]struct {
		method, target, want string
	}{
		"100 characters":              {"GET", job + strings.Repeat("x", 100), ""},
		"101 characters":              {"GET", job + strings.Repeat("x", 101), tooLong},
		"100 characters, escaped":     {"GET", job + strings.Repeat("%20", 100), ""},
		"101 characters, escaped":     {"GET", job + strings.Repeat("%20", 101), tooLong},
		"100 characters of two bytes": {"GET", job + strings.Repeat("%C3%A9", 100), ""},
		"an escaped slash":            {"GET", job + "a%2Fb", ""},
		"an empty segment":            {"GET", job, nothing},
		"a dot segment":               {"GET", job + "..", nothing},
		"an escaped dot segment":      {"GET", job + "%2e%2E", nothing},
		"an escaped template":         {"GET", "/service/v1/%73erviceJobs/j", nothing},
		"a path of nobody":            {"GET", "/service/v1/nothing", nothing},
		"another method":              {"PATCH", job + "j", nothing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, answering(200, asJSON, emptyCase), newRequest(t, c.method, c.target, ""))
			if c.want == "" {
				wantViolations(t, got.Violations)
				return
			}
			wantViolations(t, got.Violations, c.want)
		})
	}
}

func TestRequestBodyIsJudged(t *testing.T) {
	t.Parallel()
	const valid = `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z"}}`
	for name, c := range map[string]struct {
		contentType, body string
		want              []string
	}{
		"valid":                {asJSON, valid, nil},
		"JSON with a charset":  {asJSON + "; charset=utf-8", valid, nil},
		"space around":         {asJSON, " " + valid + "\n", nil},
		"no content type":      {"", valid, []string{"header Content-Type: must be application/json"}},
		"another content type": {"text/plain", valid, []string{"header Content-Type: must be application/json"}},
		"no body":              {asJSON, "", []string{"body: is required"}},
		"a second value":       {asJSON, valid + "{}", []string{"body: must be one JSON value in UTF-8"}},
		"trailing bytes":       {asJSON, valid + " x", []string{"body: must be one JSON value in UTF-8"}},
		"broken JSON":          {asJSON, valid[:20], []string{"body: must be one JSON value in UTF-8"}},
		"broken UTF-8":         {asJSON, strings.Replace(valid, "Z", "\xff", 1), []string{"body: must be one JSON value in UTF-8"}},
		"a member that comes twice": {asJSON, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00Z","startTime":"2024-02-21T10:00:00Z"}}`,
			[]string{"body appointmentTime.startTime: must be there once"}},
		"February 30":         {asJSON, `{"appointmentTime":{"startTime":"2024-02-30T10:00:00Z"}}`, []string{"body appointmentTime.startTime: format date-time"}},
		"a time without zone": {asJSON, `{"appointmentTime":{"startTime":"2024-02-20T10:00:00"}}`, []string{"body appointmentTime.startTime: format date-time"}},
		"a member missing":    {asJSON, `{"appointmentTime":{}}`, []string{"body appointmentTime.startTime: is required"}},
		"null":                {asJSON, `{"appointmentTime":null}`, []string{"body appointmentTime: must not be null"}},
		"another type": {asJSON, `{"appointmentTime":{"startTime":7,"durationInMinutes":"x"}}`,
			[]string{"body appointmentTime.startTime: type string", "body appointmentTime.durationInMinutes: type integer"}},
		"a list": {asJSON, `[]`, []string{"body: type object"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := newRequest(t, "POST", booking, c.body)
			req.Header.Set("Content-Type", c.contentType)
			for i := range c.want {
				c.want[i] = "addAppointmentForServiceJobByServiceJobId: request " + c.want[i]
			}
			wantViolations(t, judged(t, answering(200, asJSON, `{"appointmentId":"12345"}`), req).Violations, c.want...)
		})
	}
}

func TestBodyOfGetIsJudged(t *testing.T) {
	t.Parallel()
	wantViolations(t, judged(t, answering(200, asJSON, emptyCase), newRequest(t, "GET", listing, "{}")).Violations,
		"getServiceJobs: request body: must not be there")
}
