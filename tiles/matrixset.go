package tiles

import "math"

// MatrixSet describes a pyramid of tiles as OGC Two Dimensional Tile Matrix Set
// 2.0 (17-083r4) does.
type MatrixSet struct {
	ID       string // "WebMercatorQuad"
	Title    string
	URI      string // its definition in the OGC registry
	CRS      string // URI of its coordinate reference system
	Matrices []Matrix
}

// Matrix is one zoom of a MatrixSet.
type Matrix struct {
	Zoom             Zoom
	ScaleDenominator float64    // at a pixel of 0.28 mm
	CellSize         float64    // metres a pixel at the equator
	Origin           [2]float64 // top left corner in the CRS
	TileSize         int        // pixels along each side
	Width, Height    uint32     // tiles
}

// WebMercatorQuad is the matrix set all tiles of this package belong to. The
// caller owns the result.
func WebMercatorQuad() MatrixSet {
	const edge = 20037508.342789244 // metres, half the side of the square
	s := MatrixSet{
		ID: "WebMercatorQuad", Title: "Google Maps Compatible for the World",
		URI: "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
		CRS: "http://www.opengis.net/def/crs/EPSG/0/3857",
	}
	for z := Zoom(0); z <= MaxZoom; z++ {
		size := 2 * edge / 256 / math.Exp2(float64(z))
		s.Matrices = append(s.Matrices, Matrix{
			Zoom: z, ScaleDenominator: size / 0.00028, CellSize: size, Origin: [2]float64{-edge, edge},
			TileSize: 256, Width: z.Side(), Height: z.Side(),
		})
	}
	return s
}
