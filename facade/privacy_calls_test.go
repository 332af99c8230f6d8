package facade_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// personalCall sends and receives what is somebody's business.
func personalCall(ctx context.Context, c *facade.Client, j *journal) error {
	var info facade.Info
	var failures []error
	for _, op := range invocations {
		result, err := op.invoke(ctx, c, facade.CaptureBody(&info))
		j.print(info)
		j.print(&info)
		if err != nil {
			j.print(err)
			failures = append(failures, err)
		} else {
			j.print(result)
		}
	}
	for page, err := range c.ServiceJobPages(ctx, facade.ServiceJobsQuery{CreatedAfter: start}, facade.Capture(&info)) {
		j.print(page)
		if err != nil {
			j.print(err)
			failures = append(failures, err)
		}
	}
	joined := errors.Join(failures...)
	if joined != nil {
		j.print(joined.Error())
	}
	return joined
}

func uploadCall(ctx context.Context, c *facade.Client, j *journal) error {
	var info facade.Info
	document, err := c.UploadDocument(ctx, facade.ContentTypePDF, strings.NewReader("CANARY: signed by CANARY Buyer"), facade.CaptureBody(&info))
	j.print(document)
	j.print(info)
	if err != nil {
		j.print(err)
	}
	return err
}

// deadPort is an address where nothing listens.
func deadPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "http://" + l.Addr().String()
}

// rawServer answers every connection with bytes that need not be HTTP.
func rawServer(t *testing.T, answer string) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 64<<10))
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func quoting(status int) api {
	message, details := canaryMessage, canaryMessage
	if status >= 500 { // of which no message is repeated
		message, details = canaryName+", phone "+canaryPhone+", is not at home", "1 CANARY Street"
	}
	return answers(status, fmt.Sprintf(`{"errors":[{"code":"InvalidInput","message":%q,"details":%q},{"code":"%s was not there","message":"%s"},
		{"code":"UnauthorizedAction","message":"token Atza|CANARY"},{"code":"206-867-5309"},{"code":"Q0FOQVJZQ0FOQVJZQ0FOQVJZ0001"}]}`,
		message, details, canaryName, canaryCredentials.RefreshToken))
}

func TestPromise8CallsTellNothing(t *testing.T) {
	t.Parallel()
	grant := func(r *http.Request) (*http.Response, error) {
		return reply(r, http.StatusOK, `{"access_token":"Atza|CANARYACCESS","expires_in":3600}`), nil
	}
	scenes := map[string]api{ // of the API
		"success": func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/serviceJobs") {
				return reply(r, http.StatusOK, `{"payload":{"jobs":[`+canaryJob+`]}}`), nil
			}
			return reply(r, http.StatusOK, `{"payload":`+canaryJob+`}`), nil
		},
		"broken JSON":   answers(http.StatusOK, `{"payload":{"serviceJobId":"JOB-1","buyer":{"name":"CANARY Buyer`),
		"wrong type":    answers(http.StatusOK, `{"payload":{"buyer":{"name":{"first":"CANARY"}},"jobs":"CANARY","createTime":"CANARY"},"appointmentId":["CANARY"],"resourceId":7}`),
		"wrong time":    answers(http.StatusOK, `{"payload":{"createTime":"CANARY"}}`),
		"breaks spec":   answers(http.StatusOK, `{"payload":{"serviceJobId":"`+strings.Repeat("x", 200)+`","buyer":{"name":"CANARY"},"jobs":[{"serviceJobId":"`+strings.Repeat("x", 200)+`"}]}}`),
		"HTML":          answers(http.StatusOK, `<html>CANARY Buyer`, "Content-Type", "text/html"),
		"redirect":      answers(http.StatusFound, ``, "Location", "https://evil.example/?"+canarySignature),
		"error inside":  answers(http.StatusOK, `{"payload":{"errors":[{"code":"InvalidInput","message":"`+canaryMessage+`"}],"warnings":[{"code":"W","message":"CANARY"}]},"errors":[{"code":"CANARY Buyer","message":"CANARY@example.com"}]}`),
		"lone message":  answers(http.StatusForbidden, `{"message":"`+canaryMessage+`","code":"CANARY Buyer"}`),
		"page loop":     answers(http.StatusOK, `{"payload":{"jobs":[],"nextPageToken":"A"},"nextPageToken":"A"}`),
		"token expired": answers(http.StatusForbidden, expiredAnswer),
		"header":        answers(http.StatusInternalServerError, ``, "x-amzn-RequestId", "CANARY Buyer", "x-amzn-RateLimit-Limit", canary, "Retry-After", canary),
		"no answer":     breaks,
		"transport told": func(r *http.Request) (*http.Response, error) {
			return nil, errors.New(`malformed "CANARY Buyer"`)
		},
	}
	for _, status := range []int{400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503, 600} {
		scenes[fmt.Sprint("status ", status)] = quoting(status)
	}
	for name, scene := range scenes {
		for _, validation := range []facade.ResponseValidation{facade.Report, facade.Enforce} {
			t.Run(fmt.Sprint(name, " ", validation), func(t *testing.T) {
				t.Parallel()
				j := newJournal()
				client := clientOf(t, withLogin(grant, scene), facade.WithTokenEndpoint(loginURL), facade.WithCredentials(canaryCredentials),
					facade.WithLogger(j.logger), facade.WithResponseValidation(validation), impatient)
				if err := personalCall(t.Context(), client, j); err == nil {
					t.Error("nothing failed")
				}
				j.check(t)
			})
		}
	}
}

