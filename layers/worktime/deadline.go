package worktime

import (
	"fmt"
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

var unitCodes = [...]string{"", "working_hours", "working_days", "clock_hours"}

// String is the unit's name in files: working_hours, working_days, clock_hours.
func (u Unit) String() string {
	if int(u) < len(unitCodes) {
		return unitCodes[u]
	}
	return unitCodes[0]
}

// ParseUnit is the inverse of String. The error is Invalid.
func ParseUnit(s string) (Unit, error) {
	for u := WorkingHours; u <= ClockHours; u++ {
		if unitCodes[u] == s {
			return u, nil
		}
	}
	return 0, layers.Invalidf("worktime", "unit", fmt.Sprintf("%.40q is not working_hours, working_days or clock_hours", s))
}

// Check reports an impossible deadline, as an Invalid error.
func (d Deadline) Check() error {
	if d.Unit < WorkingHours || d.Unit > ClockHours {
		return layers.Invalidf("worktime", "deadline", "has no unit")
	}
	if d.Amount < 1 || d.Amount > maxAmount {
		return layers.Invalidf("worktime", "deadline", fmt.Sprintf("%d is not from 1 to %d", d.Amount, maxAmount))
	}
	return nil
}

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
