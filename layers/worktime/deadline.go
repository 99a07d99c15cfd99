package worktime

import (
	"strconv"

	"wutu/layers"
)

// Unit is how a deadline counts time.
type Unit uint8

// The units of deadlines.
const (
	WorkingHours Unit = iota + 1 // 工作时: office hours
	WorkingDays                  // 工作日
	ClockHours                   // 紧急工作时: around the clock
)

var unitNames = [...]layers.Title{{}, {ZH: "工作时", EN: "working hours"}, {ZH: "工作日", EN: "working days"}, {ZH: "紧急工作时", EN: "hours"}}

// Title is the name of the unit.
func (u Unit) Title() layers.Title {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return layers.Title{}
}

// Deadline is how long the department has, from dispatch.
type Deadline struct {
	Amount int
	Unit   Unit
}

// Title is the deadline in words: "4 工作时", "4 working hours".
func (d Deadline) Title() layers.Title {
	u := d.Unit.Title()
	n := strconv.Itoa(d.Amount)
	return layers.Title{ZH: n + " " + u.ZH, EN: n + " " + u.EN}
}