func TestPromise8ConnectionsTellNothing(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{
		"dead port":         deadPort(t),
		"not HTTP":          rawServer(t, "CANARY Buyer lives here\r\n\r\n"),
		"malformed header":  rawServer(t, "HTTP/1.1 200 OK\r\nCANARY Buyer\r\n\r\n"),
		"malformed status":  rawServer(t, "HTTP/1.1 CANARY OK\r\n\r\n"),
		"malformed length":  rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: CANARY\r\n\r\n"),
		"malformed chunk":   rawServer(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nCANARY\r\n"),
		"unknown transfer":  rawServer(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: CANARY\r\n\r\n"),
		"answer breaks off": rawServer(t, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nContent-Type: application/json\r\n\r\nCANARY"),
		"not gzip":          rawServer(t, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nCANARY"),
	} {
		for _, through := range []string{"API", "token server", "upload"} {
			t.Run(name+" "+through, func(t *testing.T) {
				t.Parallel()
				j := newJournal()
				opts := []facade.Option{
					facade.WithEndpoint(endpoint), facade.WithHTTPClient(&http.Client{}), facade.WithLogger(j.logger), impatient,
					facade.WithTokenSource(facade.StaticToken("Atza|CANARY")),
				}
				call := personalCall
				switch through {
				case "token server":
					opts = append(opts, facade.WithTokenEndpoint(endpoint), facade.WithCredentials(canaryCredentials))
				case "upload":
					call = uploadCall
					opts = append(opts, facade.WithHTTPClient(&http.Client{Transport: destinationAt(endpoint + "/document?" + canarySignature)}))
				}
				if err := call(t.Context(), clientOf(t, nil, opts...), j); err == nil && through != "upload" { // a store's status is enough
					t.Error("nothing failed")
				}
				j.check(t)
			})
		}
	}
}

// destinationAt answers the API itself, with one upload destination, and sends
// everything else over the network.
func destinationAt(address string) api {
	body := strings.Replace(fmt.Sprintf(canaryDestination, canaryKey, canaryVector), "https://bucket.s3.amazonaws.com/document?"+canarySignature, address, 1)
	return func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return reply(r, http.StatusOK, body), nil
		}
		transport := &http.Transport{DisableKeepAlives: true}
		return transport.RoundTrip(r)
	}
}

func TestPromise8TokenServerTellsNothing(t *testing.T) {
	t.Parallel()
	for name, login := range map[string]api{
		"description":     answers(http.StatusBadRequest, `{"error":"invalid_grant","error_description":"the refresh token Atzr|CANARYREFRESH is unknown"}`),
		"code":            answers(http.StatusBadRequest, `{"error":"Atzr|CANARYREFRESH"}`),
		"HTML":            answers(http.StatusServiceUnavailable, `<html>CANARYSECRET`),
		"malformed token": answers(http.StatusOK, `{"access_token":"CANARY\r\nCANARY"}`),
		"wrong type":      answers(http.StatusOK, `{"access_token":{"CANARY":"CANARY"}}`),
		"redirect":        answers(http.StatusTemporaryRedirect, ``, "Location", "https://evil.example/?CANARY"),
		"no answer":       func(r *http.Request) (*http.Response, error) { return nil, &net.OpError{Op: "dial", Err: io.EOF} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal()
			client := sellerOf(t, login, breaks, facade.WithCredentials(canaryCredentials), facade.WithLogger(j.logger))
			_ = authErrorOf(t, personalCall(t.Context(), client, j))
			j.check(t)
		})
	}
}

func TestPromise8UploadsTellNothing(t *testing.T) {
	t.Parallel()
	destination := fmt.Sprintf(canaryDestination, canaryKey, canaryVector)
	changed := func(old, new string) string { return strings.Replace(destination, old, new, 1) }
	stores := map[string]struct {
		destination string
		store       api
		fails       bool
	}{
		"success":      {destination, answers(http.StatusOK, ``), false},
		"refused":      {destination, answers(http.StatusForbidden, `<Error><Code>AccessDenied</Code><Message>`+canarySignature+`</Message></Error>`), true},
		"unavailable":  {destination, answers(http.StatusServiceUnavailable, canary), true},
		"redirect":     {destination, answers(http.StatusTemporaryRedirect, ``, "Location", "https://evil.example/?"+canarySignature), true},
		"no answer":    {destination, breaks, true},
		"dead name":    {destination, func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("Put %q: no such host", r.URL) }, true},
		"damaged":      {destination, answers(http.StatusOK, ``, "ETag", `"00000000000000000000000000000000"`), true},
		"http":         {changed("https://", "http://"), breaks, true},
		"foreign host": {changed("bucket.s3.amazonaws.com", "CANARY.example"), breaks, true},
		"user":         {changed("https://", "https://CANARY:CANARY@"), breaks, true},
		"not a URL":    {changed("https://", "https://%zz"), breaks, true},
		"short key":    {changed(canaryKey, "Q0FOQVJZ"), breaks, true},
		"not base64":   {changed(canaryKey, "CANARY!"), breaks, true},
		"short vector": {changed(canaryVector, "Q0FOQVJZ"), breaks, true},
		"standard":     {changed(`"AES"`, `"CANARY"`), breaks, true},
	}
	for name, c := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal()
			client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPut {
					return c.store(r)
				}
				return reply(r, http.StatusOK, c.destination), nil
			}), facade.WithLogger(j.logger), impatient)
			if err := uploadCall(t.Context(), client, j); (err != nil) != c.fails {
				t.Errorf("got %v", err)
			}
			j.check(t)
		})
	}
}

