package emulator

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Option configures an [Emulator]. Every option validates; [New] joins the
// errors.
type Option func(*config) error

type config struct {
	clock            *Clock
	seed             Source
	verifyTokens     bool
	wholeReservation bool
	scheduleUpdates  ScheduleUpdates
	throttled        bool
	stateFile        string
	admin            adminAccess
	logger           *slog.Logger
}

func defaults() config {
	return config{
		clock:        RealClock(),
		seed:         Default,
		verifyTokens: true,
		logger:       slog.New(slog.DiscardHandler),
	}
}

// WithClock replaces the real clock.
func WithClock(clock *Clock) Option {
	return func(c *config) error {
		if clock == nil {
			return errors.New("clock is nil")
		}
		c.clock = clock
		return nil
	}
}

// WithSeed sets the state to begin with and to go back to. The default is
// [Default].
func WithSeed(source Source) Option {
	return func(c *config) error {
		if source == nil {
			return errors.New("seed is nil")
		}
		c.seed = source
		return nil
	}
}

// WithoutTokens answers requests without a valid access token too, as the
// first seller of the seed.
func WithoutTokens() Option {
	return func(c *config) error { c.verifyTokens = false; return nil }
}

// WithShortReservations answers a created or changed reservation with its id
// alone, as Amazon's reference says. This is the default.
func WithShortReservations() Option {
	return func(c *config) error { c.wholeReservation = false; return nil }
}

// WithWholeReservations answers a created or changed reservation whole instead
// of with its id alone.
func WithWholeReservations() Option {
	return func(c *config) error { c.wholeReservation = true; return nil }
}

// ScheduleUpdates is a reading of what updateSchedule does to the schedule that
// a resource has.
type ScheduleUpdates uint8

const (
	// ReplaceAll replaces the whole schedule. Amazon's guide to resource capacity
	// says that updateSchedule overwrites the existing one.
	ReplaceAll ScheduleUpdates = iota
	// ReplaceFrom replaces the schedule from the earliest start of a new record
	// on. Existing records are cut there.
	ReplaceFrom
	// ReplaceOverlaps replaces the schedule only where the time ranges of new
	// and existing records overlap, of which Amazon's sandbox warns with
	// ScheduleOverride.
	ReplaceOverlaps
)

// WithScheduleUpdates sets what updateSchedule does to an existing schedule. The
// default is [ReplaceAll]. Appointments and reservations in hours that an update
// takes away stay as they are.
func WithScheduleUpdates(how ScheduleUpdates) Option {
	return func(c *config) error {
		if how > ReplaceOverlaps {
			return fmt.Errorf("schedule updates: %d is none of ReplaceAll, ReplaceFrom and ReplaceOverlaps", how)
		}
		c.scheduleUpdates = how
		return nil
	}
}

// WithThrottling enforces the usage plans of the API description: a bucket for
// each operation and seller, driven by the clock. Without it requests beyond a
// plan are carried out and counted; see [Emulator.ThrottleCounts]. Under a
// [FixedClock] the buckets refill in real time, in whole seconds, and whenever
// the clock is moved on; the logger is told so.
func WithThrottling() Option {
	return func(c *config) error { c.throttled = true; return nil }
}

// WithStateFile keeps the state in a file, which outlives the process however
// it ends. If the file exists, it takes precedence over the seed. The file holds
// what [Emulator.Snapshot] does. It has to be a regular file, or a link to one
// or to where one can be made. One emulator at a time may use it: while it is
// open, [New] returns an error for it, in this process and in others.
func WithStateFile(path string) Option {
	return func(c *config) error {
		if path == "" {
			return errors.New("name of the state file is empty")
		}
		c.stateFile = path
		return nil
	}
}

// WithLogger logs every request at level Debug (method, operation, status,
// request id, elapsed time, fault) and internal failures at level Error.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return errors.New("logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// Source makes the state to begin with, for a clock that shows now.
type Source func(now time.Time) (*Seed, error)

// make is a call of s that neither takes nor gives nil.
func (s Source) make(now time.Time) (*Seed, error) {
	if s == nil {
		return nil, errors.New("its source is nil")
	}
	seed, err := s(now)
	if err == nil && seed == nil {
		err = errors.New("seed is nil")
	}
	return seed, err
}
