package emulator_test

import (
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/internal/wire"
)

// TestDefaultSeedCanBeFiltered finds each job of the default seed by everything
// in it that can be asked for.
func TestDefaultSeedCanBeFiltered(t *testing.T) {
	t.Parallel()
	f := start(t)
	seed, err := emulator.Default(noon)
	if err != nil {
		t.Fatal(err)
	}
	for i := range seed.Sellers[0].Jobs {
		j := &seed.Sellers[0].Jobs[i]
		query := url.Values{
			"createdAfter": {"2000-01-01T00:00:00Z"}, "serviceOrderIds": {j.ServiceOrderID}, "storeIds": {j.StoreID},
			"serviceJobStatus": {string(j.ServiceJobStatus)}, "asins": {j.ScopeOfWork.ASIN}, "requiredSkills": {strings.Join(j.ScopeOfWork.RequiredSkills, ",")},
		}
		for name, values := range map[string][]string{"productOrderIds": j.ProductOrderIDs, "trackingIds": j.TrackingIDs} {
			if len(values) > 0 {
				query.Set(name, strings.Join(values, ","))
			}
		}
		if got := idsOf(f.list(query.Encode())); !slices.Equal(got, []string{j.ServiceJobID}) {
			t.Errorf("%s finds %v, want %s", query.Encode(), got, j.ServiceJobID)
		}
	}
}

// TestDefaultSeedHasGoods holds that what may be there is there in some jobs
// and is not in others, the same each time.
func TestDefaultSeedHasGoods(t *testing.T) {
	t.Parallel()
	seed, err := emulator.Default(noon)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := emulator.Default(noon); err != nil || !reflect.DeepEqual(again, seed) {
		t.Errorf("the seed is another one the second time: %v", err)
	}
	counts := map[string]map[int]int{"product orders": {}, "tracking ids": {}, "payments": {}, "assets": {}}
	for _, j := range seed.Sellers[0].Jobs {
		counts["product orders"][len(j.ProductOrderIDs)]++
		counts["tracking ids"][len(j.TrackingIDs)]++
		counts["payments"][len(j.Payments)]++
		counts["assets"][len(j.AssociatedItems[0].LinkedAssets)]++
	}
	for name, want := range map[string]map[int]int{
		"product orders": {0: 12, 1: 36, 2: 12}, "tracking ids": {0: 12, 1: 36, 2: 12}, "payments": {0: 6, 1: 46, 2: 8}, "assets": {0: 40, 1: 20},
	} {
		if !reflect.DeepEqual(counts[name], want) {
			t.Errorf("jobs by number of %s: %v, want %v", name, counts[name], want)
		}
	}
	if got := seed.Sellers[0].Jobs[0].Payments[0].Amount.Value + "+" + seed.Sellers[0].Jobs[0].Payments[1].Amount.Value; got != "20.00+109.90" {
		t.Errorf("the first job costs %s", got)
	}
}

// goodsSeed has a job with amounts that no float64 keeps.
const goodsSeed = `{
  "version": 1,
  "sellers": [{
    "sellerId": "S", "marketplaceId": "M", "clientId": "C", "clientSecret": "X", "refreshToken": "R",
    "jobs": [{
      "serviceJobId": "a", "serviceJobStatus": "HOLD", "createTime": "now-2d", "marketplaceId": "M",
      "productOrderIds": ["112-1", "112-2"], "trackingIds": ["TBA-1"],
      "payments": [
        {"amount": {"value": 129.90, "currency": "USD"}, "instrument": "CREDIT_CARD"},
        {"amount": {"value": 12345678901234567890.123456789, "currency": "JPY"}},
        {"amount": {"value": 0.10, "currency": "EUR"}},
        {"amount": {"value": 1E+2, "currency": "EUR"}}
      ],
      "associatedItems": [{"asin": "B000ITEM01", "linkedAssets": [
        {"assetType": "VEHICLE", "assetName": "Roadster", "additionalAttributes": {"year": "2024", "make": "Example", "engine": "", "doors": "2"}}
      ]}]
    }]
  }]
}`

