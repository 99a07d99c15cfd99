package keyring_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

var day = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

// each runs a test for every suite.
func each(t *testing.T, test func(t *testing.T, r *keyring.Ring)) {
	t.Helper()
	for _, suite := range keyring.Suites() {
		t.Run(string(suite), func(t *testing.T) { test(t, ring(t, suite)) })
	}
}

func ring(t testing.TB, suite keyring.Suite) *keyring.Ring {
	t.Helper()
	r, err := keyring.New(suite, day, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealOpensWhereItWasWritten(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		for _, plain := range []string{"", "x", "310101199001011234", "13812345678", strings.Repeat("长", 5000), "enc:1:00000000:AAAA"} {
			a, err := r.Seal("persons/citizen_id/p1", []byte(plain))
			if err != nil {
				t.Fatal(err)
			}
			b, err := r.Seal("persons/citizen_id/p1", []byte(plain))
			if err != nil || a == b {
				t.Fatalf("two seals are one: %v", err)
			}
			if !keyring.IsSealed(a) || keyring.KeyOf(a) != r.Current() || len(plain) > 8 && strings.Contains(a, plain) {
				t.Fatalf("sealed text %q", a)
			}
			got, err := r.Open("persons/citizen_id/p1", a)
			if err != nil || string(got) != plain {
				t.Fatalf("%q, %v", got, err)
			}
			for _, elsewhere := range []string{"persons/citizen_id/p2", "persons/phone/p1", ""} {
				if _, err := r.Open(elsewhere, a); layers.KindOf(err) != layers.Invalid {
					t.Errorf("opened as %q: %v", elsewhere, err)
				}
			}
		}
	})
}

// TestEveryAlteredByteIsNoticed flips each bit of a sealed text's parts.
func TestEveryAlteredByteIsNoticed(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		sealed, err := r.Seal("c", []byte("13812345678"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(sealed) {
			for bit := range 8 {
				b := []byte(sealed)
				b[i] ^= 1 << bit
				if got, err := r.Open("c", string(b)); err == nil {
					t.Fatalf("byte %d bit %d: opens as %q", i, bit, got)
				}
			}
			if got, err := r.Open("c", sealed[:i]); err == nil {
				t.Fatalf("cut at %d: opens as %q", i, got)
			}
		}
	})
}

func TestRotationKeepsOldKeys(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		first, _ := r.Seal("c", []byte("v"))
		sig, err := r.Sign([]byte("line"))
		if err != nil {
			t.Fatal(err)
		}
		blind, mac := r.Blind("c", "v"), r.MAC("c", []byte("v"))
		public, key := r.Public(), r.Current()
		if err := r.Rotate(day.AddDate(1, 0, 0), rand.Reader); err != nil {
			t.Fatal(err)
		}
		if r.Current() == key || r.Public().KeyID == public.KeyID || !r.Has(key) {
			t.Error("rotation changed nothing, or lost a key")
		}
		if got, err := r.Open("c", first); err != nil || string(got) != "v" {
			t.Errorf("%q, %v", got, err)
		}
		if second, _ := r.Seal("c", []byte("v")); keyring.KeyOf(second) != r.Current() {
			t.Error("the old key still seals")
		}
		if err := keyring.Verify(public, []byte("line"), sig); err != nil {
			t.Error(err)
		}
		if err := keyring.Verify(r.Public(), []byte("line"), sig); layers.KindOf(err) != layers.Invalid {
			t.Errorf("verified with another key: %v", err)
		}
		if r.Blind("c", "v") != blind || !bytes.Equal(r.MAC("c", []byte("v")), mac) {
			t.Error("rotation changed the blind hash or the MAC")
		}
		if all := r.Publics(); len(all) != 2 || all[0].KeyID != public.KeyID {
			t.Errorf("%d public keys", len(all))
		}
	})
}

func TestBlindTellsContextsAndRingsApart(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		seen := map[string]string{}
		for _, c := range []struct{ context, value string }{{"a", "bc"}, {"ab", "c"}, {"", "abc"}, {"abc", ""}, {"a", "bd"}} {
			h := r.Blind(c.context, c.value)
			if other, twice := seen[h]; twice || len(h) != keyring.BlindChars {
				t.Errorf("%q has the hash of %q", c, other)
			}
			seen[h] = c.context + "|" + c.value
			if h != r.Blind(c.context, c.value) {
				t.Error("the hash changes")
			}
			if h == ring(t, r.Suite()).Blind(c.context, c.value) {
				t.Error("another ring has the same hash")
			}
		}
	})
}

func TestUnknownKey(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		sealed, _ := ring(t, r.Suite()).Seal("c", []byte("v"))
		_, err := r.Open("c", sealed)
		if !errors.Is(err, keyring.ErrKey) || layers.KindOf(err) != layers.Unavailable {
			t.Errorf("%v", err)
		}
	})
}

