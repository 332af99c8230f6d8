// Package emulatortest points clients of package facade at an emulator.
package emulatortest

import (
	"net/http"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

// NewClient returns a client with [Options]. Later options win. The test fails
// when an option is wrong.
func NewClient(t emulator.TB, emu *emulator.Emulator, opts ...facade.Option) *facade.Client {
	t.Helper()
	client, err := facade.New(append(Options(emu), opts...)...)
	if err != nil {
		t.Fatalf("emulatortest: %v", err)
	}
	return client
}

// Options point a client at the first seller of emu's seed and at its
// marketplace. An emulator that does not listen is reached without sockets, so
// that the client works inside testing/synctest.
func Options(emu *emulator.Emulator) []facade.Option {
	login := emu.Credentials()
	opts := []facade.Option{
		facade.WithEndpoint(emu.URL()),
		facade.WithTokenEndpoint(emu.TokenURL()),
		facade.WithMarketplace(facade.MarketplaceID(emu.Marketplace())),
		facade.WithCredentials(facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken}),
	}
	if emu.Addr() == "" {
		opts = append(opts, facade.WithHTTPClient(&http.Client{Transport: emu.Transport()}))
	}
	return opts
}
