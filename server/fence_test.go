package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"wutu/layers"
	"wutu/server/fence"
)

// Watches are data of those who see both layers whole, set up by supervisors and
// theme owners; what is told is listed and streamed in order, from any number on.
func TestWatchesOfFences(t *testing.T) {
	c := newCity(t, true)
	put := func(role, id, body string, status int) map[string]any {
		t.Helper()
		res, text := c.call(role, http.MethodPut, "/api/v1/fences/"+id, body)
		return c.decode(res, text, "fences", status)
	}
	const watch = `{"title":"清运","fences":{"layer":"grids"},"objects":{"layer":"movers","filter":"kind = 'sanitation'"},"kinds":["enter","leave","dwell"],"dwell_s":600,"hysteresis_m":20}`
	put("planner", "trucks", watch, 403)
	if w := put("supervisor", "trucks", watch, 200); w["id"] != "trucks" || w["dwell_s"] != 600.0 {
		t.Errorf("%v", w)
	}
	for body, pointer := range map[string]string{
		strings.Replace(watch, "grids", "nothing", 1):                       "",
		strings.Replace(watch, `"dwell_s":600`, `"dwell_s":0`, 1):           "/dwell_s",
		strings.Replace(watch, `"leave"`, `"left"`, 1):                      "/kinds/1",
		strings.Replace(watch, `"hysteresis_m":20`, `"hysteresis_m":-1`, 1): "/hysteresis_m",
		strings.Replace(watch, "kind = ", "kind == ", 1):                    "/objects/filter",
		strings.Replace(watch, `"title"`, `"id":"other","title"`, 1):        "/id",
	} {
		status := 400
		if pointer == "" {
			status = 404
		}
		if p := put("supervisor", "trucks", body, status); pointer != "" && p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	put("supervisor", "People", watch, 400)
	if n := len(c.get("supervisor", "/api/v1/fences", 200)["watches"].([]any)); n != 1 {
		t.Errorf("%d watches", n)
	}
	if n := len(c.get("public", "/api/v1/fences", 200)["watches"].([]any)); n != 0 {
		t.Errorf("the public knows of %d watches", n)
	}
	c.get("public", "/api/v1/fences/trucks", 404)
	c.get("supervisor", "/api/v1/fences/trucks", 200)
	c.get("supervisor", "/api/v1/fences/none", 404)

	var list []fence.Told
	for i, kind := range []string{"enter", "dwell", "leave"} {
		list = append(list, fence.Told{Number: uint64(i + 1), Watch: "trucks", Object: "m1", Fence: gridID(0), Kind: kind, Visit: 1, At: now()})
	}
	var records []layers.Record
	for key, part := range map[string][]fence.Told{"trucks/0000000000000001": list[:2], "trucks/0000000000000003": list[2:]} {
		data, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, layers.Record{Bucket: "fence-told", Key: key, Data: data})
	}
	records = append(records, layers.Record{Bucket: "fence-mark", Key: "trucks", Data: []byte(`{"told":3,"seq":1}`)})
	if _, err := c.live.Apply(t.Context(), layers.Batch{Records: records}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"": "enter dwell leave", "?since=1": "dwell leave", "?kind=dwell": "dwell", "?limit=2": "enter dwell", "?object=m2": "", "?since=9": ""} {
		var kinds []string
		a := c.get("supervisor", "/api/v1/fences/trucks/transitions"+path, 200)
		for _, x := range a["transitions"].([]any) {
			kinds = append(kinds, x.(map[string]any)["kind"].(string))
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	c.get("public", "/api/v1/fences/trucks/transitions", 404)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.http.URL+"/api/v1/fences/trucks/stream?since=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.keys["supervisor"])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var ids []string
	for lines := bufio.NewScanner(res.Body); len(ids) < 2 && lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			ids = append(ids, id)
		}
	}
	if got := strings.Join(ids, " "); got != "2 3" {
		t.Errorf("streamed: %s", got)
	}
	cancel()

	if res, text := c.call("supervisor", http.MethodDelete, "/api/v1/fences/trucks", nil); res.StatusCode != 204 {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	c.get("supervisor", "/api/v1/fences/trucks", 404)
	if mark, err := layers.RecordOf(t.Context(), c.store, "fence-mark", "trucks"); err != nil || string(mark) != `{"told":3,"seq":0}` {
		t.Errorf("numbers of a later watch begin behind %s, %v", mark, err)
	}
	for r, err := range c.store.Records(t.Context(), "fence-told", "") {
		t.Errorf("left behind: %v %v", r.Key, err)
	}
}
