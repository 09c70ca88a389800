/*
 * A table of small sets: bounded, without rehashing, and empty until files are asked for.
 */
#include "site/remembered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct remembered_file {
	struct stamp stamp;
	const char *by_name; /* one of types_of_name's pointers */
	char type[CONTENT_TYPE_SIZE];
};

struct remembered_set {
	unsigned oldest;
	struct remembered_file files[REMEMBERED_WAYS]; /* a zeroed stamp: free */
};

void remembered_begin(struct remembered *remembered)
{
	memset(remembered->sets, 0, sizeof remembered->sets);
	pthread_mutex_init(&remembered->lock, NULL);
}

void remembered_end(struct remembered *remembered)
{
	for (size_t i = 0; i < REMEMBERED_SETS; i++)
		free(remembered->sets[i]);
	pthread_mutex_destroy(&remembered->lock);
}

/* By what a file keeps when it is changed, so that its old type is found and replaced. */
static struct remembered_set **find_set(struct remembered *remembered, const struct stamp *stamp)
{
	uint64_t key = (uint64_t)stamp->inode ^ ((uint64_t)stamp->device << 32);
	key *= UINT64_C(0x9e3779b97f4a7c15); /* Fibonacci hashing: the upper bits are mixed */
	return &remembered->sets[(key >> 32) % REMEMBERED_SETS];
}

static bool is_same_file(
	const struct remembered_file *file, const struct stamp *stamp, const char *by_name)
{
	return file->stamp.inode == stamp->inode && file->stamp.device == stamp->device &&
	       file->by_name == by_name;
}

const char *remembered_type(struct remembered *remembered, const struct stamp *stamp,
	const char *by_name, struct arena *arena)
{
	const char *type = NULL;
	pthread_mutex_lock(&remembered->lock);
	const struct remembered_set *set = *find_set(remembered, stamp);
	for (size_t i = 0; set != NULL && i < REMEMBERED_WAYS; i++) {
		const struct remembered_file *file = &set->files[i];
		if (file->by_name == by_name && stamp_equal(&file->stamp, stamp)) {
			type = arena_copy(arena, span_of(file->type));
			break;
		}
	}
	pthread_mutex_unlock(&remembered->lock);
	return type;
}

void remembered_add(struct remembered *remembered, const struct stamp *stamp, const char *by_name,
	const char *type)
{
	pthread_mutex_lock(&remembered->lock);
	struct remembered_set **set = find_set(remembered, stamp);
	if (*set == NULL)
		*set = calloc(1, sizeof **set);
	if (*set != NULL) {
		struct remembered_file *file = NULL;
		for (size_t i = 0; i < REMEMBERED_WAYS; i++) {
			if (is_same_file(&(*set)->files[i], stamp, by_name))
				file = &(*set)->files[i];
		}
		if (file == NULL)
			file = &(*set)->files[(*set)->oldest++ % REMEMBERED_WAYS];
		file->stamp = *stamp;
		file->by_name = by_name;
		(void)snprintf(file->type, sizeof file->type, "%s", type);
	}
	pthread_mutex_unlock(&remembered->lock);
}
