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
func (c *call) answer(body any) (status int) {
	status = c.operation.Success
	if status == http.StatusNoContent {
		c.head(status)
		c.writer.WriteHeader(status)
		return status
	}
	text, ok := body.(encoded)
	if !ok {
		var err error
		if text, err = wire.Marshal(body); err != nil {
			return c.broken(err)
		}
	}
	c.head(status)
	writeJSON(c.writer, status, text)
	return status
}

// refuse writes a failure.
func (c *call) refuse(r *refusal) (status int) {
	c.head(r.status)
	writeErrors(c.writer, c.operation, r)
	return r.status
}

// broken answers for a fault of the emulator's own.
func (c *call) broken(err error) (status int) {
	c.emulator.fail(c.operation.ID, err)
	return c.refuse(&refusal{http.StatusInternalServerError, []gen.Error{{Code: "InternalFailure", Message: "The emulator failed."}}})
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
