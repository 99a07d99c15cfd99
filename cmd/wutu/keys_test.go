package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/data/gpkg"
	"wutu/data/sample"
	"wutu/layers"
	"wutu/layers/keyring"
	"wutu/layers/model"
)

// sealedValues reads all citizen and telephone numbers of a city as somebody who
// is cleared.
func sealedValues(t *testing.T, dir string) map[string]bool {
	t.Helper()
	store, err := (&program{dir: dir}).open(t.Context(), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	out := make(map[string]bool)
	for layer, fields := range map[string][]string{model.Persons: {model.CitizenID, model.Phone}, model.Events: {model.ReporterPhone}, model.Enterprises: {model.Phone}} {
		l := model.Lookup(layer)
		for f, err := range store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: layer}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range fields {
				if v := f.Value(l.FieldIndex(name)); !v.IsNull() {
					out[v.Str()] = true
				}
			}
		}
	}
	if len(out) < 10_000 {
		t.Fatalf("%d values: no test", len(out))
	}
	return out
}

// plainIn lists, for each file of a folder that holds any of the values, the
// first: every run of digits, X and hyphens is looked at in windows of the
// lengths that the values have.
func plainIn(t *testing.T, dir string, values map[string]bool) (found []string) {
	t.Helper()
	var lengths []int
	for v := range values {
		if !slices.Contains(lengths, len(v)) {
			lengths = append(lengths, len(v))
		}
	}
	slices.Sort(lengths)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if hit := firstOf(b, values, lengths); hit != "" {
			found = append(found, path+" holds "+hit)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func firstOf(b []byte, values map[string]bool, lengths []int) string {
	inNumber := func(c byte) bool { return c >= '0' && c <= '9' || c == 'X' || c == '-' }
	for i := 0; i < len(b); {
		end := i
		for end < len(b) && inNumber(b[end]) {
			end++
		}
		for _, n := range lengths {
			if end-i < n {
				break
			}
			for from := i; from+n <= end; from++ {
				if values[string(b[from:from+n])] {
					return string(b[from : from+n])
				}
			}
		}
		i = end + 1
	}
	return ""
}

// TestFolderHoldsNoPersonalNumber: no byte of the city's folder, while it is
// served or afterwards, and none of a backup gives away a number of anybody.
func TestFolderHoldsNoPersonalNumber(t *testing.T) {
	dir := smallCity(t)
	work := t.TempDir()
	values := sealedValues(t, dir)
	exported := filepath.Join(work, "plain")
	if err := os.Mkdir(exported, 0o700); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "export", "persons", "--data", dir, "--format", "geojsonseq", "-o", filepath.Join(exported, "persons"))
	if len(plainIn(t, exported, values)) != 1 {
		t.Fatal("the scan finds nothing where everything is plain")
	}

	s := serve(t, dir, "--demo")
	values["13955550123"] = true
	changed := telephoneOfAnEvent(t, dir, "13955550123")
	lon, lat := aLamp(t, dir)
	body := map[string]any{"lon": lon, "lat": lat, "class": "1102", "description": "路灯不亮", "channel": "app"}
	e := decode[eventDoc](t, s.call(token(t, dir, "--role", "gridworker"), http.MethodPost, "/api/v1/events", body, "Idempotency-Key", "seal"), "report", http.StatusCreated)
	s.call("", http.MethodPost, "/api/v1/events/"+e.ID+"/confirm", map[string]any{"note": "已核实"}, "If-Match", `"`+e.Version+`"`)
	if found := plainIn(t, dir, values); found != nil {
		t.Errorf("while it is served: %v", found)
	}
	archive, restored := filepath.Join(work, "backup"), filepath.Join(work, "restored")
	mustRun(t, "backup", archive, "--data", dir)
	mustRun(t, "restore", archive, "--data", restored)
	s.stop()
	for _, folder := range []string{dir, restored} {
		if found := plainIn(t, folder, values); found != nil {
			t.Errorf("%v", found)
		}
	}
	if got := eventPhone(t, dir, changed); got != "13955550123" {
		t.Errorf("the reporter's telephone is read as %q", got)
	}
	mustRun(t, "check", "--data", dir)
}

// telephoneOfAnEvent replaces the reporter's telephone of an event, as another
// process beside the server does.
func telephoneOfAnEvent(t *testing.T, dir, number string) (id string) {
	t.Helper()
	store, err := (&program{dir: dir}).open(t.Context(), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	field := model.Lookup(model.Events).FieldIndex(model.ReporterPhone)
	for f, err := range store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: model.Events}) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Value(field).IsNull() {
			continue
		}
		f.Values[field] = layers.Text(number)
		if _, err := store.Apply(t.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: model.Events, ID: f.Key, Feature: &f}},
			Audit: []layers.AuditLine{{Actor: "me", Action: "test", Object: "events/" + f.Key, Detail: `{"phone":"` + number + `"}`}}}); err != nil {
			t.Fatal(err)
		}
		return f.Key
	}
	t.Fatal("no event has a telephone number")
	return ""
}

