package shape

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/tiles"
	"wutu/tiles/mvt"
)

// DefaultBuffer is how far geometry reaches beyond the tile's square, in tile
// units: 8 pixels of a 512-pixel tile, more than half the widest line drawn.
const DefaultBuffer = 64

// MaxBuffer is the widest buffer: geometry must stay less than an extent
// outside the tile.
const MaxBuffer = mvt.Extent - 1

// Frame draws geometries into one tile. It keeps memory between calls and is
// for one goroutine at a time.
type Frame struct {
	tile           tiles.ID
	scaleX, scaleY float64 // tile units in the whole square of the grid
	stepsX, stepsY float64 // steps of the grid in the whole square
	originX        int64   // of the tile, in units of the whole square
	originY        int64
	width, height  int64 // units along the sides of the whole square
	grid           int64
	low, high      int32 // the clipping window, inclusive
	projectedBound bound64
	memory
}

// memory is what a frame uses again from call to call.
type memory struct {
	rings     [][]XY
	spare     []XY
	arena     []XY
	projected []point64
	cutting   [2][]point64
	edges     []segment
}

// XY is a place in tile units.
type XY = mvt.XY

// point64 is a place in tile units that may be far outside the tile.
type point64 struct{ x, y int64 }

type bound64 struct{ minX, minY, maxX, maxY int64 }

// NewFrame returns a frame for tile t. Vertices of lines and polygons are
// rounded to multiples of grid units (a power of two up to 64; less than 1 means 1),
// and geometry reaches buffer units beyond the square (clamped to 0…MaxBuffer).
func NewFrame(t tiles.ID, grid, buffer int) *Frame {
	f := new(Frame)
	f.Aim(t, grid, buffer)
	return f
}

// Aim makes f what NewFrame returns and keeps its memory.
func (f *Frame) Aim(t tiles.ID, grid, buffer int) {
	width, height := int64(t.Grid.Columns(t.Z))*mvt.Extent, int64(t.Grid.Rows(t.Z))*mvt.Extent
	buffer = min(max(buffer, 0), MaxBuffer)
	step := int64(min(max(grid, 1), 64))
	*f = Frame{
		tile: t, scaleX: float64(width), scaleY: float64(height), stepsX: float64(width) / float64(step), stepsY: float64(height) / float64(step),
		width: width, height: height, grid: step,
		originX: int64(t.X) * mvt.Extent, originY: int64(t.Y) * mvt.Extent,
		low: int32(-buffer), high: int32(mvt.Extent + buffer), memory: f.memory,
	}
}

// Tile is the tile the frame draws.
func (f *Frame) Tile() tiles.ID { return f.tile }

// Place is the unit in which p (lon/lat degrees) lies, by rounding down, and
// whether the tile owns it: 0 <= x, y < extent. A place that is not on Earth
// belongs to no tile.
func (f *Frame) Place(p orb.Point) (at XY, own bool) {
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		return XY{}, false
	}
	u, v := f.tile.Grid.Project(p)
	x := int64(math.Floor(u * f.scaleX))
	y := min(int64(math.Floor(v*f.scaleY)), f.height-1)
	if x >= f.width {
		x -= f.width
	}
	x, y = x-f.originX, y-f.originY
	if x < 0 || y < 0 || x >= mvt.Extent || y >= mvt.Extent {
		return XY{}, false
	}
	return XY{X: int32(x), Y: int32(y)}, true
}

// vertex rounds p to the grid of the zoom, in tile units; ok is false for
// numbers that are not finite or absurd.
func (f *Frame) vertex(p orb.Point) (q point64, ok bool) {
	if !(math.Abs(p[0]) <= 540 && math.Abs(p[1]) <= 90) {
		return q, false
	}
	u, v := f.tile.Grid.Project(p)
	// The products are exact: scale and grid are powers of two.
	q.x = int64(math.Floor(u*f.stepsX+0.5))*f.grid - f.originX
	q.y = int64(math.Floor(v*f.stepsY+0.5))*f.grid - f.originY
	return q, true
}

// project fills f.projected with the vertices of points, repeated ones once, and
// f.projectedBound with their box; false when there are none or one is not a
// place.
func (f *Frame) project(points []orb.Point) bool {
	f.projected = f.projected[:0]
	b := bound64{math.MaxInt64, math.MaxInt64, math.MinInt64, math.MinInt64}
	for _, p := range points {
		q, ok := f.vertex(p)
		if !ok {
			return false
		}
		if n := len(f.projected); n > 0 && f.projected[n-1] == q {
			continue
		}
		f.projected = append(f.projected, q)
		b = bound64{min(b.minX, q.x), min(b.minY, q.y), max(b.maxX, q.x), max(b.maxY, q.y)}
	}
	f.projectedBound = b
	return len(f.projected) > 0
}

// copies calls draw with the horizontal shift of every copy of the world in
// which the projected points may be seen.
func (f *Frame) copies(draw func(shift int64)) {
	b := f.projectedBound
	low, high := int64(f.low), int64(f.high)
	if b.minY > high || b.maxY < low {
		return
	}
	for k := int64(-2); k <= 2; k++ {
		if shift := k * f.width; b.minX+shift <= high && b.maxX+shift >= low {
			draw(shift)
		}
	}
}
