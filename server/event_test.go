package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"wutu/layers"
	"wutu/layers/duty"
)

const lampReport = `{"lon":111.275,"lat":30.6741,"accuracy":8,"class":"1102","description":"路灯不亮","channel":"gridworker"}`

// A broken lamp from the report to the archive, through every answer's version.
func TestLifeOfAnEvent(t *testing.T) {
	c := newCity(t, true)
	made := c.post("", "/api/v1/events", lampReport, 201, "Idempotency-Key", "k1")
	id := made["id"].(string)
	if id != "2026111642050200001" || made["state"] != "reported" {
		t.Fatalf("made %v", made)
	}
	place := made["place"].(map[string]any)
	if place["grid"].(map[string]any)["code"] != gridID(0) || place["department"].(map[string]any)["id"] != "dep-light" ||
		place["rung"] != float64(duty.ByJurisdiction) || place["district"].(map[string]any)["code"] != "420502" ||
		place["reason"].(map[string]any)["zh"] == "" {
		t.Errorf("place: %v", place)
	}
	duplicates := made["proposals"].(map[string]any)["duplicates"].([]any)
	if len(duplicates) != 1 || duplicates[0].(map[string]any)["id"] != "2026111542050200001" {
		t.Errorf("duplicates: %v", duplicates)
	}
	if again := c.post("", "/api/v1/events", lampReport, 201, "Idempotency-Key", "k1"); again["id"] != id {
		t.Errorf("the repeated report made %v", again["id"])
	}
	c.post("", "/api/v1/events", strings.Replace(lampReport, "8", "9", 1), 409, "Idempotency-Key", "k1")

	version := made["version"].(string)
	steps := []struct{ role, step, body, state string }{
		{"", "confirm", `{}`, "accepted"},
		{"", "file", `{"note":"立案"}`, "filed"},
		{"", "dispatch", `{"department":"dep-light"}`, "dispatched"},
		{"department", "sign", `{}`, "handling"},
		{"", "feedback", `{"result":"已更换灯泡"}`, "fed_back"}, // by telephone
		{"", "check", `{}`, "checking"},
		{"", "close", `{"note":"电话回访，已亮灯"}`, "closed"},
		{"supervisor", "archive", `{}`, "archived"},
	}
	for _, s := range steps {
		out := c.post(s.role, "/api/v1/events/"+id+"/"+s.step, s.body, 200, "If-Match", `"`+version+`"`)
		if out["state"] != s.state || out["version"] == version {
			t.Fatalf("%s: state %v version %v", s.step, out["state"], out["version"])
		}
		version = out["version"].(string)
	}
	end := c.get("", "/api/v1/events/"+id, 200)
	history := end["history"].([]any)
	if len(history) != len(steps)+1 {
		t.Errorf("%d entries of history, want %d", len(history), len(steps)+1)
	}
	for i, h := range history {
		if h.(map[string]any)["seq"] != float64(i+1) {
			t.Errorf("entry %d is numbered %v", i, h.(map[string]any)["seq"])
		}
	}
	properties := end["feature"].(map[string]any)["properties"].(map[string]any)
	if properties["due_at"] == nil || properties["closed_at"] == nil || properties["department_name"] != "路灯管理所" {
		t.Errorf("properties: %v", properties)
	}
	for _, k := range end["clocks"].([]any) {
		if clock := k.(map[string]any); clock["name"] == "handle" && clock["state"] != "met" {
			t.Errorf("clock: %v", clock)
		}
	}
	list := c.get("", "/api/v1/events?state=archived", 200)["features"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["id"] != id {
		t.Errorf("archived events: %v", list)
	}
}

func TestStepsAreRefused(t *testing.T) {
	c := newCity(t, true)
	id := c.post("", "/api/v1/events", lampReport, 201)["id"].(string)
	path := "/api/v1/events/" + id + "/"
	version := c.get("", "/api/v1/events/"+id, 200)["version"].(string)
	p := c.post("", path+"close", `{}`, 422, "If-Match", version)
	if p["type"] != "/problems/illegal-step" || len(p["legal"].([]any)) == 0 {
		t.Errorf("illegal step: %v", p)
	}
	for _, l := range p["legal"].([]any) {
		l := l.(map[string]any)
		if l["step"] == "" || l["to"] == "" || l["title"].(map[string]any)["zh"] == "" {
			t.Errorf("legal step: %v", l)
		}
	}
	if p := c.post("", path+"confirm", `{}`, 428); p["parameter"] != "If-Match" {
		t.Errorf("missing If-Match: %v", p)
	}
	c.post("", path+"confirm", `{}`, 409, "If-Match", `"1"`)
	c.post("planner", path+"confirm", `{}`, 403, "If-Match", version)
	c.post("public", path+"confirm", `{}`, 404, "If-Match", version)
	c.post("", path+"juggle", `{}`, 400, "If-Match", version)
	c.post("", "/api/v1/events/nothing/confirm", `{}`, 404, "If-Match", version)
	if p := c.post("", path+"refuse", `{}`, 400, "If-Match", version); p["pointer"] != "/note" {
		t.Errorf("missing note: %v", p)
	}
	c.post("", path+"merge", `{"master":"nothing"}`, 400, "If-Match", version)
	c.post("", path+"confirm", `{}`, 200, "If-Match", "*")
	c.post("", path+"file", `{}`, 200, "If-Match", "*")
	if p := c.post("", path+"dispatch", `{"department":"nobody"}`, 400, "If-Match", "*"); p["pointer"] != "/department" {
		t.Errorf("unknown department: %v", p)
	}
	c.post("", path+"dispatch", `{"department":"dep-street"}`, 200, "If-Match", "*")
	c.post("department", path+"sign", `{}`, 403, "If-Match", "*") // the case of another department
}

func TestReportsAreRefused(t *testing.T) {
	c := newCity(t, true)
	for body, pointer := range map[string]string{
		`{"lat":30,"class":"1102"}`:                                 "/lon",
		`{"lon":111,"class":"1102"}`:                                "/lat",
		`{"lon":111,"lat":95,"class":"1102"}`:                       "/lat",
		`{"lon":181,"lat":30,"class":"1102"}`:                       "/lon",
		`{"lon":111,"lat":30,"class":"9999"}`:                       "/class",
		`{"lon":111,"lat":30,"class":"1102","accuracy":-1}`:         "/accuracy",
		`{"lon":111,"lat":30,"class":"1102","coord":"mars"}`:        "/coord",
		`{"lon":111,"lat":30,"class":"1102","channel":"telepathy"}`: "/channel",
		`{"lon":"east","lat":30,"class":"1102"}`:                    "/lon",
		`{"lon":111,"lat":30,"class":"1102","colour":"red"}`:        "/colour",
		`{"lon":111,`: "/",
		`{"lon":111,"lat":30,"class":"1102","description":"` + strings.Repeat("长", 4001) + `"}`: "/description",
	} {
		if p := c.post("", "/api/v1/events", body, 400); p["pointer"] != pointer {
			t.Errorf("%.80s: pointer %v, want %s: %v", body, p["pointer"], pointer, p)
		}
	}
	c.post("sysadmin", "/api/v1/events", lampReport, 403)
	if out := c.post("public", "/api/v1/events", strings.Replace(lampReport, "gridworker", "app", 1), 201); out["state"] != "reported" {
		t.Errorf("the public's report: %v", out)
	}
}

// Reports that come at once get numbers of their own; the same one twice makes
// one event; two steps on one version: one wins.
func TestConcurrentReportsAndSteps(t *testing.T) {
	c := newCity(t, true)
	const n = 16
	ids := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			res, text := c.call("", "POST", "/api/v1/events", lampReport, "Idempotency-Key", fmt.Sprintf("key-%d", i/2))
			var out struct{ ID string }
			if err := json.Unmarshal([]byte(text), &out); err != nil || res.StatusCode != 201 {
				t.Errorf("%d: %s", res.StatusCode, text)
			}
			ids[i] = out.ID
		})
	}
	wg.Wait()
	different := map[string]bool{}
	for i, id := range ids {
		different[id] = true
		if id != ids[i^1] {
			t.Errorf("the same key made %s and %s", id, ids[i^1])
		}
	}
	if len(different) != n/2 {
		t.Errorf("%d events, want %d", len(different), n/2)
	}
	version := c.get("", "/api/v1/events/"+ids[0], 200)["version"].(string)
	won := make(chan int, n)
	for range n {
		wg.Go(func() {
			res, _ := c.call("", "POST", "/api/v1/events/"+ids[0]+"/confirm", `{}`, "If-Match", version)
			won <- res.StatusCode
		})
	}
	wg.Wait()
	close(won)
	counts := map[int]int{}
	for s := range won {
		counts[s]++
	}
	if counts[200] != 1 || counts[409] != n-1 {
		t.Errorf("answers: %v, want one 200 and %d 409", counts, n-1)
	}
}

