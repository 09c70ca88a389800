/*
 * Uploads as a service meets them: asked twice, the body whole, and the limits that hold whatever
 * a page says. And jobs that come too late.
 */
#include "testing.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/check.h"
#include "credentials.h"
#include "net/net.h"
#include "os/fd.h"
#include "os/listen.h"

static struct {
	char folder[64];
	struct conf settings;
	struct tls_server *tls;
	struct admission admission;
	struct net *net;
	struct sockaddr_in address;
	pthread_t thread;
	int end[2]; /* a pipe whose end stops the net */
	_Atomic unsigned asked, with_body;
	_Atomic uint64_t visitor;
	_Atomic unsigned late, abandoned;
	sem_t held, go; /* a thread is held; it may go */
} w;

/* Wants every body, even where there is none to be had. */
static void want(void *page, struct request *request, struct reply *reply)
{
	(void)page;
	w.asked++;
	w.visitor = request->visitor;
	/* What is said beside it does not count. */
	reply_bytes(reply, "text/plain", SPAN_LIT("too early"));
	reply->wants_body = true;
	if (!request->has_body)
		return;
	w.with_body++;
	CHECK(request->body.len == request->titan.size);
	reply_bytes(reply, "text/plain", request->body);
	reply->wants_body = span_equal(request->uri.path, SPAN_LIT("/again"));
}

static void refuse(void *page, struct request *request, struct reply *reply)
{
	(void)page;
	w.asked++;
	reply_status(request, reply, STATUS_CERTIFICATE_REQUIRED, "Choose an identity");
}

/* Holds a thread until the test lets it go. */
static void hold(void *page, struct request *request, struct reply *reply)
{
	(void)page;
	CHECK(sem_post(&w.held) == 0);
	while (sem_wait(&w.go) != 0)
		CHECK(errno == EINTR);
	reply_status(request, reply, STATUS_NOT_FOUND, "At last");
}

static void come_late(void *page, struct request *request, struct reply *reply)
{
	(void)page;
	w.late++;
	reply_status(request, reply, STATUS_NOT_FOUND, "Late");
}

static void abandon(void *page)
{
	(void)page;
	w.abandoned++;
}

/* The first time in the loop and then in a job, or the other way round, or always the same. */
static struct net_job answer(
	void *context, struct span sni, unsigned port, struct request *request, struct reply *reply)
{
	(void)context;
	(void)sni;
	(void)port;
	struct span path = request->uri.path;
	if (span_equal(path, SPAN_LIT("/hold")))
		return (struct net_job){.run = hold};
	if (span_equal(path, SPAN_LIT("/late")))
		return (struct net_job){.run = come_late, .abandon = abandon};
	page_handler *page = span_equal(path, SPAN_LIT("/refused")) ? refuse : want;
	bool in_job = span_equal(path, SPAN_LIT("/jobs")) ||
		      span_equal(path, span_of(request->has_body ? "/then-job" : "/job-first"));
	if (in_job)
		return (struct net_job){.run = page};
	page(NULL, request, reply);
	return (struct net_job){.run = NULL};
}

static void *serve(void *context)
{
	(void)context;
	CHECK(net_run(w.net));
	return NULL;
}

static int first_host(void *context, struct span name)
{
	(void)context;
	(void)name;
	return 0;
}

static size_t nothing_private(struct span path)
{
	(void)path;
	return 0;
}

static const struct net_service service = {.path_private = nothing_private, .answer = answer};

