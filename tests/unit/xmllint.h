/*
 * Whether a text is a valid Atom feed, by xmllint and the schema beside this file. For unit and
 * wire tests; both run from the top of the tree.
 */
#ifndef KINDLING_TESTS_UNIT_XMLLINT_H
#define KINDLING_TESTS_UNIT_XMLLINT_H

#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

/* Its exit code; 127 where it is not installed. */
static inline int xmllint_run(char *path)
{
	static char name[] = "xmllint", alone[] = "--nonet", quiet[] = "--noout",
		    schema[] = "--relaxng", file[] = "tests/unit/atom.rng";
	char *arguments[] = {name, alone, quiet, schema, file, path, NULL};
	pid_t pid;
	int status = 0;
	if (posix_spawnp(&pid, name, NULL, NULL, arguments, environ) != 0)
		return 127;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int xmllint_of(const char *feed, size_t len)
{
	char path[] = "/tmp/kindling-feed-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, feed, len), len);
	close(fd);
	int code = xmllint_run(path);
	unlink(path);
	return code;
}

/* Where there is no xmllint, one test of the unit tests says that it was skipped, and the others
 * go on with what else they look at. */
static inline void assert_atom(const char *feed, size_t len)
{
	int code = xmllint_of(feed, len);
	if (code != 0 && code != 127)
		fail_msg("not valid Atom (%d):\n%.*s", code, (int)len, feed);
}

/* To be refused by the schema, or for not being XML in the first place. */
static inline void assert_no_atom(const char *feed, size_t len)
{
	int code = xmllint_of(feed, len);
	if (code == 127) {
		print_message("# skipped: xmllint is not installed\n");
		skip();
	}
	if (code != 1 && code != 3)
		fail_msg("refused for another reason, or not at all (%d):\n%.*s", code, (int)len,
			feed);
}

#endif
