/*
 * The configuration file. The only place that knows libconfuse.
 *
 * The grammar is made from the table of options. libconfuse keeps each value as it is written,
 * with its line; what the values mean is looked at afterwards, so that one bad value does not hide
 * the next. Only what cannot be parsed at all ends the reading early. There is no function in the
 * grammar, so a file cannot include another.
 */
#include "conf/reading.h"

#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "conf/option.h"
#include "text/unicode.h"

#define OPTIONS_MAX 64

/* Beside libconfuse's own flags (CFGF_…, up to bit 13): this option had a value once. It frees that
 * value before it tells of the next. */
#define GIVEN (1 << 24)

/* A value as it stands in the file; libconfuse owns it. */
struct setting {
	unsigned line;
	bool replaces; /* another value, which stood further up */
	char text[];
};

static int keep_value(cfg_t *section, cfg_opt_t *opt, const char *text, void *result)
{
	size_t size = strlen(text) + 1;
	struct setting *setting = malloc(sizeof(*setting) + size);

	if (setting == NULL) {
		(void)conf_complain("%s:%d: no memory left", section->filename, section->line);
		return -1;
	}
	setting->line = (unsigned)section->line;
	setting->replaces = (opt->flags & GIVEN) != 0 && cfg_opt_size(opt) == 1;
	opt->flags |= GIVEN;
	memcpy(setting->text, text, size);
	*(void **)result = setting;
	return 0;
}

static bool is_in_file(const struct option *option, enum option_scope scope)
{
	return option->scope == scope && !option->is_title;
}

static void complain_of_unknown(const cfg_t *section, const char *name)
{
	bool inside = section->title != NULL;
	enum option_scope here = inside ? OPTION_CAPSULE : OPTION_SERVER;
	const struct option *option = option_by_name(span_of(name));
	char names[OPTION_NAMES_SIZE];

	if (option != NULL) {
		(void)conf_complain("%s:%d: %s belongs %s", section->filename, section->line, name,
			option->is_title ? "behind the word capsule, as its title"
			: inside         ? "outside of every capsule"
					 : "inside a capsule: capsule \"NAME\" { … }");
		return;
	}
	option_list_names(here, false, names);
	(void)conf_complain("%s:%d: there is no option \"%.64s\" %s; there are: %s%s",
		section->filename, section->line, name, inside ? "in a capsule" : "of the server",
		names, inside ? "" : ", capsule");
}

/* What libconfuse has to say; its own words but for the mistake that people make most. */
__attribute__((format(printf, 2, 0))) static void hear_parser(
	cfg_t *section, const char *format, va_list args)
{
	char text[512];

	if (strcmp(format, "no such option '%s'") == 0) {
		complain_of_unknown(section, va_arg(args, const char *));
		return;
	}
	(void)vsnprintf(text, sizeof(text), format, args);
	(void)conf_complain("%s:%d: %s", section->filename, section->line, text);
}

/* After each capsule: libconfuse compares each title with all before it. */
static int limit_capsules(cfg_t *root, cfg_opt_t *opt)
{
	if (cfg_opt_size(opt) <= CAPSULES_MAX)
		return 0;
	(void)conf_complain(
		"%s:%d: there are more than %d capsules", root->filename, root->line, CAPSULES_MAX);
	return -1;
}

static void make_grammar(enum option_scope scope, cfg_opt_t grammar[OPTIONS_MAX])
{
	size_t count = 0;

	CHECK(option_count + 2 <= OPTIONS_MAX);
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];

		if (!is_in_file(option, scope))
			continue;
		if (option->type == OPTION_TEXTS)
			grammar[count++] = (cfg_opt_t)CFG_PTR_LIST_CB(
				option->name, NULL, CFGF_NODEFAULT, keep_value, free);
		else
			grammar[count++] = (cfg_opt_t)CFG_PTR_CB(
				option->name, NULL, CFGF_NODEFAULT, keep_value, free);
	}
	grammar[count] = (cfg_opt_t)CFG_END();
}

