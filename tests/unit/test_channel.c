/*
 * Channels to a keyholder: what becomes of handshakes when it does not answer as it should, and
 * that it signs nothing but handshakes, whoever asks.
 */
#include "tls/channel.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>

#include "capture.h"
#include "holder.h"

/* ---- threads that are not to be had */

static atomic_int threads_missing; /* how many calls fail from here on */

/* Stands in front of the C library's for this program. */
__attribute__((visibility("hidden"))) int pthread_create(
	pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	static __typeof__(&pthread_create) real;
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
	if (atomic_load(&threads_missing) > 0) {
		atomic_fetch_sub(&threads_missing, 1);
		return EAGAIN;
	}
	return real(thread, attributes, run, argument);
}

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

/* ---- a keyholder that does not do its part */

enum conduct { HONEST, SILENT, SLOW, GARBAGE, FORGED, REFUSING, EMPTY, LEAVING };

/* Between a server and the real keyholder, in a thread of its own, which outlives a test that
 * fails. */
static struct {
	int server, holder; /* its ends */
	atomic_int conduct; /* an enum conduct */
	pthread_t thread;
	struct channel_answer kept;
	_Atomic ssize_t kept_size; /* of an answer that it kept to itself */
} impostor;

static void misanswer(const struct channel_question *question)
{
	struct channel_answer answer = {.number = question->number + 1};
	memset(answer.signature, 'x', sizeof answer.signature);
	switch (atomic_load(&impostor.conduct)) {
	case GARBAGE: /* too short, of another question, and at last too long for any signature */
		send(impostor.server, "x", 1, 0);
		send(impostor.server, &answer, CHANNEL_ANSWER_HEAD + 64, 0);
		answer.number = question->number;
		send(impostor.server, &answer, sizeof answer, 0);
		break;
	case FORGED:
		answer.number = question->number;
		send(impostor.server, &answer, CHANNEL_ANSWER_HEAD + 64, 0);
		break;
	case REFUSING:
		answer.number = question->number;
		send(impostor.server, &answer, CHANNEL_ANSWER_HEAD, 0);
		break;
	default: /* EMPTY */
		send(impostor.server, "", 0, 0);
	}
}

static void *impostor_main(void *unused)
{
	struct channel_question question;
	struct channel_answer answer;
	ssize_t got;
	(void)unused;
	while ((got = recv(impostor.server, &question, sizeof question, 0)) > 0) {
		if (impostor.conduct == LEAVING)
			break;
		if (impostor.conduct > SLOW) {
			misanswer(&question);
			continue;
		}
		assert_int_equal(send(impostor.holder, &question, (size_t)got, 0), got);
		got = recv(impostor.holder, &answer, sizeof answer, 0);
		assert_true(got > (ssize_t)CHANNEL_ANSWER_HEAD);
		if (impostor.conduct == SILENT) {
			impostor.kept = answer;
			impostor.kept_size = got;
			continue;
		}
		if (impostor.conduct == SLOW)
			poll(NULL, 0, 300);
		send(impostor.server, &answer, (size_t)got, MSG_NOSIGNAL);
	}
	fd_close(&impostor.server);
	return NULL;
}

static void impostor_start(struct fixture *fixture, enum conduct conduct)
{
	int ends[2];
	memset(&impostor, 0, sizeof impostor);
	impostor.conduct = (int)conduct;
	assert_true(keyholder_pair(ends, &fixture->fault));
	impostor.server = ends[0];
	impostor.holder = fixture->channel;
	fixture->channel = ends[1];
	tls_server_ask(fixture->server, fixture->channel);
	assert_int_equal(pthread_create(&impostor.thread, NULL, impostor_main, NULL), 0);
}

static void impostor_stop(struct fixture *fixture)
{
	fd_close(&fixture->channel);
	assert_int_equal(pthread_join(impostor.thread, NULL), 0);
	fixture->channel = impostor.holder;
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;
	for (; (text = strstr(text, word)) != NULL; text++)
		count++;
	return count;
}

static void a_wrong_answer_fails_the_handshake_and_no_more(void **state)
{
	static const enum conduct conducts[] = {GARBAGE, FORGED, REFUSING, EMPTY, LEAVING};
	for (size_t i = 0; i < sizeof conducts / sizeof *conducts; i++) {
		struct fixture *fixture = *state;
		impostor_start(fixture, HONEST);
		assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
		impostor.conduct = (int)conducts[i];
		int64_t before = now_ms();
		capture_begin();
		for (int j = 0; j < 4; j++)
			assert_false(shakes_hands(fixture, versions[j % 2], j / 2, NULL));
		/* Once for all of them; a forged one is the client's to find out. */
		assert_int_equal(count_of(capture_end(), "no signature from the keyholder"),
			conducts[i] != FORGED);
		assert_in_range(now_ms() - before, 0, KEYHOLDER_TIMEOUT_MS - 1);
		impostor.conduct = HONEST;
		if (conducts[i] != LEAVING)
			assert_true(shakes_hands(fixture, TLS1_3_VERSION, 1, NULL));
		impostor_stop(fixture);
	}
}

