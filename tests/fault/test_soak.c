/*
 * Hours of mixed use in a bounded run: what the server holds is flat after the first part of it.
 *
 * A request a second is what a busy capsule gets, so eight hours are 28,800 requests. KINDLING_SOAK
 * is how many are made here. In a long run there are reloads in the first sixth of it, and then all
 * that is remembered has time to fill; what is compared are the workers of the last reload, after
 * two thirds and at the end.
 */
#include "faults.h"
#include "fixture.h"
#include "upload.h"
#include "usage.h"
#include "writers.h"

#include <signal.h>

#define ORDINARY   1200
#define READERS    8
#define RENEWED    400  /* requests after which readers are others: nobody comments for ever */
#define POSTS      200  /* more than are remembered */
#define FLAT_KIB   1536 /* by how much memory may differ at the end: the system's own caches */
#define FLAT_FILES 4

static struct person readers[READERS];
static char guarded[READERS][URL_SIZE];
static unsigned seed;
static size_t at_rest;
static unsigned long counts[100]; /* of each status; 0: torn on purpose */

static int start(void **state)
{
	static const char *const extra[] = {
		"--comments-per-hour", "1000", "--close-timeout", "1", NULL};
	char path[64], text[128], feed[16384] = "# A capsule\n\n";
	size_t used = strlen(feed);

	seed = seed_of_run();
	fixture_prepare(state);
	for (unsigned i = 0; i < POSTS; i++) {
		snprintf(path, sizeof(path), "capsule/posts/p%u.gmi", i);
		snprintf(text, sizeof(text), "# Post %u\n\nOf kindness, part %u.\n", i, i);
		daemon_write_text(&server, path, text);
		snprintf(text, sizeof(text), "=> posts/p%u.gmi 2026-11-%02u - Post %u\n", i,
			1 + i % 28, i);
		used += (size_t)snprintf(feed + used, sizeof(feed) - used, "%s", text);
	}
	daemon_write_text(&server, "capsule/index.gmi", feed);
	server.noisy = true;
	server.extra = extra;
	daemon_start(&server);
	at_rest = usage_sockets(&server);
	return 0;
}

static int stop(void **state)
{
	for (size_t i = 0; i < READERS; i++)
		person_end(&readers[i]);
	return fixture_end(state);
}

static void renew_readers(void)
{
	static unsigned count;
	char name[32], url[URL_SIZE];

	for (size_t i = 0; i < READERS; i++) {
		struct answer answer;

		person_end(&readers[i]);
		snprintf(name, sizeof(name), "Reader %u", count++);
		reader_join(&server, &readers[i], name);
		answer = ask(&server, &readers[i], url_of(url, "/comments/on/posts/p%zu/new", i));
		url_of(guarded[i], "%s", redirect_path(&answer));
		answer_free(&answer);
	}
}

static void request(const struct person *person, const char *url)
{
	const struct client_options options = from_anywhere(person);
	struct answer answer = ask_as(&server, &options, url);

	counts[answer.status]++;
	answer_free(&answer);
}

static void write_comment(unsigned who, unsigned number)
{
	char url[URL_SIZE];

	snprintf(url, sizeof(url), "%s?A%%20comment,%%20number%%20%u", guarded[who], number);
	request(&readers[who], url);
}

static void upload_comment(unsigned who, unsigned number)
{
	const struct client_options options = from_anywhere(&readers[who]);
	char url[URL_SIZE], parameters[64], text[2048];
	struct answer answer;

	memset(text, 'x', sizeof(text));
	text[snprintf(text, sizeof(text), "An upload, number %u", number)] = ' ';
	snprintf(parameters, sizeof(parameters), "size=%zu;mime=text/plain", sizeof(text));
	answer = upload_as(&server, &options, titan_url(url, "/comments/on/posts/p%u/new", who),
		parameters, text, sizeof(text), 0);
	counts[answer.status]++;
	answer_free(&answer);
}

/* Leaves in the middle of the handshake, of the request, or of the answer. */
static void leave(unsigned when)
{
	struct client client;
	char byte;

	assert_true(client_connect(&client, server.port, NULL));
	if (when == 0)
		client_send(&client, "\x16\x03\x01\x02", 4, 0);
	if (when > 0 && client_handshake(&client, NULL))
		client_send(&client, "gemini://localhost/\r\n", when == 1 ? 9 : 21, 0);
	if (when == 2)
		client_read(&client, &byte, 1);
	client_abort(&client);
	counts[0]++;
}

