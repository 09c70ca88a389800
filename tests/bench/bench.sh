#!/bin/sh
# Measures the server against its budgets, and against peers where they are installed:
#
#   bench.sh BUILD        ROUNDS=5 in the environment: how often, for the medians
#
# It judges nothing: prints a table, and fails only where something cannot be measured. Everything
# runs in turn, round by round, since other work on the machine comes and goes; what the table is
# after are ratios. All logs are off, every server has two workers where it has workers at all, and
# all show the same certificate. molly-brown and nginx are the peers: `make deps bench`.
set -eu
build=$1
tools=$build/bench
rounds=${ROUNDS:-5}
case $rounds in
'' | *[!0-9]* | 0)
	echo 'ROUNDS is a number from 1' >&2
	exit 2
	;;
esac
temp=$(mktemp -d) pids=''
small=2000 large=16 held=2000 crowd=10000 files=10000 comments=100000

# Whatever runs.
stop() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || true
	done
	pids=''
}

finish() {
	stop
	rm -rf "$temp"
}
trap finish EXIT
trap 'echo "stopped by a signal" >&2; exit 1' INT TERM

die() {
	echo "bench: $*" >&2
	exit 1
}

say() {
	[ ! -t 2 ] || printf '\r\033[K%s' "$*" >&2
}

# start NAME READY PROGRAM...: sets $pid once it serves; "NAME.ms" has how long that took.
start() {
	name=$1
	shift
	rm -f "$temp/$name.ms"
	"$tools/start" "$temp/$name.ms" "$@" >"$temp/$name.out" 2>&1 &
	pid=$!
	pids="$pids $pid"
	looks=0
	until [ -s "$temp/$name.ms" ]; do
		looks=$((looks + 1))
		if [ $looks -gt 600 ] || ! kill -0 $pid 2>/dev/null; then
			cat "$temp/$name.out" >&2
			die "$name does not start"
		fi
		sleep 0.1
	done
}

# start_ours ROOT STORE OPTION...: sets $pid and $port.
start_ours() {
	served=$temp/$1 store=$temp/$2
	shift 2
	rm -f "$temp/ready"
	start ours "$temp/ready" "$build/kindling" serve --host localhost --root "$served" \
		--certs "$temp/certs" --store "sqlite:$store" --listen 127.0.0.1:0 --control "" \
		--ready-file "$temp/ready" --workers 2 --log off --max-connections 12000 \
		--max-connections-per-address 12000 --request-timeout 600 "$@"
	read -r _ port <"$temp/ready"
}

# start_molly ROOT. It has logs always, so they go nowhere.
start_molly() {
	port=$("$tools/port")
	cat >"$temp/molly.conf" <<-END
		Port = $port
		Hostname = "localhost"
		CertPath = "$temp/certs/localhost.crt"
		KeyPath = "$temp/certs/localhost.key"
		DocBase = "$temp/$1"
		AccessLog = "/dev/null"
		ErrorLog = "/dev/null"
	END
	start molly "$port" molly-brown -c "$temp/molly.conf"
}

# Only root may say which user serves, and the folder is open to this one alone.
start_nginx() {
	port=$("$tools/port")
	mkdir -p "$temp/nginx"
	cat >"$temp/nginx.conf" <<-END
		$([ "$(id -u)" -ne 0 ] || echo 'user root;')
		daemon off;
		worker_processes 2;
		pid $temp/nginx/pid;
		events { worker_connections 1024; }
		http {
			access_log off;
			client_body_temp_path $temp/nginx/body;
			proxy_temp_path $temp/nginx/proxy;
			fastcgi_temp_path $temp/nginx/fastcgi;
			uwsgi_temp_path $temp/nginx/uwsgi;
			scgi_temp_path $temp/nginx/scgi;
			ssl_session_cache off;
			ssl_session_tickets off;
			server {
				listen 127.0.0.1:$port ssl;
				ssl_certificate $temp/certs/localhost.crt;
				ssl_certificate_key $temp/certs/localhost.key;
				root $temp/capsule;
			}
		}
	END
	start nginx "$port" nginx -p "$temp/nginx" -e "$temp/nginx/error.log" -c "$temp/nginx.conf"
}

# load NAME TRANSACTIONS OPTION... PORT PID URL: adds the microseconds of each to "NAME".
load() {
	name=$1 count=$2
	shift 2
	say "round $round of $rounds: $name"
	"$tools/load" -n "$count" "$@" >"$temp/load"
	read -r spent ok other failed _ <"$temp/load"
	[ "$ok" -eq "$count" ] ||
		die "$name: of $count answers $other were of another status and $failed incomplete"
	echo "$spent" >>"$temp/$name.us"
}

