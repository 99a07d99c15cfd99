package release

import (
	"slices"
	"testing"

	"wutu/geo/geotest"
)

// prime is the modulus of the linear algebra; coefficients are small.
const prime = 1_000_000_007

func power(b, e int) int {
	out := 1
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			out = out * b % prime
		}
		b = b * b % prime
	}
	return out
}

// space is a set of vectors in reduced row echelon form.
type space struct {
	rows   [][]int
	pivots []int
}

// add reduces v and keeps what is new of it.
func (s *space) add(v []int) {
	v = slices.Clone(v)
	for i, p := range s.pivots {
		subtract(v, s.rows[i], v[p])
	}
	p := slices.IndexFunc(v, func(x int) bool { return x != 0 })
	if p < 0 {
		return
	}
	inverse := power(v[p], prime-2)
	for i := range v {
		v[i] = v[i] * inverse % prime
	}
	for _, row := range s.rows {
		subtract(row, v, row[p])
	}
	s.rows, s.pivots = append(s.rows, v), append(s.pivots, p)
}

func subtract(v, w []int, times int) {
	if times == 0 {
		return
	}
	for i := range v {
		v[i] = ((v[i]-times*w[i])%prime + prime) % prime
	}
}

// narrowest is the least number of rows that a vector of the basis speaks of.
func (s *space) narrowest() int {
	least := 1 << 30
	for _, row := range s.rows {
		n := 0
		for _, x := range row {
			if x != 0 {
				n++
			}
		}
		least = min(least, n)
	}
	return least
}

// An answer is a sum over rows. All that can be computed from many answers by
// adding, subtracting and scaling them is the space they span: for a release it
// is spanned by its blocks, and no vector of its basis speaks of fewer than k
// rows. For exact counts with small ones suppressed it holds single rows.
func TestSpan(t *testing.T) {
	r := geotest.Rand(t)
	const k = 5
	{
		for _, kind := range []string{"even", "clustered", "border"} {
			c := newCity(r, kind, 100)
			p := New(c.config(k), c.seq()).newPublication()
			if !p.found() {
				t.Fatal("nothing to publish")
			}
			member := make(map[cellOf]int) // block of a base cell
			for i := range p.came {
				for e := range p.came[i].all() {
					member[keyIn(p.Release, e.base)] = i
				}
			}
			blocks := c.released(p.Release.show(p.state()))
			exact := c.exact()
			var released, suppressed space
			a := &attacker{r: r, c: c, o: &oracle{things: exact, k: k}}
			a.how = make(map[string]int)
			for range 1500 {
				f, at, d := a.filter(), a.where(), 0.008*r.Float64()
				q := func(x *thing) bool { return x.has && f(x) && squared(x.at, at) <= d*d }
				of := make([]int, len(c.rows))
				n := 0
				for i := range blocks {
					if q(&blocks[i]) {
						n += blocks[i].n
					}
				}
				for i := range c.rows {
					if q(&blocks[member[keyOf(&c.rows[i])]]) {
						of[i] = 1
						n--
					}
				}
				if n != 0 {
					t.Fatalf("an answer counts %d rows more than its blocks hold", n)
				}
				released.add(of)

				clear(of)
				for i := range exact {
					if q(&exact[i]) {
						of[i] = 1
						n++
					}
				}
				if n >= k {
					suppressed.add(of)
				}
			}
			if len(released.rows) > len(blocks) || released.narrowest() < k {
				t.Fatalf("answers of a release span %d dimensions of %d blocks and speak of %d rows",
					len(released.rows), len(blocks), released.narrowest())
			}
			if len(released.rows)*2 < len(blocks) {
				t.Fatalf("only %d of %d blocks were seen", len(released.rows), len(blocks))
			}
			if n := suppressed.narrowest(); n != 1 {
				t.Fatalf("suppressed exact answers speak of no fewer than %d rows", n)
			}
		}
	}
}
