package emulator_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/gen"
)

func TestJobsOfOthersAndUnknownJobs(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, c := range []struct{ method, rest, body string }{
		{"GET", "", ""},
		{"PUT", "/cancellations?cancellationReasonCode=V1", ""},
		{"PUT", "/completions", ""},
		{"POST", "/appointments", appointmentAt(noon)},
		{"POST", "/appointments/12345", strings.TrimSuffix(appointmentAt(noon), "}") + `,"rescheduleReasonCode":"R1"}`},
		{"PUT", "/appointments/12345/resources", `{"resources":[{}]}`},
		{"PUT", "/appointments/12345/fulfillment", `{"appointmentResources":[{}]}`},
		{"GET", "/appointmentSlots?marketplaceIds=X", ""},
	} {
		f.call(c.method, jobPath("unknown", c.rest), c.body).want(422, "InvalidInput", "unknown")
		f.call(c.method, jobPath(foreignJob, c.rest), c.body).want(403, "UnauthorizedAction")
	}
}

func TestCancelAndComplete(t *testing.T) {
	t.Parallel()
	f := start(t)
	cancel := func(id, reason string) *answer {
		return f.call("PUT", jobPath(id, "/cancellations?cancellationReasonCode=", reason), "")
	}
	cancel(pendingJob, "").want(400, "cancellationReasonCode")
	cancel(pendingJob, "v1").want(400, "cancellationReasonCode")
	cancel(pendingJob, "INV1").want(422, "INV1")
	cancel(completedJob, "V1").want(422, "completed")
	f.call("PUT", jobPath(cancelledJob, "/completions"), "").want(422, "cancelled")
	id := f.book(pendingJob, f.slots(pendingJob)[0].StartTime)
	for range 2 {
		cancel(pendingJob, "V1").want(200)
	}
	got := f.job(pendingJob)
	if got.ServiceJobStatus != gen.ServiceJobStatusCancelled || got.Appointments[0].AppointmentID != id || got.Appointments[0].AppointmentStatus != gen.AppointmentStatusCancelled {
		t.Errorf("after cancelling: %+v", got)
	}
}

func TestPagesPartitionTheResult(t *testing.T) {
	t.Parallel()
	f := start(t)
	after := "createdAfter=" + noon.Add(-90*24*time.Hour).Format(time.RFC3339)
	var orders []string
	for i := range 20 {
		if id := fmt.Sprintf("%s%02d", pendingJob[:len(pendingJob)-2], i+1); len(f.job(id).ProductOrderIDs) > 0 {
			orders = append(orders, f.job(id).ProductOrderIDs[0])
		}
	}
	for name, query := range map[string]string{
		"of product orders": after + "&productOrderIds=" + strings.Join(orders, ",") + "&pageSize=4",
		"by default":        after,
		"newest first":      after + "&sortField=JOB_DATE&sortOrder=DESC",
		"by status":         after + "&sortField=JOB_STATUS&pageSize=7",
		"by status, upward": after + "&sortField=JOB_STATUS&sortOrder=DESC&pageSize=9",
		"updated":           "lastUpdatedAfter=" + noon.Add(-20*24*time.Hour).Format(time.RFC3339) + "&pageSize=3",
		"filtered":          after + "&serviceJobStatus=PENDING_SCHEDULE,HOLD&storeIds=" + firstStore + "&pageSize=1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{T: t, emu: f.emu, http: f.http, token: f.token}
			page := f.list(query)
			total, first, pages := page.TotalResultSize, idsOf(page), [][]string{idsOf(page)}
			for page.NextPageToken != "" && len(pages) <= total {
				page = f.list(query + "&pageToken=" + url.QueryEscape(page.NextPageToken))
				pages = append(pages, idsOf(page))
			}
			all := slices.Concat(pages...)
			if slices.Sort(all); len(all) != total || len(slices.Compact(all)) != total || total == 0 {
				t.Fatalf("pages hold %d jobs, totalResultSize is %d", len(all), total)
			}
			for i := len(pages) - 2; i >= 0; i-- {
				page = f.list("pageToken=" + url.QueryEscape(page.PreviousPageToken) + pageSizeOf(query))
				if !slices.Equal(idsOf(page), pages[i]) {
					t.Errorf("page %d is %v backwards, was %v", i, idsOf(page), pages[i])
				}
			}
			if page.PreviousPageToken != "" || !slices.Equal(idsOf(page), first) {
				t.Errorf("the first page is not the first: %v", idsOf(page))
			}
		})
	}
}