# bytes_of PORT PID URL: of one answer, its header included.
bytes_of() {
	"$tools/load" -n 1 "$@" >"$temp/load"
	read -r _ ok _ _ bytes <"$temp/load"
	[ "$ok" -eq 1 ] || die "$3 is not answered"
	echo "$bytes"
}

# median NAME: of the lines of a file; nothing where there is none.
median() {
	[ ! -s "$temp/$1" ] || sort -n "$temp/$1" |
		awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}

# calc FORMAT EXPRESSION
calc() {
	awk "BEGIN {printf \"$1\", $2}"
}

row() {
	printf '%-47s | %-26s | %-8s | %s\n' "$@"
}

text() { # BYTES: lines of text
	yes 'Kindness travels from one to another, and nobody sees all of the way.' | head -c "$1"
}

PATH=$PATH:/usr/sbin # where nginx is
molly=$(command -v molly-brown || true)
nginx=$(command -v nginx || true)

# ---- the capsule: pages, a post with a hundred comments, a large file

mkdir -p "$temp/capsule/posts" "$temp/certs"
printf '# Bench\n=> posts/essay.gmi 2026-11-23 - An essay\n' >"$temp/capsule/index.gmi"
text 2048 >"$temp/capsule/page.gmi"
text 2048 >"$temp/capsule/posts/essay.gmi"
head -c 67108864 /dev/urandom >"$temp/capsule/large.bin"
mkdir "$temp/stores"
cp -R "$temp/capsule" "$temp/many"
rm "$temp/many/large.bin"
say "making $files files"
mkdir "$temp/many/pages"
text $((files * 100)) | (cd "$temp/many/pages" && split -a 4 -b 100 - page-)
say "making $comments comments"
"$tools/pages" "$temp/stores/some.db" 100 >"$temp/some"
"$tools/pages" "$temp/stores/many.db" 100 1000 10000 "$comments" >"$temp/curve"

# ---- transactions: the same loads for each, in turn

start_ours capsule stores/some.db
ours=$pid ours_port=$port url=gemini://localhost:$port
start_ours capsule stores/some.db --keyholder no
near=$pid near_port=$port
start_ours capsule stores/some.db --keyholder no --sandbox no
open=$pid open_port=$port
[ -z "$molly" ] || start_molly capsule
molly_pid=$pid molly_port=$port
[ -z "$nginx" ] || start_nginx
nginx_pid=$pid nginx_port=$port

# A page as long as the post is with what stands under it.
page=$(bytes_of "$ours_port" "$ours" "$url/page.gmi")
post=$(bytes_of "$ours_port" "$ours" "$url/posts/essay.gmi")
text $((post - page + 2048)) >"$temp/capsule/as-long.gmi"

set -- -C "$temp/certs/localhost.crt" -K "$temp/certs/localhost.key"
round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	say "round $round of $rounds: floor"
	"$tools/floor" "$2" "$4" $small >>"$temp/floor.us"
	load ours $small "$ours_port" "$ours" "$url/page.gmi"
	load near $small "$near_port" "$near" "gemini://localhost:$near_port/page.gmi"
	load open $small "$open_port" "$open" "gemini://localhost:$open_port/page.gmi"
	[ -z "$molly" ] ||
		load molly $small "$molly_port" "$molly_pid" "gemini://localhost:$molly_port/page.gmi"
	load post $small "$ours_port" "$ours" "$url/posts/essay.gmi"
	load as-long $small "$ours_port" "$ours" "$url/as-long.gmi"
	load post-identity $small "$@" "$ours_port" "$ours" "$url/posts/essay.gmi"
	load as-long-identity $small "$@" "$ours_port" "$ours" "$url/as-long.gmi"
	load large $large -c 2 "$ours_port" "$ours" "$url/large.bin"
	[ -z "$nginx" ] ||
		load nginx $large -c 2 "$nginx_port" "$nginx_pid" "https://localhost:$nginx_port/large.bin"
done
"$tools/hold" 0 "$ours_port" "$ours" >"$temp/worked"
stop

# ---- memory and starting: a fresh server each time

round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	say "round $round of $rounds: memory"
	start_ours capsule stores/some.db
	"$tools/hold" $held "$port" "$pid" >>"$temp/ours.kib"
	stop
	start_ours many stores/many.db
	cat "$temp/ours.ms" >>"$temp/ours.starts"
	stop
	[ -n "$molly" ] || continue
	start_molly capsule
	"$tools/hold" $held "$port" "$pid" >>"$temp/molly.kib"
	stop
	start_molly many
	cat "$temp/molly.ms" >>"$temp/molly.starts"
	stop
