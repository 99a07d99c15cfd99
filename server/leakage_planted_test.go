package server_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// planted are leaks as somebody might make them: a change of one file that the
// tests of this folder must find. They are laid over the source for the compiler
// only; the tree is not touched.
var planted = []struct{ name, file, old, leak string }{
	{"near ignores the scope", "layers/live/near.go",
		"seg, dead := s.part.seg, s.part.dead", "seg, dead := s.part.seg, s.part.dead; s.plan.scope, s.screen, least = nil, nil, around.Least"},
	{"tiles of one scope are given to another", "server/drawer.go",
		"Scope: r.Sights.Scope}", "Scope: \"\"}"},
	{"a tile's version counts every change of the layer", "server/drawer.go",
		"return r.View.VersionOf(&s.Decision, s.Scope, s.Layer.ID, nil)", "return r.View.LayerSeq(s.Layer.ID)"},
	{"a collection's extent is that of the whole layer", "server/ogc/collection.go",
		"stats.HasExtent && decision.Whole()", "stats.HasExtent && (true || decision.Whole())"},
	{"numberMatched counts what is not listed", "server/ogc/items.go",
		"n, err := v.Count(ctx, q.query)\n", "all := q.query\n\t\tall.Subject = layers.SystemSubject()\n\t\tn, err := v.Count(ctx, all)\n"},
	{"a cursor holds the id of a hidden feature", "server/ogc/items.go",
		"last = param.EncodeCursor(q.query.Sort, q.layer, row)\n", `last = param.EncodeCursor(q.query.Sort, q.layer, row)
			if next := (layers.Query{Subject: layers.SystemSubject(), Layer: q.layer.ID, Limit: 1, After: &layers.Cursor{ID: row.ID()}}); q.query.Sort == nil {
				for hidden := range v.Select(ctx, next) {
					if hidden != nil {
						last = param.EncodeCursor(nil, q.layer, hidden)
					}
				}
			}
`},
	{"search answers as the program itself", "server/search/search.go",
		"q := layers.Query{Subject: *s.subject, Layer: l.ID, IDs: slices.Compact(ids)}", "q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID, IDs: slices.Compact(ids)}\n\t\t_ = s.subject"},
	{"search keeps places for what is hidden", "server/search/search.go",
		"if admits == nil || admits(id) {", "if admits == nil || id != \"\" {"},
	{"a stream tells of every change", "server/stream/interest.go",
		"n.inBoxes(f.Shape) && admits(f)", "n.inBoxes(f.Shape) && admits != nil"},
	{"a stream's sequence counts every change", "server/stream/serve.go",
		"last = max(last, v.Version(&n.follows[i].access, n.follows[i].layer.ID))", "last = max(last, v.LayerSeq(n.follows[i].layer.ID))"},
	{"a group of none is told from a small one", "layers/access/access.go",
		"if n < d.Below {", "if n < 0 {"},
	{"what is counted is counted from the rows", "layers/live/plan.go",
		"if p.decision.Mode == access.Counts {", "if p.decision.Mode == access.Counts && p.query.IDs != nil {"},
	{"locate looks as the program itself", "server/api/locate.go",
		"q := layers.Query{Subject: f.subject, Layer: layer, Filter: filter}", "q := layers.Query{Subject: layers.SystemSubject(), Layer: layer, Filter: filter}"},
	{"related looks as the program itself", "server/api/related.go",
		"q.Subject = r.subject\n", "q.Subject = layers.SystemSubject()\n"},
	{"a proof of place is worked out as the program itself", "server/events/place.go",
		"*p = e.locate(ctx, v, *asker, ", "*p = e.locate(ctx, v, layers.SystemSubject(), "},
	{"a value of a hidden feature is revealed", "server/disclose/reveal.go",
		"if _, err := v.Get(live.Noted(ctx), s, l.ID, r.Object); err != nil {", "if err := live.Noted(ctx).Err(); err != nil {"},
	{"tiles are drawn as the program itself", "server/drawer.go",
		"render.Request{Subject: r.Subject,", "render.Request{Subject: layers.SystemSubject(),"},
	{"hidden fields are filtered by", "layers/access/filter.go",
		"case layers.Hidden:\n\t\t\treturn d.MayUse(l, i)", "case layers.Hidden:"},
	{"the size of a layer tells of hidden values", "server/api/city.go",
		"if d.Sights == nil {", "if true {"},
}

// TestPlantedLeaksFit fails when the source has changed under a planted leak: then
// make leaks could not plant it.
func TestPlantedLeaksFit(t *testing.T) {
	for _, p := range planted {
		source, err := os.ReadFile(filepath.Join("..", p.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), p.old); n != 1 {
			t.Errorf("%s: %s has %d times: %s", p.name, p.file, n, p.old)
		}
	}
}

// TestPlantedLeaks plants each leak in turn and fails unless the leakage test
// finds it. It compiles the server once per leak: make leaks runs it.
func TestPlantedLeaks(t *testing.T) {
	if os.Getenv("WUTU_PLANT") == "" {
		t.Skip("make leaks runs it")
	}
	for _, p := range planted {
		t.Run(strings.ReplaceAll(p.name, " ", "-"), func(t *testing.T) {
			path, err := filepath.Abs(filepath.Join("..", p.file))
			if err != nil {
				t.Fatal(err)
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			changed := filepath.Join(t.TempDir(), "changed.go")
			over := filepath.Join(t.TempDir(), "overlay.json")
			text := strings.Replace(string(source), p.old, p.leak, 1)
			if strings.Contains(p.leak, "layers.SystemSubject") && !strings.Contains(text, "\"wutu/layers\"\n") {
				text = strings.Replace(text, "\t\"wutu/layers/access\"\n", "\t\"wutu/layers\"\n\t\"wutu/layers/access\"\n", 1)
			}
			list, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
			if err != nil {
				t.Fatal(err)
			}
			for name, data := range map[string]string{changed: text, over: string(list)} {
				if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.CommandContext(t.Context(), "go", "test", "-overlay", over, "-failfast", "-count=1", "-run", "^(TestLeakage|TestEveryRouteIsProbed)$", ".")
			cmd.Env = append(os.Environ(), "WUTU_PLANT=", "WUTU_LEAKS=200")
			out, err := cmd.CombinedOutput()
			switch {
			case err == nil:
				t.Errorf("nobody finds it")
			case !strings.Contains(string(out), "--- FAIL: Test"):
				t.Errorf("it does not compile: %s", out)
			default:
				for line := range strings.Lines(string(out)) {
					if strings.Contains(line, "leakage_") && !strings.Contains(line, "WUTU_SEED") {
						t.Logf("found: %.200q", strings.TrimSpace(line))
						break
					}
				}
			}
		})
	}
}
