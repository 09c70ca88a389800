/*
 * The loop of a worker: its life from the first listener to the last connection.
 */
#include "net/net.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "net/loop.h"
#include "os/limits.h"

#define DRAIN_GRACE_MS 1000 /* who is connected and has not asked yet may still do so */
#define BEAT_MS        1000

static void set_timeouts(struct deadlines *deadlines, const struct conf *settings)
{
	const unsigned seconds[CONNECTION_STATE_COUNT] = {
		[CONNECTION_PROXY] = settings->handshake_timeout,
		[CONNECTION_HANDSHAKE] = settings->handshake_timeout,
		[CONNECTION_REQUEST] = settings->request_timeout,
		[CONNECTION_UPLOAD] = settings->upload_timeout,
		[CONNECTION_ANSWER] = settings->answer_timeout,
		[CONNECTION_WRITE] = settings->write_timeout,
		[CONNECTION_DRAIN] = settings->close_timeout,
	};
	for (size_t state = 0; state < CONNECTION_STATE_COUNT; state++)
		deadlines->limits[state] = (uint64_t)seconds[state] * 1000;
}

static struct admission_limits limits_of(const struct conf *settings)
{
	return (struct admission_limits){
		.total = settings->max_connections,
		.per_address = settings->max_connections_per_address,
		.per_network = settings->max_connections_per_network,
		.per_minute = settings->requests_per_minute,
		.per_minute_of_network = settings->requests_per_minute_per_network,
	};
}

static void beat_fired(uv_timer_t *timer)
{
	struct net *net = timer->data;
	CHECK_MAGIC(net, NET_MAGIC);
	count_beat(&net->counting, clock_monotonic_ms());
}

static void init_timers(struct net *net)
{
	deadlines_init(&net->deadlines, &net->loop, connection_deadline_missed, net);
	set_timeouts(&net->deadlines, net->settings);
	uv_timer_init(&net->loop, &net->drain_timer);
	uv_timer_init(&net->loop, &net->beat);
	net->drain_timer.data = net->beat.data = net;
	uv_timer_start(&net->beat, beat_fired, 0, BEAT_MS);
	uv_unref((uv_handle_t *)&net->beat);
}

struct net *net_new(const struct net_setup *setup, struct fault *fault)
{
	struct net *net = calloc(1, sizeof *net);
	if (net == NULL)
		goto fail_memory;
	net->rules = rules_new(setup->settings);
	if (net->rules == NULL || uv_loop_init(&net->loop) != 0)
		goto fail_loop;
	net->magic = NET_MAGIC;
	net->settings = setup->settings;
	net->service = setup->service;
	net->tls = setup->tls;
	net->admission = setup->admission;
	net->limits = limits_of(setup->settings);
	net->counting = setup->counting;
	net->descriptors = limits_raise_descriptors(0);
	net->pipe_fd = -1;
	list_init(&net->listeners);
	list_init(&net->connections);
	init_timers(net);
	return net;

fail_loop:
	rules_free(net->rules);
fail_memory:
	free(net);
	fault_set(fault, "cannot make an event loop: out of memory or descriptors");
	return NULL;
}

static void drain_timer_fired(uv_timer_t *timer)
{
	struct net *net = timer->data;
	CHECK_MAGIC(net, NET_MAGIC);
	connections_close(net, net->drain_final);
	if (net->drain_final) {
		uv_stop(&net->loop); /* whatever job still runs ends with the process */
		return;
	}
	net->drain_final = true;
	uv_timer_start(timer, drain_timer_fired, (uint64_t)net->settings->drain_timeout * 1000, 0);
	net_look_for_end(net);
}

/* A net that retires can still be stopped. */
static void begin_end(struct net *net, enum net_life life)
{
	if (net->life >= life)
		return;
	net->life = life;
	listeners_close(net);
	net->drain_final = life == NET_RETIRING;
	uint64_t wait = DRAIN_GRACE_MS;
	if (net->drain_final)
		wait = (uint64_t)net->settings->drain_timeout * 1000;
	uv_timer_start(&net->drain_timer, drain_timer_fired, wait, 0);
	net_look_for_end(net);
}

void net_look_for_end(struct net *net)
{
	if (net->life != NET_SERVING && net->connection_count == 0 && net->job_count == 0)
		uv_stop(&net->loop);
}

static void signal_came(uv_signal_t *handle, int number)
{
	(void)number;
	CHECK_MAGIC((struct net *)handle->data, NET_MAGIC);
	begin_end(handle->data, NET_STOPPING);
}

bool net_drain_on_signal(struct net *net, int signal_number, struct fault *fault)
{
	net->signal.data = net;
	int error = uv_signal_init(&net->loop, &net->signal);
	if (error != 0)
		return fault_set(fault, "cannot watch for signals: %s", uv_strerror(error));
	net->signal_open = true;
	error = uv_signal_start(&net->signal, signal_came, signal_number);
	if (error != 0)
		return fault_set(fault, "cannot watch for signals: %s", uv_strerror(error));
	return true;
}

static void pipe_readable(uv_poll_t *handle, int status, int events)
{
	struct net *net = handle->data;
	CHECK_MAGIC(net, NET_MAGIC);
	(void)status;
	(void)events;
	char byte;
	ssize_t got = read(net->pipe_fd, &byte, 1);
	if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	uv_poll_stop(&net->pipe);
	begin_end(net, NET_RETIRING);
}

bool net_retire_on_end_of(struct net *net, int fd, struct fault *fault)
{
	net->pipe.data = net;
	net->pipe_fd = fd;
	int error = uv_poll_init(&net->loop, &net->pipe, fd);
	if (error != 0)
		return fault_set(fault, "cannot watch the master: %s", uv_strerror(error));
	net->pipe_open = true;
	error = uv_poll_start(&net->pipe, UV_READABLE, pipe_readable);
	if (error != 0)
		return fault_set(fault, "cannot watch the master: %s", uv_strerror(error));
	return true;
}

bool net_run(struct net *net)
{
	CHECK_MAGIC(net, NET_MAGIC);
	uv_run(&net->loop, UV_RUN_DEFAULT);
	return net->job_count == 0;
}

void net_free(struct net *net)
{
	CHECK_MAGIC(net, NET_MAGIC);
	listeners_close(net);
	connections_close(net, true);
	deadlines_stop(&net->deadlines);
	uv_close((uv_handle_t *)&net->drain_timer, NULL);
	uv_close((uv_handle_t *)&net->beat, NULL);
	if (net->signal_open)
		uv_close((uv_handle_t *)&net->signal, NULL);
	if (net->pipe_open)
		uv_close((uv_handle_t *)&net->pipe, NULL);
	/* Until every handle is closed. */
	uv_run(&net->loop, UV_RUN_DEFAULT);
	CHECK(uv_loop_close(&net->loop) == 0);
	rules_free(net->rules);
	net->magic = 0;
	free(net);
}
