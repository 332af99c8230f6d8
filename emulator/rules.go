package emulator

import (
	"fmt"
	"strings"

	"github.com/spservices/services-go/gen"
)

// refusal is why a request is not carried out.
type refusal struct {
	status int
	errors []gen.Error
}

// rule is a reason to refuse a request.
type rule uint8

const (
	badParameters rule = iota
	tokenMissing
	tokenMalformed
	tokenUnknown
	tokenExpired
	tokenOfNoSeller
	otherRegion
	unsupportedMediaType
	requestTooLarge
	overQuota

	unknownJob
	foreign
	finishedJob
	cancelOfCompletedJob
	completionOfCancelledJob
	unknownReason

	unknownAppointment
	inactiveAppointment
	appointmentExists
	malformedTime
	timeWithOffset
	timeNotInFuture
	timeTooFarAhead
	slotNotAvailable

	noResources
	unknownResource
	resourceOfOtherLocationType
	resourceWithoutSkills
	resourceOfOtherStore
	resourceOfOtherSeller

	nothingToRecord
	startMissing
	endMissing
	startInFuture
	endInFuture
	endBeforeStart
	arrivalIncomplete
	arrivalEndNotAfterStart
	fulfillmentResource
	documentUnknown
	documentUnreadable
	documentLength
	documentDigest

	unknownContentType
	unknownService
	invalidCapacity
	unknownReservation
	recordEndsBeforeStart
	recordLongerThanDay
	recordRecurrence
	recordTooShort
)

// outcome is what a rule answers: status, code and a message. Arguments go into
// the message or, where a line break parts details from it, into the details.
type outcome struct {
	status  int
	code    string
	message string
}

const (
	invalidInput  = "InvalidInput"
	quotaExceeded = "QuotaExceeded"
)

// outcomes say what each rule answers in every operation that exceptions do
// not name.
var outcomes = [...]outcome{
	badParameters:        {400, invalidInput, "Missing or invalid request parameters: [%s]"},
	tokenMissing:         {403, "Unauthorized", "Access to the requested resource is denied: the access token is missing."},
	tokenMalformed:       {403, "Unauthorized", "Access to the requested resource is denied: the access token is malformed."},
	tokenUnknown:         {403, "Unauthorized", "Access to the requested resource is denied: the access token is malformed, revoked or invalid."},
	tokenExpired:         {403, "Unauthorized", "The access token you provided has expired."},
	tokenOfNoSeller:      {403, "Unauthorized", "Access to the requested resource is denied: the access token was issued without a seller."},
	otherRegion:          {403, "Unauthorized", "Access to requested resource is denied.\nThe marketplaces you provided are not valid for region."},
	unsupportedMediaType: {415, invalidInput, "The Content-Type must be application/json."},
	overQuota:            {429, quotaExceeded, "You exceeded your quota for the requested resource."},
	requestTooLarge:      {413, invalidInput, "The request is larger than 1 MiB."},

	unknownJob:               {422, invalidInput, "Job not found for jobId %s"},
	foreign:                  {403, "UnauthorizedAction", "Not authorized to access this resource. Please check your input again."},
	finishedJob:              {422, invalidInput, "Job %s is finished and cannot be changed."},
	cancelOfCompletedJob:     {422, invalidInput, "Job %s is completed and cannot be cancelled."},
	completionOfCancelledJob: {422, invalidInput, "Job %s is cancelled and cannot be completed."},
	unknownReason:            {422, invalidInput, "Unknown reason code : %s"},

	unknownAppointment:  {422, invalidInput, "Appointment not found for appointmentId %s"},
	inactiveAppointment: {422, invalidInput, "Appointment metadata update is not allowed for appointmentId %s"},
	appointmentExists:   {422, invalidInput, "Failed to add appointment for jobId : %s, reason : the job has an active appointment."},
	malformedTime:       {422, invalidInput, "Failed to parse ISO8601 input: %s"},
	timeWithOffset:      {422, invalidInput, "ISO8601 time %s is not in UTC."},
	timeNotInFuture:     {422, invalidInput, "Appointment time %s is not in the future."},
	timeTooFarAhead:     {422, invalidInput, "Appointment time %s is more than 365 days ahead."},
	slotNotAvailable:    {422, invalidInput, "Failed to add appointment for jobId : %s, reason : Appointment slot is not available."},

	noResources:                 {400, invalidInput, "Resources must have size greater than or equal to 1."},
	unknownResource:             {422, invalidInput, "Invalid resourceId : %s provided in the input."},
	resourceOfOtherLocationType: {422, "RESOURCES_MISMATCHED_SERVICE_LOCATION_TYPE", "Resources do not serve the location type of the job. Applicable resources: %s"},
	resourceWithoutSkills:       {422, "RESOURCES_MISSING_REQUIRED_SKILLS", "Resources lack skills that the job requires. Applicable resources: %s"},
	resourceOfOtherStore:        {422, "RESOURCES_NOT_AVAILABLE_IN_LOCATION", "Resources are not available in the store of the job. Applicable resources: %s"},
	resourceOfOtherSeller:       {422, "RESOURCES_NOT_REGISTERED_UNDER_MERCHANT", "Resources are not registered under this merchant. Applicable resources: %s"},

	nothingToRecord:         {400, invalidInput, "Missing or invalid request parameters: [estimatedArrivalTime, fulfillmentTime, appointmentResources, fulfillmentDocuments]"},
	startMissing:            {422, invalidInput, "Appointment start time is required. Please check the input again."},
	endMissing:              {422, invalidInput, "Appointment end time is required. Please check the input again."},
	startInFuture:           {422, invalidInput, "Appointment start time should not be in future. Please check the input again"},
	endInFuture:             {422, invalidInput, "Appointment end time should not be in future. Please check the input again"},
	endBeforeStart:          {422, invalidInput, "Appointment end time should be after start time. Please check the input again.\n%s is before its start, %s."},
	arrivalIncomplete:       {422, invalidInput, "Failed to process input. Reason: ETA start and end time both are mandatory field as part of estimatedArrivalTime object. Please check the input again"},
	arrivalEndNotAfterStart: {422, invalidInput, "Failed to process input. Reason: ETA end time should be after its start time. Please check the input again"},
	fulfillmentResource:     {422, invalidInput, "One or more resources provided does not exist or is deleted. Please check the input again."},
	documentUnknown:         {422, invalidInput, "Failed to process proof of appointment input. Reason: Input document id does not exist. Please check the input"},
	documentUnreadable:      {422, invalidInput, "Failed to process proof of appointment input. Reason: Input document parameters are invalid. Please check the input."},
	documentLength:          {422, invalidInput, "Failed to process proof of appointment input. Reason: Document failed to meet content length restrictions. Please review document uploaded"},
	documentDigest:          {422, invalidInput, "Failed to process proof of appointment input. Reason: Document does not have the contentSha256 stated. Please review document uploaded"},

	unknownContentType:    {422, invalidInput, "Unknown contentType : %s"},
	unknownService:        {422, invalidInput, "No service found for asin %s and storeId %s"},
	invalidCapacity:       {400, invalidInput, "This is invalid input\nReceived the following errors: [%s]"},
	unknownReservation:    {404, invalidInput, "Reservation not found for reservationId %s"},
	recordEndsBeforeStart: {400, invalidInput, "The endTime of an availability must be after its startTime."},
	recordLongerThanDay:   {400, invalidInput, "An availability that recurs must not be longer than a day."},
	recordRecurrence:      {400, invalidInput, "The recurrence of an availability must end after its startTime and name days of the month from 1 to 31."},
	recordTooShort:        {400, invalidInput, "An availability must last at least %d minutes."},
}

