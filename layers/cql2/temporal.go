package cql2

import (
	"math"
	"time"

	"wutu/layers"
)

// The bounds of intervals without one.
const (
	sinceEver  = math.MinInt64
	forEver    = math.MaxInt64
	microOfDay = int64(24 * time.Hour / time.Microsecond)
)

// span is a period in microseconds since 1970, both ends inclusive; an instant
// is a span with equal ends.
type span struct{ from, to int64 }

// spanTerm is a compiled instant or interval.
type spanTerm struct {
	instant bool
	eval    func(layers.Row) (span, bool) // false: unknown, because an end is null
}

// span compiles an operand of a temporal function.
func (c *compiler) span(t layers.Term) (spanTerm, error) {
	switch t := t.(type) {
	case layers.Interval:
		s := span{sinceEver, forEver}
		if !t.From.IsZero() {
			s.from = t.From.UnixMicro()
		}
		if !t.To.IsZero() {
			s.to = t.To.UnixMicro()
		}
		if s.from > s.to {
			return spanTerm{}, c.fail(layers.Invalid, "INTERVAL", "ends before it begins")
		}
		return spanTerm{eval: func(layers.Row) (span, bool) { return s, true }}, nil
	case layers.Call:
		if t.Name == "INTERVAL" {
			return c.openInterval(t)
		}
	}
	s, err := c.scalar(t)
	if err != nil {
		return spanTerm{}, err
	}
	if s.kind != kindInstant && s.kind != kindNull {
		return spanTerm{}, c.fail(layers.Invalid, s.name, "is a %s; a time or an interval is expected", s.kind)
	}
	eval := s.eval
	return spanTerm{instant: true, eval: func(r layers.Row) (span, bool) {
		v := eval(r)
		return span{v.Micro(), v.Micro()}, !v.IsNull()
	}}, nil
}

// openInterval compiles an INTERVAL with a property at one end. Ends in the
// wrong order are unknown, like ends that are null.
func (c *compiler) openInterval(t layers.Call) (spanTerm, error) {
	if len(t.Args) != 2 {
		return spanTerm{}, c.fail(layers.Invalid, t.Name, "takes two ends, not %d", len(t.Args))
	}
	end := func(t layers.Term, unbounded int64) (func(layers.Row) (int64, bool), error) {
		if at, ok := constantEnd(t); ok {
			us := unbounded
			if !at.IsZero() {
				us = at.UnixMicro()
			}
			return func(layers.Row) (int64, bool) { return us, true }, nil
		}
		s, err := c.scalar(t)
		if err != nil {
			return nil, err
		}
		if s.kind != kindInstant && s.kind != kindNull {
			return nil, c.fail(layers.Invalid, s.name, "is a %s; a time is expected as an end of INTERVAL", s.kind)
		}
		eval := s.eval
		return func(r layers.Row) (int64, bool) {
			v := eval(r)
			return v.Micro(), !v.IsNull()
		}, nil
	}
	from, err := end(t.Args[0], sinceEver)
	if err != nil {
		return spanTerm{}, err
	}
	to, err := end(t.Args[1], forEver)
	if err != nil {
		return spanTerm{}, err
	}
	return spanTerm{eval: func(r layers.Row) (span, bool) {
		f, ok1 := from(r)
		t, ok2 := to(r)
		return span{f, t}, ok1 && ok2 && f <= t
	}}, nil
}

func (c *compiler) temporal(e layers.Temporal) (condition, error) {
	l, err := c.span(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.span(e.Right)
	if err != nil {
		return nil, err
	}
	relate, err := c.relation(e.Op, l.instant, r.instant)
	if err != nil {
		return nil, err
	}
	le, re := l.eval, r.eval
	return func(row layers.Row) truth {
		a, ok := le(row)
		if !ok {
			return unknown
		}
		b, ok := re(row)
		if !ok {
			return unknown
		}
		return truthOf(relate(a, b))
	}, nil
}

// relation returns the test of a temporal operator for operands that are
// instants or intervals. Between intervals it is Allen's relation of that name
// (ISO 19108), between other operands its sensible generalisation; the operators
// that need the two ends of both operands refuse instants.
func (c *compiler) relation(op layers.TemporalOp, leftInstant, rightInstant bool) (func(a, b span) bool, error) {
	switch op {
	case layers.TAfter:
		return func(a, b span) bool { return a.from > b.to }, nil
	case layers.TBefore:
		return func(a, b span) bool { return a.to < b.from }, nil
	case layers.TDisjoint:
		return func(a, b span) bool { return a.from > b.to || a.to < b.from }, nil
	case layers.TIntersects:
		return func(a, b span) bool { return a.from <= b.to && b.from <= a.to }, nil
	case layers.TEquals:
		switch {
		case leftInstant == rightInstant:
			return func(a, b span) bool { return a == b }, nil
		case leftInstant:
			return equalsDay, nil
		}
		return func(a, b span) bool { return equalsDay(b, a) }, nil
	case layers.TDuring:
		if rightInstant {
			break
		}
		return during(leftInstant), nil
	case layers.TContains:
		if leftInstant {
			break
		}
		inside := during(rightInstant)
		return func(a, b span) bool { return inside(b, a) }, nil
	case layers.TStarts, layers.TStartedBy, layers.TFinishes, layers.TFinishedBy, layers.TMeets, layers.TMetBy,
		layers.TOverlaps, layers.TOverlappedBy:
		if leftInstant || rightInstant {
			break
		}
		return allen(op), nil
	default:
		return nil, c.fail(layers.Invalid, "filter", "unknown temporal function %s", op)
	}
	return nil, c.fail(layers.Invalid, op.String(), "needs an interval where a single time stands")
}

// equalsDay reports whether the instant a is the interval b, or the beginning of
// the day that b is: dates are kept as the instant at which they begin.
func equalsDay(a, b span) bool {
	return a.from == b.from && (a.to == b.to || a.from%microOfDay == 0 && b.to == a.from+microOfDay-1)
}

// during returns the test whether a lies in b: for an instant ends included, for
// an interval strictly inside.
func during(instant bool) func(a, b span) bool {
	if instant {
		return func(a, b span) bool { return a.from >= b.from && a.to <= b.to }
	}
	return func(a, b span) bool { return a.from > b.from && a.to < b.to }
}

// allen are the relations of two intervals that share or cross ends.
func allen(op layers.TemporalOp) func(a, b span) bool {
	switch op {
	case layers.TStarts:
		return func(a, b span) bool { return a.from == b.from && a.to < b.to }
	case layers.TStartedBy:
		return func(a, b span) bool { return a.from == b.from && a.to > b.to }
	case layers.TFinishes:
		return func(a, b span) bool { return a.to == b.to && a.from > b.from }
	case layers.TFinishedBy:
		return func(a, b span) bool { return a.to == b.to && a.from < b.from }
	case layers.TMeets:
		return func(a, b span) bool { return a.to == b.from }
	case layers.TMetBy:
		return func(a, b span) bool { return a.from == b.to }
	case layers.TOverlaps:
		return func(a, b span) bool { return a.from < b.from && a.to > b.from && a.to < b.to }
	}
	return func(a, b span) bool { return a.from > b.from && a.from < b.to && a.to > b.to } // TOverlappedBy
}
