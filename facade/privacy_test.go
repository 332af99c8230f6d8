package facade_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/spservices/services-go/facade"
)

// Every secret and every piece of personal data in these tests contains this
// word, in one writing or another.
const canary = "CANARY"

var (
	canaryKey    = base64.StdEncoding.EncodeToString([]byte("CANARYCANARYCANARYCANARYCANARY!!"))
	canaryVector = base64.StdEncoding.EncodeToString([]byte("CANARYCANARY!!!!"))

	// writings are how a canary can look in a text: plain, as a list of bytes, in
	// hexadecimal and in base64. The bare number is long enough for no timestamp to
	// hold it by chance.
	writings = []string{"canary", "67 65 78 65 82 89", "43414e415259", strings.ToLower(canaryKey[:24]), "q0foqvjz", "867 5309", "867-5309", "867.5309", "2068675309"}
)

// canaryMessage is what Amazon could quote in a message and texts of errors
// recognise. Names and street addresses they do not.
const canaryMessage = "Slot of CANARY@example.com, +1 206 867 5309, (206) 867-5309, 206.867.5309, 206-867-5309, 12068675309, " +
	"is Atza|CANARY at https://example.com/CANARY?X-Amz-Signature=CANARY and Q0FOQVJZQ0FOQVJZQ0FOQVJZ0001"

const (
	canaryName      = "CANARY Buyer"
	canaryPhone     = "+1 206 CANARY"
	canarySignature = "X-Amz-Signature=CANARYSIGNATURE&X-Amz-Security-Token=CANARYTOKEN"
)

var canaryCredentials = facade.Credentials{ClientID: "app", ClientSecret: "CANARYSECRET", RefreshToken: "Atzr|CANARYREFRESH"}

// canaryJob is a job as Amazon sends it, with everything in it that is
// somebody's business.
const canaryJob = `{"serviceJobId":"JOB-1","storeId":"STORE-1","buyer":{"buyerId":"CANARYBUYER","name":"CANARY Buyer","phone":"+1 206 CANARY"},
	"serviceLocation":{"serviceLocationType":"IN_HOME","address":{"name":"CANARY Buyer","addressLine1":"1 CANARY Street","addressLine2":"CANARY","addressLine3":"CANARY",
	"city":"CANARYVILLE","county":"CANARY","district":"CANARY","stateOrRegion":"CANARY","postalCode":"CANARY1","countryCode":"US","phone":"+1 206 CANARY"}},
	"appointments":[{"appointmentId":"A-1","assignedTechnicians":[{"technicianId":"T-1","name":"CANARY Technician"}],
	"poa":{"technicians":[{"technicianId":"T-1","name":"CANARY Technician"}]}}]}`

const canaryDestination = `{"payload":{"uploadDestinationId":"DESTINATION-1","url":"https://bucket.s3.amazonaws.com/document?` + canarySignature + `",
	"encryptionDetails":{"standard":"AES","key":"%s","initializationVector":"%s"},"headers":{"x-amz-meta-secret":"CANARY"}}}`

// leak finds a canary in a text and returns what is around it.
func leak(text string) string {
	lower := strings.ToLower(text)
	for _, w := range writings {
		if i := strings.Index(lower, w); i >= 0 {
			return text[max(0, i-60):min(len(text), i+60)]
		}
	}
	return ""
}

// journal is a logger at level Debug that writes text and JSON.
type journal struct {
	mu     sync.Mutex
	text   bytes.Buffer
	logger *slog.Logger
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func newJournal() *journal {
	j := &journal{}
	everything := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
	j.logger = slog.New(slog.NewMultiHandler(slog.NewTextHandler(j, everything), slog.NewJSONHandler(j, everything)))
	return j
}

var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10v", "%-5s", "%t"}

// print writes a value through every verb and log handler.
func (j *journal) print(v any) {
	for _, verb := range verbs {
		_, _ = fmt.Fprintf(j, verb+"\n", v)
	}
	_, _ = fmt.Fprintln(j, v)
	j.logger.Info("value", "it", v)
	j.logger.With("it", v).WithGroup("group").Info("value", slog.Group("inner", "it", v))
	if err, ok := v.(error); ok {
		_, _ = fmt.Fprintln(j, err.Error())
		for _, wrapped := range []error{errors.Join(errors.New("other"), err), fmt.Errorf("wrapped: %w", err)} {
			for _, verb := range verbs[:5] { // with others, fmt looks into errors.Join by reflection
				_, _ = fmt.Fprintf(j, verb+"\n", wrapped)
			}
			j.logger.Error("failed", "error", wrapped)
		}
	}
}

func (j *journal) check(t *testing.T) {
	t.Helper()
	text := j.String()
	if text == "" {
		t.Error("nothing was written")
	}
	if around := leak(text); around != "" {
		t.Errorf("leaks: …%s…", around)
	}
}

// decoded is a value that came from Amazon.
func decoded[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := jsonv2.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLeaksAreFound guards the tests below: a sink that redacts nothing must
// be caught in every writing.
func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"the " + canaryName, fmt.Sprintf("%d", []byte(canaryPhone)), fmt.Sprintf("%x", canaryName), fmt.Sprintf("%X", "+1 206 CANARY"),
		base64.StdEncoding.EncodeToString([]byte(canary)), canaryKey, canaryVector, fmt.Sprintf("%+v", struct{ name string }{canaryName}),
	} {
		if leak(text) == "" {
			t.Errorf("no canary found in %s", text)
		}
	}
	if around := leak("job JOB-1 of STORE-1"); around != "" {
		t.Errorf("a canary found in %s", around)
	}
}

