/*
 * The configuration file. The only place that knows libconfuse.
 *
 * The grammar is made from the table of options. libconfuse keeps each value as it is written,
 * with its line; what the values mean is looked at afterwards, so that one bad value does not hide
 * the next. Unknown options are gone by then (code.c). Only what cannot be parsed at all ends the
 * reading early. There is no function in the grammar, so a file cannot include another.
 */
#include "conf/reading.h"

#include <confuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "conf/code.h"

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

/* What libconfuse has to say, in its own words. Unknown options are out of its sight, but for those
 * that stand behind a mistake or behind too many of their kind. */
__attribute__((format(printf, 2, 0))) static void hear_parser(
	cfg_t *section, const char *format, va_list args)
{
	char text[512];

	if (strcmp(format, "no such option '%s'") == 0) {
		const char *name = va_arg(args, const char *);

		code_complain_of_unknown(section->filename, (unsigned)section->line,
			section->title != NULL ? OPTION_CAPSULE : OPTION_SERVER, span_of(name));
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

		if (i == 0)
			option_set_line(option, target, setting->line);
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

static bool take_capsules(struct reading *reading, cfg_t *root, const struct code *code)
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
		option_set_line(title_option(), capsule, (unsigned)section->line);

		bool titled =
			option_set(title_option(), capsule, section->title, reading->arena, &fault);

		if (!titled)
			(void)conf_complain(
				"%s:%d: capsule: %s", reading->file, section->line, fault.text);
		capsule->sound = take_section(reading, OPTION_CAPSULE, section, capsule) &&
				 titled && !code->capsule_has_unknown[i];
		good = capsule->sound && good;
	}
	return good;
}

static bool parse(cfg_t *root, const struct code *code)
{
	FILE *stream = fmemopen(code->text, code->len, "r");

	if (stream == NULL)
		return conf_complain("%s:1: no memory left to read it", root->filename);

	bool good = cfg_parse_fp(root, stream) == CFG_SUCCESS;

	(void)fclose(stream);
	return good;
}

static bool take_code(struct reading *reading, const struct code *code)
{
	cfg_t *root = make_parser(code->name);

	if (root == NULL)
		return conf_complain("no memory left for the configuration");

	reading->is_whole = parse(root, code);

	/* Whatever was understood before a mistake is looked at too. */
	bool good = take_section(reading, OPTION_SERVER, root, reading->conf) && reading->is_whole;

	good = take_capsules(reading, root, code) && good;
	if (!reading->is_whole && reading->conf->capsule_count > 0)
		reading->conf->capsules[reading->conf->capsule_count - 1].sound = false;
	if ((cfg_getopt(root, "listen")->flags & CFGF_MODIFIED) != 0)
		reading->listen_is_default = false;
	(void)cfg_free(root);
	return good;
}

bool reading_take_file(struct reading *reading, const char *name, struct span text)
{
	struct span mark = SPAN_LIT("\xef\xbb\xbf"); /* some editors begin UTF-8 with it */

	reading->file = reading->conf->file = name;
	if (span_starts_with(text, mark))
		text = span_skip(text, mark.len);
	reading->is_whole = text.len == 0;
	if (text.len == 0)
		return true;

	struct code code;

	if (!code_begin(&code, name, text, reading->arena))
		return false;

	bool known = code_drop_unknown(&code);

	return take_code(reading, &code) && known;
}