// A refusal quotes the argument that it blames and no other, and of a body
// nothing that is marked.
func TestPromise8RefusalsTellNothing(t *testing.T) {
	t.Parallel()
	j := newJournal()
	client := clientOf(t, api(breaks), facade.WithLogger(j.logger))
	var request facade.Request
	_, err1 := client.AddAppointment(t.Context(), "CANARY/..", facade.AppointmentTime{})
	_, err2 := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{StoreIDs: []string{canary}, PageToken: canary, Statuses: []facade.ServiceJobStatus{"LOST"}})
	_, err3 := client.CreateReservation(t.Context(), "R", facade.Reservation{ReservationID: canary, Type: "NAP"})
	err4 := client.CancelReservation(t.Context(), "..", facade.WithQuery("buyer", canaryName))
	err5 := (&facade.Buyer{BuyerID: canary + "!"}).Validate()
	_, err6 := client.AssignAppointmentResources(t.Context(), "JOB-1", "A-1", []string{canaryPhone}, facade.DryRun(&request))
	for i, err := range []error{err1, err2, err3, err4, err5} {
		var invalid *facade.ValidationError
		if !errors.As(err, &invalid) {
			t.Errorf("%d: got %v, want a *ValidationError", i, err)
		}
		j.print(err)
	}
	if !errors.Is(err6, facade.ErrDryRun) || !strings.Contains(string(request.Body), canary) {
		t.Errorf("dry run: %v, %s", err6, string(request.Body))
	}
	j.print(request)
	j.check(t)
}