func pageSizeOf(query string) string {
	if _, size, ok := strings.Cut(query, "&pageSize="); ok {
		return "&pageSize=" + size
	}
	return ""
}

func idsOf(page *gen.JobListing) (ids []string) {
	for _, j := range page.Jobs {
		ids = append(ids, j.ServiceJobID)
	}
	return ids
}

func TestDefaultSeedHasThreePages(t *testing.T) {
	t.Parallel()
	f := start(t)
	page := f.list("createdAfter=2000-01-01T00:00:00Z")
	if page.TotalResultSize != 60 || len(page.Jobs) != 20 || page.NextPageToken == "" || page.PreviousPageToken != "" {
		t.Errorf("%d jobs, %d on the first page", page.TotalResultSize, len(page.Jobs))
	}
	seen := map[gen.ServiceJobStatus]bool{}
	for _, query := range []string{"", "&pageToken=" + url.QueryEscape(page.NextPageToken)} {
		for _, j := range f.list("createdAfter=2000-01-01T00:00:00Z" + query).Jobs {
			seen[j.ServiceJobStatus] = true
		}
	}
	if len(seen) != 7 {
		t.Errorf("statuses are %v, want all seven", seen)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	f := start(t)
	all := "createdAfter=2000-01-01T00:00:00Z"
	one, two := f.job(pendingJob), f.job("00000000-0000-4000-a000-000000000006")
	for query, want := range map[string]int{
		all + "&productOrderIds=" + strings.Join(one.ProductOrderIDs, ","):                         1,
		all + "&productOrderIds=" + one.ProductOrderIDs[1] + "," + two.ProductOrderIDs[0] + ",1-1": 2,
		all + "&productOrderIds=1-1":                                                                                 0,
		all + "&trackingIds=" + strings.Join(one.TrackingIDs, ","):                                                   1,
		all + "&trackingIds=" + one.TrackingIDs[0] + "," + two.TrackingIDs[1] + ",TBA-0":                             2,
		all + "&trackingIds=" + strings.ToLower(one.TrackingIDs[0]):                                                  0,
		all + "&trackingIds=" + one.TrackingIDs[0] + "&productOrderIds=" + one.ProductOrderIDs[1]:                    1,
		all + "&trackingIds=" + one.TrackingIDs[0] + "&productOrderIds=" + two.ProductOrderIDs[0]:                    0,
		all + "&trackingIds=" + one.TrackingIDs[0] + "," + two.TrackingIDs[0] + "&serviceJobStatus=PENDING_SCHEDULE": 1,
		all + "&serviceOrderIds=" + one.ServiceOrderID + ",111-0000000-0000000":                                      1,
		all + "&asins=B000EXAM01":           10,
		all + "&requiredSkills=PLUMBING":    10,
		all + "&requiredSkills=NO_SUCH":     0,
		all + "&storeIds=" + firstStore:     20,
		all + "&serviceJobStatus=CANCELLED": 6,
		"createdAfter=" + one.CreateTime.Format(time.RFC3339) + "&createdBefore=" + one.CreateTime.Format(time.RFC3339):                1,
		all + "&scheduleStartDate=" + noon.Format(time.RFC3339) + "&scheduleEndDate=" + noon.Add(60*24*time.Hour).Format(time.RFC3339): 12,
		"lastUpdatedAfter=" + noon.Format(time.RFC3339): 0,
	} {
		if got := f.list(query).TotalResultSize; got != want {
			t.Errorf("%s finds %d jobs, want %d", query, got, want)
		}
	}
	f.call("GET", "/service/v1/serviceJobs?marketplaceIds=A2EUQ1WTGCTBG2&"+all, "").want(200, `"totalResultSize":0`)
}

func TestListingRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	next := url.QueryEscape(f.list("createdAfter=2000-01-01T00:00:00Z").NextPageToken)
	one := f.job(pendingJob)
	filters := "createdAfter=2000-01-01T00:00:00Z&pageSize=1&productOrderIds=" + one.ProductOrderIDs[0]
	orders := "marketplaceIds=" + f.emu.Marketplace() + "&" + filters
	ofOrders := url.QueryEscape(f.list(filters + "," + f.job(completedJob).ProductOrderIDs[0]).NextPageToken)
	for query, name := range map[string]string{
		orders + "&pageToken=" + ofOrders: "pageToken",
		orders + "," + f.job(completedJob).ProductOrderIDs[0] + "&trackingIds=" + one.TrackingIDs[0] + "&pageToken=" + ofOrders: "pageToken",
		orders + ",T-1":                                        "productOrderIds[1]",
		orders + strings.Repeat(",1", 20):                      "productOrderIds",
		orders + "&trackingIds=TBA1,TBA_2":                     "trackingIds[1]",
		orders + "&trackingIds=1" + strings.Repeat(",1", 20):   "trackingIds",
		orders + "&serviceOrderIds=order":                      "serviceOrderIds[0]",
		orders + "&asins=B000EXAM01,B000EXAM1":                 "asins[1]",
		orders + "&requiredSkills=" + strings.Repeat("S", 51):  "requiredSkills[0]",
		orders + "&storeIds=" + strings.Repeat("s", 101):       "storeIds[0]",
		"createdAfter=2000-01-01T00:00:00Z":                    "marketplaceIds",
		"marketplaceIds=X":                                     "createdAfter",
		"marketplaceIds=X,Y&createdAfter=2000-01-01T00:00:00Z": "marketplaceIds",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&lastUpdatedAfter=2000-01-01T00:00:00Z":       "lastUpdatedAfter",
		"marketplaceIds=X&createdAfter=yesterday":                                                        "createdAfter",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00%2B05:30":                                      "createdAfter",
		"marketplaceIds=X&createdAfter=2000-01-02T00:00:00Z&createdBefore=2000-01-01T00:00:00Z":          "createdBefore",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&pageSize=21":                                 "pageSize",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&pageSize=4294967316":                         "pageSize", // 20 in 32 bits
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&pageSize=few":                                "pageSize",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&serviceJobStatus=OPEN":                       "serviceJobStatus[0]",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&sortField=NAME&sortOrder=UP":                 "sortField, sortOrder",
		"marketplaceIds=X&pageToken=opaque":                                                              "pageToken",
		"marketplaceIds=X&pageToken=" + next:                                                             "pageToken", // of another marketplace
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&createdAfter=bad":                            "createdAfter",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&pageSize=&pageSize=99":                       "pageSize",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&storeIds=a&storeIds=b":                       "storeIds",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&sortOrder=ASC&sortOrder=ASC":                 "sortOrder",
		"marketplaceIds=X&marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z":                            "marketplaceIds",
		"marketplaceIds=X&createdAfter=2000-01-01T00:00:00Z&pageToken=&pageToken=":                       "pageToken",
		"marketplaceIds=" + f.emu.Marketplace() + "&createdAfter=2001-01-01T00:00:00Z&pageToken=" + next: "pageToken",
		"marketplaceIds=%zz": "query",
	} {
		f.call("GET", "/service/v1/serviceJobs?"+query, "").want(400, "InvalidInput", name)
	}
}
