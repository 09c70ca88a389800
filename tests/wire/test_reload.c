/*
 * Reloads as readers see them: nobody is refused, nobody is cut off, and what is new is there.
 */
#include "reloading.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "reader.h"
#include "upload.h"

#define CLIENTS  6
#define REQUESTS 2000
#define RELOADS  5

/* ---- under load */

static atomic_bool enough;
static atomic_size_t served, broken;
static char first_broken[256];

static void *ask_on(void *port)
{
	while (!enough) {
		struct answer answer;
		bool good = client_fetch(
			*(unsigned *)port, NULL, "gemini://localhost/posts/essay.gmi", &answer);

		if (good && answer.status == 20)
			served++;
		else if (broken++ == 0)
			snprintf(first_broken, sizeof(first_broken), "status %d, end %d, %s",
				answer.status, (int)answer.end,
				answer.wrong != NULL ? answer.wrong : "header fine");
		answer_free(&answer);
	}
	return NULL;
}

static void under_load(void **state)
{
	pthread_t clients[CLIENTS];
	int64_t limit = now_ms() + 3 * PATIENCE_MS;

	(void)state;
	enough = false;
	served = broken = 0;
	for (size_t i = 0; i < CLIENTS; i++)
		assert_int_equal(pthread_create(&clients[i], NULL, ask_on, &server.port), 0);
	for (unsigned i = 0; i < RELOADS; i++) {
		size_t before = served;

		/* Fewer workers and more: sockets change hands. */
		configure_workers(1 + i % 3);
		reload_to(SIGHUP, DONE);
		while (served < before + REQUESTS / RELOADS && now_ms() < limit)
			look_again_soon();
	}
	enough = true;
	for (size_t i = 0; i < CLIENTS; i++)
		pthread_join(clients[i], NULL);
	if (broken > 0)
		fail_msg("of %zu requests %zu failed, the first one with %s", served + broken,
			broken, first_broken);
	assert_true(served >= REQUESTS);
	print_message("# %zu requests during %d reloads\n", (size_t)served, RELOADS);
	assert_int_equal(logged(REFUSED), 0);
	daemon_stop(&server);
}

/* ---- what is under way */

static void a_download_goes_on(void **state)
{
	static const char request[] = DAEMON_BIG_PAGE "\r\n";
	static char bytes[1 << 20];
	struct client running;
	pid_t old[2];
	size_t total;
	ssize_t got;

	(void)state;
	daemon_write_big_page(&server);
	daemon_workers(&server, old, 2);
	assert_true(client_open(&running, server.port, NULL));
	assert_true(client_send(&running, request, sizeof(request) - 1, 0));
	total = (size_t)client_read(&running, bytes, sizeof(bytes));
	configure_workers(1);
	reload_to(SIGHUP, DONE);
	expect(&server, NULL, "gemini://localhost/", 20);
	while ((got = client_read(&running, bytes, sizeof(bytes))) > 0)
		total += (size_t)got;
	assert_true(running.close_notify);
	assert_true(total > DAEMON_BIG_SIZE);
	client_close(&running);
	/* Then the old ones have nothing left to do. */
	await_workers(old, 2, 1);
}

static void an_upload_goes_on(void **state)
{
	static const char line[] = UPLOAD_NEW ";size=12;mime=text/plain\r\n";
	struct person person;
	struct client running;
	struct client_options options;
	struct answer answer;

	(void)state;
	reader_join(&server, &person, "Writer");
	options = from_anywhere(&person);
	assert_true(client_open(&running, server.port, &options));
	assert_true(client_send(&running, line, sizeof(line) - 1, 0));
	assert_true(client_send(&running, "before", 6, 0));
	reload_to(SIGHUP, DONE);
	assert_true(client_send(&running, " after", 6, 0));
	client_receive(&running, &answer);
	assert_answer(&answer, 30, line);
	assert_true(answer.close_notify);
	answer_free(&answer);
	client_close(&running);
	answer = ask(&server, NULL, "gemini://localhost/comments/on/posts/essay/");
	assert_contains(answer.body, "before after");
	answer_free(&answer);
	person_end(&person);
}

/* Connected before the reload, and asks after it: the old generation still hears it. */
static void who_is_connected_may_ask(void **state)
{
	static const char request[] = "gemini://localhost/\r\n";
	struct client early;
	struct answer answer;

	(void)state;
	assert_true(client_open(&early, server.port, NULL));
	reload_to(SIGHUP, DONE);
	assert_true(client_send(&early, request, sizeof(request) - 1, 0));
	client_receive(&early, &answer);
	assert_answer(&answer, 20, request);
	answer_free(&answer);
	client_close(&early);
}

/* ---- what is new */

static unsigned free_port(void)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	close(fd);
	return ntohs(name.sin_port);
}

/* Old configurations are bounded: a reload waits while three still finish what they have. */
static void a_fifth_waits(void **state)
{
	enum { OLD = 3 };
	struct client clients[OLD];

	(void)state;
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 1\nrequest_timeout = 3600\n"
		  "drain_timeout = 3600\n",
		LOCALHOST);
	reload_to(SIGHUP, DONE);
	for (size_t i = 0; i < OLD; i++) {
		assert_true(client_open(&clients[i], server.port, NULL));
		reload_to(SIGHUP, DONE);
	}
	reload_to(SIGHUP, "a reload waits (SIGHUP): 3 older configurations still finish");
	assert_int_equal(logged(DONE), 1 + OLD);
	expect(&server, NULL, "gemini://localhost/", 20);
	client_close(&clients[1]);
	await_log(DONE, 2 + OLD);
	for (size_t i = 0; i < OLD; i += 2)
		client_close(&clients[i]);
	expect(&server, NULL, "gemini://localhost/", 20);
}

