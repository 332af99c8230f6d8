package emulator

import (
	"time"

	"github.com/spservices/services-go/gen"
)

// createReservation makes a reservation, or changes the one that the body
// names.
func createReservation(c *call, _ *gen.CreateReservationParams, body *gen.CreateReservationRequest) (any, *refusal) {
	replaced := body.Reservation.ReservationID
	if replaced != "" && c.seller.reservations[replaced] == nil {
		return nil, c.rule(unknownReservation, replaced)
	}
	made, warnings, problems := c.reserve(body.ResourceID, body.Reservation, replaced)
	if problems != nil {
		return &gen.CreateReservationResponse{Errors: problems}, nil
	}
	return &gen.CreateReservationResponse{Payload: &gen.CreateReservationRecord{Reservation: made, Warnings: warnings}}, nil
}

// updateReservation replaces a reservation by another with a new id.
func updateReservation(c *call, _ *gen.UpdateReservationParams, body *gen.UpdateReservationRequest) (any, *refusal) {
	replaced := c.pathValues[0]
	if given := body.Reservation.ReservationID; given != "" && given != replaced {
		return nil, c.rule(badParameters, "reservation.reservationId")
	}
	if c.seller.reservations[replaced] == nil {
		return nil, c.rule(unknownReservation, replaced)
	}
	made, warnings, problems := c.reserve(body.ResourceID, body.Reservation, replaced)
	if problems != nil {
		return &gen.UpdateReservationResponse{Errors: problems}, nil
	}
	return &gen.UpdateReservationResponse{Payload: &gen.UpdateReservationRecord{Reservation: made, Warnings: warnings}}, nil
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
func (c *call) reserve(resourceID string, r gen.Reservation, replaced string) (*gen.Reservation, gen.WarningList, gen.ErrorList) {
	if c.seller.resources[resourceID] == nil {
		return nil, nil, gen.ErrorList{c.problem(unknownResource)}
	}
	if broken, ok := recordRule(&r.Availability); ok {
		return nil, nil, gen.ErrorList{c.problem(broken)}
	}
	if replaced != "" {
		c.seller.cancelReservation(replaced)
	}
	warnings := c.overreach(resourceID, &r.Availability)
	r.ReservationID = c.seller.newID()
	c.seller.putReservation(&Reservation{ResourceID: resourceID, Reservation: r})
	if !c.emulator.wholeReservation {
		return &gen.Reservation{ReservationID: r.ReservationID}, warnings, nil
	}
	return &r, warnings, nil
}

// overreach warns about what a reservation takes that the resource does not
// have. Amazon documents no warning for it: the codes are the emulator's own. A
// time range of up to a day has to lie within the schedule, a longer one, such
// as a vacation, only has to meet it. Time ranges are looked at for as long as
// a page of capacity covers, so that one without an end costs no more.
func (c *call) overreach(resourceID string, r *gen.AvailabilityRecord) (warnings gen.WarningList) {
	o := occurringOf(r)
	window := o.reach()
	window.end = min(window.end, window.start+int64(capacityPage/time.Second))
	segments := c.seller.timeline(resourceID, window, bookingKey{})
	var outside, overbooked bool
	for each := range occurrences(r, window) {
		for len(segments) > 0 && segments[0].end <= each.start {
			segments = segments[1:]
		}
		var idle, scheduled bool
		for i := 0; i < len(segments) && segments[i].start < each.end; i++ {
			if segments[i].scheduled == 0 {
				idle = true
				continue
			}
			scheduled = true
			overbooked = overbooked || segments[i].available() < capacityOf(r)
		}
		outside = outside || idle && (each.end-each.start <= daySeconds || !scheduled)
	}
	for _, w := range []struct {
		holds         bool
		code, message string
	}{
		{r.StartTime.Before(c.now), "ReservationInPast", "The reservation starts in the past."},
		{outside, "ReservationOutsideSchedule", "The reservation lies outside the schedule of the resource."},
		{overbooked, "ReservationOverbooked", "The reservation takes more capacity than is available."},
	} {
		if w.holds {
			warnings = append(warnings, gen.Warning{Code: w.code, Message: w.message})
		}
	}
	return warnings
}
