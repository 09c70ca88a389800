/*
 * The capsule's own folder in trouble while it is served: replaced, removed, put back; and links
 * swapped in a race, which never lead outside.
 */
#include "fixture.h"
#include "writers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#define RACES  400 /* requests in each race; times KINDLING_ROUNDS */
#define SECRET "This must never be read."

static int start(void **state)
{
	fixture_prepare(state);
	/* A folder that is replaced may be told in the log. */
	server.noisy = true;
	daemon_write_text(&server, "capsule/which.gmi", "the first\n");
	daemon_start(&server);
	return 0;
}

static void move(const char *from, const char *to)
{
	char one[DAEMON_PATH_SIZE], other[DAEMON_PATH_SIZE];

	assert_int_equal(
		rename(daemon_path(&server, from, one), daemon_path(&server, to, other)), 0);
}

static void make_capsule(const char *folder, const char *which)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/which.gmi", folder);
	daemon_write_text(&server, path, which);
	snprintf(path, sizeof(path), "%s/post.gmi", folder);
	daemon_write_text(&server, path, "# A post\n");
	snprintf(path, sizeof(path), "%s/index.gmi", folder);
	daemon_write_text(&server, path, "# Another capsule\n\n=> post.gmi 2026-11-23 - A post\n");
}

/* Until every worker serves this, as each looks by itself; and never anything but one of both. */
static void wait_for_body(const char *url, const char *before, const char *after)
{
	const int64_t end = now_ms() + PATIENCE_MS;
	int row = 0;

	while (row < 12) {
		struct answer answer = ask(&server, NULL, url);
		bool is_after = answer.status == 20 && strcmp(answer.body, after) == 0;

		if (!is_after && (before == NULL ? answer.status / 10 == 2
						 : strcmp(answer.body, before) != 0))
			fail_msg("%s: %d %s\n%s", url, answer.status, answer.meta, answer.body);
		row = is_after ? row + 1 : 0;
		answer_free(&answer);
		if (now_ms() > end)
			fail_msg("%s is not yet: %s", url, after);
		if (!is_after)
			look_again_soon();
	}
}

#define WHICH "gemini://localhost/which.gmi"

static void renamed_over(void **state)
{
	(void)state;
	make_capsule("next", "the second\n");
	move("capsule", "old");
	/* Nothing stands there for a moment: the old one goes on. */
	expect_body(&server, WHICH, "the first\n");
	move("next", "capsule");
	wait_for_body(WHICH, "the first\n", "the second\n");
	expect(&server, NULL, "gemini://localhost/comments/on/post/", 20);
}

static void removed_and_put_back(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	unlink(daemon_path(&server, "capsule/which.gmi", path));
	unlink(daemon_path(&server, "capsule/post.gmi", path));
	unlink(daemon_path(&server, "capsule/index.gmi", path));
	assert_int_equal(rmdir(daemon_path(&server, "capsule", path)), 0);
	for (int i = 0; i < 4; i++) {
		expect(&server, NULL, WHICH, 51);
		expect(&server, NULL, "gemini://localhost/comments/recent", 20);
	}
	make_capsule("next", "the third\n");
	move("next", "capsule");
	wait_for_body(WHICH, NULL, "the third\n");
}

static void file_gone_and_back(void **state)
{
	(void)state;
	move("capsule/which.gmi", "away.gmi");
	expect(&server, NULL, WHICH, 51);
	move("away.gmi", "capsule/which.gmi");
	wait_for_body(WHICH, NULL, "the third\n");
}

static void link_swapped(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	make_capsule("releases/4", "the fourth\n");
	make_capsule("releases/5", "the fifth\n");
	move("capsule", "older");
	assert_int_equal(symlink("releases/4", daemon_path(&server, "capsule", path)), 0);
	wait_for_body(WHICH, "the third\n", "the fourth\n");
	assert_int_equal(symlink("releases/5", daemon_path(&server, "next", path)), 0);
	move("next", "capsule");
	wait_for_body(WHICH, "the fourth\n", "the fifth\n");
}

