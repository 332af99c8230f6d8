package emulator_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
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

// TestTokenServerTakesJSON covers the clients that send JSON, Amazon's own for
// C# among them.
func TestTokenServerTakesJSON(t *testing.T) {
	t.Parallel()
	f := start(t)
	login := f.emu.Credentials()
	body := func(members ...any) string {
		all := map[string]any{
			"grant_type": "refresh_token", "client_id": login.ClientID, "client_secret": login.ClientSecret, "refresh_token": login.RefreshToken,
		}
		for i := 0; i < len(members); i += 2 {
			all[members[i].(string)] = members[i+1]
		}
		return toJSON(all)
	}
	const plain = "application/json"
	for name, c := range map[string]struct {
		kind, body string
		status     int
		want       string
	}{
		"refresh token":            {plain, body(), 200, `"expires_in":3600`},
		"charset":                  {"application/json; charset=utf-8", body(), 200, `"access_token"`},
		"other case":               {"Application/JSON;Charset=UTF-8", body(), 200, `"access_token"`},
		"empty parameter":          {"application/json;", body(), 200, `"access_token"`},
		"malformed parameter":      {"application/json; charset", body(), 200, `"access_token"`},
		"unknown members":          {plain, body("client_name", "x", "nested", map[string]any{"a": []int{1}}), 200, `"access_token"`},
		"null for what is missing": {plain, body("scope", nil), 200, `"access_token"`},
		"spaces around":            {plain, "\r\n " + body() + "\n", 200, `"access_token"`},
		"client credentials":       {plain, body("grant_type", "client_credentials", "scope", "sellingpartnerapi::notifications"), 200, `"access_token"`},
		"no scope":                 {plain, body("grant_type", "client_credentials"), 400, "invalid_scope"},
		"no grant type":            {plain, "{}", 400, "invalid_request"},
		"other grant type":         {plain, body("grant_type", "password"), 400, "unsupported_grant_type"},
		"no client":                {plain, body("client_id", ""), 400, "invalid_request"},
		"other secret":             {plain, body("client_secret", "x"), 401, "invalid_client"},
		"other refresh token":      {plain, body("refresh_token", "x"), 400, "invalid_grant"},
		"a number":                 {plain, body("refresh_token", 1), 400, "invalid_request"},
		"a list":                   {plain, body("scope", []string{"a"}), 400, "invalid_request"},
		"no object":                {plain, `"text"`, 400, "invalid_request"},
		"nothing":                  {plain, "", 400, "invalid_request"},
		"half":                     {plain, body()[:20], 400, "invalid_request"},
		"a form":                   {plain, "grant_type=refresh_token", 400, "invalid_request"},
		"JSON called a form":       {"application/x-www-form-urlencoded", body(), 400, "invalid_request"},
		"too long":                 {plain, body("padding", strings.Repeat("x", 64<<10)), 400, "invalid_request"},
		"other media type":         {"application/jsonp", body(), 400, "invalid_request"},
		"no media type":            {"", body(), 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{T: t, emu: f.emu, http: f.http}
			header := http.Header{}
			if c.kind != "" {
				header.Set("Content-Type", c.kind)
			}
			f.send("POST", f.emu.TokenURL(), header, c.body).want(c.status, c.want)
		})
	}
}

func TestTokenServerTakesJSONWithBasicAuthentication(t *testing.T) {
	t.Parallel()
	f := start(t)
	login := f.emu.Credentials()
	basic := base64.StdEncoding.EncodeToString([]byte(login.ClientID + ":" + login.ClientSecret))
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Basic " + basic}}
	f.send("POST", f.emu.TokenURL(), header, toJSON(map[string]string{"grant_type": "refresh_token", "refresh_token": login.RefreshToken})).want(200, "access_token")
}

func TestTokenServerTakesFormsHoweverTheyAreCalled(t *testing.T) {
	t.Parallel()
	f := start(t)
	login := f.emu.Credentials()
	form := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {login.ClientID}, "client_secret": {login.ClientSecret}, "refresh_token": {login.RefreshToken},
	}.Encode()
	for kind, status := range map[string]int{
		"application/x-www-form-urlencoded; charset=utf-8": 200, "APPLICATION/X-WWW-Form-Urlencoded;charset=\"utf-8\"": 200,
		"application/x-www-form-urlencoded;charset": 200, "text/plain": 400, "": 400, "/": 400,
	} {
		if got := f.send("POST", f.emu.TokenURL(), http.Header{"Content-Type": {kind}}, form); got.status != status {
			t.Errorf("%q: got %d, want %d", kind, got.status, status)
		}
	}
	f.send("GET", f.emu.TokenURL(), nil, "").want(405, "invalid_request")
}

// TestRefreshTokensOfEarlierVersions signs in with the spelling that the default
// seed had before a shell had to read it, and with a seed that has it still.
func TestRefreshTokensOfEarlierVersions(t *testing.T) {
	t.Parallel()
	old := func(now time.Time) (*emulator.Seed, error) {
		seed, err := emulator.Default(now)
		for i := range seed.Sellers {
			seed.Sellers[i].RefreshToken = strings.Replace(seed.Sellers[i].RefreshToken, "Atzr-", "Atzr|", 1)
		}
		return seed, err
	}
	for name, source := range map[string]emulator.Source{"this seed": emulator.Default, "an earlier seed": old} {
		for _, mark := range []string{"|", "-"} {
			f := start(t, emulator.WithSeed(source))
			login := f.emu.Credentials()
			login.RefreshToken = "Atzr" + mark + "emulator-refresh-token"
			if f.token = f.signIn(login); f.token == "" {
				t.Errorf("%s does not take %s", name, login.RefreshToken)
			}
			f.job(pendingJob)
			login.RefreshToken = "Atzr" + mark + "emulator-refresh-token-2"
			f.token = f.signIn(login)
			f.job(foreignJob)
			f.admin("POST", "tokens", `{"action":"revoke","token":"`+login.RefreshToken+`"}`).want(200, `"tokens":1`)
			for _, mark := range []string{"|", "-"} {
				login.RefreshToken = "Atzr" + mark + "emulator-refresh-token-2"
				if f.signIn(login) != "" {
					t.Errorf("%s takes %s, which is revoked", name, login.RefreshToken)
				}
			}
		}
	}
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
