package emulator

import (
	"net/http"
	"testing"

	"github.com/spservices/services-go/gen"
)

// Each operation of the API description is carried out, and nothing else is.
func TestEveryOperationIsCarriedOut(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, row := range gen.Operations() {
		known[row.ID] = true
		if runners[row.ID] == nil {
			t.Errorf("%s is in the API description and not in runners: it is answered 501", row.ID)
		}
	}
	for id := range runners {
		if !known[id] {
			t.Errorf("%s is in runners and not in the API description", id)
		}
	}
	if _, refused := notImplemented(nil); refused.status != http.StatusNotImplemented {
		t.Errorf("an operation that is not carried out is answered %d", refused.status)
	}
}
