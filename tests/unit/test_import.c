/*
 * What an import refuses, line by line: nothing wrong comes in, and then nothing at all.
 */
#include "transfers.h"

static const char head[] = "{\"kind\":\"kindling\",\"version\":2,\"people\":9,\"comments\":9,"
			   "\"reports\":9,\"actions\":9}\n";
static const char world[] =
	"{\"kind\":\"capsule\",\"id\":1,\"host\":\"a.example\"}\n"
	"{\"kind\":\"capsule\",\"id\":2,\"host\":\"b.example\"}\n"
	"{\"kind\":\"person\",\"id\":1,\"capsule\":1,\"name\":\"rosa\",\"folded\":\"rosa\","
	"\"registered\":5,\"standing\":0,\"role\":0,\"looked\":0,\"looked_before\":0,"
	"\"feed\":null,\"recovery\":null,\"recovery_salt\":null}\n"
	"{\"kind\":\"thread\",\"id\":1,\"capsule\":1,\"slug\":\"posts/a\"}\n"
	"{\"kind\":\"thread\",\"id\":2,\"capsule\":1,\"slug\":\"posts/b\"}\n"
	"{\"kind\":\"thread\",\"id\":3,\"capsule\":2,\"slug\":\"posts/a\"}\n"
	"{\"kind\":\"comment\",\"id\":2,\"capsule\":1,\"thread\":1,\"person\":1,\"parent\":null,"
	"\"state\":0,\"written\":5,\"edited\":0,\"text\":\"hi\"}\n";
static const char last[] = "{\"kind\":\"end\"}\n";
#define WORLD_LINES 7

#define COMMENT(fields, text)                                                                      \
	"{\"kind\":\"comment\",\"id\":3,\"capsule\":1," fields                                     \
	",\"written\":5,\"edited\":0,\"text\":\"" text "\"}"
#define PERSON(fields)                                                                             \
	"{\"kind\":\"person\",\"id\":2,\"capsule\":1,\"name\":\"x\",\"folded\":\"x\","             \
	"\"registered\":5," fields ",\"recovery_salt\":null}"
#define CERTIFICATE(key)                                                                           \
	"{\"kind\":\"certificate\",\"capsule\":1,\"key\":\"" key                                   \
	"\",\"person\":1,\"added\":1,\"used\":1,\"ends\":1}"
#define HEX_30 "abababababababababababababababababababababababababababababab"

