package contract_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

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
	if u, err := url.Parse(endpoint); err != nil || strings.HasSuffix(u.Hostname(), "amazon.com") {
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

// TestSuiteAtAnotherServer runs the suite as CONTRACT_ENDPOINT does, against a
// server with another seed and the real time.
func TestSuiteAtAnotherServer(t *testing.T) {
	table, err := readCells()
	if err != nil {
		t.Fatal(err)
	}
	emu := emulator.Start(t)
	login := emu.Credentials()
	g := &target{server: server{
		emu.URL(), emu.TokenURL(),
		facade.Credentials{ClientID: login.ClientID, ClientSecret: login.ClientSecret, RefreshToken: login.RefreshToken},
		facade.MarketplaceID(emu.Marketplace()),
	}, limiter: facade.Unlimited()}
	g.discover(t)
	s := &suite{table: table, scenarios: scenarios(table), target: g, exchanges: map[string][]*exchange{}}
	t.Run("scenarios", s.play)
	found := s.collect(nil, func(*exchange) string { return "" })
	if n := found.count(); n[byState] < 45 || n[byRaw] < 24 { // what needs the clock, the faults or a second seller is left out
		t.Errorf("%d cells driven by state and %d raw", n[byState], n[byRaw])
	}
}
