package geojson

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"wutu/data/ingest"
	"wutu/layers"
	"wutu/layers/geojson"
)

// Source is a GeoJSON file of whatever shape.
type Source struct {
	file ingest.File
}

// NewSource returns the source of a file of GeoJSON or a GeoJSON sequence;
// which of them is seen from its content.
func NewSource(f ingest.File) *Source { return &Source{file: f} }

var (
	_ ingest.Source        = (*Source)(nil)
	_ ingest.Georeferenced = (*Source)(nil)
)

// Open starts a pass.
func (s *Source) Open(context.Context) (ingest.Decoder, error) {
	stream, err := s.file.Stream()
	if err != nil {
		return nil, err
	}
	d := &decoder{stream: stream}
	var skipped int64
	if bom, _ := stream.Peek(3); string(bom) == "\uFEFF" {
		if _, err := stream.Discard(3); err != nil {
			return nil, errors.Join(err, stream.Close())
		}
		skipped = 3
	}
	whole := splitter{r: stream.Reader, pos: skipped}
	switch formOf(stream) {
	case asCollection:
		d.collection = &collection{splitter: whole}
	case asLines:
		d.sequence = &sequence{r: stream.Reader, pos: skipped}
	case asDocument:
		d.document = &whole
	}
	return d, nil
}

// CRS returns the name in the file's crs member. It reads the file once, which
// is cheap beside the import; a broken file says nothing here and everything
// when it is imported.
func (s *Source) CRS(ctx context.Context) (string, error) {
	dec, err := s.Open(ctx)
	if err != nil {
		return "", err
	}
	defer dec.Close() //nolint:errcheck // nothing was written
	c := dec.(*decoder).collection
	if c == nil {
		return "", nil
	}
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return "", ctx.Err()
		}
		if c.crs != "" {
			return c.crs, nil
		}
		if _, err := c.next(); err != nil {
			return c.crs, nil //nolint:nilerr // the import itself reports it
		}
	}
}

// decoder is one pass; one of collection, sequence and document is set.
type decoder struct {
	stream     *ingest.Stream
	collection *collection
	sequence   *sequence
	document   *splitter
	record     int64
	names      []string
}

// Close closes the file.
func (d *decoder) Close() error { return d.stream.Close() }

// Next reads the next feature.
func (d *decoder) Next(ctx context.Context) (ingest.Raw, error) {
	if d.record%256 == 0 && ctx.Err() != nil {
		return ingest.Raw{}, ctx.Err()
	}
	raw, at, err := d.text()
	if errors.Is(err, io.EOF) {
		if d.collection != nil && !d.collection.had {
			return ingest.Raw{}, &layers.Error{Kind: layers.Invalid, Op: "geojson", Field: "features", Err: errors.New("is missing")}
		}
		return ingest.Raw{}, io.EOF
	}
	d.record++
	if err != nil {
		return ingest.Raw{}, numbered(err, d.record, 0)
	}
	r := ingest.Raw{Record: d.record, At: "byte " + strconv.FormatInt(at, 10)}
	if len(raw) > ingest.MaxRecord { // a sequence passes over what is too long
		r.Err = &layers.Error{Kind: layers.TooLarge, Op: "geojson", Err: fmt.Errorf("a line of more than %d MiB", ingest.MaxRecord>>20)}
		return r, nil
	}
	f, err := geojson.ParseFeature(raw, geojson.Limits{Vertices: ingest.MaxVertices, Members: ingest.MaxFields, Text: ingest.MaxText})
	if err != nil {
		if d.sequence == nil && errors.Is(err, geojson.ErrSyntax) {
			return ingest.Raw{}, numbered(err, d.record, at)
		}
		e, ok := errors.AsType[*layers.Error](err)
		if !ok {
			return ingest.Raw{}, err
		}
		r.Err = e
		return r, nil
	}
	if !slices.Equal(d.names, f.Names) {
		d.names = f.Names
	}
	r.ID, r.Shape, r.Names, r.Values = f.ID, f.Geometry, d.names, f.Values
	return r, nil
}

func (d *decoder) text() (raw []byte, at int64, err error) {
	if d.collection != nil {
		raw, err = d.collection.next()
		return raw, d.collection.pos - int64(len(raw)), err
	}
	if d.sequence != nil {
		return d.sequence.next()
	}
	if _, err := d.document.next(); err != nil {
		return nil, 0, err
	}
	raw, err = d.document.value(true)
	return raw, d.document.pos - int64(len(raw)), err
}

// numbered adds the record's number to an error, and makes its byte one of the
// file rather than of the record.
func numbered(err error, record, start int64) error {
	e, ok := errors.AsType[*layers.Error](err)
	if !ok {
		return err
	}
	out := *e
	out.ID = strconv.FormatInt(record, 10)
	var at int64
	if n, scanErr := fmt.Sscanf(e.At, "byte %d", &at); n == 1 && scanErr == nil {
		out.At = "byte " + strconv.FormatInt(start+at, 10)
	}
	return &out
}