done
say "$crowd idle connections"
start_ours capsule stores/some.db
"$tools/hold" $crowd "$port" "$pid" >"$temp/crowd.kib"
cut -d ' ' -f 2 "$temp/crowd.kib" >"$temp/crowd.idle"
stop
for who in ours molly; do
	[ -f "$temp/$who.kib" ] || continue
	cut -d ' ' -f 1 "$temp/$who.kib" >"$temp/$who.rest"
	cut -d ' ' -f 2 "$temp/$who.kib" >"$temp/$who.idle"
done

# ---- the table

# ratio NAME NAME: of two medians; a dash where one was not measured.
ratio() {
	over=$(median "$1") under=$(median "$2")
	if [ -n "$over" ] && [ -n "$under" ]; then calc %.2f "$over / $under"; else echo -; fi
}

# figure FORMAT NAME DIVISOR: a median in words; a dash where it was not measured.
figure() {
	value=$(median "$2")
	if [ -n "$value" ]; then calc "$1" "$value / $3"; else echo -; fi
}

# peer PROGRAM WORDS: of one that is installed.
peer() {
	if command -v "$1" >/dev/null; then echo "$*"; else echo "$1 not installed"; fi
}

say ''
read -r worked _ <"$temp/worked"
row what measured bound peer
row ----------------------------------------------- -------------------------- -------- -----------
row 'CPU of a transaction, 2 KB page: over the floor' \
	"$(ratio ours.us floor.us)  ($(figure '%.0f us' ours.us 1) of $(figure %.0f floor.us 1))" 1.6 \
	"$(peer molly-brown "$(ratio molly.us floor.us)")"
row '  against molly-brown' "$(ratio ours.us molly.us)" 0.80 \
	"$(peer molly-brown "$(figure '%.0f us' molly.us 1)")"
row '  with the keys in the workers (keyholder = no)' "$(figure '%.0f us' near.us 1)" - -
row '  and without the sandbox' "$(figure '%.0f us' open.us 1)" - -
row '  a post with 100 comments, against a file' "$(ratio post.us as-long.us)" 1.3 -
row '  the same to a reader with a certificate' \
	"$(ratio post-identity.us as-long-identity.us)" - -
row 'CPU of a 64 MiB file, against nginx' \
	"$(ratio large.us nginx.us)  ($(figure '%.0f ms' large.us 1000))" 1.0 \
	"$(peer nginx "$(figure '%.0f ms' nginx.us 1000)")"
row 'memory of an idle connection' "$(figure '%.1f KiB' ours.idle 1)" '13 KiB' \
	"$(peer molly-brown "$(figure '%.1f KiB' molly.idle 1)")"
row "  of $crowd of them" "$(figure '%.1f KiB' crowd.idle 1)" '13 KiB' -
row 'memory at rest, 2 workers' \
	"$(figure '%.1f MiB' ours.rest 1024)  ($(calc %.1f "$worked / 1024") after work)" '16 MiB' \
	"$(peer molly-brown "$(figure '%.1f MiB' molly.rest 1024)")"
row "exec to serving, $files files, $comments comments" "$(figure '%.0f ms' ours.starts 1)" \
	'100 ms' "$(peer molly-brown "$(figure '%.0f ms' molly.starts 1)", files alone)"
spent=$(awk -v c="$comments" '$1 == c && / a page of the thread$/ {print $2}' "$temp/curve")
row "a thread page out of $comments comments" "$(calc '%.2f ms' "$spent / 1000")" '2 ms' -

# ---- what pages cost the handler while the store grows

say 'making 1000000 comments'
"$tools/pages" "$temp/stores/many.db" 1000000 >>"$temp/curve"
say ''
echo
awk '{
	count = $1; spent = $2; sub(/^[^ ]+ [^ ]+ /, "")
	if (!(count in known)) { known[count] = 1; counts[++columns] = count }
	if (!($0 in seen)) { seen[$0] = 1; names[++rows] = $0 }
	times[$0, count] = spent
} END {
	printf "%-40s", "milliseconds, of so many comments:"
	for (i = 1; i <= columns; i++) printf " %9d", counts[i]
	print ""
	for (r = 1; r <= rows; r++) {
		printf "%-40s", names[r]
		for (i = 1; i <= columns; i++) printf " %9.2f", times[names[r], counts[i]] / 1000
		print ""
	}
}' "$temp/curve"
