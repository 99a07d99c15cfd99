#!/usr/bin/env bash
# Starts the program on a small generated city and walks through its pages with
# a real browser. Screenshots go to bin/screenshots/.
set -euo pipefail
cd "$(dirname "$0")/../../.."
dir=$(mktemp -d)
server=
cleanup() {
	[ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
	rm -rf "$dir"
}
trap cleanup EXIT

bin/wutu generate --data "$dir/city" --size small --seed 1
mkdir "$dir/city/basemaps"
bin/wutu export roads,water,green --data "$dir/city" --format pmtiles --zoom 0-14 -o "$dir/city/basemaps/ground.pmtiles"
bin/wutu serve --data "$dir/city" --demo --listen 127.0.0.1:0 >"$dir/serve.log" 2>&1 &
server=$!
url=
for _ in $(seq 1 600); do # the address is printed once the server is ready
	url=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$dir/serve.log" || true)
	[ -z "$url" ] || break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done
[ -n "$url" ] || { cat "$dir/serve.log"; echo "the server did not start"; exit 1; }
WUTU_URL=$url WUTU_KEYS=$dir/serve.log npm --prefix frontend run --silent e2e || { tail -n 40 "$dir/serve.log"; exit 1; }