static const struct {
	const char *line, *said;
} wrong_lines[] = {
	{"", "not a JSON object"},
	{"[]", "not a JSON object"},
	{"{\"kind\":\"capsule\",\"id\":3", "not a JSON object"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"\xc3\"}", "not UTF-8"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"a\\u0000b\"}", "NUL"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"\\\\\\u0000b\"}", "NUL"},
	{"{\"kind\":\"thread\",\"id\":4,\"capsule\":1,\"slug\":\"\\ud800\"}", "surrogate"},
	{"{\"id\":3,\"host\":\"c.example\"}", "no kind"},
	{"{\"kind\":\"code\",\"id\":3}", "kind \"code\" is not known"},
	{"{\"kind\":\"kindling\",\"version\":2}", "kind \"kindling\" is not known"},
	{"{\"kind\":\"capsule\",\"id\":1,\"host\":\"c.example\"}", "the same thing"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"a.example\"}", "the same thing"},
	{"{\"kind\":\"capsule\",\"id\":3}", "host"},
	{"{\"kind\":\"capsule\",\"host\":\"c.example\"}", "id is missing"},
	{"{\"kind\":\"capsule\",\"id\":0,\"host\":\"c.example\"}", "id cannot be one"},
	{"{\"kind\":\"capsule\",\"id\":9223372036854775807,\"host\":\"c\"}", "id cannot be one"},
	{"{\"kind\":\"capsule\",\"id\":\"3\",\"host\":\"c.example\"}", "\"id\""},
	{"{\"kind\":\"capsule\",\"id\":\"x\",\"host\":\"c.example\"}", "a field"},
	{"{\"kind\":\"capsule\",\"id\":3.0,\"host\":\"c.example\"}", "\"id\""},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"\"}", "host cannot"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"c\\u001b[2J\"}", "host cannot"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"c d\"}", "host cannot"},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":7}", "\"host\""},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":[\"c\"]}", "\"host\""},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"c\",\"more\":1}", "\"more\""},
	{"{\"kind\":\"capsule\",\"id\":3,\"host\":\"c\",\"host\":\"c\"}", "\"host\""},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":3,\"state\":0", "x"), "not older"},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":4,\"state\":0", "x"), "no line above"},
	{COMMENT("\"thread\":2,\"person\":1,\"parent\":2,\"state\":0", "x"), "another thread"},
	{COMMENT("\"thread\":3,\"person\":1,\"parent\":null,\"state\":0", "x"), "another capsule"},
	{COMMENT("\"thread\":1,\"person\":7,\"parent\":null,\"state\":0", "x"), "no line above"},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":null,\"state\":5", "x"), "state is not"},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":null,\"state\":-1", "x"), "state is not"},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":null,\"state\":3", "x"), "to be gone"},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":null,\"state\":0", ""), "is empty"},
	{COMMENT("\"thread\":1,\"person\":1,\"state\":0", "x"), "\"parent\""},
	{COMMENT("\"thread\":1,\"person\":1,\"parent\":null,\"state\":true", "x"), "\"state\""},
	{PERSON("\"standing\":3,\"role\":0,\"looked\":0,\"looked_before\":0,\"feed\":null,"
		"\"recovery\":null"),
		"standing is not"},
	{PERSON("\"standing\":0,\"role\":9,\"looked\":0,\"looked_before\":0,\"feed\":null,"
		"\"recovery\":null"),
		"role is not"},
	{PERSON("\"standing\":0,\"role\":0,\"looked\":-1,\"looked_before\":0,\"feed\":null,"
		"\"recovery\":null"),
		"years 1970 to 9999"},
	{PERSON("\"standing\":0,\"role\":0,\"looked\":9223372036854775808,\"looked_before\":0,"
		"\"feed\":null,\"recovery\":null"),
		"a field"},
	{PERSON("\"standing\":0,\"role\":0,\"looked\":0,\"looked_before\":0,\"feed\":null,"
		"\"recovery\":\"abcd\""),
		"\"recovery\""},
	{PERSON("\"standing\":2,\"role\":0,\"looked\":0,\"looked_before\":0,\"feed\":null,"
		"\"recovery\":null"),
		"who has left is"},
	{PERSON("\"standing\":0,\"role\":0,\"looked\":0,\"looked_before\":0,\"feed\":\"\","
		"\"recovery\":null"),
		"\"feed\" is empty"},
	{PERSON("\"standing\":0,\"role\":0,\"looked\":0,\"looked_before\":0,\"feed\":null,"
		"\"recovery\":\"" HEX_30 "abab\""),
		"lacks a half"},
	{CERTIFICATE(HEX_30 "ab"), "a field"},
	{CERTIFICATE(HEX_30 "ABAB"), "a field"},
	{CERTIFICATE(HEX_30 "zzzz"), "a field"},
	{"{\"kind\":\"end\",\"of\":1}", "\"of\""},
};

static void assert_refused(const char *text, size_t len, const char *said)
{
	char file[1024];
	sqlite3 *db;
	sqlite3_stmt *rows;
	snprintf(file, sizeof file, "%s", new_file());
	if (import_into(file, text, len))
		fail_msg("taken: %s", text);
	if (strstr(w.fault.text, said) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w.fault.text, said);
	if (strstr(w.fault.text, "nothing was imported") == NULL)
		fail_msg("%s", w.fault.text);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
				 "SELECT (SELECT count(*) FROM capsules) + (SELECT count(*) FROM"
				 " sqlite_sequence WHERE seq > 0)",
				 -1, &rows, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(rows, 0), 0);
	sqlite3_finalize(rows);
	sqlite3_close(db);
}

static void each_wrong_line_is_named_and_nothing_is_taken(void **state)
{
	(void)state;
	char text[8192], said[32];
	snprintf(said, sizeof said, "line %d: ", WORLD_LINES + 2);
	for (size_t i = 0; i < sizeof wrong_lines / sizeof wrong_lines[0]; i++) {
		snprintf(text, sizeof text, "%s%s%s\n%s", head, world, wrong_lines[i].line, last);
		assert_refused(text, strlen(text), wrong_lines[i].said);
		if (strncmp(w.fault.text, said, strlen(said)) != 0)
			fail_msg("%s", w.fault.text);
	}
}

