/*
 * A configuration that is in use: kept until the last generation that lives by it is gone.
 */
#ifndef KINDLING_PROC_SETTINGS_H
#define KINDLING_PROC_SETTINGS_H

#include "conf/conf.h"

struct settings {
	struct arena arena; /* holds the configuration */
	const struct conf *conf;
	unsigned users;
};

/* Takes over an arena and the configuration in it, for one user. NULL: memory is out, and the arena
 * is ended. */
struct settings *settings_take(struct arena *arena, const struct conf *conf);

/* Reads a command line again, and the file that it names. NULL: it is wrong, and every error is in
 * the log. */
struct settings *settings_read(int argc, char **argv);

/* One more user, or one fewer; the last one frees it. */
struct settings *settings_share(struct settings *settings);
void settings_leave(struct settings *settings);

#endif
