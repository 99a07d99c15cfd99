package fence

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/crew"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
	Listen(since uint64) *live.Listener
}

// Options configures an Office; all are required but Log.
type Options struct {
	City    City
	Records layers.Reader
	Now     func() time.Time
	Log     *slog.Logger
}

// Office keeps the watches and follows the city for them. Safe for concurrent use.
type Office struct {
	o      Options
	crew   *crew.Crew[Watch, *follower]
	mu     sync.Mutex
	news   map[string]chan struct{} // by watch: closed and replaced when something is told
	recent map[string][]Told        // by watch: what was told last, in order
}

// New returns an Office. Nothing is followed before Run.
func New(o Options) *Office {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	office := &Office{o: o, news: make(map[string]chan struct{}), recent: make(map[string][]Told)}
	office.crew = crew.New(crew.Options[Watch, *follower]{
		Records: office.watches,
		ID:      func(w *Watch) string { return w.ID },
		Hire:    func(w Watch) *follower { return &follower{office: office, watch: w} },
		Failed:  func(err error) { o.Log.Error("the watches cannot be read", "error", err) },
	})
	return office
}

// WatchBucket is the bucket of the records of watches, by id.
const WatchBucket = "fence-watch"

// Buckets of the other records.
const (
	bucketJournal = "fence-journal" // id/number → segment of layers/fence
	bucketTold    = "fence-told"    // id/number of the first → some Told
	bucketMark    = "fence-mark"    // id → mark
)

// mark is how far a watch has come.
type mark struct {
	Told uint64 `json:"told"` // number of the last transition
	Seq  uint64 `json:"seq"`  // last change of the city that is in it
}

// watches reads all watches, in order of id.
func (o *Office) watches(ctx context.Context) ([]Watch, error) {
	var out []Watch
	for r, err := range o.o.Records.Records(ctx, WatchBucket, "") {
		if err != nil {
			return nil, err
		}
		var w Watch
		if err := json.Unmarshal(r.Data, &w); err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "fence", ID: r.Key, Err: err}
		}
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Watch) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// watch reads one; the error is NotFound.
func (o *Office) watch(ctx context.Context, id string) (Watch, error) {
	list, err := o.watches(ctx)
	if err != nil {
		return Watch{}, err
	}
	for _, w := range list {
		if w.ID == id {
			return w, nil
		}
	}
	return Watch{}, &layers.Error{Kind: layers.NotFound, Op: "fence", ID: id, Err: errors.New("no such watch")}
}

// Run follows the city for every watch until ctx ends.
func (o *Office) Run(ctx context.Context) { o.crew.Run(ctx) }
