package emulator_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestTokenServer(t *testing.T) {
	t.Parallel()
	f := start(t)
	login := f.emu.Credentials()
	for name, c := range map[string]struct {
		form   url.Values
		status int
		want   string
	}{
		"refresh token":       {url.Values{}, 200, `"expires_in":3600`},
		"client credentials":  {url.Values{"grant_type": {"client_credentials"}, "scope": {"sellingpartnerapi::notifications"}, "refresh_token": {}}, 200, `"access_token"`},
		"no scope":            {url.Values{"grant_type": {"client_credentials"}}, 400, "invalid_scope"},
		"no grant type":       {url.Values{"grant_type": {}}, 400, "invalid_request"},
		"other grant type":    {url.Values{"grant_type": {"password"}}, 400, "unsupported_grant_type"},
		"no client":           {url.Values{"client_id": {}}, 400, "invalid_request"},
		"other client":        {url.Values{"client_id": {"x"}}, 401, "invalid_client"},
		"other secret":        {url.Values{"client_secret": {"x"}}, 401, "invalid_client"},
		"no refresh token":    {url.Values{"refresh_token": {}}, 400, "invalid_request"},
		"other refresh token": {url.Values{"refresh_token": {"x"}}, 400, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{
				"grant_type": {"refresh_token"}, "client_id": {login.ClientID},
				"client_secret": {login.ClientSecret}, "refresh_token": {login.RefreshToken},
			}
			for key, values := range c.form {
				form[key] = values
			}
			f := &fixture{T: t, emu: f.emu, http: f.http}
			f.form(form).want(c.status, c.want)
		})
	}
}

func TestTokenServerWantsAForm(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.send("GET", f.emu.TokenURL(), nil, "").want(405, "invalid_request")
	f.send("POST", f.emu.TokenURL(), http.Header{"Content-Type": {"application/json"}}, "{}").want(400, "invalid_request")
}

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	valid := f.token
	f.token = ""
	f.call("GET", jobPath(pendingJob), "").want(403, "Unauthorized", "missing")
	f.token = "Atza|unknown"
	f.call("GET", jobPath(pendingJob), "").want(403, "Unauthorized", "revoked")
	f.token = "unknown"
	f.call("GET", jobPath(pendingJob), "").want(403, "Unauthorized", "malformed")
	f.token = valid
	f.call("GET", jobPath(pendingJob), "").want(200)
	f.emu.Clock().Advance(time.Hour)
	f.call("GET", jobPath(pendingJob), "").want(403, "Unauthorized", "expired")
}

func TestCapacityTellsMissingAndMalformedTokensApart(t *testing.T) {
	t.Parallel()
	f := start(t)
	valid := f.token
	f.emu.Clock().Advance(time.Hour)
	for _, kind := range []string{"range", "fixed"} {
		for token, want := range map[string]int{"": 401, "unknown": 401, "Atza|unknown": 403, valid: 403} {
			f.token = token
			f.call("POST", f.capacity(technician, kind, ""), "{"+windowOf(noon, noon.Add(time.Hour))+"}").want(want, "Unauthorized")
		}
	}
}
