package track

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/track"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
	"wutu/server/usage"
)

// Limits of questions about many objects.
const (
	maxObjects  = 20_000
	maxVisits   = 20_000
	maxBufferM  = 10_000
	maxVertices = 20_000
	// maxManyFixes bounds what is read for one answer.
	maxManyFixes = 5_000_000
)

// crowd says whose tracks a question about many objects is about.
type crowd struct {
	Layer   string   `json:"layer" about:"Layer of the objects; absent: movers"`
	Movers  []string `json:"movers" about:"Only these objects"`
	Filter  string   `json:"filter" about:"Only objects of which this CQL2 text is true now"`
	From    string   `json:"from" about:"RFC 3339; absent: an hour before to"`
	To      string   `json:"to" about:"RFC 3339; absent: now"`
	Gap     *int     `json:"gap" about:"A pause of more seconds cuts a track: nothing is known of the way between; at most 600, absent: 600"`
	Purpose string   `json:"purpose" about:"What tracks of persons are read for; without it they are left out"`
}

// place is where a question about many objects is about.
type place struct {
	Region json.RawMessage `json:"region" schema:"Geometry" about:"Give this or area"`
	Area   string          `json:"area" about:"Code of a district, street, community or grid"`
}

type visitBody struct {
	crowd
	place
	Buffer float64 `json:"buffer" about:"Metres around the region, inclusive"`
}

// visit is a stay of an object in the region.
type visit struct {
	ID      string    `json:"id"`
	Enter   time.Time `json:"enter" about:"Of the first fix in the region"`
	Leave   time.Time `json:"leave" about:"Of the last fix in it"`
	Seconds float64   `json:"seconds"`
	Fixes   int       `json:"fixes" about:"In the region; 0: the object went through between two fixes, whose times enter and leave are"`
}

type visitList struct {
	Objects int     `json:"objects" about:"How many were there"`
	Visits  []visit `json:"visits" about:"By id, then time"`
	Persons bool    `json:"persons" about:"Whether tracks of persons are among those looked at"`
}

// many is a question about many objects.
type many struct {
	*sight
	period period
	gap    time.Duration
	match  func(*layers.Feature) bool
	movers []string
	read   int // fixes so far
}

// crowd reads whose tracks are meant.
func (o *Office) crowd(c echo.Context, b *crowd) (*many, error) {
	ctx := c.Request().Context()
	if b.Layer == "" {
		b.Layer = defaultLayer
	}
	x, err := o.sight(ctx, auth.SubjectOf(ctx), b.Layer, "/layer", b.Purpose, "/purpose")
	if err != nil {
		return nil, err
	}
	m := &many{sight: x, gap: track.LeadMs * time.Millisecond, movers: b.Movers}
	if m.period, err = periodOf(o.o.Now(), b.From, b.To, "/from", "/to"); err != nil {
		return nil, err
	}
	if b.Gap != nil {
		if *b.Gap < 1 || *b.Gap > track.LeadMs/1000 {
			return nil, layers.Invalidf("track", "/gap", fmt.Sprintf("%d is not between 1 and %d seconds", *b.Gap, track.LeadMs/1000))
		}
		m.gap = time.Duration(*b.Gap) * time.Second
	}
	if len(b.Movers) > maxObjects {
		return nil, problem.TooMuch("/movers", fmt.Sprintf("names more than %d objects", maxObjects))
	}
	e, err := param.Filter("/filter", b.Filter)
	if err != nil {
		return nil, err
	}
	if e != nil {
		program, err := cql2.Compile(e, x.layer)
		if err == nil {
			err = x.decision.MayFilter(x.layer, e, program)
		}
		if err != nil {
			return nil, param.At("/filter", err)
		}
		m.match = func(f *layers.Feature) bool { return program.Match(f) }
	}
	usage.Layers(ctx, x.layer.ID)
	return m, nil
}

// region reads the place of a question. The area's border is that of the city's frame,
// which everybody may see.
func (p *place) region(m *many) (orb.Geometry, error) {
	hasRegion := len(p.Region) > 0 && string(p.Region) != "null"
	switch {
	case hasRegion == (p.Area != ""):
		return nil, layers.Invalidf("track", "/region", "give either region or area")
	case p.Area != "":
		_, a, ok := m.view.AreaByCode(p.Area)
		if !ok {
			return nil, &layers.Error{Kind: layers.NotFound, Op: "track", Field: "/area", ID: fmt.Sprintf("%.40q", p.Area), Err: errors.New("no such area")}
		}
		return a.Geometry, nil
	}
	g, err := param.Geometry("/region", p.Region)
	if err != nil {
		return nil, err
	}
	n := 0
	measure.Vertices(g, func(orb.Point) bool { n++; return n <= maxVertices })
	if n > maxVertices {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "track", Field: "/region", Err: fmt.Errorf("has more than %d vertices", maxVertices)}
	}
	return g, nil
}

// candidates are the objects that may have been in a box.
func (m *many) candidates(b orb.Bound) ([]*layers.Feature, error) {
	ids := m.movers
	if ids == nil {
		var err error
		if ids, err = m.office.keeper.Passers(m.ctx, m.layer.ID, []orb.Bound{b}, m.period.from, m.period.to); err != nil {
			return nil, err
		}
	}
	out, err := m.several(ids, m.match)
	if err == nil && len(out) > maxObjects {
		err = problem.TooMuch("/from", fmt.Sprintf("the question is about more than %d objects: take a smaller region or a shorter period", maxObjects))
	}
	return out, err
}

// parts reads the track of one object.
func (m *many) parts(f *layers.Feature) ([][]track.Fix, error) {
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	parts, n, err := m.sight.read(f, m.period, m.gap)
	if m.read += n; err == nil && m.read > maxManyFixes {
		err = problem.TooMuch("/from", fmt.Sprintf("the question is about more than %d fixes: take a smaller region or a shorter period", maxManyFixes))
	}
	return parts, err
}

func (o *Office) visits(c echo.Context, in *openapi.Input) error {
	var body visitBody
	if err := in.Body(&body); err != nil {
		return err
	}
	m, err := o.crowd(c, &body.crowd)
	if err != nil {
		return err
	}
	if !(body.Buffer >= 0 && body.Buffer <= maxBufferM) {
		return layers.Invalidf("track", "/buffer", fmt.Sprintf("%v is not between 0 and %d metres", body.Buffer, maxBufferM))
	}
	g, err := body.region(m)
	if err != nil {
		return err
	}
	there := track.NewPlace(g, predicate.Prepare(g), body.Buffer)
	objects, err := m.candidates(there.Bound())
	if err != nil {
		return err
	}
	out := visitList{Visits: []visit{}, Persons: m.persons()}
	persons := 0
	for _, f := range objects {
		parts, err := m.parts(f)
		if err != nil {
			return err
		}
		before := len(out.Visits)
		for _, part := range parts {
			for _, v := range there.Visits(part) {
				out.Visits = append(out.Visits, visit{ID: f.Key, Enter: v.Enter, Leave: v.Leave, Seconds: v.Leave.Sub(v.Enter).Seconds(), Fixes: v.Fixes})
			}
		}
		if n := len(out.Visits) - before; n > 0 {
			out.Objects++
			if m.personal(f) {
				persons += n
			}
		}
		if len(out.Visits) > maxVisits {
			return problem.TooMuch("/from", fmt.Sprintf("more than %d visits: take a smaller region or a shorter period", maxVisits))
		}
	}
	if out.Persons {
		if err := m.note("visits", m.period, persons); err != nil {
			return err
		}
	}
	usage.Rows(m.ctx, len(out.Visits))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, &out)
}
