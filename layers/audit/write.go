package audit

import (
	"bufio"
	"context"
	"io"
	"math"
	"time"

	"wutu/layers"
)

// Extract says what a file holds.
type Extract struct {
	City     string    // name or code, for people; not signed
	From, To time.Time // lines from the first dated in [From, To) to the last; zero: unbounded
	At       time.Time // when the file is written
}

// Write writes the trail of src, or a part of it without gaps, as a file that by
// signs, and returns the number of lines. Lines are written while they are read;
// the file is complete when Write returns nil. Errors: those of src, by and w.
// Cost: linear in the trail.
func Write(ctx context.Context, w io.Writer, src Source, by Signer, x Extract) (lines uint64, err error) {
	f := file{w: bufio.NewWriterSize(w, 64<<10), enc: newEncoder(), by: by}
	if f.seals, err = src.AuditSeals(ctx); err != nil {
		return 0, err
	}
	q, err := f.bounds(ctx, src, &x)
	if err != nil {
		return 0, err
	}
	f.end.At, f.end.Part = x.At.UTC().Truncate(time.Microsecond), !x.From.IsZero() || !x.To.IsZero()
	f.header(x.City)
	for l, err := range src.Audit(ctx, Query{After: q.first - 1}) {
		if err != nil {
			return lines, err
		}
		if q.empty || l.N > q.last {
			break
		}
		f.line(&l)
		if lines++; f.err != nil {
			return lines, f.err
		}
	}
	return lines, f.finish()
}

// file is a file being written.
type file struct {
	w     *bufio.Writer
	enc   *encoder
	by    Signer
	seals []Seal // not written yet
	end   End
	err   error
}

// bounds are the numbers of the lines that are written.
type bounds struct {
	first, last uint64
	empty       bool
}

// bounds finds the first and last line of the extract, and the chain value
// before the first.
func (f *file) bounds(ctx context.Context, src Source, x *Extract) (bounds, error) {
	if x.From.IsZero() && x.To.IsZero() {
		f.end.First = 1
		return bounds{first: 1, last: math.MaxUint64}, nil
	}
	b := bounds{empty: true}
	var before Line // the line before the first
	for l, err := range src.Audit(ctx, Query{}) {
		if err != nil {
			return b, err
		}
		if inside := (x.From.IsZero() || !l.At.Before(x.From)) && (x.To.IsZero() || l.At.Before(x.To)); inside {
			if b.empty {
				b.first, b.empty = l.N, false
			}
			b.last = l.N
		}
		if b.empty {
			before = l
		}
	}
	if b.empty {
		b.first, b.last = before.N+1, before.N
	}
	for i := range f.seals { // what was there before is removed, its seal is not
		if before.N == 0 && f.seals[i].Last+1 == b.first {
			before.Chain = f.seals[i].Chain
		}
	}
	f.end.First, f.end.Before, f.end.Last, f.end.Chain = b.first, before.Chain, b.last, before.Chain
	return b, nil
}

func (f *file) put(r *record) {
	if f.err != nil {
		return
	}
	b, err := f.enc.encode(r)
	if err == nil {
		if r.Header != nil {
			f.end.Head = headHash(b[:len(b)-1])
		}
		_, err = f.w.Write(b)
	}
	f.err = err
}

func (f *file) header(city string) {
	f.put(&record{Header: &header{Format: fileFormat, Version: fileVersion, City: city, Part: f.end.Part, First: f.end.First,
		Before: f.end.Before, Keys: f.by.Publics()}})
	if f.end.Part { // the seals before the part do not belong to it
		for len(f.seals) > 0 && f.seals[0].Last < f.end.First {
			f.seals = f.seals[1:]
		}
	}
}

func (f *file) line(l *Line) {
	f.sealsUpTo(l.N - 1)
	f.put(&record{Line: docOfLine(l)})
	f.end.Last, f.end.Chain = l.N, l.Chain
}

// sealsUpTo writes the seals that stand behind line n and the lines before.
func (f *file) sealsUpTo(n uint64) {
	for len(f.seals) > 0 && f.seals[0].Last <= n {
		s := &f.seals[0]
		f.put(&record{Seal: &sealDoc{K: s.K, Day: s.Day, First: s.First, Last: s.Last, Chain: s.Chain, Before: s.Before, Rule: s.Rule, Signature: s.Signature}})
		f.end.Seals++
		f.seals = f.seals[1:]
	}
}

func (f *file) finish() error {
	f.sealsUpTo(f.end.Last)
	if f.err != nil {
		return f.err
	}
	sig, err := f.by.Sign(f.end.Bytes())
	if err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "audit.Write", Err: err}
	}
	f.put(&record{End: &endDoc{At: f.end.At.Format(instant), Last: f.end.Last, Chain: f.end.Chain, Seals: f.end.Seals, Signature: sig}})
	if f.err != nil {
		return f.err
	}
	return f.w.Flush()
}
