package emulator_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/spservices/services-go/emulator"
)

const adminToken = "hunter2/hunter2+hunter2="

// adminRequest asks as a client on another machine, by another name.
func adminRequest(t *testing.T, emu *emulator.Emulator, method, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/_emulator/"+path, strings.NewReader("{}"))
	r.RemoteAddr, r.Host = "192.0.2.1:5000", "emulator.example:8484"
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	emu.ServeHTTP(w, r)
	return w
}

var adminPaths = []string{
	"GET health", "GET state", "GET requests", "POST seed", "POST reset", "POST snapshot", "POST restore", "GET clock", "POST clock",
	"GET faults", "POST faults", "DELETE faults", "GET throttle", "POST throttle", "POST tokens", "GET nothing", "OPTIONS state", "GET ",
}

func TestAdminTokenOpensTheAdminAPI(t *testing.T) {
	t.Parallel()
	emu, err := emulator.New(emulator.WithAdminToken(adminToken))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"the token":          {http.Header{"Authorization": {"Bearer " + adminToken}}, 200},
		"other case":         {http.Header{"Authorization": {"bearer " + adminToken}}, 200},
		"same origin":        {http.Header{"Authorization": {"Bearer " + adminToken}, "Origin": {"http://emulator.example:8484"}}, 200},
		"no token":           {nil, 401},
		"no scheme":          {http.Header{"Authorization": {adminToken}}, 401},
		"other scheme":       {http.Header{"Authorization": {"Basic " + adminToken}}, 401},
		"another token":      {http.Header{"Authorization": {"Bearer hunter3"}}, 401},
		"an empty token":     {http.Header{"Authorization": {"Bearer "}}, 401},
		"half of the token":  {http.Header{"Authorization": {"Bearer " + adminToken[:10]}}, 401},
		"more than that":     {http.Header{"Authorization": {"Bearer " + adminToken + "x"}}, 401},
		"spaces before it":   {http.Header{"Authorization": {"Bearer  " + adminToken}}, 401},
		"other letters":      {http.Header{"Authorization": {"Bearer " + strings.ToUpper(adminToken)}}, 401},
		"a seller's token":   {http.Header{"X-Amz-Access-Token": {adminToken}}, 401},
		"a foreign page":     {http.Header{"Authorization": {"Bearer " + adminToken}, "Origin": {"http://example.com"}}, 403},
		"another port":       {http.Header{"Authorization": {"Bearer " + adminToken}, "Origin": {"http://emulator.example"}}, 403},
		"a page of a file":   {http.Header{"Authorization": {"Bearer " + adminToken}, "Origin": {"null"}}, 403},
		"two pages":          {http.Header{"Authorization": {"Bearer " + adminToken}, "Origin": {"http://emulator.example:8484", "http://example.com"}}, 403},
		"a page by its name": {http.Header{"Origin": {"http://emulator.example:8484"}}, 401}, // DNS rebinding
	} {
		w := adminRequest(t, emu, http.MethodGet, "health", c.header)
		if w.Code != c.status || (w.Code == 401) != (w.Header().Get("WWW-Authenticate") == "Bearer") {
			t.Errorf("%s: got %d %v, want %d", name, w.Code, w.Header(), c.status)
		}
		if strings.Contains(w.Body.String(), "hunter") {
			t.Errorf("%s: the answer repeats a token: %s", name, w.Body)
		}
	}
	for _, path := range adminPaths {
		method, name, _ := strings.Cut(path, " ")
		if w := adminRequest(t, emu, method, name, nil); w.Code != 401 || w.Body.Len() > 100 {
			t.Errorf("%s without the token: got %d %s", path, w.Code, w.Body)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/_emulator/health", nil)
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost:8484"
	w := httptest.NewRecorder()
	if emu.ServeHTTP(w, r); w.Code != 401 {
		t.Errorf("this machine without the token: got %d", w.Code)
	}
}

func TestAdminTokenIsNotWrittenDown(t *testing.T) {
	t.Parallel()
	lines := &logLines{}
	f := start(t, emulator.WithAdminToken(adminToken), emulator.WithLogger(slog.New(slog.NewTextHandler(lines, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	bearer := http.Header{"Authorization": {"Bearer " + adminToken}}
	f.send("GET", f.emu.URL()+"/_emulator/health", bearer, "").want(200)
	f.send("GET", f.emu.URL()+jobPath(pendingJob), bearer.Clone(), "").want(403) // in the wrong place
	f.send("POST", f.emu.URL()+"/_emulator/clock", bearer, "{").want(400)
	text := fmt.Sprintf("%+v %+v", f.emu.Requests(nil), f.emu) + lines.text.String()
	text += string(f.send("GET", f.emu.URL()+"/_emulator/requests", bearer, "").want(200).text)
	text += string(f.send("GET", f.emu.URL()+"/_emulator/state", bearer, "").want(200).text)
	if strings.Contains(text, "hunter2") {
		t.Error("the token is written down")
	}
}

func TestWithoutAdmin(t *testing.T) {
	t.Parallel()
	f := start(t, emulator.WithoutAdmin())
	before := f.snapshot()
	for _, path := range adminPaths {
		method, name, _ := strings.Cut(path, " ")
		f.admin(method, name, "").want(404, "the admin API is off")
	}
	if f.snapshot() != before {
		t.Error("the state has changed")
	}
	f.job(pendingJob)
}

func TestAdminOptions(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", " ", "hunter2 hunter2", "hunter2\n", "hünter2", "hunter2\x00"} {
		if _, err := emulator.New(emulator.WithAdminToken(token)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: got %v", token, err)
		}
	}
	for _, options := range [][]emulator.Option{
		{emulator.WithAdminToken("hunter2"), emulator.WithoutAdmin()}, {emulator.WithoutAdmin(), emulator.WithAdminToken("hunter2")},
	} {
		if _, err := emulator.New(options...); err == nil || !strings.Contains(err.Error(), "WithAdminToken and WithoutAdmin") {
			t.Errorf("got %v", err)
		}
	}
}
