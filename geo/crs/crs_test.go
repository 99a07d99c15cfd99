package crs_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/geo/geotest"
	"wutu/geo/measure"
)

func parse(t testing.TB, name string) crs.System {
	t.Helper()
	s, err := crs.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Golden values of PROJ's EPSG definitions.
func TestGaussKruegerGolden(t *testing.T) {
	for _, c := range []struct {
		lat, lon float64
		code     string
		n, e     float64
	}{
		{23.1291, 113.2644, "4526", 2559024.7393, 38424654.8930},
		{23.1291, 113.2644, "4547", 2559024.7393, 424654.8930},
		{23.1291, 113.2644, "4509", 2563741.3746, 117193.1998},
		{30.2741, 120.1551, "4549", 3350508.8698, 514923.7343},
		{30.5728, 104.0657, "4523", 3383984.1590, 35410373.1379},
		{30.5728, 104.0657, "4544", 3383984.1590, 410373.1379},
		{39.90923, 116.397428, "4548", 4419624.3249, 448475.8151},
		{39.0842, 117.2009, "4527", 4327870.7692, 39517382.6066},
	} {
		s := parse(t, "EPSG:"+c.code)
		x, y, err := s.FromWGS84(c.lon, c.lat)
		if err != nil || math.Abs(x-c.e) > 1e-4 || math.Abs(y-c.n) > 1e-4 {
			t.Errorf("%s of %v %v: %.4f %.4f %v, want %.4f %.4f", s, c.lon, c.lat, x, y, err, c.e, c.n)
		}
		lon, lat, err := s.ToWGS84(c.e, c.n)
		if err != nil || math.Abs(lon-c.lon) > 1e-9 || math.Abs(lat-c.lat) > 1e-9 {
			t.Errorf("%s back: %v %v %v, want %v %v", s, lon, lat, err, c.lon, c.lat)
		}
	}
	x, y, err := crs.WebMercator.FromWGS84(116.397428, 39.90923)
	if err != nil || math.Abs(x-12957302.415) > 1e-3 || math.Abs(y-4852760.584) > 1e-3 {
		t.Errorf("Web Mercator: %.4f %.4f %v", x, y, err)
	}
}

// Golden values of npm coordtransform and gcoord.
func TestShiftGolden(t *testing.T) {
	for _, c := range []struct {
		name         string
		wgs, gcj, bd orb.Point
		tol          float64
	}{
		{"library test point", orb.Point{116.404, 39.915}, orb.Point{116.41024449916938, 39.91640428150164}, orb.Point{116.41662724378733, 39.922699552216216}, 2e-14},
		{"Tiananmen", orb.Point{116.397428, 39.909230}, orb.Point{116.40367163, 39.91063351}, orb.Point{116.41004410, 39.91697286}, 6e-9},
		{"Canton Tower", orb.Point{113.324520, 23.106480}, orb.Point{113.32994125, 23.10387819}, orb.Point{113.33649722, 23.10958347}, 6e-9},
		{"Chengdu", orb.Point{104.065700, 30.572800}, orb.Point{104.06820344, 30.57034458}, orb.Point{104.07467564, 30.57636827}, 6e-9},
		{"Urumqi", orb.Point{87.616800, 43.825600}, orb.Point{87.61964995, 43.82680539}, orb.Point{87.62609977, 43.83294979}, 6e-9},
		{"Linyi", orb.Point{118.356400, 35.104700}, orb.Point{118.36215423, 35.10430761}, orb.Point{118.36871253, 35.11009531}, 6e-9},
		{"Yichang", orb.Point{111.286500, 30.691900}, orb.Point{111.29215956, 30.68946102}, orb.Point{111.29872471, 30.69514957}, 6e-9},
		{"Panzhihua", orb.Point{101.718700, 26.582300}, orb.Point{101.72027453, 26.57873218}, orb.Point{101.72681469, 26.58458375}, 6e-9},
		{"Tianjin", orb.Point{117.200900, 39.084200}, orb.Point{117.20719784, 39.08520595}, orb.Point{117.21369661, 39.09114841}, 6e-9},
		{"Shenzhen", orb.Point{114.057900, 22.543100}, orb.Point{114.06301400, 22.54038281}, orb.Point{114.06956399, 22.54604156}, 6e-9},
		{"Hangzhou", orb.Point{120.155100, 30.274100}, orb.Point{120.15979448, 30.27177122}, orb.Point{120.16635835, 30.27759922}, 6e-9},
	} {
		for _, to := range []struct {
			s    crs.System
			want orb.Point
		}{{crs.GCJ02, c.gcj}, {crs.BD09, c.bd}, {crs.CGCS2000, c.wgs}} {
			got, err := crs.Convert(c.wgs, crs.WGS84, to.s)
			if err != nil || math.Abs(got[0]-to.want[0]) > c.tol || math.Abs(got[1]-to.want[1]) > c.tol {
				t.Errorf("%s in %s: %v %v, want %v", c.name, to.s, got, err, to.want)
			}
			back, err := crs.Convert(got, to.s, crs.WGS84)
			if d := measure.Distance(back, c.wgs); err != nil || d > 5e-9 {
				t.Errorf("%s back from %s: %v %v, %g m off", c.name, to.s, back, err, d)
			}
		}
	}
	got, err := crs.Convert(orb.Point{116.404, 39.915}, crs.GCJ02, crs.WGS84)
	if want := (orb.Point{116.397755754575, 39.913596235609}); err != nil || math.Abs(got[0]-want[0]) > 1e-12 || math.Abs(got[1]-want[1]) > 1e-12 {
		t.Errorf("exact inverse of GCJ-02: %.12f %.12f %v", got[0], got[1], err)
	}
}

func TestRoundTrips(t *testing.T) {
	r := geotest.Rand(t)
	systems := []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09, crs.WebMercator}
	worst := map[string]float64{}
	for range 20_000 {
		p := geotest.Point(r, geotest.China)
		for _, s := range append(systems, crs.GaussKruger3(p[0])) {
			q, err := crs.Convert(p, crs.WGS84, s)
			if err != nil {
				t.Fatal(err)
			}
			back, err := crs.Convert(q, s, crs.WGS84)
			if err != nil {
				t.Fatal(err)
			}
			name := s.Name()
			if s.EPSG() > 4490 {
				name = "zones"
			}
			worst[name] = max(worst[name], measure.Distance(p, back))
		}
	}
	for name, d := range worst {
		t.Logf("%s: worst round trip %.2g m", name, d)
		if d > 1.2e-8 {
			t.Errorf("%s: worst round trip %g m", name, d)
		}
	}
}

