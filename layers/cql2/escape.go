package cql2

import "strings"

// escapes are the characters that a letter stands for behind a backslash in a
// text: requirement /req/cql2-text/escaping of the standard.
var escapes = map[byte]byte{'a': '\a', 'b': '\b', 't': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', '\'': '\'', '\\': '\\'}

// unescape resolves doubled quotes and the escapes of a text literal. Before any
// other character a backslash stays, so that LIKE sees \% and \_.
func unescape(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			if e, ok := escapes[s[i+1]]; ok {
				c = e
				i++
			}
		} else if c == '\'' {
			i++ // its double
		}
		out = append(out, c)
	}
	return string(out)
}

// escape is the inverse of unescape: quotes are doubled, and a backslash too
// where it would be taken for an escape. Control characters stay as they are,
// which the grammar allows.
func escape(s string) string {
	s = strings.ReplaceAll(s, "'", "''")
	if !strings.Contains(s, `\`) {
		return s
	}
	out := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		out = append(out, s[i])
		if s[i] != '\\' {
			continue
		}
		last := i+1 == len(s)
		if !last {
			_, last = escapes[s[i+1]]
		}
		if last {
			out = append(out, '\\')
		}
	}
	return string(out)
}
