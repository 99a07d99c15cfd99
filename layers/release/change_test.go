package release

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"wutu/geo/geotest"
	"wutu/layers"
)

// change is what happened to one row.
type change struct{ old, new *Row }

// live lets things happen in the city: rows come, leave, move and change.
func (c *city) live(kind string, n int) (out []change) {
	for range n {
		i := c.r.IntN(len(c.rows) + 1)
		what := c.r.IntN(10)
		switch {
		case i == len(c.rows) || what < 3: // somebody comes
			p, has := c.somewhere(kind)
			row := c.row(p, has)
			c.rows = append(c.rows, row)
			out = append(out, change{nil, &row})
		case what < 6: // somebody leaves
			old := c.rows[i]
			c.rows = slices.Delete(c.rows, i, i+1)
			out = append(out, change{&old, nil})
		case what < 8: // somebody moves
			old := c.rows[i]
			p, has := c.somewhere(kind)
			row := c.row(p, has)
			c.rows[i] = row
			out = append(out, change{&old, &row})
		default: // something else about somebody changes
			old, row := c.rows[i], c.rows[i]
			row.Values = c.row(row.Point, row.Has).Values
			c.rows[i] = row
			out = append(out, change{&old, &row})
		}
	}
	return out
}

// leave lets n random rows leave.
func (c *city) leave(n int) (out []change) {
	for range min(n, len(c.rows)) {
		i := c.r.IntN(len(c.rows))
		old := c.rows[i]
		c.rows = slices.Delete(c.rows, i, i+1)
		out = append(out, change{&old, nil})
	}
	return out
}

func apply(t *testing.T, r *Release, changes []change) {
	t.Helper()
	for _, c := range changes {
		if err := r.Apply(c.old, c.new); err != nil {
			t.Fatal(err)
		}
	}
}

// count is the number of rows of each base cell.
func (c *city) count() map[cellOf]int {
	out := make(map[cellOf]int)
	for i := range c.rows {
		out[keyOf(&c.rows[i])]++
	}
	return out
}

// Over years of change and restarts, everything published stands for groups of at
// least k rows that came or left together, and a release that went through its
// stored state at every step is the same as one that never stopped.
func TestChange(t *testing.T) {
	r := geotest.Rand(t)
	published := 0
	for range 8 {
		for _, kind := range cityKinds {
			k := 2 + r.IntN(12)
			c := newCity(r, kind, r.IntN(800))
			steady := New(c.config(k), c.seq())
			resumed := New(c.config(k), c.seq())
			accounted := make(map[cellOf]int) // the model: what is published of each base cell
			for range 25 {
				due := steady.Due()
				if due && !resumed.Due() {
					t.Fatal("restarted release is due later")
				}
				ok := checkPublication(t, c, steady, accounted, k)
				if ok && !due {
					t.Fatal("there was something to publish, but it was not due")
				}
				if publish(t, resumed) != ok {
					t.Fatal("restarted release publishes at another time")
				}
				if ok {
					published++
				}
				checkTotals(t, steady, accounted, k)
				if !reflect.DeepEqual(steady.Blocks(), resumed.Blocks()) {
					t.Fatal("restarted release has other blocks")
				}
				stored := steady.State().Encode()
				if !bytes.Equal(stored, resumed.State().Encode()) {
					t.Fatal("restarted release has another state")
				}
				state, err := Decode(stored)
				if err != nil {
					t.Fatal(err)
				}

				var changes []change
				switch r.IntN(8) {
				case 0:
					changes = c.leave(r.IntN(len(c.rows) + 1))
				case 1:
					changes = c.leave(r.IntN(3 * k))
				default:
					changes = c.live(kind, r.IntN(20*k))
				}
				apply(t, steady, changes)
				c.r.Shuffle(len(c.rows), func(i, j int) { c.rows[i], c.rows[j] = c.rows[j], c.rows[i] })
				if resumed, err = Resume(c.config(k), state, c.seq()); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(steady.Blocks(), resumed.Blocks()) {
					t.Fatal("restart or change shows other blocks before a publication")
				}
			}
		}
	}
	if published < 300 {
		t.Fatalf("only %d publications", published)
	}
}

// checkPublication makes and adopts the next publication and follows its groups
// in the model.
func checkPublication(t *testing.T, c *city, r *Release, accounted map[cellOf]int, k int) bool {
	t.Helper()
	p := r.newPublication()
	first, ok := len(p.blocks) == 0, false
	if first {
		clear(accounted)
		ok = p.found()
	} else {
		ok = p.follow()
	}
	next, published := r.Next()
	if ok != published {
		t.Fatal("the same publication fails the second time")
	}
	if !ok {
		return false
	}
	now := c.count()
	for _, side := range []struct {
		groups []group
		sign   int
	}{{p.came, 1}, {p.left, -1}} {
		for i := range side.groups {
			n := 0
			for e := range side.groups[i].all() {
				key := keyIn(r, e.base)
				if d := side.sign * (now[key] - accounted[key]); d != int(e.n) {
					t.Fatalf("%d rows of %v in a group, %d changed", e.n, key, d)
				}
				accounted[key] = now[key]
				n += int(e.n)
			}
			if n < k {
				t.Fatalf("group of %d rows, k is %d", n, k)
			}
		}
	}
	if len(next.blocks) == 0 {
		clear(accounted)
	}
	if err := r.Adopt(next); err != nil {
		t.Fatal(err)
	}
	return true
}

