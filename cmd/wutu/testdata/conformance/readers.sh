# shellcheck shell=bash
# Independent programs read every collection whole: as many features as the server
# counts, and the same ids as the server's own pages have.

# own_pages writes the ids of every collection into $dir/ids/.
own_pages() {
	local layer next
	mkdir -p "$dir/ids"
	start
	get "$url/ogc/collections" | json 'v.collections.map(c=>c.id)' | sort >"$dir/collections"
	while read -r layer; do
		: >"$dir/page.ids"
		next="$url/ogc/collections/$layer/items?limit=10000"
		while [ -n "$next" ]; do
			get "$next" >"$dir/page.json"
			json 'v.features.map(f=>f.id)' <"$dir/page.json" >>"$dir/page.ids"
			next=$(json '(v.links.find(l=>l.rel==="next")||{href:""}).href' <"$dir/page.json")
		done
		sort "$dir/page.ids" >"$dir/ids/$layer"
		check "$layer: ids on all pages" "$(uniq "$dir/ids/$layer" | wc -l)" "$(get "$url/ogc/collections/$layer/items?limit=1" | json 'v.numberMatched')"
	done <"$dir/collections"
	result "Pages agree with counts" $passed $failed 0
}

# same_ids WHO LAYER FILE: the ids somebody read, one a line, are those of the server.
same_ids() {
	sort -o "$3" "$3"
	check "$2: ids $1 reads" "$(sha256sum <"$3") of $(wc -l <"$3")" "$(sha256sum <"$dir/ids/$2") of $(wc -l <"$dir/ids/$2")"
}

# gdal_reads DRIVER PREFIX [OPTION...]: ogrinfo counts and ogr2ogr reads in pages.
gdal_reads() {
	local driver=$1 prefix=$2 layer want size
	shift 2
	start
	while read -r layer; do
		want=$(wc -l <"$dir/ids/$layer")
		check "$layer: $driver's count" "$(ogrinfo -ro -al -so "$@" "$prefix$layer" "$layer" 2>&1 | sed -n 's/^Feature Count: //p')" "$want"
		size=$((want / 3 + 1)) # three pages, one cut short
		[ "$size" -le 1000 ] || size=1000
		[ "$driver" = OGCAPI ] || set -- -oo PAGE_SIZE=$size
		rm -f "$dir/read.geojsonl"
		ogr2ogr -f GeoJSONSeq -mapFieldType DateTime=String "$@" "$dir/read.geojsonl" "$prefix$layer" "$layer" 2>"$dir/warnings" || true
		check "$layer: warnings of ogr2ogr" "$(cat "$dir/warnings")" ""
		node -e 'for(const l of require("fs").readFileSync(process.argv[1],"utf8").split("\n"))if(l.trim())console.log((f=>f.id??f.properties.id)(JSON.parse(l)))' "$dir/read.geojsonl" >"$dir/got" || : >"$dir/got"
		same_ids "$driver" "$layer" "$dir/got"
	done <"$dir/collections"
	result "GDAL reads every collection ($driver)" $passed $failed 0
}

gdal_lists() {
	start
	check "GDAL's list of layers" "$(ogrinfo -ro -q "OAPIF:$url/ogc" 2>"$dir/warnings" | sed -E 's/^[0-9]+: ([^ ]+).*/\1/' | sort | tr '\n' ' ')" "$(tr '\n' ' ' <"$dir/collections")"
	check "warnings of GDAL's" "$(cat "$dir/warnings")" ""
	result "GDAL lists the collections" $passed $failed 0
}

# python_reads NAME MODULE PACKAGE SCRIPT: a Python client writes the ids it reads.
python_reads() {
	local layer out=$dir/$2
	package "$2" "$3" || { unavailable "$1" "$3 cannot be installed"; return; }
	rm -rf "$out" && mkdir -p -m 700 "$out"
	XDG_RUNTIME_DIR=$out QT_QPA_PLATFORM=offscreen HOME=$out /usr/bin/python3 "$parts/$4" "$url/ogc" "$out" >"$out.log" 2>&1 || { echo "  FAILED $1"; tail -n 5 "$out.log"; result "$1" 0 1 0; return; }
	start
	while read -r layer; do
		check "$layer: count" "$(cat "$out/$layer.count" 2>/dev/null)" "$(wc -l <"$dir/ids/$layer")"
		[ -e "$out/$layer.ids" ] || : >"$out/$layer.ids"
		same_ids "$1" "$layer" "$out/$layer.ids"
	done <"$dir/collections"
	result "$1" $passed $failed 0
}

# GDAL opens the city's GeoPackage, the file in use, and lists every layer.
gdal_geopackage() {
	local layer key
	start
	# counts of personal layers are for those who are cleared: ask as one of them
	key=$(sed -n 's/^ *commander *\(wutu_[^ ]*\).*/\1/p' "$dir/serve.log" | head -n 1)
	get -H "Authorization: Bearer $key" "$url/api/v1/layers" >"$dir/layers.json"
	ogrinfo -ro -q "$dir/city/city.gpkg" >"$dir/list" 2>"$dir/warnings" || true
	check "warnings of ogrinfo" "$(cat "$dir/warnings")" ""
	while read -r layer; do
		ogrinfo -ro -so "$dir/city/city.gpkg" "$layer" >"$dir/layer" 2>"$dir/warnings" || true
		check "$layer: warnings" "$(cat "$dir/warnings")" ""
		check "$layer: count" "$(sed -n 's/^Feature Count: //p' "$dir/layer")" "$(json "(l=>l.count)(v.layers.find(l=>l.id==='$layer'))" <"$dir/layers.json")"
	done < <(json 'v.layers.filter(l=>l.geometry!=="none").map(l=>l.id)' <"$dir/layers.json")
	result "GDAL opens the GeoPackage" $passed $failed 0
}

readers() {
	own_pages
	if have ogrinfo && have ogr2ogr; then
		gdal_lists
		gdal_reads OAPIF "OAPIF:$url/ogc/collections/"
		gdal_reads OGCAPI "OGCAPI:$url/ogc/collections/" -oo API=ITEMS
		gdal_geopackage
	else
		unavailable "GDAL" "ogrinfo and ogr2ogr are not installed"
	fi
	python_reads "OWSLib reads every collection" owslib python3-owslib read_owslib.py
	python_reads "QGIS reads every collection" qgis.core python3-qgis read_qgis.py
}
