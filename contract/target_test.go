package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/facade"
)

// target is a server that the suite did not start. It is used with care: one
// scenario after the other, with what jobs it has.
type target struct {
	server  server
	cast    *cast
	limiter facade.Limiter
	options []facade.Option // of every client
}

// perOperation paces by operation alone, so that requests which do not go
// through a client can take part.
type perOperation struct{ limiter facade.Limiter }

func (p perOperation) Wait(ctx context.Context, key facade.Key, plan facade.Plan) error {
	return p.limiter.Wait(ctx, facade.Key{Operation: key.Operation}, plan)
}

func (p perOperation) Observe(key facade.Key, outcome facade.Outcome) {
	p.limiter.Observe(facade.Key{Operation: key.Operation}, outcome)
}

// targetOf is the server that CONTRACT_ENDPOINT names, with its token server
// CONTRACT_TOKEN_ENDPOINT and the credentials that [facade.FromEnv] reads; nil
// without it.
func targetOf(t *testing.T) *target {
	t.Helper()
	endpoint := strings.TrimSuffix(os.Getenv("CONTRACT_ENDPOINT"), "/")
	if endpoint == "" {
		return nil
	}
	if u, err := url.Parse(endpoint); err != nil || isAmazon(u.Hostname()) {
		t.Fatal("the suite writes: CONTRACT_ENDPOINT cannot be Amazon's. For its sandbox set CONTRACT_SANDBOX=1 instead")
	}
	marketplace, err := facade.ParseMarketplace(os.Getenv("SP_API_MARKETPLACE"))
	if err != nil {
		t.Fatalf("SP_API_MARKETPLACE: %v", err)
	}
	found := &target{
		server: server{
			endpoint: endpoint, tokenURL: os.Getenv("CONTRACT_TOKEN_ENDPOINT"), marketplace: marketplace,
			login: facade.Credentials{
				ClientID: os.Getenv("LWA_APP_ID"), ClientSecret: os.Getenv("LWA_CLIENT_SECRET"), RefreshToken: os.Getenv("SP_API_REFRESH_TOKEN"),
			},
		},
		limiter: perOperation{facade.NewLimiter()},
	}
	if found.server.tokenURL == "" {
		found.server.tokenURL = endpoint + "/auth/o2/token"
	}
	found.discover(t)
	return found
}

// isAmazon reports whether a host may be Amazon's, in any spelling. Letters
// beyond ASCII can stand for others in the name of a host.
func isAmazon(host string) bool {
	host = strings.TrimRight(strings.ToLower(host), ".")
	return strings.HasSuffix(host, "amazon.com") || strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII })
}

// discover finds out which jobs the server has for which part.
func (g *target) discover(t *testing.T) {
	t.Helper()
	g.cast = &cast{}
	g.options = []facade.Option{facade.WithTokenStore(facade.NewTokenStore()), facade.WithLimiter(g.limiter)}
	s := g.scene(t, "discovery")
	query := facade.ServiceJobsQuery{CreatedAfter: s.now().Add(-365 * day)}
	seen := 0
	for job, err := range s.client.ServiceJobs(context.Background(), query) {
		if err != nil {
			t.Fatal(err)
		}
		g.cast.learn(job)
		if seen++; seen == 500 {
			break
		}
	}
	t.Logf("%s has %d jobs, of which %d wait for an appointment", g.server.endpoint, seen, len(g.cast.pending))
}

// learn gives a job the part that it fits.
func (c *cast) learn(job *facade.ServiceJob) {
	var active, staff, last string
	for _, a := range job.Appointments {
		last = a.AppointmentID
		for _, technician := range a.AssignedTechnicians {
			c.resource = technician.TechnicianID
		}
		if a.AppointmentStatus == facade.AppointmentStatusActive {
			active = a.AppointmentID
			if len(a.AssignedTechnicians) > 0 {
				staff = c.resource
			}
		}
	}
	switch {
	case job.ServiceJobStatus == facade.ServiceJobStatusPendingSchedule && last == "" && job.ScopeOfWork != nil:
		c.pending = append(c.pending, job.ServiceJobID)
		c.store, c.asin = job.StoreID, job.ScopeOfWork.ASIN
	case job.ServiceJobStatus == facade.ServiceJobStatusNotServiced && active != "" && c.bookedStaff == "":
		c.booked, c.bookedAppointment, c.bookedStaff = job.ServiceJobID, active, staff
	case job.ServiceJobStatus == facade.ServiceJobStatusCompleted && last != "":
		c.completed, c.completedAppointment = job.ServiceJobID, last
	case job.ServiceJobStatus == facade.ServiceJobStatusCancelled:
		c.cancelled = job.ServiceJobID
	}
}

