package server_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
)

// The attack asks live.View what the handlers ask it, in the name of several
// subjects without clearance who tell each other everything, and subtracts the
// answers from each other.
//
// An answer says of a set of persons that they are from lo to hi: a number that
// is shown says n to n, one that is withheld says what can be below the threshold
// k: 0 to k-1, or 1 to k-1 where zero is shown as zero. Of two sets of which one
// holds the other, or of a set and parts of it that do not meet, the attacker
// computes what is left from the bounds. What is left is isolated when
//
//   - the attacker's bounds say that somebody is there and fewer than k
//     (1 <= lo, hi < k), whatever number in between, and
//   - that is true: the rows of the set, which the test finds by trying every row
//     of the population, are between lo and hi.
//
// So a group is isolated not only when its number is known, but when it is known
// to be there and to be small. Sums isolate when the difference of two sums is the
// true sum of 1 to k-1 rows; the values are large and different, so that this is
// no accident. And what is left in a first publication must not be between 1 and
// k-1 in the attacker's computation at all, true or not.

// said is what an answer tells of a set.
type said struct {
	lo, hi int
	sum    float64 // of the measure; NaN when not told
}

// colluder is one of the subjects who attack together.
type colluder struct {
	subject layers.Subject
	area    *attackArea // nil: the whole city
}

// attack is one attacker, with the guard on or off. With the guard off the exact
// counts of a cleared subject are told, but for those from 1 to k-1: small counts
// are suppressed and nothing else is done.
type attack struct {
	c     *attackCity
	r     *rand.Rand
	guard bool
	view  *live.View
	who   []colluder
	areas []attackArea

	asked, tried int
	small        int // differences from 1 to k-1 in the computation
	exact        int // isolated with their number
	found        map[uint64]bool
	how          map[string]int
}

func newAttack(c *attackCity, guard bool) *attack {
	a := &attack{c: c, r: c.r, guard: guard, view: c.live.View(), areas: attackAreas(), found: map[uint64]bool{}, how: map[string]int{}}
	for i, role := range []layers.Role{layers.Planner, layers.Dispatcher, layers.Supervisor, layers.Planner} {
		w := colluder{subject: layers.Subject{ID: fmt.Sprintf("a%d", i), Role: role, Cleared: !guard}}
		for j := range a.areas {
			if code := a.areas[j].code; i == 1 && code == "420502" || i == 2 && code == "420503" || i == 3 && code == gridID(5) {
				w.area, w.subject.Region = &a.areas[j], code
			}
		}
		a.who = append(a.who, w)
	}
	return a
}

// inside is the set of a question as the test knows it.
type inside func(*victim) bool

func (f inside) and(g inside) inside { return func(v *victim) bool { return f(v) && g(v) } }
func (f inside) without(g inside) inside {
	return func(v *victim) bool { return f(v) && !g(v) }
}

// tell is what the attacker is told of n rows.
func (a *attack) tell(n live.Count, sums []float64) said {
	sum := math.NaN()
	if len(sums) > 0 {
		sum = sums[0]
	}
	switch {
	case n.Below > 0 && !math.IsNaN(sum):
		a.c.t.Fatalf("a sum is told of a count that is withheld")
	case n.Below > 0:
		return said{hi: n.Below - 1, sum: sum}
	case !a.guard && n.N > 0 && n.N < attackK:
		return said{lo: 1, hi: attackK - 1, sum: math.NaN()}
	case a.guard && n.N < attackK:
		a.c.t.Fatalf("%d is told", n.N)
	}
	return said{lo: n.N, hi: n.N, sum: sum}
}

// ask asks for a count, or for a count with the sum of a measure.
func (a *attack) ask(who *colluder, q layers.Query, measure ...live.Measure) said {
	a.asked++
	q.Subject = who.subject
	if len(measure) > 0 {
		groups, err := a.view.Group(a.c.t.Context(), q, live.By{}, measure)
		if err != nil {
			a.c.t.Fatal(err)
		}
		if len(groups) == 0 {
			return said{}
		}
		return a.tell(groups[0].Count, groups[0].Measures)
	}
	n, err := a.view.Count(a.c.t.Context(), q)
	if err != nil {
		a.c.t.Fatal(err)
	}
	return a.tell(n, nil)
}

// groups asks for the counts by key.
func (a *attack) groups(who *colluder, q layers.Query, by live.By) map[string]said {
	a.asked++
	q.Subject = who.subject
	groups, err := a.view.Group(a.c.t.Context(), q, by, nil)
	if err != nil {
		a.c.t.Fatal(err)
	}
	out := make(map[string]said, len(groups))
	for i := range groups {
		out[groups[i].Key] = a.tell(groups[i].Count, nil)
	}
	return out
}

