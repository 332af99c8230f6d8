package emulator_test

import (
	"slices"
	"testing"

	"github.com/spservices/services-go/emulator"
	"github.com/spservices/services-go/gen"
)

// The reference calls the filter asins "ASIN of the items": a job is found by
// the service that was ordered and by every item that goes with it.
func TestASINsFindTheServiceAndItsItems(t *testing.T) {
	t.Parallel()
	job := func(id, service string, items ...string) emulator.Job {
		j := emulator.Job{ServiceJob: gen.ServiceJob{
			ServiceJobID: id, CreateTime: noon, ServiceJobStatus: gen.ServiceJobStatusHold, MarketplaceID: "ATVPDKIKX0DER",
		}}
		if service != "" {
			j.ScopeOfWork = &gen.ScopeOfWork{ASIN: service}
		}
		for _, item := range items {
			j.AssociatedItems = append(j.AssociatedItems, gen.AssociatedItem{ASIN: item})
		}
		return j
	}
	seed, err := emulator.Empty(noon)
	if err != nil {
		t.Fatal(err)
	}
	seed.Sellers[0].Jobs = []emulator.Job{
		job("a", "B00SERVICE", "B000ITEM01", "B000ITEM02"),
		job("b", "B00SERVICE", "B000ITEM02"),
		job("c", "", "B000ITEM01"),
		job("d", "B000ITEM01"),
		job("e", "B00OTHER00"),
		job("f", "", ""),
	}
	f := start(t, emulator.WithSeed(emulator.Literal(seed)))
	for asins, want := range map[string][]string{
		"B00SERVICE":            {"a", "b"},
		"B000ITEM01":            {"a", "c", "d"},
		"B000ITEM02":            {"a", "b"},
		"B00OTHER00,B000ITEM02": {"a", "b", "e"},
		"B00SERVICE,B000ITEM01": {"a", "b", "c", "d"},
		"B000ITEM99":            nil,
	} {
		if got := idsOf(f.list("createdAfter=2000-01-01T00:00:00Z&asins=" + asins)); !slices.Equal(got, want) {
			t.Errorf("asins=%s finds %v, want %v", asins, got, want)
		}
	}
}
