#!/bin/sh
# Real clients: the conversation walked with openssl alone and in Amfora, the essay and its thread
# opened in bombadillo and kristall. `make test-clients` calls it; each part runs alone as well.
#
# KINDLING names the program, else it is build/kindling. A client that is not installed is skipped.
# KEEP=1 also puts kristall's picture where the README shows it. Each step is a line; the last one
# is "N passed, N failed" (", N skipped").
set -eu
cd "$(dirname "$0")/../.."
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for part in walk amfora open; do
	{ sh "tests/clients/$part.sh" || echo "not ok - tests/clients/$part.sh broke off"; } |
		tee -a "$lines"
done
skipped=$(grep -c '^ok .*# SKIP' "$lines") || true
passed=$(grep '^ok ' "$lines" | grep -vc '# SKIP') || true
failed=$(grep -c '^not ok ' "$lines") || true
closing="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || closing="$closing, $skipped skipped"
echo "$closing"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
