package worktime

import (
	"fmt"
	"slices"
	"time"

	"wutu/layers"
)

// Interval is a piece of the explanation of a due time: a period that counted,
// or a whole day that did not.
type Interval struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Day     DayKind   `json:"-"`
	Counted bool      `json:"counted"`
}

// String is the interval as people read it: "09-27 17:00–17:30 office".
func (i Interval) String() string {
	if !i.Counted {
		return i.From.Format("01-02") + " " + i.Day.Title().EN + " skipped"
	}
	if i.To.Sub(i.From) < 24*time.Hour && i.From.Day() == i.To.Day() {
		return i.From.Format("01-02 15:04–") + i.To.Format("15:04")
	}
	return i.From.Format("01-02 15:04–") + i.To.Format("01-02 15:04")
}

// The bounds of a search for a due time.
const (
	maxAmount = 10_000     // hours or days in a deadline
	maxDays   = 100 * 1000 // days looked at, far beyond what maxAmount needs with any sane calendar
)

// Due is when a deadline that starts at start ends, with the intervals that
// explain it, in the calendar's zone. Both ends count: a deadline may end at the
// last minute of an office day.
//
// Working hours count inside office hours only. Working days end at the same
// time of day as they started, that many working days later; a start outside of
// office hours first moves to the next opening. Clock hours count around the
// clock. The error is Invalid for a deadline or calendar that is impossible. It
// costs O(days).
func (c *Calendar) Due(start time.Time, d Deadline) (time.Time, []Interval, error) {
	if err := c.check(); err != nil {
		return time.Time{}, nil, err
	}
	if d.Amount < 1 || d.Amount > maxAmount {
		return time.Time{}, nil, layers.Invalidf("worktime", "deadline", fmt.Sprintf("%d is not from 1 to %d", d.Amount, maxAmount))
	}
	start = start.In(c.Zone)
	switch d.Unit {
	case ClockHours:
		end := start.Add(time.Duration(d.Amount) * time.Hour)
		return end, []Interval{{From: start, To: end, Day: c.Day(start), Counted: true}}, nil
	case WorkingHours:
		return c.hours(start, time.Duration(d.Amount)*time.Hour)
	case WorkingDays:
		return c.days(start, d.Amount)
	}
	return time.Time{}, nil, layers.Invalidf("worktime", "deadline", "has no unit")
}

// midnight is the beginning of t's day.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// clockTime is the moment of the day that clocks show as offset from midnight,
// also on days that are an hour longer or shorter.
func clockTime(day time.Time, offset time.Duration) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, int(offset), day.Location())
}

func (c *Calendar) hours(start time.Time, left time.Duration) (time.Time, []Interval, error) {
	var why []Interval
	for day, n := midnight(start), 0; n < maxDays; day, n = day.AddDate(0, 0, 1), n+1 {
		kind := c.Day(day)
		if !kind.Worked() {
			why = append(why, Interval{From: day, To: day.AddDate(0, 0, 1), Day: kind})
			continue
		}
		for _, h := range c.Office {
			from, to := clockTime(day, h.From), clockTime(day, h.To)
			if from.Before(start) {
				from = start
			}
			if !from.Before(to) {
				continue
			}
			if open := to.Sub(from); open < left {
				left -= open
				why = append(why, Interval{From: from, To: to, Day: kind, Counted: true})
				continue
			}
			end := from.Add(left)
			return end, append(why, Interval{From: from, To: end, Day: kind, Counted: true}), nil
		}
	}
	return time.Time{}, nil, layers.Invalidf("worktime", "calendar", "has no working days")
}

func (c *Calendar) days(start time.Time, left int) (time.Time, []Interval, error) {
	var why []Interval
	from, ok := c.opening(start)
	if !ok {
		return time.Time{}, nil, layers.Invalidf("worktime", "calendar", "has no working days")
	}
	offset := time.Duration(from.Hour())*time.Hour + time.Duration(from.Minute())*time.Minute +
		time.Duration(from.Second())*time.Second + time.Duration(from.Nanosecond())
	last := from
	for day, n := midnight(from).AddDate(0, 0, 1), 0; n < maxDays; day, n = day.AddDate(0, 0, 1), n+1 {
		kind := c.Day(day)
		if !kind.Worked() {
			why = append(why, Interval{From: day, To: day.AddDate(0, 0, 1), Day: kind})
			continue
		}
		end := clockTime(day, offset)
		why = append(why, Interval{From: last, To: end, Day: kind, Counted: true})
		if left--; left == 0 {
			slices.SortStableFunc(why, func(a, b Interval) int { return a.From.Compare(b.From) })
			return end, why, nil
		}
		last = end
	}
	return time.Time{}, nil, layers.Invalidf("worktime", "calendar", "has no working days")
}

// opening is the first moment from t on at which offices are open.
func (c *Calendar) opening(t time.Time) (time.Time, bool) {
	for day, n := midnight(t), 0; n < maxDays; day, n = day.AddDate(0, 0, 1), n+1 {
		if !c.Day(day).Worked() {
			continue
		}
		for _, h := range c.Office {
			from, to := clockTime(day, h.From), clockTime(day, h.To)
			if t.Before(from) {
				return from, true
			}
			if t.Before(to) {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
