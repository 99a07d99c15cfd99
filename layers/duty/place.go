package duty

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Area is an administrative area or grid that holds the place.
type Area struct {
	Level      layers.Level `json:"-"`
	LevelName  string       `json:"level"` // Level.String(), for JSON
	Code       string       `json:"code"`
	Name       string       `json:"name"`
	Dedicated  bool         `json:"dedicated,omitempty"`  // a 专属网格, for which one department answers
	Department string       `json:"department,omitempty"` // id of that department
}

// Department is who can answer for an event.
type Department struct {
	ID     string
	Name   string
	Kind   string   // a value of model.DepartmentKinds
	Level  string   // "street", "district" or "city"
	Duties []string // codes of event classes and kinds of street furniture it answers for
}

// Thing is an object with an owner: a component, a road.
type Thing struct {
	ID         string
	Name       string
	Department string // id of the department that maintains or owns it, "" if not known
}

// Ground answers what lies at a place. A Ground reads one snapshot of the city;
// Locate asks each method at most once, apart from Department.
type Ground interface {
	// AreasAt lists the areas that own the point, from district to grid, at most
	// one per level.
	AreasAt(orb.Point) []Area
	// DepartmentsAt lists the departments whose jurisdiction holds the point.
	DepartmentsAt(orb.Point) []Department
	// Department returns a department by its id.
	Department(id string) (Department, bool)
	// Object returns the thing that a report names.
	Object(ref string) (Thing, bool)
	// RoadAt returns the road whose carriageway the point lies on or beside.
	RoadAt(orb.Point) (Thing, bool)
}

// Rung says by which rule a department was found; a lower rung is better
// evidence.
type Rung uint8

// The rungs of the duty resolution order (domain.md section 1). NoRung is when
// nobody answers.
const (
	NoRung         Rung = iota
	ByObject            // the object named belongs to the department
	ByRoad              // the class is about the road, and the department owns it
	ByGrid              // the place is in the department's dedicated grid
	ByJurisdiction      // the place is in the jurisdiction of a department with this duty
	ByStreet            // the street office answers for what lies in its area (属地)
	ByDistrict          // the district's government answers for the rest (兜底)
)

// Choice is a department with the rule and the evidence that speak for it.
type Choice struct {
	Department string       `json:"id"`
	Name       string       `json:"name"`
	Rung       Rung         `json:"rung"`
	Reason     layers.Title `json:"reason"`
}

// Place is the proof of place: where the event is, who answers, why, and who
// else could. Chosen is the zero Choice with a reason when nobody answers.
type Place struct {
	Class        string   `json:"class"`
	Lon          float64  `json:"lon"`
	Lat          float64  `json:"lat"`
	Areas        []Area   `json:"areas"` // from district to grid
	Chosen       Choice   `json:"department"`
	Alternatives []Choice `json:"alternatives"` // in order of rung
}

// Area returns the area of the given level; false when the place lies outside
// of all of them.
func (p *Place) Area(level layers.Level) (Area, bool) {
	i := slices.IndexFunc(p.Areas, func(a Area) bool { return a.Level == level })
	if i < 0 {
		return Area{}, false
	}
	return p.Areas[i], true
}

// Hash is the SHA-256 of the proof in hexadecimal. It is stored with the case,
// so that a later change of the proof is noticed.
func (p *Place) Hash() string {
	b, err := json.Marshal(p)
	if err != nil { // cannot happen: plain data with finite coordinates
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Locate resolves who answers for an event of class c at p, by the six rungs in
// their order; object is the reference of the thing the report names, "" if it
// names none. It is a pure function of its arguments and g. Departments found by
// several rungs count with the best one; within a rung those with the class
// among their duties come first, then street before district before city, then
// by id.
func Locate(g Ground, c *Class, p orb.Point, object string) Place {
	place := Place{Class: c.Code, Lon: p[0], Lat: p[1], Areas: append([]Area{}, g.AreasAt(p)...), Alternatives: []Choice{}}
	for i := range place.Areas {
		place.Areas[i].LevelName = place.Areas[i].Level.String()
	}
	r := resolver{ground: g, class: c, seen: map[string]bool{}}
	r.object(object)
	if c.Road {
		if road, ok := g.RoadAt(p); ok {
			r.owner(ByRoad, road, roadReason(c, road))
		}
	}
	if grid, ok := place.Area(layers.Grid); ok && grid.Dedicated {
		r.owner(ByGrid, Thing{Department: grid.Department}, gridReason(grid))
	}
	r.jurisdictions(g.DepartmentsAt(p))
	if len(r.found) == 0 {
		place.Chosen.Reason = layers.Title{ZH: "该点位没有职责部门：不在任何部门的辖区内", EN: "nobody answers: the place lies in no department's jurisdiction"}
		return place
	}
	place.Chosen, place.Alternatives = r.found[0], r.found[1:]
	return place
}
