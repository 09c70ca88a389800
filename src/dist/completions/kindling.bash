# Completion of kindling for bash. What there is to complete is asked of the program itself, so that
# nothing here has to be kept up with it.

# The part of a verb's help that tells how it is used.
_kindling_usage() {
	"$1" help "$2" 2>/dev/null | sed '/^$/,$d'
}

# What may follow a verb at once: "approve|hide ID" and "[show|make]" are words, "PERSON" is none.
_kindling_actions() {
	_kindling_usage "$1" "$2" | sed -n "s/^.*kindling $2 \[\{0,1\}\([a-z][a-z|-]*\).*/\1/p" | tr '|' '\n'
}

_kindling_flags() {
	{
		_kindling_usage "$1" "$2"
		"$1" help serve 2>/dev/null
		echo --help
	} | grep -oE -- '--[a-z][a-z-]+' | sort -u
}

# What an option wants behind it: "PATH", "yes|no"; nothing for a switch.
_kindling_argument() {
	"$1" help serve 2>/dev/null | sed -n "s/^  \(-c, \)\{0,1\}$2 //p"
}

_kindling_value() { # PROGRAM FLAG CURRENT
	local argument
	[[ $2 == -c ]] && set -- "$1" --config "$3"
	argument=$(_kindling_argument "$1" "$2")
	case $argument in
	'') return 1 ;;
	*'|'*) mapfile -t COMPREPLY < <(compgen -W "${argument//|/ }" -- "$3") ;;
	FOLDER) mapfile -t COMPREPLY < <(compgen -d -- "$3") ;;
	PATH | FILE | WHERE) mapfile -t COMPREPLY < <(compgen -f -- "$3") ;;
	sqlite:PATH) mapfile -t COMPREPLY < <(compgen -f -P sqlite: -- "${3#sqlite:}") ;;
	NAME) [[ $2 != --user ]] || mapfile -t COMPREPLY < <(compgen -u -- "$3") ;;
	esac
	[[ $argument != WHERE ]] ||
		mapfile -O "${#COMPREPLY[@]}" -t COMPREPLY < <(compgen -W 'stderr syslog journal' -- "$3")
	compopt -o filenames 2>/dev/null
	return 0
}

_kindling_word() { # PROGRAM VERB CURRENT NUMBER
	case $2 in
	help) [[ $4 -gt 2 ]] || mapfile -t COMPREPLY < <(compgen -W "$(_kindling_verbs "$1")" -- "$3") ;;
	backup | restore) mapfile -t COMPREPLY < <(compgen -f -- "$3") ;;
	*)
		if [[ $4 -eq 2 ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$(_kindling_actions "$1" "$2")" -- "$3")
		elif [[ ${COMP_WORDS[2]} == import || ${COMP_WORDS[2]} == export ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$3")
		fi
		;;
	esac
}

_kindling_verbs() {
	"$1" help 2>/dev/null | sed -n 's/^  \([a-z]*\)  .*/\1/p'
}

_kindling() {
	local program=${COMP_WORDS[0]} verb=${COMP_WORDS[1]}
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	program=${program/#\~\//$HOME/}

	# bash takes "--option=value" and "sqlite:path" apart.
	if [[ $current == [=:] ]]; then
		current=''
	elif [[ $before == [=:] ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [[ $before == sqlite ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	elif [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_kindling_verbs "$program") --help --version" -- "$current")
	elif [[ $before == -* ]] && _kindling_value "$program" "$before" "$current"; then
		:
	elif [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_kindling_flags "$program" "$verb")" -- "$current")
	else
		_kindling_word "$program" "$verb" "$current" "$COMP_CWORD"
	fi
}

complete -F _kindling kindling
