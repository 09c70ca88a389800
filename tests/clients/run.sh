#!/bin/sh
# Opens the essay, with a comment under it, in real clients: amfora and bombadillo in a terminal
# (tmux), kristall in a window (Xvfb, openbox). `make test-clients` calls it.
#
# KINDLING names the program, else it is build/kindling. A client that is not installed is skipped.
# KEEP=1 also puts kristall's picture where the README shows it.
#
# The server gets a free port, a store and a certificate of its own; each client gets a home of its
# own. Everything is waited for, with a limit, by looking; nothing sleeps and hopes.
set -eu
program=${KINDLING:-build/kindling}
cd "$(dirname "$0")/../.."
essay=posts/kindness-spreads.gmi
title=$(sed -n 's/^# //p' "capsule/$essay" | head -n 1)
comment='Somebody held the bus for me this morning.'
passed=0 failed=0 skipped=0
temp=$(mktemp -d) server='' xvfb='' openbox='' kristall=''

stop() {
	for pid in "$@"; do
		kill "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || true
	done
}

finish() {
	# shellcheck disable=SC2086 # those that were not started vanish
	stop $kristall $openbox $xvfb $server
	tmux -S "$temp/tmux" kill-server 2>/dev/null || true
	rm -rf "$temp"
}
trap finish EXIT
trap 'echo "stopped by a signal"; exit 1' INT TERM

# until_true SECONDS COMMAND: as often as needed within that time.
until_true() {
	rounds=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		rounds=$((rounds - 1))
		[ "$rounds" -gt 0 ] || return 1
		sleep 0.1
	done
}

serving_or_dead() {
	test -s "$temp/ready" || ! kill -0 "$server"
}

# client NAME PROGRAMS...: runs try_NAME if the programs that it needs are here.
client() {
	name=$1
	shift
	for needed in "$name" "$@"; do
		if ! command -v "$needed" >/dev/null; then
			echo "skipped $name: $needed is not installed"
			skipped=$((skipped + 1))
			return
		fi
	done
	if "try_$name" 2>"$temp/$name.err"; then
		echo "ok $name"
		passed=$((passed + 1))
	else
		echo "not ok $name"
		cat "$temp/$name.err" "$temp/server.log" >&2
		failed=$((failed + 1))
	fi
}

# request URL: the answer's header, asked for with the certificate of the one who comments.
request() {
	printf '%s\r\n' "$1" | openssl s_client -quiet -connect "127.0.0.1:$port" \
		-servername localhost -cert "$temp/rosa.crt" -key "$temp/rosa.key" 2>/dev/null |
		head -n 1 | tr -d '\r'
}

expect_redirect() {
	header=$(request "$1")
	case $header in
	30\ *) ;;
	*)
		echo "$1 was answered with '$header', not with 30" >&2
		return 1
		;;
	esac
}

leave_comment() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-subj /CN=rosa -keyout "$temp/rosa.key" -out "$temp/rosa.crt" 2>/dev/null
	expect_redirect "$base/comments/register?Rosa" &&
		expect_redirect "$base/comments/on/${essay%.gmi}/new?$(echo "$comment" | sed 's/ /%20/g')"
}

screen() {
	tmux -S "$temp/tmux" capture-pane -p -t "$1"
}

screen_shows_page() {
	screen "$1" >"$temp/$1.screen" &&
		grep -q "$title" "$temp/$1.screen" && grep -q "$comment" "$temp/$1.screen"
}

# A screen so tall that the whole page is on it.
in_terminal() {
	mkdir -p "$temp/$1"
	tmux -S "$temp/tmux" -f /dev/null new-session -d -s "$1" -x 100 -y 120 \
		env TMPDIR="$temp" HOME="$temp/$1" XDG_CONFIG_HOME="$temp/$1" XDG_CACHE_HOME="$temp/$1" \
		XDG_DATA_HOME="$temp/$1" "$1" "$base/$essay"
	until_true 20 screen_shows_page "$1" || {
		cat "$temp/$1.screen" >&2
		return 1
	}
}

try_amfora() {
	in_terminal amfora
}

try_bombadillo() {
	in_terminal bombadillo
}

# What has loaded, kristall says in its title. Its command line is not used: 0.4 opens about:blank
# for a URL that it is given there while it is the first one running.
try_kristall() {
	mkdir -m 700 "$temp/kristall"
	Xvfb -displayfd 3 -screen 0 1000x1680x24 -nolisten tcp 3>"$temp/display" 2>/dev/null &
	xvfb=$!
	until_true 20 test -s "$temp/display" || return 1
	DISPLAY=:$(cat "$temp/display")
	export DISPLAY
	HOME="$temp/kristall" openbox >/dev/null 2>&1 &
	openbox=$!
	env HOME="$temp/kristall" XDG_CONFIG_HOME="$temp/kristall" XDG_RUNTIME_DIR="$temp/kristall" \
		kristall >"$temp/kristall.log" 2>&1 &
	kristall=$!
	until_true 20 xdotool search --onlyvisible --name Kristall || return 1
	window=$(xdotool search --onlyvisible --name Kristall | head -n 1)
	xdotool windowsize --sync "$window" 1000 1630 windowmove "$window" 0 0 \
		windowfocus --sync "$window" key ctrl+l type "$base/$essay"
	xdotool key Return
	until_true 20 xdotool search --onlyvisible --name "$title" || {
		xdotool getwindowname "$window" >&2
		return 1
	}
	if [ "${KEEP-}" = 1 ]; then
		import -window "$window" +dither PNG8:src/dist/kristall.png
	fi
}

"$program" serve --host localhost --root capsule --certs "$temp/certs" --listen 127.0.0.1:0 \
	--store "sqlite:$temp/kindling.db" --ready-file "$temp/ready" --workers 1 \
	>"$temp/server.log" 2>&1 &
server=$!
until_true 20 serving_or_dead
if ! test -s "$temp/ready"; then
	cat "$temp/server.log" >&2
	echo 'the server did not start' >&2
	exit 1
fi
read -r _ port <"$temp/ready"
base=gemini://localhost:$port
leave_comment

client amfora tmux
client bombadillo tmux
client kristall Xvfb openbox xdotool import

closing="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || closing="$closing, $skipped skipped"
echo "$closing"
[ "$failed" -eq 0 ]
