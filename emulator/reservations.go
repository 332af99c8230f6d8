package emulator

import "github.com/spservices/services-go/gen"

// createReservation makes a reservation, or changes the one that the body
// names.
func createReservation(c *call, _ *gen.CreateReservationParams, body *gen.CreateReservationRequest) (any, *refusal) {
	replaced := body.Reservation.ReservationID
	if replaced != "" && c.seller.reservations[replaced] == nil {
		return nil, c.rule(unknownReservation, replaced)
	}
	made, problems := c.reserve(body.ResourceID, body.Reservation, replaced)
	if problems != nil {
		return &gen.CreateReservationResponse{Errors: problems}, nil
	}
	return &gen.CreateReservationResponse{Payload: &gen.CreateReservationRecord{Reservation: made}}, nil
}

// updateReservation replaces a reservation by another with a new id.
func updateReservation(c *call, _ *gen.UpdateReservationParams, body *gen.UpdateReservationRequest) (any, *refusal) {
	replaced := c.pathValues[0]
	if c.seller.reservations[replaced] == nil {
		return nil, c.rule(unknownReservation, replaced)
	}
	made, problems := c.reserve(body.ResourceID, body.Reservation, replaced)
	if problems != nil {
		return &gen.UpdateReservationResponse{Errors: problems}, nil
	}
	return &gen.UpdateReservationResponse{Payload: &gen.UpdateReservationRecord{Reservation: made}}, nil
}

func cancelReservation(c *call, _ *gen.CancelReservationParams, _ *none) (any, *refusal) {
	id := c.pathValues[0]
	if c.seller.reservations[id] == nil {
		return nil, c.rule(unknownReservation, id)
	}
	c.seller.cancelReservation(id)
	return nil, nil
}

// reserve stores a reservation in place of the one replaced, if any, or returns
// what is wrong with it. As in Amazon's examples a success then has errors and
// no payload.
func (c *call) reserve(resourceID string, r gen.Reservation, replaced string) (*gen.Reservation, gen.ErrorList) {
	if c.seller.resources[resourceID] == nil {
		return nil, gen.ErrorList{c.problem(unknownResource)}
	}
	if broken, ok := recordRule(&r.Availability); ok {
		return nil, gen.ErrorList{c.problem(broken)}
	}
	if replaced != "" {
		c.seller.cancelReservation(replaced)
	}
	r.ReservationID = c.seller.newID()
	c.seller.putReservation(&Reservation{ResourceID: resourceID, Reservation: r})
	if c.emulator.shortReservation {
		return &gen.Reservation{ReservationID: r.ReservationID}, nil
	}
	return &r, nil
}