// What a step stores: history, audit and idempotency move with the feature.
func TestStepStoresOneBatch(t *testing.T) {
	c := newCity(t, true)
	id := c.post("", "/api/v1/events", lampReport, 201)["id"].(string)
	for _, bucket := range []string{"event-history", "event-place"} {
		n := 0
		for r, err := range c.store.Records(t.Context(), bucket, id) {
			if err != nil {
				t.Fatal(err)
			}
			n += len(r.Data)
		}
		if n == 0 {
			t.Errorf("bucket %s has nothing about the event", bucket)
		}
	}
	subject := layers.SystemSubject()
	f, err := c.live.View().Get(t.Context(), &subject, "events", id)
	if err != nil || f.Version == 0 {
		t.Errorf("feature %v: %v", f, err)
	}
}

// A report may name what its subject can see, and nothing else: the reason of
// the answer tells the object's name.
func TestReportAboutAnObject(t *testing.T) {
	c := newCity(t, true)
	about := func(object string) string {
		return strings.Replace(lampReport, `"accuracy":8`, `"object":"`+object+`"`, 1)
	}
	place := c.post("", "/api/v1/events", about("components/lamp-b00"), 201)["place"].(map[string]any)
	if place["rung"] != float64(duty.ByObject) || !strings.Contains(place["reason"].(map[string]any)["zh"].(string), "路灯") {
		t.Errorf("place: %v", place)
	}
	for role, object := range map[string]string{"": "persons/p-15-000", "public": "enterprises/firm-1", "planner": "components/none", "supervisor": "nonsense"} {
		if p := c.post(role, "/api/v1/events", strings.Replace(about(object), "gridworker", "app", 1), 400); p["pointer"] != "/object" {
			t.Errorf("%s about %s: %v", role, object, p)
		}
	}
}