/* ---- races */

struct race {
	const char *good, *bad, *at; /* what stands at the path in turn */
	atomic_bool over;
	unsigned long swaps;
};

static void *swap(void *argument)
{
	struct race *race = argument;
	char good[DAEMON_PATH_SIZE], bad[DAEMON_PATH_SIZE], at[DAEMON_PATH_SIZE];

	daemon_path(&server, race->good, good);
	daemon_path(&server, race->bad, bad);
	daemon_path(&server, race->at, at);
	while (!atomic_load(&race->over)) {
		if (rename(good, at) != 0 || rename(at, good) != 0 || rename(bad, at) != 0 ||
			rename(at, bad) != 0)
			break;
		race->swaps++;
	}
	return NULL;
}

static void run_race(struct race *race, const char *url)
{
	const int requests = RACES * rounds_of_run(1);
	unsigned seen = 0;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, swap, race), 0);
	for (int i = 0; i < requests; i++) {
		struct answer answer = ask(&server, NULL, url);

		if (answer.status != 20 && answer.status != 51)
			fail_msg("%s: %d %s", url, answer.status, answer.meta);
		if (answer.status == 20 && strcmp(answer.body, "inside\n") != 0)
			fail_msg("%s: %s", url, answer.body);
		seen += answer.status == 20;
		answer_free(&answer);
	}
	atomic_store(&race->over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	print_message("# %u of %d found it inside, in %lu swaps\n", seen, requests, race->swaps);
	assert_true(race->swaps > 0);
}

static void file_and_link(void **state)
{
	struct race race = {"capsule/good.gmi", "capsule/bad.gmi", "capsule/race.gmi", false, 0};
	char path[DAEMON_PATH_SIZE], target[DAEMON_PATH_SIZE];

	(void)state;
	daemon_write_text(&server, "capsule/good.gmi", "inside\n");
	daemon_write_text(&server, "secret.gmi", SECRET);
	daemon_path(&server, "secret.gmi", target);
	assert_int_equal(symlink(target, daemon_path(&server, "capsule/bad.gmi", path)), 0);
	run_race(&race, "gemini://localhost/race.gmi");
}

static void folder_and_link(void **state)
{
	struct race race = {"capsule/good", "capsule/bad", "capsule/race", false, 0};
	char path[DAEMON_PATH_SIZE];

	(void)state;
	daemon_write_text(&server, "capsule/good/deep/page.gmi", "inside\n");
	daemon_write_text(&server, "outside/deep/page.gmi", SECRET);
	/* From releases/5, where the capsule really is. */
	assert_int_equal(symlink("../../outside", daemon_path(&server, "capsule/bad", path)), 0);
	run_race(&race, "gemini://localhost/race/deep/page.gmi");
}

/* The folder above what is asked for moves out of the capsule and back. */
static void folder_moves_out(void **state)
{
	struct race race = {"moved-out", "moved-out-too", "capsule/moving", false, 0};

	(void)state;
	daemon_write_text(&server, "moved-out/deep/page.gmi", "inside\n");
	daemon_write_text(&server, "moved-out/page.gmi", SECRET);
	daemon_write_text(&server, "moved-out-too/deep/page.gmi", "inside\n");
	daemon_write_text(&server, "page.gmi", SECRET);
	run_race(&race, "gemini://localhost/moving/deep/page.gmi");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("another folder renamed over the capsule: it is served", renamed_over),
		TEST("the capsule removed: 51, until it is put back", removed_and_put_back),
		TEST("a file that goes and comes back", file_gone_and_back),
		TEST("a capsule that is a link, swapped: the other one is served", link_swapped),
		TEST("a race of a file and a link to outside: never outside", file_and_link),
		TEST("a race of a folder and a link to outside: never outside", folder_and_link),
		TEST("a race of a folder that leaves the capsule: never outside", folder_moves_out),
	};

	return cmocka_run_group_tests_name("replaced", tests, start, fixture_end);
}
