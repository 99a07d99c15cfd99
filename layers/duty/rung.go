package duty

import "wutu/layers"

// Rung says by which rule a department was found; a lower rung is better
// evidence.
type Rung uint8

// The rungs of the duty resolution order (domain.md section 1). NoRung is when
// nobody answers. Precedents have no place of their own in the order: one about an
// object stands before ByObject, one about a road before ByRoad, one about an area
// before ByGrid. So what was adjudicated for a thing holds for the thing, and what
// was adjudicated for an area does not take over things in it that have an owner.
const (
	NoRung         Rung = iota
	ByObject            // the object named belongs to the department
	ByRoad              // the class is about the road, and the department owns it
	ByGrid              // the place is in the department's dedicated grid
	ByJurisdiction      // the place is in the jurisdiction of a department with this duty
	ByStreet            // the street office answers for what lies in its area (属地)
	ByDistrict          // the district's government answers for the rest (兜底)
	ByPrecedent         // it was adjudicated before
)

var rungNames = [...]string{"none", "object", "road", "grid", "jurisdiction", "street", "district", "precedent"}

// String is the name of the rung in proofs.
func (r Rung) String() string {
	if int(r) < len(rungNames) {
		return rungNames[r]
	}
	return rungNames[NoRung]
}

var rungTitles = [...]layers.Title{
	{ZH: "无", EN: "none"}, {ZH: "对象权属", EN: "owner of the object"}, {ZH: "道路权属", EN: "owner of the road"},
	{ZH: "专属网格", EN: "dedicated grid"}, {ZH: "部门辖区", EN: "jurisdiction"}, {ZH: "属地街道", EN: "street office"},
	{ZH: "兜底", EN: "fallback"}, {ZH: "先例", EN: "precedent"},
}

// Title is the name of the rung for people.
func (r Rung) Title() layers.Title {
	if int(r) < len(rungTitles) {
		return rungTitles[r]
	}
	return rungTitles[NoRung]
}

// Outcome says what came of a rung.
type Outcome string

// The outcomes.
const (
	Answers  Outcome = "answers"   // it names a department
	NotAsked Outcome = "not_asked" // the class or the report gives no cause to ask
	Nothing  Outcome = "nothing"   // nothing of the kind lies there
	NoOwner  Outcome = "no_owner"  // there is something, but it names no department that exists
)

// Evidence is a thing of the city that a rung rests on, as it was.
type Evidence struct {
	Ref         string  `json:"ref"` // "layer/id", or "precedent/id"
	Name        string  `json:"name"`
	Version     uint64  `json:"version"`
	DistanceM   float64 `json:"distance_m"`         // from the point: 0 inside an area
	BorderM     float64 `json:"border_m,omitempty"` // to the outline of an area
	Department  string  `json:"department,omitempty"`
	Duty        string  `json:"duty,omitempty"` // the entry of the duty list that covers the class
	Probability float64 `json:"probability"`    // that it decides for the true place
}

// Tried is a rung as it was tried.
type Tried struct {
	Rung     Rung       `json:"rung"`
	Name     string     `json:"name"`
	Outcome  Outcome    `json:"outcome"`
	Evidence []Evidence `json:"evidence"`
}
