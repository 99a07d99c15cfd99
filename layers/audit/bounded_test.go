package audit

import (
	"bytes"
	"context"
	"io"
	"iter"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// stream is a trail of n lines that are made while they are read.
type stream struct {
	n     int
	seals []Seal
}

func (s *stream) Audit(_ context.Context, q Query) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		var before []byte
		for i := range s.n {
			l := Line{N: uint64(i + 1), Rule: SHA256, AuditLine: layers.AuditLine{At: firstDay.Add(time.Duration(i) * time.Second), Actor: "zhang", Role: "gridworker",
				From: "10.0.0.7", Action: "read.items", Object: "persons", Filter: "age > 60 AND name LIKE '王%'", Rows: i % 100, Result: layers.AuditDone}}
			l.Chain = Chain(before, &l)
			before = l.Chain
			if q.Match(&l) && !yield(l, nil) {
				return
			}
		}
	}
}

func (s *stream) AuditSeals(context.Context) ([]Seal, error) { return s.seals, nil }
func (s *stream) AddAuditSeals(_ context.Context, seals []Seal) error {
	s.seals = append(s.seals, seals...)
	return nil
}
func (s *stream) RemoveAudit(context.Context, uint64, layers.AuditLine) error { return nil }

// watched notes the most memory in use while it is written to.
type watched struct {
	w    io.Writer
	n    int
	most uint64
}

func (w *watched) Write(b []byte) (int, error) {
	if w.n++; w.n%100 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		w.most = max(w.most, m.HeapAlloc)
	}
	return w.w.Write(b)
}

// Writing and verifying a long trail takes no more memory than a short one. The
// file never is in memory: it goes through a pipe.
func TestMemoryIsBounded(t *testing.T) {
	lines := 50_000 // WUTU_LINES=1000000 for the full size
	if n, err := strconv.Atoi(os.Getenv("WUTU_LINES")); err == nil {
		lines = n
	}
	ring := newRing(t, keyring.Standard)
	s := &stream{n: lines}
	if _, err := SealDays(t.Context(), s, ring, nil, firstDay.AddDate(1, 0, 0), time.UTC); err != nil {
		t.Fatal(err)
	}
	in, out := io.Pipe()
	w := &watched{w: out}
	go func() {
		_, err := Write(t.Context(), w, s, ring, Extract{At: firstDay})
		out.CloseWithError(err)
	}()
	got, err := Verify(t.Context(), in, ring.Publics())
	if err != nil || len(got.Problems) > 0 || got.Lines != uint64(lines) || got.Seals < 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const room = 8 << 20 // of the test's own; a line takes 400 bytes
	if w.most > before.HeapAlloc+room {
		t.Errorf("%d lines took %d bytes", lines, w.most-before.HeapAlloc)
	}
	t.Logf("%d lines: at most %d bytes in use", lines, w.most)
}

func BenchmarkVerifyFile(b *testing.B) {
	ring := newRing(b, keyring.Standard)
	var file bytes.Buffer
	const lines = 20_000
	if _, err := Write(b.Context(), &file, &stream{n: lines}, ring, Extract{At: firstDay}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if got, err := Verify(b.Context(), bytes.NewReader(file.Bytes()), nil); err != nil || len(got.Problems) > 0 {
			b.Fatal(got, err)
		}
	}
	b.ReportMetric(float64(lines*b.N)/b.Elapsed().Seconds(), "lines/s")
}
