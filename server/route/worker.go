package route

import (
	"context"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/roadnet"
)

// Worker is a grid worker who could go somewhere.
type Worker struct {
	ID      string         // of the feature in the layer movers
	Account string         // "" when the worker has none
	Seconds float64        // on foot along the roads, straight where there are none
	Metres  float64        //
	OwnGrid bool           // answers for the grid asked for
	Reasons []layers.Title // why this one
}

// NearestWorker returns the worker on duty who suits best to go to a place (lon/lat
// degrees) in a grid: by the score of the candidates of a case, among the nearest
// on foot. grid may be "". Nobody whose account or id is in except is named. It is
// nil when there is nobody. The subject must be allowed to list movers; open tasks
// count as far as it may see them. Errors: those of the queries.
func (r *Router) NearestWorker(ctx context.Context, subject *layers.Subject, at orb.Point, grid string, except ...string) (*Worker, error) {
	v := r.o.City.View()
	l, ok := v.Layer(model.Movers)
	if !ok || l.FieldIndex(model.Kind) < 0 {
		return nil, nil
	}
	if err := access.MayList(subject, l); err != nil {
		return nil, err
	}
	q := layers.Query{Subject: *subject, Layer: l.ID, Filter: anyOf(model.Kind, []string{"worker"})}
	hits, err := r.onFoot(ctx, v, q, at)
	if err != nil {
		return nil, err
	}
	load, err := openTasks(ctx, v, subject)
	if err != nil {
		return nil, err
	}
	d := describing{now: r.o.Now(), layer: l, subject: subject, sights: access.Decide(subject, l).Sights,
		scene: &scene{at: at, worker: workerOf(ctx, v, subject, grid)}, kind: "worker", walks: true, load: load}
	var list []candidate
	for i := range hits {
		c := d.candidate(&hits[i])
		if c.OnDuty != nil && *c.OnDuty && !slices.Contains(except, c.ID) && (c.Worker == "" || !slices.Contains(except, c.Worker)) {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	best := slices.MinFunc(list, better)
	return &Worker{ID: best.ID, Account: best.Worker, Seconds: best.Seconds, Metres: best.Metres,
		OwnGrid: d.scene.worker != "" && (d.scene.worker == best.ID || d.scene.worker == best.Worker), Reasons: best.Reasons}, nil
}

// onFoot is the nearest by minutes of walking; where the place or the city has no
// roads, in a straight line.
func (r *Router) onFoot(ctx context.Context, v *live.View, q layers.Query, at orb.Point) ([]found, error) {
	g, err := r.nets.Graph(ctx, model.Roads)
	if err == nil {
		if _, ok := g.Snap(roadnet.Walk, at, snapM); ok {
			return nearestByMinutes(ctx, v, q, byMinutes{graph: g, mode: roadnet.Walk, at: at, inward: true, k: pool, limit: maxWay})
		}
	} else if layers.KindOf(err) != layers.NotFound && layers.KindOf(err) != layers.Invalid {
		return nil, err
	}
	const straightMS = 4.8 / 3.6
	var out []found
	for hit, err := range v.Nearest(ctx, q, live.Near{Point: at, K: pool, RadiusM: straightMS * float64(maxWay/time.Second)}) {
		if err != nil {
			return nil, err
		}
		out = append(out, found{Feature: hit.Feature(), at: at, seconds: hit.DistanceM / straightMS, metres: hit.DistanceM})
	}
	return out, nil
}
