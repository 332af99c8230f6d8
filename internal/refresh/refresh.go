package refresh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"
)

// Options say what to compare and what to do about the differences.
type Options struct {
	Model string // Swagger 2.0 file
	Spec  string // OpenAPI file
	// Since marks what --write adds. If empty it is the date in the name of the
	// model; without one nothing is marked.
	Since          string
	Write          bool
	AcceptBreaking bool // write although programs break
	// Accept, if not nil, says why code cannot be generated from a document, in
	// an error of one line for each reason. A person has to see to them.
	Accept func(text []byte) error
}

// Report is what a run found and did.
type Report struct {
	Page     string // Markdown
	Breaking bool
	Written  bool // the document was changed
}

var fileDate = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// Run compares the model with the document and edits the document if it is
// asked to; if not, it tries all the same whether that would succeed. With an
// error nothing is written. The report is nil if there is nothing to report.
func Run(o Options) (*Report, error) {
	source, err := os.ReadFile(o.Model)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(o.Spec)
	if err != nil {
		return nil, err
	}
	model, err := readSwagger(source)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(o.Model), err)
	}
	spec, err := parseSpec(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(o.Spec), err)
	}
	if err := sameAPI(spec, model); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(o.Model), err)
	}
	if o.Since == "" {
		o.Since = fileDate.FindString(filepath.Base(o.Model))
	}
	changes := compare(spec, model)
	edited, failed := apply(text, model, changes, o.Since)
	if failed == nil && o.Accept != nil {
		changes = append(changes, refusals(o.Accept(edited))...)
	}
	report := &Report{Page: page(filepath.Base(o.Model), sum(source), changes)}
	for _, c := range changes {
		report.Breaking = report.Breaking || c.breaking != ""
	}
	if failed != nil || !o.Write || report.Breaking && !o.AcceptBreaking || bytes.Equal(edited, text) {
		return report, failed
	}
	report.Written = true
	return report, write(o.Spec, edited)
}

// refusals are the reasons in an error of Accept.
func refusals(err error) (changes []change) {
	if err == nil {
		return nil
	}
	for line := range strings.Lines(err.Error()) {
		changes = append(changes, change{kind: open, where: "make generate", what: "will refuse this: " + strings.TrimSpace(line)})
	}
	return changes
}

func parseSpec(text []byte) (*api, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 {
		return nil, errors.New("the document is empty")
	}
	n, err := fromYAML(doc.Content[0])
	if err != nil {
		return nil, err
	}
	return readOpenAPI(n, nil)
}

// apply edits the document and proves that it then says what the model says.
func apply(text []byte, model *api, changes []change, since string) ([]byte, error) {
	e, err := newEditor(text, model, since)
	if err != nil {
		return nil, err
	}
	// An edit may leave a schema without a use, which a second round removes.
	for round := range 2 {
		pending, err := e.edit(changes)
		switch {
		case err != nil:
			return nil, err
		case !pending && round == 0:
			return text, nil
		case !pending:
			return e.text, validate(e.text)
		}
		spec, err := parseSpec(e.text)
		if err != nil {
			return nil, fmt.Errorf("the edited document cannot be read: %w", err)
		}
		changes = compare(spec, model)
	}
	for _, c := range changes {
		if c.edit != nil {
			return nil, fmt.Errorf("the edited document still differs: %s", strings.TrimSpace(c.line()))
		}
	}
	return e.text, validate(e.text)
}

// edit carries out changes and reports whether there were any.
func (e *editor) edit(changes []change) (bool, error) {
	pending := false
	for _, c := range changes {
		if c.edit == nil {
			continue
		}
		pending = true
		if err := c.edit(e); err != nil {
			return true, fmt.Errorf("cannot apply %q: %w", strings.TrimSpace(c.line()), err)
		}
	}
	return pending, nil
}

func validate(text []byte) error {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if err != nil {
		return fmt.Errorf("the edited document is not valid: %w", err)
	}
	return nil
}

// write replaces a file at once: a reader sees the old text or the new one.
func write(path string, text []byte) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(info.Mode().Perm()), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Undescribed returns the lines of a document on which a description is still
// to be written.
func Undescribed(text []byte) []int {
	var lines []int
	number := 0
	for line := range bytes.Lines(text) {
		if number++; bytes.Contains(line, []byte(todo)) {
			lines = append(lines, number)
		}
	}
	return lines
}
