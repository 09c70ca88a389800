#!/bin/sh
# The rules of the house, as tests. Run from the top of the tree:
#
#   lint.sh OBJECTS FLAGS...     OBJECTS: a folder of objects built without sanitizers;
#                                FLAGS: for the compilers
#
# Each rule is one TAP test; what breaks it is printed below it as a comment.
set -u
objects=$1
shift
set -- "$@" '-DKINDLING_VERSION="lint"'
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# rule NAME: standard input is the list of what breaks it. A rule stands at the end of a pipe, in
# a shell of its own: what it finds is kept in a file.
rule() {
	broken=$(cat)
	if [ -z "$broken" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		echo "$broken" | sed 's/^/# /'
	fi >>"$results"
}

# Floors: a file includes only from lower floors and from its own folder.
floor_of() {
	case $1 in
	base) echo 0 ;;
	text) echo 1 ;;
	proto | os) echo 2 ;;
	conf | tls | store) echo 3 ;;
	page) echo 4 ;;
	site | comments | gateway | net) echo 5 ;;
	proc) echo 6 ;;
	cli) echo 7 ;;
	main.c) echo 8 ;;
	*) echo none ;;
	esac
}

includes() { # FILE: its own headers, one "folder/file.h" a line
	sed -n 's/^#include "\(.*\)"$/\1/p' "$1"
}

for file in src/main.c src/*/*.[ch]; do
	folder=$(echo "$file" | cut -d/ -f2)
	for header in $(includes "$file"); do
		other=${header%%/*}
		[ "$other" = "$folder" ] && continue
		mine=$(floor_of "$folder") theirs=$(floor_of "$other")
		if [ "$mine" = none ] || [ "$theirs" = none ] || [ "$mine" -le "$theirs" ]; then
			echo "$file ($folder) includes $header"
		fi
	done
done | rule "includes go to lower floors alone"

# A foreign library belongs to one folder.
foreign='openssl/:tls sqlite3.h:store uv.h:net magic.h:site confuse.h:conf idn2.h:text seccomp.h:os uni(case|ctype|gbrk|name|norm|str|types):text'
for pair in $foreign; do
	grep -nE "^#include <${pair%%:*}" src/*.c src/*/*.[ch] | grep -vE "^src/${pair##*:}/"
done | rule "one foreign library, one folder"

for pair in $foreign; do
	grep -lE "^#include <${pair%%:*}" src/*/*.h | while read -r header; do
		inside=${header#src/}
		grep -l "^#include \"$inside\"" src/*.c src/*/*.[ch] | grep -v "^src/${pair##*:}/" |
			sed "s|\$| includes $inside, which shows ${pair%%:*}|"
	done
done | rule "no foreign type in a header seen outside its folder"

for file in src/*/*.c; do
	own=${file#src/}
	own=${own%.c}.h
	[ -f "src/$own" ] || continue
	first=$(includes "$file" | head -n 1)
	[ "$first" = "$own" ] || echo "$file begins with $first"
done | rule "every source file includes its own header first"

for header in src/*/*.h; do
	cc "$@" -fsyntax-only -x c "$header" 2>&1 | head -n 3
done | rule "every header compiles alone"

# The build says what its own compiler thinks; this asks the others that are here.
system=$(uname -s)
for compiler in gcc clang; do
	command -v $compiler >/dev/null || continue
	for file in $(git ls-files 'src/*.c' 'tests/*.c' 2>/dev/null); do
		case $file in
		*_linux.c) [ "$system" = Linux ] || continue ;;
		*_openbsd.c) [ "$system" = OpenBSD ] || continue ;;
		*_freebsd.c) [ "$system" = FreeBSD ] || continue ;;
		esac
		"$compiler" "$@" -Itests/unit -Itests/wire -fsyntax-only "$file" 2>&1 | head -n 5
	done
done | rule "gcc and clang have no warning"

for file in src/main.c src/*/*.[ch] tests/*/*.[ch]; do
	head -n 1 "$file" | grep -q '^/\*' || echo "$file"
done | rule "every file says at its top what it is for"

wc -l src/main.c src/*/*.c tests/*/*.[ch] | awk '$2 != "total" && $1 > 600 {print $2 ": " $1 " lines"}' |
	rule "no file over 600 lines"
