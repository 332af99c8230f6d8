package emulator

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/iso8601"
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

// capacityTypes are those asked for, each once.
func capacityTypes(asked []gen.CapacityType) (kinds []gen.CapacityType) {
	if len(asked) == 0 {
		return []gen.CapacityType{gen.CapacityTypeScheduledCapacity}
	}
	for _, kind := range asked {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// pageSpan is what a page of capacity covers.
type pageSpan struct {
	span
	next string // token of the page after it
}

// capacityPage checks the resource and the window. A token is the time that
// its page starts at, as Amazon's is.
func (c *call) capacityPage(start, end time.Time, token string, length time.Duration) (page pageSpan, _ *refusal) {
	if c.seller.resources[c.pathValues[0]] == nil {
		if c.state.resourceOwners[c.pathValues[0]] != nil {
			return page, c.rule(foreign)
		}
		return page, c.rule(unknownResource, c.pathValues[0])
	}
	window := spanOf(start, end)
	if window.end <= window.start || !representable(start) || !representable(end) {
		return page, c.rule(badParameters, "endDateTime")
	}
	if token != "" {
		text, err := base64.StdEncoding.DecodeString(token)
		from, parseErr := iso8601.Parse(string(text))
		if err != nil || parseErr != nil || from.Unix() <= window.start || from.Unix() >= window.end {
			return page, c.rule(badParameters, "nextPageToken")
		}
		window.start = from.Unix()
	}
	page.span = span{window.start, min(window.end, window.start+int64(length/time.Second))}
	if page.end < window.end {
		page.next = base64.StdEncoding.EncodeToString([]byte(atSecond(page.end).Format(time.RFC3339)))
	}
	return page, nil
}

// representable reports whether t has a year of four digits in UTC.
func representable(t time.Time) bool { return t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }

func atSecond(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
