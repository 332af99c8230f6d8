package contract_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spservices/services-go/contract"
	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

// One line makes any program check what it sends and gets.
func ExampleTransport() {
	emu, err := emulator.New() // or a server that sockets lead to
	if err != nil {
		fmt.Println(err)
		return
	}
	report := func(e contract.Exchange) {
		fmt.Println(e.Operation, e.Status, "violations:", len(e.Violations))
		for _, v := range e.Violations {
			fmt.Println(v)
		}
	}
	login := emu.Credentials()
	client, err := facade.New(
		facade.WithHTTPClient(&http.Client{Transport: contract.Transport(emu.Transport(), report)}), // this one
		facade.WithEndpoint(emu.URL()),
		facade.WithTokenEndpoint(emu.TokenURL()),
		facade.WithMarketplace(facade.MarketplaceUS),
		facade.WithCredentials(facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = client.GetServiceJob(context.Background(), "no-such-job")
	_ = client.CancelServiceJob(context.Background(), "no-such-job", "", facade.NoValidation())
	// Output:
	// getServiceJobByServiceJobId 422 violations: 0
	// cancelServiceJobByServiceJobId 400 violations: 1
	// cancelServiceJobByServiceJobId: request query cancellationReasonCode: is required
}
