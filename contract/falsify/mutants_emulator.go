package main

// emulatorMutants break the server that the tests of others rest on.
var emulatorMutants = []mutant{
	{
		name: "store a document whatever its MD5", file: "emulator/upload.go", tests: "emulator", test: "^TestDocumentStoreComparesTheMD5$",
		guard:  `if d.ContentMD5 != "" && (next.Upload == nil || next.Upload.MD5 != d.ContentMD5) {`,
		broken: `if d.ContentMD5 != "" && next.Upload == nil {`,
	},
	{
		name: "accept access tokens that have expired", file: "emulator/token.go", tests: "emulator", test: "^TestAccessTokens$",
		guard:  `return t.sellerID, tokenIsExpired`,
		broken: `return t.sellerID, tokenValid`,
	},
	{
		name: "take a page token with other filters", file: "emulator/joblisting.go", tests: "emulator", test: "^TestListingRefuses$",
		guard:  `given != token.filters && given != alone {`,
		broken: `given == alone && alone == "" {`,
	},
	{
		name: "encumber more than is scheduled", file: "emulator/capacity.go", tests: "emulator", test: "^TestCapacityIsNeverBelowZero$",
		guard:  `s.encumbered = min(s.encumbered+n, s.scheduled-s.reserved)`,
		broken: `s.encumbered += n`,
	},
	{
		name: "reserve more than is scheduled", file: "emulator/capacity.go", tests: "emulator", test: "^TestCapacityIsNeverBelowZero$",
		guard:  `s.reserved = min(s.reserved+n, s.scheduled)`,
		broken: `s.reserved += n`,
	},
	{
		name: "take a damaged record of the state file", file: "emulator/journal.go", tests: "emulator", test: "^TestStateSurvivesADamagedEnd$",
		guard:  `if err != nil || uint32(sum) != crc32.ChecksumIEEE(text) {`,
		broken: `if err != nil || sum == 0 && crc32.ChecksumIEEE(text) == 0 {`,
	},
	{
		name: "refuse a state file whose last record is torn", file: "emulator/journal.go", tests: "emulator", test: "^TestStateSurvivesAnEndAtAnyByte$",
		guard:  "if length < 0 {\n\t\t\tbreak\n",
		broken: "if length < 0 {\n\t\t\treturn nil, 0, fs.ErrInvalid\n",
	},
	{
		name: "let more than the burst pass", file: "emulator/throttle.go", tests: "emulator", test: "^TestBurstIsNeverExceeded$",
		guard:  `b.tokens = min(b.tokens+elapsed*plan.rate, float64(plan.burst))`,
		broken: `b.tokens += elapsed * plan.rate`,
	},
}
