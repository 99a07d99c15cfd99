package spatial

import (
	"context"
	"iter"

	"wutu/layers/live"
)

// Difference yields the left features that are linked to none of the right layer, in
// order of id: what should have been looked after and was not. With having it
// yields the others, that are linked to some; both together are the left layer, each
// once. Rows stay valid as long as the View. Errors and cost as Join.Pairs, but that
// one link is enough.
func (j *Join) Difference(ctx context.Context, v *live.View, having bool) iter.Seq2[*live.Row, error] {
	return func(yield func(*live.Row, error) bool) {
		x, err := j.begin(ctx, v)
		if err != nil {
			yield(nil, err)
			return
		}
		type judged struct {
			row  *live.Row
			some bool
		}
		judge := func(k *linker, left *live.Row) judged {
			out := judged{row: left}
			k.each(left.Geometry(), func(*live.Row) bool {
				out.some = true
				return false
			})
			return out
		}
		for x, err := range inRuns(ctx, x, nil, judge) {
			if err != nil {
				yield(nil, err)
				return
			}
			if x.some == having && !yield(x.row, nil) {
				return
			}
		}
	}
}
