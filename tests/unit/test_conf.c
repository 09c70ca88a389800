/*
 * The configuration: files, flags, and what is said of mistakes.
 */
#include "conf_fixture.h"

/* ---- files */

static void without_anything_there_are_the_defaults(void **state)
{
	struct fixture *f = *state;
	char *words[] = {W("serve"), NULL};

	assert_good(f, read_words(f, words));
	assert_null(f->words[0]);
	assert_true(f->conf->listen.count >= 1);
	assert_string_equal(f->conf->listen.items[0], "0.0.0.0:1965");
	if (listen_has_ipv6())
		assert_string_equal(f->conf->listen.items[1], "[::]:1965");
	assert_in_range(f->conf->workers, 1, 256);
	assert_string_equal(f->conf->store, "sqlite:var/kindling.db");
	assert_int_equal(f->conf->log, LOG_TEXT);
	assert_int_equal(f->conf->log_level, LOG_INFO);
	assert_int_equal(f->conf->log_addresses, ADDRESS_NONE);
	assert_string_equal(f->conf->ready_file, "");
	assert_int_equal(f->conf->max_connections, 4096);
	assert_int_equal(f->conf->max_connections_per_address, 64);
	assert_int_equal(f->conf->handshake_timeout, 10);
	assert_int_equal(f->conf->request_timeout, 10);
	assert_int_equal(f->conf->answer_timeout, 30);
	assert_int_equal(f->conf->write_timeout, 30);
	assert_int_equal(f->conf->close_timeout, 5);
	assert_int_equal(f->conf->drain_timeout, 30);
	assert_int_equal(f->conf->capsule_count, 1);

	const struct conf_capsule *capsule = &f->conf->capsules[0];

	assert_string_equal(capsule->host, "localhost");
	assert_int_equal(capsule->aliases.count, 0);
	assert_string_equal(capsule->root, "capsule");
	assert_string_equal(capsule->certs, "certs");
	assert_string_equal(capsule->lang, "en");
	assert_string_equal(capsule->feed, "/index.gmi");
	assert_true(capsule->comments);
	assert_false(capsule->listing);
	assert_string_equal(capsule->contact, "");
	assert_int_equal(capsule->types.count, 0);
	assert_good(f, read_text(f, ""));
	assert_good(f, read_text(f, "# nothing\n\n"));
	assert_string_equal(f->conf->capsules[0].host, "localhost");
}

static void a_file_says_it_all(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "listen = {\"127.0.0.1:1\"} # here\n"
				    "log = json\nlog_level = debug // there\n"
				    "log_addresses = 'full'\nworkers = 3\n/* and\n so on */\n"
				    "capsule \"Example.ORG\" {\n"
				    "  aliases = {\"*.example.org\", \"192.0.2.1\"}\n"
				    "  aliases += {\"example.net\"}\n"
				    "  comments = no\n  listing = true\n"
				    "  types = {\"txt=text/plain\"}\n"
				    "}\n"
				    "capsule b.example.net {}\n"));
	assert_int_equal(f->conf->listen.count, 1);
	assert_string_equal(f->conf->listen.items[0], "127.0.0.1:1");
	assert_int_equal(f->conf->log, LOG_JSON);
	assert_int_equal(f->conf->log_level, LOG_DEBUG);
	assert_int_equal(f->conf->log_addresses, ADDRESS_FULL);
	assert_int_equal(f->conf->workers, 3);
	assert_int_equal(f->conf->capsule_count, 2);

	const struct conf_capsule *capsule = &f->conf->capsules[0];

	assert_string_equal(capsule->host, "example.org");
	assert_int_equal(capsule->names.count, 4);
	assert_string_equal(capsule->names.items[0], "example.org");
	assert_string_equal(capsule->names.items[1], "*.example.org");
	assert_string_equal(capsule->names.items[2], "192.0.2.1");
	assert_string_equal(capsule->names.items[3], "example.net");
	assert_false(capsule->comments);
	assert_true(capsule->listing);
	assert_string_equal(capsule->types.items[0], "txt=text/plain");
	assert_true(f->conf->capsules[1].comments);
	assert_string_equal(f->conf->capsules[1].host, "b.example.net");
}

