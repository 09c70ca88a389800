/*
 * Reloads that cannot be: nothing changes, and the log says why. And what is replaced without being
 * asked for: certificates that change on disk, a keyholder that dies.
 */
#include "reloading.h"

#include <netinet/in.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

/* The reload is refused for this reason, and the same processes serve on. */
static void expect_refusal(const char *reason)
{
	pid_t before[2], after[2];
	size_t told = logged(reason);

	daemon_workers(&server, before, 2);
	reload_to(SIGHUP, REFUSED);
	await_log(reason, told + 1);
	daemon_workers(&server, after, 2);
	assert_memory_equal(before, after, sizeof(before));
	expect(&server, NULL, "gemini://localhost/", 20);
}

static void a_wrong_configuration(void **state)
{
	(void)state;
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 2\nlog = \"loud\"\nmax_conections = 3",
		LOCALHOST);
	expect_refusal("kindling.conf:5:");
	/* All that is wrong is told, not just the first of it. */
	assert_int_equal(logged("kindling.conf:6:"), 1);
	daemon_write_text(&server, "kindling.conf", "listen = {");
	expect_refusal("kindling.conf:1:");
	/* As a file is that is being written. */
	daemon_write_text(&server, "kindling.conf", "");
	expect_refusal("kindling.conf is empty");
	configure_workers(1);
	reload_to(SIGHUP, DONE);
}

static void a_missing_root(void **state)
{
	(void)state;
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 1",
		LOCALHOST "capsule \"new.test\" { root = \"nowhere\" certs = \"certs\" }");
	expect_refusal("nowhere");
}

static void a_taken_port(void **state)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(name);
	char lines[128];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	snprintf(lines, sizeof(lines), "listen = {\"127.0.0.1:0\", \"127.0.0.1:%u\"}\nworkers = 1",
		ntohs(name.sin_port));
	configure(lines, LOCALHOST);
	expect_refusal("is taken by another program");
	close(fd);
	reload_to(SIGHUP, DONE);
}

static void a_store_that_cannot_be(void **state)
{
	(void)state;
	daemon_write_text(&server, "file", "");
	daemon_write_text(&server, "kindling.conf",
		"ready_file = \"ready\"\nlisten = {\"127.0.0.1:0\"}\nworkers = 2\n"
		"store = \"sqlite:file/store.db\"\n" LOCALHOST);
	expect_refusal("file");
}

static void a_log_that_cannot_be(void **state)
{
	(void)state;
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 2\nlog_to = \"./none/log\"", LOCALHOST);
	expect_refusal("./none/log");
}

static void a_key_of_another(void **state)
{
	struct person one, other;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	assert_true(person_make_ordinary(&one, "other.test"));
	assert_true(person_make_ordinary(&other, "other.test"));
	assert_true(
		person_write(&one, NULL, daemon_path(&server, "certs/other.test.crt", path), NULL));
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 2", LOCALHOST OTHER);
	expect_refusal("other.test.crt is there without");
	assert_true(person_write(
		&other, NULL, NULL, daemon_path(&server, "certs/other.test.key", path)));
	expect_refusal("other.test.key");
	person_end(&one);
	person_end(&other);
}

/* A certificate that readers know is never replaced by one that nobody knows. */
static void certificates_that_are_gone(void **state)
{
	char from[DAEMON_PATH_SIZE], to[DAEMON_PATH_SIZE];

	(void)state;
	assert_int_equal(
		rename(daemon_path(&server, "certs", from), daemon_path(&server, "away", to)), 0);
	expect_refusal("are gone");
	assert_int_equal(access(from, F_OK), -1);
	assert_int_equal(rename(to, from), 0);
	reload_to(SIGHUP, DONE);
}

/* ---- workers that die before they serve */

/* Kills the first process that is seen to be new. False: none was seen before the reload was done.
 */
static bool kill_a_new_one(const char *name, const pid_t *old, size_t old_count, size_t done)
{
	pid_t found[DAEMON_PROCESSES_MAX];

	while (logged(DONE) == done && logged(REFUSED) == 0) {
		size_t count = daemon_processes(&server, name, found);

		for (size_t i = 0; i < count; i++) {
			bool known = false;

			for (size_t k = 0; k < old_count; k++)
				known = known || found[i] == old[k];
			if (!known)
				return kill(found[i], SIGKILL) == 0;
		}
	}
	return false;
}

