package server_test

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/server/auth"
)

// A subject bound to an area sees nothing outside it, whichever way it asks; one
// bound to layers does not know of others.
func TestRegionAndLayersOfAKey(t *testing.T) {
	c := newCity(t, true)
	key := func(name string, spec auth.Spec) {
		secret, _, err := auth.NewKey(t.Context(), c.store, spec, &layers.Subject{ID: "test"}, now(), rand.NewChaCha8([32]byte{byte(len(c.keys))}))
		if err != nil {
			t.Fatal(err)
		}
		c.keys[name] = secret
	}
	key("local", auth.Spec{Role: layers.Planner, Region: gridID(0)})
	key("narrow", auth.Spec{Role: layers.API, Layers: []string{"buildings"}})

	if got := strings.Join(ids(c.get("local", "/ogc/collections/buildings/items?limit=100", 200)), " "); got != "b00" {
		t.Errorf("items: %s", got)
	}
	c.get("local", "/ogc/collections/buildings/items/b05", 404)
	c.get("local", "/api/v1/buildings/b05/card", 404)
	c.get("local", "/api/v1/features/buildings/b05/related", 404)
	if got := strings.Join(ids(c.get("local", "/api/v1/near?layer=buildings&lon=111.3&lat=30.7&k=16", 200)), " "); got != "b00" {
		t.Errorf("near: %s", got)
	}
	groups := c.post("local", "/api/v1/stats", `{"layers":["buildings"],"by":"grid"}`, 200)["groups"].([]any)
	if len(groups) != 1 || groups[0].(map[string]any)["count"] != 1.0 {
		t.Errorf("groups: %v", groups)
	}
	for _, h := range c.get("local", "/api/v1/search?limit=100&q="+url.QueryEscape("滨江花园"), 200)["hits"].([]any) {
		if id := h.(map[string]any)["id"]; id != "b00" {
			t.Errorf("search finds %v", id)
		}
	}
	if info := c.get("local", "/ogc/collections/buildings", 200); info["extent"] != nil {
		t.Errorf("the extent of the whole layer: %v", info["extent"])
	}
	if tj := c.get("local", "/tiles/buildings.json", 200); tj["bounds"] != nil {
		t.Errorf("the bounds of the whole layer: %v", tj["bounds"])
	}
	if res, _ := c.call("local", "GET", "/tiles/buildings/"+tileOf(t, 5, 16).String()+".mvt", nil); res.StatusCode != 204 {
		t.Errorf("a tile outside the region: %d", res.StatusCode)
	}
	if res, _ := c.call("", "GET", "/tiles/buildings/"+tileOf(t, 5, 16).String()+".mvt", nil); res.StatusCode != 200 {
		t.Errorf("the same tile for others: %d", res.StatusCode)
	}
	events := c.stream("local", "?layers=movers")
	expect(t, events, "hello")
	c.apply(mover("far", at(9, .5, .5), 1), mover("near", at(0, .5, .5), 1))
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "put movers/near true" {
		t.Errorf("stream: %s", got)
	}
	c.apply(mover("near", at(1, .5, .5), 1))
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "delete movers/near false" {
		t.Errorf("leaving the region: %s", got)
	}

	if list := c.get("narrow", "/api/v1/layers", 200)["layers"].([]any); len(list) != 1 {
		t.Errorf("%d layers, want buildings alone", len(list))
	}
	c.get("narrow", "/ogc/collections/roads/items", 404)
	c.get("narrow", "/tiles/buildings,roads/1/1/0.mvt", 404)
	if hits := c.get("narrow", "/api/v1/search?q="+url.QueryEscape("滨江大道"), 200)["hits"].([]any); len(hits) != 0 {
		t.Errorf("search in other layers: %v", hits)
	}
	if out := c.get("narrow", "/api/v1/locate?lon=111.275&lat=30.6741", 200); len(out["areas"].([]any)) != 0 || len(out["addresses"].([]any)) != 0 {
		t.Errorf("locate: %v", out)
	}
}
