package contract_test

// Rules of more than one operation.
const (
	ruleMissing    = "a missing parameter is named"
	ruleMalformed  = "a malformed parameter is named"
	ruleForeignJob = "a job of another seller"
	ruleUnknownJob = "an unknown job"

	ruleMarketplace = "a marketplace of another region"
)

// businessRules are what the server decides by its state, beyond what the API
// description states. Each has a scenario, or more: one that has the rule's
// name, or that name with a colon and more words.
var businessRules = func() map[string][]string {
	times := []string{"start in ISO 8601", "start in UTC", "start in the future", "start at most 365 days ahead", "on a free slot", "the job not completed", "the job not cancelled"}
	capacity := []string{"end after start", "both present", "a page covers 35 days, then nextPageToken", "scheduled less reserved less encumbered is available, never below 0"}
	slots := []string{"end after start", "valid times", "at most 90 days", "REAL_TIME_SCHEDULING from inventory", "NON_REAL_TIME_SCHEDULING from working hours",
		"what has begun takes nothing", "an appointment takes a place, and gives it back"}
	rules := map[string][]string{
		opGet:        {ruleMalformed},
		opCancel:     {ruleMissing, "reason code known", "not already completed", "its appointment is cancelled"},
		opComplete:   {ruleMalformed, "not cancelled", "its appointment is completed"},
		opList:       {ruleMissing, ruleMalformed},
		opAdd:        append([]string{ruleMissing, "no active appointment already", "answers a new appointment id"}, times...),
		opReschedule: append([]string{ruleMissing, "a known reason code", "the old appointment is cancelled and points to the new one", "technicians that were assigned come back as a warning"}, times...),
		opAssign: {
			"a body without resources", "an empty list of resources", "unknown appointment", "cancelled appointment", "finished job",
			"RESOURCES_MISMATCHED_SERVICE_LOCATION_TYPE", "RESOURCES_MISSING_REQUIRED_SKILLS", "RESOURCES_NOT_AVAILABLE_IN_LOCATION", "RESOURCES_NOT_REGISTERED_UNDER_MERCHANT",
			"one error for each problem of the resources", "double booking draws the warning RESOURCES_OVERBOOKED",
		},
		opFulfil: {
			"nothing given", "the length of the work is stored", "times both given", "times in UTC", "times past", "times in order", "resources known",
			"estimated arrival times both given", "estimated arrival times in UTC", "estimated arrival times in order",
			"documents uploaded", "documents decryptable", "documents of the stated length", "documents of the stated SHA-256",
			"several errors are reported together, as a bare array",
		},
		opRange:       capacity,
		opFixed:       append([]string{"slotDuration valid"}, capacity...),
		opSchedule:    {"empty schedules", "missing schedules", "unknown resource", "the whole schedule is replaced", "a record shorter than a slot comes back with errors", "an overlapping record comes back with the warning ScheduleOverride"},
		opReserve:     {ruleMissing, "unknown resource", "capacity that is taken draws a warning", "time outside the schedule draws a warning"},
		opRereserve:   {ruleMissing, "unknown resource", "unknown reservation", "answers the new reservation id", "capacity that is taken draws a warning"},
		opRelease:     {ruleMissing, "unknown reservation", "the capacity is there again"},
		opSlotsByJob:  slots,
		opSlots:       append([]string{ruleMissing}, slots...),
		opDestination: {"missing contentType and contentLength are named", "unknown contentType", "the URL expires after 300 s", "the URL checks the content type", "the URL checks the length", "the URL checks the MD5"},
	}
	for _, operation := range marketplaceOperations() {
		rules[operation] = append(rules[operation], ruleMarketplace)
	}
	for _, operation := range jobOperations {
		rules[operation] = append(rules[operation], ruleForeignJob, ruleUnknownJob)
	}
	return rules
}()
