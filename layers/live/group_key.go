package live

import (
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// By says by what rows are grouped. The zero By makes a single group with an
// empty key.
type By struct {
	Level layers.Level   // owning area
	Cells bool           // H3 cell of resolution Res
	Res   int            // 0–15, used with Cells
	Field string         // value of a field
	Unit  TimeUnit       // unit of the calendar in which the field's instant lies, used with Field
	Zone  *time.Location // of Unit; nil: UTC
}

// keyer numbers the keys of one By in the order in which it meets them; 0 is the
// empty key. A value stands for a key: the position in the area set, the cell,
// the field's value, the beginning of the unit of time. Not safe for concurrent
// use: every worker has its own.
type keyer struct {
	by     By
	field  int
	strict bool // empty text is a value of its own, not the empty key
	set    *areaSet
	find   *hexgrid.Finder

	values []layers.Value // by number; values[0] is null
	known  map[layers.Value]uint32
	whole  map[int64]uint32 // numbers of 64-bit contents of type typ: the same as known, faster
	typ    layers.FieldType

	seg      *segment // what follows is about its rows
	table    []uint32 // by code in the segment's column: number + 1, 0 for not yet
	owners   *ownerColumn
	cells    *cellColumn
	column   column
	from, to int64            // the last unit of time in microseconds,
	last     uint32           // and its number
	quarters map[int64]uint32 // quarters of hours wholly in one unit: number + 1
}

// keyer checks a By. Errors: Invalid, Forbidden.
func (p *plan) keyer(by By) (*keyer, error) {
	fail := func(format string, args ...any) (*keyer, error) {
		return nil, layers.Invalidf("stats", "by", fmt.Sprintf(format, args...))
	}
	k := &keyer{by: by, field: -1}
	switch {
	case by.Cells:
		if by.Res < 0 || by.Res > hexgrid.MaxResolution {
			return fail("H3 resolution %d is not between 0 and %d", by.Res, hexgrid.MaxResolution)
		}
	case by.Level != layers.NoLevel:
		k.set = p.view.areasOf(by.Level)
	case by.Field != "":
		l := p.table.layer
		if k.field = l.FieldIndex(by.Field); k.field < 0 {
			return fail("layer %s has no field %.80q", l.ID, by.Field)
		}
		if t := l.Fields[k.field].Type; by.Unit != NoUnit && t != layers.DateTime {
			return fail("field %s is a %s, not a time", by.Field, t)
		}
		if err := p.mayCountBy(k.field, false); err != nil {
			return nil, err
		}
		if k.by.Zone == nil {
			k.by.Zone = time.UTC
		}
	}
	return k.fresh(), nil
}

// fresh is a keyer of the same By that knows nothing yet.
func (k *keyer) fresh() *keyer {
	f := &keyer{by: k.by, field: k.field, set: k.set, strict: k.strict, values: make([]layers.Value, 1), known: map[layers.Value]uint32{{}: 0}}
	if !k.strict {
		f.known[layers.Text("")] = 0
	}
	if k.by.Cells {
		f.find = hexgrid.NewFinder(k.by.Res)
	}
	return f
}

func (k *keyer) number(v layers.Value) uint32 {
	n, ok := k.known[v]
	if !ok {
		n = uint32(len(k.values))
		k.values = append(k.values, v)
		k.known[v] = n
	}
	return n
}

// wholeNumber is the number of the value that make makes of n.
func (k *keyer) wholeNumber(n int64, make func(int64) layers.Value) uint32 {
	if c, ok := k.whole[n]; ok {
		return c
	}
	if k.whole == nil {
		k.whole = map[int64]uint32{}
	}
	c := k.number(make(n))
	k.whole[n] = c
	return c
}

// begin takes up the rows of a segment, of which about candidates will be asked.
func (k *keyer) begin(s *segment, candidates int) {
	k.seg, k.column = s, nil
	switch {
	case k.by.Cells:
		if k.cells = s.knownCells(k.by.Res); k.cells == nil && candidates > s.n/8 {
			k.cells = s.cellsOf(k.by.Res)
		}
		if k.cells != nil {
			k.table = make([]uint32, len(k.cells.cells))
		}
	case k.set != nil:
		k.owners = s.ownersOf(k.by.Level, k.set)
		if len(k.table) == 0 {
			k.table = make([]uint32, len(k.set.areas)+1)
		}
	case k.field >= 0:
		k.column = nullColumn{}
		if k.field < len(s.columns) {
			k.column = s.columns[k.field]
		}
		switch c := k.column.(type) {
		case *dictColumn:
			k.table = make([]uint32, len(c.dict)+1)
		case *numberColumn:
			if k.typ != c.typ {
				k.typ, k.whole = c.typ, nil
			}
		}
	}
}

// rows writes the numbers of the keys of rows of the segment last begun.
func (k *keyer) rows(rows, out []uint32) {
	switch {
	case k.by.Cells && k.cells != nil:
		through(k, rows, out, k.cells.code.at, func(code uint32) layers.Value { return cellValue(k.cells.cells[code]) })
	case k.by.Cells:
		for i, row := range rows {
			out[i] = k.cellNumber(k.seg.points[row])
		}
	case k.set != nil:
		through(k, rows, out, k.owners.area.at, func(code uint32) layers.Value { return ownerValue(code - 1) })
	case k.field < 0:
		clear(out[:len(rows)])
	default:
		k.fieldRows(rows, out)
	}
}

// through numbers rows by way of a table of the codes that a column has for them.
func through(k *keyer, rows, out []uint32, code func(uint32) uint32, value func(uint32) layers.Value) {
	last, number := uint32(math.MaxUint32), uint32(0)
	for i, row := range rows {
		if c := code(row); c != last {
			last = c
			if k.table[c] == 0 {
				k.table[c] = k.number(value(c)) + 1
			}
			number = k.table[c] - 1
		}
		out[i] = number
	}
}

func (k *keyer) fieldRows(rows, out []uint32) {
	switch c := k.column.(type) {
	case nullColumn:
		clear(out[:len(rows)])
	case *dictColumn:
		through(k, rows, out, c.code, func(code uint32) layers.Value {
			if code == 0 {
				return layers.Value{}
			}
			return c.dict[code-1]
		})
	case *numberColumn:
		for i, row := range rows {
			switch {
			case c.nulls.has(row):
				out[i] = 0
			case k.by.Unit != NoUnit:
				out[i] = k.unitNumber(c.content(row))
			case c.typ == layers.Number:
				out[i] = k.wholeNumber(int64(math.Float64bits(c.float(row))), func(bits int64) layers.Value {
					return layers.Float(math.Float64frombits(uint64(bits)))
				})
			default:
				out[i] = k.wholeNumber(c.content(row), c.whole)
			}
		}
	default:
		for i, row := range rows {
			out[i] = k.valueNumber(c.value(row))
		}
	}
}

// row is the number of the key of any row.
func (k *keyer) row(r *Row) uint32 {
	if r.seg != nil && k.field < 0 {
		if k.seg != r.seg {
			k.begin(r.seg, 1)
		}
		var out [1]uint32
		k.rows([]uint32{r.row}, out[:])
		return out[0]
	}
	switch {
	case k.by.Cells:
		return k.cellNumber(r.point())
	case k.set != nil:
		return k.number(ownerValue(k.set.owner(r.point())))
	case k.field >= 0:
		return k.valueNumber(r.Value(k.field))
	}
	return 0
}

func (k *keyer) valueNumber(v layers.Value) uint32 {
	if k.by.Unit == NoUnit || v.IsNull() {
		return k.number(v)
	}
	return k.unitNumber(v.Micro())
}

func (k *keyer) cellNumber(p orb.Point) uint32 {
	if !hasPoint(p) {
		return 0
	}
	return k.wholeNumber(int64(k.find.At(p)), func(n int64) layers.Value { return cellValue(hexgrid.Cell(n)) })
}

// unitNumber is the number of the unit of time that holds an instant.
func (k *keyer) unitNumber(us int64) uint32 {
	if k.from <= us && us < k.to {
		return k.last
	}
	const quarter = 15 * 60 * 1_000_000 // offsets are multiples of it, but for times long past
	at := us / quarter
	if us < 0 {
		at--
	}
	if n := k.quarters[at]; n > 0 {
		return n - 1
	}
	from, to := k.by.Unit.span(time.UnixMicro(us).In(k.by.Zone))
	k.from, k.to = from.UnixMicro(), to.UnixMicro()
	k.last = k.number(layers.InstantMicro(k.from))
	if k.from <= at*quarter && (at+1)*quarter <= k.to {
		if k.quarters == nil {
			k.quarters = make(map[int64]uint32)
		}
		k.quarters[at] = k.last + 1
	}
	return k.last
}

func ownerValue(area uint32) layers.Value {
	if area == noArea {
		return layers.Value{}
	}
	return layers.Int(int64(area))
}

func cellValue(c hexgrid.Cell) layers.Value {
	if c == 0 {
		return layers.Value{}
	}
	return layers.Int(int64(c))
}

// Key is one part of the key of a group.
type Key struct {
	Text     string // area code, H3 cell, value or unit of time; "" outside every area, for null and for empty text
	Name     string // of the area
	Cell     hexgrid.Cell
	From, To time.Time // of the unit of time: from inclusive, to exclusive
}
