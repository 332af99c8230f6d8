package refresh

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Extensions at the root of the document. See the package's documentation.
const (
	keptHeadersKey = "x-kept-headers"
	examplesKey    = "x-sandbox-examples"
)

// readRecords reads what earlier runs recorded.
func (a *api) readRecords(n *node) {
	a.keptHeaders, a.exampleRecord = map[string]map[string][]string{}, map[string]map[string]string{}
	for _, header := range n.get(keptHeadersKey).names() {
		operations := n.get(keptHeadersKey, header)
		a.keptHeaders[header] = map[string][]string{}
		for _, id := range operations.names() {
			a.keptHeaders[header][id] = operations.get(id).texts()
		}
	}
	for _, id := range n.get(examplesKey).names() {
		statuses := n.get(examplesKey, id)
		a.exampleRecord[id] = map[string]string{}
		for _, status := range statuses.names() {
			a.exampleRecord[id][status] = statuses.get(status).text()
		}
	}
}

// keptHeaders reports the headers that the model stopped stating since they
// were last recorded, and records them.
func (d *differ) keptHeaders(pairs [][2]*operation) {
	record := map[string]map[string][]string{}
	for _, pair := range pairs {
		have, want := pair[0], pair[1]
		if have == nil {
			continue
		}
		for _, r := range have.responses {
			for _, h := range r.headers {
				if stated := want.response(r.status); stated != nil && stated.header(h.name) == nil {
					if record[h.name] == nil {
						record[h.name] = map[string][]string{}
					}
					record[h.name][want.id] = append(record[h.name][want.id], r.status)
				}
			}
		}
	}
	old := d.spec.keptHeaders
	edit := func(e *editor) error {
		value := &object{block: true}
		for _, name := range slices.Sorted(maps.Keys(record)) {
			operations := &object{block: true}
			for _, id := range d.ordered(slices.Collect(maps.Keys(record[name]))) {
				operations.put(id, raw("["+strings.Join(record[name][id], ", ")+"]"))
			}
			value.put(name, operations)
		}
		return e.record(keptHeadersKey, value)
	}
	for _, name := range slices.Sorted(maps.Keys(record)) {
		if fresh := subtract(record[name], old[name]); len(fresh) > 0 {
			d.add(kept, name, "header that the model does not state any more: "+d.listed(fresh), "", edit)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if back := subtract(old[name], record[name]); len(back) > 0 {
			d.add(changed, name, "header that needs no keeping any more: "+d.listed(back), "", edit)
		}
	}
}

// subtract returns the statuses by operation that are in a and not in b.
func subtract(a, b map[string][]string) map[string][]string {
	rest := map[string][]string{}
	for id, statuses := range a {
		for _, status := range statuses {
			if !slices.Contains(b[id], status) {
				rest[id] = append(rest[id], status)
			}
		}
	}
	return rest
}

// ordered sorts operations as the model has them; those that it has not come first.
func (d *differ) ordered(ids []string) []string {
	slices.Sort(ids)
	place := func(id string) int {
		return slices.IndexFunc(d.model.operations, func(op *operation) bool { return op.id == id })
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return ids
}

// listed states statuses by operation, operations with equal ones together.
func (d *differ) listed(byOperation map[string][]string) string {
	count, order, groups := 0, []string(nil), map[string][]string{}
	for _, id := range d.ordered(slices.Collect(maps.Keys(byOperation))) {
		statuses := strings.Join(byOperation[id], " ")
		if groups[statuses] == nil {
			order = append(order, statuses)
		}
		groups[statuses] = append(groups[statuses], id)
		count += len(byOperation[id])
	}
	texts := make([]string, len(order))
	for i, statuses := range order {
		texts[i] = statuses + " of " + strings.Join(groups[statuses], ", ")
	}
	return fmt.Sprintf("%d responses (%s)", count, strings.Join(texts, "; "))
}

// examples reports the sandbox examples that differ from those recorded.
func (d *differ) examples() {
	record, ids := map[string]map[string]string{}, map[string]bool{}
	for _, op := range d.model.operations {
		if len(op.examples) > 0 {
			record[op.id], ids[op.id] = op.examples, true
		}
	}
	for id := range d.spec.exampleRecord {
		ids[id] = true
	}
	edit := func(e *editor) error {
		value := &object{block: true}
		for _, id := range d.ordered(slices.Collect(maps.Keys(record))) {
			statuses := &object{}
			for _, status := range slices.Sorted(maps.Keys(record[id])) {
				statuses.put(status, raw(record[id][status]))
			}
			value.put(id, statuses)
		}
		return e.record(examplesKey, value)
	}
	for _, id := range d.ordered(slices.Collect(maps.Keys(ids))) {
		old, new := d.spec.exampleRecord[id], record[id]
		both := maps.Collect(maps.All(old))
		maps.Copy(both, new)
		var texts []string
		for _, status := range slices.Sorted(maps.Keys(both)) {
			if old[status] != new[status] {
				texts = append(texts, fmt.Sprintf("%s (%s → %s)", status, exampleCount(old[status]), exampleCount(new[status])))
			}
		}
		if len(texts) > 0 {
			d.add(changed, id, "sandbox examples: "+strings.Join(texts, ", "), "", edit)
		}
	}
}

func exampleCount(digest string) string {
	count, _, _ := strings.Cut(digest, "/")
	return cmp.Or(count, "0")
}
