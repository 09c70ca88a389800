/*
 * The holder: reading the keys, and signing with them.
 */
#include "tls/keyholder.h"

#include <errno.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/log.h"
#include "os/fd.h"
#include "tls/channel.h"
#include "tls/x509.h"

/* Not what is never touched: the program's libraries are much larger than its keys. */
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 0
#endif

struct keys {
	size_t count;
	struct credentials *credentials; /* without chains; a place that was not read has no key */
};

struct keys *keys_new(size_t count, struct fault *fault)
{
	struct keys *keys = calloc(1, sizeof *keys);
	struct credentials *credentials = calloc(count, sizeof *credentials);

	if (keys == NULL || credentials == NULL) {
		free(keys);
		free(credentials);
		fault_set(fault, "no memory left for the keys");
		return NULL;
	}
	*keys = (struct keys){count, credentials};
	return keys;
}

void keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->count; i++)
		credentials_free(&keys->credentials[i]);
	free(keys->credentials);
	free(keys);
}

/* What OpenSSL derives from a key at its first signature is then in memory before that is locked.
 */
static bool can_sign(EVP_PKEY *key)
{
	static const unsigned char nothing[64];
	unsigned char out[SCHEME_SIGNATURE_MAX];

	for (size_t i = 0; i < SCHEME_COUNT; i++) {
		size_t len = sizeof out;

		if (EVP_PKEY_is_a(key, schemes[i].type) == 1)
			return scheme_sign(&schemes[i], key, nothing, sizeof nothing, out, &len);
	}
	return false;
}

bool keys_read(
	struct keys *keys, size_t place, const struct certificate_files *files, struct fault *fault)
{
	struct credentials credentials;

	CHECK(place < keys->count && keys->credentials[place].key == NULL);
	if (!credentials_read(files, &credentials, fault))
		return false;
	key_warn_of_readers(files->key);
	if (!can_sign(credentials.key)) {
		credentials_free(&credentials);
		return fault_set(fault,
			"the key %s is of a kind that this server cannot use; move it and %s away "
			"to have new ones made",
			files->key, files->certificate);
	}
	keys->credentials[place] = credentials;
	(void)mlockall(MCL_CURRENT | MCL_ONFAULT);
	return true;
}

struct keys_held keys_held(const struct keys *keys)
{
	struct keys_held held = {{0}};

	for (size_t i = 0; i < keys->count; i++)
		if (keys->credentials[i].leaf == NULL ||
			!keys_held_add(&held, keys->credentials[i].leaf))
			return (struct keys_held){{0}};
	return held;
}

/* The length of the signature, or 0: it is refused. */
static size_t answer(const struct keys *keys, const struct channel_question *question, size_t len,
	unsigned char *out, size_t room)
{
	const struct scheme *scheme = scheme_of_code(question->scheme);
	EVP_PKEY *key =
		question->place < keys->count ? keys->credentials[question->place].key : NULL;

	if (scheme == NULL || key == NULL || !scheme_is_for(scheme, key, question->bytes, len) ||
		!scheme_sign(scheme, key, question->bytes, len, out, &room)) {
		ERR_clear_error();
		return 0;
	}
	return room;
}

/* One channel, and the thread that answers on it. */
struct line {
	const struct keys *keys;
	pthread_t thread;
	int fd;
	bool used;
	atomic_bool ended;
};

static void *serve_line(void *memory)
{
	struct line *line = memory;
	struct {
		struct channel_question question;
		char more; /* so that what is too long is not taken for what fits */
	} packet;
	struct channel_answer reply;

	for (;;) {
		ssize_t got = recv(line->fd, &packet, sizeof packet, 0);
		size_t len = 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (got < (ssize_t)CHANNEL_QUESTION_HEAD)
			continue;
		reply.number = packet.question.number;
		if (got <= (ssize_t)sizeof packet.question)
			len = answer(line->keys, &packet.question,
				(size_t)got - CHANNEL_QUESTION_HEAD, reply.signature,
				sizeof reply.signature);
		/* A server that does not read its answers does without. */
		(void)send(
			line->fd, &reply, CHANNEL_ANSWER_HEAD + len, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	fd_close(&line->fd);
	atomic_store(&line->ended, true);
	return NULL;
}

/* A place for another line, those of lines that have ended included; NULL: there is none. */
static struct line *free_line(struct line *lines)
{
	for (size_t i = 0; i < KEYHOLDER_CHANNELS_MAX; i++) {
		struct line *line = &lines[i];

		if (line->used && atomic_load(&line->ended)) {
			pthread_join(line->thread, NULL);
			line->used = false;
		}
		if (!line->used)
			return line;
	}
	return NULL;
}

static void start_line(const struct keys *keys, struct line *lines, int fd)
{
	struct line *line = free_line(lines);

	if (line != NULL) {
		line->keys = keys;
		line->fd = fd;
		atomic_store(&line->ended, false);
		line->used = pthread_create(&line->thread, NULL, serve_line, line) == 0;
		if (line->used)
			return;
	}
	/* Whoever asks there will hear that it is gone. */
	log_message(LOG_ERROR, "the keyholder cannot serve another worker: out of threads");
	fd_close(&fd);
}

bool keys_serve(const struct keys *keys, int control, struct fault *fault)
{
	struct line *lines = calloc(KEYHOLDER_CHANNELS_MAX, sizeof *lines);
	int fd;

	if (lines == NULL)
		return fault_set(fault, "no memory left to serve the keys");
	while ((fd = channel_take(control)) >= 0)
		start_line(keys, lines, fd);
	for (size_t i = 0; i < KEYHOLDER_CHANNELS_MAX; i++)
		if (lines[i].used)
			pthread_join(lines[i].thread, NULL);
	free(lines);
	return true;
}
