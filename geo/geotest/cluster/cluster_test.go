package cluster_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"wutu/geo/geotest/cluster"
)

func TestCluster(t *testing.T) {
	c, err := cluster.Start(t.Context(), "work_mem=8MB")
	if errors.Is(err, cluster.ErrMissing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(c.Dir()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the folder is left behind: %v", err)
		}
	}()
	if _, err := c.Query(t.Context(), "CREATE TABLE p (id text, at geometry)"); err != nil {
		t.Fatal(err)
	}
	if err := c.Copy(t.Context(), "p", strings.NewReader("a\tPOINT(1 2)\nb\t\\N\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.CopyCSV(t.Context(), "p", strings.NewReader("id,at\n\"c,d\",POINT(3 4)\n")); err != nil {
		t.Fatal(err)
	}
	rows, err := c.Query(t.Context(), "SELECT id, ST_X(at) FROM p ORDER BY id; SHOW work_mem")
	if got := strings.Join(rows, ";"); err != nil || got != "a\t1;b\t;c,d\t3;8MB" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := c.Query(t.Context(), "SELECT nothing FROM nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("an impossible query: %v", err)
	}
}
