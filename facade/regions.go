package facade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/redact"
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
	return "", fmt.Errorf("region must be na, eu or fe, got %s", redact.Given(s))
}

// MarketplaceID names where service jobs are placed. It goes with most requests.
type MarketplaceID string

// ParseMarketplace reads a country code (US, UK or GB, …) or a marketplace id.
func ParseMarketplace(s string) (MarketplaceID, error) {
	country := strings.ToUpper(s)
	if country == "GB" {
		country = "UK"
	}
	for _, m := range gen.Marketplaces() {
		if s == m.ID || country == m.Country {
			return MarketplaceID(m.ID), nil
		}
	}
	return "", fmt.Errorf("marketplace must be a country code such as US or a marketplace id, got %s", redact.Given(s))
}

// region is the one that serves the marketplace, "" for an unknown one.
func (id MarketplaceID) region() Region {
	for _, m := range gen.Marketplaces() {
		if m.ID == string(id) {
			return Region(m.Region)
		}
	}
	return ""
}
