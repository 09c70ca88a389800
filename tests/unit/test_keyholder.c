/*
 * Keys that are at a keyholder: every kind signs in every version, clients see no difference, and
 * the process that has them lives as the master wants.
 */
#include "holder.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "proc/keyholder.h"

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static void keys_of_every_kind_sign_in_every_version(void **state)
{
	static const char *const kinds[][2] = {{"P-384", "P-521"}, {"ED25519", "ED448"},
		{"RSA3072", "RSA-PSS"}, {"P-256", "P-256"}};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		stop(fixture);
		for (int host = 0; host < 2; host++)
			write_host(fixture, host, kinds[i][host]);
		start(fixture);
		for (int host = 0; host < 2; host++)
			for (int j = 0; j < 2; j++)
				if (!shakes_hands(fixture, versions[j], host, NULL))
					fail_msg("no handshake: %s, %x", kinds[i][host],
						versions[j]);
	}
}

static void clients_choose_among_the_schemes(void **state)
{
	struct fixture *fixture = *state;
	assert_true(shakes_hands(fixture, TLS1_2_VERSION, 1, "rsa_pkcs1_sha256"));
	assert_true(shakes_hands(fixture, TLS1_2_VERSION, 1, "rsa_pss_rsae_sha256"));
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 1, "rsa_pss_rsae_sha256"));
	assert_false(shakes_hands(fixture, TLS1_3_VERSION, 1, "ecdsa_secp256r1_sha256"));
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, "ecdsa_secp256r1_sha256"));
	/* In TLS 1.2 the curve is nobody's business. */
	assert_true(shakes_hands(fixture, TLS1_2_VERSION, 0, "ecdsa_secp384r1_sha384"));
	assert_false(shakes_hands(fixture, TLS1_3_VERSION, 0, "ecdsa_secp384r1_sha384"));
}

static void clients_certificates_of_every_kind_are_still_verified(void **state)
{
	static const char *const kinds[] = {
		"RSA2048", "RSA-PSS", "P-256", "P-384", "P-521", "ED25519", "ED448"};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		EVP_PKEY *key = make_any_key(kinds[i]);
		X509 *certificate = make_certificate(key, (struct recipe){"me", 0, 3600, NULL});
		unsigned char hash[32];
		hash_key(key, hash);
		for (int j = 0; j < 2; j++) {
			struct client client;
			struct identity identity;
			open_client(fixture, &client, versions[j], j, NULL);
			assert_int_equal(
				SSL_use_cert_and_key(client.ssl, certificate, key, NULL, 1), 1);
			client_connect(&client);
			assert_true(tls_identity(client.tls, &identity) && identity.present);
			assert_memory_equal(identity.key, hash, sizeof hash);
			client_close(&client);
		}
		X509_free(certificate);
		EVP_PKEY_free(key);
	}
}

/* The server reads its certificates after the keyholder has read its own. */
static void a_certificate_that_is_replaced_meanwhile_is_a_fault(void **state)
{
	struct fixture *fixture = *state;
	write_host(fixture, 1, "P-256");
	assert_null(tls_server_new(
		fixture->hosts, 2, find_host, fixture, &fixture->holder.held, &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, "was replaced"));
}

static void a_key_that_does_not_fit_is_not_held(void **state)
{
	struct fixture *fixture = *state;
	struct keys *keys = keys_new(1, &fixture->fault);
	EVP_PKEY *other = make_key("P-256");
	write_host(fixture, 0, "P-256");
	write_private_key(fixture->hosts[0].key, other, NULL);
	assert_false(keys_read(keys, 0, &fixture->hosts[0], &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, "does not belong to"));
	keys_free(keys);
	EVP_PKEY_free(other);
}

/* Nobody could be served with it. */
static void a_key_of_another_kind_is_not_held(void **state)
{
	struct fixture *fixture = *state;
	struct keys *keys = keys_new(1, &fixture->fault);
	write_host(fixture, 0, "DSA");
	assert_false(keys_read(keys, 0, &fixture->hosts[0], &fixture->fault));
	assert_non_null(strstr(fixture->fault.text, "is of a kind that this server cannot use"));
	struct keys_held held = keys_held(keys);
	for (size_t i = 0; i < sizeof held.digest; i++)
		assert_int_equal(held.digest[i], 0);
	keys_free(keys);
	keys_free(NULL);
}

/* ---- the process */

