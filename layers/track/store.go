package track

import (
	"context"
	"iter"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Store keeps fixes beside the city, in one file with it. All methods are safe for
// concurrent use; times are milliseconds since 1970, both ends of an interval
// inclusive. Layers that do not exist have no fixes: what is written to one is
// NotFound.
type Store interface {
	// AddFixes commits a block (nil: none) and moves features (nil: none) of its
	// layer, whole or not at all and durably, as layers.Writer.Apply does. number names the
	// block: later blocks have greater numbers. Features that do not exist are not moved. A
	// move is a change of its own, with a number in the sequence; one that
	// replaces a move leaves no old version and no line of the log behind.
	AddFixes(ctx context.Context, b *Block, m *Moves) (number, seq uint64, err error)

	// Blocks yields the blocks that no fold has dropped, in order.
	Blocks(ctx context.Context) iter.Seq2[Numbered, error]

	// Fold merges fixes into the chunks of a layer (of two at one time the chunk's own
	// stays) and drops the blocks numbered up to dropTo, all or nothing.
	Fold(ctx context.Context, layer string, parts []Part, dropTo uint64) error

	// Chunks yields the chunks of an object that may have fixes in an interval, in
	// order of time.
	Chunks(ctx context.Context, layer, object string, from, to int64) iter.Seq2[[]Fix, error]

	// Passers lists the objects with a chunk in an interval whose way, or the way
	// to it from the chunk before, may meet one of the boxes (nil: anywhere), in order.
	Passers(ctx context.Context, layer string, boxes []orb.Bound, from, to int64) ([]string, error)

	// LastFix is the newest fix in the chunks of an object, and how many its chunk has;
	// 0 for an object without chunks.
	LastFix(ctx context.Context, layer, object string) (f Fix, inHour int, err error)

	// Tracked lists up to limit objects of a layer with chunks whose ids are greater
	// than after, in order.
	Tracked(ctx context.Context, layer, after string, limit int) ([]string, error)

	// Forget removes the chunks of objects that end before an instant, and returns how
	// many.
	Forget(ctx context.Context, layer string, objects []string, before int64) (int, error)
}

// Numbered is a block of the store.
type Numbered struct {
	Number uint64
	Block  *Block
}

// Part is what one object did in one hour: fixes in order of time.
type Part struct {
	Object string
	Hour   int64
	Fixes  []Fix
}

// Moves are new positions of features of one layer.
type Moves struct {
	Layer  string
	Fields []string // that change with the position
	List   []Move
}

// Move is the new position of one feature.
type Move struct {
	Object string
	Point  orb.Point
	Values []layers.Value // of Moves.Fields
}

// LeadMs is how long the way from one chunk to the next may take to count for
// Passers, in milliseconds: the longest gap of questions about places.
const LeadMs = 10 * 60 * 1000

// Box is the box of the way through fixes, which is led from the fix before it unless
// that is older than LeadMs.
func Box(fixes []Fix, before *Fix) orb.Bound {
	if len(fixes) == 0 {
		return orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	}
	b := fixes[0].Point().Bound()
	for _, f := range fixes[1:] {
		b = b.Extend(f.Point())
	}
	if before != nil && fixes[0].T-before.T <= LeadMs {
		b = b.Extend(before.Point())
	}
	return b
}
