package emulator_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// machine is an emulator with what is known of it from its answers.
type machine struct {
	*fixture
	reservations map[string]gen.Reservation
	cancelled    []string
	uploads      []string // fulfilment documents, as JSON
	resources    []string
	state        string // snapshot after the latest step
}

func TestLifeCycles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(rapid.StateMachineActions(m))
	})
}

func newMachine(t *rapid.T) *machine {
	seed := func(now time.Time) (*emulator.Seed, error) {
		hour := now.Truncate(time.Hour)
		seed, err := oneSlot(hour.Add(time.Hour), 3)(now)
		if err != nil {
			return nil, err
		}
		s := &seed.Sellers[0]
		s.Resources[0].Schedule[0].EndTime = hour.Add(9 * time.Hour)
		second := s.Resources[0]
		second.ResourceID = "second"
		second.Schedule = []gen.AvailabilityRecord{{
			StartTime: hour.Add(2 * time.Hour), EndTime: hour.Add(5 * time.Hour), Capacity: 2,
			Recurrence: &gen.Recurrence{EndTime: hour.AddDate(0, 0, 9)},
		}}
		s.Resources = append(s.Resources, second)
		for i := range s.Jobs {
			s.Jobs[i].MarketplaceID = s.MarketplaceID
		}
		return seed, nil
	}
	f := start(t, emulator.WithSeed(seed), emulator.WithoutTokens())
	return &machine{fixture: f.unjudged(), reservations: map[string]gen.Reservation{}, resources: []string{"resource", "second"}, state: f.snapshot()}
}

// do sends a request of a step. A write that fails changes nothing, and
// nothing is ever the emulator's fault.
func (m *machine) do(method, path, body string) *answer {
	m.http.Transport = judged(m, m.emu.Transport())
	got := m.call(method, path, body)
	m.unjudged() // what is read after each step would be most of the work
	switch {
	case got.status >= 500:
		m.Fatalf("%s %s answers %d %s", method, path, got.status, got.text)
	case got.status >= 400:
		if now := m.snapshot(); now != m.state {
			m.Fatalf("%s %s answers %d and changes the state from\n%s\nto\n%s", method, path, got.status, m.state, now)
		}
	}
	return got
}

// Check holds after every step.
func (m *machine) Check(t *rapid.T) {
	m.state = m.snapshot()
	for _, j := range m.pages(t) {
		if got := m.job(j.ServiceJobID); toJSON(got) != toJSON(&j) {
			t.Fatalf("job and listing differ: %s and %s", toJSON(got), toJSON(&j))
		}
		checkAppointments(t, &j)
	}
	for _, resource := range m.resources {
		m.checkCapacity(t, resource)
	}
	for id := range m.reservations {
		if !strings.Contains(m.state, id) {
			t.Fatalf("reservation %s is lost", id)
		}
	}
	for _, id := range m.cancelled {
		if strings.Contains(m.state, id) {
			t.Fatalf("reservation %s is still there", id)
		}
	}
}

func checkAppointments(t *rapid.T, j *gen.ServiceJob) {
	active := 0
	byID := map[string]gen.Appointment{}
	for _, a := range j.Appointments {
		byID[a.AppointmentID] = a
		if a.AppointmentStatus == gen.AppointmentStatusActive {
			active++
		}
	}
	if active > 1 || len(byID) != len(j.Appointments) || active > 0 && terminal(j) {
		t.Fatalf("%s job with %d active of %d appointments, %d of them different", j.ServiceJobStatus, active, len(j.Appointments), len(byID))
	}
	for _, a := range j.Appointments {
		if next := a.RescheduledAppointmentID; next != "" && (byID[next].AppointmentID == "" || a.AppointmentStatus != gen.AppointmentStatusCancelled) {
			t.Fatalf("%s appointment moved to %q, which is not there", a.AppointmentStatus, next)
		}
	}
}

func terminal(j *gen.ServiceJob) bool {
	return j.ServiceJobStatus == gen.ServiceJobStatusCompleted || j.ServiceJobStatus == gen.ServiceJobStatusCancelled
}

// pages drains a listing and finds each job once.
func (m *machine) pages(t *rapid.T) (jobs []gen.ServiceJob) {
	query := "createdAfter=2000-01-01T00:00:00Z&sortField=JOB_STATUS&pageSize=" + fmt.Sprint(1+len(m.cancelled)%3)
	for token := ""; ; {
		page := m.list(query + token)
		jobs = append(jobs, page.Jobs...)
		if page.NextPageToken == "" {
			break
		}
		token = "&pageToken=" + url.QueryEscape(page.NextPageToken)
	}
	ids := map[string]bool{}
	for _, j := range jobs {
		ids[j.ServiceJobID] = true
	}
	if len(jobs) != 3 || len(ids) != 3 {
		t.Fatalf("pages hold %d jobs, %d different ones, want 3", len(jobs), len(ids))
	}
	return jobs
}

