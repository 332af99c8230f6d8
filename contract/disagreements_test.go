package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

const disagreementsFile = "testdata/disagreements.json"

// disagreement is what some judges object to in an exchange and others do not.
// The reason is written by hand; everything else by the suite.
type disagreement struct {
	Reason     string              `json:"reason"`
	Side       string              `json:"side"`       // request or response
	OnPurpose  bool                `json:"onPurpose"`  // that side is broken on purpose
	Objections map[string][]string `json:"objections"` // by judge
	Silent     []string            `json:"silent"`     // judges
	Exchanges  int                 `json:"exchanges"`
	Example    string              `json:"example"` // scenario of one of them
}

// key is the disagreement without what may change when a scenario is added.
func (d disagreement) key() string {
	d.Reason, d.Exchanges, d.Example = "", 0, ""
	text, _ := json.Marshal(d) // of strings
	return string(text)
}

// disagreements are those of all exchanges, and how many exchanges the three
// judges agree about.
func (s *suite) disagreements(t *testing.T) (list []disagreement, agreed int) {
	t.Helper()
	strict := strictVerdicts(t)
	index := map[string]int{}
	for _, x := range s.all() {
		third, seen := strict[x.digest(t)]
		if !seen {
			continue // which the evidence tells
		}
		verdicts := map[string]verdict{judgeGenerated: x.Verdicts[judgeGenerated], judgeKin: x.Verdicts[judgeKin], judgeStrict: third}
		unanimous := true
		for _, side := range []string{"request", "response"} {
			d := disagreement{Side: side, OnPurpose: x.Broken, Objections: map[string][]string{}, Silent: []string{}, Example: x.Scenario}
			for _, judge := range []string{judgeGenerated, judgeKin, judgeStrict} {
				rules := verdicts[judge].Request
				if side == "response" {
					rules, d.OnPurpose = verdicts[judge].Response, x.Invalid
				}
				if len(rules) == 0 {
					d.Silent = append(d.Silent, judge)
				} else {
					d.Objections[judge] = rules
				}
			}
			if len(d.Silent) == 0 || len(d.Objections) == 0 {
				continue
			}
			unanimous = false
			at, known := index[d.key()]
			if !known {
				at = len(list)
				index[d.key()], list = at, append(list, d)
			}
			list[at].Exchanges++
		}
		if unanimous {
			agreed++
		}
	}
	slices.SortFunc(list, func(a, b disagreement) int {
		return strings.Compare(a.Side+a.Example+a.key(), b.Side+b.Example+b.key())
	})
	return list, agreed
}

// checkDisagreements holds what the judges differ about against the list of
// it. A new disagreement, one that is gone and one without a reason fail.
func (s *suite) checkDisagreements(t *testing.T) {
	var known []disagreement
	content, err := os.ReadFile(disagreementsFile)
	if err == nil {
		err = json.Unmarshal(content, &known)
	}
	if firstRun := *update && errors.Is(err, fs.ErrNotExist); err != nil && !firstRun {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, d := range known {
		reasons[d.key()] = d.Reason
	}
	list, _ := s.disagreements(t)
	for i := range list {
		if list[i].Reason = reasons[list[i].key()]; list[i].Reason == "" {
			t.Errorf("a disagreement without a reason: %s, as in %s", list[i].key(), list[i].Example)
		}
	}
	golden(t, disagreementsFile, indented(t, list))
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
