package csvfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"wutu/layers"
)

// columns says where the coordinates of a row are; -1 for nowhere.
type columns struct {
	x, y, wkt int
	names     []string
}

// pairs are the names by which columns of coordinates are known, in lower case
// and in order of trust. A pair counts only when both are there.
var pairs = [...][2]string{
	{"lon", "lat"}, {"lng", "lat"}, {"long", "lat"}, {"longitude", "latitude"}, {"lon_wgs84", "lat_wgs84"},
	{"经度", "纬度"}, {"x_coord", "y_coord"}, {"easting", "northing"}, {"xcoord", "ycoord"}, {"x坐标", "y坐标"}, {"x", "y"},
}

var wktNames = [...]string{"wkt", "geometry", "geom", "the_geom", "wkt_geom", "shape"}

// find recognises the columns of coordinates by name. Well-known text is
// preferred: it says more.
func find(names []string) columns {
	c := columns{x: -1, y: -1, wkt: -1, names: names}
	index := func(name string) int {
		for i, n := range names {
			if strings.ToLower(n) == name {
				return i
			}
		}
		return -1
	}
	for _, name := range wktNames {
		if i := index(name); i >= 0 {
			c.wkt = i
			return c
		}
	}
	for _, p := range pairs {
		if x, y := index(p[0]), index(p[1]); x >= 0 && y >= 0 {
			c.x, c.y = x, y
			return c
		}
	}
	return c
}

// holds reports whether column i is well-known text, which is not kept as a
// value.
func (c *columns) holds(i int) bool { return i == c.wkt }

// place returns the geometry of a row.
func (c *columns) place(t *table) (orb.Geometry, *layers.Error) {
	text := func(i int) string { return strings.TrimSpace(string(t.cell(i))) }
	wrong := func(i int, format string, args ...any) *layers.Error {
		return &layers.Error{Kind: layers.Invalid, Op: "csv", Field: c.names[i], Err: fmt.Errorf(format, args...)}
	}
	if c.wkt >= 0 {
		s := text(c.wkt)
		if s == "" || strings.HasSuffix(strings.ToUpper(s), "EMPTY") {
			return nil, nil
		}
		g, err := wkt.Unmarshal(s)
		if err != nil {
			return nil, wrong(c.wkt, "%.80q is not well-known text of a geometry", s)
		}
		return g, nil
	}
	if c.x < 0 {
		return nil, nil
	}
	sx, sy := text(c.x), text(c.y)
	if sx == "" && sy == "" {
		return nil, nil
	}
	x, err := strconv.ParseFloat(sx, 64)
	if err != nil {
		return nil, wrong(c.x, "%.80q is not a number", sx)
	}
	y, err := strconv.ParseFloat(sy, 64)
	if err != nil {
		return nil, wrong(c.y, "%.80q is not a number", sy)
	}
	return orb.Point{x, y}, nil
}
