package flatgeobuf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"wutu/data/ingest"
	"wutu/layers"
)

// Source is a FlatGeobuf file.
type Source struct{ file ingest.File }

// NewSource returns the source of a file.
func NewSource(f ingest.File) *Source {
	f.Encoding = nil // texts are UTF-8, and the rest is no text
	return &Source{file: f}
}

var (
	_ ingest.Source        = (*Source)(nil)
	_ ingest.Georeferenced = (*Source)(nil)
)

// header is what is needed of a file's header.
type header struct {
	kind    byte
	columns []column
	names   []string
	key     int // column of the id, -1 if none
	crs     string
}

type column struct {
	name string
	kind byte
}

// Open starts a pass and reads the header. Errors: Invalid for what is no FlatGeobuf
// or a broken one, TooLarge for more than ingest.MaxFields columns.
func (s *Source) Open(context.Context) (ingest.Decoder, error) {
	stream, err := s.file.Stream()
	if err != nil {
		return nil, err
	}
	d := &decoder{stream: stream}
	if err := d.begin(); err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	return d, nil
}

// CRS returns the name of the system in the header, "" when it says none.
func (s *Source) CRS(ctx context.Context) (string, error) {
	dec, err := s.Open(ctx)
	if err != nil {
		return "", nil //nolint:nilerr // the import itself reports it
	}
	defer dec.Close() //nolint:errcheck // nothing was written
	return dec.(*decoder).header.crs, nil
}

type decoder struct {
	stream *ingest.Stream
	pos    int64
	header header
	record int64
	data   []byte
}

// Close closes the file.
func (d *decoder) Close() error { return d.stream.Close() }

func (d *decoder) broken(format string, args ...any) error {
	return &layers.Error{Kind: layers.Invalid, Op: "flatgeobuf", At: "byte " + strconv.FormatInt(d.pos, 10), Err: fmt.Errorf(format, args...)}
}

func (d *decoder) begin() error {
	var start [8]byte
	if err := d.full(start[:]); err != nil || string(start[:7]) != magic[:7] {
		return d.broken("does not begin as FlatGeobuf 3 does")
	}
	b, err := d.sized()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = d.broken("has no header")
		}
		return err
	}
	f := &buffer{b: b}
	t := f.tableAt(0)
	d.header = header{kind: t.byte(headGeometryType, geoUnknown), key: -1}
	if crs, ok := t.table(headCRS); ok {
		d.header.crs = system(crs)
	}
	if err := d.columns(t); err != nil {
		return err
	}
	count, node := t.long(headCount), t.short(headNodeSize, 16)
	if f.err != nil {
		return f.err
	}
	if node > 0 && count > 0 {
		size, ok := indexSize(count, node)
		if !ok {
			return d.broken("an index of %d features in nodes of %d", count, node)
		}
		n, err := io.CopyN(io.Discard, d.stream, size)
		if d.pos += n; err != nil {
			return d.broken("the index breaks off")
		}
	}
	return nil
}

// system is the name of a coordinate system as the importer knows it.
func system(t table) string {
	org, code := t.text(crsOrg), t.int(crsCode)
	if org == "" {
		org = "EPSG"
	}
	if code <= 0 || t.f.err != nil {
		return ""
	}
	return org + ":" + strconv.Itoa(code)
}

func (d *decoder) columns(t table) error {
	at, n := t.vector(headColumns, 4)
	if n > ingest.MaxFields {
		return &layers.Error{Kind: layers.TooLarge, Op: "flatgeobuf", Err: fmt.Errorf("%d columns, at most %d", n, ingest.MaxFields)}
	}
	seen := map[string]bool{}
	for i := range n {
		c := t.f.tableAt(at + 4*i)
		x := column{name: c.text(colName), kind: c.byte(colType, colByte)}
		switch {
		case t.f.err != nil:
			return t.f.err
		case x.name == "" || seen[x.name]:
			return d.broken("column %d has no name of its own: %.80q", i, x.name)
		case x.kind > colBinary:
			return d.broken("column %.80q has the unknown type %d", x.name, x.kind)
		}
		seen[x.name] = true
		if c.byte(colPrimaryKey, 0) != 0 && d.header.key < 0 {
			d.header.key = i
		} else {
			d.header.names = append(d.header.names, x.name)
		}
		d.header.columns = append(d.header.columns, x)
	}
	return nil
}

// full fills b.
func (d *decoder) full(b []byte) error {
	n, err := io.ReadFull(d.stream, b)
	d.pos += int64(n)
	return err
}

// sized reads a table behind its length; io.EOF when there is none more.
func (d *decoder) sized() ([]byte, error) {
	var size [4]byte
	if err := d.full(size[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, d.unread(err)
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n < 4 {
		return nil, d.broken("a table of %d bytes", n)
	}
	if n > ingest.MaxRecord {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "flatgeobuf", At: "byte " + strconv.FormatInt(d.pos, 10),
			Err: fmt.Errorf("a table of %d bytes, at most %d", n, ingest.MaxRecord)}
	}
	// A length that lies is found out before memory is taken for it.
	d.data = d.data[:0]
	for left := int(n); left > 0; {
		piece := min(left, 1<<20)
		from := len(d.data)
		d.data = append(d.data, make([]byte, piece)...)
		if err := d.full(d.data[from:]); err != nil {
			return nil, d.unread(err)
		}
		left -= piece
	}
	return d.data, nil
}

func (d *decoder) unread(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return d.broken("the file breaks off")
	}
	return err
}

