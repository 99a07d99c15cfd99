#!/usr/bin/env bash
# Runs the public conformance suites and independent readers against a small
# generated city, and those that change features against a city of their own.
# Prints one line per suite as it ends and a table of them all:
#
#   NAME: N passed, N failed, N skipped
#   NAME: not available (reason)
#
# A failed check makes the exit status 1, but for the few that are known to be the
# suite's own fault: they are counted as failed and named so. Downloads are kept in
# bin/conformance/, details of the runs too. The jar of an OGC suite that was built
# by hand, of whatever version, may be laid there as SUITE-VERSION-aio.jar.
# Arguments name the parts to run: readers cite_features cite_tiles api_document
# filters edits tiles_archive tiles_same tiles_encoder; all by default.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cache=$PWD/bin/conformance
parts=$PWD/cmd/wutu/testdata/conformance
mkdir -p "$cache"
[ -x bin/wutu ] || go build -o bin/wutu ./cmd/wutu

dir=$(mktemp -d)
servers=() door=
cleanup() {
	local pid
	for pid in $door "${servers[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
	rm -rf "$dir"
}
trap cleanup EXIT

# shellcheck source=/dev/null
for part in count readers suites standard tiles; do . "$parts/$part.sh"; done

# serve CITY LOG: starts a server and sets address once it is ready.
serve() {
	bin/wutu serve --data "$1" --demo --listen 127.0.0.1:0 >"$2" 2>&1 &
	servers+=($!)
	address=
	for _ in $(seq 1 600); do # the address is printed once the server is ready
		address=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$2" || true)
		[ -z "$address" ] || return 0
		kill -0 "${servers[-1]}" 2>/dev/null || break
		sleep 0.1
	done
	cat "$2"
	echo "the server did not start"
	exit 1
}

bin/wutu generate --data "$dir/city" --size small --seed 1
serve "$dir/city" "$dir/serve.log"
url=$address
printf '{"type":"FeatureCollection","features":[{"type":"Feature","id":"1","geometry":{"type":"Point","coordinates":[0,0]},"properties":{"name":"x"}}]}' >"$dir/first.geojson"
bin/wutu import --data "$dir/edited" "$dir/first.geojson" --layer first --create --element land >/dev/null # makes the city
serve "$dir/edited" "$dir/edited.log"
edited=$address

[ $# -gt 0 ] || set -- readers cite_features cite_tiles api_document filters edits tiles_archive tiles_same tiles_encoder
for part in "$@"; do "$part"; done
summarise
[ $((total_failed - known_failed)) = 0 ]
