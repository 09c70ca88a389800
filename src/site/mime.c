/*
 * libmagic: one handle for each thread that looks at the same time, kept for the next look.
 */
#include "site/mime.h"

#include <ctype.h>
#include <errno.h>
#include <magic.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define IDLE_MAX 4 /* the threads of libuv's pool */

struct mime {
	pthread_mutex_t lock;
	magic_t idle[IDLE_MAX];
	size_t count;
};

struct mime *mime_new(void)
{
	struct mime *mime = calloc(1, sizeof *mime);
	if (mime != NULL)
		pthread_mutex_init(&mime->lock, NULL);
	return mime;
}

void mime_free(struct mime *mime)
{
	while (mime->count > 0)
		magic_close(mime->idle[--mime->count]);
	pthread_mutex_destroy(&mime->lock);
	free(mime);
}

/* A hostile file must not keep a thread busy: tighter than libmagic's own bounds where types of
 * honest files do not need them. Only the character set is looked for further in: in all that it
 * is shown, since the first byte outside ASCII may be the last. */
static void set_bounds(magic_t handle)
{
	static const struct {
		int name;
		size_t value;
	} bounds[] = {
		{MAGIC_PARAM_INDIR_MAX, 15},
		{MAGIC_PARAM_ELF_PHNUM_MAX, 128},
		{MAGIC_PARAM_ELF_SHNUM_MAX, 1024},
		{MAGIC_PARAM_ELF_NOTES_MAX, 64},
		{MAGIC_PARAM_REGEX_MAX, 4096},
		{MAGIC_PARAM_BYTES_MAX, MIME_BYTES_MAX},
		{MAGIC_PARAM_ENCODING_MAX, MIME_BYTES_MAX},
	};
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
		(void)magic_setparam(handle, bounds[i].name, &bounds[i].value);
}

static magic_t open_handle(void)
{
	magic_t handle = magic_open(MAGIC_MIME | MAGIC_NO_CHECK_COMPRESS);
	if (handle == NULL) {
		log_message(LOG_WARNING, "libmagic cannot start: %s", strerror(errno));
		return NULL;
	}
	if (magic_load(handle, NULL) != 0) {
		log_message(LOG_WARNING, "libmagic cannot read its table: %s", magic_error(handle));
		magic_close(handle);
		return NULL;
	}
	set_bounds(handle);
	return handle;
}

static magic_t take_handle(struct mime *mime)
{
	magic_t handle = NULL;
	pthread_mutex_lock(&mime->lock);
	if (mime->count > 0)
		handle = mime->idle[--mime->count];
	pthread_mutex_unlock(&mime->lock);
	return handle != NULL ? handle : open_handle();
}

static void give_back(struct mime *mime, magic_t handle)
{
	pthread_mutex_lock(&mime->lock);
	bool kept = mime->count < IDLE_MAX;
	if (kept)
		mime->idle[mime->count++] = handle;
	pthread_mutex_unlock(&mime->lock);
	if (!kept)
		magic_close(handle);
}

/* A name of a character set as it may stand in META (RFC 2978, section 2.3). */
static bool is_charset(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];
		if (byte >= 0x80 || (!isalnum(byte) && byte != '-' && byte != '_'))
			return false;
	}
	return text.len > 0 && text.len < MIME_CHARSET_SIZE;
}

/* "type/subtype; charset=name", from a library that reads foreign bytes. */
static bool parse(struct span answer, struct mime_seen *seen)
{
	struct span type, charset;
	span_cut(answer, ';', &type, &charset);
	charset = span_trim(charset);
	if (!types_is_type(type))
		return false;
	memcpy(seen->type, type.ptr, type.len);
	seen->type[type.len] = '\0';
	seen->charset[0] = '\0';
	if (!span_starts_with(charset, SPAN_LIT("charset=")))
		return true;
	charset = span_skip(charset, strlen("charset="));
	if (is_charset(charset) && !span_starts_with(charset, SPAN_LIT("unknown"))) {
		memcpy(seen->charset, charset.ptr, charset.len);
		seen->charset[charset.len] = '\0';
	}
	return true;
}

bool mime_look(struct mime *mime, struct span bytes, struct mime_seen *seen)
{
	magic_t handle = take_handle(mime);
	if (handle == NULL)
		return false;
	const char *answer = magic_buffer(handle, bytes.ptr, bytes.len);
	bool done = answer != NULL && parse(span_of(answer), seen);
	if (answer == NULL)
		log_message(LOG_WARNING, "libmagic fails: %s", magic_error(handle));
	else if (!done)
		log_message(LOG_WARNING, "libmagic names a strange type: %s", answer);
	give_back(mime, handle);
	return done;
}