func TestGoodsAreKeptDigitForDigit(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state")
	f := startOn(t, file, emulator.WithSeed(emulator.JSONSeed("seed.json", []byte(goodsSeed))))
	kept := []string{
		`"productOrderIds":["112-1","112-2"]`, `"trackingIds":["TBA-1"]`,
		`{"amount":{"value":129.90,"currency":"USD"},"instrument":"CREDIT_CARD"}`,
		`"value":12345678901234567890.123456789,`, `"value":0.10,`, `"value":1E+2,`,
		`"additionalAttributes":{"doors":"2","engine":"","make":"Example","year":"2024"}`,
	}
	f.call("GET", jobPath("a"), "").want(200, kept...)
	f.call("GET", "/service/v1/serviceJobs?marketplaceIds=M&createdAfter=2000-01-01T00:00:00Z&trackingIds=TBA-1", "").want(200, kept...)
	if got := f.admin("GET", "state", "").want(200, `"instrument":"[personal]"`, `"value":129.90,`); strings.Contains(string(got.text), "2024") {
		t.Errorf("the state shows attributes: %s", got.text)
	}
	if err := f.emu.Restore([]byte(f.snapshot())); err != nil {
		t.Fatal(err)
	}
	f.call("PUT", jobPath("a", "/cancellations?cancellationReasonCode=V1"), "").want(200)
	state := f.snapshot()
	for range 2 { // from the journal, then from the record it is compacted into
		if err := f.emu.Close(); err != nil {
			t.Fatal(err)
		}
		f = startOn(t, file)
		f.call("GET", jobPath("a"), "").want(200, append(kept, "CANCELLED")...)
		if got := f.snapshot(); got != state {
			t.Errorf("reopened: %s, want %s", got, state)
		}
	}
}

func TestGoodsOfASeedAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, replacement, want string }{
		{`129.90`, `"12,30"`, "seed.json:9: sellers[0].jobs[0].payments[0].amount.value: not a decimal number"},
		{`129.90, "currency": "USD"`, `129.90`, "seed.json:9: sellers[0].jobs[0].payments[0].amount.currency"},
		{`"value": 129.90, `, ``, "seed.json:9: sellers[0].jobs[0].payments[0].amount.value"},
		{`"year": "2024"`, `"year": 2024`, "seed.json:15: sellers[0].jobs[0].associatedItems[0].linkedAssets[0].additionalAttributes.year: "},
		{`["TBA-1"]`, `"TBA-1"`, "seed.json:7: sellers[0].jobs[0].trackingIds: "},
	} {
		text := strings.Replace(goodsSeed, c.old, c.replacement, 1)
		_, err := emulator.New(emulator.WithSeed(emulator.JSONSeed("seed.json", []byte(text))))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.replacement, err, c.want)
		}
	}
}

// Lists of technicians have one or more, or are left out.
func TestNoEmptyListsOfTechnicians(t *testing.T) {
	t.Parallel()
	text := strings.Replace(goodsSeed, `"payments": [`, `"appointments": [{
        "appointmentId": "first", "appointmentStatus": "ACTIVE", "assignedTechnicians": [], "poa": {"technicians": [], "poaType": "CUSTOMER_SIGNATURE"},
        "appointmentTime": {"startTime": "now+1d", "durationInMinutes": 60}
      }],
      "payments": [`, 1)
	f := start(t, emulator.WithSeed(emulator.JSONSeed("seed.json", []byte(text))))
	lacks := func(text string) {
		t.Helper()
		if strings.Contains(strings.ToLower(text), "technicians") {
			t.Errorf("%s has a list of technicians", text)
		}
	}
	lacks(string(f.call("GET", jobPath("a"), "").want(200, `"poa":{`).text))
	f.call("PUT", jobPath("a", "/appointments/first/resources"), `{"resources":[{}]}`).want(200)
	f.call("PUT", jobPath("a", "/appointments/first/fulfillment"), `{"fulfillmentTime":{"startTime":"2026-03-01T09:00:00Z","endTime":"2026-03-01T10:00:00Z"}}`).want(204)
	lacks(string(f.call("GET", jobPath("a"), "").want(200, `"poa":{`).text))
	lacks(f.snapshot())
}

func TestDaysOfMonth(t *testing.T) {
	t.Parallel()
	f := start(t)
	const path = "/service/v1/serviceResources/" + technician + "/schedules?marketplaceIds=X"
	record := func(days ...int) string {
		from := noon.Add(10 * 24 * time.Hour)
		text, err := wire.Marshal(map[string]any{"schedules": []any{map[string]any{
			"startTime": from, "endTime": from.Add(time.Hour), "recurrence": map[string]any{"endTime": from.AddDate(1, 0, 0), "daysOfMonth": days},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	f.call("PUT", path, record(1, 31)).want(200, `"availability"`)
	f.call("PUT", path, record(31, 32)).want(400, "schedules[0].recurrence.daysOfMonth[1]")
	f.call("PUT", path, record(-1)).want(400, "schedules[0].recurrence.daysOfMonth[0]")
}
