package otel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/otel"
)

// api answers requests in process.
type api func(*http.Request) (*http.Response, error)

func (f api) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answers gives one answer after the other, the last one for good; status 0
// stands for none.
func answers(statuses ...int) api {
	n := 0
	return func(r *http.Request) (*http.Response, error) {
		status := statuses[min(n, len(statuses)-1)]
		n++
		if status == 0 {
			return nil, &net.OpError{Op: "read", Err: io.ErrUnexpectedEOF}
		}
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}, "X-Amzn-Requestid": {"request-1"}},
			Body: io.NopCloser(strings.NewReader(`{"payload":{"serviceJobId":"JOB-CANARY"}}`)), Request: r,
		}, nil
	}
}

// telescope is a client with a hook, and what the hook has told.
type telescope struct {
	*facade.Client
	provider *sdktrace.TracerProvider
	spans    *tracetest.InMemoryExporter
	reader   *sdkmetric.ManualReader
}

func newTelescope(t *testing.T, transport http.RoundTripper, opts ...facade.Option) *telescope {
	t.Helper()
	s := &telescope{spans: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	s.provider = sdktrace.NewTracerProvider(sdktrace.WithSyncer(s.spans))
	hook, err := otel.NewHook(otel.WithTracerProvider(s.provider), otel.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader))), otel.WithPropagator(propagation.TraceContext{}))
	if err != nil {
		t.Fatal(err)
	}
	s.Client, err = facade.New(append([]facade.Option{
		facade.WithEndpoint("https://api.example:8443"), facade.WithMarketplace(facade.MarketplaceUS), facade.WithTokenSource(facade.StaticToken("Atza|CANARY")),
		facade.WithHTTPClient(&http.Client{Transport: transport}), facade.WithHook(hook),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// named are the spans of a name, in the order they ended.
func (s *telescope) named(name string) (list []tracetest.SpanStub) {
	for _, span := range s.spans.GetSpans() {
		if span.Name == name {
			list = append(list, span)
		}
	}
	return list
}

func (s *telescope) names() (names []string) {
	for _, span := range s.spans.GetSpans() {
		names = append(names, span.Name)
	}
	return names
}

func text(list []attribute.KeyValue) string {
	var parts []string
	for _, a := range list {
		parts = append(parts, string(a.Key)+"="+a.Value.String())
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

const (
	attemptName = "GET /service/v1/serviceJobs/{serviceJobId}"
	base        = "http.request.method=GET server.address=api.example server.port=8443 url.scheme=https url.template=/service/v1/serviceJobs/{serviceJobId}"
)

func sorted(attributes ...string) string {
	all := strings.Fields(strings.Join(attributes, " "))
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestCallIsASpanWithAClientSpanPerRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var traceparents []string
		next := answers(503, 0, 200)
		s := newTelescope(t, api(func(r *http.Request) (*http.Response, error) {
			time.Sleep(200 * time.Millisecond)
			traceparents = append(traceparents, r.Header.Get("traceparent"))
			return next(r)
		}))
		ctx, parent := s.provider.Tracer("test").Start(t.Context(), "program")
		if _, err := s.GetServiceJob(ctx, "JOB-CANARY"); err != nil {
			t.Fatal(err)
		}
		parent.End()
		call := s.named("getServiceJobByServiceJobId")
		if len(call) != 1 || call[0].Parent.SpanID() != parent.SpanContext().SpanID() || call[0].SpanKind != trace.SpanKindInternal || call[0].Status.Code != codes.Unset {
			t.Fatalf("spans of the call: %+v", call)
		}
		if got, want := text(call[0].Attributes), "aws.request_id=request-1 http.response.status_code=200 url.template=/service/v1/serviceJobs/{serviceJobId}"; got != want {
			t.Errorf("call has %s,\nwant %s", got, want)
		}
		if idle := append(s.named("wait for limiter"), s.named("wait for token")...); len(idle) > 0 {
			t.Errorf("%d waits that took no time", len(idle))
		}
		attempts := s.named(attemptName)
		want := []string{
			sorted(base, "aws.request_id=request-1 http.response.status_code=503 error.type=503"),
			sorted(base, "http.request.resend_count=1 error.type=*net.OpError"),
			sorted(base, "http.request.resend_count=2 aws.request_id=request-1 http.response.status_code=200"),
		}
		if len(attempts) != len(want) {
			t.Fatalf("%d spans of requests", len(attempts))
		}
		for i, span := range attempts {
			if got := text(span.Attributes); got != want[i] {
				t.Errorf("request %d has %s,\nwant %s", i, got, want[i])
			}
			if span.Parent.SpanID() != call[0].SpanContext.SpanID() || span.SpanKind != trace.SpanKindClient || (span.Status.Code == codes.Error) != (i < 2) || span.EndTime.Sub(span.StartTime) != 200*time.Millisecond {
				t.Errorf("request %d: %+v", i, span)
			}
			if got, want := traceparents[i], fmt.Sprintf("00-%s-%s-01", span.SpanContext.TraceID(), span.SpanContext.SpanID()); got != want {
				t.Errorf("request %d carries %s, want %s", i, got, want)
			}
		}
	})
}

func TestWaitsAreSpans(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context) { time.Sleep(time.Second) }
		s := newTelescope(t, answers(429, 200), facade.WithLimiter(waiting(slow)), facade.WithTokenSource(source(slow)),
			facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 2, BackoffBase: time.Hour, BackoffCap: time.Hour}))
		if _, err := s.GetServiceJob(t.Context(), "JOB-CANARY"); err != nil {
			t.Fatal(err)
		}
		call := s.named("getServiceJobByServiceJobId")[0]
		want := []string{
			"wait for limiter", "wait for token", attemptName, "wait for backoff", "wait for limiter", "wait for token", attemptName, "getServiceJobByServiceJobId",
		}
		if got := s.names(); !slices.Equal(got, want) {
			t.Errorf("spans %q", got)
		}
		for _, name := range want[:2] {
			for _, span := range s.named(name) {
				if span.Parent.SpanID() != call.SpanContext.SpanID() || span.EndTime.Sub(span.StartTime) != time.Second || len(span.Attributes) > 0 {
					t.Errorf("%s: %+v", name, span)
				}
			}
		}
	})
}

