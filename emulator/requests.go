package emulator

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// maxRequests is how many requests are remembered, the latest ones.
	maxRequests = 1000
	// maxKeptBodies bounds what is remembered of all bodies together, in bytes.
	maxKeptBodies = 4 << 20
)

// Request is what the emulator remembers of a request and its answer.
type Request struct {
	Time      time.Time // of the emulator's clock
	Operation string    // operationId, TokenServer, DocumentStore, or "" when the path names nothing
	SellerID  string    // "" when nobody was signed in
	Method    string
	Path      string
	Query     url.Values  // of operations only
	Header    http.Header // without credentials
	Body      []byte      // of operations only, its first 64 KiB; nil once later requests have taken 4 MiB
	Status    int         // 0 when the connection was cut, or is left to hang
	RequestID string
	Fault     string        // what the fault did that was injected, "" without one
	Elapsed   time.Duration // real time until the answer began

	rawQuery string
}

// To is a filter for [Emulator.Requests].
func To(operation string) func(Request) bool {
	return func(r Request) bool { return r.Operation == operation }
}

func withoutCredentials(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range []string{"X-Amz-Access-Token", "Authorization"} {
		if header.Get(name) != "" {
			header.Set(name, "[secret]")
		}
	}
	return header
}

// requestLog remembers requests in a ring.
type requestLog struct {
	mu       sync.Mutex
	ring     []Request
	total    int
	bodies   int            // bytes of all bodies that are remembered
	bodiless int            // requests before this one have lost theirs
	counts   map[string]int // by operation
	watchers map[chan struct{}]struct{}
}

func (l *requestLog) add(r *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < maxRequests {
		l.ring = append(l.ring, Request{})
	}
	place := &l.ring[l.total%maxRequests]
	l.bodies += len(r.Body) - len(place.Body)
	*place = *r
	l.total++
	for l.bodiless = max(l.bodiless, l.total-len(l.ring)); l.bodies > maxKeptBodies; l.bodiless++ {
		oldest := &l.ring[l.bodiless%maxRequests]
		l.bodies -= len(oldest.Body)
		oldest.Body = nil
	}
	l.counts[r.Operation]++
	for watcher := range l.watchers {
		select {
		case watcher <- struct{}{}:
		default: // told already
		}
	}
}

// since returns the requests from number first on, as far as they are still
// remembered, and the number of the next one.
func (l *requestLog) since(first int) (found []Request, next int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := max(first, l.total-len(l.ring)); i < l.total; i++ {
		found = append(found, l.ring[i%maxRequests])
	}
	return found, l.total
}

// watch returns a channel that tells of new requests, and what ends that.
func (l *requestLog) watch() (news <-chan struct{}, stop func()) {
	watcher := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watchers[watcher] = struct{}{}
	return watcher, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, watcher)
	}
}

func (l *requestLog) count(operation string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[operation]
}

// Requests returns the requests that filter takes, oldest first, out of the
// latest 1,000; a nil filter takes all. See [To].
func (e *Emulator) Requests(filter func(Request) bool) []Request {
	remembered, _ := e.requests.since(0)
	var found []Request
	for _, r := range remembered {
		r.Header = r.Header.Clone()
		r.Body = bytes.Clone(r.Body)
		r.Query, _ = url.ParseQuery(r.rawQuery) // what cannot be parsed is left out
		if filter == nil || filter(r) {
			found = append(found, r)
		}
	}
	return found
}

// WaitFor waits until an operation was answered n times since the emulator was
// made; a request that a fault lets hang counts as soon as it does. It fails
// for an unknown operation and when ctx ends.
func (e *Emulator) WaitFor(ctx context.Context, operation string, n int) error {
	if !knownTarget(operation) {
		return fmt.Errorf("emulator: wait: unknown operation %q", operation)
	}
	news, stop := e.requests.watch()
	defer stop()
	for {
		count := e.requests.count(operation)
		if count >= n {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return fmt.Errorf("emulator: %d of %d requests to %s: %w", count, n, operation, ctx.Err())
		}
	}
}
