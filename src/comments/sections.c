/*
 * The sections that are remembered.
 */
#include "comments/sections.h"

#include <stdlib.h>
#include <string.h>

bool sections_init(struct sections *sections)
{
	*sections = (struct sections){0};
	return pthread_mutex_init(&sections->lock, NULL) == 0;
}

static void forget(struct section_slot *slot)
{
	free(slot->slug);
	free(slot->text);
	*slot = (struct section_slot){0};
}

void sections_end(struct sections *sections)
{
	for (size_t i = 0; i < SECTIONS_MAX; i++)
		forget(&sections->slots[i]);
	pthread_mutex_destroy(&sections->lock);
}

static struct section_slot *slot_of(struct sections *sections, struct span slug)
{
	for (size_t i = 0; i < SECTIONS_MAX; i++) {
		struct section_slot *slot = &sections->slots[i];
		if (slot->slug != NULL &&
			span_equal((struct span){slot->slug, slot->slug_len}, slug))
			return slot;
	}
	return NULL;
}

static struct section_slot *oldest_slot(struct sections *sections)
{
	struct section_slot *oldest = &sections->slots[0];
	for (size_t i = 1; i < SECTIONS_MAX; i++) {
		if (sections->slots[i].used < oldest->used)
			oldest = &sections->slots[i];
	}
	return oldest;
}

bool sections_find(struct sections *sections, struct span slug, uint64_t generation, int64_t now_ms,
	struct arena *arena, struct span *text)
{
	char *copy = NULL;
	pthread_mutex_lock(&sections->lock);
	struct section_slot *slot = slot_of(sections, slug);
	if (slot != NULL && slot->generation == generation &&
		now_ms - slot->made < SECTIONS_MILLISECONDS) {
		copy = arena_copy(arena, (struct span){slot->text, slot->text_len});
		*text = (struct span){copy, slot->text_len};
		slot->used = ++sections->uses;
	}
	pthread_mutex_unlock(&sections->lock);
	return copy != NULL;
}

static char *copy_of(struct span text)
{
	char *copy = malloc(text.len + 1);
	if (copy != NULL && text.len > 0)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

void sections_remember(struct sections *sections, struct span slug, uint64_t generation,
	int64_t now_ms, struct span text)
{
	if (text.len > SECTIONS_TEXT_MAX)
		return;
	struct section_slot fresh = {.slug = copy_of(slug),
		.slug_len = slug.len,
		.text = copy_of(text),
		.text_len = text.len,
		.generation = generation,
		.made = now_ms};
	if (fresh.slug == NULL || fresh.text == NULL) {
		forget(&fresh);
		return;
	}
	pthread_mutex_lock(&sections->lock);
	struct section_slot *slot = slot_of(sections, slug);
	if (slot == NULL)
		slot = oldest_slot(sections);
	fresh.used = ++sections->uses;
	forget(slot);
	*slot = fresh;
	pthread_mutex_unlock(&sections->lock);
}
