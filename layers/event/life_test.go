package event

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("WUTU_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 2))
}

// contractSteps are the names the contract gives to addresses, and the report.
const contractSteps = "report verify confirm refuse merge file dispatch sign return adjudicate extend suspend resume feedback check close rework reopen archive supervise withdraw " +
	"supplement deny escalate delegate assign handover"

func TestNamesAreThoseOfTheContract(t *testing.T) {
	var names string
	for i, s := range Steps() {
		if i > 0 {
			names += " "
		}
		names += s.String()
		if back, err := ParseStep(s.String()); err != nil || back != s {
			t.Errorf("%s reads back as %s, %v", s, back, err)
		}
		if s.Title().ZH == "" || s.Title().EN == "" {
			t.Errorf("%s has no title", s)
		}
	}
	if names != contractSteps {
		t.Errorf("steps are %s", names)
	}
	codes := model.EventStates()
	if len(codes) != len(States()) || len(codes) != 14 {
		t.Fatalf("%d states, the layer's schema has %d, the domain 14", len(States()), len(codes))
	}
	for i, s := range States() {
		if s.String() != codes[i].Value || s.Title().ZH == "" || s.Title().EN == "" {
			t.Errorf("state %d is %s %v, in the layer's schema %v", i, s, s.Title(), codes[i])
		}
		if back, err := ParseState(s.String()); err != nil || back != s {
			t.Errorf("%s reads back as %s, %v", s, back, err)
		}
	}
	for _, bad := range []string{"", "Reported", "invalid(3)", "open"} {
		if _, err := ParseState(bad); layers.KindOf(err) != layers.Invalid {
			t.Errorf("state %q: %v", bad, err)
		}
		if _, err := ParseStep(bad); layers.KindOf(err) != layers.Invalid {
			t.Errorf("step %q: %v", bad, err)
		}
	}
}

// exits is the life cycle as the domain's table draws it, written down once more
// and independently: from each state the states that one step can lead to.
var exits = map[State][]State{
	Unreported: {Reported},
	Reported:   {Reported, Verifying, Accepted, Rejected, Merged, Withdrawn, Filed},
	Verifying:  {Verifying, Accepted, Rejected, Merged, Withdrawn},
	Accepted:   {Accepted, Filed, Rejected, Merged, Withdrawn},
	Filed:      {Filed, Dispatched, Withdrawn},
	Dispatched: {Dispatched, Filed, Handling, Withdrawn},
	Handling:   {Handling, Filed, FedBack, Withdrawn, Suspended},
	FedBack:    {FedBack, Checking, Withdrawn},
	Checking:   {Checking, Handling, Closed, Withdrawn},
	Closed:     {Handling, Archived},
	Archived:   {},
	Rejected:   {},
	Merged:     {},
	Withdrawn:  {},
	Suspended:  {Suspended, Handling, Withdrawn},
}

func TestExitsOfEachState(t *testing.T) {
	for s, want := range exits {
		got := map[State]bool{}
		for _, tr := range Transitions() {
			if slices.Contains(tr.From, s) {
				got[tr.Next(s)] = true
			}
		}
		for _, w := range want {
			if !got[w] {
				t.Errorf("%s cannot become %s", place(s), w)
			}
			delete(got, w)
		}
		for extra := range got {
			t.Errorf("%s can become %s", place(s), extra)
		}
		if s.Open() != slices.Contains(want, Withdrawn) {
			t.Errorf("%s: open %v, but it can be withdrawn: %v", place(s), s.Open(), slices.Contains(want, Withdrawn))
		}
	}
}

func TestHistoryJSON(t *testing.T) {
	e := Entry{Seq: 1, At: time.Date(2026, 11, 21, 5, 0, 0, 0, time.UTC), Step: Report, To: Reported, Actor: "g1", Role: "gridworker", Note: "灯不亮"}
	b, err := json.Marshal(History{e})
	want := `[{"seq":1,"at":"2026-11-21T05:00:00Z","step":"report","from":"","to":"reported","actor":"g1","role":"gridworker","note":"灯不亮"}]`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
	for _, bad := range []string{"{", `[{"seq":2,"step":"report","to":"reported"}]`, `[{"seq":1,"step":"report","from":"filed","to":"reported"}]`,
		`[{"seq":1,"step":"jump","to":"reported"}]`, `[{"seq":1,"step":"report","to":"nowhere"}]`} {
		if _, err := DecodeHistory([]byte(bad)); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	full := make(History, MaxHistory)
	if _, err := full.Append(e); layers.KindOf(err) != layers.TooLarge {
		t.Errorf("a full history: %v", err)
	}
	h, err := History(nil).Append(e)
	if err != nil {
		t.Fatal(err)
	}
	h = append(make(History, 0, 8), h...) // with room behind, which both would write to
	one, err1 := h.Append(Entry{Step: Verify})
	two, err2 := h.Append(Entry{Step: Refuse})
	if err1 != nil || err2 != nil || one[1].Step != Verify || two[1].Step != Refuse {
		t.Error("two continuations of one history share memory")
	}
}

func TestCaseNo(t *testing.T) {
	at := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC).In(worktime.China())
	no, err := CaseNo(at, "420502", 7)
	if err != nil || no != "2026112242050200007" {
		t.Fatalf("%s, %v", no, err)
	}
	day, district, serial, err := ParseCaseNo(no)
	if err != nil || day.Format(time.DateOnly) != "2026-11-22" || district != "420502" || serial != 7 {
		t.Errorf("%v %s %d, %v", day, district, serial, err)
	}
	for _, c := range []struct {
		district string
		serial   int
	}{{"42050", 1}, {"42050x", 1}, {"420502", 0}, {"420502", MaxSerial + 1}} {
		if _, err := CaseNo(at, c.district, c.serial); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%v: %v", c, err)
		}
	}
	for _, bad := range []string{"", "2026112242050200000", "2026132242050200007", "202611224205020007", "202611224205020000x"} {
		if _, _, _, err := ParseCaseNo(bad); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
