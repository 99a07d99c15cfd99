package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server/alarm"
	"wutu/server/events"
)

// stations puts gauges and other devices into the city.
func (c *city) stations() {
	c.t.Helper()
	b := layers.Batch{Actor: "test", At: now()}
	for i := range 4 {
		b.Changes = append(b.Changes, feature("devices", fmt.Sprintf("wl-%d", i), at(i, .5, .5), map[string]any{"name": fmt.Sprintf("水位站%d", i), "kind": "water_level",
			"state": "online", "value": 40.0, "unit": "m", "updated": now().Add(-time.Hour), "grid": gridID(i)}))
	}
	b.Changes = append(b.Changes, feature("devices", "mh-1", nil, map[string]any{"name": "智能井盖1", "kind": "manhole", "mounted_on": "components/lamp-b05"}),
		feature("devices", "lost-1", nil, map[string]any{"name": "无位置", "kind": "manhole"}))
	if _, err := c.live.Apply(c.t.Context(), b); err != nil {
		c.t.Fatal(err)
	}
}

type obs struct {
	Device   string  `json:"device"`
	At       string  `json:"at"`
	Value    float64 `json:"value"`
	Property string  `json:"property,omitempty"`
}

func reading(device string, minute float64, value float64) obs {
	return obs{Device: device, At: now().Add(time.Duration(minute * float64(time.Minute))).Format(time.RFC3339Nano), Value: value}
}

func (c *city) observe(list ...obs) map[string]any {
	c.t.Helper()
	return c.post("api", "/api/v1/observations", list, 200)
}

// sensorCases are the cases that came from devices.
func (c *city) sensorCases() []map[string]any {
	c.t.Helper()
	var out []map[string]any
	for _, f := range c.get("", "/api/v1/events?filter=channel='sensor'&limit=1000", 200)["features"].([]any) {
		out = append(out, f.(map[string]any))
	}
	return out
}

// sameDegrees compares a position with a point, as exact as documents are.
func sameDegrees(g []any, p orb.Point) bool {
	return math.Abs(g[0].(float64)-p[0]) < 1e-7 && math.Abs(g[1].(float64)-p[1]) < 1e-7
}

