package contract_test

import (
	"net/http"
	"strconv"
	"testing"
)

func TestResponseIsJudged(t *testing.T) {
	t.Parallel()
	const page = "<html><body>Bad gateway</body></html>"
	for name, c := range map[string]struct {
		status            int
		contentType, body string
		want              []string
	}{
		"valid":                     {200, asJSON, `{"payload":{"totalResultSize":0,"jobs":[]}}`, nil},
		"JSON with a charset":       {200, asJSON + "; charset=utf-8", emptyCase, nil},
		"a documented failure":      {503, asJSON, `{"errors":[{"code":"ServiceUnavailable","message":"later"}]}`, nil},
		"a time as Amazon sends it": {200, asJSON, `{"payload":{"jobs":[{"createTime":"2024-02-20T00:00-07"}]}}`, nil},
		"an undocumented status":    {422, asJSON, emptyCase, []string{"status: not documented"}},
		"a redirect":                {302, "", "", []string{"status: not documented"}},
		"a page for a 502":          {502, "text/html", page, []string{"status: not documented"}},
		"a page for a 400":          {400, "text/html", page, []string{"header Content-Type: must be application/json"}},
		"a page for a 200":          {200, "text/html", page, []string{"header Content-Type: must be application/json"}},
		"no content type":           {200, "", emptyCase, []string{"header Content-Type: must be application/json"}},
		"nothing":                   {200, asJSON, "", []string{"body: is required"}},
		"null":                      {200, asJSON, "null", []string{"body: must not be null"}},
		"a list":                    {200, asJSON, "[]", []string{"body: type object"}},
		"trailing bytes":            {200, asJSON, emptyCase + "\x00", []string{"body: must be one JSON value in UTF-8"}},
		"two values":                {200, asJSON, emptyCase + emptyCase, []string{"body: must be one JSON value in UTF-8"}},
		"half a value":              {200, asJSON, `{"payload":{"jobs":[`, []string{"body: must be one JSON value in UTF-8"}},
		"a member that comes twice": {200, asJSON, `{"payload":{"jobs":[{},{"storeId":"a","storeId":"b"}]}}`, []string{"body payload.jobs[1].storeId: must be there once"}},
		"February 30":               {200, asJSON, `{"payload":{"jobs":[{"createTime":"2024-02-30T00:00:00Z"}]}}`, []string{"body payload.jobs[0].createTime: format date-time"}},
		"a fraction of a job":       {200, asJSON, `{"payload":{"totalResultSize":1.5}}`, []string{"body payload.totalResultSize: type integer"}},
		"the largest integer":       {200, asJSON, `{"payload":{"totalResultSize":9223372036854775807}}`, nil},
		"a larger integer":          {200, asJSON, `{"payload":{"totalResultSize":9223372036854775808}}`, []string{"body payload.totalResultSize: must fit into 64 bits"}},
		"a smaller integer":         {200, asJSON, `{"payload":{"totalResultSize":-9223372036854775809}}`, []string{"body payload.totalResultSize: must fit into 64 bits"}},
		"a huge integer in a list":  {200, asJSON, `{"payload":{"jobs":[{"scopeOfWork":{"quantity":1e300}}]}}`, []string{"body payload.jobs[0].scopeOfWork.quantity: must fit into 64 bits"}},
		"a huge number of nothing":  {200, asJSON, `{"invented":1e300}`, nil},
		"several in one job": {200, asJSON, `{"payload":{"jobs":[{"marketplaceId":"abc","serviceOrderId":"1","serviceLocation":{"address":{"name":"n"}},` +
			`"associatedItems":[{"itemStatus":"LOST"}],"preferredAppointmentTimes":[{"startTime":"2024-01-01T00:00:00Z","durationInMinutes":0}]}]}}`, []string{
			"body payload.jobs[0].marketplaceId: pattern ^[A-Z0-9]*$",
			"body payload.jobs[0].serviceOrderId: minLength 5",
			"body payload.jobs[0].serviceLocation.address.addressLine1: is required",
			"body payload.jobs[0].associatedItems[0].itemStatus: enum",
			"body payload.jobs[0].preferredAppointmentTimes[0].durationInMinutes: minimum 1",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, answering(c.status, c.contentType, c.body), newRequest(t, "GET", listing, ""))
			wantViolations(t, got.Violations, responseTexts(got.Operation, c.status, c.want)...)
			for _, v := range got.Violations {
				if v.Side != "response" || v.Status != c.status || v.Operation != "getServiceJobs" {
					t.Errorf("violation %+v", v)
				}
			}
		})
	}
}

