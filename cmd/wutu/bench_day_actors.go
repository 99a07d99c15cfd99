package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// dayKey is a key that several clients of the day share.
type dayKey struct {
	role   string
	header string       // Authorization
	places [][2]float64 // where its holders are; nil: all over the city
}

func (k *dayKey) place(r *rand.Rand) (lon, lat float64) {
	if len(k.places) == 0 {
		return cityPlace(r)
	}
	at := k.places[r.IntN(len(k.places))]
	return at[0], at[1]
}

const publicRole = "public"

// think is a pause of a person, mean on average.
func think(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration((0.2 + 1.6*r.Float64()) * float64(mean))
}

// The requests of a day by kind, as they are reported.
const (
	dayTile   = "tiles"
	dayNear   = "near"
	dayLocate = "locate"
	dayList   = "lists"
	dayBoard  = "boards and tasks"
	dayReport = "reports"
	dayStep   = "steps"
	dayFixes  = "batches of fixes"
	dayStream = "streams"
	dayHeavy  = "heavy region queries"
)

// desk is an open map: its user pans and zooms, with lists and boards in between.
type desk struct {
	key  *dayKey
	tags map[tileAt]string // of the tiles it has, as a browser keeps them
	x, y float64           // where the map is
	zoom int
	todo []tileAt // of the view, to be asked for
	set  string   // layers
}

// daySets are what maps show.
var daySets = []string{"buildings,parcels,roads", "buildings,components,roads", "buildings,enterprises", "communities,grids,streets"}

func (d *desk) next(r *rand.Rand, buf []byte) errand {
	if len(d.todo) > 0 {
		return d.tile(buf, think(r, 4*time.Second))
	}
	switch n := r.IntN(100); {
	case n < 60:
		d.pan(r)
		return d.tile(buf, think(r, 4*time.Second))
	case n < 75:
		x, y := d.key.place(r)
		return errand{kind: dayNear, pause: think(r, 4*time.Second),
			request: getRequest(buf, fmt.Sprintf("/api/v1/near?layer=buildings&lon=%f&lat=%f&k=10", x, y), d.key.header, "Accept-Encoding: gzip")}
	case n < 92:
		x, y := d.key.place(r)
		layer := []string{"buildings", "enterprises", "components", "events"}[r.IntN(4)]
		return errand{kind: dayList, pause: think(r, 4*time.Second),
			request: getRequest(buf, fmt.Sprintf("/ogc/collections/%s/items?f=json&limit=50&bbox=%f,%f,%f,%f", layer, x-0.004, y-0.004, x+0.004, y+0.004), d.key.header, "Accept-Encoding: gzip")}
	}
	path := []string{"/api/v1/board?by=district", "/api/v1/me/tasks", "/api/v1/events?limit=30"}[r.IntN(3)]
	return errand{kind: dayBoard, pause: think(r, 4*time.Second), request: getRequest(buf, path, d.key.header, "Accept-Encoding: gzip")}
}

// pan moves the map, sometimes to another zoom, and lists the tiles of the view.
func (d *desk) pan(r *rand.Rand) {
	if d.zoom == 0 || r.IntN(5) == 0 {
		d.zoom = 11 + r.IntN(7)
		d.x, d.y = d.key.place(r)
		d.set = daySets[r.IntN(len(daySets))]
	}
	step := 180.0 / float64(int(1)<<d.zoom)
	d.x, d.y = d.x+(2*r.Float64()-1)*step, d.y+(2*r.Float64()-1)*step
	at := benchTile(d.zoom, d.x, d.y)
	for dx := range 3 {
		for dy := range 2 {
			d.todo = append(d.todo, tileAt{at.z, at.x + dx, at.y + dy})
		}
	}
	if len(d.tags) > 200 {
		clear(d.tags)
	}
}

// tile asks for the next tile of the view; the last is looked at for a while.
func (d *desk) tile(buf []byte, look time.Duration) errand {
	t := d.todo[len(d.todo)-1]
	d.todo = d.todo[:len(d.todo)-1]
	header := []string{d.key.header, "Accept-Encoding: gzip"}
	if tag := d.tags[t]; tag != "" {
		header = append(header, "If-None-Match: "+tag)
	}
	a := errand{kind: dayTile, request: getRequest(buf, t.path(d.set), header...), then: func(_ int, etag string, _ []byte) error { d.tags[t] = etag; return nil }}
	if len(d.todo) == 0 {
		a.pause = look
	}
	return a
}

