package facade_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
)

func listOf(entries ...string) string { return `{"errors":[` + strings.Join(entries, ",") + `]}` }

// TestErrorsSayWhy has the text of a refusal name Amazon's reason.
func TestErrorsSayWhy(t *testing.T) {
	t.Parallel()
	const unavailable = `{"code":"InvalidInput","message":"Appointment slot is not available."}`
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf(`{"code":"Code%c","message":"reason %d"}`, 'A'+i%26, i))
	}
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{422, listOf(unavailable), "422 InvalidInput: Appointment slot is not available. (request id 5f3d-request)"},
		{400, listOf(`{"code":"InvalidInput","message":"This is invalid input","details":"Missing or invalid request parameters: [resourceId]"}`),
			"400 InvalidInput: This is invalid input (Missing or invalid request parameters: [resourceId]) (request id 5f3d-request)"},
		{404, listOf(`{"code":"NotFound"}`), "404 NotFound (request id 5f3d-request)"},
		{403, `{"message":"no role"}`, "403 Forbidden: no role (request id 5f3d-request)"},
		{400, listOf(`{"code":"two words","message":"m"}`), "400 Bad Request: m (request id 5f3d-request)"},
		{400, listOf(`{"details":"d"}`), "400 Bad Request: d (request id 5f3d-request)"},
		{422, listOf(unavailable, `{"code":"Other","message":"second"}`, unavailable), "422 InvalidInput: Appointment slot is not available.; Other: second (request id 5f3d-request)"},
		{422, listOf(many...), "422 CodeA: reason 0; CodeB: reason 1; CodeC: reason 2; also CodeD, CodeE, CodeF, CodeG, CodeH; 40 errors in all (request id 5f3d-request)"},
		{400, listOf(`{"code":"InvalidInput","message":"two\nlines\u2028and \u202eback\u0000"}`), "400 InvalidInput: two lines and back (request id 5f3d-request)"},
		{200, listOf(unavailable), "200 InvalidInput: Appointment slot is not available. (request id 5f3d-request)"},
		{500, listOf(`{"code":"InternalFailure","message":"Jane Doe"}`), "500 InternalFailure (request id 5f3d-request); the request may"},
		{503, listOf(`{"message":"Jane Doe"}`), "503 Service Unavailable (request id 5f3d-request); the request may"},
		{600, listOf(unavailable), "600 InvalidInput (request id 5f3d-request); the request may"},
		{422, "Jane Doe", "422 Unprocessable Entity (request id 5f3d-request)"},
		{422, "<html>Jane Doe", "422 Unprocessable Entity (request id 5f3d-request)"},
		{422, "", "422 Unprocessable Entity (request id 5f3d-request)"},
	} {
		client := clientOf(t, answers(c.status, c.body))
		_, err := client.AddAppointment(t.Context(), "JOB-1", visit)
		if want := "addAppointmentForServiceJobByServiceJobId: " + c.want; !strings.HasPrefix(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\u2028") {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if _, err := invocationOf(t, "getRangeSlotCapacity").invoke(t.Context(), clientOf(t, answers(200, `{"resourceId":"R","errors":[{"code":"X","message":"`+strings.Repeat("x", 200_000)+`"}]}`))); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a very long error within a success: %v", err)
	}
	long := strings.Repeat("é", 400)
	_, err := clientOf(t, answers(422, listOf(`{"code":"InvalidInput","message":"`+long+`"}`))).GetServiceJob(t.Context(), "JOB-1")
	if n := strings.Count(err.Error(), "é"); 2*n > 300 || n < 140 || strings.ContainsRune(err.Error(), '\ufffd') {
		t.Errorf("%d characters of a long message: %v", n, err)
	}
}

// textsOf are all texts that an error is made into.
func textsOf(t *testing.T, err error) []string {
	t.Helper()
	failure := apiErrorOf(t, err)
	var texts []string
	for _, v := range []any{err, failure, *failure, []error{err}, []facade.APIError{*failure}, struct{ Err *facade.APIError }{failure}} {
		j := newJournal()
		j.print(v)
		encoded, jsonErr := json.Marshal(v)
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		texts = append(texts, j.String(), string(encoded))
	}
	return append(texts, failure.LogValue().String())
}

