package release

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// Config says of what a release is made.
type Config struct {
	Layer *layers.Layer
	K     int // least rows of a block; below 1: 1

	// Owner returns the areas that own a point (lon/lat degrees), from district to
	// grid, as positions in Codes; NoArea outside. It must be a pure function for
	// as long as the Release lives: when areas change, Resume a new one.
	Owner func(orb.Point) [4]uint32
	// Codes holds the area codes of each level, from district to grid. Positions
	// with one code are one area. The Release keeps the slices.
	Codes [4][]string
}

// Values gives the values of a row by field position; layers.Row is one.
type Values interface {
	Value(i int) layers.Value
}

// Row is what a release is told of a feature.
type Row struct {
	Point  orb.Point    // lon/lat degrees, the point by which the feature is counted
	Has    bool         // false: no geometry, Point and Areas mean nothing
	Cell   hexgrid.Cell // the cell of Resolution that holds Point, 0 if it is not known yet
	Areas  [4]uint32    // owners of Point as Config.Owner gives them
	Values Values       // read for dimensions and measures during the call only
}

// Release is the release of one layer and the count of what is not published
// yet. All methods are safe for concurrent use.
type Release struct {
	layer  string
	k      int
	owner  func(orb.Point) [levels]uint32
	codes  [levels][]string
	same   [levels][]uint32 // first position with the same code
	schema schema
	values [][]layers.Value // by combination

	blocks atomic.Pointer[[]Block]

	mu      sync.Mutex // guards what follows
	ledger  *ledger
	state   *State
	total   int  // rows now
	up      int  // rows that came to base cells and are not accounted for
	down    int  // rows that left
	changed bool // since Next last found nothing to publish
}

// New makes a release of rows, in any order, that has not been published: Blocks
// is empty until the first Next is adopted. It costs O(rows).
func New(c Config, rows iter.Seq[Row]) *Release {
	r := newRelease(c, nil)
	r.state = &State{layer: r.layer, k: r.k, schema: &r.schema, codes: r.codes}
	r.fill(rows)
	return r
}

func newRelease(c Config, kept *schema) *Release {
	r := &Release{layer: c.Layer.ID, k: max(1, c.K), owner: c.Owner, codes: c.Codes, schema: newSchema(c.Layer, kept)}
	for level := range r.codes {
		first := make(map[string]uint32, len(r.codes[level]))
		r.same[level] = make([]uint32, len(r.codes[level]))
		for i, code := range r.codes[level] {
			at, ok := first[code]
			if !ok {
				at = uint32(i)
				first[code] = at
			}
			r.same[level][i] = at
		}
	}
	r.values = make([][]layers.Value, r.schema.combinations())
	for i := range r.values {
		r.values[i] = r.schema.values(uint32(i))
	}
	r.ledger = newLedger(len(r.schema.measures))
	r.blocks.Store(&[]Block{})
	return r
}

func (r *Release) fill(rows iter.Seq[Row]) {
	for row := range rows {
		r.add(r.ledger.base(r.key(&row)), row.Values, 1)
	}
	r.changed = true
}

// Dimensions lists the fields, by position in the layer, that blocks have values
// of, in their order. They are those of Dimensions(layer) for a new release; a
// resumed one keeps to what the state had of them.
func (r *Release) Dimensions() []int {
	out := make([]int, len(r.schema.dims))
	for i := range out {
		out[i] = r.schema.dims[i].field
	}
	return out
}

// Measures lists the fields, by position in the layer, that blocks have sums of,
// in their order.
func (r *Release) Measures() []int {
	out := make([]int, len(r.schema.measures))
	for i := range out {
		out[i] = r.schema.measures[i].field
	}
	return out
}

// Blocks is the published state: immutable, in an order that tells nothing, the
// same until the next Adopt.
func (r *Release) Blocks() []Block { return *r.blocks.Load() }

