package facade_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spservices/services-go/facade"
)

// complete are the least options that make a client.
var complete = []facade.Option{facade.WithRegion(facade.NorthAmerica), facade.WithCredentials(sellerCredentials)}

// with is complete and more.
func with(more ...facade.Option) []facade.Option { return append(complete[:2:2], more...) }

// elsewhere is with, but with an endpoint instead of the region.
func elsewhere(endpoint string, more ...facade.Option) []facade.Option {
	return append([]facade.Option{facade.WithEndpoint(endpoint), facade.WithCredentials(sellerCredentials)}, more...)
}

func TestOptionsRefuse(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	var noLimiter *spyLimiter
	var noSource *keys
	var noStore *spyStore
	foreign := facade.WithTokenEndpoint("https://login.example/token")
	for name, c := range map[string]struct {
		opts []facade.Option
		want string
	}{
		"nil option":                  {with(nil), "nil Option"},
		"nothing":                     {nil, "a region is needed"},
		"no credentials":              {[]facade.Option{facade.WithRegion(facade.Europe)}, "credentials are needed"},
		"no region":                   {[]facade.Option{facade.WithCredentials(sellerCredentials)}, "a region is needed"},
		"unknown region":              {with(facade.WithRegion("mars")), "region must be na, eu or fe"},
		"unknown marketplace":         {with(facade.WithMarketplace("XX")), "marketplace must be"},
		"marketplace elsewhere":       {with(facade.WithMarketplace(facade.MarketplaceJP)), "marketplace A1VC38T7YXB528 is served by region fe, not na"},
		"no client id":                {with(facade.WithCredentials(facade.Credentials{ClientSecret: "s", RefreshToken: "r"})), "credentials: client id is missing (ClientID, LWA_APP_ID)"},
		"no client secret":            {with(facade.WithCredentials(facade.Credentials{ClientID: "i", RefreshToken: "r"})), "credentials: client secret is missing (ClientSecret, LWA_CLIENT_SECRET)"},
		"no refresh token":            {with(facade.WithCredentials(facade.Credentials{ClientID: "i", ClientSecret: "s"})), "credentials: refresh token is missing (RefreshToken, SP_API_REFRESH_TOKEN)"},
		"empty credentials":           {with(facade.WithCredentials(facade.Credentials{})), "credentials: client id is missing (ClientID, LWA_APP_ID); client secret is missing (ClientSecret, LWA_CLIENT_SECRET); refresh token is missing"},
		"refresh token and scope":     {with(facade.WithCredentials(facade.Credentials{ClientID: "i", ClientSecret: "s", RefreshToken: "r", Scope: "s"})), "credentials: RefreshToken and Scope are both given: give one, not both"},
		"nil credentials function":    {with(facade.WithCredentialsFunc(nil)), "credentials function is nil"},
		"nil token source":            {with(facade.WithTokenSource(nil)), "token source is nil"},
		"typed nil token source":      {with(facade.WithTokenSource(noSource)), "token source is nil"},
		"nil token store":             {with(facade.WithTokenStore(nil)), "token store is nil"},
		"typed nil token store":       {with(facade.WithTokenStore(noStore)), "token store is nil"},
		"nil limiter":                 {with(facade.WithLimiter(nil)), "limiter is nil"},
		"typed nil limiter":           {with(facade.WithLimiter(noLimiter)), "limiter is nil"},
		"nil logger":                  {with(facade.WithLogger(nil)), "logger is nil"},
		"nil hook":                    {with(facade.WithHook(nil)), "hook is nil"},
		"nil HTTP client":             {with(facade.WithHTTPClient(nil)), "HTTP client is nil"},
		"typed nil transport":         {with(facade.WithHTTPClient(&http.Client{Transport: (*http.Transport)(nil)})), "transport of the HTTP client is nil"},
		"nil function as a transport": {with(facade.WithHTTPClient(&http.Client{Transport: api(nil)})), "transport of the HTTP client is nil"},
		"zero logger":                 {with(facade.WithLogger(&slog.Logger{})), "logger has no handler"},
		"no attempt":                  {with(facade.WithRetryPolicy(facade.RetryPolicy{Attempts: -1})), "at least 1 attempt"},
		"negative base":               {with(facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1, BackoffBase: -1})), "0 <= base <= cap"},
		"cap below base":              {with(facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1, BackoffBase: 2, BackoffCap: 1})), "0 <= base <= cap"},
		"negative Retry-After cap":    {with(facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1, RetryAfterCap: -1})), "retry policy"},
		"no application":              {with(facade.WithUserAgent("", "1")), "application and a version"},
		"no version":                  {with(facade.WithUserAgent("app", "")), "application and a version"},
		"user agent too long":         {with(facade.WithUserAgent(strings.Repeat("a", 480), "1")), "at most 500 printable"},
		"user agent with line end":    {with(facade.WithUserAgent("app\r\nx: y", "1")), "printable ASCII"},
		"user agent not ASCII":        {with(facade.WithUserAgent("Müller", "1")), "printable ASCII"},
		"no attempt timeout":          {with(facade.WithAttemptTimeout(0)), "attempt timeout must be positive"},
		"no response limit":           {with(facade.WithMaxResponseBytes(0)), "response limit must be positive"},
		"validation below":            {with(facade.WithResponseValidation(-1)), "Off, Report or Enforce"},
		"validation above":            {with(facade.WithResponseValidation(3)), "Off, Report or Enforce"},
		"empty endpoint":              {elsewhere("", foreign), "endpoint must be an absolute URL"},
		"endpoint without scheme":     {elsewhere("api.example", foreign), "endpoint must be an absolute URL"},
		"endpoint by http":            {elsewhere("http://api.example", foreign), "endpoint must be https"},
		"private endpoint by http":    {elsewhere("http://10.0.0.1", foreign), "endpoint must be https"},
		"almost loopback":             {elsewhere("http://127.0.0.1.evil.example", foreign), "endpoint must be https"},
		"endpoint of any scheme":      {elsewhere("ftp://127.0.0.1", foreign), "endpoint must be https"},
		"endpoint with path":          {elsewhere("https://api.example/v1", foreign), "endpoint must have no path"},
		"endpoint with two ends":      {elsewhere("https://api.example//", foreign), "endpoint must have no path"},
		"endpoint with query":         {elsewhere("https://api.example?a="+password, foreign), "no user, query or fragment"},
		"endpoint with mere ?":        {elsewhere("https://api.example?", foreign), "no user, query or fragment"},
		"endpoint with fragment":      {elsewhere("https://api.example#"+password, foreign), "no user, query or fragment"},
		"endpoint with user":          {elsewhere("https://user:"+password+"@api.example", foreign), "no user, query or fragment"},
		"endpoint with bad user":      {elsewhere("https://us er:"+password+"@api.example", foreign), "endpoint must be an absolute URL"},
		"token endpoint by http":      {elsewhere("https://api.example", facade.WithTokenEndpoint("http://login.example/token")), "token endpoint must be https"},
		"token endpoint with user":    {elsewhere("https://api.example", facade.WithTokenEndpoint("https://user:"+password+"@login.example")), "no user, query or fragment"},
		"foreign endpoint":            {elsewhere("https://api.example"), "needs WithTokenEndpoint or WithTokenSource"},
		"foreign token endpoint":      {with(foreign), "needs an endpoint of its own too"},
		"almost Amazon":               {elsewhere("https://api.evilamazon.com"), "needs WithTokenEndpoint or WithTokenSource"},
		"Amazon as a subdomain":       {elsewhere("https://amazon.com.evil.example"), "needs WithTokenEndpoint or WithTokenSource"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := facade.New(c.opts...)
			if err == nil || client != nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant: …%s…", err, c.want)
			}
			if strings.Contains(err.Error(), password) {
				t.Errorf("repeats the password: %v", err)
			}
		})
	}
}

