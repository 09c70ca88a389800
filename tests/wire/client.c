/*
 * A small Gemini client.
 */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/err.h>

#include "program.h"

static const struct client_options no_options;

/* Waits for the socket; false at the deadline. */
static bool wait_for(struct client *client, short events)
{
	int64_t left = client->deadline - now_ms();
	struct pollfd watched = {.fd = client->fd, .events = events};

	if (left > 0 && poll(&watched, 1, (int)left) > 0)
		return true;
	client->end = CLIENT_SILENT;
	return false;
}

static bool bind_source(int fd, const char *source)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	return inet_pton(AF_INET, source, &address.sin_addr) == 1 &&
	       bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool connect_path(const struct client *client, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	return snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) <
		       (int)sizeof(address.sun_path) &&
	       connect(client->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool connect_socket(struct client *client, unsigned port, bool ipv6)
{
	struct sockaddr_in four = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int error = 0, result;
	socklen_t size = sizeof(error);

	if (ipv6)
		result = connect(client->fd, (struct sockaddr *)&six, sizeof(six));
	else
		result = connect(client->fd, (struct sockaddr *)&four, sizeof(four));
	if (result == 0)
		return true;
	if (errno != EINPROGRESS || !wait_for(client, POLLOUT))
		return false;
	return getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

bool client_connect(struct client *client, unsigned port, const struct client_options *options)
{
	const int one = 1;

	if (options == NULL)
		options = &no_options;
	*client = (struct client){.fd = -1, .end = CLIENT_OPEN};
	client->deadline =
		now_ms() + (options->timeout_ms != 0 ? options->timeout_ms : PATIENCE_MS);
	client->fd = socket(options->path != NULL ? AF_UNIX
			    : options->ipv6       ? AF_INET6
						  : AF_INET,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return false;
	if (options->path != NULL)
		return connect_path(client, options->path);
	if (options->receive_buffer > 0)
		setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &options->receive_buffer,
			sizeof(options->receive_buffer));
	/* So that each piece that is sent leaves in a packet of its own. */
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (options->source != NULL && !bind_source(client->fd, options->source))
		return false;
	return connect_socket(client, port, options->ipv6);
}

static int count_ticket(SSL *ssl, SSL_SESSION *session)
{
	struct client *client = SSL_get_app_data(ssl);

	(void)session;
	client->tickets++;
	return 0;
}

static int count_request(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	struct client *client = SSL_get_app_data(ssl);

	(void)certificate;
	(void)key;
	client->asked++;
	return 0;
}

static bool make_context(struct client *client, const struct client_options *options)
{
	client->context = SSL_CTX_new(TLS_client_method());
	if (client->context == NULL)
		return false;
	SSL_CTX_set_session_cache_mode(
		client->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(client->context, count_ticket);
	SSL_CTX_set_client_cert_cb(client->context, count_request);
	if (options->version != 0) {
		/* The library's own floor would keep old versions from being offered at all. */
		if (options->version < TLS1_2_VERSION &&
			SSL_CTX_set_cipher_list(client->context, "DEFAULT:@SECLEVEL=0") != 1)
			return false;
		SSL_CTX_set_min_proto_version(client->context, options->version);
		SSL_CTX_set_max_proto_version(client->context, options->version);
	}
	if (options->person == NULL)
		return true;
	if (SSL_CTX_use_certificate(client->context, options->person->certificate) != 1 ||
		SSL_CTX_use_PrivateKey(client->context, options->person->key) != 1)
		return false;
	for (unsigned i = 0; i < options->chain; i++)
		if (SSL_CTX_add1_chain_cert(client->context, options->person->certificate) != 1)
			return false;
	return true;
}

/* What became of a TLS call that did not succeed: true where it is to be tried again. */
static bool try_again(struct client *client, int result)
{
	switch (SSL_get_error(client->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(client, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(client, POLLOUT);
	case SSL_ERROR_ZERO_RETURN:
		client->close_notify = true;
		return false;
	case SSL_ERROR_SYSCALL:
		client->end = errno == 0 ? CLIENT_FIN : CLIENT_RESET;
		return false;
	default:
		client->end = CLIENT_BROKEN;
		if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
			client->end = CLIENT_FIN;
		return false;
	}
}

bool client_handshake(struct client *client, const struct client_options *options)
{
	char sni[256];
	int result;

	if (options == NULL)
		options = &no_options;
	if (!make_context(client, options) || (client->ssl = SSL_new(client->context)) == NULL)
		return false;
	SSL_set_app_data(client->ssl, client);
	snprintf(sni, sizeof(sni), "%s", options->sni != NULL ? options->sni : "localhost");
	if (sni[0] != '\0')
		SSL_set_tlsext_host_name(client->ssl, sni);
	if (options->session != NULL)
		SSL_set_session(client->ssl, options->session);
	SSL_set_fd(client->ssl, client->fd);
	do {
		ERR_clear_error();
		errno = 0;
		result = SSL_connect(client->ssl);
	} while (result != 1 && try_again(client, result));
	return result == 1;
}

bool client_open(struct client *client, unsigned port, const struct client_options *options)
{
	return client_connect(client, port, options) && client_handshake(client, options);
}

void client_close(struct client *client)
{
	SSL_free(client->ssl);
	SSL_CTX_free(client->context);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->ssl = NULL;
	client->context = NULL;
}

void client_abort(struct client *client)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	client_close(client);
}

static bool send_one(struct client *client, const char *bytes, size_t length)
{
	size_t sent;

	if (client->ssl != NULL) {
		int result;

		do {
			ERR_clear_error();
			errno = 0;
			result = SSL_write_ex(client->ssl, bytes, length, &sent);
		} while (result != 1 && try_again(client, result));
		return result == 1;
	}
	while (length > 0) {
		ssize_t got = send(client->fd, bytes, length, MSG_NOSIGNAL);

		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (got < 0 && !wait_for(client, POLLOUT))
			return false;
		if (got > 0) {
			bytes += got;
			length -= (size_t)got;
		}
	}
	return true;
}

bool client_send(struct client *client, const void *bytes, size_t length, size_t piece)
{
	const char *next = bytes;

	while (length > 0) {
		size_t now = piece != 0 && piece < length ? piece : length;

		if (!send_one(client, next, now))
			return false;
		next += now;
		length -= now;
	}
	return true;
}

static ssize_t read_socket(struct client *client, char *bytes, size_t size)
{
	for (;;) {
		ssize_t got = recv(client->fd, bytes, size, 0);

		if (got > 0)
			return got;
		if (got == 0) {
			client->end = CLIENT_FIN;
			return 0;
		}
		if (errno != EAGAIN && errno != EINTR) {
			client->end = CLIENT_RESET;
			return 0;
		}
		if (!wait_for(client, POLLIN))
			return -1;
	}
}

ssize_t client_read(struct client *client, char *bytes, size_t size)
{
	size_t got;
	int result;

	if (client->ssl == NULL)
		return read_socket(client, bytes, size);
	do {
		ERR_clear_error();
		errno = 0;
		result = SSL_read_ex(client->ssl, bytes, size, &got);
	} while (result != 1 && try_again(client, result));
	if (result == 1)
		return (ssize_t)got;
	if (client->close_notify) {
		char more[1];

		/* Nothing but the FIN may follow. */
		if (read_socket(client, more, sizeof(more)) > 0)
			client->end = CLIENT_BROKEN;
	}
	return client->end == CLIENT_SILENT ? -1 : 0;
}

bool client_has_input(const struct client *client, int timeout_ms)
{
	struct pollfd watched = {.fd = client->fd, .events = POLLIN};

	return poll(&watched, 1, timeout_ms) > 0;
}

static bool is_defined(int status)
{
	static const int defined[] = {
		10, 11, 20, 30, 31, 40, 41, 42, 43, 44, 50, 51, 52, 53, 59, 60, 61, 62};

	for (size_t i = 0; i < sizeof(defined) / sizeof(defined[0]); i++)
		if (defined[i] == status)
			return true;
	return false;
}

/* header = 2DIGIT SP META CRLF; returns what is wrong. */
static const char *split_header(struct answer *answer, size_t length)
{
	const char *head = answer->whole, *end;
	size_t meta;

	if (length < 5)
		return "shorter than any header";
	end = memchr(head, '\r', length);
	if (end == NULL || end + 1 == head + length || end[1] != '\n')
		return "no CRLF at the end of the header";
	if (head[0] < '1' || head[0] > '6' || head[1] < '0' || head[1] > '9' || head[2] != ' ')
		return "not two digits and a space";
	answer->status = (head[0] - '0') * 10 + (head[1] - '0');
	if (!is_defined(answer->status))
		return "not a status of the protocol";
	meta = (size_t)(end - head) - 3;
	if (meta > ANSWER_META_MAX)
		return "META over 1024 bytes";
	for (size_t i = 0; i < meta; i++)
		if ((unsigned char)head[3 + i] < ' ' || head[3 + i] == 0x7f)
			return "a control character in META";
	memcpy(answer->meta, head + 3, meta);
	answer->meta[meta] = '\0';
	answer->body = answer->whole + (end + 2 - head);
	answer->length = length - (size_t)(end + 2 - head);
	if (meta == 0)
		return "an empty META";
	if (answer->status / 10 != 2 && answer->length > 0)
		return "a body after a status that has none";
	return NULL;
}

void client_receive(struct client *client, struct answer *answer)
{
	size_t used = 0, room = 16384;
	ssize_t got;

	*answer = (struct answer){.whole = malloc(room + 1)};
	while (answer->whole != NULL &&
		(got = client_read(client, answer->whole + used, room - used)) > 0) {
		used += (size_t)got;
		if (used == room) {
			char *larger = realloc(answer->whole, room * 2 + 1);

			if (larger == NULL)
				break;
			answer->whole = larger;
			room *= 2;
		}
	}
	answer->close_notify = client->close_notify;
	answer->end = client->end;
	if (answer->whole == NULL || used == 0)
		return;
	answer->whole[used] = '\0';
	answer->wrong = split_header(answer, used);
}

void answer_free(struct answer *answer)
{
	free(answer->whole);
	*answer = (struct answer){.status = 0};
}

bool client_fetch(
	unsigned port, const struct client_options *options, const char *url, struct answer *answer)
{
	struct client client;
	bool whole = client_open(&client, port, options) &&
		     client_send(&client, url, strlen(url), 0) &&
		     client_send(&client, "\r\n", 2, 0);

	*answer = (struct answer){.status = 0};
	if (whole)
		client_receive(&client, answer);
	client_close(&client);
	return whole && answer->status != 0 && answer->wrong == NULL && answer->close_notify;
}
