package emulator

import (
	"errors"
	"time"
)

// duration is a [time.Duration] that is text such as 1.5s in JSON.
type duration time.Duration

// MarshalText writes the duration.
func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a duration.
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return errors.New("not a duration such as 1.5s")
	}
	*d = duration(parsed)
	return nil
}