func TestOptionsAreTaken(t *testing.T) {
	t.Parallel()
	local := facade.WithTokenEndpoint("http://127.0.0.1:2/token")
	for name, opts := range map[string][]facade.Option{
		"least":                      with(),
		"region by marketplace":      {facade.WithMarketplace(facade.MarketplaceUK), facade.WithCredentials(sellerCredentials)},
		"region in capitals":         with(facade.WithRegion("EU")),
		"marketplace by country":     with(facade.WithMarketplace("us")),
		"marketplace GB":             {facade.WithMarketplace("GB"), facade.WithCredentials(sellerCredentials)},
		"scope":                      with(facade.WithCredentials(facade.Credentials{ClientID: "i", ClientSecret: "s", Scope: "sellingpartnerapi::notifications"})),
		"loopback":                   elsewhere("http://127.0.0.1:1", local),
		"loopback by name":           elsewhere("http://localhost:1/", local),
		"loopback of IPv6":           elsewhere("http://[::1]:1", local),
		"marketplace of elsewhere":   elsewhere("http://127.0.0.1:1", local, facade.WithMarketplace(facade.MarketplaceJP)),
		"foreign endpoint and token": elsewhere("https://api.example", facade.WithTokenSource(facade.StaticToken("t"))),
		"Amazon's other host":        elsewhere("https://SellingPartnerAPI-na.Amazon.COM"),
		"Amazon's token endpoint":    with(facade.WithTokenEndpoint("https://api.amazon.co.amazon.com/auth")),
		"one attempt":                with(facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 1})),
	} {
		if _, err := facade.New(opts...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOptionErrorsAreJoined(t *testing.T) {
	t.Parallel()
	_, err := facade.New(facade.WithRegion("mars"), facade.WithLogger(nil), facade.WithAttemptTimeout(-1), facade.WithMarketplace(facade.MarketplaceUS))
	for _, want := range []string{"region must be", "logger is nil", "attempt timeout", "credentials are needed"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks: %s", err, want)
		}
	}
}

// hostOf is where a client sends to.
func hostOf(t *testing.T, opts ...facade.Option) string {
	t.Helper()
	var host string
	client, err := facade.New(append(opts, facade.WithTokenSource(facade.StaticToken("t")), facade.WithHTTPClient(&http.Client{Transport: api(func(r *http.Request) (*http.Response, error) {
		host = r.URL.Scheme + "://" + r.URL.Host
		return reply(r, http.StatusOK, jobAnswer), nil
	})}))...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
		t.Fatal(err)
	}
	return host
}

func TestOptionsChooseTheHost(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string][]facade.Option{
		"https://sellingpartnerapi-na.amazon.com":         {facade.WithRegion(facade.NorthAmerica)},
		"https://sellingpartnerapi-eu.amazon.com":         {facade.WithMarketplace(facade.MarketplaceDE)},
		"https://sandbox.sellingpartnerapi-fe.amazon.com": {facade.WithSandbox(true), facade.WithMarketplace(facade.MarketplaceAU)},
		"https://api.example":                             {facade.WithEndpoint("https://api.example/"), facade.WithMarketplace(facade.MarketplaceDE)},
	} {
		if got := hostOf(t, opts...); got != want {
			t.Errorf("sends to %s, want %s", got, want)
		}
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	var got string
	agent := func(opts ...facade.Option) string {
		client := clientOf(t, api(func(r *http.Request) (*http.Response, error) {
			got = r.Header.Get("User-Agent")
			return reply(r, http.StatusOK, jobAnswer), nil
		}), opts...)
		if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
			t.Fatal(err)
		}
		return got
	}
	platform := regexp.QuoteMeta(" (Language=Go/" + strings.TrimPrefix(runtime.Version(), "go") + "; Platform=" + runtime.GOOS + "/" + runtime.GOARCH + ")")
	for pattern, opts := range map[string][]facade.Option{
		`^spservices-go/\d+\.\d+\.\d+` + platform + `$`:       nil,
		`^Tyre Shop/2\.1-beta` + platform + `$`:               {facade.WithUserAgent("Tyre Shop", "2.1-beta")},
		`^a\\/b\\\(c\\\)\\;d\\=e\\\\f/1\\/2` + platform + `$`: {facade.WithUserAgent(`a/b(c);d=e\f`, "1/2")},
	} {
		if got := agent(opts...); !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("%s does not match %s", got, pattern)
		}
	}
	room := 500 - len(agent(facade.WithUserAgent("a", "1"))) + 1
	if got := agent(facade.WithUserAgent(strings.Repeat("a", room), "1")); len(got) != 500 {
		t.Errorf("longest user agent has %d characters", len(got))
	}
	if _, err := facade.New(with(facade.WithUserAgent(strings.Repeat("a", room+1), "1"))...); err == nil {
		t.Error("501 characters are taken")
	}
}

