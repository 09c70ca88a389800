/*
 * Every way to misbehave in every state of a connection: whoever is silent, sends or takes a byte
 * now and then, closes half, closes or resets is gone by the state's deadline; it costs next to
 * nothing, what it is told is no success, and the server serves.
 */
#include "trouble.h"
#include "upload.h"
#include "usage.h"

#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_MS 1000 /* of every state; some follow one after the other */
#define LATE_MS     9000 /* by how much they may be missed on a busy machine */
#define PAUSE_MS    50   /* between two bytes */
#define WINDOWS     3    /* deadlines that one client meets: to ask, to be told, to leave */
#define SPENT_MS    900  /* of processor time for all: a loop that spins for a window takes more */
#define PROXY       "127.0.0.9"

enum behaviour { SILENT, BYTEWISE, HALF_CLOSED, CLOSED, RESET, BEHAVIOURS };
static const char *const behaviours[] = {
	"silent", "byte by byte", "half closed", "closed", "resetting"};

static size_t at_rest;
static char guarded[URL_SIZE];

static int start(void **state)
{
	static const char *const extra[] = {"--handshake-timeout", "1", "--request-timeout", "1",
		"--upload-timeout", "1", "--answer-timeout", "1", "--write-timeout", "1",
		"--close-timeout", "1", "--proxies", PROXY, NULL};
	struct answer answer;

	fixture_prepare(state);
	server.noisy = true;
	server.extra = extra;
	daemon_write_big_page(&server);
	daemon_start(&server);
	at_rest = usage_sockets(&server);
	reader_join(&server, &writer, "Writer");
	answer = ask(&server, &writer, "gemini://localhost/comments/on/" ESSAY "/new");
	snprintf(guarded, sizeof(guarded), "gemini://localhost%s?Perhaps.\r\n",
		redirect_path(&answer));
	answer_free(&answer);
	return 0;
}

/* ---- how each state is reached; the bytes that would go on are the row's */

static void reach_tcp(struct client *client)
{
	assert_true(client_connect(client, server.port, NULL));
}

static void reach_proxy(struct client *client)
{
	assert_true(client_connect(client, server.port, &(struct client_options){.source = PROXY}));
	assert_true(client_send(client, "PROXY ", 6, 0));
}

static void reach_handshake(struct client *client)
{
	reach_tcp(client);
	assert_true(client_send(client, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9, 0));
}

static void reach(struct client *client, const struct person *person, const char *bytes)
{
	const struct client_options options = {.person = person};

	assert_true(client_open(client, server.port, &options));
	assert_true(client_send(client, bytes, strlen(bytes), 0));
}

static void reach_request(struct client *client)
{
	reach(client, NULL, "gemini://localhost/");
}

static void reach_upload(struct client *client)
{
	reach(client, &writer, UPLOAD_NEW ";mime=text/plain;size=60000\r\nNever.");
}

/* The store is locked meanwhile, so no answer is found. */
static void reach_answer(struct client *client)
{
	reach(client, &writer, guarded);
}

static void reach_write(struct client *client)
{
	char byte;

	reach(client, NULL, DAEMON_BIG_PAGE "\r\n");
	assert_int_equal(client_read(client, &byte, 1), 1);
}

static void reach_drain(struct client *client)
{
	struct answer answer;

	reach(client, NULL, "gemini://localhost/\r\n");
	client_receive(client, &answer);
	assert_answer(&answer, 20, "gemini://localhost/");
	answer_free(&answer);
}

static const struct row {
	const char *state;
	void (*reach)(struct client *client);
	int status; /* what who stays is told, where they are told something */
} rows[] = {
	{"nothing yet", reach_tcp, 0},
	{"the header of a proxy", reach_proxy, 0},
	{"the handshake", reach_handshake, 0},
	{"the request", reach_request, 59},
	{"the upload", reach_upload, 59},
	{"the writing", reach_write, 20},
	{"the end", reach_drain, 0},
	/* Last: the jobs behind it wait for the store, and others for them. */
	{"the answer", reach_answer, 40},
};

static void behave(struct client *client, enum behaviour behaviour)
{
	switch (behaviour) {
	case HALF_CLOSED:
		shutdown(client->fd, SHUT_WR);
		return;
	case CLOSED:
		client_close(client);
		return;
	case RESET:
		client_abort(client);
		return;
	case SILENT:
	case BYTEWISE:
	case BEHAVIOURS:
		return;
	}
}