static void every_mistake_has_its_line(void **state)
{
	struct fixture *f = *state;

	assert_text_wrong(f,
		"workers = x\nlisten = {\"a\", # one\n\"127.0.0.1:1\",\n\"b\"}\n"
		"capsule one {/*\n*/ comments = 7 // two\n}\n###\nstore = x\n",
		"k.conf:2: listen: \"a\" is not an address with a port: write 0.0.0.0:1965 for "
		"IPv4, [::]:1965 for IPv6\n"
		"k.conf:4: listen: \"b\" is not an address with a port: write 0.0.0.0:1965 for "
		"IPv4, [::]:1965 for IPv6\n"
		"k.conf:1: workers: \"x\" is not a whole number from 0 to 256\n"
		"k.conf:9: store: \"x\" is not a store: write sqlite: and the path of a file\n"
		"k.conf:6: comments: \"7\" is neither yes nor no\n");
	assert_text_wrong(f, "listen = {}", "k.conf:1: listen: at least 1 must be there\n");
	assert_text_wrong(
		f, "\nworkers 3", "k.conf:2: missing equal sign after option 'workers'\n");
	assert_text_wrong(f, "capsule {}", "k.conf:1: missing title for section 'capsule'\n");
	assert_text_wrong(f, "capsule x\n{", "k.conf:2: the { of this line is never closed\n");
	assert_text_wrong(f, "\ncapsule x {\n\n", "k.conf:2: the { of this line is never closed\n");
	assert_text_wrong(f, "store =", "k.conf:1: premature end of file\n");
	assert_text_wrong(f, "}", "k.conf:1: unexpected closing brace\n");
	assert_text_wrong(
		f, "\nstore = \"x\n\n", "k.conf:2: the quote of this line is never closed\n");
}

static void comments_are_not_values(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "store = sqlite:a//b # c\nready_file = \"#\\\"//\" //x\n"
				    "workers/* 5 */=/**/6\n'log'#\n='off'/* \" */\n"
				    "capsule \"x\" { contact = a:b#c\n lang = 'a' } # 'the end"));
	assert_string_equal(f->conf->store, "sqlite:a//b");
	assert_string_equal(f->conf->ready_file, "#\"//");
	assert_int_equal(f->conf->workers, 6);
	assert_int_equal(f->conf->log, LOG_OFF);
	assert_string_equal(f->conf->capsules[0].contact, "a:b");
	assert_good(f, read_text(f, "/*"));
	assert_good(f, read_text(f, "#"));
	assert_good(f, read_text(f, "/* \n * / workers = x"));
	assert_text_wrong(f, "log = '\\", "k.conf:1: the quote of this line is never closed\n");
}

static void an_unknown_option_is_answered_with_the_known_ones(void **state)
{
	struct fixture *f = *state;

	assert_text_wrong(f, "\nfoo = 1",
		"k.conf:2: there is no option \"foo\" of the server; there are: listen, workers, "
		"store, log, log_level, log_addresses, ready_file, max_connections, "
		"max_connections_per_address, handshake_timeout, request_timeout, answer_timeout, "
		"write_timeout, close_timeout, drain_timeout, capsule\n");
	assert_text_wrong(f, "capsule x {\n  location y {} }",
		"k.conf:2: there is no option \"location\" in a capsule; there are: aliases, root, "
		"certs, lang, feed, comments, listing, contact, types\n");
	assert_text_wrong(
		f, "root = x", "k.conf:1: root belongs inside a capsule: capsule \"NAME\" { … }\n");
	assert_text_wrong(f, "capsule x { workers = 1 }",
		"k.conf:1: workers belongs outside of every capsule\n");
	assert_text_wrong(f, "capsule x { host = y }",
		"k.conf:1: host belongs behind the word capsule, as its title\n");
	assert_int_equal(read_text(f, "include(\"/etc/passwd\")"), CONF_WRONG);
	assert_said(f, "k.conf:1: there is no option \"include\" of the server");
	assert_int_equal(read_text(f, "capsule x { include(\"/etc/passwd\") }"), CONF_WRONG);
	assert_said(f, "k.conf:1: there is no option \"include\" in a capsule");
}

static void a_name_belongs_to_one_capsule(void **state)
{
	struct fixture *f = *state;

	assert_text_wrong(f, "capsule x {}\ncapsule x {}", "k.conf:2: found duplicate title 'x'\n");
	assert_text_wrong(f, "capsule x {}\ncapsule X {}",
		"k.conf:2: capsule \"x\": the name x is taken by capsule \"x\" already\n");
	assert_text_wrong(f, "capsule a { aliases = {b} }\ncapsule c { aliases = {d, B} }",
		"k.conf:2: capsule \"c\": the name b is taken by capsule \"a\" already\n");
	assert_text_wrong(f, "capsule a { aliases = {b} }\ncapsule b {}",
		"k.conf:2: capsule \"b\": the name b is taken by capsule \"a\" already\n");
	assert_text_wrong(f, "capsule a { aliases = {a} }",
		"k.conf:1: capsule \"a\": the name a is taken by capsule \"a\" already\n");
	assert_good(f, read_text(f, "capsule a { certs = c }\ncapsule b { certs = c }"));
	assert_text_wrong(
		f, "listen = {\"[::1]:5\", \"[0::1]:5\"}", "listen: [0::1]:5 is there twice\n");
	assert_good(f, read_text(f, "listen = {\"[::1]:0\", \"[::1]:0\"}"));
}

