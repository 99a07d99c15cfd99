package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wutu/layers/duty"
)

// theCase walks one case through its life and remembers its version.
type theCase struct {
	*city
	id, version string
	last        map[string]any
}

func (c *city) reported(body string) *theCase {
	c.t.Helper()
	made := c.post("", "/api/v1/events", body, 201)
	return &theCase{city: c, id: made["id"].(string), version: made["version"].(string), last: made}
}

// step takes a step on the version seen last and demands the state it leads to.
func (k *theCase) step(role, step, body, state string) map[string]any {
	k.t.Helper()
	k.last = k.post(role, "/api/v1/events/"+k.id+"/"+step, body, 200, "If-Match", k.version)
	if k.last["state"] != state {
		k.t.Fatalf("%s leads to %v, want %s", step, k.last["state"], state)
	}
	k.version = k.last["version"].(string)
	return k.last
}

func (k *theCase) refused(role, step, body string, status int) map[string]any {
	k.t.Helper()
	return k.post(role, "/api/v1/events/"+k.id+"/"+step, body, status, "If-Match", "*")
}

func (k *theCase) dispatched() *theCase {
	k.t.Helper()
	k.step("", "confirm", `{}`, "accepted")
	k.step("", "file", `{}`, "filed")
	k.step("", "dispatch", `{"department":"dep-light"}`, "dispatched")
	return k
}

func (k *theCase) pass(d time.Duration) { k.clock.Add(int64(d)) }

func (k *theCase) read() map[string]any {
	k.t.Helper()
	k.last = k.get("", "/api/v1/events/"+k.id, 200)
	k.version = k.last["version"].(string)
	return k.last
}

