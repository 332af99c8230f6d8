package facade_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// TestTimeoutOfAnHTTPClientLeavesWithIt has the timeout of one HTTP client end
// where another is given.
func TestTimeoutOfAnHTTPClientLeavesWithIt(t *testing.T) {
	t.Parallel()
	within := func(d time.Duration) facade.Option {
		return facade.WithHTTPClient(&http.Client{Timeout: d, Transport: api(hangs)})
	}
	for name, c := range map[string]struct {
		steps [][]facade.Option
		want  time.Duration
	}{
		"given":                   {[][]facade.Option{{within(time.Second)}}, time.Second},
		"inherited":               {[][]facade.Option{{within(time.Second)}, {facade.WithMarketplace("CA")}}, time.Second},
		"replaced by none":        {[][]facade.Option{{within(time.Second)}, {within(0)}}, facade.DefaultAttemptTimeout},
		"replaced by a longer":    {[][]facade.Option{{within(time.Second)}, {within(20 * time.Second)}}, 20 * time.Second},
		"replaced two steps down": {[][]facade.Option{{within(time.Second)}, {facade.WithMarketplace("CA")}, {within(0)}}, facade.DefaultAttemptTimeout},
		"not by a longer option":  {[][]facade.Option{{within(time.Second)}, {facade.WithAttemptTimeout(time.Minute)}}, time.Second},
		"by a shorter option":     {[][]facade.Option{{within(10 * time.Second)}, {facade.WithAttemptTimeout(time.Second)}}, time.Second},
		"the option stays": {
			[][]facade.Option{{within(time.Second)}, {facade.WithAttemptTimeout(time.Minute)}, {within(0)}}, time.Minute,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			client := clientOf(t, nil, c.steps[0]...)
			for _, opts := range c.steps[1:] {
				client = derive(t, client, opts...)
			}
			started := time.Now()
			if _, err := client.GetServiceJob(t.Context(), "JOB-1", facade.NoRetry()); err == nil || time.Since(started) != c.want {
				t.Errorf("%s: %v after %s, want %s", name, err, time.Since(started), c.want)
			}
		})
	}
}

// TestNewerRegionOrEndpointReplacesTheOlder derives clients from one that has a
// region or an endpoint.
func TestNewerRegionOrEndpointReplacesTheOlder(t *testing.T) {
	t.Parallel()
	const emulatorHost, emulatorLogin, amazonLogin = "https://emulator.example", "https://emulator.example/token", "https://api.amazon.com/auth/o2/token"
	emulated := []facade.Option{facade.WithEndpoint(emulatorHost), facade.WithTokenEndpoint(emulatorLogin)}
	region := func(r facade.Region) []facade.Option { return []facade.Option{facade.WithRegion(r)} }
	toAmazon := func(opts ...facade.Option) []facade.Option {
		return append(opts, facade.WithTokenEndpoint(amazonLogin))
	}
	for name, c := range map[string]struct {
		steps   [][]facade.Option
		want    string // host
		refused []string
	}{
		"region after endpoint":             {[][]facade.Option{emulated, toAmazon(facade.WithRegion("eu"))}, "https://sellingpartnerapi-eu.amazon.com", nil},
		"region after endpoint, old tokens": {[][]facade.Option{emulated, region("eu")}, "", []string{`"https://sellingpartnerapi-eu.amazon.com"`, `"https://emulator.example"`, "WithTokenEndpoint"}},
		"endpoint after region":             {[][]facade.Option{region("eu"), emulated}, emulatorHost, nil},
		"endpoint after region, old tokens": {[][]facade.Option{region("eu"), emulated[:1]}, "", []string{"WithTokenEndpoint"}},
		"there and back":                    {[][]facade.Option{region("eu"), emulated, toAmazon(facade.WithRegion("fe"))}, "https://sellingpartnerapi-fe.amazon.com", nil},
		"back, then sideways":               {[][]facade.Option{region("eu"), emulated, toAmazon(facade.WithRegion("fe")), region("na")}, "https://sellingpartnerapi-na.amazon.com", nil},
		"region after region":               {[][]facade.Option{region("eu"), region("fe")}, "https://sellingpartnerapi-fe.amazon.com", nil},
		"both at once":                      {[][]facade.Option{region("eu"), append(region("na"), emulated...)}, "", []string{`WithRegion("na")`, `WithEndpoint("https://emulator.example")`}},
		"both at once, the other way":       {[][]facade.Option{emulated, append(emulated[:2:2], region("na")...)}, "", []string{`WithRegion("na")`, `WithEndpoint("https://emulator.example")`}},
		"both at first":                     {[][]facade.Option{append(region("na"), emulated...)}, "", []string{`WithRegion("na")`, `WithEndpoint("https://emulator.example")`}},
		"sandbox":                           {[][]facade.Option{region("eu"), {facade.WithSandbox(true)}}, "https://sandbox.sellingpartnerapi-eu.amazon.com", nil},
		"no sandbox":                        {[][]facade.Option{region("eu"), {facade.WithSandbox(true)}, {facade.WithSandbox(false)}}, "https://sellingpartnerapi-eu.amazon.com", nil},
		"the sandbox of another region":     {[][]facade.Option{append(region("eu"), facade.WithSandbox(true)), region("na")}, "https://sandbox.sellingpartnerapi-na.amazon.com", nil},
		"the last of several":               {[][]facade.Option{append(region("eu"), facade.WithSandbox(true), facade.WithSandbox(false))}, "https://sellingpartnerapi-eu.amazon.com", nil},
		"marketplace at an endpoint":        {[][]facade.Option{emulated, {facade.WithMarketplace("JP")}}, emulatorHost, nil},
	} {
		client, err := facade.New(append([]facade.Option{facade.WithCredentials(sellerCredentials)}, c.steps[0]...)...)
		for i, opts := range c.steps[1:] {
			if err != nil {
				t.Fatalf("%s, step %d: %v", name, i, err)
			}
			client, err = client.With(opts...)
		}
		if c.refused == nil {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got := travel(t, client); got.api != c.want {
				t.Errorf("%s: sends to %s, want %s", name, got.api, c.want)
			}
			continue
		}
		for _, text := range c.refused {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v, want an error that names %s", name, err, text)
			}
		}
	}
}

// Derived clients without a transport of their own share connections, whatever
// HTTP client they are given.
func TestHTTPClientsWithoutTransportShareConnections(t *testing.T) {
	t.Parallel()
	server, connections := countingServer(t)
	client := clientOf(t, nil, facade.WithEndpoint(server), facade.WithHTTPClient(&http.Client{}))
	t.Cleanup(client.CloseIdleConnections)
	for range 10 {
		if err := getJob(t.Context(), derive(t, client, facade.WithHTTPClient(&http.Client{Timeout: time.Minute})))(); err != nil {
			t.Fatal(err)
		}
	}
	wantCount(t, "connections", connections, 1)
}
