#!/bin/sh
# The package and the services as an administrator meets them, in Debian systems that are made for it
# and thrown away: the deb under systemd, `make install` under systemd and under OpenRC.
#
#   packages.sh FOLDER     FOLDER: keeps a bare system for the next time, see root.sh
#
# Wants root, debootstrap (or ROOT_TAR), util-linux and a network to fetch packages from.
set -eu
cd "$(dirname "$0")/../.."
if [ "$(id -u)" -ne 0 ] || ! command -v unshare >/dev/null ||
	{ [ -z "${ROOT_TAR-}" ] && ! command -v debootstrap >/dev/null; }; then
	echo 'Bail out! this wants root, unshare (util-linux) and debootstrap'
	exit 1
fi
mkdir -p "$1"
roots=$(cd "$1" && pwd)
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
next=$version+next
# shellcheck source=tests/clients/reader.sh
. tests/clients/reader.sh
# shellcheck source=tests/dist/root.sh
. tests/dist/root.sh

conf=/etc/kindling/kindling.conf
state=/var/lib/kindling
kind='I mended the bicycle of a stranger.'

finish() {
	halt
	rm -rf "$temp"
}
trap 'echo "Bail out! stopped by a signal"; exit 1' INT TERM HUP

# What a failed step leaves to look at.
last_seen() {
	last_answer
	[ ! -s "$temp/out" ] || tail -n 40 "$temp/out"
	[ -z "$outer" ] || inside journalctl --no-pager -n 30 -u kindling 2>&1 || true
}

# quietly COMMAND...: its words only where it fails.
quietly() {
	"$@" >"$temp/out" 2>&1 || complain "failed: $*"
}

# The program in the system that has booted, as the service's user.
kindling() {
	inside runuser -u kindling -- kindling "$@" -c "$conf"
}

# The readers' openssl reaches into the network of that system.
mkdir "$temp/bin"
: >"$temp/server.log"
# shellcheck disable=SC2016 # that script expands it
printf '#!/bin/sh\nexec nsenter -t "$(cat "%s")" -n %s "$@"\n' \
	"$temp/init" "$(command -v openssl)" >"$temp/bin/openssl"
chmod +x "$temp/bin/openssl"

# Everything that is asked of it from here on, it has to answer.
boot_and_reach() {
	boot || return 1
	echo "$init" >"$temp/init"
	PATH=$temp/bin:$PATH
	port=1965 base=gemini://localhost
	as
}

has_lines() { # FILE NUMBER
	[ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]
}

# with_reader COMMAND...: somebody asks all the while, and each time gets the page.
with_reader() {
	rm -rf "$temp/asking"
	mkdir "$temp/asking"
	sh tests/dist/asking.sh "$temp/asking" &
	reader=$!
	well=
	if until_true 20 has_lines "$temp/asking/served" 1 && "$@"; then
		asked=$(wc -l <"$temp/asking/served")
		until_true 20 has_lines "$temp/asking/served" $((asked + 5)) && well=yes
	fi
	touch "$temp/asking/enough"
	wait $reader
	if [ -e "$temp/asking/refused" ]; then
		complain "not served: $(cat "$temp/asking/refused")" || return 1
	fi
	[ -n "$well" ] || complain "failed: $*"
}

# ---- building

packages_are_built() {
	for each in "$version" "$next"; do
		quietly make --no-print-directory deb BUILD="$temp/build" VERSION="$each" || return 1
		cp "$temp/build/deb/kindling_${each}"_*.deb "$temp/kindling_$each.deb"
	done
}

lintian_is_content() {
	quietly lintian -EvIL +pedantic --allow-root "$temp/build/deb/kindling_${version}"_*.changes
	! grep -E '^[EWIPX]:' "$temp/out" || complain 'lintian has found something'
}

# ---- the package under systemd

installs_without_systemd() {
	new_root package systemd systemd-sysv dbus procps >"$temp/out" 2>&1 || return 1
	cp "$temp"/kindling_*.deb "$root/root/"
	quietly in_root "$root" apt-get -qy install --no-install-recommends \
		"/root/kindling_$version.deb" || return 1
	# The readers here are faster than any that it is meant for.
	sed -i '/^requests_per_minute/d' "$root$conf"
	[ "$(in_root "$root" stat -c '%U %a' "$state")" = 'kindling 700' ] ||
		complain "$state is not the user's alone"
}

starts_at_boot() {
	boot_and_reach && quietly inside systemctl is-active kindling.service &&
		visit "$base/" && shown 'Kindness Spreads' &&
		kindling cert >"$temp/certificate"
}

