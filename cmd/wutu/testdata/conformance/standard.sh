# shellcheck shell=bash
# The repository of the standards (opengeospatial/ogcapi-features), of which the
# data, filters and tests are used. WUTU_OGCAPI_FEATURES names a copy of it;
# otherwise one in bin/conformance/ is used, fetched when it is not there.

standard=${WUTU_OGCAPI_FEATURES:-$cache/ogcapi-features}
part4=$standard/extensions/transactions/create-replace-update-delete

fetch_standard() {
	[ ! -d "$standard/cql2/standard/data" ] || return 0
	[ -z "${WUTU_OGCAPI_FEATURES:-}" ] || { echo "WUTU_OGCAPI_FEATURES: $standard is no copy of opengeospatial/ogcapi-features"; return 1; }
	rm -rf "$standard"
	if ! GIT_TERMINAL_PROMPT=0 timeout 120 git clone -q --depth 1 --filter=blob:none --sparse https://github.com/opengeospatial/ogcapi-features "$standard" >"$cache/standard.log" 2>&1 ||
		! timeout 120 git -C "$standard" sparse-checkout set cql2/standard extensions/transactions/create-replace-update-delete >>"$cache/standard.log" 2>&1; then
		rm -rf "$standard"
		return 1
	fi
}

# filters: the published examples and the counts of Annex A, in the package and
# over HTTP.
filters() {
	local line layer
	if ! fetch_standard; then
		unavailable "CQL2 examples and Annex A" "opengeospatial/ogcapi-features cannot be fetched, see bin/conformance/standard.log"
		return
	fi
	WUTU_CQL2_STANDARD=$standard/cql2/standard "$parts/../cql2-examples.sh" >"$dir/cql2" || true
	while read -r line; do
		if [[ "$line" =~ ^(.*):\ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
			result "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}" "${BASH_REMATCH[4]}"
		elif [[ "$line" =~ ^(.*):\ not\ available\ \((.*)\)$ ]]; then
			unavailable "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
		else
			echo "  $line"
		fi
	done <"$dir/cql2"
	have ogr2ogr || { unavailable "CQL2 Annex A over HTTP" "ogr2ogr is not installed"; return; }
	for layer in ne_110m_admin_0_countries ne_110m_populated_places_simple ne_110m_rivers_lake_centerlines; do
		ogr2ogr -f GeoJSON "$dir/$layer.json" "$standard/cql2/standard/data/ne110m4cql2.gpkg" "$layer" 2>>"$cache/standard.log"
		# The published outline of Sudan crosses itself at a spike, and an import refuses such: it is cut off.
		node -e 'const fs=require("fs"),c=JSON.parse(fs.readFileSync(process.argv[1],"utf8"))
			const cut=g=>Array.isArray(g[0][0])?g.map(cut):g.filter(p=>p[0]!==33.97498||p[1]!==8.68456)
			for(const f of c.features)if(f.properties.NAME==="Sudan")f.geometry.coordinates=cut(f.geometry.coordinates)
			fs.writeFileSync(process.argv[2],JSON.stringify(c))' "$dir/$layer.json" "$dir/$layer.geojson"
		bin/wutu import --data "$dir/edited" --create --element frame --layer "$layer" "$dir/$layer.geojson" >>"$cache/standard.log" 2>&1
	done
	sleep 2 # the server looks for what others have changed every second
	python3 "$parts/annex_a.py" "$edited/ogc/collections" "$standard/cql2/standard" >"$dir/annex" 2>&1 || true
	counted "CQL2 Annex A over HTTP" "$dir/annex"
}

# edits: the tests of Part 4, as they are written here and as they are published.
edits() {
	local key schema=$dir/schema.json reset
	key=$(bin/wutu token create --data "$dir/edited" --role themeowner | grep -om1 'wutu_[A-Za-z0-9_-]*')
	python3 "$parts/part4.py" schema >"$schema"
	python3 "$parts/part4.py" data >"$dir/huts.geojson"
	bin/wutu import --data "$dir/edited" "$dir/huts.geojson" --layer huts --create --element land --schema "$schema" >/dev/null
	sleep 2
	python3 "$parts/part4.py" run "$edited/ogc" huts "$key" >"$dir/part4" 2>&1 || true
	counted "Part 4: the abstract tests, written anew" "$dir/part4"
	if ! fetch_standard || [ ! -f "$part4/executable-tests/ats/run_ats.py" ]; then
		unavailable "Part 4: run_ats.py" "not to be had: opengeospatial/ogcapi-features is not there or has no executable-tests"
		return
	fi
	# Its data set sets a property that its schema lacks; the collection has it.
	json 'JSON.stringify({...v,properties:{...v.properties,owner:{type:"string"}}})' <"$part4/standard/data/buildings-schema.json" >"$schema"
	cp "$part4/standard/data/buildings.json" "$dir/buildings.geojson"
	reset="bin/wutu import --data $dir/edited $dir/buildings.geojson --layer published --create --element land --schema $schema >/dev/null && sleep 2"
	for layer in published published_upsert; do
		bin/wutu import --data "$dir/edited" "$dir/buildings.geojson" --layer $layer --create --element land --schema "$schema" >/dev/null
	done
	python3 "$parts/signed_in.py" "$edited" "$key" >"$dir/door" &
	door=$!
	for _ in $(seq 1 100); do [ -s "$dir/door" ] && break || sleep 0.1; done
	python3 "$part4/executable-tests/ats/run_ats.py" --landing-page "$(cat "$dir/door")/ogc" --collection published --put-create-collection published_upsert \
		--data-dir "$part4/standard/data" --reset-cmd "$reset" >"$cache/run_ats.log" 2>&1 || true
	kill $door && wait $door 2>/dev/null || true
	door=
	grep -A1 -E '^  (FAIL|ERROR) ' "$cache/run_ats.log" | head -n 40 || true
	sed -nE 's/^Summary: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) errors, ([0-9]+) skipped.*/\1 \2 \3 \4/p' "$cache/run_ats.log" | awk '{print $1, $2 + $3, $4}' >"$dir/ats"
	counted "Part 4: run_ats.py" "$dir/ats"
}
