package facade_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// book is a listing of jobs in pages. The token of a page is its key; the first
// page has none.
type book struct {
	next map[string]string // from page to page
	mu   sync.Mutex
	read []string // tokens of the pages that were asked for
}

// linear is a book of n pages: "", p1, p2, …
func linear(n int) *book {
	b := &book{next: map[string]string{}}
	for i := range n - 1 {
		b.next[pageName(i)] = pageName(i + 1)
	}
	return b
}

func pageName(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprint("p", i)
}

// RoundTrip answers with a page of two jobs, whichever operation asks.
func (b *book) RoundTrip(r *http.Request) (*http.Response, error) {
	token := r.URL.Query().Get("pageToken") + r.URL.Query().Get("nextPageToken")
	b.mu.Lock()
	b.read = append(b.read, token)
	b.mu.Unlock()
	next, _ := json.Marshal(b.next[token])
	jobs := fmt.Sprintf(`[{"serviceJobId":"%s-1"},{"serviceJobId":"%s-2"}]`, token, token)
	slots := `[{"startDateTime":"2026-03-02T09:00:00Z","scheduledCapacity":1},{"startDateTime":"2026-03-02T09:30:00Z","scheduledCapacity":0}]`
	return reply(r, http.StatusOK, fmt.Sprintf(`{"payload":{"jobs":%s,"nextPageToken":%s},"resourceId":"R-1","nextPageToken":%s,"capacities":%s}`, jobs, next, next, slots),
		"x-amzn-RequestId", "request-"+token), nil
}

func (b *book) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.read)
}

// bothWays are the call options that must not change what an iterator yields.
var bothWays = map[string][]facade.CallOption{"plain": nil, "prefetch": {facade.Prefetch()}}

// drained is what a range over all of an iterator brings.
func drained[T any](items iter.Seq2[*T, error]) (list []*T, err error) {
	for item, e := range items {
		if err = e; e == nil {
			list = append(list, item)
		}
	}
	return list, err
}

var allJobs = facade.ServiceJobsQuery{CreatedAfter: start}

func TestIteratorsReadEveryPageOnce(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, count := range map[string]func(context.Context, *facade.Client) (int, error){
				"ServiceJobs": func(ctx context.Context, c *facade.Client) (int, error) {
					l, err := drained(c.ServiceJobs(ctx, allJobs, opts...))
					return len(l), err
				},
				"ServiceJobPages": func(ctx context.Context, c *facade.Client) (int, error) {
					l, err := drained(c.ServiceJobPages(ctx, allJobs, opts...))
					return 2 * len(l), err
				},
				"RangeSlotCapacityPages": func(ctx context.Context, c *facade.Client) (int, error) {
					l, err := drained(c.RangeSlotCapacityPages(ctx, "R-1", day, opts...))
					return 2 * len(l), err
				},
				"FixedSlotCapacityPages": func(ctx context.Context, c *facade.Client) (int, error) {
					l, err := drained(c.FixedSlotCapacityPages(ctx, "R-1", fixedDay, opts...))
					return 2 * len(l), err
				},
				"FixedSlots": func(ctx context.Context, c *facade.Client) (int, error) {
					l, err := drained(c.FixedSlots(ctx, "R-1", fixedDay, opts...))
					return len(l), err
				},
			} {
				b := linear(7)
				n, err := count(t.Context(), clientOf(t, b))
				if err != nil || n != 14 {
					t.Errorf("%s: %d items, %v", what, n, err)
				}
				if got := b.asked(); !slices.Equal(got, []string{"", "p1", "p2", "p3", "p4", "p5", "p6"}) {
					t.Errorf("%s asked for %q", what, got)
				}
			}
		})
	}
}

