# What the tests with real clients share: a server of their own, waiting, and TAP. Sourced, once or
# twice, from the top of the tree.
#
# KINDLING names the program, else it is build/kindling. The server gets a free port, a store and a
# certificate of its own; each client gets a home of its own. Everything is waited for, with a
# limit, by looking; nothing sleeps and hopes.
[ -z "${temp-}" ] || return 0
program=${KINDLING:-build/kindling}
# shellcheck disable=SC2034 # whoever sources this wants it
essay=posts/kindness-spreads
temp=$(mktemp -d) server='' started='' port='' base=''
store=sqlite:$temp/kindling.db
steps=0 broken=''

stop() {
	for pid in "$@"; do
		kill "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || true
	done
}

# Programs that a test starts add themselves to $started.
finish() {
	[ ! -S "$temp/tmux" ] || tmux -S "$temp/tmux" kill-server 2>/dev/null || true
	# shellcheck disable=SC2086 # none, one or several
	stop $started $server
	rm -rf "$temp"
}
trap finish EXIT
trap 'echo "Bail out! stopped by a signal"; exit 1' INT TERM

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

complain() {
	echo "$*" >&2
	return 1
}

# ---- TAP

# step NAME COMMAND...: one test. What follows a failed one is skipped, as it builds upon it.
# What the test last saw, its script prints with last_seen.
step() {
	step_name=$1
	shift
	steps=$((steps + 1))
	if [ -n "$broken" ]; then
		echo "ok $steps - $step_name # SKIP what it builds upon failed"
	elif "$@" 2>"$temp/why"; then
		echo "ok $steps - $step_name"
	else
		broken=yes
		echo "not ok $steps - $step_name"
		{ cat "$temp/why" && last_seen && tail -n 20 "$temp/server.log"; } | sed 's/^/# /'
	fi
}

# needs NAME PROGRAM...: false, and said to be skipped, where one is not installed.
needs() {
	whole=$1
	shift
	for needed in "$@"; do
		command -v "$needed" >/dev/null && continue
		steps=$((steps + 1))
		echo "ok $steps - $whole # SKIP $needed is not installed"
		return 1
	done
}

# Nothing else comes after this.
plan() {
	if [ -n "$server" ]; then
		broken=''
		step 'the server ends well' ends_well
	fi
	echo "1..$steps"
}

# ---- the server

serving_or_dead() {
	test -s "$temp/ready" || ! kill -0 "$server"
}

ends_well() {
	{ kill "$server" && wait "$server"; } || complain 'it did not end with 0'
}

# serve OPTION...: over the one store of this test; what served before it ends first.
serve() {
	[ -z "$server" ] || stop "$server"
	rm -f "$temp/ready"
	"$program" serve --host localhost --root capsule --certs "$temp/certs" \
		--listen 127.0.0.1:0 --store "$store" --ready-file "$temp/ready" --workers 1 "$@" \
		>>"$temp/server.log" 2>&1 &
	server=$!
	until_true 20 serving_or_dead || true
	if ! test -s "$temp/ready"; then
		sed 's/^/# /' "$temp/server.log"
		echo 'Bail out! the server did not start'
		exit 1
	fi
	read -r _ port <"$temp/ready"
	# shellcheck disable=SC2034 # whoever sources this wants it
	base=gemini://localhost:$port
}

# identity NAME...: NAME.crt and NAME.key.
identity() {
	for name in "$@"; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1825 \
			-subj "/CN=$name" -keyout "$temp/$name.key" -out "$temp/$name.crt" \
			2>/dev/null
	done
}
