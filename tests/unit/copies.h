/*
 * Copies of a test's store, and somebody who writes meanwhile.
 */
#ifndef KINDLING_TESTS_UNIT_COPIES_H
#define KINDLING_TESTS_UNIT_COPIES_H

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "store/transfer.h"
#include "stores.h"

static inline const char *copy_file(void)
{
	static char path[1024];
	snprintf(path, sizeof path, "%s", tree_at(&w.tree, "copy"));
	return path;
}

static int64_t told_done, told_whole;

static inline void tell(void *context, int64_t done, int64_t whole)
{
	assert_ptr_equal(context, &told_done);
	told_done = done;
	told_whole = whole;
}

static inline void back_up(void)
{
	if (!store_backup(w.spec, copy_file(), tell, &told_done, &w.fault))
		fail_msg("%s", w.fault.text);
}

static inline void assert_fault(bool well, const char *words)
{
	assert_false(well);
	if (strstr(w.fault.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w.fault.text, words);
}

static inline void tell_copy(const char *sql)
{
	tell_at(copy_file(), sql);
}

static inline int64_t ask_copy(const char *sql)
{
	return ask_at(copy_file(), sql);
}

static inline size_t recent(void)
{
	struct store_comments page;
	assert_int_equal(store_recent(w.store, HERE, 0, 50, &w.arena, &page), STORE_OK);
	return page.count;
}

/* A child that writes again and again until it is killed. */
static inline pid_t start_writer(int64_t person)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		store_begin();
		for (;; poll(NULL, 0, 2))
			write_one(person, ESSAY, "one more");
	}
	return child;
}

static inline void stop_writer(pid_t child)
{
	int status;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL);
}

#endif
