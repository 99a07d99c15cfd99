package auth_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"wutu/server/auth"
)

// The vectors of RFC 6238 appendix B; its secrets for the longer hashes are the
// same digits repeated to their length (erratum 2866).
func TestPublishedCodes(t *testing.T) {
	digits := "1234567890123456789012345678901234567890123456789012345678901234"
	for _, tt := range []struct {
		at                   int64
		sha1, sha256, sha512 string
	}{
		{59, "94287082", "46119246", "90693936"},
		{1111111109, "07081804", "68084774", "25091201"},
		{1111111111, "14050471", "67062674", "99943326"},
		{1234567890, "89005924", "91819424", "93441116"},
		{2000000000, "69279037", "90698825", "38618901"},
		{20000000000, "65353130", "77737706", "47863826"},
	} {
		for _, c := range []struct {
			newHash func() hash.Hash
			bytes   int
			want    string
		}{{sha1.New, 20, tt.sha1}, {sha256.New, 32, tt.sha256}, {sha512.New, 64, tt.sha512}} {
			if got := auth.OneTimeCode(c.newHash, []byte(digits[:c.bytes]), uint64(tt.at)/30, 8); got != c.want {
				t.Errorf("%d with %d bytes: %s, want %s", tt.at, c.bytes, got, c.want)
			}
		}
	}
}

// A code is taken in its own step and the ones before and after it, nowhere else.
func TestWindowOfCodes(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		secret := make([]byte, 20)
		for i := range secret {
			secret[i] = byte(r.Uint32())
		}
		at := time.Unix(1_000_000_000+r.Int64N(1_000_000_000), 0)
		step := uint64(at.Unix()) / 30
		seen := map[string]bool{}
		for d := -1; d <= 1; d++ {
			code := auth.OneTimeCode(sha1.New, secret, step+uint64(d), 6)
			seen[code] = true
			if _, ok := auth.MatchCode(secret, code, at); !ok {
				t.Fatalf("the code %d steps away is not taken", d)
			}
		}
		for _, d := range []int{-3, -2, 2, 3} {
			code := auth.OneTimeCode(sha1.New, secret, step+uint64(d), 6)
			if _, ok := auth.MatchCode(secret, code, at); ok && !seen[code] {
				t.Fatalf("the code %d steps away is taken", d)
			}
		}
		for _, bad := range []string{"", "12345", "1234567", "......", "１２３４５６"} {
			if _, ok := auth.MatchCode(secret, bad, at); ok {
				t.Fatalf("%q is taken", bad)
			}
		}
	}
}

func TestNamesAndPasswords(t *testing.T) {
	for in, want := range map[string]string{" Wang.Fang ": "wang.fang", "a": "a", "": "", "王芳": "", "a b": "", "a..b": "", "x/../y": "",
		"abcdefghijabcdefghijabcdefghijabcdefghijx": ""} {
		if got := auth.NormalID(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	for pw, good := range map[string]bool{"Correct-Horse-7": true, "correct horse battery staple": true, "short-7A": false,
		"onlysmallletters": false, "Wang.Fang-2026": false, "Aa1-Aa1-Aa1-": false, "aaaaaaaaaaaaaaaaaaaaaaaa": false, "密码要长一点Ab1234": true, "\xff\xfe\xfdAAAA11112222": false} {
		if err := auth.CheckPassword(pw, "wang.fang"); (err == nil) != good {
			t.Errorf("%q: %v", pw, err)
		}
	}
	for in, want := range map[string]string{"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "nothing": ""} {
		if got := auth.Network(in); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
}
