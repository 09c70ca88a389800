/*
 * The conversation when memory is out, or the store fails, at any moment of an answer: everybody is
 * answered, nobody is told of what has not happened, and a page that comes is whole.
 */
#include "scarce.h"

#include "capture.h"
#include "store/moderation.h"

#define ROSA    1
#define LUZ     2 /* moderator */
#define IDA     3 /* owner */
#define BARRED  4
#define NOBODY  0
#define UNKNOWN 9
#define ENOUGH  ((size_t)8 << 20)

static const struct scarce_ask asks[] = {
	{.path = "/comments"},
	{.path = "/comments/"},
	{.path = "/comments/", .who = UNKNOWN},
	{.path = "/comments/?" ESSAY_WAY, .who = UNKNOWN},
	{.path = "/comments/", .who = ROSA},
	{.path = "/comments/", .who = BARRED},
	{.path = "/comments/", .who = LUZ},
	{.path = "/comments/account/", .who = IDA},
	{.path = "/comments/help"},
	{.path = "/comments/goodbye"},
	{.path = "/comments/recent"},
	{.path = "/comments/feed.gmi"},
	{.path = "/comments/atom.xml"},
	{.path = "/search?held"},
	{.path = ESSAY_ON "/feed.gmi"},
	{.path = ESSAY_ON "/atom.xml"},
	{.path = ESSAY_ON "/spread"},
	{.path = ESSAY_ON "/", .who = ROSA},
	{.path = ESSAY_ON "/", .who = LUZ},
	{.path = ESSAY_ON},
	{.path = "/comments/1"},
	{.path = "/comments/2", .who = ROSA},
	{.path = "/comments/2", .who = IDA},
	{.path = "/comments/3", .who = ROSA},
	{.path = "/comments/people/1"},
	{.path = "/comments/people/1", .who = IDA},
	{.path = "/comments/account/", .who = ROSA},
	{.path = "/comments/account/?answers", .who = ROSA},
	{.path = "/comments/account/certificates", .who = ROSA},
	{.path = "/comments/account/feed", .who = ROSA},
	{.path = "/comments/account/leave", .who = ROSA},
	{.path = "/comments/moderation/", .who = LUZ},
	{.path = "/comments/moderation/hidden", .who = LUZ},
	{.path = "/comments/moderation/people", .who = LUZ},
	{.path = "/comments/moderation/log", .who = IDA},
	{.path = ESSAY_ON "/new", .who = ROSA},
	{.path = ESSAY_ON "/new", .guarded = true, .who = ROSA},
	{.path = "/comments/1/edit", .guarded = true, .who = ROSA},
	{.path = "/comments/recover", .guarded = true, .typed = "rosa", .who = UNKNOWN},
	{.path = "/comments/recover", .guarded = true, .typed = "../x", .who = UNKNOWN},
	{.path = "/comments/recover/as/rosa", .guarded = true, .who = UNKNOWN},
	{.path = "/comments/recover/as/rosa",
		.guarded = true,
		.typed = "heron-maple-violin-otter-ocean-river-1234",
		.who = UNKNOWN},
	{.path = "/comments/link",
		.guarded = true,
		.typed = "heron-maple-violin-otter-9271",
		.who = UNKNOWN},
	{.path = "/comments/account/data.gmi", .guarded = true, .who = ROSA},
	{.path = "/comments/account/data.json", .guarded = true, .who = ROSA},
	{"/comments/register", "new", UNKNOWN, true, true},
	{ESSAY_ON "/new", "One%20more", ROSA, true, true},
	{"/comments/2/reply", "Me%20too", ROSA, true, true},
	{"/comments/1/edit", "Better%20so", ROSA, true, true},
	{"/comments/1/delete", "yes", ROSA, true, true},
	{"/comments/2/report", "Not%20kind", ROSA, true, true},
	{"/comments/account/rename", "rosalind", ROSA, true, true},
	{"/comments/account/device", "yes", ROSA, true, true},
	{"/comments/account/recovery", "yes", ROSA, true, true},
	{"/comments/account/feed/renew", "yes", ROSA, true, true},
	{"/comments/account/leave/keep", "yes", ROSA, true, true},
	{"/comments/account/leave/erase", "yes", ROSA, true, true},
	{"/comments/account/owner", "heron-maple-violin-otter-9271", LUZ, true, true},
	{"/comments/moderation/invite", "For%20a%20friend", LUZ, true, true},
	{"/comments/moderation/3/approve", "It%20is%20well", LUZ, true, true},
	{"/comments/moderation/1/hide", "Not%20now", LUZ, true, true},
	{"/comments/moderation/1/remove", "Never", IDA, true, true},
	{"/comments/moderation/2/settle", "It%20is%20well", LUZ, true, true},
	{"/comments/moderation/people/1/ban", "Enough", LUZ, true, true},
	{"/comments/moderation/people/4/unban", "Sorry", LUZ, true, true},
	{"/comments/moderation/people/1/appoint", "She%20is%20kind", IDA, true, true},
	{"/comments/moderation/people/2/dismiss", "Thanks", IDA, true, true},
};

