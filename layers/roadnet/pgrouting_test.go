package roadnet_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/paulmach/orb"

	"wutu/data/ingest"
	"wutu/data/osm"
	"wutu/geo/geotest"
	"wutu/geo/geotest/outside"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/roadnet"
)

// postgres is a cluster of its own in a folder of its own, without a network port.
type postgres struct {
	t   *testing.T
	bin string
	dir string
	as  *syscall.SysProcAttr // PostgreSQL refuses to run as root
}

// newPostgres starts a cluster with PostGIS and pgRouting.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	controls, _ := filepath.Glob("/usr/share/postgresql/*/extension/pgrouting.control")
	if len(bins) == 0 || len(controls) == 0 {
		outside.Missing(t, "pgRouting (Debian: postgresql-15-pgrouting)")
	}
	version := filepath.Base(filepath.Dir(filepath.Dir(controls[len(controls)-1])))
	dir, err := os.MkdirTemp("", "pgr") // short: a socket's path is
	if err != nil {
		t.Fatal(err)
	}
	p := &postgres{t: t, bin: filepath.Join("/usr/lib/postgresql", version, "bin"), dir: dir}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		p.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_ = p.command(context.Background(), "pg_ctl", "-D", p.dir+"/data", "-m", "immediate", "-w", "stop").Run()
		_ = os.RemoveAll(dir)
	})
	p.run("initdb", "-D", dir+"/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	p.run("pg_ctl", "-D", dir+"/data", "-w", "-l", dir+"/log", "-o",
		"-c listen_addresses='' -c unix_socket_directories="+dir+" -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c work_mem=64MB -c jit=off", "start")
	return p
}

func (p *postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = p.dir, p.as
	return cmd
}

func (p *postgres) run(name string, args ...string) {
	p.t.Helper()
	if out, err := p.command(p.t.Context(), name, args...).CombinedOutput(); err != nil {
		p.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// psql runs a script and returns its rows, fields with | between.
func (p *postgres) psql(script string) []string {
	p.t.Helper()
	cmd := p.command(p.t.Context(), "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", p.dir, "-U", "postgres", "-f", "-", "postgres")
	cmd.Stdin = strings.NewReader(script)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		p.t.Fatalf("psql: %v\n%s", err, errs.String())
	}
	if out.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
}

// roadsOf reads the highways of a file with osmium, which knows nothing of this
// program: the rows of the tables w (ways and their tags) and p (their vertices).
func roadsOf(t *testing.T, path string) (ways, vertices string) {
	t.Helper()
	osmium := outside.Program(t, "osmium", "osmium-tool")
	cmd := exec.CommandContext(t.Context(), osmium, "cat", path, "-f", "opl,add_metadata=none")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	var w, p strings.Builder
	in := bufio.NewScanner(pipe)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		fields := strings.Fields(in.Text())
		var lon, lat string
		var refs []string
		tags := map[string]string{}
		for _, f := range fields[1:] {
			switch f[0] {
			case 'x':
				lon = f[1:]
			case 'y':
				lat = f[1:]
			case 'N':
				refs = strings.Split(f[1:], ",")
			case 'T':
				for kv := range strings.SplitSeq(f[1:], ",") {
					if k, v, ok := strings.Cut(kv, "="); ok {
						tags[plainText(k)] = plainText(v)
					}
				}
			}
		}
		switch id := fields[0][1:]; fields[0][0] {
		case 'n':
			at[id] = lon + "\t" + lat
		case 'w':
			if tags["highway"] == "" {
				continue
			}
			known := true
			for _, r := range refs {
				known = known && at[strings.TrimPrefix(r, "n")] != ""
			}
			if !known {
				continue
			}
			motor := tags["motorcar"]
			if motor == "" {
				motor = tags["motor_vehicle"]
			}
			if motor == "" {
				motor = tags["vehicle"]
			}
			fmt.Fprintf(&w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", id, tags["highway"], tags["oneway"], tags["junction"], tags["maxspeed"], tags["access"], motor, tags["foot"])
			for i, r := range refs {
				fmt.Fprintf(&p, "%s\t%d\t%s\n", id, i, at[strings.TrimPrefix(r, "n")])
			}
		}
	}
	if err := errors.Join(in.Err(), cmd.Wait()); err != nil {
		t.Fatal(err)
	}
	return w.String(), p.String()
}

// plainText undoes the escapes of osmium's OPL format, and takes away what COPY
// would misread.
func plainText(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' {
			if end := strings.IndexByte(s[i+1:], '%'); end >= 0 {
				if n, err := strconv.ParseUint(s[i+1:i+1+end], 16, 32); err == nil {
					b.WriteRune(rune(n))
					i += end + 1
					continue
				}
			}
		}
		b.WriteByte(s[i])
	}
	return strings.NewReplacer("\t", " ", "\n", " ", "\\", " ").Replace(b.String())
}

