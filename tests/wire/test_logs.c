/*
 * The log of the real program: each format read line by line, what a line may hold, and where it
 * goes.
 */
#include "fixture.h"

#include <regex.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/json.h"
#include "upload.h"

#define TIME "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
#define COMMON                                                                                     \
	"^- - - \\[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} \\+0000\\] "         \
	"\"(-|(gemini|titan)://[^\"]*(\\\\\"[^\"]*)*)\" [0-9]+ [0-9]+"
#define MESSAGE "^" TIME " (error|warning|info): [ -~]+$"

static char *slurp_log(const char *name)
{
	char path[DAEMON_PATH_SIZE];
	char *text = file_slurp(daemon_path(&server, name, path), NULL);

	return text != NULL ? text : calloc(1, 1);
}

/* A line is written when its connection has ended, which may be after the client has left. */
static char *wait_for_log(const char *name, const char *part, size_t times)
{
	int64_t limit = now_ms() + PATIENCE_MS;

	for (;;) {
		char *text = slurp_log(name);

		if (count_of(text, part) >= times)
			return text;
		if (now_ms() > limit)
			fail_msg("%s is not there %zu times in the log:\n%s", part, times, text);
		free(text);
		look_again_soon();
	}
}

static void start_logging(const char *const *extra)
{
	server.extra = extra;
	daemon_start(&server);
}

/* Their answers' statuses, in this order. */
static const char *const urls[] = {"gemini://localhost/posts/essay.gmi",
	"gemini://localhost/%C3%A4%22%5C%C2%9B%F0%9F%92%9A",
	"gemini://localhost/missing?plain%0Aquery", "gemini://elsewhere.example/",
	"gemini://localhost/comments/link?hush-one",
	"gemini://localhost/comments/register?hush-two", "nonsense",
	"titan://localhost/posts/essay.gmi;size=1"};
static const int statuses[] = {20, 51, 51, 53, 60, 60, 59, 50};

/* What is typed to an 11, at the address that is this reader's own. */
static void answer_a_code(void)
{
	struct person person;
	struct answer answer;
	char url[URL_SIZE], guarded[URL_SIZE];

	assert_true(person_make_ordinary(&person, "Reader"));
	answer = ask(&server, &person, "gemini://localhost/comments/link");
	assert_answer(&answer, 30, "/comments/link");
	url_of(guarded, "%s", redirect_path(&answer));
	answer_free(&answer);
	expect(&server, &person, guarded, 11);
	snprintf(url, sizeof(url), "%.1000s?hush-three", guarded);
	expect(&server, &person, url, 11);
	person_end(&person);
}

static void ask_all(void)
{
	answer_a_code();
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct answer answer = ask(&server, NULL, urls[i]);

		/* A page that needs an identity may lead to where one is asked for. */
		assert_true(answer.status == statuses[i] || answer.status == 30);
		answer_free(&answer);
	}
}

static void fits(const char *pattern, const char *line, size_t length)
{
	char copy[8192];
	regex_t compiled;

	assert_true(length < sizeof(copy));
	memcpy(copy, line, length);
	copy[length] = '\0';
	assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&compiled, copy, 0, NULL, 0) != 0)
		fail_msg("not of this form: %s\n%s", pattern, copy);
	regfree(&compiled);
}

static bool is_message(const char *line)
{
	return strncmp(line + 20, " error: ", 8) == 0 ||
	       strncmp(line + 20, " warning: ", 10) == 0 || strncmp(line + 20, " info: ", 7) == 0;
}

/* Each line is one of `pattern`, or a message; how many are of the pattern. */
static size_t read_lines(const char *log, const char *pattern)
{
	size_t requests = 0;

	for (const char *line = log, *end; *line != '\0'; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		if (end - line > 28 && is_message(line)) {
			fits(MESSAGE, line, (size_t)(end - line));
		} else {
			fits(pattern, line, (size_t)(end - line));
			requests++;
		}
	}
	return requests;
}

/* How many lines of JSON are of requests: messages are objects, too. */
static size_t json_requests(const char *log)
{
	return count_of(log, "\"url\":");
}

static void check_format(const char *format, const char *last, const char *pattern)
{
	const char *const extra[] = {"--log", format, "--log-to", "./log", NULL};
	struct stat info;
	char path[DAEMON_PATH_SIZE], *log;

	start_logging(extra);
	ask_all();
	/* Connections end in any order: all of them are waited for. */
	daemon_stop(&server);
	log = wait_for_log("log", last, 1);
	size_t requests = read_lines(log, pattern);

	if (strcmp(format, "json") == 0)
		requests = json_requests(log);
	assert_int_equal(requests, COUNT(urls) + 3);
	assert_lacks(log, "hush");
	assert_contains(log, "localhost/comments/link");
	assert_contains(log, "elsewhere.example/");
	assert_contains(log, "asked for elsewhere.example; served: localhost");
	assert_contains(log, "?plain%0Aquery");
	assert_int_equal(stat(daemon_path(&server, "log", path), &info), 0);
	assert_int_equal(info.st_mode & 0137, 0);
	free(log);
}

