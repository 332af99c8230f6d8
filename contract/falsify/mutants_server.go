package main

// serverMutants break the emulator's token server, admin API, state file and
// document store.
var serverMutants = []mutant{
	{
		name: "wait for a body that a client holds back", file: "emulator/exchange.go", tests: "emulator", test: "^TestRefusalsDoNotWaitForTheBody$",
		guard:  `r = r.WithContext(r.Context())`,
		broken: `_ = r`,
	},
	{
		name: "read a body that is too long by its length", file: "emulator/exchange.go", tests: "emulator", test: "^TestRefusalsDoNotWaitForTheBody$",
		guard:  `if r.ContentLength > limit {`,
		broken: `if limit < 0 {`,
	},
	{
		name: "take any content type for a token request", file: "emulator/token.go", tests: "emulator", test: "^TestTokenServerTakesFormsHoweverTheyAreCalled$",
		guard:  `if media != "application/json" && media != "application/x-www-form-urlencoded" {`,
		broken: `if media == "" {`,
	},
	{
		name: "compare the query of an upload URL by its bytes", file: "emulator/upload.go", tests: "emulator", test: "^TestUploadURLsMayBeWrittenOtherwise$",
		guard:  `hmac.Equal([]byte(values.Encode()), []byte(presigned))`,
		broken: `values != nil && hmac.Equal([]byte(got), []byte(presigned))`,
	},
	{
		name: "look at the first content type of an upload alone", file: "emulator/upload.go", tests: "emulator", test: "^TestDocumentStoreRefuses$",
		guard:  `!slices.Equal(r.Header.Values("Content-Type"), []string{d.MediaType})`,
		broken: `!slices.Contains(r.Header.Values("Content-Type"), d.MediaType)`,
	},
	{
		name: "take a file of another type than stated", file: "emulator/upload.go", tests: "emulator", test: "^TestDocumentsAreOfTheTypeStated$",
		guard:  `found != "" && found != stated {`,
		broken: `found != "" && found == "" {`,
	},
	{
		name: "remember every body", file: "emulator/requests.go", tests: "emulator", test: "^TestRequestsKeepFourMebibytesOfBodies$",
		guard:  `l.bodies > maxKeptBodies`,
		broken: `l.bodies > maxRequests*maxKeptBodies`,
	},
	{
		name: "take tokens when the clock is set back", file: "emulator/throttle.go", tests: "emulator", test: "^TestClockSetBackTakesNoTokens$",
		guard:  `max(now.Sub(b.updated), 0).Seconds()`,
		broken: `now.Sub(b.updated).Seconds()`,
	},
	{
		name: "let no plan refill under a fixed clock", file: "emulator/throttle.go", tests: "emulator", test: "^TestPlansRefillUnderAFixedClock$",
		guard:  `elapsed += waited.Seconds()`,
		broken: `elapsed += 0 * waited.Seconds()`,
	},
	{
		name: "count slots of those without the skills", file: "emulator/slots.go", tests: "emulator", test: "^TestSlotsAreOfThoseWithTheSkills$",
		guard:  `&& r.hasSkills(n)`,
		broken: `&& (r.hasSkills(n) || true)`,
	},
	{
		name: "let appointments take those without the skills", file: "emulator/slots.go", tests: "emulator", test: "^TestSlotsAreOfThoseWithTheSkills$",
		guard:  `func(id string) bool { return s.resources[id].can(b.need) }`,
		broken: `func(id string) bool { return s.resources[id] != nil }`,
	},
	{
		name: "take any parameter for a fault", file: "emulator/fault.go", tests: "emulator", test: "^TestFaultsThatAreRefused$",
		guard:  `!slices.Contains(known, name)`,
		broken: `name == "" && !slices.Contains(known, name)`,
	},
	{
		name: "let a mistake pass in a test", file: "emulator/start.go", tests: "emulator", test: "^TestMistakesFailTheTest$",
		guard:  "if err != nil {\n\t\t\te.test.Errorf",
		broken: "if err != nil {\n\t\t\te.test.Logf",
	},
	{
		name: "print variables that a shell misreads", file: "cmd/spservices/emulator.go", tests: "cmd/spservices", test: "^TestShellReadsTheVariables$",
		guard:  `strings.Trim(value, plain) == ""`,
		broken: `len(plain) > 0`,
	},
	{
		name: "call all credentials missing when one is", file: "internal/lwa/credentials.go", tests: "facade", test: "^TestCredentialsNameWhatIsMissing$",
		guard:  `if part.value == "" {`,
		broken: `if len(problems) > 0 || part.value == "" {`,
	},
	{
		name: "replace a device", file: "internal/safefile/resolve.go", tests: "emulator", test: "^TestStateFilesThatAreNoRegularFiles$",
		guard:  `case mode.IsRegular():`,
		broken: `case mode.IsRegular() || mode&fs.ModeDevice != 0:`,
	},
	{
		name: "part the names of a file", file: "internal/safefile/file.go", tests: "emulator", test: "^TestStateFileWithAnotherName$",
		guard:  `if hasOtherNames(before) {`,
		broken: `if before == nil {`,
	},
	{
		name: "forget the mode of a file", file: "internal/safefile/file.go", tests: "emulator", test: "^TestStateFileKeepsModeAndOwner$",
		guard:  `next.Chmod(before.Mode().Perm())`,
		broken: `next.Chmod(0o600)`,
	},
	{
		name: "open a state file without its lock", file: "internal/safefile/file.go", tests: "emulator", test: "^TestStateFileIsOneEmulators$",
		guard:  `err = lock(f)`,
		broken: `err = nil`,
	},
	{
		name: "lose the lock when a file is replaced", file: "internal/safefile/file.go", tests: "emulator", test: "^TestStateFileIsOneEmulators$",
		guard:  `, lock(next))`,
		broken: `)`,
	},
	{
		name: "take a state file of any version", file: "emulator/journal.go", tests: "emulator", test: "^TestStateFilesOfOtherVersionsAreRefused$",
		guard:  `err != nil || first.Version != journalVersion {`,
		broken: `err != nil {`,
	},
	{
		name: "drop what another version has written", file: "emulator/journal.go", tests: "emulator", test: "^TestStateFilesOfOtherVersionsAreRefused$",
		guard:  `wire.UnmarshalKnown(text, record)`,
		broken: `wire.Unmarshal(text, record)`,
	},
	{
		name: "name a port file that is none", file: "cmd/spservices/emulator.go", tests: "cmd/spservices", test: "^TestPortFileIsARegularFile$",
		guard:  `file, _, err := safefile.Resolve(f.portFile)`,
		broken: `file, err := f.portFile, safefile.ErrInPlace; err = nil`,
	},
	{
		name: "open the admin API without its token", file: "emulator/admin_access.go", tests: "emulator", test: "^TestAdminTokenOpensTheAdminAPI$",
		guard:  `subtle.ConstantTimeCompare(digest[:], a.digest[:]) != 1`,
		broken: `subtle.ConstantTimeCompare(digest[:], a.digest[:]) > 1`,
	},
	{
		name: "answer foreign pages by the admin API", file: "emulator/admin_access.go", tests: "emulator", test: "^TestAdminTokenOpensTheAdminAPI$",
		guard:  `!strings.EqualFold(page.Host, r.Host) {`,
		broken: `strings.EqualFold(page.Host, "") {`,
	},
	{
		name: "answer other machines by the admin API", file: "emulator/admin_access.go", tests: "emulator", test: "^TestAdminAnswersThisMachineOnly$",
		guard:  `err != nil || !client.Addr().Unmap().IsLoopback() {`,
		broken: `err != nil || !client.Addr().IsValid() {`,
	},
	{
		name: "answer names that lead here by the admin API", file: "emulator/admin_access.go", tests: "emulator", test: "^TestAdminAnswersThisMachineOnly$",
		guard:  `!transport.IsLoopback(host) {`,
		broken: `host == "" && !transport.IsLoopback(host) {`,
	},
	{
		name: "answer by an admin API that is off", file: "emulator/admin_access.go", tests: "emulator", test: "^TestWithoutAdmin$",
		guard:  `if a.off {`,
		broken: `if a == nil {`,
	},
	{
		name: "take any server for a healthy emulator", file: "cmd/spservices/admin.go", tests: "cmd/spservices", test: "^TestHealthFails$",
		guard:  `if err != nil || answer.Status != "ok" && !strings.HasPrefix(answer.Error, "the admin API ") {`,
		broken: `if response.StatusCode == 0 {`,
	},
	{
		name: "take signals for good", file: "cmd/spservices/main.go", tests: "cmd/spservices", test: "^TestASecondSignalEndsTheProgram$",
		guard:  `context.AfterFunc(ctx, stop)`,
		broken: `_ = stop`,
	},
	{
		name: "name an unknown job everywhere in the same words", file: "emulator/rules.go", tests: "emulator", test: "^TestRescheduleRefuses$",
		guard:  `"No job exist with jobId : %s"`,
		broken: `outcomes[unknownJob].message`,
	},
}
