package outside

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"wutu/geo/geotest/cluster"
)

// Missing ends a test that cannot run for want of what, such as "osmium (Debian:
// osmium-tool)": skipped at a desk, failed under CI.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing; `make needs` installs it", what)
	}
	t.Skipf("%s is missing", what)
}

// Program is the path of a program, which the Debian package debian has.
func Program(t testing.TB, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" (Debian: "+debian+")")
	}
	return path
}

// PostGIS starts a cluster for a test, which ends with it. See cluster.Start.
func PostGIS(t testing.TB, settings ...string) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Start(t.Context(), settings...)
	if errors.Is(err, cluster.ErrMissing) {
		Missing(t, "PostgreSQL with PostGIS (Debian: postgresql-postgis)")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// File is the path of a file or folder among the real files: under data in the folder
// $WUTU_SHARED, by default the folder shared beside the checkout. Where that folder
// does not exist the test is skipped; where it does, a missing file is a failure.
func File(t testing.TB, elements ...string) string {
	t.Helper()
	shared := os.Getenv("WUTU_SHARED")
	if shared == "" {
		shared = filepath.Join(checkout(t), "..", "shared")
	}
	data := filepath.Join(shared, "data")
	if _, err := os.Stat(data); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no real files for tests: there is no folder %s", data)
	}
	path := filepath.Join(append([]string{data}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkout is the folder of go.mod above the test's package.
func checkout(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("there is no go.mod above the test's folder")
	return ""
}
