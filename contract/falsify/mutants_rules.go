package main

// ruleMutants break the emulator's business rules.
var ruleMutants = []mutant{
	{
		name: "count resources without the skills into slots", file: "emulator/slots.go", tests: "emulator", test: "^TestSlotsCountResourcesThatCanDoTheService$",
		guard:  `return r.StoreID == n.storeID && r.serves(n) && r.hasSkills(n)`,
		broken: `return r.StoreID == n.storeID && r.serves(n)`,
	},
	{
		name: "count resources of other locations into slots", file: "emulator/slots.go", tests: "emulator", test: "^TestSlotsCountResourcesThatCanDoTheService$",
		guard:  `return r.StoreID == n.storeID && r.serves(n) && r.hasSkills(n)`,
		broken: `return r.StoreID == n.storeID && r.hasSkills(n)`,
	},
	{
		name: "find jobs by the ASIN of the service alone", file: "emulator/jobindex.go", tests: "emulator", test: "^TestASINsFindTheServiceAndItsItems$",
		guard:  `asins = append(asins, j.AssociatedItems[i].ASIN)`,
		broken: `_ = i`,
	},
}
