/*
 * The text of a configuration file: its comments, quotes and braces.
 */
#include "conf/code.h"

#include <string.h>

#include "text/unicode.h"

/* A bound on complaints: the next one is libconfuse's, which ends the reading. */
#define UNKNOWN_MAX 32

#define SPACE " \t\r\n"

/* libconfuse would stop at a NUL, and its scanner hands other bytes to the system as they are. */
static bool is_encoded(const char *name, struct span text)
{
	struct span line, rest = text;

	for (unsigned number = 1; span_next_line(&rest, &line); number++) {
		if (line.len > 0 && memchr(line.ptr, '\0', line.len) != NULL)
			return conf_complain(
				"%s:%u: this is not a text: it holds a NUL", name, number);
		if (!unicode_is_valid(line))
			return conf_complain("%s:%u: this line is not UTF-8", name, number);
	}
	return true;
}

/* Just behind the quoted string that begins at `at`; where it does not end, behind the text's end.
 */
static size_t skip_quoted(struct span text, size_t at)
{
	char quote = text.ptr[at++];

	while (at < text.len && text.ptr[at] != quote)
		at += text.ptr[at] == '\\' ? 2 : 1;
	return at < text.len ? at + 1 : text.len + 1;
}

/* Just behind the comment that begins at `at`, without the LF that ends it; `at` where none does.
 * A slash begins one only where no word is being written: sqlite:a//b is a word. */
static size_t skip_comment(struct span text, size_t at)
{
	bool in_word = at > 0 && strchr(" \t\r\n\"'={}()+,", text.ptr[at - 1]) == NULL;
	struct span rest = span_skip(text, at);
	const char *end;

	if (text.ptr[at] == '#' || (!in_word && span_starts_with(rest, SPAN_LIT("//"))))
		end = memchr(rest.ptr, '\n', rest.len);
	else if (span_starts_with(rest, SPAN_LIT("/*")))
		end = memmem(rest.ptr + 2, rest.len - 2, "*/", 2);
	else
		return at;
	if (end == NULL)
		return text.len;
	return (size_t)(end - text.ptr) + (*end == '*' ? 2 : 0);
}

/* Puts spaces in the place of comments. libconfuse 3.3 counts up to three lines for each of them,
 * which would make every message point elsewhere, and allows none inside a list. */
static char *without_comments(struct span text, struct arena *arena)
{
	char *copy = arena_copy(arena, text);
	size_t at = 0;

	while (copy != NULL && at < text.len) {
		if (text.ptr[at] == '"' || text.ptr[at] == '\'') {
			at = skip_quoted(text, at);
			continue;
		}

		size_t end = skip_comment(text, at);

		for (size_t i = at; i < end; i++)
			if (copy[i] != '\n')
				copy[i] = ' ';
		at = end > at ? end : at + 1;
	}
	return copy;
}

/* libconfuse takes the end of the file for the end of a section, and says of a quote only that it
 * was open in the end. Outside of single quotes it puts the environment's variables in, and nothing
 * for one that is not set: "sqlite:${HOME}/k.db" would mean /k.db. `code` is without comments. */
static bool is_closed(const char *name, struct span code)
{
	unsigned line = 1, depth = 0, opened = 0;
	size_t at = 0;

	while (at < code.len) {
		char byte = code.ptr[at];
		bool quoted = byte == '"' || byte == '\'';
		size_t end = quoted ? skip_quoted(code, at) : at + 1;

		if (quoted && end > code.len)
			return conf_complain(
				"%s:%u: the quote of this line is never closed", name, line);
		if (byte == '{' && depth++ == 0)
			opened = line;
		if (byte == '}' && depth > 0)
			depth--;
		for (; at < end; at++) {
			if (byte != '\'' && span_starts_with(span_skip(code, at), SPAN_LIT("${")))
				return conf_complain(
					"%s:%u: nothing is put in for ${: write the value itself, "
					"or single quotes around what is meant as it stands",
					name, line);
			line += code.ptr[at] == '\n';
		}
	}
	return depth == 0 ||
	       conf_complain("%s:%u: the { of this line is never closed", name, opened);
}

bool code_begin(struct code *code, const char *name, struct span text, struct arena *arena)
{
	*code = (struct code){.name = name, .len = text.len};
	if (!is_encoded(name, text))
		return false;
	code->text = without_comments(text, arena);
	if (code->text == NULL)
		return conf_complain("%s:1: no memory left to read it", name);
	return is_closed(name, (struct span){code->text, code->len});
}

void code_complain_of_unknown(
	const char *file, unsigned line, enum option_scope here, struct span name)
{
	bool inside = here == OPTION_CAPSULE;
	const struct option *option = option_by_name(name);
	char names[OPTION_NAMES_SIZE];

	if (option != NULL) {
		(void)conf_complain("%s:%u: %s belongs %s", file, line, option->name,
			option->is_title ? "behind the word capsule, as its title"
			: inside         ? "outside of every capsule"
					 : "inside a capsule: capsule \"NAME\" { … }");
		return;
	}
	option_list_names(here, false, names);
	(void)conf_complain("%s:%u: there is no option \"%.*s\" %s; there are: %s%s", file, line,
		SPAN_ARG(span_take(name, 64)), inside ? "in a capsule" : "of the server", names,
		inside ? "" : ", capsule");
}

