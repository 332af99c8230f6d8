package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spservices/services-go/internal/redact"
)

func adminHealth(e *Emulator, _ *http.Request) (any, error) {
	return map[string]any{"status": "ok", "now": e.clock.Now()}, nil
}

// sellerState is a seller as the admin API shows it: without credentials, keys
// and personal data.
type sellerState struct {
	SellerID      string         `json:"sellerId"`
	MarketplaceID string         `json:"marketplaceId"`
	Stores        []Store        `json:"stores"`
	Resources     []Resource     `json:"resources"`
	Jobs          []redact.Value `json:"jobs"`
	Reservations  []Reservation  `json:"reservations"`
	Documents     []Document     `json:"documents"`
}

// adminState answers all sellers, or the one that the query names.
func adminState(e *Emulator, r *http.Request) (any, error) {
	e.exchanging.Lock()
	seed := e.state.Load().seed()
	e.exchanging.Unlock()
	asked := r.URL.Query().Get("sellerId")
	sellers := []sellerState{}
	for _, s := range seed.Sellers {
		if asked != "" && asked != s.SellerID {
			continue
		}
		shown := sellerState{
			SellerID: s.SellerID, MarketplaceID: s.MarketplaceID, Stores: s.Stores, Resources: s.Resources,
			Reservations: s.Reservations, Documents: s.Documents,
		}
		for i := range s.Resources {
			s.Resources[i].Name = "[personal]"
		}
		for i := range s.Documents {
			s.Documents[i].Key, s.Documents[i].InitializationVector = "", ""
		}
		for i := range s.Jobs {
			shown.Jobs = append(shown.Jobs, redact.Value{Of: s.Jobs[i]})
		}
		sellers = append(sellers, shown)
	}
	return map[string]any{"now": e.clock.Now(), "sellers": sellers}, nil
}

// adminSeed takes ?name=default or ?name=empty, or a seed as the body.
func adminSeed(e *Emulator, r *http.Request) (any, error) {
	var source Source
	switch name := r.URL.Query().Get("name"); name {
	case "default":
		source = Default
	case "empty":
		source = Empty
	case "":
		text, err := readAdmin(r, maxSeedBytes)
		if err != nil {
			return nil, err
		}
		source = JSONSeed("seed", text)
	default:
		return nil, fmt.Errorf("there is no seed of the name %q", name)
	}
	return nil, e.Seed(source)
}

// adminReset takes a body that names a seller, or none.
func adminReset(e *Emulator, r *http.Request) (any, error) {
	var asked struct {
		SellerID *string `json:"sellerId"`
	}
	if err := decodeAdmin(r, &asked); err != nil {
		return nil, err
	}
	if asked.SellerID != nil {
		return nil, e.ResetSeller(*asked.SellerID)
	}
	return nil, e.Reset()
}

func adminSnapshot(e *Emulator, _ *http.Request) (any, error) {
	text, err := e.Snapshot()
	return encoded(text), err
}

func adminRestore(e *Emulator, r *http.Request) (any, error) {
	text, err := readAdmin(r, maxSeedBytes)
	if err != nil {
		return nil, err
	}
	return nil, e.Restore(text)
}

func adminClock(e *Emulator, _ *http.Request) (any, error) {
	return map[string]time.Time{"now": e.clock.Now()}, nil
}

func adminSetClock(e *Emulator, r *http.Request) (any, error) {
	var asked struct {
		Advance duration `json:"advance"`
		Now     string   `json:"now"`
	}
	if err := decodeAdmin(r, &asked); err != nil {
		return nil, err
	}
	to := e.clock.Now().Add(time.Duration(asked.Advance))
	if asked.Now != "" {
		var err error
		if to, err = seedTime(asked.Now, e.clock.Now()); err != nil {
			return nil, err
		}
	}
	switch {
	case (asked.Now == "") == (asked.Advance == 0):
		return nil, errors.New("the clock takes advance or now")
	case to.Year() < 1970 || to.Year() > 9000:
		return nil, errors.New("the clock goes from 1970 to 9000")
	case asked.Now != "":
		e.clock.Set(to)
	default:
		e.clock.Advance(time.Duration(asked.Advance))
	}
	return adminClock(e, r)
}
