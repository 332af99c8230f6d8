package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// load checks a seed and makes it the state.
func load(seed *Seed) (*state, error) {
	loaded, err := seed.load()
	if err != nil {
		return nil, seed.text.explain(err)
	}
	return loaded, nil
}

func (seed *Seed) load() (*state, error) {
	if seed.Version != SeedVersion {
		return nil, problemAt("version", "is %d, want %d", seed.Version, SeedVersion)
	}
	if len(seed.Sellers) == 0 {
		return nil, problemAt("sellers", "a seed needs a seller")
	}
	s := &state{byID: map[string]*seller{}, jobOwners: map[string]*seller{}, resourceOwners: map[string]*seller{}}
	refreshTokens := map[string]bool{}
	for i := range seed.Sellers {
		given := &seed.Sellers[i]
		path := fmt.Sprintf("sellers[%d]", i)
		switch {
		case given.SellerID == "" || s.byID[given.SellerID] != nil:
			return nil, problemAt(path, "sellerId is missing or not unique")
		case given.MarketplaceID == "":
			return nil, problemAt(path, "marketplaceId is missing")
		case given.ClientID == "" || given.ClientSecret == "" || given.RefreshToken == "":
			return nil, problemAt(path, "clientId, clientSecret and refreshToken are needed")
		case refreshTokens[given.RefreshToken]:
			return nil, problemAt(path, "refreshToken is not unique")
		}
		refreshTokens[given.RefreshToken] = true
		if err := s.add(given); err != nil {
			var problem *seedProblem
			if errors.As(err, &problem) {
				problem.path = path + "." + problem.path
			}
			return nil, err
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
		path := fmt.Sprintf("stores[%d]", i)
		if store.StoreID == "" || added.stores[store.StoreID] != nil {
			return problemAt(path, "storeId is missing or not unique")
		}
		if err := checked(path, store.check); err != nil {
			return err
		}
		added.stores[store.StoreID] = &store
	}
	for i := range given.Resources {
		if err := s.addResource(added, given.Resources[i], fmt.Sprintf("resources[%d]", i)); err != nil {
			return err
		}
	}
	for i := range given.Reservations {
		reservation := given.Reservations[i]
		path := fmt.Sprintf("reservations[%d]", i)
		if reservation.ReservationID == "" || added.reservations[reservation.ReservationID] != nil {
			return problemAt(path, "reservationId is missing or not unique")
		}
		if added.resources[reservation.ResourceID] == nil {
			return problemAt(path, "resourceId names no resource")
		}
		if err := checked(path, reservation.check); err != nil {
			return err
		}
		if err := writable(path, &reservation); err != nil {
			return err
		}
		added.putReservation(&reservation)
	}
	for i := range given.Documents {
		document := given.Documents[i]
		path := fmt.Sprintf("documents[%d]", i)
		if document.UploadDestinationID == "" || added.documents[document.UploadDestinationID] != nil {
			return problemAt(path, "uploadDestinationId is missing or not unique")
		}
		if err := writable(path, &document); err != nil {
			return err
		}
		added.putDocument(&document)
	}
	added.takeChange()
	return s.addJobs(added, given.Jobs)
}

func (s *state) addResource(added *seller, resource Resource, path string) error {
	if resource.ResourceID == "" || s.resourceOwners[resource.ResourceID] != nil {
		return problemAt(path, "resourceId is missing or not unique")
	}
	if added.stores[resource.StoreID] == nil {
		return problemAt(path, "storeId names no store")
	}
	if err := checked(path, resource.check); err != nil {
		return err
	}
	if err := writable(path, &resource); err != nil {
		return err
	}
	added.putResource(&resource)
	s.resourceOwners[resource.ResourceID] = added
	return nil
}

// addJobs adds jobs by creation time, the order they are listed in.
func (s *state) addJobs(added *seller, given []Job) error {
	sorted := make([]*job, 0, len(given))
	for i := range given {
		g := given[i]
		path := fmt.Sprintf("jobs[%d]", i)
		if g.ServiceJobID == "" || s.jobOwners[g.ServiceJobID] != nil {
			return problemAt(path, "serviceJobId is missing or not unique")
		}
		if g.CreateTime.IsZero() || g.ServiceJobStatus == "" {
			return problemAt(path, "createTime and serviceJobStatus are needed")
		}
		if g.LastUpdateTime.IsZero() {
			g.LastUpdateTime = g.CreateTime
		}
		j := g.stored()
		if g.StoreID != "" && added.stores[g.StoreID] == nil {
			return problemAt(path+".storeId", "names no store")
		}
		if err := checked(path, j.check); err != nil {
			return err
		}
		if err := writable(path, &g); err != nil {
			return err
		}
		s.jobOwners[g.ServiceJobID] = added
		sorted = append(sorted, j)
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

// stored is g as it is kept. The API knows no empty lists of technicians.
func (g *Job) stored() *job {
	j := &job{ServiceJob: g.ServiceJob, updated: g.LastUpdateTime, arrivals: g.EstimatedArrivalTimes}
	j.Appointments = slices.Clone(j.Appointments)
	for i := range j.Appointments {
		a := &j.Appointments[i]
		if len(a.AssignedTechnicians) == 0 {
			a.AssignedTechnicians = nil
		}
		if a.POA != nil && len(a.POA.Technicians) == 0 {
			proof := *a.POA
			proof.Technicians, a.POA = nil, &proof
		}
	}
	return j
}
