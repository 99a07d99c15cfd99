package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
	"wutu/layers/cql2"
)

// Bounds of a policy.
const (
	MaxGrants      = 500
	maxNames       = 1000 // entries of one list of a line
	maxMarginM     = 100_000
	maxDays        = 36_600
	maxRound       = 1_000_000
	maxFilterBytes = 16 << 10
)

// Policy is a checked list of lines, ready to be asked. It is immutable, but for
// answers it remembers, and safe for use by many goroutines. The nil Policy is the standard one.
type Policy struct {
	lines  []layers.Grant
	shared sync.Map     // picks to the lines they are
	kinds  atomic.Int64 // how many sets are or were to be shared
}

var grantID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// NewPolicy checks the lines and parses their filters. The layers a line names
// need not exist: a policy may be made before the data. The caller keeps lines.
// The error is Invalid; its Field is the JSON pointer of the part at fault,
// "/grants/3/filter".
func NewPolicy(lines []layers.Grant) (*Policy, error) {
	fail := func(i int, field, format string, args ...any) error {
		return &layers.Error{Kind: layers.Invalid, Op: "policy", Field: fmt.Sprintf("/grants/%d/%s", i, field), Err: fmt.Errorf(format, args...)}
	}
	if len(lines) > MaxGrants {
		return nil, layers.Invalidf("policy", "/grants", fmt.Sprintf("%d lines, at most %d", len(lines), MaxGrants))
	}
	p := &Policy{lines: slices.Clone(lines)}
	if p.lines == nil {
		p.lines = []layers.Grant{}
	}
	seen := make(map[string]bool, len(lines))
	for i := range p.lines {
		g := &p.lines[i]
		switch {
		case !grantID.MatchString(g.ID):
			return nil, fail(i, "id", "%.80q is not a name of lower-case letters, digits and -", g.ID)
		case seen[g.ID]:
			return nil, fail(i, "id", "%s is used twice", g.ID)
		case g.Mode != layers.GrantHidden && g.Mode != layers.GrantCounts && g.Mode != layers.GrantList:
			return nil, fail(i, "mode", "%.40q is not hidden, counts or list", g.Mode)
		case slices.Contains(g.Roles, layers.System):
			return nil, fail(i, "roles", "nobody holds the role of the program")
		case !(g.MarginM >= 0 && g.MarginM <= maxMarginM):
			return nil, fail(i, "margin_m", "%v is not between 0 and %d metres", g.MarginM, maxMarginM)
		case g.Approve != "" && g.Approve != "never" && g.Approve != "always":
			return nil, fail(i, "approve", "%.40q is not never or always", g.Approve)
		case g.Edit != layers.EditNone && g.Edit != layers.EditOwn && g.Edit != layers.EditScoped && g.Edit != layers.EditAll:
			return nil, fail(i, "edit", "%.40q is not own, scope or all", g.Edit)
		case g.Edit != layers.EditNone && g.Mode != layers.GrantList:
			return nil, fail(i, "edit", "only who may list features may edit them")
		case g.Days < 0 || g.Days > maxDays:
			return nil, fail(i, "days", "%d is not between 0 and %d", g.Days, maxDays)
		case g.Round < 0 || g.Round > maxRound:
			return nil, fail(i, "round", "%d is not between 0 and %d", g.Round, maxRound)
		case !g.NotAfter.IsZero() && !g.NotBefore.Before(g.NotAfter):
			return nil, fail(i, "not_after", "is not after not_before")
		case len(g.Filter) > maxFilterBytes:
			return nil, fail(i, "filter", "%d bytes, at most %d", len(g.Filter), maxFilterBytes)
		}
		for _, list := range [...]struct {
			name       string
			n          int
			mustBeFull bool
		}{{"roles", len(g.Roles), g.Roles != nil}, {"accounts", len(g.Accounts), g.Accounts != nil}, {"purposes", len(g.Purposes), g.Purposes != nil},
			{"layers", len(g.Layers), g.Layers != nil}, {"classes", len(g.Classes), g.Classes != nil},
			{"show", len(g.Show), false}, {"mask", len(g.Mask), false}, {"hide", len(g.Hide), false}} {
			switch {
			case list.n > maxNames:
				return nil, fail(i, list.name, "%d entries, at most %d", list.n, maxNames)
			case list.n == 0 && list.mustBeFull: // nobody and everybody must not be one member apart
				return nil, fail(i, list.name, "is an empty list: leave it out for all, or leave out the line for none")
			}
		}
		seen[g.ID] = true
		if g.Where = nil; g.Filter != "" {
			e, err := cql2.Parse(g.Filter)
			if err != nil {
				return nil, fail(i, "filter", "%w", err)
			}
			g.Where = e
		}
	}
	return p, nil
}

