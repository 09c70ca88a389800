#!/bin/sh
# Each fuzzer for a short while over its corpus, as TAP tests:
#
#   short.sh FOLDER FUZZER...
set -u
folder=$1
shift
echo "1..$#"
count=0 code=0
for fuzzer in "$@"; do
	count=$((count + 1))
	program=$folder/fuzz_$fuzzer
	if [ ! -x "$program" ]; then
		echo "ok $count # SKIP fuzzing $fuzzer: clang with libFuzzer is not installed"
		continue
	fi
	found=$(mktemp -d)
	dictionary=
	[ ! -f "tests/fuzz/$fuzzer.dict" ] || dictionary=-dict=tests/fuzz/$fuzzer.dict
	# The second folder is only read; what is new goes into the first.
	if "$program" -runs=20000 -max_total_time=10 -max_len=4096 -timeout=10 ${dictionary:+"$dictionary"} \
		-artifact_prefix="$folder/" "$found" "tests/fuzz/corpus/$fuzzer" \
		>"$folder/$fuzzer.log" 2>&1; then
		echo "ok $count - fuzzing $fuzzer"
	else
		echo "not ok $count - fuzzing $fuzzer"
		tail -n 40 "$folder/$fuzzer.log" | sed 's/^/# /'
		code=1
	fi
	rm -rf "$found"
done
exit $code
