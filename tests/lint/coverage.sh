#!/bin/sh
# What the tests have reached of the folders that listen to strangers. `make coverage`.
#
#   coverage.sh BUILD     BUILD: built with --coverage, and the tests have run
#
# Prints lines and branches for each folder. Ends with 1 where a branch is unreached in a function
# that tests/lint/unreached.txt does not name, or where that names one that there is not. Branches
# of a CHECK do not count: no test can break what must hold.
set -eu
build=$1
named=tests/lint/unreached.txt

for folder in proto tls net comments; do
	for counts in "$build/obj/$folder"/*.gcda; do
		${GCOV:-gcov} -t -b -c -r "$counts" 2>/dev/null
	done
done >"$build/gcov.txt"

awk -v named="$named" '
	function name_of(text) { sub(/^src\//, "", text); sub(/\/.*/, "", text); return text }
	BEGIN {
		while ((getline text < named) > 0) {
			count = split(text, words, /[: ]+/)
			if (words[1] ~ /^src\/.*\.c$/)
				for (i = 2; i <= count; i++)
					if (words[i] != "")
						known[words[1] " " words[i]] = 1
		}
	}
	/^ *-: *0:Source:/ { file = $0; sub(/.*Source:/, "", file); folder = name_of(file); next }
	file !~ /^src\/(proto|tls|net|comments)\/.*\.c$/ { next }
	/^function / { place = file " " $2; there[place] = 1; next }
	/^branch / {
		if (is_check) next
		branches[folder]++
		if ($3 == "taken" && $4 > 0) reached[folder]++
		else missed[place] = missed[place] (missed[place] ~ ("(^|,)" line "$") ? "" : "," line)
		next
	}
	/^ *[0-9#=*-]+: *[0-9]+:/ {
		split($0, parts, ":")
		line = parts[2] + 0
		is_check = $0 ~ /CHECK(_MAGIC)?\(/
		if (parts[1] ~ /-$/) next
		lines[folder]++
		if (parts[1] !~ /[#=]/) run[folder]++
	}
	END {
		printf "%-10s %14s %22s\n", "", "lines", "branches"
		split("proto tls net comments", folders, " ")
		for (i = 1; i <= 4; i++) {
			folder = folders[i]
			printf "%-10s %5d/%-5d %3d %% %9d/%-5d %3d %%\n", folder, run[folder], lines[folder],
				100 * run[folder] / lines[folder], reached[folder], branches[folder],
				100 * reached[folder] / branches[folder]
		}
		for (place in missed) {
			if (place in known) continue
			print "unreached and not in " named ": " place ", lines " substr(missed[place], 2)
			bad = 1
		}
		for (place in known) {
			if (place in there) continue
			print named " names what there is not: " place
			bad = 1
		}
		exit bad
	}' "$build/gcov.txt"
