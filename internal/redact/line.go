package redact

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// LongestLine is the number of bytes that Line and Words return at most.
	LongestLine = 300

	maxRead = 1 << 10 // bytes of a text that are looked at
	maxWord = 320     // bytes at the end of those that may be half of a word
	hidden  = "…"
)

// Line makes one line of a text that somebody else wrote, of at most LongestLine
// bytes. In place of e-mail addresses, numbers of seven or more digits, URLs and
// tokens it has "…", unless carried returns the same text. ISO dates and times
// are kept. Names and street addresses are not recognised.
func Line(text string, carried func() []string) string {
	text = clean(text)
	if scrubbed := hide(text, nil, true); scrubbed == text || carried == nil {
		return cut(scrubbed)
	}
	var kept []string
	for _, value := range carried() {
		if value = clean(value); value != "" && strings.Contains(text, value) && hide(value, nil, true) != value {
			kept = append(kept, value)
		}
	}
	slices.SortFunc(kept, func(a, b string) int { return len(b) - len(a) })
	return cut(hide(text, kept, true))
}

// Words is Line for a text that may have any number in it, such as the address
// of a server.
func Words(text string) string { return cut(hide(clean(text), nil, false)) }

// escape is a character written for JSON.
var escape = regexp.MustCompile(`\\(?:/|u[0-9A-Fa-f]{4})`)

// clean makes one line of printable characters. What is invisible goes, and
// what looks like or stands for ASCII becomes ASCII: all could hide a number.
func clean(text string) string {
	if len(text) > maxRead {
		text = text[:maxRead]
		end := max(strings.LastIndexFunc(text, unicode.IsSpace), maxRead-maxWord)
		text = strings.TrimRightFunc(text[:end], func(r rune) bool { return !unicode.IsLetter(r) }) + hidden
	}
	text = escape.ReplaceAllStringFunc(text, func(word string) string {
		if code, err := strconv.ParseUint(word[2:], 16, 16); err == nil {
			return string(rune(code))
		}
		return word[1:]
	})
	text = strings.Map(func(r rune) rune {
		const fullWidth, offset, blankBraille = '！', '！' - '!', '\u2800'
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), r == blankBraille:
			return ' '
		case !unicode.IsPrint(r), unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return -1
		case r >= fullWidth && r <= '～':
			return r - offset
		}
		return r
	}, html.UnescapeString(text))
	return strings.Join(strings.Fields(text), " ")
}

// secrets are words that are private as a whole, with what is around them. Each
// pattern is tried on texts that hold its mark only.
var secrets = []struct {
	mark    string
	pattern *regexp.Regexp
}{
	{"://", ignoringCase(`\S*://\S*`)},
	{"www.", ignoringCase(`\S*\bwww\.\S*`)},
	{":", ignoringCase(`\S*\b(?:mailto|tel|sms|sip):\S*`)},
	{"/", ignoringCase(`\S*(?:[a-z0-9-]\.[a-z]{2,}|\b(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?::[0-9]+)?/\S*`)}, // a URL without its scheme
	{"=", ignoringCase(`\S*[?&][\w.~-]+=\S*`)},                                                         // the query of a URL
	{"%", ignoringCase(`\S*%[0-9a-f]{2}\S*`)},
	{"@", ignoringCase(`\S* ?@ ?\S*`)},
	{"﹫", ignoringCase(`\S* ?﹫ ?\S*`)},
	{"at", ignoringCase(`\S+ ?[(\[{<] ?at ?[)\]}>] ?\S+`)},
	{"|", ignoringCase(`\S*atz[a-z0-9]* ?\| ?\S*`)}, // tokens of Amazon's
	{"x-amz-", ignoringCase(`\S*x-amz-[\w-]+["']? ?[=:] ?\S+`)},
	{"amzn1.", ignoringCase(`\S*amzn1\.oa2-cs\S*`)},
	{"a", ignoringCase(`\S*\b(?:akia|asia)[a-z0-9]{16}\b\S*`)},
	{"bearer", ignoringCase(`\bbearer:? \S+`)},
	{"token", ignoringCase(`\S*token(?:["']? ?=|["'] ?:) ?\S+`)},
	{"token", ignoringCase(`\S*(?:access|refresh|security|session)[_-]?token ?: ?\S+`)},
	{"secret", ignoringCase(`\S*secret[\w-]*["']? ?[=:] ?\S+`)},
	{"password", ignoringCase(`\S*password["']? ?[=:] ?\S+`)},
	{"signature", ignoringCase(`\S*signature["']? ?[=:] ?\S+`)},
	{"authorization", ignoringCase(`\S*authorization["']? ?[=:] ?(?:basic |bearer )?\S+`)},
	{"eyj", ignoringCase(`\beyj[\w-]+\.\S+`)}, // a JSON web token
}