// State is the published state, to be stored or to Resume from.
func (r *Release) State() *State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// Seq is the number of the publication that Blocks shows, 0 before the first.
func (r *Release) Seq() uint64 { return r.State().seq }

// key is the base cell of a row.
func (r *Release) key(row *Row) baseKey {
	p := place{areas: noAreas()}
	var cell hexgrid.Cell
	if row.Has {
		if cell = row.Cell; cell == 0 || cell.Resolution() != Resolution {
			cell = hexgrid.At(row.Point, Resolution)
		}
	}
	if cell != 0 {
		p = r.placeOf(row.Areas)
	}
	return baseKey{cell: cell, place: r.ledger.intern(p), comb: r.schema.combination(row.Values)}
}

// placeOf is the place that areas make, one position per code.
func (r *Release) placeOf(areas [levels]uint32) place {
	p := place{areas: noAreas(), has: true}
	for level, a := range areas {
		if int64(a) < int64(len(r.same[level])) {
			p.areas[level] = r.same[level][a]
		}
	}
	return p
}

// add counts a row in (sign 1) or out (-1) of a base cell.
func (r *Release) add(base uint32, row Values, sign int) {
	before := r.pending(base)
	r.ledger.n[base] += int32(sign)
	r.total += sign
	r.weigh(before, -1)
	r.weigh(r.pending(base), 1)
	for i := range r.schema.measures {
		m := &r.schema.measures[i]
		if u, ok := m.units(row.Value(m.field)); ok {
			at := int(base)*len(r.schema.measures) + i
			r.ledger.sums[at] += int64(sign) * u
			r.ledger.with[at] += int32(sign)
		}
	}
}

// pending is how many more rows a base cell has than the blocks account for.
func (r *Release) pending(base uint32) int32 {
	n := r.ledger.n[base]
	if int(base) < len(r.state.n) {
		n -= r.state.n[base]
	}
	return n
}

func (r *Release) weigh(pending int32, sign int) {
	if pending > 0 {
		r.up += sign * int(pending)
	} else {
		r.down -= sign * int(pending)
	}
}

var errUnknownRow = errors.New("there is no such row in the release")

// Apply tells of a change of one feature: old is nil for a new one, new is nil
// for one that is gone. Blocks stay as they are. An old row that cannot be among
// the counted ones is refused with a Conflict, and nothing is changed.
func (r *Release) Apply(old, new *Row) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old != nil {
		base, ok := r.ledger.index.find(r.ledger.keys, r.key(old))
		if !ok || r.ledger.n[base] == 0 {
			return &layers.Error{Kind: layers.Conflict, Op: "release.Apply", Layer: r.layer, Err: errUnknownRow}
		}
		r.add(base, old.Values, -1)
	}
	if new != nil {
		r.add(r.ledger.base(r.key(new)), new.Values, 1)
	}
	r.changed = true
	return nil
}

// Due reports whether something changed since Next last found
// nothing to publish, and enough rows came
// or left that Next may find something to publish. It costs O(1).
func (r *Release) Due() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.changed {
		return false
	}
	if len(r.state.blocks) == 0 {
		return r.total >= r.k
	}
	return r.up >= r.k || r.down >= r.k || r.state.k < r.k
}

// Adopt shows a state that Next made. It must be stored durably before: what was
// shown must not be forgotten. A state that does not follow the present one is
// refused with a Conflict.
func (r *Release) Adopt(s *State) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.seq != r.state.seq+1 || s.schema != &r.schema {
		return &layers.Error{Kind: layers.Conflict, Op: "release.Adopt", Layer: r.layer,
			Err: fmt.Errorf("publication %d does not follow publication %d", s.seq, r.state.seq)}
	}
	r.adopt(s)
	return nil
}

func (r *Release) adopt(s *State) {
	r.state = s
	r.compact()
	s = r.state
	r.up, r.down = 0, 0
	for i := range r.ledger.keys {
		r.weigh(r.pending(uint32(i)), 1)
	}
	shown := r.show(s)
	r.blocks.Store(&shown)
}
