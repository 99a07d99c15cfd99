package gpkg_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"maps"
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

// trailOf makes a city whose trail has four days of ten lines, of which two are
// sealed, and returns the path of its closed file.
func trailOf(t *testing.T, ring *keyring.Ring) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "city.gpkg")
	s := openSealed(t, path, ring)
	for i := range 40 {
		at := firstDay.AddDate(0, 0, i/10).Add(time.Duration(i) * time.Second)
		apply(t, s, layers.Batch{Audit: []layers.AuditLine{{At: at, Actor: "zhang", Role: "gridworker", From: "10.0.0.7", Action: "read.items",
			Object: "persons", Filter: "phone = '" + phoneOf(i) + "'", Rows: i, Purpose: "case 7", Detail: fmt.Sprintf(`{"i":%d}`, i)}}})
	}
	if ring != nil {
		if made, err := s.SealAudit(t.Context(), firstDay.AddDate(0, 0, 2), time.UTC); err != nil || len(made) != 2 {
			t.Fatalf("%d seals, %v", len(made), err)
		}
	}
	sound(t, s, 40)
	closeStore(t, s)
	return path
}

func sound(t *testing.T, s *gpkg.Store, lines uint64) {
	t.Helper()
	if r, err := s.VerifyAudit(t.Context()); err != nil || len(r.Problems) > 0 || r.Lines != lines {
		t.Fatalf("%+v, %v; expected %d lines in order", r, err, lines)
	}
	if text := problems(t, s); text != "" {
		t.Fatal(text)
	}
}

func copyFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "city.gpkg")
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// tampering is SQL that changes rows of the trail, and what must be named. With
// exact set nothing else may be.
type tampering struct {
	sql   string
	named []uint64
	exact bool
}

func tamperings() map[string]tampering {
	columns := map[string]string{"at": "at + 1", "actor": "'li'", "action": "action || 'x'", "object": "''", "role": "'sysadmin'", "origin": "'::1'",
		"filter": "''", "handed": "handed + 1", "result": "'refused'", "purpose": "'other'", "detail": "'{}'", "rule": "'sm3x'", "chain": "x'00'", "mark": "x'00'"}
	out := map[string]tampering{
		"an old rule":            {"UPDATE wutu_audit SET rule = 'sha256-1' WHERE n = 17", []uint64{17}, true},
		"no mark":                {"UPDATE wutu_audit SET mark = NULL WHERE n = 17", []uint64{17}, true},
		"another number":         {"UPDATE wutu_audit SET n = 1000 WHERE n = 17", []uint64{17}, false},
		"delete":                 {"DELETE FROM wutu_audit WHERE n = 17", []uint64{17}, true},
		"delete the first":       {"DELETE FROM wutu_audit WHERE n = 1", []uint64{1}, true},
		"delete the last":        {"DELETE FROM wutu_audit WHERE n = 40", []uint64{40}, true},
		"delete the end":         {"DELETE FROM wutu_audit WHERE n > 33", []uint64{34}, true},
		"delete two places":      {"DELETE FROM wutu_audit WHERE n IN (5, 25, 26)", []uint64{5, 25}, true},
		"delete and edit":        {"DELETE FROM wutu_audit WHERE n = 5; UPDATE wutu_audit SET actor = 'x' WHERE n IN (6, 35)", []uint64{5, 6, 35}, true},
		"delete and move up":     {"DELETE FROM wutu_audit WHERE n = 17; UPDATE wutu_audit SET n = n - 1 WHERE n > 17", []uint64{17}, false},
		"insert":                 {copyLine(17, "41"), []uint64{41}, false},
		"insert and move down":   {"UPDATE wutu_audit SET n = -n - 1 WHERE n >= 17; UPDATE wutu_audit SET n = -n WHERE n < 0;" + copyLine(16, "17"), []uint64{17}, false},
		"swap":                   {"UPDATE wutu_audit SET n = 1000 WHERE n = 7; UPDATE wutu_audit SET n = 7 WHERE n = 30; UPDATE wutu_audit SET n = 30 WHERE n = 1000", []uint64{7, 30}, true},
		"reorder":                {"UPDATE wutu_audit SET n = -n; UPDATE wutu_audit SET n = n + 41", []uint64{1, 2, 20, 40}, false},
		"cut out a sealed day":   {"DELETE FROM wutu_audit WHERE n BETWEEN 11 AND 20; DELETE FROM wutu_audit_seals WHERE k = 2", []uint64{11}, false},
		"the lines of a day":     {"DELETE FROM wutu_audit WHERE n BETWEEN 11 AND 20", []uint64{11}, true},
		"the lines of the first": {"DELETE FROM wutu_audit WHERE n <= 10", []uint64{1}, true},
		"a seal":                 {"DELETE FROM wutu_audit_seals WHERE k = 2", nil, false},
		"a seal's day":           {"UPDATE wutu_audit_seals SET day = '2020-01-01' WHERE k = 2", []uint64{11}, false},
		"a seal's chain":         {"UPDATE wutu_audit_seals SET chain = x'00' WHERE k = 1", []uint64{1}, false},
		"the end":                {"UPDATE wutu_audit_end SET n = 30; DELETE FROM wutu_audit WHERE n > 30", []uint64{30}, false},
		"the mark of the end":    {"UPDATE wutu_audit_end SET n = 30, chain = (SELECT chain FROM wutu_audit WHERE n = 30), mark = NULL; DELETE FROM wutu_audit WHERE n > 30", []uint64{30}, false},
		"the row of the end":     {"DELETE FROM wutu_audit_end", []uint64{0}, true},
	}
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		for _, n := range []uint64{1, 17, 40} {
			out[fmt.Sprintf("%s of line %d", column, n)] = tampering{fmt.Sprintf("UPDATE wutu_audit SET %s = %s WHERE n = %d", column, columns[column], n), []uint64{n}, true}
		}
	}
	return out
}

