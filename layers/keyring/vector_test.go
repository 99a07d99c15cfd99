package keyring

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPublishedHashes holds the examples of FIPS 180-4 and GB/T 32905-2016.
func TestPublishedHashes(t *testing.T) {
	for _, c := range []struct {
		suite      Suite
		text, want string
	}{
		{Standard, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{GM, "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
		{GM, strings.Repeat("abcd", 16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
	} {
		h := NewHash(c.suite)
		h.Write([]byte(c.text))
		if got := hex.EncodeToString(h.Sum(nil)); got != c.want {
			t.Errorf("%s of %q: %s", c.suite, c.text, got)
		}
	}
}

// TestPublishedSM4 holds the two examples of GB/T 32907-2016: a block encrypted
// once, and a million times.
func TestPublishedSM4(t *testing.T) {
	key := unhex(t, "0123456789abcdeffedcba9876543210")
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.Clone(key)
	block.Encrypt(b, b)
	if got := hex.EncodeToString(b); got != "681edf34d206965e86b3e94f536e4246" {
		t.Error(got)
	}
	for range 999_999 {
		block.Encrypt(b, b)
	}
	if got := hex.EncodeToString(b); got != "595298c7c6fd271f0402f804c33d3f66" {
		t.Error(got)
	}
}

// TestPublishedSealing holds test case 16 of the GCM specification (McGrew and
// Viega) and the example of RFC 8998 appendix A.1.
func TestPublishedSealing(t *testing.T) {
	for _, c := range []struct {
		alg                             algorithms
		key, nonce, plain, context, out string
	}{
		{standard{}, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
			"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
			"feedfacedeadbeeffeedfacedeadbeefabaddad2",
			"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
		{gm{}, "0123456789abcdeffedcba9876543210", "00001234567800000000abcd",
			"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
			"feedfacedeadbeeffeedfacedeadbeefabaddad2",
			"17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"},
	} {
		aead, err := c.alg.aead(unhex(t, c.key))
		if err != nil {
			t.Fatal(err)
		}
		if aead.NonceSize() != nonceBytes || aead.Overhead() != tagBytes {
			t.Errorf("nonces of %d bytes, tags of %d", aead.NonceSize(), aead.Overhead())
		}
		if got := hex.EncodeToString(aead.Seal(nil, unhex(t, c.nonce), unhex(t, c.plain), unhex(t, c.context))); got != c.out {
			t.Errorf("%T: %s", c.alg, got)
		}
	}
}

// TestPublishedEd25519 is test 2 of RFC 8032 section 7.1.
func TestPublishedEd25519(t *testing.T) {
	k, err := (standard{}).signer(unhex(t, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(k.public()); got != "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c" {
		t.Error(got)
	}
	sig, err := k.sign([]byte{0x72})
	if got := hex.EncodeToString(sig); err != nil || got != "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"+
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" {
		t.Error(got, err)
	}
}

// TestPublishedSM2 is the signature of GB/T 32918.5-2017 appendix A.2. Its random
// number is fixed, ours is not: the published signature must verify, and ours
// be another one that does.
func TestPublishedSM2(t *testing.T) {
	k, err := (gm{}).signer(unhex(t, "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"))
	if err != nil {
		t.Fatal(err)
	}
	want := "04" + "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" + "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
	if got := hex.EncodeToString(k.public()); got != want {
		t.Error(got)
	}
	number := func(s string) *big.Int { return new(big.Int).SetBytes(unhex(t, s)) }
	published, err := asn1.Marshal(struct{ R, S *big.Int }{
		number("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"),
		number("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")})
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("message digest")
	if !verifySM2(k.public(), message, published) {
		t.Error("the published signature does not verify")
	}
	ours, err := k.sign(message)
	if err != nil || !verifySM2(k.public(), message, ours) || bytes.Equal(ours, published) {
		t.Error("our signature does not verify", err)
	}
	if verifySM2(k.public(), []byte("message digesT"), published) {
		t.Error("the signature of another message verifies")
	}
}

// TestSM2KeysOutOfRange: GB/T 32918.1 section 6.1 admits 1 to n-2.
func TestSM2KeysOutOfRange(t *testing.T) {
	n := sm2.P256().Params().N
	at := func(d int64) []byte { return new(big.Int).Add(n, big.NewInt(d)).FillBytes(make([]byte, sm2Bytes)) }
	for what, b := range map[string][]byte{"0": make([]byte, sm2Bytes), "n-1": at(-1), "n": at(0), "n+1": at(1), "short": make([]byte, 31)} {
		if _, err := (gm{}).signer(b); err == nil {
			t.Errorf("%s is taken as a key", what)
		}
	}
	if _, err := (gm{}).signer(at(-2)); err != nil {
		t.Errorf("n-2 is refused: %v", err)
	}
	if _, err := (gm{}).newSigning(bytes.NewReader(bytes.Repeat([]byte{0xFF}, 1000))); err == nil {
		t.Error("a source of ones gives a key")
	}
}

// TestPublishedArgon2id holds test vectors of the reference implementation
// (test.c, version 19), in its encoded form.
func TestPublishedArgon2id(t *testing.T) {
	for _, encoded := range []string{
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
	} {
		if ok, err := VerifyPassword(encoded, []byte("password")); !ok {
			t.Errorf("%s: %v", encoded, err)
		}
		if ok, err := VerifyPassword(encoded, []byte("passwore")); ok || err != nil {
			t.Errorf("%s: %v %v", encoded, ok, err)
		}
	}
}
