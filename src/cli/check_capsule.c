/*
 * kindling check: every file of a capsule, found as the server finds it, folder after folder.
 *
 * Bounded in all that a tree can be large in: how many files, how long their paths, how much of a
 * text. Each folder is looked at once, whichever links lead to it.
 */
#include "cli/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fd.h"
#include "proto/request_line.h"
#include "proto/uri.h"
#include "site/bytes.h"
#include "site/posts.h"

#define FILES_MAX    100000
#define FOLDERS_SEEN ((size_t)1 << 18) /* a power of two, more than twice FILES_MAX */
#define NAMES_MEMORY ((size_t)64 * 1024 * 1024)
#define TEXT_MAX     ((size_t)4 * 1024 * 1024)
#define PAGE_MEMORY  (8 * TEXT_MAX)
#define SYSTEM_TYPES "/etc/mime.types"

/* A folder that is still to be looked at. */
struct pending {
	struct pending *next;
	const char *path;
};

struct seen {
	dev_t device;
	ino_t inode; /* 0: nobody's place yet */
};

struct walk {
	struct check_capsule *capsule;
	struct arena arena; /* of the paths */
	struct pending *pending;
	struct seen *seen;
	size_t names; /* looked at: files and folders */
	bool over;
};

static const char *place_beneath(const struct check_capsule *capsule, const char *path)
{
	const char *place = arena_printf(capsule->check->arena, "%s/%s", capsule->conf->root, path);

	return place != NULL ? place : path;
}

static void give_up(struct walk *walk, const char *why)
{
	const struct check_capsule *capsule = walk->capsule;

	if (!walk->over)
		check_warning(capsule->check, capsule->conf->root,
			"only its first %zu files and folders were looked at: %s", walk->names,
			why);
	walk->over = true;
}

/* ---- one file */

static enum beneath_result open_text(struct check_page *page, size_t max)
{
	struct stat info;
	int fd;
	enum beneath_result result = beneath_open(&page->capsule->root, page->path, &fd, &info);

	if (result == BENEATH_FILE && !bytes_read(fd, info.st_size, max, page->arena, &page->text))
		result = BENEATH_EXHAUSTED;
	if (result == BENEATH_FILE)
		page->whole = (uintmax_t)info.st_size <= max;
	fd_close(&fd);
	/* A line that is cut in two is two other ones. */
	while (result == BENEATH_FILE && !page->whole && page->text.len > 0 &&
		page->text.ptr[page->text.len - 1] != '\n')
		page->text.len--;
	return result;
}

static void look_at_text(struct check_capsule *capsule, const char *path, bool gemtext, bool feed)
{
	struct arena arena;
	struct check_page page = {
		.capsule = capsule, .path = path, .gemtext = gemtext, .arena = &arena};

	arena_init(&arena, PAGE_MEMORY);
	if (open_text(&page, TEXT_MAX) != BENEATH_FILE) {
		check_error(capsule->check, place_beneath(capsule, path), "it cannot be read");
	} else {
		check_page(&page);
		page.whole = page.whole && page.text.len <= POSTS_PAGE_MAX;
		if (feed)
			check_feed_page(&page);
	}
	arena_end(&arena);
}

static void look_at_file(struct check_capsule *capsule, const char *path)
{
	const char *type = types_of_name(&capsule->types, span_of(path));
	bool gemtext = type != NULL && strcmp(type, TYPES_GEMTEXT) == 0;
	bool feed = strcmp(path, capsule->conf->feed + 1) == 0;

	capsule->files++;
	capsule->feed_seen = capsule->feed_seen || feed;
	if (gemtext || feed || (type != NULL && strcmp(type, "text/plain") == 0))
		look_at_text(capsule, path, gemtext, feed);
}

/* Whether a request can name it: the URL, written as we write it, must be one and lead back. */
static bool can_be_asked_for(const struct check_capsule *capsule, const char *path)
{
	struct span name = span_of(path);
	struct arena arena;
	struct buf url;
	struct uri uri;

	arena_init(&arena, 16 * (size_t)PATH_MAX);
	buf_init(&url, &arena, REQUEST_URI_MAX);
	buf_printf(&url, "gemini://%s/", capsule->conf->host);
	uri_append_path(&url, name);

	bool good = !buf_failed(&url) && uri_parse(buf_view(&url), &arena, &uri) == NULL &&
		    span_equal(span_skip(uri.path, 1), name);

	arena_end(&arena);
	return good;
}