// scene is a scenario at the server.
func (g *target) scene(t *testing.T, name string) *scene {
	t.Helper()
	s := &scene{T: t, server: g.server, cast: g.cast, recorder: newRecorder(t, name), via: byState, limiter: g.limiter}
	s.client = s.newClient(g.options...)
	return s
}

// report is what a run at another server has shown.
func (s *suite) report() string {
	found := s.collect(nil, func(*exchange) string { return "" })
	n := found.count()
	var b strings.Builder
	found.matrix(&b, 2) // the third judges the record, which is of the emulator
	fmt.Fprintf(&b, "\n%s drove %d of %d cells by its state, and %d by requests that the façade refuses to send\n",
		s.target.server.endpoint, n[byState], len(found.Cells), n[byRaw])
	return b.String()
}

// undriven are the cells that no scenario drove for want of something.
func (s *suite) undriven() (list []cell) {
	for _, e := range s.collect(nil, func(*exchange) string { return "" }).Cells {
		if e.Means == "" && s.lacks[e.cell] != "" {
			list = append(list, e.cell)
		}
	}
	return list
}

// runAt runs the suite as CONTRACT_ENDPOINT does.
func runAt(t *testing.T, emu *emulator.Emulator) *suite {
	t.Helper()
	table, err := readCells()
	if err != nil {
		t.Fatal(err)
	}
	login := emu.Credentials()
	g := &target{server: server{
		emu.URL(), emu.TokenURL(),
		facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken},
		facade.MarketplaceID(emu.Marketplace()),
	}, limiter: facade.Unlimited()}
	g.discover(t)
	s := newSuite(table, g)
	t.Run("scenarios", s.play)
	return s
}

// TestSuiteAtAnotherServer has another seed and the real time. Its state drives
// what that of the suite's emulator drives, but for usage plans, which no call
// of the API can use up in good time.
func TestSuiteAtAnotherServer(t *testing.T) {
	content, err := os.ReadFile(evidenceFile)
	if err != nil {
		t.Fatal(err)
	}
	var known evidence
	if err := json.Unmarshal(content, &known); err != nil {
		t.Fatal(err)
	}
	s := runAt(t, emulator.Start(t))
	driven := map[cell]means{}
	for _, e := range s.collect(nil, func(*exchange) string { return "" }).Cells {
		driven[e.cell] = e.Means
	}
	for _, e := range known.Cells {
		if e.Means != byScript && e.Status != http.StatusTooManyRequests && driven[e.cell] != e.Means {
			t.Errorf("%s is driven by %q, and by %q here; lacking %q", e.cell, e.Means, driven[e.cell], s.lacks[e.cell])
		}
	}
}

// TestSuiteAtAnEmptyServer tells what could not be driven there.
func TestSuiteAtAnEmptyServer(t *testing.T) {
	s := runAt(t, emulator.Start(t, emulator.WithSeed(func(now time.Time) (*emulator.Seed, error) {
		seed, err := everything(now)
		for i := range seed.Sellers {
			seed.Sellers[i].Jobs = nil
		}
		return seed, err
	})))
	undriven := s.undriven()
	for _, c := range []cell{{opAdd, 200}, {opComplete, 200}, {opFulfil, 204}, {opRelease, 204}, {opSlots, 200}} {
		if !slices.Contains(undriven, c) {
			t.Errorf("nobody says that nothing drove %s", c)
		}
	}
}

func TestIsAmazon(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"sellingpartnerapi-na.amazon.com": true, "amazon.com": true, "x.AMAZON.COM": true, "x.amazon.com.": true, "x.Amazon.Com..": true,
		"x.amazon.ｃom": true, "x.amazon。com": true,
		"127.0.0.1": false, "localhost": false, "amazon.com.example": false, "": false,
	} {
		if got := isAmazon(host); got != want {
			t.Errorf("%s: %t", host, got)
		}
	}
}
