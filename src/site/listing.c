/*
 * Listings: what can be read here by its name, sorted, and nothing else.
 */
#include "site/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "proto/gemtext.h"
#include "text/unicode.h"

#define ARENA_MAX (32 << 20) /* names at their longest, links, and the page as it doubles */
#define PAGE_MAX  (8 << 20)
#define SIZE_TEXT 32

struct entry {
	struct span name; /* followed by a NUL */
	off_t size;
	bool is_folder;
};

/* The names of one folder, in memory that ends with the job. */
struct listing {
	struct folder *folder;
	struct span path; /* of the request: begins and ends with '/' */
	struct arena arena;
	struct entry *entries;
	size_t count;
	bool cut;
};

/* A name that a URL and a line of gemtext can carry. */
static bool is_showable(struct span name)
{
	struct span rest = name;
	uint32_t code_point;
	if (name.ptr[0] == '.' || !unicode_is_valid(name))
		return false;
	while (unicode_next(&rest, &code_point)) {
		if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
			return false;
	}
	return true;
}

/* A link is shown as what it leads to, and only where that lies beneath the root. */
static bool look_through(struct listing *listing, struct entry *entry)
{
	int fd;
	struct stat info;
	const char *path = arena_printf(
		&listing->arena, "%.*s%s", SPAN_ARG(span_skip(listing->path, 1)), entry->name.ptr);
	if (path == NULL)
		return false;
	enum beneath_result result = folder_open(listing->folder, path, &fd, &info);
	if (result != BENEATH_FILE && result != BENEATH_DIRECTORY)
		return false;
	fd_close(&fd);
	entry->size = info.st_size;
	entry->is_folder = result == BENEATH_DIRECTORY;
	return true;
}

static bool look_at(struct listing *listing, int fd, struct entry *entry)
{
	struct stat info;
	if (fstatat(fd, entry->name.ptr, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	if (S_ISLNK(info.st_mode))
		return look_through(listing, entry);
	entry->size = info.st_size;
	entry->is_folder = S_ISDIR(info.st_mode);
	return entry->is_folder || S_ISREG(info.st_mode);
}

/* False: no memory left. */
static bool collect(struct listing *listing, DIR *directory)
{
	const struct dirent *found;
	while ((found = readdir(directory)) != NULL) {
		struct entry entry = {.name = span_of(found->d_name)};
		if (!is_showable(entry.name) || !look_at(listing, dirfd(directory), &entry))
			continue;
		if (listing->count == LISTING_MAX) {
			listing->cut = true;
			return true;
		}
		entry.name.ptr = arena_copy(&listing->arena, entry.name);
		if (entry.name.ptr == NULL)
			return false;
		listing->entries[listing->count++] = entry;
	}
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	return strcmp(a->name.ptr, b->name.ptr);
}

static void format_size(off_t size, char text[SIZE_TEXT])
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double value = (double)size / 1024;
	size_t unit = 0;
	if (size < 1024) {
		(void)snprintf(text, SIZE_TEXT, "%d byte%s", (int)size, size == 1 ? "" : "s");
		return;
	}
	/* 1023.95 would be written as 1024.0. */
	for (; value >= 1023.95 && unit + 1 < sizeof units / sizeof units[0]; unit++)
		value /= 1024;
	(void)snprintf(text, SIZE_TEXT, "%.1f %s", value, units[unit]);
}

static void write_entry(struct buf *page, struct span path, const struct entry *entry)
{
	char size[SIZE_TEXT];
	const char *slash = entry->is_folder ? "/" : "";
	buf_text(page, "=> ");
	uri_append_path(page, path);
	uri_append_path(page, entry->name);
	buf_printf(page, "%s ", slash);
	gemtext_inline(page, entry->name, 0);
	buf_text(page, slash);
	if (!entry->is_folder) {
		format_size(entry->size, size);
		buf_printf(page, " (%s)", size);
	}
	buf_byte(page, '\n');
}

static void write_page(struct buf *page, const struct listing *listing)
{
	struct span parent = span_take(listing->path, listing->path.len - 1);
	buf_text(page, "# ");
	gemtext_inline(page, listing->path, 0);
	buf_text(page, "\n\n");
	if (parent.len > 0) {
		while (parent.ptr[parent.len - 1] != '/')
			parent.len--;
		buf_text(page, "=> ");
		uri_append_path(page, parent);
		buf_text(page, " To the folder above\n\n");
	}
	for (size_t i = 0; i < listing->count; i++)
		write_entry(page, listing->path, &listing->entries[i]);
	if (listing->count == 0)
		buf_text(page, "Nothing is kept here yet.\n");
	if (listing->cut)
		buf_printf(page, "\nThere is more in this folder than the %d names above.\n",
			LISTING_MAX);
}

static bool fill(struct listing *listing, int *fd)
{
	listing->entries = arena_alloc(&listing->arena, LISTING_MAX * sizeof *listing->entries);
	DIR *directory = listing->entries == NULL ? NULL : fdopendir(*fd);
	if (directory == NULL)
		return false;
	*fd = -1; /* it is the directory's now */
	bool done = collect(listing, directory);
	closedir(directory);
	qsort(listing->entries, listing->count, sizeof *listing->entries, compare);
	return done;
}

void listing_answer(struct folder *folder, int fd, struct request *request, struct reply *reply)
{
	struct listing listing = {.folder = folder, .path = request->uri.path};
	struct buf page;
	arena_init(&listing.arena, ARENA_MAX);
	buf_init(&page, &listing.arena, PAGE_MAX);
	bool filled = fill(&listing, &fd);
	fd_close(&fd);
	if (filled)
		write_page(&page, &listing);
	/* Grown elsewhere, so that the request's memory holds the page once and no more. */
	struct span text = {NULL, 0};
	if (filled && !buf_failed(&page))
		text = (struct span){arena_copy(request->arena, buf_view(&page)), page.len};
	if (text.ptr != NULL)
		reply_bytes(reply, reply_gemtext_type(request), text);
	else
		reply_status(request, reply, STATUS_TEMPORARY_FAILURE,
			"This folder cannot be listed just now. Try again in a minute");
	arena_end(&listing.arena);
}
