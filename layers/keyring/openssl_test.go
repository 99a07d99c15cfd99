package keyring_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wutu/geo/geotest/outside"
	"wutu/layers/keyring"
)

// The tests of this file read what a ring has made with OpenSSL's command and
// the form that doc.go describes, and nothing of this package.

// openssl runs the command and returns what it prints. Without OpenSSL the test
// is skipped, except under CI.
func openssl(t *testing.T, stdin []byte, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		outside.Missing(t, "openssl")
	}
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// opensslNames are the names of a suite's algorithms.
var opensslNames = map[keyring.Suite]struct {
	digest, cipher string
	keyBytes       int
}{keyring.Standard: {"SHA256", "aes-256-ctr", 32}, keyring.GM: {"SM3", "sm4-ctr", 16}}

// secrets reads the keys of a ring from its file.
func secretsOf(t *testing.T, r *keyring.Ring) (root, data []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ Secret []byte }
	var doc struct {
		Root key
		Data []key
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Root.Secret, doc.Data[len(doc.Data)-1].Secret
}

// hkdf derives a key with OpenSSL.
func hkdf(t *testing.T, suite keyring.Suite, secret []byte, purpose string, n int) []byte {
	t.Helper()
	return openssl(t, nil, "kdf", "-binary", "-keylen", fmt.Sprint(n), "-kdfopt", "digest:"+opensslNames[suite].digest,
		"-kdfopt", "hexkey:"+hex.EncodeToString(secret), "-kdfopt", "info:wutu "+string(suite)+" "+purpose, "HKDF")
}

// TestOpenSSLReadsWhatIsSealed decrypts sealed texts: GCM encrypts in counter
// mode from the nonce with the counter 2 (SP 800-38D section 7.1).
func TestOpenSSLReadsWhatIsSealed(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		_, secret := secretsOf(t, r)
		names := opensslNames[r.Suite()]
		key := hkdf(t, r.Suite(), secret, "seal", names.keyBytes)
		if id := hkdf(t, r.Suite(), secret, "name data", 4); hex.EncodeToString(id) != r.Current() {
			t.Errorf("the key is called %s, OpenSSL derives %x", r.Current(), id)
		}
		for _, plain := range []string{"", "310101199001011234", "13812345678", strings.Repeat("长文 ", 100)} {
			sealed, err := r.Seal("persons/phone/p1", []byte(plain))
			if err != nil {
				t.Fatal(err)
			}
			b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(sealed, "enc:1:"+r.Current()+":"))
			if err != nil {
				t.Fatal(err)
			}
			got := openssl(t, b[12:len(b)-16], "enc", "-d", "-"+names.cipher, "-K", hex.EncodeToString(key), "-iv", hex.EncodeToString(b[:12])+"00000002")
			if string(got) != plain {
				t.Errorf("OpenSSL reads %q, sealed was %q", got, plain)
			}
		}
	})
}

// TestOpenSSLMakesTheSameHashes compares plain hashes, blind ones and MACs.
func TestOpenSSLMakesTheSameHashes(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		root, _ := secretsOf(t, r)
		names := opensslNames[r.Suite()]
		for _, value := range []string{"", "310101199001011234", strings.Repeat("长", 200)} {
			h := keyring.NewHash(r.Suite())
			h.Write([]byte(value))
			if want := openssl(t, []byte(value), "dgst", "-binary", "-"+strings.ToLower(names.digest)); !bytes.Equal(h.Sum(nil), want) {
				t.Errorf("hash %x, OpenSSL %x", h.Sum(nil), want)
			}
			input := append([]byte{byte(len("persons/phone/"))}, "persons/phone/"+value...)
			hmac := func(purpose string) []byte {
				key := hkdf(t, r.Suite(), root, purpose, 32)
				return openssl(t, input, "dgst", "-binary", "-"+strings.ToLower(names.digest), "-mac", "HMAC", "-macopt", "hexkey:"+hex.EncodeToString(key))
			}
			if want := base64.RawURLEncoding.EncodeToString(hmac("blind")[:16]); r.Blind("persons/phone/", value) != want {
				t.Errorf("blind hash %s, OpenSSL %s", r.Blind("persons/phone/", value), want)
			}
			if want := hmac("mac"); !bytes.Equal(r.MAC("persons/phone/", []byte(value)), want) {
				t.Errorf("MAC %x, OpenSSL %x", r.MAC("persons/phone/", []byte(value)), want)
			}
		}
	})
}

