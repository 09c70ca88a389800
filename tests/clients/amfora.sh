#!/bin/sh
# The conversation, walked in Amfora: links are followed by their numbers, questions answered in its
# dialogs, redirects agreed to. Whoever has two devices has two Amforas with a home each.
set -eu
cd "$(dirname "$0")/../.."
unset temp
# shellcheck source=tests/clients/terminal.sh
. tests/clients/terminal.sh
bus='Somebody held the bus for me this morning.'
lift='I held the lift for my neighbour.'
# The lowest line while something is typed, or on its way.
# shellcheck disable=SC2034 # for terminal.sh
unsettled='^(URL/Num|Loading)'

last_seen() {
	last_screens
}

# amfora_of WHO: opens the essay, with an identity of theirs in Amfora's settings.
amfora_of() {
	identity "$1" && mkdir -p "$temp/home-$1/amfora" || return 1
	cat >"$temp/home-$1/amfora/config.toml" <<-END
		[auth]
		[auth.certs]
		"localhost:$port" = '$temp/$1.crt'
		[auth.keys]
		"localhost:$port" = '$temp/$1.key'
	END
	terminal "$1" amfora "$base/$essay.gmi"
	sees "$1" '## Comments'
}

# The number that stands before a link on WHO's screen; both kept for follows.
has_link() {
	number=$(screen "$1" | LABEL=$2 awk '{
		sub(/^ */, "")
		if (!match($0, /^\[[0-9]+\] +/)) next
		if (index(substr($0, RLENGTH + 1), ENVIRON["LABEL"]) != 1) next
		sub(/^\[/, "")
		sub(/\].*/, "")
		print
		exit
	}')
	[ -n "$number" ]
}

# follows WHO LABEL: the first link whose label begins so.
follows() {
	until_true "$patience" no_dialog "$1" && until_true "$patience" has_link "$1" "$2" ||
		complain "$1 sees no link: $2" || return 1
	has_link "$1" "$2" && remember "$1" && presses "$1" Space && types "$1" "$number" &&
		presses "$1" Enter && settles "$1"
}

# goes WHO PATH: types an address.
goes() {
	until_true "$patience" no_dialog "$1" || complain "$1 still sees a dialog" || return 1
	remember "$1" && presses "$1" Space && types "$1" "$base$2" && presses "$1" Enter &&
		settles "$1"
}

# asked WHO WORDS: the dialog shows all of the question's end, however small it is.
asked() {
	until_true "$patience" dialog_has "$1" "$2" || complain "$1 is not asked: $2"
}

# answers WHO TEXT: the first Enter goes to the button, the second presses it.
answers() {
	types "$1" "$2" && presses "$1" Enter Enter
}

agrees() {
	asked "$1" 'Follow redirect?' && remember "$1" && presses "$1" Enter && settles "$1"
}

# code_on WHO WORDS: the code of so many words that stands on a line alone.
code_on() {
	screen "$1" | tr -d ' |▒█' | grep -xE "([a-z]+-){$2}[0-9]{4}" ||
		complain "$1 sees no code"
}

# ---- the walk

asks_for_identity() {
	terminal guest amfora "$base/$essay.gmi" && sees guest 'No comments yet.' &&
		follows guest 'Log in or register' && asked guest 'Choose or make an identity'
}

registers() {
	amfora_of ada && follows ada 'Log in or register' && sees ada '# Welcome' &&
		follows ada 'Register with it' && asked ada 'What name' && answers ada Ada &&
		agrees ada && sees ada '# Hello, Ada' 'It is shown once' &&
		recovery=$(code_on ada 6) || return 1
	presses ada C-r && misses ada "$recovery" && sees ada '# Hello, Ada'
}

comments() {
	follows ada 'Go on: leave a comment' && asked ada 'Your comment on' &&
		answers ada "$bus" && agrees ada && sees ada 'Thank you.' "$bus"
}