// network is the whole reading of the tags in SQL: the rules of the package
// comment, written a second time.
const network = `
CREATE EXTENSION postgis; CREATE EXTENSION pgrouting;
CREATE TABLE w(id bigint PRIMARY KEY, highway text, oneway text, junction text, maxspeed text, access text, motor text, foot text);
CREATE TABLE p(way bigint, seq int, lon float8, lat float8);
COPY w FROM STDIN;
%s\.
COPY p FROM STDIN;
%s\.
-- repeated vertices count once
CREATE TABLE v AS SELECT way, lon, lat, row_number() OVER (PARTITION BY way ORDER BY seq) AS seq FROM (
  SELECT *, lag((lon, lat)) OVER (PARTITION BY way ORDER BY seq) = (lon, lat) AS again FROM p) q WHERE again IS DISTINCT FROM true;
CREATE TABLE speed AS SELECT id,
  CASE WHEN motor IN ('no','private','agricultural','forestry','military') OR motor = '' AND access IN ('no','private','agricultural','forestry','military') THEN 0
    ELSE 0.75 / 3.6 * CASE WHEN base = 0 THEN 0 WHEN posted > 0 THEN least(greatest(posted, 5), 130) ELSE base END END AS drive,
  CASE WHEN foot IN ('no','private','agricultural','forestry','military') OR foot = '' AND access IN ('no','private','agricultural','forestry','military') THEN 0
    ELSE pace / 3.6 END AS walk, once, back
FROM (SELECT *,
  CASE highway WHEN 'motorway' THEN 100 WHEN 'trunk' THEN 80 WHEN 'motorway_link' THEN 60 WHEN 'primary' THEN 60
    WHEN 'trunk_link' THEN 50 WHEN 'secondary' THEN 50 WHEN 'primary_link' THEN 50 WHEN 'tertiary' THEN 40 WHEN 'unclassified' THEN 40
    WHEN 'secondary_link' THEN 40 WHEN 'service' THEN 20 WHEN 'living_street' THEN 15 WHEN 'track' THEN 15
    ELSE CASE WHEN highway IN ('footway','path','pedestrian','cycleway','bridleway','corridor','steps') OR nobody THEN 0 ELSE 30 END END AS base,
  CASE WHEN highway IN ('motorway','motorway_link') OR nobody THEN 0 WHEN highway = 'steps' THEN 2.4 ELSE 4.8 END AS pace,
  CASE WHEN maxspeed ~ '^[0-9.]+ *mph$' THEN round(regexp_replace(maxspeed, ' *mph', '')::numeric * 1.609344)
    WHEN maxspeed ~ '^[0-9.]+( *km/h)?$' THEN round(regexp_replace(maxspeed, ' *km/h', '')::numeric) ELSE 0 END::float8 AS posted,
  oneway IN ('yes','true','1','-1','reverse') OR oneway NOT IN ('no','false','0') AND (junction IN ('roundabout','circular') OR highway = 'motorway') AS once,
  oneway IN ('-1','reverse') AS back
  FROM (SELECT *, highway IN ('construction','proposed','planned','abandoned','disused','razed','platform','raceway','bus_guideway','busway',
    'rest_area','services','escape','emergency_bay','elevator','via_ferrata','no') AS nobody FROM w) q) q;
CREATE TABLE node AS SELECT row_number() OVER (ORDER BY lon, lat) AS id, lon, lat FROM (
  SELECT lon, lat FROM (SELECT v.*, seq = 1 OR seq = max(seq) OVER (PARTITION BY way) AS tip FROM v JOIN speed ON speed.id = way WHERE drive > 0 OR walk > 0) q
  GROUP BY lon, lat HAVING count(*) > 1 OR bool_or(tip)) q;
CREATE UNIQUE INDEX ON node(lon, lat);
-- pieces between two vertices, and their sums between two nodes
CREATE TABLE piece AS SELECT v.way, v.seq, n.id AS node, v.lon, v.lat,
  lead(v.lon) OVER o AS lon2, lead(v.lat) OVER o AS lat2, count(n.id) OVER o AS part
  FROM v LEFT JOIN node n USING (lon, lat) WINDOW o AS (PARTITION BY way ORDER BY seq);
CREATE TABLE metre AS SELECT *, ST_Length(ST_MakeLine(ST_MakePoint(lon, lat), ST_MakePoint(lon2, lat2))::geography) AS m FROM piece WHERE lon2 IS NOT NULL;
CREATE TABLE edge AS SELECT row_number() OVER () AS id, e.*, speed.drive, speed.walk, once, back FROM (
  SELECT way, part, (array_agg(node ORDER BY seq))[1] AS source, sum(m) AS m FROM metre GROUP BY way, part) e
  JOIN speed ON speed.id = way;
ALTER TABLE edge ADD target bigint;
UPDATE edge SET target = piece.node FROM piece WHERE piece.way = edge.way AND piece.part = edge.part + 1 AND piece.node IS NOT NULL;
CREATE VIEW drive AS SELECT id, source, target, CASE WHEN NOT (once AND back) THEN m / drive ELSE -1 END AS cost,
  CASE WHEN NOT once OR back THEN m / drive ELSE -1 END AS reverse_cost FROM edge WHERE drive > 0;
CREATE VIEW walk AS SELECT id, source, target, m / walk AS cost, m / walk AS reverse_cost FROM edge WHERE walk > 0;
ANALYZE;
SELECT id, lon, lat FROM node ORDER BY id;
`

