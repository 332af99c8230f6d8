package facade_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// onceOperations mint an id each time they run.
var onceOperations = []string{
	"addAppointmentForServiceJobByServiceJobId", "rescheduleAppointmentForServiceJobByServiceJobId", "createReservation", "updateReservation",
}

// places are where the outcome of a once operation can be seen.
var places = map[string]string{
	"addAppointmentForServiceJobByServiceJobId": "GetServiceJob", "rescheduleAppointmentForServiceJobByServiceJobId": "GetServiceJob",
	"createReservation": "GetRangeSlotCapacity", "updateReservation": "GetRangeSlotCapacity",
}

func TestPromise1OnceOperationsAreTheFour(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, op := range ofClass(gen.Once) {
		ids = append(ids, op.id)
	}
	if !slices.Equal(ids, onceOperations) {
		t.Errorf("class once: %v", ids)
	}
}

// traced runs step after telling the trace of its request what was written.
func traced(connected, wrote bool, step api) api {
	return func(r *http.Request) (*http.Response, error) {
		if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
			if connected {
				trace.GotConn(httptrace.GotConnInfo{})
			}
			if wrote {
				trace.WroteHeaders()
			}
		}
		return step(r)
	}
}

func fails(err error) api {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs answers nothing while its request lives.
func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// breaksOff is an answer that ends in the middle.
func breaksOff(status int, body string) api {
	return func(r *http.Request) (*http.Response, error) {
		resp := reply(r, status, body)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), errorReader{}))
		return resp, nil
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// ambiguous are faults after which a request may have been carried out.
var ambiguousFaults = map[string]struct {
	step     api
	answered bool // with a request id
	is       error
}{
	"500":             {answers(500, `{"errors":[{"code":"InternalFailure"}]}`), true, facade.ErrUnavailable},
	"502 HTML":        {answers(502, "<html>", "Content-Type", "text/html"), true, facade.ErrUnavailable},
	"503":             {answers(503, ""), true, facade.ErrUnavailable},
	"504":             {answers(504, ""), true, facade.ErrUnavailable},
	"timeout":         {traced(true, true, hangs), false, nil},
	"silent timeout":  {hangs, false, nil},
	"reset":           {traced(true, true, fails(&net.OpError{Op: "read", Err: errors.New("reset")})), false, nil},
	"silence":         {breaks, false, io.ErrUnexpectedEOF},
	"dial error":      {fails(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}), false, nil}, // by a transport that proves nothing
	"connected":       {traced(true, false, breaks), false, nil},
	"late dial error": {traced(true, true, fails(&net.OpError{Op: "dial", Err: errors.New("refused")})), false, nil},
	"breaks off":      {breaksOff(200, `{"appoi`), true, facade.ErrUnexpectedResponse},
	"cut short":       {answers(200, `{"appointmentId":"APPOI`), true, facade.ErrUnexpectedResponse},
	"200 HTML":        {answers(200, "<html>", "Content-Type", "text/html"), true, facade.ErrUnexpectedResponse},
	"200 empty":       {answers(200, ""), true, facade.ErrUnexpectedResponse},
	"200 null":        {answers(200, "null"), true, facade.ErrUnexpectedResponse},
	"200 and no more": {answers(200, "{}"), true, facade.ErrUnexpectedResponse},
	"200 other JSON":  {answers(200, `[1]`), true, facade.ErrUnexpectedResponse},
	"200 and bytes":   {answers(200, `{"appointmentId":"A"} x`), true, facade.ErrUnexpectedResponse},
	"200 too large":   {answers(200, `{"appointmentId":"`+strings.Repeat("A", 4096)+`"}`), true, facade.ErrResponseTooLarge},
	"201":             {answers(201, `{"appointmentId":"APPOINTMENT-1"}`), true, facade.ErrUnexpectedResponse},
	"204":             {answers(204, ""), true, facade.ErrUnexpectedResponse},
	"303":             {answers(303, "", "Location", "https://api.example/elsewhere"), true, facade.ErrUnexpectedResponse},
	"600":             {answers(600, ""), true, nil},
}