static void write_conf(struct fixture *fixture, struct arena *arena, const struct conf **conf)
{
	char text[512];
	snprintf(text, sizeof text,
		"sandbox = no\n"
		"capsule \"localhost\" { root = \"%s\" certs = \"%s\" }\n"
		"capsule \"fresh.example\" { root = \"%s\" certs = \"%s/new\" }\n",
		fixture->folder, fixture->folder, fixture->folder, fixture->folder);
	arena_init(arena, 1 << 20);
	assert_int_equal(
		conf_read_text("test", (struct span){text, strlen(text)}, arena, conf), CONF_OK);
}

/* Starts one as the master does; the control socket, and what it said first. */
static enum keyholder_word run_keyholder(const struct conf *conf, pid_t *pid, int *control,
	struct keys_held *held, struct fault *fault)
{
	int ends[2], word[2];
	assert_true(keyholder_pair(ends, fault));
	assert_int_equal(pipe(word), 0);
	*pid = fork();
	if (*pid == 0) {
		close(ends[1]);
		close(word[0]);
		_exit(keyholder_run(&(struct keyholder_setup){conf, ends[0], word[1]}));
	}
	assert_true(*pid > 0);
	close(ends[0]);
	close(word[1]);
	*control = ends[1];
	enum keyholder_word said = keyholder_hear(word[0], held, fault);
	close(word[0]);
	return said;
}

static int code_of(pid_t pid)
{
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void the_process_makes_reads_and_serves_until_it_is_let_go(void **state)
{
	struct fixture *fixture = *state;
	struct fault *fault = &fixture->fault;
	struct arena arena;
	const struct conf *conf;
	struct keys_held held;
	pid_t pid;
	int control;
	write_conf(fixture, &arena, &conf);
	if (run_keyholder(conf, &pid, &control, &held, fault) != KEYHOLDER_READY)
		fail_msg("%s", fault->text);

	struct certificate_files hosts[2] = {fixture->hosts[0]};
	assert_true(
		certificate_files_for(conf->capsules[1].certs, "fresh.example", &hosts[1], fault));
	assert_int_equal(certificate_look(&hosts[1], fault), CERTIFICATE_PRESENT);
	fixture->server = tls_server_new(hosts, 2, find_host, fixture, &held, fault);
	int channel = keyholder_channel(control, fault);
	assert_non_null(fixture->server);
	assert_true(channel >= 0);
	/* What stops a server does not stop it: clients may be in their handshakes. */
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		assert_int_equal(kill(pid, signals[i]), 0);
	fd_close(&control);
	tls_server_ask(fixture->server, channel);
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
	fd_close(&channel);
	assert_int_equal(code_of(pid), 0);
	tls_server_free(fixture->server);
	arena_end(&arena);
}

static void the_process_says_what_is_wrong_with_the_keys(void **state)
{
	struct fixture *fixture = *state;
	struct arena arena;
	const struct conf *conf;
	struct keys_held held;
	pid_t pid;
	int control;
	EVP_PKEY *other = make_key("P-256");
	write_private_key(fixture->hosts[0].key, other, NULL);
	write_conf(fixture, &arena, &conf);
	assert_int_equal(
		run_keyholder(conf, &pid, &control, &held, &fixture->fault), KEYHOLDER_FAILED);
	assert_non_null(strstr(fixture->fault.text, "does not belong to the certificate"));
	assert_int_equal(code_of(pid), 1);
	close(control);
	EVP_PKEY_free(other);
	arena_end(&arena);
}

static void a_process_that_says_nothing_has_failed(void **state)
{
	struct fixture *fixture = *state;
	struct keys_held held;
	int word[2];
	assert_int_equal(pipe2(word, O_NONBLOCK), 0);
	assert_int_equal(keyholder_hear(word[0], &held, &fixture->fault), KEYHOLDER_SILENT);
	close(word[1]);
	assert_int_equal(keyholder_hear(word[0], &held, &fixture->fault), KEYHOLDER_FAILED);
	assert_non_null(strstr(fixture->fault.text, "ended before"));
	close(word[0]);
}

#define PROCESS(name) cmocka_unit_test_setup_teardown(name, set_up_files, tear_down_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_of_every_kind_sign_in_every_version),
		TEST(clients_choose_among_the_schemes),
		TEST(clients_certificates_of_every_kind_are_still_verified),
		TEST(a_certificate_that_is_replaced_meanwhile_is_a_fault),
		TEST(a_key_that_does_not_fit_is_not_held),
		TEST(a_key_of_another_kind_is_not_held),
		PROCESS(the_process_makes_reads_and_serves_until_it_is_let_go),
		PROCESS(the_process_says_what_is_wrong_with_the_keys),
		PROCESS(a_process_that_says_nothing_has_failed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
