/*
 * The table of options: each row keeps what it says.
 */
#include "conf_fixture.h"

#include "conf/option.h"
#include "os/fd.h"

static int top;

#define TEN             "xxxxxxxxxx"
#define TYPE_OF_79      "a/b456789" TEN TEN TEN TEN TEN TEN TEN
#define EXTENSION_OF_32 "ab" TEN TEN TEN

/* One option set in a file, or through its flag. */
static enum conf_result read_option(
	struct fixture *f, const struct option *option, const char *value, bool as_flag)
{
	char name[OPTION_FLAG_SIZE + 2], text[1024], *words[] = {W("serve"), name, text, NULL};

	if (as_flag) {
		(void)snprintf(name, sizeof(name), "--");
		option_spell_flag(option, name + 2);
		(void)snprintf(text, sizeof(text), "%s", value);
		return read_words(f, words);
	}
	if (option->is_title)
		(void)snprintf(text, sizeof(text), "\ncapsule '%s' {}", value);
	else if (option->scope == OPTION_CAPSULE)
		(void)snprintf(text, sizeof(text), "capsule x {\n%s = '%s' }", option->name, value);
	else
		(void)snprintf(text, sizeof(text), "\n%s = '%s'", option->name, value);
	return read_text(f, text);
}

static const char *first_word(const char *text)
{
	static char word[256];
	size_t len = strcspn(text, " ");

	(void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
	return word;
}

/* Complaints of what comes out of an option's value name its place. */
static void every_value_knows_its_place(void **state)
{
	struct fixture *f = *state;
	const struct conf_capsule *capsule;

	assert_good(f, read_text(f, "\nuser = rosa\nlisten = {\n'[::1]:7' }\ncapsule x {\n"
				    "root = r }\n"));
	capsule = &f->conf->capsules[0];
	assert_string_equal(conf_place(f->conf, NULL, "user", &f->arena), "k.conf:2: user");
	assert_string_equal(conf_place(f->conf, NULL, "listen", &f->arena), "k.conf:4: listen");
	assert_string_equal(conf_place(f->conf, NULL, "log_to", &f->arena), "log_to");
	assert_string_equal(conf_place(f->conf, capsule, "root", &f->arena), "k.conf:6: root");
	assert_string_equal(conf_place(f->conf, capsule, "feed", &f->arena), "x: feed");
	assert_good(f, READ_WORDS(f, W("--ready-file"), W("r"), W("--root"), W("r")));
	capsule = &f->conf->capsules[0];
	assert_string_equal(conf_place(f->conf, NULL, "ready_file", &f->arena), "--ready-file");
	assert_string_equal(conf_place(f->conf, capsule, "root", &f->arena), "--root");
}

static void every_default_passes_its_own_check(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		const char *value = first_word(option->initial);

		if (option->type == OPTION_TEXTS && value[0] == '\0')
			continue;
		assert_good(f, read_option(f, option, value, false));
		assert_good(f, read_option(f, option, value, true));
	}
}

static void assert_refused(struct fixture *f, const struct option *option, const char *value)
{
	char where[128];

	assert_int_equal(read_option(f, option, value, false), CONF_WRONG);
	(void)snprintf(where, sizeof(where),
		"k.conf:2: %s: ", option->is_title ? "capsule" : option->name);
	assert_said(f, where);
	assert_int_equal(read_option(f, option, value, true), CONF_WRONG);
	(void)snprintf(where, sizeof(where), "--");
	option_spell_flag(option, where + 2);
	(void)snprintf(where + strlen(where), sizeof(where) - strlen(where), ": ");
	assert_said(f, where);
}

static void every_number_is_bounded_at_both_ends(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		char text[32];

		if (option->type != OPTION_NUMBER && option->type != OPTION_SECONDS)
			continue;
		assert_true(option->min < option->max);
		(void)snprintf(text, sizeof(text), "%u", option->min);
		assert_good(f, read_option(f, option, text, false));
		assert_good(f, read_option(f, option, text, true));
		(void)snprintf(text, sizeof(text), "%u", option->max);
		assert_good(f, read_option(f, option, text, false));
		assert_good(f, read_option(f, option, text, true));
		(void)snprintf(text, sizeof(text), "%lld", (long long)option->min - 1);
		assert_refused(f, option, text);
		(void)snprintf(text, sizeof(text), "%lld", (long long)option->max + 1);
		assert_refused(f, option, text);
		assert_refused(f, option, "99999999999999999999999");
		assert_refused(f, option, "");
		assert_refused(f, option, "1s");
	}
}

static void every_choice_is_one_of_its_words(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		struct span word, rest = span_of(option->choices);

		if (option->type == OPTION_SWITCH)
			assert_refused(f, option, "maybe");
		if (option->type != OPTION_CHOICE)
			continue;
		while (rest.len > 0) {
			char text[32];

			(void)span_cut(rest, ' ', &word, &rest);
			(void)snprintf(text, sizeof(text), "%.*s", SPAN_ARG(word));
			assert_good(f, read_option(f, option, text, false));
		}
		assert_refused(f, option, "loud");
		assert_refused(f, option, "");
	}
}

