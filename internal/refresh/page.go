package refresh

import (
	"fmt"
	"strings"
)

var headings = map[kind]string{added: "Added", changed: "Changed", removed: "Removed", kept: "Kept", open: "For a person"}

// page writes the changes as Markdown. Equal changes make equal pages.
func page(model, digest string, changes []change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s against the API description\n\nSHA-256 of the model: `%s`\n\n", model, digest)
	counts := map[kind]int{}
	breaking, pending := 0, 0
	for _, c := range changes {
		counts[c.kind]++
		if c.breaking != "" {
			breaking++
		}
		if c.edit != nil {
			pending++
		}
	}
	switch {
	case pending == 0 && counts[open] > 0:
		b.WriteString("**Nothing is edited, and a person has to look.** Nothing to bump.\n")
	case pending == 0:
		b.WriteString("**No changes.** Nothing to bump.\n")
	case breaking == 0:
		b.WriteString("**Nothing breaks.** Bump the minor version of the module.\n")
	default:
		fmt.Fprintf(&b, "**%d of %d changes break programs.** Bump the major version of the module.\n", breaking, len(changes)-counts[open])
	}
	if counts[added] > 0 {
		b.WriteString("\nWhat is added needs more than generated code: \"When a model adds something\" in CONTRIBUTING.md lists it.\n")
	}
	for _, k := range []kind{open, added, changed, removed, kept} {
		if counts[k] == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s (%d)\n\n", headings[k], counts[k])
		for _, c := range changes {
			if c.kind == k {
				b.WriteString(c.line())
			}
		}
	}
	return b.String()
}

func (c change) line() string {
	line := "- `" + c.where + "` " + c.what
	if c.breaking != "" {
		line += " (**breaking**: " + c.breaking + ")"
	}
	return line + "\n"
}
