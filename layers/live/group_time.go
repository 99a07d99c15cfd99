package live

import (
	"fmt"
	"time"

	"wutu/layers"
)

// TimeUnit is a span of the calendar.
type TimeUnit uint8

// The units. A week begins on Monday, as ISO 8601 has it.
const (
	NoUnit TimeUnit = iota
	Hour
	Day
	Week
	Month
	Year
)

var unitNames = [...]string{"", "hour", "day", "week", "month", "year"}

// String is the name used in queries.
func (u TimeUnit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return ""
}

// ParseTimeUnit is the inverse of String, for units but NoUnit. The error is
// Invalid.
func ParseTimeUnit(s string) (TimeUnit, error) {
	for i, name := range unitNames {
		if i > 0 && s == name {
			return TimeUnit(i), nil
		}
	}
	return NoUnit, layers.Invalidf("stats", "by", fmt.Sprintf("%.40q is not hour, day, week, month or year", s))
}

// span is the unit of the calendar that holds t, in t's zone: from inclusive, to
// exclusive. Units follow one another without gap or overlap: a day begins when
// the clock first shows it, so that what comes again where the clock is put back
// over midnight is of the new day. An hour is one of the clock, and ends where
// the clock is changed.
func (u TimeUnit) span(t time.Time) (from, to time.Time) {
	y, m, d := t.Date()
	var month time.Month // that a unit has
	years, days := 0, 0
	switch u {
	case Hour:
		return hour(t)
	case Week:
		d -= (int(t.Weekday()) + 6) % 7
		days = 7
	case Month:
		d, month = 1, 1
	case Year:
		m, d, years = 1, 1, 1
	case Day, NoUnit:
		days = 1
	}
	start := func(n int) time.Time {
		return midnight(y+n*years, m+time.Month(n)*month, d+n*days, t.Location())
	}
	if from, to = start(0), start(1); !t.Before(to) {
		return to, start(2)
	}
	return from, to
}

func hour(t time.Time) (from, to time.Time) {
	_, offset := t.Zone()
	into := time.Duration(((t.Unix()+int64(offset))%3600+3600)%3600)*time.Second + time.Duration(t.Nanosecond())
	from, to = t.Add(-into), t.Add(time.Hour-into)
	if _, o := from.Zone(); o != offset {
		from = change(from, t)
	}
	if _, o := to.Add(-1).Zone(); o != offset {
		to = change(t, to)
	}
	return from, to
}

// midnight is the first instant of a day: where the clock skips midnight, the
// instant of the change; where midnight comes twice, the first.
func midnight(y int, m time.Month, d int, zone *time.Location) time.Time {
	noon := time.Date(y, m, d, 12, 0, 0, 0, zone)
	y, m, d = noon.Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	if t.Day() != d { // it was skipped, and t is before the change
		return change(t, noon)
	}
	for _, back := range [...]time.Duration{time.Hour, 30 * time.Minute} {
		if e := t.Add(-back); e.Day() == d {
			return e
		}
	}
	return t
}

// change is the first instant after from, up to to, with the offset of to.
func change(from, to time.Time) time.Time {
	_, offset := to.Zone()
	for to.Sub(from) > time.Microsecond {
		middle := from.Add(to.Sub(from) / 2).Truncate(time.Microsecond)
		if !middle.After(from) {
			break
		}
		if _, o := middle.Zone(); o == offset {
			to = middle
		} else {
			from = middle
		}
	}
	return to
}

// key names the unit that begins at from: in order of time where the zone's
// offset stays.
func (u TimeUnit) key(from time.Time) string {
	switch u {
	case Hour:
		return from.Format("2006-01-02T15:04Z07:00")
	case Week:
		y, w := from.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case Month:
		return from.Format("2006-01")
	case Year:
		return from.Format("2006")
	case Day, NoUnit:
	}
	return from.Format(time.DateOnly)
}
