package emulator

import (
	"sync"
	"time"
)

// Clock is the one clock of an emulator: tokens, upload URLs, slots and every
// "in the future" rule read it. It is safe for any number of goroutines.
type Clock struct {
	mu     sync.RWMutex
	base   func() time.Time
	offset time.Duration
	stands bool
}

// RealClock runs with the time of the machine, or of a synctest bubble.
func RealClock() *Clock { return &Clock{base: time.Now} }

// FixedClock stands at t until it is set or advanced. Usage plans refill in real
// time all the same; see [WithThrottling].
func FixedClock(t time.Time) *Clock {
	return &Clock{base: func() time.Time { return t }, stands: true}
}

// Now is the time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.base().Add(c.offset).Round(0).UTC()
}

// Advance moves the clock by d, which may be negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// Set moves the clock to t. A real clock runs on from there.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.base())
}
