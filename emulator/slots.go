package emulator

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/rules"
)

// defaultSlotWindow begins now, when no window is asked for.
const defaultSlotWindow = 7 * 24 * time.Hour

func getAppointmentSlotsByJob(c *call, query *gen.GetAppointmmentSlotsByJobIDParams, _ *none) (any, *refusal) {
	window, refused := c.slotWindow(query.StartTime, query.EndTime)
	if refused != nil {
		return nil, refused
	}
	j, refused := c.job()
	if refused != nil {
		return nil, refused
	}
	return c.slots(needOf(&j.ServiceJob), window), nil
}

func getAppointmentSlots(c *call, query *gen.GetAppointmentSlotsParams, _ *none) (any, *refusal) {
	window, refused := c.slotWindow(query.StartTime, query.EndTime)
	if refused != nil {
		return nil, refused
	}
	if store := c.seller.stores[query.StoreID]; store != nil {
		for _, service := range store.Services {
			if service.ASIN == query.ASIN {
				return c.slots(need{store.StoreID, service.RequiredSkills, service.ServiceLocationType}, window), nil
			}
		}
	}
	return nil, c.rule(unknownService, query.ASIN, query.StoreID)
}

func (c *call) slotWindow(start, end time.Time) (window span, _ *refusal) {
	switch {
	case start.IsZero() && end.IsZero():
		start, end = c.now.Truncate(time.Second), c.now.Add(defaultSlotWindow).Truncate(time.Second)
	case start.IsZero():
		return window, c.rule(badParameters, "startTime")
	case end.IsZero(), !end.After(start), end.Sub(start) > rules.MaxSlotWindow:
		return window, c.rule(badParameters, "endTime")
	}
	return spanOf(start, end), nil
}

func (s *Store) slotSeconds() int64 { return int64(s.SlotMinutes) * 60 }

// slotsOf are the whole slots of length seconds in window, counted from origin.
func slotsOf(window span, origin, length int64) iter.Seq[span] {
	return func(yield func(span) bool) {
		start := window.start
		start += ((origin-start)%length + length) % length
		for ; start+length <= window.end; start += length {
			if !yield(span{start, start + length}) {
				return
			}
		}
	}
}

// slots are the slots during working hours, with the number of appointments
// that each can still take. What has begun can take none.
func (c *call) slots(n need, window span) *gen.GetAppointmentSlotsResponse {
	report := &gen.AppointmentSlotReport{
		SchedulingType:   gen.SchedulingTypeNonRealTimeScheduling,
		StartTime:        atSecond(window.start),
		EndTime:          atSecond(window.end),
		AppointmentSlots: []gen.AppointmentSlot{},
	}
	store := c.seller.stores[n.storeID]
	if store == nil {
		return &gen.GetAppointmentSlotsResponse{Payload: report}
	}
	if store.SchedulingType != "" {
		report.SchedulingType = store.SchedulingType
	}
	pool := c.seller.pool(n, window, bookingKey{})
	for slot := range slotsOf(window, 0, store.slotSeconds()) {
		scheduled, free := pool.during(slot)
		if scheduled == 0 {
			continue
		}
		if slot.start <= c.now.Unix() {
			free = 0
		}
		report.AppointmentSlots = append(report.AppointmentSlots, gen.AppointmentSlot{
			StartTime: atSecond(slot.start), EndTime: atSecond(slot.end), Capacity: free,
		})
	}
	return &gen.GetAppointmentSlotsResponse{Payload: report}
}

// pool is the capacity of all resources that can do a job.
type pool struct {
	timelines  [][]segment
	unassigned []span // appointments that will need one of them
}

func (s *seller) pool(n need, window span, except bookingKey) *pool {
	p := &pool{}
	var able []string
	for _, id := range s.byStore[n.storeID] {
		if s.resources[id].can(n) {
			able = append(able, id)
			p.timelines = append(p.timelines, s.timeline(id, window, except))
		}
	}
	for key, b := range s.bookings {
		if key != except && len(b.resources) == 0 && b.need.storeID == n.storeID && b.overlaps(window) &&
			slices.ContainsFunc(able, func(id string) bool { return s.resources[id].can(b.need) }) {
			p.unassigned = append(p.unassigned, b.span)
		}
	}
	return p
}

// during is how many resources work through a slot and how many of them are
// free.
func (p *pool) during(slot span) (scheduled, free int) {
	for i, segments := range p.timelines {
		for len(segments) > 0 && segments[0].end <= slot.start {
			segments = segments[1:]
		}
		p.timelines[i] = segments // slots are asked for in order
		leastScheduled, leastFree := 1<<20, 1<<20
		for j := range segments {
			if segments[j].start >= slot.end {
				break
			}
			leastScheduled = min(leastScheduled, int(segments[j].scheduled))
			leastFree = min(leastFree, int(segments[j].available()))
		}
		scheduled += leastScheduled
		free += leastFree
	}
	return scheduled, max(free-atOnce(p.unassigned, slot), 0)
}

// atOnce is the greatest number of spans that overlap at one instant of a slot:
// those that follow one another can be one resource's.
func atOnce(spans []span, slot span) (most int) {
	type edge struct {
		at int64
		by int
	}
	var edges []edge
	for _, s := range spans {
		if s.overlaps(slot) {
			edges = append(edges, edge{max(s.start, slot.start), 1}, edge{s.end, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	now := 0
	for _, e := range edges {
		now += e.by
		most = max(most, now)
	}
	return most
}

// free is how many appointments for a need fit into a time range, beside those
// there are. The appointment except does not count.
func (s *seller) free(n need, wanted span, except bookingKey) int {
	_, free := s.pool(n, wanted, except).during(wanted)
	return free
}

// can reports whether a resource can do what a job needs.
func (r *Resource) can(n need) bool {
	return r.StoreID == n.storeID && r.serves(n) && r.hasSkills(n)
}

func (r *Resource) serves(n need) bool {
	return n.location == "" || slices.Contains(r.ServiceLocationTypes, n.location)
}

func (r *Resource) hasSkills(n need) bool {
	for _, skill := range n.skills {
		if !slices.Contains(r.Skills, skill) {
			return false
		}
	}
	return true
}
