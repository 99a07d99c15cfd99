package gpkg

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unsafe"

	"wutu/layers"
)

var _ layers.BulkReader = (*Store)(nil)

// maxPieces bounds how many pieces a layer is divided into: what other programs have
// written may have fids that lie far apart.
const maxPieces = 1024

// Pieces implements layers.BulkReader. Pieces are intervals of fids, which this
// program gives out one by one; where features were deleted they hold fewer.
func (s *Store) Pieces(ctx context.Context, layer string, rows int) ([]layers.Piece, error) {
	var out []layers.Piece
	err := s.view(ctx, "gpkg.Pieces", func(c *conn, cat *catalog) error {
		t := cat.tables[layer]
		if t == nil {
			return nil
		}
		ends, err := c.first("SELECT (SELECT min(fid) FROM " + quote(layer) + "), (SELECT max(fid) FROM " + quote(layer) + ")")
		if err != nil {
			return err
		}
		first, ok := ends[0].(int64)
		last, also := ends[1].(int64)
		if !ok || !also {
			return nil
		}
		out = divide(first, last, rows)
		return nil
	})
	return out, err
}

// divide cuts the fids from first to last into intervals of rows at most, all about
// as wide; into fewer and wider ones when they would be too many.
func divide(first, last int64, rows int) []layers.Piece {
	width := uint64(last) - uint64(first) // one less than the fids
	n := min(width/uint64(max(rows, 1))+1, maxPieces)
	each := width/n + 1
	var out []layers.Piece
	for i := range n {
		p := layers.Piece{From: int64(uint64(first) + i*each), To: int64(uint64(first) + (i+1)*each)}
		if i == n-1 {
			p.To = last + 1 // fids end at 2^63-1, which SQLite never gives out
		}
		if p.From < p.To {
			out = append(out, p)
		}
	}
	return out
}

// ReadPiece implements layers.BulkReader. Features come in order of fid.
func (s *Store) ReadPiece(ctx context.Context, layer string, p layers.Piece, fn func(*layers.Feature) error) error {
	const op = "gpkg.ReadPiece"
	var t *table
	if err := s.view(ctx, op, func(_ *conn, cat *catalog) (err error) {
		t, err = cat.table("query", layer)
		return err
	}); err != nil {
		return err
	}
	l, err := newLink(s.path)
	if err != nil {
		return translate(op, err)
	}
	rows, err := l.newScanner(t.selected+" WHERE fid >= ? AND fid < ? ORDER BY fid", scanBytes)
	if err != nil {
		return translate(op, errors.Join(err, l.close()))
	}
	if err = rows.start(p.From, p.To); err == nil {
		u := unpacker{decoder: decoder{table: t}, shapes: slab{many: true}}
		err = u.drain(ctx, rows, fn)
	}
	rows.close()
	return errors.Join(err, l.close())
}

// cell is a column of a packed row. Its text lies in the scanner's room.
type cell struct {
	kind byte // as SQLite numbers types
	num  uint64
	text []byte
}

// The types of SQLite.
const (
	cellInteger = iota + 1
	cellFloat
	cellText
	cellBlob
	cellNull
)

// unpack takes a column off the front of a packed row. What it is given was packed
// by wutu_pack.
func (c *cell) unpack(b []byte) []byte {
	c.kind = b[0]
	switch c.kind {
	case cellInteger, cellFloat:
		c.num = binary.NativeEndian.Uint64(b[1:])
		return b[9:]
	case cellText, cellBlob:
		n := binary.NativeEndian.Uint32(b[1:])
		c.text = b[5 : 5+n]
		return b[5+n:]
	}
	return b[1:]
}

// str is the text without copying.
func (c *cell) str() string { return textOf(c.text) }

// integer is the number of the cell, 0 if it has another type.
func (c *cell) integer() uint64 {
	if c.kind != cellInteger {
		return 0
	}
	return c.num
}

