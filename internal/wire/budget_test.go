package wire_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spservices/services-go/internal/wire"
)

// tree has all kinds of members that are made while a text is decoded.
type tree struct {
	Name   string             `json:"name"`
	At     time.Time          `json:"at"`
	Left   *tree              `json:"left"`
	Items  []tree             `json:"items"`
	Words  []string           `json:"words"`
	Table  map[string]string  `json:"table"`
	Trees  map[string][]*tree `json:"trees"`
	Matrix [][]int            `json:"matrix"`
	Bytes  []byte             `json:"bytes"`
}

// nulls is a member that nobody knows, of so many values that what it is decoded
// into has to be watched.
var nulls = `"unknown":[null` + strings.Repeat(`,null`, 30_000) + `]`

var strangeWords = []string{`""`, `"a"`, `"{[,]}:\" \\"`, `"\ud83d\ude00"`, `"\ud800"`, "\"\xff\"", `"üü"`, `null`, `"` + strings.Repeat("x", 300) + `"`}

func textOf(t *rapid.T, depth int) string {
	space := rapid.SampledFrom([]string{"", " ", "\n\t"}).Draw(t, "space")
	word := func() string { return rapid.SampledFrom(strangeWords).Draw(t, "word") }
	list := func(item func() string) string {
		items := make([]string, rapid.IntRange(0, 3).Draw(t, "items"))
		for i := range items {
			items[i] = item()
		}
		return "[" + space + strings.Join(items, space+","+space) + space + "]"
	}
	below := func() string {
		if depth == 0 {
			return "null"
		}
		return textOf(t, depth-1)
	}
	name := func() string { return strings.Replace(word(), "null", `"null"`, 1) }
	members := []func() string{
		func() string { return `"name":` + word() },
		func() string {
			return `"at":` + rapid.SampledFrom([]string{`"2026-01-01T00:00:00Z"`, `""`, "null"}).Draw(t, "time")
		},
		func() string { return `"left":` + below() },
		func() string { return `"items" : ` + list(below) },
		func() string { return `"words":` + list(word) },
		func() string { return `"table":{` + name() + space + ":" + word() + "," + name() + ":" + word() + "}" },
		func() string { return `"trees":{` + name() + ":" + list(below) + "}" },
		func() string { return `"matrix":` + list(func() string { return list(func() string { return "1" }) }) },
		func() string { return `"bytes":"YWJj"` },
		func() string { return name() + space + ":" + below() },
		func() string { return `"words":{}` }, // does not fit
	}
	object := make([]string, rapid.IntRange(0, 5).Draw(t, "members"))
	for i := range object {
		object[i] = rapid.SampledFrom(members).Draw(t, "member")()
	}
	return space + "{" + strings.Join(object, space+","+space) + space + "}"
}

// To watch what decoding takes changes nothing of what comes of it.
func TestUnmarshalWithinDecodesTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := `{` + nulls + `,"left":` + textOf(t, 3) + `}`
		if rapid.IntRange(0, 9).Draw(t, "torn") == 0 {
			text = text[:rapid.IntRange(len(nulls), len(text)).Draw(t, "end")]
		}
		var want, got tree
		wantErr, err := wire.Unmarshal([]byte(text), &want), wire.UnmarshalWithin([]byte(text), &got, 1<<20)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) || wantErr == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n got  %+v, %v\n want %+v, %v", text[len(nulls):], got, err, want, wantErr)
		}
	})
}

func TestUnmarshalWithinRefuses(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for name, c := range map[string]struct {
		text string
		into any
	}{
		"items":        {`{"items":[{}` + strings.Repeat(`,{}`, n) + `]}`, new(tree)},
		"null items":   {`{"items":[{}` + strings.Repeat(`,null`, n) + `]}`, new(tree)},
		"words":        {`{"words":[""` + strings.Repeat(`,""`, n) + `]}`, new(tree)},
		"a list":       {`["a"` + strings.Repeat(`,"a"`, n) + `]`, new([]string)},
		"a map":        {`{"a":""` + strings.Repeat(`,"a":""`, n) + `}`, new(map[string]string)},
		"lists of one": {`{"matrix":[[1]` + strings.Repeat(`,[1]`, n) + `]}`, new(tree)},
		"pointers":     {`{"name":""` + strings.Repeat(`,"left":{},"left":null`, n) + `}`, new(tree)},
		"broken":       {`{"name":"` + strings.Repeat("\xff", 4*n) + `"}`, new(tree)},
		"surrogates":   {`{"name":"` + strings.Repeat(`\ud800`, n) + `"}`, new(tree)},
		"unknown":      {`{"unknown":[[]` + strings.Repeat(`,[]`, 2*n) + `]}`, new(tree)},
	} {
		if err := wire.UnmarshalWithin([]byte(c.text), c.into, 1<<20); !errors.Is(err, wire.ErrBudget) {
			t.Errorf("%s: %v", name, err)
		}
		if err := wire.UnmarshalWithin([]byte(c.text), c.into, math.MaxInt64); err != nil {
			t.Errorf("%s, without a limit: %v", name, err)
		}
	}
}
