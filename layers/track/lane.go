package track

import (
	"container/heap"
	"context"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
)

// lane is what is in memory of one layer. Keeper.mu guards it; what only commits change
// (line, tokens, filled) is guarded by the turn.
type lane struct {
	layer   string
	objects map[string]*object
	dirty   map[*object]bool // with recent or folding fixes
	line    line             // of objects that wait to be moved
	tokens  float64          // moves that may be made
	filled  int64            // when tokens were counted, in milliseconds
}

func newLane(layer string) *lane {
	return &lane{layer: layer, objects: make(map[string]*object), dirty: make(map[*object]bool)}
}

// object is what is in memory of one object.
type object struct {
	id      string
	some    bool  // it has fixes
	newest  Fix   // of all
	inHour  int   // fixes in the hour of the newest
	anchor  int64 // time of the newest fix that is in a chunk
	chunked bool  // anchor is set
	lead    Fix   // the fix at anchor

	recent  []Fix // in order of time; in blocks only
	folding []Fix // in order of time; in blocks, on their way into chunks

	waiting bool   // it is in the line
	since   uint64 // with waiting: number of the block that made it wait, or less
	ready   int64  // with waiting: when it may be moved, in milliseconds
	moved   int64  // when it was moved last, in milliseconds
}

// recall reads what chunks say of the object.
func (o *object) recall(ctx context.Context, s Store, layer string) error {
	f, n, err := s.LastFix(ctx, layer, o.id)
	if err != nil || n == 0 {
		return err
	}
	o.some, o.newest, o.inHour = true, f, n
	o.chunked, o.anchor, o.lead = true, f.T, f
	return nil
}

// add takes fixes in order of time into memory; those of times that memory has are
// left out.
func (o *object) add(fixes []Fix) {
	for _, f := range fixes {
		if o.some && f.T <= o.newest.T {
			continue
		}
		if o.some && f.Hour() == o.newest.Hour() {
			o.inHour++
		} else {
			o.inHour = 1
		}
		o.some, o.newest = true, f
	}
	if n := len(o.recent); n == 0 || o.recent[n-1].T < fixes[0].T {
		o.recent = append(o.recent, fixes...)
		return
	}
	o.recent = Merge(o.recent, fixes)
}

// holds reports whether memory has a fix of a time.
func (o *object) holds(t int64) bool {
	for _, list := range [...][]Fix{o.recent, o.folding} {
		if _, found := slices.BinarySearchFunc(list, t, compareTime); found {
			return true
		}
	}
	return false
}

// wait puts an object into the line; it stays where it is when it is there.
func (l *lane) wait(o *object, since uint64, ready int64) {
	if !o.waiting {
		o.waiting, o.since, o.ready = true, since, ready
		heap.Push(&l.line, o)
	}
}

// line is a heap by the time when objects may be moved.
type line []*object

// Len implements heap.Interface.
func (l line) Len() int { return len(l) }

// Less implements heap.Interface: who may be moved first, then by id.
func (l line) Less(i, j int) bool {
	if l[i].ready != l[j].ready {
		return l[i].ready < l[j].ready
	}
	return l[i].id < l[j].id
}

// Swap implements heap.Interface.
func (l line) Swap(i, j int) { l[i], l[j] = l[j], l[i] }

// Push implements heap.Interface.
func (l *line) Push(x any) {
	if o, ok := x.(*object); ok {
		*l = append(*l, o)
	}
}

// Pop implements heap.Interface.
func (l *line) Pop() any {
	last := len(*l) - 1
	o := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return o
}

// place is one hour of one object.
type place struct {
	object *object
	hour   int64
}

// staged are fixes of one object that are about to be stored, in order of time.
type staged struct {
	object *object
	fixes  []Fix
	inHour int // fixes in the hour of the last, stored ones among them
	index  int32
}

// stage is what one commit brings to one layer.
type stage struct {
	keeper *Keeper
	lane   *lane
	block  Block
	of     map[*object]*staged
	order  []*staged
	chunks map[place][]Fix // hours that were read
}

