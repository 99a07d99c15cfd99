package csvfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"wutu/data/ingest"
	"wutu/layers"
)

// Source is a CSV file.
type Source struct{ file ingest.File }

// NewSource returns the source of a CSV file.
func NewSource(f ingest.File) *Source { return &Source{file: f} }

var _ ingest.Source = (*Source)(nil)

// Open starts a pass and reads the header. Errors: Invalid for a file without
// one, or with two columns of one name; TooLarge for more than ingest.MaxFields.
func (s *Source) Open(context.Context) (ingest.Decoder, error) {
	stream, err := s.file.Stream()
	if err != nil {
		return nil, err
	}
	d := &decoder{stream: stream, rows: table{r: stream.Reader}}
	names, err := d.rows.header()
	if err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	d.place = find(names)
	for i, name := range names {
		if !d.place.holds(i) {
			d.names = append(d.names, name)
		}
	}
	return d, nil
}

type decoder struct {
	stream *ingest.Stream
	rows   table
	place  columns
	names  []string
	record int64
}

// Close closes the file.
func (d *decoder) Close() error { return d.stream.Close() }

// Next reads the next row.
func (d *decoder) Next(ctx context.Context) (ingest.Raw, error) {
	if d.record%256 == 0 && ctx.Err() != nil {
		return ingest.Raw{}, ctx.Err()
	}
	line, err := d.rows.next()
	if errors.Is(err, io.EOF) {
		return ingest.Raw{}, io.EOF
	}
	d.record++
	r := ingest.Raw{Record: d.record, At: "line " + strconv.FormatInt(line, 10), Names: d.names, Untyped: true}
	switch {
	case errors.Is(err, errLong):
		r.Err = &layers.Error{Kind: layers.TooLarge, Op: "csv",
			Err: fmt.Errorf("a row of more than %d MiB or %d columns", ingest.MaxRecord>>20, ingest.MaxFields)}
		return r, nil
	case err != nil:
		return ingest.Raw{}, d.broken(err, line)
	case d.rows.cells() != len(d.place.names):
		r.Err = &layers.Error{Kind: layers.Invalid, Op: "csv", Err: fmt.Errorf("%d columns, the header has %d", d.rows.cells(), len(d.place.names))}
		return r, nil
	}
	r.Values = make([]layers.Value, 0, len(d.names))
	for i := range d.place.names {
		cell := d.rows.cell(i)
		switch {
		case d.place.holds(i):
		case len(cell) > ingest.MaxText:
			r.Err = &layers.Error{Kind: layers.TooLarge, Op: "csv", Field: d.place.names[i], Err: fmt.Errorf("%d bytes, at most %d", len(cell), ingest.MaxText)}
			return r, nil
		case !utf8.Valid(cell):
			r.Err = &layers.Error{Kind: layers.Invalid, Op: "csv", Field: d.place.names[i], Err: errors.New("is not UTF-8; name the file's encoding")}
			return r, nil
		case len(cell) == 0:
			r.Values = append(r.Values, layers.Value{})
		default:
			r.Values = append(r.Values, layers.Text(string(cell)))
		}
	}
	if d.place.x >= 0 {
		r.X, r.Y = d.place.names[d.place.x], d.place.names[d.place.y]
	}
	var wrong *layers.Error
	if r.Shape, wrong = d.place.place(&d.rows); wrong != nil {
		r.Err = wrong
	}
	return r, nil
}

// broken says where a file breaks off.
func (d *decoder) broken(err error, line int64) error {
	e, ok := errors.AsType[*layers.Error](err)
	if !ok {
		e = &layers.Error{Kind: layers.Unavailable, Op: "csv", Err: err}
	}
	out := *e
	out.ID = strconv.FormatInt(d.record, 10)
	if out.At == "" {
		out.At = "line " + strconv.FormatInt(line, 10)
	}
	return &out
}
