/*
 * The whole store at the shell while it is served: exported, imported, copied, put back.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "moderator.h"
#include "reader.h"

static struct person rosa;
static char shell_folder[DAEMON_PATH_SIZE];

/* A folder of its own: the daemon's holds the daemon's standard error. */
#define SHELL_ON(file, ...)                                                                        \
	program_run(                                                                               \
		shell_folder, (const char *const[]){__VA_ARGS__, "--store", "sqlite:" file, NULL})
#define SHELL(...) SHELL_ON("../store.db", __VA_ARGS__)

static int start_with_rosa(void **state)
{
	fixture_start(state);
	daemon_write_text(&server, "shell/out", "");
	daemon_path(&server, "shell", shell_folder);
	reader_join(&server, &rosa, "Rosa");
	return 0;
}

static int end_with_rosa(void **state)
{
	person_end(&rosa);
	return fixture_end(state);
}

#define MEETING(words, function)                                                                   \
	{                                                                                          \
		words, function, start_with_rosa, end_with_rosa, NULL                              \
	}

static char *shell_file(const char *name)
{
	char path[DAEMON_PATH_SIZE], below[64];

	snprintf(below, sizeof(below), "shell/%s", name);
	return file_slurp(daemon_path(&server, below, path), NULL);
}

static void assert_done(struct program_result result)
{
	assert_code(&result, 0);
	assert_string_equal(result.err, ""); /* in a pipe there is no progress */
	program_result_free(&result);
}

static void assert_failed(struct program_result result, const char *words)
{
	assert_code(&result, 1);
	assert_string_equal(result.out, "");
	assert_contains(result.err, words);
	assert_int_equal(count_of(result.err, "\n"), 1);
	program_result_free(&result);
}

