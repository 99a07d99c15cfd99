package audit

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Verify judges a file. With trusted keys only those may have signed; without,
// the file's own keys are believed, which shows damage but not a file that
// somebody else has made anew: compare Report.Signers. What is wrong with the
// trail is in the report; errors are Invalid for what is no audit file at all,
// Unsupported for one of a newer program, those of r and the context's. Cost:
// linear in the file; memory does not grow with it.
func Verify(ctx context.Context, r io.Reader, trusted []keyring.Public) (Report, error) {
	f := reader{in: bufio.NewReaderSize(r, 64<<10), enc: newEncoder()}
	if err := f.header(trusted); err != nil {
		return Report{}, err
	}
	for f.n%1024 != 0 || ctx.Err() == nil {
		b, err := f.next()
		if errors.Is(err, io.EOF) {
			return f.finish(), nil
		}
		if err != nil {
			return Report{}, err
		}
		f.record(b)
	}
	return Report{}, ctx.Err()
}

// reader is a file being read.
type reader struct {
	in   *bufio.Reader
	enc  *encoder
	n    int // number of the line of the file, from 1
	buf  []byte
	keys []keyring.Public
	head header
	hash []byte // of the header
	v    *Verifier
	last uint64 // number of the last line of the trail
	end  *End
	more bool // something stands behind the end
}

// next returns the next line of the file, without its line feed, in memory that
// the next call overwrites. A line that is longer than any record is cut.
func (f *reader) next() ([]byte, error) {
	f.n++
	f.buf = f.buf[:0]
	for {
		part, err := f.in.ReadSlice('\n')
		if room := maxRecord - len(f.buf); len(part) > room {
			f.buf = append(f.buf, part[:room]...)
		} else {
			f.buf = append(f.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(f.buf) > 0, err == nil:
			return bytes.TrimSuffix(f.buf, []byte{'\n'}), nil
		}
		return nil, err
	}
}

func (f *reader) header(trusted []keyring.Public) error {
	fail := func(kind layers.Kind, format string, args ...any) error {
		return &layers.Error{Kind: kind, Op: "audit.Verify", At: "line 1 of the file", Err: fmt.Errorf(format, args...)}
	}
	b, err := f.next()
	if errors.Is(err, io.EOF) {
		return fail(layers.Invalid, "is empty: no audit file")
	}
	if err != nil {
		return err
	}
	r, err := f.enc.decode(b)
	switch {
	case r != nil && r.Header != nil && r.Header.Format == fileFormat && r.Header.Version > fileVersion:
		return fail(layers.Unsupported, "has version %d, this program knows %d", r.Header.Version, fileVersion)
	case err != nil:
		return fail(layers.Invalid, "%w", err)
	case r.Header == nil || r.Line != nil || r.Seal != nil || r.End != nil || r.Header.Format != fileFormat || r.Header.Version != fileVersion:
		return fail(layers.Invalid, "is no header of an audit file")
	}
	f.head, f.keys, f.hash = *r.Header, r.Header.Keys, headHash(b)
	if len(trusted) > 0 {
		f.keys = trusted
	}
	f.v = NewVerifier(Checks{Keys: f.keys, Part: f.head.Part, First: f.head.First, Before: f.head.Before})
	return nil
}

// record takes one line of the file.
func (f *reader) record(b []byte) {
	r, err := f.enc.decode(b)
	if f.end != nil {
		if !f.more {
			f.v.report(f.last, "line %d of the file stands behind the end of the trail", f.n)
		}
		f.more = true
		return
	}
	if r != nil && r.members() != 1 {
		err = errors.New("is no single record")
	}
	if err != nil {
		f.v.report(f.last+1, "line %d of the file, behind line %d of the trail, %v", f.n, f.last, err)
		if r == nil || r.members() != 1 {
			return
		}
	}
	switch {
	case r.Line != nil:
		l, err := r.Line.line()
		if err != nil {
			f.v.report(r.Line.N, "line %d was changed: %v", r.Line.N, err)
			l = &Line{N: r.Line.N, Chain: r.Line.Chain}
		}
		f.last = l.N
		f.v.Line(l)
	case r.Seal != nil:
		d := r.Seal
		f.v.Seal(Seal{K: d.K, Day: d.Day, First: d.First, Last: d.Last, Chain: d.Chain, Before: d.Before, Rule: d.Rule, Signature: d.Signature})
	case r.End != nil:
		f.finishTrail(r.End)
	default:
		f.v.report(f.last, "line %d of the file is a second header", f.n)
	}
}

// members counts what the record holds.
func (r *record) members() int {
	n := 0
	for _, set := range [...]bool{r.Header != nil, r.Line != nil, r.Seal != nil, r.End != nil} {
		if set {
			n++
		}
	}
	return n
}

func (f *reader) finishTrail(d *endDoc) {
	at, err := parseInstant(d.At)
	if err != nil {
		f.v.report(d.Last, "the time of the end of the trail is none")
	}
	f.end = &End{At: at, Head: f.hash, Part: f.head.Part, First: f.head.First, Before: f.head.Before, Last: d.Last, Chain: d.Chain, Seals: d.Seals, Signature: d.Signature}
	f.v.End(f.end, f.v.signed(f.end))
}

// signed verifies the signature of an end.
func (v *Verifier) signed(e *End) error {
	if err := checkSignature(v.checks.Keys, e.Bytes(), e.Signature); err != nil {
		return err
	}
	v.signer(e.Signature.KeyID)
	return nil
}

func (f *reader) finish() Report {
	if f.end == nil {
		f.v.advance(nil)
		f.v.report(f.v.next, "the file ends behind line %d, without the end of the trail: what followed was cut off", f.v.next-1)
	}
	return f.v.Finish()
}
