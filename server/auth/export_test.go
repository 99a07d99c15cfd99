package auth

import (
	"hash"
	"time"
)

// OneTimeCode is the code of a step.
func OneTimeCode(newHash func() hash.Hash, secret []byte, step uint64, digits int) string {
	return oneTimeCode(newHash, secret, step, digits)
}

// MatchCode returns the step a code is of.
func MatchCode(secret []byte, code string, now time.Time) (uint64, bool) {
	return matchCode(secret, code, now)
}

// NormalID is the account somebody means.
func NormalID(name string) string { return normalID(name) }

// CheckPassword judges a password.
func CheckPassword(pw, account string) error { return checkPassword(pw, account) }

// Network is what one sender can choose addresses from.
func Network(origin string) string { return network(origin) }
