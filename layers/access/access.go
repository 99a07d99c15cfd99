package access

import (
	"fmt"

	"wutu/layers"
)

// Mode is how much of a layer a subject may learn.
type Mode uint8

// The modes, from least to most.
const (
	Hidden Mode = iota // the layer does not exist for the subject
	Counts             // counts only, those below the threshold suppressed
	List               // features may be listed
)

// String names the mode for messages.
func (m Mode) String() string {
	switch m {
	case Counts:
		return "counts"
	case List:
		return "list"
	case Hidden:
	}
	return "hidden"
}

// Decision is what a subject may learn of one layer.
type Decision struct {
	Mode   Mode
	Below  int    // in mode Counts: counts from 1 to Below-1 are suppressed
	Region string // code of the area the rows are limited to, "" for all
	Masked bool   // fields marked personal read as null and cannot be filtered on
}

// Decide says what s may learn of l. It is pure and costs O(layers in the
// subject's scope).
func Decide(s *layers.Subject, l *layers.Layer) Decision {
	if s.Role == layers.System {
		return Decision{Mode: List}
	}
	if !s.InScope(l.ID) {
		return Decision{}
	}
	d := Decision{Mode: List, Masked: !s.Cleared}
	if l.Element != layers.Frame {
		d.Region = s.Region
	}
	switch s.Role {
	case layers.Public, layers.SysAdmin, layers.SecAdmin, layers.Auditor:
		if l.Access != layers.PublicAccess {
			return Decision{}
		}
		d.Masked = true
	case layers.Planner, layers.Dispatcher, layers.Supervisor, layers.GridWorker, layers.Department,
		layers.Commander, layers.ThemeOwner, layers.API, layers.System:
	}
	if l.Access == layers.PersonalAccess && !s.Cleared {
		d.Mode, d.Below = Counts, l.Threshold()
	}
	return d
}

// MayList returns nil when s may list l, NotFound when the layer is hidden from
// it, and Forbidden when it may only count.
func MayList(s *layers.Subject, l *layers.Layer) error {
	switch Decide(s, l).Mode {
	case List:
		return nil
	case Counts:
		return &layers.Error{Kind: layers.Forbidden, Op: "access", Layer: l.ID,
			Err: fmt.Errorf("holds personal data: role %s gets counts only", s.Role)}
	case Hidden:
	}
	return &layers.Error{Kind: layers.NotFound, Op: "access", Layer: l.ID, Err: fmt.Errorf("no such layer")}
}

// Suppress returns the count a subject in mode Counts may learn: n and true, or
// 0 and false when it must be withheld. Zero is shown: that nobody is there is
// no statement about a person.
func (d Decision) Suppress(n int) (int, bool) {
	if d.Mode == Counts && n > 0 && n < d.Below {
		return 0, false
	}
	return n, true
}
