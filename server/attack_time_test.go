package server_test

import (
	"testing"
	"time"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
)

// watched is a question the attacker asks again after every change.
type watched struct {
	who   *colluder
	query layers.Query
	in    inside
	cell  string // when asked for as one of the groups by cell of a resolution
	res   int
}

// watch draws questions: places, areas and cells, with filters or without.
func (a *attack) watch(n int) []watched {
	var out []watched
	pairs := clausesOf(model.Persons)
	for i := range n {
		f, p := anybody, a.somewhere(model.Persons)
		if i%3 == 0 {
			f = pairs[a.r.IntN(len(pairs))][a.r.IntN(2)]
		}
		w := watched{who: &a.who[0], query: layers.Query{Layer: model.Persons, Filter: a.filter(f.text)}, in: f.in}
		switch i % 4 {
		case 0, 1:
			d := 1500 * a.r.Float64() * a.r.Float64()
			w.query.Region, w.in = drawn(p, d), w.in.and(disc(p, d))
		case 2:
			area := &a.areas[a.r.IntN(len(a.areas))]
			w.query.Region, w.in = drawn(area.shape, 0), w.in.and(area.holds)
		case 3:
			w.res = 6 + a.r.IntN(5)
			cell, res := hexgrid.At(p, w.res), w.res
			w.cell = cell.String()
			w.in = w.in.and(func(v *victim) bool { return v.has && hexgrid.At(v.at, res) == cell })
		}
		if i%10 == 0 {
			w.query.Region, w.cell, w.in = nil, "", f.in
		}
		if i%7 == 0 {
			w.who = &a.who[1+a.r.IntN(len(a.who)-1)]
			w.in = w.in.and(w.who.area.holds)
		}
		out = append(out, w)
	}
	return out
}

func (a *attack) look(w *watched) said {
	if w.cell == "" {
		return a.ask(w.who, w.query)
	}
	s, ok := a.groups(w.who, w.query, live.By{Cells: true, Res: w.res})[w.cell]
	if !ok && a.guard {
		return said{hi: attackK - 1} // a cell that is not there is one that is withheld
	}
	return s
}

// passed is what happened to one person: before and after, nil outside the city.
type passed struct{ before, after *victim }

// happen lets one person come, move or go; coming lets one come.
func (c *attackCity) happen(b *layers.Batch, coming bool) passed {
	rows := c.rows[model.Persons]
	i := c.r.IntN(len(rows))
	old, what := rows[i], c.r.IntN(3)
	if coming {
		what = 0
	}
	switch what {
	case 0:
		near := rows[i].at
		if c.r.IntN(3) == 0 || !rows[i].has {
			near = at(c.r.IntN(16), c.r.Float64(), c.r.Float64())
		}
		c.settle(b, model.Persons, near)
		come := c.rows[model.Persons][len(rows)]
		return passed{after: &come}
	case 1:
		moved := old
		moved.at, moved.has = at(c.r.IntN(16), c.r.Float64(), c.r.Float64()), true
		rows[i] = moved
		b.Changes = append(b.Changes, moved.change(model.Persons))
		return passed{&old, &moved}
	default:
		rows[i] = rows[len(rows)-1]
		c.rows[model.Persons] = rows[:len(rows)-1]
		b.Changes = append(b.Changes, layers.Change{Op: layers.Delete, Layer: model.Persons, ID: old.id})
		return passed{before: &old}
	}
}

// history is what was told of one question, and what happened behind it, step by
// step.
type history struct {
	told []said
	net  []int // rows more than at the beginning
	all  []int // comings and leavings so far
}

// differences is what came of comparing every two moments of a history.
type differences struct {
	tried    int
	small    int // from 1 to k-1, more or less, in the computation, true or not
	equal    int // of these: equal to a true change of fewer than k comings and leavings between the two moments
	isolated int // of these: since the watch began fewer than k came, left or moved in the city
}

