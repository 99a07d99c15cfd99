package duty

import (
	"github.com/paulmach/orb"

	"wutu/layers"
)

// Ground answers what lies at a place. A Ground reads one snapshot of the city,
// so that all its answers agree.
type Ground interface {
	// Around returns what lies within radiusM metres of p: 0 asks for what holds p.
	// Roads are looked for farther, as far as a carriageway is wide.
	Around(p orb.Point, radiusM float64) Scene
	// Department returns a department by its id.
	Department(id string) (Department, bool)
	// Object returns the thing that a report names, as "layer/id".
	Object(ref string) (Thing, bool)
	// Precedents returns the adjudications about a class that are in force.
	Precedents(class string) []Precedent
	// Odds returns what past cases say about dedicated grids; nil: nothing.
	Odds() Odds
}

// Scene is what lies around a place. Geometries belong to the city and are not
// changed.
type Scene struct {
	Areas       []Area       // of every level
	Departments []Department // by their jurisdiction
	Roads       []Road
}

// Area is an administrative area or grid.
type Area struct {
	Level       layers.Level `json:"-"`
	LevelName   string       `json:"level"` // Level.String(), for JSON
	Code        string       `json:"code"`
	Name        string       `json:"name"`
	Dedicated   bool         `json:"dedicated,omitempty"`  // a 专属网格, for which one department answers
	Department  string       `json:"department,omitempty"` // id of that department
	Version     uint64       `json:"version"`              // of the feature: the change that made it as it is
	BorderM     float64      `json:"border_m"`             // from the point to the outline
	Probability float64      `json:"probability"`          // that the true place lies in it
	Geometry    orb.Geometry `json:"-"`
	Holds       bool         `json:"-"` // it owns the point itself: at most one area per level
}

// Department is who can answer for an event.
type Department struct {
	ID       string
	Name     string
	Kind     string   // a value of model.DepartmentKinds
	Level    string   // "street", "district" or "city"
	Duties   []string // codes of event classes and kinds of street furniture it answers for
	Version  uint64
	Geometry orb.Geometry // its jurisdiction
	Holds    bool         // the point itself lies in it
}

// Thing is an object with an owner: a component, a road.
type Thing struct {
	ID         string
	Name       string
	Department string // id of the department that maintains or owns it, "" if not known
	Version    uint64
	Geometry   orb.Geometry // nil if not known; of a road its middle line
}

// Road is a road near the place.
type Road struct {
	Thing
	Class string // a value of the roads' field class
	Lanes int    // 0 if not known
}

// halfWidthM is how far from its middle line a place still is on the road, in
// metres: half of the space between the red lines (道路红线), pavements and verges
// included.
// The widths are usual ones of their class in the design rules for urban roads;
// surveyed red lines, where a city has them, would be better.
func (r *Road) halfWidthM() float64 {
	half := map[string]float64{"expressway": 25, "trunk": 20, "primary": 16, "secondary": 13, "tertiary": 9, "residential": 6, "service": 4}[r.Class]
	if half == 0 {
		half = 15 // a wide carriageway with its pavements
	}
	return max(half, 1.75*float64(r.Lanes)+1)
}
