package hotspot

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"wutu/layers"
)

// seeded is the same for every run unless WUTU_SEED says otherwise: rates measured
// on noise are asserted, and a rate has its own luck.
func seeded(t *testing.T, n uint64) *rand.Rand {
	t.Helper()
	seed := uint64(20261121)
	if s := os.Getenv("WUTU_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("WUTU_SEED: %v", err)
		}
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, n))
}

// exactTail sums the chances of c and more with rational arithmetic: the binomial,
// or, with a and b above 0, the Pólya urn that starts with a and b and adds one.
func exactTail(c, n int, p, a, b *big.Rat) float64 {
	one := big.NewRat(1, 1)
	sum := new(big.Rat)
	for k := c; k <= n; k++ {
		term := new(big.Rat).SetInt(new(big.Int).Binomial(int64(n), int64(k)))
		for i := range k {
			if a != nil {
				x := new(big.Rat).Add(a, big.NewRat(int64(i), 1))
				term.Mul(term, x.Quo(x, new(big.Rat).Add(new(big.Rat).Add(a, b), big.NewRat(int64(i), 1))))
			} else {
				term.Mul(term, p)
			}
		}
		for i := range n - k {
			if a != nil {
				x := new(big.Rat).Add(b, big.NewRat(int64(i), 1))
				term.Mul(term, x.Quo(x, new(big.Rat).Add(new(big.Rat).Add(a, b), big.NewRat(int64(k+i), 1))))
			} else {
				term.Mul(term, new(big.Rat).Sub(one, p))
			}
		}
		sum.Add(sum, term)
	}
	f, _ := sum.Float64()
	return f
}

func TestTailIsExact(t *testing.T) {
	r := seeded(t, 1)
	for range 300 {
		n := 1 + r.IntN(40)
		c := r.IntN(n + 1)
		w, h := 1+r.IntN(10), 1+r.IntN(60)
		want := exactTail(c, n, big.NewRat(int64(w), int64(w+h)), nil, nil)
		if got := tail(c, n, float64(w), float64(h), 1); math.Abs(got-want) > 1e-10*want {
			t.Fatalf("binomial: %d of %d, %d to %d: %v, want %v", c, n, w, h, got, want)
		}
		more := 1 + r.IntN(8) // φ = 1 + more/4
		unit := big.NewRat(int64(n), int64(w+h))
		unit.Add(unit, big.NewRat(int64(max(n-c, 1)), int64(h)))
		unit.Mul(unit, big.NewRat(2, int64(more)))
		a, b := new(big.Rat).Mul(unit, big.NewRat(int64(w), 1)), new(big.Rat).Mul(unit, big.NewRat(int64(h), 1))
		want = exactTail(c, n, nil, a, b)
		if got := tail(c, n, float64(w), float64(h), 1+float64(more)/4); math.Abs(got-want) > 1e-9*want {
			t.Fatalf("beta-binomial: %d of %d, %d to %d, φ %v: %v, want %v", c, n, w, h, 1+float64(more)/4, got, want)
		}
	}
}

// poisson draws by Knuth's product, in pieces for large means.
func poisson(r *rand.Rand, mean float64) int {
	n := 0
	for ; mean > 20; mean -= 20 {
		n += poisson(r, 20)
	}
	limit, p := math.Exp(-mean), 1.0
	for {
		if p *= r.Float64(); p <= limit {
			return n
		}
		n++
	}
}

