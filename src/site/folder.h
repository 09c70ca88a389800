/*
 * The capsule's root folder, held open, and opened anew when another one takes its place.
 */
#ifndef KINDLING_SITE_FOLDER_H
#define KINDLING_SITE_FOLDER_H

#include <pthread.h>
#include <stdint.h>

#include "os/beneath.h"

struct folder {
	const char *path;
	pthread_mutex_t lock; /* over what follows */
	struct beneath_root root;
	struct stat identity; /* of the folder that is open */
	struct stat refused;  /* one that could not be opened, and it has been said */
	int64_t looked;       /* when the path was last looked at */
};

/* `path` must outlive it. */
bool folder_begin(struct folder *folder, const char *path, struct fault *fault);
void folder_end(struct folder *folder);

/* beneath_open in the folder that the path leads to now (looked at once a second at most). Safe on
 * any thread. */
enum beneath_result folder_open(
	struct folder *folder, const char *path, int *fd, struct stat *info);

#endif
