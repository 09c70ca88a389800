/*
 * The configuration file, and what is said of mistakes in it.
 */
#include "conf_fixture.h"

#include "os/listen.h"

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
	assert_string_equal(f->conf->store, "var/kindling.db");
	assert_int_equal(f->conf->log, LOG_TEXT);
	assert_int_equal(f->conf->log_level, LOG_INFO);
	assert_int_equal(f->conf->log_addresses, ADDRESS_NONE);
	assert_string_equal(f->conf->ready_file, "");
	assert_string_equal(f->conf->log_to, "stderr");
	assert_string_equal(f->conf->control, "var/kindling.sock");
	assert_string_equal(f->conf->user, "");
	assert_true(f->conf->keyholder);
	assert_true(f->conf->sandbox);
	assert_int_equal(f->conf->max_connections, 16384);
	assert_int_equal(f->conf->max_connections_per_address, 64);
	assert_int_equal(f->conf->max_connections_per_network, 512);
	assert_int_equal(f->conf->requests_per_minute, 0);
	assert_int_equal(f->conf->requests_per_minute_per_network, 0);
	assert_int_equal(f->conf->allow.count + f->conf->deny.count + f->conf->proxies.count, 0);
	assert_int_equal(f->conf->min_rate, 256);
	assert_int_equal(f->conf->handshake_timeout, 10);
	assert_int_equal(f->conf->request_timeout, 10);
	assert_int_equal(f->conf->upload_timeout, 30);
	assert_int_equal(f->conf->answer_timeout, 30);
	assert_int_equal(f->conf->write_timeout, 30);
	assert_int_equal(f->conf->close_timeout, 5);
	assert_int_equal(f->conf->drain_timeout, 30);
	assert_int_equal(f->conf->worker_timeout, 60);
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
	assert_int_equal(capsule->owner.count, 0);
	assert_int_equal(capsule->commenting, COMMENTING_OPEN);
	assert_int_equal(capsule->close_after, 0);
	assert_int_equal(capsule->registration, REGISTRATION_OPEN);
	assert_int_equal(capsule->held_words.count, 0);
	assert_int_equal(capsule->comments_per_hour, 10);
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

static void places_and_ranges_are_looked_at(void **state)
{
	struct fixture *f = *state;

	assert_text_wrong(f,
		"log_to = nowhere\nallow = {\"10.0.0.1/8\"}\nproxies = {\"unix\",\n\"192.0.2\"}\n"
		"listen = {\"unix:\", \"unix:/a\", \"unix:/a\"}\n",
		"k.conf:5: listen: the path of the socket is missing: write "
		"unix:/run/kindling/gemini\n"
		"k.conf:1: log_to: \"nowhere\" is no place for the log: write stderr, syslog, "
		"journal, or the path of a file with a slash in it\n"
		"k.conf:2: allow: \"10.0.0.1/8\": the address has bits set behind the first 8: a "
		"range begins with its lowest address\n"
		"k.conf:4: proxies: \"192.0.2\" is not a range of addresses: write 192.0.2.0/24, "
		"2001:db8::/32, one address, or unix\n"
		"listen: unix:/a is there twice\n");
	assert_good(f, read_text(f, "control = \"\"\nlog_to = ./log\ndeny = {\"::/0\", \"unix\"}\n"
				    "listen = {\"unix:s\"}\n"));
}

static void comments_are_not_values(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "store = sqlite:a//b # c\nready_file = \"#\\\"//\" //x\n"
				    "workers/* 5 */=/**/6\n'log'#\n='off'/* \" */\n"
				    "capsule \"x\" { contact = a:b#c\n lang = 'a' } # 'the end"));
	assert_string_equal(f->conf->store, "a//b");
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
		"store, user, keyholder, sandbox, log, log_to, log_level, log_addresses, "
		"ready_file, control, max_connections, max_connections_per_address, "
		"max_connections_per_network, requests_per_minute, "
		"requests_per_minute_per_network, allow, deny, proxies, min_rate, "
		"handshake_timeout, request_timeout, answer_timeout, write_timeout, "
		"upload_timeout, close_timeout, drain_timeout, worker_timeout, capsule\n");
	assert_text_wrong(f, "capsule x {\n  location y {} }",
		"k.conf:2: there is no option \"location\" in a capsule; there are: aliases, root, "
		"certs, lang, feed, comments, listing, contact, owner, commenting, "
		"close_after, registration, held_words, comments_per_hour, types\n");
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

