package server_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/audit"
	"wutu/layers/geojson"
	"wutu/layers/keyring"
	"wutu/server"
	"wutu/server/auth"
	"wutu/server/disclose"
)

// bureau is a city whose server signs exports.
type bureau struct {
	*city
	handler http.Handler
	dir     string
	ring    *keyring.Ring
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	c := newCity(t, true)
	ring, err := keyring.New(keyring.Standard, now(), rand.NewChaCha8([32]byte{7}))
	if err != nil {
		t.Fatal(err)
	}
	b := &bureau{city: c, dir: filepath.Join(t.TempDir(), "exports"), ring: ring}
	s, err := server.New(server.Options{City: c.live, Records: c.store, Demo: true, Now: c.now, Keys: ring,
		Encode: lines, Formats: []string{"geojsonseq"}, ExportDir: b.dir})
	if err != nil {
		t.Fatal(err)
	}
	b.handler = inspected(t, s)
	return b
}

// lines writes one feature a line, as an encoder of the program would.
func lines(ctx context.Context, w io.Writer, r layers.Reader, _ string, q layers.Query) (n int64, err error) {
	all, err := r.Layers(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range all {
		if l.ID != q.Layer {
			continue
		}
		sights := access.Decide(&q.Subject, l).Sights
		for f, err := range r.Read(ctx, q) {
			if err != nil {
				return n, err
			}
			if _, err := w.Write(append(geojson.AppendFeature(nil, l, &f, geojson.Format{Sights: sights}), '\n')); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

func (b *bureau) ask(role, method, path string, body any) (int, map[string]any, []byte) {
	b.t.Helper()
	var text io.Reader = http.NoBody
	if body != nil {
		js, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		text = bytes.NewReader(js)
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, text)
	r.Header.Set("Content-Type", "application/json")
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+b.keys[role])
	}
	w := httptest.NewRecorder()
	func() {
		defer func() { // an answer that is cut off
			if p := recover(); p != nil && p != any(http.ErrAbortHandler) {
				panic(p)
			}
		}()
		b.handler.ServeHTTP(w, r)
	}()
	var doc map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &doc) // files are not JSON
	return w.Code, doc, w.Body.Bytes()
}

func (b *bureau) want(status int, role, method, path string, body any) (map[string]any, []byte) {
	b.t.Helper()
	got, doc, text := b.ask(role, method, path, body)
	if got != status {
		b.t.Fatalf("%s %s %s: %d, want %d: %.300s", role, method, path, got, status, text)
	}
	return doc, text
}

func (b *bureau) actions() map[string]int {
	b.t.Helper()
	out := map[string]int{}
	for l, err := range b.store.Audit(b.t.Context(), audit.Query{}) {
		if err != nil {
			b.t.Fatal(err)
		}
		out[l.Action+" "+l.Result]++
	}
	return out
}

func ask(layer string) map[string]any {
	return map[string]any{"layer": layer, "format": "geojsonseq", "purpose": "census check"}
}

// A file of a layer that is not personal is there at once; it holds what the list
// holds, and its signature covers every byte.
func TestExportIsSigned(t *testing.T) {
	b := newBureau(t)
	made, _ := b.want(201, "planner", "POST", "/api/v1/exports", map[string]any{"layer": "buildings", "format": "geojsonseq",
		"purpose": "plan", "filter": "floors >= 0 OR floors IS NULL"})
	id := made["id"].(string)
	_, file := b.want(200, "planner", "GET", "/api/v1/exports/"+id+"/file", nil)
	h, err := disclose.Verify(bytes.NewReader(file), int64(len(file)), b.ring.Publics())
	if err != nil {
		t.Fatal(err)
	}
	list, _ := b.want(200, "planner", "GET", "/ogc/collections/buildings/items?limit=1000", nil)
	if want := int64(len(list["features"].([]any))); h.Rows != want || made["rows"] != float64(want) || want == 0 {
		t.Errorf("%d rows in the header, %v in the request, %d in the list", h.Rows, made["rows"], want)
	}
	if h.Purpose != "plan" || h.RequestedBy != "demo-planner" || h.Filter == "" || h.DataVersion == 0 {
		t.Errorf("%+v", h)
	}
	for i := range file { // every changed byte is found, or changes nothing that is read
		damaged := bytes.Clone(file)
		damaged[i] ^= 0x40
		if g, err := disclose.Verify(bytes.NewReader(damaged), int64(len(damaged)), b.ring.Publics()); err == nil && *g != *h {
			t.Fatalf("byte %d of %d can be changed: %+v", i, len(file), g)
		} else if err == nil && !sameData(t, file, damaged, h.File) {
			t.Fatalf("byte %d changes the data unseen", i)
		}
	}
	other, err := keyring.New(keyring.Standard, now(), rand.NewChaCha8([32]byte{8}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disclose.Verify(bytes.NewReader(file), int64(len(file)), other.Publics()); err == nil {
		t.Error("a file of another city verifies")
	}
}

func sameData(t *testing.T, a, b []byte, name string) bool {
	t.Helper()
	read := func(file []byte) string {
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return err.Error()
		}
		f, err := z.Open(name)
		if err != nil {
			return err.Error()
		}
		defer f.Close()
		data, err := io.ReadAll(f)
		return fmt.Sprint(string(data), err)
	}
	return read(a) == read(b)
}

// Persons leave with the approval of somebody else only, to whoever asked only,
// and with the rights of the moment.
func TestExportOfPersonsNeedsApproval(t *testing.T) {
	b := newBureau(t)
	b.want(403, "planner", "POST", "/api/v1/exports", ask("persons"))
	made, _ := b.want(201, "gridworker", "POST", "/api/v1/exports", ask("persons"))
	id := made["id"].(string)
	file := "/api/v1/exports/" + id + "/file"
	if made["state"] != "waiting" || made["rows"] != nil {
		t.Errorf("%v", made)
	}
	b.want(409, "gridworker", "GET", file, nil)
	b.want(404, "planner", "GET", file, nil)
	b.want(404, "planner", "GET", "/api/v1/exports/"+id, nil)
	b.want(403, "gridworker", "POST", "/api/v1/admin/requests/"+id+"/approve", map[string]any{})
	b.want(403, "sysadmin", "GET", "/api/v1/admin/requests", nil)
	list, _ := b.want(200, "secadmin", "GET", "/api/v1/admin/requests", nil)
	if n := len(list["requests"].([]any)); n != 1 {
		t.Errorf("%d requests", n)
	}
	b.want(200, "secadmin", "POST", "/api/v1/admin/requests/"+id+"/approve", map[string]any{"note": "for the census"})
	b.want(409, "secadmin", "POST", "/api/v1/admin/requests/"+id+"/refuse", map[string]any{})
	_, text := b.want(200, "gridworker", "GET", file, nil)
	h, err := disclose.Verify(bytes.NewReader(text), int64(len(text)), nil)
	if err != nil || h.Rows != 31 || h.ApprovedBy != "demo-secadmin" {
		t.Errorf("%+v, %v", h, err)
	}
	kept, err := os.ReadFile(filepath.Join(b.dir, id+".sealed"))
	if err != nil || bytes.Contains(kept, []byte("PK")) && bytes.Contains(kept, []byte("manifest.json")) {
		t.Errorf("the file lies in the clear: %v", err)
	}
	swapped := bytes.Replace(kept, []byte("enc:"), []byte("enc:x"), 1)
	for name, damaged := range map[string][]byte{"cut": kept[:len(kept)/2], "changed": swapped, "empty": nil} {
		if err := os.WriteFile(filepath.Join(b.dir, id+".sealed"), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, got := b.ask("gridworker", "GET", file, nil); bytes.Equal(got, text) {
			t.Errorf("%s: the file is handed out", name)
		}
	}
	if err := os.WriteFile(filepath.Join(b.dir, id+".sealed"), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	// Rights that are taken away take the file away.
	policy := `[{"id":"none","layers":["persons"],"mode":"hidden"},{"id":"rest","mode":"list"}]`
	setPolicy(t, b, policy)
	b.clock.Add(int64(2 * time.Second)) // what is remembered of the policy is old now
	b.want(404, "gridworker", "GET", file, nil)
	setPolicy(t, b, `[{"id":"rest","mode":"list","show":["personal"],"mask":["sealed"]}]`)
	b.clock.Add(int64(2 * time.Second))
	b.want(200, "gridworker", "GET", file, nil)
	b.clock.Add(int64(8 * 24 * time.Hour))
	b.want(404, "gridworker", "GET", file, nil)
	if left, err := os.ReadDir(b.dir); err != nil || len(left) != 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
	for _, want := range []string{"export.request done", "export.approve done", "export.make done", "export.fetch done"} {
		if b.actions()[want] == 0 {
			t.Errorf("no line %q in %v", want, b.actions())
		}
	}
}

// setPolicy stores a policy the way the security administrator's address does.
func setPolicy(t *testing.T, b *bureau, grants string) {
	t.Helper()
	p, err := access.ParsePolicy([]byte(grants))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(map[string]any{"version": b.clock.Load() + 2, "grants": p.Lines()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Apply(t.Context(), layers.Batch{Records: []layers.Record{{Bucket: auth.PolicyBucket, Key: "policy", Data: data}}}); err != nil {
		t.Fatal(err)
	}
}

func TestExportRefusesWhatIsWrong(t *testing.T) {
	b := newBureau(t)
	for name, c := range map[string]struct {
		change map[string]any
		status int
	}{
		"no purpose":               {map[string]any{"purpose": " "}, 400},
		"a purpose that breaks":    {map[string]any{"purpose": "a\r\nSet-Cookie: x"}, 400},
		"a long purpose":           {map[string]any{"purpose": strings.Repeat("x", 501)}, 400},
		"a format nobody writes":   {map[string]any{"format": "../../x"}, 400},
		"a layer nobody has":       {map[string]any{"layer": "../city"}, 404},
		"a filter that fails":      {map[string]any{"filter": "floors >"}, 400},
		"a field it does not have": {map[string]any{"filter": "nothing = 1"}, 400},
		"half a box":               {map[string]any{"bbox": "1,2"}, 400},
	} {
		body := ask("buildings")
		for k, v := range c.change {
			body[k] = v
		}
		if got, _, text := b.ask("planner", "POST", "/api/v1/exports", body); got != c.status {
			t.Errorf("%s: %d, want %d: %.200s", name, got, c.status, text)
		}
	}
	for _, id := range []string{"..%2f..%2fcity.gpkg", "r0", "%00"} {
		if got, _, _ := b.ask("planner", "GET", "/api/v1/exports/"+id+"/file", nil); got != 404 && got != 400 {
			t.Errorf("%s: %d", id, got)
		}
	}
}

// A revealed value is the stored one, is written down before it leaves, and there
// are not many of them.
func TestReveal(t *testing.T) {
	b := newBureau(t)
	body := map[string]any{"layer": "persons", "id": "p-15-000", "field": "citizen_id", "purpose": "visit"}
	f, _ := b.want(200, "gridworker", "GET", "/ogc/collections/persons/items/p-15-000", nil)
	masked, _ := f["properties"].(map[string]any)["citizen_id"].(string)
	got, _ := b.want(200, "gridworker", "POST", "/api/v1/reveal", body)
	value, _ := got["value"].(string)
	if len(value) != 18 || masked == value || !strings.HasPrefix(masked, value[:1]+"*") || !strings.Contains(got["watermark"].(string), "demo-gridworker") {
		t.Errorf("revealed %v of masked %q", got, masked)
	}
	if b.actions()["reveal.value done"] != 1 {
		t.Errorf("%v", b.actions())
	}
	for role, status := range map[string]int{"planner": 403, "": 403, "auditor": 404} {
		b.want(status, role, "POST", "/api/v1/reveal", body)
	}
	for field, status := range map[string]int{"name": 400, "nothing": 400} {
		wrong := map[string]any{"layer": "persons", "id": "p-15-000", "field": field, "purpose": "visit"}
		b.want(status, "gridworker", "POST", "/api/v1/reveal", wrong)
	}
	b.want(400, "gridworker", "POST", "/api/v1/reveal", map[string]any{"layer": "persons", "id": "p-15-000", "field": "citizen_id"})
	for range 29 {
		b.want(200, "gridworker", "POST", "/api/v1/reveal", body)
	}
	b.want(429, "gridworker", "POST", "/api/v1/reveal", body)
	b.clock.Add(int64(time.Hour + time.Minute))
	b.want(200, "gridworker", "POST", "/api/v1/reveal", body)

	setPolicy(t, b, `[{"id":"all","mode":"list","mask":["personal"],"approve":"always"}]`)
	b.clock.Add(int64(2 * time.Second))
	wait, _ := b.want(202, "gridworker", "POST", "/api/v1/reveal", body)
	again, _ := b.want(202, "gridworker", "POST", "/api/v1/reveal", body)
	if wait["request"] != again["request"] {
		t.Errorf("two requests: %v, %v", wait, again)
	}
	b.want(200, "secadmin", "POST", fmt.Sprintf("/api/v1/admin/requests/%v/approve", wait["request"]), map[string]any{})
	b.want(200, "gridworker", "POST", "/api/v1/reveal", body)
	b.clock.Add(int64(20 * time.Minute))
	b.want(202, "gridworker", "POST", "/api/v1/reveal", body)
}