func TestIteratorsKeepTheirFilters(t *testing.T) {
	t.Parallel()
	var queries []url.Values
	b := linear(3)
	client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		query := r.URL.Query()
		query.Del("pageToken")
		queries = append(queries, query)
		return b.RoundTrip(r)
	}))
	q := facade.ServiceJobsQuery{CreatedAfter: start, Statuses: []facade.ServiceJobStatus{facade.ServiceJobStatusHold}, PageSize: 2, StoreIDs: []string{"S-1", "S-2"}}
	if _, err := drained(client.ServiceJobs(t.Context(), q, facade.WithQuery("new", "yes"))); err != nil {
		t.Fatal(err)
	}
	for _, query := range queries[1:] {
		if fmt.Sprint(query) != fmt.Sprint(queries[0]) || query.Get("new") != "yes" || query.Get("storeIds") != "S-1,S-2" {
			t.Errorf("a later page has the query %v, the first %v", query, queries[0])
		}
	}
	if q.PageToken != "" || len(queries) != 3 {
		t.Errorf("%d pages; the query has the token %q", len(queries), q.PageToken)
	}
}

func TestIteratorsStartOverWhenRangedAgain(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, linear(3))
			jobs := client.ServiceJobs(t.Context(), allJobs, opts...)
			for range 2 {
				if list, err := drained(jobs); err != nil || len(list) != 6 {
					t.Errorf("%d jobs, %v", len(list), err)
				}
			}
			var together sync.WaitGroup // and no state is shared
			for range 20 {
				together.Go(func() {
					if list, err := drained(jobs); err != nil || len(list) != 6 || list[0].ServiceJobID != "-1" || list[5].ServiceJobID != "p2-2" {
						t.Errorf("%d jobs, %v", len(list), err)
					}
				})
			}
			together.Wait()
		})
	}
}

func TestIteratorsStopAtABreak(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := linear(100)
			client := clientOf(t, b)
			n := 0
			for _, err := range client.ServiceJobs(t.Context(), allJobs, opts...) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == 5 { // the first job of the third page
					break
				}
			}
			want := 3
			if name == "prefetch" {
				want = 4 // the one ahead may have been sent
			}
			if got := len(b.asked()); got > want || got < 3 {
				t.Errorf("%d pages asked for, want %d", got, want)
			}
		})
	}
}

func TestIteratorsEndWithTheFirstError(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := linear(5)
			client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
				if r.URL.Query().Get("pageToken") == "p2" {
					return reply(r, http.StatusForbidden, `{}`), nil
				}
				return b.RoundTrip(r)
			}))
			var info facade.Info
			jobs, failures := 0, 0
			for job, err := range client.ServiceJobs(t.Context(), allJobs, append(opts, facade.Capture(&info))...) {
				switch {
				case err != nil:
					if failures++; !errors.Is(err, facade.ErrForbidden) || job != nil {
						t.Errorf("got %v, %v", job, err)
					}
				case failures > 0:
					t.Error("a job after an error")
				default:
					jobs++
				}
			}
			if jobs != 4 || failures != 1 || info.PageToken != "p2" || info.StatusCode != http.StatusForbidden {
				t.Errorf("%d jobs, %d errors, %+v", jobs, failures, info)
			}
			if got := b.asked(); len(got) != 2 {
				t.Errorf("went on to %q", got)
			}
		})
	}
}

func TestIteratorsFindLoops(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  map[string]string
		first string
		pages int
	}{
		"same for good":         {map[string]string{"": "A", "A": "A"}, "", 2},
		"A-B-A":                 {map[string]string{"": "A", "A": "B", "B": "A"}, "", 3},
		"back to the beginning": {map[string]string{"A": "B", "B": "C", "C": "A"}, "A", 3},
		"at once":               {map[string]string{"A": "A"}, "A", 1},
	} {
		for way, opts := range bothWays {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				b := &book{next: c.next}
				query := allJobs
				query.PageToken = c.first
				jobs, err := drained(clientOf(t, b).ServiceJobs(t.Context(), query, opts...))
				if !errors.Is(err, facade.ErrPageLoop) {
					t.Errorf("got %v, want ErrPageLoop", err)
				}
				// What every page brought is kept, also the last one's.
				if len(jobs) != 2*c.pages || len(b.asked()) != c.pages {
					t.Errorf("%d jobs, asked for %q", len(jobs), b.asked())
				}
			})
		}
	}
}