func TestHTTPClientLendsItsTransport(t *testing.T) {
	t.Parallel()
	var asked int
	given := &http.Client{Transport: api(func(r *http.Request) (*http.Response, error) {
		asked++
		if deadline, ok := r.Context().Deadline(); !ok || time.Until(deadline) > 5*time.Second {
			t.Errorf("attempt may last until %s", deadline)
		}
		return reply(r, http.StatusOK, jobAnswer, "Set-Cookie", "session=1"), nil
	}), Timeout: 5 * time.Second}
	before := *given
	client := clientOf(t, nil, facade.WithHTTPClient(given))
	patient := clientOf(t, nil, facade.WithHTTPClient(given), facade.WithAttemptTimeout(time.Minute))
	given.Transport, given.Timeout = nil, 0 // changes nothing any more
	for _, client := range []*facade.Client{client, patient, derive(t, client), derive(t, client, facade.WithAttemptTimeout(time.Minute))} {
		if _, err := client.GetServiceJob(t.Context(), "JOB-1"); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 4 || before.CheckRedirect != nil || before.Jar != nil {
		t.Errorf("asked %d times", asked)
	}
}

// One set of options serves many goroutines.
func TestOptionsAreShared(t *testing.T) {
	t.Parallel()
	parent := clientOf(t, answers(http.StatusOK, jobAnswer))
	options := []facade.Option{
		facade.WithSandbox(true), facade.WithEndpoint("https://api.example"), facade.WithTokenEndpoint(loginURL),
		facade.WithMarketplace("de"), facade.WithLimiter(facade.NewLimiter()), facade.WithRetryPolicy(facade.RetryPolicy{Attempts: 2}),
		facade.WithHTTPClient(&http.Client{Timeout: time.Second}), facade.WithLogger(newJournal().logger), facade.WithUserAgent("app", "1"),
		facade.WithAttemptTimeout(time.Second), facade.WithMaxResponseBytes(1), facade.WithResponseValidation(facade.Enforce), facade.WithHook(quietHook{}),
		facade.WithCredentials(sellerCredentials), facade.WithTokenSource(facade.StaticToken("t")), facade.WithTokenStore(facade.NewTokenStore()), facade.FromEnv(),
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := parent.With(options...); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// Nothing that is passed in is changed or kept.
func TestOptionsAreNotChanged(t *testing.T) {
	t.Parallel()
	options := elsewhere("https://api.example", facade.WithTokenEndpoint(loginURL))
	shared := facade.WithHook(quietHook{})
	one, err := facade.New(append(options, shared)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := facade.New(append(options, shared, shared)...); err != nil {
		t.Fatal(err)
	}
	query := facade.ServiceJobsQuery{CreatedAfter: start, StoreIDs: []string{"S-1"}, PageSize: 5}
	records := []facade.AvailabilityRecord{shift}
	before := fmt.Sprintf("%v %v %v", query, records, sellerCredentials.ClientID)
	opts := make([]facade.CallOption, 1, 8)
	opts[0] = facade.NoRetry()
	var request facade.Request
	for range 2 {
		_, _ = one.ListServiceJobs(t.Context(), query, append(opts, facade.DryRun(&request))...)
		_, _ = one.UpdateSchedule(t.Context(), "R-1", records, append(opts, facade.DryRun(&request))...)
		_, _ = drained(one.ServiceJobs(t.Context(), query, append(opts, facade.DryRun(&request))...))
	}
	if after := fmt.Sprintf("%v %v %v", query, records, sellerCredentials.ClientID); after != before {
		t.Errorf("%s\nbecame\n%s", before, after)
	}
	if opts[:cap(opts)][2] != nil {
		t.Error("call options were appended to the caller's")
	}
}

// quietHook does nothing.
type quietHook struct{}

func (quietHook) Start(ctx context.Context, _ facade.Event) (context.Context, func(facade.Result)) {
	return ctx, nil
}

// spyLimiter counts and never waits.
type spyLimiter struct {
	facade.Limiter
	keys  []facade.Key
	plans []facade.Plan
	fails error
}

func (l *spyLimiter) Wait(_ context.Context, key facade.Key, plan facade.Plan) error {
	l.keys, l.plans = append(l.keys, key), append(l.plans, plan)
	return l.fails
}

func (l *spyLimiter) Observe(facade.Key, facade.Outcome) {}

func TestCallOptionsReachTheLimiter(t *testing.T) {
	t.Parallel()
	full := errors.New("bucket is full")
	spy := &spyLimiter{fails: full}
	client := clientOf(t, api(breaks), facade.WithLimiter(spy))
	sandbox, err := client.With(facade.WithSandbox(true))
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []func() error{
		getJob(t.Context(), client), getJob(t.Context(), sandbox),
		func() error { _, err := client.GetServiceJob(t.Context(), "JOB-1", facade.NoWait()); return err },
	} {
		if err := call(); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	}
	if want := []facade.Plan{{Rate: 20, Burst: 40}, {Rate: 5, Burst: 15}, {Rate: 20, Burst: 40, MaxWait: -1}}; fmt.Sprint(spy.plans) != fmt.Sprint(want) {
		t.Errorf("plans %v, want %v", spy.plans, want)
	}
	if k := spy.keys[0]; k.Region != "na" || k.Operation != "getServiceJobByServiceJobId" || k.SellerHash == "" || k == spy.keys[1] || k != spy.keys[2] {
		t.Errorf("keys %v", spy.keys)
	}
}