static void a_file_that_is_no_export_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *parts[3], *said;
	} files[] = {
		{{"", "", ""}, "cut off"},
		{{head, world, ""}, "cut off"},
		{{"", world, last}, "not an export"},
		{{"{\"kind\":\"kindling\",\"version\":3}\n", world, last}, "another version"},
		{{"{\"kind\":\"kindling\",\"version\":\"2\"}\n", world, last}, "another version"},
		{{"{\"kind\":\"kindling\",\"version\":2}\n", world, last}, "no id"},
		{{"{\"kind\":\"kindling\",\"version\":2,\"people\":9,\"comments\":1,"
		  "\"reports\":9,\"actions\":9}\n",
			 world, last},
			"\"comments\" is no id, or less"},
		{{"{\"kind\":\"kindling\",\"version\":2,\"people\":9,\"comments\":9,"
		  "\"reports\":9223372036854775807,\"actions\":9}\n",
			 world, last},
			"\"reports\""},
		{{"{\"kind\":\"kindling\",\"version\":2,\"people\":9,\"comments\":9,"
		  "\"reports\":9,\"actions\":9,\"more\":9}\n",
			 world, last},
			"\"more\""},
		{{head, world,
			 "{\"kind\":\"person\",\"id\":2,\"capsule\":1,\"name\":\"\",\"folded\":"
			 "\"x\","
			 "\"registered\":5,\"standing\":2,\"role\":0,\"looked\":0,"
			 "\"looked_before\":0,\"feed\":null,\"recovery\":null,"
			 "\"recovery_salt\":null}\n"
			 "{\"kind\":\"certificate\",\"capsule\":1,\"key\":\"" HEX_30 "abab"
			 "\",\"person\":2,\"added\":1,\"used\":1,\"ends\":1}\n"},
			"its person has left"},
		{{head, last, world}, "behind the end"},
	};
	char text[8192];
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(text, sizeof text, "%s%s%s", files[i].parts[0], files[i].parts[1],
			files[i].parts[2]);
		assert_refused(text, strlen(text), files[i].said);
	}
}

/* A line is bounded, and so is each text in it. */
static void what_is_too_long_is_refused(void **state)
{
	(void)state;
	size_t most = 1100000;
	char *text = malloc(most + 8192);
	assert_non_null(text);
	int len = snprintf(text, 8192, "%s%s{\"kind\":\"", head, world);
	memset(text + len, 'x', most);
	assert_refused(text, (size_t)len + most, "longer than a line");
	len = snprintf(text, 8192, "%s%s%s", head, world,
		"{\"kind\":\"thread\",\"id\":4,\"capsule\":1,\"slug\":\"");
	memset(text + len, 'x', 4097);
	memcpy(text + len + 4097, "\"}\n", 3);
	assert_refused(text, (size_t)len + 4100, "longer than 4096 bytes");
	free(text);
}

/* Others may have written it: the order of fields, blanks and escapes say nothing. */
static void the_same_in_other_words_is_taken(void **state)
{
	(void)state;
	char text[8192];
	size_t len;
	snprintf(text, sizeof text, "%s%s%s\n%s", head, world,
		" { \"slug\" : \"caf\\u00e9\\/\\ud83d\\udc8c\", \"kind\":\"thread\" , \"id\":4, "
		"\"capsule\":1 }\r",
		"{\"kind\":\"end\"}"); /* and the last line has no end */
	if (!import_into(new_file(), text, strlen(text)))
		fail_msg("%s", w.fault.text);
	char *again = export_from(new_file(), &len);
	assert_non_null(strstr(again, "\"slug\":\"caf\xc3\xa9/\xf0\x9f\x92\x8c\"}\n"));
	free(again);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_wrong_line_is_named_and_nothing_is_taken),
		TEST(a_file_that_is_no_export_is_refused),
		TEST(what_is_too_long_is_refused),
		TEST(the_same_in_other_words_is_taken),
	};
	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