// The wish of the city: a water level over its limit makes exactly one case, at
// the device and with the rule named, and none again until it fell below the reset
// level.
func TestOneAlarmOneCase(t *testing.T) {
	c := newCity(t, true)
	c.stations()
	c.clock.Add(int64(10 * time.Hour))
	if got := c.observe(reading("wl-0", 1, 41), reading("wl-0", 2, 44.4)); got["taken"] != 2.0 || len(got["alarms"].([]any)) != 0 {
		t.Errorf("below the limit: %v", got)
	}
	listener := c.live.Listen(0)
	got := c.observe(reading("wl-0", 3, 44.6))
	// Whoever listens has been told by now: nothing waits for a timer.
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for told := false; !told; {
		deltas, err := listener.Next(soon)
		if err != nil {
			t.Fatalf("the change of the device is not heard: %v", err)
		}
		for _, d := range deltas {
			told = told || d.Layer == model.Devices && d.ID == "wl-0"
		}
	}
	first := got["alarms"].([]any)[0].(map[string]any)
	if first["rule"] != "water_level" || first["device"] != "wl-0" || first["event"] == "" {
		t.Fatalf("alarm: %v", got)
	}
	for minute, value := range map[float64]float64{4: 45, 5: 44.1, 6: 44.7, 7: 44.0, 8: 60} { // never below 44
		c.observe(reading("wl-0", minute, value))
	}
	cases := c.sensorCases()
	if len(cases) != 1 {
		t.Fatalf("%d cases", len(cases))
	}
	p := cases[0]["properties"].(map[string]any)
	want := at(0, .5, .5)
	if g := cases[0]["geometry"].(map[string]any)["coordinates"].([]any); !sameDegrees(g, want) {
		t.Errorf("the case lies at %v, the device at %v", g, want)
	}
	if p["object"] != "devices/wl-0" || p["class"] != "0404" || p["level"] != "urgent" || !strings.Contains(p["description"].(string), "水位超警戒") || !strings.Contains(p["description"].(string), "44.6 m") {
		t.Errorf("the case says %v", p)
	}
	device := c.get("", "/ogc/collections/devices/items/wl-0", 200)["properties"].(map[string]any)
	if device["state"] != "alarm" || device["value"] != 60.0 {
		t.Errorf("the device shows %v", device)
	}
	over := c.observe(reading("wl-0", 9, 43.9))["alarms"].([]any)[0].(map[string]any)
	if over["over"] != true || over["event"] != first["event"] {
		t.Errorf("over: %v", over)
	}
	if s := c.get("", "/ogc/collections/devices/items/wl-0", 200)["properties"].(map[string]any)["state"]; s != "online" {
		t.Errorf("the device is %v", s)
	}
	if h := fmt.Sprint(c.get("", "/api/v1/events/"+first["event"].(string), 200)["history"]); !strings.Contains(h, "读数已恢复") {
		t.Errorf("the case was not told: %s", h)
	}
	c.observe(reading("wl-0", 10, 44.5)) // the limit itself
	if n := len(c.sensorCases()); n != 2 {
		t.Errorf("%d cases after the second alarm", n)
	}
	// A cover without a place of its own is where it is mounted; one without any
	// place makes no case and harms nobody.
	c.observe(reading("mh-1", 1, 30), reading("lost-1", 1, 30))
	cases = c.sensorCases()
	if len(cases) != 3 {
		t.Fatalf("%d cases", len(cases))
	}
	i := slices.IndexFunc(cases, func(f map[string]any) bool { return f["properties"].(map[string]any)["object"] == "devices/mh-1" })
	want = at(5, .5, .4)
	if g := cases[i]["geometry"].(map[string]any)["coordinates"].([]any); !sameDegrees(g, want) {
		t.Errorf("the cover's case lies at %v, want %v", g, want)
	}
}

// An alarm that begins and ends within one request is a case like any other, and
// so is the next one in the same request.
func TestAlarmsOfOneObservationRequest(t *testing.T) {
	c := newCity(t, true)
	c.stations()
	c.clock.Add(int64(time.Hour))
	told := func(got map[string]any) (out []string) {
		for _, x := range got["alarms"].([]any) {
			a := x.(map[string]any)
			out = append(out, fmt.Sprint(a["device"], " ", a["over"] == true))
		}
		return out
	}
	got := c.observe(reading("wl-0", 2, 43.9), reading("wl-0", 1, 44.6)) // in any order
	if want := []string{"wl-0 false", "wl-0 true"}; got["taken"] != 2.0 || got["late"] != 0.0 || !slices.Equal(told(got), want) {
		t.Fatalf("one short alarm: %v", got)
	}
	cases := c.sensorCases()
	if len(cases) != 1 {
		t.Fatalf("%d cases, want one", len(cases))
	}
	id := got["alarms"].([]any)[0].(map[string]any)["event"]
	if id == nil || id != got["alarms"].([]any)[1].(map[string]any)["event"] {
		t.Errorf("the alarm and its end name different cases: %v", got)
	}
	if h := fmt.Sprint(c.get("", "/api/v1/events/"+id.(string), 200)["history"]); !strings.Contains(h, "读数已恢复") {
		t.Errorf("the case was not told: %s", h)
	}
	if d := c.get("", "/ogc/collections/devices/items/wl-0", 200)["properties"].(map[string]any); d["state"] != "online" || d["value"] != 43.9 {
		t.Errorf("the device shows %v", d)
	}
	// The same again changes nothing, and the readings after a raise are all taken.
	if got := c.observe(reading("wl-0", 1, 44.6), reading("wl-0", 2, 43.9)); got["late"] != 2.0 || len(told(got)) != 0 {
		t.Errorf("sent again: %v", got)
	}
	got = c.observe(reading("wl-1", 1, 45), reading("wl-2", 1, 40), reading("wl-1", 2, 43), reading("wl-1", 3, 45), reading("wl-1", 3, 43),
		reading("wl-1", 4, 43), reading("wl-1", 5, 42), reading("wl-2", 2, 44.5))
	if want := []string{"wl-1 false", "wl-2 false", "wl-1 true", "wl-1 false", "wl-1 true"}; got["taken"] != 7.0 || got["late"] != 1.0 || !slices.Equal(told(got), want) {
		t.Errorf("several alarms: %v, told %v", got, told(got))
	}
	if n := len(c.sensorCases()); n != 4 {
		t.Errorf("%d cases, want four", n)
	}
}

