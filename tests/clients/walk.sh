#!/bin/sh
# The conversation, walked with `openssl s_client` alone: by people who register, comment, pass on,
# change devices, lose a certificate, moderate. Each page is reached by a link on the one before it.
set -eu
cd "$(dirname "$0")/../.."
unset temp
# shellcheck source=tests/clients/reader.sh
. tests/clients/reader.sh
bus='Somebody held the bus for me this morning.'
lift='I held the lift for my neighbour.'
unkind='Everybody here is a fool.'

last_seen() {
	last_answer
}

# ---- in an open capsule

asks_for_identity() {
	as
	visit "$base/$essay.gmi" && shown '## Comments' 'No comments yet' &&
		follow 'Log in or register to leave a comment' && refused 60
}

shows_recovery_code_once() {
	register rosa Rosa && recovery=$(code_on_page 6) || return 1
	visit "$url" && shown '# Hello, Rosa' && not_shown "$recovery"
}

comments() {
	follow 'Go on: leave a comment on' && asked 10 'Your comment on' && answer "$bus" &&
		shown 'Thank you. Your comment is stored, and everyone can read it.' "> $bus" ||
		return 1
	rosas=$url
	essay_shows '## Comments (1)' '### Rosa, today' "> $bus"
}

# Somebody new comes by the link under a comment, and is led back there.
passes_on() {
	as ibrahim
	visit "$rosas" && follow 'Pass it on' &&
		shown '# Welcome' 'You were on your way to: pass on the comment by Rosa' &&
		follow 'Register with it' && answer Ibrahim &&
		follow 'Go on: pass on the comment by Rosa' && asked 10 'your answer to Rosa' &&
		answer "$lift" && shown "> $bus" "> $lift" || return 1
	ibrahims=$url
	as rosa
	visit "$base/comments/" && shown '1 answer since your last visit' &&
		follow 'Ibrahim passed on your comment' && shown "> $lift"
}

shows_the_thread() {
	as
	visit "$base/$essay.gmi" && follow 'The comments on their own page' ||
		follow 'Read all' || return 1
	shown "> $bus" 'Ibrahim, ' "> $lift" && follow 'Who passed it on to whom' &&
		shown Rosa Ibrahim
}

links_second_certificate() {
	as rosa
	visit "$base/comments/" && follow 'Name, certificates' &&
		follow 'Link another device by a one-time code' && asked 10 'Type yes' &&
		answer yes && code=$(code_on_page 4) || return 1
	visit "$url" && not_shown "$code" || return 1
	as rosa2
	visit "$base/comments/" && follow 'I am registered already, on another device' &&
		asked 11 'one-time code' && answer "$code" && shown '# Hello, Rosa' || return 1
	as stranger
	visit "$base/comments/" && follow 'I am registered already, on another device' &&
		answer "$code" && asked 11 'it was used'
}

recovers_with_third_certificate() {
	as rosa3
	visit "$base/comments/" && follow 'I lost my certificate' && asked 10 'name' &&
		answer rosa && asked 11 'recovery code' &&
		answer acorn-acorn-acorn-acorn-acorn-acorn-0000 && asked 11 'again' &&
		answer "$recovery" && shown '# Hello, Rosa' && new=$(code_on_page 6) || return 1
	[ "$new" != "$recovery" ] || complain 'the code was not renewed' || return 1
	visit "$base/comments/account/certificates" || return 1
	[ "$(grep -c '^### ' "$temp/page")" -eq 3 ] || complain 'expected three certificates'
}

edits() {
	as rosa3
	visit "$rosas" && follow 'Change it' && asked 10 'The whole new text' &&
		answer "$bus I smiled all day." && shown "> $bus I smiled all day." '(edited ' ||
		return 1
	as ibrahim
	visit "$rosas" && not_shown 'Change it' && visit "$rosas/edit" && refused 61
}

# Prose that says which line it is, so that a piece that is missing is seen. No newline ends it, as
# none is kept there.
write_prose() {
	awk -v first="$1" 'BEGIN {
		printf "%s", first
		for (i = 1; i <= 100; i++)
			printf "\nLine %d tells of one kindness more, and of who passed it on.", i
	}'
}

uploads_several_kib() {
	write_prose 'A long story.' >"$temp/long"
	as ibrahim
	visit "$base/$essay.gmi" && upload 'Or write a longer one' "$temp/long" &&
		shown 'Thank you.' '> A long story.' '> Line 100 tells' || return 1
	long=$url
	[ "$(wc -c <"$temp/long")" -gt 6000 ] || complain 'that was not long' || return 1
	follow 'Or change the text as it is' && refused 20 || return 1
	cmp -s "$temp/page" "$temp/long" || complain 'what can be edited is not what was sent'
}

edits_by_upload() {
	write_prose 'A longer story.' >"$temp/longer"
	as ibrahim
	visit "${long%%\?*}" && target=$(link_to 'Or change the text as it is') &&
		visit "${target%;edit};size=$(wc -c <"$temp/longer");mime=text/plain" \
			"$temp/longer" && shown '> A longer story.' '(edited '
}

deletes() {
	as ibrahim
	visit "$long" && follow 'Delete it' && asked 10 'Type yes' && answer no &&
		shown 'A longer story.' && follow 'Delete it' && answer yes && shown '# ' && not_shown 'A longer story.' ||
		return 1
	fetch "$long" && refused 52
}

