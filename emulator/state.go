package emulator

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"github.com/spservices/services-go/gen"
)

// state is what a seed makes and requests change. Its maps are fixed once it
// is loaded: no operation creates a seller, a job or a resource.
type state struct {
	sellers        []*seller
	byID           map[string]*seller
	jobOwners      map[string]*seller
	resourceOwners map[string]*seller
}

// seller is the state of one service provider. Its lock lets one write happen
// at a time. What the maps point to is never changed, only replaced, so that a
// reader may use it after it has let go of the lock, and a write that fails
// half way has changed nothing.
type seller struct {
	id            string
	marketplaceID string
	credentials   Credentials
	stores        map[string]*Store

	mu           sync.RWMutex
	jobs         jobIndex
	resources    map[string]*Resource
	byStore      map[string][]string // resource ids, in the order of the seed
	bookings     map[bookingKey]booking
	reservations map[string]*Reservation
	documents    map[string]*Document
	sequence     uint64   // of the identifiers given out
	pending      change   // what was put since the last takeChange
	undo         []func() // steps that take it back, the latest one last
}

func newSeller(given *Seller) *seller {
	return &seller{
		id:            given.SellerID,
		marketplaceID: given.MarketplaceID,
		credentials:   Credentials{given.ClientID, given.ClientSecret, given.RefreshToken},
		stores:        map[string]*Store{},
		jobs:          newJobIndex(),
		resources:     map[string]*Resource{},
		byStore:       map[string][]string{},
		bookings:      map[bookingKey]booking{},
		reservations:  map[string]*Reservation{},
		sequence:      given.Sequence,
		documents:     map[string]*Document{},
	}
}

// newID makes the next identifier: the same calls give the same identifiers.
func (s *seller) newID() string {
	s.sequence++
	s.undo = append(s.undo, func() { s.sequence-- })
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", s.id, s.sequence))
	return fmt.Sprintf("%x-%x-4%03x-a%03x-%x", sum[0:4], sum[4:6], uint16(sum[6])<<4|uint16(sum[7])>>4, uint16(sum[8])<<4|uint16(sum[9])>>4, sum[10:16])
}

// bookingKey names an appointment.
type bookingKey struct{ jobID, appointmentID string }

// booking is an appointment as the capacity of resources sees it. Those that
// are active or completed take capacity, those that are cancelled do not.
type booking struct {
	span
	need      need
	resources []string // assigned resource ids
}

// need is what a job asks of a resource.
type need struct {
	storeID  string
	skills   []string
	location gen.ServiceLocationType
}

func needOf(j *gen.ServiceJob) need {
	n := need{storeID: j.StoreID}
	if j.ScopeOfWork != nil {
		n.skills = j.ScopeOfWork.RequiredSkills
	}
	if j.ServiceLocation != nil {
		n.location = j.ServiceLocation.ServiceLocationType
	}
	return n
}

// setJob puts a job in the place of what it was before.
func (s *seller) setJob(before, j *job) {
	for i := range before.Appointments {
		delete(s.bookings, bookingKey{before.ServiceJobID, before.Appointments[i].AppointmentID})
	}
	s.jobs.replace(j)
	s.book(j)
}

// book notes which appointments of a job take capacity.
func (s *seller) book(j *job) {
	for i := range j.Appointments {
		a := &j.Appointments[i]
		key := bookingKey{j.ServiceJobID, a.AppointmentID}
		takesCapacity := a.AppointmentStatus == gen.AppointmentStatusActive || a.AppointmentStatus == gen.AppointmentStatusCompleted
		if !takesCapacity || a.AppointmentTime == nil {
			continue
		}
		b := booking{need: needOf(&j.ServiceJob), span: windowOf(a)}
		for _, t := range a.AssignedTechnicians {
			b.resources = append(b.resources, t.TechnicianID)
		}
		s.bookings[key] = b
	}
}

func windowOf(a *gen.Appointment) span {
	start := a.AppointmentTime.StartTime.Unix()
	return span{start, start + int64(a.AppointmentTime.DurationInMinutes)*60}
}

// span is a half-open time range in seconds since 1970.
type span struct{ start, end int64 }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

func spanOf(start, end time.Time) span { return span{start.Unix(), end.Unix()} }
