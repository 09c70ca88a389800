#!/bin/sh
# The container's image as an administrator meets it: built, run, used, updated and stopped.
#
# In the environment, each with more than one word where wanted:
#   PODMAN       the program, with options of its own; podman
#   IMAGE_BUILD  options of `build`, such as --isolation chroot
#   IMAGE_RUN    options of `run`, such as --network host; -p 127.0.0.1:19650:1965
#   IMAGE_PORT   where the server is then found; 19650
#
# Wants a network, or a base image that is there already (IMAGE_BUILD=--pull=never).
# shellcheck disable=SC2086 # one word each
set -eu
cd "$(dirname "$0")/../.."
podman=${PODMAN-podman}
if ! command -v ${podman%% *} >/dev/null; then
	echo 'Bail out! this wants podman'
	exit 1
fi
# shellcheck source=tests/clients/reader.sh
. tests/clients/reader.sh
port=${IMAGE_PORT-19650} base=gemini://localhost
image=localhost/kindling-test container=kindling-test-$$ conf=/etc/kindling/kindling.conf
kind='I lent my umbrella to the whole queue.'
: >"$temp/server.log"

finish() {
	$podman rm -f "$container" >/dev/null 2>&1 || true
	$podman volume rm -f "$container" >/dev/null 2>&1 || true
	rm -rf "$temp"
}
trap 'echo "Bail out! stopped by a signal"; exit 1' INT TERM HUP

last_seen() {
	last_answer
	$podman logs "$container" 2>&1 | tail -n 20
	[ ! -s "$temp/out" ] || tail -n 40 "$temp/out"
}

# quietly COMMAND...: its words only where it fails.
quietly() {
	"$@" >"$temp/out" 2>&1 || complain "failed: $*"
}

kindling() {
	$podman exec "$container" kindling "$@" -c "$conf"
}

is_healthy() {
	$podman healthcheck run "$container"
}

run() {
	quietly $podman run -d --name "$container" ${IMAGE_RUN--p "127.0.0.1:$port:1965"} \
		-v "$container:/var/lib/kindling" "$@" $image &&
		{ until_true 20 is_healthy || complain 'it does not come to serve'; }
}

is_built() {
	quietly $podman build --format docker ${IMAGE_BUILD-} -f src/dist/Containerfile -t $image .
}

serves() {
	run && essay_shows 'Kindness Spreads' && kindling cert >"$temp/certificate"
}

is_its_user() {
	[ "$($podman exec "$container" id -un)" = kindling ] || complain 'it is somebody else'
}

takes_comments() {
	identity rosa
	register rosa Rosa && follow 'Go on: leave a comment' && answer "$kind" && shown 'Thank you.'
}

verbs_work() {
	quietly kindling people owner-code && quietly kindling check &&
		kindling comments list >"$temp/out" && grep -qF "$kind" "$temp/out"
}

has_reloaded() {
	$podman logs "$container" 2>&1 | grep -q 'reload done'
}

reloads() {
	quietly $podman kill -s HUP "$container" && { until_true 20 has_reloaded || complain 'no reload'; }
}

ends_in_order() {
	quietly $podman stop "$container" || return 1
	[ "$($podman inspect -f '{{.State.ExitCode}}' "$container")" = 0 ] || complain 'its exit code'
}

# A new container over the old volume, as after an update, its own files read-only.
keeps_what_was() {
	quietly $podman rm "$container" && run --read-only && essay_shows "> $kind" || return 1
	kindling cert >"$temp/certificate.now"
	cmp "$temp/certificate" "$temp/certificate.now" || complain 'another certificate'
}

# Both are mounted over it; the rest of the configuration stays the image's.
serves_another_capsule() {
	mkdir "$temp/capsule"
	echo '# Another capsule' >"$temp/capsule/index.gmi"
	$podman exec "$container" cat "$conf" >"$temp/kindling.conf"
	sed -i 's!^\(\troot *= *\).*!\1"/srv/capsule"!' "$temp/kindling.conf"
	chmod -R a+rX "$temp"
	quietly $podman rm -f "$container" &&
		run -v "$temp/capsule:/srv/capsule:ro" -v "$temp/kindling.conf:$conf:ro" || return 1
	as
	visit "$base/" && shown '# Another capsule'
}

step 'the image is built' is_built
step 'it serves, and says that it is well' serves
step 'it is the user of that name' is_its_user
step 'it takes comments' takes_comments
step 'its verbs work' verbs_work
step 'SIGHUP reloads' reloads
step 'stop ends it in order' ends_in_order
step 'the next one has key and comments' keeps_what_was
step 'a capsule and a configuration of your own' serves_another_capsule
plan
[ -z "$broken" ]
