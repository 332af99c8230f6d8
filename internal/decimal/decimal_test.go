package decimal_test

import (
	stdjson "encoding/json"
	"math/big"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/spservices/services-go/internal/decimal"
)

type amount struct {
	Value decimal.Decimal `json:"value,omitzero"`
}

func TestDigitsSurvive(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"12.30", "0.1", "0", "-5.00", "123456789012345678901234567890.123456789", "1e3", "19.990"} {
		var v2, v1 amount
		document := []byte(`{"value":` + text + `}`)
		if err := json.Unmarshal(document, &v2); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if err := stdjson.Unmarshal(document, &v1); err != nil || v1 != v2 {
			t.Errorf("%s: encoding/json reads %v, %v", text, v1, err)
		}
		if out, err := json.Marshal(v2); err != nil || string(out) != string(document) {
			t.Errorf("%s came back as %s, %v", text, out, err)
		}
		got, err := v2.Value.Rat()
		if want, ok := new(big.Rat).SetString(text); !ok || err != nil || got.Cmp(want) != 0 {
			t.Errorf("%s: Rat is %v, %v", text, got, err)
		}
	}
}

func TestStringsThatHoldNumbersAreRead(t *testing.T) {
	t.Parallel()
	var v amount
	if err := json.Unmarshal([]byte(`{"value":"12.30"}`), &v); err != nil || v.Value != "12.30" {
		t.Errorf("got %q, %v", v.Value, err)
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	var v amount
	for _, absent := range []string{`null`, `""`} {
		if err := json.Unmarshal([]byte(`{"value":`+absent+`}`), &v); err != nil || v.Value != "" {
			t.Errorf("%s is %q, %v", absent, v.Value, err)
		}
	}
	if out, err := json.Marshal(v); err != nil || string(out) != "{}" {
		t.Errorf("absent is written %s, %v", out, err)
	}
}

func TestNotNumbers(t *testing.T) {
	t.Parallel()
	for _, document := range []string{`"12,30"`, `"NaN"`, `true`, `{}`, `"0x10"`, `"1_000"`, `"1/3"`, `" 1"`} {
		var d decimal.Decimal
		if err := json.Unmarshal([]byte(document), &d); err == nil {
			t.Errorf("%s was read as %q", document, d)
		}
	}
	for _, d := range []decimal.Decimal{"", "1/3", "NaN", "01", "1.", ".5", "+1", "1 ", " 1"} {
		if out, err := json.Marshal(map[string]decimal.Decimal{"value": d}); err == nil {
			t.Errorf("%q was written as %s", d, out)
		}
		if r, err := d.Rat(); err == nil {
			t.Errorf("%q has the value %s", d, r)
		}
	}
}