/* Whoever is quick enough hits a plan before it is committed; else there is another round. */
static void new_workers_that_die(void **state)
{
	pid_t old[DAEMON_PROCESSES_MAX];
	int64_t limit = now_ms() + PATIENCE_MS;

	(void)state;
	while (logged(REFUSED) == 0) {
		size_t done = logged(DONE);

		assert_true(now_ms() < limit);
		configure_workers(2);
		reload_to(SIGHUP, DONE);
		await_workers(NULL, 0, 2);
		done = logged(DONE);
		daemon_workers(&server, old, 2);
		configure_workers(24); /* which takes a while */
		assert_int_equal(kill(server.pid, SIGHUP), 0);
		kill_a_new_one(DAEMON_WORKER, old, 2, done);
		while (logged(REFUSED) == 0 && logged(DONE) == done)
			look_again_soon();
	}
	assert_int_equal(logged("before it could serve"), 1);
	await_workers(NULL, 0, 2);
	expect(&server, NULL, "gemini://localhost/", 20);
	/* Nothing of the plan is in the way of the next one. */
	configure_workers(3);
	reload_to(SIGHUP, DONE);
	await_workers(old, 2, 3);
}

/* ---- without being asked */

static X509 *certificate_now(void)
{
	struct client client;
	X509 *certificate;

	if (!client_open(&client, server.port, NULL)) {
		client_close(&client);
		return NULL;
	}
	certificate = SSL_get1_peer_certificate(client.ssl);
	client_close(&client);
	return certificate;
}

static void await_certificate(X509 *expected)
{
	int64_t limit = now_ms() + PATIENCE_MS;
	bool same = false;

	while (!same) {
		X509 *now = certificate_now();

		assert_true(now_ms() < limit);
		assert_non_null(now);
		same = X509_cmp(now, expected) == 0;
		X509_free(now);
		look_again_soon();
	}
}

static void certificates_change_on_disk(void **state)
{
	char certificate[DAEMON_PATH_SIZE], key[DAEMON_PATH_SIZE];
	struct person renewed;
	X509 *before = certificate_now();

	(void)state;
	daemon_path(&server, "certs/localhost.crt", certificate);
	daemon_path(&server, "certs/localhost.key", key);
	assert_true(person_make_ordinary(&renewed, "localhost"));
	/* One without the other is no use: that is told once, and readers see the old one. */
	assert_true(person_write(&renewed, NULL, certificate, NULL));
	await_log(REFUSED, 1);
	await_certificate(before);
	assert_true(person_write(&renewed, NULL, NULL, key));
	await_certificate(renewed.certificate);
	assert_int_equal(logged(REFUSED), 1);
	X509_free(before);
	person_end(&renewed);
}

static void a_keyholder_that_dies(void **state)
{
	pid_t keyholder[DAEMON_PROCESSES_MAX], old[2];

	(void)state;
	daemon_workers(&server, old, 2);
	assert_int_equal(daemon_processes(&server, DAEMON_KEYHOLDER, keyholder), 1);
	assert_int_equal(kill(keyholder[0], SIGKILL), 0);
	await_log("the keyholder", 1);
	await_log(DONE, 1);
	await_workers(old, 2, 2);
	expect(&server, NULL, "gemini://localhost/", 20);
	/* And its successor is looked after as well. */
	assert_int_equal(daemon_processes(&server, DAEMON_KEYHOLDER, keyholder), 1);
	assert_int_equal(kill(keyholder[0], SIGKILL), 0);
	await_log(DONE, 2);
	expect(&server, NULL, "gemini://localhost/", 20);
}

/* All processes of all generations end with the master. */
static void a_master_that_dies(void **state)
{
	static const char request[] = "gemini://localhost/\r\n";
	int64_t limit = now_ms() + PATIENCE_MS;
	struct client early, late;

	(void)state;
	assert_true(client_open(&early, server.port, NULL));
	reload_to(SIGHUP, DONE);
	assert_true(client_open(&late, server.port, NULL));
	assert_int_equal(kill(server.pid, SIGKILL), 0);
	assert_true(client_send(&early, request, sizeof(request) - 1, 0));
	assert_true(client_send(&late, request, sizeof(request) - 1, 0));
	client_close(&early);
	client_close(&late);
	assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
	while (waitpid(-server.pid, NULL, WNOHANG) >= 0 || errno == EINTR) {
		if (now_ms() > limit)
			fail_msg("processes go on without their master");
		look_again_soon();
	}
	server.pid = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RELOADING("a wrong configuration changes nothing", a_wrong_configuration),
		RELOADING("nor does a root that is missing", a_missing_root),
		RELOADING("nor does a port that is taken", a_taken_port),
		RELOADING("nor does a store that cannot be", a_store_that_cannot_be),
		RELOADING("nor does a log that cannot be", a_log_that_cannot_be),
		RELOADING("nor does a key without its certificate", a_key_of_another),
		RELOADING("nor do certificates that are gone", certificates_that_are_gone),
		RELOADING("nor do new workers that die", new_workers_that_die),
		RELOADING(
			"certificates that change on disk are taken", certificates_change_on_disk),
		RELOADING("a keyholder that dies is replaced", a_keyholder_that_dies),
		RELOADING("all generations end with the master", a_master_that_dies),
	};

	return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
