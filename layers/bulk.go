package layers

import "context"

// BulkReader is a Reader that hands out whole layers quickly, in pieces that
// several goroutines read at once.
type BulkReader interface {
	// Pieces divides a layer into intervals of about rows features each. A layer that
	// has none, or is not known, has no pieces.
	Pieces(ctx context.Context, layer string, rows int) ([]Piece, error)

	// ReadPiece calls fn for the features of the piece, in an order of the store's own,
	// until fn returns an error, which it returns. It sees one committed state. The
	// feature, and all it refers to but its Shape, is valid until fn returns; the shape
	// belongs to the receiver. Nothing is masked: it is for programs, not for subjects.
	//
	// Pieces are read one after the other or at once, each in the state of its own
	// moment. A feature whose Version is not above the sequence of before the first read
	// began is in one piece at most, and in none only if it was changed since; so what
	// has a higher version is left out, and taken from Changes.
	ReadPiece(ctx context.Context, layer string, p Piece, fn func(*Feature) error) error
}

// Piece is an interval of a layer's rows in a store.
type Piece struct {
	From, To int64 // From inclusive, To exclusive: what they count is the store's business
}

// Width is To - From: at least the number of features in the piece.
func (p Piece) Width() int64 { return p.To - p.From }
