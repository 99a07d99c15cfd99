package event

import (
	"reflect"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/worktime"
)

// FuzzHistory: whatever bytes come, a history is an error or a case; a case reads
// back as itself, and everything that can be asked of it answers.
func FuzzHistory(f *testing.F) {
	for _, s := range []string{
		``, `[]`, `null`, `{`,
		`[{"seq":1,"at":"2026-11-21T05:00:00Z","step":"report","from":"","to":"reported","actor":"g1","role":"gridworker","note":"灯不亮"}]`,
		`[{"seq":1,"at":"2026-11-21T05:00:00Z","step":"report","from":"","to":"handling","role":"system","department":"A","assumed":{"due_at":"2026-11-22T05:00:00Z"},` +
			`"clocks":[{"name":"handle","due":"2026-11-22T05:00:00Z","warn":"2026-11-22T00:00:00Z","limit_ms":86400000}]},` +
			`{"seq":2,"at":"2026-11-21T06:00:00Z","step":"suspend","from":"handling","to":"suspended","role":"supervisor","until":"2026-12-21T05:00:00Z"},` +
			`{"seq":3,"at":"2026-11-21T07:00:00Z","step":"resume","from":"suspended","to":"handling","role":"supervisor"}]`,
		`[{"seq":1,"step":"report","to":"reported","clocks":[{"name":"accept","unit":"moons"}]}]`,
	} {
		f.Add([]byte(s))
	}
	rules := DefaultRules()
	env := Env{Now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), Calendar: worktime.DefaultCalendar(), Rules: &rules}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := DecodeHistory(b)
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.TooLarge {
				t.Fatalf("error of kind %s: %v", k, err)
			}
			return
		}
		c, err := Replay("x", h)
		if err != nil {
			if k := layers.KindOf(err); k != layers.Invalid && k != layers.TooLarge {
				t.Fatalf("error of kind %s: %v", k, err)
			}
			return
		}
		if c.State != h.State() || c.Len() != len(h) {
			t.Fatalf("%d entries to %s make %d to %s", len(h), h.State(), c.Len(), c.State)
		}
		Columns(c)
		if _, err := c.ClocksAt(env.Now, env.Calendar); err != nil {
			t.Fatal(err)
		}
		for _, role := range append(layers.Roles(), layers.System) {
			e := env
			e.Subject = layers.Subject{ID: "x", Role: role, Department: "A"}
			for _, tr := range c.Legal(e) {
				if entry, err := c.Decide(Command{Step: tr.Step, Note: "n"}, e); err == nil {
					if next, err := h.Append(entry); err == nil { // what is decided can be taken
						if _, err := Replay("x", next); err != nil {
							t.Fatalf("%s by %s: %v", tr.Step, role, err)
						}
					}
				}
			}
		}
		c.Automatic(env)
		c.Wake(env)
		again, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeHistory(again)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := Replay("x", back); err != nil || !reflect.DeepEqual(twice, c) {
			t.Fatalf("read back, the case differs: %v", err)
		}
	})
}
