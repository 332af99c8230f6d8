package emulatortest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/emulator/emulatortest"
	"github.com/spservices/services-go/facade"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var lastYear = facade.ServiceJobsQuery{CreatedAfter: time.Now().AddDate(-1, 0, 0)}

func TestClientOverASocket(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	page, err := emulatortest.NewClient(t, emu).ListServiceJobs(t.Context(), lastYear)
	if err != nil || page.TotalResultSize == 0 || len(emu.Requests(nil)) == 0 {
		t.Errorf("%d requests, %v", len(emu.Requests(nil)), err)
	}
}

func TestClientInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		emu, err := emulator.New(emulator.WithThrottling())
		if err != nil {
			t.Fatal(err)
		}
		client := emulatortest.NewClient(t, emu, facade.WithLimiter(facade.Unlimited()))
		query := facade.ServiceJobsQuery{CreatedAfter: time.Now().AddDate(-1, 0, 0)}
		for {
			if _, err := client.ListServiceJobs(t.Context(), query, facade.NoRetry()); errors.Is(err, facade.ErrThrottled) {
				return // the option has won, and time stands still
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// failed is a test that takes note of its end.
type failed struct {
	emulator.TB
	text string
}

func (f *failed) Fatalf(format string, args ...any) { f.text = format }

func TestWrongOption(t *testing.T) {
	t.Parallel()
	f := &failed{TB: t}
	if client := emulatortest.NewClient(f, emulator.Start(t), facade.WithRegion("mars")); client != nil || f.text == "" {
		t.Errorf("got %v, %q", client, f.text)
	}
}
