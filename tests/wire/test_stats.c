/*
 * kindling stats: what the running server tells of itself, to people and to Prometheus.
 */
#include "fixture.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../unit/openmetrics.h"
#include "reader.h"

#define CONTROL "var/kindling.sock"
/* From a folder of its own: the daemon's holds the daemon's standard error. */
static char asking[DAEMON_PATH_SIZE];
#define STATS(...)                                                                                 \
	program_run(asking,                                                                        \
		(const char *const[]){"stats", "--control", "../" CONTROL, __VA_ARGS__, NULL})

#define SERVED "kindling_requests_total{host=\"localhost\",status=\"20\"}"

/* The whole text, sound; free it. */
static char *metrics_now(void)
{
	struct program_result result = STATS("--openmetrics");
	const char *at = result.out, *wrong;
	char *text;

	assert_code(&result, 0);
	assert_string_equal(result.err, "");
	wrong = openmetrics_check(result.out, &at);
	if (wrong != NULL)
		fail_msg("%s: %.200s", wrong, at);
	text = strdup(result.out);
	assert_non_null(text);
	program_result_free(&result);
	return text;
}

static double value_now(const char *sample)
{
	char *text = metrics_now();
	double value = openmetrics_value(text, sample);

	free(text);
	return value;
}

/* A connection is counted when it has ended, which may be after the client has left. */
static void wait_for_value(const char *sample, double expected)
{
	int64_t limit = now_ms() + PATIENCE_MS;
	double value;

	while ((value = value_now(sample)) < expected || value > expected) {
		if (now_ms() > limit)
			fail_msg("%s is %f instead of %f", sample, value, expected);
		look_again_soon();
	}
}

