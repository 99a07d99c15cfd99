package access

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// Mode is how much of a layer a subject may learn.
type Mode uint8

// The modes, from least to most.
const (
	Hidden Mode = iota // the layer does not exist for the subject
	Counts             // counts of the layer's release only
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

// Decision is what a subject may learn of one layer. It is a value; what it
// refers to must not be changed.
type Decision struct {
	Mode    Mode
	Below   int           // in mode Counts: counts below are withheld
	Round   int           // in mode Counts: counts are multiples of this; 0 or 1: as they are
	Regions []string      // codes of areas; a row must belong to each of them. nil: the whole city
	MarginM float64       // metres around the regions, inclusive
	From    time.Time     // inclusive: only rows that began since; zero: unbounded
	To      time.Time     // exclusive: only rows that began before; zero: unbounded
	Rows    layers.Expr   // only rows of which this is true; nil: all
	Sights  layers.Sights // by field; nil: all shown
	Exact   bool          // masked fields may be compared whole with constants
	Edit    bool          // features may be made, changed and removed, where Rows and Regions admit them
	Approve Approval      // what waits for a security administrator
	Grant   string        // id of the line of the policy that decided
}

// Decide says what s may learn of l. It is pure and costs O(lines of the policy
// that speak of the subject + fields of the layer).
func Decide(s *layers.Subject, l *layers.Layer) Decision {
	if s.Role == layers.System {
		return Decision{Mode: List, Grant: "system"}
	}
	if !s.InScope(l.ID) {
		return Decision{Grant: "scope"}
	}
	g := lineFor(s, l)
	if g == nil {
		return Decision{}
	}
	d := Decision{Grant: g.ID, Exact: s.Cleared}
	switch g.Mode {
	case layers.GrantList:
		d.Mode = List
	case layers.GrantCounts:
		d.Mode, d.Below, d.Round = Counts, Threshold(l), g.Round
	case layers.GrantHidden:
		return d
	default:
		return d
	}
	if l.Element != layers.Frame {
		if !d.limitRegion(s, g) {
			return Decision{Grant: g.ID}
		}
		d.From, d.To = latest(g.Since, s.From), s.To
	}
	d.Rows = rowsOf(s, g, l)
	d.Approve = approvalOf(g, l)
	d.Sights = sightsOf(s, g, l)
	d.Edit = edits(s, g, l)
	return d
}

// Approval says what may leave the city only after a security administrator has
// approved it.
type Approval uint8

// The approvals, from least to most.
const (
	NoApproval        Approval = iota
	ApproveExports             // files
	ApproveEverything          // files and revealed values
)

func approvalOf(g *layers.Grant, l *layers.Layer) Approval {
	switch {
	case g.Approve == "always":
		return ApproveEverything
	case g.Approve == "" && l.Access == layers.PersonalAccess:
		return ApproveExports
	}
	return NoApproval
}

// Threshold is the smallest number of rows of l that a subject in mode Counts
// may learn of: the layer's own, or the default for layers that are not personal
// but given as counts.
func Threshold(l *layers.Layer) int {
	if n := l.Threshold(); n > 0 {
		return n
	}
	return layers.DefaultMinCount
}

// lineFor finds the first line of the subject's policy that speaks of l.
func lineFor(s *layers.Subject, l *layers.Layer) *layers.Grant {
	lines, mine := s.Grants, true
	if lines == nil {
		lines, mine = standard, false
	}
	for i := range lines {
		g := &lines[i]
		if (mine || speaksOf(g, s)) && covers(g, l) {
			return g
		}
	}
	return nil
}

// limitRegion adds the regions the rows are limited to. It is false when the
// line gives the subject's own region and the scope names none.
func (d *Decision) limitRegion(s *layers.Subject, g *layers.Grant) bool {
	if s.Region != "" {
		d.Regions = append(d.Regions, s.Region)
		d.MarginM = g.MarginM
	}
	switch g.Region {
	case "", s.Region:
	case "own":
		return s.Region != ""
	default:
		d.Regions = append(d.Regions, g.Region)
		d.MarginM = g.MarginM
	}
	return true
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// MayList returns nil when s may list l, NotFound when the layer is hidden from
// it, and Forbidden when it may only count.
func MayList(s *layers.Subject, l *layers.Layer) error {
	d := Decide(s, l)
	return d.MayList(s, l)
}

// MayList is the error of a decision about s and l: nil in mode List, Forbidden
// in mode Counts, NotFound when hidden.
func (d *Decision) MayList(s *layers.Subject, l *layers.Layer) error {
	switch d.Mode {
	case List:
		return nil
	case Counts:
		return &layers.Error{Kind: layers.Forbidden, Op: "access", Layer: l.ID,
			Err: fmt.Errorf("holds personal data: role %s gets counts only", s.Role)}
	case Hidden:
	}
	return &layers.Error{Kind: layers.NotFound, Op: "access", Layer: l.ID, Err: fmt.Errorf("no such layer")}
}

// Whole reports whether every feature of the layer may be listed, so that what
// describes the layer as a whole (extent, size, time of the last change) tells
// the subject nothing that the list does not.
func (d *Decision) Whole() bool {
	return d.Mode == List && len(d.Regions) == 0 && d.From.IsZero() && d.To.IsZero() && d.Rows == nil
}

// Released returns the count a subject in mode Counts may learn of n rows of the
// layer's release: n or its rounding and true, or 0 and false when it is
// withheld. Zero is withheld too: between zero and the threshold nothing is told
// apart.
func (d *Decision) Released(n int) (int, bool) {
	if d.Mode != Counts {
		return n, true
	}
	if n < d.Below {
		return 0, false
	}
	if d.Round > 1 {
		n = (n + d.Round/2) / d.Round * d.Round
	}
	return n, true
}

// Scope is a text that is the same for decisions that admit the same rows with
// the same sights: a part of cache keys.
func (d *Decision) Scope() string {
	if d.Mode == List && d.Whole() && d.Sights == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d.%d.%d;%s;%g;", d.Mode, d.Below, d.Round, strings.Join(d.Regions, "+"), d.MarginM)
	if !d.From.IsZero() || !d.To.IsZero() {
		fmt.Fprintf(&b, "%d/%d;", micro(d.From), micro(d.To))
	}
	if d.Rows != nil {
		b.WriteString(formatRows(d.Rows))
	}
	b.WriteByte(';')
	for _, s := range d.Sights {
		b.WriteByte('0' + byte(s))
	}
	return b.String()
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Began reports whether a row that is valid since from (zero: since ever) is
// within the decision's period.
func (d *Decision) Began(from time.Time) bool {
	return from.IsZero() || (d.From.IsZero() || !from.Before(d.From)) && (d.To.IsZero() || from.Before(d.To))
}

// speaksOf reports whether a line speaks of the subject, the time apart.
func speaksOf(g *layers.Grant, s *layers.Subject) bool {
	return (g.Roles == nil || slices.Contains(g.Roles, s.Role)) &&
		(g.Accounts == nil || slices.Contains(g.Accounts, s.ID)) &&
		(!g.Cleared || s.Cleared) &&
		(g.Purposes == nil || slices.Contains(g.Purposes, s.Purpose))
}

// covers reports whether a line speaks of the layer.
func covers(g *layers.Grant, l *layers.Layer) bool {
	if g.Layers == nil {
		return true
	}
	for _, name := range g.Layers {
		word, rest, ok := strings.Cut(name, ":")
		switch {
		case !ok && name == l.ID,
			ok && word == "element" && rest == l.Element.String(),
			ok && word == "access" && rest == l.Access.String():
			return true
		}
	}
	return false
}
