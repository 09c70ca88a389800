/*
 * Memory is out at every place in turn where answering a request asks for some: the worker lives,
 * nobody is told of a success that is none, the next request is answered, and nothing leaks.
 *
 * A few places for each kind of request; KINDLING_ROUNDS is how many, and from 1000 on it is each.
 */
#include "faults.h"
#include "fixture.h"
#include "upload.h"
#include "writers.h"

#include <signal.h>
#include <stdatomic.h>

#define EVERY_PLACE 1000
#define PLACES_MAX  20000
#define LEAK_MAX    4
#define ROUNDS_MAX  6
#define EACH_WRITER 400 /* comments, of the thousand that one may write in an hour */

enum kind { PLAIN, WRITES };
enum { A_THREAD = 4 };

struct request {
	const char *name;
	const char *url; /* before the text, where it writes */
	const char *parameters;
	enum kind kind;
	bool as_reader;
	bool from_the_handshake; /* or else from the request on */
	bool in_keyholder;       /* it is not the worker whose memory is out */
};

static const char *const essay_alone = "# An Essay\n\nThe essay's text.\n";
static char guarded[URL_SIZE];

static const struct request requests[] = {
	{.name = "a page", .url = "gemini://localhost/"},
	{.name = "a file of no known type", .url = "gemini://localhost/posts/unknown"},
	{.name = "a post and its section", .url = "gemini://localhost/posts/essay.gmi"},
	{.name = "a post for a reader",
		.url = "gemini://localhost/posts/essay.gmi",
		.as_reader = true},
	[A_THREAD] = {.name = "a thread", .url = "gemini://localhost/comments/on/posts/essay/"},
	{.name = "one's own page", .url = "gemini://localhost/comments/", .as_reader = true},
	{.name = "a search", .url = "gemini://localhost/search?essay"},
	{.name = "the feed", .url = "gemini://localhost/comments/atom.xml"},
	{.name = "a new comment", .url = guarded, .kind = WRITES, .as_reader = true},
	{.name = "an upload",
		.url = UPLOAD_NEW,
		.parameters = "mime=text/plain;size=",
		.kind = WRITES,
		.as_reader = true},
	{.name = "a handshake", .url = "gemini://localhost/", .from_the_handshake = true},
	{.name = "a handshake with a certificate",
		.url = "gemini://localhost/",
		.as_reader = true,
		.from_the_handshake = true},
	{.name = "a handshake, for the keyholder",
		.url = "gemini://localhost/",
		.from_the_handshake = true,
		.in_keyholder = true},
};

static struct person writer;
static pid_t worker, keyholder;
static unsigned seed;
static size_t at_rest;

static void renew_writer(void)
{
	char url[URL_SIZE], name[32];
	static unsigned count;
	struct answer answer;

	person_end(&writer);
	snprintf(name, sizeof(name), "Writer %u", count++);
	reader_join(&server, &writer, name);
	reader_comment(&server, &writer, ESSAY, "Before any trouble.");
	answer = ask(&server, &writer, url_of(url, "/comments/on/" ESSAY "/new"));
	url_of(guarded, "%s?", redirect_path(&answer));
	answer_free(&answer);
}

static int start(void **state)
{
	static const char *const extra[] = {"--comments-per-hour", "1000", "--handshake-timeout",
		"5", "--request-timeout", "5", "--answer-timeout", "5", "--write-timeout", "5",
		"--upload-timeout", "5", "--close-timeout", "2", NULL};
	pid_t keyholders[DAEMON_PROCESSES_MAX];

	seed = seed_of_run();
	fixture_prepare(state);
	daemon_write_text(&server, "capsule/posts/unknown", "What is this?\n");
	server.noisy = true;
	server.workers = "1";
	server.extra = extra;
	daemon_start(&server);
	renew_writer();
	daemon_workers(&server, &worker, 1);
	assert_int_equal(daemon_processes(&server, DAEMON_KEYHOLDER, keyholders), 1);
	keyholder = keyholders[0];
	at_rest = program_sockets(worker);
	return 0;
}

