package facade

import (
	"context"
	"time"

	"github.com/spservices/services-go/gen"
)

// AddAppointment books an appointment, which Amazon wants in the future, on a
// free slot. t.DurationInMinutes is in minutes, 0 for the length of the slot. The
// result carries the new appointment's id, and warnings. An unknown or finished
// job and a slot that is taken are [ErrInvalidInput]. A failure can be
// [ErrOutcomeUnknown]: the call is never repeated when it may have been carried
// out.
//
// Operation addAppointmentForServiceJobByServiceJobId.
func (c *Client) AddAppointment(ctx context.Context, jobID string, t AppointmentTime, opts ...CallOption) (*SetAppointmentResponse, error) {
	return c.Raw(opts...).AddAppointmentForServiceJobByServiceJobID(ctx, jobID, gen.AddAppointmentRequest{AppointmentTime: gen.AppointmentTimeInput(t)})
}

// RescheduleAppointment moves an appointment. The result carries the id of the
// appointment that replaces it. An unknown job or appointment, a finished job,
// an unknown reason code and a slot that is taken are [ErrInvalidInput]. A failure
// can be [ErrOutcomeUnknown].
//
// Operation rescheduleAppointmentForServiceJobByServiceJobId.
func (c *Client) RescheduleAppointment(ctx context.Context, jobID, appointmentID string, t AppointmentTime, reasonCode string, opts ...CallOption) (*SetAppointmentResponse, error) {
	return c.Raw(opts...).RescheduleAppointmentForServiceJobByServiceJobID(ctx, jobID, appointmentID,
		gen.RescheduleAppointmentRequest{AppointmentTime: gen.AppointmentTimeInput(t), RescheduleReasonCode: reasonCode})
}

// AssignAppointmentResources replaces the resources of an appointment. A
// warning such as RESOURCES_OVERBOOKED comes with a success. An unknown
// appointment, and a resource that does not fit, are [ErrInvalidInput] with a
// code for each resource.
//
// Operation assignAppointmentResources.
func (c *Client) AssignAppointmentResources(ctx context.Context, jobID, appointmentID string, resourceIDs []string, opts ...CallOption) ([]Warning, error) {
	resources := make([]gen.AppointmentResource, len(resourceIDs))
	for i, id := range resourceIDs {
		resources[i].ResourceID = id
	}
	r, err := c.Raw(opts...).AssignAppointmentResources(ctx, jobID, appointmentID, gen.AssignAppointmentResourcesRequest{Resources: resources})
	if payload := r.GetPayload(); payload != nil {
		return payload.Warnings, err
	}
	return nil, err
}

// SetAppointmentFulfillmentData reports when an appointment took place, by
// whom, and the documents that prove it. What is left out stays as it was. An
// unknown appointment, times that contradict each other and a document that was
// not uploaded are [ErrInvalidInput].
//
// Operation setAppointmentFulfillmentData.
func (c *Client) SetAppointmentFulfillmentData(ctx context.Context, jobID, appointmentID string, data SetAppointmentFulfillmentDataRequest, opts ...CallOption) error {
	return c.Raw(opts...).SetAppointmentFulfillmentData(ctx, jobID, appointmentID, data)
}

// Window is a time window of slots, of at most 90 days. The zero Window leaves
// the choice to Amazon.
type Window struct{ Start, End time.Time }

// GetAppointmentSlotsByJob returns the slots in which a job can be appointed. An
// unknown job is [ErrInvalidInput].
//
// Operation getAppointmmentSlotsByJobId (so spelled).
func (c *Client) GetAppointmentSlotsByJob(ctx context.Context, jobID string, w Window, opts ...CallOption) (*AppointmentSlotReport, error) {
	r, err := c.Raw(opts...).GetAppointmmentSlotsByJobID(ctx, jobID, gen.GetAppointmmentSlotsByJobIDParams{StartTime: w.Start, EndTime: w.End})
	return r.GetPayload(), err
}

// GetAppointmentSlots returns the slots in which a store can provide the
// service that an ASIN stands for. An unknown ASIN or store is [ErrInvalidInput].
//
// Operation getAppointmentSlots.
func (c *Client) GetAppointmentSlots(ctx context.Context, asin, storeID string, w Window, opts ...CallOption) (*AppointmentSlotReport, error) {
	r, err := c.Raw(opts...).GetAppointmentSlots(ctx, gen.GetAppointmentSlotsParams{ASIN: asin, StoreID: storeID, StartTime: w.Start, EndTime: w.End})
	return r.GetPayload(), err
}
