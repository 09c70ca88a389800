/*
 * Channels to the keyholder: making them, handing them over, and asking.
 */
#include "tls/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "os/cpu.h"
#include "os/fd.h"
#include "tls/keyholder.h"

#define COMPLAIN_EVERY_MS 60000

bool keyholder_pair(int ends[2], struct fault *fault)
{
	/* macOS has no packets that end: there the holder hears of the end by an error. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 ||
		(errno == EPROTONOSUPPORT &&
			socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) == 0))
		return true;
	ends[0] = ends[1] = -1;
	return fault_set(fault, "cannot make a channel to the keyholder: %s", strerror(errno));
}

/* Room for one descriptor, aligned as its header wants. */
union rights {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static bool hand_over(int control, int fd)
{
	char byte = 0;
	struct iovec part = {&byte, 1};
	union rights rights = {.room = ""};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = sizeof rights.room};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	return sendmsg(control, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
}

int keyholder_channel(int control, struct fault *fault)
{
	int ends[2];

	if (!keyholder_pair(ends, fault))
		return -1;
	if (!hand_over(control, ends[0])) {
		fault_set(fault, "the keyholder takes no channel: %s", strerror(errno));
		fd_close(&ends[1]);
	}
	fd_close(&ends[0]);
	return ends[1];
}

int channel_take(int control)
{
	for (;;) {
		char byte;
		struct iovec part = {&byte, 1};
		union rights rights;
		struct msghdr message = {.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &rights,
			.msg_controllen = sizeof rights.room};
		ssize_t got = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
		struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
		int fd;

		if (got == 0 || (got < 0 && errno != EINTR))
			return -1;
		/* Without one, there were no descriptors left to take it. */
		if (header == NULL || header->cmsg_type != SCM_RIGHTS ||
			header->cmsg_len != CMSG_LEN(sizeof fd))
			continue;
		memcpy(&fd, CMSG_DATA(header), sizeof fd);
		return fd;
	}
}

static bool is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* Waits for the answer to the last question; those to earlier ones are passed over. Its length, or
 * -1 with *why. */
static ssize_t await(const struct channel *channel, int64_t deadline, struct channel_answer *answer,
	const char **why)
{
	for (;;) {
		int64_t left = deadline - clock_monotonic_ms();
		struct pollfd event = {.fd = channel->fd, .events = POLLIN};

		(void)poll(&event, 1, left > 0 ? (int)left : 0);

		ssize_t got = recv(channel->fd, answer, sizeof *answer, MSG_DONTWAIT);

		if (got >= (ssize_t)CHANNEL_ANSWER_HEAD && answer->number == channel->asked)
			return got;
		*why = "it is gone";
		if (got == 0 || (got < 0 && !is_passing(errno)))
			return -1;
		*why = "it does not answer";
		if (left <= 0)
			return -1;
	}
}

/* After a silence only a late answer, or time, makes it worth asking again: a server whose every
 * handshake waited in vain would do nothing else. */
static bool is_silent(struct channel *channel, struct channel_answer *answer)
{
	const char *why;

	if (clock_monotonic_ms() >= channel->silent_until || await(channel, 0, answer, &why) >= 0)
		channel->silent_until = 0;
	return channel->silent_until != 0;
}

/* Always 0. */
static size_t complain(struct channel *channel, const char *why)
{
	int64_t now = clock_monotonic_ms();

	if (now >= channel->complain_at) {
		channel->complain_at = now + COMPLAIN_EVERY_MS;
		log_message(
			LOG_ERROR, "no signature from the keyholder, so handshakes fail: %s", why);
	}
	return 0;
}

size_t channel_ask(struct channel *channel, uint32_t place, const struct scheme *scheme,
	const unsigned char *bytes, size_t len, unsigned char *out, size_t room)
{
	struct channel_question question;
	struct channel_answer answer;
	const char *why = "the channel is full";

	CHECK(len <= sizeof question.bytes);
	if (channel->silent_until != 0 && is_silent(channel, &answer))
		return complain(channel, "it does not answer");
	question.number = ++channel->asked;
	question.place = place;
	question.scheme = scheme->code;
	question.cpu = cpu_now();
	memcpy(question.bytes, bytes, len);

	size_t size = CHANNEL_QUESTION_HEAD + len;
	int64_t deadline = clock_monotonic_ms() + KEYHOLDER_TIMEOUT_MS;
	ssize_t got = -1;

	if (send(channel->fd, &question, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size)
		got = await(channel, deadline, &answer, &why);
	else if (!is_passing(errno))
		why = "it is gone";
	if (got < 0) {
		if (clock_monotonic_ms() >= deadline)
			channel->silent_until = clock_monotonic_ms() + KEYHOLDER_TIMEOUT_MS;
		return complain(channel, why);
	}
	size = (size_t)got - CHANNEL_ANSWER_HEAD;
	if (size == 0 || size > room)
		return complain(channel, "it refuses");
	memcpy(out, answer.signature, size);
	return size;
}
