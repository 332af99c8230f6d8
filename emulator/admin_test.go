package emulator_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/spservices/services-go/emulator"
)

func (f *fixture) admin(method, path, body string) *answer {
	f.Helper()
	return f.send(method, f.emu.URL()+"/_emulator/"+path, nil, body)
}

func TestAdminAnswersThisMachineOnly(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		client, host, origin string
		status               int
	}{
		{"127.0.0.1:5000", "localhost:8484", "", 200},
		{"[::1]:5000", "[::1]:8484", "http://[::1]:8484", 200},
		{"[::ffff:127.0.0.1]:5000", "127.0.0.1:8484", "", 200},
		{"192.0.2.1:5000", "localhost:8484", "", 403},
		{"@", "localhost:8484", "", 403},
		{"127.0.0.1:5000", "rebound.example:8484", "", 403},
		{"127.0.0.1:5000", "localhost.example", "", 403},
		{"127.0.0.1:5000", "LOCALHOST", "", 200},
		{"127.0.0.1:5000", "[::1]", "", 200},
		{"127.0.0.1:5000", "localhost:8484", "http://localhost:3000", 403},
		{"127.0.0.1:5000", "localhost:8484", "https://example.com", 403},
		{"127.0.0.1:5000", "localhost:8484", "null", 403},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_emulator/health", nil)
		r.RemoteAddr, r.Host = c.client, c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		emu.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%+v: got %d", c, w.Code)
		}
	}
}

func TestAdminState(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.admin("GET", "health", "").want(200, `"ok"`, "2026-03-02T20:00:00Z")
	f.upload([]byte("proof"))
	got := f.admin("GET", "state?sellerId=A1EXAMPLESELLER", "").want(200, technician, `"name":"[personal]"`, `"storeId"`, pendingJob, `"reservations"`, "amzn1.tortuga", "[personal]")
	for _, secret := range []string{"emulator-refresh-token", "amzn1.oa2-cs", `"key"`, "Buyer 1", "Example Street", "Ada Example", foreignJob} {
		if strings.Contains(string(got.text), secret) {
			t.Errorf("the state shows %q", secret)
		}
	}
	f.admin("GET", "state", "").want(200, foreignJob)
	if !strings.Contains(f.snapshot(), "Ada Example") {
		t.Error("showing the state has changed the technicians")
	}
	if name := f.job(pendingJob).Buyer.Name; strings.Contains(name, "[") {
		t.Errorf("showing the state has changed the buyer to %s", name)
	}
	if got := f.emu.Requests(emulator.To("")); len(got) != 0 {
		t.Errorf("admin requests are remembered: %+v", got)
	}
}

func TestAdminRefuses(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "", "", 404}, {"GET", "everything", "", 404}, {"GET", "health/", "", 404},
		{"DELETE", "state", "", 405}, {"GET", "reset", "", 405},
		{"POST", "seed", "{", 400}, {"POST", "seed?name=none", "", 400}, {"POST", "restore", `{"version":1}`, 400},
		{"POST", "clock", "{}", 400}, {"POST", "clock", `{"advance":"1h","now":"now"}`, 400}, {"POST", "clock", `{"advance":"soon"}`, 400},
		{"POST", "clock", `{"now":"9999-12-31T00:00:00Z"}`, 400}, {"POST", "clock", `{"advance":"1h","more":1}`, 400},
		{"POST", "faults", `{"operation":"none","action":"reset"}`, 400}, {"POST", "faults", `{"operation":"token","action":"explode"}`, 400},
		{"POST", "throttle", `{}`, 400}, {"POST", "throttle", `{"operation":"getServiceJobs"}`, 400},
		{"POST", "tokens", `{"action":"issue"}`, 400}, {"POST", "tokens", `{"action":"issue","sellerId":"nobody"}`, 400},
		{"POST", "tokens", `{"action":"steal","sellerId":"A1EXAMPLESELLER"}`, 400}, {"POST", "tokens", `{"action":"issue","token":"x"}`, 400},
		{"POST", "tokens", `{"action":"expire","token":"x"}`, 404},
		{"POST", "tokens", strings.Repeat(" ", 2<<20), 413},
	} {
		f.admin(c.method, c.path, c.body).want(c.status, `"error"`)
	}
}

