package refresh

import (
	"math/big"
	"slices"
)

// direction says who sends a value. A schema may travel both ways.
type direction uint8

const (
	sent     direction = 1 << iota // in requests
	received                       // in answers
)

// Why a change breaks a program that was right before.
const (
	mayRefuse   = "a request that was accepted may be refused"
	mayExceed   = "an answer may hold what it never held before"
	typeGone    = "a name that programs use is gone"
	newType     = "the Go type changes"
	newArgument = "the Go method takes one more argument"
	needsMore   = "requests have to carry more than before"
	mayLack     = "an answer may lack what it always held"
	statusGone  = "an answer that programs know is gone"
	callFails   = "calls of today's programs fail"
	throttles   = "programs that keep to the old rate are throttled"
	changedNil  = "requests that leave it out mean something else"
)

var (
	lowerBounds = []string{"minLength", "minItems", "minimum", "minProperties"}
	upperBounds = []string{"maxLength", "maxItems", "maximum", "maxProperties"}
)

// facetBreaks returns why the change of a facet breaks programs, or "". An empty
// value means that the facet is not stated.
func facetBreaks(dir direction, facet, old, new string) string {
	tighter, looser := new != "", old != "" // another pattern, multipleOf and the like may be both
	switch {
	case facet == "type" || facet == "format":
		return newType
	case facet == "default":
		if old != "" && dir&sent != 0 {
			return changedNil
		}
		return ""
	case slices.Contains(lowerBounds, facet):
		tighter = new != "" && (old == "" || less(old, new))
		looser = old != "" && (new == "" || less(new, old))
	case slices.Contains(upperBounds, facet):
		tighter = new != "" && (old == "" || less(new, old))
		looser = old != "" && (new == "" || less(old, new))
	}
	switch {
	case tighter && dir&sent != 0:
		return mayRefuse
	case looser && dir&received != 0 && facet != "minItems": // answers are not held to minItems
		return mayExceed
	}
	return ""
}

func less(a, b string) bool {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) < 0
}

// requiredBreaks returns why it breaks programs that a property becomes required
// or stops being so.
func requiredBreaks(dir direction, required bool) string {
	switch {
	case required && dir&sent != 0:
		return needsMore
	case !required && dir&received != 0:
		return mayLack
	}
	return ""
}

// usage tells for each schema of a document who sends it.
func usage(doc *api) map[string]direction {
	dirs := map[string]direction{}
	var walk func(s *schema, dir direction)
	walk = func(s *schema, dir direction) {
		switch {
		case s == nil:
		case s.ref == "":
			walk(s.items, dir)
			walk(s.values, dir)
			for _, p := range s.properties {
				walk(p.schema, dir)
			}
		case dirs[s.ref]&dir == 0:
			dirs[s.ref] |= dir
			walk(doc.schemas[s.ref], dir)
		}
	}
	for _, op := range doc.operations {
		for _, p := range op.parameters {
			walk(p.schema, sent)
		}
		if op.body != nil {
			walk(op.body.schema, sent)
		}
		for _, r := range op.responses {
			walk(r.schema, received)
		}
	}
	return dirs
}
