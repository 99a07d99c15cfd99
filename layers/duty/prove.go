package duty

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Locate is Prove for an exact point, with the built-in edition of the
// dictionary.
func Locate(g Ground, c *Class, p orb.Point, object string) Place {
	return Prove(g, c, Sighting{Point: p, Object: object})
}

// Prove resolves who answers for an event of class c at a place, by the rungs in
// their order, for every place where the event may truly be: the department that
// answers at the likeliest ones is chosen. It is a pure function of its arguments
// and g.
//
// The true place is taken as spread around the point (Spread). A class that is
// about the road happens on roads: places on one weigh more than places beside
// all, and where several roads share a place, the narrower is the likelier, as the
// same length of road is spread over less ground.
//
// For other classes a place in a dedicated grid weighs as past cases say (Odds).
//
// Departments found by several rungs count with the best one; within a rung those
// with the class among their duties come first, then street before district before
// city, then by id.
func Prove(g Ground, c *Class, at Sighting) Place { return NewSurvey(g, at).Prove(c) }

// Survey is what lies around a place, looked at once for many classes. It is for
// one goroutine.
type Survey struct {
	ground  Ground
	at      Sighting
	spread  *Spread
	scene   Scene
	areaIn  [][]bool  // of scene.Areas: which samples lie in it
	borders []float64 // of scene.Areas: metres from the point to the outline
	here    []held    // departments near the place, the nearest authority first
}

// NewSurvey looks around a place. The class of at.Edition is asked for later.
func NewSurvey(g Ground, at Sighting) *Survey {
	s := &Survey{ground: g, at: at, spread: NewSpread(at.Point, at.AccuracyM)}
	s.scene = g.Around(at.Point, s.spread.ReachM())
	s.areaIn, s.borders = make([][]bool, len(s.scene.Areas)), make([]float64, len(s.scene.Areas))
	for i := range s.scene.Areas {
		s.borders[i], s.areaIn[i] = s.spread.inside(s.scene.Areas[i].Geometry, s.scene.Areas[i].Holds)
	}
	for i := range s.scene.Departments {
		d := &s.scene.Departments[i]
		border, in := s.spread.inside(d.Geometry, d.Holds)
		if !slices.Contains(in, true) {
			continue
		}
		e := Evidence{Ref: "departments/" + d.ID, Name: d.Name, Version: d.Version, BorderM: hundredths(border)}
		if !d.Holds {
			e.DistanceM = e.BorderM
		}
		s.here = append(s.here, held{d, in, e})
	}
	slices.SortFunc(s.here, func(a, b held) int {
		return cmp.Or(cmp.Compare(levelOrder(a.Level), levelOrder(b.Level)), cmp.Compare(a.ID, b.ID))
	})
	return s
}

// Prove resolves who answers for an event of class c there, as the function Prove
// does.
func (s *Survey) Prove(c *Class) Place {
	r := newResolver(s, c)
	at := s.at
	place := Place{Format: Format, Class: c.Code, Edition: cmp.Or(at.Edition, ClassesVersion), Lon: at.Point[0], Lat: at.Point[1],
		AccuracyM: max(0, at.AccuracyM), Object: at.Object, Areas: []Area{}, Neighbours: []Area{}, Rungs: []Tried{}, Alternatives: []Choice{}}
	r.areas(&place)
	r.object(at.Object)
	r.roads()
	r.areaPrecedents()
	r.grid()
	r.jurisdictions()
	place.Rungs, place.Odds = r.tried, r.odds
	r.choose(&place)
	return place
}

// areas states the areas that own the point, and those that may own the true
// place.
func (r *resolver) areas(place *Place) {
	for i := range r.scene.Areas {
		a := r.scene.Areas[i]
		a.LevelName = a.Level.String()
		a.BorderM, a.Probability = hundredths(r.borders[i]), tenThousandths(part(r.areaIn[i]))
		switch {
		case a.Holds:
			place.Areas = append(place.Areas, a)
		case a.Probability > 0:
			place.Neighbours = append(place.Neighbours, a)
		}
	}
	order := func(a, b Area) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Code, b.Code))
	}
	slices.SortFunc(place.Areas, order)
	slices.SortFunc(place.Neighbours, order)
}

// part is the share of samples that are in.
func part(in []bool) float64 {
	n := 0
	for _, yes := range in {
		if yes {
			n++
		}
	}
	return float64(n) / float64(max(1, len(in)))
}

// choose takes the likeliest candidate; of equally likely ones the first found.
func (r *resolver) choose(place *Place) {
	if len(r.found) == 0 {
		place.Chosen.Reason = layers.Title{ZH: "该点位没有职责部门：不在任何部门的辖区内", EN: "nobody answers: the place lies in no department's jurisdiction"}
		return
	}
	list := make([]Choice, len(r.found))
	for i := range r.found {
		list[i] = r.found[i].Choice
		list[i].Probability = tenThousandths(r.found[i].weight / r.total)
	}
	// Stable: what is equally likely stays in the order in which it was found.
	slices.SortStableFunc(list, func(a, b Choice) int { return cmp.Compare(b.Probability, a.Probability) })
	place.Chosen, place.Alternatives = list[0], list[1:]
}
