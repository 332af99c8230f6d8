package emulator_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
)

// neighbour is the client of another seller of the same emulator.
func (f *fixture) neighbour(sellerID string) (client *fixture, refreshToken string) {
	f.Helper()
	var issued struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	f.admin("POST", "tokens", `{"action":"issue","sellerId":"`+sellerID+`"}`).want(200).decode(&issued)
	return &fixture{T: f.T, emu: f.emu, http: f.http, token: issued.AccessToken}, issued.RefreshToken
}

func TestResetOfOneSeller(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	f := start(t, emulator.WithStateFile(file))
	other, othersToken := f.neighbour("A2EXAMPLESELLER")
	_, granted := f.neighbour("A1EXAMPLESELLER")
	f.admin("POST", "tokens", `{"action":"revoke","token":"`+f.emu.Credentials().RefreshToken+`"}`).want(200)
	before := f.call("GET", jobPath(pendingJob), "").text
	slot := f.slots(pendingJob)[0].StartTime
	first := f.book(pendingJob, slot)
	other.call("PUT", jobPath(foreignJob, "/completions"), "").want(200)
	for _, body := range []string{`{"sellerId":"nobody"}`, `{"sellerId":""}`, `{"seller":"A1EXAMPLESELLER"}`, `{"sellerId":`} {
		f.admin("POST", "reset", body).want(400, `"error"`)
	}
	if got := f.job(pendingJob); len(got.Appointments) != 1 {
		t.Errorf("a reset that was refused has changed the job: %+v", got)
	}
	f.admin("POST", "reset", `{"sellerId":"A1EXAMPLESELLER"}`).want(204)
	f.call("GET", jobPath(pendingJob), "").want(200, string(before))
	if got := other.job(foreignJob); got.ServiceJobStatus != "COMPLETED" {
		t.Errorf("the job of the other seller is %s", got.ServiceJobStatus)
	}
	for token, works := range map[string]bool{othersToken: true, granted: false, f.emu.Credentials().RefreshToken: true} {
		login := f.emu.Credentials()
		login.RefreshToken = token
		if got := f.signIn(login); (got != "") != works {
			t.Errorf("%.12s signs in: %t", token, !works)
		}
	}
	if again := f.book(pendingJob, slot); again != first {
		t.Errorf("the same call gives another identifier: %s and %s", again, first)
	}
	state := f.snapshot()
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	f = start(t, emulator.WithStateFile(file))
	if got := f.snapshot(); got != state {
		t.Error("the state is another one after a restart")
	}
	f.admin("POST", "reset", "").want(204)
	if strings.Contains(f.snapshot(), `"serviceJobId":"`+foreignJob+`","serviceJobStatus":"COMPLETED"`) || len(f.job(pendingJob).Appointments) > 0 {
		t.Error("a reset of the whole left something")
	}
	if err := f.emu.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.emu.ResetSeller("A1EXAMPLESELLER"); err == nil {
		t.Error("a reset without its state file succeeded")
	}
}

// TestResetOfOneSellerKeepsWritesOfOthers writes for one seller while another
// is reset over and over.
func TestResetOfOneSellerKeepsWritesOfOthers(t *testing.T) {
	t.Parallel()
	seed := func(now time.Time) (*emulator.Seed, error) {
		seed, err := oneSlot(now.Add(24*time.Hour), 100)(now)
		if err != nil {
			return nil, err
		}
		second := seed.Sellers[0]
		second.SellerID, second.RefreshToken, second.Resources, second.Jobs = "second", "Atzr|second", nil, nil
		seed.Sellers = append(seed.Sellers, second)
		return seed, nil
	}
	f := start(t, emulator.WithSeed(seed))
	var resets sync.WaitGroup
	done := make(chan struct{})
	resets.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if err := f.emu.ResetSeller("second"); err != nil {
				t.Error(err)
			}
		}
	})
	var writes sync.WaitGroup
	for i := range 4 {
		writes.Go(func() {
			for n := i; n < 100; n += 4 {
				f.call("PUT", jobPath(fmt.Sprintf("job-%d", n), "/completions"), "").want(200)
			}
		})
	}
	writes.Wait()
	close(done)
	resets.Wait()
	if got := strings.Count(f.snapshot(), `"COMPLETED"`); got != 100 {
		t.Errorf("%d of 100 writes are there", got)
	}
}
