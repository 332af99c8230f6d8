package otel

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/httpconv"
	"go.opentelemetry.io/otel/trace"

	"github.com/spservices/services-go/facade"
)

const scope = "github.com/spservices/services-go/otel"

// shortestWait is the shortest wait worth a span of its own.
const shortestWait = time.Millisecond

// Hook is a facade.Hook. It is safe for any number of clients.
type Hook struct {
	tracer     trace.Tracer
	duration   httpconv.ClientRequestDuration
	propagator propagation.TextMapPropagator
}

var _ facade.Hook = (*Hook)(nil)

type config struct {
	traces     trace.TracerProvider
	metrics    metric.MeterProvider
	propagator propagation.TextMapPropagator
}

// Option configures a Hook. What no option sets is the global one of
// go.opentelemetry.io/otel.
type Option func(*config)

// WithTracerProvider sets where spans go.
func WithTracerProvider(p trace.TracerProvider) Option { return func(c *config) { c.traces = p } }

// WithMeterProvider sets where metrics go.
func WithMeterProvider(p metric.MeterProvider) Option { return func(c *config) { c.metrics = p } }

// WithPropagator sets the headers that requests carry the span context in.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(c *config) { c.propagator = p }
}

// NewHook returns a Hook, for facade.WithHook.
func NewHook(opts ...Option) (*Hook, error) {
	c := config{otel.GetTracerProvider(), otel.GetMeterProvider(), otel.GetTextMapPropagator()}
	for _, opt := range opts {
		opt(&c)
	}
	if c.traces == nil || c.metrics == nil || c.propagator == nil {
		return nil, errors.New("otel: a provider or the propagator is nil")
	}
	version := facade.Version
	duration, err := httpconv.NewClientRequestDuration(
		c.metrics.Meter(scope, metric.WithInstrumentationVersion(version), metric.WithSchemaURL(semconv.SchemaURL)),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
	)
	if err != nil {
		return nil, err
	}
	return &Hook{
		tracer:     c.traces.Tracer(scope, trace.WithInstrumentationVersion(version), trace.WithSchemaURL(semconv.SchemaURL)),
		duration:   duration,
		propagator: c.propagator,
	}, nil
}

// Start implements facade.Hook.
func (h *Hook) Start(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	switch e.Phase {
	case facade.PhaseCall:
		return h.call(ctx, e)
	case facade.PhaseAttempt:
		return h.attempt(ctx, e)
	}
	return ctx, h.wait(ctx, e)
}

func (h *Hook) call(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	ctx, span := h.tracer.Start(ctx, e.Operation.ID, trace.WithAttributes(semconv.URLTemplate(e.Operation.Path)))
	return ctx, func(r facade.Result) {
		finish(span, r)
		if r.RequestID != "" {
			span.SetAttributes(semconv.AWSRequestID(r.RequestID))
		}
		span.End()
	}
}

func (h *Hook) attempt(ctx context.Context, e facade.Event) (context.Context, func(facade.Result)) {
	host, port := address(e)
	attributes := []attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(e.Operation.Method),
		semconv.ServerAddress(host), semconv.ServerPort(port),
		semconv.URLScheme(e.Scheme), semconv.URLTemplate(e.Operation.Path),
	}
	started := time.Now()
	ctx, span := h.tracer.Start(ctx, e.Operation.Method+" "+e.Operation.Path, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
	if e.Attempt > 1 {
		span.SetAttributes(semconv.HTTPRequestResendCount(e.Attempt - 1))
	}
	h.propagator.Inject(ctx, propagation.HeaderCarrier(e.Header))
	return ctx, func(r facade.Result) {
		outcome := finish(span, r)
		if r.RequestID != "" {
			span.SetAttributes(semconv.AWSRequestID(r.RequestID))
		}
		span.End()
		h.duration.RecordSet(ctx, time.Since(started).Seconds(), attribute.NewSet(append(attributes, outcome...)...))
	}
}

// wait makes its span when it is over, because most waits take no time.
func (h *Hook) wait(ctx context.Context, e facade.Event) func(facade.Result) {
	started := time.Now()
	return func(r facade.Result) {
		now := time.Now()
		if now.Sub(started) < shortestWait && r.Err == nil {
			return
		}
		_, span := h.tracer.Start(ctx, "wait for "+string(e.Phase), trace.WithTimestamp(started))
		finish(span, r)
		span.End(trace.WithTimestamp(now))
	}
}

// finish puts on a span how it ended, and returns what of that is an attribute
// of metrics too.
func finish(span trace.Span, r facade.Result) []attribute.KeyValue {
	var outcome []attribute.KeyValue
	if r.StatusCode != 0 {
		outcome = append(outcome, semconv.HTTPResponseStatusCode(r.StatusCode))
	}
	if kind := errorType(r); kind != "" {
		outcome = append(outcome, semconv.ErrorTypeKey.String(kind))
		span.SetStatus(codes.Error, "")
	}
	span.SetAttributes(outcome...)
	return outcome
}

// errorType is one of few words, "" for a success.
func errorType(r facade.Result) string {
	var (
		invalid *facade.ValidationError
		noToken *facade.AuthError
		tooLate *facade.LimitError
		failure *facade.APIError
		timeout interface{ Timeout() bool }
	)
	switch {
	case errors.Is(r.Err, facade.ErrDryRun):
		return ""
	case r.StatusCode >= http.StatusBadRequest:
		return strconv.Itoa(r.StatusCode)
	case r.Err == nil:
		return ""
	case errors.As(r.Err, &invalid):
		return "invalid_request"
	case errors.As(r.Err, &noToken):
		return noToken.Code
	case errors.As(r.Err, &tooLate):
		return "usage_plan"
	case errors.Is(r.Err, context.Canceled):
		return "canceled"
	case errors.Is(r.Err, context.DeadlineExceeded), errors.As(r.Err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	for _, w := range words {
		if errors.Is(r.Err, w.err) {
			return w.word
		}
	}
	if errors.As(r.Err, &failure) && failure.Unwrap() != nil {
		return semconv.ErrorType(failure.Unwrap()).Value.AsString()
	}
	if failure != nil {
		return "error_in_success"
	}
	return semconv.ErrorType(r.Err).Value.AsString()
}

// words stand for errors that have no type of their own.
var words = []struct {
	err  error
	word string
}{
	{facade.ErrResponseTooLarge, "response_too_large"},
	{facade.ErrInvalidResponse, "invalid_response"},
	{facade.ErrUnexpectedResponse, "unexpected_response"},
}

// address is the host and port that requests go to.
func address(e facade.Event) (host string, port int) {
	port = 443
	if e.Scheme == "http" {
		port = 80
	}
	host, given, err := net.SplitHostPort(e.Host)
	if err != nil {
		return e.Host, port
	}
	if n, err := strconv.Atoi(given); err == nil {
		port = n
	}
	return host, port
}
