package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Bytes that structure a line. They are control characters, which normalise
// removes from every text.
const (
	lineEnd  = '\n'
	fieldEnd = '\x1f'
	idValue  = '\x1e' // a value that is the id of the line
)

// normalise makes spellings equal that people do not tell apart: full-width and
// compatibility forms (NFKC), upper and lower case, and all white space as one
// blank. Control characters go.
func normalise(s string) string {
	if plain(s) {
		return s
	}
	s = norm.NFKC.String(s)
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plain reports whether s is normalised already, for the common short cases:
// lower-case letters and digits, and Han characters of the basic block, which
// have no other form.
func plain(s string) bool {
	for _, r := range s {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 0x4E00 && r <= 0x9FFF) {
			return false
		}
	}
	return true
}
