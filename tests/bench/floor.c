/*
 * What one Gemini transaction costs a server inside OpenSSL, and nothing else.
 *
 *   floor CERTIFICATE KEY [TRANSACTIONS]
 *
 * A client and a server talk through memory: handshake with the question for a client certificate,
 * a request, 2 KiB of answer, close_notify. Only the server's calls are timed. It has neither a
 * session cache nor tickets, as Gemini servers should not, and OpenSSL's defaults otherwise. Prints
 * microseconds of CPU time for each transaction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define PIPE_BYTES   65536
#define ANSWER_BYTES 2048

static int accept_any(X509_STORE_CTX *store, void *unused)
{
	(void)store;
	(void)unused;
	return 1;
}

static SSL_CTX *server_context(const char *certificate, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	if (context == NULL || SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		die("%s and %s are no certificate and its key", certificate, key);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, accept_any, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(context, 0);
	return context;
}

static double cpu(void)
{
	return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

/* The server's seconds of one transaction. */
static double transact(SSL_CTX *server_context, SSL_CTX *client_context)
{
	static const char request[] = "gemini://localhost/page.gmi\r\n";
	char bytes[PIPE_BYTES];
	BIO *client_end, *server_end;
	double spent = 0, begin;
	bool client_ready = false, server_ready = false;

	begin = cpu();
	SSL *server = SSL_new(server_context);
	spent += cpu() - begin;
	SSL *client = client_session(client_context, -1);
	if (server == NULL ||
		BIO_new_bio_pair(&client_end, PIPE_BYTES, &server_end, PIPE_BYTES) != 1)
		die("out of memory");
	SSL_set_bio(client, client_end, client_end);
	SSL_set_bio(server, server_end, server_end);
	SSL_set_accept_state(server);

	/* Three flights: ends that do not agree by then never will. */
	for (int flight = 0; flight < 3 && !(client_ready && server_ready); flight++) {
		client_ready = SSL_do_handshake(client) == 1;
		begin = cpu();
		server_ready = SSL_do_handshake(server) == 1;
		spent += cpu() - begin;
	}
	if (SSL_write(client, request, sizeof request - 1) <= 0)
		die("the handshake fails");

	begin = cpu();
	int asked = SSL_read(server, bytes, sizeof bytes);
	memset(bytes, 'x', ANSWER_BYTES);
	int answered = SSL_write(server, bytes, ANSWER_BYTES);
	(void)SSL_shutdown(server);
	spent += cpu() - begin;
	if (asked != sizeof request - 1 || answered != ANSWER_BYTES ||
		SSL_read(client, bytes, sizeof bytes) != ANSWER_BYTES)
		die("the transaction fails");

	begin = cpu();
	SSL_free(server);
	spent += cpu() - begin;
	SSL_free(client);
	return spent;
}

int main(int argc, char **argv)
{
	if (argc != 3 && argc != 4)
		die("usage: floor CERTIFICATE KEY [TRANSACTIONS]");
	long count = argc == 4 ? number_of(argv[3], 1, 100000000) : 2000;
	SSL_CTX *server = server_context(argv[1], argv[2]), *client = client_context(NULL, NULL);
	double spent = 0;
	for (long i = 0; i < count; i++)
		spent += transact(server, client);
	printf("%.1f\n", spent * 1e6 / (double)count);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	return EXIT_SUCCESS;
}
