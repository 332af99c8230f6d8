package facade_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spservices/services-go/facade"
)

// seller is one of many, with credentials of its own.
func seller(n int) facade.Option {
	return facade.WithCredentials(facade.Credentials{ClientID: "app", ClientSecret: "secret", RefreshToken: fmt.Sprint("Atzr|", n)})
}

func derive(t testing.TB, client *facade.Client, opts ...facade.Option) *facade.Client {
	t.Helper()
	derived, err := client.With(opts...)
	if err != nil {
		t.Fatal(err)
	}
	return derived
}

// A thousand sellers cost no goroutine, and share connections. The test is not
// parallel because it counts goroutines.
func TestFleetSharesConnections(t *testing.T) {
	var connections, granted, served atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			n := granted.Add(1)
			_, _ = fmt.Fprintf(w, `{"access_token":"Atza|%d","expires_in":3600}`, n)
			return
		}
		served.Add(1)
		_, _ = io.WriteString(w, jobAnswer)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	parent, err := facade.New(facade.WithEndpoint(server.URL), facade.WithTokenEndpoint(server.URL), seller(0))
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	fleet := make([]*facade.Client, 1000)
	for i := range fleet {
		fleet[i] = derive(t, parent, seller(i))
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines became %d", before, after)
	}
	for range 2 {
		for _, client := range fleet {
			if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantCount(t, "requests", &served, 2000)
	wantCount(t, "token requests", &granted, 1000)
	wantCount(t, "connections", &connections, 1)
	if after := runtime.NumGoroutine(); after > before+10 {
		t.Errorf("%d goroutines became %d", before, after)
	}
}

func TestFleetWorksAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked, sent atomic.Int32
		parent := sellerOf(t, counted(&asked, granted), script(&sent, answers(http.StatusOK, jobAnswer)), facade.WithLimiter(facade.NewLimiter()))
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				client := derive(t, parent, seller(i))
				for range 3 {
					if err := getJob(t.Context(), client)(); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		wantCount(t, "token requests", &asked, 1000)
		wantCount(t, "requests", &sent, 3000)
	})
}

func TestDerivedClientsShareBuckets(t *testing.T) {
	t.Parallel()
	spy := &spyLimiter{}
	parent := sellerOf(t, func(r *http.Request) (*http.Response, error) { return granted(r, 1) }, answers(http.StatusOK, jobAnswer), facade.WithLimiter(spy))
	for _, client := range []*facade.Client{parent, derive(t, parent), derive(t, parent, facade.WithMarketplace(facade.MarketplaceCA)), derive(t, parent, seller(7))} {
		if err := getJob(t.Context(), client)(); err != nil {
			t.Fatal(err)
		}
	}
	same, other := spy.keys[0], spy.keys[3]
	if len(spy.keys) != 4 || spy.keys[1] != same || spy.keys[2] != same {
		t.Errorf("one seller is paced by the keys %v", spy.keys[:3])
	}
	if other.SellerHash == same.SellerHash || other.ApplicationHash != same.ApplicationHash {
		t.Errorf("another seller of the same application is paced by %v, not %v", other, same)
	}
}

func TestDerivedClientsShareTheRetryQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int32
		parent := clientOf(t, script(&sent, answers(http.StatusServiceUnavailable, ``)))
		drain := func(client *facade.Client) int32 {
			before := sent.Load()
			for range 100 {
				if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err == nil {
					t.Fatal("no error")
				}
			}
			return sent.Load() - before
		}
		if n := drain(parent); n != 200 {
			t.Errorf("100 calls sent %d requests, want 200", n)
		}
		if n := drain(derive(t, parent, facade.WithTokenSource(facade.StaticToken("Atza|other")))); n != 100 {
			t.Errorf("100 calls of a derived client sent %d requests, want 100: its parent has used the quota up", n)
		}
	})
}

func TestDerivingChangesNothing(t *testing.T) {
	t.Parallel()
	var seen []string
	parent := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
		seen = append(seen, fmt.Sprint(r.URL.Host, " ", r.URL.Query().Get("marketplaceIds"), " ", r.Header.Get("x-amz-access-token"), " ", len(r.Header)))
		return reply(r, http.StatusOK, `{"payload":{"jobs":[]}}`), nil
	}))
	list := func(client *facade.Client) {
		t.Helper()
		if _, err := client.ListServiceJobs(t.Context(), allJobs); err != nil {
			t.Fatal(err)
		}
	}
	list(parent)
	list(derive(t, parent, facade.WithEndpoint("https://other.example"), facade.WithMarketplace(facade.MarketplaceJP), facade.WithTokenSource(facade.StaticToken("Atza|other")), facade.WithHook(marker{})))
	if _, err := parent.With(facade.WithMarketplace("nowhere"), facade.WithLogger(nil)); err == nil {
		t.Error("a derived client takes what a new one does not")
	}
	list(parent)
	if seen[0] != seen[2] || seen[1] != "other.example A1VC38T7YXB528 Atza|other "+fmt.Sprint(4) {
		t.Errorf("sent %q", seen)
	}
}

