package emulator

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a rule that disturbs requests, a counted number of them. Build one
// with [On] and what follows it, then hand it to [Emulator.Fault]:
//
//	emulator.On("getServiceJobs").Skip(1).Times(2).Status(503)
type Fault struct{ rule faultRule }

// faultRule is a fault as the admin API takes it.
type faultRule struct {
	Operation string            `json:"operation"`        // operationId, TokenServer or DocumentStore
	Match     map[string]string `json:"match,omitzero"`   // path and query parameters that a request must have
	Skip      int               `json:"skip,omitzero"`    // matching requests that pass first
	Times     int               `json:"times,omitzero"`   // requests that are disturbed; 0 stands for 1
	Latency   duration          `json:"latency,omitzero"` // before anything else is done, in real time
	Action    action            `json:"action,omitzero"`  // "" for latency alone
	Status    int               `json:"status,omitzero"`  // HTTP status of actionStatus and actionHTML
	Header    map[string]string `json:"header,omitzero"`  // sent with actionStatus and actionHTML
}

// action is what a fault does. A request is carried out where it says so, and
// only there.
type action string

const (
	actionStatus         action = "status"           // answers a status with the errors that go with it
	actionHTML           action = "html"             // answers a status with a page of HTML
	actionHang           action = "hang"             // never answers
	actionReset          action = "reset"            // resets the connection
	actionTruncate       action = "truncate"         // carries out, then breaks off half way through the body
	actionMalformed      action = "malformed"        // carries out, then answers half of the body as if it were all
	actionCommitThenDrop action = "commit-then-drop" // carries out, then resets the connection
	actionExpiredToken   action = "expired-token"    // answers that the access token has expired
)

var actions = []action{
	"", actionStatus, actionHTML, actionHang, actionReset, actionTruncate, actionMalformed, actionCommitThenDrop, actionExpiredToken,
}

// On begins a fault of an operation, [TokenServer] or [DocumentStore].
func On(operation string) *Fault { return &Fault{faultRule{Operation: operation}} }

// Where narrows the fault to requests with this path or query parameter, which
// has to be one of the operation's.
func (f *Fault) Where(parameter, value string) *Fault {
	if f.rule.Match == nil {
		f.rule.Match = map[string]string{}
	}
	f.rule.Match[parameter] = value
	return f
}

// Skip lets n matching requests pass first, whatever other faults do to them.
func (f *Fault) Skip(n int) *Fault { f.rule.Skip = n; return f }

// Times disturbs n requests instead of one.
func (f *Fault) Times(n int) *Fault { f.rule.Times = n; return f }

// Latency waits before anything else is done, in real time.
func (f *Fault) Latency(d time.Duration) *Fault { f.rule.Latency = duration(d); return f }

// Status answers with a status of 300 to 599, and the errors that go with it.
func (f *Fault) Status(code int) *Fault { f.rule.Action, f.rule.Status = actionStatus, code; return f }

// HTML answers with a status of 300 to 599 and a page of HTML, as a proxy does.
func (f *Fault) HTML(code int) *Fault { f.rule.Action, f.rule.Status = actionHTML, code; return f }

// With adds a header to what Status and HTML answer, such as Retry-After.
func (f *Fault) With(header, value string) *Fault {
	if f.rule.Header == nil {
		f.rule.Header = map[string]string{}
	}
	f.rule.Header[header] = value
	return f
}

// Hang never answers: until the client gives up or the emulator is closed.
func (f *Fault) Hang() *Fault { f.rule.Action = actionHang; return f }

// Reset resets the connection. The request is not carried out.
func (f *Fault) Reset() *Fault { f.rule.Action = actionReset; return f }

// Truncate carries the request out and breaks off half way through the body. It
// is refused where a success has none.
func (f *Fault) Truncate() *Fault { f.rule.Action = actionTruncate; return f }

// Malformed carries the request out and answers half of the body as if it were
// all of it. It is refused where a success has none.
func (f *Fault) Malformed() *Fault { f.rule.Action = actionMalformed; return f }

// CommitThenDrop carries the request out and resets the connection.
func (f *Fault) CommitThenDrop() *Fault { f.rule.Action = actionCommitThenDrop; return f }

// ExpiredToken answers 403, as if the access token had expired.
func (f *Fault) ExpiredToken() *Fault { f.rule.Action = actionExpiredToken; return f }

func (f *faultRule) String() string {
	return fmt.Sprintf("%s on %s, %d times after %d", f.effect(), f.Operation, f.Times, f.Skip)
}

// effect is the action, or latency where that is all.
func (f *faultRule) effect() string {
	if f.Action == "" {
		return "latency"
	}
	return string(f.Action)
}