static void an_unknown_option_hides_nothing(void **state)
{
	struct fixture *f = *state;
	char many[33 * 4 + 16] = "";

	assert_int_equal(read_text(f, "a = 1\nb = {x,\n'}', \"\\\"y\"}\nc += {z}\nd('q)', 2)\n"
				      "e \"}\" { workers = 2\n f { g = 3 } }\nh {}\n'i' = \"\"\nj\n"
				      "workers = x\ncapsule one { k = {}\n lang = - }\n"
				      "capsule { x = 1 }\nl = 3"),
		CONF_WRONG);
	assert_said(f, "k.conf:1: there is no option \"a\" of the server");
	assert_said(f, "k.conf:2: there is no option \"b\" of the server");
	assert_said(f, "k.conf:4: there is no option \"c\" of the server");
	assert_said(f, "k.conf:5: there is no option \"d\" of the server");
	assert_said(f, "k.conf:6: there is no option \"e\" of the server");
	assert_said(f, "k.conf:8: there is no option \"h\" of the server");
	assert_said(f, "k.conf:9: there is no option \"i\" of the server");
	assert_said(f, "k.conf:10: there is no option \"j\" of the server");
	assert_said(f, "k.conf:12: there is no option \"k\" in a capsule");
	assert_said(f, "k.conf:14: missing title for section 'capsule'\n");
	assert_said(f, "k.conf:11: workers: \"x\" is not a whole number");
	assert_said(f, "k.conf:13: lang: ");
	assert_null(strstr(f->said, "\"f\""));

	/* The reading ends with the 33rd of them. */
	for (size_t i = 0; i < 33; i++)
		memcpy(many + i * 4, "z=1\n", 4);
	memcpy(many + (size_t)33 * 4, "log=x", 6);
	assert_int_equal(read_text(f, many), CONF_WRONG);
	assert_said(f, "k.conf:32: there is no option \"z\"");
	assert_said(f, "k.conf:33: there is no option \"z\"");
	assert_null(strstr(f->said, "log: "));
}

static void what_is_given_twice_is_told(void **state)
{
	struct fixture *f = *state;

	assert_text_wrong(f,
		"workers = 1\nlog = off\n\nworkers = 2\n"
		"capsule x { root = a\n root = b }\ncapsule y { root = c }",
		"k.conf:4: workers: it has a value already, further up\n"
		"k.conf:6: root: it has a value already, further up\n");
	assert_text_wrong(f, "capsule x {\naliases = {a, b}\naliases = {c, d} }",
		"k.conf:3: aliases: it has a value already, further up\n");
	/* += adds to what the file has given, never to a default. */
	assert_good(f, read_text(f, "listen += {\"127.0.0.1:1\"}\nlisten += {\"127.0.0.1:2\"}"));
	assert_int_equal(f->conf->listen.count, 2);
	assert_string_equal(f->conf->listen.items[0], "127.0.0.1:1");
}

static void nothing_is_put_in_for_variables(void **state)
{
	static const char *const wrong[] = {"\nstore = \"sqlite:${NOPE}/k.db\"",
		"\nstore = ${HOME}", "\nstore = sqlite:${HOME}/k.db", "\nstore = \"\\\\${HOME}\"",
		"# it's\nlisten = {\"${HOME}\"}", "log = 'off'\n${HOME} = 3"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_text_wrong(f, wrong[i],
			"k.conf:2: nothing is put in for ${: write the value itself, or single "
			"quotes around what is meant as it stands\n");
	assert_good(f, read_text(f, "store = 'sqlite:${HOME}' # ${HOME}\nready_file = \"$\""));
	assert_string_equal(f->conf->store, "${HOME}");
	assert_string_equal(f->conf->ready_file, "$");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "\xef\xbb\xbfworkers = 3"));
	assert_int_equal(f->conf->workers, 3);
	assert_good(f, read_text(f, "\xef\xbb\xbf"));
	assert_true(f->conf->capsules[0].sound);
	assert_int_equal(read_text(f, "\n\xef\xbb\xbfworkers = 3"), CONF_WRONG);
}

