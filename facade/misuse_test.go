package facade_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// countingServer answers with a job, and counts connections.
func countingServer(t *testing.T) (address string, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(jobAnswer))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, connections
}

// everything calls each method of a client.
func everything(ctx context.Context, client *facade.Client) map[string]error {
	failures := map[string]error{}
	for _, op := range invocations {
		_, failures[op.id] = op.invoke(ctx, client)
		_, failures["dry "+op.id] = op.invoke(ctx, client, facade.DryRun(nil), facade.Capture(nil), nil)
	}
	for name, opts := range bothWays {
		_, failures["ServiceJobs "+name] = drained(client.ServiceJobs(ctx, allJobs, opts...))
		_, failures["ServiceJobPages "+name] = drained(client.ServiceJobPages(ctx, allJobs, opts...))
		_, failures["FixedSlots "+name] = drained(client.FixedSlots(ctx, "R", fixedDay, opts...))
		_, failures["FixedSlotCapacityPages "+name] = drained(client.FixedSlotCapacityPages(ctx, "R", fixedDay, opts...))
		_, failures["RangeSlotCapacityPages "+name] = drained(client.RangeSlotCapacityPages(ctx, "R", day, opts...))
	}
	_, failures["UploadDocument"] = uploadPDF(ctx, client, strings.NewReader("proof"))
	_, failures["Raw"] = client.Raw().GetServiceJobByServiceJobID(ctx, "JOB-1")
	failures["Raw without a result"] = client.Raw().CancelReservation(ctx, "R", gen.CancelReservationParams{MarketplaceIDs: []string{"US"}})
	return failures
}

// A client that nobody made, and a call without a context, are told so.
func TestNilClientsAndContextsAreRefused(t *testing.T) {
	t.Parallel()
	var sent atomic.Int32
	var none *facade.Client
	var nobody context.Context
	for name, c := range map[string]struct {
		ctx    context.Context
		client *facade.Client
		want   string
	}{
		"nil client":  {t.Context(), none, "the facade.Client is nil or zero: make one with facade.New"},
		"zero client": {t.Context(), &facade.Client{}, "the facade.Client is nil or zero: make one with facade.New"},
		"nil context": {nobody, clientOf(t, script(&sent, answers(http.StatusOK, jobAnswer))), "ctx must not be nil: pass context.Background()"},
		"all of it":   {nobody, none, "the facade.Client is nil or zero"},
	} {
		for call, err := range everything(c.ctx, c.client) {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %s: %v", name, call, err)
			}
			if c.client != none && c.ctx == nil && !errors.As(err, new(*facade.ValidationError)) {
				t.Errorf("%s, %s: %T", name, call, err)
			}
		}
	}
	for _, client := range []*facade.Client{none, {}} {
		if _, err := client.With(facade.WithMarketplace("US")); err == nil || !strings.Contains(err.Error(), "facade.New") {
			t.Errorf("With: %v", err)
		}
		if text := fmt.Sprintf("%v %+v %#v %s", client, client, client, client); strings.Contains(text, "PANIC") || strings.Contains(text, "!v(") {
			t.Errorf("prints %s", text)
		}
		client.CloseIdleConnections()
	}
	wantCount(t, "requests", &sent, 0)
}

func TestGeneratedClientsWithoutACallerAreRefused(t *testing.T) {
	t.Parallel()
	var none *gen.Client
	for _, client := range []*gen.Client{none, {}, gen.NewClient(nil)} {
		_, err := client.GetServiceJobByServiceJobID(t.Context(), "JOB-1")
		without := client.CancelReservation(t.Context(), "R", gen.CancelReservationParams{})
		for _, err := range []error{err, without} {
			if err == nil || !strings.Contains(err.Error(), "gen.NewClient") {
				t.Errorf("got %v", err)
			}
		}
	}
}

// Errors can be nil in an interface, and still print.
func TestNilErrorsPrint(t *testing.T) {
	t.Parallel()
	for _, err := range []error{(*facade.LimitError)(nil), (*facade.AuthError)(nil), (*facade.APIError)(nil), (*facade.ValidationError)(nil)} {
		if text := err.Error(); text != "<nil>" {
			t.Errorf("%T prints %s", err, text)
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, facade.ErrForbidden) || errors.Unwrap(err) != nil {
			t.Errorf("%T is something", err)
		}
		if text := fmt.Sprintf("%v %+v %s %q", err, err, err, err); strings.Contains(text, "PANIC") {
			t.Errorf("%T prints %s", err, text)
		}
	}
}

