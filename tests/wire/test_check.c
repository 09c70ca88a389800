/*
 * kindling check: what it finds in a configuration, a capsule and the places around it.
 */
#include "fixture.h"
#include "reader.h"

#include <unistd.h>

static void check_good(void **state)
{
	struct program_result result;

	(void)state;
	result = RUN("cert", "--host", "localhost", "--certs", "certs", "make");
	assert_code(&result, 0);
	program_result_free(&result);
	result = RUN("check", "--host", "localhost", "--root", "capsule", "--certs", "certs",
		"--store", "sqlite:store.db");
	assert_code(&result, 0);
	assert_string_equal(result.err, "");
	program_result_free(&result);
}

#define CHECK_WITH(...)                                                                            \
	RUN("check", "--host", "localhost", "--root", "capsule", "--certs", "certs", __VA_ARGS__)

static void assert_check_refuses(struct program_result result, const char *words)
{
	assert_code(&result, 1);
	assert_contains(result.err, words);
	program_result_free(&result);
}

static void check_bad(void **state)
{
	struct program_result result;

	(void)state;
	/* A wrong value is no wrong usage; serve would have ended at the same one. */
	assert_check_refuses(RUN("serve", "--workers", "x"), "--workers: ");
	assert_check_refuses(RUN("serve", "--types", "a.b=c/d"), "--types: ");
	/* What is wrong with the feed hides nothing of the certificate. */
	daemon_write_text(&server, "bad/index.gmi", "=> none.gmi 2026-01-01 - None\n");
	result = RUN("check", "--root", "bad", "--certs", "later", "--store", "sqlite:store.db");
	assert_code(&result, 1);
	assert_contains(result.err, "/none.gmi of 2026-01-01, which is not there");
	assert_string_equal(result.out, "localhost: the certificate will be made in later\n");
	program_result_free(&result);
	assert_check_refuses(RUN("check", "--root", "nowhere"), "nowhere");
}

/* What serve would refuse. */
static void check_places(void **state)
{
	struct program_result result;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	daemon_write_text(
		&server, "garbage.db", "This is no database, it is a letter to somebody.");
	assert_check_refuses(CHECK_WITH("--store", "sqlite:garbage.db"), "not a database");
	assert_check_refuses(CHECK_WITH("--store", "sqlite:capsule"), "is a folder");
	assert_check_refuses(CHECK_WITH("--store", "sqlite:capsule/"), "path of a file");
	assert_check_refuses(CHECK_WITH("--store", "sqlite:/proc/x/k.db"), "/proc");
	assert_check_refuses(CHECK_WITH("--ready-file", "none/ready"), "none");
	assert_check_refuses(
		RUN("check", "--host", "localhost", "--root", "capsule", "--certs", "/proc/x"),
		"/proc");
	result = CHECK_WITH("--store", "sqlite:new/k.db", "--ready-file", "ready");
	assert_code(&result, 0);
	program_result_free(&result);
	assert_int_equal(access(daemon_path(&server, "new", path), F_OK), -1);
	assert_int_equal(access(daemon_path(&server, "ready", path), F_OK), -1);
}

static struct program_result check_feed(const char *page)
{
	daemon_write_text(&server, "feed/index.gmi", page);
	return RUN("check", "--root", "feed", "--certs", "certs", "--store", "sqlite:store.db");
}

/* A post is for check what it is for serve. */
static void check_posts(void **state)
{
	struct program_result result;
	char *large = malloc((1 << 20) + 64);

	(void)state;
	daemon_write_text(&server, "feed/b.txt", "text");
	daemon_write_text(&server, "feed/c.gmi", "# C");
	daemon_write_text(&server, "feed/folder/index.gmi", "# Folder");
	result = check_feed("=> b.txt 2026-01-01 - B\n=> c.gmi 2026-01-02 - C\n"
			    "=> folder/ 2026-01-03 - Folder\n");
	assert_code(&result, 0);
	assert_contains(result.out, "feed with 1 post\n");
	program_result_free(&result);
	assert_check_refuses(check_feed("=> b.txt 2026-01-01 - B\n"), "no post to comment on");
	assert_check_refuses(check_feed("=> c.gmi 2026-01-02 - C\n=> d.gmi 2026-01-01 - D\n"),
		"/d.gmi of 2026-01-01, which is not there");
	assert_non_null(large);
	memset(large, '\n', 1 << 20);
	snprintf(large + (1 << 20), 64, "=> c.gmi 2026-01-02 - C\n");
	assert_check_refuses(check_feed(large), "larger than 1048576 bytes");
	free(large);
}

static void write_comment(const struct daemon *daemon)
{
	struct person rosa;

	reader_join(daemon, &rosa, "Rosa");
	reader_comment(daemon, &rosa, ESSAY, "Thank you");
	person_end(&rosa);
}

/* A new host name hides the comments of the old one, which check says, and serve goes on. */
static void check_hosts(void **state)
{
	struct program_result result;
	struct daemon daemon;

	(void)state;
	daemon_prepare(&daemon);
	daemon_start(&daemon);
	write_comment(&daemon);
	daemon_stop(&daemon);
	for (int i = 0; i < 2; i++) {
		const char *const words[] = {"check", "--host",
			i == 0 ? "localhost" : "new.example", "--root", "capsule", "--certs",
			"certs", "--store", "sqlite:store.db", NULL};

		result = program_run(daemon.folder, words);
		assert_code(&result, 0);
		assert_int_equal(count_of(result.err, "1 comment of localhost"), i);
		program_result_free(&result);
	}
	daemon_end(&daemon);
}

/* One mistake does not hide what is wrong with the capsules. */
static void check_goes_on(void **state)
{
	struct program_result result;

	(void)state;
	daemon_write_text(&server, "two.conf",
		"workers = 9999\ncapsule one.example { root = nowhere }\n"
		"capsule two.example { root = nowhere2\n lang = - }\n");
	result = RUN("check", "-c", "two.conf");
	assert_code(&result, 1);
	assert_contains(result.err, "two.conf:1:");
	assert_contains(result.err, "two.conf:4:");
	assert_contains(result.err, "one.example: ");
	assert_int_equal(count_of(result.err, "nowhere2"), 0);
	program_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"check of what is good: exit 0 and nothing to say on standard error", check_good,
			NULL, NULL, NULL},
		{"check of what is not: exit 1", check_bad, NULL, NULL, NULL},
		{"check tells of places where nothing can be made", check_places, NULL, NULL, NULL},
		{"check and serve agree on what a post is", check_posts, NULL, NULL, NULL},
		{"check tells of comments whose host is not configured", check_hosts, NULL, NULL,
			NULL},
		{"a mistake in the configuration does not hide those in a capsule", check_goes_on,
			NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("check", tests, fixture_prepare, fixture_end);
}
