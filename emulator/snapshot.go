package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spservices/services-go/internal/wire"
)

// Reset goes back to the seed, its relative times taken from the clock as it
// stands. Refresh tokens are those of the seed again; access tokens stay valid.
func (e *Emulator) Reset() error { return e.Seed(e.seedSource()) }

func (e *Emulator) seedSource() Source {
	e.exchanging.RLock()
	defer e.exchanging.RUnlock()
	return e.source
}

// ResetSeller goes back to the seed for one seller alone: the others keep what
// they have. Usage plans, faults and requests are not the seller's.
func (e *Emulator) ResetSeller(sellerID string) error {
	seed, err := e.seedSource().make(e.clock.Now())
	if err != nil {
		return fmt.Errorf("emulator: seed: %w", err)
	}
	e.exchanging.Lock()
	defer e.exchanging.Unlock()
	next := e.state.Load().seed()
	wanted := func(s Seller) bool { return s.SellerID == sellerID }
	from, to := slices.IndexFunc(seed.Sellers, wanted), slices.IndexFunc(next.Sellers, wanted)
	if from < 0 || to < 0 {
		return fmt.Errorf("emulator: reset: the seed and the state do not both have a seller %q", sellerID)
	}
	next.Sellers[to] = seed.Sellers[from]
	loaded, err := load(next)
	if err != nil {
		return fmt.Errorf("emulator: seed: %w", err)
	}
	if err := e.swap(loaded); err != nil {
		return err
	}
	e.tokens.forgetGrantsOf(loaded.byID[sellerID])
	return nil
}

// Seed exchanges the state for that of source, which [Emulator.Reset] goes back
// to from now on.
func (e *Emulator) Seed(source Source) error {
	seed, err := source.make(e.clock.Now())
	if err != nil {
		return fmt.Errorf("emulator: seed: %w", err)
	}
	return e.replace(seed, source)
}

// Snapshot is the whole state in JSON: a seed with absolute times. It holds the
// credentials of the sellers and the keys of their documents, and no access
// tokens.
func (e *Emulator) Snapshot() ([]byte, error) {
	e.exchanging.Lock()
	seed := e.state.Load().seed()
	e.exchanging.Unlock()
	text, err := wire.Marshal(seed)
	if err != nil {
		return nil, fmt.Errorf("emulator: snapshot: %w", err)
	}
	return text, nil
}

// Restore exchanges the state for that of a snapshot, or of any seed in JSON.
// [Emulator.Reset] goes back to the seed as before.
func (e *Emulator) Restore(snapshot []byte) error {
	seed, err := parseSeed("snapshot", snapshot, e.clock.Now())
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	return e.replace(seed, nil)
}

// replace exchanges the state; a source that is nil stays as it is.
func (e *Emulator) replace(seed *Seed, source Source) error {
	loaded, err := load(seed)
	if err != nil {
		return fmt.Errorf("emulator: seed: %w", err)
	}
	e.exchanging.Lock()
	defer e.exchanging.Unlock()
	if err := e.swap(loaded); err != nil {
		return err
	}
	e.tokens.forgetGrants()
	if source != nil {
		e.source = source
	}
	return nil
}

// swap puts a state in the place of the one there is. The caller holds
// exchanging for writing.
func (e *Emulator) swap(loaded *state) error {
	if err := e.journal.append(&journalRecord{Snapshot: loaded.seed()}); err != nil {
		return err
	}
	e.state.Store(loaded)
	return nil
}

// seed is the state as a seed. It shares what never changes.
func (s *state) seed() *Seed {
	seed := &Seed{Version: SeedVersion}
	for _, from := range s.sellers {
		seed.Sellers = append(seed.Sellers, from.seed())
	}
	return seed
}

func (s *seller) seed() Seller {
	to := Seller{
		SellerID: s.id, MarketplaceID: s.marketplaceID, Sequence: s.sequence,
		ClientID: s.credentials.ClientID, ClientSecret: s.credentials.ClientSecret, RefreshToken: s.credentials.RefreshToken,
		Stores:       sortedBy(s.stores, func(v *Store) string { return v.StoreID }),
		Resources:    sortedBy(s.resources, func(v *Resource) string { return v.ResourceID }),
		Reservations: sortedBy(s.reservations, func(v *Reservation) string { return v.ReservationID }),
		Documents:    sortedBy(s.documents, func(v *Document) string { return v.UploadDestinationID }),
	}
	for _, j := range s.jobs.jobs {
		to.Jobs = append(to.Jobs, j.seed())
	}
	return to
}

func (j *job) seed() Job {
	return Job{ServiceJob: j.ServiceJob, LastUpdateTime: j.updated, EstimatedArrivalTimes: j.arrivals}
}

func sortedBy[T any](values map[string]*T, id func(*T) string) (sorted []T) {
	for _, v := range slices.SortedFunc(maps.Values(values), func(a, b *T) int { return strings.Compare(id(a), id(b)) }) {
		sorted = append(sorted, *v)
	}
	return sorted
}
