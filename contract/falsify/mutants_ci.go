package main

// programMutants are of the demo and of what differs between machines.
var programMutants = []mutant{
	{
		name: "compare the keys of a listing within 32 bits", file: "emulator/joblisting.go", tests: "emulator", test: "^TestPagesPartitionTheResult$",
		guard:  `order := cmp.Compare(index.key(ordinal, byStatus), at.key)`,
		broken: `order := cmp.Compare(uint32(index.key(ordinal, byStatus)), uint32(at.key))`,
	},
	{
		name: "assign a technician who is not free", file: "cmd/spservices/tour.go", tests: "cmd/spservices", test: "^TestDemoIsRightAtEveryHourOfTheWeek$",
		guard:  `if slot.Capacity < 1 {`,
		broken: `if slot.Capacity < 0 {`,
	},
	{
		name: "overlook warnings in the demo", file: "cmd/spservices/tour.go", tests: "cmd/spservices", test: "^TestDemoFailsOnAWarning$",
		guard:  `if len(warnings) == 0 {`,
		broken: `if len(warnings) >= 0 {`,
	},
	{
		name: "count requests without an answer as checked", file: "cmd/spservices/traffic.go", tests: "cmd/spservices", test: "^TestDemoCountsOnlyAnswers$",
		guard:  `if e.Status != 0 {`,
		broken: `if e.Status >= 0 {`,
	},
}
