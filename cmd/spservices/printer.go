package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spservices/services-go/facade"
)

// printer writes for people, or as one JSON object per line.
type printer struct {
	w      io.Writer
	asJSON bool
	colour bool
}

// line is one step of the demo.
type line struct {
	Operation string        `json:"operation"`
	Status    int           `json:"status"`
	RequestID string        `json:"request_id,omitempty"`
	Elapsed   time.Duration `json:"elapsed_ns"`
	Note      string        `json:"note,omitempty"`
	Error     string        `json:"error,omitempty"`
}

func newPrinter(w io.Writer, asJSON bool) *printer {
	return &printer{w: w, asJSON: asJSON, colour: !asJSON && isTerminal(w) && os.Getenv("NO_COLOR") == ""}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *printer) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format, args...) }

func (p *printer) object(v any) {
	if b, err := json.Marshal(v); err == nil {
		p.printf("%s\n", b)
	}
}

// Colours of a terminal.
const (
	green = "32"
	red   = "31"
	faint = "2"
)

func (p *printer) paint(code, text string) string {
	if !p.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p *printer) start(endpoint string) {
	if p.asJSON {
		p.object(map[string]string{"endpoint": endpoint})
		return
	}
	p.printf("Services API v1 at %s\n\n", endpoint)
}

func (p *printer) step(l line, err error) {
	if err != nil {
		l.Error = err.Error()
	}
	if p.asJSON {
		p.object(l)
		return
	}
	status, code := fmt.Sprintf("%3d", l.Status), green
	if err != nil {
		code = red
	}
	if l.Status == 0 {
		status = "  –"
	}
	p.printf("%-49s %s  %-36s %6.1f ms  %s\n", l.Operation, p.paint(code, status), l.RequestID, milliseconds(l.Elapsed), l.Note)
	if err != nil {
		p.printf("  %s\n", p.paint(red, l.Error))
	}
}

func (p *printer) note(text string) {
	if !p.asJSON {
		p.printf("%s\n", p.paint(faint, text))
	}
}

// chart draws the capacity of each hour that has any: what is free, what
// appointments take, what reservations take.
func (p *printer) chart(slots []facade.FixedSlot) {
	if p.asJSON {
		p.object(map[string]any{"capacity": slots})
		return
	}
	p.printf("\n")
	for _, s := range slots {
		if count(s.ScheduledCapacity) == 0 {
			continue
		}
		p.printf("  %s  %s%s%s  %d of %d free\n", s.StartDateTime.UTC().Format("15:04"),
			p.paint(green, bar("█", s.AvailableCapacity)), p.paint(red, bar("▒", s.EncumberedCapacity)), p.paint(faint, bar("░", s.ReservedCapacity)),
			count(s.AvailableCapacity), count(s.ScheduledCapacity))
	}
	p.printf("\n  █ free  ▒ appointments  ░ reservations\n")
}

// counted is "1 warning", "2 warnings" and so on.
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

func count(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}

func bar(block string, n *int32) string { return strings.Repeat(block, 4*count(n)) }

func (p *printer) summary(s summary, err error) {
	if p.asJSON {
		p.object(struct {
			summary
			OK bool `json:"ok"`
		}{s, err == nil})
		return
	}
	p.printf("\n%d requests sent, %d retried, %d refused; %d exchanges held against the spec, %d violations; %.0f ms\n",
		s.Sent, s.Retried, s.Refused, s.Checked, s.Violations, milliseconds(s.Elapsed))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
