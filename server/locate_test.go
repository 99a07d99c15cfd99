package server_test

import (
	"math"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/server/ground"
)

// For a class, and for every class, locate names the department that the proof of
// place names, and the probabilities add up.
func TestLocateByClass(t *testing.T) {
	c := newCity(t, true)
	const place = "/api/v1/locate?lon=111.28&lat=30.6751&accuracy=15"
	if out := c.get("", place, 200); out["classes"] != nil {
		t.Error("classes without being asked")
	}
	every := c.get("", place+"&class=*", 200)["classes"].([]any)
	if len(every) != len(duty.Classes()) {
		t.Fatalf("%d classes, want %d", len(every), len(duty.Classes()))
	}
	g := ground.New(t.Context(), c.live.View(), layers.SystemSubject())
	for i, k := range duty.Classes() {
		x := every[i].(map[string]any)
		want := duty.Prove(g, &k, duty.Sighting{Point: [2]float64{111.28, 30.6751}, AccuracyM: 15})
		if x["class"] != k.Code || x["department"] != want.Chosen.Department || x["rung"] != want.Chosen.Rung.String() || x["probability"] != want.Chosen.Probability {
			t.Errorf("%s: %v, the proof says %+v", k.Code, x, want.Chosen)
		}
		sum := x["probability"].(float64)
		for _, a := range x["alternatives"].([]any) {
			sum += a.(map[string]any)["probability"].(float64)
		}
		if x["department"] != "" && math.Abs(sum-1) > 0.01 {
			t.Errorf("%s: probabilities add up to %v", k.Code, sum)
		}
	}
	one := c.get("", place+"&class=1102", 200)["classes"].([]any)
	if len(one) != 1 || one[0].(map[string]any)["class"] != "1102" {
		t.Errorf("one class: %v", one)
	}
	if out := c.get("", place+"&class=nonsense", 400); !strings.Contains(out["detail"].(string), "nonsense") {
		t.Errorf("an unknown class: %v", out)
	}
}

// An edition that is imported while the server runs counts for the next question.
func TestLocateUsesTheCurrentEdition(t *testing.T) {
	c := newCity(t, true)
	list, err := duty.Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Edition != "jiyuan" {
			continue
		}
		data, err := d.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		record := layers.Record{Bucket: ground.DictionaryBucket, Key: d.Edition, Data: data}
		if _, err := c.store.Apply(t.Context(), layers.Batch{At: now(), Records: []layers.Record{record}}); err != nil {
			t.Fatal(err)
		}
		if got := c.get("", "/api/v1/locate?lon=111.275&lat=30.6741&class=*", 200)["classes"].([]any); len(got) != len(d.Classes) {
			t.Errorf("%d classes, want the %d of the edition", len(got), len(d.Classes))
		}
	}
}
