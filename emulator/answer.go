package emulator

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// encoded is an answer that is JSON already.
type encoded []byte

// answer writes a success.
func (c *call) answer(body any) {
	if c.operation.Success == http.StatusNoContent {
		c.head(http.StatusNoContent)
		c.WriteHeader(http.StatusNoContent)
		return
	}
	text, ok := body.(encoded)
	if !ok {
		var err error
		if text, err = wire.Marshal(body); err != nil {
			c.refuse(c.failure(err))
			return
		}
	}
	c.head(c.operation.Success)
	writeJSON(c, c.operation.Success, text)
}

// refuse writes a failure.
func (c *call) refuse(r *refusal) {
	c.head(r.status)
	writeErrors(c, c.operation, r)
}

// failure answers for a fault of the emulator's own.
func (c *call) failure(err error) *refusal {
	c.emulator.fail(c.operation.ID, err)
	return &refusal{http.StatusInternalServerError, []gen.Error{{Code: "InternalFailure", Message: "The emulator failed."}}}
}

// errorBody has the shape that every operation but one gives to errors.
type errorBody struct {
	Errors []gen.Error `json:"errors"`
}

func writeErrors(w http.ResponseWriter, op *operation, r *refusal) {
	var body any = errorBody{r.errors}
	if op != nil && op.bareErrors {
		body = r.errors
	}
	text, err := wire.Marshal(body)
	if err != nil { // an argument of a message that no encoder takes
		text = []byte(`{"errors":[{"code":"InvalidInput","message":"The request is not valid."}]}`)
	}
	writeJSON(w, r.status, text)
}

func writeJSON(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone away is no fault of ours
}

func newRequestID() string {
	high, low := rand.Uint64(), rand.Uint64() //nolint:gosec // an identifier, no secret
	return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", high>>32, high>>16&0xffff, high&0xfff, low>>52, low&0xffffffffffff)
}
