package facade_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/spservices/services-go/facade"
)

// kept is what a value has beside the part that cannot be written.
const kept = "KEPT"

// panics is a type of which every method panics, on a value and on nil.
type panics struct{ Name string }

func (*panics) MarshalJSON() ([]byte, error) { panic(canary) }
func (*panics) MarshalText() ([]byte, error) { panic(canary) }
func (*panics) String() string               { panic(canary) }
func (*panics) IsZero() bool                 { panic(canary) }

type panickingError struct{}

func (*panickingError) Error() string { panic(canary) }

type textKey struct{ name string }

func (k textKey) MarshalText() ([]byte, error) {
	if k.name == "" {
		panic(canary)
	}
	return []byte(k.name), nil
}

type notJSON struct{}

func (notJSON) MarshalJSON() ([]byte, error) { return []byte(`{"a":` + canary), nil }

// hidden has a person where neither JSON nor reflection may look.
type hidden struct{ buyer *facade.Buyer }

func (h hidden) MarshalJSON() ([]byte, error) { return json.Marshal(h.buyer) }
func (h hidden) MarshalText() ([]byte, error) { return []byte(h.buyer.Name), nil }

// anything is as hidden, and its type does not tell.
type anything struct{ of any }

func (a anything) MarshalJSON() ([]byte, error) { return json.Marshal(a.of) }

type (
	embedded struct{ facade.Buyer }
	inner    struct {
		Name string `json:"Kept2" redact:"personal"`
		A    string
	}
	behind struct{ *embedded }
	fork   struct{ Left, Right *fork }
	ring   struct {
		Kept string
		Next *ring
	}
	endlessPointer *endlessPointer
)

// unredactable are values with something in them that cannot be written or
// redacted. Each has something else that can.
func unredactable() map[string]any {
	buyer := &facade.Buyer{Name: canaryName}
	with := func(v any) any {
		return struct {
			Kept string
			It   any
			Last string
		}{kept, v, kept}
	}
	loop := &ring{Kept: kept}
	loop.Next = loop
	list := []any{kept, nil}
	list[1] = list
	table := map[string]any{"kept": kept}
	table["loop"] = table
	var pointer endlessPointer
	pointer = &pointer
	var forks *fork
	for range 60 {
		forks = &fork{forks, forks}
	}
	self := []any{kept, nil}
	self[1] = facade.Redacted(self)
	return map[string]any{
		"field that takes few errors": struct {
			Kept string
			Err  net.Error
		}{kept, &net.DNSError{Err: "no such host", IsTimeout: true}},
		"field that takes few errors, nil": struct {
			Kept string
			Err  net.Error
		}{kept, nil},
		"list of few errors":     []net.Error{&net.DNSError{Err: kept}, nil},
		"map of few errors":      map[string]net.Error{"a": &net.DNSError{Err: kept}, "b": (*net.DNSError)(nil)},
		"error that panics":      with(&panickingError{}),
		"nil error that panics":  with((*panickingError)(nil)),
		"methods that panic":     with(&panics{canary}),
		"nil methods that panic": with((*panics)(nil)),
		"value of such methods":  with(panics{canary}),
		"zero of such methods": with(struct {
			It panics `json:",omitzero"`
		}{}),
		"text that is no JSON":   with(notJSON{}),
		"channel":                with(make(chan facade.Buyer, 1)),
		"function":               with(func() *facade.Buyer { return buyer }),
		"complex number":         with(complex(1, 2)),
		"no number":              with([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 1}),
		"time out of range":      with(time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC)),
		"no UTF-8":               with([]string{"\xff\xfe", "a\x00\u2028", "\xed\xa0\x80"}),
		"key that is no UTF-8":   with(map[string]int{"\xff": 1, "\xfe": 2}),
		"keys of any type":       map[any]any{kept: buyer, 1: 1, "1": 1, 1.5: 1, math.NaN(): 1, [1]int{1}: 1, struct{ Name string }{canary}: 1, textKey{"key"}: 1, textKey{}: 1, true: 1, panickingError{}: 1},
		"keys with methods":      map[textKey]string{{"key"}: kept, {}: kept, {"\xff"}: kept},
		"keys that are structs":  with(map[facade.Buyer]int{*buyer: 1}),
		"keys that are pointers": with(map[*facade.Buyer]int{buyer: 1}),
		"nil map":                with(map[string]*facade.Buyer(nil)),
		"nil slice":              with([]facade.Buyer(nil)),
		"nil pointer":            with((*facade.Buyer)(nil)),
		"pointer to nil":         with(new(any)),
		"ring":                   loop,
		"list within itself":     list,
		"map within itself":      table,
		"pointer to itself":      with(pointer),
		"redacted within itself": self,
		"exponentially many":     with(forks),
		"unexported fields":      with(struct{ buyer *facade.Buyer }{buyer}),
		"own JSON of a person":   with(hidden{buyer}),
		"own JSON, as a key":     with(map[hidden]int{{buyer}: 1}),
		"own JSON of anything":   with(anything{buyer}),
		"embedded":               with(embedded{*buyer}),
		"embedded twice":         with(behind{&embedded{*buyer}}),
		"embedded nil":           with(behind{}),
		"two fields of one name": struct {
			Kept, A, Kept2 string
			inner
		}{kept, kept, kept, inner{canaryName, kept}},
		"odd tags": struct {
			Kept string
			A    int    `json:",string"`
			B    string `json:",string,format:odd"`
		}{Kept: kept},
		"empty names":          with(map[string]any{"": buyer, "\"": 1}),
		"redacted":             with(facade.Redacted(buyer)),
		"list of the redacted": []any{kept, facade.Redacted(buyer), []any{facade.Redacted([]facade.Buyer{*buyer})}},
		"locks and pools": with(&struct {
			sync.Mutex
			Pool sync.Pool
			Once sync.Once
			Map  sync.Map
		}{}),
		"wrapped errors":        with(errors.Join(io.EOF, fmt.Errorf("within: %w", io.ErrUnexpectedEOF))),
		"a client":              with(facade.Client{}),
		"attributes":            with(slog.AnyValue(buyer)),
		"raw JSON that is none": with(json.RawMessage(`{"a":`)),
		"number that is none":   with(json.Number("one")),
	}
}