static void a_slow_answer_is_waited_for(void **state)
{
	impostor_start(*state, SLOW);
	assert_true(shakes_hands(*state, TLS1_3_VERSION, 0, NULL));
	impostor_stop(*state);
}

static void silence_is_waited_for_once_and_ends_with_a_late_answer(void **state)
{
	struct fixture *fixture = *state;
	impostor_start(fixture, SILENT);
	capture_begin();
	int64_t before = now_ms();
	assert_false(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
	int64_t after = now_ms();
	assert_in_range(after - before, KEYHOLDER_TIMEOUT_MS, KEYHOLDER_TIMEOUT_MS * 2);
	/* The others do not wait for what will not come. */
	for (int i = 0; i < 10; i++)
		assert_false(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
	assert_in_range(now_ms() - after, 0, KEYHOLDER_TIMEOUT_MS - 1);
	assert_int_equal(count_of(capture_end(), "no signature from the keyholder"), 1);
	impostor.conduct = HONEST;
	assert_true(impostor.kept_size > 0);
	send(impostor.server, &impostor.kept, (size_t)impostor.kept_size, 0);
	/* It is not taken for the answer to the next question. */
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
	assert_true(shakes_hands(fixture, TLS1_2_VERSION, 1, NULL));
	impostor_stop(fixture);
}

/* ---- hostile questions */

/* A question as a server that was taken over could ask it. */
struct ask {
	uint32_t place;
	uint16_t scheme;
	const char *form; /* "1.3", "1.3" and another last space, "1.2", or what to sign */
	unsigned len;     /* of it; 0: all */
	unsigned curve, point;
};

static size_t fill(const struct ask *ask, struct channel_question *question)
{
	unsigned char *bytes = question->bytes;
	static const char verify[] = "TLS 1.3, server CertificateVerify";
	size_t len = strlen(ask->form);
	*question = (struct channel_question){.place = ask->place, .scheme = ask->scheme};
	memset(bytes, ' ', 64);
	if (strncmp(ask->form, "1.3", 3) == 0) {
		bytes[63] = ask->form[3] == '\0' ? ' ' : (unsigned char)ask->form[3];
		memcpy(bytes + 64, verify, sizeof verify);
		len = 64 + sizeof verify + 32;
	} else if (strcmp(ask->form, "1.2") == 0) {
		bytes[64] = 3;
		bytes[65] = (unsigned char)(ask->curve >> 8);
		bytes[66] = (unsigned char)ask->curve;
		bytes[67] = (unsigned char)ask->point;
		len = 68 + ask->point;
	} else {
		memcpy(bytes, ask->form, len);
	}
	return ask->len != 0 ? ask->len : len;
}

/* The length of the signature that came; 0: refused. */
static size_t response(int channel, uint64_t number, struct channel_answer *answer)
{
	struct pollfd event = {.fd = channel, .events = POLLIN};
	assert_int_equal(poll(&event, 1, 60000), 1);
	ssize_t got = recv(channel, answer, sizeof *answer, 0);
	assert_true(got >= (ssize_t)CHANNEL_ANSWER_HEAD);
	assert_int_equal(answer->number, number);
	return (size_t)got - CHANNEL_ANSWER_HEAD;
}

static size_t put(int channel, const struct ask *ask, struct channel_answer *answer)
{
	static uint64_t number;
	struct {
		struct channel_question question;
		char more[4096];
	} packet = {.more = ""};
	size_t size = CHANNEL_QUESTION_HEAD + fill(ask, &packet.question);
	packet.question.number = ++number;
	assert_int_equal(send(channel, &packet, size, 0), size);
	return response(channel, number, answer);
}

#define ECDSA 0x0403
#define PSS   0x0804
#define PKCS1 0x0401

static void handshakes_alone_are_signed(void **state)
{
	static const char client[] =
		"                                                                "
		"TLS 1.3, client CertificateVerify\0"
		"................................";
	static const struct ask good[] = {{0, ECDSA, "1.3", 0, 0, 0}, {0, ECDSA, "1.3", 146, 0, 0},
		{0, ECDSA, "1.2", 0, 0x1d, 32}, {0, ECDSA, "1.2", 0, 0x17, 65},
		{0, ECDSA, "1.2", 0, 0x18, 97}, {0, ECDSA, "1.2", 0, 0x19, 133},
		{0, 0x0503, "1.2", 0, 0x1d, 32}, {1, PSS, "1.3", 0, 0, 0},
		{1, PKCS1, "1.2", 0, 0x1d, 32}};
	static const struct ask bad[] = {
		/* another's key, no key, no scheme, another key's scheme */
		{1, ECDSA, "1.3", 0, 0, 0}, {2, ECDSA, "1.3", 0, 0, 0},
		{UINT32_MAX, ECDSA, "1.3", 0, 0, 0}, {0, 0, "1.3", 0, 0, 0},
		{0, PSS, "1.3", 0, 0, 0}, {0, 0x0807, "1.3", 0, 0, 0}, {1, 0x0809, "1.3", 0, 0, 0},
		{1, 0x0201, "1.3", 0, 0, 0},
		/* what TLS 1.3 does not allow */
		{0, 0x0503, "1.3", 0, 0, 0}, {1, PKCS1, "1.3", 0, 0, 0},
		/* wrong lengths */
		{0, ECDSA, "1.3", 129, 0, 0}, {0, ECDSA, "1.3", 131, 0, 0},
		{0, ECDSA, "1.3", 98, 0, 0}, {0, ECDSA, "1.3", SCHEME_INPUT_MAX, 0, 0},
		{0, ECDSA, "1.3", SCHEME_INPUT_MAX + 1, 0, 0}, {0, ECDSA, "1.3", 4096, 0, 0},
		{0, ECDSA, "1.2", 64, 0x1d, 32}, {0, ECDSA, "1.2", 67, 0x1d, 32},
		{0, ECDSA, "1.2", 99, 0x1d, 32}, {0, ECDSA, "1.2", 101, 0x1d, 32},
		/* no such curve, and points of another */
		{0, ECDSA, "1.2", 0, 0x1e, 56}, {0, ECDSA, "1.2", 0, 0x17, 32},
		{0, ECDSA, "1.2", 0, 0, 32},
		/* not only spaces in front */
		{0, ECDSA, "1.3x", 0, 0, 0},
		/* other things that somebody would like to have signed */
		{0, ECDSA, client, sizeof client - 1, 0, 0}, {0, ECDSA, "a certificate", 0, 0, 0},
		{0, ECDSA, "", 0, 0, 0}, {1, PKCS1, "", 32, 0, 0}, {1, PKCS1, "", 64, 0, 0}};
	struct fixture *fixture = *state;
	struct channel_answer answer;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (put(fixture->channel, &good[i], &answer) == 0)
			fail_msg("good question %zu was refused", i);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (put(fixture->channel, &bad[i], &answer) != 0)
			fail_msg("bad question %zu was answered", i);
	}
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
}

static void packets_that_are_no_questions_are_passed_over(void **state)
{
	struct fixture *fixture = *state;
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_answer answer;
	char bytes[CHANNEL_QUESTION_HEAD] = "";
	for (size_t size = 1; size < CHANNEL_QUESTION_HEAD; size++)
		assert_int_equal(send(fixture->channel, bytes, size, 0), size);
	assert_true(put(fixture->channel, &ask, &answer) > 0);
}

/* Sends without reading, until there is no room for another question. */
static unsigned flood(int channel)
{
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_question question;
	size_t size = CHANNEL_QUESTION_HEAD + fill(&ask, &question);
	unsigned sent = 0;
	struct pollfd event = {.fd = channel, .events = POLLOUT};
	while (sent < 3000 && poll(&event, 1, 60000) == 1) {
		question.number = sent;
		if (send(channel, &question, size, MSG_DONTWAIT) == (ssize_t)size)
			sent++;
	}
	return sent;
}

static void whoever_does_not_read_keeps_nobody_waiting(void **state)
{
	struct fixture *fixture = *state;
	int rude = holder_channel(&fixture->holder);
	/* More than a socket holds: the holder goes on, and drops the answers. */
	assert_int_equal(flood(rude), 3000);
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
	unsigned heard = 0;
	struct channel_answer answer;
	struct pollfd event = {.fd = rude, .events = POLLIN};
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_question question = {.number = 0};
	size_t size = CHANNEL_QUESTION_HEAD + fill(&ask, &question);
	question.number = UINT64_MAX;
	while (recv(rude, &answer, sizeof answer, MSG_DONTWAIT) > 0)
		heard++;
	assert_in_range(heard, 1, 2999);
	assert_int_equal(send(rude, &question, size, 0), size);
	do {
		assert_int_equal(poll(&event, 1, 60000), 1);
		assert_true(recv(rude, &answer, sizeof answer, 0) > 0);
	} while (answer.number != UINT64_MAX);
	fd_close(&rude);
}

static bool hand_a_descriptor(int channel, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof fd)];
	} rights = {.room = ""};
	struct iovec part = {(char[]){0}, 1};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = sizeof rights.room};
	rights.header.cmsg_level = SOL_SOCKET;
	rights.header.cmsg_type = SCM_RIGHTS;
	rights.header.cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(&rights.header), &fd, sizeof fd);
	return sendmsg(channel, &message, MSG_NOSIGNAL) == 1;
}

