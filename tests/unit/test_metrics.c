/*
 * proc/metrics and proc/control: the counters as text, and as whoever asks gets them.
 */
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/stats_table.h"
#include "openmetrics.h"
#include "proc/control.h"

#define ROWS 3

static struct arena arena;
static struct counters *counters;
static struct counting worker;
static struct metrics metrics;
static struct fault fault;
static char folder[64], path[96];
static int listener;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, (size_t)64 << 20);
	counters = counters_new(ROWS, &fault);
	assert_non_null(counters);
	worker = (struct counting){counters, 1};
	metrics = (struct metrics){counters, 1764000000, 3};
	snprintf(folder, sizeof folder, "/tmp/kindling-control-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/var/socket", folder);
	listener = -1;
	return 0;
}

static int tear_down(void **state)
{
	char made[128];
	(void)state;
	control_close(&listener, path);
	snprintf(made, sizeof made, "%s/var", folder);
	(void)unlink(path);
	(void)rmdir(made);
	counters_free(counters);
	arena_end(&arena);
	return rmdir(folder);
}

static const char *text_of(struct span text)
{
	const char *copy = arena_copy(&arena, text);
	assert_non_null(copy);
	return copy;
}

static const char *written(void)
{
	struct buf out;
	buf_init(&out, &arena, METRICS_SIZE_MAX);
	metrics_write(&metrics, &out);
	assert_false(buf_failed(&out));
	return text_of(buf_view(&out));
}

static void is_sound(const char *text)
{
	const char *at = text, *wrong = openmetrics_check(text, &at);
	if (wrong != NULL)
		fail_msg("%s: %.200s", wrong, at);
}

static void value_is(const char *text, const char *sample, double expected)
{
	double value = openmetrics_value(text, sample);
	if (value < expected || value > expected)
		fail_msg("%s is %f instead of %f in\n%s", sample, value, expected, text);
}

static void contains(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("%s\nis not in\n%s", part, text);
}

static void a_server_that_did_nothing_is_sound(void **state)
{
	(void)state;
	const char *text = written();
	is_sound(text);
	value_is(text, "kindling_info{version=\"" KINDLING_VERSION "\"}", 1);
	value_is(text, "kindling_start_time_seconds", 1764000000);
	value_is(text, "kindling_generation", 3);
	value_is(text, "kindling_connections_total", 0);
	value_is(text, "kindling_request_duration_seconds_count", 0);
	contains(text, "# HELP kindling_comments Comments that were stored.\n");
}

static void everything_that_was_counted_is_there(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNTER_COUNT; i++)
		count_more(&worker, (enum counter)i, i + 1);
	for (unsigned i = 0; i < GAUGE_COUNT; i++)
		count_change(&worker, (enum gauge)i, (int)i + 100);
	unsigned host = counters_host(counters, "localhost");
	count_request(&worker, host, 20, 3);
	count_request(&worker, host, 20, 30);
	count_request(&worker, 0, 53, 40000);
	count_request(&worker, host, 0, 1);
	const char *text = written();
	is_sound(text);
	value_is(text, "kindling_connections_total", COUNTER_CONNECTIONS + 1);
	value_is(text, "kindling_refusals_total{reason=\"denied\"}", COUNTER_REFUSED_DENIED + 1);
	value_is(text, "kindling_handshakes_total{version=\"TLSv1.3\"}", COUNTER_TLS_1_3 + 1);
	value_is(text, "kindling_reloads_total{result=\"refused\"}", COUNTER_RELOADS_REFUSED + 1);
	value_is(text, "kindling_connections_open{state=\"write\"}", GAUGE_WRITE + 100);
	value_is(text, "kindling_jobs", GAUGE_JOBS + 100);
	value_is(text, "kindling_requests_total{host=\"localhost\",status=\"20\"}", 2);
	value_is(text, "kindling_requests_total{host=\"localhost\",status=\"none\"}", 1);
	value_is(text, "kindling_requests_total{host=\"other\",status=\"53\"}", 1);
	value_is(text, "kindling_request_duration_seconds_bucket{le=\"0.001\"}", 1);
	value_is(text, "kindling_request_duration_seconds_bucket{le=\"0.005\"}", 2);
	value_is(text, "kindling_request_duration_seconds_bucket{le=\"1.0\"}", 3);
	value_is(text, "kindling_request_duration_seconds_bucket{le=\"2.5\"}", 3);
	value_is(text, "kindling_request_duration_seconds_bucket{le=\"+Inf\"}", 4);
	value_is(text, "kindling_request_duration_seconds_count", 4);
	value_is(text, "kindling_request_duration_seconds_sum", 40.034);
}

