package emulator

import (
	"encoding/xml"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// faultHeader marks answers that a fault has disturbed.
const faultHeader = "X-Emulator-Fault"

// inject does to a request what a fault says.
func (x *exchange) inject(f *faultRule, r *http.Request, answer answerer) {
	x.record.Fault = f.effect()
	x.Header().Set(faultHeader, f.effect())
	if f.Latency > 0 && !x.emulator.pause(r, time.Duration(f.Latency)) {
		x.cut()
		return
	}
	switch f.Action {
	case actionStatus, actionHTML:
		for name, value := range f.Header {
			x.Header().Set(name, value)
		}
		if f.Action == actionHTML {
			x.answerHTML(f.Status)
		} else {
			x.answerStatus(f.Status)
		}
	case actionExpiredToken:
		c := &call{exchange: x}
		c.refuse(c.rule(tokenExpired))
	case actionReset:
		x.cut()
	case actionHang:
		// net/http notices that a client has gone once the body is read.
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxBodyBytes))
		x.remember()
		x.emulator.pause(r, 0)
		x.cut()
	case actionTruncate, actionMalformed, actionCommitThenDrop:
		x.disturb(f.Action, r, answer)
	default:
		answer(x, r)
	}
}

// pause waits for a duration, or for good if it is 0. It reports false when
// the client gave up or the emulator was closed.
func (e *Emulator) pause(r *http.Request, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-e.closing:
	}
	return false
}

// disturb carries the request out and spoils the answer on its way.
func (x *exchange) disturb(act action, r *http.Request, answer answerer) {
	client, kept := x.ResponseWriter, newRecorder()
	x.ResponseWriter, x.held = kept, true
	answer(x, r)
	x.ResponseWriter, x.held = client, false
	if act == actionCommitThenDrop || kept.cut {
		x.cut()
		return
	}
	kept.WriteHeader(http.StatusOK) // unless it is written
	for name, values := range kept.sent {
		x.Header()[name] = values
	}
	half := kept.body.Bytes()[:kept.body.Len()/2]
	if act == actionMalformed {
		x.Header().Set("Content-Length", strconv.Itoa(len(half)))
	} // else the body falls short of its Content-Length, and the connection ends
	x.remember()
	client.WriteHeader(kept.status)
	_, _ = client.Write(half)
}

func (x *exchange) answerHTML(status int) {
	text := "<html><head><title>" + http.StatusText(status) + "</title></head><body><h1>" + http.StatusText(status) + "</h1></body></html>\n"
	x.Header().Set("Content-Type", "text/html")
	x.WriteHeader(status)
	_, _ = io.WriteString(x, text)
}

// setDefault sets a header that the fault does not.
func (x *exchange) setDefault(name, value string) {
	if x.Header().Get(name) == "" {
		x.Header().Set(name, value)
	}
}

// faultCodes are the error codes of the API for a status.
var faultCodes = map[int]string{
	http.StatusUnauthorized:        "Unauthorized",
	http.StatusForbidden:           "Unauthorized",
	http.StatusNotFound:            "NotFound",
	http.StatusTooManyRequests:     quotaExceeded,
	http.StatusInternalServerError: "InternalFailure",
	http.StatusServiceUnavailable:  "ServiceUnavailable",
}

// answerStatus answers in the form of the server that the request went to.
func (x *exchange) answerStatus(status int) {
	const message = "This failure was asked for."
	switch x.record.Operation {
	case TokenServer:
		code := "invalid_request"
		if status >= http.StatusInternalServerError {
			code = "server_error"
		}
		text, _ := wire.Marshal(&oauthError{Code: code, Description: message}) // two strings
		writeJSON(x, status, text)
	case DocumentStore:
		text, _ := xml.Marshal(&uploadError{Code: http.StatusText(status), Message: message})
		x.Header().Set("Content-Type", "application/xml")
		x.WriteHeader(status)
		_, _ = x.Write(append([]byte(xml.Header), text...))
	default:
		code := faultCodes[status]
		if code == "" {
			code = invalidInput
		}
		switch {
		case status == http.StatusTooManyRequests:
			x.setDefault("x-amzn-ErrorType", throttlingException)
		case rateLimited(status):
			plan, _ := x.emulator.throttle.plan(x.operation)
			x.setDefault(rateLimitHeader, formatRate(plan.rate))
		}
		writeErrors(x, x.operation, &refusal{status, []gen.Error{{Code: code, Message: message}}})
	}
}
