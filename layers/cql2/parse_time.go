package cql2

import (
	"fmt"
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
	at, date, ok := instantOf(t.text)
	if !ok {
		return nil, invalid(t.pos, "%w", noInstant(t.text))
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

// instantOf reads a full date or an RFC 3339 time and reports which it is. Times
// are cut to microseconds, offsets other than Z are converted.
func instantOf(text string) (at time.Time, date, ok bool) {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at, true, true
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at.UTC().Truncate(time.Microsecond), false, err == nil
}

func noInstant(text string) error {
	return fmt.Errorf("%q is neither a date (2026-11-21) nor a time (2026-11-21T08:00:00Z)", clip(text))
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
	t, ok := intervalOf(from.term, to.term)
	if !ok {
		return operand{}, invalid(pos, "the interval ends before it begins")
	}
	depth := max(from.depth, to.depth) + 1
	if _, constant := t.(layers.Interval); constant {
		depth = 1
	}
	return operand{pos: pos, depth: depth, term: t}, deep(depth, pos)
}

// intervalOf makes an interval of its ends, false when the second is before the
// first.
func intervalOf(from, to layers.Term) (layers.Term, bool) {
	f, fixedFrom := constantEnd(from)
	t, fixedTo := constantEnd(to)
	if fixedFrom && fixedTo {
		return layers.Interval{From: f, To: t}, f.IsZero() || t.IsZero() || !t.Before(f)
	}
	return layers.Call{Name: "INTERVAL", Args: []layers.Term{from, to}}, true
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
	var err error
	if leaf.term, err = endOf(t.text, upper); err != nil {
		return operand{}, invalid(t.pos, "%w", err)
	}
	return leaf, p.advance()
}

// endOf reads a constant end of an interval.
func endOf(text string, upper bool) (layers.Term, error) {
	if text == open {
		return layers.Literal{Value: layers.Text(open)}, nil
	}
	at, date, ok := instantOf(text)
	if !ok {
		return nil, noInstant(text)
	}
	if date && upper {
		at = at.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	if at.IsZero() {
		return nil, fmt.Errorf("%s is the instant that stands for no bound", clip(text))
	}
	return layers.Literal{Value: layers.InstantMicro(at.UnixMicro())}, nil
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