passes_on() {
	amfora_of lin && follows lin 'The comments on their own page' && sees lin "$bus" &&
		follows lin 'Open it: not passed on yet' && follows lin 'Pass it on' && agrees lin &&
		sees lin 'You were on your way to' && follows lin 'Register with it' &&
		asked lin 'What name' && answers lin Lin && agrees lin && sees lin '# Hello, Lin' &&
		follows lin 'Go on: pass on' && asked lin 'your answer to Ada' &&
		answers lin "$lift" && agrees lin && sees lin "$bus" "$lift" || return 1
	goes ada /comments/ && sees ada '1 answer since your last visit' &&
		follows ada 'Lin passed on your comment' && sees ada "$lift"
}

links_second_certificate() {
	goes ada /comments/account/ && follows ada 'Link another device' &&
		asked ada 'Type yes' && answers ada yes && agrees ada &&
		sees ada '# A code for another certificate' && code=$(code_on ada 4) || return 1
	amfora_of tablet && follows tablet 'Log in or register' && sees tablet '# Welcome' &&
		follows tablet 'I am registered already' && asked tablet 'one-time code' &&
		answers tablet "$code" && agrees tablet && sees tablet '# Hello, Ada'
}

recovers() {
	amfora_of new && follows new 'Log in or register' && sees new '# Welcome' &&
		follows new 'I lost my certificate' && asked new 'your name' && answers new ada &&
		agrees new && asked new 'recovery code' && answers new "$recovery" &&
		agrees new && sees new '# Hello, Ada' 'It is shown once' || return 1
	goes new /comments/account/certificates && sees new '# Your certificates' || return 1
	[ "$(screen new | grep -c 'SHA256')" -eq 3 ] || complain 'expected three certificates'
}

changes() {
	goes tablet /comments/ && follows tablet "\"$bus\"" && follows tablet 'Change it' &&
		asked tablet 'The whole new text' && answers tablet "$bus I smiled." &&
		agrees tablet && sees tablet "$bus I smiled." '(edited'
}

becomes_owner() {
	code=$("$program" people owner-code --host localhost --store "$store" |
		grep -oE '^([a-z]+-){4,6}[0-9]{4}$') || complain 'no owner code' || return 1
	goes ada /comments/account/ && follows ada 'I have an owner code' &&
		asked ada 'owner code' && answers ada "$code" && agrees ada &&
		sees ada '# Moderation' 'Nothing waits for you.'
}

hides() {
	goes lin "/$essay.gmi" && presses lin C-r && sees lin "$lift" || return 1
	goes ada /comments/recent && sees ada '# ' "$lift" && follows ada 'Open it: not passed on yet' &&
		sees ada '## For moderators' && follows ada 'Hide it from readers' &&
		asked ada 'Type your reason' && answers ada 'a try' && agrees ada &&
		sees ada '# Moderation' || return 1
	goes tablet /comments/recent && sees tablet "$bus" && misses tablet "$lift"
}

unhides() {
	follows ada 'Hidden comments' && sees ada '# Hidden comments' "$lift" &&
		follows ada 'Show it again' && asked ada 'Type your reason' &&
		answers ada 'it was one' && agrees ada && sees ada '# Moderation' || return 1
	presses tablet C-r && sees tablet "$lift"
}

bans() {
	follows ada People && sees ada '# People' && follows ada 'Ban Lin' &&
		asked ada 'Ban Lin with all' && answers ada 'a try' && agrees ada &&
		sees ada 'Lift the ban on Lin' || return 1
	goes lin /comments/ && asked lin 'A moderator has banned this name' || return 1
	goes ada /comments/moderation/log && sees ada 'banned Lin' 'hid a comment by Lin'
}

needs 'the walk in Amfora' amfora tmux openssl || {
	plan
	exit
}
serve --commenting open
step 'amfora: who comes without an identity is asked for one' asks_for_identity
step 'amfora: registering shows a recovery code, once' registers
step 'amfora: a comment is left' comments
step 'amfora: somebody else passes it on' passes_on
step 'amfora: a second certificate is linked by a one-time code' links_second_certificate
step 'amfora: a third gets in by name and recovery code' recovers
step 'amfora: a comment is changed on the second device' changes
step 'amfora: a code makes an owner' becomes_owner
step 'amfora: a comment is hidden, and the reader does not see it' hides
step 'amfora: it is shown again' unhides
step 'amfora: a person is banned, and it is in the log' bans
plan
