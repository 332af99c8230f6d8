package facade

import (
	"context"

	"github.com/spservices/services-go/gen"
)

// UpdateSchedule sets the working hours of a resource. Times keep their offset.
// The result has the records that drew a warning, such as ScheduleOverride, or
// an error; with errors among them the call fails and returns them all the same.
// An unknown resource is such an error too, [ErrInvalidInput].
//
// Operation updateSchedule.
func (c *Client) UpdateSchedule(ctx context.Context, resourceID string, records []AvailabilityRecord, opts ...CallOption) ([]UpdateScheduleRecord, error) {
	r, err := c.Raw(opts...).UpdateSchedule(ctx, resourceID, gen.UpdateScheduleParams{}, gen.UpdateScheduleRequest{Schedules: records})
	return r.GetPayload(), err
}

// CreateReservation takes capacity from a resource. The result may hold no more
// of the reservation than its id. Errors within a success come beside the
// result. A failure can be [ErrOutcomeUnknown].
//
// Operation createReservation.
func (c *Client) CreateReservation(ctx context.Context, resourceID string, r Reservation, opts ...CallOption) (*CreateReservationRecord, error) {
	answer, err := c.Raw(opts...).CreateReservation(ctx, gen.CreateReservationParams{}, gen.CreateReservationRequest{ResourceID: resourceID, Reservation: r})
	return answer.GetPayload(), err
}

// UpdateReservation replaces a reservation. The result carries its new id. A
// failure can be [ErrOutcomeUnknown].
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