func TestAdminSeedsAndClock(t *testing.T) {
	t.Parallel()
	f := start(t)
	snapshot := string(f.admin("POST", "snapshot", "").want(200, pendingJob).text)
	f.admin("POST", "seed?name=empty", "").want(204)
	f.call("GET", jobPath(pendingJob), "").want(422)
	f.admin("POST", "restore", snapshot).want(204)
	f.job(pendingJob)
	f.admin("POST", "reset", "").want(204) // to the seed set last
	f.call("GET", jobPath(pendingJob), "").want(422)
	f.admin("POST", "seed", strings.Replace(seedInJSON, `"R"`, `"Atzr|x"`, 1)).want(204)
	f.call("GET", jobPath("a"), "").want(403, "without a seller") // of another seed
	f.admin("POST", "seed?name=default", "").want(204)
	f.admin("POST", "clock", `{"advance":"59m"}`).want(200, "2026-03-02T20:59:00Z")
	f.job(pendingJob)
	f.admin("POST", "clock", `{"now":"now/d+2d"}`).want(200, "2026-03-04T00:00:00Z")
	f.admin("GET", "clock", "").want(200, "2026-03-04T00:00:00Z")
	f.call("GET", jobPath(pendingJob), "").want(403, "expired")
}

func TestAdminFaultsAndThrottle(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.admin("POST", "faults", `{"operation":"`+getJob+`","match":{"serviceJobId":"`+pendingJob+`"},"skip":1,"times":2,"latency":"1ms","action":"status","status":503,"header":{"Retry-After":"1"}}`).want(204)
	f.job(pendingJob)
	if got := f.call("GET", jobPath(pendingJob), "").want(503).header.Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After is %q", got)
	}
	f.admin("GET", "faults", "").want(200, `"seen":2`, `"used":1`, `"latency":"1ms"`)
	f.admin("DELETE", "faults", "").want(204)
	f.job(pendingJob)
	f.admin("POST", "throttle", `{"operation":"`+getJob+`","rate":1,"burst":1}`).want(204)
	f.job(pendingJob)
	f.call("GET", jobPath(pendingJob), "").want(429)
	f.admin("POST", "throttle", `{"enforced":true}`).want(204)
	f.admin("GET", "throttle", "").want(200, `"enforced":true`, `"refused":1`)
}

func TestAdminTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	var issued struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	f.admin("POST", "tokens", `{"action":"issue","sellerId":"A2EXAMPLESELLER"}`).want(200).decode(&issued)
	f.token = issued.AccessToken
	f.job(foreignJob)
	f.admin("POST", "tokens", `{"action":"expire","token":"`+issued.AccessToken+`"}`).want(200, `"tokens":1`)
	f.call("GET", jobPath(foreignJob), "").want(403, "expired")

	login := f.emu.Credentials()
	login.RefreshToken = issued.RefreshToken
	f.token = f.signIn(login)
	f.job(foreignJob)
	f.admin("POST", "tokens", `{"action":"revoke","token":"`+issued.RefreshToken+`"}`).want(200, `"tokens":1`)
	f.job(foreignJob) // its access tokens stay
	f.admin("POST", "tokens", `{"action":"revoke","sellerId":"A2EXAMPLESELLER"}`).want(200)
	f.call("GET", jobPath(foreignJob), "").want(403, "revoked")
	for _, token := range []string{issued.RefreshToken, "Atzr|emulator-refresh-token-2"} {
		login.RefreshToken = token
		if got := f.signIn(login); got != "" {
			t.Errorf("%s still signs in", token)
		}
	}
	if err := f.emu.Reset(); err != nil {
		t.Fatal(err)
	}
	f.token = f.signIn(login)
	f.job(foreignJob)
}

func TestAdminRequests(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.call("GET", "/service/v1/serviceJobs?marketplaceIds=%ff", "").want(400)
	got := f.admin("GET", "requests?operation=getServiceJobs", "").want(200, `"operation":"getServiceJobs"`, `"status":400`)
	if strings.Contains(string(got.text), "Atza|") || strings.Contains(string(got.text), "token") {
		t.Errorf("requests show %s", got.text)
	}
	f.send("GET", f.emu.URL()+"/_emulator/requests", http.Header{"Accept": {"text/event-stream"}}, "").want(406)
}

func TestAdminRequestsAsEvents(t *testing.T) {
	t.Parallel()
	for query, wanted := range map[string][]string{
		"": {getJob, "/nowhere"}, "?operation=getServiceJobs": {"getServiceJobs"}, "?operation=" + getJob: {getJob},
	} {
		emu := emulator.Start(t)
		f := &fixture{T: t, emu: emu, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
		f.token = f.signIn(emu.Credentials())
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, emu.URL()+"/_emulator/requests"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/event-stream")
		response, err := f.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		f.job(pendingJob)
		f.call("GET", "/nowhere", "").want(404)
		f.list("createdAfter=2000-01-01T00:00:00Z")
		lines := bufio.NewScanner(response.Body)
		for _, want := range wanted {
			for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
			}
			if !strings.Contains(lines.Text(), want) {
				t.Errorf("with %q an event is %q, want one of %s", query, lines.Text(), want)
			}
		}
	}
}