type waiting func(context.Context)

func (f waiting) Wait(ctx context.Context, _ facade.Key, _ facade.Plan) error { f(ctx); return nil }
func (f waiting) Observe(facade.Key, facade.Outcome)                          {}

type source func(context.Context)

func (f source) Token(ctx context.Context) (facade.Token, error) {
	f(ctx)
	return facade.Token{Value: "Atza|CANARY"}, nil
}

func TestErrorTypes(t *testing.T) {
	t.Parallel()
	once := facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for want, c := range map[string]struct {
		ctx    context.Context
		job    string
		answer api
		opts   []facade.Option
	}{
		"":                    {t.Context(), "JOB-CANARY", answers(200), nil},
		"404":                 {t.Context(), "JOB-CANARY", answers(404), nil},
		"503":                 {t.Context(), "JOB-CANARY", answers(503), []facade.Option{once}},
		"*net.OpError":        {t.Context(), "JOB-CANARY", answers(0), []facade.Option{once}},
		"unexpected_response": {t.Context(), "JOB-CANARY", answers(201), nil},
		"response_too_large":  {t.Context(), "JOB-CANARY", answers(200), []facade.Option{facade.WithMaxResponseBytes(1)}},
		"invalid_request":     {t.Context(), strings.Repeat("CANARY", 100), answers(200), nil},
		"canceled":            {gone, "JOB-CANARY", answers(200), nil},
		"timeout": {t.Context(), "JOB-CANARY", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, []facade.Option{once, facade.WithAttemptTimeout(time.Millisecond)}},
		"usage_plan": {t.Context(), "JOB-CANARY", answers(200), []facade.Option{facade.WithLimiter(full{})}},
		"invalid_grant": {t.Context(), "JOB-CANARY", func(r *http.Request) (*http.Response, error) {
			resp, err := answers(400)(r)
			resp.Body = io.NopCloser(strings.NewReader(`{"error":"invalid_grant","error_description":"CANARY"}`))
			return resp, err
		}, []facade.Option{facade.WithTokenEndpoint("https://login.example"), facade.WithCredentials(facade.Credentials{ClientID: "i", ClientSecret: "CANARY", RefreshToken: "CANARY"})}},
		"error_in_success": {t.Context(), "JOB-CANARY", func(r *http.Request) (*http.Response, error) {
			resp, err := answers(200)(r)
			resp.Body = io.NopCloser(strings.NewReader(`{"errors":[{"code":"InvalidInput","message":"CANARY"}]}`))
			return resp, err
		}, nil},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := newTelescope(t, c.answer, c.opts...)
			_, err := s.GetServiceJob(c.ctx, c.job)
			if (err == nil) != (want == "") {
				t.Fatalf("got %v", err)
			}
			call := s.named("getServiceJobByServiceJobId")[0]
			var got string
			for _, a := range call.Attributes {
				if a.Key == "error.type" {
					got = a.Value.AsString()
				}
			}
			if got != want || (call.Status.Code == codes.Error) != (want != "") {
				t.Errorf("error.type %s of %v", got, err)
			}
			s.tellsNothing(t)
		})
	}
}

