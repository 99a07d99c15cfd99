package roadnet

import (
	"fmt"
	"time"

	"wutu/layers"
)

// Mode is how somebody moves.
type Mode uint8

// The modes.
const (
	Drive Mode = iota
	Walk
	modes
)

// String is the mode's name in requests.
func (m Mode) String() string {
	switch m {
	case Drive:
		return "drive"
	case Walk:
		return "walk"
	case modes:
	}
	return fmt.Sprintf("invalid(%d)", uint8(m))
}

// ParseMode is the inverse of String. The error is Invalid and names the field
// "mode".
func ParseMode(s string) (Mode, error) {
	for m := Drive; m < modes; m++ {
		if m.String() == s {
			return m, nil
		}
	}
	return 0, layers.Invalidf("route", "mode", fmt.Sprintf("%.20q is not drive or walk", s))
}

const (
	// flow is the share of the speed limit that is driven on average: junctions,
	// lights and other traffic take the rest.
	flow = 0.75
	// walkKmH is the speed of walking, and stepsKmH that on stairs.
	walkKmH  = 4.8
	stepsKmH = 2.4
	// leastLimit bounds limits from below, in km/h: a limit of 0 is an error of data.
	leastLimit = 5
	mostLimit  = 130
)

// use is what a class of roads means: the limit in km/h where no sign says
// otherwise, 0 when cars may not drive there, and the speed of walking, 0 when
// nobody may.
type use struct {
	limit, walk float64
}

// useOf gives the meaning of a class: those of the synthetic city and the values
// of OSM's key highway. What is not known is a plain road.
func useOf(class string) use {
	switch class {
	case "motorway", "expressway":
		return use{100, 0}
	case "motorway_link":
		return use{60, 0}
	case "trunk":
		return use{80, walkKmH}
	case "trunk_link":
		return use{50, walkKmH}
	case "primary":
		return use{60, walkKmH}
	case "secondary", "primary_link":
		return use{50, walkKmH}
	case "tertiary", "unclassified", "secondary_link":
		return use{40, walkKmH}
	case "residential", "road", "tertiary_link":
		return use{30, walkKmH}
	case "service":
		return use{20, walkKmH}
	case "living_street", "track":
		return use{15, walkKmH}
	case "footway", "path", "pedestrian", "cycleway", "bridleway", "corridor":
		return use{0, walkKmH}
	case "steps":
		return use{0, stepsKmH}
	case "construction", "proposed", "planned", "abandoned", "disused", "razed", "platform", "raceway", "bus_guideway",
		"busway", "rest_area", "services", "escape", "emergency_bay", "elevator", "via_ferrata", "no":
		return use{}
	}
	return use{30, walkKmH}
}

// road is what decides how fast a road is used.
type road struct {
	class    string
	name     string
	oneway   bool    // cars drive in the order of the vertices only
	maxSpeed float64 // km/h, 0: no sign
	access   string  // values of OSM's keys access, motor_vehicle and foot; "" when there are none
	motor    string
	foot     string
}

// barred reports whether a value of an access key keeps the public out.
func barred(v string) bool {
	switch v {
	case "no", "private", "agricultural", "forestry", "military":
		return true
	}
	return false
}

// speed is how fast the road is used, in metres a second; 0 when it is not. along
// says in the order of its vertices.
func (r *road) speed(m Mode, along bool) float64 {
	u, own := useOf(r.class), r.motor
	if m == Walk {
		own = r.foot
	}
	if barred(own) || own == "" && barred(r.access) {
		return 0
	}
	kmh := u.walk
	if m == Drive {
		if u.limit == 0 || r.oneway && !along {
			return 0
		}
		limit := u.limit
		if r.maxSpeed > 0 {
			limit = min(max(r.maxSpeed, leastLimit), mostLimit)
		}
		kmh = flow * limit
	}
	return kmh / 3.6
}

// closed is the cost of what may not be used in a direction.
const closed time.Duration = -1

// cost is the time for a number of metres, closed when the speed is 0.
func cost(metres, speed float64) time.Duration {
	if speed <= 0 {
		return closed
	}
	return time.Duration(metres/speed*1e9 + 0.5)
}

// onFoot is the time of the straight way between a place and its road.
func onFoot(metres float64) time.Duration { return cost(metres, walkKmH/3.6) }

// part is a share of a cost, the same from whichever method asks.
func part(c time.Duration, share float64) time.Duration {
	return time.Duration(float64(c)*share + 0.5)
}