// A marketplace that is missing can be given in three places.
func TestMissingMarketplaceSaysWhereToGiveIt(t *testing.T) {
	t.Parallel()
	client, err := facade.New(facade.WithEndpoint(apiHost), facade.WithTokenSource(facade.StaticToken("t")), facade.WithHTTPClient(&http.Client{Transport: api(breaks)}))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, op := range invocations {
		_, err := op.invoke(t.Context(), client, facade.NoRetry())
		var refused *facade.ValidationError
		if !errors.As(err, &refused) {
			continue // an operation without a marketplace
		}
		asked++
		for _, want := range []string{"marketplaceIds is required", "WithMarketplace", "Marketplace to the call", "SP_API_MARKETPLACE"} {
			if !strings.Contains(err.Error(), want) || len(refused.Violations) != 1 {
				t.Errorf("%s: %v\nlacks: %s", op.id, err, want)
			}
		}
	}
	if asked == 0 {
		t.Error("no operation wants a marketplace")
	}
}

// Numbers that a query must not have are quoted as they were given.
func TestQueriesQuoteWhatWasGiven(t *testing.T) {
	t.Parallel()
	client := clientOf(t, api(breaks))
	for want, call := range map[string]func() error{
		"got -30": func() error {
			_, err := client.GetFixedSlotCapacity(t.Context(), "R", facade.FixedCapacityQuery{Start: start, End: start.Add(time.Hour), SlotMinutes: -30})
			return err
		},
		"got " + strconv.Itoa(math.MaxInt): func() error {
			_, err := client.GetFixedSlotCapacity(t.Context(), "R", facade.FixedCapacityQuery{Start: start, End: start.Add(time.Hour), SlotMinutes: math.MaxInt})
			return err
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant: %s", err, want)
		}
	}
}

// Options quote what they were given, but no secret.
func TestOptionErrorsQuoteTheValue(t *testing.T) {
	t.Parallel()
	for want, option := range map[string]facade.Option{
		`region must be na, eu or fe, got "us-east-1"`:                                      facade.WithRegion("us-east-1"),
		`region must be na, eu or fe, got ""`:                                               facade.WithRegion(""),
		`region must be na, eu or fe, got "a\nb"`:                                           facade.WithRegion("a\nb"),
		`region must be na, eu or fe, got "` + strings.Repeat("x", 100) + `…"`:              facade.WithRegion(facade.Region(strings.Repeat("x", 5000))),
		`region must be na, eu or fe, got "…"`:                                              facade.WithRegion("Atzr|secret"),
		`marketplace must be a country code such as US or a marketplace id, got "XX"`:       facade.WithMarketplace("XX"),
		`endpoint must be https; plain http is for loopback only, got "http://api.example"`: facade.WithEndpoint("http://api.example"),
		`endpoint must have no path, got "https://api.example/v1"`:                          facade.WithEndpoint("https://api.example/v1"),
		`endpoint must have no user, query or fragment, got "https://api.example…"`:         facade.WithEndpoint("https://api.example?secret=1"),
		`endpoint must be an absolute URL, got "https://…@api.example"`:                     facade.WithEndpoint("https://me:secr?et@api.example"),
		`token endpoint must be an absolute URL, got "login"`:                               facade.WithTokenEndpoint("login"),
		`attempt timeout must be positive, got -1s`:                                         facade.WithAttemptTimeout(-time.Second),
		`response limit must be positive, got -5 bytes`:                                     facade.WithMaxResponseBytes(-5),
		`response validation must be Off, Report or Enforce, got 7`:                         facade.WithResponseValidation(7),
		`got -2 attempts, 500ms, 20s and 1m0s`:                                              facade.WithRetryPolicy(facade.RetryPolicy{Attempts: -2}),
		`user agent must be at most 500 printable ASCII characters, got `:                   facade.WithUserAgent(strings.Repeat("a", 600), "1"),
	} {
		_, err := facade.New(option)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant: %s", err, want)
		} else if strings.Contains(err.Error(), "secr") {
			t.Errorf("repeats a secret: %v", err)
		}
	}
}

// A hook may have no context to hand on.
func TestHooksMayReturnNoContext(t *testing.T) {
	t.Parallel()
	client := clientOf(t, answers(http.StatusOK, jobAnswer), facade.WithHook(forgetful{}))
	if err := getJob(t.Context(), client)(); err != nil {
		t.Error(err)
	}
}

type forgetful struct{}

func (forgetful) Start(context.Context, facade.Event) (context.Context, func(facade.Result)) {
	return nil, nil
}