func TestPromise1OnceOperationsRunOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range ambiguousFaults {
		for _, id := range onceOperations {
			t.Run(name+"/"+id, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					op := invocationOf(t, id)
					var executed atomic.Int32
					client := clientOf(t, script(&executed, fault.step, answers(op.status, op.success)), facade.WithMaxResponseBytes(2048))
					var info facade.Info
					result, err := op.invoke(t.Context(), client, facade.Capture(&info))
					if n := executed.Load(); n != 1 || info.Attempts != 1 {
						t.Errorf("executed %d times, %d attempts", n, info.Attempts)
					}
					failure := apiErrorOf(t, err)
					if result != nil || !errors.Is(err, facade.ErrOutcomeUnknown) || fault.is != nil && !errors.Is(err, fault.is) {
						t.Errorf("got %v, %v", result, err)
					}
					if want := map[bool]string{true: requestID}[fault.answered]; failure.RequestID != want || !strings.Contains(err.Error(), want) {
						t.Errorf("request id %q in %q", failure.RequestID, err)
					}
					if !strings.Contains(err.Error(), "may have been carried out: "+places[id]) {
						t.Errorf("%q does not tell what to check", err)
					}
				})
			})
		}
	}
}

func TestPromise1CancelledAfterWriting(t *testing.T) {
	t.Parallel()
	for _, id := range onceOperations {
		synctest.Test(t, func(t *testing.T) {
			op := invocationOf(t, id)
			ctx, cancel := context.WithCancel(t.Context())
			var executed atomic.Int32
			client := clientOf(t, script(&executed, traced(true, true, func(r *http.Request) (*http.Response, error) { cancel(); return hangs(r) }), answers(op.status, op.success)))
			if _, err := op.invoke(ctx, client); executed.Load() != 1 || !errors.Is(err, facade.ErrOutcomeUnknown) || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: executed %d times, %v", id, executed.Load(), err)
			}
		})
	}
}

var expiredToken = `{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied.","details":"The access token you provided has expired."}]}`

// TestPromise1RepeatsWithProof has what a once operation is repeated after:
// each says that the request was not carried out.
func TestPromise1RepeatsWithProof(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		step  api
		times int
	}{
		"429":              {answers(429, `{"errors":[{"code":"QuotaExceeded"}]}`), 3},
		"429, Retry-After": {answers(429, "", "Retry-After", "7"), 3},
		"401 expired":      {answers(401, expiredToken), 1},
		"403 expired":      {answers(403, expiredToken), 1},
	} {
		for _, id := range onceOperations {
			t.Run(name+"/"+id, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					op := invocationOf(t, id)
					var sent atomic.Int32
					steps := slices.Repeat([]api{fault.step}, fault.times)
					client := clientOf(t, script(&sent, append(steps, answers(op.status, op.success))...), facade.WithTokenSource(&keys{}))
					var info facade.Info
					result, err := op.invoke(t.Context(), client, facade.Capture(&info))
					if err != nil || result == nil || int(sent.Load()) != fault.times+1 || info.Attempts != fault.times+1 {
						t.Errorf("got %v, %v after %d requests, %d attempts", result, err, sent.Load(), info.Attempts)
					}
				})
			})
		}
	}
}

func TestPromise1ExpiredTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	for _, op := range invocations {
		synctest.Test(t, func(t *testing.T) {
			var sent atomic.Int32
			tokens, source := map[string]bool{}, &keys{}
			client := clientOf(t, counted(&sent, func(r *http.Request, _ int) (*http.Response, error) {
				tokens[r.Header.Get("x-amz-access-token")] = true
				return reply(r, 403, expiredToken), nil
			}), facade.WithTokenSource(source))
			_, err := op.invoke(t.Context(), client)
			if sent.Load() != 2 || len(tokens) != 2 || source.invalidated != 1 {
				t.Errorf("%s: %d requests with %d tokens, %d invalidated", op.id, sent.Load(), len(tokens), source.invalidated)
			}
			if !errors.Is(err, facade.ErrTokenExpired) || !errors.Is(err, facade.ErrForbidden) || errors.Is(err, facade.ErrOutcomeUnknown) {
				t.Errorf("%s: %v", op.id, err)
			}
		})
	}
}

