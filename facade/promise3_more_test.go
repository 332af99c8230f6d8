package facade_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// atOnce counts the requests that need not wait.
func atOnce(t *testing.T, client *facade.Client) (n int) {
	t.Helper()
	for ; ; n++ {
		_, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start}, facade.NoWait())
		if errors.As(err, new(*facade.LimitError)) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestPromise3BucketsAreSharedAsAmazonCounts has clients share a bucket exactly
// when Amazon counts their requests together.
func TestPromise3BucketsAreSharedAsAmazonCounts(t *testing.T) {
	t.Parallel()
	other := facade.WithTokenSource(fixedSource{value: "Atza|other"})
	named := facade.WithTokenSource(namedSource{facade.StaticToken("Atza|other"), "app", "another seller"})
	for name, c := range map[string]struct {
		opts   []facade.Option
		before int // requests of the first client
		want   int // of the derived one, without a wait
	}{
		"another marketplace": {[]facade.Option{facade.WithMarketplace(facade.MarketplaceCA)}, 30, 9},
		"another token":       {[]facade.Option{other}, 30, 9},
		"another seller":      {[]facade.Option{named}, 30, 39},
		"sandbox":             {[]facade.Option{facade.WithSandbox(true)}, 30, 14},
		"no sandbox":          {[]facade.Option{facade.WithSandbox(false)}, 30, 9},
		"another region":      {[]facade.Option{facade.WithMarketplace(facade.MarketplaceDE)}, 30, 39},
		"a limiter":           {[]facade.Option{facade.WithLimiter(facade.NewLimiter())}, 30, 39},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := paced(t, answers(200, `{"payload":{}}`))
			for range c.before {
				if _, err := client.ListServiceJobs(t.Context(), facade.ServiceJobsQuery{CreatedAfter: start}); err != nil {
					t.Fatal(err)
				}
			}
			derived, err := client.With(c.opts...)
			if err != nil {
				t.Fatal(err)
			}
			if got := atOnce(t, derived); got != c.want {
				t.Errorf("%s: %d requests at once, want %d", name, got, c.want)
			}
		})
	}
}

// scaled is a limiter whose plans run faster, so that a benchmark can sit them
// out.
type scaled struct {
	facade.Limiter
	factor float64
}

func (s scaled) Wait(ctx context.Context, key facade.Key, plan facade.Plan) error {
	plan.Rate *= s.factor
	return s.Limiter.Wait(ctx, key, plan)
}

// BenchmarkDrain drains 500 pages against the real clock, at twenty times the
// rate of getServiceJobs. An ideal client takes 2.3 s and meets no 429.
func BenchmarkDrain(b *testing.B) {
	const pages, rate = 500, 10 * 20
	shortest := time.Duration(float64(pages-40) / rate * float64(time.Second))
	throttled := 0
	started := time.Now()
	for b.Loop() {
		server := newMetered(rate, 40, pages, 0)
		if jobs := drain(b, clientOf(b, server, facade.WithLimiter(scaled{facade.NewLimiter(), 20}))); jobs != pages {
			b.Fatalf("%d jobs", jobs)
		}
		throttled += server.throttled
	}
	ratio := time.Since(started).Seconds() / float64(b.N) / shortest.Seconds()
	b.ReportMetric(ratio, "×minimum")
	b.ReportMetric(float64(throttled)/float64(b.N), "429s/op")
	if ratio > 1.05 || throttled > 5*b.N {
		b.Errorf("%g times the minimum, %d answers were 429", ratio, throttled)
	}
}
