package worktime

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// The file that comes with the program is the calendar that deadlines were always
// counted with, whose golden cases are in TestDue.
func TestBuiltinIsTheDefault(t *testing.T) {
	got, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultCalendar()
	if !maps.Equal(got.Off, want.Off) || !maps.Equal(got.On, want.On) || !slices.Equal(got.Office, want.Office) || got.Zone.String() != want.Zone.String() {
		t.Errorf("the file differs: %v", got)
	}
	end, _, err := got.Due(local(t, "2024-09-27 17:00"), Deadline{4, WorkingHours})
	if err != nil || !end.Equal(local(t, "2024-09-29 12:00")) {
		t.Errorf("golden case: %v, %v", end, err)
	}
}

func TestCalendarRoundTrip(t *testing.T) {
	c, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseCalendar(b)
	if err != nil || !maps.Equal(again.Off, c.Off) || !maps.Equal(again.On, c.On) || !slices.Equal(again.Office, c.Office) || again.Name != c.Name {
		t.Errorf("%v, %s", err, b)
	}
}

const plain = `{"name":"x","title":{"zh":"日历","en":""},"source":"s","zone":"+05:30","office":[{"from":"09:00","to":"24:00"}],"off":[{"from":"2026-01-01","to":"2026-01-03"}],"on":[]}`

func TestCalendarRefusals(t *testing.T) {
	c, err := ParseCalendar([]byte(plain))
	if err != nil || c.Title.EN != "日历" || len(c.Off) != 3 {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, offset := (time.Time{}).In(c.Zone).Zone(); offset != 19800 {
		t.Errorf("offset %d", offset)
	}
	for old, bad := range map[string]string{
		`"x"`: `"x y"`, `"s"`: `""`, `+05:30`: `Mars`, `24:00`: `25:00`, `"09:00"`: `"24:00"`, `2026-01-03`: `2029-01-03`, `"2026-01-01"`: `"2026-02-30"`,
		`"on":[]`: `"on":[{"from":"2026-01-02"}]`, `"on"`: `"one"`, `[{"from":"09:00","to":"24:00"}]`: `[]`,
	} {
		s := strings.Replace(plain, old, bad, 1)
		if _, err := ParseCalendar([]byte(s)); err == nil {
			t.Errorf("accepted: %s", s)
		}
	}
	if _, err := ParseCalendar([]byte(plain + "{}")); err == nil {
		t.Error("two values are accepted")
	}
}

func FuzzParseCalendar(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte(`{"zone":"+99:99"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCalendar(b)
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		d, err := ParseCalendar(again)
		if err != nil || !maps.Equal(c.Off, d.Off) || !maps.Equal(c.On, d.On) || !slices.Equal(c.Office, d.Office) {
			t.Fatalf("%s → %s: %v", b, again, err)
		}
		if _, _, err := c.Due(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Deadline{3, WorkingHours}); err != nil {
			t.Logf("no due: %v", err)
		}
	})
}
