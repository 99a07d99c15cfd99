#!/usr/bin/env bash
# Checks the filter language against the public repository of its standard
# (opengeospatial/ogcapi-features, folder cql2/standard): every example of the
# schema in text and in JSON, the number of features each filter of Annex A
# selects from the published data, and the JSON that is written against the
# schema. Prints
#
#   NAME: N passed, N failed, N skipped
#   NAME: not available (reason)
#
# and exits 1 when a check fails. WUTU_CQL2_STANDARD names the folder; without it
# a copy in bin/conformance/ is used, fetched when it is not there.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cache=$PWD/bin/conformance
copy=$cache/ogcapi-features
standard=${WUTU_CQL2_STANDARD:-$copy/cql2/standard}
mkdir -p "$cache"

if [ -n "${WUTU_CQL2_STANDARD:-}" ] && [ ! -d "$standard/schema/examples" ]; then
	echo "WUTU_CQL2_STANDARD: $standard is not the folder cql2/standard"
	exit 1
fi
if [ ! -d "$standard/schema/examples" ]; then
	rm -rf "$copy"
	if ! GIT_TERMINAL_PROMPT=0 timeout 120 git clone -q --depth 1 --filter=blob:none --sparse \
		https://github.com/opengeospatial/ogcapi-features "$copy" >"$cache/cql2-clone.log" 2>&1 ||
		! timeout 120 git -C "$copy" sparse-checkout set cql2/standard >>"$cache/cql2-clone.log" 2>&1; then
		rm -rf "$copy"
		echo "CQL2 examples and Annex A: not available (the public repository cannot be fetched; WUTU_CQL2_STANDARD may name its folder cql2/standard)"
		exit 0
	fi
fi

status=0
written=$(mktemp -d)
trap 'rm -rf "$written"' EXIT
count() { grep -cE -- "$1" "$cache/cql2.log" || true; }

WUTU_CQL2_STANDARD=$standard WUTU_CQL2_WRITTEN=$written go test -count=1 -v -run '^TestStandard' ./layers/cql2 >"$cache/cql2.log" 2>&1 || status=1
printf 'CQL2 examples: %d passed, %d failed, 0 skipped\n' \
	"$(count '^ +--- PASS: TestStandardExamples/')" "$(count '^ +--- FAIL: TestStandardExamples/')"
equal=$(sed -nE 's/.* ([0-9]+) filters of Annex A.*/\1/p' "$cache/cql2.log")
printf 'CQL2 Annex A counts: %d passed, %d failed, 0 skipped\n' "${equal:-0}" "$(count 'standard_test.go:[0-9]+: .*(selects|: cql2:)')"
[ $status -eq 0 ] || { grep -E 'standard_test.go|FAIL' "$cache/cql2.log" | head -20; echo "see bin/conformance/cql2.log"; }

# The JSON that is written is checked by a validator of JSON Schema that is not ours.
if ! python3 -c 'import jsonschema' 2>/dev/null; then
	echo "CQL2 JSON against its schema: not available (Python's jsonschema is not installed)"
	exit $status
fi
python3 - "$standard" "$written" <<'PY' || status=1
import glob, json, os, sys
from jsonschema import Draft202012Validator
standard, written = sys.argv[1:]
validator = Draft202012Validator(json.load(open(standard + "/schema/cql2.json")))
passed = failed = skipped = 0
for name in sorted(glob.glob(written + "/*.json")):
    published = standard + "/schema/examples/json/" + os.path.basename(name)
    if not validator.is_valid(json.load(open(published))):
        skipped += 1  # the published example does not follow the schema itself
    elif validator.is_valid(json.load(open(name))):
        passed += 1
    else:
        failed += 1
        print("  FAILED", os.path.basename(name), open(name).read()[:200])
print("CQL2 JSON against its schema: %d passed, %d failed, %d skipped" % (passed, failed, skipped))
sys.exit(failed > 0 or passed == 0)
PY
exit $status