# What was passed on leaves a line in its place.
deletes_what_was_answered() {
	as rosa2
	visit "$rosas" && follow 'Delete it' && asked 10 'Its answers stay' && answer yes &&
		not_shown "$bus" && shown "> $lift" || return 1
	as
	visit "$ibrahims" && shown "> $lift" && not_shown Rosa
}

# ---- in a capsule with an owner, where every comment waits

# As the page of certificates shows it, in two lines.
read_fingerprint() {
	visit "$base/comments/account/certificates" && shown 'The one that you showed now' ||
		return 1
	fingerprint=$(sed -n '/The one that you showed now/,/^\* /p' "$temp/page" |
		tr -d ' \n' | grep -oE '([0-9a-f]{2}:){31}[0-9a-f]{2}') ||
		complain 'no fingerprint is shown'
}

is_owner_by_configuration() {
	as rosa
	read_fingerprint || return 1
	serve --owner "$fingerprint" --commenting all-held
	visit "$base/comments/" && shown "as the capsule's owner" 'Nothing waits'
}

holds_and_approves() {
	as ibrahim
	visit "$base/$essay.gmi" && shown 'A moderator reads each comment' &&
		comment "$unkind" && shown 'A moderator reads it before everybody can.' ||
		return 1
	unkinds=$url
	as
	fetch "$unkinds" && refused 51 && essay_hides "$unkind" || return 1
	as rosa
	visit "$base/comments/" && follow '1 comment held' && shown "> $unkind" &&
		follow 'Approve it' && asked 10 'reason' && answer 'let them talk' &&
		shown 'Nothing waits for you.' && essay_shows "> $unkind"
}

reports_and_hides() {
	register mira Mira && visit "$unkinds" && follow 'Report it to the moderators' &&
		asked 10 'What is wrong' && answer 'It is unkind' && shown "> $unkind" ||
		return 1
	as rosa
	visit "$base/comments/moderation/" && shown '## Reports (1)' 'Reported by Mira' &&
		follow 'Hide it' && answer 'It is' && shown 'Nothing waits for you.' &&
		essay_hides "$unkind" || return 1
	as
	fetch "$unkinds" && refused 51
}

unhides() {
	as rosa
	visit "$base/comments/moderation/" && follow 'Hidden comments' && shown "> $unkind" &&
		follow 'Show it again' && answer 'They said sorry' && essay_shows "> $unkind"
}

bans_and_readmits() {
	as rosa
	visit "$base/comments/moderation/" && follow 'People' && follow 'Ban Ibrahim' &&
		asked 10 'Ban Ibrahim with all their certificates?' && answer 'And again' &&
		shown 'Lift the ban on Ibrahim' || return 1
	as ibrahim
	fetch "$base/comments/" && refused 61 && visit "$base/$essay.gmi" &&
		shown 'A moderator has banned your name' || return 1
	as rosa
	visit "$base/comments/moderation/people" && follow 'Lift the ban on Ibrahim' &&
		answer 'Spring' && follow 'Moderation' && follow 'What moderators did' &&
		shown 'banned Ibrahim' '> And again' 'lifted the ban on Ibrahim' || return 1
	as ibrahim
	visit "$base/comments/" && shown '# Ibrahim'
}

becomes_owner_by_code() {
	code=$("$program" people owner-code --host localhost --store "$store" |
		grep -oE '^([a-z]+-){4,6}[0-9]{4}$') || complain 'no owner code' || return 1
	as mira
	visit "$base/comments/account/" && follow 'I have an owner code' &&
		asked 11 'owner code' && answer "$code" && shown '# Moderation' &&
		follow 'Your own page' && shown "as the capsule's owner"
}

leaves() {
	as mira
	visit "$base/comments/account/" && follow 'Leave' &&
		follow 'Leave, and let my comments stay' && asked 10 'Type yes' && answer yes &&
		shown '# Goodbye' && visit "$base/comments/" && shown '# Welcome'
}

needs 'the walk with openssl' openssl timeout || {
	plan
	exit
}
identity rosa rosa2 rosa3 ibrahim mira stranger
serve
step 'openssl: who comes without an identity is asked for one' asks_for_identity
step 'openssl: registering shows a recovery code, once' shows_recovery_code_once
step 'openssl: a comment stands under the essay' comments
step 'openssl: it is passed on, and its author hears of it' passes_on
step 'openssl: the thread and the tree show who passed on to whom' shows_the_thread
step 'openssl: a second certificate is linked by a one-time code' links_second_certificate
step 'openssl: a third gets in by name and recovery code' recovers_with_third_certificate
step 'openssl: a comment is changed, by its author alone' edits
step 'openssl: Titan takes several KiB, and gives them back to edit' uploads_several_kib
step 'openssl: Titan changes them' edits_by_upload
step 'openssl: a comment is deleted, after a yes' deletes
step 'openssl: a deleted one that was passed on leaves its place' deletes_what_was_answered
step 'openssl: the owner is who the configuration names' is_owner_by_configuration
step 'openssl: a held comment is seen once it is approved' holds_and_approves
step 'openssl: a reported comment is hidden' reports_and_hides
step 'openssl: and shown again' unhides
step 'openssl: who is banned is answered 61, until the ban is lifted' bans_and_readmits
step "openssl: a code of the shell's makes an owner" becomes_owner_by_code
step 'openssl: who leaves is a stranger again' leaves
plan
