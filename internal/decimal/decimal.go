// Package decimal keeps decimal numbers as the text they were written with:
// amounts of money must not pass through a float64.
package decimal

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Decimal is a decimal number such as 12.30, digit for digit as it was
// received or given. The empty Decimal is absent.
type Decimal string

var errSyntax = errors.New("not a decimal number such as 12.30")

// Valid reports whether d is a number as JSON writes it.
func (d Decimal) Valid() bool {
	v := jsontext.Value(d)
	return v.Kind() == '0' && v.IsValid() && strings.TrimSpace(string(d)) == string(d)
}

// Rat is the exact value of d.
func (d Decimal) Rat() (*big.Rat, error) {
	if !d.Valid() {
		return nil, errSyntax
	}
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return nil, errSyntax
	}
	return r, nil
}

// MarshalJSON writes d as a JSON number.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if !d.Valid() {
		return nil, errSyntax
	}
	return []byte(d), nil
}

// UnmarshalJSON reads a JSON number, or a string that holds one or is empty.
func (d *Decimal) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		*d = ""
		return nil
	}
	if data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	if text != "" && !Decimal(text).Valid() {
		return errSyntax
	}
	*d = Decimal(text)
	return nil
}
