package main

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/contract"
	"github.com/spservices/services-go/emulator"
)

// TestDemoAtEveryHourOfTheWeek walks the demo where no socket is needed, so that
// nights and weekends come in milliseconds.
func TestDemoAtEveryHourOfTheWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 7 * 24 {
			emu, err := emulator.New()
			if err != nil {
				t.Fatal(err)
			}
			traffic := newTraffic()
			traffic.next = contract.Transport(emu.Transport(), func(e contract.Exchange) {
				for _, v := range e.Violations {
					t.Errorf("%v: %s", time.Now(), v)
				}
			})
			client, err := embeddedClient(emu, traffic)
			if err != nil {
				t.Fatal(err)
			}
			walk := &tour{client: client, emulator: emu, traffic: traffic, out: newPrinter(io.Discard, false)}
			if err := walk.wholeJob(t.Context()); err != nil {
				t.Errorf("%v: %v", time.Now().Format("Mon 15:04"), err)
			}
			time.Sleep(time.Hour + time.Minute) // of a fake clock
		}
	})
}