/* What `check` goes on with. */
static void a_capsule_is_sound_where_nothing_of_it_was_wrong(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "capsule a {}\ncapsule b {}"));
	assert_true(f->conf->capsules[0].sound && f->conf->capsules[1].sound);
	assert_int_equal(read_text(f, "workers = x\ncapsule a {}\ncapsule '' {}\n"
				      "capsule b { lang = - }\ncapsule d { lang = en }"),
		CONF_WRONG);
	assert_true(f->conf->capsules[0].sound);
	assert_false(f->conf->capsules[1].sound);
	assert_false(f->conf->capsules[2].sound);
	assert_true(f->conf->capsules[3].sound);
	assert_int_equal(read_text(f, "capsule a {}\ncapsule b { foo = 1 }"), CONF_WRONG);
	assert_int_equal(f->conf->capsule_count, 2);
	assert_true(f->conf->capsules[0].sound);
	assert_false(f->conf->capsules[1].sound);
	assert_int_equal(read_text(f, "foo = 1\ncapsule a { foo = 1 }\ncapsule b {}"), CONF_WRONG);
	assert_false(f->conf->capsules[0].sound);
	assert_true(f->conf->capsules[1].sound);
	assert_int_equal(read_text(f, "workers"), CONF_WRONG);
	assert_false(f->conf->capsules[0].sound);
	assert_int_equal(read_text(f, "workers = x"), CONF_WRONG);
	assert_true(f->conf->capsules[0].sound);
	assert_int_equal(READ_WORDS(f, W("-c"), W("none.conf")), CONF_WRONG);
	assert_false(f->conf->capsules[0].sound);
	assert_int_equal(READ_WORDS(f, W("--workers=x")), CONF_WRONG);
	assert_true(f->conf->capsules[0].sound);
	assert_int_equal(READ_WORDS(f, W("--lang=-")), CONF_WRONG);
	assert_false(f->conf->capsules[0].sound);
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

	static const char *const all[] = {"a.org", "*.b.org", "192.0.2.1", "x.b.org"};
	for (size_t capsule = 0; capsule < 2; capsule++) {
		struct conf_texts names = f->conf->capsules[capsule].server_names;
		assert_int_equal(names.count, 4);
		for (size_t i = 0; i < 4; i++)
			assert_string_equal(names.items[i], all[i]);
	}
}

static void a_hostile_file_is_refused_in_words(void **state)
{
	struct fixture *f = *state;
	static char deep[400000];

	assert_int_equal(read_span(f, S("workers = 1\nlog\0 = off")), CONF_WRONG);
	assert_string_equal(f->said, "k.conf:2: this is not a text: it holds a NUL\n");
	assert_int_equal(read_span(f, S("\n\n\xff\xfe")), CONF_WRONG);
	assert_string_equal(f->said, "k.conf:3: this line is not UTF-8\n");
	assert_text_wrong(f, "store = \"\\x1b[2J\"",
		"k.conf:1: store: \"\xef\xbf\xbd[2J\" holds a control character\n");

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
		cmocka_unit_test(places_and_ranges_are_looked_at),
		cmocka_unit_test(comments_are_not_values),
		cmocka_unit_test(an_unknown_option_is_answered_with_the_known_ones),
		cmocka_unit_test(an_unknown_option_hides_nothing),
		cmocka_unit_test(what_is_given_twice_is_told),
		cmocka_unit_test(nothing_is_put_in_for_variables),
		cmocka_unit_test(a_byte_order_mark_is_passed_over),
		cmocka_unit_test(a_capsule_is_sound_where_nothing_of_it_was_wrong),
		cmocka_unit_test(a_name_belongs_to_one_capsule),
		cmocka_unit_test(a_capsule_is_found_by_its_names),
		cmocka_unit_test(a_hostile_file_is_refused_in_words),
		cmocka_unit_test(memory_that_is_out_is_said),
	};

	return cmocka_run_group_tests_name("conf", tests, begin, end);
}
