package emulator

import (
	"cmp"

	"github.com/spservices/services-go/gen"
)

// marketplaceByID has the marketplaces of Amazon's list.
var marketplaceByID = func() map[string]gen.Marketplace {
	known := map[string]gen.Marketplace{}
	for _, m := range gen.Marketplaces() {
		known[m.ID] = m
	}
	return known
}()

// shortestSlots are the minimum slot durations that Amazon's guide names, in
// minutes by country; defaultShortestSlot is that of the United States, and the
// lower limit of slotDuration.
var shortestSlots = map[string]int{"UK": 30, "DE": 30}

const defaultShortestSlot = 5

// checkMarketplace refuses a marketplace of another region than the seller's.
// Others of the same region, and those that are in no list, are taken.
func (c *call) checkMarketplace(params any) *refusal {
	query, ok := params.(interface{ Marketplaces() *[]string })
	if !ok || len(*query.Marketplaces()) == 0 {
		return nil
	}
	own := marketplaceByID[c.seller.marketplaceID]
	asked, known := marketplaceByID[(*query.Marketplaces())[0]]
	if known && own.Region != "" && own.Region != asked.Region {
		return c.rule(otherRegion)
	}
	if !known {
		asked = own
	}
	c.shortestSlot = cmp.Or(shortestSlots[asked.Country], defaultShortestSlot)
	return nil
}