func TestIteratorsRefuseHugePageTokens(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int]bool{8 << 10: true, 8<<10 + 1: false, 1 << 20: false} {
		huge := strings.Repeat("x", size)
		b := &book{next: map[string]string{"": huge}}
		jobs, err := drained(clientOf(t, b).ServiceJobs(t.Context(), allJobs))
		if ok && (err != nil || len(jobs) != 4) || !ok && (!errors.Is(err, facade.ErrUnexpectedResponse) || len(jobs) != 2 || len(b.asked()) != 1 || strings.Contains(err.Error(), "xx")) {
			t.Errorf("token of %d bytes: %d jobs, %v", size, len(jobs), err)
		}
	}
}

func TestIteratorsResume(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := linear(5)
			client := clientOf(t, b)
			var info facade.Info
			var same, after string
			for page, err := range client.ServiceJobPages(t.Context(), allJobs, append(opts, facade.Capture(&info))...) {
				if err != nil {
					t.Fatal(err)
				}
				if page.Jobs[0].ServiceJobID == "p2-1" {
					same, after = info.PageToken, page.NextPageToken
					break
				}
			}
			for token, want := range map[string]string{same: "p2-1", after: "p3-1"} {
				query := allJobs
				query.PageToken = token
				jobs, err := drained(client.ServiceJobs(t.Context(), query, opts...))
				if err != nil || jobs[0].ServiceJobID != want || jobs[len(jobs)-1].ServiceJobID != "p4-2" {
					t.Errorf("resumed from %s: %d jobs, %v", token, len(jobs), err)
				}
			}
		})
	}
}

// An iterator that is given a page token asks for that page first.
func TestIteratorsStartAtAPageToken(t *testing.T) {
	t.Parallel()
	const there = "there"
	jobs, ranges, slots := allJobs, day, fixedDay
	jobs.PageToken, ranges.PageToken, slots.PageToken = there, there, there
	var asked []string
	client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		query := r.URL.Query()
		asked = append(asked, query.Get("pageToken")+query.Get("nextPageToken"))
		return reply(r, http.StatusOK, `{"payload":{"jobs":[]},"capacities":[]}`), nil
	}))
	for name, drain := range map[string]func() error{
		"job pages": func() error { _, err := drained(client.ServiceJobPages(t.Context(), jobs)); return err },
		"jobs":      func() error { _, err := drained(client.ServiceJobs(t.Context(), jobs)); return err },
		"range pages": func() error {
			_, err := drained(client.RangeSlotCapacityPages(t.Context(), "RESOURCE-1", ranges))
			return err
		},
		"fixed pages": func() error {
			_, err := drained(client.FixedSlotCapacityPages(t.Context(), "RESOURCE-1", slots))
			return err
		},
		"fixed slots": func() error { _, err := drained(client.FixedSlots(t.Context(), "RESOURCE-1", slots)); return err },
	} {
		asked = nil
		if err := drain(); err != nil || !slices.Equal(asked, []string{there}) {
			t.Errorf("%s: asked for %q, %v", name, asked, err)
		}
	}
}

// A context that ends within a page ends the iteration there.
func TestIteratorsStopWithinAPage(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		jobs := 0
		var last error
		client := clientOf(t, answers(http.StatusOK, `{"payload":{"jobs":[{},{},{},{}]}}`))
		for _, err := range client.ServiceJobs(ctx, allJobs, opts...) {
			if last = err; err == nil {
				jobs++
			}
			if jobs == 2 {
				cancel()
			}
		}
		if jobs != 2 || !errors.Is(last, context.Canceled) {
			t.Errorf("%s: %d jobs, %v", name, jobs, last)
		}
	}
}

func TestIteratorsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	for name, opts := range bothWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := linear(100)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(2500*time.Millisecond, cancel)
				started := time.Now()
				var info facade.Info
				_, err := drained(clientOf(t, slowly(time.Second, b.RoundTrip)).ServiceJobs(ctx, allJobs, append(opts, facade.Capture(&info))...))
				if !errors.Is(err, context.Canceled) || time.Since(started) != 2500*time.Millisecond {
					t.Errorf("after %s: %v", time.Since(started), err)
				}
				if info.PageToken != "p2" {
					t.Errorf("to be resumed from %q, want p2", info.PageToken)
				}
			})
		})
	}
}
