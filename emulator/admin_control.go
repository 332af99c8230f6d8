package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

func adminFaults(e *Emulator, _ *http.Request) (any, error) {
	return map[string][]scriptedFault{"faults": e.faults.list()}, nil
}

// adminSetFaults takes one fault.
func adminSetFaults(e *Emulator, r *http.Request) (any, error) {
	var f Fault
	if err := decodeAdmin(r, &f.rule); err != nil {
		return nil, err
	}
	return nil, e.setFaults([]*Fault{&f})
}

func adminClearFaults(e *Emulator, _ *http.Request) (any, error) {
	e.ClearFaults()
	return nil, nil
}

func adminThrottle(e *Emulator, _ *http.Request) (any, error) {
	return map[string]any{"enforced": e.throttle.isEnforced(), "counts": e.ThrottleCounts()}, nil
}

// adminSetThrottle gives one operation a plan, or turns those of the API
// description on or off.
func adminSetThrottle(e *Emulator, r *http.Request) (any, error) {
	var asked struct {
		Enforced  *bool   `json:"enforced"`
		Operation string  `json:"operation"`
		Rate      float64 `json:"rate"`
		Burst     int     `json:"burst"`
	}
	if err := decodeAdmin(r, &asked); err != nil {
		return nil, err
	}
	if (asked.Enforced == nil) == (asked.Operation == "") {
		return nil, errors.New("throttle takes enforced, or operation with rate and burst")
	}
	if asked.Enforced != nil {
		e.throttle.enforce(*asked.Enforced)
		return nil, nil
	}
	return nil, e.setPlan(asked.Operation, usagePlan{asked.Rate, asked.Burst})
}

// adminTokens issues, expires and revokes tokens, until the emulator ends or,
// for refresh tokens, goes back to a seed.
func adminTokens(e *Emulator, r *http.Request) (any, error) {
	var asked struct {
		Action   string `json:"action"`
		SellerID string `json:"sellerId"`
		Token    string `json:"token"`
	}
	if err := decodeAdmin(r, &asked); err != nil {
		return nil, err
	}
	owner := e.state.Load().byID[asked.SellerID]
	if asked.SellerID != "" && owner == nil {
		return nil, fmt.Errorf("there is no seller %q", asked.SellerID)
	}
	if (owner == nil) == (asked.Token == "") {
		return nil, errors.New("tokens takes sellerId or token")
	}
	if asked.Action == "issue" {
		if owner == nil {
			return nil, errors.New("a token is issued to a seller")
		}
		return e.newTokenAnswer(owner.id, e.tokens.grant(owner.id)), nil
	}
	of := func(token, sellerID string) bool {
		return spelling(token) == spelling(asked.Token) || owner != nil && sellerID == owner.id
	}
	var changed int
	switch asked.Action {
	case "expire":
		changed = e.tokens.expire(e.clock.Now(), of)
	case "revoke":
		changed = e.tokens.revoke(e.state.Load(), of)
	default:
		return nil, errors.New("the action is issue, expire or revoke")
	}
	if changed == 0 && asked.Token != "" {
		return nil, &adminError{http.StatusNotFound, "there is no such token"}
	}
	return map[string]int{"tokens": changed}, nil
}

// expire ends access tokens now and counts them.
func (s *tokenStore) expire(now time.Time, of func(token, sellerID string) bool) (changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, t := range s.issued {
		if of(token, t.sellerID) {
			s.issued[token] = accessToken{t.sellerID, now}
			changed++
		}
	}
	return changed
}

// revoke forgets access tokens, refuses refresh tokens from now on, and counts
// both.
func (s *tokenStore) revoke(state *state, of func(token, sellerID string) bool) (changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, t := range s.issued {
		if of(token, t.sellerID) {
			delete(s.issued, token)
			changed++
		}
	}
	refuse := func(token, sellerID string) {
		if of(token, sellerID) && !s.revoked[spelling(token)] {
			s.revoked[spelling(token)] = true
			changed++
		}
	}
	for _, owner := range state.sellers {
		refuse(owner.credentials.RefreshToken, owner.id)
	}
	for token, sellerID := range s.granted {
		refuse(token, sellerID)
	}
	return changed
}