// value is the function value for packed columns.
func (c *cell) value(t layers.FieldType) (layers.Value, error) {
	switch c.kind {
	case cellNull:
		return layers.Value{}, nil
	case cellText:
		switch t {
		case layers.String:
			return layers.Text(c.str()), nil
		case layers.DateTime:
			us, err := parseInstant(c.str())
			return layers.InstantMicro(us), err
		case layers.Integer, layers.Number, layers.Boolean:
		}
		return value(c.str(), t)
	case cellInteger:
		switch x := int64(c.num); t {
		case layers.Integer:
			return layers.Int(x), nil
		case layers.Number:
			return layers.Float(float64(x)), nil
		case layers.Boolean:
			return layers.Bool(x != 0), nil
		case layers.DateTime:
			return layers.InstantMicro(x), nil
		case layers.String:
		}
		return value(int64(c.num), t)
	case cellFloat:
		if t == layers.Number {
			return layers.Float(math.Float64frombits(c.num)), nil
		}
		return value(math.Float64frombits(c.num), t)
	}
	return value(c.text, t)
}

// unpacker turns packed rows of one table into features, all in the same memory but
// the shapes.
type unpacker struct {
	decoder
	cells   []cell
	feature layers.Feature
	opened  []byte // texts of sealed fields of the feature
	shapes  slab
}

func (u *unpacker) drain(ctx context.Context, rows *scanner, fn func(*layers.Feature) error) error {
	l := u.table.layer
	u.cells = make([]cell, fixedColumns+len(l.Fields))
	u.feature.Values = make([]layers.Value, len(l.Fields))
	for {
		packed, n, err := rows.next(ctx)
		if err != nil {
			return translate("gpkg.ReadPiece", err)
		}
		if n == 0 {
			return nil
		}
		for range n {
			for i := range u.cells {
				packed = u.cells[i].unpack(packed)
			}
			if err := u.unpack(); err != nil {
				return err
			}
			if err := fn(&u.feature); err != nil {
				return err
			}
		}
	}
}

// unpack is decoder.feature for the cells of a row.
func (u *unpacker) unpack() error {
	l, f := u.table.layer, &u.feature
	if u.cells[colID].kind != cellText {
		return fmt.Errorf("layer %s: row %d has no id", l.ID, u.cells[colFID].num)
	}
	id := u.cells[colID].str()
	fail := func(field string, err error) error {
		return &layers.Error{Kind: layers.Internal, Op: "gpkg.Read", Layer: l.ID, ID: strings.Clone(id), Field: field, Err: err}
	}
	*f = layers.Feature{Key: id, Values: f.Values}
	f.Version = u.cells[colVersion].integer()
	from, err := u.cells[colFrom].value(layers.DateTime)
	if err != nil {
		return fail("valid_from", err)
	}
	to, err := u.cells[colTo].value(layers.DateTime)
	if err != nil {
		return fail("valid_to", err)
	}
	f.ValidFrom, f.ValidTo = from.Time(), to.Time()
	switch g := &u.cells[colGeom]; g.kind {
	case cellNull:
	case cellBlob:
		if p, ok := plainPoint(g.text); ok {
			f.Shape = p
		} else if f.Shape, err = u.shapes.decode(g.text); err != nil {
			return fail("geometry", err)
		}
	default:
		return fail("geometry", fmt.Errorf("a column of type %d is no geometry", g.kind))
	}
	for i := range f.Values {
		if f.Values[i], err = u.cells[fixedColumns+i].value(l.Fields[i].Type); err != nil {
			return fail(l.Fields[i].Name, err)
		}
	}
	return u.open(id, fail)
}

// open opens the sealed fields of the feature.
func (u *unpacker) open(id string, fail func(string, error) error) error {
	u.opened = u.opened[:0]
	for i := range u.table.sealed {
		s := &u.table.sealed[i]
		v := &u.feature.Values[s.field]
		if v.Type() != layers.String {
			continue
		}
		u.seal.keys = u.table.keys
		plain, sealed, err := u.seal.opened(s, id, v.Str())
		if err != nil {
			return fail(u.table.layer.Fields[s.field].Name, err)
		}
		if sealed {
			at := len(u.opened)
			u.opened = append(u.opened, plain...) // memory that is left behind stays as it is
			*v = layers.Text(textOf(u.opened[at:]))
		}
	}
	return nil
}

// textOf is b as a string, without copying.
func textOf(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}
