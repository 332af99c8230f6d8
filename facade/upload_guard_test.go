package facade

import (
	"testing"

	"github.com/spservices/services-go/internal/transport"
)

// Uploads connect to public addresses only, except for a client that talks to
// this machine.
func TestUploadsAreGuarded(t *testing.T) {
	t.Parallel()
	source := WithTokenSource(StaticToken("t"))
	for name, c := range map[string]struct {
		where Option
		want  transport.Connection
	}{
		"beside Amazon":   {WithRegion(Europe), transport.Public},
		"beside loopback": {WithEndpoint("http://127.0.0.1:1"), transport.Kept},
	} {
		client, err := New(c.where, source)
		if err != nil {
			t.Fatal(err)
		}
		if got := client.uploadConnection(); got != c.want {
			t.Errorf("%s: connection %d, want %d", name, got, c.want)
		}
	}
}
