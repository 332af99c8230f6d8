package wire

import (
	"bytes"
	"errors"
	"math/bits"
	"reflect"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrBudget says that a text would take more memory than it may.
var ErrBudget = errors.New("too many values for its limit")

// What decoding allocates, in bytes. Each is the most that was measured, garbage
// included.
const (
	perByte      = 2  // of text: strings, and the buffers that they are unescaped in
	perContainer = 24 // object or list, whatever it is decoded into
	perBroken    = 16 // byte that is no UTF-8 and decodes to three, in a buffer that grows
	perSurrogate = 80 // escaped half of a character, for the error about a lone one
	perName      = 3  // byte of a long name, beside perByte: names are kept to tell where an error is
	perTarget    = 16 // beside the size of what a pointer points at
	perMap       = 352
	perEntry     = 184 // of a map
	copies       = 2   // of the items of a list: errors are gathered from where they stand
	growth       = 7   // of a list that is copied each time it grows
)

const (
	longName = 256
	minLimit = 1 << 20
	maxLimit = 1 << 50 // more would overflow
)

// UnmarshalWithin is Unmarshal for an answer of at most limit bytes. It allocates
// no more than 5½ times limit, or 5½ MiB if that is more, and returns ErrBudget
// if that is not enough.
func UnmarshalWithin(data []byte, v any, limit int64) error {
	budget := min(max(limit, minLimit), maxLimit) * 11 / 2
	cost, most := costs(data, reflect.TypeOf(v))
	if cost+most <= budget {
		return Unmarshal(data, v)
	}
	c := count(data)
	cost += perName*c.longNames - perContainer*(opening(data)-c.containers) // some of those stand in strings
	m := meter{left: budget - cost}
	if m.left < 0 {
		return ErrBudget
	}
	err := json.Unmarshal(data, v, unmarshalOptions, json.WithUnmarshalers(json.JoinUnmarshalers(json.UnmarshalFromFunc(m.pay), timeReader)))
	if m.left < 0 {
		return ErrBudget
	}
	return err
}

// costs is what a text costs whatever it is decoded into, and the most that
// values of type t can cost beside that.
func costs(data []byte, t reflect.Type) (cost, most int64) {
	occurs := func(text string) int64 { return int64(bytes.Count(data, []byte(text))) }
	containers := opening(data)
	cost = perByte*int64(len(data)) + perContainer*containers + perSurrogate*(occurs(`\ud`)+occurs(`\uD`))
	if !utf8.Valid(data) {
		cost += perByte * int64(len(data)) // a buffer that was large enough has to grow
		for rest := data; len(rest) > 0; {
			r, size := utf8.DecodeRune(rest)
			if r == utf8.RuneError && size == 1 {
				cost += perBroken
			}
			rest = rest[size:]
		}
	}
	most = perName*int64(len(data)) + (containers+occurs("null"))*(growth*largest(t)+perMap) + occurs(",")*perEntry
	return cost, most
}

// opening counts what opens an object or a list, also within strings.
func opening(data []byte) int64 {
	return int64(bytes.Count(data, []byte("{")) + bytes.Count(data, []byte("[")))
}

// largestOf caches the answers of largest.
var largestOf sync.Map // reflect.Type to int64

// largest is the size of the largest value that t has by pointer or in a list.
func largest(t reflect.Type) int64 {
	known, ok := largestOf.Load(t)
	if !ok {
		known = largestBelow(t, map[reflect.Type]bool{})
		largestOf.Store(t, known)
	}
	return known.(int64)
}

func largestBelow(t reflect.Type, seen map[reflect.Type]bool) (size int64) {
	if seen[t] {
		return 0
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return max(sizeOf(t.Elem()), largestBelow(t.Elem(), seen))
	case reflect.Struct:
		for f := range t.Fields() {
			size = max(size, largestBelow(f.Type, seen))
		}
	}
	return size
}

// sizeOf is the size of a value of type t, on every machine as on one of 64 bits,
// so that all of them refuse the same answers.
func sizeOf(t reflect.Type) int64 {
	return int64(t.Size()) * (64 / bits.UintSize) //nolint:gosec // no type is that large
}

// meter adds up what decoding allocates.
type meter struct{ left int64 }

// pay is called before a value is decoded into what v points at. It makes lists
// as long as they will be, so that they need not grow.
func (m *meter) pay(d *jsontext.Decoder, v any) error {
	t := reflect.TypeOf(v).Elem()
	switch kind := d.PeekKind(); {
	case t.Kind() == reflect.Pointer && kind != 'n':
		m.left -= sizeOf(t.Elem()) + perTarget
	case t.Kind() == reflect.Slice && kind == '[' && t.Elem().Kind() != reflect.Uint8:
		n := count(d.UnreadBuffer()).items
		if m.left -= copies * n * sizeOf(t.Elem()); m.left >= 0 && n > 0 {
			reflect.ValueOf(v).Elem().Set(reflect.MakeSlice(t, 0, int(n)))
		}
	case t.Kind() == reflect.Map && kind == '{':
		m.left -= perMap + count(d.UnreadBuffer()).items*perEntry
	}
	if m.left < 0 {
		return ErrBudget
	}
	return errors.ErrUnsupported // the next function decodes
}

// counts is what there is in a value.
type counts struct {
	containers int64 // objects and lists, the value included
	items      int64 // of the value itself, if it is one of these
	longNames  int64 // bytes of the long names of members
}

// count looks at the first value of a text.
func count(text []byte) (c counts) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
			c.containers++
			continue
		case '}', ']':
			if depth--; depth <= 0 {
				return c
			}
		case ',':
			if depth == 1 {
				c.items++
			}
			continue
		case ' ', '\t', '\r', '\n', ':':
			continue
		case '"':
			start := i
			i = endOfString(text, start)
			if i-start > longName && bytes.HasPrefix(bytes.TrimLeft(text[min(i+1, len(text)):], " \t\r\n"), []byte(":")) {
				c.longNames += int64(i - start)
			}
		}
		if c.items == 0 && depth > 0 {
			c.items = 1
		}
	}
	return c
}

// endOfString is where the string that starts at i has its closing quote.
func endOfString(text []byte, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i
}
