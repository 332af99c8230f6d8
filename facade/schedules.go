package facade

import (
	"context"

	"github.com/spservices/services-go/gen"
)

// UpdateSchedule sets the working hours of a resource. Amazon's guide says that
// they overwrite the existing schedule, and that there is no way to clear one.
// Times keep their offset.
//
// The result has the records that drew a warning, such as ScheduleOverride, or
// an error, and is nil when there is neither. With errors among them the call
// fails and returns the records beside the error. An unknown resource fails with
// [ErrInvalidInput].
//
// Operation updateSchedule.
func (c *Client) UpdateSchedule(ctx context.Context, resourceID string, records []AvailabilityRecord, opts ...CallOption) ([]UpdateScheduleRecord, error) {
	r, err := c.Raw(opts...).UpdateSchedule(ctx, resourceID, gen.UpdateScheduleParams{}, gen.UpdateScheduleRequest{Schedules: records})
	return r.GetPayload(), err
}

// CreateReservation takes capacity from a resource. Amazon answers with the id
// of the reservation alone. Warnings are in the Warnings of the result and do not
// fail the call. Errors within a 200 do, such as an unknown resource with
// [ErrInvalidInput]; the result is nil when the answer has nothing else. A failure
// can be [ErrOutcomeUnknown].
//
// Operation createReservation.
func (c *Client) CreateReservation(ctx context.Context, resourceID string, r Reservation, opts ...CallOption) (*CreateReservationRecord, error) {
	answer, err := c.Raw(opts...).CreateReservation(ctx, gen.CreateReservationParams{}, gen.CreateReservationRequest{ResourceID: resourceID, Reservation: r})
	return answer.GetPayload(), err
}

// UpdateReservation replaces a reservation. The result carries its new id;
// warnings and errors are as in [Client.CreateReservation]. A failure can be
// [ErrOutcomeUnknown].
//
// Operation updateReservation.
func (c *Client) UpdateReservation(ctx context.Context, reservationID, resourceID string, r Reservation, opts ...CallOption) (*UpdateReservationRecord, error) {
	answer, err := c.Raw(opts...).UpdateReservation(ctx, reservationID, gen.UpdateReservationParams{}, gen.UpdateReservationRequest{ResourceID: resourceID, Reservation: r})
	return answer.GetPayload(), err
}

// CancelReservation gives the capacity back. An unknown reservation is
// [ErrNotFound], or [ErrOutcomeUnknown] when an earlier attempt of the same call
// may have cancelled it.
//
// Operation cancelReservation.
func (c *Client) CancelReservation(ctx context.Context, reservationID string, opts ...CallOption) error {
	return c.Raw(opts...).CancelReservation(ctx, reservationID, gen.CancelReservationParams{})
}