func (m *machine) checkCapacity(t *rapid.T, resource string) {
	var got gen.FixedSlotCapacity
	now := m.emu.Clock().Now().Truncate(time.Hour)
	m.call("POST", m.capacity(resource, "fixed", ""), "{"+everyKind+`,"slotDuration":60,`+windowOf(now.Add(-6*time.Hour), now.Add(18*time.Hour))+"}").want(200).decode(&got)
	for _, s := range got.Capacities {
		if *s.AvailableCapacity != *s.ScheduledCapacity-*s.ReservedCapacity-*s.EncumberedCapacity || *s.AvailableCapacity < 0 {
			t.Fatalf("capacities do not add up: %s", toJSON(s))
		}
	}
}

// draw picks a job and, if it has any, one of its appointments.
func (m *machine) draw(t *rapid.T) (*gen.ServiceJob, string) {
	j := m.job(fmt.Sprintf("job-%d", rapid.IntRange(0, 2).Draw(t, "job")))
	if len(j.Appointments) == 0 {
		return j, "none"
	}
	if rapid.IntRange(0, 3).Draw(t, "seldom") > 0 {
		return j, j.Appointments[len(j.Appointments)-1].AppointmentID
	}
	return j, rapid.SampledFrom(j.Appointments).Draw(t, "appointment").AppointmentID
}

// time is one that is mostly the start of a slot ahead.
func (m *machine) time(t *rapid.T) time.Time {
	if rapid.IntRange(0, 3).Draw(t, "seldom") > 0 {
		return m.emu.Clock().Now().Truncate(time.Hour).Add(time.Duration(rapid.IntRange(1, 6).Draw(t, "hours")) * time.Hour)
	}
	return m.emu.Clock().Now().Truncate(time.Hour).Add(time.Duration(rapid.IntRange(-2, 30).Draw(t, "half hours")) * 30 * time.Minute)
}

func (m *machine) resource(t *rapid.T) string {
	return rapid.SampledFrom(append([]string{"nobody"}, m.resources...)).Draw(t, "resource")
}

// settled fails unless a write to a terminal job was refused.
func settled(t *rapid.T, before *gen.ServiceJob, got *answer) bool {
	if terminal(before) && got.status < 400 {
		t.Fatalf("a %s job took a write: %d %s", before.ServiceJobStatus, got.status, got.text)
	}
	return got.status < 300
}

func (m *machine) Add(t *rapid.T) {
	j, _ := m.draw(t)
	got := m.do("POST", jobPath(j.ServiceJobID, "/appointments"), appointmentAt(m.time(t)))
	if settled(t, j, got) {
		m.appointed(t, j.ServiceJobID, got)
	}
}

func (m *machine) Reschedule(t *rapid.T) {
	j, id := m.draw(t)
	body := appointmentAt(m.time(t))
	got := m.do("POST", jobPath(j.ServiceJobID, "/appointments/", id), body[:len(body)-1]+`,"rescheduleReasonCode":"R1"}`)
	if settled(t, j, got) {
		if next := m.appointed(t, j.ServiceJobID, got); m.find(j.ServiceJobID, id).RescheduledAppointmentID != next {
			t.Fatalf("%s does not point to %s", id, next)
		}
	}
}

// appointed reads back what a write answered.
func (m *machine) appointed(t *rapid.T, job string, got *answer) string {
	var made gen.SetAppointmentResponse
	got.decode(&made)
	if a := m.find(job, made.AppointmentID); a.AppointmentStatus != gen.AppointmentStatusActive {
		t.Fatalf("the new appointment %s reads back as %s", made.AppointmentID, toJSON(a))
	}
	return made.AppointmentID
}

func (m *machine) find(job, id string) (found gen.Appointment) {
	for _, a := range m.job(job).Appointments {
		if a.AppointmentID == id {
			found = a
		}
	}
	return found
}

func (m *machine) Assign(t *rapid.T) {
	j, id := m.draw(t)
	resource := m.resource(t)
	got := m.do("PUT", jobPath(j.ServiceJobID, "/appointments/", id, "/resources"), `{"resources":[{"resourceId":"`+resource+`"}]}`)
	if settled(t, j, got) && m.find(j.ServiceJobID, id).AssignedTechnicians[0].TechnicianID != resource {
		t.Fatalf("%s is not assigned", resource)
	}
}

func (m *machine) Upload(*rapid.T) {
	destination, sum := m.upload([]byte("proof"))
	m.uploads = append(m.uploads, `{"uploadDestinationId":"`+destination+`","contentSha256":"`+sum+`"}`)
}

func (m *machine) Fulfil(t *rapid.T) {
	j, id := m.draw(t)
	body := `{"fulfillmentTime":{"startTime":"` + m.time(t).Format(time.RFC3339) + `","endTime":"` + m.time(t).Format(time.RFC3339) + `"}`
	if len(m.uploads) > 0 {
		body += `,"fulfillmentDocuments":[` + rapid.SampledFrom(m.uploads).Draw(t, "document") + "]"
	}
	got := m.do("PUT", jobPath(j.ServiceJobID, "/appointments/", id, "/fulfillment"), body+"}")
	if settled(t, j, got) && m.find(j.ServiceJobID, id).POA == nil {
		t.Fatal("there is no proof of a fulfilled appointment")
	}
}

