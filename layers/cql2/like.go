package cql2

import (
	"strings"
	"unicode/utf8"

	"wutu/layers"
)

func (c *compiler) like(e layers.Like) (condition, error) {
	t, err := c.scalar(e.Term)
	if err != nil {
		return nil, err
	}
	pattern, err := c.scalar(e.Pattern)
	if err != nil {
		return nil, err
	}
	if t.kind != kindText && t.kind != kindNull {
		return nil, c.fail(layers.Invalid, t.name, "is a %s; LIKE compares texts", t.kind)
	}
	if !pattern.fixed || pattern.kind != kindText {
		return nil, c.fail(layers.Invalid, t.name, "the pattern of LIKE must be a text in single quotes")
	}
	if pattern.value.IsNull() {
		return constant(unknown), nil
	}
	test := likeTest(pattern.value.Str())
	eval := t.eval
	return func(r layers.Row) truth {
		v := eval(r)
		if v.IsNull() {
			return unknown
		}
		return truthOf(test(v.Str()))
	}, nil
}

// piece is a part of a pattern: text to be found as it is, one character of any
// kind, or any run of characters.
type piece struct {
	kind pieceKind
	text string
}

type pieceKind uint8

const (
	exactly pieceKind = iota
	anyOne
	anyRun
)

// pieces splits a pattern: % is any run, _ any character, and \ takes the next
// character as it is. A backslash at the end stands for itself.
func pieces(pattern string) []piece {
	var out []piece
	var text []byte
	flush := func() {
		if len(text) > 0 {
			out = append(out, piece{text: string(text)})
			text = text[:0]
		}
	}
	for i := 0; i < len(pattern); i++ {
		switch b := pattern[i]; {
		case b == '\\' && i+1 < len(pattern):
			i++
			text = append(text, pattern[i])
		case b == '_':
			flush()
			out = append(out, piece{kind: anyOne})
		case b == '%':
			flush()
			if len(out) == 0 || out[len(out)-1].kind != anyRun {
				out = append(out, piece{kind: anyRun})
			}
		default:
			text = append(text, b)
		}
	}
	flush()
	return out
}

// likeTest returns the test for a pattern. Patterns without _ and with % at the
// ends only, which is nearly all, become a comparison of strings.
func likeTest(pattern string) func(string) bool {
	ps := pieces(pattern)
	kinds := ""
	for _, p := range ps {
		kinds += string("x_%"[p.kind])
	}
	switch kinds {
	case "":
		return func(s string) bool { return s == "" }
	case "%":
		return func(string) bool { return true }
	case "x":
		return func(s string) bool { return s == ps[0].text }
	case "x%":
		return func(s string) bool { return strings.HasPrefix(s, ps[0].text) }
	case "%x":
		return func(s string) bool { return strings.HasSuffix(s, ps[1].text) }
	case "%x%":
		return func(s string) bool { return strings.Contains(s, ps[1].text) }
	}
	return func(s string) bool { return likeMatch(s, ps) }
}

// likeMatch matches greedily: when a piece behind a run fails, the run is made
// one character longer. Only the last run needs to be tried again, so the cost
// is O(len(s) · len(pattern)) and nothing is allocated.
func likeMatch(s string, ps []piece) bool {
	at, i := 0, 0            // place in s, piece
	runAt, runPiece := 0, -1 // where the last run may still grow from
	for at < len(s) || i < len(ps) {
		if i < len(ps) {
			switch p := &ps[i]; p.kind {
			case anyRun:
				runAt, runPiece = at, i
				i++
				continue
			case anyOne:
				if at < len(s) {
					_, n := utf8.DecodeRuneInString(s[at:])
					at += n
					i++
					continue
				}
			case exactly:
				if strings.HasPrefix(s[at:], p.text) {
					at += len(p.text)
					i++
					continue
				}
			}
		}
		if runPiece < 0 || runAt >= len(s) {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[runAt:])
		runAt += n
		at, i = runAt, runPiece+1
	}
	return true
}