// take decides what becomes of a fix and stages it.
func (s *stage) take(ctx context.Context, x *Sent) (Outcome, error) {
	k := s.keeper
	k.mu.Lock()
	o := s.lane.objects[x.Object]
	k.mu.Unlock()
	if o == nil {
		o = &object{id: x.Object}
		if err := o.recall(ctx, k.o.Store, s.lane.layer); err != nil {
			return 0, err
		}
		k.mu.Lock()
		s.lane.objects[o.id] = o
		k.mu.Unlock()
	}
	g := s.of[o]
	if g == nil {
		g = &staged{object: o, inHour: o.inHour}
	}
	newest, some := o.newest, o.some
	if n := len(g.fixes); n > 0 && (!some || g.fixes[n-1].T > newest.T) {
		newest, some = g.fixes[n-1], true
	}
	outcome := Taken
	switch {
	case some && x.Fix.T <= newest.T:
		var err error
		if outcome, err = s.late(ctx, o, g, &x.Fix); err != nil || outcome != Late {
			return outcome, err
		}
		at, _ := slices.BinarySearchFunc(g.fixes, x.Fix.T, compareTime)
		g.fixes = slices.Insert(g.fixes, at, x.Fix)
	case some && x.Fix.Hour() == newest.Hour() && g.inHour >= MaxChunk:
		return Full, nil
	default:
		if some && x.Fix.Hour() == newest.Hour() {
			g.inHour++
		} else {
			g.inHour = 1
		}
		g.fixes = append(g.fixes, x.Fix)
	}
	if s.of[o] == nil {
		s.of[o] = g
		s.order = append(s.order, g)
		g.index = int32(len(s.block.Objects))
		s.block.Objects = append(s.block.Objects, o.id)
	}
	s.block.Of, s.block.Fixes = append(s.block.Of, g.index), append(s.block.Fixes, x.Fix)
	return outcome, nil
}

// late decides about a fix that is not the object's newest.
func (s *stage) late(ctx context.Context, o *object, g *staged, f *Fix) (Outcome, error) {
	if _, found := slices.BinarySearchFunc(g.fixes, f.T, compareTime); found {
		return Known, nil
	}
	k := s.keeper
	lo, hi := f.Hour()*HourMs, (f.Hour()+1)*HourMs-1
	k.mu.Lock() // memory before chunks: fixes move from the one into the other
	known, more := o.holds(f.T), len(cut(o.recent, lo, hi))+len(cut(o.folding, lo, hi))
	chunked := o.chunked && f.Hour() <= HourOf(o.anchor)
	k.mu.Unlock()
	if known {
		return Known, nil
	}
	if !chunked { // no chunk reaches so far
		return s.room(g, lo, hi, more)
	}
	at := place{o, f.Hour()}
	chunk, read := s.chunks[at]
	if !read {
		for c, err := range k.o.Store.Chunks(ctx, s.lane.layer, o.id, lo, hi) {
			if err != nil {
				return 0, err
			}
			chunk = append(chunk, cut(c, lo, hi)...)
		}
		s.chunks[at] = chunk
	}
	if _, found := slices.BinarySearchFunc(chunk, f.T, compareTime); found {
		return Known, nil
	}
	return s.room(g, lo, hi, more+len(chunk))
}

func (s *stage) room(g *staged, lo, hi int64, n int) (Outcome, error) {
	if n+len(cut(g.fixes, lo, hi)) >= MaxChunk {
		return Full, nil
	}
	return Late, nil
}

