package server_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
)

// attackK is the threshold of the layers under attack.
const attackK = layers.DefaultMinCount

// victim is a row the attacker is after: a person or a household. The attacker
// knows none of it; the test does.
type victim struct {
	id    string
	at    orb.Point
	has   bool
	sex   string
	kind  string
	money int64 // of a household: its measure, different for everybody
}

// attackCity is the known population: the areas of the test city, crowded houses,
// scattered farms with one or two persons, persons of rare kinds, and some
// without a place.
type attackCity struct {
	t     testing.TB
	r     *rand.Rand
	store *memstore.Store
	live  *live.Catalog
	rows  map[string][]victim // by layer
	next  int
}

func newAttackCity(t testing.TB, r *rand.Rand) *attackCity {
	c := &attackCity{t: t, r: r, store: memstore.NewWithClock(now), rows: map[string][]victim{}}
	c.commit(c.store.Apply(t.Context(), layers.Batch{Layers: model.Layers(), At: now()}))
	b := layers.Batch{Actor: "test", At: now()}
	frame(&b)
	things(&b)
	for range 40 { // houses
		n := r.IntN(12) // grids 12 to 15 have farms only
		at := at(n, r.Float64(), r.Float64())
		for range 5 + r.IntN(100) {
			c.settle(&b, model.Persons, at)
		}
		for range 2 + r.IntN(30) {
			c.settle(&b, model.Households, at)
		}
	}
	for range 60 { // farms
		at := at(r.IntN(16), r.Float64(), r.Float64())
		for range 1 + r.IntN(2) {
			c.settle(&b, model.Persons, at)
		}
		c.settle(&b, model.Households, at)
	}
	for range 13 {
		c.settle(&b, model.Persons, orb.Point{})
	}
	c.commit(c.store.Apply(t.Context(), b))
	c.open()
	return c
}

func (c *attackCity) commit(_ uint64, err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// open starts the program on the store, as after a restart.
func (c *attackCity) open() {
	c.t.Helper()
	if c.live != nil {
		if err := c.live.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	var err error
	if c.live, err = live.Open(c.t.Context(), c.store, live.Options{Publish: 1 << 50}); err != nil {
		c.t.Fatal(err)
	}
}

// settle adds a row; a house at the origin is no place.
func (c *attackCity) settle(b *layers.Batch, layer string, at orb.Point) {
	c.next++
	v := victim{id: fmt.Sprintf("v%05d", c.next), at: at, has: at != orb.Point{}}
	if layer == model.Persons {
		v.sex = []string{"male", "female", "male", "female", "female", ""}[c.r.IntN(6)]
		v.kind = "registered"
		switch n := c.r.IntN(100); {
		case n < 1:
			v.kind = "foreign"
		case n < 20:
			v.kind = "migrant"
		case n < 22:
			v.kind = ""
		}
	} else {
		v.kind = []string{"single", "couple", "family", "family", "family"}[c.r.IntN(5)]
		if c.r.IntN(100) == 0 {
			v.kind = "shared"
		}
		v.money = 1 + c.r.Int64N(1_000_000_000)
	}
	c.rows[layer] = append(c.rows[layer], v)
	b.Changes = append(b.Changes, v.change(layer))
}

func (v *victim) change(layer string) layers.Change {
	values := map[string]any{}
	set := func(name, text string) {
		if text != "" {
			values[name] = text
		}
	}
	set("sex", v.sex)
	set("kind", v.kind)
	if v.money > 0 {
		values["members"] = int(v.money)
	}
	if v.has {
		return feature(layer, v.id, v.at, values)
	}
	return feature(layer, v.id, nil, values)
}

// gridOf is the number of the grid that holds p, -1 outside the city: the border
// of two grids belongs to the lower code, as everywhere.
func gridOf(p orb.Point) int {
	for n := range 16 {
		b := square(float64(n%4), float64(n/4), 1, 1).Bound()
		if b.Contains(p) {
			return n
		}
	}
	return -1
}

// attackAreas are the areas of every level, as the attacker knows them.
type attackArea struct {
	level layers.Level
	code  string
	shape orb.MultiPolygon
	grids []int
}

func attackAreas() []attackArea {
	var out []attackArea
	add := func(level layers.Level, code string, x, y, w, h int) {
		a := attackArea{level: level, code: code, shape: square(float64(x), float64(y), float64(w), float64(h))}
		for n := range 16 {
			if n%4 >= x && n%4 < x+w && n/4 >= y && n/4 < y+h {
				a.grids = append(a.grids, n)
			}
		}
		out = append(out, a)
	}
	for d := range 2 {
		code := fmt.Sprintf("42050%d", d+2)
		add(layers.District, code, 2*d, 0, 2, 4)
		add(layers.Street, code+"001", 2*d, 0, 2, 4)
		for q := range 2 {
			add(layers.Community, fmt.Sprintf("%s0010%d", code, q+1), 2*d, 2*q, 2, 2)
		}
	}
	for n := range 16 {
		add(layers.Grid, gridID(n), n%4, n/4, 1, 1)
	}
	return out
}

func (a *attackArea) holds(v *victim) bool {
	if !v.has {
		return false
	}
	n := gridOf(v.at)
	for _, g := range a.grids {
		if g == n {
			return true
		}
	}
	return false
}
