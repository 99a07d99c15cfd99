package duty

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// resolver tries the rungs, from the best to the last, for all samples of the true
// place at once: a department found takes the weight of the samples at which
// nobody before it answered.
type resolver struct {
	*Survey
	class *Class
	near  []nearRoad // for classes about the road, the likeliest first
	rest  []float64  // of each sample: the weight nobody answers for yet
	total float64
	odds  Odds // those that were used
	tried []Tried
	found []candidate
}

// candidate is a department with the weight of the samples at which it answers,
// and the largest that one rung gave it, whose reason is told.
type candidate struct {
	Choice
	weight, best float64
}

func newResolver(s *Survey, c *Class) *resolver {
	r := &resolver{Survey: s, class: c, rest: make([]float64, len(s.spread.xs)), total: float64(len(s.spread.xs))}
	r.weigh()
	return r
}

// try notes what came of a rung.
func (r *resolver) try(rung Rung, o Outcome, e ...Evidence) {
	if e == nil {
		e = []Evidence{}
	}
	r.tried = append(r.tried, Tried{Rung: rung, Name: rung.String(), Outcome: o, Evidence: e})
}

// add gives a department a weight by a rung.
func (r *resolver) add(d Department, rung Rung, weight float64, reason layers.Title, e *Evidence) {
	e.Department, e.Probability = d.ID, tenThousandths(weight/r.total)
	i := slices.IndexFunc(r.found, func(c candidate) bool { return c.Department == d.ID })
	if i < 0 {
		i = len(r.found)
		r.found = append(r.found, candidate{Choice: Choice{Department: d.ID, Name: d.Name, Rung: rung, Reason: reason, Evidence: []Evidence{*e}}, best: weight})
	}
	c := &r.found[i]
	c.weight += weight
	if weight > c.best {
		c.best, c.Rung, c.Reason, c.Evidence = weight, rung, reason, []Evidence{*e}
	}
}

// take is the rest of the samples that are in, which it takes away; nil is all.
func (r *resolver) take(in []bool) float64 {
	sum := 0.0
	for i := range r.rest {
		if in == nil || in[i] {
			sum += r.rest[i]
			r.rest[i] = 0
		}
	}
	return sum
}

// object is the first rung: who owns the thing that the report names.
func (r *resolver) object(ref string) {
	if ref == "" {
		r.try(ByObject, NotAsked)
		return
	}
	for _, p := range r.ground.Precedents(r.class.Code) {
		if d, ok := r.ground.Department(p.Department); ok && p.Object == ref {
			e := p.evidence(0)
			r.add(d, ByPrecedent, r.take(nil), p.reason(layers.Title{ZH: "对象 " + ref, EN: "the object " + ref}), &e)
			r.try(ByPrecedent, Answers, e)
			break
		}
	}
	t, ok := r.ground.Object(ref)
	if !ok {
		r.try(ByObject, Nothing)
		return
	}
	e := Evidence{Ref: ref, Name: t.Name, Version: t.Version}
	d, ok := r.ground.Department(t.Department)
	if t.Department == "" || !ok {
		r.try(ByObject, NoOwner, e)
		return
	}
	r.add(d, ByObject, r.take(nil), layers.Title{
		ZH: "上报指明的对象“" + t.Name + "”由该部门权属或养护",
		EN: "the object named, " + t.Name + ", is owned or maintained by this department",
	}, &e)
	r.try(ByObject, Answers, e)
}

// besideRoads is how likely a square metre beside all roads is the place of an
// event that is about the road, to one of a road of a metre's width: a yard or a
// square that its users call a road.
const besideRoads = 1e-3

// A strip beside the road may still be the road's, for middle lines and widths are
// not known better.
const (
	besideM     = 2
	besideShare = 0.2
)

// nearRoad is a road with how likely each sample is a place on it.
type nearRoad struct {
	*Road
	share     []float64
	sum       float64
	distanceM float64
}

// weigh gives every sample its weight before anybody is asked: for classes about
// the road, places on one weigh more.
func (r *resolver) weigh() {
	for k := range r.rest {
		r.rest[k] = 1
	}
	if !r.class.Road {
		r.weighDedicated()
		return
	}
	for k := range r.rest {
		r.rest[k] = besideRoads
	}
	for i := range r.scene.Roads {
		n := nearRoad{Road: &r.scene.Roads[i], share: make([]float64, len(r.rest))}
		if n.distanceM = n.density(r.spread, n.share); n.distanceM > n.halfWidthM()+besideM+r.spread.reachM {
			continue
		}
		for k, x := range n.share {
			r.rest[k] += x
			n.sum += x
		}
		if n.sum > 0 {
			r.near = append(r.near, n)
		}
	}
	r.total = 0
	for _, w := range r.rest {
		r.total += w
	}
	for i := range r.near {
		for k := range r.rest {
			r.near[i].share[k] /= r.rest[k]
		}
	}
	slices.SortFunc(r.near, func(a, b nearRoad) int { return cmp.Or(cmp.Compare(b.sum, a.sum), cmp.Compare(a.ID, b.ID)) })
}