// spki are the fixed beginnings of public keys in DER (RFC 8410, GM/T 0010).
var spki = map[string]string{
	"Ed25519": "302a300506032b6570032100",
	"SM2":     "3059301306072a8648ce3d020106082a811ccf5501822d034200",
}

// pkeyutl are the arguments for a signature over a file.
func pkeyutl(alg string) []string {
	if alg == "SM2" {
		return []string{"-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"}
	}
	return []string{"-rawin"}
}

// TestOpenSSLVerifiesSignatures, and signatures that OpenSSL makes verify here.
func TestOpenSSLVerifiesSignatures(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		dir := t.TempDir()
		file := func(name string, content []byte) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		message := []byte("案卷 2026112100001 结案")
		signed := file("message", message)
		public := r.Public()
		head, err := hex.DecodeString(spki[public.Alg])
		if err != nil {
			t.Fatal(err)
		}
		key := file("public.der", append(head, public.Key...))
		for range 5 {
			sig, err := r.Sign(message)
			if err != nil {
				t.Fatal(err)
			}
			out := openssl(t, nil, append([]string{"pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key, "-in", signed, "-sigfile", file("sig", sig.Sig)}, pkeyutl(public.Alg)...)...)
			if !bytes.Contains(out, []byte("Verified Successfully")) {
				t.Errorf("OpenSSL says %s", out)
			}
		}
		private := filepath.Join(dir, "private.pem")
		openssl(t, nil, "genpkey", "-algorithm", public.Alg, "-out", private)
		der := openssl(t, nil, "pkey", "-in", private, "-pubout", "-outform", "DER")
		if !bytes.HasPrefix(der, head) {
			t.Fatalf("OpenSSL writes the public key as %x", der)
		}
		theirs := keyring.Public{KeyID: "x", Alg: public.Alg, Key: der[len(head):]}
		sig := openssl(t, nil, append([]string{"pkeyutl", "-sign", "-inkey", private, "-in", signed}, pkeyutl(public.Alg)...)...)
		if err := keyring.Verify(theirs, message, keyring.Signature{KeyID: "x", Alg: public.Alg, Sig: sig}); err != nil {
			t.Error(err)
		}
		if err := keyring.Verify(theirs, message[1:], keyring.Signature{KeyID: "x", Alg: public.Alg, Sig: sig}); err == nil {
			t.Error("a signature of another message verifies")
		}
	})
}

// TestOpenSSLMakesTheSamePBKDF2 compares password hashes of the gm suite.
func TestOpenSSLMakesTheSamePBKDF2(t *testing.T) {
	encoded, err := ring(t, keyring.GM).HashPassword([]byte("密码123"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(encoded, "$")
	salt, err := base64.RawStdEncoding.DecodeString(parts[3])
	if err != nil {
		t.Fatal(err)
	}
	got := openssl(t, nil, "kdf", "-binary", "-keylen", "32", "-kdfopt", "digest:SM3", "-kdfopt", "pass:密码123", "-kdfopt", "hexsalt:"+hex.EncodeToString(salt),
		"-kdfopt", "iter:"+strings.TrimPrefix(parts[2], "i="), "PBKDF2")
	if want := base64.RawStdEncoding.EncodeToString(got); parts[4] != want {
		t.Errorf("hash %s, OpenSSL %s", parts[4], want)
	}
}
