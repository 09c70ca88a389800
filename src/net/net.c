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
#include "net/loop.h"

#define DRAIN_GRACE_MS 1000 /* who is connected and has not asked yet may still do so */

static void set_limits(struct deadlines *deadlines, const struct conf *settings)
{
	const unsigned seconds[CONNECTION_STATE_COUNT] = {
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

struct net *net_new(const struct conf *settings, const struct net_service *service,
	struct tls_server *tls, struct admission *admission, struct fault *fault)
{
	struct net *net = calloc(1, sizeof *net);
	if (net == NULL || uv_loop_init(&net->loop) != 0) {
		free(net);
		fault_set(fault, "cannot make an event loop: out of memory or descriptors");
		return NULL;
	}
	net->magic = NET_MAGIC;
	net->settings = settings;
	net->service = service;
	net->tls = tls;
	net->admission = admission;
	net->pipe_fd = -1;
	list_init(&net->listeners);
	list_init(&net->connections);
	deadlines_init(&net->deadlines, &net->loop, connection_deadline_missed, net);
	set_limits(&net->deadlines, settings);
	uv_timer_init(&net->loop, &net->drain_timer);
	net->drain_timer.data = net;
	return net;
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

static void begin_closing(struct net *net)
{
	if (net->draining)
		return;
	net->draining = true;
	listeners_close(net);
	uv_timer_start(&net->drain_timer, drain_timer_fired, DRAIN_GRACE_MS, 0);
	net_look_for_end(net);
}

void net_look_for_end(struct net *net)
{
	if (net->draining && net->connection_count == 0 && net->job_count == 0)
		uv_stop(&net->loop);
}

static void signal_came(uv_signal_t *handle, int number)
{
	(void)number;
	CHECK_MAGIC((struct net *)handle->data, NET_MAGIC);
	begin_closing(handle->data);
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
	begin_closing(net);
}

bool net_drain_on_end_of(struct net *net, int fd, struct fault *fault)
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
	if (net->signal_open)
		uv_close((uv_handle_t *)&net->signal, NULL);
	if (net->pipe_open)
		uv_close((uv_handle_t *)&net->pipe, NULL);
	/* Until every handle is closed. */
	uv_run(&net->loop, UV_RUN_DEFAULT);
	CHECK(uv_loop_close(&net->loop) == 0);
	net->magic = 0;
	free(net);
}