static void every_list_is_bounded(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		static char text[65536];
		size_t len = 0;

		if (option->type != OPTION_TEXTS)
			continue;
		len += (size_t)snprintf(text, sizeof(text), "%s%s = {",
			option->scope == OPTION_CAPSULE ? "capsule x {\n" : "\n", option->name);
		for (unsigned k = 0; k <= option->max; k++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
				option->check == option_table[0].check   ? "%s'127.0.0.1:%u'"
				: strcmp(option->name, "types") == 0     ? "%s'e%u=a/b'"
				: strcmp(option->name, "owner") == 0     ? "%s'%064x'"
				: strcmp(option->argument, "RANGE") == 0 ? "%s'2001:db8::%u'"
									 : "%s'h%u.example'",
				k == 0 ? "" : ",", k + 1);
		(void)snprintf(text + len, sizeof(text) - len, "%s",
			option->scope == OPTION_CAPSULE ? "}}" : "}");
		assert_int_equal(read_text(f, text), CONF_WRONG);
		(void)snprintf(text, sizeof(text), "k.conf:2: %s: there are more than %u of them\n",
			option->name, option->max);
		assert_string_equal(f->said, text);
	}
}

static void every_option_can_be_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];

		assert_non_null(option->argument);
		assert_non_null(option->sentence);
		assert_int_equal(option->sentence[strlen(option->sentence) - 1], '.');
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(option->name, option_table[k].name);
	}
}

struct pages {
	struct arena arena;
	struct span manual, example; /* NUL-terminated */
};

static struct pages read_pages(void)
{
	struct pages pages;
	struct fault fault;

	/* The fixture has gone elsewhere; the tests begin at the top of the tree. */
	arena_init(&pages.arena, 131072);
	if (fchdir(top) != 0 ||
		!file_read(
			"src/dist/kindling.conf.5", 32768, &pages.arena, &pages.manual, &fault) ||
		!file_read("src/dist/kindling.conf", 32768, &pages.arena, &pages.example, &fault))
		fail_msg("run the tests from the top of the tree: %s", fault.text);
	return pages;
}

/* The manual and the example are not made from the table; here is what keeps them with it. */
static void every_option_is_written_about(void **state)
{
	struct pages pages = read_pages();

	(void)state;
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		char line[128];

		if (option->is_title)
			continue;
		(void)snprintf(line, sizeof(line), "\n.It Cm %s No = ", option->name);
		if (strstr(pages.manual.ptr, line) == NULL)
			fail_msg("%s is not in the manual", option->name);
		(void)snprintf(line, sizeof(line), "#%s = ", option->name);
		if (strstr(pages.example.ptr, line) == NULL)
			fail_msg("%s is not in the example", option->name);
	}
	arena_end(&pages.arena);
}

static void the_example_shows_the_defaults(void **state)
{
	struct fixture *f = *state;
	struct pages pages = read_pages();
	char *text = arena_copy(&pages.arena, pages.example);

	assert_non_null(text);
	assert_good(f, read_text(f, text));
	/* "#name" is an option, "# word" a comment. */
	for (char *c = text; (c = strchr(c, '#')) != NULL; c++)
		if (c[1] >= 'a' && c[1] <= 'z')
			*c = ' ';
	assert_good(f, read_text(f, text));
	arena_end(&pages.arena);

	const struct conf *shown = f->conf;

	assert_good(f, read_text(f, "listen = {\"0.0.0.0:1965\", \"[::]:1965\"}"));
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		bool server = option->scope == OPTION_SERVER;
		const char *a = server ? (const char *)shown : (const char *)shown->capsules;
		const char *b = server ? (const char *)f->conf : (const char *)f->conf->capsules;

		a += option->offset;
		b += option->offset;
		if (option->type == OPTION_TEXT)
			assert_string_equal(*(const char *const *)(const void *)a,
				*(const char *const *)(const void *)b);
		else if (option->type == OPTION_TEXTS)
			assert_int_equal(((const struct conf_texts *)(const void *)a)->count,
				((const struct conf_texts *)(const void *)b)->count);
		else
			assert_memory_equal(a, b,
				option->type == OPTION_SWITCH ? sizeof(bool) : sizeof(unsigned));
	}
}

#define KEY_IN_HEX_BUT_TWO "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab"
#define KEY_IN_HEX_BUT_ONE "2c" KEY_IN_HEX_BUT_TWO
#define KEY_IN_HEX         "9f" KEY_IN_HEX_BUT_ONE

