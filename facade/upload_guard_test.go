package facade

import (
	"net/http"
	"testing"

	"github.com/spservices/services-go/internal/transport"
)

// Uploads go through the companion of our own transport that connects to public
// addresses only, but for a client that talks to this machine.
func TestUploadsAreGuarded(t *testing.T) {
	t.Parallel()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://127.0.0.1/document", nil)
	if err != nil {
		t.Fatal(err)
	}
	source := WithTokenSource(StaticToken("t"))
	for name, c := range map[string]struct {
		opts    []Option
		guarded bool
	}{
		"our own transport":  {[]Option{WithRegion(Europe), source}, true},
		"beside loopback":    {[]Option{WithEndpoint("http://127.0.0.1:1"), source}, false},
		"caller's transport": {[]Option{WithRegion(Europe), source, WithHTTPClient(&http.Client{Transport: &http.Transport{}})}, false},
	} {
		client, err := New(c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		through := client.uploader(req)
		if own, ok := client.transport.(*transport.Transport); c.guarded && (!ok || through != own.Guarded(req)) || !c.guarded && through != client.transport {
			t.Errorf("%s: uploads go through a %T", name, through)
		}
	}
}
