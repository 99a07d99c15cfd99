package track

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// Split cuts fixes, in order of time, where more than gap lies between two (0: never)
// and where admit (nil: all) leaves one out. The parts share the memory of fixes.
func Split(fixes []Fix, gap time.Duration, admit func(Fix) bool) [][]Fix {
	var out [][]Fix
	begin := -1
	for i := range fixes {
		in := admit == nil || admit(fixes[i])
		if begin >= 0 && (!in || gap > 0 && fixes[i].T-fixes[i-1].T > gap.Milliseconds()) {
			out, begin = append(out, fixes[begin:i:i]), -1
		}
		if in && begin < 0 {
			begin = i
		}
	}
	if begin >= 0 {
		out = append(out, fixes[begin:len(fixes):len(fixes)])
	}
	return out
}

// Stop is a stay: the fixes [First, Last] of a part.
type Stop struct {
	First, Last int
	Centre      orb.Point // mean of its fixes
}

// Stops finds the stays in a part: from a fix on, as long as the fixes that follow are
// at most radiusM metres from it, when that lasts at least least. The next stay is looked for
// behind it; what follows no longer stay is looked at from the next fix on. Cost:
// O(fixes × fixes within least).
func Stops(part []Fix, radiusM float64, least time.Duration) []Stop {
	var out []Stop
	for i := 0; i < len(part); {
		near := measure.NewDisc(part[i].Point(), radiusM)
		j := i
		for j+1 < len(part) && near.Contains(part[j+1].Point()) {
			j++
		}
		if part[j].T-part[i].T < least.Milliseconds() || j == i && least > 0 {
			i++
			continue
		}
		out = append(out, Stop{First: i, Last: j, Centre: mean(part[i : j+1])})
		i = j + 1
	}
	return out
}

// mean is the middle of fixes that are near each other.
func mean(fixes []Fix) orb.Point {
	var x, y int64
	for _, f := range fixes {
		x, y = x+int64(f.X), y+int64(f.Y)
	}
	n := float64(len(fixes))
	return orb.Point{float64(x) / n / perDegree, float64(y) / n / perDegree}
}

// Trip is a way from one stay, or the beginning of the part, to the next, or the end: the
// fixes [First, Last] of a part, the last of the one stay and the first of the other
// among them.
type Trip struct{ First, Last int }

// Trips are the ways between the stops of a part. A way has two fixes at least.
func Trips(part []Fix, stops []Stop) []Trip {
	var out []Trip
	first := 0
	add := func(last int) {
		if last > first {
			out = append(out, Trip{first, last})
		}
	}
	for _, s := range stops {
		add(s.First)
		first = s.Last
	}
	add(len(part) - 1)
	return out
}

// Length is how long the way through fixes is, in metres.
func Length(fixes []Fix) float64 {
	sum := 0.0
	for i := 1; i < len(fixes); i++ {
		sum += measure.Distance(fixes[i-1].Point(), fixes[i].Point())
	}
	return sum
}

// Simplify leaves out fixes of a part that are at most toleranceM metres from the way
// through those that stay (Douglas and Peucker 1973). The first and the last stay. Distances are taken
// on a plane, which is right to a thousandth in a city; a part too large for one stays
// whole.
func Simplify(part []Fix, toleranceM float64) []Fix {
	if len(part) < 3 || !(toleranceM > 0) {
		return part
	}
	plane, ok := measure.NewPlane(Box(part, nil))
	if !ok {
		return part
	}
	type point struct{ x, y float64 }
	at := make([]point, len(part))
	for i, f := range part {
		at[i].x, at[i].y = plane.At(f.Point())
	}
	keep := make([]bool, len(part))
	keep[0], keep[len(part)-1] = true, true
	type span struct{ lo, hi int }
	for work := []span{{0, len(part) - 1}}; len(work) > 0; {
		s := work[len(work)-1]
		work = work[:len(work)-1]
		a, b := at[s.lo], at[s.hi]
		dx, dy := b.x-a.x, b.y-a.y
		square := dx*dx + dy*dy
		far, worst := -1, toleranceM*toleranceM
		for i := s.lo + 1; i < s.hi; i++ {
			px, py := at[i].x-a.x, at[i].y-a.y
			t := 0.0
			if square > 0 {
				t = min(max((px*dx+py*dy)/square, 0), 1)
			}
			px, py = px-t*dx, py-t*dy
			if d := px*px + py*py; d > worst {
				far, worst = i, d
			}
		}
		if far >= 0 {
			keep[far] = true
			work = append(work, span{s.lo, far}, span{far, s.hi})
		}
	}
	out := make([]Fix, 0, len(part)/4+2)
	for i, f := range part {
		if keep[i] {
			out = append(out, f)
		}
	}
	return out
}

// Visit is a stay of one object in a region.
type Visit struct {
	Enter, Leave time.Time // of the first and the last fix in it; of the fixes around it when Fixes is 0
	Fixes        int       // in the region; 0: it went through between two fixes
}

// Place is a region that visits are looked for in.
type Place struct {
	shape   orb.Geometry
	ready   Ready
	near    orb.Bound
	bufferM float64
}

// Ready is a region that was prepared.
type Ready interface {
	Intersects(g orb.Geometry) bool
}

// NewPlace is what is at most bufferM metres from a shape (lon/lat degrees), whose
// prepared form is ready.
func NewPlace(shape orb.Geometry, ready Ready, bufferM float64) *Place {
	near := shape.Bound()
	if bufferM > 0 {
		near = measure.Pad(near, bufferM)
	}
	return &Place{shape: shape, ready: ready, near: near, bufferM: bufferM}
}

// Bound is a box that the place lies in.
func (p *Place) Bound() orb.Bound { return p.near }

// Contains reports whether q is in the place, border included.
func (p *Place) Contains(q orb.Point) bool {
	return p.near.Contains(q) && (p.ready.Intersects(q) || p.bufferM > 0 && measure.Within(q, p.shape, p.bufferM))
}

// passes reports whether the way from a to b meets the place.
func (p *Place) passes(a, b orb.Point) bool {
	if a == b || math.Abs(a[0]-b[0]) > 180 {
		return false
	}
	way := orb.LineString{a, b}
	return p.near.Intersects(way.Bound()) && (p.ready.Intersects(way) || p.bufferM > 0 && measure.Near(way, p.shape, p.bufferM))
}

// Visits finds when a part was in the place, in order of time: every run of fixes in
// it, and every way between two fixes outside that goes through it.
func (p *Place) Visits(part []Fix) []Visit {
	var out []Visit
	open := false
	for i, f := range part {
		switch in := p.Contains(f.Point()); {
		case in && open:
			v := &out[len(out)-1]
			v.Leave, v.Fixes = f.At(), v.Fixes+1
		case in:
			out, open = append(out, Visit{Enter: f.At(), Leave: f.At(), Fixes: 1}), true
		default:
			if i > 0 && !open && p.passes(part[i-1].Point(), f.Point()) {
				out = append(out, Visit{Enter: part[i-1].At(), Leave: f.At()})
			}
			open = false
		}
	}
	return out
}
