package worktime

import (
	"fmt"
	"time"

	"wutu/layers"
)

// maxSpan bounds what After can be asked for.
const maxSpan = maxAmount * 24 * time.Hour

// Between is how much time of the unit lies from from to to: office time for
// working hours and working days, all time for clock hours. It is 0 when to is
// not after from, and additive: Between(a, b) + Between(b, c) = Between(a, c) for
// a ≤ b ≤ c. A period beyond 100,000 days counts that far. The error is Invalid
// for an impossible calendar or unit. It costs O(days).
func (c *Calendar) Between(from, to time.Time, unit Unit) (time.Duration, error) {
	if unit == ClockHours {
		return max(0, to.Sub(from)), nil
	}
	if unit != WorkingHours && unit != WorkingDays {
		return 0, layers.Invalidf("worktime", "unit", "is none")
	}
	if err := c.check(); err != nil {
		return 0, err
	}
	from, to = from.In(c.Zone), to.In(c.Zone)
	sum := time.Duration(0)
	for day, n := midnight(from), 0; day.Before(to) && n < maxDays; day, n = day.AddDate(0, 0, 1), n+1 {
		if !c.Day(day).Worked() {
			continue
		}
		for _, h := range c.Office {
			opens, closes := clockTime(day, h.From), clockTime(day, h.To)
			if opens.Before(from) {
				opens = from
			}
			if closes.After(to) {
				closes = to
			}
			sum += max(0, closes.Sub(opens))
		}
	}
	return sum, nil
}

// After is when span of the unit is over, counted from start, with the intervals
// that explain it, in the calendar's zone; it is how a clock that was stopped
// goes on with the rest. Between(start, After(start, span)) = span.
//
// A span of working days is office time too, but ends when offices are open
// rather than at closing time, as deadlines in working days do: after n whole
// days it is the end that Due gives. A span of 0 or less is over at start. The
// error is Invalid for an impossible span, unit or calendar. It costs O(days).
func (c *Calendar) After(start time.Time, span time.Duration, unit Unit) (time.Time, []Interval, error) {
	if err := c.check(); err != nil {
		return time.Time{}, nil, err
	}
	start = start.In(c.Zone)
	if span > maxSpan {
		return time.Time{}, nil, layers.Invalidf("worktime", "span", fmt.Sprintf("%v is longer than %v", span, maxSpan))
	}
	if span <= 0 && unit <= ClockHours && unit > 0 {
		return start, nil, nil
	}
	switch unit {
	case ClockHours:
		end := start.Add(span)
		return end, []Interval{{From: start, To: end, Day: c.Day(start), Counted: true}}, nil
	case WorkingHours:
		return c.hours(start, span)
	case WorkingDays:
		end, why, err := c.hours(start, span)
		if err != nil {
			return end, why, err
		}
		open, ok := c.opening(end)
		if !ok {
			return time.Time{}, nil, layers.Invalidf("worktime", "calendar", "has no working days")
		}
		return open, why, nil
	}
	return time.Time{}, nil, layers.Invalidf("worktime", "unit", "is none")
}
