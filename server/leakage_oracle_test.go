package server_test

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
)

// The oracle says what a subject may see of a thing. It reads the lines of the
// policy by itself, over plain values, and shares no code with layers/access.
//
// Areas (districts to grids) are no things: by design their names and borders are
// the frame that everybody counts in (see live.View.AreaAt).

// verdict is what the oracle says of a thing.
type verdict uint8

const (
	forbidden verdict = iota
	visible
	counted // the release of its layer counts it
	unclear // too near to a border for the oracle's plane geometry: left alone
)

// asker is who asks in one policy.
type asker struct {
	role       layers.Role
	id         string
	cleared    bool
	purpose    string
	region     string
	department string
	layers     []string
	fields     []string
	classes    []string
	from, to   time.Time
	lines      []layers.Grant
	conditions map[string]condition // by line
}

// line is the first that speaks of the asker and a layer, nil if none.
func (a *asker) line(l *layers.Layer) *layers.Grant {
	if a.layers != nil && !slices.Contains(a.layers, l.ID) {
		return nil
	}
	for i := range a.lines {
		g := &a.lines[i]
		someone := (len(g.Roles) == 0 || slices.Contains(g.Roles, a.role)) && (len(g.Accounts) == 0 || slices.Contains(g.Accounts, a.id)) &&
			(!g.Cleared || a.cleared) && (len(g.Purposes) == 0 || slices.Contains(g.Purposes, a.purpose))
		inTime := !now().Before(g.NotBefore) && (g.NotAfter.IsZero() || now().Before(g.NotAfter))
		something := len(g.Layers) == 0
		for _, name := range g.Layers {
			something = something || name == l.ID || name == "element:"+l.Element.String() || name == "access:"+l.Access.String()
		}
		if someone && inTime && something {
			return g
		}
	}
	return nil
}

// mode is how much of a layer the asker gets, the rows apart.
func (a *asker) mode(layer string) layers.GrantMode {
	g := a.line(model.Lookup(layer))
	if g == nil || g.Region == "own" && a.region == "" && model.Lookup(layer).Element != layers.Frame {
		return layers.GrantHidden
	}
	return g.Mode
}

// conditional reports whether rows of a layer are picked by more than place.
func (a *asker) conditional(layer string) bool {
	l := model.Lookup(layer)
	g := a.line(l)
	timed := l.Element != layers.Frame && (g.Days > 0 || !a.from.IsZero() || !a.to.IsZero())
	return timed || g.Filter != "" || g.Department || g.Classes != nil || a.classes != nil && l.Element == layers.Event
}

// see is the verdict on a thing.
func (a *asker) see(th *thing) verdict {
	l := model.Lookup(th.layer)
	switch a.mode(th.layer) {
	case layers.GrantHidden:
		return forbidden
	case layers.GrantCounts:
		if a.conditional(th.layer) {
			return forbidden // it cannot be counted, so nothing of the layer is told
		}
		return counted
	}
	g := a.line(l)
	if l.Element != layers.Frame {
		since := a.from
		if days := now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -g.Days); g.Days > 0 && days.After(since) {
			since = days
		}
		if !th.from.IsZero() && (th.from.Before(since) || !a.to.IsZero() && !th.from.Before(a.to)) {
			return forbidden
		}
	}
	if !a.picks(g, l, th) {
		return forbidden
	}
	if l.Element == layers.Frame {
		return visible
	}
	out := visible
	for _, code := range []string{a.region, g.Region} {
		if code == "" || code == "own" {
			continue
		}
		switch v := inArea(th, code, g.MarginM); v {
		case forbidden:
			return forbidden
		case unclear:
			out = unclear
		}
	}
	return out
}

// picks applies what a line and the asker's scope ask of values.
func (a *asker) picks(g *layers.Grant, l *layers.Layer, th *thing) bool {
	if g.Filter != "" && !a.conditions[g.ID].holds(l, th.values) {
		return false
	}
	if g.Department && (a.department == "" || l.FieldIndex("department") < 0 || th.values["department"] != a.department) {
		return false
	}
	if g.Classes != nil && !ofClass(l, th, g.Classes) {
		return false
	}
	return a.classes == nil || l.Element != layers.Event || ofClass(l, th, a.classes)
}

