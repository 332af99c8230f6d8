package facade_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/spservices/services-go/facade"
	"github.com/spservices/services-go/gen"
)

// TestPromise1FailuresWithinSuccess has operations that mint an id answer 200
// with a failure of the service and without a payload: a caller must not take
// that for proof that nothing happened.
func TestPromise1FailuresWithinSuccess(t *testing.T) {
	t.Parallel()
	unavailable := []string{
		"InternalFailure", "InternalError", "ServiceUnavailable", "InternalServerError", "InternalFailureException", "InternalServerException", "InternalServiceException",
		"INTERNAL_FAILURE", "internal-failure", "service_unavailable", "Service Unavailable",
	}
	bodies := map[string]bool{ // whether the outcome is unknown
		`{"errors":[{"code":"InvalidInput"}]}`:                     false,
		`{"errors":[{"code":"SomethingNew"}]}`:                     false,
		`{"errors":[{"message":"no code at all"}]}`:                true,
		`{"errors":[{"code":"Other"},{"code":"InternalFailure"}]}`: true,
		`{"payload":{"errors":[{"code":"InternalFailure"}]}}`:      true,
	}
	for _, code := range unavailable {
		bodies[`{"errors":[{"code":"`+code+`"}]}`] = true
		bodies[`{"payload":null,"appointmentId":"","errors":[{"code":"`+code+`"}]}`] = true
	}
	for body, unknown := range bodies {
		for _, op := range invocations {
			var sent atomic.Int32
			_, err := op.invoke(t.Context(), clientOf(t, script(&sent, answers(op.status, body))))
			once := operationOf(op.id).Class == gen.Once
			if !once && err == nil {
				continue // not where this operation has errors
			}
			want := unknown && once
			if failure := apiErrorOf(t, err); failure.StatusCode != op.status || errors.Is(err, facade.ErrOutcomeUnknown) != want || sent.Load() != 1 {
				t.Errorf("%s, %s: %v after %d requests", op.id, body, err, sent.Load())
			}
		}
	}
	for _, code := range unavailable { // the payload says that it was carried out
		for _, op := range ofClass(gen.Once) {
			result, err := op.invoke(t.Context(), clientOf(t, answers(200, withErrors(op.success, `"errors":[{"code":"`+code+`"}]`))))
			if !errors.Is(err, facade.ErrUnavailable) || errors.Is(err, facade.ErrOutcomeUnknown) || result == nil {
				t.Errorf("%s, %s: %v, %v", op.id, code, result, err)
			}
		}
	}
}
