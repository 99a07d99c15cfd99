package cql2

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"wutu/layers"
)

// fold compiles CASEI or ACCENTI.
func (c *compiler) fold(t layers.Call, fold func(string) string) (scalar, error) {
	if len(t.Args) != 1 {
		return scalar{}, c.fail(layers.Invalid, t.Name, "takes one text, not %d arguments", len(t.Args))
	}
	s, err := c.scalar(unwrapped(t.Args[0]))
	if err != nil {
		return scalar{}, err
	}
	if s.kind != kindText && s.kind != kindNull {
		return scalar{}, c.fail(layers.Invalid, s.name, "%s takes a text, not a %s", t.Name, s.kind)
	}
	folded := func(v layers.Value) layers.Value {
		if v.IsNull() {
			return v
		}
		return layers.Text(fold(v.Str()))
	}
	if s.fixed {
		out := fixedScalar(folded(s.value), s.name)
		out.kind = kindText
		return out, nil
	}
	eval := s.eval
	return scalar{kind: kindText, field: -1, name: s.name,
		eval: func(r layers.Row) layers.Value { return folded(eval(r)) }}, nil
}

// foldCase is the full case folding of Unicode. Texts of ASCII without capitals
// and of characters without case come back as they are, without allocation.
func foldCase(s string) string {
	for i := 0; i < len(s); {
		b := s[i]
		if b < utf8.RuneSelf {
			if b >= 'A' && b <= 'Z' {
				return cases.Fold().String(s)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.Is(unicode.Han, r) {
			return cases.Fold().String(s)
		}
		i += n
	}
	return s
}

// foldAccents removes combining marks from the canonical decomposition, except
// the voiced and semi-voiced sound marks of Japanese, which make other letters
// (a recommendation of the standard).
func foldAccents(s string) string {
	plain := true
	for _, r := range s {
		if r >= utf8.RuneSelf && !unicode.Is(unicode.Han, r) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	out := make([]rune, 0, len(s))
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) || r == 0x3099 || r == 0x309A {
			out = append(out, r)
		}
	}
	return norm.NFC.String(string(out))
}
