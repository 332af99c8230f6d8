package redact_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/internal/redact"
)

const canary = "CANARY"

type person struct {
	Name string `json:"name" redact:"personal"`
	Next *person
}

// However deep a value lies within others, it is redacted or left out.
func TestDepthHidesNothing(t *testing.T) {
	t.Parallel()
	for name, within := range map[string]func(v any) any{
		"lists": func(v any) any { return []any{v} }, "maps": func(v any) any { return map[string]any{"a": v} },
		"arrays": func(v any) any { return [1]any{v} }, "structs": func(v any) any { return struct{ V any }{v} },
		"pointers": func(v any) any { return &v },
	} {
		var v any = person{Name: canary}
		for depth := range 150 {
			text := fmt.Sprint(redact.Value{Of: v})
			if strings.Contains(text, canary) || depth < 20 && !strings.Contains(text, "[personal]") {
				t.Fatalf("%d %s deep: %s", depth, name, text)
			}
			v = within(v)
		}
	}
	long := &person{Name: canary}
	for range 150 {
		long = &person{canary, long}
	}
	if text := fmt.Sprint(redact.Value{Of: long}); strings.Contains(text, canary) || !strings.Contains(text, "[personal]") {
		t.Errorf("a long chain: %s", text)
	}
}

// talkative cannot be encoded nor decoded, and says why in too many words.
type talkative struct{}

func (talkative) MarshalText() ([]byte, error) { return nil, errors.New(canary) }
func (*talkative) UnmarshalText([]byte) error  { return errors.New(canary) }

type order struct {
	ID     string               `json:"id"`
	Count  int                  `json:"count"`
	Said   *talkative           `json:"said,omitzero"`
	Items  []order              `json:"items,omitzero"`
	Notes  map[string]string    `json:"notes,omitzero"`
	ByName map[string]order     `json:"byName,omitzero"`
	Calls  map[string]talkative `json:"calls,omitzero"`
}

// An error tells where JSON does not fit, by the names of members alone: not by
// the keys of maps, which the data chose, and by no value.
func TestJSONError(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"id":["CANARY"]}`:                          "/id [ does not fit a string",
		`{"count":"CANARY"}`:                         "/count string does not fit a int",
		`{"count":5550100.5}`:                        "/count number does not fit a int",
		`{"count":55501005550100555010055501}`:       "/count number does not fit a int",
		`{"items":[{},{"count":5550100.5}]}`:         "/items/1/count number does not fit a int",
		`{"notes":{"CANARY":5550100}}`:               "/notes/… number does not fit a string",
		`{"byName":{"CANARY":{"count":5550100.5}}}`:  "/byName/… number does not fit a int",
		`{"items":[{"byName":{"CANARY":"CANARY"}}]}`: "/items/0/byName/… string does not fit a redact_test.order",
		`{"said":"CANARY"}`:                          "/said string does not fit a redact_test.talkative",
		`"CANARY"`:                                   "string does not fit a redact_test.order",
		`{"id":CANARY}`:                              "not JSON at byte 6",
		`{"CANARY":"a` + "\n" + `"}`:                 "not JSON at byte 12",
		`{"id":"CANARY`:                              "not JSON at byte 13",
	} {
		var into order
		err := json.Unmarshal([]byte(text), &into)
		if err == nil {
			t.Errorf("%s was taken", text)
			continue
		}
		if got := redact.JSONError(err, &into); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for want, v := range map[string]order{
		"/said does not fit a redact_test.talkative":    {Said: &talkative{}},
		"/calls/… does not fit a redact_test.talkative": {Calls: map[string]talkative{canary: {}}},
		"not JSON at byte 6":                            {ID: canary + "\xff"},
	} {
		_, err := json.Marshal(&v)
		if err == nil {
			t.Errorf("%s: no error", want)
			continue
		}
		if got := redact.JSONError(err, &v); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
