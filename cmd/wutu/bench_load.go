package main

import (
	"math/rand/v2"
	"slices"
)

// load is one kind of request, made anew for each call from random places.
type load struct {
	name string
	next func(r *rand.Rand, buf []byte, header []string) []byte // appends a request to buf
}

// loadResult is what one load measured. Latencies are milliseconds.
type loadResult struct {
	Name          string
	Requests      int
	Errors        int // answers of 400 and above
	PerSecond     float64
	P50, P95, P99 float64
}

// quantiles are of durations in milliseconds, 0 of none.
type quantiles struct{ P50, P95, P99, Max float64 }

// quantilesOf sorts its argument.
func quantilesOf(ms []float64) quantiles {
	if len(ms) == 0 {
		return quantiles{}
	}
	slices.Sort(ms)
	at := func(q float64) float64 { return ms[min(int(q*float64(len(ms))), len(ms)-1)] }
	return quantiles{at(0.5), at(0.95), at(0.99), ms[len(ms)-1]}
}
