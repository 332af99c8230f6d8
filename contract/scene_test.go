package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// means is how a cell is driven. The greater is the stronger.
type means string

const (
	byState  means = "state"    // a rule of the server, through the façade
	byRaw    means = "raw"      // a rule of the server, by a request that the façade refuses to send
	byScript means = "scripted" // an answer given on demand, read by the façade
)

var strength = map[means]int{byState: 3, byRaw: 2, byScript: 1}

// server is where a scenario takes place, and who asks it.
type server struct {
	endpoint, tokenURL string
	login              facade.Credentials
	marketplace        facade.MarketplaceID
}

// scene is one scenario on stage: a server with its state, and a client for it
// of which every exchange is judged and kept.
type scene struct {
	*testing.T
	server   server
	emu      *emulator.Emulator // nil against another server
	cast     *cast
	client   *facade.Client
	recorder *recorder
	info     facade.Info // of the newest call
	via      means
	lacks    string // what the server does not have for it

	// Of requests that go by the client.
	limiter     facade.Limiter
	accessToken string
}

// newScene starts an emulator with the seed of the suite.
func newScene(t *testing.T, name string) *scene {
	t.Helper()
	emu := emulator.Start(t, emulator.WithClock(emulator.FixedClock(noon)), emulator.WithSeed(everything))
	login := emu.Credentials()
	s := &scene{T: t, emu: emu, cast: seedCast(), recorder: newRecorder(t, name), via: byState, limiter: facade.Unlimited(), server: server{
		emu.URL(), emu.TokenURL(),
		facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken},
		facade.MarketplaceID(emu.Marketplace()),
	}}
	s.client = s.newClient(facade.WithLimiter(s.limiter), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1}))
	return s
}

func newRecorder(t *testing.T, name string) *recorder {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &recorder{base: transport, scenario: name}
}

// newClient is a client of the server.
func (s *scene) newClient(opts ...facade.Option) *facade.Client {
	s.Helper()
	client, err := facade.New(append([]facade.Option{
		facade.WithEndpoint(s.server.endpoint),
		facade.WithTokenEndpoint(s.server.tokenURL),
		facade.WithMarketplace(s.server.marketplace),
		facade.WithCredentials(s.server.login),
		facade.WithHTTPClient(&http.Client{Transport: s.recorder}),
		facade.WithResponseValidation(facade.Enforce),
	}, opts...)...)
	if err != nil {
		s.Fatal(err)
	}
	return client
}

// now is the time at the server.
func (s *scene) now() time.Time {
	if s.emu == nil {
		return time.Now()
	}
	return s.emu.Clock().Now()
}

// emulated skips a scenario that has to do with the server what no API does.
func (s *scene) emulated() *emulator.Emulator {
	s.Helper()
	if s.emu == nil {
		s.Skip("needs the emulator: its clock, its faults or a second seller")
	}
	return s.emu
}

// note has the façade tell what the call was like.
func (s *scene) note() facade.CallOption { return facade.Capture(&s.info) }

// succeeded checks that the newest call did what it was to do.
func (s *scene) succeeded(err error) {
	s.Helper()
	x := s.recorder.last()
	switch {
	case err != nil:
		s.Fatalf("got %v", err)
	case x == nil:
		s.Fatal("nothing was sent")
	}
	op := shapes()[x.Operation]
	if x.Status != op.Success || s.info.StatusCode != op.Success || s.info.Operation != op.ID {
		s.Errorf("status %d, of which the façade says %d for %s", x.Status, s.info.StatusCode, s.info.Operation)
	}
	if s.info.RequestID == "" || len(s.info.Violations) > 0 || s.emu != nil && (s.info.RateLimit <= 0 || s.info.Attempts != 1) {
		s.Errorf("the façade says %+v", s.info)
	}
	x.proves(s.via)
	s.via = byState
}

// proves notes that the typed result of an exchange was checked.
func (x *exchange) proves(m means) {
	if strength[m] > strength[x.means] {
		x.means = m
	}
}

// conditions are what the façade's errors match, by status.
var conditions = map[int]error{
	400: facade.ErrInvalidInput, 401: facade.ErrForbidden, 403: facade.ErrForbidden, 404: facade.ErrNotFound, 413: facade.ErrRequestTooLarge,
	415: nil, 422: facade.ErrInvalidInput, 429: facade.ErrThrottled, 500: facade.ErrUnavailable, 503: facade.ErrUnavailable,
}

// refusal is what a call failed with, once it was checked.
type refusal struct{ failure *facade.APIError }

