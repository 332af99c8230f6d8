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
