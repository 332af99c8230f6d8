package main

// programMutants are of the demo and of what differs between machines.
var programMutants = []mutant{
	{
		name: "compare the keys of a listing within 32 bits", file: "emulator/joblisting.go", tests: "emulator", test: "^TestPagesPartitionTheResult$",
		guard:  `order := cmp.Compare(index.key(ordinal, byStatus), at.key)`,
		broken: `order := cmp.Compare(uint32(index.key(ordinal, byStatus)), uint32(at.key))`,
	},
}
