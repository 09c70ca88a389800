# People in front of terminals: each has a client in a tmux session of their own, looks at what
# stands on the screen, and types. Sourced; brings lib.sh with it.
# shellcheck source=tests/clients/lib.sh
. tests/clients/lib.sh
patience=20 unsettled='^$'

tmux_at() {
	tmux -S "$temp/tmux" "$@"
}

# terminal WHO COMMAND...: the screen is so tall that a whole page is on it.
terminal() {
	seat=$1
	shift
	mkdir -p "$temp/home-$seat"
	tmux_at -f /dev/null new-session -d -s "$seat" -x 100 -y 160 \
		env TMPDIR="$temp" HOME="$temp/home-$seat" XDG_CONFIG_HOME="$temp/home-$seat" \
		XDG_CACHE_HOME="$temp/home-$seat" XDG_DATA_HOME="$temp/home-$seat" "$@"
}

screen() {
	tmux_at capture-pane -p -t "$1"
}

last_screens() {
	for seat in $(tmux_at list-sessions -F '#S' 2>/dev/null); do
		echo "$seat sees:"
		screen "$seat" | grep -v '^ *$'
	done
}

# A text may be wrapped, and stand behind the mark of a quotation.
one_line() {
	sed 's/^ *> / /' | tr -s ' \n' '  ' | tr -s ' '
}

# What stands in the box in the middle of the screen, if there is one.
dialog() {
	screen "$1" | sed -n 's/.*║\(.*\)║.*/\1/p' | one_line
}

screen_has() {
	screen "$1" | one_line | grep -qF -- "$2"
}

screen_lacks() {
	! screen_has "$@"
}

dialog_has() {
	dialog "$1" | grep -qF -- "$2"
}

no_dialog() {
	[ -z "$(dialog "$1")" ]
}

# sees WHO TEXT...: each comes up on the screen in time.
sees() {
	seat=$1
	shift
	for text in "$@"; do
		until_true "$patience" screen_has "$seat" "$text" ||
			complain "$seat does not see: $text" || return 1
	done
}

# misses WHO TEXT...: when the page is there, which is to be made sure of before.
misses() {
	seat=$1
	shift
	for text in "$@"; do
		until_true "$patience" screen_lacks "$seat" "$text" ||
			complain "$seat sees: $text" || return 1
	done
}

# settles WHO: what stood on the screen when it was remembered has given way to something else.
# The client's own word for "not yet" is in $unsettled.
remember() {
	screen "$1" >"$temp/screen-$1"
}

is_settled() {
	screen "$1" >"$temp/screen-now"
	! cmp -s "$temp/screen-$1" "$temp/screen-now" &&
		{ ! no_dialog "$1" || ! grep -qE "$unsettled" "$temp/screen-now"; }
}

settles() {
	until_true "$patience" is_settled "$1" || complain "$1 sees nothing new"
}

presses() {
	seat=$1
	shift
	tmux_at send-keys -t "$seat" "$@"
}

types() {
	tmux_at send-keys -t "$1" -l -- "$2"
}
