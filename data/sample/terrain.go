package sample

import (
	"math"

	"github.com/paulmach/orb"
)

// The centre of the city in degrees, WGS 84.
const (
	centreLon = 111.29
	centreLat = 30.69
)

// pt is a place in metres. Two planes use it: the plan, in which s runs along
// the river and t across it (north positive) and all cuts are straight lines, and
// the ground, x east and y north of the centre. terrain.ground bends the plan
// onto the ground.
type pt struct{ x, y float64 }

func (p pt) add(q pt) pt               { return pt{p.x + q.x, p.y + q.y} }
func (p pt) sub(q pt) pt               { return pt{p.x - q.x, p.y - q.y} }
func (p pt) times(k float64) pt        { return pt{p.x * k, p.y * k} }
func (p pt) dot(q pt) float64          { return p.x*q.x + p.y*q.y }
func (p pt) cross(q pt) float64        { return p.x*q.y - p.y*q.x }
func (p pt) length() float64           { return math.Hypot(p.x, p.y) }
func (p pt) left() pt                  { return pt{-p.y, p.x} }
func (p pt) toward(q pt, u float64) pt { return pt{p.x + (q.x-p.x)*u, p.y + (q.y-p.y)*u} }

// unitOr returns p with length 1, or q when p has none.
func (p pt) unitOr(q pt) pt {
	if l := p.length(); l > 1e-9 {
		return pt{p.x / l, p.y / l}
	}
	return q
}

// wave is one sine of a smooth random field.
type wave struct{ kx, ky, phase, amp float64 }

// field is a sum of sines between about -1 and 1: smooth, endless, and made
// from a few numbers.
type field []wave

func newField(r *stream, length float64, n int) field {
	f := make(field, n)
	sum := 0.0
	for i := range f {
		angle := math.Pi * (float64(i) + r.float()) / float64(n)
		l := length * r.between(0.7, 1.4)
		f[i] = wave{2 * math.Pi * math.Cos(angle) / l, 2 * math.Pi * math.Sin(angle) / l, r.between(0, 2*math.Pi), r.between(0.6, 1)}
		sum += f[i].amp
	}
	for i := range f {
		f[i].amp *= 1.6 / sum
	}
	return f
}

func (f field) at(p pt) float64 {
	v := 0.0
	for _, w := range f {
		v += w.amp * math.Sin(w.kx*p.x+w.ky*p.y+w.phase)
	}
	return v
}

// centre is a place that people build around.
type centre struct {
	at     pt
	spread float64
	weight float64
}

// terrain is the land before anything is built: where the river runs, where it
// is hilly, where it is dense.
type terrain struct {
	scale
	shiftX, shiftY, fineX, fineY field
	hills, knolls, works, age    field
	bank                         field
	phase                        float64
	centres                      []centre
	cos, sin                     float64
	perLon, perLat               float64 // metres per degree at the centre
}

func newTerrain(seed uint64, sc scale) *terrain {
	r := newStream(seed, keyTerrain)
	k := sc.meander / 950
	g := &terrain{
		scale:  sc,
		shiftX: newField(&r, 6800*max(k, 0.55), 5), shiftY: newField(&r, 6400*max(k, 0.55), 5),
		fineX: newField(&r, 2100, 5), fineY: newField(&r, 2000, 5),
		hills: newField(&r, 5200*max(k, 0.5), 6), knolls: newField(&r, 1700*max(k, 0.6), 6),
		works: newField(&r, 5600*max(k, 0.5), 5), age: newField(&r, 3000*max(k, 0.5), 5),
		bank:  newField(&r, 1500*max(k, 0.6), 4),
		phase: r.between(-0.35, 0.35),
	}
	angle := -17 * math.Pi / 180 // the river flows from west-north-west to east-south-east
	g.cos, g.sin = math.Cos(angle), math.Sin(angle)
	// Radii of curvature of the WGS 84 ellipsoid at the centre.
	const a, e2 = 6378137.0, 0.0066943799901413165
	lat := centreLat * math.Pi / 180
	w := 1 - e2*math.Sin(lat)*math.Sin(lat)
	g.perLat = a * (1 - e2) / (w * math.Sqrt(w)) * math.Pi / 180
	g.perLon = a / math.Sqrt(w) * math.Cos(lat) * math.Pi / 180

	for _, c := range [][4]float64{
		{0, 1500, 1900, 1}, {3900, 2000, 1250, 0.8}, {-4600, 1500, 1150, 0.75}, {1000, -1500, 1150, 0.78},
		{-2900, -1500, 850, 0.6}, {6300, -1700, 900, 0.62}, {1900, 5000, 950, 0.6}, {-2200, 4600, 700, 0.5},
	} {
		g.centres = append(g.centres, centre{pt{c[0] * sc.reach, g.offBank(c[1] * sc.reach)}, c[2] * sc.reach, c[3]})
	}
	for range sc.towns {
		at := pt{r.between(-0.9, 0.9) * sc.halfLength, r.between(-0.88*sc.south, 0.88*sc.north)}
		if math.Abs(at.x) < sc.ring*1.1 && at.y > -sc.ring*0.7 && at.y < sc.ring {
			at.x = math.Copysign(sc.ring*1.1+r.float()*0.3*(sc.halfLength-sc.ring), at.x)
		}
		if math.Abs(at.y) < sc.strip+400 {
			at.y = math.Copysign(sc.strip+400, at.y)
		}
		g.centres = append(g.centres, centre{at, r.between(420, 900) * max(1, sc.reach*0.9), r.between(0.45, 0.7)})
	}
	return g
}

