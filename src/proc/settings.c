/*
 * Configurations in use.
 */
#include "proc/settings.h"

#include <stdlib.h>

#include "base/check.h"

struct settings *settings_take(struct arena *arena, const struct conf *conf)
{
	struct settings *settings = malloc(sizeof *settings);
	if (settings == NULL) {
		arena_end(arena);
		log_message(LOG_ERROR, "no memory left for the configuration");
		return NULL;
	}
	*settings = (struct settings){.arena = *arena, .conf = conf, .users = 1};
	arena_init(arena, 0); /* a second owner would free it twice */
	return settings;
}

struct settings *settings_read(int argc, char **argv)
{
	struct arena arena;
	const struct conf *conf;
	char **words;
	arena_init(&arena, CONF_MEMORY_MAX);
	if (conf_read(argc, argv, &arena, &conf, &words) == CONF_OK)
		return settings_take(&arena, conf);
	arena_end(&arena);
	return NULL;
}

struct settings *settings_share(struct settings *settings)
{
	settings->users++;
	return settings;
}

void settings_leave(struct settings *settings)
{
	CHECK(settings->users > 0);
	if (--settings->users > 0)
		return;
	arena_end(&settings->arena);
	free(settings);
}
