package emulator_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

const (
	marketUS, marketCA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"
	marketUK, marketDE = "A1F83G8C2ARO7P", "A1PA6795UKMFR9"
	marketFR, marketJP = "A13V1IB3VIYZZH", "A1VC38T7YXB528"
)

// sellerIn starts with the default seed, its sellers in another marketplace.
func sellerIn(t *testing.T, marketplace string) *fixture {
	t.Helper()
	seed, err := emulator.Default(noon)
	if err != nil {
		t.Fatal(err)
	}
	for i := range seed.Sellers {
		s := &seed.Sellers[i]
		s.MarketplaceID, s.Jobs = marketplace, slices.Clone(s.Jobs)
		for j := range s.Jobs {
			s.Jobs[j].MarketplaceID = marketplace
		}
	}
	return start(t, emulator.WithSeed(emulator.Literal(seed)))
}

// marketRequests are good requests to the operations that take marketplaceIds,
// without them. Each path ends where they go.
func marketRequests() []struct{ operation, method, path, body string } {
	window := "{" + windowOf(noon, noon.Add(time.Hour)) + "}"
	const resource, seeded = "/service/v1/serviceResources/" + technician, "/service/v1/reservation/00000000-0000-4000-8000-000000000001"
	hour := reservation(technician, noon.Add(time.Hour), noon.Add(2*time.Hour))
	return []struct{ operation, method, path, body string }{
		{"getServiceJobs", "GET", "/service/v1/serviceJobs?createdAfter=2000-01-01T00:00:00Z&", ""},
		{"getRangeSlotCapacity", "POST", resource + "/capacity/range?", window},
		{"getFixedSlotCapacity", "POST", resource + "/capacity/fixed?", window},
		{"updateSchedule", "PUT", resource + "/schedules?", `{"schedules":[{"startTime":"2027-06-07T18:00:00Z","endTime":"2027-06-07T19:00:00Z"}]}`},
		{"createReservation", "POST", "/service/v1/reservation?", hour},
		{"getAppointmmentSlotsByJobId", "GET", jobPath(pendingJob, "/appointmentSlots?"), ""},
		{"getAppointmentSlots", "GET", "/service/v1/appointmentSlots?asin=B000EXAM01&storeId=" + firstStore + "&", ""},
		{"updateReservation", "PUT", seeded + "?", hour},
		{"cancelReservation", "DELETE", seeded + "?", ""}, // the last one: it takes the reservation away
	}
}

// Amazon answers 403 to a marketplace of another region, whichever operation is
// asked. What it does with others of the same region nobody says.
func TestMarketplacesOfAnotherRegionAreRefused(t *testing.T) {
	t.Parallel()
	takes := map[string]bool{}
	for _, c := range marketRequests() {
		takes[c.operation] = true
	}
	refused := gen.Error{Code: "Unauthorized", Message: "Access to requested resource is denied.", Details: "The marketplaces you provided are not valid for region."}
	for own, others := range map[string]map[string]bool{ // whether others are taken
		marketUS: {marketUS: true, marketCA: true, "X": true, marketDE: false, marketUK: false, marketJP: false},
		marketDE: {marketDE: true, marketFR: true, "X": true, marketUS: false, marketCA: false, marketJP: false},
		marketJP: {marketJP: true, marketUS: false, marketUK: false},
		"M":      {"M": true, marketUS: true, marketDE: true}, // no marketplace of Amazon's, so that its region is unknown
	} {
		for other, taken := range others {
			f := sellerIn(t, own)
			before := f.snapshot()
			for _, c := range marketRequests() {
				got := f.call(c.method, c.path+"marketplaceIds="+other, c.body)
				switch {
				case taken && got.status >= 300 && got.status != 404: // the reservation has another id by then
					t.Errorf("a seller in %s asks %s about %s: %d %s", own, c.operation, other, got.status, got.text)
				case taken && c.operation == "getServiceJobs" && other != own && !strings.Contains(string(got.text), `"totalResultSize":0`):
					t.Errorf("a seller in %s has jobs in %s: %.100s", own, other, got.text)
				case !taken && got.status != 403:
					t.Errorf("a seller in %s asks %s about %s: %d %s, want 403", own, c.operation, other, got.status, got.text)
				case !taken && !slices.Equal(got.failures(), gen.ErrorList{refused}):
					t.Errorf("%s is refused with %s", c.operation, got.text)
				}
			}
			if !taken && f.snapshot() != before {
				t.Errorf("a seller in %s has changed the state by requests about %s", own, other)
			}
		}
	}
	f := start(t)
	for _, op := range gen.Operations() { // which all take it are known
		path := strings.NewReplacer("{serviceJobId}", pendingJob, "{appointmentId}", "appointment", "{resourceId}", technician, "{reservationId}", "reservation").Replace(op.Path)
		if got := f.call(op.Method, path, ""); strings.Contains(string(got.text), "marketplaceIds") != takes[op.ID] {
			t.Errorf("%s without marketplaceIds answers %d %s, and is in the list of this test: %t", op.ID, got.status, got.text, takes[op.ID])
		}
	}
}

