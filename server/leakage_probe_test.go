package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/spatial"
	"wutu/tiles"
)

// prober draws questions about a city: its forbidden things are named in them.
type prober struct {
	*founder
	things []*thing // of both worlds
	asker  *asker
}

// probing is how a route is put to the leakage test.
type probing struct {
	each int                     // questions per policy
	draw func(p *prober) request // one question; nil: plain
	once bool                    // its answer depends on how often somebody asked: not asked again after a change
}

func (p *prober) q(v string) string { return url.QueryEscape(v) }

// target is a thing of either world, more often one the asker may not see.
func (p *prober) target() *thing {
	for range 6 {
		if th := pick(p.Rand, p.things); p.asker.see(th) != visible {
			return th
		}
	}
	return pick(p.Rand, p.things)
}

func (p *prober) layer() string {
	if p.chance(.08) {
		return pick(p.Rand, []string{"grids", "districts", "streets", "communities", "nothing"})
	}
	for range 8 { // what is listed has most to betray
		if id := pick(p.Rand, population).layer; p.asker.mode(id) == layers.GrantList {
			return id
		}
	}
	return pick(p.Rand, population).layer
}

func (p *prober) box() string {
	a, b := p.spot(), p.spot()
	return fmt.Sprintf("%.4f,%.4f,%.4f,%.4f", min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0])+.002, max(a[1], b[1])+.002)
}

