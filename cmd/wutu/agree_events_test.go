package main

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
)

// putEvents adds cases with columns drawn without regard to each other, null among
// them.
func (a *agreeing) putEvents(put func(layer, id string, g orb.Geometry, values map[string]layers.Value), pick func(...string) layers.Value, place func() orb.Point) {
	r := a.r
	var states []string
	for _, s := range event.States() {
		states = append(states, s.String())
	}
	for i := range 500 {
		v := map[string]layers.Value{"state": pick(states...), "class": pick("0301", "0302", "1102", "0105"),
			"channel":     pick("gridworker", "hotline", "video", "web", "sensor"),
			"reported_at": layers.Instant(a.now.Add(-time.Duration(r.IntN(60*24*60)) * time.Minute))}
		maybe := func(name string, value layers.Value) {
			if r.IntN(3) > 0 {
				v[name] = value
			}
		}
		x, y := r.IntN(4), r.IntN(4) // the grid; a case knows its areas from the largest down
		district := fmt.Sprintf("42050%d", 2+x/2)
		for _, level := range []struct{ column, code string }{{"district", district}, {"street", district + "001"},
			{"community", fmt.Sprintf("%s0010%d", district, 1+y/2)}, {"grid", fmt.Sprintf("4205020010100%02d", 4*y+x)}} {
			if r.IntN(6) == 0 {
				break
			}
			v[level.column] = layers.Text(level.code)
		}
		maybe("department", pick("dep-1", "dep-2", "dep-3"))
		maybe("tier", pick("community", "street", "district", "city"))
		maybe("clock", pick("accept", "handle", "check"))
		maybe("level", pick("normal", "urgent", "major"))
		maybe("pending", pick("extend", "suspend"))
		maybe("flags", pick("urgent", "late urgent", "disputed"))
		for _, name := range []string{"clock_due", "warn_at", "due_at", "filed_at", "dispatched_at", "signed_at", "fed_back_at", "closed_at", "updated_at"} {
			maybe(name, layers.Instant(a.now.Add(time.Duration(r.IntN(60*24*60)-50*24*60)*time.Minute)))
		}
		for _, name := range []string{"supervision", "returns", "reworks", "extensions", "reports", "photos"} {
			maybe(name, layers.Int(int64(r.IntN(4))))
		}
		put(model.Events, fmt.Sprintf("c%04d", i), place(), v)
	}
}

// eventFilter draws a filter over the columns of cases, joined from parts.
func (a *agreeing) eventFilter() string {
	r := a.r
	stamp := func() string {
		return "TIMESTAMP('" + a.now.Add(time.Duration(r.IntN(60*24*60)-50*24*60)*time.Minute).Format(time.RFC3339) + "')"
	}
	choose := func(list ...string) string { return list[r.IntN(len(list))] }
	part := func() string {
		switch r.IntN(12) {
		case 0:
			return "state IN ('" + choose("filed", "handling", "closed") + "','" + choose("suspended", "dispatched", "archived") + "')"
		case 1:
			return choose("clock_due", "warn_at", "due_at", "fed_back_at") + " " + choose("<", ">=", ">") + " " + stamp()
		case 2:
			return choose("fed_back_at", "closed_at", "signed_at") + " " + choose("<=", ">") + " " + choose("due_at", "clock_due")
		case 3:
			return choose("supervision", "returns", "reworks", "extensions") + " " + choose("> 0", "= 1", "BETWEEN 1 AND 2", "IS NULL")
		case 4:
			return choose("tier", "clock", "pending", "department", "grid") + " IS " + choose("NULL", "NOT NULL")
		case 5:
			return "class LIKE '" + choose("03%", "%02", "_1__") + "'"
		case 6:
			return "A_CONTAINS(split(flags,' '),('" + choose("urgent", "late") + "'))"
		case 7:
			return choose("district", "street") + " LIKE '42050" + choose("2", "3") + "%'"
		case 8:
			return "T_DURING(" + choose("reported_at", "dispatched_at") + ", INTERVAL('2026-10-" + strconv.Itoa(10+r.IntN(20)) + "','..'))"
		case 9:
			return "coalesce(" + choose("returns", "reworks") + ",0) + coalesce(extensions,0) > " + strconv.Itoa(r.IntN(4))
		case 10:
			return fmt.Sprintf("DWITHIN(geometry,POINT(%v %v),%d)", agreeWest+4*agreeCell*r.Float64(), agreeSouth+4*agreeCell*r.Float64(), 100+r.IntN(3000))
		}
		c := orb.Point{agreeWest + 4*agreeCell*r.Float64(), agreeSouth + 4*agreeCell*r.Float64()}
		var corners []string
		for _, p := range geotest.Star(r, c, 0.025*r.Float64(), 7) {
			corners = append(corners, fmt.Sprintf("%v %v", p[0], p[1]))
		}
		return "S_INTERSECTS(geometry, POLYGON((" + strings.Join(corners, ",") + ")))"
	}
	text := part()
	for range r.IntN(3) {
		text = "(" + text + ")" + choose(" AND ", " OR ", " AND NOT ") + "(" + part() + ")"
	}
	return text
}

// The list, counts, overlays, the export, the stream and the drill-down of cases
// agree for filters over all their columns: for 40 filters, or as many as
// WUTU_AGREE says.
func TestEventsAgree(t *testing.T) {
	n := 40
	if s := os.Getenv("WUTU_AGREE"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("WUTU_AGREE: %v", err)
		}
	}
	a := newAgreeing(t)
	for range n {
		filter := a.eventFilter()
		a.agree(model.Events, filter)
		a.agreeDrill(filter)
	}
}

// agreeDrill goes down from the city at random: children and outside add up, and the
// city has as many cases as the list.
func (a *agreeing) agreeDrill(filter string) {
	a.t.Helper()
	var list agreedList
	a.read(a.call("GET", "/ogc/collections/events/items?limit=1&filter="+url.QueryEscape(filter), nil), &list)
	want, parent := list.Matched, ""
	for {
		var d struct {
			Parent   struct{ Count int }
			Children []struct {
				Code  string
				Count int
			}
			Outside int
		}
		a.read(a.call("GET", "/api/v1/drill?parent="+parent+"&filter="+url.QueryEscape(filter), nil), &d)
		sum := d.Outside
		for _, c := range d.Children {
			sum += c.Count
		}
		if d.Parent.Count != want || sum != want {
			a.t.Fatalf("%s: %q has %d, its children and outside %d, the level above says %d", filter, parent, d.Parent.Count, sum, want)
		}
		if len(d.Children) == 0 {
			return
		}
		c := d.Children[a.r.IntN(len(d.Children))]
		want, parent = c.Count, c.Code
	}
}
