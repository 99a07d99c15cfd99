package live

import (
	"math"
	"math/big"
	"slices"
)

// exactSum adds numbers without rounding. Its total is the double nearest to the
// true sum (ties to even), whatever the order of the numbers and however partial
// sums were joined: the same rows give the same bytes after merges and restarts.
// The zero exactSum is the empty sum.
//
// Whole numbers of 32 bits add up in an integer. Others form an expansion of
// doubles that do not overlap (J. R. Shewchuk, "Adaptive Precision
// Floating-Point Arithmetic", 1997; rounded as R. Hettinger's msum does), two to
// four of them in practice.
type exactSum struct {
	whole int64     // of at most 2^31 numbers below 2^32
	parts []float64 // ascending, none overlaps the next
	huge  *[]float64
}

// hugeFrom bounds the numbers that an expansion holds: 2^63 of them do not
// overflow it. Larger ones are kept, scaled by hugeScale, in one of their own.
const (
	hugeFrom  = 0x1p960
	hugeScale = 0x1p-100
)

// add adds a finite number.
func (s *exactSum) add(x float64) {
	if math.Abs(x) >= hugeFrom {
		s.addHuge(x * hugeScale)
		return
	}
	if x != 0 {
		s.parts = grow(s.parts, x)
	}
}

func (s *exactSum) addHuge(scaled float64) {
	if s.huge == nil {
		s.huge = new([]float64)
	}
	*s.huge = grow(*s.huge, scaled)
}

// addInt adds a whole number of 64 bits.
func (s *exactSum) addInt(n int64) { s.addTimes(n, 1) }

// addTimes adds a whole number, or takes away one that was added: times is 1 or -1.
func (s *exactSum) addTimes(n int64, times int) {
	if n == int64(int32(n)) {
		s.whole += n * int64(times)
		return
	}
	s.add(float64(times) * float64(n&^(1<<32-1))) // 32 significant bits each: both are exact
	s.add(float64(times) * float64(n&(1<<32-1)))
}

// clone returns a sum of its own.
func (s *exactSum) clone() exactSum {
	c := exactSum{whole: s.whole, parts: slices.Clone(s.parts)}
	if s.huge != nil {
		huge := slices.Clone(*s.huge)
		c.huge = &huge
	}
	return c
}

// grow adds x to an expansion.
func grow(parts []float64, x float64) []float64 {
	n := 0
	for _, y := range parts {
		sum := x + y
		virtual := sum - x
		if err := (x - (sum - virtual)) + (y - virtual); err != 0 {
			parts[n] = err
			n++
		}
		x = sum
	}
	if x == 0 {
		return parts[:n]
	}
	return append(parts[:n], x)
}

// join adds what another sum holds.
func (s *exactSum) join(o *exactSum) {
	s.whole += o.whole
	for _, x := range o.parts {
		s.parts = grow(s.parts, x)
	}
	if o.huge != nil {
		for _, x := range *o.huge {
			s.addHuge(x)
		}
	}
}

// total is the sum, rounded once; infinite beyond the largest double.
func (s *exactSum) total() float64 {
	t := exactSum{parts: append(make([]float64, 0, len(s.parts)+2), s.parts...), huge: s.huge}
	t.add(float64(s.whole &^ (1<<32 - 1)))
	t.add(float64(s.whole & (1<<32 - 1)))
	if t.huge != nil && len(*t.huge) > 0 {
		return t.bigTotal()
	}
	return rounded(t.parts)
}

// rounded is the value of an expansion, rounded half to even.
func rounded(parts []float64) float64 {
	i := len(parts) - 1
	if i < 0 {
		return 0
	}
	sum, rest := parts[i], 0.0
	for i > 0 && rest == 0 {
		i--
		x := sum
		sum = x + parts[i]
		rest = parts[i] - (sum - x)
	}
	// sum is rounded by rest alone: where rest is half of the last place, what
	// comes below decides.
	if i > 0 && rest != 0 && rest < 0 == (parts[i-1] < 0) {
		twice := rest * 2
		if up := sum + twice; twice == up-sum {
			sum = up
		}
	}
	return sum
}

// bigTotal is the total by arithmetic that holds every double.
func (s *exactSum) bigTotal() float64 {
	const bits = 2400 // from 2^-1074 to beyond 2^1024 + 2^63 numbers
	sum := new(big.Float).SetPrec(bits)
	for _, x := range *s.huge {
		y := new(big.Float).SetPrec(bits).SetFloat64(x)
		sum.Add(sum, y.SetMantExp(y, 100))
	}
	for _, x := range s.parts {
		sum.Add(sum, new(big.Float).SetPrec(bits).SetFloat64(x))
	}
	f, _ := sum.Float64()
	return f
}
