package emulator

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/spservices/services-go/internal/iso8601"
	"github.com/spservices/services-go/internal/wire"
)

// faultsOf has the operations whose 400s describe each fault instead of naming
// the parameters.
var faultsOf = map[string]func([]wire.Violation) []string{
	"getRangeSlotCapacity": capacityFaults,
	"getFixedSlotCapacity": capacityFaults,
}

const (
	notTime           = " is not a valid ISO date/time object"
	slotDurationFault = "Slot duration is not valid, it should be a multiple of 5 and within allowed range."
)

// capacityFaults are what Amazon's examples say about a request for capacity,
// each once.
func capacityFaults(violations []wire.Violation) (faults []string) {
	var others []wire.Violation
	for _, v := range violations {
		fault := slotDurationFault
		switch {
		case v.Path == "slotDuration":
		case v.Path != "startDateTime" && v.Path != "endDateTime":
			others = append(others, v)
			continue
		case v.Rule == wrongForm:
			fault = v.Path + notTime
		default:
			fault = "startDateTime or endDateTime are not present"
		}
		if !slices.Contains(faults, fault) {
			faults = append(faults, fault)
		}
	}
	if len(others) > 0 {
		faults = append([]string{"Missing or invalid request parameters: [" + namesOf(others) + "]"}, faults...)
	}
	return faults
}

// pageSpan is what a page of capacity covers.
type pageSpan struct {
	span
	next string // token of the page after it
}

// capacityPage checks the window and the resource. A token is the time that
// its page starts at, as Amazon's is.
func (c *call) capacityPage(start, end time.Time, token string, length time.Duration) (page pageSpan, _ *refusal) {
	window := spanOf(start, end)
	switch {
	case !representable(start):
		return page, c.rule(invalidCapacity, "startDateTime"+notTime)
	case !representable(end):
		return page, c.rule(invalidCapacity, "endDateTime"+notTime)
	case window.end <= window.start:
		return page, c.rule(invalidCapacity, "endDateTime should be after Start Time")
	}
	if token != "" {
		text, err := base64.StdEncoding.DecodeString(token)
		from, parseErr := iso8601.Parse(string(text))
		if err != nil || parseErr != nil || from.Unix() <= window.start || from.Unix() >= window.end {
			return page, c.rule(badParameters, "nextPageToken")
		}
		window.start = from.Unix()
	}
	if c.seller.resources[c.pathValues[0]] == nil {
		if c.state.resourceOwners[c.pathValues[0]] != nil {
			return page, c.rule(foreign)
		}
		return page, c.rule(unknownResource, c.pathValues[0])
	}
	page.span = span{window.start, min(window.end, window.start+int64(length/time.Second))}
	if page.end < window.end {
		page.next = base64.StdEncoding.EncodeToString([]byte(atSecond(page.end).Format(time.RFC3339)))
	}
	return page, nil
}

// representable reports whether t has a year of four digits in UTC.
func representable(t time.Time) bool { return t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }

func atSecond(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
