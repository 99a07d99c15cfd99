package spatial

import (
	"fmt"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

// Limits of requests and answers.
const (
	maxK           = 1_000
	maxFeatures    = 10_000
	defaultPerList = 1_000

	// maxVertices bounds drawn shapes whose distance to many features is asked.
	maxVertices = 100_000
	// maxPathVertices bounds paths, whose every edge is held against every feature
	// near it.
	maxPathVertices = 20_000
	// maxRegionVertices bounds drawn regions, as those of national borders.
	maxRegionVertices = 500_000

	// maxPoints bounds a batch, and maxBatchBytes its body: 160 bytes a point.
	maxPoints     = 100_000
	maxBatchBytes = 16 << 20
	// maxNearest and maxLevels bound what is asked of every point of a batch.
	maxNearest = 8
	maxLevels  = 4

	// maxGroups bounds the groups of an answer.
	maxGroups = 100_000
	// maxMeasures bounds the measures of one request.
	maxMeasures = 32
	// maxCells bounds the cells of a coverage.
	maxCells = 50_000

	// maxMetres is half of the Earth's circumference: it reaches everything.
	maxMetres = 20_037_508
	// maxWidth bounds corridors and joins by distance, in metres.
	maxWidth = 100_000
	// maxMinutes bounds coverages by time.
	maxMinutes = 120
)

const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	mediaCSV     = "text/csv"
)

// checkVertices refuses shapes with more vertices than a question can take.
func checkVertices(pointer string, g orb.Geometry, most int) error {
	n := 0
	measure.Vertices(g, func(orb.Point) bool { n++; return n <= most })
	if n > most {
		return &layers.Error{Kind: layers.TooLarge, Op: "geometry", Field: pointer, Err: fmt.Errorf("has more than %d vertices", most)}
	}
	return nil
}

// metres checks a distance of a body.
func metres(pointer string, x, most float64) error {
	if !(x >= 0) || x > most {
		return layers.Invalidf("request", pointer, fmt.Sprintf("%v is not between 0 and %v metres", x, most))
	}
	return nil
}

// limitOf is the member "limit" of a body, or its default, which most bounds too.
func limitOf(pointer string, given *int, most, otherwise int) (int, error) {
	if given == nil {
		return min(otherwise, most), nil
	}
	if *given < 1 || *given > most {
		return 0, layers.Invalidf("request", pointer, fmt.Sprintf("%d is not between 1 and %d", *given, most))
	}
	return *given, nil
}
