/*
 * The command line: the verbs but for check, their help, their exit codes, and errors of the
 * configuration.
 */
#include "fixture.h"

#include <ctype.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

static void help(void **state)
{
	static const char *const verbs[] = {"serve", "check", "cert", "comments", "people",
		"backup", "restore", "stats", "help"};

	(void)state;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		struct program_result by_flag = RUN(verbs[i], "--help");
		struct program_result by_verb = RUN("help", verbs[i]);

		assert_code(&by_flag, 0);
		assert_code(&by_verb, 0);
		assert_contains(by_flag.out, verbs[i]);
		assert_string_equal(by_flag.err, "");
		assert_string_equal(by_verb.out, by_flag.out);
		program_result_free(&by_flag);
		program_result_free(&by_verb);
	}
	for (int i = 0; i < 2; i++) {
		struct program_result result = i == 0 ? RUN("help") : RUN("--help");

		assert_code(&result, 0);
		for (size_t verb = 0; verb < COUNT(verbs); verb++)
			assert_contains(result.out, verbs[verb]);
		assert_string_equal(result.err, "");
		program_result_free(&result);
	}
}

static void help_names_every_option(void **state)
{
	static const char *const options[] = {"--listen", "--workers", "--store", "--log",
		"--log-addresses", "--ready-file", "--host", "--aliases", "--root", "--certs",
		"--lang", "--feed", "--comments", "--contact", "--handshake-timeout",
		"--request-timeout", "--write-timeout", "--close-timeout", "--max-connections",
		"--max-connections-per-address"};
	struct program_result result = RUN("serve", "--help");

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++)
		assert_contains(result.out, options[i]);
	program_result_free(&result);
}

