/*
 * Reading one option's value into its field.
 */
#include "conf/option.h"

#include <limits.h>
#include <string.h>

#include "base/check.h"

/* A choice is written into its enum as an unsigned number. */
_Static_assert(sizeof(enum log_format) == sizeof(unsigned), "an enum is as large as a number");
_Static_assert(sizeof(enum log_level) == sizeof(unsigned), "an enum is as large as a number");
_Static_assert(sizeof(enum address_detail) == sizeof(unsigned), "an enum is as large as a number");

static void *field_of(const struct option *option, void *target)
{
	return (char *)target + option->offset;
}

static bool prepare_text(const struct option *option, const char *text, struct arena *arena,
	const char **out, struct fault *fault)
{
	if (strlen(text) >= PATH_MAX)
		return fault_set(fault, "the value is longer than %d bytes", PATH_MAX - 1);
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return fault_set(fault, "\"%s\" holds a control character", text);

	const char *kept = text;

	if (option->check != NULL && !option->check(text, arena, &kept, fault))
		return false;
	*out = arena_copy(arena, span_of(kept));
	return *out != NULL || fault_set(fault, "no memory left");
}

static bool set_text(const struct option *option, void *field, const char *text,
	struct arena *arena, struct fault *fault)
{
	const char *kept = NULL;

	if (!prepare_text(option, text, arena, &kept, fault))
		return false;
	*(const char **)field = kept;
	return true;
}

static bool append_text(const struct option *option, void *field, const char *text,
	struct arena *arena, struct fault *fault)
{
	struct conf_texts *texts = field;
	const char *kept = NULL;

	if (!prepare_text(option, text, arena, &kept, fault))
		return false;
	if (texts->count >= option->max)
		return fault_set(fault, "there are more than %u of them", option->max);
	if (texts->items == NULL)
		texts->items = arena_alloc(arena, option->max * sizeof(*texts->items));
	if (texts->items == NULL)
		return fault_set(fault, "no memory left");
	texts->items[texts->count++] = kept;
	return true;
}

static bool set_switch(void *field, const char *text, struct fault *fault)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_equal_nocase(span_of(text), span_of(words[i]))) {
			*(bool *)field = i % 2 == 1;
			return true;
		}
	}
	return fault_set(fault, "\"%s\" is neither yes nor no", text);
}

static bool set_number(
	const struct option *option, void *field, const char *text, struct fault *fault)
{
	uint64_t number;

	if (!span_to_u64(span_of(text), option->max, &number) || number < option->min)
		return fault_set(fault, "\"%s\" is not a whole number from %u to %u", text,
			option->min, option->max);
	*(unsigned *)field = (unsigned)number;
	return true;
}

static bool set_choice(
	const struct option *option, void *field, const char *text, struct fault *fault)
{
	struct span word, rest = span_of(option->choices);
	unsigned number = 0;

	do {
		(void)span_cut(rest, ' ', &word, &rest);
		if (span_equal(word, span_of(text))) {
			memcpy(field, &number, sizeof(number));
			return true;
		}
		number++;
	} while (rest.len > 0);
	return fault_set(fault, "\"%s\" is none of: %s", text, option->choices);
}

bool option_set(const struct option *option, void *target, const char *text, struct arena *arena,
	struct fault *fault)
{
	void *field = field_of(option, target);

	CHECK(option->type <= OPTION_CHOICE);
	switch (option->type) {
	case OPTION_TEXT:
		return set_text(option, field, text, arena, fault);
	case OPTION_TEXTS:
		return append_text(option, field, text, arena, fault);
	case OPTION_SWITCH:
		return set_switch(field, text, fault);
	case OPTION_NUMBER:
	case OPTION_SECONDS:
		return set_number(option, field, text, fault);
	case OPTION_CHOICE:
		return set_choice(option, field, text, fault);
	}
	return false;
}

static unsigned *lines_of(const struct option *option, void *target)
{
	return option->scope == OPTION_SERVER ? ((struct conf *)target)->lines
					      : ((struct conf_capsule *)target)->lines;
}

void option_set_line(const struct option *option, void *target, unsigned line)
{
	lines_of(option, target)[option - option_table] = line;
}

const char *conf_place(const struct conf *conf, const struct conf_capsule *capsule,
	const char *name, struct arena *arena)
{
	const struct option *option = option_by_name(span_of(name));
	const unsigned *lines = capsule != NULL ? capsule->lines : conf->lines;
	char flag[OPTION_FLAG_SIZE];

	CHECK(option != NULL);

	unsigned line = lines != NULL ? lines[option - option_table] : 0;
	const char *place;

	option_spell_flag(option, flag);
	if (line == OPTION_LINE_FLAG)
		place = arena_printf(arena, "--%s", flag);
	else if (line > 0)
		place = arena_printf(arena, "%s:%u: %s", conf->file, line, name);
	else if (capsule != NULL)
		place = arena_printf(arena, "%s: %s", capsule->host, name);
	else
		place = name;
	return place != NULL ? place : name;
}

void option_clear(const struct option *option, void *target)
{
	struct conf_texts *texts = field_of(option, target);

	texts->count = 0;
}

static bool set_default(const struct option *option, void *target, struct arena *arena)
{
	struct fault fault;

	if (option->type != OPTION_TEXTS)
		return option_set(option, target, option->initial, arena, &fault);

	struct span word, rest = span_of(option->initial);

	while (rest.len > 0) {
		(void)span_cut(rest, ' ', &word, &rest);

		char *text = arena_copy(arena, word);

		if (text == NULL || !option_set(option, target, text, arena, &fault))
			return false;
	}
	return true;
}

bool option_set_defaults(enum option_scope scope, void *target, struct arena *arena)
{
	unsigned *lines = arena_zalloc(arena, option_count * sizeof(*lines));

	if (lines == NULL)
		return false;
	if (scope == OPTION_SERVER)
		((struct conf *)target)->lines = lines;
	else
		((struct conf_capsule *)target)->lines = lines;
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].scope == scope && !set_default(&option_table[i], target, arena))
			return false;
	return true;
}