func TestObservationsAreChecked(t *testing.T) {
	c := newCity(t, true)
	c.stations()
	future := reading("wl-0", 6, 1)
	got := c.observe(reading("wl-0", 0, 41), reading("nothing", 0, 1), future, obs{Device: "wl-1", At: "2026-11-16T02:00:00Z", Value: 3}, reading("wl-0", 0, 99))
	if got["taken"] != 2.0 || got["late"] != 1.0 {
		t.Errorf("taken: %v", got)
	}
	rejected := got["rejected"].([]any)
	if len(rejected) != 2 || rejected[0].(map[string]any)["index"] != 1.0 || rejected[0].(map[string]any)["field"] != "device" || rejected[1].(map[string]any)["field"] != "at" {
		t.Errorf("rejected: %v", rejected)
	}
	for body, status := range map[string]int{`{"device":"wl-0","at":"2026-11-16T02:00:01Z","value":1}`: 200, `[]`: 200, `{`: 400, `[{"device":1}]`: 400, `[{"unit":"m"}]`: 400,
		`[{"device":"wl-0","at":"yesterday","value":1}]`: 400, "[" + strings.Repeat(`{"device":"a"},`, 2000) + `{"device":"a"}]`: 413} {
		c.post("api", "/api/v1/observations", body, status)
	}
	for _, role := range []string{"", "public", "planner", "gridworker", "department", "sysadmin"} {
		c.post(role, "/api/v1/observations", `[]`, 403)
	}
}

func TestRulesAreData(t *testing.T) {
	c := newCity(t, true)
	c.stations()
	put := func(role, body string, status int) map[string]any {
		t.Helper()
		res, text := c.call(role, http.MethodPut, "/api/v1/alarm-rules", body)
		return c.decode(res, text, "alarm-rules", status)
	}
	if n := len(c.get("", "/api/v1/alarm-rules", 200)["rules"].([]any)); n < 4 {
		t.Errorf("%d rules to begin with", n)
	}
	dry := `{"rules":[{"id":"dry","title":{"zh":"水位过低","en":"Low water"},"kind":"water_level","side":"below","raise":10,"clear":12,"class":"0106"}]}`
	put("planner", dry, 403)
	put("supervisor", `{"rules":[{"id":"dry"}]}`, 400)
	if p := put("supervisor", strings.Replace(dry, `"clear":12`, `"clear":8`, 1), 400); p["pointer"] != "/rules/0/clear" {
		t.Errorf("names %v", p["pointer"])
	}
	put("supervisor", dry, 200)
	c.clock.Add(int64(time.Hour))
	c.observe(reading("wl-0", 1, 60)) // the old rule is gone
	c.observe(reading("wl-0", 2, 10))
	c.observe(reading("wl-0", 3, 12))
	c.observe(reading("wl-0", 4, 9))
	if n := len(c.sensorCases()); n != 1 {
		t.Fatalf("%d cases, want one", n)
	}
	put("supervisor", `{"rules":[]}`, 200)
	c.observe(reading("wl-0", 5, 13), reading("wl-0", 6, 9))
	if n := len(c.sensorCases()); n != 1 {
		t.Errorf("%d cases without rules", n)
	}
	c.get("public", "/api/v1/alarm-rules", 404)
}