/* Each verb tells what it does itself; the options are listed once. */
static void help_is_of_the_verb(void **state)
{
	static const struct {
		const char *verb, *words[3];
	} verbs[] = {
		{"check", {"run out", "feed page", "kindling help serve"}},
		{"cert", {"show   prints", "make   makes", "renew  makes"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(verbs); i++) {
		struct program_result result = RUN("help", verbs[i].verb);

		for (size_t k = 0; k < COUNT(verbs[i].words); k++)
			assert_contains(result.out, verbs[i].words[k]);
		assert_int_equal(count_of(result.out, "--workers"), 0);
		program_result_free(&result);
	}
}

static void a_word_too_many(void **state)
{
	static const struct {
		const char *words[4], *said;
	} lines[] = {
		{{"serve", "extra", NULL}, "extra: not expected here\nusage: kindling serve"},
		{{"check", "extra", NULL}, "extra: not expected here\nusage: kindling check"},
		{{"cert", "bogus", NULL}, "bogus: not expected here\nusage: kindling cert"},
		{{"cert", "show", "all", NULL}, "all: not expected here\nusage: kindling cert"},
		{{"help", "serve", "all", NULL}, "all: not expected here\nusage: kindling help"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct program_result result = program_run(server.folder, lines[i].words);

		assert_code(&result, 2);
		assert_int_equal(strncmp(result.err, lines[i].said, strlen(lines[i].said)), 0);
		program_result_free(&result);
	}
}

static void version(void **state)
{
	struct program_result result = RUN("--version");

	(void)state;
	assert_code(&result, 0);
	assert_int_equal(strncmp(result.out, "kindling ", 9), 0);
	assert_true(isdigit((unsigned char)result.out[9]));
	assert_int_equal(count_of(result.out, "\n"), 1);
	program_result_free(&result);
	result = RUN("serve", "--version");
	assert_code(&result, 0);
	program_result_free(&result);
}

/* What cannot be printed is told. */
static void full_disk(void **state)
{
	char folder[DAEMON_PATH_SIZE], path[DAEMON_PATH_SIZE], *said;

	(void)state;
	daemon_write_text(&server, "full/err", "");
	daemon_path(&server, "full", folder);
	if (symlink("/dev/full", daemon_path(&server, "full/out", path)) != 0)
		fail_msg("%s cannot be made", path);
	assert_int_equal(
		program_wait(program_spawn(folder, (const char *const[]){"--version", NULL}),
			PATIENCE_MS),
		1);
	said = file_slurp(daemon_path(&server, "full/err", path), NULL);
	assert_contains(said, "standard output");
	free(said);
}

static void wrong_usage(void **state)
{
	const char *const lines[][4] = {{NULL}, {"dance", NULL}, {"serve", "--nonsense", NULL},
		{"serve", "--root", NULL}, {"serve", "word", NULL}, {"cert", "dance", NULL},
		{"check", "--nonsense", "1", NULL}, {"help", "dance", NULL},
		{"help", "serve", "x", NULL}, {"--help", "serve", "x", NULL},
		{"--version", "junk", NULL}, {"serve", "--version", "x", NULL},
		{"dance", "--version", NULL}, {"serve", "--bogus", "--help", NULL}};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct program_result result = program_run(server.folder, lines[i]);

		if (result.code != 2 || result.err[0] == '\0')
			fail_msg("line %zu (%s): exit code %d, standard error: %s", i,
				lines[i][0] != NULL ? lines[i][0] : "no word", result.code,
				result.err);
		assert_string_equal(result.out, "");
		program_result_free(&result);
	}
}

/* Each error is told as file:line, all of them, and nothing is served. */
static void configuration_errors(void **state)
{
	static const char text[] = "listen = {\"127.0.0.1:0\"}\n"
				   "workers = 9999\n"
				   "log = \"loud\"\n"
				   "capsule \"localhost\" {\n"
				   "    root = \"capsule\"\n"
				   "    feed = \"no slash\"\n"
				   "}\n";
	static const char *const verbs[] = {"check", "serve"};

	(void)state;
	daemon_write_text(&server, "wrong.conf", text);
	for (size_t i = 0; i < COUNT(verbs); i++) {
		struct program_result result = RUN(verbs[i], "-c", "wrong.conf");

		assert_code(&result, 1);
		assert_contains(result.err, "wrong.conf:2:");
		assert_contains(result.err, "wrong.conf:3:");
		assert_contains(result.err, "wrong.conf:6:");
		program_result_free(&result);
	}
}

static void configuration_unknown(void **state)
{
	struct program_result result;

	(void)state;
	daemon_write_text(&server, "unknown.conf", "\nnonsense = 3\nworkers = x\n");
	result = RUN("check", "-c", "unknown.conf");
	assert_code(&result, 1);
	assert_contains(result.err, "unknown.conf:2:");
	assert_contains(result.err, "unknown.conf:3: workers:");
	program_result_free(&result);
	result = RUN("check", "-c", "missing.conf");
	assert_code(&result, 1);
	assert_contains(result.err, "missing.conf");
	program_result_free(&result);
}

static X509 *read_certificate(const char *path)
{
	char whole[DAEMON_PATH_SIZE];
	FILE *file = fopen(daemon_path(&server, path, whole), "r");
	X509 *certificate;

	assert_non_null(file);
	certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(certificate);
	return certificate;
}

static void certificate(void **state)
{
	char shown[FINGERPRINT_SIZE], path[DAEMON_PATH_SIZE], *key, *key_after;
	struct program_result result;
	X509 *first, *renewed;
	struct stat info;

	(void)state;
	result = RUN("cert", "--host", "new.example", "--certs", "fresh", "make");
	assert_code(&result, 0);
	program_result_free(&result);
	assert_int_equal(stat(daemon_path(&server, "fresh/new.example.key", path), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	first = read_certificate("fresh/new.example.crt");
	key = file_slurp(path, NULL);
	/* Shown with the fingerprint that a client shows. */
	result = RUN("cert", "--host", "new.example", "--certs", "fresh");
	assert_code(&result, 0);
	assert_true(certificate_fingerprint(first, true, shown));
	assert_contains(result.out, shown);
	program_result_free(&result);
	/* What is there is not made again. */
	result = RUN("cert", "--host", "new.example", "--certs", "fresh", "make");
	key_after = file_slurp(path, NULL);
	assert_string_equal(key_after, key);
	free(key_after);
	program_result_free(&result);
	/* Renewed: another certificate for the same key. */
	result = RUN("cert", "--host", "new.example", "--certs", "fresh", "renew");
	assert_code(&result, 0);
	program_result_free(&result);
	renewed = read_certificate("fresh/new.example.crt");
	key_after = file_slurp(path, NULL);
	assert_string_equal(key_after, key);
	assert_int_not_equal(X509_cmp(first, renewed), 0);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(first), X509_get0_pubkey(renewed)), 1);
	free(key);
	free(key_after);
	X509_free(first);
	X509_free(renewed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"--help on every verb, and `help VERB` is the same", help, NULL, NULL, NULL},
		{"the help of serve names every option", help_names_every_option, NULL, NULL, NULL},
		{"help check and help cert tell what these do", help_is_of_the_verb, NULL, NULL,
			NULL},
		{"a word too many is named", a_word_too_many, NULL, NULL, NULL},
		{"--version", version, NULL, NULL, NULL},
		{"wrong usage is told on standard error, exit 2", wrong_usage, NULL, NULL, NULL},
		{"every error of a configuration is told as file:line", configuration_errors, NULL,
			NULL, NULL},
		{"an unknown option or a missing file is an error", configuration_unknown, NULL,
			NULL, NULL},
		{"what cannot be printed is told", full_disk, NULL, NULL, NULL},
		{"cert makes, shows and renews with the same key", certificate, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("verbs", tests, fixture_prepare, fixture_end);
}
