package facade_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/spservices/services-go/facade"
)

// place says where a setting is given: nowhere, in the environment, in code or
// in both.
type place int

const (
	nowhere place = 0
	inEnv   place = 1
	inCode  place = 2
	inBoth  place = inEnv | inCode
)

var givenIn = []place{nowhere, inEnv, inCode, inBoth}

func (p place) env() bool  { return p&inEnv != 0 }
func (p place) code() bool { return p&inCode != 0 }

// combination is one cell of the matrix. The environment says na and US, the
// code eu and DE.
type combination struct {
	tokensBy                                   string // option, "" for the environment's credentials
	credentials, endpoint, login, region, shop place
	sandboxEnv, sandboxOn, sandboxOff          bool
}

const (
	envHost, codeHost   = "https://env.example", "https://code.example"
	envLogin, codeLogin = "https://env.example/token", "https://code.example/token"
)

func (c combination) environment(t *testing.T) {
	values := map[string]string{}
	set := func(given bool, name, value string) {
		if given {
			values[name] = value
		}
	}
	set(c.credentials.env(), "SP_API_REFRESH_TOKEN", "Atzr|env")
	set(c.credentials.env(), "LWA_APP_ID", "env-app")
	set(c.credentials.env(), "LWA_CLIENT_SECRET", "env-secret")
	set(c.endpoint.env(), "SP_API_ENDPOINT", envHost)
	set(c.login.env(), "SP_API_TOKEN_ENDPOINT", envLogin)
	set(c.region.env(), "SP_API_REGION", "na")
	set(c.shop.env(), "SP_API_MARKETPLACE", "US")
	set(c.sandboxEnv, "SP_API_SANDBOX", "true")
	environment(t, values)
}

func (c combination) options() (opts []facade.Option) {
	own := facade.Credentials{ClientID: "code-app", ClientSecret: "code-secret", RefreshToken: "Atzr|code"}
	for _, o := range []struct {
		given  bool
		option facade.Option
	}{
		{c.tokensBy == "WithCredentials", facade.WithCredentials(own)},
		{c.tokensBy == "WithCredentialsFunc", facade.WithCredentialsFunc(func(context.Context) (facade.Credentials, error) { return own, nil })},
		{c.tokensBy == "WithTokenSource", facade.WithTokenSource(facade.StaticToken("Atza|code"))},
		{c.endpoint.code(), facade.WithEndpoint(codeHost)},
		{c.login.code(), facade.WithTokenEndpoint(codeLogin)},
		{c.region.code(), facade.WithRegion(facade.Europe)},
		{c.shop.code(), facade.WithMarketplace(facade.MarketplaceDE)},
		{c.sandboxOn, facade.WithSandbox(true)},
		{c.sandboxOff, facade.WithSandbox(false)},
	} {
		if o.given {
			opts = append(opts, o.option)
		}
	}
	return opts
}

