package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wutu/geo/geotest/cluster"
)

// peer is PostGIS on the same machine with the same data: a cluster of its own
// without durability, reached over a unix socket. pgbench asks it, with prepared
// statements and as many connections as there are processors, which is what it
// does best with.
type peer struct {
	db *cluster.Cluster
}

// startPeer loads the data and indexes it as geometry and as geography. It is nil
// where PostGIS is not installed.
func startPeer(ctx context.Context, c *benchCity) (*peer, error) {
	db, err := cluster.Start(ctx, "shared_buffers=1GB", "work_mem=64MB", "maintenance_work_mem=512MB", "max_wal_size=8GB", "max_parallel_workers_per_gather=2")
	if errors.Is(err, cluster.ErrMissing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &peer{db: db}
	if err := p.load(ctx, c); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func (p *peer) stop() error {
	if p == nil {
		return nil
	}
	return p.db.Stop()
}

func (p *peer) load(ctx context.Context, c *benchCity) error {
	if _, err := p.db.Query(ctx, `CREATE UNLOGGED TABLE raw (id text, kind text, name text, ts timestamptz, size int, lon float8, lat float8);
		CREATE UNLOGGED TABLE rawb (id text, levels int, geom geometry)`); err != nil {
		return err
	}
	for table, path := range map[string]string{"raw": c.points, "rawb": c.shapes} {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".csv") {
			err = p.db.CopyCSV(ctx, table, f)
		} else {
			err = p.db.Copy(ctx, table, f)
		}
		f.Close()
		if err != nil {
			return err
		}
	}
	_, err := p.db.Query(ctx, `
		CREATE UNLOGGED TABLE points AS SELECT id, kind, name, ts, size, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS geom FROM raw;
		DROP TABLE raw;
		CREATE INDEX points_geom ON points USING gist (geom);
		CLUSTER points USING points_geom;
		ALTER TABLE points ADD geog geography(Point);
		UPDATE points SET geog = geom::geography;
		VACUUM FULL points;
		CREATE INDEX points_geog ON points USING gist (geog);
		CREATE UNLOGGED TABLE blocks AS SELECT id, levels, ST_SetSRID(geom, 4326) AS geom FROM rawb;
		DROP TABLE rawb;
		CREATE INDEX blocks_geom ON blocks USING gist (geom);
		CLUSTER blocks USING blocks_geom;
		VACUUM ANALYZE points; VACUUM ANALYZE blocks`)
	return err
}

// benchAt is a place of the box, in pgbench's script.
const benchAt = `\set x random(0, 1000000)
\set y random(0, 1000000)
`

// benchHere is that place as a geometry.
var benchHere = fmt.Sprintf("ST_SetSRID(ST_MakePoint(%v + :x * %v, %v + :y * %v), 4326)", benchWest, benchWidth/1e6, benchSouth, benchHigh/1e6)

// rate runs a script for a while from as many connections as given.
func (p *peer) rate(ctx context.Context, name, script string, conns int, length time.Duration) (loadResult, error) {
	res := loadResult{Name: name}
	file := filepath.Join(p.db.Dir(), "bench.sql")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		return res, err
	}
	seconds := max(1, int(length.Round(time.Second).Seconds()))
	cmd := p.db.Command(ctx, "pgbench", "-n", "-M", "prepared", "-c", strconv.Itoa(conns), "-j", strconv.Itoa(min(conns, 2)), "-T", strconv.Itoa(seconds),
		"-l", "--log-prefix="+p.db.Dir()+"/lat", "-f", file, "-h", p.db.Dir(), "-U", "postgres", "postgres")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return res, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "tps = "); ok {
			res.PerSecond, _ = strconv.ParseFloat(strings.Fields(rest)[0], 64)
		}
	}
	logs, err := filepath.Glob(p.db.Dir() + "/lat*")
	if err != nil {
		return res, err
	}
	var all []float64
	for _, path := range logs {
		times, err := latencies(path)
		if err = errors.Join(err, os.Remove(path)); err != nil {
			return res, err
		}
		all = append(all, times...)
	}
	q := quantilesOf(all)
	res.Requests, res.P50, res.P95, res.P99 = len(all), q.P50, q.P95, q.P99
	if res.Requests == 0 {
		return res, fmt.Errorf("pgbench did nothing:\n%s", out)
	}
	return res, nil
}

// latencies reads the third column of pgbench's log: microseconds.
func latencies(path string) ([]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []float64
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); len(fields) > 2 {
			us, err := strconv.ParseFloat(fields[2], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			out = append(out, us/1000)
		}
	}
	return out, lines.Err()
}

// seconds runs a query once; its rows are read and dropped.
func (p *peer) seconds(ctx context.Context, query string) (float64, error) {
	start := time.Now()
	_, err := p.db.Query(ctx, query)
	return time.Since(start).Seconds(), err
}

// version is what the peer calls itself.
func (p *peer) version(ctx context.Context) string {
	rows, err := p.db.Query(ctx, "SELECT 'PostgreSQL ' || current_setting('server_version') || ', PostGIS ' || postgis_lib_version() || ', GEOS ' || postgis_geos_version()")
	if err != nil || len(rows) == 0 {
		return "PostGIS"
	}
	return slices.Max(rows)
}