// gamma draws from the gamma law with shape k and scale 1 (Marsaglia and Tsang
// 2000).
func gamma(r *rand.Rand, k float64) float64 {
	if k < 1 {
		return gamma(r, k+1) * math.Pow(r.Float64(), 1/k)
	}
	d := k - 1.0/3
	for {
		x := r.NormFloat64()
		v := math.Pow(1+x/math.Sqrt(9*d), 3)
		if v > 0 && math.Log(r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// counts with a mean and a dispersion.
func draw(r *rand.Rand, mean, phi float64) int {
	if phi <= 1 {
		return poisson(r, mean)
	}
	return poisson(r, gamma(r, mean/(phi-1))*(phi-1))
}

type noise struct {
	name        string
	cells, days int
	window      int
	low, high   float64 // means per day, evenly on a logarithmic scale
	phi         float64
	week        [7]float64 // factor of each day; zero: none
	weekly      bool
}

func (c *noise) city(r *rand.Rand) []Series {
	out := make([]Series, c.cells)
	for i := range out {
		mean := c.low * math.Pow(c.high/c.low, r.Float64())
		out[i] = Series{Key: fmt.Sprint("cell", i), Counts: make([]int, c.days)}
		for d := range out[i].Counts {
			m := mean
			if c.week[0] > 0 {
				m *= c.week[d%7]
			}
			out[i].Counts[d] = draw(r, m, c.phi)
		}
	}
	return out
}

var noises = []noise{
	{name: "poisson, a month", cells: 150, days: 30, window: 7, low: 0.02, high: 3, phi: 1},
	{name: "poisson, a year, one day", cells: 60, days: 365, window: 1, low: 0.01, high: 2, phi: 1},
	{name: "poisson, few events", cells: 400, days: 60, window: 7, low: 0.005, high: 0.1, phi: 1},
	{name: "poisson with a week, three days", cells: 150, days: 59, window: 3, low: 0.1, high: 3, phi: 1,
		week: [7]float64{1.3, 1.2, 1.2, 1.1, 1.2, 0.5, 0.5}, weekly: true},
	{name: "clustered, φ 2", cells: 150, days: 63, window: 7, low: 0.05, high: 3, phi: 2},
	{name: "clustered, φ 4", cells: 150, days: 63, window: 7, low: 0.1, high: 5, phi: 4},
}

// Where nothing is hot, the chance of a single alarm anywhere in the city is at
// most Alpha.
func TestNoiseRaisesNoAlarm(t *testing.T) {
	runs := 300
	if testing.Short() {
		runs = 200
	}
	for i := range noises {
		c := &noises[i]
		t.Run(c.name, func(t *testing.T) {
			r := seeded(t, uint64(100+i))
			alarms, phi := 0, 0.0
			for range runs {
				report, err := Find(c.city(r), Options{Window: c.window, Weekly: c.weekly, MinCount: 1})
				if err != nil {
					t.Fatal(err)
				}
				if len(report.Hot()) > 0 {
					alarms++
				}
				phi += report.Dispersion / float64(runs)
			}
			rate := float64(alarms) / float64(runs)
			t.Logf("%d runs: false-alarm rate %.4f, mean φ %.3f", runs, rate, phi)
			if rate > DefaultAlpha {
				t.Errorf("false-alarm rate %.4f exceeds %v", rate, DefaultAlpha)
			}
		})
	}
}

// A cell whose week is five times its usual one is found, and hardly another.
func TestBurstIsFound(t *testing.T) {
	r := seeded(t, 2)
	const runs = 200
	for _, phi := range []float64{1, 2} {
		c := noise{cells: 150, days: 63, window: 7, low: 0.05, high: 1.5, phi: phi}
		found, alone := 0, 0
		for range runs {
			city := c.city(r)
			hot := &city[r.IntN(len(city))]
			for d := range hot.Counts { // its usual week has seven events
				hot.Counts[d] = draw(r, 1, phi)
				if d >= c.days-c.window {
					hot.Counts[d] = draw(r, 5, phi)
				}
			}
			report, err := Find(city, Options{Window: c.window})
			if err != nil {
				t.Fatal(err)
			}
			list := report.Hot()
			at := slices.IndexFunc(list, func(f Finding) bool { return f.Key == hot.Key })
			if at >= 0 {
				found++
				if f := list[at]; f.Count < 3 || f.Expected <= 0 || f.P > f.Q || f.Q > report.Alpha {
					t.Fatalf("%+v", f)
				}
			}
			if at >= 0 && len(list) == 1 {
				alone++
			}
		}
		t.Logf("φ %v: found %d, alone %d of %d", phi, found, alone, runs)
		if phi == 1 && found < runs*98/100 || phi > 1 && found < runs*70/100 || alone < found*90/100 {
			t.Errorf("φ %v: found %d, alone %d of %d", phi, found, alone, runs)
		}
	}
}

// Without the care for clustering the same noise would raise alarms: the test of
// the test.
func TestClustersWouldAlarmThePoissonTest(t *testing.T) {
	r := seeded(t, 3)
	c := noise{cells: 150, days: 63, window: 7, low: 0.1, high: 5, phi: 4}
	alarms := 0
	for range 50 {
		for _, s := range c.city(r) {
			h, n := 0, 0
			for d, x := range s.Counts {
				if n += x; d < c.days-c.window {
					h += x
				}
			}
			if n > 0 && tail(n-h, n, 7, 56, 1)*150 < DefaultAlpha {
				alarms++
				break
			}
		}
	}
	if alarms < 25 {
		t.Errorf("the plain test alarms in %d of 50 runs: the noise proves nothing", alarms)
	}
}

// The adjusted values are those of the definition: the least α at which the
// procedure rejects.
func TestAdjustmentIsBenjaminiHochberg(t *testing.T) {
	r := seeded(t, 4)
	for range 200 {
		n := 1 + r.IntN(12)
		list := make([]Finding, n)
		for i := range list {
			list[i].P = math.Pow(r.Float64(), 3)
		}
		slices.SortFunc(list, func(a, b Finding) int { return compareFloat(a.P, b.P) })
		adjust(list)
		for range 20 {
			alpha := r.Float64()
			k := 0
			for i := range list {
				if list[i].P <= alpha*float64(i+1)/float64(n) {
					k = i + 1
				}
			}
			for i := range list {
				if rejected := list[i].Q <= alpha; rejected != (i < k) {
					t.Fatalf("α %v: %d of %v is rejected: %v, the procedure rejects %d", alpha, i, list, rejected, k)
				}
			}
		}
	}
}

func TestOrderOfPlacesMeansNothing(t *testing.T) {
	r := seeded(t, 5)
	city := (&noise{cells: 50, days: 40, window: 7, low: 0.05, high: 2, phi: 1.5}).city(r)
	want, err := Find(city, Options{Window: 7, Weekly: true})
	if err != nil {
		t.Fatal(err)
	}
	r.Shuffle(len(city), func(i, j int) { city[i], city[j] = city[j], city[i] })
	got, err := Find(city, Options{Window: 7, Weekly: true})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Dispersion-want.Dispersion) > 1e-12 {
		t.Errorf("φ %v, then %v", want.Dispersion, got.Dispersion)
	}
	for i := range want.Findings {
		if got.Findings[i].Key != want.Findings[i].Key || math.Abs(got.Findings[i].Q-want.Findings[i].Q) > 1e-12 {
			t.Fatalf("%+v, then %+v", want.Findings[i], got.Findings[i])
		}
	}
}

func TestMinimalCounts(t *testing.T) {
	city := []Series{{Key: "two", Counts: append(make([]int, 360), 0, 2)}, {Key: "four", Counts: append(make([]int, 360), 4, 0)}}
	report, err := Find(city, Options{Window: 2})
	if err != nil {
		t.Fatal(err)
	}
	if report.Tested != 1 || len(report.Hot()) != 1 || report.Hot()[0].Key != "four" || report.Hot()[0].Expected != 0 {
		t.Errorf("%+v", report)
	}
	if report, err = Find(city, Options{Window: 2, MinCount: 5}); err != nil || len(report.Hot()) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
	if report, err = Find(nil, Options{Window: 7}); err != nil || report.Tested != 0 || report.Hot() != nil && len(report.Hot()) > 0 {
		t.Errorf("no places: %+v, %v", report, err)
	}
}

func TestRefusals(t *testing.T) {
	ok := Series{Key: "a", Counts: make([]int, 10)}
	for name, c := range map[string]struct {
		s []Series
		o Options
	}{
		"no window":      {[]Series{ok}, Options{}},
		"little history": {[]Series{ok}, Options{Window: 6}},
		"alpha":          {[]Series{ok}, Options{Window: 2, Alpha: 1}},
		"alpha NaN":      {[]Series{ok}, Options{Window: 2, Alpha: math.NaN()}},
		"lengths":        {[]Series{ok, {Key: "b", Counts: make([]int, 9)}}, Options{Window: 2}},
		"negative":       {[]Series{{Key: "b", Counts: []int{1, -1, 0, 0}}}, Options{Window: 1}},
	} {
		if _, err := Find(c.s, c.o); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := slices.Clone(ok.Counts)
	if _, err := Find([]Series{ok}, Options{Window: 2}); err != nil || !reflect.DeepEqual(before, ok.Counts) {
		t.Errorf("%v, counts are changed", err)
	}
}
