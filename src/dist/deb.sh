#!/bin/sh
# Builds the Debian package of the tree as it is, from a copy below FOLDER: `make deb` calls it.
#
#   deb.sh FOLDER VERSION
set -eu

folder=$1 version=$2
source=$folder/kindling-$version
# What was told to this make (another BUILD, a compiler) is not meant for the package's own.
unset MAKEFLAGS MAKELEVEL MFLAGS BUILD

for program in dpkg-buildpackage dh; do
	command -v $program >/dev/null || {
		echo "deb: $program is missing; make deps deb installs what this needs" >&2
		exit 1
	}
done
rm -rf "$source"
mkdir -p "$source"
# What git would not keep stays out; without git, what a build leaves behind.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	git ls-files --cached --others --exclude-standard
else
	find . -path ./build -prune -o -path ./var -prune -o -type f -print
fi | while read -r file; do
	[ ! -e "$file" ] || echo "$file"
done | tar -c -T - | tar -x -C "$source"
cp -R src/dist/debian "$source/debian"

changelog=$source/debian/changelog
if ! head -n 1 "$changelog" | grep -qF "($version)"; then
	maintainer=$(sed -n 's/^Maintainer: //p' "$source/debian/control")
	printf 'kindling (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- %s  %s\n\n' \
		"$version" "$version" "$maintainer" "$(date -R)" |
		cat - src/dist/debian/changelog >"$changelog"
fi

# Its own words are many, and wanted only where it fails.
if ! (cd "$source" && dpkg-buildpackage -us -uc) >"$folder/log" 2>&1; then
	tail -n 40 "$folder/log"
	echo "deb: it failed; all of it is in $folder/log" >&2
	exit 1
fi
ls "$folder/kindling_${version}"_*.deb