wc -l src/*/*.h | awk '$2 != "total" && $1 > 100 {print $2 ": " $1 " lines"}' |
	rule "no header over 100 lines"
awk 'FNR == 1 {open = 0} /^\{/ {open = FNR} /^\}/ && open {
	if (FNR - open + 1 > 80) print FILENAME ":" open ": " FNR - open + 1 " lines"; open = 0}' \
	src/main.c src/*/*.c tests/*/*.c | rule "no function over 80 lines"

grep -nE '(^|[^a-z_])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtok|alloca|system|popen|tmpnam|mktemp|signal|rand|usleep|sleep)\(' \
	src/*.c src/*/*.[ch] tests/*/*.[ch] | rule "no call that has a safer sibling"

grep -nE '(^|[^a-z_])(exit|_exit|abort|quick_exit)\(' src/*/*.c |
	grep -vE '^src/(cli|proc)/|^src/base/check.c' | rule "only main, cli and proc end the process"

grep -nwE '(TODO|FIXME|XXX|HACK)' src/*.c src/*/*.[ch] tests/*/*.[ch] Makefile README.md |
	rule "nothing is left open in the text"

for folder in base text proto os conf tls store page site comments net proc cli; do
	ls "$objects/$folder"/*.o >/dev/null 2>&1 || echo "no objects in $objects/$folder"
done | rule "the objects to look at are there"

for file in "$objects"/*/*.o; do
	case $file in */proc/* | */base/log.o | */base/clock.o) continue ;; esac
	nm -f sysv "$file" | awk -F'|' -v f="${file#"$objects"/}" \
		'$7 ~ /^(\.data|\.bss|\.tdata|\.tbss)/ && $7 !~ /\.data\.rel\.ro/ && $4 ~ /OBJECT/ {print f ": " $1}'
done | rule "no mutable global outside proc, log and clock"

# Pure means: whatever these call is pure as well.
pure='mem(cpy|chr|cmp|move|set|rchr|mem)|str(len|chr|cmp|ncmp)|inet_(pton|ntop)|v?snprintf|__.*_chk(_fail(_local)?)?|__ctype_.*|arena_.*|buf_.*|span_.*|unicode_.*|idn_.*|check_failed|clock_format_.*|_GLOBAL_OFFSET_TABLE_|__u?div(mod)?di[34]|__u?moddi[34]|qsort|bsearch'
nm -u "$objects"/proto/*.o "$objects"/comments/rules.o | awk 'NF == 2 {print $2}' | sort -u |
	grep -vE "^($pure)\$" >"$objects/impure.txt"
nm "$objects"/proto/*.o | awk '$2 == "T" {print $3}' | sort -u >"$objects/own.txt"
grep -vxFf "$objects/own.txt" "$objects/impure.txt" | rule "proto and the rules of comments are pure"

if command -v shellcheck >/dev/null; then
	{
		find src tests -name '*.sh' -exec shellcheck -s sh .ci/run src/dist/openrc/kindling.initd \
			src/dist/rc.d/kindling.freebsd src/dist/debian/kindling.prerm \
			src/dist/debian/kindling.postrm {} +
		shellcheck -s ksh src/dist/rc.d/kindling.openbsd
	} 2>&1 | rule "shellcheck finds nothing in the scripts"
else
	echo "ok # SKIP shellcheck is not installed" >>"$results"
fi
if command -v mandoc >/dev/null; then
	# What it cannot find are pages that are not installed here; our own are looked for below.
	mandoc -Tlint -W style src/dist/*.[1-9] 2>/dev/null |
		grep -v 'referenced manual not found' | rule "the manual pages are clean"
else
	echo "ok # SKIP mandoc is not installed" >>"$results"
fi
sed -n 's/^\t{"\([a-z]*\)", ".*/\1/p' src/main.c | while read -r verb; do
	page=src/dist/kindling-$verb.8
	grep -q '^\.Sh EXAMPLES' "$page" || echo "$page: no examples, or no such page"
	grep -q "^\.Xr kindling-$verb 8" src/dist/kindling.8 || echo "kindling.8 does not name $page"
	# Switches that only this verb has; every other option is in kindling.conf(5).
	for flag in $(grep -ho '{\.flag = "--[a-z-]*"' "src/cli/$verb.c" | tr -cd 'a-z\n-' | sed 's/flag--//'); do
		grep -q "Fl Fl $flag" "$page" || echo "$page says nothing of --$flag"
	done
done | rule "every verb has its page, with all its switches"
sed -n 's/^\.Xr \(kindling[a-z.-]*\) \([0-9]\).*/\1.\2/p' src/dist/*.[1-9] | sort -u | while read -r page; do
	[ -f "src/dist/$page" ] || echo "there is no $page"
done | rule "the manual pages name no page of ours that is not there"

git ls-files 2>/dev/null | grep -E '\.(key|pem|crt|db)$' | rule "no key, certificate or database is kept in git"

awk '/^(not )?ok/ {sub(/ok/, "ok " ++count)} {print} END {print "1.." count}' "$results"
! grep -q '^not ok' "$results"
