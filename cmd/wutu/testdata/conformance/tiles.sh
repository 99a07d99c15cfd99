# shellcheck shell=bash
# Vector tiles and archives, held against readers that others wrote, and the same
# tiles of the same features in every process.

# go_tests NAME PATTERN PACKAGE: runs Go tests and counts them.
go_tests() {
	go test -count=1 -timeout 60m -v -run "$2" "$3" >"$dir/go" 2>&1 || true
	grep -aE '^ +[a-z_]+_test\.go:[0-9]+: ' "$dir/go" | cut -c1-400 || true
	grep -aqE '^(ok|FAIL)' "$dir/go" || tail -n 20 "$dir/go"
	result "$1" "$(grep -acE '^--- PASS' "$dir/go")" "$(grep -acE '^(--- FAIL|FAIL.*build failed)' "$dir/go")" "$(grep -acE '^--- SKIP' "$dir/go")"
}

# A million random features: no rule of MVT 2.1 is broken, and @mapbox/vector-tile and
# earcut read what was written. Four minutes of processor time, shared by all processors.
tiles_encoder() {
	have node && [ -d frontend/node_modules/@mapbox/vector-tile ] || { unavailable "Random features in vector tiles" "node and the web app's packages are needed: make ui-test"; return; }
	WUTU_FEATURES=${WUTU_FEATURES:-1000000} go_tests "${WUTU_FEATURES:-1000000} random features in vector tiles" '^TestMapClientsReadEveryFeature$' ./cmd/wutu
}

tiles_same() {
	WUTU_SAME=${WUTU_SAME:-50000} go_tests "Tiles of ${WUTU_SAME:-50000} points: 20 drawings, 2 processes, 3 ways of import" '^TestSameTileEverywhere$' ./cmd/wutu
}

# The reader of those who made the format, in Python and in JavaScript.
tiles_archive() {
	if python3 -m pip install -q --no-deps --target "$cache/pmtiles" pmtiles==3.8.1 >"$cache/pmtiles.log" 2>&1; then
		PYTHONPATH=$cache/pmtiles WUTU_PMTILES_PYTHON=python3 go_tests "PMTiles archives read in Python" '^TestReferenceReader$' ./tiles/pmtiles
		bin/wutu export buildings,components,roads --data "$dir/city" --format pmtiles --zoom 0-15 -o "$dir/city.pmtiles" >/dev/null
		PYTHONPATH=$cache/pmtiles python3 "$parts/read_pmtiles.py" "$dir/city.pmtiles" "$url/tiles/buildings,components,roads" >"$dir/archive" 2>&1 || true
		counted "PMTiles archive of a city read in Python" "$dir/archive"
	else
		unavailable "PMTiles archives read in Python" "the package cannot be installed, see bin/conformance/pmtiles.log"
	fi
}
