/*
 * A folder made for one test and removed after it, and files in it.
 */
#ifndef KINDLING_TESTS_UNIT_TREE_H
#define KINDLING_TESTS_UNIT_TREE_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"

struct tree {
	char path[64];
};

static inline const char *tree_at(const struct tree *tree, const char *name)
{
	static char paths[4][1024]; /* so that a call may use more than one */
	static unsigned turn;
	char *path = paths[turn++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", tree->path, name);
	return path;
}

static inline void tree_begin(struct tree *tree)
{
	snprintf(tree->path, sizeof tree->path, "/tmp/kindling-test-XXXXXX");
	assert_non_null(mkdtemp(tree->path));
}

static inline int tree_remove_one(
	const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void tree_remove(const struct tree *tree, const char *name)
{
	assert_int_equal(nftw(tree_at(tree, name), tree_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void tree_end(struct tree *tree)
{
	tree_remove(tree, "");
}

static inline void tree_folder(const struct tree *tree, const char *name)
{
	assert_int_equal(mkdir(tree_at(tree, name), 0755), 0);
}

static inline void tree_bytes(
	const struct tree *tree, const char *name, const void *bytes, size_t len)
{
	int fd = open(tree_at(tree, name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static inline void tree_file(const struct tree *tree, const char *name, const char *text)
{
	tree_bytes(tree, name, text, strlen(text));
}

static inline void tree_link(const struct tree *tree, const char *name, const char *target)
{
	assert_int_equal(symlink(target, tree_at(tree, name)), 0);
}

#endif