// TestAgainstPgRouting imports a real town and compares the quickest ways between
// 2,000 random pairs of its junctions by car, four from each start, and 300 on foot,
// with pgRouting's, over a
// network that PostGIS makes of the same file as osmium reads it: the same cost,
// and a course that costs as much.
func TestAgainstPgRouting(t *testing.T) {
	file := outside.File(t, "osm", "reisterstown.osm.pbf")
	ways, vertices := roadsOf(t, file)
	p := newPostgres(t)
	r := geotest.Rand(t)
	g := imported(t, file)
	ids := map[int]orb.Point{}
	for _, row := range p.psql(fmt.Sprintf(network, ways, vertices)) {
		f := strings.Split(row, "|")
		id, _ := strconv.Atoi(f[0])
		lon, _ := strconv.ParseFloat(f[1], 64)
		lat, _ := strconv.ParseFloat(f[2], 64)
		ids[id] = orb.Point{lon, lat}
	}
	t.Logf("%d nodes in PostGIS, %+v here", len(ids), g.Stats())
	if len(ids) != g.Stats().Nodes {
		t.Errorf("%d nodes in PostGIS, %d here", len(ids), g.Stats().Nodes)
	}
	p.compare(g, roadnet.Drive, ids, r, 2000)
	p.compare(g, roadnet.Walk, ids, r, 300)
}

