package redact_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spservices/services-go/internal/redact"
)

// What Amazon says about a request stays readable.
func TestLineKeeps(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"",
		"Appointment slot is not available.",
		"Job not found for jobId nope",
		"Missing or invalid request parameters: [resourceId]",
		"startDateTime is not a valid ISO date/time object",
		"Slot duration is not valid, it should be a multiple of 5 and within allowed range.",
		"endTime 2026-03-01 is before 2026-02-28",
		"2026-03-01T09:00:00Z", "at 2026-03-01T09:00:00.123456789Z.", "(2026-03-01 09:00:00)", "2026-03-01T09:00:00.000-08:00[America/Los_Angeles]",
		"2026-03-01T09:00:00Z/2026-03-08T09:00:00Z", "2026-03-01T09:00:00Z-2026-03-01T17:00:00Z", "2026-03-01–2026-03-08", "from 2026-03-01T09:00+0000 to 2026-03-01T17:00+0000", "20260301T090000Z", "2026-03-01, 2026-03-02 and 2026-03-03",
		"must be one of 5, 10, 15, 20, 30, 60", "capacity must be 1 to 999999", "10:30:00 to 18:45:00", "99% of 100", "rate 0.5/s, burst 10/20", "version 2.0/3", "5 <= 10 <= 480", "AT&T", `a\b`, "access tokens: none",
		"rescheduleAppointmentForServiceJobByServiceJobId may not be called", "RESOURCES_MISSING_REQUIRED_SKILLS", "payload.reservation.availability.startTime",
		"/service/v1/serviceJobs/appointments was not found", "application/json is expected", "The x-amz-access-token header is missing",
		"Zeitfenster nicht verfügbar", "予約できません", "naïve — \"quoted\" & <angled>", "pageToken: is not valid",
		strings.Repeat("x", 300), strings.Repeat("long ", 60),
	} {
		if got := redact.Line(text, nil); got != strings.TrimSpace(text) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// Every private text contains CANARY, or digits of which three must not show.
func TestLineHides(t *testing.T) {
	t.Parallel()
	for name, private := range map[string][]string{
		"e-mail": {
			"canary@example.com", "CANARY.name+tag@mail.example.co.uk", "<canary@example.com>", "mailto:canary@example.com", "\"canary\"@example.com", "canary @ example.com",
			"canary@localhost", "canary&#64;example.com", "canary&#x40;example.com", "canary&commat;example.com", `canary\u0040example.com`, "canary{at}example.com", "canary <at> example.com", "canary%40example.com", "canary＠example.com", "canary﹫example.com", "cana\u200bry@exa\u00admple.com", "canary(at)example.com", "canary [at] example.com", "canäry@exämple.com",
		},
		"phone": {
			"+1 206 555 0100", "(206) 555-0100", "206.555.0100", "206-555-0100", "2065550100", "5550100", "+12065550100", "+44 (0)20 7946 0958", "0049-30-1234567", "+33 1 23 45 67 89",
			"2 0 6 5 5 5 0 1 0 0", "206/555/0100", "206_555_0100", "206 - 555 - 0100", "((206)) 555..0100", "206\u00a0555\u20110100", "206\u2013555\u22120100",
			"206\n555\t0100", "206\u200b555\u200b0100", "206\u202e555\u202c0100", "２０６５５５０１００", "（２０６）５５５－０１００", "٢٠٦ ٥٥٥ ٠١٠٠", "२०६ ५५५ ०१००", "²⁰⁶⁵⁵⁵⁰¹⁰⁰", "①②③ ④⑤⑥ ⑦⑧⑨",
			"2️⃣0️⃣6️⃣5️⃣5️⃣5️⃣0️⃣1️⃣", "2026-55-0100", "555-2026-03-01-0100", "12026-03-01", "2026-03-0155501", "job2065550100", "206ㅤ555ㅤ0100", "206·555·0100", "206'555'0100", "206’555’0100", "206*555*0100", "206~555~0100", "206|555|0100", `206\555\0100`, "206‧555‧0100", "206⋅555⋅0100", "206・555・0100", "206⁄555⁄0100", "206∕555∕0100", "206ー555ー0100", "206=555=0100", "206#555#0100", "<206>-<555>-<0100>", "206&nbsp;555&nbsp;0100", `206\u00a0555\u20110100`,
		},
		"URL": {
			"https://example.com/canary", "http://canary.example", "HTTPS://CANARY", "(see https://example.com/canary)", "www.canary.example", "s3.amazonaws.com/canary/document", "canary.example:8443/path",
			"/path?id=canary&x=1", `https:\/\/example.com\/canary`, `example.com\/canary`, "10.0.0.1/canary", "10.0.0.1:8443/canary", "https&#58;//canary", `https\u003a\u002f\u002fcanary`, "ftp://canary", "x:https://canary", "https%3A%2F%2Fcanary", "ｈｔｔｐｓ：／／canary", "canary://x", "tel:canary",
		},
		"token": {
			"Atza|canary", "Atzr|canary", "atzx|canary", "\"Atza|canary\"", "token=Atza|canary", "Atza |canary", "Atza%7Ccanary", "amzn1.oa2-cs.v1.canary",
			"X-Amz-Signature=canary", "x-amz-security-token: canary", "https://b.s3.amazonaws.com/d?X-Amz-Signature=canary", "Bearer canary", "access_token=canary", `{"access_token":"canary"}`,
			"client_secret=canary", "refresh_token: canary", "x-amz-security-token : canary", "aws_secret_access_key=canary", "bearer: canary", "Authorization: Basic canary", "Atza&#124;canary", `Atza\u007Ccanary`, "password: canary", "eyJhbGciOiJIUzI1NiJ9.canary.canary", "AKIACANARY0123ABCDEF",
			"d41d8cd98f00b204canarye9800998ecf8427e", "Q0FOQVJZCANARYQ0FOQVJZQ0FOQVJZ==", "q0fo/CANARY+QVJZ/Q0FOQVJZ", strings.Repeat("CANARY", 20), "aBcDeFgHiJkLmNoPcanaryQrStUvWxYz",
		},
	} {
		for _, text := range private {
			for _, around := range []string{"%", "the buyer %", "% is not at home", "at 2026-03-01T09:00:00Z (%), again", "[\"%\"]", "id=%", "one % two % three"} {
				got := redact.Line(strings.ReplaceAll(around, "%", text), nil)
				if shows(name, got, text) {
					t.Errorf("%s: %q became %q", name, strings.ReplaceAll(around, "%", text), got)
				}
				if strings.Contains(around, "2026") && !strings.HasPrefix(got, "at 2026-03-01T09:00:00Z") {
					t.Errorf("%s: the time is lost: %q", text, got)
				}
			}
		}
	}
}

// shows reports whether a line has something of a private text.
func shows(name, line, private string) bool {
	if name != "phone" {
		return strings.Contains(strings.ToLower(line), "canary") || strings.Contains(line, "canär")
	}
	line = strings.ReplaceAll(line, "2026-03-01T09:00:00Z", "")
	return strings.ContainsFunc(line, unicode.IsNumber) && (len(private) > 14 || strings.Count(line, "5") > 1) || strings.ContainsAny(line, "٢२²①2️⃣")
}

// What the request itself had in it is no secret to its caller.
func TestLineKeepsWhatTheRequestCarried(t *testing.T) {
	t.Parallel()
	carried := func() []string {
		return []string{"1234567", "123456789", "111-1234567-1234567", "00000000-0000-4000-a000-000000000001", "A1TECHNICIAN1234567", "canary@example.com", "https://example.com/x", "206 555 0100", "Vq83hLk29dFm02nXa81pQz77", ""}
	}
	for text, want := range map[string]string{
		"Job not found for jobId 1234567":                    "Job not found for jobId 1234567",
		"Job 1234567 (2 appointments)":                       "Job 1234567 (2 appointments)",
		"jobId=1234567, orderId=111-1234567-1234567.":        "jobId=1234567, orderId=111-1234567-1234567.",
		"jobs/1234567 and 123456789":                         "jobs/1234567 and 123456789",
		"job 00000000-0000-4000-a000-000000000001 is closed": "job 00000000-0000-4000-a000-000000000001 is closed",
		"jobId=00000000-0000-4000-a000-000000000001":         "jobId=00000000-0000-4000-a000-000000000001",
		"resource [A1TECHNICIAN1234567] is unknown":          "resource [A1TECHNICIAN1234567] is unknown",
		"canary@example.com, see https://example.com/x":      "canary@example.com, see https://example.com/x",
		"call 206 555 0100":                                  "call 206 555 0100",
		"bad page token Vq83hLk29dFm02nXa81pQz77":            "bad page token Vq83hLk29dFm02nXa81pQz77",
		"12345678":                             "…",
		"1234567-8901":                         "…",
		"+1234567":                             "+1234567",
		"1234567 and 7654321":                  "1234567 and …",
		"a.canary@example.com":                 "…",
		"111-1234567-1234567-2":                "…",
		"B1TECHNICIAN7654321":                  "B1TECHNICIAN…",
		"00000000-0000-4000-a000-000000000002": "…",
	} {
		if got := redact.Line(text, carried); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	asked := false
	redact.Line("Appointment slot is not available.", func() []string { asked = true; return nil })
	if asked {
		t.Error("the request is read although nothing is hidden")
	}
}

func TestLineIsOneShortLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"two\r\nlines\u2028and\u2029more\x00\x1b[31m\u0085end": "two lines and more [31m end",
		"\u202eleft\u2066 to\ufeff right\u200f":                "left to right",
		"  blanks \t ":                                         "blanks",
		"broken \xff\xfe UTF-8":                                "broken \ufffd\ufffd UTF-8",
		strings.Repeat("é", 400):                               strings.Repeat("é", 148) + "…",
		strings.Repeat("x", 301):                               strings.Repeat("x", 297) + "…",
	} {
		if got := redact.Line(text, nil); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// However long a text is, it costs no more than its beginning.
func TestLineTakesNoTime(t *testing.T) {
	t.Parallel()
	const mebibyte = 1 << 20
	for _, unit := range []string{"x", "1", "1 ", "a@", "@", "https://", " ", "é", "\x00", "2026-03-01", "2026-03-01 ", "Atza|", "=", "-", "\U0001F469\u200d", "%", "x-amz-", "ab1234567 "} {
		text := strings.Repeat(unit, mebibyte/len(unit))
		started := time.Now()
		for range 20 {
			if got := redact.Line(text, func() []string { return []string{text, unit, "1234567"} }); len(got) > redact.LongestLine {
				t.Errorf("%q: %d bytes", unit, len(got))
			}
		}
		if d := time.Since(started); d > 5*time.Second {
			t.Errorf("%q: 20 lines took %s", unit, d)
		}
	}
	// What is cut off in the middle is not shown either.
	for at := 950; at < 1040; at++ {
		text := "https://" + strings.Repeat("x", at) + " 206 555 0100 is the number" + strings.Repeat(" again", 50)
		if got := redact.Line(text, nil); strings.Contains(got, "206") || strings.Contains(got, "555") {
			t.Fatalf("%d: %q", at, got)
		}
	}
}

func TestWordsKeepAddressesOfServers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"dial tcp 192.168.100.200:443: connect: connection refused":     "dial tcp 192.168.100.200:443: connect: connection refused",
		"Put https://b.s3.amazonaws.com/d?X-Amz-Signature=canary: EOF":  "Put … EOF",
		"lookup api.example: no such host\nread: Atza|canary":           "lookup api.example: no such host read: …",
		"x509: certificate is valid for *.s3.amazonaws.com, not canary": "x509: certificate is valid for *.s3.amazonaws.com, not canary",
	} {
		if got := redact.Words(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, seed := range []string{"", "Appointment slot is not available.", "206 555 0100", "canary@example.com", "2026-03-01T09:00:00Z 2065550100", "https://x/?X-Amz-Signature=y", "Atza|x", "\xff\u202e", strings.Repeat("é", 200)} {
		f.Add(seed, "1234567")
	}
	f.Fuzz(func(t *testing.T, text, id string) {
		for _, carried := range []func() []string{nil, func() []string { return []string{id} }} {
			got := redact.Line(text, carried)
			if len(got) > redact.LongestLine || !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }) {
				t.Fatalf("%q became %q", text, got)
			}
			if carried == nil && (strings.Contains(got, "@") || strings.Contains(got, "://")) {
				t.Fatalf("%q became %q", text, got)
			}
		}
		plain := redact.Line(text, nil)
		digits := 0
		for _, r := range plain {
			switch {
			case unicode.IsNumber(r):
				digits++
			case !unicode.IsSpace(r) && r != '-' && r != '.':
				digits = 0
			}
			if digits >= 7 && !strings.Contains(plain, "-") {
				t.Fatalf("%q became %q", text, plain)
			}
		}
	})
}
