/*
 * The words behind `kindling comments` and `kindling people`: missing, wrong, too many, and hosts.
 */
#include <unistd.h>

#include "shell.h"

static void missing_words(void **state)
{
	static const struct {
		const char *line[4], *words;
	} known[] = {
		{{"comments", "hide", "2"},
			"a reason is missing: kindling comments hide 2 REASON...\n"},
		{{"comments", "settle"},
			"the number of a comment is missing: kindling comments settle "
			"ID REASON...\n"},
		{{"comments", "show"}, "missing: kindling comments show ID\n"},
		{{"people", "ban", "Dora Two"},
			"a reason is missing: kindling people ban \"Dora Two\" REASON...\n"},
		{{"people", "rename", "1"},
			"a name is missing: kindling people rename 1 NAME...\n"},
		{{"people", "appoint"}, "a person, by number or name, is missing: kindling people "
					"appoint PERSON REASON...\n"},
		{{"people", "invite"},
			"whom it is for is missing: kindling people invite WHOM...\n"},
		{{"people", "invite", "localhost"},
			"whom it is for is missing: kindling people invite localhost WHOM...\n"},
		{{"people", "ban", "\x1b[2J"}, "[2J REASON...\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		const char *const *line = known[i].line;
		struct program_result result = line[1] == NULL   ? SHELL(line[0])
					       : line[2] == NULL ? SHELL(line[0], line[1])
								 : SHELL(line[0], line[1], line[2]);

		assert_lacks(result.err, "\x1b");
		assert_failed(result, 2, known[i].words);
	}
}

/* An empty list says whose comments are there instead. */
static void unknown_hosts(void **state)
{
	struct program_result result;

	(void)state;
	reader_comment(&server, &rosa, ESSAY, "Hello");
	assert_failed(SHELL("people", "list", "nohost"), 2,
		"no capsule of the configuration is called nohost; there is:\n  "
		"localhost\n");
	for (int i = 0; i < 3; i++) {
		static const char *const lists[][3] = {{"comments", "list", "other.example"},
			{"comments", "list", "--reported"}, {"people", "list", "other.example"}};

		result = program_run(shell_folder,
			(const char *const[]){lists[i][0], lists[i][1], lists[i][2], "--store",
				"sqlite:../store.db", "--host", "other.example", NULL});
		assert_code(&result, 0);
		assert_string_equal(result.out, "");
		assert_contains(result.err, "holds 1 comment of localhost, which no capsule of");
		program_result_free(&result);
	}
	assert_empty(SHELL("comments", "list", "--held"));
}

static void wrong_usage(void **state)
{
	static const char *const lines[][6] = {{"comments"}, {"comments", "dance"},
		{"comments", "show"}, {"comments", "show", "1", "2"}, {"comments", "hide", "1"},
		{"comments", "hide", "1", "--held", "x"},
		{"comments", "list", "--reported", "--held"}, {"comments", "list", "--bogus"},
		{"comments", "export", "a", "b"}, {"people"}, {"people", "dance"},
		{"people", "ban", "Rosa"}, {"people", "rename", "1"},
		{"people", "list", "localhost", "x"}, {"people", "invite", "localhost"}, {"backup"},
		{"backup", "a", "b"}, {"restore"}, {"restore", "a", "b"},
		{"backup", "--without-checksum", "x"}};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		static const char *const here[] = {HERE, NULL};
		const char *words[16];
		size_t count = 0;

		while (lines[i][count] != NULL)
			words[count] = lines[i][count], count++;
		memcpy(words + count, here, sizeof(here));
		assert_failed(program_run(shell_folder, words), 2, "usage: kindling ");
	}
	assert_failed(program_run(shell_folder, (const char *const[]){"people", "list", NULL}), 1,
		"start the server once");
	assert_int_equal(
		access(daemon_path(&server, "shell/var", (char[DAEMON_PATH_SIZE]){0}), F_OK), -1);
	/* A value that looks like a switch is a value; behind -- all are words. */
	assert_failed(program_run(shell_folder,
			      (const char *const[]){"comments", "list", "--store", "--held", NULL}),
		1, "\"--held\" is not a store");
	assert_done(program_run(shell_folder, (const char *const[]){"people", HERE, "ban", "Rosa",
						      "--", "--held", "a", "grudge", NULL}),
		"is banned");
	assert_done(SHELL("people", "log"), ": --held a grudge\n");
}

#define ROSA(id)                                                                                   \
	"{\"kind\":\"person\",\"id\":" id ",\"capsule\":" id ",\"name\":\"Rosa\","                 \
	"\"folded\":\"rosa\",\"registered\":5,\"standing\":0,\"role\":0,\"looked\":0,"             \
	"\"looked_before\":0,\"feed\":null,\"recovery\":null,\"recovery_salt\":null}\n"

static const char two_rosas[] =
	"{\"kind\":\"kindling\",\"version\":2,\"people\":2,\"comments\":0,\"reports\":0,"
	"\"actions\":0}\n"
	"{\"kind\":\"capsule\",\"id\":1,\"host\":\"localhost\"}\n"
	"{\"kind\":\"capsule\",\"id\":2,\"host\":\"b.example\"}\n" ROSA("1")
		ROSA("2") "{\"kind\":\"end\"}\n";

static void several_capsules(void **state)
{
	static const char conf[] = "store = \"sqlite:../store.db\"\n"
				   "capsule \"localhost\" {\n\troot = \"../capsule\"\n}\n"
				   "capsule \"b.example\" {\n\troot = \"../capsule\"\n}\n";

	(void)state;
	daemon_write_text(&server, "shell/two.conf", conf);
#define TWO(...)                                                                                   \
	program_run(shell_folder, (const char *const[]){__VA_ARGS__, "-c", "two.conf", NULL})
	assert_failed(TWO("people", "list"), 2, "  localhost\n  b.example\n");
	assert_failed(TWO("people", "owner-code"), 2, "name one of these");
	assert_failed(TWO("people", "owner-code", "x"), 2, "called x; there are:\n");
	assert_done(TWO("people", "list", "localhost"), "Rosa");
	assert_empty(TWO("people", "list", "b.example"));
	assert_done(TWO("people", "owner-code", "b.example"), "gemini://b.example/comments/");
	assert_done(TWO("people", "ban", "Rosa", "spam"), "is banned");
	/* One of the same name in each. */
	daemon_write_text(&server, "shell/two.lines", two_rosas);
	assert_done(TWO("comments", "import", "two.lines", "--store", "sqlite:two.db"), "two.db");
	assert_failed(TWO("people", "show", "Rosa", "--store", "sqlite:two.db"), 1,
		"  1 of localhost\n  2 of b.example\n");
	assert_done(TWO("people", "show", "2", "--store", "sqlite:two.db"), "gemini://b.example/");
#undef TWO
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEETING("a missing word is named in the line that lacks it", missing_words),
		MEETING("a host that is not there is told", unknown_hosts),
		MEETING("wrong usage ends with 2, a store that is not there with 1", wrong_usage),
		MEETING("with several capsules one has to be named", several_capsules),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