// TestDerivedEndpointNeedsItsOwnTokens holds that tokens for one server do not
// go to another because a client was derived for that one.
func TestDerivedEndpointNeedsItsOwnTokens(t *testing.T) {
	t.Parallel()
	fixed := facade.WithTokenSource(facade.StaticToken("Atza|real"))
	amazon, err := facade.New(facade.WithRegion(facade.Europe), fixed)
	if err != nil {
		t.Fatal(err)
	}
	own := clientOf(t, answers(http.StatusOK, jobAnswer), facade.WithEndpoint("https://one.example"), facade.WithCredentials(sellerCredentials), facade.WithTokenEndpoint("https://one.example/token"))
	for name, c := range map[string]struct {
		parent *facade.Client
		opts   []facade.Option
		taken  bool
	}{
		"from Amazon elsewhere":     {amazon, []facade.Option{facade.WithEndpoint("https://two.example")}, false},
		"with a token source":       {amazon, []facade.Option{facade.WithEndpoint("https://two.example"), fixed}, true},
		"from Amazon to Amazon":     {amazon, []facade.Option{facade.WithRegion(facade.FarEast)}, true},
		"another client elsewhere":  {own, []facade.Option{facade.WithEndpoint("https://two.example")}, false},
		"other credentials":         {own, []facade.Option{facade.WithEndpoint("https://two.example"), facade.WithCredentials(sellerCredentials)}, false},
		"with a token endpoint":     {own, []facade.Option{facade.WithTokenEndpoint("https://one.example/token"), facade.WithEndpoint("https://two.example")}, true},
		"to Amazon":                 {own, []facade.Option{facade.WithEndpoint("https://sellingpartnerapi-eu.amazon.com")}, false},
		"the same endpoint":         {own, []facade.Option{facade.WithEndpoint("https://one.example/")}, true},
		"nothing about endpoints":   {own, []facade.Option{facade.WithAttemptTimeout(time.Second)}, true},
		"tokens of an earlier step": {derive(t, own, fixed), []facade.Option{facade.WithEndpoint("https://two.example")}, false},
	} {
		if _, err := c.parent.With(c.opts...); (err == nil) != c.taken {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDerivedClientsHaveTheirOwnHooks(t *testing.T) {
	t.Parallel()
	var seen string
	named := func(name string) facade.Option {
		return facade.WithHook(hookFunc(func(e facade.Event) {
			if e.Phase == facade.PhaseCall {
				seen += name
			}
		}))
	}
	parent := clientOf(t, answers(http.StatusOK, jobAnswer), named("1"), named("2"), named("3"))
	one, two := derive(t, parent, named("a")), derive(t, parent, named("b"))
	for _, client := range []*facade.Client{one, two, parent} {
		if err := getJob(t.Context(), client)(); err != nil {
			t.Fatal(err)
		}
	}
	if seen != "123a123b123" {
		t.Errorf("called the hooks %s", seen)
	}
}

// A client that has its region from its marketplace moves with it.
func TestDerivedMarketplaceBringsItsRegion(t *testing.T) {
	t.Parallel()
	var hosts []string
	parent, err := facade.New(facade.WithMarketplace(facade.MarketplaceUS), facade.WithTokenSource(facade.StaticToken("t")), facade.WithHTTPClient(&http.Client{Transport: api(func(r *http.Request) (*http.Response, error) {
		hosts = append(hosts, r.URL.Host)
		return reply(r, http.StatusOK, jobAnswer), nil
	})}))
	if err != nil {
		t.Fatal(err)
	}
	for _, client := range []*facade.Client{parent, derive(t, parent, facade.WithMarketplace(facade.MarketplaceDE)), parent} {
		if err := getJob(t.Context(), client)(); err != nil {
			t.Fatal(err)
		}
	}
	if want := "[sellingpartnerapi-na.amazon.com sellingpartnerapi-eu.amazon.com sellingpartnerapi-na.amazon.com]"; fmt.Sprint(hosts) != want {
		t.Errorf("sent to %v, want %s", hosts, want)
	}
	fixed := derive(t, parent, facade.WithRegion(facade.NorthAmerica))
	if _, err := fixed.With(facade.WithMarketplace(facade.MarketplaceDE)); err == nil {
		t.Error("a marketplace of another region than the one given is taken")
	}
}
