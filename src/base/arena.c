/*
 * The arena: blocks that double in size, each handed out from its front.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST 2048  /* an ordinary request fits into one */
#define BLOCK_LARGE 65536 /* blocks stop doubling here */

struct arena_block {
	struct arena_block *older;
	size_t size, used;
	max_align_t bytes[];
};

void arena_init(struct arena *arena, size_t limit)
{
	*arena = (struct arena){.limit = limit};
}

static bool add_block(struct arena *arena, size_t size)
{
	size_t wanted = arena->newest == NULL ? BLOCK_FIRST : arena->newest->size * 2;
	if (wanted > BLOCK_LARGE)
		wanted = BLOCK_LARGE;
	if (wanted < size)
		wanted = size;
	if (wanted > arena->limit - arena->total)
		wanted = arena->limit - arena->total; /* the last block may be a small one */
	if (wanted < size)
		return false;
	struct arena_block *block = malloc(sizeof *block + wanted);
	if (block == NULL)
		return false;
	*block = (struct arena_block){.older = arena->newest, .size = wanted};
	arena->newest = block;
	arena->total += wanted;
	return true;
}

static void *fail(struct arena *arena)
{
	arena->failed = true;
	return NULL;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > arena->limit)
		return fail(arena);
	/* Rounded up, so that whatever comes next is aligned too. */
	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	struct arena_block *block = arena->newest;
	if (block == NULL || size > block->size - block->used) {
		if (!add_block(arena, size))
			return fail(arena);
		block = arena->newest;
	}
	void *piece = (char *)block->bytes + block->used;
	block->used += size;
	return piece;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
	void *piece = arena_alloc(arena, size);
	if (piece != NULL)
		memset(piece, 0, size);
	return piece;
}

char *arena_copy(struct arena *arena, struct span text)
{
	char *copy = arena_alloc(arena, text.len + 1);
	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (len < 0)
		return NULL;
	char *text = arena_alloc(arena, (size_t)len + 1);
	if (text == NULL)
		return NULL;
	va_start(arguments, format);
	(void)vsnprintf(text, (size_t)len + 1, format, arguments);
	va_end(arguments);
	return text;
}

void arena_end(struct arena *arena)
{
	while (arena->newest != NULL) {
		struct arena_block *block = arena->newest;
		arena->newest = block->older;
		free(block);
	}
	arena->total = 0;
	arena->failed = false;
}