// due takes the objects whose positions may move now out of the line, after those
// that the stage brings forward have joined it. The caller has the turn.
func (k *Keeper) due(s *stage) []*object {
	k.mu.Lock()
	defer k.mu.Unlock()
	l, now := s.lane, k.o.Now().UnixMilli()
	rate := float64(k.o.PerSecond)
	if l.filled == 0 {
		l.tokens = rate
	}
	l.tokens = min(rate, l.tokens+rate*float64(max(0, now-l.filled))/1000)
	l.filled = now
	for _, g := range s.order {
		if o := g.object; !o.some || g.fixes[len(g.fixes)-1].T > o.newest.T {
			ready := now
			if o.moved > 0 {
				ready = max(now, o.moved+k.o.Every.Milliseconds())
			}
			l.wait(o, k.last+1, ready)
		}
	}
	var out []*object
	for len(l.line) > 0 && l.line[0].ready <= now && l.tokens >= 1 {
		o, ok := heap.Pop(&l.line).(*object)
		if !ok {
			break
		}
		o.waiting = false
		l.tokens--
		out = append(out, o)
	}
	return out
}

// moves are the positions of objects with what the stage brings. nil for a layer whose
// features have no time of a fix: they are not moved.
func (s *stage) moves(objects []*object) *Moves {
	l, ok := s.keeper.o.Layer(s.lane.layer)
	if !ok || !Moving(l) {
		return nil
	}
	m := &Moves{Layer: l.ID}
	var values []func(Fix) layers.Value
	for _, p := range positionFields() {
		if i := l.FieldIndex(p.name); i >= 0 && p.fits(&l.Fields[i]) {
			m.Fields, values = append(m.Fields, p.name), append(values, p.value)
		}
	}
	for _, o := range objects {
		f := o.newest
		if g := s.of[o]; g != nil {
			if last := g.fixes[len(g.fixes)-1]; !o.some || last.T > f.T {
				f = last
			}
		}
		move := Move{Object: o.id, Point: f.Point(), Values: make([]layers.Value, len(values))}
		for i, value := range values {
			move.Values[i] = value(f)
		}
		m.List = append(m.List, move)
	}
	return m
}

// Moving reports whether the features of a layer have positions that fixes can move:
// points, or any geometry, with a time in the field fixed_at.
func Moving(l *layers.Layer) bool {
	i := l.FieldIndex(model.FixedAt)
	return (l.Geometry == layers.Point || l.Geometry == layers.AnyGeometry) && i >= 0 && l.Fields[i].Type == layers.DateTime
}

// positionField is a field that a position gives a value to.
type positionField struct {
	name  string
	fits  func(*layers.Field) bool
	value func(Fix) layers.Value
}

// stillKmh is the speed from which on an object is moving.
const stillKmh = 2

func positionFields() []positionField {
	numeric := func(f *layers.Field) bool { return f.Type == layers.Number }
	given := func(of func(Fix) (float64, bool)) func(Fix) layers.Value {
		return func(f Fix) layers.Value {
			if x, ok := of(f); ok {
				return layers.Float(x)
			}
			return layers.Value{}
		}
	}
	return []positionField{
		{model.FixedAt, func(*layers.Field) bool { return true }, func(f Fix) layers.Value { return layers.Instant(f.At()) }},
		{model.Accuracy, numeric, given(Fix.AccuracyM)},
		{model.Speed, numeric, given(Fix.SpeedKmh)},
		{model.Heading, numeric, given(Fix.HeadingDeg)},
		{model.State, func(f *layers.Field) bool {
			has := func(v string) bool {
				return slices.ContainsFunc(f.Codes, func(c layers.Code) bool { return c.Value == v })
			}
			return f.Type == layers.String && has("moving") && has("idle")
		}, func(f Fix) layers.Value {
			if v, ok := f.SpeedKmh(); ok && v >= stillKmh {
				return layers.Text("moving")
			}
			return layers.Text("idle")
		}},
	}
}

// meets reports whether the way through the object's fixes in memory, in an interval,
// may meet a box. Keeper.mu is held.
func (o *object) meets(boxes []orb.Bound, from, to int64) bool {
	all := Merge(o.folding, o.recent)
	if len(cut(all, from, to)) == 0 {
		return false
	}
	if boxes == nil || o.chunked && all[0].T <= o.anchor { // a late fix lies between others
		return true
	}
	var lead *Fix
	if o.chunked {
		lead = &o.lead
	}
	b := Box(all, lead)
	return slices.ContainsFunc(boxes, b.Intersects)
}