// offBank keeps a centre clear of the river whatever the scale.
func (g *terrain) offBank(t float64) float64 {
	if math.Abs(t) < g.strip+350 {
		return math.Copysign(g.strip+350, t)
	}
	return t
}

// ground bends the plan onto the ground. It is smooth and never folds: the
// slopes of its parts add up to less than 1.
func (g *terrain) ground(p pt) pt {
	far := p.y / (g.bend * 0.55)
	river := g.meander*math.Sin(2*math.Pi*p.x/g.bend+g.phase) + 0.22*g.meander*math.Sin(2*math.Pi*p.x/(g.bend*0.41)+2*g.phase+1)
	k := g.meander / 950
	x := p.x + 210*k*g.shiftX.at(p) + 42*min(1, k+0.3)*g.fineX.at(p)
	y := p.y + river/(1+far*far) + 230*k*g.shiftY.at(p) + 42*min(1, k+0.3)*g.fineY.at(p)
	return pt{x*g.cos - y*g.sin, x*g.sin + y*g.cos}
}

// planOf is the inverse of ground, to within a metre: it corrects a guess by what
// ground makes of it until little is left.
func (g *terrain) planOf(p pt) pt {
	turn := func(q pt) pt { return pt{q.x*g.cos + q.y*g.sin, q.y*g.cos - q.x*g.sin} }
	at := turn(p)
	for range 16 {
		at = at.add(turn(p.sub(g.ground(at))))
	}
	return at
}

// degrees turns a place on the ground into lon/lat, rounded to 1e-7 degrees
// (about a centimetre), so that a vertex is the same number wherever it is used.
func (g *terrain) degrees(p pt) orb.Point {
	return orb.Point{round7(centreLon + p.x/g.perLon), round7(centreLat + p.y/g.perLat)}
}

// metres is the inverse of degrees, up to the rounding.
func (g *terrain) metres(p orb.Point) pt {
	return pt{(p[0] - centreLon) * g.perLon, (p[1] - centreLat) * g.perLat}
}

func round7(v float64) float64 { return math.Round(v*1e7) / 1e7 }

// density is 1 in the heart of the city and 0 in the country.
func (g *terrain) density(p pt) float64 {
	empty := 1.0
	for _, c := range g.centres {
		d := p.sub(c.at)
		if q := d.dot(d) / (c.spread * c.spread); q < 12 {
			empty *= 1 - c.weight*math.Exp(-q*0.62)
		}
	}
	// Banks attract: a ribbon along the river between the outer centres.
	along := p.x / (g.ring * 1.25)
	across := (math.Abs(p.y) - g.strip) / (1100 * max(0.5, g.reach))
	empty *= 1 - 0.3*math.Exp(-along*along*along*along-across*across)
	return 1 - empty
}

// hill is above 0 on wooded slopes and grows uphill.
func (g *terrain) hill(p pt) float64 {
	edge := math.Abs(p.y) / g.north
	if p.y < 0 {
		edge = -p.y / g.south
	}
	v := 0.95*g.hills.at(p) + 0.34*g.knolls.at(p) + 0.85*edge*edge - 0.36
	v -= 2.4 * max(0, g.density(p)-0.05)
	near := (math.Abs(p.y) - g.strip) / (900 * max(0.5, g.reach))
	if near < 1 {
		v -= 1.2 * (1 - max(0, near))
	}
	return v
}

// treeLine is the value of woods above which trees grow.
const treeLine = -0.1

// woods is hill with the outskirts cleared, so that the edge of the trees runs on
// into the unbuilt land below the slopes.
func (g *terrain) woods(p pt) float64 { return g.hill(p) - 4*max(0, g.density(p)-0.04) }

// waterHalf is the half width of the water at s, one value for each bank.
func (g *terrain) waterHalf(s float64) (north, south float64) {
	room := g.strip - g.river
	half := func(lane float64) float64 { return min(g.river+0.36*room*g.bank.at(pt{s, lane}), g.strip-36) }
	return half(0), half(9000)
}
