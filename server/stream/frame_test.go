package stream

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// Blocks made apart, in any order, behind one header are one gzip stream, of which
// each part can be read as soon as it is there.
func TestCompressedPartsFitTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var parts [][]byte
	for i := range 30 {
		b := make([]byte, r.IntN(1+1<<(i%18)))
		for j := range b {
			b[j] = byte(r.IntN(4 << (i % 7)))
		}
		parts = append(parts, b)
	}
	for _, code := range []func([]byte) []byte{deflate, stored, func(b []byte) []byte { f := &frame{plain: b}; return f.bytes(true) }} {
		order := r.Perm(len(parts))
		wire := &arriving{}
		wire.Write(gzipHeader[:])
		in, err := gzip.NewReader(wire)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range order {
			wire.Write(code(parts[i]))
			got := make([]byte, len(parts[i]))
			if _, err := io.ReadFull(in, got); err != nil || !bytes.Equal(got, parts[i]) {
				t.Fatalf("part %d of %d bytes: %v", i, len(parts[i]), err)
			}
		}
		if n, err := in.Read(make([]byte, 1)); n != 0 || !errors.Is(err, errTooEarly) {
			t.Errorf("behind the last part: %d, %v", n, err)
		}
	}
}

// arriving is what has come over a connection so far; to read more is an error, as
// it would have to wait.
type arriving struct{ bytes.Buffer }

var errTooEarly = errors.New("not there yet")

// Read reads what is there.
func (a *arriving) Read(b []byte) (int, error) {
	if a.Len() == 0 {
		return 0, errTooEarly
	}
	return a.Buffer.Read(b)
}

// ReadByte makes the gzip reader read no further than it needs.
func (a *arriving) ReadByte() (byte, error) {
	if a.Len() == 0 {
		return 0, errTooEarly
	}
	return a.Buffer.ReadByte()
}

// A thousand wakings are spread over the interval, a few happen at once, and the
// pace falls to nothing when nobody is left waiting.
func TestPacerSpreads(t *testing.T) {
	for _, clients := range []int{1, 40, 1000, 4000} {
		var p pacer
		now := time.Unix(1e9, 0)
		for range 20 {
			last, early := time.Duration(0), 0
			for left := clients; left > 0; left -= batch {
				d := p.wait(now, min(batch, left), clients)
				if d < last {
					t.Fatalf("%d clients: %v after %v", clients, d, last)
				}
				if last = d; d == 0 {
					early++
				}
			}
			if early == 0 || last > spread || clients >= 1000 && last < spread/2 || clients <= 16 && last > 0 {
				t.Errorf("%d clients: the last waits %v, %d batches do not wait", clients, last, early)
			}
			now = now.Add(interval)
		}
	}
}
