package track

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"wutu/layers"
)

// Options configures a Keeper. Store, Layer and Now are required.
type Options struct {
	Store Store
	// Layer finds a layer's definition.
	Layer func(id string) (*layers.Layer, bool)
	// Placed says of which time the position is that the city shows of an object, for
	// the positions that were not moved yet when the program ended; ok is false for an
	// object that does not exist. nil: the next fix moves them.
	Placed func(layer, object string) (at time.Time, ok bool)
	// Show makes the city show what the store has committed; nil: somebody else does.
	Show func(ctx context.Context) error
	Now  func() time.Time
	Log  *slog.Logger // nil: discards

	Every     time.Duration // between two moves of one object; 0: a second
	PerSecond int           // moves of a layer at most; 0: 2000
	FoldEvery time.Duration // between folds; 0: 20 s
	FoldAt    int           // fixes in memory that make a fold due; 0: 200,000
}

const (
	defaultEvery     = time.Second
	defaultPerSecond = 2000
	defaultFoldEvery = 20 * time.Second
	defaultFoldAt    = 200_000

	// maxWaiting bounds the fixes of requests that wait for their commit, times the
	// memory a fix takes: who comes beyond it is sent away.
	maxWaiting = 400_000
	// forgetAfter is how long an object that sends nothing stays in memory.
	forgetAfter = time.Hour
)

// MaxSent bounds the fixes of one call of Add.
const MaxSent = 20_000

// Outcome is what became of a fix.
type Outcome uint8

// The outcomes.
const (
	Taken Outcome = iota // it is the object's newest
	Late                 // it is taken, and the object has a newer one
	Known                // the object has a fix of that time: nothing changed
	Full                 // the object has MaxChunk fixes in that hour: refused
)

// Sent is a fix as it comes.
type Sent struct {
	Object string
	Fix    Fix
}

// Keeper takes fixes and answers where objects were. Safe for concurrent use. Make one
// with New.
type Keeper struct {
	o Options

	turn  chan struct{} // holds a token while somebody commits
	folds chan struct{} // holds a token while somebody folds
	shown chan struct{} // holds a token when moves are to be shown

	dropped uint64 // number up to which blocks were dropped; for who folds

	mu      sync.Mutex
	loaded  bool
	queue   []*request
	waiting int // fixes of queue
	lanes   map[string]*lane
	last    uint64 // number of the last block in memory
	fresh   int    // fixes in memory that are not being folded
}

// request is a call of Add on its way.
type request struct {
	layer    string
	sent     []Sent
	outcomes []Outcome
	done     chan struct{}
	err      error
}

// New returns a Keeper. What the store has is read when it is first asked.
func New(o Options) *Keeper {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Every, o.FoldEvery = cmp.Or(o.Every, defaultEvery), cmp.Or(o.FoldEvery, defaultFoldEvery)
	o.PerSecond, o.FoldAt = cmp.Or(o.PerSecond, defaultPerSecond), cmp.Or(o.FoldAt, defaultFoldAt)
	return &Keeper{o: o, turn: make(chan struct{}, 1), folds: make(chan struct{}, 1), shown: make(chan struct{}, 1), lanes: make(map[string]*lane)}
}

// Add takes fixes of objects of a layer, at most MaxSent, in the order they stand.
// When it returns without error those that are taken survive the death of the machine, and
// reads find them. The outcomes are in the order of sent, which must not be changed
// until then. Errors: Invalid for too many; Unavailable when too many others wait; those
// of the store and of ctx, after which it is not known what was taken: send them again.
func (k *Keeper) Add(ctx context.Context, layer string, sent []Sent) ([]Outcome, error) {
	if len(sent) > MaxSent {
		return nil, layers.Invalidf("track", "fixes", "are more than fit into one request")
	}
	if err := k.load(ctx); err != nil {
		return nil, err
	}
	r := &request{layer: layer, sent: sent, outcomes: make([]Outcome, len(sent)), done: make(chan struct{})}
	k.mu.Lock()
	if k.waiting+len(sent) > maxWaiting {
		k.mu.Unlock()
		return nil, &layers.Error{Kind: layers.Unavailable, Op: "track", Err: errors.New("too many fixes wait to be stored")}
	}
	k.queue, k.waiting = append(k.queue, r), k.waiting+len(sent)
	k.mu.Unlock()
	for {
		select {
		case <-r.done:
			return r.outcomes, r.err
		case k.turn <- struct{}{}:
			select {
			case <-r.done:
			default:
				k.commit(context.WithoutCancel(ctx), k.take())
			}
			<-k.turn
		case <-ctx.Done():
			if k.withdraw(r) {
				return nil, ctx.Err()
			}
			<-r.done // it is being committed: its outcome is what happened
			return r.outcomes, r.err
		}
	}
}

// take takes the requests that wait, as many as make one block.
func (k *Keeper) take() []*request {
	k.mu.Lock()
	defer k.mu.Unlock()
	n, size := 0, 0
	for n < len(k.queue) && (n == 0 || size+len(k.queue[n].sent) <= MaxBlock) {
		size += len(k.queue[n].sent)
		n++
	}
	out := slices.Clone(k.queue[:n])
	k.queue, k.waiting = slices.Delete(k.queue, 0, n), k.waiting-size
	return out
}

// withdraw takes back a request that nobody has taken.
func (k *Keeper) withdraw(r *request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.Index(k.queue, r)
	if i < 0 {
		return false
	}
	k.queue, k.waiting = slices.Delete(k.queue, i, i+1), k.waiting-len(r.sent)
	return true
}

