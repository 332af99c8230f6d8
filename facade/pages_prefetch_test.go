package facade_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

func TestPrefetchOverlaps(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]time.Duration{
		"plain":    5*time.Second + 5*time.Second,             // request and use take turns
		"prefetch": time.Second + 4*time.Second + time.Second, // all but the first request and the last use
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var info facade.Info
				started, i := time.Now(), 0
				b := linear(5)
				for page, err := range clientOf(t, slowly(time.Second, b.RoundTrip)).ServiceJobPages(t.Context(), allJobs, append(bothWays[name], facade.Capture(&info))...) {
					if err != nil {
						t.Fatal(err)
					}
					check := func() {
						t.Helper()
						if token := pageName(i); info.PageToken != token || info.RequestID != "request-"+token || page.Jobs[0].ServiceJobID != token+"-1" || info.Attempts != 1 {
							t.Errorf("page %d: %+v", i, info)
						}
					}
					check()
					time.Sleep(time.Second) // using the page
					check()
					i++
				}
				if d := time.Since(started); d != want {
					t.Errorf("took %s, want %s", d, want)
				}
			})
		})
	}
}

func TestPrefetchEndsWithTheRange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, sent atomic.Int32
		b := linear(100)
		client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
			running.Add(1)
			defer running.Add(-1)
			sent.Add(1)
			if r.URL.Query().Get("pageToken") == "p2" {
				<-r.Context().Done() // never answers
				return nil, r.Context().Err()
			}
			return b.RoundTrip(r)
		}))
		pages := 0
		for _, err := range client.ServiceJobPages(t.Context(), allJobs, facade.Prefetch()) {
			if err != nil {
				t.Fatal(err)
			}
			if pages++; pages == 2 {
				synctest.Wait() // until the page ahead is asked for
				break
			}
		}
		if n := running.Load(); n != 0 {
			t.Errorf("%d requests go on after the range", n)
		}
		wantCount(t, "requests", &sent, 3)
		func() { // a panic in the body of a range is a break too
			defer func() { _ = recover() }()
			for _, err := range client.ServiceJobPages(t.Context(), allJobs, facade.Prefetch()) {
				panic(fmt.Sprint("in the body, with ", err))
			}
		}()
		if n := running.Load(); n != 0 {
			t.Errorf("%d requests go on after a panic", n)
		}
	})
}
