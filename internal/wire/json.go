package wire

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/spservices/services-go/internal/iso8601"
)

var (
	// The same value is the same text each time, also where it has maps.
	marshalOptions = json.JoinOptions(
		json.Deterministic(true),
		json.WithMarshalers(json.MarshalToFunc(func(e *jsontext.Encoder, t time.Time) error {
			return writeTime(e, t.UTC())
		})),
	)
	// What Amazon sends is read leniently: one broken byte in one buyer's name
	// must not cost the page it is on.
	timeReader       = json.UnmarshalFromFunc(readTime)
	unmarshalOptions = json.JoinOptions(
		json.WithUnmarshalers(timeReader),
		jsontext.AllowDuplicateNames(true),
		jsontext.AllowInvalidUTF8(true),
	)
	keepOffset = json.WithMarshalers(json.MarshalToFunc(writeTime))
)

// Marshal encodes v as the API wants it: times in UTC with Z.
func Marshal(v any) ([]byte, error) { return json.Marshal(v, marshalOptions) }

// Unmarshal decodes one JSON value; anything after it is an error.
func Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v, unmarshalOptions) }

// UnmarshalKnown does the same and refuses members that v does not have.
func UnmarshalKnown(data []byte, v any) error {
	return json.Unmarshal(data, v, unmarshalOptions, json.RejectUnknownMembers(true))
}

// MarshalKeepingOffset encodes v with the offsets its times have. Recurring
// availability needs them: Monday 18:00 −07:00 is a Tuesday in UTC.
func MarshalKeepingOffset(e *jsontext.Encoder, v any) error {
	return json.MarshalEncode(e, v, keepOffset)
}

func writeTime(e *jsontext.Encoder, t time.Time) error {
	var buffer [len(`"2006-01-02T15:04:05.999999999-07:00"`)]byte
	b, err := iso8601.Append(append(buffer[:0], '"'), t)
	if err != nil {
		return err
	}
	return e.WriteValue(append(b, '"'))
}

// readTime takes null and "" for absent, as Amazon means them.
func readTime(d *jsontext.Decoder, t *time.Time) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case 'n':
		*t = time.Time{}
		return nil
	case '"':
		text := token.String()
		if text == "" {
			*t = time.Time{}
			return nil
		}
		*t, err = iso8601.Parse(text)
		return err
	}
	return errors.New("want a string that holds an ISO 8601 time")
}
