package release

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
)

// bigCity has n rows at some thousand addresses each of some clusters.
func bigCity(n int) *city {
	r := rand.New(rand.NewPCG(7, 8))
	c := &city{frame: frame{origin: orb.Point{111.2, 30.6}, step: 0.2 / 64, side: 64}, r: r}
	for len(c.rows) < n {
		at := orb.Point{111.2 + 0.2*r.Float64(), 30.6 + 0.2*r.Float64()}
		for range min(1+r.IntN(120), n-len(c.rows)) {
			p := orb.Point{at[0] + r.NormFloat64()*0.0003, at[1] + r.NormFloat64()*0.0003}
			row := c.row(p, true)
			row.Cell = hexgrid.At(p, Resolution)
			c.rows = append(c.rows, row)
		}
	}
	return c
}

// A city of 400,000 rows, whose owners and cells are known: counting it, and its
// first publication.
func BenchmarkFirst(b *testing.B) {
	c := bigCity(400_000)
	for b.Loop() {
		r := New(c.config(10), c.seq())
		s, _ := r.Next()
		if err := r.Adopt(s); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(r.Blocks())), "blocks")
		b.ReportMetric(float64(len(r.ledger.keys)), "cells")
	}
}

func BenchmarkApply(b *testing.B) {
	c := bigCity(400_000)
	r := New(c.config(10), c.seq())
	publish(b, r)
	for i := 0; b.Loop(); i++ {
		row := &c.rows[i%len(c.rows)]
		if err := r.Apply(row, row); err != nil {
			b.Fatal(err)
		}
	}
}

// One percent of the city moved.
func BenchmarkNext(b *testing.B) {
	c := bigCity(400_000)
	r := New(c.config(10), c.seq())
	publish(b, r)
	for _, ch := range c.live("clustered", 4000) {
		if err := r.Apply(ch.old, ch.new); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, ok := r.Next(); !ok {
			b.Fatal("nothing to publish")
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	c := bigCity(400_000)
	r := New(c.config(10), c.seq())
	publish(b, r)
	for b.Loop() {
		b.SetBytes(int64(len(r.State().Encode())))
	}
}

// BenchmarkMemory reports the memory of a release per base cell.
func BenchmarkMemory(b *testing.B) {
	c := bigCity(400_000)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		config := c.config(10)
		config.Layer.Fields[fieldIncome].Measure = false
		config.Layer.Fields[fieldMembers].Measure = false // as in the layer of persons
		r := New(config, c.seq())
		publish(b, r)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(r.ledger.keys)), "B/cell")
		runtime.KeepAlive(r)
	}
}