// differ compares every two moments. The number of a release is the sum of whole
// groups that came less that of whole groups that left, at any time before: twelve
// that came and eleven that left are one more. Such a difference can equal what
// happened between two moments, by chance and unknown to the attacker, who cannot
// tell which of the earlier events it counts. It isolates a change when there were
// no k events that it could count.
func (h *history) differ(d *differences, events []int) {
	for j := range h.told[:len(events)] {
		for i := range j {
			d.tried++
			lo, hi := h.told[j].lo-h.told[i].hi, h.told[j].hi-h.told[i].lo
			up := hi > 0
			if !up {
				lo, hi = -hi, -lo
			}
			if lo < 1 || hi >= attackK {
				continue
			}
			d.small++
			net, all := h.net[j]-h.net[i], h.all[j]-h.all[i]
			if n := max(net, -net); all > 0 && all < attackK && n >= lo && n <= hi && (net > 0) == up {
				d.equal++
				if events[j] < attackK {
					d.isolated++
				}
			}
		}
	}
}

// Answers asked again while persons come, move and go one by one, and over
// restarts, tell of no change of fewer than k; suppressed exact counts do.
func TestReconstructionAttackOverTime(t *testing.T) {
	r := geotest.Rand(t)
	c := newAttackCity(t, r)
	defer func() { c.live.Close() }()
	steps := min(max(attackQueries(t)/1000, 60), 400)
	on, off := newAttack(c, true), newAttack(c, false)
	battery := on.watch(100)
	open, shut := make([]history, len(battery)), make([]history, len(battery))
	began := time.Now()
	published := map[uint64]bool{}
	var soFar []int // events in the city
	happened := 0
	for step := range steps {
		var events []passed
		if step > 0 {
			n := 1
			if step%12 == 0 {
				n = 60 // a new house: something may be published
			}
			b := layers.Batch{Actor: "test", At: now()}
			seen := map[string]bool{}
			for range n {
				one := layers.Batch{}
				e := c.happen(&one, step < steps/3)
				if id := one.Changes[0].ID; seen[id] { // in a batch of its own
					c.commit(c.live.Apply(t.Context(), b))
					b.Changes, seen = nil, map[string]bool{}
				}
				seen[one.Changes[0].ID] = true
				b.Changes = append(b.Changes, one.Changes...)
				events = append(events, e)
			}
			c.commit(c.live.Apply(t.Context(), b))
		}
		if step%9 == 5 {
			c.open()
		}
		if err := c.live.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		happened += len(events)
		soFar = append(soFar, happened)
		on.view, off.view = c.live.View(), c.live.View()
		for i := range battery {
			w, net, all := &battery[i], 0, 0
			for _, e := range events {
				was, is := e.before != nil && w.in(e.before), e.after != nil && w.in(e.after)
				if was != is {
					all++
					if is {
						net++
					} else {
						net--
					}
				}
			}
			exact := *w
			for j := range on.who {
				if w.who == &on.who[j] {
					exact.who = &off.who[j]
				}
			}
			shut[i].add(on.look(w), net, all)
			open[i].add(off.look(&exact), net, all)
		}
		published[c.live.View().ReleaseSeq(model.Persons)] = true
	}
	sum := func(hs []history, events []int) (d differences) {
		for i := range hs {
			hs[i].differ(&d, events)
		}
		return d
	}
	growing, guarded, exact := sum(shut, soFar[:steps/3]), sum(shut, soFar), sum(open, soFar)
	t.Logf("%d steps, %d publications, %.1f s\nguard on: %d queries, %d differences tried, %d changes isolated (%d of 1 to %d rows, %d equal to what happened)\n"+
		"guard off: %d queries, %d changes isolated (%d of 1 to %d rows, %d equal to what happened)",
		steps, len(published), time.Since(began).Seconds(), on.asked, guarded.tried, guarded.isolated, guarded.small, attackK-1, guarded.equal,
		off.asked, exact.isolated, exact.small, attackK-1, exact.equal)
	if growing.small > 0 {
		t.Errorf("while persons only came, %d differences are of 1 to %d", growing.small, attackK-1)
	}
	if guarded.isolated > 0 {
		t.Errorf("%d changes of fewer than %d are isolated", guarded.isolated, attackK)
	}
	if guarded.equal*20 > guarded.small {
		t.Errorf("of %d small differences %d are what happened: more than chance", guarded.small, guarded.equal)
	}
	if exact.equal*5 < exact.small || exact.isolated < 50 || len(published) < 3 {
		t.Errorf("the attack is weak: %d changes of exact counts, %d publications", exact.isolated, len(published))
	}
}

func (h *history) add(s said, net, all int) {
	if n := len(h.net); n > 0 {
		net, all = net+h.net[n-1], all+h.all[n-1]
	}
	h.told, h.net, h.all = append(h.told, s), append(h.net, net), append(h.all, all)
}
