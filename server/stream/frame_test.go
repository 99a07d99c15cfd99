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
			now = now.Add(between(clients, 0))
		}
	}
}

// A change is told at the next tick when the stream was quiet, and after the rest
// that the last message asks for when it was not. Looks that find nothing to tell
// ask for none: they change nothing about when the next message comes.
func TestBeatOfMessages(t *testing.T) {
	start := time.Unix(1e9, 0)
	b := beat{began: start}
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	for _, step := range []struct{ now, want int }{{0, 0}, {1, 9}, {10, 0}, {13, 7}} {
		if d := b.next(at(step.now), tick); d != time.Duration(step.want)*time.Millisecond {
			t.Errorf("at %d ms the next look is in %v, want %d ms", step.now, d, step.want)
		}
	}
	quiet := b
	quiet.rest(at(20), 0, 100*time.Microsecond) // nothing to tell
	if d, want := quiet.next(at(23), tick), b.next(at(23), tick); d != want {
		t.Errorf("after a look without content the next is in %v, want %v", d, want)
	}
	b.rest(at(20), between(1, 1000), 100*time.Microsecond)
	if d := b.next(at(23), tick); d != 47*time.Millisecond {
		t.Errorf("after a message the next look is in %v", d)
	}
	b.rest(at(70), 0, 40*time.Millisecond) // it worked for long
	if d := b.next(at(110), tick); d != 40*time.Millisecond {
		t.Errorf("after 40 ms of work the group rests %v", d)
	}
	if d := b.next(at(151), 50*time.Millisecond); d != 49*time.Millisecond {
		t.Errorf("where ticks are 50 ms apart the next look is in %v", d)
	}
	for clients, want := range map[int]time.Duration{0: tick, 100: tick, 300: 30 * time.Millisecond, 500: shortest, 4000: shortest} {
		if d := ticks(clients); d != want {
			t.Errorf("with %d clients ticks are %v apart, want %v", clients, d, want)
		}
	}
	if d := between(100, 20_000); d != shortest {
		t.Errorf("100 clients wait %v", d)
	}
	if few, many, large := between(300, 0), between(5000, 0), between(100, 300_000); few != 75*time.Millisecond || many != longest || large != 150*time.Millisecond {
		t.Errorf("300 clients wait %v, 5,000 %v, for 300 kB %v", few, many, large)
	}
}
