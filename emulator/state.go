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
	bookings     map[string]booking  // active appointments by job id
	reservations map[string]*Reservation
	documents    map[string]*destination
	sequence     uint64 // of the identifiers given out
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
		bookings:      map[string]booking{},
		reservations:  map[string]*Reservation{},
		documents:     map[string]*destination{},
	}
}

// newID makes the next identifier: the same calls give the same identifiers.
func (s *seller) newID() string {
	s.sequence++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", s.id, s.sequence))
	return fmt.Sprintf("%x-%x-4%03x-a%03x-%x", sum[0:4], sum[4:6], uint16(sum[6])<<4|uint16(sum[7])>>4, uint16(sum[8])<<4|uint16(sum[9])>>4, sum[10:16])
}

func (s *seller) putResource(r *Resource) {
	if s.resources[r.ResourceID] == nil {
		s.byStore[r.StoreID] = append(s.byStore[r.StoreID], r.ResourceID)
	}
	s.resources[r.ResourceID] = r
}

func (s *seller) putJob(j *job) {
	s.jobs.replace(j)
	s.book(j)
}

// booking is an active appointment as the capacity of resources sees it.
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

// book keeps the bookings in step with a job.
func (s *seller) book(j *job) {
	active := j.active()
	if active == nil || active.AppointmentTime == nil {
		delete(s.bookings, j.ServiceJobID)
		return
	}
	start := active.AppointmentTime.StartTime.Unix()
	b := booking{need: needOf(&j.ServiceJob), span: span{start, start + int64(active.AppointmentTime.DurationInMinutes)*60}}
	for _, t := range active.AssignedTechnicians {
		b.resources = append(b.resources, t.TechnicianID)
	}
	s.bookings[j.ServiceJobID] = b
}

// span is a half-open time range in seconds since 1970.
type span struct{ start, end int64 }

func (s span) overlaps(o span) bool { return s.start < o.end && o.start < s.end }

func spanOf(start, end time.Time) span { return span{start.Unix(), end.Unix()} }
