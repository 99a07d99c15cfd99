package hotspot

import "math"

// tail is the chance that at least c of n events fall into the window, which has
// the exposure window beside history: binomial for φ = 1, beta-binomial above.
func tail(c, n int, window, history, dispersion float64) float64 {
	if c <= 0 {
		return 1
	}
	var log func(k int) float64
	if a := scale(c, n, window, history, dispersion); math.IsInf(a, 1) {
		log = func(k int) float64 { return binomial(k, n, window/(window+history)) }
	} else {
		log = func(k int) float64 { return betaBinomial(k, n, a*window, a*history) }
	}
	// From the far end, where the terms are smallest; they fall off fast.
	p := 0.0
	for k := n; k >= c; k-- {
		p += math.Exp(log(k))
	}
	return min(p, 1)
}

// scale is the parameter of the beta-binomial per unit of exposure; infinite for
// the binomial. Counts with mean μ per unit and dispersion φ are negative binomial
// of size μ/(φ−1) per unit. μ is the mean of two estimates, one by the whole and one
// by the history, in which one event is the least. By the whole alone a place with
// many events in the window would pass for a busy one, where clusters matter less:
// noise with φ = 4 then alarms in 6 runs of 100 at α = 0.05, like this in 2.
func scale(c, n int, window, history, dispersion float64) float64 {
	if dispersion <= 1 {
		return math.Inf(1)
	}
	mean := (float64(n)/(window+history) + float64(max(n-c, 1))/history) / 2
	return mean / (dispersion - 1)
}

// binomial is the logarithm of the chance of k of n with chance p each.
func binomial(k, n int, p float64) float64 {
	return choose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
}

// betaBinomial is the logarithm of the chance of k of n when the chance of each is
// beta distributed with parameters a and b.
func betaBinomial(k, n int, a, b float64) float64 {
	return choose(n, k) + beta(float64(k)+a, float64(n-k)+b) - beta(a, b)
}

func choose(n, k int) float64 {
	return lgamma(float64(n)+1) - lgamma(float64(k)+1) - lgamma(float64(n-k)+1)
}

func beta(a, b float64) float64 { return lgamma(a) + lgamma(b) - lgamma(a+b) }

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
