package audit

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"wutu/layers"
	"wutu/layers/keyring"
)

// constant randomness, so that the corpus verifies in every run.
type constant struct{ r *rand.ChaCha8 }

func (c constant) Read(b []byte) (int, error) { return c.r.Read(b) }

// FuzzVerify: whatever the bytes, Verify returns; and a file that verifies with
// a pinned key is one that the key's owner has written.
func FuzzVerify(f *testing.F) {
	var random io.Reader = constant{rand.NewChaCha8([32]byte{7})}
	ring, err := keyring.New(keyring.Standard, firstDay, random)
	if err != nil {
		f.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	genuine := map[string]bool{}
	for _, days := range []int{1, 2} {
		b := randomBook(f, r, ring, days, 3)
		for _, x := range []Extract{{}, {From: firstDay.Add(1)}} {
			file := write(f, b, ring, x)
			genuine[string(file)] = true
			f.Add(file)
			f.Add(file[:len(file)/2])
		}
	}
	f.Add([]byte("{\"header\":{}}\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Verify(t.Context(), bytes.NewReader(file), ring.Publics())
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.Unsupported {
				t.Errorf("%v is %s", err, k)
			}
			return
		}
		if len(got.Problems) == 0 && !genuine[string(file)] && !genuine[string(file)+"\n"] {
			t.Errorf("verifies, and nobody wrote it: %q", file)
		}
		for _, p := range got.Problems {
			if p.What == "" {
				t.Errorf("a problem without words: %+v", p)
			}
		}
	})
}

func FuzzLineBytes(f *testing.F) {
	f.Add(uint64(1), int64(5), "zhang", "planner", "a", "b", 3)
	f.Fuzz(func(t *testing.T, n uint64, us int64, a, b, c, d string, rows int) {
		x := Line{N: n, Rule: SHA256, AuditLine: layers.AuditLine{Actor: a, Role: b, Filter: c, Detail: d, Rows: rows}}
		y := x
		// The same letters at other places are other bytes.
		y.Actor, y.Role = a+b, ""
		if same := bytes.Equal(x.Bytes(nil), y.Bytes(nil)); same != (x.AuditLine == y.AuditLine) {
			t.Errorf("%+v and %+v have the same bytes", x, y)
		}
	})
}
