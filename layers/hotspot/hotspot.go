package hotspot

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wutu/layers"
)

// Series are the counts of one place, oldest first: the same slices of time for
// every place.
type Series struct {
	Key    string
	Counts []int // none below 0
}

// Options say what to look for. Window is required.
type Options struct {
	Window   int     // slices of the window, the last ones; at least 1 and as many before them
	Alpha    float64 // largest share of false findings; 0: 0.05
	MinCount int     // least events in the window of a finding; 0: 3
	MinTotal int     // least events of a place that is tested at all; 0: 3
	Weekly   bool    // slices are days: weigh them by their day of the week
}

// Defaults of Options.
const (
	DefaultAlpha    = 0.05
	DefaultMinCount = 3
	DefaultMinTotal = 3
)

// Finding is what the test says of one place.
type Finding struct {
	Key      string
	Count    int     // in the window
	History  int     // before it
	Expected float64 // in the window, by the history of the place
	P        float64 // chance of so many or more if its rate has not changed
	Q        float64 // P adjusted for all places tested
	Hot      bool
}

// Report is the answer for all places.
type Report struct {
	Findings   []Finding // of the places tested: by P, then Count from the largest, then Key
	Tested     int
	Alpha      float64
	Dispersion float64   // φ, at least 1
	Weights    []float64 // exposure of each slice, 1 on average over seven
}

// Hot lists the findings that are hot; it shares memory with r.
func (r *Report) Hot() []Finding {
	n := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Q > r.Alpha })
	if n < 0 {
		n = len(r.Findings)
	}
	return slices.DeleteFunc(slices.Clone(r.Findings[:n]), func(f Finding) bool { return !f.Hot })
}

// Find tests every place. It costs O(places × (slices + events in the window)).
// The error is Invalid: series of different lengths, negative counts, a window that
// leaves less history than itself.
func Find(series []Series, o Options) (*Report, error) {
	o.fill()
	slicesN := 2 * o.Window
	if len(series) > 0 {
		slicesN = len(series[0].Counts)
	}
	if err := o.check(series, slicesN); err != nil {
		return nil, err
	}
	r := &Report{Alpha: o.Alpha, Dispersion: 1, Weights: weights(series, slicesN, &o)}
	past := slicesN - o.Window
	window, history := sum(r.Weights[past:]), sum(r.Weights[:past])
	r.Dispersion = dispersion(series, r.Weights[:past], o.Window)
	for i := range series {
		s := &series[i]
		f := Finding{Key: s.Key}
		for d, n := range s.Counts {
			if d < past {
				f.History += n
			} else {
				f.Count += n
			}
		}
		if f.Count+f.History < o.MinTotal {
			continue
		}
		f.Expected = float64(f.History) * window / history
		f.P = tail(f.Count, f.Count+f.History, window, history, r.Dispersion)
		r.Findings = append(r.Findings, f)
	}
	r.Tested = len(r.Findings)
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		switch {
		case a.P != b.P:
			return compareFloat(a.P, b.P)
		case a.Count != b.Count:
			return b.Count - a.Count
		}
		return strings.Compare(a.Key, b.Key)
	})
	adjust(r.Findings)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Hot = f.Q <= o.Alpha && f.Count >= o.MinCount
	}
	return r, nil
}

func (o *Options) fill() {
	if o.Alpha == 0 {
		o.Alpha = DefaultAlpha
	}
	if o.MinCount == 0 {
		o.MinCount = DefaultMinCount
	}
	if o.MinTotal == 0 {
		o.MinTotal = DefaultMinTotal
	}
}

func (o *Options) check(series []Series, n int) error {
	fail := func(field, format string, args ...any) error {
		return layers.Invalidf("hotspot", field, fmt.Sprintf(format, args...))
	}
	switch {
	case o.Window < 1 || n < 2*o.Window:
		return fail("window", "%d of %d slices leaves less history than itself", o.Window, n)
	case !(o.Alpha > 0 && o.Alpha < 1):
		return fail("alpha", "%v is not between 0 and 1", o.Alpha)
	}
	for i := range series {
		if len(series[i].Counts) != n {
			return fail("series", "%.80q has %d slices, not %d", series[i].Key, len(series[i].Counts), n)
		}
		for _, c := range series[i].Counts {
			if c < 0 || c > math.MaxInt32 {
				return fail("series", "%.80q counts %d", series[i].Key, c)
			}
		}
	}
	return nil
}

// adjust sets Q of findings in order of P: the least P·m/rank of those at or behind
// each (Benjamini and Hochberg).
func adjust(list []Finding) {
	least := 1.0
	m := float64(len(list))
	for i := len(list) - 1; i >= 0; i-- {
		least = min(least, list[i].P*m/float64(i+1))
		list[i].Q = least
	}
}

func compareFloat(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

func sum(list []float64) float64 {
	t := 0.0
	for _, x := range list {
		t += x
	}
	return t
}
