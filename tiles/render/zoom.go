package render

import (
	"wutu/layers"
	"wutu/tiles"
	"wutu/tiles/mvt"
)

// Units and cells. A pixel is that of a tile drawn 512 pixels wide.
const (
	pixel     = mvt.Extent / 512
	pointCell = 32 * pixel // side of a cell of points
	shapeCell = 16 * pixel // side of a cell of small lines and polygons
	speckCell = 8 * pixel  // side of a cell that shows the area of polygons that are not drawn

	// shapesPerCell is the room of a cell for small lines and polygons: 1,024 cells
	// of 8 keep a tile below MaxFeatures.
	shapesPerCell = 8

	// detailZoom is the first zoom with all attributes and all polygons.
	detailZoom = 14

	minPolygonPixels = 2.0 // square pixels, below detailZoom
)

// gridOf is the rounding of vertices at z, in units: half a pixel, finer where
// the map shows single houses.
func gridOf(z tiles.Zoom) int {
	switch {
	case z >= 16:
		return 1
	case z >= detailZoom:
		return 2
	}
	return pixel / 2
}

// pointsPerCell is how many points a cell shows one by one. A tile has 256 cells.
func pointsPerCell(z tiles.Zoom) int {
	if z >= 17 {
		return mostPerCell
	}
	return 16
}

const mostPerCell = 36

// classField is the field that ranks lines when it has codes, most important
// first.
const classField = "class"

// classZoom is the first zoom at which lines of class i, from the most
// important, are drawn.
func classZoom(i int) tiles.Zoom {
	if i <= 0 {
		return 0
	}
	return tiles.Zoom(min(8+i, 14))
}

// shown lists the indexes of the fields that tiles of zoom z carry: never
// personal ones; at low zoom only those that name, classify and raise a feature, and
// those that are summed up.
func shown(l *layers.Layer, z tiles.Zoom, short bool) []int {
	var out []int
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Personal || f.Name == idKey || f.Name == countKey {
			continue
		}
		brief := f.Name == l.TitleField || f.Name == l.KindField || f.Name == l.HeightField || len(f.Codes) > 0
		if brief || summed(l, i) || z >= detailZoom-1 && !short {
			out = append(out, i)
		}
	}
	return out
}

// summed reports whether points that stand for several carry the sum of a field: of
// the declared measures of a layer of points.
func summed(l *layers.Layer, field int) bool {
	f := &l.Fields[field]
	return l.Geometry == layers.Point && f.Measure && !f.Personal
}

// Attribute names that are not fields.
const (
	idKey    = "id"
	countKey = "point_count"
	sumKey   = "sum_" // before the name of a measure
)
