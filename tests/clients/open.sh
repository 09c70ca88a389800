#!/bin/sh
# Opens the essay and its thread, with a comment and an answer in them, in clients that are for
# reading: bombadillo in a terminal, kristall in a window (Xvfb, openbox).
#
# KEEP=1 also puts kristall's picture of the essay where the README shows it.
set -eu
cd "$(dirname "$0")/../.."
unset temp
# shellcheck source=tests/clients/reader.sh
. tests/clients/reader.sh
# shellcheck source=tests/clients/terminal.sh
. tests/clients/terminal.sh
title=$(sed -n 's/^# //p' "capsule/$essay.gmi" | head -n 1)
bus='Somebody held the bus for me this morning.'
lift='I held the lift for my neighbour.'

last_seen() {
	last_answer
	last_screens
}

converse() {
	register rosa Rosa && comment "$bus" || return 1
	rosas=$url
	register ibrahim Ibrahim && visit "$rosas" && follow 'Pass it on' && answer "$lift" &&
		shown "> $lift"
}

opens_in_bombadillo() {
	terminal essay bombadillo "$base/$essay.gmi" && sees essay "$title" "$bus" "$lift" &&
		terminal thread bombadillo "$base/comments/on/$essay/" &&
		sees thread "$bus" "passing on Rosa's" "$lift"
}

# ---- kristall: what has loaded, it says in its title

starts_kristall() {
	mkdir -m 700 "$temp/kristall"
	Xvfb -displayfd 3 -screen 0 1000x1680x24 -nolisten tcp 3>"$temp/display" 2>/dev/null &
	started="$! $started"
	until_true 20 test -s "$temp/display" || complain 'no Xvfb' || return 1
	DISPLAY=:$(cat "$temp/display")
	export DISPLAY
	HOME="$temp/kristall" openbox >/dev/null 2>&1 &
	started="$! $started"
	env HOME="$temp/kristall" XDG_CONFIG_HOME="$temp/kristall" \
		XDG_RUNTIME_DIR="$temp/kristall" kristall >"$temp/kristall.log" 2>&1 &
	started="$! $started"
	until_true 20 xdotool search --onlyvisible --name Kristall ||
		complain 'no window' || return 1
	window=$(xdotool search --onlyvisible --name Kristall | head -n 1)
	xdotool windowsize --sync "$window" 1000 1630 windowmove "$window" 0 0 \
		windowfocus --sync "$window"
}

# in_kristall URL TITLE: typed, as 0.4 opens about:blank for a URL on its command line while it is
# the first one running.
in_kristall() {
	xdotool key ctrl+l type "$1"
	xdotool key Return
	until_true 20 xdotool search --onlyvisible --name "$2" ||
		complain "the window's title is $(xdotool getwindowname "$window")"
}

opens_in_kristall() {
	starts_kristall && in_kristall "$base/$essay.gmi" "^$title" || return 1
	if [ "${KEEP-}" = 1 ]; then
		import -window "$window" +dither PNG8:src/dist/kristall.png
	fi
	in_kristall "$base/comments/on/$essay/" "^Comments on"
}

needs 'opening the essay in clients' openssl timeout || {
	plan
	exit
}
serve --commenting open
identity rosa ibrahim
step 'a comment and an answer to open' converse
conversed=$broken
if needs 'bombadillo opens the essay and its thread' bombadillo tmux; then
	step 'bombadillo opens the essay and its thread' opens_in_bombadillo
fi
broken=$conversed # one client says nothing of the other
if needs 'kristall opens the essay and its thread' kristall Xvfb openbox xdotool import; then
	step 'kristall opens the essay and its thread' opens_in_kristall
fi
plan