func TestPromise1RefusalsArePlain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 405, 409, 413, 415, 418, 422, 451} {
		for _, op := range invocations {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				client := clientOf(t, script(&sent, answers(status, `{"errors":[{"code":"InvalidInput","message":"no"}]}`), answers(op.status, op.success)), facade.WithTokenSource(&keys{}))
				_, err := op.invoke(t.Context(), client)
				failure := apiErrorOf(t, err)
				if sent.Load() != 1 || failure.StatusCode != status || failure.RequestID != requestID || !failure.HasCode("InvalidInput") || errors.Is(err, facade.ErrOutcomeUnknown) {
					t.Errorf("%s, %d: %v after %d requests", op.id, status, err, sent.Load())
				}
			})
		}
	}
}

// findDone are the operations whose repeat is refused when the first try was
// carried out. A refusal of any other idempotent operation is what it says.
var findDone = []string{"cancelServiceJobByServiceJobId", "completeServiceJobByServiceJobId", "cancelReservation"}

// TestPromise1RepeatFindsNothing is about writes whose first try may have been
// carried out, so that its repeat finds nothing left to do.
func TestPromise1RepeatFindsNothing(t *testing.T) {
	t.Parallel()
	refused := fails(&net.OpError{Op: "dial", Err: errors.New("refused")})
	unavailable, throttled := answers(503, ""), answers(429, "")
	for name, c := range map[string]struct {
		before  []api
		unknown bool
	}{
		"at once":          {nil, false},
		"429":              {[]api{throttled}, false},
		"dial error":       {[]api{refused}, false},
		"expired token":    {[]api{answers(403, expiredToken)}, false},
		"503":              {[]api{unavailable}, true},
		"lost answer":      {[]api{breaks}, true},
		"timeout":          {[]api{hangs}, true},
		"503, then 429":    {[]api{unavailable, throttled}, true},
		"429, then 503":    {[]api{throttled, unavailable}, true},
		"503, then a dial": {[]api{unavailable, refused}, true},
	} {
		for _, op := range ofClass(gen.Idempotent) {
			for status, meaning := range map[int]error{404: facade.ErrNotFound, 422: facade.ErrInvalidInput} {
				t.Run(name+"/"+op.id, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						var sent atomic.Int32
						client := clientOf(t, script(&sent, append(slices.Clone(c.before), answers(status, `{}`))...), facade.WithTokenSource(&keys{}))
						_, err := op.invoke(t.Context(), client)
						unknown := c.unknown && slices.Contains(findDone, op.id)
						if int(sent.Load()) != len(c.before)+1 || !errors.Is(err, meaning) || errors.Is(err, facade.ErrOutcomeUnknown) != unknown {
							t.Errorf("%d: %v after %d requests", status, err, sent.Load())
						}
						if unknown && !strings.Contains(err.Error(), "may have been carried out: ") {
							t.Errorf("%q does not tell what to check", err)
						}
					})
				})
			}
		}
	}
}

func TestPromise1IdempotentOperationsAreRepeated(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]api{
		"500": answers(500, ""), "502": answers(502, ""), "503": answers(503, ""), "504": answers(504, ""), "429": answers(429, ""),
		"lost answer": breaks, "timeout": hangs,
	} {
		for _, op := range append(ofClass(gen.Idempotent), ofClass(gen.Read)...) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				started := time.Now()
				client := clientOf(t, script(&sent, step, step, answers(op.status, op.success)))
				if _, err := op.invoke(t.Context(), client); err != nil || sent.Load() != 3 {
					t.Errorf("%s, %s: %v after %d requests and %s", name, op.id, err, sent.Load(), time.Since(started))
				}
			})
		}
	}
}

// A repeat that finds its work done may be told so within a 200.
func TestPromise1RepeatFindsNothingWithinSuccess(t *testing.T) {
	t.Parallel()
	for code, tells := range map[string]bool{"NotFound": true, "InvalidInput": true, "UnauthorizedAction": false} {
		for _, op := range ofClass(gen.Idempotent) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				client := clientOf(t, script(&sent, answers(503, ""), answers(op.status, `{"errors":[{"code":"`+code+`"}]}`)))
				_, err := op.invoke(t.Context(), client)
				if failure := apiErrorOf(t, err); !failure.HasCode(code) || errors.Is(err, facade.ErrOutcomeUnknown) != (tells && slices.Contains(findDone, op.id)) {
					t.Errorf("%s, %s: %v", op.id, code, err)
				}
			})
		}
	}
}
