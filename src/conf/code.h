/*
 * The text of a configuration file on its way to libconfuse: what libconfuse takes for something
 * else, or says badly, is dealt with here. For this folder alone.
 */
#ifndef KINDLING_CONF_CODE_H
#define KINDLING_CONF_CODE_H

#include "conf/option.h"
#include "conf/reading.h"

struct code {
	const char *name; /* of the file */
	char *text;       /* without comments; NUL-terminated */
	size_t len;
	/* In the file's order; the one too many is read as well. */
	bool capsule_has_unknown[CAPSULES_MAX + 1];
};

/* False, with a complaint: the text is no UTF-8, or a brace or quote in it is never closed. */
bool code_begin(struct code *code, const char *name, struct span text, struct arena *arena);

/* Complains of every option that does not exist and takes it out, so that it does not hide what
 * stands further down. True where there was none. */
bool code_drop_unknown(struct code *code);

void code_complain_of_unknown(
	const char *file, unsigned line, enum option_scope here, struct span name);

#endif
