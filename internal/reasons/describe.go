package reasons

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/spservices/services-go/gen"
	"github.com/spservices/services-go/internal/redact"
)

const (
	// LongestCode is the number of bytes that a code has at most.
	LongestCode = 64

	maxDescribed = 3  // errors with what they say
	maxCodes     = 5  // codes of further ones
	maxExamined  = 64 // errors that are looked at
)

// Describe is one line about errors: code, message and details of three at
// most, then the codes of five more. Texts go through [redact.Line], to which
// carried tells what the request had in it.
func Describe(errors []gen.Error, carried func() []string) string {
	var lines, shown []string
	var further []gen.Error
	for _, entry := range errors[:min(len(errors), maxExamined)] {
		if len(lines) == maxDescribed {
			further = append(further, entry)
		} else if line := describe(entry, carried); line != "" && !slices.Contains(lines, line) {
			lines, shown = append(lines, line), append(shown, entry.Code)
		}
	}
	others := codes(further, shown, maxCodes)
	if len(others) > 0 {
		lines = append(lines, "also "+strings.Join(others, ", "))
	}
	if len(errors) > maxDescribed+len(others) {
		lines = append(lines, fmt.Sprintf("%d errors in all", len(errors)))
	}
	return strings.Join(lines, "; ")
}

func describe(e gen.Error, carried func() []string) string {
	code := strings.Join(codes([]gen.Error{e}, nil, 1), "")
	message, details := redact.Line(e.Message, carried), redact.Line(e.Details, carried)
	if details != "" && message != "" {
		message += " (" + details + ")"
	} else {
		message += details
	}
	if code != "" && message != "" {
		return code + ": " + message
	}
	return code + message
}

// Codes are those of the first errors that are words: a code with anything else
// in it might be text that somebody wrote.
func Codes(errors []gen.Error) []string {
	return codes(errors[:min(len(errors), maxExamined)], nil, maxDescribed+maxCodes)
}

// codes finds at most limit, none of them among shown.
func codes(errors []gen.Error, shown []string, limit int) (list []string) {
	for _, entry := range errors {
		code := entry.Code
		if len(list) < limit && isCode(code) && !slices.Contains(list, code) && !slices.Contains(shown, code) {
			list = append(list, code)
		}
	}
	return list
}

func isCode(s string) bool {
	return s != "" && len(s) <= LongestCode && !strings.ContainsFunc(s, notWord) && redact.Line(s, nil) == s
}

func notWord(r rune) bool {
	return r != '_' && r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// Messages are the words of all errors, as they came: the message, and the
// details after it. They may hold a person's data.
func Messages(errors []gen.Error) (list []string) {
	for _, entry := range errors {
		switch {
		case entry.Message == "" && entry.Details == "":
		case entry.Message == "" || entry.Details == "":
			list = append(list, entry.Message+entry.Details)
		default:
			list = append(list, entry.Message+" ("+entry.Details+")")
		}
	}
	return list
}

// Carried lists the values in a request: of its path and query, and the strings
// and numbers of its body.
func Carried(address string, body []byte) (values []string) {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	for segment := range strings.SplitSeq(u.EscapedPath(), "/") {
		if value, err := url.PathUnescape(segment); err == nil {
			values = append(values, value)
		}
	}
	for _, list := range u.Query() {
		for _, value := range list {
			values = append(append(values, value), strings.Split(value, ",")...)
		}
	}
	for d := jsontext.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.ReadToken()
		if err != nil {
			return values
		}
		kind, length := d.StackIndex(d.StackDepth())
		isName := kind == '{' && length%2 == 1
		if !isName && (token.Kind() == '"' || token.Kind() == '0') {
			values = append(values, token.String())
		}
	}
}