static void a_label_cannot_end_itself(void **state)
{
	(void)state;
	unsigned host = counters_host(counters, "a\"} 1\nb\\c");
	count_request(&worker, host, 20, 1);
	const char *text = written();
	is_sound(text);
	contains(text, "kindling_requests_total{host=\"a\\\"} 1\\nb\\\\c\",status=\"20\"} 1\n");
}

static void fill(void)
{
	char name[256];
	for (int i = 0; i < COUNTERS_HOSTS_MAX; i++) {
		memset(name, 'a', 253);
		snprintf(name + 240, 14, "%013d", i);
		unsigned host = counters_host(counters, name);
		for (int status = 10; status < 70; status++)
			count_request(&worker, host, status, 1);
	}
}

/* What the longest text may have is enough for the most that can be counted. */
static void the_longest_text_fits(void **state)
{
	(void)state;
	fill();
	const char *text = written();
	is_sound(text);
	assert_true(strlen(text) > METRICS_SIZE_MAX / 2);
}

/* The other end of the socket, in a thread, as the test is the master. */
struct asking {
	bool well;
	struct arena arena;
	struct span text;
	struct fault fault;
};

static void *ask(void *context)
{
	struct asking *asking = context;
	asking->well = control_ask(path, &asking->arena, &asking->text, &asking->fault);
	return NULL;
}

static struct asking asked_while(void (*answer)(void))
{
	static struct asking asking;
	pthread_t thread;
	memset(&asking, 0, sizeof asking);
	arena_init(&asking.arena, (size_t)16 << 20);
	assert_int_equal(pthread_create(&thread, NULL, ask, &asking), 0);
	answer();
	pthread_join(thread, NULL);
	return asking;
}

static void wait_for_somebody(void)
{
	fd_set readable;
	struct timeval patience = {.tv_sec = 30};
	FD_ZERO(&readable);
	FD_SET(listener, &readable);
	assert_int_equal(select(listener + 1, &readable, NULL, NULL, &patience), 1);
}

static void answer_as_master(void)
{
	wait_for_somebody();
	control_answer(listener, &metrics);
}

static void open_listener(void)
{
	listener = control_open(path, &fault);
	if (listener < 0)
		fail_msg("%s", fault.text);
}

static void whoever_asks_is_told(void **state)
{
	struct stat info;
	(void)state;
	open_listener(); /* makes the folder */
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	control_answer(listener, &metrics); /* nobody: does not wait */
	count_more(&worker, COUNTER_COMMENTS, 42);
	struct asking asking = asked_while(answer_as_master);
	if (!asking.well)
		fail_msg("%s", asking.fault.text);
	is_sound(text_of(asking.text));
	value_is(text_of(asking.text), "kindling_comments_total", 42);
	arena_end(&asking.arena);
	control_close(&listener, path);
	assert_int_equal(listener, -1);
	assert_int_equal(access(path, F_OK), -1);
}

/* The kernel may not take all of the longest text: then it is cut, the master goes on, and whoever
 * asked is not told half of it. */
