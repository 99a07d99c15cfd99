package roadnet_test

import (
	"context"
	"iter"
	"sync"
	"testing"
	"time"

	"wutu/data/sample"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/roadnet"
)

// sampleRoads are the roads of a synthetic city.
func sampleRoads(size sample.Size) ([]layers.Feature, error) {
	var out []layers.Feature
	o := sample.Options{Size: size, Seed: 1, Now: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	err := sample.Generate(context.Background(), o, func(b sample.Batch) error {
		out = append(out, b.Features...)
		return nil
	}, model.Roads)
	return out, err
}

// city is the network of the synthetic city of the size that a city has.
var city = sync.OnceValues(func() (*roadnet.Graph, error) { return sampleGraph(sample.City) })

var town = sync.OnceValues(func() (*roadnet.Graph, error) { return sampleGraph(sample.Small) })

func sampleGraph(size sample.Size) (*roadnet.Graph, error) {
	roads, err := sampleRoads(size)
	if err != nil {
		return nil, err
	}
	return roadnet.Build(context.Background(), model.Lookup(model.Roads), rowsOf(roads))
}

func rowsOf(list []layers.Feature) iter.Seq2[layers.Row, error] {
	return func(yield func(layers.Row, error) bool) {
		for i := range list {
			if !yield(&list[i], nil) {
				return
			}
		}
	}
}

func graph(t testing.TB, make func() (*roadnet.Graph, error)) *roadnet.Graph {
	t.Helper()
	g, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