static cfg_t *make_parser(const char *name)
{
	cfg_opt_t capsule[OPTIONS_MAX], server[OPTIONS_MAX];

	make_grammar(OPTION_CAPSULE, capsule);
	make_grammar(OPTION_SERVER, server);

	size_t count = (size_t)cfg_numopts(server);

	server[count] = (cfg_opt_t)CFG_SEC(
		"capsule", capsule, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	server[count + 1] = (cfg_opt_t)CFG_END();

	cfg_t *root = cfg_init(server, CFGF_NONE);

	if (root == NULL)
		return NULL;
	root->filename = strdup(name);
	if (root->filename == NULL) {
		cfg_free(root);
		return NULL;
	}
	(void)cfg_set_error_function(root, hear_parser);
	(void)cfg_set_validate_func(root, "capsule", limit_capsules);
	return root;
}

static bool take_option(struct reading *reading, const struct option *option, cfg_t *section,
	cfg_opt_t *opt, void *target)
{
	bool good = true;

	if (option->type == OPTION_TEXTS)
		option_clear(option, target);
	for (unsigned i = 0; i < cfg_opt_size(opt); i++) {
		const struct setting *setting = cfg_opt_getnptr(opt, i);
		struct fault fault;

		if (!option_set(option, target, setting->text, reading->arena, &fault))
			good = conf_complain("%s:%u: %s: %s", reading->file, setting->line,
				option->name, fault.text);
		if (setting->replaces)
			good = conf_complain("%s:%u: %s: it has a value already, further up",
				reading->file, setting->line, option->name);
	}
	if (option->type == OPTION_TEXTS && cfg_opt_size(opt) < option->min)
		good = conf_complain("%s:%d: %s: at least %u must be there", reading->file,
			section->line, option->name, option->min);
	return good;
}

static bool take_section(
	struct reading *reading, enum option_scope scope, cfg_t *section, void *target)
{
	bool good = true;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];

		if (!is_in_file(option, scope))
			continue;

		cfg_opt_t *opt = cfg_getopt(section, option->name);

		/* MODIFIED: there was an equals sign, if only before an empty list. */
		if ((opt->flags & CFGF_MODIFIED) != 0)
			good = take_option(reading, option, section, opt, target) && good;
	}
	return good;
}

static const struct option *title_option(void)
{
	const struct option *option = option_table;

	while (!option->is_title) {
		option++;
		CHECK(option < option_table + option_count);
	}
	return option;
}

static bool take_capsules(struct reading *reading, cfg_t *root)
{
	unsigned count = cfg_size(root, "capsule");
	bool good = true;

	if (count == 0)
		return true;
	if (!reading_make_capsules(reading, count))
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct conf_capsule *capsule = &reading->conf->capsules[i];
		cfg_t *section = cfg_getnsec(root, "capsule", i);
		struct fault fault;

		reading->capsule_lines[i] = (unsigned)section->line;

		bool titled =
			option_set(title_option(), capsule, section->title, reading->arena, &fault);

		if (!titled)
			(void)conf_complain(
				"%s:%d: capsule: %s", reading->file, section->line, fault.text);
		capsule->sound = take_section(reading, OPTION_CAPSULE, section, capsule) && titled;
		good = capsule->sound && good;
	}
	return good;
}

/* libconfuse would stop at a NUL, and its scanner hands other bytes to the system as they are. */
static bool check_encoding(const char *name, struct span text)
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
static bool check_code(const char *name, struct span code)
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

static bool parse(cfg_t *root, struct span text, struct arena *arena)
{
	char *code = without_comments(text, arena);

	if (code == NULL)
		return conf_complain("%s:1: no memory left to read it", root->filename);
	if (!check_code(root->filename, (struct span){code, text.len}))
		return false;

	FILE *stream = fmemopen(code, text.len, "r");

	if (stream == NULL)
		return conf_complain("%s:1: no memory left to read it", root->filename);

	bool good = cfg_parse_fp(root, stream) == CFG_SUCCESS;

	(void)fclose(stream);
	return good;
}

bool reading_take_file(struct reading *reading, const char *name, struct span text)
{
	struct span mark = SPAN_LIT("\xef\xbb\xbf"); /* some editors begin UTF-8 with it */

	reading->file = name;
	if (span_starts_with(text, mark))
		text = span_skip(text, mark.len);
	reading->is_whole = text.len == 0;
	if (!check_encoding(name, text))
		return false;
	if (text.len == 0)
		return true;

	cfg_t *root = make_parser(name);

	if (root == NULL)
		return conf_complain("no memory left for the configuration");

	reading->is_whole = parse(root, text, reading->arena);

	/* Whatever was understood before a mistake is looked at too. */
	bool good = take_section(reading, OPTION_SERVER, root, reading->conf) && reading->is_whole;

	good = take_capsules(reading, root) && good;
	if (!reading->is_whole && reading->conf->capsule_count > 0)
		reading->conf->capsules[reading->conf->capsule_count - 1].sound = false;
	if ((cfg_getopt(root, "listen")->flags & CFGF_MODIFIED) != 0)
		reading->listen_is_default = false;
	(void)cfg_free(root);
	return good;
}