/* A byte more in either direction; nothing waits, and what fails is the server's good right. */
static void trickle(struct client *client, const struct row *row)
{
	char byte;
	size_t moved;

	if (row->reach == reach_write)
		(void)SSL_read_ex(client->ssl, &byte, 1, &moved);
	else if (client->ssl != NULL && row->reach != reach_drain)
		(void)SSL_write_ex(client->ssl, "a", 1, &moved);
	else
		(void)send(client->fd, "1", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What has come for who is still there: nothing, or the status that says what was wrong. */
static void check_told(struct client *client, const struct row *row, enum behaviour behaviour)
{
	struct answer answer;

	if (client->fd < 0)
		return;
	if (client->ssl != NULL && row->reach != reach_drain && row->reach != reach_write) {
		client->deadline = now_ms() + PATIENCE_MS;
		client_receive(client, &answer);
		if (answer.status != row->status && (behaviour == SILENT || answer.status != 0))
			fail_msg("%s, %s: %d %s", row->state, behaviours[behaviour], answer.status,
				answer.meta);
		answer_free(&answer);
	}
	client_close(client);
}

/* Until the server has let go of all of them; the deadlines may follow one after the other. */
static void outlast(struct client clients[COUNT(rows)][BEHAVIOURS])
{
	const int64_t end = now_ms() + WINDOWS * DEADLINE_MS + LATE_MS;
	int64_t next = 0;

	while (usage_sockets(&server) > at_rest) {
		if (now_ms() > end)
			fail_msg("%zu sockets are still open", usage_sockets(&server) - at_rest);
		for (size_t i = 0; i < COUNT(rows) && now_ms() >= next; i++)
			trickle(&clients[i][BYTEWISE], &rows[i]);
		if (now_ms() >= next)
			next = now_ms() + PAUSE_MS;
		look_again_soon();
	}
}

/* Jobs that wait for the locked store are in the way of others until they give up: a page may be
 * told to be late, and comes when it is asked again. */
static void expect_page_soon(const char *url)
{
	int64_t end = now_ms() + PATIENCE_MS;
	int status = 0;

	while (status != 20) {
		struct answer answer = ask(&server, NULL, url);

		status = answer.status;
		if (status != 20 && (status != 40 || now_ms() > end))
			fail_msg("%s: %d %s", url, status, answer.meta);
		answer_free(&answer);
	}
}

static void everybody(void)
{
	static struct client clients[COUNT(rows)][BEHAVIOURS];
	struct usage before = usage_of(&server);
	long spent;

	for (size_t i = 0; i < COUNT(rows); i++)
		for (int j = 0; j < BEHAVIOURS; j++) {
			rows[i].reach(&clients[i][j]);
			behave(&clients[i][j], (enum behaviour)j);
		}
	expect_page_soon("gemini://localhost/posts/essay.gmi");
	expect_page_soon("gemini://localhost/folder/page.gmi");
	outlast(clients);
	spent = usage_of(&server).cpu_ms - before.cpu_ms;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int j = 0; j < BEHAVIOURS; j++)
			check_told(&clients[i][j], &rows[i], (enum behaviour)j);
	print_message("# %ld ms of processor time\n", spent);
	assert_in_range(spent, 0, SPENT_MS);
}

static void every_state(void **state)
{
	pid_t before[2], after[2];
	sqlite3 *lock = open_store();
	char *thread;

	(void)state;
	daemon_workers(&server, before, 2);
	assert_int_equal(sqlite3_exec(lock, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	everybody();
	assert_int_equal(sqlite3_exec(lock, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(lock), SQLITE_OK);
	expect_pages();
	daemon_workers(&server, after, 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(after[i] == before[0] || after[i] == before[1]);
	/* Of what was only begun nothing is there; what was whole, and answered too late, may be,
	 * but not as often as it was sent. */
	assert_int_equal(say(), 30);
	expect_all_that_was_said();
	thread = read_pages(&server, "/comments/on/" ESSAY "/", "?after=");
	assert_lacks(thread, "Never.");
	assert_in_range(count_of(thread, "Perhaps."), 0, 1);
	free(thread);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("silent, slow, half closed, closed and reset in every state", every_state),
	};

	return cmocka_run_group_tests_name("clients", tests, start, trouble_end);
}