// All 64 zones, at their borders: 6° zones within 3.2°, 3° zones within 1.7°.
func TestEveryZone(t *testing.T) {
	for code := 4491; code <= 4554; code++ {
		s := parse(t, fmt.Sprint(code))
		cm, ok := s.CentralMeridian()
		if !ok || s.Geographic() || s.EPSG() != code {
			t.Fatalf("%s: %v", s, ok)
		}
		x, y, err := s.FromWGS84(cm, 0)
		if err != nil || y != 0 {
			t.Errorf("%s: origin at %v %v %v", s, x, y, err)
		}
		prefixed := code <= 4501 || code >= 4513 && code <= 4533
		if prefixed != (x > 1e7) || math.Mod(x, 1e6) != 500_000 {
			t.Errorf("%s: false easting %v", s, x)
		}
		for _, off := range []float64{-3.2, -1.6, 1.6, 3.2} {
			x, y, err := s.FromWGS84(cm+off, 31)
			if err != nil {
				t.Fatal(err)
			}
			lon, lat, err := s.ToWGS84(x, y)
			if err != nil || math.Abs(lon-cm-off) > 1e-12 || math.Abs(lat-31) > 1e-12 {
				t.Errorf("%s: %v 31 came back as %v %v %v", s, cm+off, lon, lat, err)
			}
		}
	}
	for lon, want := range map[float64]string{113.2644: "EPSG:4547", 111.29: "EPSG:4546", 60: "EPSG:4534", 179: "EPSG:4554"} {
		if got := crs.GaussKruger3(lon).Name(); got != want {
			t.Errorf("zone of %v is %s, want %s", lon, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]string{
		"wgs84": "wgs84", "WGS84": "wgs84", "EPSG:4326": "wgs84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84": "wgs84",
		"cgcs2000": "cgcs2000", "epsg:4490": "cgcs2000", "http://www.opengis.net/def/crs/EPSG/0/4490": "cgcs2000",
		"https://www.opengis.net/def/crs/EPSG/0/4547": "EPSG:4547", "urn:ogc:def:crs:EPSG::4547": "EPSG:4547", "urn:ogc:def:crs:OGC:1.3:CRS84": "wgs84",
		"4547": "EPSG:4547", " EPSG:3857 ": "EPSG:3857", "gcj02": "gcj02", "GCJ-02": "gcj02", "bd09": "bd09",
	} {
		s := parse(t, name)
		if s.Name() != want || parse(t, s.Name()) != s || s.URI() != "" && parse(t, s.URI()) != s {
			t.Errorf("%q is %s", name, s)
		}
	}
	for _, name := range []string{"", "EPSG:2154", "EPSG:4555", "epsg:", "wgs72", "99999999", "-1", "http://www.opengis.net/def/crs/EPSG/0/", strings.Repeat("x", 500)} {
		if s, err := crs.Parse(name); err == nil || len(err.Error()) > 200 {
			t.Errorf("%q is %s, %v", name, s, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		system string
		x, y   float64
		want   string
	}{
		{"wgs84", 10, 95, "latitude 95 is out of range"},
		{"wgs84", 30.5, 114, "swapped"},
		{"wgs84", 424654, 2559024, "metres"},
		{"gcj02", math.NaN(), 1, "finite"},
		{"4547", math.Inf(1), 1, "finite"},
		{"4547", 2559024, 424654, "swapped"},
		{"4547", 38424654, 2559024, "prefix of zone 38, EPSG:4526"},
		{"4547", 2559024, 38424654, "swapped as well"},
		{"4526", 424654, 2559024, "lacks the zone's number"},
		{"4547", 113.26, 23.1, "degrees"},
		{"3857", 3e7, 0, "outside the map"},
	} {
		s := parse(t, c.system)
		_, _, err := s.ToWGS84(c.x, c.y)
		var e *crs.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v %v: %v, want %q", c.system, c.x, c.y, err, c.want)
		}
	}
	if _, _, err := parse(t, "4547").FromWGS84(100, 30); err == nil {
		t.Error("a place 14° beside the meridian was projected")
	}
	if _, _, err := crs.WebMercator.FromWGS84(0, 90); err == nil {
		t.Error("the pole was projected to Web Mercator")
	}
}

func TestConvertGeometry(t *testing.T) {
	ring := orb.Ring{{424654, 2559024}, {425654, 2559024}, {425654, 2560024}, {424654, 2559024}}
	in := orb.Collection{orb.MultiPolygon{{ring}}, orb.MultiLineString{{{424654, 2559024}, {425654, 2559024}}}, orb.MultiPoint{{424654, 2559024}}, nil}
	before := orb.Clone(in)
	s := parse(t, "4547")
	out, err := crs.ConvertGeometry(in, s)
	if err != nil || !orb.Equal(in, before) {
		t.Fatal(err, in)
	}
	back, err := crs.Transform(out, crs.WGS84, s)
	if err != nil {
		t.Fatal(err)
	}
	got := back.(orb.Collection)[0].(orb.MultiPolygon)[0][0]
	for i := range ring {
		if math.Hypot(got[i][0]-ring[i][0], got[i][1]-ring[i][1]) > 1e-7 {
			t.Errorf("vertex %d came back as %v", i, got[i])
		}
	}
	ring[1][0] = 1e9
	if _, err := crs.ConvertGeometry(in, s); err == nil {
		t.Error("a vertex out of the zone was converted")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"wgs84", "EPSG:4547", "urn:ogc:def:crs:EPSG::4490", "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "[EPSG:4490]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := crs.Parse(name)
		if err != nil {
			return
		}
		if again, err := crs.Parse(s.Name()); err != nil || again != s {
			t.Fatalf("%q is %s, which reads as %s, %v", name, s, again, err)
		}
	})
}

func ExampleConvert() {
	zone, _ := crs.Parse("EPSG:4547")
	p, err := crs.Convert(orb.Point{113.2644, 23.1291}, crs.WGS84, zone)
	fmt.Printf("E %.4f N %.4f %v\n", p[0], p[1], err)
	_, err = crs.Convert(orb.Point{2559024.7393, 424654.8930}, zone, crs.WGS84)
	fmt.Println(err)
	// Output:
	// E 424654.8930 N 2559024.7393 <nil>
	// EPSG:4547: x 2559024.7393, y 424654.893: outside the zone of central meridian 114 (the axes look swapped: x is the easting, y the northing)
}

func BenchmarkGCJInverse(b *testing.B) {
	for b.Loop() {
		_, _, _ = crs.GCJ02.ToWGS84(116.404, 39.915)
	}
}

func BenchmarkZoneInverse(b *testing.B) {
	s := crs.GaussKruger3(113.26)
	for b.Loop() {
		_, _, _ = s.ToWGS84(424654, 2559024)
	}
}
