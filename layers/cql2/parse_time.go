package cql2

import (
	"time"

	"wutu/layers"
)

// open is how an unbounded end of an interval is written.
const open = ".."

// instant reads "('…')" behind DATE or TIMESTAMP.
func (p *parser) instant(tag string) (layers.Term, error) {
	if err := p.symbol("("); err != nil {
		return nil, err
	}
	t := p.tok
	if t.kind != tokenText {
		return nil, p.expected("a quoted " + instantForm(tag))
	}
	at, date, err := parseInstant(t)
	if err != nil {
		return nil, err
	}
	if date != (tag == "DATE") {
		return nil, invalid(t.pos, "expected %s, found %s", instantForm(tag), clip(t.text))
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return layers.Literal{Value: layers.InstantMicro(at.UnixMicro())}, p.symbol(")")
}

func instantForm(tag string) string {
	if tag == "DATE" {
		return "date such as 2026-11-21"
	}
	return "time such as 2026-11-21T08:00:00Z"
}

// parseInstant reads a full date or an RFC 3339 time and reports which it is.
// Times are cut to microseconds, offsets other than Z are converted.
func parseInstant(t token) (at time.Time, date bool, err error) {
	if at, err := time.Parse(time.DateOnly, t.text); err == nil {
		return at, true, nil
	}
	at, err = time.Parse(time.RFC3339Nano, t.text)
	if err != nil {
		return time.Time{}, false, invalid(t.pos, "%q is neither a date (2026-11-21) nor a time (2026-11-21T08:00:00Z)", clip(t.text))
	}
	return at.UTC().Truncate(time.Microsecond), false, nil
}

// interval reads "(from, to)" behind INTERVAL. With constant ends it is an
// Interval, with a property or call at one end a Call named INTERVAL, whose
// unbounded end is the text "..".
func (p *parser) interval(pos int) (operand, error) {
	if err := p.enter(); err != nil {
		return operand{}, err
	}
	defer p.leave()
	if err := p.symbol("("); err != nil {
		return operand{}, err
	}
	from, err := p.intervalEnd(false)
	if err != nil {
		return operand{}, err
	}
	if err := p.symbol(","); err != nil {
		return operand{}, err
	}
	to, err := p.intervalEnd(true)
	if err != nil {
		return operand{}, err
	}
	if err := p.symbol(")"); err != nil {
		return operand{}, err
	}
	f, fixedFrom := constantEnd(from.term)
	t, fixedTo := constantEnd(to.term)
	if fixedFrom && fixedTo {
		if !f.IsZero() && !t.IsZero() && t.Before(f) {
			return operand{}, invalid(pos, "the interval ends before it begins")
		}
		return operand{pos: pos, depth: 1, term: layers.Interval{From: f, To: t}}, nil
	}
	depth := max(from.depth, to.depth) + 1
	return operand{pos: pos, depth: depth, term: layers.Call{Name: "INTERVAL", Args: []layers.Term{from.term, to.term}}},
		deep(depth, pos)
}

// intervalEnd reads one end: a quoted date, time or '..', or a value. A date as
// upper end means its last microsecond.
func (p *parser) intervalEnd(upper bool) (operand, error) {
	t := p.tok
	leaf := operand{pos: t.pos, depth: 1}
	if t.kind != tokenText {
		o, err := p.sum()
		if err != nil {
			return operand{}, err
		}
		_, err = o.value()
		return o, err
	}
	if t.text == open {
		leaf.term = layers.Literal{Value: layers.Text(open)}
		return leaf, p.advance()
	}
	at, date, err := parseInstant(t)
	if err != nil {
		return operand{}, err
	}
	if date && upper {
		at = at.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	if at.IsZero() {
		return operand{}, invalid(t.pos, "%s is the instant that stands for no bound", clip(t.text))
	}
	leaf.term = layers.Literal{Value: layers.InstantMicro(at.UnixMicro())}
	return leaf, p.advance()
}

// constantEnd returns the instant of a constant interval end, zero for '..'.
func constantEnd(t layers.Term) (time.Time, bool) {
	l, ok := t.(layers.Literal)
	if !ok {
		return time.Time{}, false
	}
	switch {
	case l.Value.Type() == layers.DateTime:
		return l.Value.Time(), true
	case l.Value == layers.Text(open):
		return time.Time{}, true
	}
	return time.Time{}, false
}
