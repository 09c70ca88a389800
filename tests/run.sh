#!/bin/sh
# Runs test programs that speak TAP and adds up what they say.
#
#   run.sh LOGDIR PROGRAM...
#
# Prints a line for each program, the whole output of one that failed, every skipped test with
# its reason; at the end again what failed and why, and as the last line "N passed, N failed"
# (", N skipped"). Exit code 1 if any failed.
set -u

logs=$1
shift
mkdir -p "$logs"
passed=0 failed=0 skipped=0
failures=$logs/failures
: >"$failures"

for program in "$@"; do
	name=$(basename "$(dirname "$program")")/$(basename "$program")
	log=$logs/$(echo "$name" | tr / -).log
	# No test may hang: ten minutes are more than the whole suite has, but for the long runs.
	timeout -k 10 "${TEST_SECONDS:-600}" "$program" >"$log" 2>&1
	code=$?
	# cmocka says "not ok" of a skipped test, others "ok".
	skips=$(grep -cE '^(not )?ok .*# SKIP' "$log")
	ok=$(grep '^ok ' "$log" | grep -vc '# SKIP')
	bad=$(grep '^not ok ' "$log" | grep -vc '# SKIP')
	# A program that dies, or does not run what it has announced, has failed too.
	planned=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$log" | head -n 1)
	if [ "$bad" -eq 0 ] && { [ "$code" -ne 0 ] || [ $((ok + skips)) -ne "${planned:--1}" ]; }; then
		echo "not ok - $name ended with code $code after $((ok + skips)) of ${planned:-?} tests" >>"$log"
		bad=1
	fi
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skips))
	printf '%-28s %4d passed %4d failed' "$name" "$ok" "$bad"
	[ "$skips" -eq 0 ] || printf ' %4d skipped' "$skips"
	echo
	grep -E '^(not )?ok .*# SKIP' "$log" | sed 's/^.*# /    /'
	[ "$bad" -ne 0 ] || continue
	sed 's/^/    | /' "$log"
	# cmocka tells the reason before "not ok" or in the two lines after it.
	{
		echo "$name:"
		grep -E -A 2 '^not ok|ERROR' "$log" | grep -vE '^--$|^ok |# SKIP' |
			head -n 12 | sed 's/^/    /'
	} >>"$failures"
done
cat "$failures"

printf '%d passed, %d failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped"
echo
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
