package wire_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/redact"
	"github.com/spservices/services-go/internal/wire"
)

var (
	west = time.FixedZone("", -7*3600)
	east = time.FixedZone("", 5*3600+1800)
	// Monday 18:00 in the west is a Tuesday in UTC.
	monday = time.Date(2024, 8, 12, 18, 0, 0, 0, west)
)

func ptr[T any](v T) *T { return &v }

func TestMarshal(t *testing.T) {
	t.Parallel()
	record := gen.AvailabilityRecord{
		StartTime: monday, EndTime: monday.Add(time.Hour).In(east), Capacity: 2,
		Recurrence: &gen.Recurrence{EndTime: monday.AddDate(1, 0, 0), DaysOfWeek: []gen.DayOfWeek{gen.DayOfWeekMonday}},
	}
	const recordText = `{"startTime":"2024-08-12T18:00:00-07:00","endTime":"2024-08-13T07:30:00+05:30",` +
		`"recurrence":{"endTime":"2025-08-12T18:00:00-07:00","daysOfWeek":["MONDAY"]},"capacity":2}`
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"an appointment is in UTC": {
			&gen.AddAppointmentRequest{AppointmentTime: gen.AppointmentTimeInput{StartTime: monday, DurationInMinutes: 60}},
			`{"appointmentTime":{"startTime":"2024-08-13T01:00:00Z","durationInMinutes":60}}`,
		},
		"fulfilment is in UTC": {
			&gen.SetAppointmentFulfillmentDataRequest{FulfillmentTime: &gen.FulfillmentTime{StartTime: monday, EndTime: monday.In(east)}},
			`{"fulfillmentTime":{"startTime":"2024-08-13T01:00:00Z","endTime":"2024-08-13T01:00:00Z"}}`,
		},
		"a window of capacity is in UTC": {
			&gen.RangeSlotCapacityQuery{StartDateTime: monday, EndDateTime: monday.Add(time.Nanosecond)},
			`{"startDateTime":"2024-08-13T01:00:00Z","endDateTime":"2024-08-13T01:00:00.000000001Z"}`,
		},
		"a record keeps its offset":     {&record, recordText},
		"a record by value too":         {record, recordText},
		"a recurrence keeps its offset": {record.Recurrence, `{"endTime":"2025-08-12T18:00:00-07:00","daysOfWeek":["MONDAY"]}`},
		"within a schedule":             {&gen.UpdateScheduleRequest{Schedules: []gen.AvailabilityRecord{record, record}}, `{"schedules":[` + recordText + `,` + recordText + `]}`},
		"within a reservation": {
			&gen.CreateReservationRequest{ResourceID: "R", Reservation: gen.Reservation{Type: gen.ReservationTypeBreak, Availability: record}},
			`{"resourceId":"R","reservation":{"type":"BREAK","availability":` + recordText + `}}`,
		},
		"UTC is Z with an offset kept": {&gen.Recurrence{EndTime: monday.UTC()}, `{"endTime":"2024-08-13T01:00:00Z"}`},
		"beside a record that keeps its own": {
			[]any{&record, &gen.AppointmentTimeInput{StartTime: monday}}, `[` + recordText + `,{"startTime":"2024-08-13T01:00:00Z"}]`,
		},
		"zero capacity is said":      {&gen.RangeSlot{}, `{"capacity":0}`},
		"of a slot too":              {&gen.AppointmentSlot{}, `{"capacity":0}`},
		"no jobs at all are said":    {&gen.JobListing{}, `{"totalResultSize":0}`},
		"capacity not asked for":     {&gen.FixedSlot{}, `{}`},
		"capacity that is zero":      {&gen.FixedSlot{AvailableCapacity: ptr[int32](0), ReservedCapacity: ptr[int32](3)}, `{"availableCapacity":0,"reservedCapacity":3}`},
		"not a Prime member":         {&gen.Buyer{IsPrimeMember: ptr(false)}, `{"isPrimeMember":false}`},
		"nobody knows":               {&gen.Buyer{}, `{}`},
		"no list":                    {&gen.AssignAppointmentResourcesRequest{}, `{}`},
		"an empty list":              {&gen.AssignAppointmentResourcesRequest{Resources: []gen.AppointmentResource{}}, `{"resources":[]}`},
		"zero numbers are absent":    {&gen.AvailabilityRecord{StartTime: monday, EndTime: monday}, `{"startTime":"2024-08-12T18:00:00-07:00","endTime":"2024-08-12T18:00:00-07:00"}`},
		"no escapes for HTML":        {&gen.Technician{Name: "<A&B>"}, `{"name":"<A&B>"}`},
		"an empty object that is":    {&gen.AssignAppointmentResourcesResponse{Payload: &gen.AssignAppointmentResourcesPayload{}}, `{"payload":{}}`},
		"an empty object that isn't": {&gen.AssignAppointmentResourcesResponse{}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := wire.Marshal(c.value)
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestMarshalRefuses(t *testing.T) {
	t.Parallel()
	const canary = "Lovelace"
	for name, value := range map[string]any{
		"broken UTF-8":              &gen.Technician{Name: canary + "\xff"},
		"year 20000":                &gen.AppointmentTimeInput{StartTime: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"year 20000 with offset":    &gen.Recurrence{EndTime: time.Date(20000, 1, 1, 0, 0, 0, 0, west)},
		"year 9999 that UTC leaves": &gen.AppointmentTimeInput{StartTime: time.Date(9999, 12, 31, 23, 0, 0, 0, west)},
	} {
		text, err := wire.Marshal(value)
		if err == nil {
			t.Errorf("%s: written as %s", name, text)
		} else if why := redact.JSONError(err, value); strings.Contains(why, canary) || why == "" {
			t.Errorf("%s: explained as %q", name, why)
		}
	}
}

// One broken byte in one buyer's name must not cost the page it is on.
func TestUnmarshalIsLenient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want gen.ServiceJob
	}{
		"unknown members":        {`{"new":{"a":[1]},"serviceJobId":"J"}`, gen.ServiceJob{ServiceJobID: "J"}},
		"new enum values":        {`{"serviceJobStatus":"NEW_ONE"}`, gen.ServiceJob{ServiceJobStatus: "NEW_ONE"}},
		"a name twice, last won": {`{"serviceJobId":"I","serviceJobId":"J"}`, gen.ServiceJob{ServiceJobID: "J"}},
		"broken UTF-8":           {"{\"buyer\":{\"name\":\"Ad\xffa\"}}", gen.ServiceJob{Buyer: &gen.Buyer{Name: "Ad\ufffda"}}},
		"a lone surrogate":       {`{"buyer":{"name":"Ad\ud800a"}}`, gen.ServiceJob{Buyer: &gen.Buyer{Name: "Ad\ufffda"}}},
		"null":                   {`{"createTime":null,"buyer":null,"appointments":null,"serviceJobId":null}`, gen.ServiceJob{}},
		"space around":           {" \r\n\t{\"serviceJobId\":\"J\"} \n", gen.ServiceJob{ServiceJobID: "J"}},
		"a time without seconds": {`{"createTime":"2024-08-13T01:00Z"}`, gen.ServiceJob{CreateTime: monday.UTC()}},
		"an empty list":          {`{"appointments":[]}`, gen.ServiceJob{Appointments: []gen.Appointment{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got gen.ServiceJob
			if err := wire.Unmarshal([]byte(c.text), &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %s, want %s", plain(t, got), plain(t, c.want))
			}
		})
	}
}

func plain(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestUnmarshalKeepsOffset(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"2020-01-01T23:59:00.00-07": -7 * 3600, "2021-01-01T10:00:00.000+05:30": 5*3600 + 1800, "2024-08-12T00:00Z": 0,
	} {
		var got gen.ServiceJob
		if err := wire.Unmarshal([]byte(`{"createTime":"`+text+`"}`), &got); err != nil {
			t.Fatal(err)
		}
		if _, offset := got.CreateTime.Zone(); offset != want {
			t.Errorf("%s: offset %d, want %d", text, offset, want)
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	t.Parallel()
	const canary = "4711"
	for text, where := range map[string]string{
		`{} "` + canary + `"`:              "at byte 3",
		`{}{}`:                             "at byte 2",
		`{}]`:                              "at byte 2",
		``:                                 "at byte 0",
		`   `:                              "at byte 3",
		`{"serviceJobId":"` + canary:       "at byte 21",
		`{"serviceJobId":x` + canary + `}`: "at byte 16",
		`<html>` + canary:                  "at byte 0",
		`"` + canary + `"`:                 "gen.ServiceJob",
		`[` + canary + `]`:                 "gen.ServiceJob",
		`{"createTime":"` + canary + `"}`:  "/createTime",
		`{"createTime":` + canary + `}`:    "/createTime",
		`{"serviceJobId":{"name":"` + canary + `"}}`:                                             "/serviceJobId",
		`{"serviceJobId":` + canary + `}`:                                                        "/serviceJobId",
		`{"buyer":{"isPrimeMember":"` + canary + `"}}`:                                           "/buyer/isPrimeMember",
		`{"associatedItems":[{},{"quantity":0.` + canary + `}]}`:                                 "/associatedItems/1/quantity",
		`{"associatedItems":[{"quantity":` + strings.Repeat(canary, 9) + `}]}`:                   "/associatedItems/0/quantity",
		`{"associatedItems":[{"linkedAssets":[{"additionalAttributes":{"` + canary + `":5}}]}]}`: "/associatedItems/0/linkedAssets/0/additionalAttributes/… number",
		`{"scopeOfWork":{"requiredSkills":["` + canary + `",` + canary + `,"x"]}}`:               "/scopeOfWork/requiredSkills/1",
	} {
		err := wire.Unmarshal([]byte(text), new(gen.ServiceJob))
		if err == nil {
			t.Errorf("%s was taken", text)
			continue
		}
		if got := redact.JSONError(err, new(gen.ServiceJob)); !strings.Contains(got, where) || strings.Contains(got, canary) {
			t.Errorf("%s\n is explained as %q, want %q in it and no value", text, got, where)
		}
	}
}

// FuzzJSON holds that what can be read can be written, and that it is then a
// fixed point.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"createTime":"2020-01-01T23:59:00.00-07","buyer":{"isPrimeMember":false}}`, `{"appointments":[{"poa":{"uploadTime":"2024-08-12T00:00Z"}}]}`,
		`{"buyer":{"name":"Ad\ud800a"}}`, `[1]`, `{"createTime":5}`, `{"a":1,"a":2}`, "{\"serviceJobId\":\"\xff\"}", `{"createTime":"0000-01-01T00:00+05:30"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var job gen.ServiceJob
		if err := wire.Unmarshal(text, &job); err != nil {
			if why := redact.JSONError(err, &job); why == "" {
				t.Fatalf("%v is explained by nothing", err)
			}
			return
		}
		first, err := wire.Marshal(&job)
		if err != nil {
			if strings.Contains(err.Error(), "year outside") {
				return // UTC has moved it beyond what RFC 3339 can say
			}
			t.Fatalf("%q was read but not written: %v", text, err)
		}
		var again gen.ServiceJob
		if err := wire.Unmarshal(first, &again); err != nil {
			t.Fatalf("%q was written as %q and not read: %v", text, first, err)
		}
		if second, err := wire.Marshal(&again); err != nil || string(second) != string(first) {
			t.Fatalf("%q was written as %q, then as %q, %v", text, first, second, err)
		}
	})
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"abc-1": "abc-1", "abcdef": "abcdef", "abcdefg": "", "": "", "a b": "", "a\n": "", "\x1b[31m": "", "é": "", "a\x7f": "", "~!": "~!",
	} {
		if got := redact.Word(text, 6); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTimesThatAreAbsentOrEscaped(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]time.Time{
		`{"createTime":""}`:                               {},
		`{"createTime":null}`:                             {},
		`{"createTime":"2024-01-01T00:00:00\u002b05:30"}`: time.Date(2023, 12, 31, 18, 30, 0, 0, time.UTC),
	} {
		var job gen.ServiceJob
		if err := wire.Unmarshal([]byte(document), &job); err != nil || !job.CreateTime.Equal(want) {
			t.Errorf("%s: %v, %v", document, job.CreateTime, err)
		}
	}
}