func responseTexts(operation string, status int, texts []string) (full []string) {
	for _, text := range texts {
		full = append(full, operation+" "+strconv.Itoa(status)+": response "+text)
	}
	return full
}

func TestRateHeaderIsJudged(t *testing.T) {
	t.Parallel()
	for value, valid := range map[string]bool{"0.5": true, "20": true, "": false, "0": false, "-1": false, "many": false, "NaN": false, "Inf": false} {
		answer := newResponse(200, asJSON, emptyCase) //nolint:bodyclose // it goes to judged
		answer.Header.Set("x-amzn-RateLimit-Limit", value)
		got := judged(t, roundTripper(func(*http.Request) (*http.Response, error) { return answer, nil }), newRequest(t, "GET", listing, ""))
		var want []string
		if !valid {
			want = []string{"getServiceJobs 200: response header x-amzn-RateLimit-Limit: must be a positive number"}
		}
		wantViolations(t, got.Violations, want...)
	}
}

func TestNoContentIsJudged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status            int
		contentType, body string
		want              []string
	}{
		"nothing":                     {204, "", "", nil},
		"nothing, said to be JSON":    {204, asJSON, "", nil},
		"a body":                      {204, asJSON, emptyCase, []string{"body: must not be there"}},
		"a space":                     {204, "", " ", []string{"body: must not be there"}},
		"a 200 in place of the 204":   {200, asJSON, emptyCase, []string{"status: not documented"}},
		"a failure with nothing":      {404, asJSON, "", []string{"body: is required"}},
		"a failure with other errors": {404, asJSON, `{"errors":{}}`, []string{"body errors: type array"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judged(t, answering(c.status, c.contentType, c.body), newRequest(t, "DELETE", dropping, ""))
			wantViolations(t, got.Violations, responseTexts("cancelReservation", c.status, c.want)...)
		})
	}
}

// The reference says in prose that a reservation comes back with nothing but its
// id. Everything else that it says about one still holds.
func TestReservationMayComeBackWithItsIDAlone(t *testing.T) {
	t.Parallel()
	whole := `"type":"BREAK","availability":{"startTime":"2024-02-20T00:00:00Z","endTime":"2024-02-20T01:00:00Z"}`
	for reservation, want := range map[string][]string{
		`{"reservationId":"r"}`:               nil,
		`{"reservationId":"r",` + whole + `}`: nil,
		`{` + whole + `}`:                     nil,
		`{"reservationId":5}`:                 {"body payload.reservation.reservationId: type string"},
		`{"reservationId":"r","type":"NAP","availability":{"startTime":"2024-02-20T00:00:00Z"}}`: {
			"body payload.reservation.availability.endTime: is required", "body payload.reservation.type: enum",
		},
	} {
		body := `{"payload":{"reservation":` + reservation + `}}`
		for operation, req := range map[string]*http.Request{
			"createReservation": newRequest(t, "POST", "/service/v1/reservation?marketplaceIds=A", `{"resourceId":"r","reservation":{`+whole+`}}`),
			"updateReservation": newRequest(t, "PUT", dropping, `{"resourceId":"r","reservation":{`+whole+`}}`),
		} {
			wantViolations(t, judged(t, answering(200, asJSON, body), req).Violations, responseTexts(operation, 200, want)...)
		}
	}
	req := newRequest(t, "POST", "/service/v1/reservation?marketplaceIds=A", `{"resourceId":"r","reservation":{}}`)
	wantViolations(t, judged(t, answering(200, asJSON, "{}"), req).Violations,
		"createReservation: request body reservation.availability: is required", "createReservation: request body reservation.type: is required")
}

func TestBareListOfErrorsIsJudged(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		`[{"code":"InvalidInput","message":"no"}]`: nil,
		`{"errors":[]}`:             {"body: type array"},
		`[{"code":"InvalidInput"}]`: {"body [0].message: is required"},
	} {
		got := judged(t, answering(422, asJSON, body), newRequest(t, "PUT", fulfilling, "{}"))
		wantViolations(t, got.Violations, responseTexts("setAppointmentFulfillmentData", 422, want)...)
	}
}
