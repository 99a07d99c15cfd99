package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
)

// auditedCity makes a city that is empty but for its trail: 30 lines of three
// days that are over.
func auditedCity(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "city")
	p := &program{dir: dir, stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
	store, err := p.create(t.Context(), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if _, err := store.Apply(t.Context(), layers.Batch{Audit: []layers.AuditLine{{At: time.Date(2026, 3, 1+i/10, 4, i, 0, 0, time.UTC),
			Actor: "zhang", Action: "read.items", Object: "persons", Rows: i}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeTo(t *testing.T, path string, b []byte) string {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The whole way: seal, take the file and the key away, verify them where there
// is no city; edited, shortened and foreign files are named.
func TestAuditCommands(t *testing.T) {
	dir := auditedCity(t)
	away := t.TempDir()
	if out := mustRun(t, "audit", "seal", "--data", dir); strings.Count(out, "sealed with key") != 3 {
		t.Errorf("seal: %s", out)
	}
	if out := mustRun(t, "audit", "seal", "--data", dir); !strings.Contains(out, "no day is over") {
		t.Errorf("seal again: %s", out)
	}
	mustRun(t, "keys", "rotate", "--data", dir) // old seals stay valid, the file is signed by the new key
	key := writeTo(t, filepath.Join(away, "public.json"), []byte(mustRun(t, "audit", "key", "--data", dir)))
	file, part := filepath.Join(away, "audit.jsonl"), filepath.Join(away, "part.jsonl")
	mustRun(t, "audit", "export", "--data", dir, "-o", file)
	if out := mustRun(t, "audit", "export", "--data", dir, "-o", part, "--from", "2026-03-02", "--to", "2026-03-02"); !strings.Contains(out, "10 lines") {
		t.Errorf("export of a day: %s", out)
	}
	for _, f := range []string{file, part} {
		for _, args := range [][]string{{}, {"--key", key}} {
			mustRun(t, append([]string{"audit", "verify", f}, args...)...)
		}
	}
	mustRun(t, "check", "--data", dir)

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	other, err := keyring.New(keyring.Standard, now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := json.Marshal(other.Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, says string
		bad        []byte
		args       []string
	}{
		{"edited", "line 17 was changed", bytes.Replace(text, []byte(`"rows":16`), []byte(`"rows":61`), 1), nil},
		{"shortened", "the file ends behind line", text[:len(text)/2], nil},
		{"another city's key", "is not one of those that may sign", text, []string{"--key", writeTo(t, filepath.Join(away, "other.json"), foreign)}},
		{"no audit file", "is no record of an audit file", []byte("hello\n"), nil},
		{"empty", "is empty", nil, nil},
	} {
		bad := writeTo(t, filepath.Join(away, "bad.jsonl"), c.bad)
		code, stdout, stderr := run(t, append([]string{"audit", "verify", bad}, c.args...)...)
		if code != 1 || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%s: exit code %d, %s%s", c.what, code, stdout, stderr)
		}
	}
	var report audit.Report
	_, stdout, _ := run(t, "audit", "verify", "--json", writeTo(t, filepath.Join(away, "bad.jsonl"), bytes.Replace(text, []byte("zhang"), []byte("zhong"), 2)))
	lastJSON(t, stdout, &report)
	if got := fmt.Sprint(report.Problems); !slices.ContainsFunc(report.Problems, func(p audit.Problem) bool { return p.N == 2 }) || len(report.Problems) != 2 || report.Problems[0].N != 1 {
		t.Errorf("as JSON: %s", got)
	}
	for _, args := range [][]string{{"audit", "export", "--data", dir, "-o", file, "--from", "spring"}, {"audit", "verify", filepath.Join(away, "nothing")},
		{"audit", "verify", file, "--key", file}, {"audit", "retain", "--data", dir, "--days", "90"}} {
		if code, stdout, stderr := run(t, args...); code != 1 || stderr == "" {
			t.Errorf("%v: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
}

// A line that was edited in the city's own file is named by check.
func TestCheckNamesAuditLine(t *testing.T) {
	dir := auditedCity(t)
	path := filepath.Join(dir, "city.gpkg")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("zhangread.items")) // actor and action of a row
	if at < 0 {
		t.Fatal("the file does not hold its trail as expected")
	}
	copy(b[at:], "chang")
	writeTo(t, path, b)
	code, stdout, _ := run(t, "check", "--data", dir)
	if code != 1 || strings.Count(stdout, "audit trail: line ") != 1 || !strings.Contains(stdout, "was changed") {
		t.Errorf("exit code %d: %s", code, stdout)
	}
}
