package auth

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Rules of passwords, after what assessments of GB/T 22239 level 3 ask for; a
// long one needs no mixture.
const (
	minPassword   = 12 // characters
	longPassword  = 20 // characters from which on any mixture will do
	kindsOfChars  = 3  // of upper case, lower case, digits and others
	maxPassword   = 1024
	oneTimePeriod = 7 * 24 * time.Hour
)

var errNoPasswords = errors.New("this server has no keys, so nobody can sign in with a password")

// Ring hashes passwords with the algorithm of a ring's suite.
type Ring struct {
	Keys *keyring.Ring
	Rand io.Reader
}

// Hash implements Hasher.
func (r Ring) Hash(pw []byte) (string, error) { return r.Keys.HashPassword(pw, r.Rand) }

// Verify implements Hasher, for hashes of every suite.
func (r Ring) Verify(encoded string, pw []byte) (bool, error) {
	return keyring.VerifyPassword(encoded, pw)
}

// checkPassword reports a password that is too easily guessed. The error is
// Invalid and names the rule.
func checkPassword(pw, account string) error {
	fail := func(format string, args ...any) error {
		return layers.Invalidf("password", "/new", fmt.Sprintf(format, args...))
	}
	if !utf8.ValidString(pw) || len(pw) > maxPassword {
		return fail("is not text of at most %d bytes", maxPassword)
	}
	n := utf8.RuneCountInString(pw)
	if n < minPassword {
		return fail("has %d characters, at least %d are needed", n, minPassword)
	}
	if strings.Contains(strings.ToLower(pw), account) {
		return fail("contains the name of the account")
	}
	var kinds [4]bool
	distinct := make(map[rune]bool)
	for _, r := range pw {
		distinct[r] = true
		switch {
		case unicode.IsUpper(r):
			kinds[0] = true
		case unicode.IsLower(r):
			kinds[1] = true
		case unicode.IsDigit(r):
			kinds[2] = true
		default:
			kinds[3] = true
		}
	}
	have := 0
	for _, k := range kinds {
		if k {
			have++
		}
	}
	if n < longPassword && have < kindsOfChars {
		return fail("needs %d of: capital letters, small letters, digits, other characters; or %d characters", kindsOfChars, longPassword)
	}
	if len(distinct) < 5 {
		return fail("repeats too few characters")
	}
	return nil
}

// alphabet of one-time passwords: 32 characters that look different on paper.
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789-"

// newPassword makes a one-time password: 16 characters of 31, 79 bits, in groups
// of four.
func newPassword(random io.Reader) (string, error) {
	const groups, size, chars = 4, 4, len(alphabet) - 1
	var out []byte
	for len(out) < groups*(size+1)-1 {
		if len(out)%(size+1) == size {
			out = append(out, '-')
			continue
		}
		var b [1]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return "", &layers.Error{Kind: layers.Internal, Op: "password", Err: err}
		}
		if i := int(b[0]); i < 256/chars*chars { // otherwise some would be likelier
			out = append(out, alphabet[i%chars])
		}
	}
	return string(out), nil
}