static int stop(void **state)
{
	person_end(&writer);
	faults_stop();
	fixture_end(state);
	faults_end();
	return 0;
}

/* Until the worker has closed every connection, so that what it holds can be compared. */
static void wait_for_rest(void)
{
	int64_t end = now_ms() + PATIENCE_MS;

	while (program_sockets(worker) > at_rest) {
		assert_true(now_ms() < end);
		look_again_soon();
	}
}

static size_t spell(const struct request *request, const char *text, char line[URL_SIZE])
{
	char query[URL_SIZE / 2];
	int length;

	if (request->kind == PLAIN)
		length = snprintf(line, URL_SIZE, "%s\r\n", request->url);
	else if (request->parameters == NULL)
		length = snprintf(line, URL_SIZE, "%s%s\r\n", request->url,
			encode_query(text, query, sizeof(query)));
	else
		length = snprintf(line, URL_SIZE, "%s;%s%zu\r\n%s", request->url,
			request->parameters, strlen(text), text);
	assert_in_range(length, 1, URL_SIZE - 1);
	return (size_t)length;
}

/* A client is through with its handshake before the server is. What is tested is the same wherever
 * the count begins, but the same number should mean the same place. */
static void settle(void)
{
	long before;

	do {
		before = atomic_load(&faults->memory_asked);
		look_again_soon();
	} while (atomic_load(&faults->memory_asked) != before);
}

/* One transaction with a failure at the nth allocation. True where a whole answer came. */
static bool try(const struct request *request, const char *text, long nth, bool onwards,
	struct answer *answer)
{
	const struct client_options options = from_anywhere(request->as_reader ? &writer : NULL);
	char line[URL_SIZE];
	const size_t length = spell(request, text, line);
	const pid_t pid = request->in_keyholder ? keyholder : worker;
	struct client client;
	bool opened;

	*answer = (struct answer){.status = 0};
	wait_for_rest();
	faults_fail_memory(pid, request->from_the_handshake ? nth : FAULTS_NEVER, onwards);
	opened = client_open(&client, server.port, &options);
	if (!request->from_the_handshake) {
		assert_true(opened);
		settle();
		faults_fail_memory(pid, nth, onwards);
	}
	if (opened && client_send(&client, line, length, 0))
		client_receive(&client, answer);
	if (client.end == CLIENT_SILENT)
		fail_msg("%s: nothing came and nothing ended after allocation %ld failed",
			request->name, nth);
	client_close(&client);
	wait_for_rest();
	faults_stop();
	return answer->status != 0 && answer->wrong == NULL && answer->close_notify;
}

static void check_body(const struct request *request, const struct answer *answer,
	const struct answer *good, long nth)
{
	if (answer->length == good->length && memcmp(answer->body, good->body, good->length) == 0)
		return;
	/* The page goes before what is said about it. */
	if (strstr(request->url, "essay.gmi") != NULL &&
		(strcmp(answer->body, essay_alone) == 0 ||
			strstr(answer->body, "Comments are resting") != NULL))
		return;
	fail_msg("%s: after allocation %ld failed the answer is %d %s\n%s", request->name, nth,
		answer->status, answer->meta, answer->body);
}

static void check_comment(const struct answer *answer, const char *text)
{
	char url[URL_SIZE];
	struct answer shown;

	assert_true(comment_id(answer) > 0);
	shown = ask(&server, NULL, url_of(url, "/comments/%ld", comment_id(answer)));
	assert_answer(&shown, 20, text);
	assert_contains(shown.body, text);
	answer_free(&shown);
}

