/*
 * TLS where OpenSSL's memory is out, at one place after the other: what cannot be done is a fault
 * or the end of one connection, nothing half done is taken for whole, and nothing leaks.
 */
#include "holder.h"
#include "tight.h"

#include "tls/flaws.h"
#include "tls/secret.h"

static const char *const names[] = {"localhost", "*.example.org", "127.0.0.1"};
static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* Tries it with no failure first, then with one at each place. */
static void at_every_place(
	struct fixture *fixture, bool (*try)(struct fixture *fixture), long finely)
{
	assert_true(try(fixture));
	long place = 0;
	do {
		fixture->fault.text[0] = '\0';
		tight_begin(place);
		bool done = try(fixture);
		tight_end();
		if (!done && (!tight_failed || fixture->fault.text[0] == '\0'))
			fail_msg("place %ld: no word of what is wrong", place);
		assert_true(place < 100000);
		place = tight_next(place, finely);
	} while (tight_failed);
}

static bool make_certificate_of_ours(struct fixture *fixture)
{
	const struct certificate_files *files = &fixture->hosts[0];
	bool done = certificate_make(files, (struct certificate_names){names, 3}, &fixture->fault);
	tight_end();
	/* A key that is there is whole, and so is its certificate. */
	struct certificate_summary summary;
	struct fault fault;
	assert_true(!done || access(files->certificate, F_OK) == 0);
	if (access(files->certificate, F_OK) == 0) {
		if (!certificate_read(files, &summary, &fault))
			fail_msg("%s", fault.text);
	} else if (access(files->key, F_OK) == 0) {
		if (!certificate_make(files, (struct certificate_names){names, 3}, &fault))
			fail_msg("%s", fault.text);
	}
	(void)unlink(files->certificate);
	(void)unlink(files->key);
	return done;
}

static void certificates_are_made(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(unlink(fixture->hosts[0].certificate), 0);
	assert_int_equal(unlink(fixture->hosts[0].key), 0);
	at_every_place(fixture, make_certificate_of_ours, 60);
}

static void find_flaw(void *context, enum flaw_weight weight, const char *words)
{
	(void)weight;
	(void)words;
	assert_non_null(context);
}

static bool read_all(struct fixture *fixture)
{
	const struct certificate_files *files = &fixture->hosts[0];
	struct certificate_summary summary;
	size_t index;
	return certificate_read(files, &summary, &fixture->fault) &&
	       certificate_read_public(files, &summary, &fixture->fault) &&
	       certificate_first_uncovered(
		       files, (struct certificate_names){names, 3}, &index, &fixture->fault) &&
	       flaws_find(files, find_flaw, fixture, &fixture->fault);
}

static void certificates_are_read(void **state)
{
	at_every_place(*state, read_all, 20);
}

static bool hold_keys(struct fixture *fixture)
{
	static const struct keys_held none;
	static struct keys_held right;
	struct keys *keys = keys_new(2, &fixture->fault);
	if (keys == NULL)
		return false;
	bool read = keys_read(keys, 0, &fixture->hosts[0], &fixture->fault) &&
		    keys_read(keys, 1, &fixture->hosts[1], &fixture->fault);
	if (read) {
		struct keys_held held = keys_held(keys);
		if (memcmp(&right, &none, sizeof right) == 0)
			right = held;
		/* Rather none than others. */
		assert_true(memcmp(&held, &right, sizeof held) == 0 ||
			    (tight_failed && memcmp(&held, &none, sizeof held) == 0));
	}
	keys_free(keys);
	return read;
}

static void keys_are_read(void **state)
{
	at_every_place(*state, hold_keys, 20);
}

static const struct keys_held *held_elsewhere;

static bool make_server(struct fixture *fixture)
{
	struct tls_server *server = tls_server_new(
		fixture->hosts, 2, find_host, fixture, held_elsewhere, &fixture->fault);
	tls_server_free(server);
	return server != NULL;
}

/* A library context that could not be made is left lying by OpenSSL 3.0 itself. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static void leave_leaks(bool leave)
{
	void (*change)(void) = leave ? __lsan_disable : __lsan_enable;
	if (change != NULL)
		change();
}

static void servers_are_made(void **state)
{
	struct fixture *fixture = *state;
	held_elsewhere = NULL;
	at_every_place(fixture, make_server, 20);
	struct keys *keys = keys_new(2, &fixture->fault);
	assert_non_null(keys);
	for (size_t i = 0; i < 2; i++)
		assert_true(keys_read(keys, i, &fixture->hosts[i], &fixture->fault));
	struct keys_held held = keys_held(keys);
	keys_free(keys);
	held_elsewhere = &held;
	leave_leaks(true);
	at_every_place(fixture, make_server, 20);
	leave_leaks(false);
}

/* ---- connections */

/* As client_handshake, with the server's side short of memory from `place` on until it has failed
 * once. */
static bool shake_hands(struct client *client, long place)
{
	tight_failed = false;
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		ERR_clear_error();
		bool done = SSL_do_handshake(client->ssl) == 1;
		client_send(client);
		tight_left = place;
		enum tls_io io = tls_handshake(client->tls);
		place = tight_left;
		tight_end();
		client_receive(client);
		if (io == TLS_FAILED || io == TLS_END) {
			assert_true(tight_failed);
			assert_true(io == TLS_END || tls_failure(client->tls)[0] != '\0');
			return false;
		}
		if (io == TLS_DONE && done)
			return true;
	}
	fail_msg("the handshake does not end");
	return false;
}

static void handshakes_fail_alone(void **state)
{
	struct fixture *fixture = *state;
	for (int i = 0; i < 4; i++) {
		long place = 0;
		do {
			struct client client;
			open_client(fixture, &client, versions[i % 2], i / 2, NULL);
			if (shake_hands(&client, place))
				client_say(&client, "gemini://localhost/\r\n");
			client_close(&client);
			/* A handshake has thousands of them; some fifty are tried. */
			place = tight_next(place, 15);
		} while (tight_failed);
		assert_true(shakes_hands(fixture, versions[i % 2], i / 2, NULL));
	}
}

/* ---- secrets */

static bool make_secrets(struct fixture *fixture)
{
	static const unsigned char salt[SECRET_SIZE];
	unsigned char hash[SECRET_SIZE];
	char hex[SECRET_HEX_SIZE];
	bool done = secret_hash(S("key"), S("text"), hash) &&
		    secret_stretch(S("text"), salt, hash) && secret_random(hash, sizeof hash) &&
		    secret_hash_file(fixture->hosts[0].certificate, hex);
	if (!done)
		fault_set(&fixture->fault, "memory is out");
	return done;
}

static void secrets_are_made(void **state)
{
	at_every_place(*state, make_secrets, 20);
}

/* Kinds of keys that take little time. */
static int set_up_quick(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	make_folder(fixture->folder);
	write_host(fixture, 0, "P-256");
	write_host(fixture, 1, "ED25519");
	*state = fixture;
	return 0;
}

static int set_up_server(void **state)
{
	set_up_quick(state);
	start(*state);
	return 0;
}

#define FILES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_quick, tear_down_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILES_TEST(certificates_are_made),
		FILES_TEST(certificates_are_read),
		FILES_TEST(keys_are_read),
		FILES_TEST(servers_are_made),
		FILES_TEST(secrets_are_made),
		cmocka_unit_test_setup_teardown(handshakes_fail_alone, set_up_server, tear_down),
	};
	if (!tight_take_openssl()) {
		printf("1..1\nok 1 # SKIP OpenSSL has memory of its own already\n");
		return 0;
	}
	return cmocka_run_group_tests_name("tls memory", tests, NULL, NULL);
}
