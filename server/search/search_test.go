package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/server/search"
)

func places() *layers.Layer {
	return &layers.Layer{ID: "places", Element: layers.Frame, Geometry: layers.Point, Access: layers.PublicAccess, TitleField: "name", SubtitleField: "code",
		Fields: []layers.Field{{Name: "name", Type: layers.String, Search: true}, {Name: "code", Type: layers.String, Search: true},
			{Name: "owner", Type: layers.String, Search: true, Personal: true}}}
}

func open(t *testing.T) *live.Catalog {
	t.Helper()
	store := memstore.New()
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places()}}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func put(t *testing.T, c *live.Catalog, id string, p orb.Point, values ...string) {
	t.Helper()
	f := &layers.Feature{Key: id, Shape: p}
	for _, v := range values {
		f.Values = append(f.Values, layers.Text(v))
	}
	if _, err := c.Apply(t.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: "places", ID: id, Feature: f}}}); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, x *search.Index, c *live.Catalog, s layers.Subject, q search.Query) string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 20
	}
	hits, err := x.Search(t.Context(), c.View(), &s, q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return strings.Join(out, " ")
}

func TestOrderOfHits(t *testing.T) {
	c := open(t)
	put(t, c, "a", orb.Point{111.1, 30.1}, "人民公园", "PK-001", "张三")
	put(t, c, "b", orb.Point{111.2, 30.2}, "人民公园南门", "PK-002", "李四")
	put(t, c, "c", orb.Point{111.3, 30.3}, "江南人民公园", "PK-003", "")
	put(t, c, "D-4", orb.Point{111.4, 30.4}, "Ｐｅｏｐｌｅ’s  Park", "９１４２", "")
	put(t, c, "e", orb.Point{111.2001, 30.2}, "滨江路", "PK-005", "")
	x := search.New(c)
	anyone, cleared := layers.Subject{Role: layers.Planner}, layers.Subject{Role: layers.Planner, Cleared: true}
	near := &orb.Point{111.2, 30.2}
	for _, tt := range []struct {
		s    layers.Subject
		q    search.Query
		want string
	}{
		{anyone, search.Query{Text: "人民公园"}, "a b c"},
		{anyone, search.Query{Text: "公园"}, "a b c"},
		{anyone, search.Query{Text: "公园", Near: near}, "b a c"},
		{anyone, search.Query{Text: "园 南"}, "b c"},
		{anyone, search.Query{Text: "people's"}, ""},
		{anyone, search.Query{Text: "PEOPLE park"}, "D-4"},
		{anyone, search.Query{Text: "9142"}, "D-4"},
		{anyone, search.Query{Text: "pk-00", Near: near, Limit: 2}, "b e"},
		{anyone, search.Query{Text: "pk-003"}, "c"},
		{anyone, search.Query{Text: "d-4"}, "D-4"},
		{anyone, search.Query{Text: "张三"}, ""},
		{cleared, search.Query{Text: "张三"}, "a"},
		{cleared, search.Query{Text: "三 公园"}, "a"},
		{anyone, search.Query{Text: "  "}, ""},
		{anyone, search.Query{Text: "\x1f"}, ""},
		{anyone, search.Query{Text: "\n"}, ""},
		{anyone, search.Query{Text: "公园", Layers: []string{"other"}}, ""},
	} {
		if got := find(t, x, c, tt.s, tt.q); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.q.Text, got, tt.want)
		}
	}
}

// After any changes a search finds what a plain loop finds.
func TestSearchAgainstLoop(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("WUTU_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("WUTU_SEED=%d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	c := open(t)
	x := search.New(c)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.Run(ctx)
	}()
	runes := []rune("中山路江城花园AB12")
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(runes[rnd.IntN(len(runes))])
		}
		return b.String()
	}
	model := map[string]string{}
	for round := range 30 {
		for range 20 {
			id := fmt.Sprintf("id%d", rnd.IntN(60))
			name := word(1 + rnd.IntN(6))
			model[id] = name
			put(t, c, id, orb.Point{111, 30}, name)
		}
		q := word(1 + rnd.IntN(2))
		var want []string
		for id, name := range model {
			if strings.Contains(strings.ToLower(name), strings.ToLower(q)) {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		for x.Seq() < c.View().Seq() && t.Context().Err() == nil { // the index follows in the background
			runtime.Gosched()
		}
		got := strings.Fields(find(t, x, c, layers.Subject{}, search.Query{Text: q, Limit: 100}))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: %q finds %v, want %v", round, q, got, want)
		}
	}
	stop()
	<-done
}

// When more changes come than are kept, the layer that they are of is written anew; the
// others stay, and lose nothing.
func TestLostChangesConcernTheirLayer(t *testing.T) {
	store := memstore.New()
	register := places()
	register.ID = "register"
	if _, err := store.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places(), register}}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{Backlog: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	put(t, c, "a", orb.Point{111, 30}, "old park")
	x := search.New(c)
	anyone := layers.Subject{Role: layers.Planner}
	if got := find(t, x, c, anyone, search.Query{Text: "park"}); got != "a" {
		t.Fatalf("found %q", got)
	}
	put(t, c, "b", orb.Point{111, 30}, "new park")
	var many []layers.Change
	for i := range 50 {
		id := fmt.Sprint("r", i)
		many = append(many, layers.Change{Op: layers.Put, Layer: "register", ID: id, Feature: &layers.Feature{Key: id, Values: []layers.Value{layers.Text("entry")}}})
	}
	if _, err := c.Apply(t.Context(), layers.Batch{Changes: many}); err != nil {
		t.Fatal(err)
	}
	if !c.Listen(x.Seq()).Missed() {
		t.Fatal("nothing was lost")
	}
	x.FollowForTest(t.Context(), c.View().Seq())
	if built := x.Built(); !slices.Equal(built, []string{"places"}) {
		t.Errorf("the texts of %v are there", built)
	}
	if got := find(t, x, c, anyone, search.Query{Text: "new"}); got != "b" {
		t.Errorf("the change before the many finds %q", got)
	}
	if got := find(t, x, c, anyone, search.Query{Text: "entry", Limit: 100}); len(strings.Fields(got)) != 50 {
		t.Errorf("of the many are found %q", got)
	}
}