static void text(void **state)
{
	(void)state;
	check_format("text", "stopped\n",
		"^" TIME " [0-9]+ [0-9]+B [0-9]+ms \"[ -~]*\"( \\([ -~]+\\))?$");
}

static void common(void **state)
{
	char *log;

	(void)state;
	check_format("common", "stopped\n", COMMON "$");
	log = slurp_log("log");
	assert_contains(log, "\"titan://localhost/posts/essay.gmi\" 50 ");
	assert_contains(log, "\"-\" 59 ");
	free(log);
}

static void combined(void **state)
{
	(void)state;
	check_format("combined", "stopped\n", COMMON " \"-\" \"-\"$");
}

static void json(void **state)
{
	char *log;
	const char *rest;

	(void)state;
	check_format("json", "stopped\"}\n", "^\\{[ -~]+\\}$");
	log = slurp_log("log");
	for (rest = log; *rest != '\0';) {
		const char *line = rest;

		if (!json_line(&rest))
			fail_msg("not JSON: %s", line);
	}
	assert_contains(log, "\"url\":\"localhost/\\u00c3\\u00a4\\\"\\\\\\u00c2\\u009b\\u00f0");
	free(log);
}

static void each_request_is_one_line(void **state)
{
	static const char *const extra[] = {"--log", "json", "--log-to", "./log", NULL};
	char *log;

	(void)state;
	start_logging(extra);
	for (int i = 0; i < 50; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
	log = slurp_log("log");
	assert_int_equal(json_requests(log), 50);
	assert_int_equal(count_of(log, "\"status\":20,"), 50);
	free(log);
}

/* Where comments were turned off, links that readers have kept still bring what they type. */
static void comments_turned_off(void **state)
{
	static const char *const extra[] = {
		"--log", "text", "--log-to", "./log", "--comments", "no", NULL};
	char *log;

	(void)state;
	start_logging(extra);
	expect(&server, NULL, "gemini://localhost/comments/link?hush-four", 51);
	expect(&server, NULL, "gemini://localhost/comments?hush-five", 51);
	expect(&server, NULL, "gemini://localhost/search?hush-six", 51);
	expect(&server, NULL, "gemini://localhost/missing?plain", 51);
	daemon_stop(&server);
	log = slurp_log("log");
	assert_lacks(log, "hush");
	assert_contains(log, "\"localhost/comments/link\"");
	assert_contains(log, "?plain");
	free(log);
}

/* Whoever runs the server finds out which name was asked for, and which there are. */
static void refused_names(void **state)
{
	static const char *const extra[] = {"--log", "text", "--log-to", "./log", "--aliases",
		"a.example", "--aliases", "b.example", "--aliases", "c.example", "--aliases",
		"d.example", "--aliases", "e.example", "--aliases", "*.f.example", NULL};
	static const struct client_options other = {.sni = "elsewhere.example"};
	struct answer answer;
	char *log;

	(void)state;
	start_logging(extra);
	expect(&server, NULL, "gemini://wrong.example/", 53);
	expect(&server, NULL, "titan://upload.example/x;size=1", 53);
	expect(&server, NULL, "https://localhost/", 53);
	expect(&server, NULL, "gemini://localhost:1/", 53);
	answer = ask_as(&server, &other, "gemini://localhost/");
	assert_answer(&answer, 53, "another SNI name");
	answer_free(&answer);
	daemon_stop(&server);
	log = slurp_log("log");
	assert_contains(log, "\"wrong.example/\" (asked for wrong.example; served: localhost, "
			     "a.example, b.example, c.example, d.example and 2 more)\n");
	assert_contains(log, "\"upload.example/x\" (asked for upload.example; served: localhost, ");
	assert_contains(log, "(asked TLS for elsewhere.example and then for localhost; served: ");
	assert_contains(log, " 53 ");
	assert_contains(log, "\"-\" (asked for something other than gemini:// and titan://)\n");
	assert_contains(log, "(asked for port 1; served: ");
	free(log);
}

static void expect_address(const char *detail, const char *four, const char *six)
{
	const char *const extra[] = {
		"--log", "common", "--log-to", "./log", "--log-addresses", detail, NULL};
	static const struct client_options from = {.source = "127.1.2.3"}, ipv6 = {.ipv6 = true};
	struct answer answer;
	char *log;

	daemon_prepare(&server);
	start_logging(extra);
	answer = ask_as(&server, &from, "gemini://localhost/");
	assert_answer(&answer, 20, "from an IPv4 address");
	answer_free(&answer);
	if (server.port6 != 0) {
		answer = ask_as(&server, &ipv6, "gemini://localhost/posts/essay.gmi");
		assert_answer(&answer, 20, "from an IPv6 address");
		answer_free(&answer);
	}
	daemon_stop(&server);
	log = slurp_log("log");
	for (int i = 0; i < (server.port6 != 0 ? 2 : 1); i++) {
		const char *line = log;

		/* The line that has the address, or none. */
		while (*line != '\0' &&
			strncmp(line, i == 0 ? four : six, strlen(i == 0 ? four : six)))
			line = strchr(line, '\n') + 1;
		if (*line == '\0')
			fail_msg("no line begins with %s in\n%s", i == 0 ? four : six, log);
	}
	if (strcmp(detail, "full") != 0)
		assert_lacks(log, "127.1.2.3");
	free(log);
	daemon_end(&server);
}

static void addresses(void **state)
{
	(void)state;
	expect_address("none", "- - - [", "- - - [");
	expect_address("truncated", "127.1.2.0 - - [", ":: - - [");
	expect_address("full", "127.1.2.3 - - [", "::1 - - [");
	daemon_prepare(&server); /* the fixture removes it */
}

/* As logrotate does it: no line is lost, and none is in neither file. */
static void renamed_and_opened_anew(void **state)
{
	static const char *const extra[] = {"--log", "text", "--log-to", "./log", NULL};
	char from[DAEMON_PATH_SIZE], to[DAEMON_PATH_SIZE], *old, *new;
	int64_t limit = now_ms() + PATIENCE_MS;
	size_t asked = 0;
	bool moved = false;

	(void)state;
	start_logging(extra);
	expect(&server, NULL, "gemini://localhost/?0", 20);
	free(wait_for_log("log", "\"localhost/?0\"", 1));
	assert_int_equal(
		rename(daemon_path(&server, "log", from), daemon_path(&server, "log.1", to)), 0);
	assert_int_equal(kill(server.pid, SIGUSR1), 0);
	while (!moved) {
		char *log;

		assert_true(now_ms() < limit);
		expect(&server, NULL, "gemini://localhost/?1", 20);
		asked++;
		log = slurp_log("log");
		moved = strstr(log, "\"localhost/?1\"") != NULL;
		free(log);
	}
	daemon_stop(&server);
	old = slurp_log("log.1");
	new = slurp_log("log");
	assert_int_equal(
		count_of(old, "\"localhost/?1\"") + count_of(new, "\"localhost/?1\""), asked);
	assert_int_equal(count_of(old, "\"localhost/?0\""), 1);
	assert_lacks(old, "were lost");
	assert_lacks(new, "were lost");
	free(old);
	free(new);
}

/* What the configuration has against it is where the rest of the log is. */
static void refused_reload(void **state)
{
	static const char good[] =
		"log = \"text\"\nlog_to = \"./log\"\n"
		"capsule \"localhost\" { root = \"capsule\"\ncerts = \"certs\" }\n";
	static const char *const extra[] = {"--log", "text", NULL};
	char *log;

	(void)state;
	daemon_write_text(&server, "kindling.conf", good);
	server.conf = "kindling.conf";
	start_logging(extra);
	daemon_write_text(&server, "kindling.conf", "log_to = \"./log\"\nnonsense = 1\n");
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	log = wait_for_log("log", "reload refused", 1);
	assert_contains(log, "Z error: kindling.conf:2: ");
	free(log);
	expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
}

static void full_disk(void **state)
{
	static const char *const extra[] = {"--log", "text", "--log-to", "/dev/full", NULL};

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	start_logging(extra);
	for (int i = 0; i < 5; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
}

static void refused_connections(void **state)
{
	static const char *const extra[] = {"--log", "json", "--log-to", "./log", "--log-level",
		"debug", "--max-connections-per-address", "1", NULL};
	struct client first, second;
	char byte, *log;

	(void)state;
	server.workers = "1";
	start_logging(extra);
	assert_true(client_open(&first, server.port, NULL));
	assert_true(client_connect(&second, server.port, NULL));
	assert_int_equal(client_read(&second, &byte, 1), 0);
	client_close(&second);
	client_close(&first);
	log = wait_for_log("log", "max_connections_per_address", 1);
	assert_contains(log, "\"level\":\"debug\",\"message\":\"");
	free(log);
	daemon_stop(&server);
}

/* The server does not start without the log that it was told to keep. */
static void no_place_for_the_log(void **state)
{
	struct program_result result = RUN("serve", "--listen", "127.0.0.1:0", "--store",
		"sqlite:store.db", "--host", "localhost", "--root", "capsule", "--certs", "certs",
		"--log-to", "./missing/log");

	(void)state;
	assert_code(&result, 1);
	assert_contains(result.err, "./missing/log");
	assert_int_equal(count_of(result.err, "\n"), 1);
	program_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_REST("text, line by line", text),
		AT_REST("common, line by line", common),
		AT_REST("combined, line by line", combined),
		AT_REST("JSON, line by line", json),
		AT_REST("each request is one line", each_request_is_one_line),
		AT_REST("what is typed for comments that are off is not logged",
			comments_turned_off),
		AT_REST("a 53 says which name was asked for, and which there are", refused_names),
		{"addresses: none, truncated, full", addresses, NULL, fixture_end, NULL},
		AT_REST("a file that was renamed is opened anew", renamed_and_opened_anew),
		AT_REST("a refused reload is explained in the log", refused_reload),
		AT_REST("a full disk costs lines, not answers", full_disk),
		AT_REST("a refused connection has its reason at debug level", refused_connections),
		AT_REST("a log that cannot be opened", no_place_for_the_log),
	};

	return cmocka_run_group_tests_name("logs", tests, NULL, NULL);
}