// refused checks that the newest call failed with a status, and with exactly
// these codes.
func (s *scene) refused(err error, status int, codes ...string) refusal {
	s.Helper()
	x := s.recorder.last()
	var failure *facade.APIError
	switch {
	case x == nil:
		s.Fatalf("nothing was sent: %v", err)
	case !errors.As(err, &failure):
		s.Fatalf("got %d and the error %v", x.Status, err)
	}
	if x.Status != status || failure.StatusCode != status || s.info.StatusCode != status || failure.Operation != x.Operation {
		s.Errorf("status %d, want %d; the façade says %v", x.Status, status, failure)
	}
	if failure.RequestID == "" || failure.RequestID != s.info.RequestID || s.emu != nil && failure.Attempts != 1 {
		s.Errorf("the façade says %+v and %+v", failure, s.info)
	}
	var got []string
	for _, e := range failure.Errors {
		if got = append(got, e.Code); e.Message == "" {
			s.Errorf("an error has no message: %+v", failure.Errors)
		}
		if !failure.HasCode(e.Code) {
			s.Errorf("HasCode(%s) is false", e.Code)
		}
	}
	if strings.Join(got, " ") != strings.Join(codes, " ") {
		s.Errorf("codes %q, want %q", got, codes)
	}
	s.matches(failure, status)
	x.proves(s.via)
	s.via = byState
	return refusal{failure}
}

// matches checks which conditions an error is, and which it is not.
func (s *scene) matches(failure *facade.APIError, status int) {
	s.Helper()
	want := conditions[status]
	if status/100 == 2 {
		want = facade.ErrInvalidInput // by its code, of which the suite has one kind
	}
	for _, condition := range []error{facade.ErrInvalidInput, facade.ErrForbidden, facade.ErrNotFound, facade.ErrRequestTooLarge, facade.ErrThrottled, facade.ErrUnavailable} {
		if is := errors.Is(failure, condition); is != (condition == want) { //nolint:errorlint // the very sentinel
			s.Errorf("errors.Is(%v, %v) is %t", failure, condition, is)
		}
	}
	mayHaveHappened := shapes()[failure.Operation].Class == gen.Once && status >= 500
	if errors.Is(failure, facade.ErrOutcomeUnknown) != mayHaveHappened {
		s.Errorf("%v: outcome unknown is %t", failure, !mayHaveHappened)
	}
}

// says checks that a refusal names things to a reader.
func (s *scene) says(r refusal, words ...string) {
	s.Helper()
	for _, word := range words {
		found := false
		for _, e := range r.failure.Errors {
			found = found || strings.Contains(e.Message, word) || strings.Contains(e.Details, word)
		}
		if !found {
			s.Errorf("no message and no details say %q: %+v", word, r.failure.Errors)
		}
	}
}

// send sends what the façade refuses to send, and has the façade read the
// answer to it.
func (s *scene) send(ctx context.Context, operation, method, target, contentType, body string) error {
	s.Helper()
	s.via = byRaw
	req, err := http.NewRequestWithContext(ctx, method, s.server.endpoint+target, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if body == "" {
		req.Body = nil
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("x-amz-access-token", s.token(ctx))
	plan := facade.Plan{Rate: shapes()[operation].Rate, Burst: shapes()[operation].Burst}
	if err := s.limiter.Wait(ctx, facade.Key{Operation: operation}, plan); err != nil {
		s.Fatal(err)
	}
	resp, err := s.recorder.RoundTrip(req) //nolint:bodyclose // closed in the next statement but one
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	reader, err := s.client.With(facade.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		again := newResponse(resp.StatusCode, "", string(answer))
		again.Header = resp.Header
		return again, nil
	})}), facade.WithTokenSource(facade.StaticToken("unused")))
	if err != nil {
		s.Fatal(err)
	}
	return s.call(reader, operation) //nolint:contextcheck // it sends nothing
}

// token is an access token for a request that does not go through the façade.
func (s *scene) token(ctx context.Context) string {
	s.Helper()
	if s.accessToken != "" {
		return s.accessToken
	}
	form := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {s.server.login.ClientID},
		"client_secret": {s.server.login.ClientSecret}, "refresh_token": {s.server.login.RefreshToken},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.tokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.recorder.RoundTrip(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&granted); err != nil || granted.AccessToken == "" {
		s.Fatalf("no access token: status %d, %v", resp.StatusCode, err)
	}
	s.accessToken = granted.AccessToken
	return granted.AccessToken
}
