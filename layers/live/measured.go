package live

import (
	"maps"
	"math"
	"slices"

	"wutu/layers"
)

// Total adds up values of a field for Clumps: to a thousandth, and the same in whatever
// order and parts. The zero Total is the sum of none.
type Total struct {
	thousandths int64
	rest        exactSum // of values that are no thousandths, or large
	some        bool
}

// mostThousandths bounds the values that add up as whole thousandths, to 137 million:
// the sum of 2^25 of them fits.
const mostThousandths = 1 << 37

// thousandths is x as a whole number of thousandths, if it is one.
func thousandths(x float64) (int64, bool) {
	k := math.Round(x * 1000)
	return int64(k), k/1000 == x && math.Abs(k) <= mostThousandths
}

// Add adds a number; null and others than numbers are left out.
func (t *Total) Add(v layers.Value) {
	x := 0.0
	switch v.Type() {
	case layers.Integer:
		x = float64(v.Int())
	case layers.Number:
		x = v.Float()
	default:
		return
	}
	t.some = true
	switch k, ok := thousandths(x); {
	case ok:
		t.thousandths += k
	case v.Type() == layers.Integer:
		t.rest.addInt(v.Int())
	default:
		t.rest.add(x)
	}
}

// Join adds what another total holds.
func (t *Total) Join(o *Total) {
	t.thousandths += o.thousandths
	t.rest.join(&o.rest)
	t.some = t.some || o.some
}

// Value is the sum, rounded to thousandths; ok is false when nothing was added.
func (t *Total) Value() (sum float64, ok bool) {
	return (float64(t.thousandths) + math.Round(t.rest.total()*1000)) / 1000, t.some
}

// measured are the sums of a field's values over the rows before each block, and how
// many rows there have one.
type measured struct {
	thousandths []int64
	have        []uint32
}

// measured returns the segment's sums of a field, nil when some value is not a whole
// number of thousandths. The first call costs O(rows).
func (s *segment) measured(field int) *measured {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.totals[field]; ok {
		return m
	}
	if s.totals == nil {
		s.totals = make(map[int]*measured)
	}
	m := s.measure(field)
	s.totals[field] = m
	return m
}

func (s *segment) measure(field int) *measured {
	number, ok := s.columns[field].(*numberColumn)
	if _, empty := s.columns[field].(nullColumn); !ok && !empty {
		return nil
	}
	blocks := s.shaped/blockRows + 2
	m := &measured{thousandths: make([]int64, 1, blocks), have: make([]uint32, 1, blocks)}
	var sum int64
	var have uint32
	for row := range uint32(s.shaped) {
		if number != nil && !number.nulls.has(row) {
			k, ok := thousandths(number.float(row))
			if !ok {
				return nil
			}
			sum, have = sum+k, have+1
		}
		if (row+1)%blockRows == 0 || int(row)+1 == s.shaped {
			m.thousandths, m.have = append(m.thousandths, sum), append(m.have, have)
		}
	}
	return m
}

// between sums up the rows [lo, hi), which are as those of placeSums.between.
func (m *measured) between(lo, hi uint32) Total {
	a, b := lo/blockRows, (hi+blockRows-1)/blockRows
	return Total{thousandths: m.thousandths[b] - m.thousandths[a], some: m.have[b] > m.have[a]}
}

// summed are the fields whose sums are known.
func (s *segment) summed() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.totals))
}

func (s *segment) measuredBytes() (n int) {
	for _, m := range s.totals {
		if m != nil {
			n += 8*cap(m.thousandths) + 4*cap(m.have)
		}
	}
	return n
}
