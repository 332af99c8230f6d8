package lwa

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/spservices/services-go/internal/callback"
)

const (
	// Early is how long before its expiry a token is refreshed.
	Early = 60 * time.Second
	// FailureMemory is how long a failed refresh answers for all callers.
	FailureMemory = time.Second
	// Patience is how long a refresh may take while the old token still lasts.
	Patience = 5 * time.Second

	sweepEvery = time.Minute // of what is kept by identity or hash
)

// NewMemory returns a Store in memory: one request however many callers wait.
func NewMemory() Store { return &memory{byKey: map[Key]*entry{}} }

// EndsWithContext says that Token and Invalidate do.
func (*memory) EndsWithContext() {}

type memory struct {
	mu       sync.Mutex
	byKey    map[Key]*entry
	swept    time.Time
	refusals Refusals
}

// Format hides the tokens from every verb: %s follows pointers.
func (*memory) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("TokenStore(redacted)")) }

// LogValue hides the tokens from logs.
func (*memory) LogValue() slog.Value { return slog.StringValue("TokenStore(redacted)") }

type entry struct {
	token      Token
	early      time.Duration // before its expiry, in which the token is refreshed
	failure    error
	failedAt   time.Time
	flight     *flight
	rejected   string // the value that was invalidated last
	rejectedAt time.Time
}

// flight is one refresh that any number of callers wait for. It lives while at
// least one of them does.
type flight struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	guard   callback.Guard // of the refresh; whoever began it gets its panic
	token   Token
	err     error
}

func (m *memory) Token(ctx context.Context, key Key, refresh Refresh) (Token, error) {
	token, others, err := m.join(ctx, key, refresh)
	for others && permanent(err) { // of their credentials; the secret of ours may be newer
		token, others, err = m.join(ctx, key, refresh)
	}
	return token, err
}

// join returns a token that is there, or waits for a refresh. It tells whether
// somebody else began that.
func (m *memory) join(ctx context.Context, key Key, refresh Refresh) (token Token, others bool, err error) {
	if err := ctx.Err(); err != nil {
		return Token{}, false, err
	}
	m.mu.Lock()
	m.sweep()
	e := m.byKey[key]
	if e == nil {
		e = &entry{}
		m.byKey[key] = e
	}
	if e.token.validFor(e.early) {
		defer m.mu.Unlock()
		return e.token, false, nil
	}
	if e.failure != nil && time.Since(e.failedAt) < FailureMemory {
		defer m.mu.Unlock()
		token, err = e.usable(e.failure)
		return token, false, err
	}
	others = true
	if e.flight == nil {
		others, e.flight = false, m.start(ctx, e, refresh)
	}
	f, old := e.flight, e.token
	f.waiting++
	m.mu.Unlock()
	var impatient <-chan time.Time
	if old.validFor(Patience) {
		timer := time.NewTimer(Patience)
		defer timer.Stop()
		impatient = timer.C
	}
	select {
	case <-f.done:
		if !others {
			f.guard.Surface()
		}
		return f.token, others, f.err
	case <-impatient:
		m.leave(e, f, Patience)
		return old, others, nil
	case <-ctx.Done():
		m.leave(e, f, Early)
		return Token{}, others, ctx.Err()
	}
}

// sweep deletes expired entries from time to time. The caller holds the lock.
func (m *memory) sweep() {
	now := time.Now()
	if now.Sub(m.swept) < sweepEvery {
		return
	}
	m.swept = now
	for key, e := range m.byKey {
		if e.flight == nil && !e.token.validFor(0) && now.Sub(e.failedAt) >= FailureMemory && now.Sub(e.rejectedAt) >= RejectionMemory {
			delete(m.byKey, key)
		}
	}
}

// start begins a refresh that outlives the cancellation of whoever asked
// first. The caller holds the lock.
func (m *memory) start(ctx context.Context, e *entry, refresh Refresh) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{done: make(chan struct{}), cancel: cancel}
	go func() {
		defer cancel()
		var token Token
		var err error
		defer func() { m.land(ctx, e, f, token, err) }() // also after a runtime.Goexit
		f.guard.Run(func() { token, err = refresh(ctx) })
	}()
	return f
}

// land ends a refresh and tells those who wait for it.
func (m *memory) land(ctx context.Context, e *entry, f *flight, token Token, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(f.done)
	if e.flight == f {
		e.flight = nil
	}
	if broken := f.guard.Err(); broken != nil {
		err = &Error{Code: "refresh_broken", cause: fmt.Errorf("the code that was asked %w", broken)}
	}
	switch {
	case err == nil:
		e.token, e.failure = token, nil
		e.early = min(Early, time.Until(token.Expiry)/2)
		f.token = token
	case ctx.Err() != nil: // nobody waits any more, which says nothing about the server
		f.err = err
	case permanent(err): // which Refusals knows by the secret: a new one is offered at once
		f.token, f.err = e.usable(err)
	default:
		e.failure, e.failedAt = err, time.Now()
		f.token, f.err = e.usable(err)
	}
}

// leave ends the refresh that nobody waits for any more. The next one begins
// early before the expiry at most: a server that was slow once is not asked
// again and again while the old token lasts.
func (m *memory) leave(e *entry, f *flight, early time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	f.cancel()
	if e.flight == f {
		e.flight, e.early = nil, min(e.early, early)
	}
}

// usable is the old token while it lasts, otherwise err.
func (e *entry) usable(err error) (Token, error) {
	if e.token.validFor(0) {
		return e.token, nil
	}
	return Token{}, err
}

func (m *memory) Invalidate(_ context.Context, key Key, token Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.byKey[key]
	if e == nil || e.token.Value != token.Value {
		return
	}
	if e.rejected == token.Value && time.Since(e.rejectedAt) < RejectionMemory {
		return // it came back from the refresh just now, and would again
	}
	e.token, e.rejected, e.rejectedAt = Token{}, token.Value, time.Now()
}
