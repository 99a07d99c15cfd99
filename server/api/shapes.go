package api

import (
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/server/ground"
)

// placeAnswer is what locate answers.
type placeAnswer struct {
	Point       pointAnswer     `json:"point"`
	Areas       []ground.Share  `json:"areas"`
	Addresses   []addressInfo   `json:"addresses"`
	Building    *placed         `json:"building"`
	Parcel      *placed         `json:"parcel"`
	Components  []placed        `json:"components"`
	Events      []placed        `json:"events"`
	Cameras     []placed        `json:"cameras"`
	Departments []departmentFor `json:"departments"`
	Classes     []answering     `json:"classes,omitempty"`
}

// pointAnswer is a point in every system, null where it has no image.
type pointAnswer struct {
	WGS84       orb.Point    `json:"wgs84"`
	CGCS2000    orb.Point    `json:"cgcs2000"`
	GCJ02       *orb.Point   `json:"gcj02"`
	BD09        *orb.Point   `json:"bd09"`
	WebMercator *orb.Point   `json:"web_mercator"`
	GaussKruger *gaussKruger `json:"cgcs2000_gk"`
}

// departmentFor is a department whose jurisdiction holds a place.
type departmentFor struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Kind   string       `json:"kind"`
	Duties []string     `json:"duties"`
	Reason layers.Title `json:"reason"`
}