// TestRedactedNeverPanics: what cannot be written or redacted is left out, and
// the rest is there, whatever writes it.
func TestRedactedNeverPanics(t *testing.T) {
	t.Parallel()
	for name, v := range unredactable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprint(facade.Redacted(v))
			if !json.Valid([]byte(text)) || !strings.Contains(text, kept) {
				t.Errorf("%.500s", text)
			}
			for lib, marshal := range map[string]func(any) ([]byte, error){
				"encoding/json": json.Marshal,
				"v2":            func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
			} {
				if text, err := marshal([]any{facade.Redacted(v), kept}); err != nil || !strings.Contains(string(text), kept) {
					t.Errorf("%s: %.500s, %v", lib, text, err)
				}
			}
			j := newJournal()
			j.print(facade.Redacted(v))
			j.check(t)
			if strings.Contains(j.String(), "PANIC") || strings.Contains(j.String(), "!ERROR") {
				t.Errorf("%.2000s", j.String())
			}
		})
	}
}

func TestRedactedLeavesOut(t *testing.T) {
	t.Parallel()
	buyer := facade.Buyer{BuyerID: "B", Name: canaryName}
	for want, v := range map[string]any{
		`{"Err":"lookup : no such host"}`: struct{ Err net.Error }{&net.DNSError{Err: "no such host"}},
		`{"A":1}`: struct {
			A int
			B chan int
			C func()
		}{A: 1},
		`[1,null,2]`: []any{1, func() {}, 2},
		`{"1":"a","KEPT":{"buyerId":"[personal]","name":"[personal]"},"key":2}`: map[any]any{1: "a", kept: buyer, textKey{"key"}: 2, textKey{}: 3, [1]int{}: 4},
		`{"D":"1.5s"}`: struct{ D time.Duration }{1500 * time.Millisecond},
		`{"buyerId":"[personal]","name":"[personal]"}`: behind{&embedded{buyer}},
	} {
		if text := fmt.Sprint(facade.Redacted(v)); text != want {
			t.Errorf("got  %s\nwant %s", text, want)
		}
	}
}

// TestRedactedIsTheSameJSON: but for what is marked, and whoever looks at it at
// the same time.
func TestRedactedIsTheSameJSON(t *testing.T) {
	t.Parallel()
	job := decoded[facade.ServiceJob](t, strings.ReplaceAll(canaryJob, "CANARY", ""))
	schedule := facade.UpdateScheduleRequest{Schedules: []facade.AvailabilityRecord{shift, {StartTime: start.In(time.FixedZone("", -7*3600))}}}
	redacted := facade.Redacted([]any{job, schedule, day, shift})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if text := fmt.Sprint(facade.Redacted(schedule)); text != string(must(jsonv2.Marshal(schedule))) {
				t.Errorf("got  %s\nwant %s", text, must(jsonv2.Marshal(schedule)))
			}
			if text := fmt.Sprint(redacted); !strings.Contains(text, "[personal]") {
				t.Error(text)
			}
		})
	}
	group.Wait()
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}
