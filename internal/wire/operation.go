// Package wire is the handwritten half of the generated package gen: the
// shape of a call, the JSON options, ISO 8601, the styling of parameters and
// the checks that generated Validate methods are made of.
package wire

import "context"

// Class says when an operation may be repeated. It comes from the
// x-operation-class extension of the API description.
type Class uint8

const (
	// Read operations change nothing and may be repeated at will.
	Read Class = iota + 1
	// Idempotent operations have the same effect however often they run.
	Idempotent
	// Once operations mint an identifier each time they run.
	Once
)

func (c Class) String() string {
	names := [...]string{Read: "read", Idempotent: "idempotent", Once: "once"}
	if c == 0 || int(c) >= len(names) {
		return "unknown"
	}
	return names[c]
}

// Operation is one row of the generated operation table.
type Operation struct {
	ID         string // operationId, for example getServiceJobs
	Method     string
	Path       string // template, for example /service/v1/serviceJobs/{serviceJobId}
	Class      Class
	Rate       float64 // default usage plan, requests per second
	Burst      int     // default usage plan, requests
	Success    int     // HTTP status of a success
	Payload    string  // what a success must carry, "" for nothing
	Pagination Pagination
	Statuses   []int // every documented HTTP status, ascending
	Parameters []Parameter

	// RepeatFindsDone is set where a repeat is refused if the first try was
	// carried out after all, as the repeat of a cancellation is.
	RepeatFindsDone bool
}

// Pagination says how one page leads to the next. It is the zero value for
// operations that answer everything at once.
type Pagination struct {
	Parameter string // query parameter that takes the page token
	Token     string // path of the next token in the answer
	Items     string // path of the items in the answer
}

// Parameter is a path parameter in the order of the template.
type Parameter struct {
	Name      string
	MinLength int // characters
	MaxLength int // characters
}

// Call is one operation with its arguments, ready to be sent.
type Call struct {
	Operation  *Operation
	PathValues []string // unescaped, in the order of Operation.Parameters
	Query      any      // pointer to the operation's Params, nil for none
	Body       any      // pointer to the request body, nil for none
	Result     any      // pointer to the result to decode into, nil for none
	Decoded    bool     // set by the Caller once Result holds an answer
}

// Caller sends calls. The decoded answer is left in call.Result.
type Caller interface {
	Call(ctx context.Context, call *Call) error
}