func eventPhone(t *testing.T, dir, id string) string {
	t.Helper()
	store, err := (&program{dir: dir}).open(t.Context(), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for f, err := range store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: model.Events, IDs: []string{id}}) {
		if err != nil {
			t.Fatal(err)
		}
		return f.Value(model.Lookup(model.Events).FieldIndex(model.ReporterPhone)).Str()
	}
	return ""
}

// exports is the layers of a city as files.
func exports(t *testing.T, dir string, ids ...string) string {
	t.Helper()
	var all strings.Builder
	for _, layer := range ids {
		path := filepath.Join(t.TempDir(), layer)
		mustRun(t, "export", layer, "--data", dir, "--format", "geojsonseq", "-o", path)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// TestSameCityUnderOtherKeys: keys and suite change the bytes of the file and
// nothing that is read from it.
func TestSameCityUnderOtherKeys(t *testing.T) {
	a, b := smallCity(t), filepath.Join(t.TempDir(), "city")
	mustRun(t, "keys", "init", "--suite", "gm", "--data", b)
	mustRun(t, "generate", "--size", "small", "--seed", "1", "--now", "2026-11-21T00:00:00Z", "--data", b)
	if out := mustRun(t, "keys", "show", "--data", b); !strings.Contains(out, "suite gm") {
		t.Errorf("show says %s", out)
	}
	ids := []string{"persons", "events", "enterprises", "buildings"}
	if exports(t, a, ids...) != exports(t, b, ids...) {
		t.Error("the same arguments made another city")
	}
	mustRun(t, "check", "--data", b)
}

// killRotation starts a rotation and kills it when the city has its second key.
func killRotation(t *testing.T, dir string, keys int) {
	t.Helper()
	cmd := process(context.Background(), "keys", "rotate", "--data", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "the rotation begins", func() bool {
		have, err := gpkg.SealedWith(filepath.Join(dir, "city.gpkg"))
		return err == nil && len(have) > keys
	})
	cmd.Process.Kill()
	cmd.Wait()
}

// TestRotationBesideServe kills a rotation half-way while the city is served,
// and gives the command again.
func TestRotationBesideServe(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	ids := []string{"persons", "events"}
	want := exports(t, dir, ids...)
	var state struct {
		Rotating bool
		Keys     []keyring.KeyInfo
	}
	killed := false
	for try := 1; !killed && try <= 5; try++ {
		killRotation(t, dir, try)
		lastJSON(t, mustRun(t, "keys", "show", "--data", dir, "--json"), &state)
		killed = state.Rotating
	}
	if !killed {
		t.Fatal("every rotation was faster than its killer")
	}
	if code, out, _ := run(t, "check", "--data", dir); code != 1 || !strings.Contains(out, "run `wutu keys rotate` again") {
		t.Errorf("check: exit %d, %s", code, out)
	}
	changed := telephoneOfAnEvent(t, dir, "13955550124")
	lon, lat := aLamp(t, dir)
	body := map[string]any{"lon": lon, "lat": lat, "class": "1102", "description": "路灯不亮"}
	decode[eventDoc](t, s.call(token(t, dir, "--role", "gridworker"), http.MethodPost, "/api/v1/events", body), "report", http.StatusCreated)
	var done struct {
		Resumed  bool
		Key      string
		Features int
	}
	lastJSON(t, mustRun(t, "keys", "rotate", "--data", dir, "--json"), &done)
	if !done.Resumed || done.Features == 0 || done.Key != lastKey(state.Keys) {
		t.Errorf("the second run says %+v", done)
	}
	s.alive()
	s.stop()
	mustRun(t, "check", "--data", dir)
	if got := eventPhone(t, dir, changed); got != "13955550124" {
		t.Errorf("the event written meanwhile has the telephone %q", got)
	}
	if got := exports(t, dir, "persons"); !strings.HasPrefix(want, got) {
		t.Error("the rotation changed the persons")
	}
	old := []byte(keyring.Prefix(firstData(state.Keys)))
	b, err := os.ReadFile(filepath.Join(dir, "city.gpkg"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d old texts are left in free pages", bytes.Count(b, old)-1)
}

func lastKey(keys []keyring.KeyInfo) string {
	for _, k := range slices.Backward(keys) {
		if k.Use == "data" {
			return k.ID
		}
	}
	return ""
}

func firstData(keys []keyring.KeyInfo) string {
	i := slices.IndexFunc(keys, func(k keyring.KeyInfo) bool { return k.Use == "data" })
	return keys[i].ID
}

// oldCity makes a city as it was made before there were keys.
func oldCity(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "city")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	store, err := gpkg.Open(t.Context(), filepath.Join(dir, "city.gpkg"), gpkg.Options{Bulk: true})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	plain := sample.Layers()
	for _, l := range plain {
		for i := range l.Fields {
			l.Fields[i].Sealed, l.Fields[i].Mask = false, layers.NoMask
		}
	}
	id, err := identity{Name: sample.CityName(), Code: sample.CityCode}.record()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Apply(t.Context(), layers.Batch{At: at, Layers: plain, Records: []layers.Record{id}}); err != nil {
		t.Fatal(err)
	}
	size, err := sample.ParseSize("small")
	if err != nil {
		t.Fatal(err)
	}
	err = sample.Generate(t.Context(), sample.Options{Size: size, Seed: 1, Now: at}, func(b sample.Batch) error {
		batch := layers.Batch{At: at, Changes: make([]layers.Change, len(b.Features))}
		for i := range b.Features {
			batch.Changes[i] = layers.Change{Op: layers.Put, Layer: b.Layer.ID, ID: b.Features[i].Key, Feature: &b.Features[i]}
		}
		_, err := store.Apply(t.Context(), batch)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestSealAnOldCity: a city from before the keys is checked, exported and served
// as it is, and sealed in place while it is served.
func TestSealAnOldCity(t *testing.T) {
	dir := oldCity(t)
	mustRun(t, "check", "--data", dir)
	want := exports(t, dir, "persons", "enterprises")
	if _, err := os.Stat(dir + ".keys"); err == nil {
		t.Error("reading made keys")
	}
	values := sealedValues(t, dir)
	if plainIn(t, dir, values) == nil {
		t.Fatal("nothing is plain: no test")
	}
	s := serve(t, dir, "--demo")
	if _, err := os.Stat(dir + ".keys"); err != nil {
		t.Error(err)
	}
	mustRun(t, "keys", "seal", "--data", dir)
	s.alive()
	if found := plainIn(t, dir, values); found != nil {
		t.Errorf("while it is served: %v", found)
	}
	s.stop()
	if found := plainIn(t, dir, values); found != nil {
		t.Error(found)
	}
	mustRun(t, "check", "--data", dir)
	if exports(t, dir, "persons", "enterprises") != want {
		t.Error("sealing changed what is read")
	}
	if exports(t, smallCity(t), "persons", "enterprises") != want {
		t.Error("the sealed old city is another than a new one")
	}
	mustRun(t, "keys", "seal", "--data", dir) // again: nothing to do
}

// TestServeSealsWhatIsDeclared: a field that becomes a sealed one while the city
// is served is sealed by the server.
func TestServeSealsWhatIsDeclared(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo")
	want := exports(t, dir, "persons")
	store, err := (&program{dir: dir}).open(t.Context(), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	next := *model.Lookup(model.Persons)
	next.Fields = slices.Clone(next.Fields)
	next.Fields[next.FieldIndex(model.Name)].Sealed = true
	if _, err := store.Apply(t.Context(), layers.Batch{Actor: "secadmin", Layers: []*layers.Layer{&next}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "the names are sealed", func() bool {
		state, err := store.SealState(t.Context())
		return err == nil && len(state.Plain) == 0
	})
	mustRun(t, "check", "--data", dir)
	if exports(t, dir, "persons") != want {
		t.Error("sealing changed what is read")
	}
	s.alive()
}

// TestKeyCommandsRefuse: what must not happen to keys does not.
func TestKeyCommandsRefuse(t *testing.T) {
	dir := smallCity(t)
	refused := func(says string, args ...string) {
		t.Helper()
		code, out, errs := run(t, append(args, "--data", dir)...)
		if code != 1 || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("wutu %s: exit %d, %q, expected %q", strings.Join(args, " "), code, out+errs, says)
		}
	}
	refused("exists already", "keys", "init")
	refused("none of standard, gm", "keys", "init", "--suite", "des", "--keys", filepath.Join(t.TempDir(), "k"))
	refused("are sealed with the key", "keys", "init", "--keys", filepath.Join(t.TempDir(), "k"))
	refused("lies in the city's folder", "check", "--keys", filepath.Join(dir, "sub", "keys"))
	for _, cmd := range [][]string{{"check"}, {"serve", "--listen", "127.0.0.1:0"}, {"export", "persons", "-o", filepath.Join(t.TempDir(), "x")},
		{"backup", filepath.Join(t.TempDir(), "b")}, {"keys", "rotate"}, {"keys", "seal"}, {"keys", "show"}} {
		missing := filepath.Join(t.TempDir(), "no.keys")
		refused("there is no key file "+missing, append(cmd, "--keys", missing)...)
		if _, err := os.Lstat(missing); err == nil {
			t.Errorf("%v made a key file for a city that is sealed with others", cmd)
		}
	}
	wrong := filepath.Join(t.TempDir(), "wrong.keys")
	mustRun(t, "keys", "init", "--keys", wrong, "--data", filepath.Join(t.TempDir(), "other"))
	refused("does not hold the key", "check", "--keys", wrong)
	t.Setenv(keysEnv, wrong)
	refused(wrong, "check")
	mustRun(t, "check", "--data", dir, "--keys", dir+".keys")
	t.Setenv(keysEnv, "")

	b, err := os.ReadFile(dir + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ ID, Secret string }
	var doc struct {
		Root       key
		Data, Sign []key
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	shown := mustRun(t, "keys", "show", "--data", dir) + mustRun(t, "keys", "show", "--data", dir, "--json")
	for _, k := range append(append([]key{doc.Root}, doc.Data...), doc.Sign...) {
		if k.Secret == "" || strings.Contains(shown, k.Secret) || !strings.Contains(shown, k.ID) {
			t.Errorf("show: %s", shown)
		}
	}
	if err := os.Chmod(dir+".keys", 0o644); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := run(t, "check", "--data", dir); code != 1 || !strings.Contains(out, "can be read by others (mode 0644)") {
		t.Errorf("check of a key file that is open to all: exit %d, %s", code, out)
	}
	if err := os.WriteFile(dir+".keys", b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	refused("is no key file, or damaged", "check")
	refused(fmt.Sprintf("%s.keys", dir), "serve", "--listen", "127.0.0.1:0")
}