/* A walk from option to option. */
struct walk {
	struct code *code;
	struct span text;
	size_t at;
	unsigned line;
	size_t capsules; /* begun so far */
	bool inside;     /* a capsule */
};

static void walk_to(struct walk *walk, size_t end)
{
	for (; walk->at < end; walk->at++)
		walk->line += walk->text.ptr[walk->at] == '\n';
}

static char walk_peek(struct walk *walk)
{
	size_t at = walk->at;

	while (at < walk->text.len && strchr(SPACE, walk->text.ptr[at]) != NULL)
		at++;
	walk_to(walk, at);
	return (char)(at < walk->text.len ? walk->text.ptr[at] : '\0');
}

static bool walk_take(struct walk *walk, char byte)
{
	bool there = walk_peek(walk) == byte;

	if (there)
		walk_to(walk, walk->at + 1);
	return there;
}

/* A word or a quoted string; the quotes are not in it. */
static bool walk_take_word(struct walk *walk, struct span *word)
{
	char first = walk_peek(walk);
	struct span rest = span_skip(walk->text, walk->at);

	if (first == '"' || first == '\'') {
		size_t end = skip_quoted(walk->text, walk->at);

		*word = span_take(span_skip(rest, 1), end - walk->at - 2);
		walk_to(walk, end);
		return true;
	}
	*word = span_take(rest, strcspn(rest.ptr, SPACE "\"'#={}()+,*"));
	walk_to(walk, walk->at + word->len);
	return word->len > 0;
}

/* From an opening bracket to behind the one that closes it. */
static void walk_over_brackets(struct walk *walk, char open, char close)
{
	size_t depth = 0;
	char byte;

	do {
		byte = walk_peek(walk);
		depth += byte == open;
		depth -= byte == close;
		walk_to(walk, byte == '"' || byte == '\'' ? skip_quoted(walk->text, walk->at)
							  : walk->at + (byte != '\0'));
	} while (depth > 0 && byte != '\0');
}

/* What follows an option's name: = value, += list, (arguments), a section with or without a title.
 * False where nothing of the kind does. */
static bool walk_over_value(struct walk *walk)
{
	bool adds = walk_take(walk, '+');
	bool is_value = walk_take(walk, '=');
	struct span word;

	if (adds && !is_value)
		return false;
	if (walk_peek(walk) == '(' && !is_value) {
		walk_over_brackets(walk, '(', ')');
		return true;
	}
	if (walk_peek(walk) != '{') {
		/* A word without an equals sign is a title only in front of a section. */
		struct walk before = *walk;

		if (!walk_take_word(walk, &word))
			return false;
		if (is_value)
			return true;
		if (walk_peek(walk) != '{') {
			*walk = before;
			return false;
		}
	}
	walk_over_brackets(walk, '{', '}');
	return true;
}

static void drop(struct walk *walk, struct span name, unsigned line, size_t start)
{
	code_complain_of_unknown(
		walk->code->name, line, walk->inside ? OPTION_CAPSULE : OPTION_SERVER, name);
	if (walk->inside)
		walk->code->capsule_has_unknown[walk->capsules - 1] = true;
	(void)walk_over_value(walk);
	for (size_t i = start; i < walk->at; i++)
		if (walk->code->text[i] != '\n')
			walk->code->text[i] = ' ';
}

static bool is_known(const struct walk *walk, struct span name)
{
	const struct option *option = option_by_name(name);

	return option != NULL && !option->is_title &&
	       option->scope == (walk->inside ? OPTION_CAPSULE : OPTION_SERVER);
}

/* One option, the head of a capsule or its end. False where the walk ends: at the end of the text,
 * or at what libconfuse will complain of. */
static bool walk_on(struct walk *walk, unsigned *dropped)
{
	struct span name;

	if (walk->inside && walk_take(walk, '}')) {
		walk->inside = false;
		return true;
	}
	(void)walk_peek(walk);

	size_t start = walk->at;
	unsigned line = walk->line;

	if (!walk_take_word(walk, &name))
		return false;
	if (is_known(walk, name))
		return walk_over_value(walk);
	if (!walk->inside && span_equal(name, SPAN_LIT("capsule"))) {
		walk->inside = walk_take_word(walk, &name) && walk_take(walk, '{');
		return walk->inside && ++walk->capsules <= CAPSULES_MAX;
	}
	if (*dropped == UNKNOWN_MAX)
		return false;
	drop(walk, name, line, start);
	(*dropped)++;
	return true;
}

bool code_drop_unknown(struct code *code)
{
	struct walk walk = {.code = code, .text = {code->text, code->len}, .line = 1};
	unsigned dropped = 0;

	while (walk_on(&walk, &dropped))
		continue;
	return dropped == 0;
}