/* ---- folders */

/* True for a folder that was not seen before. */
static bool see(struct walk *walk, const struct stat *info)
{
	size_t at = ((size_t)info->st_ino * 0x9e3779b97f4a7c15u) % FOLDERS_SEEN;

	for (; walk->seen[at].inode != 0; at = (at + 1) % FOLDERS_SEEN)
		if (walk->seen[at].inode == info->st_ino && walk->seen[at].device == info->st_dev)
			return false;
	walk->seen[at] = (struct seen){info->st_dev, info->st_ino};
	return true;
}

static void push(struct walk *walk, const char *path)
{
	struct pending *pending = arena_alloc(&walk->arena, sizeof(*pending));

	if (pending == NULL) {
		give_up(walk, "memory is out");
		return;
	}
	*pending = (struct pending){walk->pending, path};
	walk->pending = pending;
}

/* What stands there and is no file or folder of the capsule. */
static void refuse(struct walk *walk, int folder, const char *name, const char *path, mode_t mode)
{
	struct check *check = walk->capsule->check;
	const char *place = place_beneath(walk->capsule, path);
	struct stat target;

	if (S_ISLNK(mode) && fstatat(folder, name, &target, 0) != 0)
		check_error(check, place, "this link leads nowhere");
	else if (S_ISLNK(mode))
		check_error(check, place,
			"this link leads to what is never served: out of the capsule, or to no "
			"file");
	else if (!S_ISREG(mode) && !S_ISDIR(mode))
		check_warning(check, place, "it is neither a file nor a folder, and never served");
	else if (faccessat(folder, name, R_OK, AT_EACCESS) != 0)
		check_error(check, place, "it cannot be read: %s", strerror(errno));
	else
		check_error(check, place, "it cannot be read");
}

static bool is_ours_instead(struct walk *walk, const char *path, bool folder)
{
	struct check_capsule *capsule = walk->capsule;
	const char *asked = arena_printf(&walk->arena, "/%s%s", path, folder ? "/" : "");

	if (asked == NULL || !check_is_ours(capsule->conf, span_of(asked)))
		return false;
	check_error(capsule->check, place_beneath(capsule, path),
		"it is never served: the server itself answers at %s while comments are on", asked);
	return true;
}

