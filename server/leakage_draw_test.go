package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// item is the address of a thing of either world.
func (p *prober) item() string {
	th := p.target()
	return fmt.Sprintf("/ogc/collections/%s/items/%s", th.layer, p.q(th.id))
}

// edit is a request to change something that is refused before anything changes:
// the state it names is nobody's, if it names one.
func (p *prober) edit(method, path, body string) request {
	q := request{method: method, path: path, body: body, header: http.Header{}}
	if p.chance(.8) {
		q.header.Set("If-Match", `"none"`)
	}
	return q
}

// analysed are parameters of the analysis of cases.
func (p *prober) analysed() url.Values {
	v := url.Values{}
	if p.chance(.6) {
		v.Set("by", pick(p.Rand, []string{"department", "district", "street", "community", "grid", "class", "tier"}))
	}
	if p.chance(.4) {
		v.Set("filter", p.filter("events"))
	}
	return v
}

// part is a layer of a question about several.
func (p *prober) part() map[string]any {
	l := p.layer()
	out := map[string]any{"layer": l}
	if p.chance(.3) {
		out["filter"] = p.filter(l)
	}
	if p.chance(.2) {
		out["within"] = json.RawMessage(p.polygon())
	}
	return out
}

// linked says when features of two layers belong together.
func (p *prober) linked(body map[string]any) {
	if p.chance(.5) {
		body["distance"] = 50 + p.IntN(1200)
	} else {
		body["predicate"] = pick(p.Rand, []string{"intersects", "within", "contains", "touches", "overlaps", "equals"})
	}
}

func (p *prober) mode() string { return pick(p.Rand, []string{"drive", "walk"}) }

func (p *prober) tileQuery() string {
	if p.chance(.8) {
		return ""
	}
	return "?filter=" + p.q(p.filter(pick(p.Rand, population).layer))
}
