package emulator

import (
	"slices"
	"time"

	"github.com/spservices/services-go/gen"
)

const (
	capacityPage        = 35 * 24 * time.Hour // what a page covers
	defaultSlotDuration = 60                  // minutes, of getFixedSlotCapacity
)

// segment is a time range over which the capacity of a resource stays the
// same. Reserved and encumbered capacity count only as far as there is
// scheduled capacity to take, so that what is left is never below zero.
type segment struct {
	span
	scheduled, reserved, encumbered int32
}

func (s *segment) available() int32 { return s.scheduled - s.reserved - s.encumbered }

func (s *segment) of(kind gen.CapacityType) int32 {
	switch kind {
	case gen.CapacityTypeAvailableCapacity:
		return s.available()
	case gen.CapacityTypeReservedCapacity:
		return s.reserved
	case gen.CapacityTypeEncumberedCapacity:
		return s.encumbered
	}
	return s.scheduled
}

// timeline is the capacity of a resource over window, without the appointment
// except.
func (s *seller) timeline(resourceID string, window span, except bookingKey) []segment {
	type change struct {
		span
		amount int32
	}
	var scheduled, reserved, encumbered []change
	resource := s.resources[resourceID]
	for i := range resource.Schedule {
		for each := range occurrences(&resource.Schedule[i], window) {
			scheduled = append(scheduled, change{each, capacityOf(&resource.Schedule[i])})
		}
	}
	for _, r := range s.reservations {
		if r.ResourceID == resourceID {
			for each := range occurrences(&r.Availability, window) {
				reserved = append(reserved, change{each, capacityOf(&r.Availability)})
			}
		}
	}
	for key, b := range s.bookings {
		if key != except && b.overlaps(window) && slices.Contains(b.resources, resourceID) {
			encumbered = append(encumbered, change{b.span, 1})
		}
	}

	edges := []int64{window.start, window.end}
	for _, changes := range [][]change{scheduled, reserved, encumbered} {
		for _, c := range changes {
			edges = append(edges, max(c.start, window.start), min(c.end, window.end))
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	segments := make([]segment, len(edges)-1)
	for i := range segments {
		segments[i].span = span{edges[i], edges[i+1]}
	}
	apply := func(changes []change, to func(*segment, int32)) {
		for _, c := range changes {
			i, _ := slices.BinarySearch(edges, max(c.start, window.start))
			for ; i < len(segments) && segments[i].start < c.end; i++ {
				to(&segments[i], c.amount)
			}
		}
	}
	// A later record of a schedule overrides the earlier ones.
	apply(scheduled, func(s *segment, n int32) { s.scheduled = n })
	apply(reserved, func(s *segment, n int32) { s.reserved = min(s.reserved+n, s.scheduled) })
	apply(encumbered, func(s *segment, n int32) { s.encumbered = min(s.encumbered+n, s.scheduled-s.reserved) })
	return segments
}

func getRangeSlotCapacity(c *call, query *gen.GetRangeSlotCapacityParams, body *gen.RangeSlotCapacityQuery) (any, *refusal) {
	page, refused := c.capacityPage(body.StartDateTime, body.EndDateTime, query.NextPageToken, capacityPage)
	if refused != nil {
		return nil, refused
	}
	answer := &gen.RangeSlotCapacity{ResourceID: c.pathValues[0], NextPageToken: page.next}
	segments := c.seller.timeline(c.pathValues[0], page.span, bookingKey{})
	for _, kind := range capacityTypes(body.CapacityTypes) {
		slots := []gen.RangeSlot{}
		for i := range segments {
			s := &segments[i]
			if last := len(slots) - 1; last >= 0 && slots[last].Capacity == s.of(kind) {
				slots[last].EndDateTime = atSecond(s.end)
				continue
			}
			slots = append(slots, gen.RangeSlot{StartDateTime: atSecond(s.start), EndDateTime: atSecond(s.end), Capacity: s.of(kind)})
		}
		answer.Capacities = append(answer.Capacities, gen.RangeCapacity{CapacityType: kind, Slots: slots})
	}
	return answer, nil
}

func getFixedSlotCapacity(c *call, query *gen.GetFixedSlotCapacityParams, body *gen.FixedSlotCapacityQuery) (any, *refusal) {
	if body.SlotDuration == 0 {
		body.SlotDuration = defaultSlotDuration
	}
	if int(body.SlotDuration) < c.shortestSlot {
		return nil, c.rule(invalidCapacity, slotDurationFault)
	}
	length := time.Duration(body.SlotDuration) * time.Minute
	page, refused := c.capacityPage(body.StartDateTime, body.EndDateTime, query.NextPageToken, capacityPage.Truncate(length))
	if refused != nil {
		return nil, refused
	}
	answer := &gen.FixedSlotCapacity{ResourceID: c.pathValues[0], SlotDuration: body.SlotDuration, NextPageToken: page.next, Capacities: []gen.FixedSlot{}}
	segments := c.seller.timeline(c.pathValues[0], page.span, bookingKey{})
	kinds := capacityTypes(body.CapacityTypes)
	for slot := range slotsOf(page.span, page.start, int64(length/time.Second)) {
		for segments[0].end <= slot.start {
			segments = segments[1:]
		}
		answer.Capacities = append(answer.Capacities, fixedSlot(slot, segments, kinds))
	}
	return answer, nil
}

// fixedSlot has the capacity of the part of the slot where least is available.
func fixedSlot(slot span, segments []segment, kinds []gen.CapacityType) gen.FixedSlot {
	scarcest := &segments[0]
	for i := range segments {
		s := &segments[i]
		if s.start >= slot.end {
			break
		}
		if s.available() < scarcest.available() || s.available() == scarcest.available() && s.scheduled < scarcest.scheduled {
			scarcest = s
		}
	}
	answer := gen.FixedSlot{StartDateTime: atSecond(slot.start)}
	for _, kind := range kinds {
		amount := scarcest.of(kind)
		switch kind {
		case gen.CapacityTypeAvailableCapacity:
			answer.AvailableCapacity = &amount
		case gen.CapacityTypeReservedCapacity:
			answer.ReservedCapacity = &amount
		case gen.CapacityTypeEncumberedCapacity:
			answer.EncumberedCapacity = &amount
		default:
			answer.ScheduledCapacity = &amount
		}
	}
	return answer
}

// capacityOrder is the order that Amazon's examples have capacities in, whatever
// the order they are asked for in.
var capacityOrder = [...]gen.CapacityType{
	gen.CapacityTypeScheduledCapacity, gen.CapacityTypeAvailableCapacity, gen.CapacityTypeEncumberedCapacity, gen.CapacityTypeReservedCapacity,
}

// capacityTypes are those asked for, each once.
func capacityTypes(asked []gen.CapacityType) (kinds []gen.CapacityType) {
	if len(asked) == 0 {
		return capacityOrder[:1]
	}
	for _, kind := range capacityOrder {
		if slices.Contains(asked, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
