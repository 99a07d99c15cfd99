package live

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
)

// Bounds of what is kept of questions about cells.
const (
	// aggregateRes is the finest resolution at which counts by cell are kept between
	// questions. Finer cells are shown on maps of a few kilometres, where looking at
	// the rows costs little, and would be as many as the rows.
	aggregateRes = 8
	// maxAggregates bounds the questions, maxCells the cells of all of them, some 150
	// bytes each.
	maxAggregates = 32
	maxCells      = 1 << 18
	// maxIdle is for how many rounds of following (see behind) a question that nobody
	// asks is kept up to date.
	maxIdle = 16
)

// CellCount is what one H3 cell holds of the features that match a query.
type CellCount struct {
	Cell  hexgrid.Cell
	Count int
	Sums  []float64 // one for each field asked for; NaN when no feature has a value
}

// Cells counts the features that match q by the H3 cell of resolution res that
// holds their point, with the sums of fields, each rounded once, in order of cell.
// Cells that lie wholly in one of q.Boxes are counted whole; of others the answer
// may have all, a part or nothing. Features without a point are left out.
//
// Coarse cells of a present state are kept between questions and carried along
// with the changes: the first question of a filter costs O(rows that match), the
// next ones a look at each cell and a microsecond for each change since. All other
// questions cost as Group. Errors as Group.
func (v *View) Cells(ctx context.Context, q layers.Query, res int, sums []string) ([]CellCount, error) {
	measures := make([]Measure, len(sums))
	for i, name := range sums {
		measures[i] = Measure{Op: Sum, Field: name}
	}
	p, err := v.prepare(ctx, &q)
	if err != nil {
		return nil, err
	}
	var out []CellCount
	if res >= 0 && res <= aggregateRes && p.lasting() {
		out, err = v.releases.city.aggregates.cells(ctx, p, res, measures)
	} else {
		out, err = v.cellGroups(Noted(ctx), q, res, measures)
	}
	slices.SortFunc(out, func(a, b CellCount) int { return cmp.Compare(a.Cell, b.Cell) })
	return out, err
}

func (v *View) cellGroups(ctx context.Context, q layers.Query, res int, measures []Measure) ([]CellCount, error) {
	groups, err := v.Group(ctx, q, By{Cells: true, Res: res}, measures)
	if err != nil {
		return nil, err
	}
	out := make([]CellCount, 0, len(groups))
	for _, g := range groups {
		if g.Cell != 0 && g.N > 0 {
			out = append(out, CellCount{g.Cell, g.N, g.Measures})
		}
	}
	return out, nil
}

// lasting reports whether others will ask the same with other boxes: the present
// rows of a layer, a filter and a scope.
func (p *plan) lasting() bool {
	return p.decision.Mode == access.List && p.shadow == nil && p.now == nil && p.view.now == nil && p.instant == 0 &&
		p.query.IDs == nil && p.region == nil && !p.never
}

// aggregateKey names a question about cells.
type aggregateKey struct {
	layer  *layers.Layer // a new definition makes new questions
	scope  string        // what the subject may see
	frame  uint64        // of the borders that decide it
	filter string
	fields string
	res    int
}

// aggregates keeps the questions asked last. Safe for concurrent use.
type aggregates struct {
	feed *feed

	mu    sync.Mutex
	known map[aggregateKey]*keptAggregate
	size  int    // cells of all
	clock uint64 // counts questions

	some     atomic.Bool   // there are any
	followed atomic.Uint64 // up to which change all were followed last
}

type keptAggregate struct {
	*aggregate
	used uint64 // when it was asked last, in questions
	idle int    // rounds since
	size int    // its cells when last looked at
}

func newAggregates(f *feed) *aggregates {
	return &aggregates{feed: f, known: make(map[aggregateKey]*keptAggregate)}
}

// cells answers a lasting plan.
func (x *aggregates) cells(ctx context.Context, p *plan, res int, measures []Measure) ([]CellCount, error) {
	fields, err := p.measureFields(measures)
	if err != nil {
		return nil, err
	}
	key := aggregateKey{layer: p.table.layer, scope: p.decision.Scope(), filter: cql2.Format(p.query.Filter), res: res}
	if p.scope != nil && p.scope.areas != nil {
		key.frame = p.view.FrameSeq()
	}
	var names strings.Builder
	for i := range measures {
		names.WriteString(measures[i].Field)
		names.WriteByte(',')
	}
	key.fields = names.String()
	a := x.of(key, fields)
	if err := a.enter(ctx); err != nil {
		return nil, err
	}
	defer a.leave()
	if !a.moveTo(x.feed, p.view.seq) {
		if err := a.build(ctx, p.view, p, measures); err != nil {
			return nil, err
		}
	}
	x.weigh(key, a)
	return a.within(p.query.Boxes), nil
}

// of finds or adds a question.
func (x *aggregates) of(key aggregateKey, fields []int) *keptAggregate {
	x.mu.Lock()
	defer x.mu.Unlock()
	a := x.known[key]
	if a == nil {
		a = &keptAggregate{aggregate: newAggregate(key.layer.ID, fields, key.res)}
		x.known[key] = a
	}
	x.clock++
	a.used, a.idle = x.clock, 0
	x.some.Store(true)
	return a
}

// weigh takes note of the size of a question and drops others, those asked longest
// ago first, until all have room. The caller has its turn.
func (x *aggregates) weigh(key aggregateKey, a *keptAggregate) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known[key] != a { // dropped meanwhile
		return
	}
	x.size += len(a.cells) - a.size
	a.size = len(a.cells)
	for len(x.known) > 1 && (len(x.known) > maxAggregates || x.size > maxCells) {
		oldest, least := aggregateKey{}, uint64(math.MaxUint64)
		for k, b := range x.known {
			if b != a && b.used < least {
				oldest, least = k, b.used
			}
		}
		x.drop(oldest)
	}
}

// drop forgets a question. The caller holds mu.
func (x *aggregates) drop(key aggregateKey) {
	x.size -= x.known[key].size
	delete(x.known, key)
	x.some.Store(len(x.known) > 0)
}

// behind reports whether it is time to follow: a quarter of the changes that the
// feed keeps have come since.
func (x *aggregates) behind(seq uint64) bool {
	return x.some.Load() && seq-x.followed.Load() > uint64(x.feed.limit/4)
}

// follow moves all questions to a view, so that the feed does not forget what they
// have not seen, and drops those that nobody has asked for long, and those about
// definitions or borders that are no more.
func (x *aggregates) follow(v *View) {
	x.followed.Store(v.seq)
	frame := v.FrameSeq()
	x.mu.Lock()
	all := make([]*keptAggregate, 0, len(x.known))
	for key, a := range x.known {
		l, ok := v.Layer(key.layer.ID)
		if a.idle++; a.idle > maxIdle || !ok || l != key.layer || key.frame != 0 && key.frame != frame {
			x.drop(key)
			continue
		}
		all = append(all, a)
	}
	x.mu.Unlock()
	for _, a := range all {
		select {
		case <-a.turn:
			if a.seq < v.seq && !a.moveTo(x.feed, v.seq) {
				a.seq = 0 // the next question makes it anew
			}
			a.leave()
		default: // whoever has its turn moves it
		}
	}
}
