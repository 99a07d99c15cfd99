# shellcheck shell=bash
# The executable test suites of OGC (CITE), and a linter of the API document.

# cite LABEL SUITE VERSION COLLECTIONS [ENTRIES]: an OGC executable test suite, its
# all-in-one jar fetched by Maven unless one lies in the cache.
cite() {
	local label=$1 name=$2 version=$3 out=$cache/$2 jar report
	have java || { unavailable "$label" "java is not installed"; return; }
	jar=$(find "$cache/" -maxdepth 1 -name "$name-*-aio.jar" | sort -V | tail -n 1)
	if [ -z "$jar" ]; then
		have mvn || { unavailable "$label" "Maven is not installed"; return; }
		jar=$cache/$name-$version-aio.jar
		mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
			"-Dartifact=org.opengis.cite:$name:$version:jar:aio" "-DoutputDirectory=$cache" >"$cache/$name.log" 2>&1 && [ -s "$jar" ] ||
			{ unavailable "$label" "Maven does not find $name:$version:aio, see bin/conformance/$name.log"; return; }
	fi
	label="$label ($(basename "$jar" -aio.jar))"
	rm -rf "$out" && mkdir -p "$out"
	cat >"$out/properties.xml" <<-XML
		<?xml version="1.0" encoding="UTF-8"?>
		<properties version="1.0"><entry key="iut">$url/ogc/</entry><entry key="noofcollections">$4</entry>${5:-}</properties>
	XML
	java -jar "$jar" -o "$out" "$out/properties.xml" >"$out/run.log" 2>&1 || true
	report=$(find "$out" -name testng-results.xml | head -n 1)
	if [ -z "$report" ]; then
		tail -n 5 "$out/run.log"
		echo "  FAILED $label: no results, see $out/run.log"
		result "$label" 0 1 0
		return
	fi
	node -e '
		const xml=require("fs").readFileSync(process.argv[1],"utf8")
		const count={PASS:0,FAIL:0,SKIP:0},lines={}
		let known=0
		for(const m of xml.matchAll(/<test-method\b([^>]*?)(\/>|>[\s\S]*?<\/test-method>)/g)){
			const a=Object.fromEntries([...m[1].matchAll(/([\w-]+)="([^"]*)"/g)].map(x=>[x[1],x[2]]))
			if(a["is-config"]==="true"&&a.status!=="FAIL")continue
			count[a.status]++
			if(a.status!=="FAIL")continue
			// The suite writes boxes in EPSG:4326 and EPSG:4490 longitude first, against
			// the order of the register; east of 90 degrees they are then no boxes, and
			// only the answer 400 to such a box is the fault of the suite.
			const why=/<message>\s*<!\[CDATA\[([\s\S]*?)\]\]>/.exec(m[2])
			const suites=a.name==="verifyBboxCrsParameter"&&why!==null&&/but was <400>/.test(why[1])&&/bbox-crs=\S*EPSG%2F0%2F4(326|490)&(amp;)?bbox=1[0-7]\d\./.test(m[2])
			if(suites)known++
			const line=(suites?"  FAILED (known fault of the suite: axis order) ":"  FAILED ")+a.name+": "+(why?why[1]:"").trim().replace(/\s+/g," ").slice(0,300)
			lines[line]=(lines[line]??0)+1
		}
		for(const l of Object.keys(lines).sort())console.log(l+(lines[l]>1?" ("+lines[l]+" times)":""))
		console.log(known)
		console.log(count.PASS,count.FAIL,count.SKIP)' "$report" >"$out/summary"
	head -n -2 "$out/summary"
	known_failed=$((known_failed + $(tail -n 2 "$out/summary" | head -n 1)))
	# shellcheck disable=SC2046 # three numbers
	result "$label" $(tail -n 1 "$out/summary")
}

# A linter that shares nothing with the program reads its API document.
api_document() {
	get "$url/ogc/api" >"$dir/api.json"
	mkdir -p "$cache/npm"
	[ -x "$cache/npm/node_modules/.bin/redocly" ] || npm install --prefix "$cache/npm" --no-audit --no-fund --loglevel=error @redocly/cli@2.0.0 >"$cache/npm.log" 2>&1 ||
		{ unavailable "OpenAPI document" "the linter cannot be installed, see bin/conformance/npm.log"; return; }
	printf 'extends: [spec]\ntelemetry: "off"\n' >"$dir/redocly.yaml"
	start
	(cd "$dir" && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true "$cache/npm/node_modules/.bin/redocly" lint --config redocly.yaml --format json api.json) >"$dir/lint.json" 2>"$cache/redocly.log" || true
	check "errors in the document" "$(json 'v.totals.errors' <"$dir/lint.json")" 0
	json 'v.problems.filter(p=>p.severity==="error").map(p=>"  "+p.ruleId+": "+p.message+" "+p.location[0].pointer)' <"$dir/lint.json"
	result "OpenAPI document" $passed $failed 0
}

cite_features() { cite "OGC CITE Features 1.0" ets-ogcapi-features10 1.9 -1; }

# The tiles suite asks for four tiles with content: those at the middle of the city.
cite_tiles() {
	local row col
	read -r row col < <(get "$url/api/v1/city" | json '(c=>{const n=2**14,l=c[1]*Math.PI/180;return Math.floor((1-Math.asinh(Math.tan(l))/Math.PI)/2*n)+" "+Math.floor((c[0]+180)/360*n)})(v.center)')
	cite "OGC CITE Tiles 1.0" ets-ogcapi-tiles10 1.2 -1 "<entry key=\"tilematrixsetdefinitionuri\">http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad</entry>
	<entry key=\"urltemplatefortiles\">$url/ogc/collections/buildings/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}</entry>
	<entry key=\"tilematrix\">14</entry><entry key=\"mintilerow\">$row</entry><entry key=\"maxtilerow\">$((row + 1))</entry><entry key=\"mintilecol\">$col</entry><entry key=\"maxtilecol\">$((col + 1))</entry>"
}