// Next reads the next feature.
func (d *decoder) Next(ctx context.Context) (ingest.Raw, error) {
	if d.record%256 == 0 && ctx.Err() != nil {
		return ingest.Raw{}, ctx.Err()
	}
	at := d.pos
	b, err := d.sized()
	if err != nil {
		return ingest.Raw{}, err
	}
	d.record++
	r := ingest.Raw{Record: d.record, At: "byte " + strconv.FormatInt(at, 10), Names: d.header.names}
	f := &buffer{b: b}
	t := f.tableAt(0)
	if own, _ := t.vector(featColumns, 4); own != 0 {
		r.Err = &layers.Error{Kind: layers.Unsupported, Op: "flatgeobuf", Err: errors.New("a feature with columns of its own")}
		return r, nil
	}
	if g, ok := t.table(featGeometry); ok && f.err == nil {
		left := ingest.MaxVertices
		var shape orb.Geometry
		if shape, r.Err = shapeOf(g, d.header.kind, 0, &left); r.Err != nil {
			return r, nil
		}
		r.Shape = shape
	}
	if r.Err = d.values(t, &r); r.Err == nil && f.err != nil {
		e, _ := errors.AsType[*layers.Error](f.err)
		r.Err = e
	}
	return r, nil
}

// values reads the properties of a feature.
func (d *decoder) values(t table, r *ingest.Raw) *layers.Error {
	values := make([]layers.Value, len(d.header.columns))
	at, n := t.vector(featProperties, 1)
	if t.f.err != nil {
		return nil
	}
	p := properties{b: t.f.b[at : at+n]}
	for len(p.b) > 0 && p.err == nil {
		i := int(p.uint(2))
		if p.err == nil && i >= len(values) {
			return &layers.Error{Kind: layers.Invalid, Op: "flatgeobuf", Err: fmt.Errorf("a value of column %d of %d", i, len(values))}
		}
		if p.err == nil {
			values[i] = p.value(d.header.columns[i])
		}
	}
	if p.err != nil {
		return p.err
	}
	if key := d.header.key; key >= 0 {
		r.ID = values[key].String()
		values = append(values[:key], values[key+1:]...)
	}
	r.Values = values
	return nil
}

// properties is what is left of the values of a feature.
type properties struct {
	b   []byte
	err *layers.Error
}

func (p *properties) take(n int) []byte {
	if n > len(p.b) || p.err != nil {
		if p.err == nil {
			p.err = &layers.Error{Kind: layers.Invalid, Op: "flatgeobuf", Err: errors.New("the properties break off")}
		}
		return nil
	}
	out := p.b[:n]
	p.b = p.b[n:]
	return out
}

func (p *properties) uint(n int) uint64 {
	var b [8]byte
	copy(b[:], p.take(n))
	return binary.LittleEndian.Uint64(b[:])
}

func (p *properties) value(c column) layers.Value {
	switch c.kind {
	case colByte:
		return layers.Int(int64(int8(p.uint(1))))
	case colUByte:
		return layers.Int(int64(p.uint(1)))
	case colBool:
		return layers.Bool(p.uint(1) != 0)
	case colShort:
		return layers.Int(int64(int16(p.uint(2))))
	case colUShort:
		return layers.Int(int64(p.uint(2)))
	case colInt:
		return layers.Int(int64(int32(p.uint(4))))
	case colUInt:
		return layers.Int(int64(p.uint(4)))
	case colLong:
		return layers.Int(int64(p.uint(8)))
	case colULong:
		x := p.uint(8)
		if x > math.MaxInt64 {
			return layers.Float(float64(x))
		}
		return layers.Int(int64(x))
	case colFloat:
		return real64(float64(math.Float32frombits(uint32(p.uint(4)))))
	case colDouble:
		return real64(math.Float64frombits(p.uint(8)))
	}
	n := p.uint(4)
	if n > ingest.MaxText {
		if p.err == nil {
			p.err = &layers.Error{Kind: layers.TooLarge, Op: "flatgeobuf", Field: c.name, Err: fmt.Errorf("%d bytes, at most %d", n, ingest.MaxText)}
		}
		return layers.Value{}
	}
	b := p.take(int(n))
	if c.kind == colBinary {
		return layers.Value{} // bytes have no place among the values
	}
	s := string(b)
	if !utf8.ValidString(s) {
		p.err = &layers.Error{Kind: layers.Invalid, Op: "flatgeobuf", Field: c.name, Err: errors.New("is not UTF-8")}
		return layers.Value{}
	}
	if c.kind == colDateTime {
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006/01/02 15:04:05.999999999Z07:00", time.DateOnly} {
			if at, err := time.Parse(form, s); err == nil {
				return layers.Instant(at)
			}
		}
	}
	return layers.Text(s)
}

// real64 is a number; one that is none is null.
func real64(x float64) layers.Value {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return layers.Value{}
	}
	return layers.Float(x)
}
