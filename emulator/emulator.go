package emulator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
)

// Emulator is the Services API with its token server and document store. It is
// an [http.Handler], and safe for any number of goroutines.
type Emulator struct {
	clock            *Clock
	verifyTokens     bool
	wholeReservation bool
	scheduleUpdates  ScheduleUpdates
	logger           *slog.Logger

	routes *http.ServeMux
	tokens tokenStore
	admin  adminAccess
	server server

	// exchanging is held for reading while the state is written to, and for
	// writing while the whole of it is exchanged.
	exchanging sync.RWMutex
	source     Source
	journal    *journal // nil without a state file
	state      atomic.Pointer[state]

	throttle throttle
	faults   faults
	handlers handlers
	requests requestLog

	test      TB // noTest unless the emulator is from Start
	closing   chan struct{}
	closeOnce sync.Once

	failuresMu sync.Mutex
	failures   []string // answers that are the emulator's own fault
}

// New makes an emulator that listens nowhere yet. Serve it as a handler, reach
// it through [Emulator.Transport], or let it [Emulator.Listen].
func New(opts ...Option) (*Emulator, error) {
	c := defaults()
	var problems []error
	for _, option := range opts {
		if option == nil {
			problems = append(problems, errors.New("a nil Option"))
			continue
		}
		problems = append(problems, option(&c))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if c.admin.off && c.admin.digest != nil {
		return nil, errors.New("emulator: WithAdminToken and WithoutAdmin are both given: give one, not both")
	}
	e := &Emulator{
		admin:            c.admin,
		clock:            c.clock,
		source:           c.seed,
		verifyTokens:     c.verifyTokens,
		wholeReservation: c.wholeReservation,
		scheduleUpdates:  c.scheduleUpdates,
		logger:           c.logger,
		throttle:         throttle{stands: c.clock.stands, enforced: c.throttled, given: map[string]usagePlan{}, buckets: map[bucketKey]*bucket{}, counts: map[string]ThrottleCount{}},
		handlers:         handlers{byName: map[string]http.Handler{}},
		requests:         requestLog{counts: map[string]int{}, watchers: map[chan struct{}]struct{}{}},
		test:             noTest{},
		closing:          make(chan struct{}),
	}
	if c.throttled && c.clock.stands {
		e.logger.Info("the clock stands: usage plans refill in real time, in whole seconds", "now", c.clock.Now())
	}
	if err := e.Reset(); err != nil {
		return nil, err
	}
	if c.stateFile != "" {
		if err := e.openJournal(c.stateFile); err != nil {
			return nil, fmt.Errorf("emulator: state file: %w", err)
		}
	}
	e.routes = e.newRoutes()
	e.server.init(e)
	return e, nil
}

// Clock is the clock that drives everything.
func (e *Emulator) Clock() *Clock { return e.clock }

// Credentials open the API for one seller.
type Credentials struct {
	ClientID     string
	ClientSecret string
	RefreshToken string
}

// Credentials are those of the first seller of the seed.
func (e *Emulator) Credentials() Credentials { return e.state.Load().sellers[0].credentials }

// Marketplace is the first marketplace of the first seller of the seed.
func (e *Emulator) Marketplace() string { return e.state.Load().sellers[0].marketplaceID }

// fail records an answer that is the emulator's own fault.
func (e *Emulator) fail(operation string, err error) {
	e.logger.Error("internal failure", "operation", operation, "error", err)
	e.failuresMu.Lock()
	defer e.failuresMu.Unlock()
	e.failures = append(e.failures, fmt.Sprintf("%s: %v", operation, err))
}

func (e *Emulator) takeFailures() []string {
	e.failuresMu.Lock()
	defer e.failuresMu.Unlock()
	taken := e.failures
	e.failures = nil
	return taken
}
