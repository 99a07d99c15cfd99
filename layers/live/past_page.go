package live

import (
	"context"

	"wutu/layers"
)

// pastChunk bounds how many versions are read from history at once for a page.
const pastChunk = 1 << 15

// selectPast is selectRows for a plan about the past that has not been recalled:
// a page in order of id reads no more of history than it shows.
func (p *plan) selectPast(ctx context.Context, yield func(*Row) bool) error {
	q := p.query
	if p.never || p.search != nil || q.IDs != nil || len(p.sort) > 0 || q.Limit == 0 {
		if err := p.recall(ctx); err != nil {
			return err
		}
		return p.selectRows(ctx, yield)
	}
	skip, left := q.Offset, q.Limit
	want := extract{limit: min(pastChunk, skip+left+1)}
	if q.After != nil {
		want.after = q.After.ID
	}
	for {
		t, horizon, err := p.view.tableAt(ctx, p.now, want)
		if err != nil {
			return err
		}
		page := *p
		page.table = t
		here := *q
		here.After = &layers.Cursor{ID: want.after}
		page.query = &here
		done := false
		err = page.inIDOrder(ctx, func(r *Row) bool {
			if horizon != "" && r.ID() > horizon {
				return false
			}
			if skip > 0 {
				skip--
				return true
			}
			left--
			done = !yield(r) || left == 0
			return !done
		})
		if err != nil || done || horizon == "" {
			return err
		}
		want.after, want.limit = horizon, min(pastChunk, 2*want.limit)
	}
}