func ofClass(l *layers.Layer, th *thing, list []string) bool {
	field := l.KindField
	if l.FieldIndex("class") >= 0 {
		field = "class"
	}
	value, ok := th.values[field].(string)
	return ok && slices.ContainsFunc(list, func(c string) bool {
		prefix, open := strings.CutSuffix(c, "*")
		return value == c || open && strings.HasPrefix(value, prefix)
	})
}

// inArea says whether a thing is in an area or at most marginM away.
func inArea(th *thing, code string, marginM float64) verdict {
	b, ok := rectangle(code)
	if !ok || th.placeless {
		return forbidden
	}
	nearest, farthest := math.Inf(1), 0.0
	for _, dx := range []float64{-th.half, 0, th.half} {
		for _, dy := range []float64{-th.half, 0, th.half} {
			d := metresFrom(orb.Point{th.at[0] + dx, th.at[1] + dy}, b)
			nearest, farthest = min(nearest, d), max(farthest, d)
		}
	}
	switch {
	case farthest <= marginM*.98:
		return visible
	case nearest > marginM*1.02+.5:
		return forbidden
	}
	return unclear
}

// metresFrom is the distance from a point to a box on the plane, good to a
// percent here.
func metresFrom(p orb.Point, b orb.Bound) float64 {
	dx, dy := max(b.Min[0]-p[0], p[0]-b.Max[0], 0), max(b.Min[1]-p[1], p[1]-b.Max[1], 0)
	return math.Hypot(dx*111_320*math.Cos(p[1]*math.Pi/180), dy*110_880)
}

// hides reports whether the asker gets nothing of a field's values.
func (a *asker) hides(l *layers.Layer, f *layers.Field) bool {
	if f.Personal && a.fields != nil && !slices.Contains(a.fields, l.ID+"."+f.Name) {
		return true
	}
	g := a.line(l)
	if g == nil {
		return true
	}
	by := func(match func(name string) bool) (string, bool) {
		switch {
		case slices.ContainsFunc(g.Hide, match):
			return "hide", true
		case slices.ContainsFunc(g.Mask, match):
			return "mask", true
		case slices.ContainsFunc(g.Show, match):
			return "show", true
		}
		return "", false
	}
	if how, ok := by(func(name string) bool { return name == f.Name }); ok {
		return how == "hide"
	}
	if how, ok := by(func(name string) bool {
		return name == "*" || name == "personal" && f.Personal || name == "sealed" && f.Sealed
	}); ok {
		return how == "hide"
	}
	return f.Personal
}

// condition is a filter with its meaning.
type condition struct {
	text   string
	fields []string
	truth  func(v map[string]any) bool // false also where CQL2 says unknown
}

func (c condition) holds(l *layers.Layer, v map[string]any) bool {
	for _, f := range c.fields {
		if l.FieldIndex(f) < 0 {
			return false // does not fit the layer: admits no row
		}
	}
	return c.truth(v)
}

func kindIs(kinds ...string) func(v map[string]any) bool {
	return func(v map[string]any) bool { k, ok := v["kind"].(string); return ok && slices.Contains(kinds, k) }
}

// conditions are the filters of generated lines.
var conditions = []condition{
	{"kind = 'residential'", []string{"kind"}, kindIs("residential")},
	{"NOT (kind = 'lamp')", []string{"kind"}, func(v map[string]any) bool { k, ok := v["kind"].(string); return ok && k != "lamp" }},
	{"kind IS NULL OR kind IN ('room', 'registered', 'clinic')", []string{"kind"}, func(v map[string]any) bool {
		return v["kind"] == nil || kindIs("room", "registered", "clinic")(v)
	}},
	{"name LIKE '%江%'", []string{"name"}, func(v map[string]any) bool { s, ok := v["name"].(string); return ok && strings.Contains(s, "江") }},
	{"state = 'good' OR state = 'filed' OR state = 'handling'", []string{"state"}, func(v map[string]any) bool {
		return v["state"] == "good" || v["state"] == "filed" || v["state"] == "handling"
	}},
	{"employees > 4", []string{"employees"}, func(v map[string]any) bool { n, ok := v["employees"].(int); return ok && n > 4 }},
	{"area BETWEEN 200 AND 700", []string{"area"}, func(v map[string]any) bool { x, ok := v["area"].(float64); return ok && x >= 200 && x <= 700 }},
	{"legal_person = '张三' OR phone LIKE '138%'", []string{"legal_person", "phone"}, func(v map[string]any) bool {
		p, ok := v["phone"].(string)
		return v["legal_person"] == "张三" || ok && strings.HasPrefix(p, "138")
	}},
}