// imported is the network of the roads of a file as the program imports it.
func imported(t testing.TB, file string) *roadnet.Graph {
	t.Helper()
	f, err := ingest.OpenPath(file, "")
	if err != nil {
		t.Fatal(err)
	}
	store := memstore.New()
	if _, err := ingest.Run(t.Context(), store, osm.NewSource(f), ingest.Options{Layer: "town", Create: true}); err != nil {
		t.Fatal(err)
	}
	c, err := live.Open(t.Context(), store, live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	g, err := roadnet.NewKeeper(c).Graph(t.Context(), "town_roads")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// compare asks both for the ways between random pairs of nodes that serve to start
// here.
func (p *postgres) compare(g *roadnet.Graph, m roadnet.Mode, at map[int]orb.Point, r *rand.Rand, n int) {
	p.t.Helper()
	type pair struct{ a, b int }
	snap := func() (int, *roadnet.Snap) {
		for {
			id := 1 + r.IntN(len(at))
			if s, ok := g.Snap(m, at[id], .001); ok {
				return id, &s
			}
		}
	}
	cost := map[pair]float64{}
	course := map[pair]orb.LineString{}
	pairs := strings.Builder{}
	a, from := snap()
	for len(cost) < n {
		if len(cost)%4 == 0 { // pgRouting searches once for each start
			a, from = snap()
		}
		b, to := snap()
		if _, ok := cost[pair{a, b}]; ok || a == b {
			continue
		}
		way, err := g.Route(p.t.Context(), m, from, to, 0)
		switch {
		case errors.Is(err, roadnet.ErrNoWay):
			cost[pair{a, b}] = math.Inf(1)
		case err != nil:
			p.t.Fatal(err)
		default:
			cost[pair{a, b}], course[pair{a, b}] = way.Seconds, way.Line
		}
		fmt.Fprintf(&pairs, "%d\t%d\n", a, b)
	}
	theirs := map[pair]float64{}
	for _, row := range p.psql(fmt.Sprintf(`CREATE TABLE pairs_%[1]s(source bigint, target bigint);
COPY pairs_%[1]s FROM STDIN;
%[2]s\.
SELECT start_vid, end_vid, agg_cost FROM pgr_dijkstraCost('SELECT * FROM %[1]s', 'SELECT * FROM pairs_%[1]s');`, m, pairs.String())) {
		f := strings.Split(row, "|")
		a, _ := strconv.Atoi(f[0])
		b, _ := strconv.Atoi(f[1])
		theirs[pair{a, b}], _ = strconv.ParseFloat(f[2], 64)
	}
	bad, ways := 0, 0
	for k, got := range cost {
		want, ok := theirs[k]
		if !ok {
			want = math.Inf(1)
		}
		if same := math.IsInf(got, 1) && math.IsInf(want, 1) || math.Abs(got-want) <= 1e-6*want; !same {
			if bad++; bad < 5 {
				p.t.Errorf("%v from %d %v to %d %v: %v s, pgRouting %v", m, k.a, at[k.a], k.b, at[k.b], got, want)
			}
		}
		if !math.IsInf(got, 1) {
			ways++
		}
	}
	if bad > 0 || ways < n*9/10 {
		p.t.Errorf("%v: %d of %d pairs differ, %d have a way", m, bad, n, ways)
	}
	// Along each course: the quickest piece between each two of its vertices.
	pieces := p.pieces(m)
	for k, line := range course {
		sum := 0.0
		for i := 1; i < len(line); i++ {
			c, ok := pieces[[2]orb.Point{line[i-1], line[i]}]
			if !ok {
				c = math.Inf(1)
			}
			sum += c
		}
		if want := cost[k]; !(math.Abs(sum-want) <= 1e-6*want) {
			if bad++; bad < 5 {
				p.t.Errorf("%v from %d to %d: the course costs %v s, the way %v", m, k.a, k.b, sum, want)
			}
		}
		ways--
	}
	if ways != 0 || bad > 0 {
		p.t.Errorf("%v: %d courses differ, %d are missing", m, bad, ways)
	}
}

// pieces are the costs between neighbouring vertices, of the quickest road where
// there are several.
func (p *postgres) pieces(m roadnet.Mode) map[[2]orb.Point]float64 {
	p.t.Helper()
	out := map[[2]orb.Point]float64{}
	for _, row := range p.psql(fmt.Sprintf(`SELECT lon, lat, lon2, lat2, m / %[1]s, NOT once OR NOT back OR '%[1]s' = 'walk', NOT once OR back OR '%[1]s' = 'walk'
  FROM metre JOIN speed ON speed.id = way WHERE %[1]s > 0`, m)) {
		f := strings.Split(row, "|")
		var x [5]float64
		for i := range x {
			x[i], _ = strconv.ParseFloat(f[i], 64)
		}
		put := func(a, b orb.Point) {
			if c, ok := out[[2]orb.Point{a, b}]; !ok || x[4] < c {
				out[[2]orb.Point{a, b}] = x[4]
			}
		}
		a, b := orb.Point{x[0], x[1]}, orb.Point{x[2], x[3]}
		if f[5] == "t" {
			put(a, b)
		}
		if f[6] == "t" {
			put(b, a)
		}
	}
	return out
}