static void a_server_cannot_fill_the_holder_with_descriptors(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];
	char byte;
	assert_int_equal(pipe(ends), 0);
	assert_true(hand_a_descriptor(fixture->channel, ends[1]));
	close(ends[1]);
	struct pollfd event = {.fd = ends[0], .events = POLLIN};
	assert_int_equal(poll(&event, 1, 60000), 1);
	assert_int_equal(read(ends[0], &byte, 1), 0); /* nobody has the other end */
	close(ends[0]);
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
}

/* ---- channels */

static void every_process_gets_a_channel_of_its_own(void **state)
{
	struct fixture *fixture = *state;
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_answer answer;
	/* More than there can be at once: what has ended makes room. */
	for (int i = 0; i < KEYHOLDER_CHANNELS_MAX + 8; i++) {
		int channel = holder_channel(&fixture->holder);
		/* A server that dies in the middle: its successor hears nothing of that. */
		if (i % 2 == 0)
			assert_true(put(channel, &ask, &answer) > 0);
		else
			shutdown(channel, SHUT_RDWR);
		fd_close(&channel);
	}
	assert_true(shakes_hands(fixture, TLS1_3_VERSION, 0, NULL));
}

static void a_channel_waits_for_its_thread(void **state)
{
	struct fixture *fixture = *state;
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_answer answer;
	capture_begin();
	atomic_store(&threads_missing, 3);
	int channel = holder_channel(&fixture->holder);
	assert_true(put(channel, &ask, &answer) > 0);
	fd_close(&channel);
	assert_int_equal(count_of(capture_end(), "out of threads"), 1);
}