// check refuses what would do nothing, or something else than it says.
func (f *faultRule) check() error {
	op := findOperation(f.Operation)
	answers := f.Action == actionStatus || f.Action == actionHTML
	switch {
	case !knownTarget(f.Operation):
		return fmt.Errorf("unknown operation %q", f.Operation)
	case !slices.Contains(actions, f.Action):
		return fmt.Errorf("unknown action %q", f.Action)
	case !answers && f.Status != 0:
		return errors.New("a status goes with the actions status and html")
	case !answers && len(f.Header) > 0:
		return errors.New("a header goes with the actions status and html")
	case f.Action == "" && f.Latency == 0:
		return errors.New("it does nothing")
	case f.Skip < 0, f.Times < 1, f.Latency < 0:
		return errors.New("skip, times or latency is below its least value")
	case answers && (f.Status < 300 || f.Status > 599):
		return fmt.Errorf("status %d is not 300 to 599", f.Status)
	case f.Action == actionExpiredToken && op == nil:
		return fmt.Errorf("%s takes no access token", f.Operation)
	case (f.Action == actionTruncate || f.Action == actionMalformed) &&
		(f.Operation == DocumentStore || op != nil && op.Success == http.StatusNoContent):
		return fmt.Errorf("%s answers a success without a body, which cannot be spoilt", f.Operation)
	}
	for name := range f.Match {
		if known := parameterNames(f.Operation); !slices.Contains(known, name) {
			return fmt.Errorf("%s has no parameter %q, only %q", f.Operation, name, known)
		}
	}
	for name, value := range f.Header {
		if err := checkFaultHeader(name, value); err != nil {
			return err
		}
	}
	return nil
}

func checkFaultHeader(name, value string) error {
	switch canonical := http.CanonicalHeaderKey(name); {
	case canonical == "Content-Type", canonical == "Content-Length":
		return fmt.Errorf("the answer has a %s of its own", canonical)
	case name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }):
		return fmt.Errorf("%q is no name of a header", name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		return fmt.Errorf("header %s has control characters", name)
	}
	return nil
}

// faults are the rules in force, in the order they were set.
type faults struct {
	mu    sync.Mutex
	rules []*scriptedFault
}

type scriptedFault struct {
	faultRule
	Seen int `json:"seen"` // matching requests
	Used int `json:"used"` // of them, those disturbed
}

// Fault sets faults, all of them or none. The first one that applies to a
// request disturbs it. A test that used [Start] fails when one of them was not
// used as many times as it says, and when Fault returns an error.
func (e *Emulator) Fault(faults ...*Fault) error {
	e.test.Helper()
	return e.mistake(e.setFaults(faults))
}

func (e *Emulator) setFaults(faults []*Fault) error {
	rules := make([]*scriptedFault, 0, len(faults))
	for i, f := range faults {
		if f == nil {
			return fmt.Errorf("emulator: fault %d is nil", i)
		}
		rule := &scriptedFault{faultRule: f.rule}
		rule.Match, rule.Header = maps.Clone(f.rule.Match), maps.Clone(f.rule.Header)
		if rule.Times == 0 {
			rule.Times = 1
		}
		if err := rule.check(); err != nil {
			return fmt.Errorf("emulator: fault %d: %w", i, err)
		}
		rules = append(rules, rule)
	}
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.rules = append(e.faults.rules, rules...)
	return nil
}

// ClearFaults forgets all faults, used or not.
func (e *Emulator) ClearFaults() {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.rules = nil
}

// next is the fault that disturbs a request, or nil. Every rule that matches
// counts the request, so that Skip numbers requests and not what is left of
// them by the rules before it.
func (s *faults) next(name string, r *http.Request) *faultRule {
	s.mu.Lock()
	defer s.mu.Unlock()
	var chosen *faultRule
	for _, rule := range s.rules {
		if rule.Operation != name || !rule.matches(r) {
			continue
		}
		rule.Seen++
		if chosen == nil && rule.Seen > rule.Skip && rule.Used < rule.Times {
			rule.Used++
			chosen = &rule.faultRule
		}
	}
	return chosen
}

func (f *faultRule) matches(r *http.Request) bool {
	if len(f.Match) == 0 {
		return true
	}
	query := r.URL.Query()
	for name, value := range f.Match {
		if r.PathValue(name) != value && (!query.Has(name) || query.Get(name) != value) {
			return false
		}
	}
	return true
}

func (s *faults) list() []scriptedFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	rules := make([]scriptedFault, 0, len(s.rules))
	for _, rule := range s.rules {
		rules = append(rules, *rule)
	}
	return rules
}

// unused says which faults were not used as often as they say.
func (s *faults) unused() (texts []string) {
	for _, rule := range s.list() {
		if rule.Used < rule.Times {
			texts = append(texts, fmt.Sprintf("%s was used %d times", &rule.faultRule, rule.Used))
		}
	}
	return texts
}
