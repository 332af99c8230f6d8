package pacing_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/spservices/services-go/internal/pacing"
)

// machine drives a bucket and a model of it: tokens counted in whole billionths,
// requests served in line, one after the other.
type machine struct {
	limiter pacing.Limiter
	plan    pacing.Plan

	rate, capacity, tokens int64 // per second; billionths; billionths
	now                    time.Time
	line                   []*caller // in the model, who waits
	served                 []int     // in the model, in order
	done                   []int     // in the bucket, in order
	finished               chan *caller
	all                    []*caller
}

type caller struct {
	number int
	cancel context.CancelFunc
	err    error
}

const whole = int64(time.Second)

// advance lets the model's time pass up to now and serves who waits.
func (m *machine) advance() {
	elapsed := time.Since(m.now).Nanoseconds()
	m.now = time.Now()
	for len(m.line) > 0 {
		missing := whole - m.tokens
		if missing > elapsed*m.rate {
			break
		}
		wait := (max(missing, 0) + m.rate - 1) / m.rate
		elapsed -= wait
		m.tokens += wait*m.rate - whole
		m.served = append(m.served, m.line[0].number)
		m.line = m.line[1:]
	}
	m.tokens = min(m.capacity, m.tokens+elapsed*m.rate)
}

// settle collects who was served or gave up.
func (m *machine) settle(t *rapid.T) {
	synctest.Wait()
	for {
		select {
		case c := <-m.finished:
			if c.err == nil {
				m.done = append(m.done, c.number)
			} else if !errors.Is(c.err, context.Canceled) {
				t.Fatalf("caller %d: %v", c.number, c.err)
			}
		default:
			return
		}
	}
}

// Try asks for a token that is there now.
func (m *machine) Try(t *rapid.T) {
	want := len(m.line) == 0 && m.tokens >= whole
	impatient := m.plan
	impatient.MaxWait = -1
	err := m.limiter.Wait(context.Background(), jobs, impatient)
	if (err == nil) != want {
		t.Fatalf("with %.9f tokens and %d in line: %v", float64(m.tokens)/float64(whole), len(m.line), err)
	}
	if err == nil {
		m.tokens -= whole
	}
}

// Join waits in line for as long as it takes.
func (m *machine) Join(t *rapid.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := &caller{number: len(m.all), cancel: cancel}
	m.all = append(m.all, c)
	m.line = append(m.line, c)
	go func() {
		c.err = m.limiter.Wait(ctx, jobs, m.plan)
		m.finished <- c
	}()
	synctest.Wait()
}

// Leave gives up a place in line.
func (m *machine) Leave(t *rapid.T) {
	if len(m.line) == 0 {
		t.Skip("nobody waits")
	}
	i := rapid.IntRange(0, len(m.line)-1).Draw(t, "place")
	m.line[i].cancel()
	m.line = slices.Delete(m.line, i, i+1)
	synctest.Wait()
}

// Throttle is a 429.
func (m *machine) Throttle(*rapid.T) {
	m.limiter.Observe(jobs, pacing.Outcome{Throttled: true})
	m.tokens = min(m.tokens, 0)
}

// Learn is a header.
func (m *machine) Learn(t *rapid.T) {
	header := rapid.SampledFrom([]float64{1, 5, 7, 10, 20, 1000, 0, -1, math.NaN(), math.Inf(1)}).Draw(t, "rate")
	m.limiter.Observe(jobs, pacing.Outcome{Rate: header})
	if !(header > 0) || math.IsInf(header, 0) {
		return
	}
	planned := int64(m.plan.Rate)
	rate := min(int64(header), 10*planned)
	capacity := max(whole, int64(m.plan.Burst-1)*whole*min(rate, planned)/planned)
	if lost := m.capacity - capacity; lost > 0 {
		m.tokens = max(m.tokens-lost, 0)
	}
	m.rate, m.capacity = rate, capacity
}

// Pass lets time pass.
func (m *machine) Pass(t *rapid.T) {
	time.Sleep(time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond)
}

// check compares bucket and model, a microsecond later: waits are rounded up.
func (m *machine) check(t *rapid.T) {
	time.Sleep(time.Microsecond)
	m.settle(t)
	m.advance()
	if !slices.Equal(m.done, m.served) {
		t.Fatalf("the bucket has served %v, the model %v", m.done, m.served)
	}
}

func TestBucketMachine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		inBubble(t, func() {
			burst := rapid.SampledFrom([]int{1, 2, 11, 40}).Draw(rt, "burst")
			capacity := max(1, int64(burst-1)) * whole
			m := &machine{
				limiter: pacing.NewBuckets(), plan: pacing.Plan{Rate: 10, Burst: burst}, finished: make(chan *caller, 10_000),
				rate: 10, capacity: capacity, tokens: capacity, now: time.Now(),
			}
			defer func() {
				for _, c := range m.all {
					c.cancel()
				}
			}()
			m.Try(rt) // a bucket begins with its first request
			rt.Repeat(map[string]func(*rapid.T){
				"try": m.Try, "join": m.Join, "leave": m.Leave, "throttle": m.Throttle, "learn": m.Learn, "pass": m.Pass, "": m.check,
			})
		})
	})
}

// inBubble runs f on a clock of its own. Failures of rapid are panics, which
// must leave the bubble before they are handled.
func inBubble(t *testing.T, f func()) {
	t.Helper()
	var failure any
	synctest.Test(t, func(*testing.T) {
		defer func() { failure = recover() }()
		f()
	})
	if failure != nil {
		panic(failure)
	}
}
