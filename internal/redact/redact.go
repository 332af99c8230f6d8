// Package redact prints and logs values without the personal data and secrets
// in them.
package redact

import (
	"fmt"
	"log/slog"
)

// Value stands for another value in logs and texts: the same JSON, with "[personal]"
// or "[secret]" in place of what the API description marks so. What cannot be
// written or cannot be redacted is left out.
type Value struct{ Of any }

// MarshalJSON writes the value without what is marked. It never fails.
func (r Value) MarshalJSON() ([]byte, error) { return write(r.Of), nil }

// MarshalText is MarshalJSON, for handlers that write text.
func (r Value) MarshalText() ([]byte, error) { return r.MarshalJSON() }

// Format writes the value without what is marked, for every verb.
func (r Value) Format(f fmt.State, _ rune) { _, _ = f.Write(write(r.Of)) }

// LogValue keeps handlers from looking into the value.
func (r Value) LogValue() slog.Value { return slog.AnyValue(plainJSON(r)) }

// plainJSON is a Value that is no slog.LogValuer.
type plainJSON Value

func (r plainJSON) MarshalJSON() ([]byte, error)  { return Value(r).MarshalJSON() }
func (r plainJSON) MarshalText() ([]byte, error)  { return Value(r).MarshalJSON() }
func (r plainJSON) Format(f fmt.State, verb rune) { Value(r).Format(f, verb) }

// Bytes hold what may quote a person's data. They print and log as their
// number; string(b) is the content.
type Bytes []byte

// MarshalText is the number of bytes.
func (b Bytes) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "[%d bytes]", len(b)), nil }

// Format is the number of bytes, for every verb.
func (b Bytes) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[%d bytes]", len(b)) }

// LogValue is the number of bytes.
func (b Bytes) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("[%d bytes]", len(b))) }
