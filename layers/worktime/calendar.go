package worktime

import (
	"fmt"
	"time"

	"wutu/layers"
)

// Calendar says when offices work. It is plain data, edited where a city's
// hours differ. The zero Calendar has no office hours and is refused by Due.
type Calendar struct {
	Zone   *time.Location
	Office []Hours         // within a day, ascending, not overlapping
	Off    map[string]bool // dates as 2006-01-02 that are no working days although they fall on Monday to Friday
	On     map[string]bool // Saturdays and Sundays that are working days
}

// Hours is a part of the day as offsets from midnight; it includes its beginning
// and excludes its end.
type Hours struct{ From, To time.Duration }

// China is the zone of the whole country: eight hours ahead of UTC, without
// summer time since 1991.
func China() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// DefaultCalendar has office hours 08:30–12:00 and 14:00–17:30 (standards.md
// section 1) and the days off and shifted working days of the State Council's
// yearly notices for 2024 to 2026. The National Day of 2024 is that of the
// reference; the other dates are to be confirmed and edited on site. Years
// without a notice have weekends only. Each call returns a calendar of its own.
func DefaultCalendar() *Calendar {
	c := &Calendar{
		Zone: China(),
		Office: []Hours{
			{8*time.Hour + 30*time.Minute, 12 * time.Hour},
			{14 * time.Hour, 17*time.Hour + 30*time.Minute},
		},
		Off: map[string]bool{},
		On:  map[string]bool{},
	}
	for _, p := range []struct{ from, to string }{
		{"2024-01-01", "2024-01-01"}, {"2024-02-10", "2024-02-17"}, {"2024-04-04", "2024-04-06"}, {"2024-05-01", "2024-05-05"},
		{"2024-06-10", "2024-06-10"}, {"2024-09-15", "2024-09-17"}, {"2024-10-01", "2024-10-07"},
		{"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"}, {"2025-04-04", "2025-04-06"}, {"2025-05-01", "2025-05-05"},
		{"2025-05-31", "2025-06-02"}, {"2025-10-01", "2025-10-08"},
		{"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"}, {"2026-04-04", "2026-04-06"}, {"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"}, {"2026-09-25", "2026-09-27"}, {"2026-10-01", "2026-10-07"},
	} {
		for day := p.from; day <= p.to; day = nextDate(day) {
			c.Off[day] = true
		}
	}
	for _, day := range []string{
		"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
		"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
		"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
	} {
		c.On[day] = true
	}
	return c
}

// nextDate is the date behind day; a malformed day ends every loop.
func nextDate(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return "9999"
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// DayKind is why a day counts or does not.
type DayKind uint8

// The kinds of days.
const (
	Workday DayKind = iota + 1
	Shifted         // a weekend day that is worked
	Weekend
	Holiday
)

var dayKindNames = [...]layers.Title{{}, {ZH: "工作日", EN: "working day"}, {ZH: "调休上班", EN: "shifted working day"},
	{ZH: "周末", EN: "weekend"}, {ZH: "节假日", EN: "public holiday"}}

// Title names the kind of day.
func (k DayKind) Title() layers.Title {
	if int(k) < len(dayKindNames) {
		return dayKindNames[k]
	}
	return layers.Title{}
}

// Worked reports whether offices are open on such a day.
func (k DayKind) Worked() bool { return k == Workday || k == Shifted }

// Day says what kind of day t falls on in the calendar's zone.
func (c *Calendar) Day(t time.Time) DayKind {
	t = t.In(c.Zone)
	date, weekend := t.Format(time.DateOnly), t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	switch {
	case c.On[date]:
		if weekend {
			return Shifted
		}
		return Workday
	case c.Off[date]:
		return Holiday
	case weekend:
		return Weekend
	}
	return Workday
}

// check reports the first impossible part of c.
func (c *Calendar) check() error {
	if c.Zone == nil || len(c.Office) == 0 {
		return layers.Invalidf("worktime", "calendar", "has no zone or no office hours")
	}
	last := time.Duration(0)
	for _, h := range c.Office {
		if h.From < last || h.To <= h.From || h.To > 24*time.Hour {
			return layers.Invalidf("worktime", "calendar", fmt.Sprintf("office hours %v–%v are out of order", h.From, h.To))
		}
		last = h.To
	}
	return nil
}
