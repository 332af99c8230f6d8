package refresh

import (
	"strings"
	"testing"
)

func TestUsagePlans(t *testing.T) {
	t.Parallel()
	const header = "| Rate (requests per second) | Burst |\n| ---- | ---- |\n"
	for name, tc := range map[string]struct{ prose, rate, burst, unread string }{
		"as Amazon writes it": {header + "| 5 | 20 |", "5", "20", ""},
		"three columns": {"| Plan type | Rate (requests per second) | Burst |\n| ---- | ---- | ---- |\n" +
			"|Selling partner specific| Variable | Variable |\n|Default| 5 | 20 |", "5", "20", ""},
		"a column behind":     {"| Rate (requests per second) | Burst | Daily |\n|-|-|-|\n| 5 | 20 | 1000 |", "5", "20", ""},
		"columns swapped":     {"| Burst | Rate (requests per second) |\n| ---- | ---- |\n| 40 | 5 |", "5", "40", ""},
		"no outer pipes":      {"Rate (requests per second) | Burst\n---- | ----\n5 | 20", "5", "20", ""},
		"bold":                {"| **Rate** | **Burst** |\n|:-:|-:|\n| **0.50** | **2** |", "0.5", "2", ""},
		"no digit in front":   {header + "| .5 | 20.0 |", "0.5", "20", ""},
		"no-break spaces":     {header + "|\u00a05\u00a0|&nbsp;20 |", "5", "20", ""},
		"other line ends":     {strings.ReplaceAll(header, "\n", "\r\n") + "| 5 | 20 |\r\n", "5", "20", ""},
		"quoted":              {"> | Rate | Burst |\n> | ---- | ---- |\n> | 5 | 20 |", "5", "20", ""},
		"behind another one":  {"| Page | Size |\n| --- | --- |\n| 1 | 20 |\n\n" + header + "| 5 | 40 |", "5", "40", ""},
		"no plan":             {"Returns a job.", "", "", ""},
		"a fraction":          {header + "| 1/2 | 20 |", "", "", `"1/2"`},
		"a comma":             {header + "| 0,5 | 20 |", "", "", `"0,5"`},
		"zero":                {header + "| 0 | 20 |", "", "", `"0"`},
		"half a burst":        {header + "| 5 | 2.5 |", "", "", `"2.5"`},
		"below zero":          {header + "| -5 | 20 |", "", "", `"-5"`},
		"no row":              {header, "", "", "no row"},
		"per minute":          {"| Rate (requests per minute) | Burst |\n|-|-|\n| 10 | 40 |", "", "", "per minute"},
		"in words":            {"Rate: 5 requests per second. Burst: 20.", "", "", "no table"},
		"in HTML":             {"<table><tr><th>Rate</th><th>Burst</th></tr><tr><td>5</td><td>20</td></tr></table>", "", "", "no table"},
		"elsewhere":           {"See Usage Plans and Rate Limits.", "", "", "no table"},
		"a table of the same": {"| Rate of pay | Size |\n|-|-|\n| 1 | 2 |", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rate, burst, unread := usagePlan(tc.prose)
			if rate != tc.rate || burst != tc.burst || (unread == "") != (tc.unread == "") || !strings.Contains(unread, tc.unread) {
				t.Errorf("read %q and %q, unread: %q", rate, burst, unread)
			}
		})
	}
}
