package contract_test

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/spservices/services-go/api"
)

var update = flag.Bool("update", false, "write the evidence, the exchanges and the golden files anew")

// cell is one documented answer of an operation.
type cell struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"`
}

func (c cell) String() string { return c.Operation + " " + strconv.Itoa(c.Status) }

// readCells reads every cell from the API description.
func readCells() ([]cell, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Spec())
	if err != nil {
		return nil, err
	}
	var table []cell
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			for text := range operation.Responses.Map() {
				status, err := strconv.Atoi(text)
				if err != nil {
					return nil, fmt.Errorf("%s: status %q", operation.OperationID, text)
				}
				table = append(table, cell{operation.OperationID, status})
			}
		}
	}
	slices.SortFunc(table, func(a, b cell) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), a.Status-b.Status)
	})
	return table, nil
}

// suite is what the scenarios leave behind.
type suite struct {
	table     []cell
	scenarios []scenario
	target    *target // nil for the emulator

	mu        sync.Mutex
	exchanges map[string][]*exchange // by scenario
	lacks     map[cell]string        // what a scenario found missing
}

func newSuite(table []cell, target *target) *suite {
	return &suite{table: table, scenarios: scenarios(table), target: target, exchanges: map[string][]*exchange{}, lacks: map[cell]string{}}
}

func (s *suite) keep(name string, list []*exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges[name] = list
}

func (s *suite) lack(c cell, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lacks[c] = what
}

// all are the exchanges in an order that is always the same.
func (s *suite) all() (list []*exchange) {
	for _, name := range slices.Sorted(maps.Keys(s.exchanges)) {
		list = append(list, s.exchanges[name]...)
	}
	return list
}

// TestContract drives every documented status of every operation, has two
// judges look at each exchange and records it for the third. It does so against
// an emulator for each scenario, or against CONTRACT_ENDPOINT.
func TestContract(t *testing.T) {
	table, err := readCells()
	if err != nil {
		t.Fatal(err)
	}
	s := newSuite(table, targetOf(t))
	t.Run("scenarios", s.play)
	if s.target != nil {
		t.Run("lacks", func(t *testing.T) {
			for _, c := range s.undriven() {
				t.Errorf("nothing drove %s: %s has no %s", c, s.target.server.endpoint, s.lacks[c])
			}
		})
		t.Log("\n" + s.report())
		return
	}
	t.Run("probes", s.probe)
	if len(s.exchanges) < len(s.scenarios)+len(probes) {
		return // of what was not asked for nothing can be said
	}
	t.Run("rules", s.checkRules)
	t.Run("fields", s.checkFields)
	t.Run("exchanges", s.checkExchanges)
	t.Run("disagreements", s.checkDisagreements)
	t.Run("evidence", s.checkEvidence)
}

// play runs each scenario as a test named after operation, status and rule.
func (s *suite) play(t *testing.T) {
	byOperation := map[string]map[int][]scenario{}
	for _, c := range s.scenarios {
		if byOperation[c.operation] == nil {
			byOperation[c.operation] = map[int][]scenario{}
		}
		byOperation[c.operation][c.status] = append(byOperation[c.operation][c.status], c)
	}
	for _, operation := range slices.Sorted(maps.Keys(byOperation)) {
		t.Run(operation, func(t *testing.T) {
			s.parallel(t)
			for _, status := range slices.Sorted(maps.Keys(byOperation[operation])) {
				t.Run(strconv.Itoa(status), func(t *testing.T) {
					s.parallel(t)
					for _, c := range byOperation[operation][status] {
						t.Run(c.name, func(t *testing.T) {
							s.parallel(t)
							s.perform(t, c)
						})
					}
				})
			}
		})
	}
}

// parallel lets tests run side by side where each has a server of its own.
func (s *suite) parallel(t *testing.T) {
	if s.target == nil {
		t.Parallel()
	}
}

// perform runs a scenario. It has to have driven its cell, and every exchange
// to have satisfied the judges.
func (s *suite) perform(t *testing.T, c scenario) {
	var on *scene
	if s.target != nil {
		on = s.target.scene(t, c.path())
	} else {
		on = newScene(t, c.path())
	}
	defer func() {
		s.keep(c.path(), on.recorder.exchanges)
		if on.lacks != "" {
			s.lack(c.cell(), on.lacks)
		}
		proven := false
		for i, x := range on.recorder.exchanges {
			proven = proven || cell{x.Operation, x.Status} == c.cell() && x.means != ""
			satisfies(t, i, x)
		}
		switch {
		case t.Skipped() && s.target == nil:
			t.Error("a scenario was skipped that has its own server")
		case !t.Skipped() && !proven:
			t.Errorf("no exchange was checked that is a %s", c.cell())
		}
	}()
	c.run(on)
}

// satisfies checks what the judges say: nothing about an answer, and about a
// request only what it breaks on purpose.
func satisfies(t *testing.T, i int, x *exchange) {
	t.Helper()
	complaints := 0
	for judge, v := range x.Verdicts {
		complaints += len(v.Request)
		if len(v.Response) > 0 {
			t.Errorf("exchange %d, %s %d: judge %s about the answer: %q", i, x.Operation, x.Status, judge, v.Response)
		}
		if len(v.Request) > 0 && !x.Broken {
			t.Errorf("exchange %d, %s: judge %s about the request: %q", i, x.Operation, judge, v.Request)
		}
	}
	if x.Broken && complaints == 0 {
		t.Errorf("exchange %d, %s: no judge finds what the request is to break", i, x.Operation)
	}
}

// checkRules holds the scenarios against the list of business rules.
func (s *suite) checkRules(t *testing.T) {
	driven := s.rules()
	for operation, rules := range businessRules {
		for _, rule := range rules {
			if len(driven[operation][rule]) == 0 {
				t.Errorf("no scenario drives the rule of %s: %s", operation, rule)
			}
		}
	}
}

// rules are the scenarios that drive each business rule.
func (s *suite) rules() map[string]map[string][]string {
	driven := map[string]map[string][]string{}
	for operation, rules := range businessRules {
		driven[operation] = map[string][]string{}
		for _, rule := range rules {
			for _, c := range s.scenarios {
				if c.operation == operation && (c.name == rule || strings.HasPrefix(c.name, rule+":")) {
					driven[operation][rule] = append(driven[operation][rule], c.path())
				}
			}
		}
	}
	return driven
}

// golden compares a file with what it should hold, or writes it.
func golden(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the suite finds:\n%s\nEVIDENCE.md says how to write it anew", name, difference(string(got), string(want)))
	}
}

// difference is the first line that two texts do not share.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		line := func(lines []string) string {
			if i < len(lines) {
				return fmt.Sprintf("%.300s", lines[i])
			}
			return "(no more lines)"
		}
		if line(a) != line(b) {
			return fmt.Sprintf("line %d has  %s\nshould have %s", i+1, line(a), line(b))
		}
	}
	return "a line differs in length"
}
