package webhook

import (
	"context"
	"encoding/json"
	"time"

	"wutu/layers"
)

// Source is a kind of events that can be subscribed to. It has streams, whose events
// have numbers that grow. It is safe for concurrent use.
type Source interface {
	// Kind is the first part of a subscription's source, "fences", and Type the type
	// of the messages, "fences.transitions".
	Kind() string
	Type() string

	// MayFollow refuses a subject that may not follow a stream, with Forbidden,
	// NotFound or Unauthorized. MaySubscribe refuses one that sets up no subscription.
	MayFollow(ctx context.Context, s *layers.Subject, stream string) error
	MaySubscribe(s *layers.Subject) error

	// Last is the number of the last event of a stream, 0 for none.
	Last(ctx context.Context, stream string) (uint64, error)

	// After lists up to limit events with greater numbers than since, in order.
	After(ctx context.Context, stream string, since uint64, limit int) ([]Event, error)

	// Await returns a channel that closes when there is an event more.
	Await(stream string) <-chan struct{}
}

// Event is one event of a stream.
type Event struct {
	Number uint64
	At     time.Time
	Data   json.RawMessage
}
