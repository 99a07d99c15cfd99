package live

import (
	"bytes"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
)

// conjunct is one of the conditions that a filter, or the condition of a policy,
// joins by AND: a row fulfils the whole when each is true.
type conjunct struct {
	program *cql2.Program
	field   int // the one field that decides; -1 when there is more to it
}

// conjuncts splits an expression whose program is known.
func conjuncts(e layers.Expr, program *cql2.Program, l *layers.Layer) ([]conjunct, error) {
	and, ok := e.(layers.And)
	if !ok {
		c := conjunct{program: program, field: -1}
		if f, ok := program.Alone(); ok {
			c.field = f
		}
		return []conjunct{c}, nil
	}
	var out []conjunct
	for _, arg := range and.Args {
		part, err := cql2.Compile(arg, l)
		if err != nil {
			return nil, err
		}
		own, err := conjuncts(arg, part, l)
		if err != nil {
			return nil, err
		}
		out = append(out, own...)
	}
	return out, nil
}

// screen applies a plan's conjuncts to the rows of one segment. Where a field is
// kept as a dictionary, a condition on it alone is judged once for each value that
// comes by; a row then costs a look at its code. For one goroutine.
type screen struct {
	tables []verdicts
	rest   []*cql2.Program
}

// verdicts of one condition on the values of one column.
type verdicts struct {
	column  *dictColumn
	program *cql2.Program
	field   int
	of      []verdict // by code
}

// mostVerdicts bounds the dictionaries that are judged by value: the room for the
// verdicts is cleared for every query.
const mostVerdicts = 1 << 16

type verdict uint8

const (
	unheard verdict = iota
	refused
	admitted
)

// screen of a plan for a segment; nil when the plan has no such conditions.
func (p *plan) screen(s *segment) *screen {
	if len(p.conjuncts) == 0 {
		return nil
	}
	out := &screen{}
	for _, c := range p.conjuncts {
		if c.field >= 0 && c.field < len(s.columns) {
			if col, ok := s.columns[c.field].(*dictColumn); ok && len(col.dict) <= mostVerdicts {
				out.tables = append(out.tables, verdicts{column: col, program: c.program, field: c.field, of: make([]verdict, len(col.dict)+1)})
				continue
			}
		}
		out.rest = append(out.rest, c.program)
	}
	return out
}

// admitsCode reports whether a row fulfils the conditions judged by value.
func (s *screen) admitsCode(row uint32) bool {
	for i := range s.tables {
		if !s.tables[i].admits(row) {
			return false
		}
	}
	return true
}

// admitsRest reports whether a row fulfils the other conditions; r shows every
// field as it is.
func (s *screen) admitsRest(r *Row) bool {
	for _, program := range s.rest {
		if !program.Match(r) {
			return false
		}
	}
	return true
}

// alone returns the condition that is all of the screen, if it is one on a column
// of bytes; nil otherwise.
func (s *screen) alone() *verdicts {
	if s == nil || len(s.tables) != 1 || s.rest != nil || s.tables[0].column.narrow == nil {
		return nil
	}
	return &s.tables[0]
}

func (v *verdicts) admits(row uint32) bool {
	code := v.column.code(row)
	if v.of[code] == unheard {
		v.hear(code)
	}
	return v.of[code] == admitted
}

func (v *verdicts) hear(code uint32) {
	r := valueRow{field: v.field}
	if code > 0 {
		r.value = v.column.dict[code-1]
	}
	v.of[code] = refused
	if v.program.Match(&r) {
		v.of[code] = admitted
	}
}

// countNarrow counts the rows of [lo, hi) that are admitted and not dead.
func (v *verdicts) countNarrow(dead deadRows, lo, hi uint32) int {
	codes := v.column.narrow[lo:hi]
	n := 0
	if len(codes) < 64*len(v.of) { // not worth a look at every value
		for i, code := range codes {
			if v.of[code] == unheard {
				v.hear(uint32(code))
			}
			if v.of[code] == admitted && !dead.has(lo+uint32(i)) {
				n++
			}
		}
		return n
	}
	for code := range v.of {
		if v.of[code] == unheard {
			v.hear(uint32(code))
		}
		if v.of[code] == admitted {
			n += bytes.Count(codes, []byte{byte(code)})
		}
	}
	dead.each(lo, hi, func(row uint32) {
		if v.of[v.column.narrow[row]] == admitted {
			n--
		}
	})
	return n
}

// valueRow is a row of which one value is known.
type valueRow struct {
	field int
	value layers.Value
}

func (*valueRow) ID() string             { return "" }
func (*valueRow) Geometry() orb.Geometry { return nil }

func (r *valueRow) Value(i int) layers.Value {
	if i == r.field {
		return r.value
	}
	return layers.Value{}
}
