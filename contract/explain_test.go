package contract

import (
	"errors"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// TestErrorsOfAnotherKindAreViolationsToo has the validator find fault in a way
// that it does not do today.
func TestErrorsOfAnotherKindAreViolationsToo(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errors.New("canary"), &openapi3filter.RequestError{Reason: "canary", Err: errors.New("canary")}} {
		got := explain(err, place{location: "body"})
		if len(got) != 1 || got[0].Rule != "does not fit" || strings.Contains(got[0].String(), "canary") {
			t.Errorf("%T became %v", err, got)
		}
	}
}
