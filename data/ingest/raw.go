package ingest

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// The limits every decoder keeps.
const (
	MaxRecord   = 64 << 20         // bytes of one record or line
	MaxVertices = 1_000_000        // positions of one geometry
	MaxText     = 1 << 20          // bytes of one text value
	MaxFields   = layers.MaxFields // fields of one record
)

// Raw is one record as a format reads it, before any schema is applied.
type Raw struct {
	Layer  string // for formats that fill several layers: the layer's suffix, "buildings"; else ""
	Record int64  // its number in the file, from 1
	At     string // where it is: "line 17", "byte 1234"

	ID    string       // the format's own id, "" if it has none
	Shape orb.Geometry // in the coordinate system of the file; nil if it has none
	X, Y  string       // names of the source fields that hold the coordinates, if they are fields

	Names   []string       // names of the source fields; may be shared between records
	Values  []layers.Value // as many as Names
	Untyped bool           // values are text whose type is not declared, as in CSV

	Err *layers.Error // not nil: the record is complete but cannot be used; it is rejected with this reason
}

// Decoder reads the records of one file. It is used by one goroutine.
type Decoder interface {
	// Next returns the next record, and io.EOF after the last. Any other error
	// says that the file cannot be read further: Invalid for broken content,
	// TooLarge beyond a limit, Unsupported for a variant that is not read; it
	// names the record or the byte. What the record refers to belongs to the
	// caller, but Names must not be changed.
	Next(ctx context.Context) (Raw, error)
	// Close releases the file. It may be called at any time, once.
	Close() error
}

// Source is a file that can be read several times, each time with the same
// records.
type Source interface {
	// Open starts a pass over the file.
	Open(ctx context.Context) (Decoder, error)
}

// Declarer is a Source whose layers are declared by the format rather than
// inferred from the data. Their ids are the suffixes of Raw.Layer.
type Declarer interface {
	Declare() []*layers.Layer
}

// Georeferenced is a Source that knows the coordinate system of its file. The
// system is used when the caller names none; "" says nothing.
type Georeferenced interface {
	CRS(ctx context.Context) (string, error)
}

// Counter is a Decoder that counts more than its records.
type Counter interface {
	// Counts returns how many objects of each kind were read, and how many of
	// them were of no layer under the name "skipped".
	Counts() map[string]int64
}
