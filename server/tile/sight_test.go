package tile

import (
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
)

func random(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// What is remembered of subjects is what would be worked out for each: whoever asked
// before with other rights makes no difference, and neither do definitions that
// have changed since.
func TestSightsAreOnesOwn(t *testing.T) {
	r := random(t)
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: model.Layers()}); err != nil {
		t.Fatal(err)
	}
	city, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	policies := []*access.Policy{access.StandardPolicy()}
	for i := range 4 {
		var lines []layers.Grant
		for k := range 1 + r.IntN(4) {
			g := layers.Grant{ID: "g" + strconv.Itoa(k), Mode: pick(r, layers.GrantList, layers.GrantCounts, layers.GrantHidden), Days: pick(r, 0, 0, 3)}
			if r.IntN(2) == 0 {
				g.Roles = []layers.Role{pick(r, layers.Planner, layers.Dispatcher, layers.Department)}
			}
			if r.IntN(2) == 0 {
				g.Layers = []string{pick(r, "buildings", "persons", "events")}
			}
			g.Cleared, g.Department = r.IntN(3) == 0, r.IntN(4) == 0
			if r.IntN(3) == 0 {
				g.Accounts = []string{pick(r, "a", "b")}
			}
			if r.IntN(3) == 0 {
				g.Purposes = []string{pick(r, "p", "q")}
			}
			if r.IntN(3) == 0 {
				g.Show = []string{"personal"}
			}
			lines = append(lines, g)
		}
		p, err := access.NewPolicy(lines)
		if err != nil {
			t.Fatal(i, err)
		}
		policies = append(policies, p)
	}
	var known sights
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	differ := map[string]bool{}
	for step := range 5000 {
		if step == 2500 { // a layer gets other fields
			l := *model.Lookup("buildings")
			l.Fields = append([]layers.Field{}, l.Fields...)
			l.Fields[0].Personal = true
			if _, err := city.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{&l}}); err != nil {
				t.Fatal(err)
			}
		}
		s := layers.Subject{ID: pick(r, "", "a", "b"), Role: pick(r, layers.Public, layers.Planner, layers.Dispatcher, layers.Department), Region: pick(r, "", "420502", "420503"),
			Department: pick(r, "", "d1", "d2"), Cleared: r.IntN(2) == 0, Purpose: pick(r, "", "p", "q"),
			Layers: pick(r, nil, nil, []string{}, []string{"buildings"}, []string{"buildings", "persons"}), Fields: pick(r, nil, nil, []string{}, []string{"persons.name"}),
			Classes: pick(r, nil, nil, []string{"03*"}, []string{"1102"}), From: pick(r, time.Time{}, now), To: pick(r, time.Time{}, now.Add(time.Hour))}
		if r.IntN(8) > 0 {
			s.Grants = pick(r, policies...).For(&s, now.AddDate(0, 0, r.IntN(2)))
		}
		names := pick(r, "buildings", "persons", "events", "events,buildings", "buildings,events", "buildings,buildings", "nothing", "Bad")
		v := city.View()
		want, wantErr := newSights(v, &s, names)
		got, err := known.of(v, &s, names)
		if layers.KindOf(err) != layers.KindOf(wantErr) || !reflect.DeepEqual(got, want) {
			t.Fatalf("step %d, %s for %+v:\n%+v %v\nwant\n%+v %v", step, names, s, got, err, want, wantErr)
		}
		if got != nil {
			differ[got.Names+got.Scope] = true
		}
	}
	if len(differ) < 20 || len(known.known) > keptSights {
		t.Errorf("%d different sights, %d kept", len(differ), len(known.known))
	}
}

