package route

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/roadnet"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// maxLooked is how many features one question may hold against the network.
const maxLooked = 20_000

// found is a feature with its way.
type found struct {
	*live.Row
	Seconds, Metres float64
}

// byMinutes asks for the nearest features by minutes.
type byMinutes struct {
	graph  *roadnet.Graph
	mode   roadnet.Mode
	at     orb.Point
	inward bool // from the features to the place
	k      int
	limit  time.Duration
}

// nearestByMinutes returns the k features matching q with the shortest time,
// nearest first, ties in order of straight distance. Exactly: no feature nearer
// by minutes is left out. It asks for the nearest in a straight line, four times
// as many again and again, until the farthest of them could not be as near by
// minutes at the highest speed of the network. A feature stands at its point, and
// counts only if that is at most snapM from a road. Errors: Invalid when the place
// is off the roads, TooLarge when more than maxLooked features would have to be
// looked at, those of the query.
func nearestByMinutes(ctx context.Context, v *live.View, q layers.Query, n byMinutes) ([]found, error) {
	from, err := snap(n.graph, n.mode, n.at, "lon")
	if err != nil {
		return nil, err
	}
	top := n.graph.Top(n.mode)
	for look := max(32, 4*n.k); ; look *= 4 {
		look = min(look, maxLooked+1)
		var rows []*live.Row
		var targets []roadnet.Snap
		seen, last := 0, 0.0
		for hit, err := range v.Nearest(ctx, q, live.Near{Point: n.at, K: look, RadiusM: radius(n.limit, top)}) {
			if err != nil {
				return nil, param.Engine(err)
			}
			seen, last = seen+1, hit.DistanceM
			p, ok := hit.Point()
			if !ok {
				continue
			}
			if s, ok := n.graph.Snap(n.mode, p, snapM); ok {
				rows, targets = append(rows, hit.Row), append(targets, s)
			}
		}
		hits, err := n.graph.Nearest(ctx, roadnet.Reach{Mode: n.mode, From: from, Inward: n.inward, Targets: targets, K: n.k, Limit: n.limit})
		if err != nil {
			return nil, err
		}
		enough := len(hits) == n.k && hits[len(hits)-1].Seconds*top < last
		if seen < look || enough {
			out := make([]found, len(hits))
			for i, h := range hits {
				out[i] = found{Row: rows[h.Target], Seconds: h.Seconds, Metres: h.Metres}
			}
			return out, nil
		}
		if look > maxLooked {
			return nil, &layers.Error{Kind: layers.TooLarge, Op: "route", Layer: q.Layer, Field: "filter",
				Err: fmt.Errorf("more than %d features would have to be looked at: ask for fewer with filter or max_minutes", maxLooked)}
		}
	}
}

// radius is how far one comes at most in a time, in metres.
func radius(limit time.Duration, top float64) float64 {
	return math.Min(limit.Seconds()*top+1, 20e6)
}

func (r *Router) nearest(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), r.o.City.View()
	g, _, err := r.network(ctx, v, &subject, in.Text("roads"))
	if err != nil {
		return err
	}
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	m, err := roadnet.ParseMode(in.Text("mode"))
	if err != nil {
		return err
	}
	q := layers.Query{Subject: subject, Layer: l.ID}
	if q.Filter, err = param.Filter("filter", in.Text("filter")); err != nil {
		return err
	}
	hits, err := nearestByMinutes(ctx, v, q, byMinutes{graph: g, mode: m, at: orb.Point{in.Float("lon"), in.Float("lat")},
		inward: in.Text("direction") == "in", k: in.Int("k"), limit: minutes(in.Float("max_minutes"))})
	if err != nil {
		return err
	}
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&subject, l).Sights}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	for i, h := range hits {
		e.Extra = func(b []byte, _ int) []byte {
			b = append(b, `,"layer":`...)
			b = geojson.AppendString(b, l.ID)
			b = append(b, `,"seconds":`...)
			b = geojson.AppendFloat(b, tenth(h.Seconds))
			b = append(b, `,"metres":`...)
			return geojson.AppendFloat(b, tenth(h.Metres))
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, h, i)
	}
	usage.Rows(ctx, len(hits))
	b = append(b, `],"numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(hits)), 10)
	return c.Blob(200, mediaGeoJSON, append(b, '}', '\n'))
}