// TestMessagesAreRedacted plants in messages what nobody may find in a log.
func TestMessagesAreRedacted(t *testing.T) {
	t.Parallel()
	for _, private := range []string{
		"jane.doe@example.com", "Jane Doe <jane@example.com>", "+1 206 867 5309", "(206) 867-5309", "206.867.5309", "206-867-5309", "12068675309", "٨٦٧٥٣٠٩",
		"https://example.com/jane?doe=1", "www.jane.example/doe", "bucket.s3.amazonaws.com/jane?X-Amz-Signature=jane", "X-Amz-Credential=jane", "Atza|jane", "Atzr|jane", "Atzh|jane-doe",
		"amZuZUBkb2UuZXhhbXBsZTAxMjM0NTY3", "jane\u200b@doe.example", "867\u202e 53\u00a009",
	} {
		hidden := []string{"jane", "Jane", "867 5309", "867-5309", "867.5309", "8675309", "٨٦٧", "amZuZUBkb2UuZXhhbXBsZTAxMjM0NTY3"}
		if strings.HasPrefix(private, "Jane Doe") { // names are not recognised
			hidden = []string{"jane@"}
		}
		for _, member := range []string{"message", "details", "code"} {
			for _, status := range []int{200, 400, 422, 429} {
				var info facade.Info
				j := newJournal()
				entry, err := json.Marshal(map[string]string{member: private})
				if err != nil {
					t.Fatal(err)
				}
				client := clientOf(t, answers(status, listOf(string(entry), `{"code":"InvalidInput","message":"slot at 2026-03-01T09:00:00Z is taken"}`)), facade.WithLogger(j.logger), impatient)
				err = client.CompleteServiceJob(t.Context(), "JOB-1", facade.Capture(&info), facade.NoRetry())
				failure := apiErrorOf(t, err)
				for _, text := range append(textsOf(t, err), j.String(), fmt.Sprint(info)) {
					for _, word := range hidden {
						if i := strings.Index(text, word); i >= 0 {
							t.Fatalf("%q shows in …%s…", private, text[max(0, i-80):min(len(text), i+40)])
						}
					}
				}
				if !strings.Contains(err.Error(), "InvalidInput: slot at 2026-03-01T09:00:00Z is taken") {
					t.Errorf("%q took more with it: %v", private, err)
				}
				if member != "code" && !slices.Contains(failure.Messages(), private) {
					t.Errorf("Messages are %q", failure.Messages())
				}
			}
		}
	}
}

// TestMessagesKeepWhatTheRequestCarried has ids with many digits, in the path,
// the query and the body of a request.
func TestMessagesKeepWhatTheRequestCarried(t *testing.T) {
	t.Parallel()
	refuses := func(message string) *facade.Client {
		entry, err := json.Marshal(facade.Error{Code: "InvalidInput", Message: message})
		if err != nil {
			t.Fatal(err)
		}
		return clientOf(t, answers(422, listOf(string(entry))))
	}
	const order, resource, job = "111-1234567-7654321", "A1TECHNICIAN12345678", "00000000-0000-4000-a000-000000000001"
	_, path := refuses("Job not found for jobId "+job).GetServiceJob(t.Context(), job)
	_, digits := refuses("Job 20686753090 is closed, not 2068675309").GetServiceJob(t.Context(), "20686753090")
	_, query := refuses("order ["+order+"] is unknown").ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start, ServiceOrderIDs: []string{"111-1", order}})
	_, body := refuses(resource+" or "+job+" is unknown").AssignAppointmentResources(t.Context(), "JOB-1", "APPOINTMENT-1", []string{resource})
	_, later := refuses(resource+" is unknown").GetServiceJob(t.Context(), "JOB-1")
	for _, c := range []struct {
		err  error
		want string
	}{
		{path, ": Job not found for jobId " + job + " ("}, {digits, ": Job 20686753090 is closed, not … ("}, {query, ": order [" + order + "] is unknown ("},
		{body, ": " + resource + " or … is unknown ("}, {later, ": A1TECHNICIAN… is unknown ("},
	} {
		if !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
}

func TestErrorMessagesCanBeLeftOut(t *testing.T) {
	t.Parallel()
	j := newJournal()
	body := listOf(`{"code":"InvalidInput","message":"the-message","details":"the-details"}`, `{"message":"the-message"}`, `{"code":"Other"}`)
	for _, status := range []int{200, 400, 422, 500} {
		client := clientOf(t, answers(status, body), facade.WithErrorMessages(false), facade.WithLogger(j.logger))
		derived, err := client.With(facade.WithMarketplace(facade.MarketplaceCA))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*facade.Client{client, derived} {
			_, err = c.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry())
			if want := fmt.Sprintf(": %d InvalidInput, Other (request id ", status); !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
			if got := apiErrorOf(t, err).Messages(); !slices.Equal(got, []string{"the-message (the-details)", "the-message"}) {
				t.Errorf("messages %q", got)
			}
			for _, text := range append(textsOf(t, err), j.String()) {
				if strings.Contains(text, "the-") {
					t.Errorf("has a message: %s", text)
				}
			}
		}
		again, err := client.With(facade.WithErrorMessages(true))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = again.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry(), facade.NoValidation()); strings.Contains(err.Error(), "the-message") != (status < 500) {
			t.Errorf("switched on again: %v", err)
		}
		j = newJournal()
	}
}

