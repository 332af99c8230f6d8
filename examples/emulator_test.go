package examples

import (
	"testing"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

func newClient(t *testing.T, emu *emulator.Emulator) *facade.Client {
	t.Helper()
	login := emu.Credentials()
	client, err := facade.New(
		facade.WithEndpoint(emu.URL()),
		facade.WithTokenEndpoint(emu.TokenURL()),
		facade.WithMarketplace(facade.MarketplaceID(emu.Marketplace())),
		facade.WithCredentials(facade.Credentials{
			ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken,
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestCancel(t *testing.T) {
	emu := emulator.Start(t) // stops when the test ends
	client := newClient(t, emu)
	if err := client.CancelServiceJob(t.Context(), pendingJob, "V1"); err != nil {
		t.Fatal(err)
	}
	job, err := client.GetServiceJob(t.Context(), pendingJob)
	if err != nil || job.ServiceJobStatus != facade.ServiceJobStatusCancelled {
		t.Errorf("job %v, error %v", job, err)
	}
}