static void one_request(unsigned number)
{
	const unsigned kind = (unsigned)rand_r(&seed) % 100, some = (unsigned)rand_r(&seed);
	const unsigned who = some % READERS, post = some / READERS % POSTS;
	const struct person *maybe = some % 3 == 0 ? &readers[who] : NULL;
	char url[URL_SIZE];

	if (kind < 20)
		request(maybe, "gemini://localhost/");
	else if (kind < 55)
		request(maybe, url_of(url, "/posts/p%u.gmi", post));
	else if (kind < 65)
		request(maybe, url_of(url, "/comments/on/posts/p%u/", who));
	else if (kind < 70)
		request(NULL, "gemini://localhost/comments/recent");
	else if (kind < 73)
		request(NULL, "gemini://localhost/atom.xml");
	else if (kind < 76)
		request(&readers[who], "gemini://localhost/comments/");
	else if (kind < 80)
		request(NULL, url_of(url, "/search?part%%20%u", post));
	else if (kind < 86)
		write_comment(who, number);
	else if (kind < 88)
		upload_comment(who, number);
	else if (kind < 92)
		request(NULL, url_of(url, "/nothing/%u.gmi", some));
	else if (kind < 94)
		request(NULL, "gemini://elsewhere.example/");
	else if (kind < 95)
		request(NULL, "nonsense");
	else
		leave(kind % 3);
}

/* Everything by a new generation, which is waited for. */
static void reload(void)
{
	const int64_t end = now_ms() + PATIENCE_MS;
	pid_t before[2], after[DAEMON_PROCESSES_MAX];
	size_t count;
	bool old;

	daemon_workers(&server, before, 2);
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	do {
		count = daemon_processes(&server, DAEMON_WORKER, after);
		old = count != 2;
		for (size_t i = 0; i < count; i++)
			old = old || after[i] == before[0] || after[i] == before[1];
		assert_true(now_ms() < end);
		look_again_soon();
	} while (old);
}

static struct usage run_part(unsigned from, unsigned to, unsigned reload_every)
{
	struct usage usage;

	for (unsigned i = from; i < to; i++) {
		if (i % RENEWED == 0)
			renew_readers();
		one_request(i);
		if (reload_every > 0 && i % reload_every == reload_every - 1)
			reload();
	}
	usage_wait_for_rest(&server, at_rest);
	usage = usage_of(&server);
	print_message("# after %u requests: %ld KiB, %zu descriptors, %zu processes\n", to,
		usage.kib, usage.descriptors, usage.processes);
	return usage;
}

static unsigned requests_of_run(void)
{
	const char *given = getenv("KINDLING_SOAK");
	const long requests = given != NULL ? strtol(given, NULL, 10) : 0;

	return requests >= ORDINARY ? (unsigned)requests : ORDINARY;
}

static void flat(void **state)
{
	const unsigned requests = requests_of_run(), part = requests / 6;
	const bool is_long = requests > ORDINARY;
	struct usage settled = {0}, last = {0};
	int64_t begun = now_ms();

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		last = run_part(i * part, (i + 1) * part, is_long && i == 0 ? part / 8 : 0);
		if (i == (is_long ? 3 : 1))
			settled = last;
	}
	for (size_t i = 0; i < COUNT(counts); i++)
		if (counts[i] > 0)
			print_message("# %zu: %lu\n", i, counts[i]);
	print_message("# in %lld s\n", (long long)(now_ms() - begun) / 1000);
	/* Each kind has been answered as it should be. */
	assert_true(counts[20] > 0 && counts[30] > 0 && counts[51] > 0 && counts[53] > 0 &&
		    counts[59] > 0 && counts[0] > 0);
	assert_int_equal(counts[40] + counts[41] + counts[42] + counts[43] + counts[50], 0);
	assert_int_equal(last.processes, settled.processes);
	assert_in_range(last.descriptors, 1, settled.descriptors + FLAT_FILES);
	if (last.kib > settled.kib + FLAT_KIB)
		fail_msg("%ld KiB at the end, %ld before", last.kib, settled.kib);
	assert_store_is_sound(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("hours of mixed use: memory and descriptors are flat", flat),
	};

	if (!faults_plain())
		return faults_skip("soak");
	return cmocka_run_group_tests_name("soak", tests, start, stop);
}