static void a_fingerprint_is_kept_in_one_spelling(void **state)
{
	struct fixture *f = *state;

	assert_good(f, read_text(f, "capsule x { owner = {\"9F:2C:" KEY_IN_HEX_BUT_TWO
				    "\", \"" KEY_IN_HEX "\"} }"));
	assert_int_equal(f->conf->capsules[0].owner.count, 2);
	assert_string_equal(f->conf->capsules[0].owner.items[0], KEY_IN_HEX);
	assert_string_equal(f->conf->capsules[0].owner.items[1], KEY_IN_HEX);
}

static void each_text_has_its_shape(void **state)
{
	static const struct {
		const char *name, *good[6], *bad[10];
	} shapes[] = {
		{"listen", {"127.0.0.1:0", "[::1]:65535"},
			{"", "1965", "localhost:1", "1.2.3.4:x"}},
		{"store", {"sqlite:x", "sqlite:/a b/c"},
			{"", "sqlite:", "sqlite:/tmp/", "x", "postgresql://x"}},
		{"root", {".", "/a b", "é"}, {""}},
		{"certs", {"."}, {""}},
		{"host", {"example.org", "EXAMPLE.org", "127.0.0.1", "::1"},
			{"", "*.example.org", "a b", "a/b", "..", "example.org:1965"}},
		{"aliases", {"example.org", "*.example.org", "192.0.2.1"}, {"", "*", "a b", "a:1"}},
		{"lang", {"", "en", "pt-BR", "en,fr", "zh-Hant-TW"},
			{"-", "en-", "-en", "en,", ",en", "en, fr", "e1", "abcdefghi", "en\"",
				"é"}},
		{"feed", {"/index.gmi", "/a/b c.gmi"},
			{"", "/", "index.gmi", "/a/", "//a", "/a//b", "/../a", "/.a"}},
		{"contact", {"", "mailto:a@b.org", "gemini://a.org/", "tel:+1", "a+b-c.d:x"},
			{"a@b.org", "mailto:", ":x", "1a:x", "mailto:a b", "mailto:\xc3\xa9",
				"a_b:x"}},
		{"owner", {KEY_IN_HEX, "9F:" KEY_IN_HEX_BUT_ONE, "9f:2c:" KEY_IN_HEX_BUT_TWO},
			{"", "9f", KEY_IN_HEX "0", KEY_IN_HEX ":00", KEY_IN_HEX_BUT_ONE,
				KEY_IN_HEX_BUT_ONE "9g", "SHA256 " KEY_IN_HEX,
				KEY_IN_HEX_BUT_ONE " 9f", "::"}},
		{"held_words",
			{"casino", "\xc3\xa9t\xc3\xa9", "buy now", "\xe8\xb5\x8c\xe5\x8d\x9a",
				"4u"},
			{"", " ", "--", "\xe2\x80\x8b"}},
		{"types",
			{"txt=text/gemini", "gz=application/x-y+z", "é=a/b", "x=" TYPE_OF_79,
				EXTENSION_OF_32 "=a/b"},
			{"", "txt", "=a/b", ".txt=a/b", "a/b=a/b", "txt=text", "txt=text/",
				"txt=/b", "txt=a/b/c", "txt=a/b; c"}},
		{"types", {"txt=text/gemini"},
			{"tar.gz=a/b", "x=" TYPE_OF_79 "x", EXTENSION_OF_32 "x=a/b", "gmi",
				"a=text/x\xc3\xa4", "a=te xt/x", "a=-/b"}},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct option *option = option_by_name(span_of(shapes[i].name));

		assert_non_null(option);
		for (size_t k = 0; k < 6 && shapes[i].good[k] != NULL; k++) {
			if (read_option(f, option, shapes[i].good[k], false) != CONF_OK)
				fail_msg("%s", f->said);
			if (read_option(f, option, shapes[i].good[k], true) != CONF_OK)
				fail_msg("%s", f->said);
		}
		for (size_t k = 0; k < 10 && shapes[i].bad[k] != NULL; k++)
			assert_refused(f, option, shapes[i].bad[k]);
	}
	assert_refused(f, option_by_name(S("ready_file")), "a\tb");
	assert_refused(f, option_by_name(S("root")), "a\x1b[1m");
}

int main(void)
{
	top = open(".", O_RDONLY);

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_passes_its_own_check),
		cmocka_unit_test(every_value_knows_its_place),
		cmocka_unit_test(every_number_is_bounded_at_both_ends),
		cmocka_unit_test(every_choice_is_one_of_its_words),
		cmocka_unit_test(every_list_is_bounded),
		cmocka_unit_test(every_option_can_be_explained),
		cmocka_unit_test(every_option_is_written_about),
		cmocka_unit_test(the_example_shows_the_defaults),
		cmocka_unit_test(each_text_has_its_shape),
		cmocka_unit_test(a_fingerprint_is_kept_in_one_spelling),
	};

	return cmocka_run_group_tests_name("conf_options", tests, begin, end);
}
