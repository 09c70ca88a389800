/*
 * libmagic: one handle for each thread that looks at the same time, kept for the next look.
 *
 * Its tables are mapped once and shared by all handles: a handle of its own would hold two
 * megabytes instead of some 50 KiB, and could not be made any more once the process is fenced in.
 */
#include "site/mime.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "os/fd.h"

#define IDLE_MAX     4 /* the threads of libuv's pool */
#define TABLES_MAX   8
#define TABLE_BYTES  ((off_t)256 * 1024 * 1024)
#define TABLE_NUMBER 0xf11e041cu /* what a table of this machine's byte order begins with */

struct mime {
	void *tables[TABLES_MAX];
	size_t sizes[TABLES_MAX], table_count;
	pthread_mutex_t lock; /* over what follows */
	magic_t idle[IDLE_MAX];
	size_t count;
};

/* NULL: there is none at `path`, or none that this machine's libmagic takes as it is. */
static void *map_table(const char *path, size_t *size)
{
	struct stat info;
	void *bytes = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
		info.st_size > (off_t)sizeof(uint32_t) && info.st_size <= TABLE_BYTES) {
		*size = (size_t)info.st_size;
		bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	fd_close(&fd);
	if (bytes == MAP_FAILED)
		return NULL;
	uint32_t number;
	memcpy(&number, bytes, sizeof number);
	if (number == TABLE_NUMBER)
		return bytes;
	munmap(bytes, *size);
	return NULL;
}

/* libmagic's path: names with colons between them, each of which stands for NAME.mgc, too. Tables
 * that are still text are left out: to compile them takes seconds of every start. */
static void map_tables(struct mime *mime)
{
	const char *names = magic_getpath(NULL, 0);
	struct span rest = span_of(names != NULL ? names : ""), name;
	while (rest.len > 0 && mime->table_count < TABLES_MAX) {
		span_cut(rest, ':', &name, &rest);
		char path[PATH_MAX];
		bool compiled = span_ends_with(name, SPAN_LIT(".mgc"));
		int len = snprintf(
			path, sizeof path, "%.*s%s", SPAN_ARG(name), compiled ? "" : ".mgc");
		if (name.len == 0 || len < 0 || (size_t)len >= sizeof path)
			continue;
		void *table = map_table(path, &mime->sizes[mime->table_count]);
		if (table != NULL)
			mime->tables[mime->table_count++] = table;
	}
	if (mime->table_count == 0)
		log_message(LOG_WARNING,
			"libmagic has no table (%s, compiled to .mgc): types are told by the names "
			"of files alone",
			names != NULL ? names : "it names no place");
}

struct mime *mime_new(void)
{
	struct mime *mime = calloc(1, sizeof *mime);
	if (mime != NULL) {
		pthread_mutex_init(&mime->lock, NULL);
		map_tables(mime);
	}
	return mime;
}

void mime_free(struct mime *mime)
{
	while (mime->count > 0)
		magic_close(mime->idle[--mime->count]);
	while (mime->table_count > 0) {
		mime->table_count--;
		munmap(mime->tables[mime->table_count], mime->sizes[mime->table_count]);
	}
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

static magic_t open_handle(struct mime *mime)
{
	if (mime->table_count == 0)
		return NULL;
	magic_t handle = magic_open(MAGIC_MIME | MAGIC_NO_CHECK_COMPRESS);
	if (handle == NULL) {
		log_message(LOG_WARNING, "libmagic cannot start: %s", strerror(errno));
		return NULL;
	}
	if (magic_load_buffers(handle, mime->tables, mime->sizes, mime->table_count) != 0) {
		log_message(LOG_WARNING, "libmagic cannot use its table: %s", magic_error(handle));
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
	return handle != NULL ? handle : open_handle(mime);
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