static void a_reader_who_does_not_read_stops_nobody(void **state)
{
	(void)state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int readers[20];
	open_listener();
	fill();
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	for (int i = 0; i < 20; i++) {
		readers[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(
			connect(readers[i], (struct sockaddr *)&address, sizeof address), 0);
	}
	for (int i = 0; i < 3; i++)
		control_answer(listener, &metrics);
	assert_int_equal(accept(listener, NULL, NULL), -1); /* all were answered */
	assert_int_equal(errno, EAGAIN);
	for (int i = 0; i < 20; i++)
		close(readers[i]);
}

static void answer_with(const char *text)
{
	wait_for_somebody();
	int fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void answer_half(void)
{
	answer_with("# TYPE kindling_jobs gauge\nkindling_jo");
}

static void answer_controls(void)
{
	answer_with("kindling_jobs \x1b[31m\n# EOF\n");
}

static void what_is_not_whole_or_not_ours_is_refused(void **state)
{
	(void)state;
	void (*const answers[])(void) = {answer_half, answer_controls};
	open_listener();
	for (size_t i = 0; i < 2; i++) {
		struct asking asking = asked_while(answers[i]);
		assert_false(asking.well);
		contains(asking.fault.text, path);
		arena_end(&asking.arena);
	}
}

static void where_nobody_listens_says_so(void **state)
{
	struct span text;
	(void)state;
	assert_false(control_ask(path, &arena, &text, &fault));
	contains(fault.text, "no server answers");
	open_listener();
	close(listener); /* as a server that was killed leaves it */
	listener = -1;
	assert_false(control_ask(path, &arena, &text, &fault));
	contains(fault.text, "no server answers");
	open_listener(); /* takes its place */
	assert_int_equal(control_open(path, &fault), -1);
	contains(fault.text, "another server");
	contains(fault.text, path);
}

static void a_file_in_the_way_is_left_alone(void **state)
{
	char made[128];
	(void)state;
	snprintf(made, sizeof made, "%s/var", folder);
	assert_int_equal(mkdir(made, 0700), 0);
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(control_open(path, &fault), -1);
	contains(fault.text, path);
	assert_int_equal(access(path, F_OK), 0);
}

static const char *printed(const char *text)
{
	static char out[65536];
	int saved = dup(STDOUT_FILENO), ends[2];
	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	bool well = stats_table_print(span_of(text), &arena);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	ssize_t got = read(ends[0], out, sizeof out - 1);
	close(ends[0]);
	assert_true(well && got > 0);
	out[got] = '\0';
	return out;
}

static void people_are_shown_what_is_not_zero(void **state)
{
	(void)state;
	unsigned host = counters_host(counters, "localhost");
	count_more(&worker, COUNTER_REFUSED_ADDRESS, 4);
	count_more(&worker, COUNTER_COMMENTS, 5);
	count_change(&worker, GAUGE_REQUEST, 2);
	for (int i = 0; i < 98; i++)
		count_request(&worker, host, 20, i % 2 == 0 ? 1 : 2);
	count_request(&worker, host, 51, 9000);
	count_request(&worker, 0, 53, 9000);
	const char *text = printed(written());
	contains(text, "Kindling " KINDLING_VERSION ", serving for ");
	contains(text, "since 2025-11-24T16:00:00Z");
	contains(text, "\nRefusals\n             4  max connections per address\n");
	contains(text, "\nComments\n             5  stored\n");
	contains(text, "             2  open now, request\n");
	contains(text, "            98  localhost 20 success\n");
	contains(text, "             1  localhost 51 not found\n");
	contains(text, "             1  other 53 proxy refused\n");
	contains(text, "        1.0 ms  half of the requests are faster\n");
	contains(text, "     7500.0 ms  99 of 100 are faster\n");
	assert_null(strstr(text, "Deadlines"));
	assert_null(strstr(text, "evict"));
	for (const char *line = strstr(text, "  "); *line != '\0'; line++)
		assert_true(*line == '\n' || (*line >= 0x20 && *line < 0x7f));
}

static void foreign_text_makes_a_poor_table_and_no_harm(void **state)
{
	static const char *const texts[] = {"", "# EOF\n", "kindling_\nkindling_{ 1\n",
		"kindling_requests_total{host=\"a 1\nkindling_info{version=\"\x1b[2J\"} 1\n",
		"kindling_jobs 99999999999999999999999\nkindling_jobs -1\nkindling_jobs 7.5\n",
		"kindling_request_duration_seconds_count 5\n"
		"kindling_request_duration_seconds_bucket{le=\"x.y\"} 5\n",
		"kindling_request_duration_seconds_count 5\n"
		"kindling_request_duration_seconds_bucket{le=\"0.001\"} 0\n"
		"kindling_request_duration_seconds_bucket{le=\"+Inf\"} 5\n"};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_null(strchr(printed(texts[i]), 0x1b));
	contains(printed(texts[4]), "7  jobs that wait or run\n");
	contains(printed(texts[6]), "over 1 ms  half of");
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(a_server_that_did_nothing_is_sound),
		FRESH(everything_that_was_counted_is_there),
		FRESH(a_label_cannot_end_itself),
		FRESH(the_longest_text_fits),
		FRESH(whoever_asks_is_told),
		FRESH(a_reader_who_does_not_read_stops_nobody),
		FRESH(what_is_not_whole_or_not_ours_is_refused),
		FRESH(where_nobody_listens_says_so),
		FRESH(a_file_in_the_way_is_left_alone),
		FRESH(people_are_shown_what_is_not_zero),
		FRESH(foreign_text_makes_a_poor_table_and_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