static void workers_and_hosts_change(void **state)
{
	static const unsigned counts[] = {1, 3};
	struct client_options other = {.sni = "other.test"};
	pid_t old[DAEMON_PROCESSES_MAX];
	unsigned port = server.port;
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		size_t old_count = daemon_processes(&server, DAEMON_WORKER, old);

		configure_workers(counts[i]);
		reload_to(SIGHUP, DONE);
		await_workers(old, old_count, counts[i]);
		for (int k = 0; k < 10; k++)
			expect(&server, NULL, "gemini://localhost/", 20);
	}
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 2", LOCALHOST OTHER);
	reload_to(SIGHUP, DONE);
	/* Port 0 has kept its port. */
	assert_int_equal(server.port, port);
	answer = ask_as(&server, &other, "gemini://other.test/");
	assert_answer(&answer, 20, "gemini://other.test/");
	assert_contains(answer.body, "The other capsule");
	answer_free(&answer);
	expect(&server, NULL, "gemini://localhost/", 20);
}

static void addresses_change(void **state)
{
	unsigned first = server.port, second = free_port();
	char lines[256], *ready, path[DAEMON_PATH_SIZE];
	struct client client;
	struct answer answer;
	pid_t old[2];

	(void)state;
	daemon_workers(&server, old, 2);
	snprintf(lines, sizeof(lines), "listen = {\"127.0.0.1:0\", \"127.0.0.1:%u\"}\nworkers = 2",
		second);
	configure(lines, LOCALHOST);
	reload_to(SIGHUP, DONE);
	assert_true(client_fetch(first, NULL, "gemini://localhost/", &answer));
	answer_free(&answer);
	assert_true(client_fetch(second, NULL, "gemini://localhost/", &answer));
	answer_free(&answer);
	ready = file_slurp(daemon_path(&server, "ready", path), NULL);
	snprintf(lines, sizeof(lines), "127.0.0.1 %u\n127.0.0.1 %u\n", first, second);
	assert_string_equal(ready, lines);
	free(ready);

	snprintf(lines, sizeof(lines), "listen = {\"127.0.0.1:%u\"}\nworkers = 2", second);
	configure(lines, LOCALHOST);
	reload_to(SIGHUP, DONE);
	await_workers(old, 2, 2);
	assert_true(client_fetch(second, NULL, "gemini://localhost/", &answer));
	answer_free(&answer);
	assert_false(client_connect(&client, first, NULL));
	client_close(&client);
}

/* Whoever rotates a log moves its file away, and says so with SIGUSR1. */
static void the_log_is_opened_anew(void **state)
{
	char from[DAEMON_PATH_SIZE], to[DAEMON_PATH_SIZE], *text;
	bool found = false;

	(void)state;
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 2\nlog_to = \"./access.log\"", LOCALHOST);
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	await_file("access.log", DONE, 1);
	daemon_path(&server, "access.log", from);
	daemon_path(&server, "access.old", to);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(kill(server.pid, SIGUSR1), 0);
	await_file("access.log", DONE, 1);
	/* The old workers may answer a moment longer, and write to the old file. */
	for (int64_t end = now_ms() + PATIENCE_MS; !found;) {
		expect(&server, NULL, "gemini://localhost/folder/page.gmi", 20);
		text = file_slurp(from, NULL);
		found = text != NULL && strstr(text, "/folder/page.gmi") != NULL;
		free(text);
		assert_true(found || now_ms() < end);
	}
}

static void ignore_hangup(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGHUP, &ignore, NULL);
}

static void nohup_is_respected(void **state)
{
	(void)state;
	server.prepare = ignore_hangup;
	daemon_start(&server);
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	reload_to(SIGUSR1, DONE);
	assert_int_equal(logged("SIGHUP"), 0);
}

/* Signals that come while a reload is under way are not lost, and none of them ends anything. */
/* It is who the server began as that counts, not who the file named last. */
static void the_user_stays(void **state)
{
	static const char listen[] = "listen = {\"127.0.0.1:0\"}\nworkers = 1\n";
	static const char warning[] = "user has changed: that takes a restart";
	char other[128];

	(void)state;
	snprintf(other, sizeof(other), "%suser = \"nobody\"\n", listen);
	configure(other, LOCALHOST);
	reload_to(SIGHUP, DONE);
	assert_int_equal(logged(warning), 1);
	reload_to(SIGHUP, DONE);
	assert_int_equal(logged(warning), 2);
	configure(listen, LOCALHOST);
	reload_to(SIGHUP, DONE);
	assert_int_equal(logged(warning), 2);
}

static void signals_pile_up(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(kill(server.pid, SIGHUP), 0);
		assert_int_equal(kill(server.pid, SIGUSR1), 0);
	}
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 1", LOCALHOST OTHER);
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	await_log("with 1 workers", 1);
	expect(&server, NULL, "gemini://localhost/", 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RELOADING("no request is refused or broken by reloads", under_load),
		RELOADING("a download that spans a reload ends well", a_download_goes_on),
		RELOADING("an upload that spans a reload ends well", an_upload_goes_on),
		RELOADING(
			"who connected before a reload may ask after it", who_is_connected_may_ask),
		RELOADING("a reload waits where too many old ones are left", a_fifth_waits),
		RELOADING("the number of workers and the hosts change", workers_and_hosts_change),
		RELOADING("addresses come and go", addresses_change),
		RELOADING("SIGUSR1 opens the log anew", the_log_is_opened_anew),
		RELOADING("the user stays, and that is told", the_user_stays),
		RELOADING("signals that pile up are heard in the end", signals_pile_up),
		RELOADING_AT_REST("SIGHUP that was ignored stays ignored", nohup_is_respected),
	};

	return cmocka_run_group_tests_name("reload", tests, NULL, NULL);
}
