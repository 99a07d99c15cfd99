package cql2

// Conformance lists the conformance classes of OGC 21-065r2, all fourteen, for
// the declaration of a server that reads filters with Parse and ParseJSON, gives
// them a time with At, and lists Functions. The caller owns the slice.
func Conformance() []string {
	names := []string{"cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
		"case-insensitive-comparison", "accent-insensitive-comparison", "basic-spatial-functions",
		"basic-spatial-functions-plus", "spatial-functions", "temporal-functions", "array-functions",
		"property-property", "functions", "arithmetic"}
	for i, n := range names {
		names[i] = "http://www.opengis.net/spec/cql2/1.0/conf/" + n
	}
	return names
}
