package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// example is one of the requests and answers that Amazon publishes with its
// model of the API, and that its sandbox gives.
type example struct {
	Operation  string `json:"operationId"`
	Method     string `json:"method"`
	Path       string `json:"path"`
	Status     int    `json:"status"`
	Parameters map[string]struct {
		Value any `json:"value"`
	} `json:"parameters"`
	Response any `json:"response"`
}

func readExamples(t *testing.T) (list []example) {
	t.Helper()
	content, err := os.ReadFile("testdata/amazon-examples.json")
	if err == nil {
		err = json.Unmarshal(content, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// request is the example's path with query, and its body.
func (e example) request(t *testing.T) (target, body string) {
	t.Helper()
	query := url.Values{}
	target = e.Path
	for name, parameter := range e.Parameters {
		value, placeholder := fmt.Sprint(parameter.Value), "{"+name+"}"
		switch {
		case name == "body":
			body = encode(t, parameter.Value)
		case strings.Contains(target, placeholder):
			target = strings.ReplaceAll(target, placeholder, url.PathEscape(value))
		default:
			query.Set(name, value)
		}
	}
	target = strings.NewReplacer("{", "", "}", "").Replace(target) // some leave a path parameter out
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return target, body
}

// codes are those of the example's errors.
func (e example) codes(t *testing.T) (codes []string) {
	t.Helper()
	list := e.Response
	if object, ok := e.Response.(map[string]any); ok {
		list = object["errors"]
	}
	var found []gen.Error
	if err := json.Unmarshal([]byte(encode(t, list)), &found); err != nil && e.Status >= 300 {
		t.Fatal(err)
	}
	for _, entry := range found {
		codes = append(codes, entry.Code)
	}
	return codes
}

// replay sends an example and has the façade read the answer, which has to have
// the status and the codes of the example.
func (s *scene) replay(e example) {
	s.Helper()
	target, body := e.request(s.T)
	contentType := ""
	if body != "" {
		contentType = asJSON
	}
	err := s.send(s.Context(), e.Operation, e.Method, target, contentType, body)
	x := s.recorder.last()
	if x.Status != e.Status {
		s.Fatalf("status %d, and Amazon's example has %d", x.Status, e.Status)
	}
	var failure *facade.APIError
	switch {
	case e.Status < 300 && err != nil:
		s.Errorf("the façade reads %v", err)
	case e.Status < 300:
	case !errors.As(err, &failure) || failure.StatusCode != e.Status:
		s.Errorf("the façade reads %v", err)
	default:
		var got []string
		for _, entry := range failure.Errors {
			got = append(got, entry.Code)
		}
		if want := e.codes(s.T); strings.Join(got, " ") != strings.Join(want, " ") {
			s.Errorf("codes %q, and Amazon's example has %q", got, want)
		}
		s.matches(failure, e.Status)
	}
	if broken := x.Verdicts[judgeKin].Response; len(broken) > 0 {
		s.Errorf("the answer breaks the description: %q", broken)
	}
}

// TestAmazonsExamples has the façade read every answer that Amazon publishes,
// without Amazon: what TestSandbox does with it.
func TestAmazonsExamples(t *testing.T) {
	t.Parallel()
	for i, e := range readExamples(t) {
		t.Run(fmt.Sprintf("%d %s %d", i, e.Operation, e.Status), func(t *testing.T) {
			t.Parallel()
			amazon := roundTripper(func(r *http.Request) (*http.Response, error) {
				answer := answering(http.StatusOK, asJSON, `{"access_token":"Atza|token"}`)
				if strings.HasPrefix(r.URL.Path, "/service/v1/") {
					target, _ := e.request(t)
					if r.URL.RequestURI() != target || r.Method != e.Method {
						t.Errorf("sent %s %s", r.Method, r.URL.RequestURI())
					}
					answer = answering(e.Status, asJSON, encode(t, e.Response))
					if e.Status == http.StatusNoContent {
						answer = answering(e.Status, "", "")
					}
				}
				return answer(r)
			})
			amazonScene(t, server{
				endpoint: "https://sandbox.example", tokenURL: "https://sandbox.example/auth/o2/token", marketplace: facade.MarketplaceUS,
				login: facade.Credentials{ClientID: "client", ClientSecret: "secret", RefreshToken: "token"},
			}, amazon, facade.Unlimited()).replay(e)
		})
	}
}

func amazonScene(t *testing.T, at server, base http.RoundTripper, limiter facade.Limiter) *scene {
	t.Helper()
	s := &scene{T: t, server: at, cast: &cast{}, recorder: newRecorder(t, "amazon"), via: byState, limiter: limiter}
	if base != nil {
		s.recorder.base = base
	}
	s.client = s.newClient(facade.WithLimiter(limiter), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1}))
	return s
}

// neverLive is what a run says that has not met Amazon.
const neverLive = "never verified live: nothing here has met Amazon's servers. " +
	"With CONTRACT_SANDBOX=1 and the credentials that facade.FromEnv reads, this test replays Amazon's examples at its sandbox"

// TestSandbox sends Amazon's examples to Amazon's sandbox, at the pace that it
// allows, and reads through the façade.
func TestSandbox(t *testing.T) {
	login := facade.Credentials{
		ClientID: os.Getenv("LWA_APP_ID"), ClientSecret: os.Getenv("LWA_CLIENT_SECRET"), RefreshToken: os.Getenv("SP_API_REFRESH_TOKEN"),
	}
	if os.Getenv("CONTRACT_SANDBOX") != "1" || login.Check() != nil {
		t.Skip(neverLive)
	}
	client, err := facade.New(facade.FromEnv(), facade.WithSandbox(true))
	if err != nil {
		t.Fatal(err)
	}
	var info facade.Info
	jobs, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: time.Now().Add(-90 * day)}, facade.Capture(&info))
	if err != nil || len(info.Violations) > 0 {
		t.Errorf("ListServiceJobs: %v, violations %v", err, info.Violations)
	} else {
		t.Logf("ListServiceJobs: %d jobs", len(jobs.Jobs))
	}
	region, err := sandboxRegion()
	if err != nil {
		t.Fatal(err)
	}
	marketplace, err := facade.ParseMarketplace(os.Getenv("SP_API_MARKETPLACE"))
	if err != nil {
		t.Fatal(err)
	}
	at := server{endpoint: "https://sandbox.sellingpartnerapi-" + string(region) + ".amazon.com", tokenURL: "https://api.amazon.com/auth/o2/token", login: login, marketplace: marketplace}
	pace := sandboxPace{facade.NewLimiter()}
	token := amazonScene(t, at, nil, pace).token(t.Context())
	for i, e := range readExamples(t) {
		t.Run(fmt.Sprintf("%d %s %d", i, e.Operation, e.Status), func(t *testing.T) {
			s := amazonScene(t, at, nil, pace)
			s.accessToken = token
			s.replay(e)
		})
	}
}

// sandboxPace is 5 requests per second with a burst of 15, whatever the plan.
type sandboxPace struct{ facade.Limiter }

func (p sandboxPace) Wait(ctx context.Context, key facade.Key, _ facade.Plan) error {
	return p.Limiter.Wait(ctx, facade.Key{Operation: key.Operation}, facade.Plan{Rate: 5, Burst: 15})
}

// sandboxRegion is SP_API_REGION, or na.
func sandboxRegion() (facade.Region, error) {
	if region := os.Getenv("SP_API_REGION"); region != "" {
		return facade.ParseRegion(region)
	}
	return facade.NorthAmerica, nil
}
