package contract_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

const (
	evidenceFile  = "evidence.json"
	evidenceTable = "EVIDENCE.md"
	maxExplained  = 10
)

// explained are cells that nothing drives, and why. There may be ten at most.
var explained = map[cell]string{}

// evidence is what the suite knows about the API description, client and
// server agreeing.
type evidence struct {
	Cells []cellEvidence `json:"cells"`
	Rules []ruleEvidence `json:"rules"`
}

// cellEvidence says how a documented answer is driven and who judged it.
type cellEvidence struct {
	cell
	Means     means    `json:"means,omitempty"` // the strongest
	Judges    []string `json:"judges,omitempty"`
	Scenarios []string `json:"scenarios,omitempty"`
	Reason    string   `json:"reason,omitempty"` // of a cell that is not driven
}

// ruleEvidence says which scenarios drive a business rule.
type ruleEvidence struct {
	Operation string   `json:"operation"`
	Rule      string   `json:"rule"`
	Scenarios []string `json:"scenarios"`
}

// collect gathers the evidence for each cell.
func (s *suite) collect(strict map[string]verdict, digest func(*exchange) string) (found evidence) {
	for _, c := range s.table {
		e := cellEvidence{cell: c, Reason: explained[c]}
		judges := map[string]int{}
		proofs := 0
		for _, x := range s.all() {
			if (cell{x.Operation, x.Status}) != c || x.means == "" {
				continue
			}
			if strength[x.means] > strength[e.Means] {
				e.Means = x.means
			}
			proofs++
			for judge := range x.Verdicts {
				judges[judge]++
			}
			if _, seen := strict[digest(x)]; seen {
				judges[judgeStrict]++
			}
			if !slices.Contains(e.Scenarios, x.Scenario) {
				e.Scenarios = append(e.Scenarios, x.Scenario)
			}
		}
		for _, judge := range slices.Sorted(maps.Keys(judges)) {
			if judges[judge] == proofs {
				e.Judges = append(e.Judges, judge)
			}
		}
		found.Cells = append(found.Cells, e)
	}
	driven := s.rules()
	for _, operation := range slices.Sorted(maps.Keys(driven)) {
		for _, rule := range slices.Sorted(maps.Keys(driven[operation])) {
			found.Rules = append(found.Rules, ruleEvidence{operation, rule, driven[operation][rule]})
		}
	}
	return found
}

// checkEvidence holds the evidence against the report, which is written for
// readers. A cell that nothing drives needs a reason, and nothing else has one.
func (s *suite) checkEvidence(t *testing.T) {
	if len(s.table) != 163 {
		t.Errorf("the API description has %d cells; docs speak of 163", len(s.table))
	}
	found := s.collect(strictVerdicts(t), func(x *exchange) string { return x.digest(t) })
	for _, e := range found.Cells {
		switch {
		case e.Means == "" && e.Reason == "":
			t.Errorf("nothing drives %s, and nobody says why", e.cell)
		case e.Means != "" && e.Reason != "":
			t.Errorf("%s is driven; the reason why not is stale", e.cell)
		case e.Means != "" && len(e.Judges) < 3 && !*update:
			t.Errorf("%s was seen by %v alone; EVIDENCE.md says how to have the third judge see it", e.cell, e.Judges)
		}
	}
	for c := range explained {
		if !slices.Contains(s.table, c) {
			t.Errorf("%s is explained and not documented", c)
		}
	}
	if len(explained) > maxExplained {
		t.Errorf("%d cells are explained, at most %d may be", len(explained), maxExplained)
	}
	golden(t, evidenceFile, indented(t, found))
	_, agreed := s.disagreements(t)
	golden(t, evidenceTable, []byte(found.markdown(len(s.all()), agreed)))
}

func (e evidence) count() map[means]int {
	n := map[means]int{}
	for _, c := range e.Cells {
		n[c.Means]++
	}
	return n
}

// markdown is the evidence as a table for people.
func (e evidence) markdown(exchanges, agreed int) string {
	var b strings.Builder
	n := e.count()
	fmt.Fprintf(&b, `# Evidence

Written by the suite, which fails when it finds something else. To write it anew, with the exchanges and what each judge says:

    go test ./contract -update; go test -C contract/strict -update; go test ./contract -update

The API description documents %d answers. Driven by the state of the emulator, through the façade: %d. By requests that the
façade refuses to send, its answer read by the façade: %d. By an answer on demand, read by the façade: %d. Not driven: %d.
In each case status, codes, request id, condition and result of the typed call are checked.

Three judges see every exchange: the generated checks, kin-openapi (`+"`contract.Transport`"+`) and libopenapi-validator in strict mode
(folder `+"`strict`"+`). They agree about %d of %d exchanges, probes of their blind spots among them; what they differ about is listed with its
reason in `+"`testdata/disagreements.json`"+`. About the answers of the emulator they object to nothing that is not in that list.

Nothing here was verified against Amazon's servers.

`, len(e.Cells), n[byState], n[byRaw], n[byScript], n[""], agreed, exchanges)
	e.matrix(&b, 3)
	b.WriteString("\n## Business rules\n\nThe scenarios are tests `TestContract/scenarios/OPERATION/…`.\n\n| operation | rule | scenarios |\n|---|---|---|\n")
	for _, r := range e.Rules {
		tests := strings.ReplaceAll(strings.Join(r.Scenarios, "`, `"), r.Operation+"/", "")
		fmt.Fprintf(&b, "| %s | %s | `%s` |\n", r.Operation, r.Rule, tests)
	}
	if n[""] > 0 {
		b.WriteString("\n## Not driven\n\n| operation | status | reason |\n|---|---|---|\n")
		for _, c := range e.Cells {
			if c.Means == "" {
				fmt.Fprintf(&b, "| %s | %d | %s |\n", c.Operation, c.Status, c.Reason)
			}
		}
	}
	return b.String()
}

// matrix has a row for each operation and a column for each status. A cell
// that not all of the judges have seen names those that have.
func (e evidence) matrix(b *strings.Builder, judges int) {
	statuses, byOperation := map[int]bool{}, map[string]map[int]string{}
	for _, c := range e.Cells {
		statuses[c.Status] = true
		if byOperation[c.Operation] == nil {
			byOperation[c.Operation] = map[int]string{}
		}
		text := string(c.Means)
		if c.Means == "" {
			text = "not driven"
		} else if len(c.Judges) < judges {
			text += " (" + strings.Join(c.Judges, ", ") + ")"
		}
		byOperation[c.Operation][c.Status] = text
	}
	columns := slices.Sorted(maps.Keys(statuses))
	b.WriteString("| operation |")
	for _, status := range columns {
		fmt.Fprintf(b, " %d |", status)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, operation := range slices.Sorted(maps.Keys(byOperation)) {
		b.WriteString("| " + operation + " |")
		for _, status := range columns {
			fmt.Fprintf(b, " %s |", byOperation[operation][status])
		}
		b.WriteString("\n")
	}
}