// Spellings of one filter have one text, and filters that mean something else have
// others; what is remembered is what is read.
func TestSpellingsOfFilters(t *testing.T) {
	same := [][]spelling{
		{{false, "floors>5"}, {false, " floors  > 5 "}, {false, "5 < floors"}, {false, "(floors > 5)"}, {false, "NOT NOT floors > 5"},
			{true, `{"op":">","args":[{"property":"floors"},5]}`}, {true, ` {"args":[5,{"property":"floors"}],"op":"<"}`}, {false, "floors > 5 AND floors > 5"}},
		{{false, "a=1 AND b=2 AND c=3"}, {false, "c = 3 AND (b = 2 AND 1 = a)"}, {true, `{"op":"and","args":[{"op":"=","args":[{"property":"b"},2]},{"op":"=","args":[{"property":"c"},3]},{"op":"=","args":[{"property":"a"},1]}]}`}},
		{{false, "a IN ('x','y')"}, {false, "a in ('y', 'x', 'x')"}},
		{{false, "a IN ('x')"}, {false, "a = 'x'"}, {false, "'x' = a"}},
		{{false, "a=1 OR b=2"}, {false, "b=2 OR a=1 OR b=2"}},
		{{false, "a = b"}, {false, "b = a"}},
		{{false, "a=1 AND (b=2 OR c=3)"}, {false, "(c=3 OR b=2) AND a=1"}},
		{{false, "floors < 5"}, {false, "5 > floors"}}, {{false, "floors <= 5"}, {false, "5 >= floors"}}, {{false, "floors >= 5"}}, {{false, "floors <> 5"}, {false, "5 <> floors"}},
		{{false, "a - 1 > 5"}}, {{false, "1 - a > 5"}}, {{false, "a < b"}}, {{false, "b < a"}}, {{false, "a LIKE 'x'"}}, {{false, "NOT a = 1"}}, {{false, "a IN ('x','z')"}},
		{{false, "a=1 AND b=2"}}, {{false, "(a=1 AND b=2) OR c=3"}},
	}
	var f filters
	seen := map[string]int{}
	for i, list := range same {
		for _, s := range list {
			for range 2 {
				got, err := f.read(s)
				if err != nil {
					t.Fatalf("%s: %v", s.text, err)
				}
				if was, ok := seen[got.text]; ok && was != i || !ok && s != list[0] {
					t.Errorf("%s has the text %s, which is of %d, not of %d", s.text, got.text, was, i)
				}
				seen[got.text] = i
			}
		}
	}
	if len(seen) != len(same) {
		t.Errorf("%d texts of %d filters", len(seen), len(same))
	}
	if got, err := f.read(spelling{}); err != nil || got.expr != nil {
		t.Errorf("no filter: %v %v", got, err)
	}
	for range 2 {
		if _, err := f.read(spelling{text: "floors >"}); layers.KindOf(err) != layers.Invalid {
			t.Errorf("half a filter: %v", err)
		}
	}
	for i := range 3 * keptFilters {
		if _, err := f.read(spelling{text: "a = " + strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.known) > keptFilters {
		t.Errorf("%d filters are kept", len(f.known))
	}
}

// The canonical form admits the rows that the filter admits.
func TestCanonicalFiltersMeanTheSame(t *testing.T) {
	r := random(t)
	l := &layers.Layer{ID: "things", Element: layers.Object, Fields: []layers.Field{{Name: "a", Type: layers.Integer}, {Name: "b", Type: layers.Integer}}}
	var expr func(depth int) string
	expr = func(depth int) string {
		n := func() string { return strconv.Itoa(r.IntN(4)) }
		if depth == 0 || r.IntN(4) == 0 {
			f, op := pick(r, "a", "b"), pick(r, "=", "<>", "<", "<=", ">", ">=")
			return pick(r, f+op+n(), n()+op+f, "a"+op+"b", "b"+op+"a", f+" IN ("+n()+","+n()+")", f+" IN ("+n()+")", f+" IS NULL", f+" BETWEEN "+n()+" AND "+n())
		}
		x, y := expr(depth-1), expr(depth-1)
		return pick(r, "("+x+") AND ("+y+")", "("+x+") OR ("+y+")", "NOT ("+x+")", "NOT NOT ("+x+")", "("+x+") AND ("+y+") AND ("+x+")")
	}
	for range 2000 {
		text := expr(3)
		e, err := cql2.Parse(text)
		if err != nil {
			t.Fatal(text, err)
		}
		one, err := cql2.Compile(e, l)
		if err != nil {
			t.Fatal(text, err)
		}
		other, err := cql2.Compile(canonical(e), l)
		if err != nil {
			t.Fatal(text, err)
		}
		if again := cql2.Format(canonical(canonical(e))); again != cql2.Format(canonical(e)) {
			t.Fatalf("%s: %s becomes %s", text, cql2.Format(canonical(e)), again)
		}
		for a := range 5 {
			for b := range 5 {
				row := &layers.Feature{Values: make([]layers.Value, 2)}
				for i, n := range []int{a, b} {
					if n < 4 { // 4: no value
						row.Values[i] = layers.Int(int64(n))
					}
				}
				if one.Match(row) != other.Match(row) {
					t.Fatalf("%s admits a=%d b=%d as %v, %s as %v", text, a, b, one.Match(row), cql2.Format(canonical(e)), other.Match(row))
				}
			}
		}
	}
}
