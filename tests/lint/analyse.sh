#!/bin/sh
# Static analysis of the program: clang-tidy, cppcheck, and gcc's own analyser. `make analyse`.
#
#   analyse.sh FLAGS... -- FILES...     FLAGS: for the compilers; FILES: the sources of this system
#
# Whatever is found is printed, and then it ends with 1. What is left out, and why, stands in
# .clang-tidy and in cppcheck.txt beside this script.
set -u
flags=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	flags="$flags $1"
	shift
done
shift
found=0
jobs=$(getconf _NPROCESSORS_ONLN)

missing() {
	echo "analyse: $1 is not installed: make deps analyse" >&2
	exit 1
}
for program in clang-tidy cppcheck gcc; do
	command -v $program >/dev/null || missing $program
done

echo "clang-tidy"
# shellcheck disable=SC2086 # the flags are words
printf '%s\n' "$@" | xargs -P "$jobs" -I FILE clang-tidy --quiet FILE -- $flags 2>/dev/null ||
	found=1

echo "cppcheck"
# shellcheck disable=SC2086
defines=$(printf '%s\n' $flags | grep '^-[ID]' | grep -v '^-I/')
# shellcheck disable=SC2086
cppcheck --quiet --std=c17 --enable=warning,performance,portability --error-exitcode=1 \
	--inline-suppr --suppressions-list=tests/lint/cppcheck.txt -j "$jobs" $defines "$@" ||
	found=1

echo "gcc -fanalyzer"
# shellcheck disable=SC2086
printf '%s\n' "$@" | xargs -P "$jobs" -I FILE gcc $flags -O1 -fanalyzer -Werror -c -o /dev/null FILE ||
	found=1

[ $found = 0 ] && echo "nothing found"
exit $found