takes_comments() {
	identity rosa owner
	register rosa Rosa && follow 'Go on: leave a comment' && answer "$kind" &&
		shown 'Thank you.' || return 1
	code=$(kindling people owner-code | grep -oE '([a-z]+-)+[0-9]{4}') ||
		complain 'no code was printed' || return 1
	register owner Olga && visit "$base/comments/account/owner" && answer "$code" &&
		visit "$base/comments/moderation/" && refused 20
}

# What the unit says of itself is what it is given.
is_fenced_in() {
	quietly inside systemd-analyze security --threshold=20 --no-pager kindling.service || return 1
	master=$(inside systemctl show -P MainPID kindling.service)
	inside cat "/proc/$master/status" >"$temp/out"
	grep -q '^NoNewPrivs:.*1$' "$temp/out" || complain 'it may gain privileges' || return 1
	grep -q '^CapEff:.*0000000000000000$' "$temp/out" || complain 'it has some' || return 1
	[ "$(inside ps -o user= -C kindling | sort -u)" = kindling ] || complain 'it is somebody else'
}

says_how_it_is() {
	inside systemctl status --no-pager kindling.service >"$temp/out"
	grep -q 'Status: "' "$temp/out" || complain 'no status line' || return 1
	inside journalctl -u kindling -o cat --no-pager >"$temp/out"
	grep -q 'kindness-spreads' "$temp/out" || complain 'no request is logged' || return 1
	inside journalctl -q -u kindling -p warning -o cat --no-pager >"$temp/out"
	[ ! -s "$temp/out" ] || complain 'it warns' || return 1
	kindling stats --openmetrics >"$temp/out"
	grep -qE '^kindling_requests_total\{.*\} [1-9]' "$temp/out" || complain 'no requests counted'
}

# ---- what changes while it serves

reload_count() { # RESULT
	inside runuser -u kindling -- kindling stats --openmetrics --control /run/kindling/control |
		sed -n "s/^kindling_reloads_total{result=\"$1\"} //p"
}

counted_reload() { # RESULT
	[ "$(reload_count "$1")" -gt "$reloads" ]
}

reload_until_counted() { # RESULT
	reloads=$(reload_count "$1")
	quietly inside timeout 60 systemctl reload kindling.service || return 1
	until_true 30 counted_reload "$1" || complain "no reload was counted as $1"
}

reloads() {
	sed -i 's/^\tcerts/\taliases = {"capsule.example.org"}\n\tcerts/' "$root$conf"
	with_reader reload_until_counted 'done' && fetch 'gemini://capsule.example.org/' &&
		refused 20
}

# A mistake changes nothing, and is told.
explains_a_bad_reload() {
	cp "$root$conf" "$temp/good.conf"
	echo 'no_such_option = 1' >>"$root$conf"
	with_reader reload_until_counted refused || return 1
	cp "$temp/good.conf" "$root$conf"
	until_true 20 journal_names_it || complain 'the log does not name the line'
}

journal_names_it() {
	inside journalctl -u kindling -p err -o cat --no-pager |
		grep -q 'kindling.conf:.*no_such_option'
}

# ---- a new version, and the port that stays open

upgrades() {
	quietly inside dpkg -i "/root/kindling_$next.deb" &&
		quietly inside systemctl is-active kindling.service || return 1
	master=$(inside systemctl show -P MainPID kindling.service)
	[ "$(inside "/proc/$master/exe" --version)" = "kindling $next" ] ||
		complain 'the old one still runs' || return 1
	cmp "$root$conf" "$temp/good.conf" && keeps_what_was
}

keeps_what_was() {
	kindling cert >"$temp/certificate.now"
	[ "$(key_in certificate)" = "$(key_in certificate.now)" ] || complain 'another key' || return 1
	essay_shows "> $kind"
}

key_in() {
	grep -i 'key' "$temp/$1"
}

keeps_the_port_open() {
	quietly inside systemctl stop kindling.service &&
		quietly inside systemctl enable --now kindling.socket &&
		quietly inside systemctl start kindling.service &&
		with_reader restart_twice
}

restart_twice() {
	quietly inside systemctl restart kindling.service &&
		quietly inside systemctl restart kindling.service
}

another_serves() {
	now=$(inside systemctl show -P MainPID kindling.service)
	[ "$now" -ne 0 ] && [ "$now" != "$master" ] && inside systemctl is-active kindling.service
}

