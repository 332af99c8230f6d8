// Package otel tells OpenTelemetry of every call of a facade.Client:
//
//	hook, err := otel.NewHook()
//	…
//	client, err := facade.New(facade.FromEnv(), facade.WithHook(hook))
//
// A call is a span named after its operationId. Within it each request is a
// client span, and each wait (for the usage plan, for an access token, before a
// repeat) is a span of its own, unless it took no time. Requests carry the span
// context in the headers of the propagator. Each request is also counted in the
// histogram http.client.request.duration, in seconds.
//
// Names and attributes are those of OpenTelemetry's conventions for HTTP
// clients, version 1.43.0: http.request.method, http.response.status_code,
// http.request.resend_count, server.address, server.port, url.scheme,
// url.template, error.type; and aws.request_id, which Amazon's support asks
// for. url.full is left out: it would hold ids and page tokens, and the path
// template says what they were for. Nothing else of request or answer is told.
//
// Requests to Login with Amazon and uploads to a document store are no calls of
// the API and have no span; both run within the span that waits for them.
package otel
