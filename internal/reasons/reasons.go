// Package reasons reads what the errors of an answer say.
package reasons

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// Decode reads the errors of an answer in any form Amazon gives them: a
// list, a list under "errors", or a lone message.
func Decode(body []byte) []gen.Error {
	if list := wrapped(body); len(list) > 0 {
		return list
	}
	return WithoutWarnings(entries(body))
}

// Within reads the errors that a success has beside something else. Few have
// the word, so that few are read a second time.
func Within(body []byte) []gen.Error {
	if !bytes.Contains(body, []byte(`"errors"`)) {
		return nil
	}
	return wrapped(body)
}

func wrapped(body []byte) []gen.Error {
	var object struct {
		Errors jsontext.Value `json:"errors"`
	}
	_ = wire.Unmarshal(body, &object)
	return WithoutWarnings(entries(object.Errors))
}

// entries reads a list of errors, or a lone one.
func entries(text jsontext.Value) (found []gen.Error) {
	var list []jsontext.Value
	if wire.Unmarshal(text, &list) != nil {
		list = []jsontext.Value{text}
	}
	for _, item := range list {
		if e := entry(item); e != (gen.Error{}) {
			found = append(found, e)
		}
	}
	return found
}

// entry reads one error. A member of a type that is not documented costs no
// more than itself.
func entry(text jsontext.Value) (e gen.Error) {
	if wire.Unmarshal(text, &e) == nil {
		return e
	}
	var members map[string]any
	_ = wire.Unmarshal(text, &members)
	word := func(name string) string {
		if value := members[name]; value != nil {
			return fmt.Sprint(value)
		}
		return ""
	}
	return gen.Error{Code: word("code"), Message: word("message")}
}

// WithoutWarnings leaves out the entries that are no errors.
func WithoutWarnings(list []gen.Error) []gen.Error {
	return slices.DeleteFunc(slices.Clone(list), func(e gen.Error) bool { return e.ErrorLevel == gen.ErrorLevelWarning })
}

// LongestCode is the number of bytes that a code has at most.
const LongestCode = 64

// Codes are those that are words: a code with anything else in it might be
// text that somebody wrote.
func Codes(errors []gen.Error) []string {
	var list []string
	for _, entry := range errors {
		if entry.Code != "" && len(entry.Code) <= LongestCode && !strings.ContainsFunc(entry.Code, notWord) && !slices.Contains(list, entry.Code) {
			list = append(list, entry.Code)
		}
	}
	return list
}

func notWord(r rune) bool {
	return r != '_' && r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// BlamesTokenAge reports whether an error says that the access token expired.
func BlamesTokenAge(errors []gen.Error) bool {
	return slices.ContainsFunc(errors, func(entry gen.Error) bool {
		text := strings.ToLower(entry.Code + " " + entry.Message + " " + entry.Details)
		return strings.Contains(text, "expired") && strings.Contains(text, "token")
	})
}

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