func copyLine(n int, as string) string {
	return fmt.Sprintf("INSERT INTO wutu_audit SELECT %s, at, actor, action, object, detail, chain, rule, role, origin, filter, handed, result, purpose, mark FROM wutu_audit WHERE n = %d", as, n)
}

// Every tampering with rows is found by a store with keys, and the right line
// named.
func TestTamperedTrailIsNamed(t *testing.T) {
	for _, suite := range keyring.Suites() {
		ring := newRing(t, filepath.Join(t.TempDir(), "city"), suite)
		base := trailOf(t, ring)
		for what, c := range tamperings() {
			t.Run(string(suite)+"/"+what, func(t *testing.T) {
				path := copyFile(t, base)
				sqlRun(t, path, strings.Split(c.sql, ";")...)
				s := openSealed(t, path, ring)
				defer closeStore(t, s)
				expectNamed(t, s, c)
			})
		}
	}
}

func expectNamed(t *testing.T, s *gpkg.Store, c tampering) {
	t.Helper()
	r, err := s.VerifyAudit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Problems) == 0 {
		t.Fatal("not found")
	}
	text := problems(t, s)
	for _, p := range r.Problems {
		if !strings.Contains(text, "audit trail: "+p.What) {
			t.Errorf("a check does not say %q", p)
		}
		if c.exact && !slices.Contains(c.named, p.N) {
			t.Errorf("also names %d: %s", p.N, p)
		}
	}
	for _, n := range c.named {
		if !slices.ContainsFunc(r.Problems, func(p audit.Problem) bool { return p.N == n }) {
			t.Errorf("line %d is not named among %v", n, r.Problems)
		}
	}
}

// Whoever knows everything but the keys and computes the chain anew is found
// too, line by line, also where no seal is yet.
func TestChainMadeAnewIsNamed(t *testing.T) {
	ring := newRing(t, filepath.Join(t.TempDir(), "city"), keyring.Standard)
	base := trailOf(t, ring)
	for _, from := range []uint64{1, 15, 33, 40} {
		path := copyFile(t, base)
		s := openSealed(t, path, ring)
		var statements []string
		var before []byte
		for l, err := range s.Audit(t.Context(), audit.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			if l.N == from {
				l.Actor = "forged"
				statements = append(statements, fmt.Sprintf("UPDATE wutu_audit SET actor = 'forged' WHERE n = %d", from))
			}
			if l.N >= from {
				l.Chain = audit.Chain(before, &l)
				statements = append(statements, fmt.Sprintf("UPDATE wutu_audit SET chain = x'%x' WHERE n = %d", l.Chain, l.N))
			}
			before = l.Chain
		}
		statements = append(statements, fmt.Sprintf("UPDATE wutu_audit_end SET chain = x'%x'", before))
		closeStore(t, s)
		sqlRun(t, path, statements...)
		s = openSealed(t, path, ring)
		expectNamed(t, s, tampering{named: []uint64{from}})
		if _, err := s.SealAudit(t.Context(), firstDay.AddDate(0, 0, 9), time.UTC); from > 20 && layers.KindOf(err) != layers.Conflict {
			t.Errorf("a broken trail is sealed: %v", err)
		}
		closeStore(t, s)
	}
}