// want is what the error of a refused combination names, or where a taken one
// sends to.
func (c combination) want() (names []string, want trip) {
	codeChoosesHost := c.endpoint.code() || c.region.code() || c.sandboxOn
	host := map[bool]string{true: codeHost}[c.endpoint.code()]
	if c.endpoint.env() && !codeChoosesHost {
		host = envHost
	}
	region := ""
	for _, r := range []struct {
		given bool
		value string
	}{{c.region.code(), "eu"}, {c.shop.code(), "eu"}, {c.region.env(), "na"}, {c.shop.env(), "na"}} {
		if r.given && region == "" {
			region = r.value
		}
	}
	source := c.tokensBy == "WithTokenSource"
	for _, r := range []struct {
		refused bool
		names   []string
	}{
		{c.region.code() && c.endpoint.code(), []string{`WithRegion("eu")`, `WithEndpoint("https://code.example")`}},
		{c.region.env() && c.endpoint.env() && !codeChoosesHost, []string{`SP_API_REGION "na"`, `SP_API_ENDPOINT "https://env.example"`}},
		{c.credentials.code() && c.endpoint == inEnv, []string{c.tokensBy, `SP_API_ENDPOINT "https://env.example"`}},
		{c.credentials.code() && c.login == inEnv, []string{c.tokensBy, `SP_API_TOKEN_ENDPOINT "https://env.example/token"`}},
		{host == "" && region == "", []string{"WithRegion", "SP_API_REGION"}},
		{host == "" && c.region.code() && c.shop == inEnv, []string{"WithRegion", "SP_API_MARKETPLACE", "served by region na, not eu"}},
		{!source && host != "" && c.login == nowhere, []string{`"` + host + `"`, "WithTokenEndpoint", "SP_API_TOKEN_ENDPOINT"}},
		{!source && host == "" && region != "" && c.login != nowhere, []string{"needs an endpoint of its own"}},
	} {
		if r.refused {
			names = append(names, r.names...)
		}
	}
	want = trip{api: host, login: map[bool]string{true: codeLogin, false: envLogin}[c.login.code()], clientID: "env-app", refreshToken: "Atzr|env"}
	if host == "" {
		sandbox := map[bool]string{true: "sandbox."}[c.sandboxOn || c.sandboxEnv && !c.sandboxOff]
		want.api = "https://" + sandbox + "sellingpartnerapi-" + region + ".amazon.com"
	}
	if c.login == nowhere {
		want.login = "https://api.amazon.com/auth/o2/token"
	}
	if c.credentials.code() {
		want.clientID, want.refreshToken = "code-app", "Atzr|code"
	}
	if source {
		want.login, want.clientID, want.refreshToken = "", "", ""
	}
	if c.shop != nowhere {
		want.marketplace = string(map[bool]facade.MarketplaceID{true: facade.MarketplaceDE, false: facade.MarketplaceUS}[c.shop.code()])
	}
	return names, want
}

func combinations() (all []combination) {
	for _, tokens := range []combination{
		{credentials: inEnv},
		{credentials: inCode, tokensBy: "WithCredentials"},
		{credentials: inCode, tokensBy: "WithCredentialsFunc"},
		{credentials: inCode, tokensBy: "WithTokenSource"},
		{credentials: inBoth, tokensBy: "WithCredentials"},
		{credentials: inBoth, tokensBy: "WithTokenSource"},
	} {
		for _, sandbox := range []combination{{}, {sandboxEnv: true}, {sandboxOn: true}, {sandboxEnv: true, sandboxOff: true}} {
			for _, tokens.endpoint = range givenIn {
				for _, tokens.login = range givenIn {
					for _, tokens.region = range givenIn {
						for _, tokens.shop = range givenIn {
							c := tokens
							c.sandboxEnv, c.sandboxOn, c.sandboxOff = sandbox.sandboxEnv, sandbox.sandboxOn, sandbox.sandboxOff
							all = append(all, c)
						}
					}
				}
			}
		}
	}
	return all
}

// TestCodeWinsOverTheEnvironment goes through all that can be given in either
// place. Wherever FromEnv stands, and also where a client is derived, the
// environment overrides nothing, and no credentials of the code reach a server
// that only the environment names.
func TestCodeWinsOverTheEnvironment(t *testing.T) {
	for _, c := range combinations() {
		c.environment(t)
		names, want := c.want()
		opts := c.options()
		fail := func(how string, got any) {
			t.Helper()
			t.Errorf("%+v, %s: %v,\nwant %+v, or an error that names %q", c, how, got, want, names)
		}
		try := func(how string, client *facade.Client, err error) {
			t.Helper()
			if len(names) > 0 {
				if err == nil {
					fail(how, travel(t, client))
					return
				}
				for _, name := range names {
					if !strings.Contains(err.Error(), name) {
						fail(how, err)
					}
				}
				return
			}
			if err != nil {
				fail(how, err)
			} else if got := travel(t, client); got != want {
				fail(how, fmt.Sprintf("%+v", got))
			}
		}
		client, err := facade.New(append([]facade.Option{facade.FromEnv()}, opts...)...)
		try("FromEnv first", client, err)
		client, err = facade.New(append(opts[:len(opts):len(opts)], facade.FromEnv())...)
		try("FromEnv last", client, err)
		if parent, err := facade.New(facade.FromEnv()); err == nil {
			if client, err := parent.With(opts...); len(names) > 0 || err == nil {
				try("derived from the environment's", client, err)
			}
		}
		if parent, err := facade.New(opts...); err == nil {
			if client, err := parent.With(facade.FromEnv()); len(names) > 0 || err == nil {
				try("derived by FromEnv", client, err)
			}
		}
		if t.Failed() {
			return
		}
	}
}
