package server_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// TestPastOverHTTP: a building moves, another is torn down and the border of a grid
// is drawn anew; every question knows how it was before.
func TestPastOverHTTP(t *testing.T) {
	c := newCity(t, true)
	v := c.live.View()
	system := layers.SystemSubject()
	moved, err := v.Get(t.Context(), &system, "buildings", "b00")
	if err != nil {
		t.Fatal(err)
	}
	at := moved.Shape.Bound().Center()
	grid, ok := v.AreaAt(layers.Grid, at)
	if !ok {
		t.Fatal("b00 is in no grid")
	}
	drawn, err := v.Get(t.Context(), &system, grid.Layer, grid.Code)
	if err != nil {
		t.Fatal(err)
	}
	change := now().Add(time.Hour)
	far := orb.Point{at[0] + .5, at[1] + .5}
	box := orb.Bound{Min: far, Max: orb.Point{far[0] + .001, far[1] + .001}}
	moved.Shape, moved.ValidFrom = box.ToPolygon(), change
	drawn.Shape, drawn.ValidFrom = orb.MultiPolygon{box.Pad(.01).ToPolygon()}, change
	since := v.Seq()
	put := func(layer string, f *layers.Feature) layers.Change {
		return layers.Change{Op: layers.Put, Layer: layer, ID: f.Key, Feature: f}
	}
	if _, err := c.live.Apply(t.Context(), layers.Batch{At: change, Changes: []layers.Change{put("buildings", &moved), put(grid.Layer, &drawn),
		{Op: layers.Delete, Layer: "buildings", ID: "b01"}}}); err != nil {
		t.Fatal(err)
	}
	was, is := url.QueryEscape(now().Format(time.RFC3339)), url.QueryEscape(change.Format(time.RFC3339))
	here := fmt.Sprintf("%f,%f,%f,%f", at[0]-1e-4, at[1]-1e-4, at[0]+1e-4, at[1]+1e-4)

	items := func(datetime string) []string {
		return members(c.get("", "/ogc/collections/buildings/items?f=json&limit=1000&bbox="+here+"&datetime="+datetime, 200)["features"], "id")
	}
	if a, b := items(was), items(is); !slices.Contains(a, "b00") || slices.Contains(b, "b00") {
		t.Errorf("items were %v, are %v", a, b)
	}
	c.get("", "/ogc/collections/buildings/items/b01?f=json&datetime="+was, 200)
	c.get("", "/ogc/collections/buildings/items/b01?f=json&datetime="+is, 404)
	c.get("", "/ogc/collections/buildings/items/b01?f=json", 404)
	near := func(datetime string) string {
		list := members(c.get("", fmt.Sprintf("/api/v1/near?layer=buildings&k=1&lon=%f&lat=%f&datetime=%s", at[0], at[1], datetime), 200)["features"], "id")
		return strings.Join(list, " ")
	}
	if a, b := near(was), near(is); a != "b00" || b == "b00" {
		t.Errorf("the nearest was %s, is %s", a, b)
	}
	place := fmt.Sprintf(`{"type":"Point","coordinates":[%f,%f]}`, at[0], at[1])
	within := func(datetime string) any {
		text, _ := url.QueryUnescape(datetime) //nolint:errcheck // escaped above
		return c.post("", "/api/v1/within", `{"layers":["buildings"],"geometry":`+place+`,"datetime":"`+text+`"}`, 200)["counts"].(map[string]any)["buildings"]
	}
	if a, b := within(was), within(is); a != 1.0 || b != 0.0 {
		t.Errorf("%v buildings were here, %v are", a, b)
	}
	areas := func(datetime string) bool {
		got := c.get("", fmt.Sprintf("/api/v1/locate?lon=%f&lat=%f&datetime=%s", at[0], at[1], datetime), 200)
		return slices.Contains(members(got["areas"], "code"), grid.Code)
	}
	if !areas(was) || areas(is) {
		t.Errorf("grid %s: was around the place %v, is %v", grid.Code, areas(was), areas(is))
	}
	group := func(datetime string) []string {
		text, _ := url.QueryUnescape(datetime) //nolint:errcheck // escaped above
		return members(c.post("", "/api/v1/stats", `{"layers":["buildings"],"by":"grid","geometry":`+place+`,"datetime":"`+text+`"}`, 200)["groups"], "key")
	}
	if got := group(was); !slices.Equal(got, []string{grid.Code}) {
		t.Errorf("the building was in %v, expected %s", got, grid.Code)
	}
	for _, path := range []string{"/api/v1/near?layer=buildings&lon=1&lat=1&datetime=2020-01-01/..", "/api/v1/locate?lon=1&lat=1&datetime=yesterday"} {
		if p := c.get("", path, 400); p["parameter"] != "datetime" {
			t.Errorf("%s: %v", path, p)
		}
	}

	feed := c.get("", fmt.Sprintf("/api/v1/changes?since=%d&layers=buildings&geometry=true", since), 200)
	list := feed["changes"].([]any)
	if got := members(list, "op"); !slices.Equal(got, []string{"put", "delete"}) || !slices.Equal(members(list, "id"), []string{"b00", "b01"}) {
		t.Errorf("the feed tells %v", list)
	}
	if got := c.get("", fmt.Sprintf("/api/v1/changes?since=%.0f&layers=buildings", feed["next"]), 200); len(got["changes"].([]any)) != 0 || got["next"] != feed["next"] {
		t.Errorf("behind the end: %v", got)
	}
}
