/*
 * The command line, and the configuration file that it names.
 */
#include "conf_fixture.h"

static void flags_win_over_the_file(void **state)
{
	struct fixture *f = *state;

	tree_file(&f->tree, "a.conf",
		"listen = {\"127.0.0.1:1\", \"127.0.0.1:2\"}\nworkers = 5\nlog = off\n"
		"capsule h { root = r }");
	assert_good(
		f, READ_WORDS(f, W("--workers"), W("7"), W("-c"), W("a.conf"), W("--listen"),
			   W("127.0.0.1:3"), W("--listen=127.0.0.1:4"), W("--request-timeout=8")));
	assert_int_equal(f->conf->workers, 7);
	assert_int_equal(f->conf->log, LOG_OFF);
	assert_int_equal(f->conf->request_timeout, 8);
	assert_int_equal(f->conf->listen.count, 2);
	assert_string_equal(f->conf->listen.items[0], "127.0.0.1:3");
	assert_string_equal(f->conf->listen.items[1], "127.0.0.1:4");
	assert_string_equal(f->conf->capsules[0].host, "h");
	assert_string_equal(f->conf->capsules[0].root, "r");
}

static void flags_describe_one_capsule(void **state)
{
	struct fixture *f = *state;

	tree_file(&f->tree, "server.conf", "workers = 5\n");
	assert_good(f, READ_WORDS(f, W("--host"), W("Example.org"), W("--aliases"), W("a.org"),
			       W("--aliases"), W("b.org"), W("--comments"), W("no"), W("--config"),
			       W("server.conf"), W("--root=x=y")));
	assert_int_equal(f->conf->workers, 5);
	assert_int_equal(f->conf->capsule_count, 1);
	assert_string_equal(f->conf->capsules[0].host, "example.org");
	assert_int_equal(f->conf->capsules[0].aliases.count, 2);
	assert_string_equal(f->conf->capsules[0].aliases.items[1], "b.org");
	assert_false(f->conf->capsules[0].comments);
	assert_string_equal(f->conf->capsules[0].root, "x=y");
	assert_int_equal(READ_WORDS(f, W("--aliases"), W("a"), W("--aliases"), W("A")), CONF_WRONG);
	assert_string_equal(f->said, "--aliases: the name a is there twice\n");
}

static void flags_do_not_touch_the_capsules_of_a_file(void **state)
{
	struct fixture *f = *state;

	tree_file(&f->tree, "b.conf", "capsule h {}");
	assert_int_equal(
		READ_WORDS(f, W("-c"), W("b.conf"), W("--root"), W("x"), W("--host"), W("y")),
		CONF_USAGE);
	assert_string_equal(f->said, "--root: the capsules are described in b.conf: change it "
				     "there, or leave the file's "
				     "capsules out\n"
				     "--host: the capsules are described in b.conf: change it "
				     "there, or leave the file's "
				     "capsules out\n");
}

static void a_wrong_command_line_is_wrong_usage(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(READ_WORDS(f, W("--foo"), W("--bar=1"), W("-x")), CONF_USAGE);
	assert_said(f, "--foo: there is no such flag; there are: config, listen, workers,");
	assert_said(f, "max-connections-per-address");
	assert_said(f, "drain-timeout, worker-timeout, host, aliases, root");
	assert_said(f, "\n--bar=1: there is no such flag");
	assert_said(f, "\n-x: there is no such flag");
	assert_int_equal(READ_WORDS(f, W("--ready_file"), W("x")), CONF_USAGE);
	assert_int_equal(READ_WORDS(f, W("--capsule"), W("x")), CONF_USAGE);
	assert_int_equal(READ_WORDS(f, W("--store")), CONF_USAGE);
	assert_string_equal(f->said, "--store: a value must follow\n");
	assert_int_equal(READ_WORDS(f, W("--root=")), CONF_WRONG);
	assert_string_equal(f->said, "--root: the name of a folder is missing\n");
	assert_int_equal(READ_WORDS(f, W("-c")), CONF_USAGE);
	assert_string_equal(f->said, "-c: a value must follow\n");
	assert_int_equal(READ_WORDS(f, W("--foo"), W("--help")), CONF_USAGE);
	assert_int_equal(READ_WORDS(f, W("-h")), CONF_HELP);
}

static void words_are_left_over(void **state)
{
	struct fixture *f = *state;

	assert_good(f,
		READ_WORDS(f, W("make"), W("--workers"), W("2"), W("-"), W("--"), W("--workers")));
	assert_string_equal(f->words[0], "make");
	assert_string_equal(f->words[1], "-");
	assert_string_equal(f->words[2], "--workers");
	assert_null(f->words[3]);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	struct fixture *f = *state;
	static char large[1024 * 1024 + 1];

	assert_int_equal(
		READ_WORDS(f, W("-c"), W("none.conf"), W("--workers"), W("x")), CONF_WRONG);
	assert_string_equal(f->said, "--config: cannot open none.conf: No such file or directory\n"
				     "--workers: \"x\" is not a whole number from 0 to 256\n");
	tree_bytes(&f->tree, "empty.conf", "", 0);
	assert_int_equal(READ_WORDS(f, W("-c"), W("empty.conf")), CONF_WRONG);
	assert_string_equal(f->said, "--config: empty.conf is empty: write at least a comment\n");
	memset(large, '\n', sizeof(large));
	tree_bytes(&f->tree, "large.conf", large, sizeof(large));
	assert_int_equal(READ_WORDS(f, W("-c"), W("large.conf")), CONF_WRONG);
	assert_string_equal(f->said, "--config: large.conf is larger than 1048576 bytes\n");
	tree_bytes(&f->tree, "large.conf", large, sizeof(large) - 1);
	assert_good(f, READ_WORDS(f, W("-c"), W("large.conf")));
	assert_int_equal(READ_WORDS(f, W("-c"), W(".")), CONF_WRONG);
	assert_string_equal(f->said, "--config: . is not a regular file\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_win_over_the_file),
		cmocka_unit_test(flags_describe_one_capsule),
		cmocka_unit_test(flags_do_not_touch_the_capsules_of_a_file),
		cmocka_unit_test(a_wrong_command_line_is_wrong_usage),
		cmocka_unit_test(words_are_left_over),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests_name("conf_flags", tests, begin, end);
}