static void a_capsule_is_found_by_its_names(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "capsule a.org { aliases = {\"*.b.org\", \"192.0.2.1\"} }\n"
				    "capsule x.b.org { }"));
	assert_int_equal(conf_find_capsule(f->conf, S("a.org")), 0);
	assert_int_equal(conf_find_capsule(f->conf, S("192.0.2.1")), 0);
	assert_int_equal(conf_find_capsule(f->conf, S("y.b.org")), 0);
	assert_int_equal(conf_find_capsule(f->conf, S("x.b.org")), 1);
	assert_int_equal(conf_find_capsule(f->conf, S("b.org")), -1);
	assert_int_equal(conf_find_capsule(f->conf, S("z.y.b.org")), -1);
	assert_int_equal(conf_find_capsule(f->conf, S("")), -1);
}

static void a_hostile_file_is_refused_in_words(void **state)
{
	struct fixture *f = *state;
	static char deep[400000];

	assert_int_equal(read_span(f, S("workers = 1\nlog\0 = off")), CONF_WRONG);
	assert_string_equal(f->said, "k.conf:2: this is not a text: it holds a NUL\n");
	assert_int_equal(read_span(f, S("\n\n\xff\xfe")), CONF_WRONG);
	assert_string_equal(f->said, "k.conf:3: this line is not UTF-8\n");
	assert_text_wrong(
		f, "store = \"\\x1b[2J\"", "k.conf:1: store: \"?[2J\" holds a control character\n");

	for (size_t i = 0; i < 20000; i++)
		memcpy(deep + i * 12, "capsule x {\n", 12);
	memset(deep + 20000 * 12, '}', 20000);
	assert_int_equal(read_span(f, (struct span){deep, (size_t)20000 * 13}), CONF_WRONG);
	assert_said(f, "k.conf:2: there is no option \"capsule\" in a capsule");

	size_t len = 0;

	for (size_t i = 0; i < 1025; i++)
		len += (size_t)snprintf(deep + len, sizeof(deep) - len, "capsule c%zu {}\n", i);
	assert_int_equal(read_span(f, (struct span){deep, len}), CONF_WRONG);
	assert_string_equal(f->said, "k.conf:1025: there are more than 1024 capsules\n");

	memset(deep, 'x', 5000);
	memcpy(deep, "store = sqlite:", 15);
	assert_int_equal(read_span(f, (struct span){deep, 5000}), CONF_WRONG);
	assert_string_equal(f->said, "k.conf:1: store: the value is longer than 4095 bytes\n");
}

/* ---- flags */

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
	assert_said(f, "drain-timeout, host, aliases, root");
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
	assert_int_equal(READ_WORDS(f, W("--foo"), W("--help")), CONF_HELP);
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
	memset(large, '\n', sizeof(large));
	tree_bytes(&f->tree, "large.conf", large, sizeof(large));
	assert_int_equal(READ_WORDS(f, W("-c"), W("large.conf")), CONF_WRONG);
	assert_string_equal(f->said, "--config: large.conf is larger than 1048576 bytes\n");
	tree_bytes(&f->tree, "large.conf", large, sizeof(large) - 1);
	assert_good(f, READ_WORDS(f, W("-c"), W("large.conf")));
	assert_int_equal(READ_WORDS(f, W("-c"), W(".")), CONF_WRONG);
	assert_string_equal(f->said, "--config: . is not a regular file\n");
}

static void memory_that_is_out_is_said(void **state)
{
	struct fixture *f = *state;
	size_t failed = 0;

	for (size_t limit = 0; limit < 65536; limit += 512) {
		arena_end(&f->arena);
		arena_init(&f->arena, limit);
		if (read_text(f, "capsule a { aliases = {b, c} }") == CONF_OK)
			assert_string_equal(f->said, "");
		else
			assert_non_null(strstr(f->said, failed++ == 0 ? "no memory left" : "no"));
	}
	assert_in_range(failed, 1, 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_anything_there_are_the_defaults),
		cmocka_unit_test(a_file_says_it_all),
		cmocka_unit_test(every_mistake_has_its_line),
		cmocka_unit_test(comments_are_not_values),
		cmocka_unit_test(an_unknown_option_is_answered_with_the_known_ones),
		cmocka_unit_test(a_name_belongs_to_one_capsule),
		cmocka_unit_test(a_capsule_is_found_by_its_names),
		cmocka_unit_test(a_hostile_file_is_refused_in_words),
		cmocka_unit_test(flags_win_over_the_file),
		cmocka_unit_test(flags_describe_one_capsule),
		cmocka_unit_test(flags_do_not_touch_the_capsules_of_a_file),
		cmocka_unit_test(a_wrong_command_line_is_wrong_usage),
		cmocka_unit_test(words_are_left_over),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
		cmocka_unit_test(memory_that_is_out_is_said),
	};

	return cmocka_run_group_tests_name("conf", tests, begin, end);
}