func (m *machine) Cancel(t *rapid.T) {
	m.finish(t, "/cancellations?cancellationReasonCode=V1", gen.ServiceJobStatusCancelled)
}

func (m *machine) Complete(t *rapid.T) { m.finish(t, "/completions", gen.ServiceJobStatusCompleted) }

func (m *machine) finish(t *rapid.T, path string, to gen.ServiceJobStatus) {
	if rapid.IntRange(0, 4).Draw(t, "seldom") > 0 {
		t.Skip("jobs that end early make short lives")
	}
	j, _ := m.draw(t)
	got := m.do("PUT", jobPath(j.ServiceJobID, path), "")
	if allowed := !terminal(j) || j.ServiceJobStatus == to; allowed != (got.status == http.StatusOK) {
		t.Fatalf("a %s job answers %d %s", j.ServiceJobStatus, got.status, got.text)
	}
	if got.status == http.StatusOK && m.job(j.ServiceJobID).ServiceJobStatus != to {
		t.Fatalf("the job is not %s", to)
	}
}

func (m *machine) Reserve(t *rapid.T) {
	m.reserved(t, m.do("POST", "/service/v1/reservation?marketplaceIds=X", reservation(m.resource(t), m.time(t), m.time(t))))
}

func (m *machine) UpdateReservation(t *rapid.T) {
	old := m.reservation(t)
	got := m.do("PUT", "/service/v1/reservation/"+old+"?marketplaceIds=X", reservation(m.resource(t), m.time(t), m.time(t)))
	if got.status == http.StatusOK && m.reserved(t, got) {
		delete(m.reservations, old)
		m.cancelled = append(m.cancelled, old)
	}
}

// reserved keeps the reservation that was made, unless the answer has errors.
func (m *machine) reserved(t *rapid.T, got *answer) bool {
	var made gen.CreateReservationResponse
	got.want(200).decode(&made)
	if len(made.Errors) > 0 {
		return false
	}
	r := made.Payload.Reservation
	if _, known := m.reservations[r.ReservationID]; known || r.ReservationID == "" || slices.Contains(m.cancelled, r.ReservationID) {
		t.Fatalf("the new reservation has the id %q", r.ReservationID)
	}
	m.reservations[r.ReservationID] = *r
	return true
}

func (m *machine) reservation(t *rapid.T) string {
	known := append([]string{"none"}, slices.Sorted(maps.Keys(m.reservations))...)
	return rapid.SampledFrom(append(known, m.cancelled...)).Draw(t, "reservation")
}

func (m *machine) Release(t *rapid.T) {
	id := m.reservation(t)
	_, known := m.reservations[id]
	if got := m.do("DELETE", "/service/v1/reservation/"+id+"?marketplaceIds=X", ""); known != (got.status == http.StatusNoContent) || !known && got.status != http.StatusNotFound {
		t.Fatalf("releasing answers %d", got.status)
	}
	if known {
		delete(m.reservations, id)
		m.cancelled = append(m.cancelled, id)
	}
}

func (m *machine) Schedule(t *rapid.T) {
	record := gen.AvailabilityRecord{StartTime: m.time(t), EndTime: m.time(t), Capacity: rapid.IntRange(0, 3).Draw(t, "capacity")}
	if rapid.Bool().Draw(t, "recurs") {
		record.Recurrence = &gen.Recurrence{EndTime: record.StartTime.AddDate(0, 0, 3), DaysOfMonth: []int{1, 2, 3, 4, 5}}
	}
	m.do("PUT", "/service/v1/serviceResources/"+m.resource(t)+"/schedules?marketplaceIds=X", `{"schedules":[`+toJSON(record)+"]}").want(200)
}

func (m *machine) Advance(t *rapid.T) {
	m.emu.Clock().Advance(time.Duration(rapid.IntRange(1, 180).Draw(t, "minutes")) * time.Minute)
}

func (m *machine) Restart(*rapid.T) {
	if err := m.emu.Restore([]byte(m.state)); err != nil {
		m.Fatal(err)
	}
	if got := m.snapshot(); got != m.state {
		m.Fatalf("restored\n%s\nas\n%s", m.state, got)
	}
}

// TestBucketsFollowTheirPlan compares throttling with a bucket of its own, in
// the time of a synctest bubble.
func TestBucketsFollowTheirPlan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rapid.SyncTest(t, func(t *rapid.T) {
			f := start(t, emulator.WithClock(emulator.RealClock()), emulator.WithThrottling(), emulator.WithSeed(tinySeed)).unjudged()
			plan := &gen.Operations()[0]
			tokens, since := float64(plan.Burst), time.Now()
			for range rapid.IntRange(1, 100).Draw(t, "requests") {
				<-time.After(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 25, 50, 400, 5000}).Draw(t, "ms")) * time.Millisecond)
				tokens, since = min(float64(plan.Burst), tokens+time.Since(since).Seconds()*plan.Rate), time.Now()
				want := http.StatusOK
				if tokens < 1 {
					want = http.StatusTooManyRequests
				} else {
					tokens--
				}
				f.call("GET", jobPath("job-0"), "").want(want)
			}
		})
	})
}