static void look_at(struct walk *walk, int folder, const char *name, const char *path)
{
	struct check_capsule *capsule = walk->capsule;
	struct stat info, opened;
	int fd;

	if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return; /* gone meanwhile */
	if (!can_be_asked_for(capsule, path)) {
		check_error(capsule->check, place_beneath(capsule, path),
			"nobody can ask for it: a name is UTF-8 without control characters, and "
			"its "
			"whole URL at most %d bytes",
			REQUEST_URI_MAX);
		return;
	}

	/* A special file is not opened: that may be a thing to its driver. */
	enum beneath_result result =
		S_ISREG(info.st_mode) || S_ISDIR(info.st_mode) || S_ISLNK(info.st_mode)
			? beneath_open(&capsule->root, path, &fd, &opened)
			: BENEATH_MISSING;

	if (result == BENEATH_FILE || result == BENEATH_DIRECTORY)
		fd_close(&fd);
	if (result == BENEATH_EXHAUSTED)
		give_up(walk, "no descriptor or memory is left");
	else if (result == BENEATH_MISSING)
		refuse(walk, folder, name, path, info.st_mode);
	else if (is_ours_instead(walk, path, result == BENEATH_DIRECTORY))
		return;
	else if (result == BENEATH_FILE)
		look_at_file(capsule, path);
	else if (see(walk, &opened))
		push(walk, path);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder that are not hidden, sorted, as beneath the root. */
static size_t list_names(struct walk *walk, DIR *stream, const char *path, const char **names)
{
	struct dirent *entry;
	size_t count = 0;

	while (!walk->over && (entry = readdir(stream)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (walk->names == FILES_MAX) {
			give_up(walk, "that is as many as are looked at");
			break;
		}
		names[count] = arena_printf(
			&walk->arena, "%s%s%s", path, path[0] != '\0' ? "/" : "", entry->d_name);
		if (names[count] == NULL || strlen(names[count]) >= PATH_MAX) {
			give_up(walk,
				names[count] == NULL ? "memory is out" : "a path is too long");
			break;
		}
		count++;
		walk->names++;
	}
	qsort(names, count, sizeof(*names), compare_names);
	return count;
}

static void look_into(struct walk *walk, const char *path, const char **names)
{
	struct check_capsule *capsule = walk->capsule;
	struct pending *rest = walk->pending;
	struct stat info;
	int fd;

	walk->pending = NULL;
	if (beneath_open(&capsule->root, path, &fd, &info) == BENEATH_DIRECTORY) {
		DIR *stream = fdopendir(fd);
		size_t skip = path[0] != '\0' ? strlen(path) + 1 : 0;
		size_t count = stream != NULL ? list_names(walk, stream, path, names) : 0;

		for (size_t i = 0; i < count; i++) {
			look_at(walk, fd, names[i] + skip, names[i]);
			progress_tell(&capsule->check->progress, (int64_t)walk->names, 0);
		}
		if (stream != NULL)
			(void)closedir(stream);
		else
			fd_close(&fd);
	} else {
		check_error(capsule->check, place_beneath(capsule, path), "it cannot be read");
	}
	/* Those of this folder come first, in the order of their names. */
	while (walk->pending != NULL) {
		struct pending *next = walk->pending->next;

		walk->pending->next = rest;
		rest = walk->pending;
		walk->pending = next;
	}
	walk->pending = rest;
}

static void walk_through(struct check_capsule *capsule)
{
	struct walk walk = {.capsule = capsule, .seen = calloc(FOLDERS_SEEN, sizeof(struct seen))};
	const char **names = calloc(FILES_MAX, sizeof(*names));
	struct stat info;

	arena_init(&walk.arena, NAMES_MEMORY);
	if (walk.seen == NULL || names == NULL)
		give_up(&walk, "memory is out");
	else if (fstat(capsule->root.fd, &info) == 0 && see(&walk, &info))
		push(&walk, "");
	while (walk.pending != NULL && !walk.over) {
		const char *path = walk.pending->path;

		walk.pending = walk.pending->next;
		look_into(&walk, path, names);
	}
	free(names);
	free(walk.seen);
	arena_end(&walk.arena);
}

static void look_at_capsule(struct check_capsule *capsule)
{
	const struct conf_capsule *conf = capsule->conf;
	struct stat info;
	int fd;

	walk_through(capsule);

	if (!capsule->feed_seen) {
		bool there =
			beneath_open(&capsule->root, conf->feed + 1, &fd, &info) == BENEATH_FILE;

		fd_close(&fd);
		if (there)
			look_at_file(capsule, conf->feed + 1);
		else if (conf->comments)
			check_error(capsule->check,
				conf_place(
					capsule->check->conf, conf, "feed", capsule->check->arena),
				"the feed page %s is not in %s, so there is no post to comment on",
				conf->feed, conf->root);
	}
	check_note(capsule->check, conf->host, "%s with %zu file%s, %zu post%s", conf->root,
		capsule->files, capsule->files == 1 ? "" : "s", capsule->posts,
		capsule->posts == 1 ? "" : "s");
}

void check_capsule(struct check *check, const struct conf_capsule *conf)
{
	const char *place = conf_place(check->conf, conf, "root", check->arena);
	struct check_capsule capsule = {
		.check = check, .conf = conf, .index = (int)(conf - check->conf->capsules)};
	struct fault fault;

	if (!beneath_open_root(conf->root, &capsule.root, &fault)) {
		check_error(check, place, "%s", fault.text);
		return;
	}
	if (types_begin(&capsule.types, &conf->types, SYSTEM_TYPES, &fault)) {
		look_at_capsule(&capsule);
		types_end(&capsule.types);
	} else {
		check_error(check, place, "%s", fault.text);
	}
	beneath_close_root(&capsule.root);
}
