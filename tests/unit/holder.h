/*
 * A keyholder for tests: a thread of this process, with the keys of one or two hosts, and a server
 * that has none.
 */
#ifndef KINDLING_TESTS_UNIT_HOLDER_H
#define KINDLING_TESTS_UNIT_HOLDER_H

#include <pthread.h>

#include "tls/keyholder.h"
#include "tls_client.h"

struct holder {
	struct keys *keys;
	struct keys_held held;
	int control[2];
	pthread_t thread;
	bool served;
};

static inline void *holder_main(void *memory)
{
	struct holder *holder = memory;
	struct fault fault;
	holder->served = keys_serve(holder->keys, holder->control[0], &fault);
	fd_close(&holder->control[0]);
	return NULL;
}

static inline void holder_start(
	struct holder *holder, const struct certificate_files *hosts, size_t count)
{
	struct fault fault;
	holder->keys = keys_new(count, &fault);
	assert_non_null(holder->keys);
	for (size_t i = 0; i < count; i++)
		if (!keys_read(holder->keys, i, &hosts[i], &fault))
			fail_msg("%s", fault.text);
	holder->held = keys_held(holder->keys);
	assert_true(keyholder_pair(holder->control, &fault));
	assert_int_equal(pthread_create(&holder->thread, NULL, holder_main, holder), 0);
}

/* All channels are closed by now, or it would not end. */
static inline void holder_stop(struct holder *holder)
{
	fd_close(&holder->control[1]);
	assert_int_equal(pthread_join(holder->thread, NULL), 0);
	assert_true(holder->served);
	keys_free(holder->keys);
}

static inline int holder_channel(const struct holder *holder)
{
	struct fault fault;
	int fd = keyholder_channel(holder->control[1], &fault);
	if (fd < 0)
		fail_msg("%s", fault.text);
	return fd;
}

#endif