/* Whatever is answered is true, and whoever asks next is answered. */
static void one_place(
	const struct request *request, const struct answer *good, long nth, bool onwards)
{
	static unsigned written;
	struct answer answer;
	char text[64];

	if (request->kind == WRITES && written % EACH_WRITER == EACH_WRITER - 2)
		renew_writer();
	snprintf(text, sizeof(text), "Comment %u of a full memory.", written++);
	if (try(request, text, nth, onwards, &answer)) {
		if (answer.status / 10 != 4 && answer.status != good->status)
			fail_msg("%s: after allocation %ld failed: %d %s", request->name, nth,
				answer.status, answer.meta);
		if (answer.status == 20)
			check_body(request, &answer, good, nth);
		if (answer.status == 30)
			check_comment(&answer, text);
	}
	answer_free(&answer);
	if (kill(worker, 0) != 0 || kill(keyholder, 0) != 0) {
		const char *errors = daemon_errors(&server);
		const size_t length = strlen(errors), shown = 500;

		fail_msg("%s: a process died after allocation %ld failed%s\n%s", request->name, nth,
			onwards ? ", and all after it" : "",
			length > shown ? errors + length - shown : errors);
	}
	snprintf(text, sizeof(text), "Comment %u with room again.", written++);
	assert_true(try(request, text, FAULTS_NEVER, false, &answer));
	assert_answer(&answer, good->status, request->name);
	answer_free(&answer);
}

/* How many allocations it takes; the second time, when all that is remembered is remembered. */
static long count_places(const struct request *request, struct answer *good)
{
	for (int i = 0; i < 2; i++) {
		char text[64];

		answer_free(good);
		snprintf(text, sizeof(text), "Counted %d of %s", i, request->name);
		assert_true(try(request, text, FAULTS_NEVER, false, good));
		assert_in_range(good->status, 20, 30);
	}
	return atomic_load(&faults->memory_asked);
}

static void each_place(void **state)
{
	const int wanted = rounds_of_run(7);

	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct answer good = {.status = 0};
		const long places = count_places(&requests[i], &good);
		long tried = 0;

		assert_in_range(places, 1, PLACES_MAX);
		for (int onwards = 0; onwards < 2; onwards++) {
			const long step = wanted >= EVERY_PLACE ? 1 : 1 + places / wanted;

			for (long nth = 1 + (long)rand_r(&seed) % step; nth <= places;
				nth += step) {
				one_place(&requests[i], &good, nth, onwards);
				tried++;
			}
		}
		print_message(
			"# %s: %ld allocations, %ld failures\n", requests[i].name, places, tried);
		answer_free(&good);
	}
}

/* What the worker holds, all else being equal: without what a connection to the store has gathered,
 * which ends with the connection, and that with a failure. */
static long held_now(void)
{
	const struct request *thread = &requests[A_THREAD];
	struct answer good = {.status = 0};
	const long places = count_places(thread, &good);

	one_place(thread, &good, places / 2, true);
	answer_free(&good);
	return atomic_load(&faults->memory_live);
}

/* Whether the same failures leave more each time. What is held once, and no more of it after the
 * next round, is no leak: with newer libraries that is ten allocations and more. */
static bool grows(const struct request *request, long held[ROUNDS_MAX])
{
	const int times = rounds_of_run(4);
	struct answer good = {.status = 0};
	const long places = count_places(request, &good);
	bool more = true;

	for (size_t round = 0; round < ROUNDS_MAX && more; round++) {
		unsigned again = seed;

		for (int i = 0; i < times; i++)
			one_place(request, &good, 1 + (long)rand_r(&again) % places, i % 2 == 1);
		held[round] = held_now();
		/* The first one fills what is remembered. */
		more = round < 2 || held[round] - held[round - 1] > LEAK_MAX;
	}
	answer_free(&good);
	return more;
}

static void no_leak(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		long held[ROUNDS_MAX];

		/* Of what goes on in the keyholder nothing is counted here. */
		if (!requests[i].in_keyholder && grows(&requests[i], held))
			fail_msg("%s: %ld allocations are held after the first round, %ld at last",
				requests[i].name, held[0], held[ROUNDS_MAX - 1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("memory is out at one place after the other: nothing dies, nothing is untrue",
			each_place),
		TEST("and nothing leaks", no_leak),
	};

	if (!faults_begin())
		return faults_skip("memory");
	return cmocka_run_group_tests_name("memory", tests, start, stop);
}
