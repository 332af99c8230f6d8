// Package reasons reads what the errors of an answer say.
package reasons

import (
	"slices"
	"strings"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/wire"
)

// Decode reads the errors of an answer in any form Amazon gives them: a
// list, a list under "errors", or a lone message.
func Decode(body []byte) []gen.Error {
	var list []gen.Error
	if wire.Unmarshal(body, &list) == nil {
		return WithoutWarnings(list)
	}
	var object struct {
		Errors  []gen.Error `json:"errors"`
		Code    string      `json:"code"`
		Message string      `json:"message"`
	}
	if wire.Unmarshal(body, &object) != nil {
		return nil
	}
	if len(object.Errors) == 0 && object.Code+object.Message != "" {
		object.Errors = []gen.Error{{Code: object.Code, Message: object.Message}}
	}
	return WithoutWarnings(object.Errors)
}

// WithoutWarnings leaves out the entries that are no errors.
func WithoutWarnings(list []gen.Error) []gen.Error {
	return slices.DeleteFunc(slices.Clone(list), func(e gen.Error) bool { return e.ErrorLevel == gen.ErrorLevelWarning })
}

// Codes are those that are words: a code with anything else in it might be
// text that somebody wrote.
func Codes(errors []gen.Error) []string {
	var list []string
	for _, entry := range errors {
		if entry.Code != "" && len(entry.Code) <= 64 && !strings.ContainsFunc(entry.Code, notWord) && !slices.Contains(list, entry.Code) {
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
	"assignAppointmentResources":                       "GetServiceJob lists the appointment's technicians",
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
