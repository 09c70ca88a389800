/*
 * Bodies of memory and of files.
 */
#include "page/body.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "proto/gemtext.h"

static enum body_state read_memory(struct body *body, char *bytes, size_t size, size_t *got)
{
	*got = size < body->memory.len ? size : body->memory.len;
	if (*got > 0)
		memcpy(bytes, body->memory.ptr, *got);
	body->memory = span_skip(body->memory, *got);
	return body->memory.len == 0 ? BODY_END : BODY_DATA;
}

static void close_memory(struct body *body)
{
	body->memory.len = 0;
}

static const struct body_kind memory_kind = {read_memory, close_memory};

void body_of_memory(struct body *body, struct span bytes)
{
	*body = (struct body){.kind = &memory_kind, .memory = bytes, .fd = -1};
}

static enum body_state read_file(struct body *body, char *bytes, size_t size, size_t *got)
{
	*got = 0;
	while (*got < size && body->left > 0) {
		size_t want = size - *got;
		if ((off_t)want > body->left)
			want = (size_t)body->left;
		ssize_t count = read(body->fd, bytes + *got, want);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return BODY_FAILED;
		if (count == 0)
			return BODY_END; /* it shrank */
		*got += (size_t)count;
		body->left -= count;
	}
	return body->left == 0 ? BODY_END : BODY_DATA;
}

static void close_file(struct body *body)
{
	close(body->fd);
	body->fd = -1;
}

static const struct body_kind file_kind = {read_file, close_file};

void body_of_file(struct body *body, int fd, off_t size)
{
	CHECK(fd >= 0);
	*body = (struct body){.kind = &file_kind, .fd = fd, .left = size};
}

/* A page, then what closes it, then the section; the page is followed byte by byte as it passes. */
struct sectioned {
	struct body page;
	struct gemtext_position position;
	bool page_ended;
	struct body closing, section;
};

static enum body_state read_sectioned(struct body *body, char *bytes, size_t size, size_t *got)
{
	struct sectioned *whole = body->state;
	size_t count;
	*got = 0;
	if (!whole->page_ended) {
		enum body_state state = body_read(&whole->page, bytes, size, got);
		gemtext_follow(&whole->position, (struct span){bytes, *got});
		if (state != BODY_END)
			return state;
		whole->page_ended = true;
		body_of_memory(&whole->closing, span_of(gemtext_closing(&whole->position)));
	}
	enum body_state state = body_read(&whole->closing, bytes + *got, size - *got, &count);
	*got += count;
	if (state != BODY_END)
		return state;
	state = body_read(&whole->section, bytes + *got, size - *got, &count);
	*got += count;
	return state;
}

static void close_sectioned(struct body *body)
{
	struct sectioned *whole = body->state;
	body_close(&whole->page);
}

static const struct body_kind sectioned_kind = {read_sectioned, close_sectioned};

bool body_add_section(struct body *body, struct span section, struct arena *arena)
{
	struct sectioned *whole = arena_zalloc(arena, sizeof *whole);
	if (whole == NULL)
		return false;
	whole->page = *body;
	body_of_memory(&whole->section, section);
	*body = (struct body){.kind = &sectioned_kind, .fd = -1, .state = whole};
	return true;
}

enum body_state body_read(struct body *body, char *bytes, size_t size, size_t *got)
{
	*got = 0;
	return body->kind == NULL ? BODY_END : body->kind->read(body, bytes, size, got);
}

void body_close(struct body *body)
{
	if (body->kind != NULL)
		body->kind->close(body);
	*body = (struct body){.fd = -1};
}
