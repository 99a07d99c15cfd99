package route

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/roadnet"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

const (
	// pool is how many candidates, the nearest by minutes, are ranked.
	pool = 48
	// maxWay bounds how long a candidate may take.
	maxWay = 2 * time.Hour
)

// candidate is somebody or something that may be sent to a case.
type candidate struct {
	Layer      string         `json:"layer"`
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Kind       string         `json:"kind"`
	Worker     string         `json:"worker,omitempty"` // account, for the step assign
	Department string         `json:"department,omitempty"`
	Lon        float64        `json:"lon"`
	Lat        float64        `json:"lat"`
	Seconds    float64        `json:"seconds"`
	Metres     float64        `json:"metres"`
	Load       *int           `json:"load"`    // open tasks among the cases the subject may see; null: not known
	OnDuty     *bool          `json:"on_duty"` // null: it is no mover
	SeenS      *float64       `json:"seen_s"`  // seconds since the last fix; null: not known
	Score      float64        `json:"score"`
	Reasons    []layers.Title `json:"reasons"`
}

type candidateList struct {
	Candidates []candidate `json:"candidates"`
	Proposal   *string     `json:"proposal" about:"Id of the first who could go now"`
}

// scene is the case that somebody is looked for.
type scene struct {
	at         orb.Point
	class      duty.Class
	department string
	worker     string // account or number of who answers for its grid
}

func (r *Router) candidates(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), r.o.City.View()
	s, err := r.scene(ctx, v, &subject, in.Text("id"))
	if err != nil {
		return err
	}
	g, _, err := r.network(ctx, v, &subject, in.Text("roads"))
	if err != nil {
		return err
	}
	kind := in.Text("kind")
	m := roadnet.Drive
	if kind == "worker" {
		m = roadnet.Walk
	}
	if in.Has("mode") {
		if m, err = roadnet.ParseMode(in.Text("mode")); err != nil {
			return err
		}
	}
	out := []candidate{}
	for _, src := range sourcesFor(kind, &s.class, in.List("kinds")) {
		list, err := r.rank(ctx, v, &subject, g, m, s, kind, src)
		if err != nil {
			return err
		}
		out = append(out, list...)
	}
	slices.SortFunc(out, better)
	out = out[:min(len(out), in.Int("k"))]
	usage.Rows(ctx, len(out))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, candidateList{out, proposed(out)})
}

// better orders candidates: by score, then time, then id.
func better(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Seconds, b.Seconds), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.ID, b.ID))
}

// proposed is the first candidate that could go now, nil for none.
func proposed(list []candidate) *string {
	for i := range list {
		if d := list[i].OnDuty; d == nil || *d {
			return &list[i].ID
		}
	}
	return nil
}

// scene reads the case as the subject may see it. Errors: NotFound, Forbidden,
// Invalid for a case without a place.
func (r *Router) scene(ctx context.Context, v *live.View, subject *layers.Subject, id string) (*scene, error) {
	l, err := param.Listable(v, subject, model.Events)
	if err != nil {
		return nil, err
	}
	f, err := v.Get(ctx, subject, l.ID, id)
	if err != nil {
		return nil, err
	}
	if f.Shape == nil {
		return nil, layers.Invalidf("route", "id", "the case has no place")
	}
	s := &scene{at: predicate.InteriorPoint(f.Shape), department: shown(l, subject, &f, model.Department)}
	if c, ok := duty.ClassOf(shown(l, subject, &f, model.Class)); ok {
		s.class = c
	}
	s.worker = workerOf(ctx, v, subject, shown(l, subject, &f, model.Grid))
	return s, nil
}

// workerOf is who answers for a grid, "" when the subject may not know or nobody
// does.
func workerOf(ctx context.Context, v *live.View, subject *layers.Subject, grid string) string {
	l, ok := v.Layer(model.Grids)
	if !ok || grid == "" || access.MayList(subject, l) != nil {
		return ""
	}
	f, err := v.Get(ctx, subject, l.ID, grid)
	if err != nil {
		return ""
	}
	return shown(l, subject, &f, model.Worker)
}

// shown is a text field that the subject may see whole, "" otherwise.
func shown(l *layers.Layer, s *layers.Subject, row layers.Row, field string) string {
	i := l.FieldIndex(field)
	if i < 0 || access.Decide(s, l).Sights.Of(i) != layers.Shown {
		return ""
	}
	return row.Value(i).Str()
}

