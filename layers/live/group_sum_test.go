package live

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"wutu/geo/geotest"
)

// bigSum is the oracle: arithmetic with 4,000 bits.
func bigSum(xs []float64) float64 {
	sum := new(big.Float).SetPrec(4000)
	for _, x := range xs {
		sum.Add(sum, new(big.Float).SetPrec(4000).SetFloat64(x))
	}
	f, _ := sum.Float64()
	return f
}

// sample draws numbers of a kind that is hard in its way.
func sample(rng *rand.Rand) []float64 {
	kind := rng.IntN(7)
	out := make([]float64, rng.IntN(60))
	for i := range out {
		switch kind {
		case 0:
			out[i] = rng.NormFloat64()
		case 1: // every magnitude
			out[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(2000)-1000)
		case 2: // what decimals leave
			out[i] = float64(rng.IntN(100000)) / 100
		case 3: // near ties
			out[i] = []float64{1, 0x1p-53, 0x1p-106, -0x1p-53, 0x1p-54, 0x1p53, -1, 3 * 0x1p-54}[rng.IntN(8)]
		case 4: // the largest, which overflow on the way
			out[i] = []float64{math.MaxFloat64, -math.MaxFloat64, 0x1p1000, -0x1p960, 1, 0x1p-1074}[rng.IntN(6)]
		case 5: // subnormal
			out[i] = math.Ldexp(float64(rng.IntN(100)-50), -1074)
		case 6: // what cancels
			if out[i] = rng.NormFloat64() * 1e10; i > 0 && rng.IntN(2) == 0 {
				out[i] = -out[rng.IntN(i)]
			}
		}
	}
	return out
}

// A sum is the double nearest to the true one in any order and however it is
// joined from parts.
func TestExactSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 1))
	for range 20_000 {
		xs := sample(rng)
		want := bigSum(xs)
		for range 3 {
			rng.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
			var parts [3]exactSum
			for _, x := range xs {
				parts[rng.IntN(3)].add(x)
			}
			parts[0].join(&parts[1])
			parts[2].join(&parts[0])
			if got := parts[2].total(); got != want && !(got == 0 && want == 0) {
				t.Fatalf("sum of %v is %v (%x), want %v (%x)", xs, got, got, want, want)
			}
		}
	}
}

func TestExactSumOfWholeNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 2))
	for range 5_000 {
		var s exactSum
		sum := new(big.Int)
		for range rng.IntN(50) {
			n := int64(rng.Uint64()) >> rng.IntN(64)
			s.addInt(n)
			sum.Add(sum, big.NewInt(n))
			if rng.IntN(4) == 0 {
				s.add(0.5)
				s.add(-0.5)
			}
		}
		want, _ := new(big.Float).SetInt(sum).Float64()
		if got := s.total(); got != want {
			t.Fatalf("sum is %v, want %v", got, want)
		}
	}
}

func BenchmarkExactSum(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	xs := make([]float64, 1024)
	for i := range xs {
		xs[i] = rng.Float64() * 1000
	}
	var s exactSum
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.add(xs[i&1023])
	}
}
