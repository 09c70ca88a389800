# A reader who has nothing but `openssl s_client`: opens a page, follows its links by their labels,
# answers what is asked, uploads. Sourced; brings lib.sh with it.
#
# What came last stands in $url, $status and $meta, and its body in the file $temp/page.
# shellcheck source=tests/clients/lib.sh
. tests/clients/lib.sh
who='' url='' status='' meta=''

# as NAME: whose identity is shown from now on; without a name, none.
as() {
	who=${1-}
}

last_answer() {
	[ -z "$url" ] || echo "${who:-nobody} got '$status $meta' from $url"
	[ ! -f "$temp/page" ] || head -n 60 "$temp/page"
}

# fetch URL [FILE]: one request, the file behind it.
fetch() {
	url=$1
	set -- "${2-/dev/null}"
	set -- "$1" ${who:+-cert "$temp/$who.crt" -key "$temp/$who.key"}
	file=$1
	shift
	{ printf '%s\r\n' "$url" && cat "$file"; } |
		timeout 20 openssl s_client -quiet -connect "127.0.0.1:$port" \
			-servername localhost "$@" >"$temp/answer" 2>"$temp/s_client.err" || true
	header=$(head -n 1 "$temp/answer" | tr -d '\r')
	status=${header%% *} meta=${header#* }
	tail -n +2 "$temp/answer" >"$temp/page"
	[ -n "$status" ] || complain "no answer to $url"
}

# absolute REFERENCE: as our pages write them, with or without a host.
absolute() {
	case $1 in
	*://*) echo "$1" ;;
	/*) echo "$base$1" ;;
	*) complain "what is $1?" ;;
	esac
}

# visit URL [FILE]: like fetch, and goes where it is sent.
visit() {
	fetch "$@" || return 1
	for _ in 1 2 3 4 5; do
		case $status in
		3?) fetch "$(absolute "$meta")" || return 1 ;;
		*) return ;;
		esac
	done
	complain "sent on more than five times"
}

# link_to LABEL: where the first link goes whose label begins so.
link_to() {
	LABEL=$1 awk '/^=>/ {
		target = $2
		label = $0
		sub(/^=>[ \t]*[^ \t]+[ \t]*/, "", label)
		if (index(label, ENVIRON["LABEL"]) == 1) { print target; found = 1; exit }
	} END { exit !found }' "$temp/page" || complain "no link '$1' on $url"
}

follow() {
	target=$(link_to "$1") && visit "$(absolute "$target")"
}

# upload LABEL FILE: to where that titan link goes.
upload() {
	target=$(link_to "$1") &&
		visit "$target;size=$(wc -c <"$2" | tr -d ' ');mime=text/plain" "$2"
}

encoded() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'
}

# answer TEXT: to the question that was asked. As clients do, in the place of any query.
answer() {
	case $status in
	1?) visit "${url%%\?*}?$(encoded "$1")" ;;
	*) complain "nothing was asked" ;;
	esac
}

# ---- what is looked for

refused() {
	[ "$status" = "$1" ] || complain "expected $1"
}

# asked STATUS WORDS: a question with these words in it, which a terminal has room for.
asked() {
	[ "$status" = "$1" ] || complain "expected the question $1" || return 1
	[ "${#meta}" -le 250 ] || complain "too long a question: $meta" || return 1
	case $meta in
	*"$2"*) ;;
	*) complain "expected to be asked: $2" ;;
	esac
}

shown() {
	[ "$status" = 20 ] || complain "expected a page" || return 1
	for text in "$@"; do
		grep -qF -- "$text" "$temp/page" || complain "the page lacks: $text" || return 1
	done
}

not_shown() {
	[ "$status" = 20 ] || complain "expected a page" || return 1
	for text in "$@"; do
		! grep -qF -- "$text" "$temp/page" || complain "the page shows: $text" || return 1
	done
}

# code_on_page WORDS: the code of so many words and a number that stands on a line alone.
code_on_page() {
	grep -xE "([a-z]+-){$1}[0-9]{4}" "$temp/page" || complain "no code is shown"
}

# ---- what several tests do

# register IDENTITY NAME: from the essay to the page that greets them.
register() {
	as "$1"
	visit "$base/$essay.gmi" && follow 'Log in or register to leave a comment' &&
		shown '# Welcome' 'You were on your way to: leave a comment' &&
		follow 'Register with it' && asked 10 'name' &&
		answer "$2" && shown "# Hello, $2"
}

# comment TEXT: on the essay, by who is registered already.
comment() {
	visit "$base/$essay.gmi" && follow 'Leave a comment (as' && asked 10 'Your comment on' &&
		answer "$1" && shown 'Thank you.' "> $1"
}

# essay_shows TEXT..., to somebody without an identity.
essay_shows() {
	as
	visit "$base/$essay.gmi" && shown "$@"
}

essay_hides() {
	as
	visit "$base/$essay.gmi" && not_shown "$@"
}