// commit stores what requests bring, a block for each layer, with the moves that are
// due. The caller has the turn.
func (k *Keeper) commit(ctx context.Context, requests []*request) {
	byLayer := make(map[string][]*request)
	var names []string
	for _, r := range requests {
		if byLayer[r.layer] == nil {
			names = append(names, r.layer)
		}
		byLayer[r.layer] = append(byLayer[r.layer], r)
	}
	for _, name := range names {
		err := k.commitLayer(ctx, name, byLayer[name])
		for _, r := range byLayer[name] {
			r.err = err
			close(r.done)
		}
	}
}

func (k *Keeper) commitLayer(ctx context.Context, name string, requests []*request) error {
	s := stage{keeper: k, lane: k.lane(name), of: make(map[*object]*staged), chunks: make(map[place][]Fix), block: Block{Layer: name}}
	for _, r := range requests {
		for i := range r.sent {
			var err error
			if r.outcomes[i], err = s.take(ctx, &r.sent[i]); err != nil {
				return err
			}
		}
	}
	return k.store(ctx, &s)
}

// store commits a stage and the moves that are due. The caller has the turn.
func (k *Keeper) store(ctx context.Context, s *stage) error {
	var block *Block
	if len(s.block.Fixes) > 0 {
		block = &s.block
	}
	moved := k.due(s)
	var moves *Moves
	if len(moved) > 0 {
		moves = s.moves(moved)
	}
	if block == nil && moves == nil {
		return nil
	}
	number, _, err := k.o.Store.AddFixes(ctx, block, moves)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil {
		for _, o := range moved {
			s.lane.wait(o, o.since, 0)
		}
		return err
	}
	now := k.o.Now().UnixMilli()
	for _, o := range moved {
		o.moved = now
	}
	if block != nil {
		k.last = number
		for _, x := range s.order {
			x.object.add(x.fixes)
			s.lane.dirty[x.object] = true
			k.fresh += len(x.fixes)
		}
	}
	if moves != nil && k.o.Show != nil {
		select {
		case k.shown <- struct{}{}:
		default: // it is going to be shown
		}
	}
	return nil
}

// Run moves positions that wait, shows them, and folds blocks, until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(func() { k.showLoop(ctx) })
	group.Go(func() { k.foldLoop(ctx) })
	k.moveLoop(ctx)
}

// again is how long a loop waits after a failure.
const again = 2 * time.Second

func (k *Keeper) showLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.shown:
		}
		if err := k.o.Show(ctx); err != nil && ctx.Err() == nil {
			k.o.Log.ErrorContext(ctx, "moved positions are not shown", "error", err)
			if !pause(ctx, again) {
				return
			}
		}
	}
}

// moveEvery is how often positions that wait are looked at.
const moveEvery = 200 * time.Millisecond

func (k *Keeper) moveLoop(ctx context.Context) {
	for pause(ctx, moveEvery) {
		if err := k.MoveNow(ctx); err != nil && ctx.Err() == nil {
			k.o.Log.ErrorContext(ctx, "positions are not moved", "error", err)
			pause(ctx, again)
		}
	}
}

// MoveNow moves the positions that are due.
func (k *Keeper) MoveNow(ctx context.Context) error {
	if err := k.load(ctx); err != nil {
		return err
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.turn }()
	for _, name := range k.laneNames() {
		s := stage{keeper: k, lane: k.lane(name), block: Block{Layer: name}}
		if err := k.store(ctx, &s); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) foldLoop(ctx context.Context) {
	last := k.o.Now()
	for pause(ctx, time.Second) {
		k.mu.Lock()
		due := k.fresh >= k.o.FoldAt
		k.mu.Unlock()
		if !due && k.o.Now().Sub(last) < k.o.FoldEvery {
			continue
		}
		last = k.o.Now()
		if err := k.Fold(ctx); err != nil && ctx.Err() == nil {
			k.o.Log.ErrorContext(ctx, "fixes are not folded", "error", err)
			pause(ctx, again)
		}
	}
}

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// load reads the blocks of the store, once.
func (k *Keeper) load(ctx context.Context) error {
	k.mu.Lock()
	loaded := k.loaded
	k.mu.Unlock()
	if loaded {
		return nil
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.turn }()
	if k.loaded { // whoever writes it has the turn
		return nil
	}
	lanes, last, fresh := make(map[string]*lane), uint64(0), 0
	for b, err := range k.o.Store.Blocks(ctx) {
		if err != nil {
			return err
		}
		l := lanes[b.Block.Layer]
		if l == nil {
			l = newLane(b.Block.Layer)
			lanes[l.layer] = l
		}
		for i, f := range b.Block.Fixes {
			id := b.Block.Objects[b.Block.Of[i]]
			o := l.objects[id]
			if o == nil {
				o = &object{id: id}
				l.objects[id] = o
				if err := o.recall(ctx, k.o.Store, l.layer); err != nil {
					return err
				}
			}
			o.add([]Fix{f})
			l.dirty[o] = true
			fresh++
		}
		last = b.Number
	}
	for _, l := range lanes {
		for o := range l.dirty {
			if k.o.Placed == nil {
				continue
			}
			if at, ok := k.o.Placed(l.layer, o.id); ok && at.Before(o.newest.At()) {
				l.wait(o, 1, 0)
			}
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lanes, k.last, k.fresh, k.loaded = lanes, last, fresh, true
	return nil
}

func (k *Keeper) lane(name string) *lane {
	k.mu.Lock()
	defer k.mu.Unlock()
	l := k.lanes[name]
	if l == nil {
		l = newLane(name)
		k.lanes[name] = l
	}
	return l
}

func (k *Keeper) laneNames() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := make([]string, 0, len(k.lanes))
	for name := range k.lanes {
		out = append(out, name)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