static void out_and_in(void **state)
{
	struct program_result first;
	char *second, path[DAEMON_PATH_SIZE];
	struct stat info;

	(void)state;
	reader_comment(&server, &rosa, ESSAY, "One \"quoted\"\nand a second line \xf0\x9f\x92\x8c");
	reader_comment(&server, &rosa, "posts/second", "Two");
	assert_done(SHELL("comments", "hide", "2", "not now"));
	first = SHELL("comments", "export");
	assert_code(&first, 0);
	assert_int_equal(strncmp(first.out, "{\"kind\":\"kindling\",\"version\":2,", 31), 0);
	assert_done(SHELL("comments", "export", "lines"));
	assert_int_equal(stat(daemon_path(&server, "shell/lines", path), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	second = shell_file("lines");
	assert_string_equal(second, first.out);
	free(second);
	assert_failed(SHELL("comments", "export", "lines"), "File exists");
	/* Into a store that is not there yet, and out of it. */
	assert_done(SHELL_ON("fresh.db", "comments", "import", "lines"));
	assert_done(SHELL_ON("fresh.db", "comments", "export", "again"));
	second = shell_file("again");
	assert_string_equal(second, first.out);
	free(second);
	assert_failed(SHELL("comments", "import", "lines"), "import into a new one");
	assert_failed(SHELL_ON("other.db", "comments", "import", "out"), "line 1: ");
	assert_failed(SHELL_ON("other.db", "comments", "import", "none"), "cannot open none");
	assert_failed(SHELL_ON("none.db", "comments", "export"), "none.db");
	program_result_free(&first);
}

/* A server that has had no reader yet serves what was imported. */
static void into_a_running_server(void **state)
{
	char path[DAEMON_PATH_SIZE], other[DAEMON_PATH_SIZE];

	(void)state;
	reader_comment(&server, &rosa, ESSAY, "I travel.");
	assert_done(SHELL("comments", "export", "lines"));
	daemon_stop(&server);
	assert_int_equal(rename(daemon_path(&server, "store.db", path),
				 daemon_path(&server, "old.db", other)),
		0);
	daemon_start(&server);
	expect_not_on_page(&server, NULL, "/comments/recent", "> I travel.");
	assert_done(SHELL("comments", "import", "lines"));
	expect_on_page(&server, NULL, "/comments/recent", "> I travel.");
	expect_on_page(&server, &rosa, "/comments/", "# Rosa");
	reader_comment(&server, &rosa, ESSAY, "I am here now.");
}

static void copied_while_readers_write(void **state)
{
	const char *const arguments[] = {"backup", "copy", "--store", "sqlite:../store.db", NULL};
	char url[URL_SIZE], text[64], *line;
	long before = reader_comment(&server, &rosa, ESSAY, "before"), last = before;
	pid_t pid;
	int code;

	(void)state;
	pid = program_spawn(shell_folder, arguments);
	while ((code = program_wait(pid, 0)) < 0 && last < before + 8) {
		snprintf(text, sizeof(text), "number %ld", last);
		last = reader_comment(&server, &rosa, ESSAY, text);
	}
	if (code < 0)
		code = program_wait(pid, PATIENCE_MS);
	assert_int_equal(code, 0);
	line = shell_file("copy.sha256");
	assert_non_null(line);
	assert_int_equal(strspn(line, "0123456789abcdef"), 64);
	assert_string_equal(line + 64, "  copy\n");
	free(line);
	last = reader_comment(&server, &rosa, ESSAY, "after the copy");
	expect_on_page(&server, NULL, "/comments/recent", "> after the copy");
	assert_done(SHELL("restore", "copy"));
	expect_not_on_page(&server, NULL, "/comments/recent", "> after the copy");
	expect_on_page(&server, NULL, "/comments/recent", "> before");
	expect(&server, NULL, url_of(url, "/comments/%ld", before), 20);
	/* The same server goes on with it. */
	assert_true(reader_comment(&server, &rosa, ESSAY, "after the restore") <= last);
	expect_on_page(&server, NULL, "/comments/recent", "> after the restore");
	daemon_stop(&server);
	daemon_start(&server);
	expect_on_page(&server, NULL, "/comments/recent", "> after the restore");
}

static void bad_copies(void **state)
{
	char path[DAEMON_PATH_SIZE];
	char *line;

	(void)state;
	reader_comment(&server, &rosa, ESSAY, "before");
	assert_done(SHELL("backup", "copy"));
	assert_failed(SHELL("backup", "copy"), "is there already");
	assert_failed(SHELL("backup", "no/copy"),
		"cannot make a copy in the folder no/: No such file or directory");
	assert_failed(SHELL("backup", "/nonexistent/a/copy"), "in the folder /nonexistent/a/: ");
	assert_failed(SHELL("backup", "a\\b"), "without backslashes");
	assert_failed(SHELL("backup", "a\xc2\x9b"), "characters that nobody sees");
	assert_failed(SHELL("backup", "a\xe2\x80\xae"), "characters that nobody sees");
	assert_failed(SHELL("backup", "a\xff"), "in UTF-8");
	/* A checksum of another copy is kept, and nothing is made beside it. */
	daemon_write_text(&server, "shell/other.sha256", "0000  other\n");
	assert_failed(SHELL("backup", "other"), "other.sha256 is there already");
	line = shell_file("other.sha256");
	assert_string_equal(line, "0000  other\n");
	free(line);
	assert_int_equal(access(daemon_path(&server, "shell/other", path), F_OK), -1);
	unlink(daemon_path(&server, "shell/other.sha256", path));
	assert_failed(SHELL_ON("none.db", "backup", "other"), "none.db");
	reader_comment(&server, &rosa, ESSAY, "after");
	line = shell_file("copy.sha256");
	daemon_write_text(&server, "shell/copy.sha256", "0000  copy\n");
	assert_failed(SHELL("restore", "copy"), "it is damaged, or another file");
	unlink(daemon_path(&server, "shell/copy.sha256", path));
	assert_failed(SHELL("restore", "copy"), "sha256sum copy >copy.sha256");
	assert_failed(SHELL("restore", "none"), "No such file");
	daemon_write_text(&server, "shell/letter", "Dear Rosa,\nthis is no database at all.\n");
	assert_failed(SHELL("restore", "letter", "--without-checksum"), "nothing was restored");
	expect_on_page(&server, NULL, "/comments/recent", "> after");
	/* As sha256sum writes it elsewhere. */
	for (char *c = line; *c != ' '; c++)
		*c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
	daemon_write_text(&server, "shell/copy.sha256", line);
	free(line);
	assert_done(SHELL("restore", "copy"));
	expect_not_on_page(&server, NULL, "/comments/recent", "> after");
	unlink(path);
	assert_done(SHELL("restore", "--without-checksum", "copy"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEETING("an export, imported and exported again, is the same", out_and_in),
		MEETING("a running server serves what is imported", into_a_running_server),
		MEETING("a copy made while readers write is put back while they read",
			copied_while_readers_write),
		MEETING("what is no good copy changes nothing", bad_copies),
	};

	return cmocka_run_group_tests_name("copies", tests, NULL, NULL);
}
