package lwa

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"
)

const (
	// RefusalMemory is how long credentials that were refused for good are not
	// offered again, unless they change.
	RefusalMemory = 5 * time.Minute
	// RejectionMemory is how long a token that did not help in place of a rejected
	// one is kept all the same: another one would not help either.
	RejectionMemory = time.Minute
)

// Refusals remembers for a while what was refused: credentials by a token
// endpoint, tokens by the API. It keeps hashes of them.
type Refusals struct {
	mu     sync.Mutex
	byHash map[[sha256.Size]byte]refusal
	swept  time.Time
}

type refusal struct {
	err   *Error
	until time.Time
}

// maxStores is how many stores of users have Refusals that others find.
const maxStores = 32

// ofStores has the Refusals of users' stores, which have no room for them.
var ofStores struct {
	mu   sync.Mutex
	list []struct {
		store    Store
		refusals *Refusals
	}
}

// RefusalsOf returns those that belong to a store, the same for all who use it.
func RefusalsOf(s Store) *Refusals {
	if m, ok := s.(*memory); ok && m != nil {
		return &m.refusals
	}
	found := &Refusals{}
	if !reflect.ValueOf(&s).Elem().Comparable() {
		return found
	}
	ofStores.mu.Lock()
	defer ofStores.mu.Unlock()
	for _, known := range ofStores.list {
		if known.store == s {
			return known.refusals
		}
	}
	ofStores.list = append(ofStores.list[max(0, len(ofStores.list)-maxStores+1):], struct {
		store    Store
		refusals *Refusals
	}{s, found})
	return found
}

// Add remembers for d that what was refused with err, which may be nil.
func (r *Refusals) Add(d time.Duration, err *Error, what ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.byHash == nil {
		r.byHash = map[[sha256.Size]byte]refusal{}
	}
	if now.Sub(r.swept) >= sweepEvery {
		r.swept = now
		for key, old := range r.byHash {
			if !now.Before(old.until) {
				delete(r.byHash, key)
			}
		}
	}
	r.byHash[hashOf(what)] = refusal{err, now.Add(d)}
}

// Find reports whether what was refused not long ago, and with which error.
func (r *Refusals) Find(what ...string) (*Error, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.byHash[hashOf(what)]
	if !ok || !time.Now().Before(found.until) {
		return nil, false
	}
	return found.err, true
}

// Useless remembers that a token did not help in place of a rejected one.
func (r *Refusals) Useless(token string) { r.Add(RejectionMemory, nil, "useless token", token) }

// Replace says what to do about a token that the API has rejected: whether to
// replace it, and whether to repeat the call then. A useless token is kept for
// RejectionMemory. The first to replace a token pays for its repeat. If that
// cannot be paid, or if pay is nil for no repeat, who replaces one token each
// RejectionMemory all the same, so that later calls can go on.
func (r *Refusals) Replace(token, who string, pay func() bool) (replace, repeat bool) {
	known := func(what ...string) bool { _, ok := r.Find(what...); return ok }
	switch {
	case known("useless token", token):
		return false, false
	case pay != nil && (known("replaced token", token) || pay()):
		r.Add(RejectionMemory, nil, "replaced token", token)
		return true, true
	case known("unpaid", who):
		return false, false
	}
	r.Add(RejectionMemory, nil, "unpaid", who)
	return true, false
}

// Format hides what is refused from every verb: %s follows pointers.
func (*Refusals) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("Refusals(redacted)")) }

// LogValue hides it from logs.
func (*Refusals) LogValue() slog.Value { return slog.StringValue("Refusals(redacted)") }

// hashOf tells lists of strings apart, also those that join to the same text.
func hashOf(list []string) [sha256.Size]byte {
	var text []byte
	for _, s := range list {
		text = append(binary.AppendUvarint(text, uint64(len(s))), s...)
	}
	return sha256.Sum256(text)
}