func ignoringCase(pattern string) *regexp.Regexp { return regexp.MustCompile("(?i)" + pattern) }

const isoMoment = `(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])` +
	`(?:[Tt ](?:[01][0-9]|2[0-4]):[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]{1,9})?)?(?: ?(?:[Zz]|[+-][01][0-9](?::?[0-5][0-9])?))?)?` +
	`|[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-4])[0-5][0-9](?:[0-6][0-9])?Z?)`

var (
	// opaque is a long run that may be in base64 or hexadecimal, plain what such
	// a run is when it is made of words, such as the name of an operation.
	opaque = regexp.MustCompile(`[A-Za-z0-9+/_~-]{24,}={0,2}`)
	plain  = regexp.MustCompile(`^(?:[/_-]*(?:[A-Za-z][a-z]{0,19}(?:[A-Z][a-z]{1,19})*|[A-Z]{1,19})[0-9]{0,3}(?:[/_-]+|$))+$`)
	// number has seven or more digits, whatever parts them but letters, commas,
	// colons, semicolons and quotes.
	number = regexp.MustCompile(`[+(]*\p{N}(?:[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N},:;"]*\p{N}){6,}\p{M}*`)
	// moment is a date of ISO 8601, or a date and a time, or several with a hyphen
	// or a slash between them.
	moment = regexp.MustCompile(isoMoment + `(?:[/–-]+` + isoMoment + `)*`)
)

// hide replaces what is private in a clean text. What stands in kept, the
// longest first, is the caller's own.
func hide(text string, kept []string, numbers bool) string {
	lower := strings.ToLower(text)
	for _, secret := range secrets {
		if !strings.Contains(lower, secret.mark) {
			continue
		}
		text = secret.pattern.ReplaceAllStringFunc(text, func(word string) string {
			if slices.Contains(kept, word) || slices.Contains(kept, strings.TrimFunc(word, unicode.IsPunct)) {
				return word
			}
			return hidden
		})
	}
	var b strings.Builder
	from := 0
	for _, span := range open(text, kept) {
		b.WriteString(hideRuns(text[from:span[0]], numbers))
		b.WriteString(text[span[0]:span[1]])
		from = span[1]
	}
	b.WriteString(hideRuns(text[from:], numbers))
	return b.String()
}

func hideRuns(text string, numbers bool) string {
	text = opaque.ReplaceAllStringFunc(text, func(run string) string {
		if isPlain(run) {
			return run
		}
		return hidden
	})
	if numbers {
		text = number.ReplaceAllString(text, hidden)
	}
	return text
}

// isPlain reports whether a long run is made of words, or of one character.
func isPlain(run string) bool {
	humps, before := 0, ' '
	for _, r := range run {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			humps++
		}
		before = r
	}
	return plain.MatchString(run) && 4*humps <= len(run) || strings.Trim(run, run[:1]) == ""
}

// open finds what may be shown although it has digits: the caller's own words,
// and dates. The spans do not overlap.
func open(text string, kept []string) (spans [][2]int) {
	free := func(from, to int) bool {
		return standsAlone(text, from, to) && !slices.ContainsFunc(spans, func(s [2]int) bool { return from < s[1] && s[0] < to })
	}
	for _, word := range kept {
		for from := 0; ; from += len(word) {
			i := strings.Index(text[from:], word)
			if i < 0 {
				break
			}
			if from += i; free(from, from+len(word)) {
				spans = append(spans, [2]int{from, from + len(word)})
			}
		}
	}
	for _, at := range moment.FindAllStringIndex(text, -1) {
		if free(at[0], at[1]) {
			spans = append(spans, [2]int(at))
		}
	}
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	return spans
}

// standsAlone reports whether text[from:to] is no part of a longer word or
// number.
func standsAlone(text string, from, to int) bool {
	before, size := utf8.DecodeLastRuneInString(text[:from])
	if isJoint(before) {
		before, _ = utf8.DecodeLastRuneInString(text[:from-size])
	}
	after, size := utf8.DecodeRuneInString(text[to:])
	if isJoint(after) {
		after, _ = utf8.DecodeRuneInString(text[to+size:])
	}
	return !isWord(before) && !isWord(after)
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// isJoint reports what joins two halves of a number or an id. At the end of a
// sentence nothing follows it.
func isJoint(r rune) bool { return r == '.' || r == '+' || unicode.In(r, unicode.Pd, unicode.Pc) }

// cut ends a text at a rune.
func cut(text string) string {
	if len(text) <= LongestLine {
		return text
	}
	return strings.ToValidUTF8(text[:LongestLine-len(hidden)], "") + hidden
}
