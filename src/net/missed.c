/*
 * When time is over: each state's deadline, the minimum rate, and who is sent away to make room or
 * because the server stops.
 */
#include "base/check.h"
#include "base/log.h"
#include "net/connection.h"

_Static_assert((int)COUNTER_DEADLINE_DRAIN - (int)COUNTER_DEADLINE_PROXY == (int)CONNECTION_DRAIN,
	"counters of deadlines are in the order of states");

/* The answer did not come in time: its job keeps the exchange, the client gets another. */
static void give_up_answer(struct connection *connection)
{
	struct exchange *late = connection->exchange;
	if (!connection_make_exchange(connection))
		return;
	/* For the log. The job changes nothing of what is read here: neither these members nor the
	 * memory that they point to. */
	struct request *request = &connection->exchange->request;
	struct arena *arena = &connection->exchange->arena;
	request->uri.host = span_of(arena_copy(arena, late->request.uri.host));
	request->uri.path = span_of(arena_copy(arena, late->request.uri.path));
	/* Where memory is out the path is empty. */
	request->path_private = request->uri.path.len == 0 ? 0 : late->request.path_private;
	request->counted_as = late->request.counted_as;
	request->titan.present = late->request.titan.present;
	connection->exchange->reply.note = "answer_timeout";
	exchange_release(late);
	connection_refuse(
		connection, STATUS_TEMPORARY_FAILURE, "This took too long. Try again in a minute");
}

/* The bytes that have to move in a window of the state's length: at least one. */
static uint64_t least_of(const struct connection *connection)
{
	const struct net *net = connection->net;
	uint64_t least = net->settings->min_rate * net->deadlines.limits[connection->state] / 1000;
	return least > 0 ? least : 1;
}

bool connection_keeps_up(struct connection *connection, uint64_t moved)
{
	struct net *net = connection->net;
	if (moved < connection->moved + least_of(connection))
		return false;
	connection->moved = moved;
	deadline_set(&net->deadlines, &connection->deadline, connection->state);
	return true;
}

static void refuse_late(struct connection *connection, const char *sentence)
{
	connection_refuse(connection, STATUS_BAD_REQUEST, sentence);
	connection_run(connection);
}

static void missed_in(struct connection *connection)
{
	switch (connection->state) {
	case CONNECTION_REQUEST:
		refuse_late(
			connection, "The request did not arrive in time; it ends with CR and LF");
		return;
	case CONNECTION_UPLOAD:
		refuse_late(connection, "The upload arrived too slowly; nothing was stored");
		return;
	case CONNECTION_ANSWER:
		give_up_answer(connection);
		connection_run(connection);
		return;
	case CONNECTION_WRITE:
		connection_end(connection, "too slow");
		return;
	case CONNECTION_PROXY:
	case CONNECTION_HANDSHAKE:
	case CONNECTION_DRAIN:
	case CONNECTION_CLOSED:
		connection_end(connection, "its time is over");
		return;
	}
}

void connection_deadline_missed(void *context, struct deadline *deadline)
{
	struct net *net = context;
	struct connection *connection = LIST_ENTRY(deadline, struct connection, deadline);
	CHECK_MAGIC(net, NET_MAGIC);
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	if (connection->state == CONNECTION_UPLOAD &&
		connection_keeps_up(connection, connection->exchange->body_len))
		return;
	if (connection->state == CONNECTION_WRITE &&
		connection_keeps_up(connection, writing_moved(connection)))
		return;
	count_more(
		&net->counting, (enum counter)(COUNTER_DEADLINE_PROXY + (int)connection->state), 1);
	missed_in(connection);
}

/* Of those who have not asked, whoever came first; NULL where there is nobody. */
static struct connection *oldest_idle(const struct net *net)
{
	static const enum connection_state idle[] = {
		CONNECTION_PROXY, CONNECTION_HANDSHAKE, CONNECTION_REQUEST};
	struct connection *oldest = NULL;
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
		struct deadline *first = deadlines_first(&net->deadlines, idle[i]);
		if (first == NULL)
			continue;
		struct connection *connection = LIST_ENTRY(first, struct connection, deadline);
		if (oldest == NULL || connection->accepted < oldest->accepted)
			oldest = connection;
	}
	return oldest;
}

bool connections_evict(struct net *net)
{
	struct deadline *leaving = deadlines_first(&net->deadlines, CONNECTION_DRAIN);
	struct connection *connection = leaving != NULL
						? LIST_ENTRY(leaving, struct connection, deadline)
						: oldest_idle(net);
	if (connection == NULL)
		return false;
	count_more(&net->counting, COUNTER_EVICTED, 1);
	connection_end(connection, "others need its place");
	return true;
}

void connections_close(struct net *net, bool all)
{
	for (struct list *link = net->connections.next, *next; link != &net->connections;
		link = next) {
		struct connection *connection = LIST_ENTRY(link, struct connection, link);
		next = link->next;
		if (all || !connection_has_asked(connection))
			connection_end(connection, "the server stops");
	}
}
