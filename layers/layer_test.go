package layers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
)

func lamps() *layers.Layer {
	return &layers.Layer{ID: "lamps", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "state", Type: layers.String, Codes: []layers.Code{{Value: "on"}, {Value: "off"}}},
		{Name: "height", Type: layers.Number, Measure: true},
	}}
}

func TestLayerCheckNamesWhatIsWrong(t *testing.T) {
	if err := lamps().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*layers.Layer){
		"id":       func(l *layers.Layer) { l.ID = "Lamps" },
		"element":  func(l *layers.Layer) { l.Element = 0 },
		"geometry": func(l *layers.Layer) { l.Geometry = 99 },
		"level":    func(l *layers.Layer) { l.Level = layers.Grid },
		"twice":    func(l *layers.Layer) { l.Fields[1].Name = "state" },
		"type":     func(l *layers.Layer) { l.Fields[0].Type = 0 },
		"codes":    func(l *layers.Layer) { l.Fields[1].Codes = l.Fields[0].Codes },
		"measure":  func(l *layers.Layer) { l.Fields[0].Measure = true },
		"declared": func(l *layers.Layer) { l.TitleField = "name" },
		"name":     func(l *layers.Layer) { l.Fields[0].Name = "" },
	} {
		l := lamps()
		spoil(l)
		if err := l.Check(); layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestFeatureCheckNamesWhatIsWrong(t *testing.T) {
	good := func() layers.Feature {
		return layers.Feature{Key: "l1", Shape: orb.Point{111, 30}, Values: []layers.Value{layers.Text("on"), layers.Float(8)}}
	}
	f := good()
	if err := f.CheckAgainst(lamps()); err != nil {
		t.Fatal(err)
	}
	f.Values[1] = layers.Int(8) // an integer is a number
	if err := f.CheckAgainst(lamps()); err != nil {
		t.Error(err)
	}
	for field, spoil := range map[string]func(*layers.Feature){
		"id":       func(f *layers.Feature) { f.Key = "" },
		"id ":      func(f *layers.Feature) { f.Key = strings.Repeat("x", layers.MaxIDLength+1) },
		"state":    func(f *layers.Feature) { f.Values[0] = layers.Text("broken") },
		"height":   func(f *layers.Feature) { f.Values[1] = layers.Text("high") },
		"geometry": func(f *layers.Feature) { f.Shape = orb.LineString{{0, 0}, {1, 1}} },
		"":         func(f *layers.Feature) { f.Values = append(f.Values, layers.Int(1)) },
	} {
		f := good()
		spoil(&f)
		err := f.CheckAgainst(lamps())
		var e *layers.Error
		if !errors.As(err, &e) || e.Kind != layers.Invalid || e.Field != strings.TrimSpace(field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if v := (&layers.Feature{}).Value(3); !v.IsNull() {
		t.Errorf("a missing value is %v", v)
	}
}

// Every enumeration reads back what it writes, and refuses the rest.
func TestEnumerationsRoundTrip(t *testing.T) {
	for _, e := range layers.Elements() {
		if back, err := layers.ParseElement(e.String()); err != nil || back != e {
			t.Errorf("element %s: %v, %v", e, back, err)
		}
	}
	for _, l := range layers.Levels() {
		if back, err := layers.ParseLevel(l.String()); err != nil || back != l {
			t.Errorf("level %s: %v, %v", l, back, err)
		}
	}
	for _, r := range layers.Roles() {
		if back, err := layers.ParseRole(r.String()); err != nil || back != r {
			t.Errorf("role %s: %v, %v", r, back, err)
		}
	}
	for g := layers.NoGeometry; g <= layers.AnyGeometry; g++ {
		if back, err := layers.ParseGeometryType(g.String()); err != nil || back != g {
			t.Errorf("geometry %s: %v, %v", g, back, err)
		}
	}
	for f := layers.String; f <= layers.DateTime; f++ {
		if back, err := layers.ParseFieldType(f.String()); err != nil || back != f {
			t.Errorf("field type %s: %v, %v", f, back, err)
		}
	}
	for a := layers.InternalAccess; a <= layers.PersonalAccess; a++ {
		if back, err := layers.ParseAccess(a.String()); err != nil || back != a {
			t.Errorf("access %s: %v, %v", a, back, err)
		}
	}
	for _, bad := range []string{"", "system", "nobody", "invalid(3)"} {
		if r, err := layers.ParseRole(bad); err == nil {
			t.Errorf("role %q was read as %s", bad, r)
		}
	}
}

func TestKindsOfErrors(t *testing.T) {
	inner := &layers.Error{Kind: layers.Conflict, Op: "apply", Layer: "lamps", ID: "l1"}
	for _, c := range []struct {
		err  error
		want layers.Kind
	}{
		{fmt.Errorf("while importing: %w", inner), layers.Conflict},
		{errors.New("foreign"), layers.Internal},
		{context.DeadlineExceeded, layers.Timeout},
		{fmt.Errorf("x: %w", context.Canceled), layers.Unavailable},
		{layers.Invalidf("near", "k", "is negative"), layers.Invalid},
	} {
		if got := layers.KindOf(c.err); got != c.want {
			t.Errorf("%v is %s, want %s", c.err, got, c.want)
		}
	}
	if got := inner.Error(); got != "apply: layer lamps: feature l1: conflict" {
		t.Errorf("text %q", got)
	}
}

func TestQueryCheck(t *testing.T) {
	for want, q := range map[string]layers.Query{
		"limit":  {Layer: "lamps", Limit: -1},
		"offset": {Layer: "lamps", Offset: -1},
		"cursor": {Layer: "lamps", After: &layers.Cursor{Values: []layers.Value{{}}}},
		"bbox":   {Layer: "lamps", Boxes: []orb.Bound{{Min: orb.Point{1, 0}, Max: orb.Point{0, 1}}}},
		"buffer": {Layer: "lamps", Region: &layers.Region{Geometry: orb.Point{}, BufferM: -1}},
		"id":     {Layer: "no such"},
	} {
		var e *layers.Error
		if err := q.Check(); !errors.As(err, &e) || e.Field != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := (&layers.Query{Layer: "lamps"}).Check(); err != nil {
		t.Error(err)
	}
}
