/*
 * A configuration while it is being put together. For this folder alone.
 */
#ifndef KINDLING_CONF_READING_H
#define KINDLING_CONF_READING_H

#include "conf/conf.h"

#define CAPSULES_MAX 1024

struct reading {
	struct arena *arena;
	struct conf *conf;
	const char *file;        /* NULL where there is none */
	unsigned *capsule_lines; /* in that file; NULL where the capsule is not from it */
	bool listen_is_default;
	bool is_whole; /* no file, or one that was read to its end */
};

/* Starts with the defaults and no capsule. False, with a complaint: memory is out. */
bool reading_begin(struct reading *reading, struct arena *arena);

/* Makes room for so many capsules, all with the defaults, and none of them sound yet. */
bool reading_make_capsules(struct reading *reading, size_t count);

/* Where none is described there is one with the defaults. */
bool reading_need_capsule(struct reading *reading);

/* Takes a file's text in; false after the last complaint. */
bool reading_take_file(struct reading *reading, const char *name, struct span text);

/* What only the whole can show: names given twice, the number of cores. */
bool reading_finish(struct reading *reading);

#endif