// judge is told the bounds that the attacker has of a set.
func (a *attack) judge(how, layer string, lo, hi int, in inside) {
	a.tried++
	if lo < 1 || hi < lo || hi >= attackK {
		return
	}
	if lo == hi {
		a.small++
	}
	n, id := 0, fnv.New64a()
	for i := range a.c.rows[layer] {
		if v := &a.c.rows[layer][i]; in(v) {
			n++
			id.Write([]byte(v.id))
		}
	}
	if n < lo || n > hi {
		if !a.guard {
			a.c.t.Fatalf("%s: %d to %d are left of exact answers, and %d by trying every row", how, lo, hi, n)
		}
		return
	}
	if lo == hi {
		a.exact++
	}
	a.found[id.Sum64()] = true
	a.how[how]++
}

// less judges a set without one of its parts.
func (a *attack) less(how, layer string, whole, part said, in inside) {
	a.judge(how, layer, max(0, whole.lo-part.hi), whole.hi-part.lo, in)
}

// link is a question of a chain in which each set holds the one before.
type link struct {
	said
	in      inside
	covered bool // the parts it is judged with leave nothing of it
}

// nested subtracts every answer of a chain from all behind it.
func (a *attack) nested(how, layer string, chain []link) {
	for i := range chain {
		for j := range i {
			a.less(how, layer, chain[i].said, chain[j].said, chain[i].in.without(chain[j].in))
			a.sums(how, layer, &chain[i], &chain[j])
		}
	}
}

// sums judges the difference of two sums.
func (a *attack) sums(how, layer string, whole, part *link) {
	d := whole.sum - part.sum
	if math.IsNaN(d) || d == 0 {
		return
	}
	a.tried++
	n, sum, id := 0, int64(0), fnv.New64a()
	for i := range a.c.rows[layer] {
		if v := &a.c.rows[layer][i]; whole.in(v) && !part.in(v) {
			n++
			sum += v.money
			id.Write([]byte(v.id))
		}
	}
	if n > 0 && n < attackK && float64(sum) == d {
		a.exact++
		a.found[id.Sum64()] = true
		a.how[how+" (sum)"]++
	}
}

// parts subtracts from a whole each of its parts, all but each, and all that are
// told.
func (a *attack) parts(how, layer string, whole link, parts []link) {
	lo, hi := 0, 0
	told, withheld := 0, 0
	var shown []inside
	for i := range parts {
		p := &parts[i]
		a.less(how, layer, whole.said, p.said, whole.in.without(p.in))
		lo, hi = lo+p.lo, hi+p.hi
		if p.lo == p.hi {
			told += p.lo
			shown = append(shown, p.in)
		} else {
			withheld++
		}
	}
	rest := func(v *victim) bool {
		for _, in := range shown {
			if in(v) {
				return false
			}
		}
		return whole.in(v)
	}
	a.judge(how, layer, max(0, whole.lo-told), whole.hi-told, rest)
	for i := range parts { // bounds of one part from the others
		p := &parts[i]
		if !whole.covered {
			break
		}
		a.judge(how, layer, max(p.lo, whole.lo-(hi-p.hi)), min(p.hi, whole.hi-(lo-p.lo)), whole.in.and(p.in))
	}
}

// run attacks until so many queries were asked.
func (a *attack) run(queries int) {
	for a.asked < queries {
		a.round()
	}
}

func (a *attack) report(what string, began time.Time) {
	a.c.t.Logf("%s: %d queries, %d differences tried, %d of them from 1 to %d, %d groups isolated (%d times, %d with their number) %v, %.1f s",
		what, a.asked, a.tried, a.small, attackK-1, len(a.found), times(a.how), a.exact, a.how, time.Since(began).Seconds())
}

func times(how map[string]int) (n int) {
	for _, m := range how {
		n += m
	}
	return n
}

// attackQueries is the number of queries of the attack: WUTU_ATTACK, or what fits
// in the usual tests.
func attackQueries(t *testing.T) int {
	text := os.Getenv("WUTU_ATTACK")
	if text == "" {
		return 70_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 {
		t.Fatalf("WUTU_ATTACK=%q is no number of queries", text)
	}
	return n
}

// Whoever may only count isolates no group, with the guard on; the same attack on
// suppressed exact counts isolates many.
func TestReconstructionAttack(t *testing.T) {
	r := geotest.Rand(t)
	queries := attackQueries(t)
	c := newAttackCity(t, r)
	defer func() { c.live.Close() }()
	began := time.Now()
	on := newAttack(c, true)
	on.run(queries)
	on.report("guard on", began)
	if len(on.found) > 0 || on.small > 0 {
		t.Errorf("with the guard on %d groups are isolated, %d differences are below the threshold", len(on.found), on.small)
	}
	began = time.Now()
	off := newAttack(c, false)
	off.run(max(4000, queries/20))
	off.report("guard off", began)
	if len(off.found) < 100 || off.exact < 100 {
		t.Errorf("with the guard off only %d groups are isolated: the attack is weak", len(off.found))
	}
	for _, layer := range []string{model.Persons, model.Households} {
		if n := on.ask(&on.who[0], layers.Query{Layer: layer}); n.lo != len(c.rows[layer]) {
			t.Errorf("%s: %d of %d are released", layer, n.lo, len(c.rows[layer]))
		}
	}
}
