package main

import (
	"cmp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

type marketplace struct{ Region, Country, ID string }

// marketplaces reads x-marketplaces, region by region and country by country.
func marketplaces(doc *openapi3.T) []marketplace {
	var all []marketplace
	regions, _ := doc.Extensions["x-marketplaces"].(map[string]any)
	for region, countries := range regions {
		countries, _ := countries.(map[string]any)
		for country, id := range countries {
			id, _ := id.(string)
			all = append(all, marketplace{region, country, id})
		}
	}
	slices.SortFunc(all, func(a, b marketplace) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Country, b.Country))
	})
	return all
}
