/*
 * What a server process and the keyholder say to each other: for this folder alone.
 *
 * One packet for each question, one for its answer; they never leave the machine, and both sides
 * are the same program. A question that is refused has an answer without a signature.
 */
#ifndef KINDLING_TLS_CHANNEL_H
#define KINDLING_TLS_CHANNEL_H

#include "tls/scheme.h"

struct channel_question {
	uint64_t number; /* of the answer, too: one that comes too late is known by it */
	uint32_t place;  /* of the key */
	uint16_t scheme;
	uint16_t cpu;                          /* on which the asking process runs */
	unsigned char bytes[SCHEME_INPUT_MAX]; /* to be signed; the packet ends with them */
};
struct channel_answer {
	uint64_t number;
	unsigned char signature[SCHEME_SIGNATURE_MAX]; /* likewise */
};

#define CHANNEL_QUESTION_HEAD offsetof(struct channel_question, bytes)
#define CHANNEL_ANSWER_HEAD   offsetof(struct channel_answer, signature)

/* The asking end. */
struct channel {
	int fd;
	uint64_t asked;       /* the number of the last question */
	int64_t silent_until; /* clock_monotonic_ms, like the next: until then none is asked */
	int64_t complain_at;  /* not in the log again before */
};

/* Asks for a signature and waits for it, at most KEYHOLDER_TIMEOUT_MS. Gives its length; 0: there
 * is none, and the log says why, once a minute at most. */
size_t channel_ask(struct channel *channel, uint32_t place, const struct scheme *scheme,
	const unsigned char *bytes, size_t len, unsigned char *out, size_t room);

/* The keyholder's: the next channel that was handed over (keyholder_channel); -1 at the end. */
int channel_take(int control);

#endif
