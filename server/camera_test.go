package server_test

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// An event that names nothing but a camera lies where the camera looks, with an
// accuracy that holds all that it sees, and has its grid and department.
func TestCameraAloneIsLocated(t *testing.T) {
	c := newCity(t, true)
	for id, azimuth := range map[string]float64{"cam-1": 0, "cam-2": 180} {
		got := c.post("api", "/api/v1/events", map[string]any{"camera": id, "class": "0501", "description": "视频智能识别"}, 201)
		f := got["feature"].(map[string]any)
		g := f["geometry"].(map[string]any)["coordinates"].([]any)
		p := f["properties"].(map[string]any)
		at := orb.Point{g[0].(float64), g[1].(float64)}
		camera := orb.Point{west + .005, south + .003}
		// 60° and 300 m: the circle around the sector has 300 / (2 cos 30°) metres.
		want := 300 / (2 * math.Cos(math.Pi/6))
		if d := measure.Distance(camera, at); math.Abs(d-want) > .1 || math.Abs(at[0]-camera[0]) > 1e-6 || (at[1] > camera[1]) != (azimuth == 0) {
			t.Errorf("%s: %.1f m from the camera, at %v", id, d, at)
		}
		if p["channel"] != "video" || math.Abs(p["accuracy"].(float64)-want) > .1 || p["grid"] == nil {
			t.Errorf("%s: %v", id, p)
		}
	}
	for body, pointer := range map[string]string{`{"camera":"nothing","class":"0501"}`: "/camera", `{"camera":"cam-1","lon":111.2,"class":"0501"}`: "/camera"} {
		if got := c.post("api", "/api/v1/events", strings.Clone(body), 400); got["pointer"] != pointer {
			t.Errorf("%s: %v", body, got)
		}
	}
}
