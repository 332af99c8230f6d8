package facade

import (
	"fmt"
	"slices"
	"strings"
)

// Region is one of the three deployments of the Selling Partner API.
type Region string

// The regions, each with the hosts that serve it.
const (
	NorthAmerica Region = "na"
	Europe       Region = "eu"
	FarEast      Region = "fe"
)

func (r Region) endpoint(sandbox bool) string {
	prefix := ""
	if sandbox {
		prefix = "sandbox."
	}
	return "https://" + prefix + "sellingpartnerapi-" + string(r) + ".amazon.com"
}

// ParseRegion reads na, eu or fe.
func ParseRegion(s string) (Region, error) {
	if r := Region(strings.ToLower(s)); slices.Contains([]Region{NorthAmerica, Europe, FarEast}, r) {
		return r, nil
	}
	return "", fmt.Errorf("region must be na, eu or fe")
}

// MarketplaceID names where service jobs are placed. It goes with most requests.
type MarketplaceID string

// The marketplaces of the Selling Partner API.
const (
	MarketplaceCA MarketplaceID = "A2EUQ1WTGCTBG2"
	MarketplaceUS MarketplaceID = "ATVPDKIKX0DER"
	MarketplaceMX MarketplaceID = "A1AM78C64UM0Y8"
	MarketplaceBR MarketplaceID = "A2Q3Y263D00KWC"
	MarketplaceIE MarketplaceID = "A28R8C7NBKEWEA"
	MarketplaceES MarketplaceID = "A1RKKUPIHCS9HS"
	MarketplaceUK MarketplaceID = "A1F83G8C2ARO7P"
	MarketplaceFR MarketplaceID = "A13V1IB3VIYZZH"
	MarketplaceBE MarketplaceID = "AMEN7PMS3EDWL"
	MarketplaceNL MarketplaceID = "A1805IZSGTT6HS"
	MarketplaceDE MarketplaceID = "A1PA6795UKMFR9"
	MarketplaceIT MarketplaceID = "APJ6JRA9NG5V4"
	MarketplaceSE MarketplaceID = "A2NODRKZP88ZB9"
	MarketplaceZA MarketplaceID = "AE08WJ6YKNBMC"
	MarketplacePL MarketplaceID = "A1C3SOZRARQ6R3"
	MarketplaceEG MarketplaceID = "ARBP9OOSHTCHU"
	MarketplaceTR MarketplaceID = "A33AVAJ2PDY3EV"
	MarketplaceSA MarketplaceID = "A17E79C6D8DWNP"
	MarketplaceAE MarketplaceID = "A2VIGQ35RCS4UG"
	MarketplaceIN MarketplaceID = "A21TJRUUN4KGV"
	MarketplaceSG MarketplaceID = "A19VAU5U5O7RUS"
	MarketplaceAU MarketplaceID = "A39IBJ37TRP1C6"
	MarketplaceJP MarketplaceID = "A1VC38T7YXB528"
)

// marketplaces has the country of each marketplace, ISO 3166-1 alpha-2 but for
// the United Kingdom, and the region that serves it.
var marketplaces = []struct {
	id      MarketplaceID
	country string
	region  Region
}{
	{MarketplaceCA, "CA", NorthAmerica},
	{MarketplaceUS, "US", NorthAmerica},
	{MarketplaceMX, "MX", NorthAmerica},
	{MarketplaceBR, "BR", NorthAmerica},
	{MarketplaceIE, "IE", Europe},
	{MarketplaceES, "ES", Europe},
	{MarketplaceUK, "UK", Europe},
	{MarketplaceFR, "FR", Europe},
	{MarketplaceBE, "BE", Europe},
	{MarketplaceNL, "NL", Europe},
	{MarketplaceDE, "DE", Europe},
	{MarketplaceIT, "IT", Europe},
	{MarketplaceSE, "SE", Europe},
	{MarketplaceZA, "ZA", Europe},
	{MarketplacePL, "PL", Europe},
	{MarketplaceEG, "EG", Europe},
	{MarketplaceTR, "TR", Europe},
	{MarketplaceSA, "SA", Europe},
	{MarketplaceAE, "AE", Europe},
	{MarketplaceIN, "IN", Europe},
	{MarketplaceSG, "SG", FarEast},
	{MarketplaceAU, "AU", FarEast},
	{MarketplaceJP, "JP", FarEast},
}

// ParseMarketplace reads a country code (US, UK or GB, …) or a marketplace id.
func ParseMarketplace(s string) (MarketplaceID, error) {
	country := strings.ToUpper(s)
	if country == "GB" {
		country = "UK"
	}
	for _, m := range marketplaces {
		if s == string(m.id) || country == m.country {
			return m.id, nil
		}
	}
	return "", fmt.Errorf("marketplace must be a country code such as US or a marketplace id")
}

// region is the one that serves the marketplace, "" for an unknown one.
func (id MarketplaceID) region() Region {
	for _, m := range marketplaces {
		if m.id == id {
			return m.region
		}
	}
	return ""
}
