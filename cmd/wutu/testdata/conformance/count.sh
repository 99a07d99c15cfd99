# shellcheck shell=bash
# Counting of what the parts of conformance.sh find. A part begins with start,
# calls check for each comparison, and ends with result or unavailable.

passed=0 failed=0 total_passed=0 total_failed=0 total_skipped=0 missing=0 known_failed=0
summary=()

start() { passed=0 failed=0; }
check() { # check WHAT ACTUAL WANTED
	if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		printf '  FAILED %s: got %.200s, want %.200s\n' "$1" "$2" "$3"
	fi
}
result() { # result NAME PASSED FAILED SKIPPED
	printf '%s: %d passed, %d failed, %d skipped\n' "$@"
	summary+=("$(printf '%-62s %7d %7d %7d' "$@")")
	total_passed=$((total_passed + $2)) total_failed=$((total_failed + $3)) total_skipped=$((total_skipped + $4))
}
unavailable() { # unavailable NAME REASON
	printf '%s: not available (%s)\n' "$@"
	summary+=("$(printf '%-62s not available: %s' "$@")")
	missing=$((missing + 1))
}
counted() { # counted NAME FILE: the last line of a file is "PASSED FAILED SKIPPED", what stands before is printed
	local numbers
	numbers=$(tail -n 1 "$2")
	if [[ "$numbers" =~ ^[0-9]+\ [0-9]+\ [0-9]+$ ]]; then
		head -n -1 "$2"
		# shellcheck disable=SC2086 # three numbers
		result "$1" $numbers
	else
		tail -n 20 "$2"
		result "$1" 0 1 0
	fi
}
summarise() {
	printf '\n%-62s %7s %7s %7s\n' "" passed failed skipped
	printf '%s\n' "${summary[@]}"
	printf '%-62s %7d %7d %7d\n' total $total_passed $total_failed $total_skipped
	[ "$missing" = 0 ] || echo "$missing suites were not available"
	[ "$known_failed" = 0 ] || echo "$known_failed of the failures are known faults of a suite"
}

have() { command -v "$1" >/dev/null; }
json() { node -e 'const v=JSON.parse(require("fs").readFileSync(0,"utf8"));for(const x of [].concat(eval(process.argv[1])))console.log(x)' "$1"; }
get() { curl -fsS --max-time 60 "$@"; }

# package MODULE NAME: installs a Debian package of Python's when its module is missing.
package() {
	local sudo=sudo
	/usr/bin/python3 -c "import $1" 2>/dev/null && return
	have apt-get || return 1
	[ "$(id -u)" != 0 ] || sudo=
	echo "installing $2"
	$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}