func (p *prober) polygon() string {
	b := strings.Split(p.box(), ",")
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]s,%[2]s],[%[3]s,%[2]s],[%[3]s,%[4]s],[%[1]s,%[4]s],[%[1]s,%[2]s]]]}`, b[0], b[1], b[2], b[3])
}

// field is one that the asker gets something of: others are refused. Seldom it is
// any.
func (p *prober) field(layer string) string {
	l := model.Lookup(layer)
	if l == nil || len(l.Fields) == 0 {
		return "name"
	}
	for range 5 {
		f := &l.Fields[p.IntN(len(l.Fields))]
		if p.asker.line(l) == nil || !p.asker.hides(l, f) && !f.Personal || p.chance(.1) {
			return f.Name
		}
	}
	return l.Fields[0].Name
}

func (p *prober) filter(layer string) string {
	if p.chance(.2) {
		return fmt.Sprintf("S_INTERSECTS(geometry, BBOX(%s))", p.box())
	}
	name := p.field(layer)
	l := model.Lookup(layer)
	if l == nil {
		return "name = 'x'"
	}
	for i := range l.Fields {
		if f := &l.Fields[i]; f.Name == name {
			switch {
			case p.chance(.15):
				return name + " IS NOT NULL"
			case f.Codes != nil:
				return fmt.Sprintf("%s <> '%s'", name, f.Codes[0].Value)
			case f.Type == layers.String && p.chance(.5):
				return fmt.Sprintf("%s LIKE '%%%s%%'", name, string([]rune(pick(p.Rand, words))[:1]))
			case f.Type == layers.String:
				return fmt.Sprintf("%s = '%s'", name, pick(p.Rand, words))
			case f.Type == layers.DateTime:
				return name + " > TIMESTAMP('2026-11-01T00:00:00Z')"
			case f.Type == layers.Boolean:
				return name + " = true"
			}
			return fmt.Sprintf("%s > %d", name, p.IntN(400))
		}
	}
	return "name IS NULL"
}

// listing is a query string for items.
func (p *prober) listing(layer string) string {
	v := url.Values{}
	maybe := func(chance float64, name string, value func() string) {
		if p.chance(chance) {
			v.Set(name, value())
		}
	}
	maybe(.3, "bbox", p.box)
	maybe(.3, "filter", func() string { return p.filter(layer) })
	maybe(.3, "sortby", func() string { return pick(p.Rand, []string{"", "-"}) + p.field(layer) })
	maybe(.7, "limit", func() string { return fmt.Sprint(1 + p.IntN(6)) })
	maybe(.15, "offset", func() string { return fmt.Sprint(p.IntN(5)) })
	maybe(.15, "properties", func() string { return p.field(layer) })
	maybe(.15, "crs", func() string {
		return "http://www.opengis.net/def/crs/EPSG/0/" + pick(p.Rand, []string{"4490", "3857", "4547", "4508", "4491"})
	})
	maybe(.4, "f", func() string { return pick(p.Rand, []string{"html", "html", "jsonfg", "geojsonseq"}) })
	maybe(.1, "exclude-properties", func() string { return p.field(layer) })
	maybe(.1, "skipGeometry", func() string { return "true" })
	maybe(.15, p.field(layer), func() string { return pick(p.Rand, words) })
	maybe(.1, "datetime", func() string { return pick(p.Rand, []string{"2026-11-01T00:00:00Z/..", "2026-10-20T00:00:00Z"}) })
	maybe(.2, "ids", func() string { return p.target().id + "," + p.idOf(layer) + ",nobody" })
	return v.Encode()
}

// instant is one before, between and after the changes of the city.
func (p *prober) instant() string {
	return pick(p.Rand, []string{"2026-10-20T00:00:00Z", "2026-11-05T12:00:00Z", "2026-11-21T00:00:00Z", "2027-01-01T00:00:00Z"})
}

// page is a format of documents.
func (p *prober) page() string { return pick(p.Rand, []string{"json", "html"}) }

// idOf is the id of some thing of a layer.
func (p *prober) idOf(layer string) string {
	for range 40 {
		if th := pick(p.Rand, p.things); th.layer == layer {
			return th.id
		}
	}
	return "nobody"
}

// rowFirst is a tile as OGC API Tiles writes it: row before column.
func (p *prober) rowFirst() string {
	parts := strings.Split(strings.TrimSuffix(p.tile(), ".mvt"), "/")
	return parts[0] + "/" + parts[2] + "/" + parts[1]
}

func (p *prober) tile() string {
	at := p.spot()
	z := pick(p.Rand, []int{9, 12, 14, 15, 16})
	id, _ := tiles.At(at, tiles.Zoom(z))
	return id.String() + ".mvt"
}

func (p *prober) layersOf(most int) string {
	out := p.layer()
	for range p.IntN(most) {
		out += "," + p.layer()
	}
	return out
}

func (p *prober) get(format string, args ...any) request {
	r := request{method: http.MethodGet, path: fmt.Sprintf(format, args...)}
	if p.chance(.1) {
		r.header = http.Header{"Accept-Encoding": {"gzip"}}
	}
	if p.chance(.05) {
		r.method = http.MethodHead
	}
	return r
}

func (p *prober) post(path string, body map[string]any) request {
	b, _ := json.Marshal(body)
	return request{method: http.MethodPost, path: path, body: string(b)}
}

// region is a body with a drawn region and layers.
func (p *prober) region() map[string]any {
	body := map[string]any{"geometry": json.RawMessage(p.polygon())}
	layer := ""
	if p.chance(.7) {
		layer = p.layer()
		body["layers"] = []string{layer}
	}
	if p.chance(.3) {
		body["filter"] = p.filter(layer)
	}
	return body
}

// open311 is a query for service requests.
func (p *prober) open311() string {
	v := url.Values{"page_size": {fmt.Sprint(1 + p.IntN(6))}}
	maybe := func(name string, value func() string) {
		if p.chance(.3) {
			v.Set(name, value())
		}
	}
	maybe("status", func() string { return pick(p.Rand, []string{"open", "closed"}) })
	maybe("service_code", func() string { return pick(p.Rand, []string{"0301", "1102", "0102,0301"}) })
	maybe("bbox", p.box)
	maybe("updated_after", func() string { return "2026-01-01T00:00:00Z" })
	maybe("extensions", func() string { return "true" })
	maybe("service_request_id", func() string { return p.idOf("events") + "," + p.idOf("events") })
	maybe("coord", func() string { return "gcj02" })
	if p.chance(.3) {
		at := p.spot()
		v.Set("lat", fmt.Sprintf("%.4f", at[1]))
		v.Set("long", fmt.Sprintf("%.4f", at[0]))
		v.Set("radius", "800")
		v.Del("coord")
	}
	return v.Encode()
}

// probings says of the routes that tell of features how they are probed; the others
// are in plain. A new route needs a line in one of them.
var probings = map[string]probing{
	"GET /ogc":                                {each: 1, draw: func(p *prober) request { return p.get("/ogc?f=html") }},
	"GET /ogc/api":                            {each: 1, draw: func(p *prober) request { return p.get("/ogc/api") }},
	"GET /ogc/collections":                    {each: 2, draw: func(p *prober) request { return p.get("/ogc/collections?f=%s", p.page()) }},
	"GET /ogc/collections/{layer}":            {each: 8, draw: func(p *prober) request { return p.get("/ogc/collections/%s?f=%s", p.layer(), p.page()) }},
	"GET /ogc/collections/{layer}/schema":     {each: 2, draw: func(p *prober) request { return p.get("/ogc/collections/%s/schema?f=%s", p.layer(), p.page()) }},
	"GET /ogc/collections/{layer}/queryables": {each: 2, draw: func(p *prober) request { return p.get("/ogc/collections/%s/queryables?f=%s", p.layer(), p.page()) }},
	"GET /ogc/collections/{layer}/sortables":  {each: 2, draw: func(p *prober) request { return p.get("/ogc/collections/%s/sortables", p.layer()) }},
	"GET /ogc/tiles":                          {each: 1, draw: func(p *prober) request { return p.get("/ogc/tiles") }},
	"GET /ogc/tiles/{tileMatrixSetId}":        {each: 1, draw: func(p *prober) request { return p.get("/ogc/tiles/WebMercatorQuad") }},
	"GET /ogc/collections/{layer}/tiles":      {each: 2, draw: func(p *prober) request { return p.get("/ogc/collections/%s/tiles", p.layer()) }},
	"GET /ogc/collections/{layer}/tiles/{tileMatrixSetId}": {each: 2, draw: func(p *prober) request {
		return p.get("/ogc/collections/%s/tiles/WebMercatorQuad", p.layer())
	}},
	"GET /ogc/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": {each: 3, draw: func(p *prober) request {
		return p.get("/ogc/tiles/WebMercatorQuad/%s?collections=%s", p.rowFirst(), p.layer())
	}},
	"GET /ogc/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": {each: 4, draw: func(p *prober) request {
		return p.get("/ogc/collections/%s/tiles/WebMercatorQuad/%s", p.layer(), p.rowFirst())
	}},
	"GET /ogc/collections/{layer}/items": {each: 24, draw: func(p *prober) request {
		l := p.layer()
		return p.get("/ogc/collections/%s/items?%s", l, p.listing(l))
	}},
	"GET /ogc/collections/{layer}/items/{id}": {each: 10, draw: func(p *prober) request {
		th := p.target()
		address := fmt.Sprintf("/ogc/collections/%s/items/%s?f=%s", th.layer, p.q(th.id), pick(p.Rand, []string{"json", "html", "jsonfg"}))
		if p.chance(.3) {
			address += "&datetime=" + p.instant()
		}
		return p.get("%s", address)
	}},
	"POST /ogc/collections/{layer}/items": {each: 3, draw: func(p *prober) request { // refused, whoever asks: the feature is none
		return p.edit("POST", "/ogc/collections/"+p.layer()+"/items", `{"type":"Feature","geometry":null,"properties":{"no such field":1}}`)
	}},
	"PUT /ogc/collections/{layer}/items/{id}": {each: 5, draw: func(p *prober) request {
		return p.edit("PUT", p.item(), `{"type":"Feature","geometry":null,"properties":{}}`)
	}},
	"PATCH /ogc/collections/{layer}/items/{id}": {each: 5, draw: func(p *prober) request {
		q := p.edit("PATCH", p.item(), `{"properties":{}}`)
		q.header.Set("Content-Type", "application/merge-patch+json")
		return q
	}},
	"DELETE /ogc/collections/{layer}/items/{id}":  {each: 5, draw: func(p *prober) request { return p.edit("DELETE", p.item(), "") }},
	"OPTIONS /ogc/collections/{layer}/items":      {each: 3, draw: func(p *prober) request { return p.edit("OPTIONS", "/ogc/collections/"+p.layer()+"/items", "") }},
	"OPTIONS /ogc/collections/{layer}/items/{id}": {each: 5, draw: func(p *prober) request { return p.edit("OPTIONS", p.item(), "") }},
	"GET /tiles/{layers}.json":                    {each: 4, draw: func(p *prober) request { return p.get("/tiles/%s.json", p.layersOf(2)) }},
	"GET /tiles/{layers}/{z}/{x}/{y}.mvt":         {each: 16, draw: func(p *prober) request { return p.get("/tiles/%s/%s%s", p.layersOf(2), p.tile(), p.tileQuery()) }},
	"GET /tiles/{layers}/hex/{z}/{x}/{y}.mvt":     {each: 10, draw: func(p *prober) request { return p.get("/tiles/%s/hex/%s%s", p.layer(), p.tile(), p.tileQuery()) }},
	"GET /api/v1/city":                            {each: 1, draw: func(p *prober) request { return p.get("/api/v1/city") }},
	"GET /api/v1/layers":                          {each: 2, draw: func(p *prober) request { return p.get("/api/v1/layers") }},
	"GET /api/v1/me":                              {each: 1, draw: func(p *prober) request { return p.get("/api/v1/me") }},
	"GET /api/v1/me/access":                       {each: 1, draw: func(p *prober) request { return p.get("/api/v1/me/access") }},
	"GET /api/v1/changes": {each: 14, draw: func(p *prober) request {
		v := url.Values{"limit": {fmt.Sprint(pick(p.Rand, []int{1, 3, 50, 1000}))}}
		if p.chance(.9) {
			v.Set("since", fmt.Sprint(p.IntN(120)))
		}
		if p.chance(.6) {
			v.Set("layers", p.layersOf(2))
		}
		for _, name := range []string{"geometry", "properties"} {
			if p.chance(.5) {
				v.Set(name, "true")
			}
		}
		return p.get("/api/v1/changes?%s", v.Encode())
	}},
	"GET /api/v1/near": {each: 14, draw: func(p *prober) request {
		l, at := p.layer(), p.spot()
		v := url.Values{"layer": {l}, "lon": {fmt.Sprintf("%.5f", at[0])}, "lat": {fmt.Sprintf("%.5f", at[1])}}
		if p.chance(.6) {
			v.Set("k", fmt.Sprint(1+p.IntN(8)))
		}
		if p.chance(.5) {
			v.Set("radius", fmt.Sprint(100+p.IntN(3000)))
		}
		if p.chance(.2) {
			v.Set("filter", p.filter(l))
		}
		if p.chance(.3) {
			v.Set("datetime", p.instant())
		}
		if p.chance(.2) {
			v.Set("within", "POLYGON((111.27 30.67,111.29 30.67,111.29 30.7,111.27 30.7,111.27 30.67))")
		}
		if p.chance(.2) {
			v.Set("per", p.field(l))
			v.Set("k_per", fmt.Sprint(1+p.IntN(3)))
		}
		if p.chance(.2) {
			v.Del("lon")
			v.Del("lat")
			v.Set("geometry", fmt.Sprintf("LINESTRING(%.4f %.4f,111.29 30.69)", at[0], at[1]))
		}
		return p.get("/api/v1/near?%s", v.Encode())
	}},
	"POST /api/v1/near": {each: 8, draw: func(p *prober) request {
		l := p.layer()
		body := map[string]any{"layer": l, "geometry": json.RawMessage(p.polygon()), "k": 1 + p.IntN(8)}
		if p.chance(.4) {
			body["per"] = p.field(l)
		}
		if p.chance(.3) {
			body["filter"] = p.filter(l)
		}
		if p.chance(.3) {
			body["within"] = json.RawMessage(p.polygon())
		}
		return p.post("/api/v1/near", body)
	}},
	"POST /api/v1/corridor": {each: 8, draw: func(p *prober) request {
		a, b := p.spot(), p.spot()
		body := map[string]any{"path": json.RawMessage(fmt.Sprintf(`{"type":"LineString","coordinates":[[%.4f,%.4f],[%.4f,%.4f],[111.28,30.7]]}`, a[0], a[1], b[0], b[1])),
			"width": 50 + p.IntN(1500)}
		if p.chance(.7) {
			l := p.layer()
			body["layers"] = []string{l}
			if p.chance(.3) {
				body["filter"] = p.filter(l)
			}
		}
		if p.chance(.3) {
			body["limit"] = 1 + p.IntN(3)
		}
		return p.post("/api/v1/corridor", body)
	}},
	"POST /api/v1/batch": {each: 8, draw: func(p *prober) request {
		l := p.layer()
		target := map[string]any{"layer": l}
		if p.chance(.3) {
			target["filter"] = p.filter(l)
		}
		if p.chance(.3) {
			target["max"] = 100 + p.IntN(2000)
		}
		var points [][2]float64
		for range 1 + p.IntN(12) {
			points = append(points, p.spot())
		}
		return p.post("/api/v1/batch", map[string]any{"points": points, "levels": []string{"grid"}, "nearest": []any{target}})
	}},
	"POST /api/v1/join": {each: 12, draw: func(p *prober) request {
		left, right := p.part(), p.part()
		body := map[string]any{"left": left, "right": right, "result": pick(p.Rand, []string{"counts", "counts", "pairs", "groups"})}
		p.linked(body)
		if p.chance(.5) {
			body["by"] = map[string]any{"right": p.field(right["layer"].(string))}
		}
		if p.chance(.4) {
			body["limit"] = 1 + p.IntN(4)
		}
		if l := model.Lookup(right["layer"].(string)); l != nil && p.chance(.4) {
			for i := range l.Fields {
				if f := &l.Fields[i]; f.Type == layers.Number || f.Type == layers.Integer {
					body["measures"] = []string{pick(p.Rand, []string{"sum:", "avg:", "min:"}) + f.Name}
				}
			}
		}
		return p.post("/api/v1/join", body)
	}},
	"POST /api/v1/difference": {each: 12, draw: func(p *prober) request {
		body := map[string]any{"a": p.part(), "b": p.part(), "keep": pick(p.Rand, []string{"without", "with"}), "result": pick(p.Rand, []string{"features", "count"})}
		p.linked(body)
		if p.chance(.3) {
			body["limit"] = 1 + p.IntN(3)
		}
		return p.post("/api/v1/difference", body)
	}},
	"POST /api/v1/coverage": {each: 12, draw: func(p *prober) request {
		body := map[string]any{"facilities": p.part(), "residents": p.part(), "cells": 7 + p.IntN(3)}
		if p.chance(.3) {
			body["minutes"], body["mode"] = 1+p.IntN(8), p.mode()
		} else {
			body["metres"] = 100 + p.IntN(1500)
		}
		if p.chance(.3) {
			body["region"] = json.RawMessage(p.polygon())
		}
		return p.post("/api/v1/coverage", body)
	}},
	"POST /api/v1/overlay": {each: 10, draw: func(p *prober) request {
		a := p.part()
		body := map[string]any{"a": a}
		by := map[string]any{}
		if p.chance(.4) {
			by["a"] = p.field(a["layer"].(string))
		}
		if p.chance(.3) {
			body["geometry"] = json.RawMessage(p.polygon())
		} else {
			b := p.part()
			if body["b"] = b; p.chance(.4) {
				by["b"] = p.field(b["layer"].(string))
			}
		}
		body["by"] = by
		return p.post("/api/v1/overlay", body)
	}},
	"POST /api/v1/within": {each: 14, draw: func(p *prober) request {
		body := p.region()
		if p.chance(.4) {
			body["result"] = "features"
		}
		if p.chance(.3) {
			body["predicate"] = "within"
		}
		if p.chance(.3) {
			body["datetime"] = p.instant()
		}
		if p.chance(.2) {
			body["buffer"] = 150
		}
		if p.chance(.3) {
			body["predicate"] = pick(p.Rand, spatial.Relations())
		}
		if p.chance(.3) {
			body["limit"] = 1 + p.IntN(3)
		}
		return p.post("/api/v1/within", body)
	}},
	"POST /api/v1/stats": {each: 18, draw: func(p *prober) request {
		body := p.region()
		layer := p.layer()
		body["layers"] = []string{layer}
		if p.chance(.6) {
			delete(body, "geometry")
		}
		if _, ok := body["filter"]; ok {
			body["filter"] = p.filter(layer)
		}
		keys := []string{"grid", "community", "district", "h3:8", "h3:10", "field:kind", "field:" + p.field(layer), "time:" + p.field(layer) + ":day"}
		body["by"] = pick(p.Rand, append(keys, "none"))
		if p.chance(.3) {
			body["by"] = []string{pick(p.Rand, keys), pick(p.Rand, keys)}
		}
		if l := model.Lookup(layer); l != nil && p.chance(.5) {
			for i := range l.Fields {
				f := &l.Fields[i]
				if f.Type == layers.Number || f.Type == layers.Integer {
					body["measures"] = []string{pick(p.Rand, []string{"sum:", "sum:", "avg:", "min:", "max:", "median:", "p90:", "histogram:3:", "histogram:0,10,500:"}) + f.Name}
				}
				if p.chance(.2) {
					body["measures"] = []string{"count", pick(p.Rand, []string{"count:", "distinct:"}) + f.Name}
				}
			}
		}
		return p.post("/api/v1/stats", body)
	}},
	"GET /api/v1/locate": {each: 10, draw: func(p *prober) request {
		at := pick(p.Rand, p.things).at
		return p.get("/api/v1/locate?lon=%.5f&lat=%.5f&accuracy=%d%s", at[0], at[1], pick(p.Rand, []int{0, 30}), pick(p.Rand, []string{"", "&class=1102", "&class=*", "&datetime=" + p.instant()}))
	}},
	"GET /api/v1/search": {each: 14, draw: func(p *prober) request {
		th := p.target()
		text := th.id
		if name, ok := th.values[p.field(th.layer)].(string); ok && p.chance(.7) {
			text = name
		}
		if name, ok := th.values["name"].(string); ok && p.chance(.4) {
			text = name
		}
		v := url.Values{"q": {text}, "limit": {fmt.Sprint(1 + p.IntN(4))}}
		if p.chance(.3) {
			v.Set("layers", p.layer())
		}
		if p.chance(.3) {
			at := p.spot()
			v.Set("near", fmt.Sprintf("%.4f,%.4f", at[0], at[1]))
		}
		return p.get("/api/v1/search?%s", v.Encode())
	}},
	"GET /api/v1/features/{layer}/{id}/related": {each: 12, draw: func(p *prober) request {
		th := p.target()
		if p.chance(.6) {
			th = pick(p.Rand, p.things)
		}
		if p.chance(.2) {
			return p.get("/api/v1/features/grids/%s/related", gridID(p.IntN(16)))
		}
		return p.get("/api/v1/features/%s/%s/related", th.layer, p.q(th.id))
	}},
	"GET /api/v1/buildings/{id}/card": {each: 6, draw: func(p *prober) request { return p.get("/api/v1/buildings/%s/card", p.idOf("buildings")) }},
	"GET /api/v1/events": {each: 6, draw: func(p *prober) request {
		v := url.Values{"limit": {fmt.Sprint(1 + p.IntN(4))}}
		if p.chance(.3) {
			v.Set("bbox", p.box())
		}
		if p.chance(.3) {
			v.Set("state", "filed,closed")
		}
		if p.chance(.3) {
			v.Set("filter", p.filter("events"))
		}
		return p.get("/api/v1/events?%s", v.Encode())
	}},
	"GET /api/v1/board": {each: 6, draw: func(p *prober) request { return p.get("/api/v1/board?%s", p.analysed().Encode()) }},
	"GET /api/v1/evaluation": {each: 6, draw: func(p *prober) request {
		v := p.analysed()
		if p.chance(.4) {
			v.Set("from", "2026-10-01T00:00:00Z")
		}
		return p.get("/api/v1/evaluation?%s", v.Encode())
	}},
	"GET /api/v1/hotspots": {each: 6, draw: func(p *prober) request {
		v := p.analysed()
		v.Set("by", pick(p.Rand, []string{"h3:8", "h3:6", "grid", "district"}))
		v.Set("days", "7")
		if p.chance(.5) { // with a history as long as there are cases
			v.Set("days", fmt.Sprint(1+p.IntN(3)))
			v.Set("alpha", "0.5")
		}
		return p.get("/api/v1/hotspots?%s", v.Encode())
	}},
	"GET /api/v1/replay": {each: 6, draw: func(p *prober) request {
		v := p.analysed()
		v.Del("by")
		if p.chance(.5) {
			v.Set("from", "2026-11-01T00:00:00Z")
		}
		if p.chance(.3) {
			v.Set("bbox", p.box())
		}
		if p.chance(.4) {
			v.Set("limit", fmt.Sprint(1+p.IntN(4)))
		}
		return p.get("/api/v1/replay?%s", v.Encode())
	}},
	"GET /api/v1/drill": {each: 8, draw: func(p *prober) request {
		v := p.analysed()
		v.Del("by")
		if p.chance(.6) {
			v.Set("parent", pick(p.Rand, []string{"", "420502", "420503", "420502001", "42050200101", gridID(p.IntN(16))}))
		}
		if p.chance(.4) {
			v.Set("level", pick(p.Rand, []string{"district", "street", "community", "grid"}))
		}
		return p.get("/api/v1/drill?%s", v.Encode())
	}},
	"GET /api/v1/events/{id}":        {each: 8, draw: func(p *prober) request { return p.get("/api/v1/events/%s", p.idOf("events")) }},
	"GET /api/v1/events/{id}/clocks": {each: 3, draw: func(p *prober) request { return p.get("/api/v1/events/%s/clocks", p.idOf("events")) }},
	"GET /api/v1/events/{id}/proof":  {each: 3, draw: func(p *prober) request { return p.get("/api/v1/events/%s/proof", p.idOf("events")) }},
	"GET /api/v1/events/{id}/duplicates": {each: 6, draw: func(p *prober) request {
		return p.get("/api/v1/events/%s/duplicates", p.idOf("events"))
	}},
	"GET /api/v1/me/tasks": {each: 3, draw: func(p *prober) request {
		if p.chance(.5) {
			at := p.spot()
			return p.get("/api/v1/me/tasks?lon=%.4f&lat=%.4f", at[0], at[1])
		}
		return p.get("/api/v1/me/tasks")
	}},
	"GET /api/v1/me/reports": {each: 1, draw: func(p *prober) request { return p.get("/api/v1/me/reports") }},
	"POST /api/v1/events": {each: 1, draw: func(p *prober) request {
		return p.post("/api/v1/events", map[string]any{"class": "0301"}) // refused, whoever asks: there is no place
	}},
	"POST /api/v1/events/{id}/{step}": {each: 5, draw: func(p *prober) request {
		r := p.post("/api/v1/events/"+p.idOf("events")+"/"+pick(p.Rand, []string{"dispatch", "close", "verify"}), map[string]any{"note": "x"})
		r.header = http.Header{"If-Match": {`"999999"`}} // nobody's version: refused before anything changes
		return r
	}},
	"GET /open311/v2/requests.xml":  {each: 4, draw: func(p *prober) request { return p.get("/open311/v2/requests.xml?%s", p.open311()) }},
	"GET /open311/v2/requests.json": {each: 8, draw: func(p *prober) request { return p.get("/open311/v2/requests.json?%s", p.open311()) }},
	"GET /open311/v2/requests.csv": {each: 3, draw: func(p *prober) request {
		return p.get("/open311/v2/requests.csv?%s", strings.ReplaceAll(p.open311(), "extensions=true", "page=1"))
	}},
	"GET /open311/v2/requests/{id}": {each: 6, draw: func(p *prober) request {
		return p.get("/open311/v2/requests/%s.json?extensions=true", p.idOf("events"))
	}},
	"GET /open311/v2/tokens/{id}":                {each: 2, draw: func(p *prober) request { return p.get("/open311/v2/tokens/%s.json", p.idOf("events")) }},
	"GET /open311/v2/servicerequestupdates.xml":  {each: 2, draw: func(p *prober) request { return p.get("/open311/v2/servicerequestupdates.xml") }},
	"GET /open311/v2/servicerequestupdates.json": {each: 3, draw: func(p *prober) request { return p.get("/open311/v2/servicerequestupdates.json") }},
	"GET /open311/v2/boundaries.xml":             {each: 1, draw: func(p *prober) request { return p.get("/open311/v2/boundaries.xml?level=grid") }},
	"GET /open311/v2/boundaries.json":            {each: 1, draw: func(p *prober) request { return p.get("/open311/v2/boundaries.json") }},
	"GET /api/v1/stream": {each: 5, draw: func(p *prober) request {
		v := url.Values{"snapshot": {"true"}}
		l := p.layer()
		if p.chance(.7) {
			v.Set("layers", l)
		}
		if p.chance(.3) {
			v.Set("bbox", p.box())
		}
		if p.chance(.3) {
			v.Set("filter", p.filter(l))
		}
		r := p.get("/api/v1/stream?%s", v.Encode())
		r.method, r.header = http.MethodGet, nil
		return r
	}},
	"POST /api/v1/reveal": {each: 8, once: true, draw: func(p *prober) request { // they are limited in number
		th := p.target()
		field := p.field(th.layer)
		for range 60 { // a personal field of which the asker gets something, of a feature it may not see
			other := pick(p.Rand, p.things)
			l := model.Lookup(other.layer)
			f := &l.Fields[p.IntN(len(l.Fields))]
			if f.Personal && p.asker.mode(l.ID) == layers.GrantList && !p.asker.hides(l, f) && p.asker.see(other) == forbidden {
				th, field = other, f.Name
				break
			}
		}
		return p.post("/api/v1/reveal", map[string]any{"layer": th.layer, "id": th.id, "field": field, "purpose": "census"})
	}},
	"GET /api/v1/route": {each: 4, draw: func(p *prober) request {
		a, b := p.spot(), p.spot()
		return p.get("/api/v1/route?from=%.5f,%.5f&to=%.5f,%.5f&mode=%s", a[0], a[1], b[0], b[1], p.mode())
	}},
	"GET /api/v1/route/nearest": {each: 8, draw: func(p *prober) request {
		l, at := p.layer(), p.spot()
		v := url.Values{"layer": {l}, "lon": {fmt.Sprintf("%.5f", at[0])}, "lat": {fmt.Sprintf("%.5f", at[1])}, "k": {fmt.Sprint(1 + p.IntN(6))},
			"mode": {p.mode()}, "direction": {pick(p.Rand, []string{"out", "in"})}}
		if p.chance(.2) {
			v.Set("filter", p.filter(l))
		}
		return p.get("/api/v1/route/nearest?%s", v.Encode())
	}},
	"GET /api/v1/isochrone": {each: 2, draw: func(p *prober) request {
		at := p.spot()
		return p.get("/api/v1/isochrone?lon=%.5f&lat=%.5f&minutes=1,3&mode=%s", at[0], at[1], p.mode())
	}},
	"GET /api/v1/events/{id}/candidates": {each: 10, draw: func(p *prober) request {
		return p.get("/api/v1/events/%s/candidates?kind=%s", p.idOf("events"), pick(p.Rand, []string{"worker", "vehicle", "resource"}))
	}},
	"GET /healthz": {each: 1, draw: func(p *prober) request { return p.get("/healthz") }},
	"GET /readyz":  {each: 1, draw: func(p *prober) request { return p.get("/readyz") }},
	"GET /metrics": {each: 1, once: true, draw: func(p *prober) request { return request{method: http.MethodGet, path: "/metrics"} }},
}
