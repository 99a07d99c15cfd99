package tiles

import (
	"math"
	"strconv"
)

// MatrixSet describes a pyramid of tiles as OGC Two Dimensional Tile Matrix Set
// 2.0 (17-083r4) does.
type MatrixSet struct {
	ID       string // "WebMercatorQuad"
	Title    string
	URI      string // its definition in the OGC registry, "" for none
	CRS      string // URI of its coordinate reference system
	Scales   string // URI of its well-known scale set, "" for none
	Axes     [2]string
	Grid     Grid
	Matrices []Matrix
}

// Matrix is one zoom of a MatrixSet.
type Matrix struct {
	ID               string // the zoom's name in addresses
	Zoom             Zoom
	ScaleDenominator float64    // at a pixel of 0.28 mm
	CellSize         float64    // units of the CRS a pixel, at the equator
	Origin           [2]float64 // top left corner in the CRS, in the order of Axes
	TileSize         int        // pixels along each side
	Width, Height    uint32     // tiles
}

// MatrixSets are all sets, WebMercatorQuad first. The caller owns the result.
func MatrixSets() []MatrixSet {
	return []MatrixSet{WebMercatorQuad(), WorldCRS84Quad(), CGCS2000Quad()}
}

// WebMercatorQuad is the set of the web's maps. The caller owns the result.
func WebMercatorQuad() MatrixSet {
	const edge = 20037508.342789244 // metres, half the side of the square
	s := MatrixSet{
		ID: "WebMercatorQuad", Title: "Google Maps Compatible for the World",
		URI: "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
		CRS: "http://www.opengis.net/def/crs/EPSG/0/3857", Axes: [2]string{"X", "Y"},
		Scales: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
	}
	s.fill(0, MaxZoom, 2*edge/256, 1, [2]float64{-edge, edge})
	return s
}

// WorldCRS84Quad divides degrees of WGS 84, longitude first; zooms 0 to 23. The
// caller owns the result. Source: OGC 17-083r4 annex D.
func WorldCRS84Quad() MatrixSet {
	s := MatrixSet{
		ID: "WorldCRS84Quad", Title: "CRS84 for the World",
		URI: "http://www.opengis.net/def/tilematrixset/OGC/1.0/WorldCRS84Quad",
		CRS: "http://www.opengis.net/def/crs/OGC/1.3/CRS84", Axes: [2]string{"Lon", "Lat"}, Grid: Geographic,
		Scales: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleCRS84Quad",
	}
	s.fill(0, MaxZoom-1, 180.0/256, metresPerDegree, [2]float64{-180, 90})
	return s
}

// CGCS2000Quad divides degrees of CGCS2000 (EPSG:4490, latitude first) as the
// national map service of China does in its matrix set "c": the same tiles as
// WorldCRS84Quad, with zooms that count from 1. The OGC registry has no name for
// it. The caller owns the result.
func CGCS2000Quad() MatrixSet {
	s := MatrixSet{
		ID: "CGCS2000Quad", Title: "经纬度网格（CGCS2000）", CRS: "http://www.opengis.net/def/crs/EPSG/0/4490",
		Axes: [2]string{"Lat", "Lon"}, Grid: Geographic,
	}
	s.fill(1, MaxZoom-1, 180.0/256, metresPerDegree, [2]float64{90, -180})
	return s
}

// metresPerDegree is a degree of the equator of WGS 84, by which the standard
// turns degrees into scales (17-083r4 clause 6.1.1.1).
const metresPerDegree = 6378137 * 2 * math.Pi / 360

// fill makes the matrices of zooms up to last, the coarsest of which is called
// first and has pixels of size units of unitM metres.
func (s *MatrixSet) fill(first, last Zoom, size, unitM float64, origin [2]float64) {
	for z := Zoom(0); z <= last; z++ {
		cell := size / math.Exp2(float64(z))
		s.Matrices = append(s.Matrices, Matrix{
			ID: strconv.Itoa(int(first + z)), Zoom: z, ScaleDenominator: cell * unitM / 0.00028, CellSize: cell, Origin: origin,
			TileSize: 256, Width: s.Grid.Columns(z), Height: s.Grid.Rows(z),
		})
	}
}

// Tile reads the three parts of an address in the set: zoom, column and row, all
// decimal digits without sign or superfluous zeros. A number that is no number is
// Invalid, a tile outside the set NotFound; both name the part.
func (s *MatrixSet) Tile(z, x, y string) (ID, error) {
	first, _ := strconv.Atoi(s.Matrices[0].ID)
	return parse(s.Grid, Zoom(first), Zoom(first+len(s.Matrices)-1), z, x, y)
}
