package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"net/url"
	"time"
)

// Parameters of second factors: those that every authenticator app takes.
const (
	totpStep    = 30 * time.Second
	totpDigits  = 6
	totpSecret  = 20 // bytes, the length of a SHA-1 (RFC 4226 section 4)
	totpWindow  = 1  // steps before and after the present one
	totpIssuer  = "wutu"
	totpContext = "accounts/factor/"
)

// oneTimeCode is the code of a step (RFC 4226 section 5.3, RFC 6238 section 4.2).
func oneTimeCode(newHash func() hash.Hash, secret []byte, step uint64, digits int) string {
	mac := hmac.New(newHash, secret)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], step)
	mac.Write(b[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := uint64(binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff)
	mod := uint64(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// stepAt is the number of the step at an instant.
func stepAt(now time.Time) uint64 { return uint64(max(now.Unix(), 0)) / uint64(totpStep/time.Second) }

// matchCode returns the step whose code is code, of those around now. It compares
// with all of them whatever the outcome.
func matchCode(secret []byte, code string, now time.Time) (step uint64, ok bool) {
	present := stepAt(now)
	for d := -totpWindow; d <= totpWindow; d++ {
		s := present + uint64(d) // wraps for the first step of 1970 only
		if subtle.ConstantTimeCompare([]byte(oneTimeCode(sha1.New, secret, s, totpDigits)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// encodeSecret is the form people can type.
func encodeSecret(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// secretURI is the form for QR codes (Key URI Format of authenticator apps).
func secretURI(account, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {totpIssuer}, "algorithm": {"SHA1"},
		"digits": {fmt.Sprint(totpDigits)}, "period": {fmt.Sprint(int(totpStep / time.Second))}}
	return "otpauth://totp/" + url.PathEscape(totpIssuer+":"+account) + "?" + q.Encode()
}