// A city without keys has no marks and seals; edits, deletions and a cut end are
// named all the same.
func TestTamperedTrailWithoutKeys(t *testing.T) {
	base := trailOf(t, nil)
	for what, c := range tamperings() {
		if strings.Contains(what, "seal") || strings.Contains(what, "mark") {
			continue
		}
		if strings.HasPrefix(what, "the end") || strings.HasPrefix(what, "the lines") || what == "reorder" {
			continue // whoever changes the end with the lines is found by keys only
		}
		if what == "delete and edit" { // behind a gap, marks alone tell
			c.named, c.exact = []uint64{5, 35}, false
		}
		if strings.HasPrefix(what, "mark") {
			continue
		}
		if what == "swap" {
			c.exact = false
		}
		t.Run(what, func(t *testing.T) {
			path := copyFile(t, base)
			sqlRun(t, path, strings.Split(c.sql, ";")...)
			s := open(t, path)
			defer closeStore(t, s)
			expectNamed(t, s, c)
		})
	}
}

// What is cut off while nobody looks is not forgotten when the next line comes.
func TestCutEndIsRemembered(t *testing.T) {
	ring := newRing(t, filepath.Join(t.TempDir(), "city"), keyring.Standard)
	path := trailOf(t, ring)
	sqlRun(t, path, "DELETE FROM wutu_audit WHERE n > 35")
	s := openSealed(t, path, ring)
	defer closeStore(t, s)
	for range 3 {
		apply(t, s, layers.Batch{Audit: []layers.AuditLine{{Actor: "me", Action: "next"}}})
	}
	expectNamed(t, s, tampering{named: []uint64{36, 41}, exact: true})
	last := audit.Line{}
	for l, err := range s.Audit(t.Context(), audit.Query{Newest: true, Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		last = l
	}
	if last.N != 44 {
		t.Errorf("the last line is %d, expected 44: 40, one about the end, three more", last.N)
	}
}

// Lines of before the trail was complete stay what they were, and are verified
// by their rule.
func TestOldTrailStaysVerifiable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"0001_city", "0002_seals"} {
		text, err := os.ReadFile("migrations/" + name + ".sql")
		if err == nil {
			_, err = db.Exec(string(text))
		}
		if err == nil {
			_, err = db.Exec("INSERT INTO wutu_migrations (n, name) VALUES (?, ?)", i+1, name)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// The rule as it was, written down once more.
	var chain []byte
	for n := int64(1); n <= 10; n++ {
		h := sha256.New()
		h.Write(chain)
		number := func(x int64) { h.Write(binary.BigEndian.AppendUint64(nil, uint64(x))) }
		number(n)
		number(n * 1e6)
		parts := []any{"zhang", "events.close", fmt.Sprint("events/", n), "{}"}
		for _, p := range parts {
			number(int64(len(p.(string))))
			h.Write([]byte(p.(string)))
		}
		chain = h.Sum(nil)
		args := append([]any{n, n * 1e6}, parts...)
		if _, err := db.Exec("INSERT INTO wutu_audit (n, at, actor, action, object, detail, chain) VALUES (?, ?, ?, ?, ?, ?, ?)", append(args, chain)...); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ring := newRing(t, path, keyring.GM)
	s := openSealed(t, path, ring)
	if r, err := s.VerifyAudit(t.Context()); err != nil || len(r.Problems) > 0 || r.Lines != 10 {
		t.Fatalf("%+v, %v", r, err)
	}
	for range 5 {
		apply(t, s, layers.Batch{Audit: []layers.AuditLine{{Actor: "li", Role: "auditor", Action: "next", Filter: "a = 1"}}})
	}
	if _, err := s.Reseal(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SealAudit(t.Context(), time.Now().AddDate(0, 0, 2), time.UTC); err != nil {
		t.Fatal(err)
	}
	sound(t, s, 15)
	closeStore(t, s)
	for n, statement := range map[uint64]string{
		4:  "UPDATE wutu_audit SET object = 'events/0' WHERE n = 4",
		10: "UPDATE wutu_audit SET role = 'auditor' WHERE n = 10", // a part that the old rule does not cover
		9:  "DELETE FROM wutu_audit WHERE n = 9",
		11: "UPDATE wutu_audit SET filter = '' WHERE n = 11",
	} {
		bad := copyFile(t, path)
		sqlRun(t, bad, statement)
		s := openSealed(t, bad, ring)
		expectNamed(t, s, tampering{named: []uint64{n}, exact: true})
		closeStore(t, s)
	}
}

// Filters hold what was asked for: no file of the city shows it.
func TestFiltersAreSealed(t *testing.T) {
	path := trailOf(t, newRing(t, filepath.Join(t.TempDir(), "city"), keyring.Standard))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if strings.Contains(string(b), phoneOf(i)) {
			t.Fatalf("the file shows %s", phoneOf(i))
		}
	}
}
