/*
 * What a file's name says about its type.
 */
#ifndef KINDLING_SITE_TYPES_H
#define KINDLING_SITE_TYPES_H

#include "conf/conf.h"

#define TYPES_GEMTEXT  "text/gemini"
#define TYPES_SIZE_MAX (CONF_TYPE_MAX + 1) /* of a type, its NUL included */

struct types {
	struct arena arena;
	struct types_row *rows; /* sorted by extension */
	size_t count;
};

/* `own` are the capsule's, as the configuration gives them; then come .gmi and .gemini, then the
 * text types and feeds of the system's table (`system_file`, which need not exist), then a few of
 * our own. */
bool types_begin(struct types *types, const struct conf_texts *own, const char *system_file,
	struct fault *fault);
void types_end(struct types *types);

/* A pointer that stays the same while `types` lives; NULL where the content has to say. */
const char *types_of_name(const struct types *types, struct span path);

/* "type/subtype" in the letters of RFC 6838, section 4.2: fit to stand in META. */
bool types_is_type(struct span text);

#endif
