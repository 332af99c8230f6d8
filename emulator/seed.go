package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spservices/services-go/gen"
)

// SeedVersion is the version of the seed format.
const SeedVersion = 1

// Seed is the state to begin with.
type Seed struct {
	Version int      `json:"version"`
	Sellers []Seller `json:"sellers"`
}

// Seller is a service provider with everything that belongs to it. Sellers see
// nothing of each other.
type Seller struct {
	SellerID      string        `json:"sellerId"`
	MarketplaceID string        `json:"marketplaceId"`
	ClientID      string        `json:"clientId"`
	ClientSecret  string        `json:"clientSecret"`
	RefreshToken  string        `json:"refreshToken"`
	Stores        []Store       `json:"stores,omitzero"`
	Resources     []Resource    `json:"resources,omitzero"`
	Jobs          []Job         `json:"jobs,omitzero"`
	Reservations  []Reservation `json:"reservations,omitzero"`
}

// Store is a region that a seller serves, with the services on offer there.
type Store struct {
	StoreID        string             `json:"storeId"`
	Name           string             `json:"name"`
	SchedulingType gen.SchedulingType `json:"schedulingType"`
	SlotMinutes    int                `json:"slotMinutes"` // length of a slot, and what its start is a multiple of
	Services       []Service          `json:"services,omitzero"`
}

// Service is what a buyer can order in a store.
type Service struct {
	ASIN                string                  `json:"asin"`
	Title               string                  `json:"title"`
	RequiredSkills      []string                `json:"requiredSkills,omitzero"`
	ServiceLocationType gen.ServiceLocationType `json:"serviceLocationType,omitzero"`
}

// Resource performs appointments of one store.
type Resource struct {
	ResourceID           string                    `json:"resourceId"`
	Name                 string                    `json:"name"`
	StoreID              string                    `json:"storeId"`
	Skills               []string                  `json:"skills,omitzero"`
	ServiceLocationTypes []gen.ServiceLocationType `json:"serviceLocationTypes,omitzero"`
	Schedule             []gen.AvailabilityRecord  `json:"schedule,omitzero"`
}

// Job is a service job with the time of its last change.
type Job struct {
	gen.ServiceJob
	LastUpdateTime time.Time `json:"lastUpdateTime,omitzero"` // creation time if absent
}

// Reservation takes capacity away from a resource.
type Reservation struct {
	ResourceID string `json:"resourceId"`
	gen.Reservation
}

// Empty is a seed with one seller, its credentials and nothing else.
func Empty(time.Time) (*Seed, error) {
	return &Seed{Version: SeedVersion, Sellers: []Seller{defaultSeller()}}, nil
}

// Literal begins with a seed as it is.
func Literal(seed *Seed) Source {
	return func(time.Time) (*Seed, error) {
		if seed == nil {
			return nil, errors.New("seed is nil")
		}
		return seed, nil
	}
}

// load checks a seed and makes it the state.
func load(seed *Seed) (*state, error) {
	if seed.Version != SeedVersion {
		return nil, fmt.Errorf("version is %d, want %d", seed.Version, SeedVersion)
	}
	if len(seed.Sellers) == 0 {
		return nil, errors.New("a seed needs a seller")
	}
	s := &state{byID: map[string]*seller{}, jobOwners: map[string]*seller{}, resourceOwners: map[string]*seller{}}
	for i := range seed.Sellers {
		given := &seed.Sellers[i]
		if given.SellerID == "" || s.byID[given.SellerID] != nil {
			return nil, fmt.Errorf("sellers[%d]: sellerId is missing or not unique", i)
		}
		if given.ClientID == "" || given.ClientSecret == "" || given.RefreshToken == "" {
			return nil, fmt.Errorf("sellers[%d]: clientId, clientSecret and refreshToken are needed", i)
		}
		if err := s.add(given); err != nil {
			return nil, fmt.Errorf("sellers[%d].%w", i, err)
		}
	}
	return s, nil
}

func (s *state) add(given *Seller) error {
	added := newSeller(given)
	s.sellers = append(s.sellers, added)
	s.byID[added.id] = added
	for i := range given.Stores {
		store := given.Stores[i]
		if store.StoreID == "" || added.stores[store.StoreID] != nil {
			return fmt.Errorf("stores[%d]: storeId is missing or not unique", i)
		}
		if store.SlotMinutes < 5 || store.SlotMinutes > 24*60 {
			return fmt.Errorf("stores[%d]: slotMinutes must be 5 to 1440", i)
		}
		added.stores[store.StoreID] = &store
	}
	for i := range given.Resources {
		resource := given.Resources[i]
		if resource.ResourceID == "" || s.resourceOwners[resource.ResourceID] != nil {
			return fmt.Errorf("resources[%d]: resourceId is missing or not unique", i)
		}
		if added.stores[resource.StoreID] == nil {
			return fmt.Errorf("resources[%d]: storeId names no store", i)
		}
		for j := range resource.Schedule {
			if r, broken := recordRule(&resource.Schedule[j]); broken {
				return fmt.Errorf("resources[%d].schedule[%d]: %s", i, j, outcomes[r].message)
			}
		}
		added.putResource(&resource)
		s.resourceOwners[resource.ResourceID] = added
	}
	for i := range given.Reservations {
		reservation := given.Reservations[i]
		if reservation.ReservationID == "" || added.reservations[reservation.ReservationID] != nil {
			return fmt.Errorf("reservations[%d]: reservationId is missing or not unique", i)
		}
		if added.resources[reservation.ResourceID] == nil {
			return fmt.Errorf("reservations[%d]: resourceId names no resource", i)
		}
		if r, broken := recordRule(&reservation.Availability); broken {
			return fmt.Errorf("reservations[%d].availability: %s", i, outcomes[r].message)
		}
		added.reservations[reservation.ReservationID] = &reservation
	}
	return s.addJobs(added, given.Jobs)
}

// addJobs adds jobs by creation time, the order they are listed in.
func (s *state) addJobs(added *seller, given []Job) error {
	sorted := make([]*job, 0, len(given))
	for i := range given {
		g := given[i]
		if g.ServiceJobID == "" || s.jobOwners[g.ServiceJobID] != nil {
			return fmt.Errorf("jobs[%d]: serviceJobId is missing or not unique", i)
		}
		if g.CreateTime.IsZero() || g.ServiceJobStatus == "" {
			return fmt.Errorf("jobs[%d]: createTime and serviceJobStatus are needed", i)
		}
		if err := g.Validate(); err != nil {
			return fmt.Errorf("jobs[%d]: %w", i, err)
		}
		if g.LastUpdateTime.IsZero() {
			g.LastUpdateTime = g.CreateTime
		}
		s.jobOwners[g.ServiceJobID] = added
		sorted = append(sorted, &job{ServiceJob: g.ServiceJob, updated: g.LastUpdateTime})
	}
	slices.SortStableFunc(sorted, func(a, b *job) int {
		if order := a.CreateTime.Compare(b.CreateTime); order != 0 {
			return order
		}
		return strings.Compare(a.ServiceJobID, b.ServiceJobID)
	})
	for _, j := range sorted {
		added.jobs.add(j)
		added.book(j)
	}
	return nil
}
