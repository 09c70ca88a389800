/*
 * One option as the table knows it, and the reading of its value. For this folder alone.
 */
#ifndef KINDLING_CONF_OPTION_H
#define KINDLING_CONF_OPTION_H

#include <limits.h>

#include "conf/conf.h"

enum option_type {
	OPTION_TEXT,    /* const char * */
	OPTION_TEXTS,   /* struct conf_texts */
	OPTION_SWITCH,  /* bool */
	OPTION_NUMBER,  /* unsigned */
	OPTION_SECONDS, /* unsigned */
	OPTION_CHOICE   /* an enum that counts from 0 */
};

enum option_scope { OPTION_SERVER, OPTION_CAPSULE };

/* Whether a text is fit for an option; *out, at first the text itself, may be given a better
 * spelling. */
typedef bool option_check(
	const char *text, struct arena *arena, const char **out, struct fault *fault);

struct option {
	const char *name;
	enum option_scope scope;
	size_t offset; /* of its field in struct conf or struct conf_capsule */
	enum option_type type;
	const char *initial; /* the default; of OPTION_TEXTS, with spaces between */
	unsigned min, max;   /* of a number, and of how many texts */
	const char *choices; /* of OPTION_CHOICE, in the enum's order, with spaces between */
	bool is_title;       /* a flag like any other, but the title of the capsule in a file */
	option_check *check; /* of each text; NULL: any will do */
	const char *argument, *sentence; /* for help */
};

extern const struct option option_table[];
extern const size_t option_count;

/* Space for "listen, workers, …", the list in error messages. */
#define OPTION_NAMES_SIZE 2048

/* The names of one scope, as a file spells them or as flags: with hyphens for underscores. */
void option_list_names(enum option_scope scope, bool as_flags, char names[OPTION_NAMES_SIZE]);

#define OPTION_FLAG_SIZE 40

/* The flag's name without the two hyphens before it. */
void option_spell_flag(const struct option *option, char flag[OPTION_FLAG_SIZE]);

/* The option of this name, or NULL. */
const struct option *option_by_name(struct span name);
const struct option *option_by_flag(struct span flag);

/* Reads `text` into the option's field of `target` (a struct conf or struct conf_capsule). One
 * more of OPTION_TEXTS is appended. */
bool option_set(const struct option *option, void *target, const char *text, struct arena *arena,
	struct fault *fault);

/* Notes that the field has its value from this line of the file, or from a flag. */
#define OPTION_LINE_FLAG UINT_MAX
void option_set_line(const struct option *option, void *target, unsigned line);

/* Takes all of OPTION_TEXTS out, so that what comes next replaces the default. */
void option_clear(const struct option *option, void *target);

/* Gives every option of the scope its default. False: memory is out. */
bool option_set_defaults(enum option_scope scope, void *target, struct arena *arena);

#endif
