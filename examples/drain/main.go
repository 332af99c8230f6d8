// Command drain counts the service jobs of the last day by status.
//
//	drain [-since 24h]
//
// It tells on standard error how far it has come. Pages are paced by the usage
// plan, so that even a long drain meets no 429. Interrupt it at any time.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/signal"
	"slices"
	"time"

	"github.com/spservices/services-go/facade"
)

func main() {
	log.SetFlags(0)
	since := flag.Duration("since", 24*time.Hour, "how far back to look")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	counts, err := count(ctx, time.Now().Add(-*since))
	for _, status := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%6d %s\n", counts[status], status)
	}
	if err != nil {
		log.Fatalf("incomplete: %v", err)
	}
}

// count returns what it has counted also when it fails.
func count(ctx context.Context, since time.Time) (map[facade.ServiceJobStatus]int, error) {
	client, err := facade.New(facade.FromEnv(), facade.WithUserAgent("drain", "1"))
	if err != nil {
		return nil, err
	}
	counts := map[facade.ServiceJobStatus]int{}
	jobs := 0
	for page, err := range client.ServiceJobPages(ctx, facade.ServiceJobsQuery{CreatedAfter: since}) {
		if err != nil {
			return counts, err
		}
		for _, job := range page.Jobs {
			counts[job.ServiceJobStatus]++
		}
		jobs += len(page.Jobs)
		log.Printf("%d of %d jobs", jobs, page.TotalResultSize)
	}
	return counts, nil
}
