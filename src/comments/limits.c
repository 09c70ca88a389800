/*
 * How often who may do what: the table of limits, on the rates that all workers share.
 */
#include "comments/limits.h"

#include <string.h>

#include "base/clock.h"

static const struct {
	unsigned uses, seconds;
} limits[LIMIT_COUNT] = {
#define LIMIT_ROW(name, uses, seconds) [LIMIT_##name] = {(uses), (seconds)},
	LIMITS(LIMIT_ROW)
#undef LIMIT_ROW
};

/* Keyed with a secret of this run: from what lies in memory nobody learns who did what. False:
 * memory is out. */
static bool find_subject(struct visit *visit, enum limit limit, struct span counted, uint64_t *out)
{
	const struct comments_shared *shared = visit->comments->shared;
	struct span key = {(const char *)shared->secret, sizeof(shared->secret)};
	unsigned char hash[SECRET_SIZE];
	struct buf text;
	buf_init(&text, visit->request->arena, COMMENTS_PAGE_BYTES);
	buf_printf(&text, "limit %d ", (int)limit);
	buf_span(&text, visit_host(visit));
	buf_byte(&text, ' '); /* a host holds none */
	buf_span(&text, counted);
	if (buf_failed(&text) || !secret_hash(key, buf_view(&text), hash))
		return false;
	memcpy(out, hash, sizeof(*out));
	return true;
}

bool limit_by_bytes(struct visit *visit, enum limit limit, const void *bytes, size_t count)
{
	uint64_t subject;
	if (!find_subject(visit, limit, (struct span){bytes, count}, &subject)) {
		reply_status(visit->request, visit->reply, STATUS_TEMPORARY_FAILURE, "%s",
			status_sentence(STATUS_TEMPORARY_FAILURE));
		return false;
	}
	unsigned wait = rates_use(visit->comments->shared->rates, subject, limits[limit].uses,
		limits[limit].seconds, clock_monotonic_ms());
	if (wait > 0)
		reply_status(visit->request, visit->reply, STATUS_SLOW_DOWN, "%u", wait);
	return wait == 0;
}

bool limit_by_address(struct visit *visit, enum limit limit)
{
	uint64_t visitor = visit->request->visitor;
	return limit_by_bytes(visit, limit, &visitor, sizeof(visitor));
}

bool limit_by_person(struct visit *visit, enum limit limit)
{
	int64_t id = visit->person.id;
	return limit_by_bytes(visit, limit, &id, sizeof(id));
}