// exceptions are the operations that answer a rule otherwise. A status of 200
// puts the error into the body of a success.
var exceptions = map[string]map[rule]outcome{
	"getRangeSlotCapacity": capacityExceptions,
	"getFixedSlotCapacity": capacityExceptions,
	"updateSchedule":       recordExceptions,
	"createReservation":    recordExceptions,
	"updateReservation":    recordExceptions,
	"rescheduleAppointmentForServiceJobByServiceJobId": {
		unknownJob: {422, invalidInput, "No job exist with jobId : %s"},
	},
}

var capacityExceptions = map[rule]outcome{
	tokenMissing:    {401, "Unauthorized", outcomes[tokenMissing].message},
	tokenMalformed:  {401, "Unauthorized", outcomes[tokenMalformed].message},
	badParameters:   {400, invalidInput, "This is invalid input\nReceived the following errors: [Missing or invalid request parameters: [%s]]"},
	unknownResource: {404, invalidInput, "Resource not found for resourceId %s"},
}

var recordExceptions = map[rule]outcome{
	unknownResource:       {200, invalidInput, "Invalid request parameters: [resourceId]"},
	recordEndsBeforeStart: {200, invalidInput, outcomes[recordEndsBeforeStart].message},
	recordLongerThanDay:   {200, invalidInput, outcomes[recordLongerThanDay].message},
	recordRecurrence:      {200, invalidInput, outcomes[recordRecurrence].message},
	recordTooShort:        {200, invalidInput, outcomes[recordTooShort].message},
}

// rule refuses the request for one reason.
func (c *call) rule(r rule, arguments ...any) *refusal {
	o := c.outcome(r)
	return &refusal{o.status, []gen.Error{o.error(arguments)}}
}

// problem is the error of a rule, where several are answered together or
// inside a success.
func (c *call) problem(r rule, arguments ...any) gen.Error { return c.outcome(r).error(arguments) }

func (c *call) outcome(r rule) outcome {
	if o, ok := exceptions[c.operation.ID][r]; ok {
		return o
	}
	return outcomes[r]
}

func (o outcome) error(arguments []any) gen.Error {
	message, details, _ := strings.Cut(o.message, "\n")
	e := gen.Error{Code: o.code, Message: message, Details: details}
	if len(arguments) > 0 {
		text := &e.Message
		if details != "" {
			text = &e.Details
		}
		*text = strings.ToValidUTF8(fmt.Sprintf(*text, arguments...), "\uFFFD")
	}
	return e
}