static void counted(void **state)
{
	struct person person;
	struct client idle;
	char *text;

	(void)state;
	wait_for_value("kindling_workers", 2);
	assert_true(value_now(SERVED) < 0); /* nobody has asked yet */
	for (int i = 0; i < 7; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	expect(&server, NULL, "gemini://localhost/missing", 51);
	expect(&server, NULL, "gemini://elsewhere.example/", 53);
	expect(&server, NULL, "nonsense", 59);
	wait_for_value(SERVED, 7);
	wait_for_value("kindling_requests_total{host=\"localhost\",status=\"51\"}", 1);
	wait_for_value("kindling_requests_total{host=\"other\",status=\"53\"}", 1);
	wait_for_value("kindling_requests_total{host=\"other\",status=\"59\"}", 1);
	wait_for_value("kindling_request_duration_seconds_count", 10);
	text = metrics_now();
	assert_true(openmetrics_value(text, "kindling_connections_total") >= 10);
	assert_true(
		openmetrics_value(text, "kindling_handshakes_total{version=\"TLSv1.3\"}") >= 10);
	assert_true(openmetrics_value(text, "kindling_received_bytes_total") > 1000);
	assert_true(openmetrics_value(text, "kindling_sent_bytes_total") > 1000);
	assert_true(openmetrics_value(text, "kindling_generation") > 0);
	free(text);
	/* Who is connected, while they are. */
	assert_true(client_open(&idle, server.port, NULL));
	wait_for_value("kindling_connections_open{state=\"request\"}", 1);
	client_close(&idle);
	wait_for_value("kindling_connections_open{state=\"request\"}", 0);
	/* A comment that comes again is the same one. */
	reader_join(&server, &person, "Counted");
	assert_int_equal(reader_comment(&server, &person, ESSAY, "One comment"),
		reader_comment(&server, &person, ESSAY, "One comment"));
	wait_for_value("kindling_comments_total", 1);
	person_end(&person);
}

/* What a worker counted outlives it; what it held does not. */
static void a_worker_dies(void **state)
{
	pid_t workers[2];
	struct client idle[4];

	(void)state;
	server.noisy = true;
	for (int i = 0; i < 8; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	for (int i = 0; i < 4; i++)
		assert_true(client_open(&idle[i], server.port, NULL));
	wait_for_value(SERVED, 8);
	wait_for_value("kindling_connections_open{state=\"request\"}", 4);
	daemon_workers(&server, workers, 2);
	assert_int_equal(kill(workers[0], SIGKILL), 0);
	assert_int_equal(kill(workers[1], SIGKILL), 0);
	wait_for_value("kindling_workers_died_total", 2);
	wait_for_value("kindling_workers_started_total", 4);
	wait_for_value("kindling_workers", 2);
	wait_for_value("kindling_connections_open{state=\"request\"}", 0);
	assert_true(value_now(SERVED) > 7.5 && value_now(SERVED) < 8.5);
	for (int i = 0; i < 4; i++)
		client_close(&idle[i]);
	expect(&server, NULL, "gemini://localhost/", 20);
	wait_for_value(SERVED, 9);
}

static void for_people(void **state)
{
	struct program_result result;

	(void)state;
	expect(&server, NULL, "gemini://localhost/", 20);
	wait_for_value(SERVED, 1);
	result = STATS(NULL);
	assert_code(&result, 0);
	assert_string_equal(result.err, "");
	assert_contains(result.out, ", serving for ");
	assert_contains(result.out, "\nServer\n");
	assert_contains(result.out, "             2  workers that serve\n");
	assert_contains(result.out, "\nRequests\n             1  localhost 20 success\n");
	assert_contains(result.out, " ms  half of the requests are faster\n");
	assert_lacks(result.out, "kindling_");
	assert_lacks(result.out, "Deadlines");
	program_result_free(&result);
}

static int connect_to_control(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int length =
		snprintf(address.sun_path, sizeof(address.sun_path), "%s/" CONTROL, server.folder);

	assert_true(length > 0 && (size_t)length < sizeof(address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Nobody but the server's user may ask, and who asks and never listens stops nothing. */
static void the_socket(void **state)
{
	char path[DAEMON_PATH_SIZE];
	struct stat info;
	int stuck[30];

	(void)state;
	assert_int_equal(stat(daemon_path(&server, CONTROL, path), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	for (size_t i = 0; i < COUNT(stuck); i++)
		stuck[i] = connect_to_control();
	wait_for_value("kindling_workers", 2);
	expect(&server, NULL, "gemini://localhost/", 20);
	for (size_t i = 0; i < COUNT(stuck); i++)
		close(stuck[i]);
	daemon_stop(&server);
	assert_int_equal(access(path, F_OK), -1);
}

static void nobody_answers(void)
{
	struct program_result result = STATS(NULL);

	assert_code(&result, 1);
	assert_string_equal(result.out, "");
	assert_contains(result.err, "no server answers at ../" CONTROL);
	assert_contains(result.err, "kindling serve");
	program_result_free(&result);
}

static void not_running(void **state)
{
	struct program_result result;

	(void)state;
	nobody_answers();
	daemon_start(&server);
	wait_for_value("kindling_workers", 2);
	daemon_kill(&server);
	nobody_answers(); /* its socket is still there */
	daemon_start(&server);
	wait_for_value("kindling_workers", 2);
	result = STATS("--control", "elsewhere");
	assert_code(&result, 1);
	assert_contains(result.err, "no server answers at elsewhere");
	program_result_free(&result);
	result = STATS("--control", "");
	assert_code(&result, 1);
	assert_contains(result.err, "set control");
	program_result_free(&result);
	daemon_stop(&server);
}

static void wrong_use(void **state)
{
	struct program_result results[] = {
		STATS("word"), STATS("--nonsense", "1"), STATS("--openmetrics", "now")};

	(void)state;
	for (size_t i = 0; i < COUNT(results); i++) {
		assert_code(&results[i], 2);
		assert_string_equal(results[i].out, "");
		assert_contains(results[i].err, "usage: kindling stats");
		program_result_free(&results[i]);
	}
}

static int prepare(void **state)
{
	fixture_prepare(state);
	daemon_write_text(&server, "asking/here", "");
	daemon_path(&server, "asking", asking);
	return 0;
}

static int start(void **state)
{
	prepare(state);
	daemon_start(&server);
	return 0;
}

#define ASKED(words, test, begin)                                                                  \
	{                                                                                          \
		words, test, begin, fixture_end, NULL                                              \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ASKED("what happens is counted", counted, start),
		ASKED("a worker dies", a_worker_dies, start),
		ASKED("for people", for_people, start),
		ASKED("the socket is its owner's, and never in the way", the_socket, start),
		ASKED("a server that does not run", not_running, prepare),
		ASKED("wrong use", wrong_use, prepare),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
