package live

import (
	"math"
	"slices"
)

// Histogram counts the values of a group by bin. Bin i holds the values from
// Edges[i] (inclusive) to Edges[i+1] (exclusive); the last bin holds its upper
// edge too.
type Histogram struct {
	Edges  []float64 // of all groups the same
	Counts []int     // one less
	Under  int       // values below the first edge
	Over   int       // values above the last
}

// equalBins returns n+1 edges from lo to hi; those that fall together, where
// doubles lie no closer, are one, but there are always two.
func equalBins(lo, hi float64, n int) []float64 {
	edges := []float64{lo}
	for i := 1; i < n; i++ {
		x := lo + (hi-lo)*float64(i)/float64(n)
		if u := float64(i) / float64(n); math.IsInf(hi-lo, 0) || math.IsInf((hi-lo)*float64(i), 0) {
			x = lo*(1-u) + hi*u
		}
		if x > edges[len(edges)-1] && x < hi {
			edges = append(edges, x)
		}
	}
	return append(edges, hi)
}

// binOf is 0 for x below the first edge, i for the bin from edge i-1 on,
// len(edges) above the last edge.
func binOf(edges []float64, x float64) int {
	last := len(edges) - 1
	if x >= edges[last] {
		if x == edges[last] {
			return last // the last bin holds its upper edge
		}
		return last + 1
	}
	lo, hi := 0, last // x lies below edges[hi], and not below edges[lo-1]
	for lo < hi {
		if middle := int(uint(lo+hi) >> 1); x < edges[middle] {
			hi = middle
		} else {
			lo = middle + 1
		}
	}
	return lo
}

// apart returns the kept values of every group, in ascending order if sorted.
func (t *tally) apart(groups int, sorted bool) [][]float64 {
	end := make([]int, groups+1)
	for _, g := range t.of {
		end[g+1]++
	}
	for g := range groups {
		end[g+1] += end[g]
	}
	all := make([]float64, len(t.values))
	next := slices.Clone(end)
	for i, g := range t.of {
		all[next[g]] = t.values[i]
		next[g]++
	}
	out := make([][]float64, groups)
	for g := range out {
		out[g] = all[end[g]:end[g+1]]
	}
	if sorted {
		share(groups, func(_, g int) { slices.Sort(out[g]) })
	}
	return out
}

// quantile is the value at the place q (0–1) of sorted values, linear between
// the two around it: type 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in
// Statistical Packages", 1996. NaN of none.
func quantile(sorted []float64, q float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	at := q * float64(n-1)
	i := min(int(at), n-1)
	low := sorted[i]
	if i == n-1 {
		return low
	}
	u, high := at-float64(i), sorted[i+1]
	if step := high - low; !math.IsInf(step, 0) {
		return low + u*step
	}
	return low*(1-u) + high*u
}

// histogram counts values between edges.
func histogram(values, edges []float64) *Histogram {
	h := &Histogram{Edges: edges, Counts: make([]int, max(0, len(edges)-1))}
	for _, x := range values {
		h.put(binOf(edges, x), 1)
	}
	return h
}

func (h *Histogram) put(bin, n int) {
	switch {
	case bin == 0:
		h.Under += n
	case bin > len(h.Counts):
		h.Over += n
	default:
		h.Counts[bin-1] += n
	}
}

// histogram is the one of a group whose edges were given.
func (h *histTally) histogram(group int) *Histogram {
	out := &Histogram{Edges: h.edges, Counts: make([]int, len(h.edges)-1)}
	size := len(h.edges) + 1
	for bin, n := range h.count[group*size : (group+1)*size] {
		out.put(bin, n)
	}
	return out
}