static void whoever_leaves_meanwhile_holds_nobody_up(void **state)
{
	struct fixture *fixture = *state;
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_answer answer;
	capture_begin();
	atomic_store(&threads_missing, INT_MAX);
	int left = holder_channel(&fixture->holder);
	while (atomic_load(&threads_missing) == INT_MAX)
		poll(NULL, 0, 1);
	fd_close(&left);
	int channel = holder_channel(&fixture->holder);
	/* One more attempt may still be for whoever left. */
	int before = atomic_load(&threads_missing);
	while (atomic_load(&threads_missing) > before - 2)
		poll(NULL, 0, 1);
	atomic_store(&threads_missing, 0);
	assert_true(put(channel, &ask, &answer) > 0);
	fd_close(&channel);
	(void)capture_end();
}

static void what_is_no_channel_is_passed_over(void **state)
{
	struct fixture *fixture = *state;
	struct ask ask = {0, ECDSA, "1.3", 0, 0, 0};
	struct channel_answer answer;
	assert_int_equal(send(fixture->holder.control[1], "x", 1, MSG_NOSIGNAL), 1);
	int channel = holder_channel(&fixture->holder);
	assert_true(put(channel, &ask, &answer) > 0);
	fd_close(&channel);
}

static void a_holder_that_is_gone_takes_no_channel(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];
	assert_true(keyholder_pair(ends, &fixture->fault));
	fd_close(&ends[0]);
	assert_int_equal(keyholder_channel(ends[1], &fixture->fault), -1);
	assert_non_null(strstr(fixture->fault.text, "the keyholder takes no channel"));
	fd_close(&ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wrong_answer_fails_the_handshake_and_no_more),
		TEST(a_slow_answer_is_waited_for),
		TEST(silence_is_waited_for_once_and_ends_with_a_late_answer),
		TEST(handshakes_alone_are_signed),
		TEST(packets_that_are_no_questions_are_passed_over),
		TEST(whoever_does_not_read_keeps_nobody_waiting),
		TEST(a_server_cannot_fill_the_holder_with_descriptors),
		TEST(every_process_gets_a_channel_of_its_own),
		TEST(a_channel_waits_for_its_thread),
		TEST(whoever_leaves_meanwhile_holds_nobody_up),
		TEST(what_is_no_channel_is_passed_over),
		TEST(a_holder_that_is_gone_takes_no_channel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
