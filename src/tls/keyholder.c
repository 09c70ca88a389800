/*
 * The holder: reading the keys, and signing with them.
 */
#include "tls/keyholder.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/log.h"
#include "os/cpu.h"
#include "os/fd.h"
#include "tls/channel.h"
#include "tls/x509.h"

/* Not what is never touched: the program's libraries are much larger than its keys. */
#ifndef MCL_ONFAULT
#define MCL_ONFAULT 0
#endif

#define THREAD_AGAIN_MS 100 /* where the system has none to give */

struct held_key {
	EVP_PKEY *key; /* NULL where it was not read */
	X509 *certificate;
	EVP_MD_CTX *prepared[SCHEME_COUNT]; /* NULL: not with this scheme */
};

struct keys {
	size_t count;
	struct held_key *keys;
};

struct keys *keys_new(size_t count, struct fault *fault)
{
	struct keys *keys = calloc(1, sizeof *keys);
	struct held_key *places = calloc(count, sizeof *places);

	if (keys == NULL || places == NULL) {
		free(keys);
		free(places);
		fault_set(fault, "no memory left for the keys");
		return NULL;
	}
	keys->count = count;
	keys->keys = places;
	return keys;
}

static void free_key(struct held_key *held)
{
	for (size_t i = 0; i < SCHEME_COUNT; i++)
		EVP_MD_CTX_free(held->prepared[i]);
	EVP_PKEY_free(held->key);
	X509_free(held->certificate);
	*held = (struct held_key){.key = NULL};
}

void keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->count; i++)
		free_key(&keys->keys[i]);
	free(keys->keys);
	free(keys);
}

/* Also signs something with each scheme: what OpenSSL derives from a key at its first signature is
 * then in memory before that is locked. */
static bool prepare(struct held_key *held)
{
	static const unsigned char nothing[64];
	unsigned char out[SCHEME_SIGNATURE_MAX];
	bool usable = false;

	for (size_t i = 0; i < SCHEME_COUNT; i++) {
		size_t len = sizeof out;

		held->prepared[i] = scheme_prepare(&schemes[i], held->key);
		usable = usable ||
			 (held->prepared[i] != NULL && scheme_sign(held->prepared[i], nothing,
							       sizeof nothing, out, &len));
	}
	ERR_clear_error();
	return usable;
}

bool keys_read(
	struct keys *keys, size_t place, const struct certificate_files *files, struct fault *fault)
{
	struct credentials credentials;

	CHECK(place < keys->count && keys->keys[place].key == NULL);
	if (!credentials_read(files, &credentials, fault))
		return false;
	key_warn_of_readers(files->key);

	struct held_key *held = &keys->keys[place];

	held->key = credentials.key;
	held->certificate = credentials.leaf;
	credentials.key = NULL;
	credentials.leaf = NULL;
	credentials_free(&credentials);
	if (!prepare(held)) {
		free_key(held);
		return fault_set(fault,
			"the key %s is of a kind that this server cannot use; move it and %s away "
			"to have new ones made",
			files->key, files->certificate);
	}
	(void)mlockall(MCL_CURRENT | MCL_ONFAULT);
	return true;
}

struct keys_held keys_held(const struct keys *keys)
{
	struct keys_held held = {{0}};

	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i].certificate == NULL ||
			!keys_held_add(&held, keys->keys[i].certificate))
			return (struct keys_held){{0}};
	return held;
}

/* The length of the signature, or 0: it is refused. */
static size_t answer(const struct keys *keys, const struct channel_question *question, size_t len,
	unsigned char *out, size_t room)
{
	const struct scheme *scheme = scheme_of_code(question->scheme);

	if (scheme == NULL || question->place >= keys->count)
		return 0;

	const struct held_key *held = &keys->keys[question->place];
	const EVP_MD_CTX *prepared = held->prepared[scheme - schemes];

	if (prepared == NULL || !scheme_is_for(scheme, held->key, question->bytes, len))
		return 0;
	if (scheme_sign(prepared, question->bytes, len, out, &room))
		return room;
	ERR_clear_error();
	return 0;
}

/* One channel, and the thread that answers on it. */
struct line {
	const struct keys *keys;
	pthread_t thread;
	int fd;
	bool used;
	atomic_bool ended;
};

/* A thread answers on the processor on which it was asked, since whoever asked waits there: waking
 * another one costs both of them as much as the signature. */
static void *serve_line(void *memory)
{
	struct line *line = memory;
	struct {
		struct channel_question question;
		char more; /* so that what is too long is not taken for what fits */
	} packet;
	struct channel_answer reply;
	uint32_t cpu = UINT32_MAX;

	for (;;) {
		ssize_t got = recv(line->fd, &packet, sizeof packet, 0);
		size_t len = 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (got < (ssize_t)CHANNEL_QUESTION_HEAD)
			continue;
		if (cpu != packet.question.cpu) {
			cpu = packet.question.cpu;
			cpu_stay_on(packet.question.cpu);
		}
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
	bool told = false;

	while (line != NULL) {
		line->keys = keys;
		line->fd = fd;
		atomic_store(&line->ended, false);
		line->used = pthread_create(&line->thread, NULL, serve_line, line) == 0;
		if (line->used)
			return;
		if (!told)
			log_message(LOG_ERROR,
				"the keyholder cannot serve another worker yet: out of threads");
		told = true;
		/* For as long as the worker lives, which would fail every handshake without it. */
		if (poll(&(struct pollfd){.fd = fd}, 1, THREAD_AGAIN_MS) > 0)
			break;
	}
	if (line == NULL) /* whoever asks there will hear that it is gone */
		log_message(LOG_ERROR, "the keyholder cannot serve another worker: too many");
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