// follower is the stream of a desk.
type follower struct {
	key    *dayKey
	told   *dayTold
	line   []byte // the beginning of the line under way
	layers string
}

// dayTold is what streams were told, and the fixes that were taken.
type dayTold struct{ messages, resets, bytes, fixes int }

func (f *follower) next(r *rand.Rand, buf []byte) errand {
	x, y := f.key.place(r)
	f.line = f.line[:0]
	return errand{kind: dayStream, endless: true, pause: time.Second, then: f.take,
		request: getRequest(buf, fmt.Sprintf("/api/v1/stream?layers=%s&bbox=%f,%f,%f,%f", f.layers, x-0.02, y-0.02, x+0.02, y+0.02), f.key.header, "Accept-Encoding: identity")}
}

func (f *follower) take(_ int, _ string, b []byte) error {
	f.told.bytes += len(b)
	for _, c := range b {
		if c != '\n' {
			if len(f.line) < 16 {
				f.line = append(f.line, c)
			}
			continue
		}
		switch string(f.line) {
		case "event: reset":
			f.told.resets++
		case "event: changes":
			f.told.messages++
		}
		f.line = f.line[:0]
	}
	return nil
}

// phone is somebody outside: where am I, what is near, and now and then a report.
type phone struct {
	key     *dayKey
	number  int
	reports int
	classes []string
	mine    string    // the case last reported
	cases   *dayCases // where the dispatchers find it
}

func (p *phone) next(r *rand.Rand, buf []byte) errand {
	x, y := p.key.place(r)
	pause := think(r, 8*time.Second)
	switch n := r.IntN(100); {
	case n < 40:
		return errand{kind: dayLocate, pause: pause,
			request: getRequest(buf, fmt.Sprintf("/api/v1/locate?lon=%f&lat=%f&accuracy=15", x, y), p.key.header, "Accept-Encoding: gzip")}
	case n < 80:
		layer := []string{"buildings", "enterprises", "components"}[r.IntN(3)]
		if p.key.role == publicRole {
			layer = "buildings" // the others are for staff
		}
		return errand{kind: dayNear, pause: pause,
			request: getRequest(buf, fmt.Sprintf("/api/v1/near?layer=%s&lon=%f&lat=%f&k=10", layer, x, y), p.key.header, "Accept-Encoding: gzip")}
	case n < 90 || p.mine == "":
		p.reports++
		body := fmt.Sprintf(`{"lon":%f,"lat":%f,"class":%q,"description":"路面有坑"}`, x, y, p.classes[r.IntN(len(p.classes))])
		return errand{kind: dayReport, pause: pause, then: p.reported,
			request: postRequest(buf, "/api/v1/events", body, p.key.header, "Accept-Encoding: identity", fmt.Sprintf("Idempotency-Key: day-%d-%d-%d", p.number, p.reports, r.Uint64()))}
	}
	id := p.mine
	p.mine = ""
	if p.key.role == publicRole {
		return errand{kind: dayBoard, pause: pause, request: getRequest(buf, "/api/v1/me/reports", p.key.header, "Accept-Encoding: gzip")}
	}
	return errand{kind: dayStep, pause: pause, also: http.StatusConflict, // somebody else took a step at that moment
		request: postRequest(buf, "/api/v1/events/"+id+"/supplement", `{"note":"情况属实"}`, p.key.header, "Accept-Encoding: identity", "If-Match: *",
			"Idempotency-Key: day-more-"+id)}
}

func (p *phone) reported(_ int, _ string, body []byte) error {
	var made struct{ ID string }
	if err := json.Unmarshal(body, &made); err != nil || made.ID == "" {
		return fmt.Errorf("a report without an id: %.200s", body)
	}
	p.mine = made.ID
	p.cases.open = append(p.cases.open, dayCase{id: made.ID})
	return nil
}