// checkTotals compares the blocks with the model.
func checkTotals(t *testing.T, r *Release, accounted map[cellOf]int, k int) {
	t.Helper()
	model, total := 0, 0
	for _, n := range accounted {
		model += n
	}
	s := r.State()
	sums := make([]int64, len(s.schema.measures))
	for i := range s.blocks {
		b := &s.blocks[i]
		if b.n < k {
			t.Fatalf("block of %d rows, k is %d", b.n, k)
		}
		total += b.n
		for m := range sums {
			sums[m] += b.sums[m]
		}
		for _, w := range r.Blocks()[i].With {
			if w > 0 && w < k {
				t.Fatalf("block tells of the values of %d rows, k is %d", w, k)
			}
			if w > b.n || w < b.n && b.n-w < k {
				t.Fatalf("%d values in %d rows, k is %d", w, b.n, k)
			}
		}
	}
	if model != total {
		t.Fatalf("%d rows in blocks, %d in the model", total, model)
	}
	for i, sum := range s.sums {
		sums[i%len(sums)] -= sum
	}
	if slices.ContainsFunc(sums, func(v int64) bool { return v != 0 }) {
		t.Fatalf("blocks have %v more units than is accounted for", sums)
	}
}

// Fewer than k changes are never published, whatever they are and in however
// many restarts they come.
func TestFewChanges(t *testing.T) {
	r := geotest.Rand(t)
	for range 30 {
		for _, kind := range cityKinds {
			k := 2 + r.IntN(12)
			c := newCity(r, kind, 100+r.IntN(800))
			rel := New(c.config(k), c.seq())
			if !publish(t, rel) {
				t.Fatal("nothing to publish")
			}
			before := rel.Blocks()
			for range k - 1 {
				apply(t, rel, c.live(kind, 1))
				if publish(t, rel) || !reflect.DeepEqual(before, rel.Blocks()) {
					t.Fatal("fewer than k changes are seen")
				}
				if r.IntN(4) == 0 {
					var err error
					if rel, err = Resume(c.config(k), rel.State(), c.seq()); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// A city that grows or shrinks is followed: what waits is bounded.
func TestFollow(t *testing.T) {
	r := geotest.Rand(t)
	const k = 10
	c := newCity(r, "clustered", 3000)
	rel := New(c.config(k), c.seq())
	publish(t, rel)
	for step := range 40 {
		var changes []change
		for range 30 {
			if step < 20 {
				p, has := c.somewhere("clustered")
				row := c.row(p, has)
				c.rows = append(c.rows, row)
				changes = append(changes, change{nil, &row})
			} else {
				changes = append(changes, c.leave(1)...)
			}
		}
		apply(t, rel, changes)
		if rel.Due() {
			publish(t, rel)
		}
		type counts [2]layers.Value
		shown, truth := make(map[counts]int), make(map[counts]int)
		for _, b := range rel.Blocks() {
			shown[counts(b.Dims)] += b.N
		}
		for i := range c.rows {
			truth[keyOf(&c.rows[i]).dims]++
		}
		for dims, n := range truth {
			// Rows that came and rows that left wait, and the rare ones were mixed in.
			if d := shown[dims] - n; d >= 2*max(k, n/50) || -d >= 2*max(k, n/50) {
				t.Fatalf("step %d: %d %v shown of %d", step, shown[dims], dims, n)
			}
		}
	}
}

// Rows that were never counted cannot leave.
func TestApplyRefuses(t *testing.T) {
	c := newCity(rand.New(rand.NewPCG(1, 2)), "even", 50)
	r := New(c.config(5), c.seq())
	other := c.row(c.origin, true)
	other.Cell = 0
	before := r.total
	if err := r.Apply(&other, &c.rows[0]); layers.KindOf(err) != layers.Conflict {
		t.Fatalf("a foreign row left: %v", err)
	}
	if r.total != before {
		t.Fatal("a refused change was counted")
	}
	publish(t, r)
	stale := r.State()
	apply(t, r, c.live("even", 200))
	next, ok := r.Next()
	if !ok {
		t.Fatal("nothing to publish")
	}
	if err := r.Adopt(stale); layers.KindOf(err) != layers.Conflict {
		t.Fatalf("a stale state was adopted: %v", err)
	}
	if err := r.Adopt(next); err != nil {
		t.Fatal(err)
	}
	if err := r.Adopt(next); layers.KindOf(err) != layers.Conflict {
		t.Fatalf("a state was adopted twice: %v", err)
	}
}

// Base cells that everybody left are forgotten, and nothing else.
func TestCompact(t *testing.T) {
	r := geotest.Rand(t)
	c := newCity(r, "even", 2*idleLimit)
	rel := New(c.config(4), c.seq())
	publish(t, rel)
	compacted := false
	for range 25 {
		apply(t, rel, c.leave(200))
		s, ok := rel.Next()
		if !ok {
			continue
		}
		cells := len(rel.ledger.keys)
		if err := rel.Adopt(s); err != nil {
			t.Fatal(err)
		}
		compacted = compacted || len(rel.ledger.keys) < cells
		if !bytes.Equal(s.Encode(), rel.State().Encode()) {
			t.Fatal("compacting changed the state")
		}
		again, err := Resume(c.config(4), s, c.seq())
		if err != nil {
			t.Fatal(err)
		}
		a, okA := rel.Next()
		b, okB := again.Next()
		if okA != okB || okA && !bytes.Equal(a.Encode(), b.Encode()) {
			t.Fatal("after compacting the release goes on otherwise")
		}
		apply(t, rel, c.live("even", 20))
	}
	if !compacted {
		t.Fatal("nothing was forgotten")
	}
}
