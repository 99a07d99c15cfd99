package param_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/server/param"
)

func TestBBox(t *testing.T) {
	box := func(w, s, e, n float64) orb.Bound { return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}} }
	for text, want := range map[string][]orb.Bound{
		"":                    nil,
		"1,2,3,4":             {box(1, 2, 3, 4)},
		" 1 , 2 ,3,4":         {box(1, 2, 3, 4)},
		"1,2,0,3,4,9":         {box(1, 2, 3, 4)},
		"170,-10,-170,10":     {box(170, -10, 180, 10), box(-180, -10, -170, 10)},
		"-180,-90,180,90":     {box(-180, -90, 180, 90)},
		"111.5,30,111.5,30.0": {box(111.5, 30, 111.5, 30)},
	} {
		got, err := param.BBox("bbox", text, param.LonLat())
		if err != nil || cmp.Diff(got, want) != "" {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"1", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "1,2,3,NaN", "1,2,3,Inf", "181,0,1,1", "1,3,2,2", "0,0,1,91", ",,,"} {
		if got, err := param.BBox("bbox", text, param.LonLat()); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}

func TestPeriodMeets(t *testing.T) {
	day := func(d int) time.Time {
		if d == 0 {
			return time.Time{}
		}
		return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC)
	}
	// against a loop over the days of a month: zero ends are unbounded, validity
	// includes its beginning and not its end, a period both.
	for from := range 6 {
		for to := range 6 {
			if to != 0 && from >= to {
				continue
			}
			for a := range 6 {
				for b := range 6 {
					if a != 0 && b != 0 && a > b {
						continue
					}
					want := false
					for d := -1; d <= 8; d++ {
						valid := (from == 0 || d >= from) && (to == 0 || d < to)
						asked := (a == 0 || d >= a) && (b == 0 || d <= b)
						want = want || valid && asked
					}
					p := param.Period{From: day(a), To: day(b)}
					if got := p.Meets(day(from), day(to)); got != want {
						t.Fatalf("valid %d to %d, asked %d to %d: %v, want %v", from, to, a, b, got, want)
					}
				}
			}
		}
	}
}

func FuzzCursor(f *testing.F) {
	l := &layers.Layer{ID: "x", Fields: []layers.Field{{Name: "s", Type: layers.String}, {Name: "n", Type: layers.Number}}}
	sort := []layers.SortKey{{Field: "s"}, {Field: "n", Desc: true}}
	row := &layers.Feature{Key: "id", Values: []layers.Value{layers.Text("a"), layers.Float(1.25)}}
	f.Add(param.EncodeCursor(sort, l, row))
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := param.DecodeCursor("cursor", text, sort)
		if err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if c == nil {
			return
		}
		again, err := param.DecodeCursor("cursor", param.EncodeCursor(sort, l, &layers.Feature{Key: c.ID, Values: c.Values}), sort)
		if err != nil || cmp.Diff(c, again, cmp.Comparer(func(a, b layers.Value) bool { return a == b })) != "" {
			t.Errorf("%q: %v becomes %v: %v", text, c, again, err)
		}
	})
}

func TestCursorRoundTrip(t *testing.T) {
	l := &layers.Layer{ID: "x", Fields: []layers.Field{{Name: "s", Type: layers.String}, {Name: "n", Type: layers.Integer}, {Name: "t", Type: layers.DateTime}}}
	sort := []layers.SortKey{{Field: "s"}, {Field: "n", Desc: true}, {Field: "t"}}
	for _, values := range [][]layers.Value{
		{layers.Text(""), layers.Int(-1 << 62), layers.Instant(time.Unix(1, 5000))},
		{{}, {}, {}},
		{layers.Text("中\x00\""), layers.Int(1<<53 + 1), layers.Instant(time.Unix(-1, 0))},
	} {
		row := &layers.Feature{Key: "标识/1", Values: values}
		c, err := param.DecodeCursor("cursor", param.EncodeCursor(sort, l, row), sort)
		if err != nil || c.ID != row.Key || !cmp.Equal(c.Values, values, cmp.Comparer(func(a, b layers.Value) bool { return a == b })) {
			t.Errorf("%v becomes %v: %v", values, c, err)
		}
		if _, err := param.DecodeCursor("cursor", param.EncodeCursor(sort, l, row), sort[:1]); layers.KindOf(err) != layers.Invalid {
			t.Errorf("a cursor of another order: %v", err)
		}
	}
}
