package track

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/track"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
}

// Records is where settings are kept.
type Records interface {
	layers.Reader
	layers.Writer
}

// Options configures an Office; all are required but Log.
type Options struct {
	City    City
	Records Records
	Tracks  track.Store
	Now     func() time.Time
	Log     *slog.Logger
}

// Office takes fixes and answers about tracks. Safe for concurrent use.
type Office struct {
	o      Options
	keeper *track.Keeper
}

// New returns an Office. Positions that wait are moved, and old tracks removed, while
// Run runs.
func New(o Options) *Office {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	f := &Office{o: o}
	f.keeper = track.New(track.Options{Store: o.Tracks, Now: o.Now, Log: o.Log, Placed: f.placed,
		Layer: func(id string) (*layers.Layer, bool) { return o.City.View().Layer(id) },
		// A batch of nothing brings the city up to what its store has.
		Show: func(ctx context.Context) error { _, err := o.City.Apply(ctx, layers.Batch{}); return err }})
	return f
}

// placed is the time of the position that the city shows of an object.
func (o *Office) placed(layer, object string) (time.Time, bool) {
	v, system := o.o.City.View(), layers.SystemSubject()
	l, ok := v.Layer(layer)
	if !ok {
		return time.Time{}, false
	}
	f, err := v.Get(context.Background(), &system, layer, object)
	if err != nil {
		return time.Time{}, false
	}
	at := f.Value(l.FieldIndex(model.FixedAt))
	if at.IsNull() {
		return time.Time{}, true
	}
	return at.Time(), true
}

// Run moves positions, folds fixes and removes old tracks until ctx ends.
func (o *Office) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { o.keeper.Run(ctx) })
	wait := firstExpiry
	for {
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			group.Wait()
			return
		}
		if err := o.Expire(ctx); err != nil && ctx.Err() == nil {
			o.o.Log.ErrorContext(ctx, "old tracks are not removed", "error", err)
		}
		wait = expireEvery
	}
}

// When old tracks are removed: soon after the start, then every hour.
const (
	firstExpiry = time.Minute
	expireEvery = time.Hour
)

// Expire removes what is older than the settings of each layer say. Of which objects are
// about persons is asked now; those that exist no more count as such.
func (o *Office) Expire(ctx context.Context) error {
	v := o.o.City.View()
	for _, l := range v.Layers() {
		if !track.Moving(l) {
			continue
		}
		s, err := o.settings(ctx, l.ID)
		if err != nil {
			return err
		}
		things := make(map[string]bool)
		q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}
		for row, err := range v.Unordered(ctx, q) {
			if err != nil {
				return err
			}
			if !s.personal(l, row) {
				things[string([]byte(row.ID()))] = true
			}
		}
		n, err := o.keeper.Expire(ctx, l.ID, func(id string) time.Duration {
			if things[id] {
				return days(s.KeepDays)
			}
			return days(min(s.KeepDays, s.PersonalKeepDays))
		})
		if err != nil {
			return err
		}
		if n > 0 {
			o.o.Log.InfoContext(ctx, "old tracks are removed", "layer", l.ID, "hours", n)
		}
	}
	return nil
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
