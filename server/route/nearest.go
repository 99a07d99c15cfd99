package route

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
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

const (
	// maxLooked is how many features one question may hold against the network.
	maxLooked = 100_000
	// firstLook is the time within which a question looks first, lookMore by how
	// much it looks farther each time.
	firstLook = 5 * time.Second
	lookMore  = 2
)

// found is a feature with its way, as the subject may see it.
type found struct {
	layers.Feature
	at              orb.Point
	seconds, metres float64
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

// thing is a feature on its way to be found.
type thing struct {
	id string
	at orb.Point
}

// nearestByMinutes returns the k features matching q with the shortest time,
// nearest first, ties in order of id. Exactly: it looks at all features in the box
// of what is reached in a time, which holds all that are as near, and takes twice
// the time until there are enough. A feature stands at its point, and counts only
// if that is at most snapM from a road. Errors: Invalid when the place is off the
// roads, TooLarge when more than maxLooked features would have to be looked at,
// those of the query.
func nearestByMinutes(ctx context.Context, v *live.View, q layers.Query, n byMinutes) ([]found, error) {
	from, err := snap(n.graph, n.mode, n.at, "lon")
	if err != nil {
		return nil, err
	}
	if l, ok := v.Layer(q.Layer); ok {
		if err := live.NoteRead(ctx, &q.Subject, l, "nearest by minutes"); err != nil {
			return nil, err
		}
	}
	snaps := map[orb.Point]*roadnet.Snap{} // many stand at one place: rooms in a house; nil: off the roads
	for look := firstLook + n.graph.Leg(from); ; look *= lookMore {
		look = min(look, n.limit)
		box, err := n.graph.Extent(ctx, n.mode, from, look, n.inward, snapM)
		if err != nil {
			return nil, err
		}
		all, err := thingsIn(ctx, v, q, box)
		if err != nil {
			return nil, err
		}
		var targets []roadnet.Snap
		var at []int
		for i, x := range all {
			s, ok := snaps[x.at]
			if !ok {
				if t, on := n.graph.Snap(n.mode, x.at, snapM); on {
					s = &t
				}
				snaps[x.at] = s
			}
			if s != nil {
				targets, at = append(targets, *s), append(at, i)
			}
		}
		hits, err := n.graph.Nearest(ctx, roadnet.Reach{Mode: n.mode, From: from, Inward: n.inward, Targets: targets, K: n.k, Limit: look})
		if err != nil {
			return nil, err
		}
		if len(hits) == n.k || look == n.limit {
			return fetch(ctx, v, q, all, at, hits)
		}
	}
}

// thingsIn lists what matches q in a box, in order of id.
func thingsIn(ctx context.Context, v *live.View, q layers.Query, box orb.Bound) ([]thing, error) {
	q.Boxes = []orb.Bound{box}
	var out []thing
	for row, err := range v.Unordered(live.Noted(ctx), q) {
		if err != nil {
			return nil, param.Engine(err)
		}
		if p, ok := row.Point(); ok {
			out = append(out, thing{strings.Clone(row.ID()), p})
		}
		if len(out) > maxLooked {
			return nil, &layers.Error{Kind: layers.TooLarge, Op: "route", Layer: q.Layer, Field: "filter",
				Err: fmt.Errorf("more than %d features would have to be looked at: ask for fewer with filter, k or max_minutes", maxLooked)}
		}
	}
	slices.SortFunc(out, func(a, b thing) int { return cmp.Compare(a.id, b.id) })
	return out, nil
}

// fetch reads the features of hits. at leads from targets to things.
func fetch(ctx context.Context, v *live.View, q layers.Query, all []thing, at []int, hits []roadnet.Hit) ([]found, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	out := make([]found, len(hits))
	place := make(map[string]int, len(hits))
	q.IDs = make([]string, len(hits))
	for i, h := range hits {
		x := all[at[h.Target]]
		out[i] = found{at: x.at, seconds: h.Seconds, metres: h.Metres}
		q.IDs[i], place[x.id] = x.id, i
	}
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return nil, param.Engine(err)
		}
		if i, ok := place[row.ID()]; ok {
			out[i].Feature = row.Feature()
		}
	}
	return out, nil
}

// nearestList is what nearest answers.
type nearestList struct {
	Type           string `json:"type" enum:"FeatureCollection"`
	Features       []any  `json:"features" schema:"[]TimedFeature"`
	NumberReturned int    `json:"numberReturned"`
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
	for i := range hits {
		h := &hits[i]
		e.Extra = func(b []byte, _ int) []byte {
			b = append(b, `,"layer":`...)
			b = geojson.AppendString(b, l.ID)
			b = append(b, `,"seconds":`...)
			b = geojson.AppendFloat(b, tenth(h.seconds))
			b = append(b, `,"metres":`...)
			return geojson.AppendFloat(b, tenth(h.metres))
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, &h.Feature, i)
	}
	usage.Rows(ctx, len(hits))
	b = append(b, `],"numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(hits)), 10)
	return c.Blob(200, mediaGeoJSON, append(b, '}', '\n'))
}
