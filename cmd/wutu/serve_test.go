package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What an operator does while the city is served: the server goes on, and shows
// what the others changed within a second.
func TestServeBesideOtherCommands(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	if len(s.keys) != 12 {
		t.Errorf("%d demo keys are printed: %v", len(s.keys), s.keys)
	}
	t.Run("addresses as the contract writes them", func(t *testing.T) {
		got := get[struct{ Coords [][2]float64 }](s, "", "/api/v1/convert?coords=111.29,30.69;111.3,30.7&from=wgs84&to=wgs84")
		if len(got.Coords) != 2 || got.Coords[1] != [2]float64{111.3, 30.7} {
			t.Errorf("%v", got)
		}
	})
	t.Run("import", func(t *testing.T) { testImportBesideServe(t, s, dir) })
	t.Run("token", func(t *testing.T) { testTokenBesideServe(t, s, dir) })
	t.Run("export", func(t *testing.T) { testExportEqualsItems(t, s, dir) })
	t.Run("check", func(t *testing.T) { mustRun(t, "check", "--data", dir) })
	t.Run("backup and restore", func(t *testing.T) { testBackupBesideServe(t, s, dir) })
}

// testImportBesideServe: a new layer, then an update of it, reach lists, counts
// and tiles of the running server.
func testImportBesideServe(t *testing.T, s *served, dir string) {
	file := filepath.Join(t.TempDir(), "benches.csv")
	write := func(rows ...string) {
		if err := os.WriteFile(file, []byte("id,lon,lat,kind\n"+strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"import", file, "--layer", "benches", "--create", "--element", "object", "--id", "id", "--data", dir}
	write("b1,111.29,30.69,wood", "b2,111.291,30.69,steel")
	mustRun(t, args...)
	eventually(t, soon, "a new layer", func() bool {
		l, ok := s.layersOf("")["benches"]
		return ok && l.Count != nil && *l.Count == 2
	})
	// Tiles are cached: the old one is asked for before the change.
	z16 := tilePath("benches", 111.29, 30.69, 16)
	if a := s.call("", http.MethodGet, z16, nil); a.status != http.StatusOK || !bytes.Contains(a.body, []byte("wood")) {
		t.Fatalf("%s: %d %q", z16, a.status, a.body)
	}
	write("b1,111.29,30.69,marble")
	mustRun(t, args...)
	eventually(t, soon, "an update, in items", func() bool {
		return get[featureDoc](s, "", "/ogc/collections/benches/items/b1").Properties["kind"] == "marble"
	})
	if a := s.call("", http.MethodGet, z16, nil); !bytes.Contains(a.body, []byte("marble")) || bytes.Contains(a.body, []byte("wood")) {
		t.Errorf("the tile still shows the old state: %q", a.body)
	}
	if n := get[collectionDoc](s, "", "/ogc/collections/benches/items").NumberMatched; n != 2 {
		t.Errorf("%d benches after the update", n)
	}
}

// testTokenBesideServe: a key made while the server runs acts as its role, and
// only as that.
func testTokenBesideServe(t *testing.T, s *served, dir string) {
	type me struct {
		Role    string
		Demo    bool
		Cleared bool
		Layers  []string
	}
	var dispatcher string
	for _, want := range []me{{Role: "dispatcher"}, {Role: "gridworker", Cleared: true}, {Role: "auditor"}} {
		key := token(t, dir, "--role", want.Role)
		if want.Role == "dispatcher" {
			dispatcher = key
		}
		eventually(t, soon, "the key of a "+want.Role, func() bool {
			return s.call(key, http.MethodGet, "/api/v1/me", nil).status == http.StatusOK
		})
		if got := get[me](s, key, "/api/v1/me"); got.Role != want.Role || got.Cleared != want.Cleared || got.Demo {
			t.Errorf("%s: %+v", want.Role, got)
		}
	}
	scoped := token(t, dir, "--role", "api", "--layers", "buildings,roads")
	if ls := s.layersOf(scoped); len(ls) != 2 {
		t.Errorf("a key for two layers sees %d", len(ls))
	}
	if a := s.call(scoped, http.MethodGet, "/ogc/collections/events/items", nil); a.status != http.StatusNotFound {
		t.Errorf("a key for other layers: %d %s", a.status, a.body)
	}
	auditor := s.layersOf(token(t, dir, "--role", "auditor"))
	if _, ok := auditor["events"]; ok || auditor["buildings"].ID == "" {
		t.Errorf("an auditor sees %d layers, events among them: %v", len(auditor), ok)
	}
	for _, key := range []string{"wutu_nonsense", dispatcher[:len(dispatcher)-1]} {
		if a := s.call(key, http.MethodGet, "/api/v1/me", nil); a.status != http.StatusUnauthorized {
			t.Errorf("a wrong key: %d %s", a.status, a.body)
		}
	}
}

// testExportEqualsItems: a file that `wutu export` writes holds what the server
// lists: the same features with the same values, whole and filtered.
func testExportEqualsItems(t *testing.T, s *served, dir string) {
	for _, tt := range []struct{ layer, filter string }{{"buildings", ""}, {"roads", ""}, {"events", "class = '1102'"}, {"buildings", "floors >= 10"}} {
		file := filepath.Join(t.TempDir(), "out")
		query := ""
		args := []string{"export", tt.layer, "--data", dir, "--json", "-o", file, "--format"}
		if tt.filter != "" {
			query = "&filter=" + url.QueryEscape(tt.filter)
			args = append([]string{"export", tt.layer, "--filter", tt.filter}, args[2:]...)
		}
		want := map[string]string{}
		for _, f := range s.all("", tt.layer, query) {
			for _, name := range []string{"reporter", "reporter_phone"} { // the dispatcher sees them masked
				if v, ok := f.Properties[name]; ok && v != nil {
					f.Properties[name] = nil
				}
			}
			want[f.ID] = canonical(t, f)
		}
		for _, format := range []string{"geojson", "geojsonseq"} {
			var sum struct{ Features int }
			lastJSON(t, mustRun(t, append(args, format)...), &sum)
			got := map[string]string{}
			for _, f := range readGeoJSON(t, file, format) {
				for name := range f.Properties {
					if name == "reporter" || name == "reporter_phone" { // personal: the operator sees them
						f.Properties[name] = nil
					}
				}
				got[f.ID] = canonical(t, f)
			}
			if sum.Features != len(want) || !maps.Equal(got, want) || len(want) == 0 {
				t.Errorf("%s %s %q: %d exported, %d listed%s", format, tt.layer, tt.filter, sum.Features, len(want), firstDifference(got, want))
			}
		}
		mustRun(t, append(args, "csv")...)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil || len(rows) != len(want)+1 {
			t.Errorf("csv %s: %d rows, %d listed: %v", tt.layer, len(rows)-1, len(want), err)
		}
	}
}

// canonical is f as text that is equal for equal features: values that are null
// count as absent.
func canonical(t *testing.T, f featureDoc) string {
	t.Helper()
	maps.DeleteFunc(f.Properties, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func readGeoJSON(t *testing.T, file, format string) []featureDoc {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if format == "geojson" {
		var c collectionDoc
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(err)
		}
		return c.Features
	}
	var out []featureDoc
	for line := range strings.Lines(string(b)) {
		var f featureDoc
		if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "\x1e")), &f); err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

func firstDifference(got, want map[string]string) string {
	for id, w := range want {
		if got[id] != w {
			return fmt.Sprintf("\nfile: %.400s\nlist: %.400s", got[id], w)
		}
	}
	return ""
}

// testBackupBesideServe: a backup of the running city, restored into a new
// folder, checks clean and is the same city.
func testBackupBesideServe(t *testing.T, s *served, dir string) {
	archive, fresh := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "restored")
	mustRun(t, "backup", archive, "--data", dir)
	s.alive()
	if out := mustRun(t, "restore", archive, "--data", fresh); !strings.Contains(out, "the keys are there") {
		t.Errorf("restore says %q", out)
	}
	mustRun(t, "check", "--data", fresh) // the keys are found where they were
	away := filepath.Join(t.TempDir(), "away")
	if err := os.WriteFile(filepath.Join(fresh, "keys.path"), []byte(away+"\n"), 0o600); err != nil { // as on another machine
		t.Fatal(err)
	}
	if code, _, errs := run(t, "check", "--data", fresh); code != 1 || !strings.Contains(errs, "there is no key file "+fresh+".keys") {
		t.Errorf("check without the keys: exit %d, %s", code, errs)
	}
	mustRun(t, "check", "--data", fresh, "--keys", dir+".keys")
	if code, _, errs := run(t, "restore", archive, "--data", fresh); code != 1 || strings.Count(errs, "\n") != 1 {
		t.Errorf("restore over a city: exit %d, %s", code, errs)
	}
	again := serve(t, fresh, "--demo", "--keys", dir+".keys")
	want, got := s.layersOf(""), again.layersOf("")
	for id, l := range want {
		if r := got[id]; l.Count == nil || r.Count == nil || *l.Count != *r.Count {
			t.Errorf("%s: %v features restored, %v backed up", id, r.Count, l.Count)
		}
	}
	if len(want) != len(got) {
		t.Errorf("%d layers restored, %d backed up", len(got), len(want))
	}
	id := s.all("", "buildings", "")[0].ID
	path := "/ogc/collections/buildings/items/" + id
	if a, b := get[featureDoc](s, "", path), get[featureDoc](again, "", path); canonical(t, a) != canonical(t, b) {
		t.Errorf("restored %v, backed up %v", b, a)
	}
}

// SIGTERM drains: requests and streams under way end, the process says that it
// stopped and exits with 0.
func TestServeStopsCleanly(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	events := s.listen("", "?layers=events")
	s.stop()
	for e := range events {
		if e.name != "reset" && e.name != "changes" { // the program signs and urges meanwhile
			t.Errorf("the stream says %s at the end", e.name)
		}
	}
	if s.err != nil || s.cmd.ProcessState.ExitCode() != 0 || s.rest != "stopped\n" {
		t.Errorf("exit %d, %v, said %q\n%s", s.cmd.ProcessState.ExitCode(), s.err, s.rest, s.stderr)
	}
	mustRun(t, "check", "--data", dir)
}

// What cannot work is one line and exit code 1.
func TestServeRefusesClearly(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	taken := strings.TrimPrefix(s.base, "http://")
	empty := filepath.Join(t.TempDir(), "nothing")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--data", dir, "--listen", taken}, "address already in use"},
		{[]string{"--data", empty, "--listen", "127.0.0.1:0"}, "there is no city in " + empty},
		{[]string{"--data", dir, "--listen", "127.0.0.1:0", "--tls-cert", "x.pem"}, "--tls-key"},
		{[]string{"--data", dir, "--listen", "127.0.0.1:99999"}, "99999"},
	} {
		code, _, errs := run(t, append([]string{"serve"}, tt.args...)...)
		if code != 1 || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "wutu: ") || !strings.Contains(errs, tt.says) {
			t.Errorf("serve %s: exit %d: %s", strings.Join(tt.args, " "), code, errs)
		}
	}
	if _, err := os.Stat(empty); err == nil {
		t.Error("serve made a folder for a city that is not there")
	}
	s.alive()
}