// Amazon's guide: the minimum slot duration is 5 minutes in US marketplaces and
// 30 in those of the UK and of Germany.
func TestSlotsHaveAMinimumByMarketplace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own, asked string
		minimum    int
	}{
		{marketUS, marketUS, 5},
		{marketUS, marketCA, 5},
		{marketUS, "X", 5},
		{marketUK, marketUK, 30},
		{marketDE, marketDE, 30},
		{marketFR, marketFR, 5},
		{marketFR, marketDE, 30}, // the marketplace of the request counts
		{marketDE, marketFR, 5},
		{marketDE, "X", 30}, // unless it says nothing
	} {
		f := sellerIn(t, c.own)
		at := "?marketplaceIds=" + c.asked
		for _, minutes := range []int{4, 5, 25, 29, 30, 35} {
			taken := minutes >= c.minimum
			for name, recurrence := range map[string]*gen.Recurrence{"once": nil, "daily": {EndTime: idle.Add(3 * oneDay)}} {
				record := gen.AvailabilityRecord{StartTime: idle, EndTime: idle.Add(time.Duration(minutes) * time.Minute), Recurrence: recurrence}
				got := f.call("PUT", "/service/v1/serviceResources/"+technician+"/schedules"+at, toJSON(gen.UpdateScheduleRequest{Schedules: []gen.AvailabilityRecord{record}})).want(200)
				refused := strings.Contains(string(got.text), `"errors"`)
				if refused == taken || refused && !strings.Contains(string(got.text), "at least "+strconv.Itoa(c.minimum)+" minutes") {
					t.Errorf("%d minutes %s in %s, asked for %s: %s", minutes, name, c.own, c.asked, got.text)
				}
			}
			if minutes%5 != 0 {
				continue
			}
			body := "{" + windowOf(noon, noon.Add(time.Hour)) + `,"slotDuration":` + strconv.Itoa(minutes) + "}"
			got := f.call("POST", "/service/v1/serviceResources/"+technician+"/capacity/fixed"+at, body)
			if !taken {
				got.want(400, "Slot duration is not valid, it should be a multiple of 5 and within allowed range.")
			} else {
				got.want(200)
			}
		}
	}
}

// The path says which reservation is to be changed; a body that says another
// one contradicts it.
func TestReservationIDInTheBodyIsThatOfThePath(t *testing.T) {
	t.Parallel()
	f := start(t)
	r := gen.Reservation{Type: gen.ReservationTypeBreak, Availability: hour(noon.Add(time.Hour))}
	id, other := f.reserve(r).Reservation.ReservationID, f.reserve(r).Reservation.ReservationID
	before := f.snapshot()
	update := func(path, body string) *answer {
		r.ReservationID = body
		return f.call("PUT", reservationPath+"/"+path+"?marketplaceIds="+f.emu.Marketplace(), toJSON(gen.UpdateReservationRequest{ResourceID: technician, Reservation: r}))
	}
	for _, body := range []string{other, "no-such-reservation", id + "1"} {
		update(id, body).want(400, `"InvalidInput"`, "[reservation.reservationId]")
	}
	update("no-such-reservation", id).want(400, "[reservation.reservationId]")
	if f.snapshot() != before {
		t.Error("what was refused has changed the state")
	}
	update("no-such-reservation", "no-such-reservation").want(404)
	update(id, id).want(200)
	update(other, "").want(200)
}
