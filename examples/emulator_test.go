package examples

import (
	"testing"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/emulator/emulatortest"
	"github.com/spservices/services-go/facade"
)

// pendingJob waits for an appointment in the seed that the emulator starts with.
const pendingJob = "00000000-0000-4000-a000-000000000001"

func TestCancel(t *testing.T) {
	emu := emulator.Start(t) // stops when the test ends
	client := emulatortest.NewClient(t, emu)
	if err := client.CancelServiceJob(t.Context(), pendingJob, "V1"); err != nil {
		t.Fatal(err)
	}
	job, err := client.GetServiceJob(t.Context(), pendingJob)
	if err != nil || job.ServiceJobStatus != facade.ServiceJobStatusCancelled {
		t.Errorf("job %v, error %v", job, err)
	}
}