// models are values with something in them to hide, as value and as pointer.
func models(t *testing.T) map[string]any {
	job := decoded[facade.ServiceJob](t, canaryJob)
	destination := decoded[facade.CreateServiceDocumentUploadDestination](t, fmt.Sprintf(canaryDestination, canaryKey, canaryVector))
	listing := facade.JobListing{TotalResultSize: 1, Jobs: []facade.ServiceJob{job}}
	return map[string]any{
		"job": job, "job by pointer": &job, "listing": listing, "listing by pointer": &listing,
		"buyer": *job.Buyer, "buyer by pointer": job.Buyer, "location": *job.ServiceLocation, "address": *job.ServiceLocation.Address,
		"appointment": job.Appointments[0], "technician": job.Appointments[0].AssignedTechnicians[0], "proof": *job.Appointments[0].POA,
		"job answer": facade.GetServiceJobByServiceJobIDResponse{Payload: &job}, "jobs answer": &facade.GetServiceJobsResponse{Payload: &listing},
		"destination answer": destination, "destination": *destination.Payload, "encryption": destination.Payload.EncryptionDetails,
	}
}

func TestPromise8ModelsPrintWithoutPersonalData(t *testing.T) {
	t.Parallel()
	for name, v := range models(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal()
			j.print(v)
			j.print(facade.Redacted(v))
			j.check(t)
		})
	}
}

func TestPromise8CollectionsPrintThroughRedacted(t *testing.T) {
	t.Parallel()
	job := decoded[facade.ServiceJob](t, canaryJob)
	type unexported struct{ facade.Buyer }
	type inner struct{ Buyers []facade.Buyer }
	type outer struct {
		inner
		Any  any
		Err  error
		Body facade.RawBody
	}
	loop := map[string]any{"job": job}
	loop["loop"] = loop
	failure := &facade.APIError{Operation: "getServiceJobs", Errors: []facade.Error{{Code: "InvalidInput", Message: canaryName}}}
	for name, v := range map[string]any{
		"slice": []facade.ServiceJob{job}, "pointers": []*facade.ServiceJob{&job, nil}, "array": [2]facade.ServiceJob{job, job},
		"map": map[string]facade.ServiceJob{"JOB-1": job}, "anything": []any{job, &job, map[string]any{"buyer": job.Buyer}, nil},
		"struct":      outer{inner{[]facade.Buyer{*job.Buyer}}, job, failure, facade.RawBody(canaryJob)},
		"embedded":    unexported{*job.Buyer},
		"errors":      []error{failure, errors.Join(failure)},
		"typed":       []*facade.APIError{failure},
		"credentials": []facade.Credentials{canaryCredentials}, "tokens": map[string]facade.Token{"a": {Value: "Atza|CANARY"}},
		"information": []facade.Info{{Body: facade.RawBody(canaryJob)}}, "requests": []*facade.Request{{Path: "/", Body: facade.RawBody(canaryJob)}},
		"endless": loop, "nil": nil, "not JSON": []any{job, func() {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal()
			j.print(facade.Redacted(v))
			j.check(t)
		})
	}
	if job.Buyer.Name != canaryName || job.Appointments[0].AssignedTechnicians[0].Name == "" {
		t.Error("redacting changed the value")
	}
	if text := fmt.Sprint(facade.Redacted([]any{failure, errors.New("plain")})); text != `["getServiceJobs: no answer: InvalidInput","plain"]` {
		t.Errorf("errors are redacted to %s", text)
	}
	if text := fmt.Sprint(facade.Redacted([]facade.ServiceJob{job})); !strings.Contains(text, "JOB-1") || !strings.Contains(text, "[personal]") {
		t.Errorf("redacting left only %s", text)
	}
}

func TestPromise8OwnTypesPrintWithoutSecrets(t *testing.T) {
	t.Parallel()
	client := clientOf(t, api(breaks), facade.WithTokenSource(facade.StaticToken("Atza|CANARY")))
	type holder struct{ client *facade.Client }
	seller, err := client.With(facade.WithTokenEndpoint(loginURL), facade.WithCredentials(canaryCredentials))
	if err != nil {
		t.Fatal(err)
	}
	info := facade.Info{Operation: "getServiceJobs", Body: facade.RawBody(canaryJob)}
	request := facade.Request{Method: "POST", Path: "/", Body: facade.RawBody(canaryJob)}
	token := facade.Token{Value: "Atza|CANARY"}
	failure := facade.APIError{Operation: "getServiceJobs", StatusCode: 400, Errors: []facade.Error{{Code: canaryName, Message: canaryMessage, Details: canaryMessage}}}
	for name, v := range map[string]any{
		"credentials": canaryCredentials, "credentials by pointer": &canaryCredentials, "token": token, "token by pointer": &token,
		"static token": facade.StaticToken("Atza|CANARY"), "information": info, "information by pointer": &info, "body": info.Body,
		"request": request, "request by pointer": &request, "client with a static token": client, "client with credentials": seller,
		"what holds a client": holder{client}, "what holds a seller's": &holder{seller},
		"API error": &failure, "no API error": (*facade.APIError)(nil), "auth error": &facade.AuthError{Code: "invalid_grant", Description: canary},
		"no auth error": (*facade.AuthError)(nil), "no job": (*facade.ServiceJob)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := newJournal()
			j.print(v)
			j.check(t)
		})
	}
}

func TestPromise8MarshalKeepsTheValues(t *testing.T) {
	t.Parallel()
	for name, v := range models(t) {
		one, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		two, err := jsonv2.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if leak(string(one)) == "" || leak(string(two)) == "" {
			t.Errorf("%s: JSON without the values: %s", name, one)
		}
		if strings.Contains(string(one)+string(two), "[personal]") || strings.Contains(string(one)+string(two), "[secret]") {
			t.Errorf("%s: JSON is redacted", name)
		}
	}
}
