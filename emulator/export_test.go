package emulator

import "github.com/spservices/services-go/internal/wire"

// Replayed is the state that a journal holds, without the files and syncs that
// opening it takes; "" for none.
func Replayed(journal []byte) (string, error) {
	s, _, err := replay(journal)
	if s == nil || err != nil {
		return "", err
	}
	text, err := wire.Marshal(s.seed())
	return string(text), err
}