// TestHostileErrorsTakeNoTime has answers that are nothing but errors, and one
// error that is a whole book.
func TestHostileErrorsTakeNoTime(t *testing.T) {
	t.Parallel()
	const kibibyte = 1 << 10
	var distinct strings.Builder
	for i := 0; distinct.Len() < 900*kibibyte; i++ {
		fmt.Fprintf(&distinct, `{"code":"C%d"},`, i)
	}
	book := strings.Repeat("ab@cd.ef 206-867-5309 https://x/ ", 1024*kibibyte/33)
	for name, body := range map[string]string{
		"distinct codes": "[" + strings.TrimSuffix(distinct.String(), ",") + "]",
		"no codes":       "[" + strings.Repeat(`{"message":"m"},`, 900*kibibyte/16) + "{}]",
		"empty":          "[" + strings.Repeat(`{},`, 300*kibibyte) + "{}]",
		"private codes":  "[" + strings.Repeat(`{"code":"206-867-5309"},`, 900*kibibyte/24) + "{}]",
		"long message":   `[{"code":"A","message":"` + book[:900*kibibyte] + `"}]`,
		"long words":     `[{"code":"A","message":"` + strings.Repeat("x", 900*kibibyte) + `","details":"` + strings.Repeat("1", 90*kibibyte) + `"}]`,
		"long code":      `[{"code":"` + strings.Repeat("A", 900*kibibyte) + `"}]`,
		"of other types": "[" + strings.Repeat(`{"code":[],"message":{}},`, 900*kibibyte/25) + "{}]",
		"deep":           `[{"code":` + strings.Repeat(`[`, 9000) + strings.Repeat(`]`, 9000) + `}]`,
	} {
		for status, body := range map[int]string{400: `{"errors":` + body + `}`, 422: body, 200: `{"errors":` + body + `}`} {
			j := newJournal()
			client := clientOf(t, answers(status, body), facade.WithLogger(j.logger))
			started := time.Now()
			err := client.CompleteServiceJob(t.Context(), "JOB-1")
			if err == nil {
				continue // no errors, and nothing was owed
			}
			texts := err.Error() + fmt.Sprintf("%+v", err)
			if took := time.Since(started); took > 2*time.Second {
				t.Errorf("%s, %d: took %s", name, status, took)
			}
			if n := len(j.String()); len(err.Error()) > 2*kibibyte || n > 12*kibibyte || strings.Contains(texts, "867") {
				t.Errorf("%s, %d: %d bytes of text, %d of logs: %.500s", name, status, len(err.Error()), n, err)
			}
			if failure := apiErrorOf(t, err); len(failure.Errors) > 1000 {
				t.Errorf("%s, %d: keeps %d errors", name, status, len(failure.Errors))
			}
		}
	}
}

// countedError counts how often its text is asked for.
type countedError struct{ asked *int }

func (e countedError) Error() string { *e.asked++; return "not now" }

// TestTextsThatNobodyReadsAreNotMade has a logger that wants no such record.
func TestTextsThatNobodyReadsAreNotMade(t *testing.T) {
	t.Parallel()
	var asked int
	for _, logger := range []*slog.Logger{nil, slog.New(slog.DiscardHandler), slog.New(slog.NewTextHandler(newJournal(), &slog.HandlerOptions{Level: slog.LevelWarn}))} {
		opts := []facade.Option{facade.WithLimiter(refusing{countedError{&asked}})}
		if logger != nil {
			opts = append(opts, facade.WithLogger(logger))
		}
		if _, err := clientOf(t, api(breaks), opts...).GetServiceJob(t.Context(), "JOB-1"); !errors.Is(err, countedError{&asked}) || asked != 0 {
			t.Errorf("asked %d times for the text of %T", asked, err)
		}
	}
}

// refusing is a limiter that lets nothing through.
type refusing struct{ err error }

func (r refusing) Wait(context.Context, facade.Key, facade.Plan) error { return r.err }
func (refusing) Observe(facade.Key, facade.Outcome)                    {}
