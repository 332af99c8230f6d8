package emulator

import (
	"fmt"
	"slices"
)

// change is what a write did to a seller, as the journal keeps it.
type change struct {
	SellerID     string        `json:"sellerId"`
	Sequence     uint64        `json:"sequence,omitzero"`
	Jobs         []Job         `json:"jobs,omitzero"`
	Resources    []Resource    `json:"resources,omitzero"`
	Reservations []Reservation `json:"reservations,omitzero"`
	Cancelled    []string      `json:"cancelled,omitzero"` // reservation ids
	Documents    []Document    `json:"documents,omitzero"`
}

// takeChange returns what was put since it was last asked, or nil, and what
// takes that back.
func (s *seller) takeChange() (_ *change, undo func()) {
	taken, steps := s.pending, s.undo
	s.pending, s.undo = change{}, nil
	undo = func() {
		for _, step := range slices.Backward(steps) {
			step()
		}
	}
	if len(taken.Jobs)+len(taken.Resources)+len(taken.Reservations)+len(taken.Cancelled)+len(taken.Documents) == 0 {
		return nil, undo
	}
	taken.SellerID, taken.Sequence = s.id, s.sequence
	return &taken, undo
}

// set replaces a value, or deletes it where the new one is nil.
func set[T any](s *seller, values map[string]*T, id string, v *T) {
	before := values[id]
	s.undo = append(s.undo, func() { put(values, id, before) })
	put(values, id, v)
}

func put[T any](values map[string]*T, id string, v *T) {
	if v == nil {
		delete(values, id)
	} else {
		values[id] = v
	}
}

func (s *seller) putJob(j *job) {
	before := s.jobs.find(j.ServiceJobID)
	s.undo = append(s.undo, func() { s.setJob(j, before) })
	s.setJob(before, j)
	s.pending.Jobs = append(s.pending.Jobs, j.seed())
}

func (s *seller) putResource(r *Resource) {
	if s.resources[r.ResourceID] == nil {
		s.byStore[r.StoreID] = append(s.byStore[r.StoreID], r.ResourceID)
	}
	set(s, s.resources, r.ResourceID, r)
	s.pending.Resources = append(s.pending.Resources, *r)
}

func (s *seller) putReservation(r *Reservation) {
	set(s, s.reservations, r.ReservationID, r)
	s.pending.Reservations = append(s.pending.Reservations, *r)
}

func (s *seller) cancelReservation(id string) {
	set(s, s.reservations, id, nil)
	s.pending.Cancelled = append(s.pending.Cancelled, id)
}

func (s *seller) putDocument(d *Document) {
	set(s, s.documents, d.UploadDestinationID, d)
	s.pending.Documents = append(s.pending.Documents, *d)
}

// apply repeats a change.
func (s *state) apply(c *change) error {
	owner := s.byID[c.SellerID]
	if owner == nil {
		return fmt.Errorf("a change of the unknown seller %q", c.SellerID)
	}
	for _, j := range c.Jobs {
		if owner.jobs.find(j.ServiceJobID) == nil {
			return fmt.Errorf("a change of the unknown job %q", j.ServiceJobID)
		}
		owner.putJob(j.stored())
	}
	for _, r := range c.Resources {
		if owner.resources[r.ResourceID] == nil {
			return fmt.Errorf("a change of the unknown resource %q", r.ResourceID)
		}
		owner.putResource(&r)
	}
	for _, id := range c.Cancelled {
		owner.cancelReservation(id)
	}
	for _, r := range c.Reservations {
		owner.putReservation(&r)
	}
	for _, d := range c.Documents {
		owner.putDocument(&d)
	}
	owner.sequence = c.Sequence
	owner.takeChange()
	return nil
}
