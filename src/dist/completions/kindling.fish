# Completion of kindling for fish. What there is to complete is asked of the program itself, so that
# nothing here has to be kept up with it.

# The words before the one that is typed; the program comes first.
function __kindling_words
	commandline --tokenize --cut-at-cursor --current-process
end

function __kindling_verbs
	kindling help 2>/dev/null | string replace --filter --regex '^  ([a-z]+) +' '$1\t'
end

# The part of a verb's help that tells how it is used.
function __kindling_usage --argument-names verb
	kindling help $verb 2>/dev/null | sed '/^$/,$d'
end

# What may follow a verb at once: "approve|hide ID" and "[show|make]" are words, "PERSON" is none.
function __kindling_actions --argument-names verb
	__kindling_usage $verb | string replace --filter --regex "^.*kindling $verb \\[?([a-z][a-z|-]*).*" '$1' |
		string split '|'
end

function __kindling_flags --argument-names verb
	__kindling_usage $verb | string match --all --regex -- '--[a-z][a-z-]+'
	kindling help serve 2>/dev/null | awk '
		/^  (-c, )?--/ {sub(/^  (-c, )?/, ""); flag = $1}
		/^      / && flag != "" {sub(/^ */, ""); print flag "\t" $0; flag = ""}'
	printf '%s\t%s\n' --help 'Tells what the verb does.'
end

# What an option wants behind it: "PATH", "yes|no"; nothing for a switch.
function __kindling_argument --argument-names flag
	test "$flag" = -c; and set flag --config
	kindling help serve 2>/dev/null | string replace --filter --regex "^  (?:-c, )?$flag " ''
end

# False for what is no option with a value.
function __kindling_value --argument-names flag typed
	set --local argument (__kindling_argument $flag)
	switch "$argument"
		case ''
			return 1
		case '*|*'
			string split '|' $argument
		case FOLDER
			__fish_complete_directories "$typed" ''
		case WHERE
			printf '%s\n' stderr syslog journal
			__fish_complete_path "$typed" ''
		case PATH FILE
			__fish_complete_path "$typed" ''
		case sqlite:PATH
			for path in (__fish_complete_path (string replace sqlite: '' -- "$typed") '')
				echo sqlite:$path
			end
		case NAME
			test $flag = --user; and __fish_complete_users
	end
	return 0
end

function __kindling_complete
	set --local before (__kindling_words)
	set --local typed (commandline --current-token --cut-at-cursor)
	set --local verb $before[2]
	if test (count $before) -lt 2
		__kindling_verbs
		printf '%s\t%s\n' --help 'Lists the verbs.' --version 'Prints the version.'
		return
	end
	if string match --quiet --regex -- '^--[a-z-]+=' $typed
		set --local flag (string split --max 1 = -- $typed)
		for value in (__kindling_value $flag[1] $flag[2])
			echo $flag[1]=$value
		end
		return
	end
	if string match --quiet -- '-*' $before[-1]; and __kindling_value $before[-1] "$typed"
		return
	end
	if string match --quiet -- '-*' $typed
		__kindling_flags $verb
		return
	end
	switch $verb
		case help
			test (count $before) -gt 2; or __kindling_verbs
		case backup restore
			__fish_complete_path "$typed" ''
		case '*'
			if test (count $before) -eq 2
				__kindling_actions $verb
			else if contains -- $before[3] import export
				__fish_complete_path "$typed" ''
			end
	end
end

complete --command kindling --no-files --arguments '(__kindling_complete)'
