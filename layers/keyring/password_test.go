package keyring_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/layers/keyring"
)

func TestPasswords(t *testing.T) {
	each(t, func(t *testing.T, r *keyring.Ring) {
		pw := []byte("正确的马电池订书钉")
		a, err := r.HashPassword(pw, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.HashPassword(pw, rand.Reader)
		if err != nil || a == b {
			t.Errorf("two hashes of a password are one: %v", err)
		}
		if want := map[keyring.Suite]string{keyring.Standard: "$argon2id$", keyring.GM: "$pbkdf2-sm3$"}[r.Suite()]; !strings.HasPrefix(a, want) {
			t.Errorf("%s does not start with %s", a, want)
		}
		if ok, err := keyring.VerifyPassword(a, pw); !ok || err != nil {
			t.Errorf("the right password: %v, %v", ok, err)
		}
		if ok, err := keyring.VerifyPassword(a, append(pw, ' ')); ok || err != nil {
			t.Errorf("a wrong password: %v, %v", ok, err)
		}
		if _, err := r.HashPassword(make([]byte, 1025), rand.Reader); layers.KindOf(err) != layers.Invalid {
			t.Errorf("a long password: %v", err)
		}
		if ok, err := keyring.VerifyPassword(a, make([]byte, 1<<20)); ok || err != nil {
			t.Errorf("a long password: %v, %v", ok, err)
		}
		if _, err := r.HashPassword(pw, bytes.NewReader(nil)); err == nil {
			t.Error("hashed without a salt")
		}
	})
}

// absurd are hashes that would cost too much, or are none.
var absurd = []string{
	"", "$", "$$", "argon2id", "password", "$argon2id$", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=262145,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=4294967295,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=2,p=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=2,p=255$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=15,t=2,p=2$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=-256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=0256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=2,p=1$$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65",
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4$x",
	"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + strings.Repeat("A", 400),
	"$pbkdf2-sm3$i=99999999999$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$pbkdf2-sm3$i=10000001$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$pbkdf2-sm3$i=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$pbkdf2-sm3$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	strings.Repeat("$argon2id", 1<<16),
}

// TestAbsurdHashesCostNothing: what a planted hash asks for is checked before
// memory is taken.
func TestAbsurdHashesCostNothing(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, encoded := range absurd {
		if ok, err := keyring.VerifyPassword(encoded, []byte("x")); ok || layers.KindOf(err) != layers.Invalid {
			t.Errorf("%.80q: %v, %v", encoded, ok, err)
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func FuzzPassword(f *testing.F) {
	for _, s := range absurd {
		f.Add(s)
	}
	f.Add("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$pbkdf2-sm3$i=1000$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Fuzz(func(t *testing.T, encoded string) {
		again, cost, err := keyring.DecodePassword(encoded)
		if err != nil {
			return
		}
		if again != encoded {
			t.Errorf("%q is read as %q", encoded, again)
		}
		if cost > 10_000_000+16*256<<10 {
			t.Errorf("%q costs %d", encoded, cost)
		}
	})
}

func FuzzOpen(f *testing.F) {
	r := ring(f, keyring.Standard)
	sealed, err := r.Seal("c", []byte("value"))
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{sealed, "", "enc:1:", "enc:1:" + r.Current() + ":", sealed + "A", sealed[:40], sealed[:30] + "\n" + sealed[30:], sealed + "\r", "enc:2" + sealed[5:], "enc:1:\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, err := r.Open("c", text)
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.Unavailable || plain != nil {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if text != sealed {
			t.Errorf("%q opens as %q", text, plain)
		}
		if id := keyring.KeyOf(text); id != r.Current() {
			t.Errorf("key %q", id)
		}
	})
}

func FuzzLoad(f *testing.F) {
	for _, suite := range keyring.Suites() {
		b, err := keyring.EncodeRing(ring(f, suite))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(bytes.Replace(b, []byte(`"data"`), []byte(`"sign"`), 1))
		f.Add(bytes.Replace(b, []byte(`"version": 1`), []byte(`"version": 2`), 1))
	}
	f.Add([]byte(`{"format":"wutu keys","version":1}`))
	f.Add([]byte(`{"format":"wutu keys","version":1,"suite":"gm","root":null,"data":[{}],"sign":[{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := keyring.DecodeRing(b)
		if err != nil {
			return
		}
		again, err := keyring.EncodeRing(r)
		if err != nil {
			t.Fatal(err)
		}
		other, err := keyring.DecodeRing(again)
		if err != nil || fmt.Sprint(other.Keys()) != fmt.Sprint(r.Keys()) {
			t.Fatalf("a ring does not survive its file: %v", err)
		}
	})
}
