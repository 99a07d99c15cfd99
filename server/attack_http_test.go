package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"testing"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/server"
	"wutu/server/auth"
	"wutu/tiles"
)

// The same through the handlers: hexagons of tiles, groups, drawn regions and the
// layer list, by two keys of which one is bound to a district.
func TestReconstructionAttackOverHTTP(t *testing.T) {
	r := geotest.Rand(t)
	ac := newAttackCity(t, r)
	defer func() { ac.live.Close() }()
	s, err := server.New(server.Options{City: ac.live, Records: ac.store, Now: now, Code: "420500", Rand: rand.NewChaCha8([32]byte{1}), Heartbeat: 1 << 50})
	if err != nil {
		t.Fatal(err)
	}
	c := &city{t: t, store: ac.store, live: ac.live, http: httptest.NewServer(inspected(t, s)), keys: map[string]string{}}
	t.Cleanup(c.http.Close)
	by := layers.SystemSubject()
	for name, region := range map[string]string{"whole": "", "part": "420502"} {
		secret, _, err := auth.NewKey(t.Context(), ac.store, auth.Spec{Role: layers.Planner, Region: region}, &by, now(), rand.NewChaCha8([32]byte{byte(len(name)), 3}))
		if err != nil {
			t.Fatal(err)
		}
		c.keys[name] = secret
	}
	a := newAttack(ac, true)
	district := inside(a.areas[0].holds)
	told := func(n any) said { // a count of an answer
		a.asked++
		x, ok := n.(float64)
		if !ok {
			return said{hi: attackK - 1}
		}
		if x < attackK {
			t.Errorf("%v is told", x)
		}
		return said{lo: int(x), hi: int(x)}
	}
	for _, layer := range []string{model.Persons, model.Households} {
		var whole link
		for _, l := range c.get("whole", "/api/v1/layers", 200)["layers"].([]any) {
			if l := l.(map[string]any); l["id"] == layer {
				whole = link{said: told(l["count"]), in: anybody.in}
				if l["extent"] != nil || l["updated"] != nil {
					t.Errorf("%s has an extent or a time: %v", layer, l)
				}
			}
		}
		for _, level := range layers.Levels() {
			for _, key := range []string{"whole", "part"} {
				var parts []link
				groups := c.post(key, "/api/v1/stats", map[string]any{"layers": []string{layer}, "by": level.String()}, 200)["groups"].([]any)
				for _, g := range groups {
					g := g.(map[string]any)
					in := inside(func(v *victim) bool { return !v.has })
					for i := range a.areas {
						if a.areas[i].code == g["key"] && a.areas[i].level == level {
							in = a.areas[i].holds
						}
					}
					if key == "part" {
						in = in.and(district)
					}
					parts = append(parts, link{said: told(g["count"]), in: in})
				}
				a.parts("areas of "+key, layer, whole, parts)
			}
		}
		for _, z := range []tiles.Zoom{9, 11, 12, 14} {
			low, high := tileOf(t, 12, z), tileOf(t, 3, z)
			var cells []link
			for x := low.X; x <= high.X; x++ {
				for y := low.Y; y <= high.Y; y++ {
					res, body := c.call("whole", "GET", fmt.Sprintf("/tiles/%s/hex/%d/%d/%d.mvt", layer, z, x, y), nil)
					if res.StatusCode != 200 {
						continue
					}
					for _, f := range decodeTile(t, []byte(body))["hex"].Features {
						cell, err := hexgrid.Parse(fmt.Sprint(f.Get("h3").Any()))
						if err != nil {
							t.Fatal(err)
						}
						var n float64
						if _, err := fmt.Sscan(fmt.Sprint(f.Get("count").Any()), &n); err != nil {
							t.Fatal(err)
						}
						if f.Get("own").Any() != true {
							continue
						}
						cells = append(cells, link{said: told(n), in: func(v *victim) bool { return v.has && hexgrid.At(v.at, cell.Resolution()) == cell }})
					}
				}
			}
			if len(cells) == 0 {
				t.Errorf("%s: no hexagons at zoom %d", layer, z)
			}
			a.parts("hexagons", layer, whole, cells)
		}
		for range 60 {
			p := a.somewhere(layer)
			shape, err := json.Marshal(map[string]any{"type": "Point", "coordinates": p})
			if err != nil {
				t.Fatal(err)
			}
			var all, part []link
			for i := range 6 {
				d := 40 * float64(i*i)
				body := map[string]any{"geometry": json.RawMessage(shape), "buffer": d, "layers": []string{layer}}
				in := disc(p, d)
				all = append(all, link{said: told(c.post("whole", "/api/v1/within", body, 200)["counts"].(map[string]any)[layer]), in: in})
				part = append(part, link{said: told(c.post("part", "/api/v1/within", body, 200)["counts"].(map[string]any)[layer]), in: in.and(district)})
				a.less("keys", layer, all[i].said, part[i].said, all[i].in.without(part[i].in))
			}
			a.nested("circle", layer, append(all, whole))
			a.nested("circle of a part", layer, append(part, whole))
		}
	}
	t.Logf("%d answers, %d differences tried, %d below the threshold, %d groups isolated %v", a.asked, a.tried, a.small, len(a.found), a.how)
	if len(a.found) > 0 || a.small > 0 {
		t.Errorf("%d groups are isolated, %d differences are below the threshold", len(a.found), a.small)
	}
}
