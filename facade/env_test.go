package facade_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// variables are all that FromEnv reads.
var variables = []string{
	"SP_API_REFRESH_TOKEN", "LWA_APP_ID", "LWA_CLIENT_SECRET", "SP_API_REGION", "SP_API_MARKETPLACE",
	"SP_API_ENDPOINT", "SP_API_TOKEN_ENDPOINT", "SP_API_SANDBOX",
}

// environment sets the variables given and clears the others.
func environment(t *testing.T, values map[string]string) {
	t.Helper()
	for _, name := range variables {
		t.Setenv(name, values[name])
	}
}

func credentialsAnd(more map[string]string) map[string]string {
	values := map[string]string{"SP_API_REFRESH_TOKEN": "Atzr|env", "LWA_APP_ID": "env-app", "LWA_CLIENT_SECRET": "env-secret"}
	for name, value := range more {
		values[name] = value
	}
	return values
}

// trip is where one call and its token request went, and what they said.
type trip struct{ api, login, marketplace, clientID, refreshToken string }

// travel makes a call with a client of options.
func travel(t *testing.T, client *facade.Client) (seen trip) {
	t.Helper()
	recorder := api(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			form := formOf(r)
			seen.login, seen.clientID, seen.refreshToken = r.URL.String(), form.Get("client_id"), form.Get("refresh_token")
			return granted(r, 1)
		}
		seen.api, seen.marketplace = r.URL.Scheme+"://"+r.URL.Host, r.URL.Query().Get("marketplaceIds")
		return reply(r, http.StatusOK, `{"payload":{"jobs":[]}}`), nil
	})
	client, err := client.With(facade.WithHTTPClient(&http.Client{Transport: recorder}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListServiceJobs(t.Context(), allJobs, facade.NoValidation()); err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestFromEnv(t *testing.T) {
	const amazonLogin = "https://api.amazon.com/auth/o2/token"
	for name, c := range map[string]struct {
		env  map[string]string
		want trip
	}{
		"region":                {map[string]string{"SP_API_REGION": "eu"}, trip{"https://sellingpartnerapi-eu.amazon.com", amazonLogin, "", "env-app", "Atzr|env"}},
		"marketplace":           {map[string]string{"SP_API_MARKETPLACE": "JP"}, trip{"https://sellingpartnerapi-fe.amazon.com", amazonLogin, "A1VC38T7YXB528", "env-app", "Atzr|env"}},
		"marketplace by id":     {map[string]string{"SP_API_MARKETPLACE": "ATVPDKIKX0DER"}, trip{"https://sellingpartnerapi-na.amazon.com", amazonLogin, "ATVPDKIKX0DER", "env-app", "Atzr|env"}},
		"sandbox":               {map[string]string{"SP_API_REGION": "NA", "SP_API_SANDBOX": "true"}, trip{"https://sandbox.sellingpartnerapi-na.amazon.com", amazonLogin, "", "env-app", "Atzr|env"}},
		"no sandbox":            {map[string]string{"SP_API_REGION": "na", "SP_API_SANDBOX": "0"}, trip{"https://sellingpartnerapi-na.amazon.com", amazonLogin, "", "env-app", "Atzr|env"}},
		"an emulator":           {map[string]string{"SP_API_ENDPOINT": "http://127.0.0.1:1", "SP_API_TOKEN_ENDPOINT": "http://127.0.0.1:1/auth/o2/token"}, trip{"http://127.0.0.1:1", "http://127.0.0.1:1/auth/o2/token", "", "env-app", "Atzr|env"}},
		"Amazon's token server": {map[string]string{"SP_API_REGION": "na", "SP_API_TOKEN_ENDPOINT": "https://api.amazon.com/other"}, trip{"https://sellingpartnerapi-na.amazon.com", "https://api.amazon.com/other", "", "env-app", "Atzr|env"}},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, credentialsAnd(c.env))
			client, err := facade.New(facade.FromEnv())
			if err != nil {
				t.Fatal(err)
			}
			if got := travel(t, client); got != c.want {
				t.Errorf("%+v,\nwant %+v", got, c.want)
			}
		})
	}
}

func TestFromEnvRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"nothing set":         {nil, []string{"a region is needed", "credentials are needed"}},
		"half of credentials": {map[string]string{"LWA_APP_ID": "app", "SP_API_REGION": "na"}, []string{"credentials: client secret is missing (ClientSecret, LWA_CLIENT_SECRET); refresh token is missing (RefreshToken, SP_API_REFRESH_TOKEN)"}},
		"no refresh token":    {map[string]string{"LWA_APP_ID": "app", "LWA_CLIENT_SECRET": "secret", "SP_API_REGION": "na"}, []string{"refresh token"}},
		"all wrong": {credentialsAnd(map[string]string{
			"SP_API_REGION": "us-east-1", "SP_API_MARKETPLACE": "Mars", "SP_API_ENDPOINT": "http://me:hunter2@api.example", "SP_API_TOKEN_ENDPOINT": "Atzr|hunter2", "SP_API_SANDBOX": "maybe",
		}), []string{
			`SP_API_REGION: region must be na, eu or fe, got "us-east-1"`, `SP_API_MARKETPLACE: marketplace must be a country code such as US or a marketplace id, got "Mars"`,
			`SP_API_ENDPOINT: endpoint must have no user, query or fragment, got "http://…@api.example"`,
			`SP_API_TOKEN_ENDPOINT: token endpoint must be an absolute URL, got "…"`, `SP_API_SANDBOX: must be true or false, got "maybe"`,
		}},
		"foreign endpoint alone": {credentialsAnd(map[string]string{"SP_API_ENDPOINT": "https://api.example"}), []string{`"https://api.example"`, "needs WithTokenEndpoint", "SP_API_TOKEN_ENDPOINT"}},
	} {
		t.Run(name, func(t *testing.T) {
			environment(t, c.env)
			_, err := facade.New(facade.FromEnv())
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\nlacks: %s", err, want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("repeats a secret: %v", err)
			}
		})
	}
}

// A derived client does not read the environment again, unless told to.
func TestDerivedClientsReadTheEnvironmentWhenTold(t *testing.T) {
	environment(t, credentialsAnd(map[string]string{"SP_API_REGION": "na"}))
	client, err := facade.New(facade.FromEnv())
	if err != nil {
		t.Fatal(err)
	}
	environment(t, credentialsAnd(map[string]string{"SP_API_REGION": "eu"}))
	if got := travel(t, client); got.api != "https://sellingpartnerapi-na.amazon.com" {
		t.Errorf("derived: %+v", got)
	}
	again, err := client.With(facade.FromEnv())
	if err != nil {
		t.Fatal(err)
	}
	if got := travel(t, again); got.api != "https://sellingpartnerapi-eu.amazon.com" {
		t.Errorf("derived with FromEnv: %+v", got)
	}
}
