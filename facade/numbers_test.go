package facade_test

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"testing"

	"github.com/spservices/services-go/facade"
)

// TestNumbersAreNotCut has answers with numbers that are 60 in 32 bits. Where
// an int has no more, the answer is refused.
func TestNumbersAreNotCut(t *testing.T) {
	t.Parallel()
	for _, number := range []int64{1<<32 + 60, 60 - 1<<32, math.MaxInt32, math.MaxInt64, math.MinInt64} {
		text := strconv.FormatInt(number, 10)
		job, err := clientOf(t, answers(http.StatusOK, `{"payload":{"serviceJobId":"JOB-1","scopeOfWork":{"quantity":`+text+`}}}`),
			facade.WithResponseValidation(facade.Off)).GetServiceJob(t.Context(), "JOB-1")
		switch fits := number == int64(int(number)); {
		case fits && (err != nil || int64(job.ScopeOfWork.Quantity) != number):
			t.Errorf("%s: %+v, %v", text, job, err)
		case !fits && !errors.Is(err, facade.ErrUnexpectedResponse):
			t.Errorf("%s: %+v, %v, want ErrUnexpectedResponse", text, job, err)
		}
	}
}