static int begin(void **state)
{
	const char *names[] = {"localhost"};
	struct certificate_files files;
	struct fault fault;
	struct sockaddr_storage any;

	(void)state;
	make_folder(w.folder);
	assert_true(certificate_files_for(w.folder, "localhost", &files, &fault));
	assert_true(certificate_make(&files, (struct certificate_names){names, 1}, &fault));
	w.tls = tls_server_new(&files, 1, first_host, NULL, NULL, &fault);
	assert_non_null(w.tls);
	w.settings = (struct conf){.max_connections = 100,
		.max_connections_per_address = 100,
		.max_connections_per_network = 100,
		.handshake_timeout = 30,
		.request_timeout = 30,
		.upload_timeout = 30,
		.answer_timeout = 2,
		.write_timeout = 30,
		.close_timeout = 30,
		.drain_timeout = 30};
	w.admission = (struct admission){admission_table_new(&fault), 0};
	assert_non_null(w.admission.table);
	w.net = net_new(&(struct net_setup){.settings = &w.settings,
				.service = &service,
				.tls = w.tls,
				.admission = &w.admission},
		&fault);
	assert_non_null(w.net);
	assert_true(address_parse("127.0.0.1:0", &any, &fault));
	int fd = listen_bind(&any, &fault);
	assert_true(fd >= 0 && listen_start(fd, &any, &fault) && listen_bound_address(fd, &any));
	memcpy(&w.address, &any, sizeof w.address);
	assert_true(net_listen(w.net, fd, &fault));
	assert_int_equal(pipe(w.end), 0);
	assert_true(fd_set_nonblocking(w.end[0]));
	assert_true(net_retire_on_end_of(w.net, w.end[0], &fault));
	assert_int_equal(pthread_create(&w.thread, NULL, serve, NULL), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(w.end[1]);
	pthread_join(w.thread, NULL);
	net_free(w.net);
	close(w.end[0]);
	tls_server_free(w.tls);
	remove_folder(w.folder);
	return 0;
}

/* Sends the line, then the rest in a record of its own, and gives all that comes. */
static void transact(const char *line, const char *body, size_t length, char *out, size_t size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	size_t used = 0, got, sent;

	w.asked = w.with_body = 0;
	assert_int_equal(connect(fd, (struct sockaddr *)&w.address, sizeof w.address), 0);
	SSL_set_fd(ssl, fd);
	assert_int_equal(SSL_connect(ssl), 1);
	assert_int_equal(SSL_write_ex(ssl, line, strlen(line), &sent), 1);
	if (length > 0)
		assert_int_equal(SSL_write_ex(ssl, body, length, &sent), 1);
	while (used < size - 1 && SSL_read_ex(ssl, out + used, size - 1 - used, &got) == 1)
		used += got;
	out[used] = '\0';
	assert_true((SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
}

static void in_the_loop_and_in_jobs(void **state)
{
	static const char *const paths[] = {"loop", "jobs", "then-job", "job-first"};
	char line[128], out[256];

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		snprintf(line, sizeof line, "titan://localhost/%s;size=5\r\n", paths[i]);
		transact(line, "hello", 5, out, sizeof out);
		assert_string_equal(out, "20 text/plain\r\nhello");
		assert_int_equal(w.asked, 2);
		assert_int_equal(w.with_body, 1);
		/* With the line, and more than was promised. */
		snprintf(line, sizeof line, "titan://localhost/%s;size=5\r\nhello, you", paths[i]);
		transact(line, NULL, 0, out, sizeof out);
		assert_string_equal(out, "20 text/plain\r\nhello");
		/* Part of it with the line. */
		snprintf(line, sizeof line, "titan://localhost/%s;size=5\r\nhe", paths[i]);
		transact(line, "llo", 3, out, sizeof out);
		assert_string_equal(out, "20 text/plain\r\nhello");
	}
}

static void refusal_at_once(void **state)
{
	char out[256];

	(void)state;
	transact("titan://localhost/refused;size=5\r\n", NULL, 0, out, sizeof out);
	assert_string_equal(out, "60 Choose an identity\r\n");
	assert_int_equal(w.asked, 1);
}

static void never_more_than_the_limit(void **state)
{
	static char body[REPLY_BODY_MAX], out[REPLY_BODY_MAX + 256];
	char line[128];

	(void)state;
	memset(body, 'b', sizeof body);
	snprintf(line, sizeof line, "titan://localhost/loop;size=%d\r\n", REPLY_BODY_MAX);
	transact(line, body, sizeof body, out, sizeof out);
	assert_int_equal(strlen(out), strlen("20 text/plain\r\n") + sizeof body);
	snprintf(line, sizeof line, "titan://localhost/loop;size=%d\r\n", REPLY_BODY_MAX + 1);
	transact(line, NULL, 0, out, sizeof out);
	assert_string_equal(out, "50 An upload here holds 65536 bytes at most\r\n");
	assert_int_equal(w.asked, 1);
	transact("titan://localhost/jobs;size=18446744073709551615\r\n", NULL, 0, out, sizeof out);
	assert_string_equal(out, "50 An upload here holds 65536 bytes at most\r\n");
}

/* Only an upload has a body, and only one. */
static void no_body_to_be_had(void **state)
{
	char out[256];

	(void)state;
	transact("titan://localhost/loop;edit\r\n", "hello", 5, out, sizeof out);
	assert_string_equal(out, "20 text/plain\r\ntoo early");
	transact("gemini://localhost/jobs\r\n", "hello", 5, out, sizeof out);
	assert_string_equal(out, "20 text/plain\r\ntoo early");
	assert_int_equal(w.asked, 1);
	transact("titan://localhost/again;size=5\r\n", "hello, once", 11, out, sizeof out);
	assert_string_equal(out, "20 text/plain\r\nhello");
	assert_int_equal(w.asked, 2);
}

static void one_visitor(void **state)
{
	char out[256];
	uint64_t first;

	(void)state;
	transact("gemini://localhost/\r\n", NULL, 0, out, sizeof out);
	first = w.visitor;
	assert_true(first != 0);
	transact("titan://localhost/loop;size=1\r\n", "x", 1, out, sizeof out);
	assert_true(w.visitor == first);
}

static void *hold_a_thread(void *context)
{
	char out[256];

	(void)context;
	transact("gemini://localhost/hold\r\n", NULL, 0, out, sizeof out);
	CHECK(strncmp(out, "40 This took too long", 21) == 0);
	return NULL;
}

/* Four threads work, which is what libuv has: the fifth question waits behind them. */
static void nobody_waits_any_more(void **state)
{
	pthread_t holders[4];
	char out[256];

	(void)state;
	assert_int_equal(sem_init(&w.held, 0, 0), 0);
	assert_int_equal(sem_init(&w.go, 0, 0), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&holders[i], NULL, hold_a_thread, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(sem_wait(&w.held), 0);
	transact("gemini://localhost/late\r\n", NULL, 0, out, sizeof out);
	assert_string_equal(out, "40 This took too long. Try again in a minute\r\n");
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(sem_post(&w.go), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(holders[i], NULL);
	/* Behind it in the queue, were it still there. */
	transact("gemini://localhost/jobs\r\n", NULL, 0, out, sizeof out);
	assert_int_equal(w.late, 0);
	assert_int_equal(w.abandoned, 1);
	sem_destroy(&w.held);
	sem_destroy(&w.go);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"the page is asked twice, in the loop or in jobs", in_the_loop_and_in_jobs, NULL,
			NULL, NULL},
		{"a refusal is the answer at once", refusal_at_once, NULL, NULL, NULL},
		{"no page gets more than the limit", never_more_than_the_limit, NULL, NULL, NULL},
		{"a page that wants what cannot be had does not wait for it", no_body_to_be_had,
			NULL, NULL, NULL},
		{"a network is the same visitor each time", one_visitor, NULL, NULL, NULL},
		{"a job that nobody waits for any more is not begun", nobody_waits_any_more, NULL,
			NULL, NULL},
	};

	return cmocka_run_group_tests_name("upload", tests, begin, end);
}
