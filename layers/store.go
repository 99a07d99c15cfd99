package layers

import (
	"context"
	"iter"
)

// Reader reads a store's current state. Implementations are safe for use by
// many goroutines, and a read sees one committed state however long it takes.
type Reader interface {
	// Layers returns the definitions in order of id. The caller must not change
	// them.
	Layers(ctx context.Context) ([]*Layer, error)

	// Read yields the features that match q in its order. Features and what they
	// refer to belong to the caller. A yielded error ends the sequence: Invalid
	// for an impossible query, NotFound for an unknown layer, Forbidden when the
	// subject may not list the layer, Unsupported for an At the store cannot
	// answer. It may cost a scan of the layer: resident tables answer faster.
	Read(ctx context.Context, q Query) iter.Seq2[Feature, error]

	// Records yields the records of a bucket whose keys start with prefix, in
	// order of key, without expired ones.
	Records(ctx context.Context, bucket, prefix string) iter.Seq2[Record, error]
}

// Writer changes a store.
type Writer interface {
	// Apply commits b whole or not at all and returns the sequence of its last
	// change (the current sequence if it has none). When it returns without
	// error the batch survives the death of the process and of the machine.
	// Concurrent calls may share one commit. Errors: Invalid when a feature does
	// not fit its layer, NotFound for an unknown layer, Conflict when IfVersion
	// or IfAbsent fail. Deleting a feature that does not exist is no change and
	// no error. The store does not keep references to b.
	Apply(ctx context.Context, b Batch) (seq uint64, err error)
}

// ChangeReader follows a store.
type ChangeReader interface {
	// Seq returns the sequence of the last committed change, 0 for none. It is
	// cheap enough to be polled several times a second, and sees commits of
	// other processes.
	Seq(ctx context.Context) (uint64, error)

	// Changes yields the committed changes with numbers above since, in order,
	// up to the state at the time of the call; it does not wait for more.
	// Several changes of one feature may be folded into the last of them.
	Changes(ctx context.Context, since uint64) iter.Seq2[Change, error]
}

// Store keeps a city.
type Store interface {
	Reader
	Writer
	ChangeReader

	// Close waits for running calls, makes everything durable and releases the
	// store. Calls after Close fail with Unavailable.
	Close() error
}

// RecordOf returns the data of one record, nil when there is none.
func RecordOf(ctx context.Context, r Reader, bucket, key string) ([]byte, error) {
	for x, err := range r.Records(ctx, bucket, key) {
		if err != nil {
			return nil, err
		}
		if x.Key == key {
			return x.Data, nil
		}
	}
	return nil, nil
}
