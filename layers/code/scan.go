package code

import (
	"fmt"
	"strconv"

	"wutu/layers"
)

// maxQuoted bounds how much of a wrong code an error repeats.
const maxQuoted = 40

// fail makes the error for the character at pos, counted from 1; 0 means the
// code as a whole.
func fail(what, s string, pos int, format string, args ...any) error {
	if len(s) > maxQuoted {
		s = s[:maxQuoted] + "…"
	}
	e := &layers.Error{Kind: layers.Invalid, Op: "code", Field: what, Err: fmt.Errorf("%q: "+format, append([]any{s}, args...)...)}
	if pos > 0 {
		e.At = "character " + strconv.Itoa(pos)
	}
	return e
}

// needLength refuses s unless it has n bytes.
func needLength(what, s string, n int) error {
	if len(s) != n {
		return fail(what, s, 0, "has %d characters, needs %d", len(s), n)
	}
	return nil
}

// needDigits refuses s unless the bytes from..to (0-based, end exclusive) are
// decimal digits.
func needDigits(what, s string, from, to int) error {
	for i := from; i < to; i++ {
		if s[i] < '0' || s[i] > '9' {
			return fail(what, s, i+1, "%q is not a digit", s[i:i+1])
		}
	}
	return nil
}

// needDivision refuses s unless the six bytes from start are digits that can
// begin a GB/T 2260 code: provinces start at 11.
func needDivision(what, s string, start int) error {
	if err := needDigits(what, s, start, start+6); err != nil {
		return err
	}
	if s[start] == '0' {
		return fail(what, s, start+1, "a division code does not start with 0")
	}
	return nil
}

// number reads decimal digits that have been checked before.
func number(digits string) int {
	n := 0
	for i := range len(digits) {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// padded writes n with the given width, and an error when it does not fit.
func padded(what string, n, width int) (string, error) {
	s := strconv.Itoa(n)
	if n < 0 || len(s) > width {
		return "", fail(what, s, 0, "does not fit into %d digits", width)
	}
	var b [20]byte
	for i := range width {
		b[i] = '0'
	}
	copy(b[width-len(s):width], s)
	return string(b[:width]), nil
}
