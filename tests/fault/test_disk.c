/*
 * The disk under the store in trouble: no room, a quota, read-only, input and output errors. Pages
 * are served all the same, comments get 41 or are stored, and the service returns by itself.
 */
#include "faults.h"
#include "trouble.h"

#include <errno.h>
#include <stdatomic.h>

static int start(void **state)
{
	trouble_start(state);
	/* So that some is in the file itself, and some in its log. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(say(), 30);
	return 0;
}

static int stop(void **state)
{
	faults_stop();
	trouble_end(state);
	faults_end();
	return 0;
}

static const struct trouble {
	const char *name;
	unsigned calls;
	const char *part;
	int error;
	bool never; /* no comment is taken while it lasts */
} troubles[] = {
	{"no room", FAULT_WRITE, "store.db", ENOSPC, true},
	{"no room in the log", FAULT_WRITE, "store.db-wal", ENOSPC, true},
	{"a quota", FAULT_WRITE, "store.db", EDQUOT, true},
	{"read-only", FAULT_OPEN | FAULT_WRITE | FAULT_TRUNCATE, "store.db", EROFS, true},
	{"errors of output", FAULT_WRITE, "store.db", EIO, true},
	{"errors of syncing", FAULT_SYNC, "store.db", EIO, true},
	{"errors of input", FAULT_READ, "store.db", EIO, false},
	{"errors of everything",
		FAULT_OPEN | FAULT_READ | FAULT_WRITE | FAULT_SYNC | FAULT_TRUNCATE | FAULT_MAP,
		"store.db", EIO, true},
	{"no descriptors for it", FAULT_OPEN, "store.db", EMFILE, false},
	{"no memory for its index", FAULT_MAP, "store.db-shm", ENOMEM, false},
	{"its log cannot be opened", FAULT_OPEN, "store.db-wal", EIO, false},
};

/* Reading threads may rest or not: what is remembered is still known. */
static void ask_for_thread(void)
{
	struct answer answer = ask(&server, NULL, "gemini://localhost/comments/on/" ESSAY "/");

	if (answer.status != 20 && answer.status != 41)
		fail_msg("a thread was answered %d %s", answer.status, answer.meta);
	answer_free(&answer);
}

static void lasting(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(troubles); i++) {
		const struct trouble *trouble = &troubles[i];
		unsigned taken = 0;

		print_message("# %s\n", trouble->name);
		faults_fail_calls(trouble->calls, trouble->part, trouble->error, 0);
		for (int j = 0; j < 3; j++) {
			expect_pages();
			ask_for_thread();
			taken += say() == 30;
		}
		if (trouble->never) {
			assert_int_equal(taken, 0);
			assert_true(atomic_load(&faults->calls_failed) > 0);
		}
		faults_stop();
		expect_return(1);
		expect_pages();
		expect_all_that_was_said();
	}
	expect_all_after_a_crash();
}

/* One call after the other that storing a comment makes fails, once. */
static void passing(void **state)
{
	static const unsigned each[] = {FAULT_WRITE, FAULT_SYNC, FAULT_READ};
	unsigned failed;

	(void)state;
	for (size_t i = 0; i < COUNT(each); i++) {
		int spared = 0;

		do {
			faults_fail_calls(each[i], "store.db", EIO, spared++);
			say();
			failed = atomic_load(&faults->calls_failed);
			faults_stop();
			expect_return(1);
		} while (failed > 0 && spared < 100);
		assert_in_range(spared, 1, 99);
		print_message("# %d calls\n", spared - 1);
	}
	expect_all_that_was_said();
	expect_all_after_a_crash();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("while the disk fails pages are served and comments rest, then they return",
			lasting),
		TEST("one failure is told truly, wherever it comes", passing),
	};

	if (!faults_begin())
		return faults_skip("disk");
	return cmocka_run_group_tests_name("disk", tests, start, stop);
}
