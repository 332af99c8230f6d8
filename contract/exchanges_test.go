package contract_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"
)

const (
	exchangesFile = "testdata/exchanges.jsonl" // every exchange, one a line
	strictFile    = "testdata/strict.jsonl"    // what the third judge says of each
)

// line is an exchange as the file has it.
func (x *exchange) line(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(x); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkExchanges holds the record against the file that the third judge reads.
func (s *suite) checkExchanges(t *testing.T) {
	var b bytes.Buffer
	for _, x := range s.all() {
		b.Write(x.line(t))
	}
	golden(t, exchangesFile, b.Bytes())
}

// strictVerdict is a line of strictFile.
type strictVerdict struct {
	Exchange string `json:"exchange"` // SHA-256 of its line
	verdict
}

// strictVerdicts are those of the third judge, by exchange.
func strictVerdicts(t *testing.T) map[string]verdict {
	t.Helper()
	content, err := os.ReadFile(strictFile)
	if errors.Is(err, fs.ErrNotExist) && *update {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]verdict{}
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var v strictVerdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		verdicts[v.Exchange] = v.verdict
	}
	return verdicts
}

func (x *exchange) digest(t *testing.T) string {
	sum := sha256.Sum256(x.line(t))
	return hex.EncodeToString(sum[:])
}