func TestFile(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		path := filepath.Join(t.TempDir(), "city.keys")
		if _, err := keyring.Load(path); layers.KindOf(err) != layers.NotFound {
			t.Fatalf("no file: %v", err)
		}
		if err := r.Save(path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		other, err := keyring.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		sealed, _ := r.Seal("c", []byte("v"))
		if got, err := other.Open("c", sealed); err != nil || string(got) != "v" {
			t.Fatalf("%q, %v", got, err)
		}
		sig, _ := r.Sign([]byte("b"))
		if err := keyring.Verify(other.Public(), []byte("b"), sig); err != nil {
			t.Error(err)
		}
		// Another process rotates; this one learns of it by reading again.
		if err := other.Rotate(day, rand.Reader); err != nil {
			t.Fatal(err)
		}
		if err := other.Save(path); err != nil {
			t.Fatal(err)
		}
		late, _ := other.Seal("c", []byte("w"))
		if _, err := r.Open("c", late); !errors.Is(err, keyring.ErrKey) {
			t.Errorf("%v", err)
		}
		if err := r.Save(path); layers.KindOf(err) != layers.Conflict {
			t.Errorf("a ring replaced a file with more keys: %v", err)
		}
		if err := r.Reload(); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Open("c", late); err != nil || string(got) != "w" || r.Current() != other.Current() {
			t.Errorf("%q, %v", got, err)
		}
		if err := ring(t, r.Suite()).Save(path); layers.KindOf(err) != layers.Conflict {
			t.Errorf("a foreign ring replaced the file: %v", err)
		}
		// Reload keeps a ring whose file was replaced.
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := r.Reload(); layers.KindOf(err) != layers.NotFound {
			t.Errorf("%v", err)
		}
		if err := ring(t, r.Suite()).Save(path); err != nil {
			t.Fatal(err)
		}
		if err := r.Reload(); layers.KindOf(err) != layers.Conflict {
			t.Errorf("%v", err)
		}
		if got, err := r.Open("c", late); err != nil || string(got) != "w" {
			t.Errorf("%q, %v", got, err)
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 {
			t.Errorf("%v, %v", entries, err)
		}
	})
}

// TestDamagedFile changes each character of a key file in turn: what loads must
// be the same ring.
func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	r := ring(t, keyring.Standard)
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := r.Seal("c", []byte("v"))
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		other, err := keyring.Load(path)
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.Unsupported {
				t.Fatalf("byte %d: %v", i, err)
			}
			continue
		}
		if _, err := other.Open("c", sealed); err != nil || other.Blind("c", "v") != r.Blind("c", "v") || !bytes.Equal(other.Public().Key, r.Public().Key) {
			t.Errorf("byte %d (%q): a damaged file loads as another ring", i, whole[i])
		}
	}
}

// TestConcurrentUse seals, opens and hashes while keys are rotated and the file
// is written and read.
func TestConcurrentUse(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		path := filepath.Join(t.TempDir(), "keys")
		if err := r.Save(path); err != nil {
			t.Fatal(err)
		}
		blind := r.Blind("c", "v")
		stop := make(chan struct{})
		var users sync.WaitGroup
		for n := range 4 {
			users.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					plain := fmt.Sprint(n, " ", i)
					sealed, err := r.Seal("c", []byte(plain))
					if err != nil {
						t.Error(err)
						return
					}
					if got, err := r.Open("c", sealed); err != nil || string(got) != plain {
						t.Errorf("%q, %v", got, err)
						return
					}
					if r.Blind("c", "v") != blind {
						t.Error("the blind hash changes")
						return
					}
				}
			})
		}
		for range 20 {
			if err := errors.Join(r.Rotate(day, rand.Reader), r.Save(path), r.Reload()); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		users.Wait()
	})
}

// TestVerifyRefuses: whatever is wrong with a key or signature is an Invalid
// error.
func TestVerifyRefuses(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		sig, err := r.Sign([]byte("b"))
		if err != nil {
			t.Fatal(err)
		}
		for what, change := range map[string]func(p *keyring.Public, s *keyring.Signature){
			"no key":        func(p *keyring.Public, _ *keyring.Signature) { p.Key = nil },
			"cut key":       func(p *keyring.Public, _ *keyring.Signature) { p.Key = p.Key[1:] },
			"bent key":      func(p *keyring.Public, _ *keyring.Signature) { p.Key[20] ^= 1 },
			"no signature":  func(_ *keyring.Public, s *keyring.Signature) { s.Sig = nil },
			"cut signature": func(_ *keyring.Public, s *keyring.Signature) { s.Sig = s.Sig[:len(s.Sig)-1] },
			"bent":          func(_ *keyring.Public, s *keyring.Signature) { s.Sig = bytes.Clone(s.Sig); s.Sig[40] ^= 1 },
			"another id":    func(p *keyring.Public, _ *keyring.Signature) { p.KeyID = "00000000" },
			"another alg": func(p *keyring.Public, s *keyring.Signature) {
				p.Alg = map[string]string{"SM2": "Ed25519", "Ed25519": "SM2"}[p.Alg]
				s.Alg = p.Alg
			},
			"no alg": func(p *keyring.Public, s *keyring.Signature) { p.Alg, s.Alg = "", "" },
		} {
			p, s := r.Public(), sig
			change(&p, &s)
			if err := keyring.Verify(p, []byte("b"), s); layers.KindOf(err) != layers.Invalid {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := keyring.Verify(r.Public(), []byte("b"), sig); err != nil {
			t.Error(err)
		}
	})
}

func TestSuites(t *testing.T) {
	for _, s := range keyring.Suites() {
		if got, err := keyring.ParseSuite(string(s)); err != nil || got != s {
			t.Errorf("%v, %v", got, err)
		}
	}
	if _, err := keyring.ParseSuite("des"); layers.KindOf(err) != layers.Invalid {
		t.Error(err)
	}
	if _, err := keyring.New("des", day, rand.Reader); layers.KindOf(err) != layers.Invalid {
		t.Error(err)
	}
	for n := range 96 { // whatever is cut off, no ring without enough randomness
		if _, err := keyring.New(keyring.Standard, day, bytes.NewReader(make([]byte, n))); err == nil {
			t.Errorf("a ring of %d random bytes", n)
		}
	}
}