is_started_again_after() { # SIGNAL
	master=$(inside systemctl show -P MainPID kindling.service)
	inside kill "-$1" "$master"
	until_true 60 another_serves || complain 'nothing starts it again' || return 1
	essay_shows "> $kind"
}

# A master that hangs is noticed; the time for that is made short here.
is_watched() {
	drop_in=$root/etc/systemd/system/kindling.service.d
	mkdir -p "$drop_in"
	printf '[Service]\nWatchdogSec=3\n' >"$drop_in/test.conf"
	inside systemctl daemon-reload
	quietly inside systemctl restart kindling.service && is_started_again_after STOP || return 1
	rm -r "$drop_in"
	inside systemctl daemon-reload
}

# ---- and away

removes() {
	quietly inside apt-get -qy remove kindling || return 1
	! inside pgrep -u kindling || complain 'something still runs' || return 1
	! inside systemctl is-active kindling.socket >"$temp/out" || complain 'it still listens' ||
		return 1
	[ ! -e "$root/usr/bin/kindling" ] || complain 'the program is left' || return 1
	[ -s "$root$state/store/kindling.db" ] && cmp "$root$conf" "$temp/good.conf"
}

comes_back() {
	quietly inside dpkg -i "/root/kindling_$next.deb" &&
		quietly inside systemctl is-active kindling.service && keeps_what_was
}

# Nothing but the state, which is never touched.
only_the_state_is_left() {
	left=$(find "$root/etc" "$root/usr" "$root/lib/systemd" "$root/var/log" \
		-name '*kindling*')
	[ -z "$left" ] || complain "left: $left" || return 1
	[ -s "$root$state/store/kindling.db" ] || complain 'what people wrote is gone' || return 1
	[ -s "$root$state/certs/localhost.key" ] || complain 'the key is gone'
}

purges() {
	quietly inside apt-get -qy purge kindling && only_the_state_is_left || return 1
	! inside test -e /run/kindling || complain 'left: /run/kindling'
}

# ---- make install

installs_by_make() { # SERVICE
	quietly make --no-print-directory install BUILD="$temp/build" DESTDIR="$root" "SERVICE=$1"
}

serves_by_make() {
	installs_by_make systemd && quietly inside systemd-sysusers &&
		quietly inside systemd-tmpfiles --create kindling.conf &&
		quietly inside systemctl daemon-reload &&
		quietly inside systemctl enable --now kindling && essay_shows "> $kind"
}

uninstalls() {
	quietly inside systemctl disable --now kindling &&
		quietly make --no-print-directory uninstall DESTDIR="$root" SERVICE=systemd || return 1
	rm -r "$root/etc/kindling" "$root/var/log/kindling"
	only_the_state_is_left
}

# OpenRC is not the first process here; its services are started as it would start them.
serves_under_openrc() {
	halt
	libraries=$(dpkg-deb -f "$temp/kindling_$version.deb" Depends | tr , '\n' |
		sed -n 's/^ *\(lib[^ ]*\).*/\1/p')
	# shellcheck disable=SC2086 # one word each
	new_root openrc openrc openssl procps iproute2 $libraries >"$temp/out" 2>&1 || return 1
	installs_by_make openrc || return 1
	in_root "$root" useradd --system --home-dir "$state" --shell /usr/sbin/nologin kindling
	cp tests/dist/openrc.sh "$root/root/"
	quietly in_root "$root" unshare --net sh /root/openrc.sh
}

step 'the package is built' packages_are_built
! needs 'lintian finds nothing' lintian || step 'lintian finds nothing' lintian_is_content
step 'there is a bare system' quietly base_root
step 'it installs where no systemd runs' installs_without_systemd
step 'it starts at boot' starts_at_boot
step 'it takes comments, and has an owner' takes_comments
step 'check has nothing to say' quietly kindling check
step 'it is fenced in' is_fenced_in
step 'status, log and stats say how it is' says_how_it_is
step 'a reload is noticed by nobody' reloads
step 'a bad reload changes nothing, and is explained' explains_a_bad_reload
step 'a new version keeps settings, keys and comments' upgrades
step 'with the socket, a restart refuses nobody' keeps_the_port_open
step 'it is started again where it dies' is_started_again_after KILL
step 'it is started again where it hangs' is_watched
step 'it is removed, and leaves what is yours' removes
step 'it comes back' comes_back
step 'it is purged, and leaves what people wrote' purges
step 'make install serves under systemd' serves_by_make
step 'make uninstall takes it away' uninstalls
step 'make install serves under OpenRC' serves_under_openrc
plan
[ -z "$broken" ]
