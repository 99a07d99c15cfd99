package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// The data of the suites: a million points around forty hubs and 200,000 buildings
// with eight corners, in a box of a city. The hubs' spread, which decides how
// many hits a circle has, is benchSpread degrees.
const (
	benchWest, benchSouth = 116.25, 39.725
	benchWidth, benchHigh = 0.5, 0.35
	benchHubs             = 40
	benchSpread           = 0.02
	benchPoints           = 1_000_000
	benchBuildings        = 200_000
	benchSeed             = 1
)

// benchCity is the folder of the data and what stands in it.
type benchCity struct {
	dir       string // of the city
	points    string // CSV: id,kind,name,ts,size,lon,lat
	buildings string // GeoJSON texts, one a line
	shapes    string // the buildings for COPY: id, kind, levels, WKT
	npoints   int
	nbuilding int
	imported  time.Duration // 0 if it was there already
	features  float64       // imported per second
}

func (c *benchCity) String() string {
	return fmt.Sprintf("%d points in %d Gaussian hubs (σ %v°) over %v × %v°, %d buildings of 8 corners, seed %d",
		c.npoints, benchHubs, benchSpread, benchWidth, benchHigh, c.nbuilding, benchSeed)
}

// makeBenchCity writes the files and imports them with the program's own import;
// with keep, what an earlier run left is used.
func (p *program) makeBenchCity(ctx context.Context, self, out string, share float64, keep bool) (*benchCity, error) {
	c := &benchCity{npoints: int(benchPoints * share), nbuilding: int(benchBuildings * share)}
	home, err := filepath.Abs(filepath.Join(out, fmt.Sprintf("city-hubs-%d", c.npoints)))
	if err != nil {
		return nil, err
	}
	c.dir = filepath.Join(home, "city")
	c.points, c.buildings, c.shapes = filepath.Join(home, "points.csv"), filepath.Join(home, "buildings.geojsonseq"), filepath.Join(home, "buildings.tsv")
	done := filepath.Join(home, "done")
	if _, err := os.Stat(done); err == nil && keep {
		return c, nil
	}
	if err := os.RemoveAll(home); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return nil, err
	}
	p.say("writing %v", c)
	rng := rand.New(rand.NewPCG(benchSeed, 0xc17))
	hubs := make([][2]float64, benchHubs)
	for i := range hubs {
		hubs[i] = [2]float64{benchWest + rng.Float64()*benchWidth, benchSouth + rng.Float64()*benchHigh}
	}
	near := func() (x, y float64) { // a place of the box around a hub
		for {
			h := hubs[rng.IntN(len(hubs))]
			x, y = h[0]+rng.NormFloat64()*benchSpread, h[1]+rng.NormFloat64()*benchSpread
			if x > benchWest && x < benchWest+benchWidth && y > benchSouth && y < benchSouth+benchHigh {
				return math.Round(x*1e7) / 1e7, math.Round(y*1e7) / 1e7
			}
		}
	}
	if err := writeLines(c.points, c.npoints, "id,kind,name,ts,size,lon,lat\n", func(line []byte, i int) []byte {
		x, y := near()
		return fmt.Appendf(line, "p%07d,%s,%s %d,%s,%d,%.7f,%.7f\n", i, benchKinds[rng.IntN(len(benchKinds))], benchNames[rng.IntN(len(benchNames))],
			rng.IntN(100_000), time.Unix(1_700_000_000+rng.Int64N(60_000_000), 0).UTC().Format(time.RFC3339), rng.IntN(1000), x, y)
	}); err != nil {
		return nil, err
	}
	shapes, err := os.Create(c.shapes)
	if err != nil {
		return nil, err
	}
	defer shapes.Close()
	forCopy := bufio.NewWriterSize(shapes, 1<<20)
	if err := writeLines(c.buildings, c.nbuilding, "", func(line []byte, i int) []byte {
		x, y := near()
		return building(rng, line, forCopy, i, x, y)
	}); err != nil {
		return nil, err
	}
	if err := forCopy.Flush(); err != nil {
		return nil, err
	}
	p.say("importing it")
	if _, err := runShown(ctx, self, "generate", "--data", c.dir, "--size", "small", "--seed", "1"); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"import", c.points, "--layer", "points", "--create", "--element", "object", "--id", "id", "--data", c.dir},
		{"import", c.buildings, "--layer", "blocks", "--create", "--element", "land", "--id", "id", "--data", c.dir},
	} {
		took, err := runShown(ctx, self, args...)
		if err != nil {
			return nil, err
		}
		c.imported += took
	}
	c.features = float64(c.npoints+c.nbuilding) / c.imported.Seconds()
	return c, os.WriteFile(done, nil, 0o644)
}

var (
	benchKinds = [...]string{"lamp", "manhole", "bench", "tree", "hydrant", "camera", "sign", "bin"}
	benchNames = [...]string{"解放路", "夷陵大道", "沿江大道", "东山大道", "西陵一路", "胜利四路"}
)

// building appends an octagon of 10 to 40 m as GeoJSON and writes it as WKT.
func building(rng *rand.Rand, line []byte, forCopy *bufio.Writer, i int, x, y float64) []byte {
	const perDegree = 111_320.0
	radius := (5 + 15*rng.Float64()) / perDegree
	turn, levels := rng.Float64(), 1+rng.IntN(30)
	line = fmt.Appendf(line, `{"type":"Feature","properties":{"id":"b%06d","kind":"%s","levels":%d},"geometry":{"type":"Polygon","coordinates":[[`,
		i, benchKinds[rng.IntN(len(benchKinds))], levels)
	fmt.Fprintf(forCopy, "b%06d\t%d\tPOLYGON((", i, levels)
	for k := range 9 {
		sin, cos := math.Sincos(2 * math.Pi * (float64(k%8) + turn) / 8)
		px, py := strconv.FormatFloat(x+radius*cos*1.3, 'f', 7, 64), strconv.FormatFloat(y+radius*sin, 'f', 7, 64)
		if k > 0 {
			line = append(line, ',')
			forCopy.WriteByte(',')
		}
		line = fmt.Appendf(line, "[%s,%s]", px, py)
		fmt.Fprintf(forCopy, "%s %s", px, py)
	}
	forCopy.WriteString("))\n")
	return append(line, "]]}}\n"...)
}

func writeLines(path string, n int, head string, each func(line []byte, i int) []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	out.WriteString(head)
	var line []byte
	for i := range n {
		line = each(line[:0], i)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// benchPlace is a place of the box, evenly spread.
func benchPlace(r *rand.Rand) (lon, lat float64) {
	return benchWest + r.Float64()*benchWidth, benchSouth + r.Float64()*benchHigh
}
