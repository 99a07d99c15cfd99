package hotspot

import (
	"maps"
	"slices"
)

// weekDays is the length of a week in slices.
const weekDays = 7

// minWeekly is the least number of events of the whole city per day of the week
// before its days are weighed: below it, the estimate would add more noise than it
// takes away.
const minWeekly = 100

// weights is the exposure of each slice. Slices are weighed by their day of the
// week when asked, when the history holds at least two whole weeks and enough
// events: by the city's mean on that day over whole weeks of history.
func weights(series []Series, n int, o *Options) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	past := n - o.Window
	weeks := past / weekDays
	if !o.Weekly || weeks < 2 {
		return out
	}
	from := past - weeks*weekDays
	var days [weekDays]float64
	for i := range series {
		for d := from; d < past; d++ {
			days[d%weekDays] += float64(series[i].Counts[d])
		}
	}
	total := sum(days[:])
	for _, c := range days {
		if c < minWeekly {
			return out
		}
	}
	for d := range out {
		out[d] = days[d%weekDays] * weekDays / total
	}
	return out
}

// dispersion estimates φ from the histories: the larger of the estimates over single
// slices and over blocks as long as the window, at least 1.
func dispersion(series []Series, weights []float64, window int) float64 {
	phi := excess(series, weights, 1)
	if window > 1 && len(weights) >= 3*window {
		phi = max(phi, excess(series, weights, window))
	}
	return phi
}

// maxDispersion bounds the estimate: counts that vary more tell nothing.
const maxDispersion = 1000

// excess solves for φ that Pearson's statistic Σ (x−e)²/e over blocks of some slices,
// those nearest to the window, be what it is expected to be given the totals: for a
// place with N events in B blocks (B−1)·Nφ/(φ−1+N), the variance of the
// beta-binomial law of law.go. For φ = 1 that is B−1 for every place.
func excess(series []Series, weights []float64, block int) float64 {
	blocks := len(weights) / block
	if blocks < 2 {
		return 1
	}
	from := len(weights) - blocks*block
	exposure := make([]float64, blocks)
	whole := 0.0
	for b := range exposure {
		exposure[b] = sum(weights[from+b*block : from+(b+1)*block])
		whole += exposure[b]
	}
	statistic := 0.0
	places := map[int]int{} // by their totals
	for i := range series {
		total := 0
		for _, n := range series[i].Counts[from:len(weights)] {
			total += n
		}
		if total < 2 { // one event cannot vary
			continue
		}
		places[total]++
		for b := range exposure {
			x := 0
			for _, n := range series[i].Counts[from+b*block : from+(b+1)*block] {
				x += n
			}
			if e := float64(total) * exposure[b] / whole; e > 0 {
				statistic += (float64(x) - e) * (float64(x) - e) / e
			}
		}
	}
	totals := slices.Sorted(maps.Keys(places)) // sums in one order, always
	expected := func(phi float64) float64 {
		t := 0.0
		for _, n := range totals {
			t += float64(places[n]) * float64(n) * phi / (phi - 1 + float64(n))
		}
		return t * float64(blocks-1)
	}
	low, high := 1.0, float64(maxDispersion)
	for range 60 {
		if mid := (low + high) / 2; expected(mid) < statistic {
			low = mid
		} else {
			high = mid
		}
	}
	if low < 1+1e-9 {
		return 1
	}
	return high
}
