package cql2

// Conformance lists the conformance classes of OGC 21-065r2 that this package
// fulfils, for the declaration of a server that uses it. The classes for arrays,
// custom functions and the JSON form are not among them. The caller owns the
// slice.
func Conformance() []string {
	names := []string{"cql2-text", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
		"accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
		"temporal-functions", "property-property", "arithmetic"}
	for i, n := range names {
		names[i] = "http://www.opengis.net/spec/cql2/1.0/conf/" + n
	}
	return names
}
