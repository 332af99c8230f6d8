package facade_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// TestCredentialsNameWhatIsMissing leaves out every set of parts, in code and in
// the environment.
func TestCredentialsNameWhatIsMissing(t *testing.T) {
	parts := []struct{ variable, problem string }{
		{"LWA_APP_ID", "client id is missing (ClientID, LWA_APP_ID)"},
		{"LWA_CLIENT_SECRET", "client secret is missing (ClientSecret, LWA_CLIENT_SECRET)"},
		{"SP_API_REFRESH_TOKEN", "refresh token is missing (RefreshToken, SP_API_REFRESH_TOKEN)"},
	}
	for missing := range 1 << len(parts) {
		env := map[string]string{"SP_API_REGION": "na"}
		var want []string
		for i, part := range parts {
			if missing>>i&1 == 0 {
				env[part.variable] = "hunter2"
			} else {
				want = append(want, part.problem)
			}
		}
		given := facade.Credentials{ClientID: env["LWA_APP_ID"], ClientSecret: env["LWA_CLIENT_SECRET"], RefreshToken: env["SP_API_REFRESH_TOKEN"]}
		options := map[string][]facade.Option{"code": {facade.WithRegion(facade.NorthAmerica), facade.WithCredentials(given)}}
		if given != (facade.Credentials{}) { // else they are not given at all
			options["environment"] = []facade.Option{facade.FromEnv()}
		}
		t.Run(fmt.Sprint(missing), func(t *testing.T) {
			environment(t, env)
			for where, opts := range options {
				_, err := facade.New(opts...)
				text := "credentials: " + strings.Join(want, "; ")
				if want == nil && err != nil || want != nil && (err == nil || !strings.HasSuffix(err.Error(), text)) {
					t.Errorf("%s: got %v, want an error that ends with %q", where, err, text)
				}
				if err != nil && strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%s: repeats a value: %v", where, err)
				}
			}
		})
	}
}
