package facade

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/spservices/services-go/gen"
)

// TestPromise2GuardComparesOrigin is about the last line of defence, which no
// option reaches: a request for another origin gets no token.
func TestPromise2GuardComparesOrigin(t *testing.T) {
	t.Parallel()
	endpoint, err := url.Parse("https://api.example")
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{client: &Client{endpoint: endpoint}, call: &gen.Call{Operation: &gen.Operations()[0]}, last: outcome{token: Token{Value: "Atza|token"}}}
	for address, own := range map[string]bool{
		"https://api.example/path": true, "https://api.example:444/path": false, "http://api.example/path": false,
		"https://evil.example/path": false, "https://api.example.evil.example/": false, "https://API.example.:443/": false,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = x.authorize(req)
		if has := req.Header.Get("x-amz-access-token") != ""; has != own || (err == nil) != own {
			t.Errorf("%s: token %v, error %v", address, has, err)
		}
	}
}
