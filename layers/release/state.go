package release

import (
	"github.com/paulmach/orb"

	"wutu/layers"
)

// State is everything a release has to remember: its blocks, and how many rows
// of each base cell they account for. It is immutable. Small counts of base cells
// are in it: it is as confidential as the rows and belongs where they are kept.
type State struct {
	layer  string
	k      int
	seq    uint64
	schema *schema
	codes  [levels][]string // area codes by position

	keys   []baseKey // base cells; shared with the ledger, which only appends
	places []place
	n      []int32 // rows of each base cell that the blocks account for
	sums   []int64 // the same for the measures, in units
	with   []int32

	blocks []block
}

// Seq is the number of the publication, from 1; 0 before the first.
func (s *State) Seq() uint64 { return s.seq }

// Layer is the id of the layer the state was made of.
func (s *State) Layer() string { return s.layer }

// block is a published group.
type block struct {
	anchor orb.Point
	has    bool
	comb   uint32
	home   uint32 // place of the anchor in the ledger
	n      int
	sums   []int64 // in units; never changed in place
	with   []int   // never changed in place
}

// Block is a part of the layer's rows, at least k of them, of which only this is
// known. Its slices must not be changed.
type Block struct {
	Anchor orb.Point      // lon/lat degrees: where all its rows count as being
	Has    bool           // false: its rows count as having no geometry
	Dims   []layers.Value // in the order of Release.Dimensions: the values all its rows count as having
	N      int            // rows
	Sums   []float64      // in the order of Release.Measures: sum over the rows with a value
	With   []int          // rows with a value, or N when fewer than k have none; 0 when fewer than k have one, and the sum is 0 then
}

// show makes the snapshot that is read.
func (r *Release) show(s *State) []Block {
	out := make([]Block, len(s.blocks))
	m := len(r.schema.measures)
	sums, with := make([]float64, m*len(out)), make([]int, m*len(out))
	for i := range out {
		b := &s.blocks[i]
		o := &out[i]
		o.Anchor, o.Has, o.N = b.anchor, b.has, b.n
		o.Dims = r.values[b.comb]
		o.Sums, o.With = sums[i*m:(i+1)*m:(i+1)*m], with[i*m:(i+1)*m:(i+1)*m]
		for j := range m {
			w := b.with[j]
			if b.n-w < s.k { // too few without a value to tell of them
				w = b.n
			}
			if b.with[j] > 0 {
				o.With[j] = w
				o.Sums[j] = float64(b.sums[j]) / r.schema.measures[j].scale
			}
		}
	}
	return out
}
