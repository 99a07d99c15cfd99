package param_test

import (
	"bufio"
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/geotest/outside"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/server/param"
)

func system(t testing.TB, uri string) param.CRS {
	t.Helper()
	s, err := param.SystemOf("crs", uri)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func epsg(code int) string { return fmt.Sprintf("http://www.opengis.net/def/crs/EPSG/0/%d", code) }

// within are places well inside the domain of a system.
func within(s param.CRS) orb.Bound {
	if lon, ok := s.System().CentralMeridian(); ok {
		return orb.Bound{Min: orb.Point{lon - 3, 10}, Max: orb.Point{lon + 3, 50}}
	}
	return geotest.China
}

// Coordinates and axis order of every system are those that PROJ gives by its copy
// of the EPSG register.
func TestSystemsAreThoseOfTheRegister(t *testing.T) {
	outside.Program(t, "cs2cs", "proj-bin")
	r := geotest.Rand(t)
	all := param.Systems()
	if len(all) != 4+64 {
		t.Fatalf("%d systems", len(all))
	}
	some := r.IntN(8) // of the zones, others each time: PROJ takes its time to start
	for i, s := range all {
		if i >= 4 && i%8 != some {
			continue
		}
		name := fmt.Sprintf("EPSG:%d", s.EPSG())
		if s.URI == param.CRS84 {
			name = "OGC:CRS84"
		}
		var in strings.Builder
		var places []orb.Point
		for range 12 {
			p := geotest.Point(r, within(s))
			places = append(places, p)
			fmt.Fprintf(&in, "%.12f %.12f\n", p[0], p[1])
		}
		cmd := exec.CommandContext(t.Context(), "cs2cs", "-f", "%.9f", "OGC:CRS84", name)
		cmd.Stdin = strings.NewReader(in.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w := s.Writer()
		to := w.To()
		lines := bufio.NewScanner(strings.NewReader(string(out)))
		for _, p := range places {
			lines.Scan()
			f := strings.Fields(lines.Text())
			a, _ := strconv.ParseFloat(f[0], 64)
			b, _ := strconv.ParseFloat(f[1], 64)
			x, y := p[0], p[1]
			if to != nil {
				x, y = to(p)
			}
			tolerance := 1e-9 // degrees
			if math.Abs(a) > 180 || math.Abs(b) > 180 {
				tolerance = 1e-5 // metres
			}
			if math.Abs(x-a) > tolerance || math.Abs(y-b) > tolerance {
				t.Fatalf("%s: %v is written %.9f %.9f, PROJ says %s", name, p, x, y, lines.Text())
			}
			back, err := s.Point(x, y)
			if err != nil || math.Abs(back[0]-p[0]) > 1e-10 || math.Abs(back[1]-p[1]) > 1e-10 {
				t.Fatalf("%s: %v came back as %v %v", name, p, back, err)
			}
		}
		if err := w.Err("crs"); err != nil {
			t.Error(err)
		}
	}
}

func TestSystemOf(t *testing.T) {
	for name, want := range map[string]string{
		"": param.CRS84, param.CRS84: param.CRS84, "[OGC:CRS84]": param.CRS84, "urn:ogc:def:crs:OGC:1.3:CRS84": param.CRS84,
		"[EPSG:4547]": epsg(4547), "urn:ogc:def:crs:EPSG::4490": epsg(4490), "https://www.opengis.net/def/crs/EPSG/0/3857": epsg(3857),
		"http://www.opengis.net/def/crs/EPSG/9.9.1/4326": epsg(4326),
	} {
		if got, err := param.SystemOf("crs", name); err != nil || got.URI != want {
			t.Errorf("%q: %v %v", name, got.URI, err)
		}
	}
	for _, name := range []string{"4547", "EPSG:4547", "[EPSG:4555]", "[EPSG:]", "[", "http://www.opengis.net/def/crs/EPSG/0/4490x", "http://www.opengis.net/def/crs/OGC/9/CRS84",
		"http://www.opengis.net/def/crs/EPSG/0/27700", "http://www.opengis.net/def/crs/EPSG/4326", "http://www.opengis.net/def/crs/OGC/0/CRS84h", "gcj02", strings.Repeat("x", 1000)} {
		if got, err := param.SystemOf("crs", name); layers.KindOf(err) != layers.Invalid || len(err.Error()) > 400 {
			t.Errorf("%q: %v %v", name, got, err)
		}
	}
}

// A box in any system takes the points whose coordinates lie in it, and no other.
func TestBoxInTakesWhatIsInIt(t *testing.T) {
	r := geotest.Rand(t)
	third := r.IntN(3) // of the zones
	for i, s := range param.Systems() {
		if i >= 4 && i%3 != third {
			continue
		}
		to := s.Writer().To()
		if to == nil {
			to = func(p orb.Point) (float64, float64) { return p[0], p[1] }
		}
		for range 8 {
			at := geotest.Point(r, within(s))
			p := geotest.Point(r, orb.Bound{Min: orb.Point{at[0] - .3, at[1] - .3}, Max: orb.Point{at[0] + .3, at[1] + .3}})
			a, b := to(at)
			c, d := to(p)
			box := orb.MultiPoint{{a, b}, {c, d}}.Bound()
			w, err := param.BoxIn("bbox", fmt.Sprintf("%v,%v,%v,%v", box.Min[0], box.Min[1], box.Max[0], box.Max[1]), s)
			if err != nil || w.Nowhere != "" {
				t.Fatalf("%s %v: %v %s", s.URI, box, err, w.Nowhere)
			}
			for range 40 {
				q := geotest.Point(r, orb.Bound{Min: orb.Point{at[0] - .4, at[1] - .4}, Max: orb.Point{at[0] + .4, at[1] + .4}})
				x, y := to(q)
				near := 1e-8 // of the border, where rounding decides
				if w.Region != nil {
					near = 0.05 // metres
				}
				inside := box.Contains(orb.Point{x, y})
				if box.Pad(near).Contains(orb.Point{x, y}) != box.Pad(-near).Contains(orb.Point{x, y}) {
					continue
				}
				got := w.Region != nil && predicate.Prepare(w.Region.Geometry).Intersects(q)
				for _, b := range w.Boxes {
					got = got || b.Contains(q)
				}
				if got != inside {
					t.Fatalf("%s: %v in %v (%v %v): %v", s.URI, q, box, x, y, got)
				}
			}
		}
	}
}

func TestBoxOutsideTheDomain(t *testing.T) {
	type verdict uint8
	const (
		some verdict = iota
		nowhere
		invalid
	)
	for _, c := range []struct {
		code int
		box  string
		want verdict
	}{
		{4326, "30,111,31,112", some},
		{4326, "111,30,112,31", nowhere}, // swapped
		{4490, "111,30,112,31", nowhere},
		{4326, "80,111,91,112", invalid},
		{4326, "31,111,30,112", invalid},
		{4326, "-10,170,10,-170", some},
		{3857, "-30000000,-30000000,30000000,30000000", some},
		{3857, "0,30000000,1,30000001", nowhere},
		{3857, "0,2,1,1", invalid},
		{4547, "3390000,400000,3400000,600000", some},
		{4547, "400000,3390000,600000,3400000", nowhere}, // easting first
		{4526, "38400000,3390000,38600000,3400000", nowhere},
		{4526, "3390000,38400000,3400000,38600000", some},
		{4547, "3390000,400000,3400000,1100000", invalid},
		{4547, "3390000,600000,3400000,400000", invalid},
		{4547, "3390000,500000,3390000,500000", some},
		{4547, "3390000,500000,3390000,500100", some},
	} {
		w, err := param.BoxIn("bbox", c.box, system(t, epsg(c.code)))
		got := some
		switch {
		case layers.KindOf(err) == layers.Invalid:
			got = invalid
		case err != nil:
			t.Errorf("%d %s: %v", c.code, c.box, err)
		case w.Nowhere != "":
			got = nowhere
		case w.Region == nil && w.Boxes == nil:
			t.Errorf("%d %s is no window", c.code, c.box)
		}
		if got != c.want {
			t.Errorf("%d %s: %v (%v %s), want %v", c.code, c.box, got, err, w.Nowhere, c.want)
		}
	}
	w := system(t, epsg(4491)).Writer()
	if to := w.To(); to != nil {
		to(orb.Point{111, 30})
	}
	if err := w.Err("crs"); layers.KindOf(err) != layers.Invalid {
		t.Errorf("a place 36° from the meridian is written: %v", err)
	}
}

func TestSystemsOfABox(t *testing.T) {
	yichang := orb.Bound{Min: orb.Point{111.2, 30.6}, Max: orb.Point{111.4, 30.8}}
	got := strings.Join(param.SystemURIs(yichang), " ")
	for code, want := range map[int]bool{4326: true, 4490: true, 3857: true, 4547: true, 4546: true, 4545: true, 4526: true, 4510: false, 4508: true, 4491: false, 4554: false} {
		if strings.Contains(got, epsg(code)) != want {
			t.Errorf("EPSG:%d is listed: %v", code, !want)
		}
	}
	if n := len(param.SystemURIs(orb.Bound{Min: orb.Point{-180, -80}, Max: orb.Point{180, 80}})); n != 4 {
		t.Errorf("%d systems for the whole Earth", n)
	}
}

func FuzzBoxIn(f *testing.F) {
	f.Add("1,2,3,4", 4326)
	f.Add("3390000,500000,0,3390000,500100,9", 4547)
	f.Add("1e308,-1e308,NaN,4", 3857)
	f.Fuzz(func(t *testing.T, text string, code int) {
		s, err := param.SystemOf("bbox-crs", epsg(code))
		if err != nil {
			s = param.LonLat()
		}
		w, err := param.BoxIn("bbox", text, s)
		if err != nil && layers.KindOf(err) != layers.Invalid {
			t.Fatal(err)
		}
		q := layers.Query{Layer: "x", Boxes: w.Boxes, Region: w.Region}
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
	})
}