// rank finds the nearest of a source and says how well they suit.
func (r *Router) rank(ctx context.Context, v *live.View, subject *layers.Subject, g *roadnet.Graph, m roadnet.Mode, s *scene, kind string, src source) ([]candidate, error) {
	l, ok := v.Layer(src.layer)
	if kind == "resource" && (!ok || access.MayList(subject, l) != nil) {
		return nil, nil // one of several sources
	}
	l, err := param.Listable(v, subject, src.layer)
	if err != nil {
		return nil, err
	}
	if l.FieldIndex(model.Kind) < 0 || len(src.kinds) == 0 {
		return nil, nil
	}
	q := layers.Query{Subject: *subject, Layer: l.ID, Filter: anyOf(model.Kind, src.kinds)}
	hits, err := nearestByMinutes(ctx, v, q, byMinutes{graph: g, mode: m, at: s.at, inward: true, k: pool, limit: maxWay})
	if err != nil {
		return nil, err
	}
	var load map[string]int
	if src.layer == model.Movers {
		if load, err = openTasks(ctx, v, subject); err != nil {
			return nil, err
		}
	}
	d := describing{now: r.o.Now(), layer: l, subject: subject, sights: access.Decide(subject, l).Sights, scene: s, kind: kind, walks: m == roadnet.Walk, load: load}
	out := make([]candidate, len(hits))
	for i := range hits {
		out[i] = d.candidate(&hits[i])
	}
	return out, nil
}

// describing is what all candidates of a layer are described with.
type describing struct {
	now     time.Time
	layer   *layers.Layer
	subject *layers.Subject
	sights  layers.Sights
	scene   *scene
	kind    string
	walks   bool
	load    map[string]int // nil: not known
}

// text is a field as the subject may see it, masked where it is masked.
func (d *describing) text(row layers.Row, field string) string {
	if i := d.layer.FieldIndex(field); i >= 0 {
		return row.Value(i).Str()
	}
	return ""
}

// whole is the value of a field that the subject may see whole, null otherwise.
func (d *describing) whole(row layers.Row, field string) layers.Value {
	if i := d.layer.FieldIndex(field); i >= 0 && d.sights.Of(i) == layers.Shown {
		return row.Value(i)
	}
	return layers.Value{}
}

// candidate says how well a feature suits the scene.
func (d *describing) candidate(h *found) candidate {
	c := candidate{Layer: d.layer.ID, ID: h.Key, Kind: d.text(h, model.Kind), Department: d.whole(h, model.Department).Str(),
		Lon: h.at[0], Lat: h.at[1], Seconds: tenth(h.seconds), Metres: tenth(h.metres), Name: d.text(h, model.Name)}
	f := fitness{seconds: h.seconds, metres: h.metres, walks: d.walks, seen: -1}
	if d.layer.ID == model.Movers {
		d.mover(h, &c, &f)
	} else if state := d.text(h, model.State); state != "" && state != "good" {
		f.damaged = true
	}
	c.Load, c.OnDuty, c.Score, c.Reasons = f.load, f.duty, f.score(d.kind), f.reasons(d.kind)
	return c
}

// mover adds what is known of workers and vehicles.
func (d *describing) mover(h *found, c *candidate, f *fitness) {
	c.Worker = d.whole(h, model.Worker).Str()
	number := d.whole(h, model.Plate).Str()
	if c.Name == "" {
		c.Name = number
	}
	if d.load != nil {
		n := d.load[c.ID]
		if c.Worker != "" && c.Worker != c.ID {
			n += d.load[c.Worker]
		}
		f.load = &n
	}
	on := d.whole(h, model.State).Str() != "offline"
	if w := d.whole(h, model.OnDuty); !w.IsNull() {
		on = on && w.Bool()
	}
	if t := d.whole(h, model.FixedAt); !t.IsNull() {
		f.seen = max(0, d.now.Sub(t.Time()))
		seen := tenth(f.seen.Seconds())
		c.SeenS = &seen
	}
	f.duty = &on
	w := d.scene.worker
	f.ownGrid = w != "" && (w == c.Worker || w == c.ID || w == number)
	if d.kind == "vehicle" && c.Department != "" && d.scene.department != "" {
		same := c.Department == d.scene.department
		f.sameDept = &same
	}
}

// openTasks counts the open cases in the hands of each worker, among those the
// subject may see; nil when it may not see whose they are.
func openTasks(ctx context.Context, v *live.View, subject *layers.Subject) (map[string]int, error) {
	l, ok := v.Layer(model.Events)
	if !ok || access.MayList(subject, l) != nil {
		return nil, nil
	}
	d := access.Decide(subject, l)
	at, state := l.FieldIndex(model.Worker), l.FieldIndex(model.State)
	if at < 0 || state < 0 || d.Sights.Of(at) != layers.Shown || d.Sights.Of(state) != layers.Shown {
		return nil, nil
	}
	var open []string
	for _, s := range event.States() {
		if s.Open() {
			open = append(open, s.String())
		}
	}
	out := make(map[string]int)
	q := layers.Query{Subject: *subject, Layer: l.ID, Filter: layers.And{Args: []layers.Expr{
		layers.Not{Arg: layers.IsNull{Term: layers.Property{Name: model.Worker}}}, anyOf(model.State, open)}}}
	for row, err := range v.Unordered(ctx, q) {
		if err != nil {
			return nil, param.Engine(err)
		}
		out[strings.Clone(row.Value(at).Str())]++
	}
	return out, nil
}