// failing reports like the real thing, and sometimes dies before or after.
type failing struct {
	r     *rand.Rand
	made  map[string]string // key → id
	calls int
}

var errDied = errors.New("the program died")

func (f *failing) Report(_ context.Context, _ *layers.Subject, r *events.Report, key string) (string, error) {
	f.calls++
	if f.r.IntN(4) == 0 {
		return "", errDied
	}
	id, ok := f.made[key]
	if !ok {
		id = fmt.Sprintf("case-%d %s %s", len(f.made), r.Object, r.SourceRef)
		f.made[key] = id
	}
	if f.r.IntN(4) == 0 {
		return "", errDied // the case is there, and nobody knows
	}
	return id, nil
}

func (f *failing) Supplement(context.Context, *layers.Subject, string, string, []string, string) error {
	return nil
}

// dying is a city whose store fails now and then, before it has taken a batch.
type dying struct {
	*live.Catalog
	r *rand.Rand
}

func (d *dying) Apply(ctx context.Context, b layers.Batch) (uint64, error) {
	if d.r.IntN(6) == 0 {
		return 0, errDied
	}
	return d.Catalog.Apply(ctx, b)
}

// However often the program dies and whoever sends readings again, each crossing
// of the limit makes one case: random walks of several gauges, some steps of them
// in one request, against counting them.
func TestAlarmsSurviveDeath(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	ctx := t.Context()
	for range 15 {
		store := memstore.NewWithClock(now)
		b := layers.Batch{Layers: model.Layers(), At: now()}
		for i := range 3 {
			b.Changes = append(b.Changes, feature("devices", fmt.Sprint("d", i), at(i, .5, .5), map[string]any{"name": "w", "kind": "water_level"}))
		}
		if _, err := store.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
		catalog, err := live.Open(ctx, store, live.Options{})
		if err != nil {
			t.Fatal(err)
		}
		cases := &failing{r: r, made: map[string]string{}}
		city := &dying{catalog, r}
		fresh := func() *alarm.Office {
			return alarm.New(alarm.Options{City: city, Records: store, Cases: cases, Now: now})
		}
		office := fresh()
		subject := layers.SystemSubject()
		raised, want := [3]bool{}, 0
		var sent []alarm.Reading
		value := [3]float64{44, 44, 44}
		step := 0
		for range 60 {
			var batch []alarm.Reading
			for range 1 + r.IntN(6) {
				i := r.IntN(3)
				value[i] = min(max(value[i]+r.Float64()*2.4-1.2, 43.5), 45)
				switch {
				case !raised[i] && value[i] >= 44.5:
					raised[i] = true
					want++
				case raised[i] && value[i] < 44:
					raised[i] = false
				}
				step++
				batch = append(batch, alarm.Reading{Device: fmt.Sprint("d", i), At: now().Add(time.Duration(step) * time.Second), Value: value[i]})
			}
			sent = append(sent, batch...)
			for range r.IntN(3) { // with old ones among them
				batch = append(batch, sent[r.IntN(len(sent))])
			}
			for { // until it is acknowledged
				_, err := office.Take(ctx, &subject, batch)
				if r.IntN(5) == 0 {
					office = fresh()
					for office.Recover(ctx) != nil {
						continue
					}
				}
				if err == nil {
					break
				}
				if !errors.Is(err, errDied) {
					t.Fatal(err)
				}
			}
		}
		for office.Recover(ctx) != nil {
			continue
		}
		if len(cases.made) != want {
			t.Fatalf("%d cases, want %d: %v", len(cases.made), want, cases.made)
		}
		if err := catalog.Close(); err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(cases.made); err != nil || want > 0 && len(b) < 3 {
			t.Fatal(err)
		}
	}
}
