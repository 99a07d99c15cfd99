package live_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// TestRowsWriteWhatTheirValuesWrite compares the JSON that columns append with that
// of the values, for every kind of column, in segments and in the delta.
func TestRowsWriteWhatTheirValuesWrite(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 9))
	l := &layers.Layer{ID: "texts", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "plain", Type: layers.String}, {Name: "few", Type: layers.String}, {Name: "many", Type: layers.String}, {Name: "odd", Type: layers.String},
		{Name: "whole", Type: layers.Integer}, {Name: "large", Type: layers.Integer}, {Name: "number", Type: layers.Number}, {Name: "round", Type: layers.Number},
		{Name: "yes", Type: layers.Boolean}, {Name: "at", Type: layers.DateTime}, {Name: "none", Type: layers.String}}}
	odd := []string{"", "a\"b", "back\\slash", "line\nfeed", "树\x00", "\u2028", "plain"}
	store := memstore.New()
	ctx := context.Background()
	if _, err := store.Apply(ctx, layers.Batch{Layers: []*layers.Layer{l}}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for round := range 3 {
		var b layers.Batch
		for i := range 6000 {
			id := fmt.Sprintf("%d-%05d", round, i)
			values := []layers.Value{layers.Text([]string{"lamp", "树"}[rng.IntN(2)]), layers.Text(odd[rng.IntN(len(odd))]), layers.Text(id), layers.Text(id + odd[rng.IntN(len(odd))]),
				layers.Int(int64(rng.IntN(100)) - 50), layers.Int(rng.Int64()), layers.Float(rng.NormFloat64()), layers.Float(float64(rng.IntN(1000))),
				layers.Bool(rng.IntN(2) == 0), layers.Instant(time.Unix(rng.Int64N(2e9), 0)), {}}
			if k := rng.IntN(2 * len(values)); k < len(values) {
				values[k] = layers.Value{}
			}
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: &layers.Feature{Key: id, Shape: geotest.Point(rng, geotest.City), Values: values}})
		}
		if _, err := c.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
		if round < 2 {
			c.MergeForTest()
		}
	}
	n := 0
	for r, err := range c.View().Select(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(l.Fields) + 1 {
			if got, want := string(r.AppendJSON([]byte("x"), i)), "x"+string(r.Value(i).AppendJSON(nil)); got != want {
				t.Fatalf("field %d of %s is written %s, not %s", i, r.ID(), got, want)
			}
		}
		n++
	}
	if n != 18000 {
		t.Fatalf("%d rows", n)
	}
}
