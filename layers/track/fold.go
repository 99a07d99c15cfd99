package track

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// foldParts is how many chunks one transaction writes, so that nobody waits long for
// its turn.
const foldParts = 64

// Fold moves what only blocks have into chunks, and drops the blocks. What comes
// meanwhile stays for the next. A fold that fails loses nothing and is done again.
func (k *Keeper) Fold(ctx context.Context) error {
	if err := k.load(ctx); err != nil {
		return err
	}
	select {
	case k.folds <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.folds }()
	work, upTo := k.beginFold()
	for _, w := range work {
		for parts := range slices.Chunk(w.parts, foldParts) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := k.o.Store.Fold(ctx, w.layer, parts, 0); err != nil {
				return err
			}
		}
		k.folded(w)
	}
	k.evict()
	if upTo = k.droppable(upTo); upTo > k.dropped {
		if err := k.o.Store.Fold(ctx, "", nil, upTo); err != nil {
			return err
		}
		k.dropped = upTo
	}
	return nil
}

// folding is what is folded of one layer.
type foldingLayer struct {
	layer string
	parts []Part
}

// beginFold marks what is in memory as being folded. upTo is the last block that is
// in it whole.
func (k *Keeper) beginFold() (work []foldingLayer, upTo uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.lanes {
		w := foldingLayer{layer: l.layer}
		for o := range l.dirty {
			o.folding, o.recent = Merge(o.folding, o.recent), nil
			for rest := o.folding; len(rest) > 0; {
				hour := rest[0].Hour()
				of := cut(rest, hour*HourMs, (hour+1)*HourMs-1)
				w.parts = append(w.parts, Part{Object: o.id, Hour: hour, Fixes: of})
				rest = rest[len(of):]
			}
		}
		if len(w.parts) > 0 {
			slices.SortFunc(w.parts, func(a, b Part) int { return cmp.Or(strings.Compare(a.Object, b.Object), cmp.Compare(a.Hour, b.Hour)) })
			work = append(work, w)
		}
	}
	slices.SortFunc(work, func(a, b foldingLayer) int { return strings.Compare(a.layer, b.layer) })
	k.fresh = 0
	return work, k.last
}

// folded forgets what is in chunks now.
func (k *Keeper) folded(w foldingLayer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.lanes[w.layer]
	for o := range l.dirty {
		if n := len(o.folding); n > 0 {
			if f := o.folding[n-1]; !o.chunked || f.T > o.anchor {
				o.chunked, o.anchor, o.lead = true, f.T, f
			}
			o.folding = nil
		}
		if len(o.recent) == 0 {
			delete(l.dirty, o)
		}
	}
}

// evict forgets objects that have long been silent. It has the turn, or leaves it: a
// commit may be looking at them.
func (k *Keeper) evict() {
	select {
	case k.turn <- struct{}{}:
	default:
		return
	}
	defer func() { <-k.turn }()
	k.mu.Lock()
	defer k.mu.Unlock()
	long := k.o.Now().Add(-forgetAfter).UnixMilli()
	for _, l := range k.lanes {
		for id, o := range l.objects {
			if !l.dirty[o] && !o.waiting && o.newest.T < long && o.moved < long {
				delete(l.objects, id)
			}
		}
	}
}

// droppable is the last block up to upTo of which every position has moved: after a
// restart blocks say which positions are to be moved yet.
func (k *Keeper) droppable(upTo uint64) uint64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.lanes {
		for _, o := range l.line {
			upTo = min(upTo, o.since-1)
		}
	}
	return upTo
}

// Read returns the fixes of an object in an interval, both ends inclusive, in order of
// time. The caller owns them. It costs the chunks of the interval.
func (k *Keeper) Read(ctx context.Context, layer, object string, from, to time.Time) ([]Fix, error) {
	if err := k.load(ctx); err != nil {
		return nil, err
	}
	lo, hi := from.UnixMilli(), to.UnixMilli()
	// Memory before chunks: fixes move from the one into the other.
	k.mu.Lock()
	var fresh []Fix
	if l := k.lanes[layer]; l != nil {
		if o := l.objects[object]; o != nil {
			fresh = slices.Clone(cut(Merge(o.folding, o.recent), lo, hi))
		}
	}
	k.mu.Unlock()
	var out []Fix
	for c, err := range k.o.Store.Chunks(ctx, layer, object, lo, hi) {
		if err != nil {
			return nil, err
		}
		out = append(out, cut(c, lo, hi)...)
	}
	return Merge(out, fresh), nil
}

// Passers lists the objects of a layer, in order, whose way in an interval may meet one of
// the boxes (lon/lat degrees; nil: anywhere). Some that are listed do not, or have no fix
// in the interval; none that does is missing unless the pause between the two fixes is
// longer than LeadMs.
func (k *Keeper) Passers(ctx context.Context, layer string, boxes []orb.Bound, from, to time.Time) ([]string, error) {
	if err := k.load(ctx); err != nil {
		return nil, err
	}
	lo, hi := from.UnixMilli(), to.UnixMilli()
	var out []string
	k.mu.Lock()
	if l := k.lanes[layer]; l != nil {
		for o := range l.dirty {
			if o.meets(boxes, lo, hi) {
				out = append(out, o.id)
			}
		}
	}
	k.mu.Unlock()
	stored, err := k.o.Store.Passers(ctx, layer, boxes, lo, hi)
	if err != nil {
		return nil, err
	}
	out = append(out, stored...)
	slices.Sort(out)
	return slices.Compact(out), nil
}

// forgetRun is how many objects are looked at in one transaction.
const forgetRun = 256

// Expire removes what is older than keep says of each object of a layer that has
// chunks, by whole hours. It returns how many chunks went.
func (k *Keeper) Expire(ctx context.Context, layer string, keep func(object string) time.Duration) (int, error) {
	if err := k.Fold(ctx); err != nil { // what is old and new in memory is seen, too
		return 0, err
	}
	now, gone := k.o.Now(), 0
	for after := ""; ; {
		ids, err := k.o.Store.Tracked(ctx, layer, after, forgetRun)
		if err != nil || len(ids) == 0 {
			return gone, err
		}
		after = ids[len(ids)-1]
		by := make(map[time.Duration][]string)
		for _, id := range ids {
			d := keep(id)
			by[d] = append(by[d], id)
		}
		for d, of := range by {
			n, err := k.o.Store.Forget(ctx, layer, of, now.Add(-d).UnixMilli())
			gone += n
			if err != nil {
				return gone, err
			}
		}
	}
}
