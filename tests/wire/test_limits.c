/*
 * How many may come and how often: connections by address, network and in all, who makes room,
 * requests by the minute, and who is let in at all.
 */
#include "crowd.h"

#include <sys/resource.h>

#include "upload.h"

#define LONG "3600" /* seconds: a deadline that never comes */
#define UNHURRIED                                                                                  \
	"--handshake-timeout", LONG, "--request-timeout", LONG, "--write-timeout", LONG,           \
		"--close-timeout", LONG, "--drain-timeout", "0"

static void begin(const char *workers, const char *const *extra)
{
	server.workers = workers;
	server.extra = extra;
	daemon_write_big_page(&server);
	daemon_start(&server);
}

static void of_one_network(void **state)
{
	static const char *const extra[] = {UNHURRIED, "--max-connections-per-address", "4",
		"--max-connections-per-network", "10", NULL};
	struct client clients[10];

	(void)state;
	begin("2", extra);
	size_t at_rest = crowd_sockets(2);
	crowd_connect(clients, 4, "127.0.5.1");
	crowd_wait_for_sockets(2, at_rest + 4);
	assert_true(crowd_is_refused_from("127.0.5.1"));
	assert_false(crowd_is_refused_from("127.0.5.2"));
	crowd_wait_for_sockets(2, at_rest + 4);
	crowd_connect(clients + 4, 4, "127.0.5.2");
	crowd_connect(clients + 8, 2, "127.0.5.3");
	crowd_wait_for_sockets(2, at_rest + 10);
	assert_true(crowd_is_refused_from("127.0.5.4"));
	assert_false(crowd_is_refused_from("127.0.6.1"));
	crowd_close(clients, 10);
	crowd_wait_for_sockets(2, at_rest);
	assert_false(crowd_is_refused_from("127.0.5.1"));
}

/* The oldest silent connection makes room for a new one; those that are only being left go before
 * that. */
static void the_oldest_idle_go_first(void **state)
{
	static const char *const extra[] = {UNHURRIED, "--max-connections", "12", NULL};
	static const char request[] = "gemini://localhost/\r\n";
	struct client clients[12], leaving, last;
	struct answer answer;
	char byte;

	(void)state;
	begin("1", extra);
	for (size_t i = 0; i < 11; i++)
		assert_true(client_open(&clients[i], server.port, NULL));
	assert_true(client_open(&leaving, server.port, NULL));
	assert_true(client_send(&leaving, request, sizeof(request) - 1, 0));
	client_receive(&leaving, &answer);
	assert_int_equal(answer.status, 20);
	answer_free(&answer);
	/* Twelve: eleven that say nothing after the handshake, and one that has its answer. */
	assert_true(client_open(&last, server.port, NULL));
	for (size_t i = 0; i < 11; i++)
		assert_false(client_has_input(&clients[i], 0));
	assert_true(client_open(&clients[11], server.port, NULL));
	assert_int_equal(client_read(&clients[0], &byte, 1), 0);
	expect(&server, NULL, "gemini://localhost/", 20);
	assert_int_equal(client_read(&clients[1], &byte, 1), 0);
	for (size_t i = 2; i < 12; i++)
		assert_false(client_has_input(&clients[i], 0));
	crowd_close(clients, 12);
	client_close(&leaving);
	client_close(&last);
}

/* One that says nothing at all, and one that has shaken hands: whoever came first goes first. */
static void whatever_they_wait_for(void **state)
{
	static const char *const extra[] = {UNHURRIED, "--max-connections", "4", NULL};
	struct client clients[6];
	char byte;

	(void)state;
	begin("1", extra);
	for (size_t i = 0; i < 4; i++) {
		/* The server's clock tells them apart by the millisecond. */
		int64_t before = now_ms();

		while (now_ms() < before + 3)
			look_again_soon();
		if (i % 2 == 0)
			assert_true(client_connect(&clients[i], server.port, NULL));
		else
			assert_true(client_open(&clients[i], server.port, NULL));
	}
	for (size_t i = 0; i < 2; i++) {
		assert_true(client_open(&clients[4 + i], server.port, NULL));
		assert_int_equal(client_read(&clients[i], &byte, 1), 0);
		for (size_t j = i + 1; j < 4 + i; j++)
			assert_false(client_has_input(&clients[j], 0));
	}
	crowd_close(clients, 6);
}

/* Nobody who is owed an answer is sent away: then new connections are refused, over all workers. */
static void nobody_who_has_asked_goes(void **state)
{
	static const char *const extra[] = {UNHURRIED, "--max-connections", "5", NULL};
	struct client clients[5];
	char bytes[16384];

	(void)state;
	begin("2", extra);
	for (size_t i = 0; i < COUNT(clients); i++)
		crowd_stall(&clients[i], NULL);
	for (int i = 0; i < 10; i++)
		assert_true(crowd_is_refused(NULL));
	for (size_t i = 0; i < COUNT(clients); i++)
		for (int n = 0; n < 100; n++)
			assert_true(client_read(&clients[i], bytes, sizeof(bytes)) > 0);
	client_abort(&clients[0]);
	for (int64_t end = now_ms() + PATIENCE_MS; crowd_is_refused(NULL);)
		assert_true(now_ms() < end);
	crowd_close(clients + 1, COUNT(clients) - 1);
}

/* The worker has room for few: the crowd makes room for whoever asks, and the files of answers can
 * be opened. Where all have asked, the loop rests and goes on afterwards. */
