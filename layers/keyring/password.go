package keyring

import (
	"crypto/pbkdf2"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/crypto/argon2"

	"wutu/layers"
)

// Costs of new hashes, after the OWASP Password Storage Cheat Sheet: for argon2id
// its option of 46 MiB and one pass, so that a few sign-ins at a time take neither
// all memory nor all processors of a small server; for PBKDF2 its count for a hash
// of 256 bits.
const (
	argonKiB    = 46 << 10
	argonPasses = 1
	argonLanes  = 1
	pbkdf2Count = 600_000
	saltBytes   = 16
	hashBytes   = 32
)

// Limits of hashes that are verified, so that a planted one can neither exhaust
// the memory nor hold a processor for long.
const (
	maxEncoded     = 512
	maxArgonKiB    = 256 << 10
	maxArgonPasses = 16
	maxArgonLanes  = 16
	minPBKDF2Count = 1_000
	maxPBKDF2Count = 10_000_000
	minSaltBytes   = 8
	maxSaltBytes   = 64
	minHashBytes   = 16
	maxHashBytes   = 64
)

// maxPassword bounds what is hashed; a longer one is refused.
const maxPassword = 1024

const (
	nameArgon2id = "argon2id"
	namePBKDF2   = "pbkdf2-sm3"
)

// HashPassword hashes a password with a fresh salt by the suite's algorithm, in
// the PHC string format. It costs some 100 ms, and 64 MiB with argon2id. The
// error is Invalid for a password above 1024 bytes.
func (r *Ring) HashPassword(pw []byte, random io.Reader) (string, error) {
	if len(pw) > maxPassword {
		return "", layers.Invalidf("keyring.HashPassword", "password", fmt.Sprintf("has %d bytes, at most %d", len(pw), maxPassword))
	}
	return r.now.Load().alg.hashPassword(pw, random)
}

func salt(random io.Reader) ([]byte, error) {
	b := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("keyring.HashPassword: %w", err)
	}
	return b, nil
}

func hashArgon2id(pw []byte, random io.Reader) (string, error) {
	b, err := salt(random)
	if err != nil {
		return "", err
	}
	h := passwordHash{name: nameArgon2id, kib: argonKiB, passes: argonPasses, lanes: argonLanes, salt: b}
	h.hash, err = h.compute(pw, hashBytes)
	return h.String(), err
}

func hashPBKDF2(pw []byte, random io.Reader) (string, error) {
	b, err := salt(random)
	if err != nil {
		return "", err
	}
	h := passwordHash{name: namePBKDF2, count: pbkdf2Count, salt: b}
	h.hash, err = h.compute(pw, hashBytes)
	return h.String(), err
}

// VerifyPassword reports whether pw is the password of an encoded hash, of
// whichever suite. It takes the same time for a right and a wrong password. The
// error is Invalid for a hash that is damaged or asks for absurd costs, which is
// noticed before anything is spent.
func VerifyPassword(encoded string, pw []byte) (bool, error) {
	h, err := parsePasswordHash(encoded)
	if err != nil {
		return false, &layers.Error{Kind: layers.Invalid, Op: "keyring.VerifyPassword", Field: "hash", Err: err}
	}
	if len(pw) > maxPassword {
		return false, nil
	}
	have, err := h.compute(pw, len(h.hash))
	return err == nil && subtle.ConstantTimeCompare(have, h.hash) == 1, err
}

// passwordHash is a decoded hash.
type passwordHash struct {
	name               string
	kib, passes, lanes int // argon2id
	count              int // pbkdf2-sm3
	salt, hash         []byte
}

func (h *passwordHash) compute(pw []byte, n int) ([]byte, error) {
	if h.name == nameArgon2id {
		return argon2.IDKey(pw, h.salt, uint32(h.passes), uint32(h.kib), uint8(h.lanes), uint32(n)), nil
	}
	return pbkdf2.Key(func() hash.Hash { return sm3.New() }, string(pw), h.salt, h.count, n)
}

// phc is the base64 of the PHC string format: standard alphabet, no padding.
var phc = base64.RawStdEncoding.Strict()

// String is the PHC string: $argon2id$v=19$m=47104,t=1,p=1$SALT$HASH or
// $pbkdf2-sm3$i=600000$SALT$HASH.
func (h *passwordHash) String() string {
	costs := fmt.Sprintf("i=%d", h.count)
	if h.name == nameArgon2id {
		costs = fmt.Sprintf("v=%d$m=%d,t=%d,p=%d", argon2.Version, h.kib, h.passes, h.lanes)
	}
	return "$" + h.name + "$" + costs + "$" + phc.EncodeToString(h.salt) + "$" + phc.EncodeToString(h.hash)
}

func parsePasswordHash(encoded string) (*passwordHash, error) {
	if len(encoded) > maxEncoded {
		return nil, fmt.Errorf("has %d characters, at most %d", len(encoded), maxEncoded)
	}
	parts := strings.Split(encoded, "$")
	if len(parts) < 2 || parts[0] != "" {
		return nil, errors.New("does not start with $")
	}
	h := &passwordHash{name: parts[1]}
	var err error
	switch {
	case h.name == nameArgon2id && len(parts) == 6:
		if parts[2] != "v="+strconv.Itoa(argon2.Version) {
			return nil, fmt.Errorf("is of version %q of argon2, not 19", parts[2])
		}
		costs := strings.Split(parts[3], ",")
		if len(costs) != 3 {
			return nil, errors.New("has not the three costs m, t, p")
		}
		h.lanes, err = cost(costs[2], "p=", 1, maxArgonLanes)
		if err == nil {
			h.passes, err = cost(costs[1], "t=", 1, maxArgonPasses)
		}
		if err == nil { // RFC 9106 section 3.1: at least eight blocks a lane
			h.kib, err = cost(costs[0], "m=", 8*h.lanes, maxArgonKiB)
		}
	case h.name == namePBKDF2 && len(parts) == 5:
		h.count, err = cost(parts[2], "i=", minPBKDF2Count, maxPBKDF2Count)
	default:
		return nil, errors.New("is neither argon2id nor pbkdf2-sm3")
	}
	if err != nil {
		return nil, err
	}
	if h.salt, err = field(parts[len(parts)-2], "salt", minSaltBytes, maxSaltBytes); err != nil {
		return nil, err
	}
	h.hash, err = field(parts[len(parts)-1], "hash", minHashBytes, maxHashBytes)
	return h, err
}

// cost reads a parameter such as "t=3", without signs or leading zeros.
func cost(text, name string, least, most int) (int, error) {
	digits, ok := strings.CutPrefix(text, name)
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || strconv.Itoa(n) != digits {
		return 0, fmt.Errorf("has no cost %s but %q", name, text)
	}
	if n < least || n > most {
		return 0, fmt.Errorf("asks for %s%d, allowed are %d to %d", name, n, least, most)
	}
	return n, nil
}

func field(text, name string, least, most int) ([]byte, error) {
	b, err := phc.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // which the decoder overlooks
		return nil, fmt.Errorf("its %s is no base64", name)
	}
	if len(b) < least || len(b) > most {
		return nil, fmt.Errorf("its %s has %d bytes, allowed are %d to %d", name, len(b), least, most)
	}
	return b, nil
}
