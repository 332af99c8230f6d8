package emulator

import (
	"net/http"

	"github.com/spservices/services-go/gen"
)

// operation is a row of the generated table with what carries it out.
type operation struct {
	gen.Operation
	*runner
	bareErrors bool // errors come as a bare array
}

var runners = map[string]*runner{
	"getServiceJobByServiceJobId":                      handle(getServiceJob),
	"cancelServiceJobByServiceJobId":                   handle(cancelServiceJob),
	"completeServiceJobByServiceJobId":                 handle(completeServiceJob),
	"getServiceJobs":                                   handle(getServiceJobs),
	"addAppointmentForServiceJobByServiceJobId":        handle(addAppointment),
	"rescheduleAppointmentForServiceJobByServiceJobId": handle(rescheduleAppointment),
	"assignAppointmentResources":                       handle(assignAppointmentResources),
	"setAppointmentFulfillmentData":                    handle(setAppointmentFulfillmentData),
	"getRangeSlotCapacity":                             handle(getRangeSlotCapacity),
	"getFixedSlotCapacity":                             handle(getFixedSlotCapacity),
	"updateSchedule":                                   handle(updateSchedule),
	"createReservation":                                handle(createReservation),
	"updateReservation":                                handle(updateReservation),
	"cancelReservation":                                handle(cancelReservation),
	"getAppointmmentSlotsByJobId":                      handle(getAppointmentSlotsByJob),
	"getAppointmentSlots":                              handle(getAppointmentSlots),
	"createServiceDocumentUploadDestination":           handle(createUploadDestination),
}

var operations = func() (all []operation) {
	for _, row := range gen.Operations() {
		run := runners[row.ID]
		if run == nil {
			run = &runner{run: notImplemented}
		}
		all = append(all, operation{row, run, row.ID == "setAppointmentFulfillmentData"})
	}
	return all
}()

// notImplemented answers for an operation that the API description has and the
// emulator does not carry out yet.
func notImplemented(*call) (any, *refusal) {
	return nil, &refusal{http.StatusNotImplemented, []gen.Error{{Code: "NotImplemented", Message: "The emulator does not carry out this operation."}}}
}

func findOperation(id string) *operation {
	for i := range operations {
		if operations[i].ID == id {
			return &operations[i]
		}
	}
	return nil
}

// parameterNames are the path and query parameters of an operation, or of the
// two servers beside the API.
func parameterNames(name string) (names []string) {
	switch op := findOperation(name); {
	case op != nil:
		for _, p := range op.Parameters {
			names = append(names, p.Name)
		}
		return append(names, op.query...)
	case name == DocumentStore:
		return uploadParameters
	}
	return nil
}

// knownTarget reports whether requests, faults and handlers can have a name.
func knownTarget(name string) bool {
	return name == TokenServer || name == DocumentStore || findOperation(name) != nil
}
