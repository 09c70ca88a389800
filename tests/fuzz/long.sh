#!/bin/sh
# Each fuzzer for a given time; what it learns is kept beside it for the next run:
#
#   long.sh FOLDER SECONDS FUZZER...
set -eu
folder=$1 seconds=$2
shift 2
for fuzzer in "$@"; do
	if [ ! -x "$folder/fuzz_$fuzzer" ]; then
		echo "fuzzing needs clang with libFuzzer: make deps fuzz installs it" >&2
		exit 1
	fi
	echo "fuzzing $fuzzer for $seconds s"
	mkdir -p "$folder/corpus/$fuzzer"
	dictionary=
	[ ! -f "tests/fuzz/$fuzzer.dict" ] || dictionary=-dict=tests/fuzz/$fuzzer.dict
	"$folder/fuzz_$fuzzer" -max_total_time="$seconds" -max_len=4096 -timeout=10 ${dictionary:+"$dictionary"} \
		-artifact_prefix="$folder/" "$folder/corpus/$fuzzer" "tests/fuzz/corpus/$fuzzer"
done