static int64_t add(int64_t person, int64_t parent, enum store_hold hold, const char *text)
{
	struct store_comment_added added;
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = SPREADS,
		.parent = parent,
		.text = span_of(text),
		.person = person,
		.now = now,
		.repeat_since = INT64_MAX,
		.most = 100,
		.hold = hold};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	return added.id;
}

/* Somebody in every role, and a comment in every state. */
static int set_up_company(void **state)
{
	set_up(state);
	int64_t rosa = person_of(ROSA, "rosa"), luz = person_of(LUZ, "luz");
	int64_t gone = person_of(BARRED, "gone");
	moderate(STORE_ACT_APPOINT, luz);
	moderate(STORE_ACT_BAN, gone);
	person_of(IDA, "ida");
	tell_file("UPDATE people SET role = 2 WHERE name = 'ida'");
	int64_t first = add(rosa, 0, STORE_HOLD_NONE, "Somebody held a door");
	assert_int_equal(add(luz, first, STORE_HOLD_NONE, "And I passed it on"), 2);
	assert_int_equal(add(rosa, 0, STORE_HOLD_ALL, "May I say this?"), 3);
	int64_t hidden = add(rosa, 0, STORE_HOLD_NONE, "Hide me");
	moderate(STORE_ACT_HIDE, hidden);
	assert_says(guard_of("/comments/2/report", IDA), IDA, STATUS_INPUT, "");
	answer(typed_at("/comments/2/report", IDA, "Look"), IDA);
	join(UNKNOWN - 1, "vera");
	scarce_keep();
	return 0;
}

static const struct scarce_ask *asked;

/* A page that comes is the page that should come. One that can do without something says nothing
 * of it, but is not cut off. */
static void check(enum status good, struct span page, const char *what, int64_t where)
{
	if (reply.status / 10 == 4 || reply.status == good) {
		if (reply.status != STATUS_SUCCESS || page.len == 0 || page.ptr == NULL ||
			span_ends_with(reply.body.memory, S("\n")))
			return;
	}
	fail_msg("%s by %d, %s %lld: %d %.*s", asked->path, asked->who, what, (long long)where,
		(int)reply.status, SPAN_ARG(reply.meta));
}

/* What is answered when all is well; the store is as before. */
static enum status good_answer(const struct request *ready, struct span *page)
{
	struct arena arena;
	scarce_answer(ready, &arena, ENOUGH, asked);
	enum status good = reply.status;
	*page = (struct span){arena_copy(&w.arena, reply.body.memory), reply.body.memory.len};
	if (good / 10 == 4)
		fail_msg("%s by %d: %d %.*s", asked->path, asked->who, (int)good,
			SPAN_ARG(reply.meta));
	scarce_done(&arena);
	if (asked->changes)
		scarce_restore();
	return good;
}

static void memory_is_out(void **state)
{
	(void)state;
	for (asked = asks; asked < asks + sizeof asks / sizeof asks[0]; asked++) {
		struct request ready = scarce_request(asked);
		struct span page;
		struct arena arena;
		enum status good = good_answer(&ready, &page);
		bool enough = false;
		for (size_t room = 16; !enough; room += 16 + room / 16) {
			scarce_answer(&ready, &arena, room, asked);
			/* Where it has failed, the loop makes a 40 of what claims to be for good.
			 */
			enough = !arena.failed;
			if (enough || reply.status / 10 < 5)
				check(good, page, "memory", (int64_t)room);
			bool done = asked->changes && reply.status / 10 == 3;
			scarce_done(&arena);
			if (done)
				scarce_restore();
			assert_true(room < ENOUGH);
		}
	}
}

static void the_store_fails(void **state)
{
	(void)state;
	for (asked = asks; asked < asks + sizeof asks / sizeof asks[0]; asked++) {
		struct request ready = scarce_request(asked);
		struct span page;
		struct arena arena;
		enum status good = good_answer(&ready, &page);
		bool failed = true;
		for (int64_t step = 0; failed; step++) {
			steps_left = step;
			scarce_answer(&ready, &arena, ENOUGH, asked);
			failed = steps_left < 0;
			steps_left = STEPS_ALL;
			check(good, page, "step", step);
			bool done = asked->changes && reply.status / 10 == 3;
			scarce_done(&arena);
			if (done)
				scarce_restore();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_is_out, set_up_company, tear_down),
		cmocka_unit_test_setup_teardown(the_store_fails, set_up_company, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