// dayCases are the cases that dispatchers have not finished with.
type dayCases struct{ open []dayCase }

type dayCase struct {
	id   string
	step int
}

// dispatcher takes the steps of cases, one after the other.
type dispatcher struct {
	key   *dayKey
	cases *dayCases
}

func (d *dispatcher) next(r *rand.Rand, buf []byte) errand {
	pause := think(r, 3*time.Second)
	if len(d.cases.open) == 0 {
		return errand{pause: pause}
	}
	c := d.cases.open[0]
	d.cases.open = d.cases.open[1:]
	step := benchSteps[c.step]
	return errand{kind: dayStep, pause: pause, also: http.StatusConflict,
		request: postRequest(buf, "/api/v1/events/"+c.id+"/"+step.name, step.body, d.key.header, "Accept-Encoding: identity", "If-Match: *",
			"Idempotency-Key: day-"+strconv.FormatUint(r.Uint64(), 36)+"-"+c.id),
		then: func(status int, _ string, _ []byte) error {
			if status != http.StatusConflict {
				c.step++
			}
			if c.step < len(benchSteps)-1 { // the last is a supervisor's
				d.cases.open = append(d.cases.open, c)
			}
			return nil
		}}
}

// heavy asks questions about whole regions, one after the other.
type heavy struct {
	key    *dayKey
	number int
}

func (h *heavy) next(r *rand.Rand, buf []byte) errand {
	x, y := h.key.place(r)
	var path, body string
	switch h.number % 5 {
	case 0:
		path, body = "/api/v1/stats", `{"layers":["buildings","enterprises"],"by":"street","geometry":`+benchSquare(x, y, 0.05)+`}`
	case 1:
		path, body = "/api/v1/within", `{"layers":["buildings","enterprises","components","addresses","parcels"],"geometry":`+benchSquare(x, y, 0.04)+`}`
	case 2:
		path, body = "/api/v1/stats", `{"layers":["components"],"by":"h3:9"}`
	case 3:
		path, body = "/api/v1/join", `{"left":{"layer":"components","within":`+benchSquare(x, y, 0.02)+`},"right":{"layer":"parcels"},"limit":1000}`
	case 4:
		path, body = "/api/v1/stats", `{"layers":["addresses"],"by":"community","geometry":`+benchSquare(x, y, 0.06)+`}`
	}
	return errand{kind: dayHeavy, pause: think(r, 500*time.Millisecond), request: postRequest(buf, path, body, h.key.header, "Accept-Encoding: gzip")}
}

// tracker sends fixes of its objects at a steady rate, one of each at a time.
type tracker struct {
	key     *dayKey
	objects []string
	places  [][2]float64 // where they are
	every   time.Duration
	told    *dayTold
	body    []byte
}

func (m *tracker) next(r *rand.Rand, buf []byte) errand {
	if m.places == nil {
		for range m.objects {
			x, y := cityPlace(r)
			m.places = append(m.places, [2]float64{x, y})
		}
	}
	m.body = append(m.body[:0], '[')
	at := time.Now().UTC().Format(time.RFC3339Nano)
	for i, id := range m.objects {
		if i > 0 {
			m.body = append(m.body, ',')
		}
		p := &m.places[i]
		p[0], p[1] = p[0]+(r.Float64()-0.5)*0.0003, p[1]+(r.Float64()-0.5)*0.0003
		m.body = fmt.Appendf(m.body, `{"id":%q,"lon":%.6f,"lat":%.6f,"time":%q}`, id, p[0], p[1], at)
	}
	m.body = append(m.body, ']')
	return errand{kind: dayFixes, every: m.every, request: postRequest(buf, "/api/v1/movers/fixes", string(m.body), m.key.header, "Accept-Encoding: identity"), then: m.taken}
}

func (m *tracker) taken(_ int, _ string, body []byte) error {
	var said struct{ Taken, Late, Known, Refused int }
	if err := json.Unmarshal(body, &said); err != nil || said.Taken != len(m.objects) {
		return fmt.Errorf("of %d fixes %.300s", len(m.objects), body)
	}
	m.told.fixes += said.Taken
	return nil
}
