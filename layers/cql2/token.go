package cql2

import (
	"strings"
	"unicode/utf8"
)

// tokenKind classifies a token.
type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenWord             // an identifier or keyword
	tokenQuoted           // a "quoted identifier", text holds the name
	tokenText             // a 'character literal', text holds the content
	tokenNumber           // an unsigned number
	tokenSymbol           // an operator or punctuation
)

// token is a piece of the text. For words, upper is the word in upper case
// (ASCII letters only), which is how keywords are recognised.
type token struct {
	kind  tokenKind
	pos   int // byte offset of its first byte
	end   int // byte offset behind its last byte
	text  string
	upper string
}

// is reports whether t is the symbol s.
func (t *token) is(s string) bool { return t.kind == tokenSymbol && t.text == s }

// word reports whether t is the keyword w, given in upper case.
func (t *token) word(w string) bool { return t.kind == tokenWord && t.upper == w }

// describe names t for messages.
func (t *token) describe() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenText:
		return "a text"
	case tokenQuoted:
		return "the property " + clip(quoteName(t.text))
	case tokenNumber:
		return "the number " + clip(t.text)
	case tokenWord, tokenSymbol:
	}
	return clip(t.text)
}

// clip shortens s for messages.
func clip(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// scan returns the token that starts at or behind offset pos of src.
func scan(src string, pos int) (token, error) {
	for pos < len(src) {
		r, n := utf8.DecodeRuneInString(src[pos:])
		if !isSpace(r) {
			break
		}
		pos += n
	}
	if pos >= len(src) {
		return token{kind: tokenEnd, pos: pos, end: pos}, nil
	}
	r, n := utf8.DecodeRuneInString(src[pos:])
	switch {
	case r == '\'':
		return scanQuoted(src, pos, '\'', tokenText)
	case r == '"':
		return scanQuoted(src, pos, '"', tokenQuoted)
	case isDigit(r), r == '.' && pos+1 < len(src) && isDigit(rune(src[pos+1])):
		end := scanNumber(src, pos)
		return token{kind: tokenNumber, pos: pos, end: end, text: src[pos:end]}, nil
	case isNameStart(r):
		end := pos + n
		for end < len(src) {
			r, n := utf8.DecodeRuneInString(src[end:])
			if !isNamePart(r) {
				break
			}
			end += n
		}
		word := src[pos:end]
		return token{kind: tokenWord, pos: pos, end: end, text: word, upper: upper(word)}, nil
	}
	end := pos + n
	switch two := src[pos:min(len(src), pos+2)]; two {
	case "<>", "<=", ">=":
		end = pos + 2
	case "!=", "==":
		return token{}, invalid(pos, "%s is not an operator of CQL2: write <> or =", two)
	default:
		if !strings.ContainsRune("()[],=<>+-*/%^", r) {
			return token{}, invalid(pos, "unexpected character %q", r)
		}
	}
	return token{kind: tokenSymbol, pos: pos, end: end, text: src[pos:end]}, nil
}

// scanQuoted reads from the quote at pos to its partner; a doubled quote stands
// for one. In texts the backslash escapes, see unescape.
func scanQuoted(src string, pos int, quote byte, kind tokenKind) (token, error) {
	doubled, escaped := false, false
	for i := pos + 1; i < len(src); i++ {
		if src[i] == '\\' && kind == tokenText {
			escaped = true
			if i+1 < len(src) && (src[i+1] == '\'' || src[i+1] == '\\') {
				i++
			}
			continue
		}
		if src[i] != quote {
			continue
		}
		if i+1 < len(src) && src[i+1] == quote {
			doubled = true
			i++
			continue
		}
		text := src[pos+1 : i]
		if escaped {
			text = unescape(text)
		} else if doubled {
			q := string(quote)
			text = strings.ReplaceAll(text, q+q, q)
		}
		return token{kind: kind, pos: pos, end: i + 1, text: text}, nil
	}
	return token{}, invalid(pos, "the quote %c is never closed", quote)
}

// scanNumber returns the end of the unsigned number at pos. An exponent without
// digits is left to the next token.
func scanNumber(src string, pos int) int {
	digits := func(i int) int {
		for i < len(src) && isDigit(rune(src[i])) {
			i++
		}
		return i
	}
	i := digits(pos)
	if i < len(src) && src[i] == '.' {
		i = digits(i + 1)
	}
	if i < len(src) && (src[i] == 'e' || src[i] == 'E') {
		j := i + 1
		if j < len(src) && (src[j] == '+' || src[j] == '-') {
			j++
		}
		if end := digits(j); end > j {
			return end
		}
	}
	return i
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isSpace follows the production "whitespace" of the grammar.
func isSpace(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
		return true
	}
	return r >= 0x2000 && r <= 0x200A
}

// nameRanges are the ranges of the production "identifierStart" above ASCII.
var nameRanges = [...][2]rune{
	{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFE}, {0x200C, 0x200D},
	{0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
}

func isNameStart(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == ':':
		return true
	case r < 0x80, r == utf8.RuneError, isSpace(r):
		return false
	}
	for _, n := range nameRanges {
		if r >= n[0] && r <= n[1] {
			return true
		}
	}
	return false
}

func isNamePart(r rune) bool {
	return isNameStart(r) || isDigit(r) || r == '.' || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}

// upper maps ASCII letters only, so that applying it twice changes nothing.
func upper(s string) string {
	for i := range len(s) {
		if s[i] >= 'a' && s[i] <= 'z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= 'a' && b[j] <= 'z' {
					b[j] -= 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
