/*
 * A configuration read in a folder of its own, and what was said of it on standard error.
 */
#ifndef KINDLING_TESTS_UNIT_CONF_FIXTURE_H
#define KINDLING_TESTS_UNIT_CONF_FIXTURE_H

#include "testing.h"

#include <fcntl.h>
#include <unistd.h>

#include "conf/conf.h"
#include "tree.h"

struct fixture {
	struct arena arena;
	struct tree tree;
	const struct conf *conf;
	char **words;
	char said[16384]; /* what went to standard error */
};

static inline int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_init(&f->arena, (size_t)64 * 1024 * 1024);
	tree_begin(&f->tree);
	*state = f;
	return chdir(f->tree.path);
}

static inline int end(void **state)
{
	struct fixture *f = *state;

	tree_end(&f->tree);
	arena_end(&f->arena);
	free(f);
	return chdir("/");
}

/* Standard error goes into a file between the two. */
static inline int catch_stderr(const struct fixture *f)
{
	int kept = dup(STDERR_FILENO),
	    file = open(tree_at(&f->tree, "said"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(kept >= 0 && file >= 0);
	assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
	close(file);
	return kept;
}

static inline void release_stderr(struct fixture *f, int kept)
{
	(void)fflush(stderr);

	ssize_t len = pread(STDERR_FILENO, f->said, sizeof(f->said) - 1, 0);

	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	close(kept);
	assert_true(len >= 0);
	f->said[len] = '\0';
}

static inline enum conf_result read_span(struct fixture *f, struct span text)
{
	int kept = catch_stderr(f);
	enum conf_result result = conf_read_text("k.conf", text, &f->arena, &f->conf);

	release_stderr(f, kept);
	return result;
}

static inline enum conf_result read_text(struct fixture *f, const char *text)
{
	return read_span(f, span_of(text));
}

static inline enum conf_result read_words(struct fixture *f, char **words)
{
	int argc = 0;

	while (words[argc] != NULL)
		argc++;

	int kept = catch_stderr(f);
	enum conf_result result = conf_read(argc, words, &f->arena, &f->conf, &f->words);

	release_stderr(f, kept);
	return result;
}

#define READ_WORDS(f, ...) read_words(f, (char *[]){(char[]){"serve"}, __VA_ARGS__, NULL})
#define W(literal)         ((char[]){literal})

static inline void assert_said(struct fixture *f, const char *line)
{
	if (strstr(f->said, line) == NULL)
		fail_msg("\"%s\" is not in:\n%s", line, f->said);
}

static inline void assert_text_wrong(struct fixture *f, const char *text, const char *said)
{
	assert_int_equal(read_text(f, text), CONF_WRONG);
	assert_string_equal(f->said, said);
}

static inline void assert_good(struct fixture *f, enum conf_result result)
{
	assert_string_equal(f->said, "");
	assert_int_equal(result, CONF_OK);
}

#endif
