package geojson_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	orbjson "github.com/paulmach/orb/geojson"

	"wutu/layers"
	"wutu/layers/geojson"
)

func seed(t *testing.T) uint64 {
	n, err := strconv.ParseUint(os.Getenv("WUTU_SEED"), 10, 64)
	if err != nil {
		n = rand.Uint64()
	}
	t.Logf("WUTU_SEED=%d", n)
	return n
}

// randomGeometry has coordinates of nine decimals.
func randomGeometry(r *rand.Rand) orb.Geometry {
	round := func(f float64) float64 {
		x, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', geojson.Decimals, 64), 64)
		return x + 0
	}
	points := func(n int) []orb.Point {
		ps := make([]orb.Point, n)
		for i := range ps {
			ps[i] = orb.Point{round(r.Float64()*360 - 180), round(r.Float64()*180 - 90)}
		}
		return ps
	}
	ring := func() orb.Ring { ps := points(3 + r.IntN(5)); return append(ps, ps[0]) }
	polygon := func() orb.Polygon {
		var p orb.Polygon
		for range 1 + r.IntN(3) {
			p = append(p, ring())
		}
		return p
	}
	switch r.IntN(8) {
	case 0:
		return points(1)[0]
	case 1:
		return orb.MultiPoint(points(1 + r.IntN(4)))
	case 2:
		return orb.LineString(points(2 + r.IntN(4)))
	case 3:
		return orb.MultiLineString{points(2), points(3)}
	case 4:
		return polygon()
	case 5:
		return orb.MultiPolygon{polygon(), polygon()}
	case 6:
		return orb.Collection{points(1)[0], polygon()}
	}
	return nil
}

// TestRoundTrip writes random geometries, reads them with this package and with
// orb's own decoder, and expects what was written.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(seed(t), 2))
	for range 2000 {
		g := randomGeometry(r)
		b := geojson.AppendGeometry(nil, g)
		back, err := geojson.ParseGeometry(b, geojson.Limits{})
		if err != nil || !cmp.Equal(g, back) {
			t.Fatalf("%v became %v (%v) through %s", g, back, err, b)
		}
		if g == nil {
			continue
		}
		other, err := orbjson.UnmarshalGeometry(b)
		if err != nil || !orb.Equal(other.Geometry(), g) {
			t.Fatalf("another decoder reads %s: %v", b, err)
		}
	}
}

func TestCoordinates(t *testing.T) {
	for f, want := range map[float64]string{0: "0", math.Copysign(0, -1): "0", 1e-10: "0", -1e-10: "0", 111.29: "111.29", 120.597388442000124: "120.597388442", -0.5: "-0.5", 100: "100", 543210.123456789: "543210.123456789"} {
		if got := string(geojson.AppendCoordinate(nil, f)); got != want {
			t.Errorf("%v is written %s, not %s", f, got, want)
		}
	}
}

func TestFeature(t *testing.T) {
	f, err := geojson.ParseFeature([]byte(`{"type":"Feature","id":7,"bbox":[1,2,3,4],"properties":{"s":"a\u00e9\"","i":12,"f":6.0,"b":true,"n":null,"o":{"x":[1, 2]},"big":12345678901234567890},
		"geometry":{"type":"Point","coordinates":[1,2,99]}}`), geojson.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	values := []layers.Value{layers.Text(`aé"`), layers.Int(12), layers.Float(6), layers.Bool(true), {}, layers.Text(`{"x":[1, 2]}`), layers.Float(12345678901234567890)}
	for i, want := range values {
		if f.Values[i] != want {
			t.Errorf("%s is %v, not %v", f.Names[i], f.Values[i], want)
		}
	}
	if f.ID != "7" || f.Geometry != (orb.Point{1, 2}) {
		t.Errorf("%+v", f)
	}
	l := &layers.Layer{Fields: []layers.Field{{Name: "a", Type: layers.Integer}, {Name: "secret", Type: layers.String, Personal: true}}}
	row := &layers.Feature{Key: "k\"", Shape: orb.Point{1.5, 2}, Values: []layers.Value{layers.Int(1), layers.Text("x")}}
	if got := string(geojson.AppendFeature(nil, l, row, geojson.Format{})); got != `{"type":"Feature","id":"k\"","geometry":{"type":"Point","coordinates":[1.5,2]},"properties":{"a":1,"secret":"x"}}` {
		t.Error(got)
	}
	if got := string(geojson.AppendFeature(nil, l, row, geojson.Format{Sights: layers.Sights{layers.Shown, layers.Hidden}})); strings.Contains(got, "secret") {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", 10000) + strings.Repeat("]", 10000)
	for name, c := range map[string]struct {
		text string
		l    geojson.Limits
		kind layers.Kind
	}{
		"deep":     {`{"type":"Point","coordinates":` + deep + `}`, geojson.Limits{}, layers.Invalid},
		"vertices": {`{"type":"LineString","coordinates":[[1,2],[3,4],[5,6]]}`, geojson.Limits{Vertices: 2}, layers.TooLarge},
	} {
		if _, err := geojson.ParseGeometry([]byte(c.text), c.l); layers.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := geojson.ParseFeature([]byte(`{"type":"Feature","properties":{"a":1,"b":2}}`), geojson.Limits{Members: 1}); layers.KindOf(err) != layers.TooLarge {
		t.Errorf("members: %v", err)
	}
}

// FuzzParseFeature compares with encoding/json: what is no JSON for it is a syntax
// error here and the other way round, and what is accepted survives a round trip.
func FuzzParseFeature(f *testing.F) {
	f.Add([]byte(`{"type":"Feature","id":"x","properties":{"a":[1,{"b":null}]},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}`))
	f.Add([]byte(`{"type":"Point","coordinates":[1e400,-0.5e-3]}`))
	f.Add([]byte(`{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[]}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := geojson.ParseFeature(data, geojson.Limits{})
		if syntax := errors.Is(err, geojson.ErrSyntax); syntax && json.Valid(data) {
			var v any
			if json.Unmarshal(data, &v) == nil && !strings.Contains(err.Error(), "deep") && !strings.Contains(err.Error(), "UTF-8") && !strings.Contains(err.Error(), "escape") {
				t.Fatalf("valid JSON refused: %v", err)
			}
		} else if err == nil && !json.Valid(data) {
			t.Fatalf("accepted what is no JSON")
		}
		if err != nil {
			return
		}
		b := geojson.AppendGeometry(nil, got.Geometry)
		if _, err := geojson.ParseGeometry(b, geojson.Limits{}); err != nil && !strings.Contains(err.Error(), "closed") {
			t.Fatalf("%s is not read back: %v", b, err)
		}
	})
}