// weighDedicated gives places in dedicated grids the weight that past cases have
// there, and notes the odds where they made a difference.
func (r *resolver) weighDedicated() {
	odds := r.ground.Odds()
	for _, i := range r.areaOrder() {
		a := &r.scene.Areas[i]
		if a.Level != layers.Grid || !a.Dedicated || !slices.Contains(r.areaIn[i], true) || !slices.Contains(r.areaIn[i], false) {
			continue
		}
		d, ok := r.ground.Department(a.Department)
		x := odds.of(r.class, d.Kind)
		if !ok || x == 1 {
			continue
		}
		if r.odds == nil {
			r.odds = Odds{}
		}
		r.odds[d.Kind] = x
		for k, in := range r.areaIn[i] {
			if in {
				r.rest[k] = x
			}
		}
	}
	r.total = 0
	for _, w := range r.rest {
		r.total += w
	}
}

// roads is the second rung: who owns the road, for classes that are about it.
func (r *resolver) roads() {
	switch {
	case !r.class.Road:
		r.try(ByRoad, NotAsked)
		return
	case len(r.near) == 0:
		r.try(ByRoad, Nothing)
		return
	}
	precedents := r.ground.Precedents(r.class.Code)
	var evidence, decided []Evidence
	outcome := NoOwner
	left := make([]float64, len(r.rest)) // the share of each sample that no road's owner answers for
	for k := range left {
		left[k] = 1
	}
	for i := range r.near {
		n := &r.near[i]
		weight, answered := 0.0, false
		for k, x := range n.share {
			weight += r.rest[k] * x
		}
		e := Evidence{Ref: "roads/" + n.ID, Name: n.Name, Version: n.Version, DistanceM: hundredths(n.distanceM)}
		p, settled := about(precedents, func(p *Precedent) bool { return p.Road == n.ID })
		if d, ok := r.ground.Department(p.Department); settled && ok {
			pe := p.evidence(n.distanceM)
			r.add(d, ByPrecedent, weight, p.reason(layers.Title{ZH: "道路“" + n.Name + "”", EN: "the road " + n.Name}), &pe)
			decided, weight, answered = append(decided, pe), 0, true
		}
		if d, ok := r.ground.Department(n.Department); ok && n.Department != "" {
			r.add(d, ByRoad, weight, roadReason(r.class, n.Thing), &e)
			outcome, answered = Answers, true
		}
		if answered {
			for k, x := range n.share {
				left[k] -= x
			}
		}
		evidence = append(evidence, e)
	}
	for k := range r.rest {
		if r.rest[k] *= left[k]; r.rest[k] < 1e-12 {
			r.rest[k] = 0
		}
	}
	if decided != nil {
		r.try(ByPrecedent, Answers, decided...)
	}
	r.try(ByRoad, outcome, evidence...)
}

// density fills in how likely each sample is on the road, and returns the
// distance of the point from its middle line.
func (n *nearRoad) density(s *Spread, share []float64) (distanceM float64) {
	var line []segment
	nearest := math.Inf(1)
	half := n.halfWidthM()
	edges(n.Geometry, func(a, b orb.Point) {
		e := s.segment(a, b)
		d := e.distance2(0, 0)
		nearest = min(nearest, d)
		if far := half + besideM + s.reachM; d <= far*far {
			line = append(line, e)
		}
	})
	for k := range share {
		d := math.Inf(1)
		for _, e := range line {
			d = min(d, e.distance2(s.xs[k], s.ys[k]))
		}
		switch {
		case d <= half*half:
			share[k] = 1 / half
		case d <= (half+besideM)*(half+besideM):
			share[k] = besideShare / half
		}
	}
	return math.Sqrt(nearest)
}

func roadReason(c *Class, road Thing) layers.Title {
	return layers.Title{
		ZH: "“" + c.Title.ZH + "”随道路权属，“" + road.Name + "”由该部门管养",
		EN: "for \"" + c.Title.EN + "\" the road's owner answers, and this department keeps " + road.Name,
	}
}

// grid is the third rung: who answers for a dedicated grid.
func (r *resolver) grid() {
	outcome := Nothing
	var evidence []Evidence
	for _, i := range r.areaOrder() {
		a := &r.scene.Areas[i]
		if a.Level != layers.Grid || !a.Dedicated || !slices.Contains(r.areaIn[i], true) {
			continue
		}
		e := r.areaEvidence(i)
		if d, ok := r.ground.Department(a.Department); ok && a.Department != "" {
			r.add(d, ByGrid, r.take(r.areaIn[i]), layers.Title{
				ZH: "该点位在专属网格“" + a.Name + "”（" + a.Code + "）内，由该部门负责",
				EN: "the place lies in the dedicated grid " + a.Name + " (" + a.Code + "), for which this department answers",
			}, &e)
			outcome = Answers
		} else if outcome == Nothing {
			outcome = NoOwner
		}
		evidence = append(evidence, e)
	}
	r.try(ByGrid, outcome, evidence...)
}

// areaOrder lists the positions of the scene's areas in order of code, the order
// in which overlapping ones own a place.
func (r *resolver) areaOrder() []int {
	out := make([]int, len(r.scene.Areas))
	for i := range out {
		out[i] = i
	}
	slices.SortFunc(out, func(i, j int) int { return cmp.Compare(r.scene.Areas[i].Code, r.scene.Areas[j].Code) })
	return out
}

func (r *resolver) areaEvidence(i int) Evidence {
	a := &r.scene.Areas[i]
	e := Evidence{Ref: a.Level.String() + "/" + a.Code, Name: a.Name, Version: a.Version, BorderM: hundredths(r.borders[i])}
	if !a.Holds {
		e.DistanceM = e.BorderM
	}
	return e
}