func (k *theCase) sweep() {
	k.t.Helper()
	if _, err := k.program.Events().Sweep(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
}

// A report is answered with what is proposed, each with its reason.
func TestReportProposes(t *testing.T) {
	c := newCity(t, true)
	p := c.post("", "/api/v1/events", lampReport, 201)["proposals"].(map[string]any)
	for _, name := range []string{"grid", "department", "deadline"} {
		x, ok := p[name].(map[string]any)
		if !ok || x["reason"].(map[string]any)["zh"] == "" || x["reason"].(map[string]any)["en"] == "" {
			t.Errorf("%s: %v", name, p[name])
		}
	}
	// Monday 10:00 in China and one working day.
	if d := p["deadline"].(map[string]any); d["due"] != "2026-11-17T10:00:00+08:00" || len(d["explain"].([]any)) == 0 {
		t.Errorf("deadline: %v", d)
	}
	d := p["duplicates"].([]any)[0].(map[string]any)
	if d["distance_m"].(float64) > 50 || len(d["reasons"].([]any)) < 3 || d["score"].(float64) <= 0 {
		t.Errorf("duplicate: %v", d)
	}
}

// A merged report lives on in its master: the master knows it, and who reported it
// is told how the master goes on.
func TestMergeKeepsReportersInformed(t *testing.T) {
	c := newCity(t, true)
	master := c.reported(lampReport)
	twin := c.post("public", "/api/v1/events", strings.Replace(lampReport, "gridworker", "app", 1), 201)
	id := twin["id"].(string)
	c.post("", "/api/v1/events/"+id+"/merge", `{"master":"`+master.id+`"}`, 200, "If-Match", "*")
	got := master.read()
	if len(got["reports"].([]any)) != 2 || fmt.Sprint(got["links"].(map[string]any)["merged"]) != "["+id+"]" {
		t.Fatalf("the master has %v, links %v", got["reports"], got["links"])
	}
	if p := got["feature"].(map[string]any)["properties"].(map[string]any); p["reports"] != float64(2) {
		t.Errorf("the feature counts %v reports", p["reports"])
	}
	master.dispatched()
	mine := c.get("public", "/api/v1/me/reports", 200)["reports"].([]any)
	if len(mine) != 1 {
		t.Fatalf("own reports: %v", mine)
	}
	if r := mine[0].(map[string]any); r["id"] != id || r["case"] != master.id || r["state"] != "dispatched" {
		t.Errorf("told %v", r)
	}
	if others := c.get("planner", "/api/v1/me/reports", 200)["reports"].([]any); len(others) != 0 {
		t.Errorf("somebody else is told %v", others)
	}
	other := c.reported(lampReport)
	other.refused("", "merge", `{"master":"`+other.id+`"}`, 400)
}

// A department returns with evidence only, in time only, and after the second
// return the supervisor decides for good.
func TestReturnNeedsEvidence(t *testing.T) {
	c := newCity(t, true)
	k := c.reported(lampReport).dispatched()
	if p := k.refused("department", "return", `{"note":"不是我们的"}`, 400); p["pointer"] != "/reason" {
		t.Errorf("without a reason: %v", p)
	}
	if p := k.refused("department", "return", `{"note":"不是我们的","reason":"duty"}`, 400); p["pointer"] != "/evidence" {
		t.Errorf("without evidence: %v", p)
	}
	with := `{"note":"灯杆属街道","reason":"ownership","evidence":{"kind":"object","ref":"components/lamp-b00"}}`
	k.step("department", "return", with, "filed")
	if k.last["returns"] != float64(1) {
		t.Errorf("returns: %v", k.last["returns"])
	}
	// The lamp belongs to the department that says it does not.
	if v := c.get("", "/api/v1/events/"+k.id+"/proof", 200)["verdict"].(map[string]any); v["finding"] != "refuted" || len(v["reasons"].([]any)) == 0 {
		t.Errorf("the evidence: %v", v)
	}
	k.step("", "dispatch", `{"department":"dep-light"}`, "dispatched")
	k.step("department", "return", with, "filed")
	if p := k.refused("", "dispatch", `{"department":"dep-light"}`, 422); p["type"] != "/problems/illegal-step" {
		t.Errorf("dispatched after two returns: %v", p)
	}
	k.step("supervisor", "adjudicate", `{"department":"dep-light","note":"权属已核"}`, "dispatched")
	if p := k.refused("department", "return", with, 422); p["type"] != "/problems/illegal-step" {
		t.Errorf("returned after the decision: %v", p)
	}
	// What was decided for good decides the next case like it.
	again := c.reported(lampReport).dispatched()
	for range 2 {
		again.step("department", "return", with, "filed")
		if again.last["returns"] == float64(2) {
			break
		}
		again.step("", "dispatch", `{"department":"dep-light"}`, "dispatched")
	}
	c.clock.Add(int64(time.Minute))
	again.step("supervisor", "adjudicate", `{"department":"dep-street","note":"该网格路灯由街道负责"}`, "dispatched")
	if p := again.last["feature"].(map[string]any)["properties"].(map[string]any); p["department"] != "dep-street" || p["department_name"] != "滨江街道办事处" {
		t.Errorf("leads now: %v, %v", p["department"], p["department_name"])
	}
	c.clock.Add(int64(3 * time.Second))
	next := c.post("", "/api/v1/events", lampReport, 201)["place"].(map[string]any)
	if next["department"].(map[string]any)["id"] != "dep-street" || !strings.Contains(next["reason"].(map[string]any)["zh"].(string), "审定") {
		t.Errorf("after the decision: %v, %v", next["department"], next["reason"])
	}
	late := c.reported(lampReport).dispatched()
	late.pass(5 * time.Hour)
	late.refused("department", "return", with, 422)
}

// What nobody does is done by itself: signing, urging, archiving; and the due time
// of the department stays the one of the dispatch.
func TestWhatIsDueHappens(t *testing.T) {
	c := newCity(t, true)
	k := c.reported(lampReport).dispatched()
	due := k.last["feature"].(map[string]any)["properties"].(map[string]any)["due_at"]
	k.sweep()
	if k.read()["state"] != "dispatched" {
		t.Fatalf("swept too early: %v", k.last["state"])
	}
	k.pass(5 * time.Hour) // two working hours later: signed
	k.sweep()
	if k.read(); k.last["state"] != "handling" || k.last["feature"].(map[string]any)["properties"].(map[string]any)["due_at"] != due {
		t.Fatalf("after the time to sign: %v, due %v, was %v", k.last["state"], k.last["feature"], due)
	}
	k.pass(24 * time.Hour) // past the due time: urged, level by level
	k.sweep()
	if k.read(); k.last["supervision"] != float64(2) {
		t.Errorf("overdue: supervised on level %v", k.last["supervision"])
	}
	k.sweep()
	history := len(k.read()["history"].([]any))
	k.sweep()
	if n := len(k.read()["history"].([]any)); n != history {
		t.Errorf("sweeping again adds %d entries", n-history)
	}
	k.step("", "feedback", `{"result":"已修"}`, "fed_back")
	k.pass(10 * time.Minute)
	k.sweep()
	if k.read()["state"] != "checking" {
		t.Errorf("fed back and not sent to be checked: %v", k.last["state"])
	}
	k.step("", "close", `{"note":"已亮"}`, "closed")
	k.pass(16 * 24 * time.Hour)
	k.sweep()
	if k.read()["state"] != "archived" {
		t.Errorf("not archived: %v", k.last["state"])
	}
}

// Clocks explain themselves, proofs are signed and work out the same again.
func TestClocksAndProof(t *testing.T) {
	c := newCity(t, true)
	k := c.reported(lampReport).dispatched()
	clocks := c.get("", "/api/v1/events/"+k.id+"/clocks", 200)["clocks"].([]any)
	found := false
	for _, x := range clocks {
		clock := x.(map[string]any)
		if clock["name"] != "handle" {
			continue
		}
		found = true
		for _, i := range clock["explain"].([]any) {
			if text := i.(map[string]any)["text"].(map[string]any); text["zh"] == "" || text["en"] == "" {
				t.Errorf("interval %v", i)
			}
		}
		if len(clock["explain"].([]any)) == 0 || clock["state"] != "running" || clock["limit_s"].(float64) <= 0 {
			t.Errorf("clock %v", clock)
		}
	}
	if !found {
		t.Errorf("no handling clock among %v", clocks)
	}
	proof := c.get("", "/api/v1/events/"+k.id+"/proof", 200)
	if again := proof["recomputed"].(map[string]any); again["same"] != true || again["hash"] != proof["hash"] {
		t.Errorf("worked out again: %v, was %v", again, proof["hash"])
	}
}

// Extension and suspension are applied for by the department and decided by the
// supervisor; a case goes up and down between the tiers.
func TestApplicationsAndTiers(t *testing.T) {
	c := newCity(t, true)
	k := c.reported(lampReport)
	k.step("", "delegate", `{"note":"由街道办理","tier":"street"}`, "reported")
	k.step("", "escalate", `{"note":"需区级协调"}`, "reported")
	if k.last["tier"] != "district" || len(k.last["chain"].([]any)) != 3 {
		t.Errorf("tier %v, chain %v", k.last["tier"], k.last["chain"])
	}
	k.dispatched()
	k.step("department", "sign", `{}`, "handling")
	k.step("department", "extend", `{"note":"配件未到","until":"2026-11-17T08:00:00Z"}`, "handling")
	if k.last["pending"].(map[string]any)["step"] != "extend" {
		t.Errorf("pending %v", k.last["pending"])
	}
	if tasks := c.get("supervisor", "/api/v1/me/tasks", 200)["tasks"].([]any); len(tasks) != 1 {
		t.Errorf("the supervisor's tasks: %v", tasks)
	}
	k.step("supervisor", "extend", `{}`, "handling")
	if p := k.last["feature"].(map[string]any)["properties"].(map[string]any); p["due_at"] != "2026-11-17T08:00:00Z" || p["extensions"] != float64(1) {
		t.Errorf("extended: %v", p)
	}
	k.step("department", "suspend", `{"note":"等待拆迁","until":"2026-12-16T08:00:00Z"}`, "handling")
	k.step("supervisor", "deny", `{"note":"理由不足"}`, "handling")
	if k.last["pending"] != nil {
		t.Errorf("still pending: %v", k.last["pending"])
	}
}

// What is learned from past cases counts for the proofs to come, and leaves those
// made before as they are.
func TestLearningLeavesProofsAlone(t *testing.T) {
	c := newCity(t, true)
	k := c.reported(lampReport)
	before := c.get("", "/api/v1/events/"+k.id+"/proof", 200)
	if err := c.program.Events().Learn(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	for r, err := range c.store.Records(t.Context(), "duty-odds", "") {
		if _, bad := duty.ParseOdds(r.Data); err != nil || bad != nil {
			t.Errorf("%v, %v", err, bad)
		}
		n++
	}
	after := c.get("", "/api/v1/events/"+k.id+"/proof", 200)
	if n != 1 || after["hash"] != before["hash"] || after["recomputed"].(map[string]any)["same"] != true {
		t.Errorf("%d records; %v, then %v", n, before["recomputed"], after["recomputed"])
	}
}

// What a step is judged by is the case's own class, whoever says otherwise; filed
// with another class, the case has its name, its department and its proof.
func TestClassIsCorrectedWhenFiled(t *testing.T) {
	c := newCity(t, true)
	k := c.reported(lampReport)
	k.step("", "confirm", `{}`, "accepted")
	k.step("", "file", `{"class":"0501"}`, "filed")
	p := k.last["feature"].(map[string]any)["properties"].(map[string]any)
	if p["class"] != "0501" || p["class_name"] != "占道经营" || p["department"] != k.last["place"].(map[string]any)["department"].(map[string]any)["id"] {
		t.Errorf("filed as %v %v for %v, proof for %v", p["class"], p["class_name"], p["department"], k.last["place"])
	}
	k.step("", "dispatch", `{"department":"dep-light"}`, "dispatched")
	k.step("", "sign", `{}`, "handling")
	if p := k.refused("", "feedback", `{"result":"x","class":"1102"}`, 400); p["pointer"] != "/class" {
		t.Errorf("fed back as another class: %v", p)
	}
}

// Who reported is told to those who may see the reporter, and to the reporter.
func TestHistoryDoesNotTellReporters(t *testing.T) {
	c := newCity(t, true)
	body := strings.Replace(lampReport, "gridworker", "app", 1)
	id := c.post("public", "/api/v1/events", body, 201)["id"].(string)
	_, own := c.call("public", "GET", "/api/v1/me/reports", nil)
	if !strings.Contains(own, id) {
		t.Errorf("the reporter is not told: %s", own)
	}
	for _, role := range []string{"", "planner", "department", "supervisor"} {
		if _, text := c.call(role, "GET", "/api/v1/events/"+id, nil); strings.Contains(text, "demo-public") {
			t.Errorf("%q is told who reported: %s", role, text)
		}
	}
	if p := c.post("public", "/api/v1/events", strings.Replace(lampReport, "gridworker", "leader", 1), 400); p["pointer"] != "/channel" {
		t.Errorf("the public reports by order: %v", p)
	}
}
