// Package reasons reads what the errors of an answer say.
package reasons

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// Decode reads the errors of an answer in any form Amazon gives them: a
// list, a list under "errors", or a lone message. It keeps 1,000 at most.
func Decode(body []byte) []gen.Error {
	if list := wrapped(body); len(list) > 0 {
		return list
	}
	return entries(body)
}

// Within reads the errors that a success has beside something else. Few have
// the word, so that few are read a second time.
func Within(body []byte) []gen.Error {
	if !bytes.Contains(body, []byte(`"errors"`)) {
		return nil
	}
	return wrapped(body)
}

// wrapped reads the member "errors" of an object where it stands: a copy of it
// would take as much memory as the answer.
func wrapped(body []byte) []gen.Error {
	var list []byte
	d := decoder(body)
	if token, err := d.ReadToken(); err != nil || token.Kind() != '{' {
		return nil
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			break
		}
		isErrors := string(name) == `"errors"`
		value, err := d.ReadValue()
		if err != nil {
			break
		}
		if isErrors {
			end := d.InputOffset()
			list = body[end-int64(len(value)) : end]
		}
	}
	return entries(list)
}

func decoder(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

const (
	maxEntries = 1000      // errors of one answer that are kept
	maxItems   = 2000      // items of a list that are looked at
	maxText    = 128 << 10 // bytes of them that are decoded, which may take 30 times as much memory
)

// entries reads a list of errors, or a lone one.
func entries(text jsontext.Value) (found []gen.Error) {
	if text.Kind() != '[' {
		return appendEntry(nil, text)
	}
	d := decoder(text)
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	left := maxText
	for n := 0; n < maxItems && len(found) < maxEntries && d.PeekKind() != ']'; n++ {
		item, err := d.ReadValue()
		if err != nil {
			break // what came before says enough
		}
		if left -= len(item); left < 0 && len(found) > 0 {
			break
		}
		found = appendEntry(found, item)
	}
	return found
}

func appendEntry(found []gen.Error, text jsontext.Value) []gen.Error {
	if e := entry(text); e != (gen.Error{}) && e.ErrorLevel != gen.ErrorLevelWarning {
		return append(found, e)
	}
	return found
}

// entry reads one error. A member of a type that is not documented costs no
// more than itself.
func entry(text jsontext.Value) (e gen.Error) {
	if text.Kind() == '{' && len(text) > maxText {
		return gen.Error{Message: "an error that is too long to be read"}
	}
	if wire.Unmarshal(text, &e) == nil {
		return e
	}
	var members struct {
		Code       jsontext.Value `json:"code"`
		Message    jsontext.Value `json:"message"`
		Details    jsontext.Value `json:"details"`
		ErrorLevel jsontext.Value `json:"errorLevel"`
	}
	_ = wire.Unmarshal(text, &members)
	word := func(value jsontext.Value) string {
		switch value.Kind() {
		case '"':
			var s string
			_ = wire.Unmarshal(value, &s)
			return s
		case '0', 't', 'f':
			return value.String()
		}
		return ""
	}
	return gen.Error{Code: word(members.Code), Message: word(members.Message), Details: word(members.Details), ErrorLevel: gen.ErrorLevel(word(members.ErrorLevel))}
}

// WithoutWarnings returns the entries that are errors, 1,000 at most.
func WithoutWarnings(list []gen.Error) (errors []gen.Error) {
	for _, e := range list {
		if e.ErrorLevel != gen.ErrorLevelWarning && len(errors) < maxEntries {
			errors = append(errors, e)
		}
	}
	return errors
}

// BlamesTokenAge reports whether an error says that the access token expired.
func BlamesTokenAge(errors []gen.Error) bool {
	return slices.ContainsFunc(errors, func(entry gen.Error) bool {
		text := strings.ToLower(start(entry.Code) + " " + start(entry.Message) + " " + start(entry.Details))
		return strings.Contains(text, "expired") && strings.Contains(text, "token")
	})
}

// start is enough of a text to tell what it is about.
func start(text string) string { return text[:min(len(text), 1<<10)] }

// lookAt says where the outcome of a write can be seen.
var lookAt = map[string]string{
	"addAppointmentForServiceJobByServiceJobId":        "GetServiceJob lists the job's appointments",
	"rescheduleAppointmentForServiceJobByServiceJobId": "GetServiceJob lists the job's appointments",
	"cancelServiceJobByServiceJobId":                   "GetServiceJob tells the job's status",
	"completeServiceJobByServiceJobId":                 "GetServiceJob tells the job's status",
	"createReservation":                                "GetRangeSlotCapacity tells the reserved capacity",
	"updateReservation":                                "GetRangeSlotCapacity tells the reserved capacity",
	"cancelReservation":                                "GetRangeSlotCapacity tells the reserved capacity",
}

// WhereToLook says where the outcome of a write can be seen.
func WhereToLook(operation string) string {
	if place := lookAt[operation]; place != "" {
		return place
	}
	return "read it back before repeating it"
}