static void few_descriptors(void **state)
{
	static const char *const extra[] = {
		UNHURRIED, "--max-connections-per-address", "1000", NULL};
	enum { CROWD = 150, FEW = 64 };
	static struct client clients[CROWD], asking[FEW];
	const struct client_options impatient = {.timeout_ms = 200};
	struct rlimit limit;
	struct answer answer;
	size_t asked = 0;

	(void)state;
	server.noisy = true;
	begin("1", extra);
	expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	pid_t worker = crowd_worker();
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, NULL, &limit), 0);
	limit.rlim_cur = FEW;
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, &limit, NULL), 0);
	crowd_connect(clients, CROWD, NULL);
	for (int i = 0; i < 5; i++)
		expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	assert_worker_rests(worker);
	/* Each takes two, one of them for its file. */
	while (asked < FEW && client_open(&asking[asked], server.port, &impatient) &&
		client_send(&asking[asked], BIG_REQUEST, sizeof(BIG_REQUEST) - 1, 0))
		asked++;
	assert_in_range(asked, 2, FEW - 1);
	assert_worker_rests(worker);
	client_close(&asking[asked]);
	crowd_close(asking, asked);
	answer = ask(&server, NULL, "gemini://localhost/posts/essay.gmi");
	assert_answer(&answer, 20, "afterwards");
	answer_free(&answer);
	crowd_close(clients, CROWD);
}

static unsigned seconds_of(const struct answer *answer)
{
	assert_int_equal(answer->status, 44);
	assert_int_equal(strspn(answer->meta, "0123456789"), strlen(answer->meta));
	return (unsigned)strtoul(answer->meta, NULL, 10);
}

static void expect_from(const char *source, const char *url, int status)
{
	struct answer answer = ask_as(&server, &(struct client_options){.source = source}, url);

	assert_answer(&answer, status, url);
	if (status == 44)
		assert_in_range(seconds_of(&answer), 1, 30);
	answer_free(&answer);
}

static void by_the_minute(void **state)
{
	static const char *const extra[] = {"--requests-per-minute", "2",
		"--requests-per-minute-per-network", "3", "--log", "text", NULL};
	const struct client_options same = {.source = "127.0.7.1"};
	static const char url[] = "gemini://localhost/";
	static const char wrong[] = "gemini://localhost/\n\r\n";
	static char body[60000];
	struct answer answer;
	char *errors;

	(void)state;
	server.noisy = true;
	begin("2", extra);
	for (int i = 0; i < 3; i++) {
		answer = ask_bytes(&server, &same, wrong, sizeof(wrong) - 1, 0);
		assert_answer(&answer, 59, "what is no request does not count");
		answer_free(&answer);
	}
	expect_from("127.0.7.1", url, 20);
	expect_from("127.0.7.1", url, 20);
	expect_from("127.0.7.1", url, 44);
	answer = upload_as(&server, &same, UPLOAD_NEW, "size=60000", body, sizeof(body), 0);
	assert_in_range(seconds_of(&answer), 1, 30);
	assert_true(answer.close_notify);
	answer_free(&answer);
	/* The log tells what is asked for so often, and no secret. */
	expect_from("127.0.7.1", "gemini://localhost/comments/search?a-secret", 44);
	errors = daemon_errors(&server);
	assert_contains(errors, "\"localhost/comments/search\" (asks too often)");
	assert_null(strstr(errors, "a-secret"));
	free(errors);
	/* One is left to the network. */
	expect_from("127.0.7.2", url, 20);
	expect_from("127.0.7.3", url, 44);
	expect_from("127.0.8.1", url, 20);
	answer = ask_bytes(&server, &same, wrong, sizeof(wrong) - 1, 0);
	assert_answer(&answer, 59, "what is no request");
	answer_free(&answer);
}

static void who_is_let_in(void **state)
{
	static const char *const extra[] = {"--allow", "127.0.0.0/16", "--deny", "127.0.0.8/29",
		"--allow", "127.0.0.10", "--log", "text", "--log-level", "debug", "--log-addresses",
		"truncated", NULL};
	char *errors;

	(void)state;
	server.noisy = true;
	begin("1", extra);
	assert_false(crowd_is_refused_from("127.0.0.1"));
	assert_true(crowd_is_refused_from("127.0.0.8"));
	assert_false(crowd_is_refused_from("127.0.0.10"));
	assert_true(crowd_is_refused_from("127.1.0.1"));
	if (server.port6 != 0) {
		struct client client;
		char byte;

		assert_true(client_connect(
			&client, server.port6, &(struct client_options){.ipv6 = true}));
		assert_int_equal(client_read(&client, &byte, 1), 0);
		client_close(&client);
	}
	errors = daemon_errors(&server);
	assert_contains(errors, "its address is denied, or not allowed: 127.0.0.0");
	assert_contains(errors, "its address is denied, or not allowed: 127.1.0.0");
	assert_lacks(errors, "127.0.0.8");
	free(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_REST("so many connections of one network, over all workers", of_one_network),
		AT_REST("the oldest idle connections make room for new ones",
			the_oldest_idle_go_first),
		AT_REST("whatever they wait for", whatever_they_wait_for),
		AT_REST("nobody who is owed an answer makes room", nobody_who_has_asked_goes),
		AT_REST("out of descriptors: idle ones make room, and the loop never spins",
			few_descriptors),
		AT_REST("so many requests by the minute, of an address and of a network: 44",
			by_the_minute),
		AT_REST("allow and deny, before any handshake", who_is_let_in),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