type full struct{}

func (full) Wait(context.Context, facade.Key, facade.Plan) error { return &facade.LimitError{} }
func (full) Observe(facade.Key, facade.Outcome)                  {}

// tellsNothing wants no id, query, token or body in spans and metrics.
func (s *telescope) tellsNothing(t *testing.T) {
	t.Helper()
	var metrics metricdata.ResourceMetrics
	if err := s.reader.Collect(t.Context(), &metrics); err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v %+v", s.spans.GetSpans(), metrics); strings.Contains(all, "CANARY") {
		t.Errorf("leaks: %s", all)
	}
}

func TestDryRunIsNoFailure(t *testing.T) {
	t.Parallel()
	s := newTelescope(t, answers(200))
	var request facade.Request
	if _, err := s.GetServiceJob(t.Context(), "JOB-CANARY", facade.DryRun(&request)); !errors.Is(err, facade.ErrDryRun) {
		t.Fatal(err)
	}
	if spans := s.spans.GetSpans(); len(spans) != 1 || spans[0].Status.Code != codes.Unset {
		t.Errorf("spans %+v", spans)
	}
}

func TestDurationIsAHistogram(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		next := answers(200, 503, 200)
		s := newTelescope(t, api(func(r *http.Request) (*http.Response, error) {
			time.Sleep(300 * time.Millisecond)
			return next(r)
		}))
		for range 2 {
			if _, err := s.GetServiceJob(t.Context(), "JOB-CANARY"); err != nil {
				t.Fatal(err)
			}
		}
		var all metricdata.ResourceMetrics
		if err := s.reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		if len(all.ScopeMetrics) != 1 || len(all.ScopeMetrics[0].Metrics) != 1 {
			t.Fatalf("metrics %+v", all)
		}
		m := all.ScopeMetrics[0].Metrics[0]
		histogram, ok := m.Data.(metricdata.Histogram[float64])
		if m.Name != "http.client.request.duration" || m.Unit != "s" || !ok || all.ScopeMetrics[0].Scope.Version != facade.Version {
			t.Fatalf("metric %+v", m)
		}
		got := map[string]float64{}
		for _, point := range histogram.DataPoints {
			got[text(point.Attributes.ToSlice())] = point.Sum
			if !slices.Equal(point.Bounds, []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}) {
				t.Errorf("bounds %v", point.Bounds)
			}
		}
		want := map[string]float64{sorted(base, "http.response.status_code=200"): 0.6, sorted(base, "http.response.status_code=503 error.type=503"): 0.3}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v,\nwant %v", got, want)
		}
		s.tellsNothing(t)
	})
}

func TestHookOptions(t *testing.T) {
	t.Parallel()
	if _, err := otel.NewHook(); err != nil {
		t.Error(err)
	}
	for name, opt := range map[string]otel.Option{"tracer": otel.WithTracerProvider(nil), "meter": otel.WithMeterProvider(nil), "propagator": otel.WithPropagator(nil)} {
		if _, err := otel.NewHook(opt); err == nil {
			t.Errorf("nil %s is taken", name)
		}
	}
}

// The client's own module does without OpenTelemetry.
func TestClientDoesNotNeedOpenTelemetry(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "opentelemetry") {
		t.Error("go.mod of the client requires OpenTelemetry")
	}
}