// StandardPolicy returns the standard policy as one that remembers its answers.
func StandardPolicy() *Policy { return &Policy{lines: standard} }

// ParsePolicy reads the JSON list of lines. Errors as NewPolicy; unknown members
// are refused, so that a misspelt restriction never goes unnoticed.
func ParsePolicy(data []byte) (*Policy, error) {
	var lines []layers.Grant
	if err := strict(data, &lines); err != nil {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "policy", Field: "/grants", Err: err}
	}
	return NewPolicy(lines)
}

// Lines returns the lines in order; for the nil Policy those of the standard
// one. They must not be changed.
func (p *Policy) Lines() []layers.Grant {
	if p == nil {
		return standard
	}
	return p.lines
}

// For returns the lines that speak of the subject at an instant, never nil:
// Subject.Grants of a signed-in subject. They must not be changed: subjects of whom
// the same lines speak share them. It costs O(lines).
func (p *Policy) For(s *layers.Subject, now time.Time) []layers.Grant {
	lines := p.Lines()
	var picked picks
	n, lasting := 0, p != nil && len(lines) <= len(picked)*64
	for i := range lines {
		if !speaksAt(&lines[i], s, now) {
			continue
		}
		n++
		if lasting = lasting && lines[i].Days == 0; lasting {
			picked[i/64] |= 1 << (i % 64)
		}
	}
	if lasting {
		if known, ok := p.shared.Load(picked); ok {
			return known.([]layers.Grant)
		}
	}
	out := make([]layers.Grant, 0, n)
	for i := range lines {
		if !speaksAt(&lines[i], s, now) {
			continue
		}
		out = append(out, lines[i])
		if g := &out[len(out)-1]; g.Days > 0 { // whole days, so that what is drawn stays the same for a day
			g.Since = now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -g.Days)
		}
	}
	if lasting && p.kinds.Add(1) <= mostShared {
		p.shared.Store(picked, out)
	}
	return out
}

// picks is a set of lines, by position.
type picks [2]uint64

// mostShared bounds the sets of lines that are kept.
const mostShared = 256

func speaksAt(g *layers.Grant, s *layers.Subject, now time.Time) bool {
	return speaksOf(g, s) && !now.Before(g.NotBefore) && (g.NotAfter.IsZero() || now.Before(g.NotAfter))
}

// CheckAgainst reports the first line that cannot work with the city's layers: a
// filter that does not fit a layer the line names by id. The error is as that of
// NewPolicy.
func (p *Policy) CheckAgainst(all []*layers.Layer) error {
	for i, g := range p.Lines() {
		for _, l := range all {
			if g.Where == nil || !slices.Contains(g.Layers, l.ID) {
				continue
			}
			if _, err := cql2.Compile(g.Where, l); err != nil {
				return &layers.Error{Kind: layers.Invalid, Op: "policy", Layer: l.ID, Field: fmt.Sprintf("/grants/%d/filter", i), Err: err}
			}
		}
	}
	return nil
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("data behind the list")
	}
	return nil
}
