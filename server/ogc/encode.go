package ogc

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/geojson"
	"wutu/server/param"
)

// recordSeparator stands before each feature of a GeoJSON text sequence (RFC 8142).
const recordSeparator = 0x1e

// answerBudget is how long a client may take nothing of an answer before it is cut
// off, and how long the answer may take to begin.
const answerBudget = 30 * time.Second

// open begins an answer that may be long: it may take as long as the client goes
// on reading.
func (a *API) open(c echo.Context, media string) (context.Context, *sink, func()) {
	ctx, cancel := context.WithCancelCause(c.Request().Context())
	budget := a.o.Budget
	if budget <= 0 {
		budget = answerBudget
	}
	watch := time.AfterFunc(budget, func() { cancel(context.DeadlineExceeded) })
	return ctx, &sink{c: c, media: media, watch: watch, quiet: budget}, func() {
		watch.Stop()
		cancel(nil)
	}
}

// collection writes the page as a FeatureCollection, in GeoJSON or JSON-FG.
func (p *page) collection(ctx context.Context, s *sink) error {
	s.buf = append(s.buf, `{"type":"FeatureCollection",`...)
	if p.offer.name == "jsonfg" {
		s.buf = p.declare(s.buf)
	}
	s.buf = append(s.buf, `"features":[`...)
	w := p.q.system.Writer()
	feature := p.feature(w.To(), nil)
	err := p.rows(ctx, func(row layers.Row) error {
		if p.returned > 1 {
			s.buf = append(s.buf, ',', '\n')
		}
		s.buf = feature(s.buf, row)
		if err := w.Err("crs"); err != nil {
			return err
		}
		return s.full()
	})
	if err != nil {
		return err
	}
	if p.matched, err = p.q.count(ctx, p.view); err != nil {
		return err
	}
	s.buf = append(s.buf, `],"numberMatched":`...)
	s.buf = strconv.AppendInt(s.buf, int64(p.matched), 10)
	s.buf = append(s.buf, `,"numberReturned":`...)
	s.buf = strconv.AppendInt(s.buf, int64(p.returned), 10)
	s.buf = append(s.buf, ',')
	s.stamp[0] = len(s.buf)
	s.buf = p.timeStamp(s.buf)
	s.stamp[1] = len(s.buf)
	if p.q.nowhere != "" {
		s.buf = append(s.buf, `,"note":`...)
		s.buf = layers.AppendJSONText(s.buf, p.q.nowhere)
	}
	s.buf = appendLinks(append(s.buf, ','), p.links())
	s.buf = append(s.buf, '}', '\n')
	return s.end()
}

// feature returns how a feature is appended in GeoJSON or JSON-FG; more, if any,
// appends further members, each with a comma before it.
func (p *page) feature(to func(orb.Point) (x, y float64), more func([]byte) []byte) func([]byte, layers.Row) []byte {
	if p.offer.name == "jsonfg" {
		return p.featureFG(to, more)
	}
	e := geojson.Encoder{Layer: p.q.layer, Fields: p.q.fields, Sights: p.q.decision.Sights, To: to}
	if more != nil {
		e.Extra = func(b []byte, _ int) []byte { return more(b) }
	}
	return func(b []byte, row layers.Row) []byte { return e.Append(b, p.bare(row), 0) }
}

// bare is the row without its geometry where none is wanted.
func (p *page) bare(row layers.Row) layers.Row {
	if p.q.bare {
		return placeless{row}
	}
	return row
}

type placeless struct{ layers.Row }

// Geometry is nil.
func (placeless) Geometry() orb.Geometry { return nil }

// plain writes the page in a format that has no room for links: they stand in the
// header, so the page's last feature is looked for first.
func (p *page) plain(ctx context.Context, s *sink) error {
	n, err := p.announce(ctx, s)
	if err != nil {
		return err
	}
	w := p.q.system.Writer()
	e, err := p.encoder(w, n)
	if err != nil {
		return err
	}
	s.buf = e.Head(s.buf)
	err = p.rows(ctx, func(row layers.Row) (err error) {
		if s.buf, err = e.Append(s.buf, p.bare(row)); err == nil {
			err = w.Err("crs")
		}
		if err != nil {
			return err
		}
		return s.full()
	})
	if err != nil {
		return err
	}
	s.buf = e.Tail(s.buf)
	return s.end()
}

// encoder opens the format of the page, for n features.
func (p *page) encoder(w *param.Writer, n int) (Encoder, error) {
	for _, f := range p.api.o.Formats {
		if f.Name == p.offer.name {
			s := p.q.system
			return f.Open(Page{Layer: p.q.layer, Fields: p.q.fields, Sights: p.q.decision.Sights, To: w.XY(), EPSG: s.EPSG(),
				Plane: !s.System().Geographic(), Bare: p.q.bare || p.q.layer.Geometry == layers.NoGeometry, Count: n})
		}
	}
	return sequence{p.feature(w.To(), nil)}, nil
}

// announce puts into the header how many features there are and where the other
// pages and formats are. It returns how many the page will have.
func (p *page) announce(ctx context.Context, s *sink) (int, error) {
	ahead := *p
	// The features are noted as read when they are written.
	if err := ahead.walk(live.Noted(ctx), func(layers.Row) error { return nil }); err != nil {
		return 0, err
	}
	matched, err := p.q.count(ctx, p.view)
	if err != nil {
		return 0, err
	}
	h := http.Header{}
	s.about = h
	if p.offer.name != "geojsonseq" { // formats of files
		h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", p.q.layer.ID+"."+p.offer.name))
	}
	h.Set("OGC-NumberMatched", strconv.Itoa(matched))
	h.Set("OGC-NumberReturned", strconv.Itoa(ahead.returned))
	for _, l := range ahead.links() {
		h.Add("Link", l.header())
	}
	if p.q.nowhere != "" {
		h.Set("OGC-Note", p.q.nowhere)
	}
	return ahead.returned, nil
}

// sequence is a GeoJSON text sequence.
type sequence struct {
	feature func([]byte, layers.Row) []byte
}

// Head is nothing.
func (sequence) Head(dst []byte) []byte { return dst }

// Append appends a feature.
func (q sequence) Append(dst []byte, row layers.Row) ([]byte, error) {
	return append(q.feature(append(dst, recordSeparator), row), '\n'), nil
}

// Tail is nothing.
func (sequence) Tail(dst []byte) []byte { return dst }
