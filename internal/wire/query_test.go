package wire_test

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/bind"
	"github.com/spservices/services-go/internal/rules"
	"github.com/spservices/services-go/internal/wire"
)

func encode(t *testing.T, params any) string {
	t.Helper()
	query, err := wire.EncodeQuery(params)
	if err != nil {
		t.Fatal(err)
	}
	return query
}

func TestEncodeQuery(t *testing.T) {
	t.Parallel()
	west := time.FixedZone("", -7*3600)
	for name, c := range map[string]struct {
		params any
		want   string
	}{
		"none":              {nil, ""},
		"all zero":          {&gen.GetServiceJobsParams{}, ""},
		"in order":          {&gen.GetServiceJobsParams{PageSize: 5, PageToken: "t"}, "pageToken=t&pageSize=5"},
		"list":              {&gen.GetServiceJobsParams{ASINs: []string{"B1", "B2"}}, "asins=B1,B2"},
		"list of enums":     {&gen.GetServiceJobsParams{ServiceJobStatus: []gen.ServiceJobStatus{"HOLD", "COMPLETED"}}, "serviceJobStatus=HOLD,COMPLETED"},
		"enum":              {&gen.GetServiceJobsParams{SortField: gen.SortFieldJobDate}, "sortField=JOB_DATE"},
		"time in UTC":       {&gen.GetServiceJobsParams{CreatedAfter: time.Date(2024, 8, 11, 17, 0, 0, 0, west)}, "createdAfter=2024-08-12T00%3A00%3A00Z"},
		"absent, somewhere": {&gen.GetServiceJobsParams{CreatedAfter: time.Time{}.In(west)}, ""},
		"fraction":          {&gen.GetServiceJobsParams{CreatedAfter: time.Date(2024, 8, 12, 0, 0, 0, 5e8, time.UTC)}, "createdAfter=2024-08-12T00%3A00%3A00.5Z"},
		"token as it was":   {&gen.GetRangeSlotCapacityParams{NextPageToken: "MjAy%3D"}, "nextPageToken=MjAy%253D"},
		"strange":           {&gen.GetAppointmentSlotsParams{StoreID: "a+b &=?#/%é\n"}, "storeId=a%2Bb+%26%3D%3F%23%2F%25%C3%A9%0A"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := encode(t, c.params)
			// Servers read %20 and + alike in a query, and a comma with or without escape.
			if got = strings.ReplaceAll(got, "%20", "+"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestEncodeQueryRefuses(t *testing.T) {
	t.Parallel()
	for _, year := range []int{-1, 10000} {
		if text, err := wire.EncodeQuery(&gen.GetServiceJobsParams{CreatedAfter: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil || !strings.Contains(err.Error(), "createdAfter") {
			t.Errorf("year %d: %s, %v", year, text, err)
		}
	}
}

// roundTrip sends params through an address and binds what arrives.
func roundTrip[T any](t *testing.T, params T) (bound T, violations []string) {
	t.Helper()
	u, err := url.Parse("https://host/path?" + encode(t, &params))
	if err != nil {
		t.Fatal(err)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		t.Fatal(err)
	}
	var c wire.Checker
	bind.Query(&c, query, &bound)
	return bound, found(&c)
}

func TestQueryRoundTrip(t *testing.T) {
	t.Parallel()
	want := gen.GetServiceJobsParams{
		ServiceOrderIDs: []string{"113-1234567-1234567", "a b", "c+d", "%2C", "é=&?#/"}, ServiceJobStatus: []gen.ServiceJobStatus{"HOLD", "NEW_ONE"},
		PageToken: "a+b/c==%2B&d e,f", PageSize: 7, SortField: gen.SortFieldJobDate, SortOrder: gen.SortOrderDesc,
		CreatedAfter: time.Date(2024, 8, 12, 1, 2, 3, 4, time.UTC), ScheduleEndDate: time.Date(2024, 8, 12, 0, 0, 0, 0, time.UTC),
		MarketplaceIDs: []string{"ATVPDKIKX0DER"},
	}
	got, violations := roundTrip(t, want)
	if len(violations) > 0 {
		t.Errorf("violations %q", violations)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestBindQueryDefaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 20, "pageSize=": 20, "pageSize=3": 3} {
		query, _ := url.ParseQuery(text)
		var c wire.Checker
		var params gen.GetServiceJobsParams
		bind.Query(&c, query, &params)
		if params.PageSize != want || len(c.Violations()) > 0 {
			t.Errorf("%q: page size %d, want %d; %q", text, params.PageSize, want, found(&c))
		}
		params.PageSize = 0
		if !reflect.DeepEqual(params, gen.GetServiceJobsParams{}) {
			t.Errorf("%q filled %+v", text, params)
		}
	}
}

// A server reads times as leniently as answers are read.
func TestBindQueryTimes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2020-01-02T06:59:00Z", "2020-01-01T23:59:00.00-07", "2020-01-02T06:59"} {
		var c wire.Checker
		var params gen.GetServiceJobsParams
		bind.Query(&c, url.Values{"createdAfter": {text}}, &params)
		if want := time.Date(2020, 1, 2, 6, 59, 0, 0, time.UTC); !params.CreatedAfter.Equal(want) || len(c.Violations()) > 0 {
			t.Errorf("%q is %s, %q", text, params.CreatedAfter, found(&c))
		}
	}
}

func TestBindQueryRefuses(t *testing.T) {
	t.Parallel()
	const canary = "Lovelace"
	for text, want := range map[string]string{
		"pageSize=" + canary:                          "pageSize must be a whole number, got a string of 8 characters",
		"pageSize=1.5":                                "pageSize must be a whole number, got a string of 3 characters",
		"pageSize=1&pageSize=2":                       "pageSize must be a whole number, got a string of 1 characters",
		"createdAfter=" + canary:                      "createdAfter must be an ISO 8601 time, got a string of 8 characters",
		"createdAfter=2024-02-30":                     "createdAfter must be an ISO 8601 time, got a string of 10 characters",
		"pageToken=a&pageToken=" + canary:             "pageToken must be a string, got a string of 1 characters",
		"asins=" + canary + "&asins=" + canary:        "asins must be a comma-separated list, got a string of 8 characters",
		"createdAfter=x&lastUpdatedAfter=y&unknown=z": "createdAfter must be an ISO 8601 time, got a string of 1 characters; lastUpdatedAfter must be an ISO 8601 time, got a string of 1 characters",
	} {
		query, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		var c wire.Checker
		bind.Query(&c, query, &gen.GetServiceJobsParams{})
		if got := strings.Join(found(&c), "; "); got != want {
			t.Errorf("%s\n got  %s\n want %s", text, got, want)
		}
	}
}

func TestCheckLists(t *testing.T) {
	t.Parallel()
	var c wire.Checker
	rules.CheckLists(&c, nil)
	rules.CheckLists(&c, &gen.GetServiceJobsParams{ASINs: []string{"a", "b"}, PageToken: "a,b"})
	if len(c.Violations()) > 0 {
		t.Errorf("violations %q", found(&c))
	}
	rules.CheckLists(&c, &gen.GetServiceJobsParams{ASINs: []string{"a", "b,c", ","}, ServiceJobStatus: []gen.ServiceJobStatus{"HOLD,COMPLETED"}})
	want := []string{
		`serviceJobStatus[0] must not contain a comma, got "HOLD,COMPLETED"`,
		`asins[1] must not contain a comma, got "b,c"`, `asins[2] must not contain a comma, got ","`,
	}
	if got := found(&c); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// FuzzQuery holds that whatever CheckLists lets pass arrives as it was.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"a", "a b", "a+b", "%2B", "%", "a&b=c", "é", "\x00", "\xff", "#", ";", "'\"", "\r\n", "a,b"} {
		f.Add(seed, "B1", "B2", int64(0), 20)
		f.Add("t", seed, "x", int64(1_700_000_000_123_456_789), -1)
	}
	f.Fuzz(func(t *testing.T, token, first, second string, nanos int64, size int) {
		want := gen.GetServiceJobsParams{PageToken: token, PageSize: size, ASINs: []string{first, second}, CreatedAfter: time.Unix(0, nanos).UTC()}
		var c wire.Checker
		if rules.CheckLists(&c, &want); c.Err("") != nil || first == "" || second == "" {
			return // an empty item cannot be told from none
		}
		got, violations := roundTrip(t, want)
		if size == 0 {
			want.PageSize = 20 // the default
		}
		if len(violations) > 0 || !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v\n%q", got, want, violations)
		}
	})
}
