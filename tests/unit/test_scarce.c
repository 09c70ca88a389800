/*
 * The conversation when memory is out, or the store fails, or somebody else is quicker, at any
 * moment of an answer: everybody is answered, nobody is told of what has not happened, and a page
 * that comes is whole.
 */
#include "scarce.h"

#include "store/moderation.h"

#define ROSA    1
#define LUZ     2 /* moderator */
#define IDA     3 /* owner */
#define BARRED  4
#define VERA    5
#define DORA    6
#define INVITED 9
#define UNKNOWN 10
#define ENOUGH  ((size_t)8 << 20)

/* Made anew for each test. */
static char invitation[64], owner_code[64], link_code[64], recovery[64];
static char welcome[128], reveal[128], certificate[160];

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
	{.path = "/comments/?answers=0", .who = ROSA},
	{.path = "/comments/?answers=1", .who = LUZ},
	{.path = welcome, .who = DORA},
	{.path = reveal, .who = ROSA},
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
	{"/comments/register", "new", INVITED, true},
	{"/comments/register", NULL, UNKNOWN, true},
	{"/comments/invitation", invitation, UNKNOWN, true},
	{"/comments/link", link_code, UNKNOWN, true},
	{"/comments/recover/as/vera", recovery, UNKNOWN, true},
	{ESSAY_ON "/new", "One%20more", ROSA, true},
	{"/comments/2/reply", "Me%20too", ROSA, true},
	{"/comments/1/edit", "Better%20so", ROSA, true},
	{"/comments/1/delete", "yes", ROSA, true},
	{"/comments/2/report", "Not%20kind", ROSA, true},
	{"/comments/account/rename", "rosalind", ROSA, true},
	{"/comments/account/device", "yes", ROSA, true},
	{"/comments/account/recovery", "yes", ROSA, true},
	{"/comments/account/feed/renew", "yes", ROSA, true},
	{certificate, "yes", ROSA, true},
	{"/comments/account/leave/keep", "yes", ROSA, true},
	{"/comments/account/leave/erase", "yes", ROSA, true},
	{"/comments/account/owner", owner_code, LUZ, true},
	{"/comments/account/owner", "heron-maple-violin-otter-9271", ROSA, true},
	{"/comments/moderation/invite", "For%20a%20friend", LUZ, true},
	{"/comments/moderation/3/approve", "It%20is%20well", LUZ, true},
	{"/comments/moderation/1/hide", "Not%20now", LUZ, true},
	{"/comments/moderation/1/remove", "Never", IDA, true},
	{"/comments/moderation/2/settle", "It%20is%20well", LUZ, true},
	{"/comments/moderation/people/1/ban", "Enough", LUZ, true},
	{"/comments/moderation/people/4/unban", "Sorry", LUZ, true},
	{"/comments/moderation/people/1/appoint", "She%20is%20kind", IDA, true},
	{"/comments/moderation/people/2/dismiss", "Thanks", IDA, true},
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

static void keep_text(char *kept, size_t size, const char *text)
{
	assert_true((size_t)snprintf(kept, size, "%s", text) < size);
}

/* Somebody in every role, a comment in every state, and a code of every kind. */
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
	answer(typed_at("/comments/2/report", IDA, "Look"), IDA);
	keep_text(recovery, sizeof recovery, join(VERA, "vera"));
	keep_text(welcome, sizeof welcome, led_to("/comments/register?dora", DORA));
	keep_text(link_code, sizeof link_code, device_code(ROSA));
	/* Another one of hers. */
	led_to(typed_at("/comments/link", 77, link_code), 77);
	char hex[SECRET_HEX_SIZE];
	secret_hex(key_of(77), hex);
	assert_true((size_t)snprintf(certificate, sizeof certificate,
			    "/comments/account/certificates/%s/remove", hex) < sizeof certificate);
	keep_text(link_code, sizeof link_code, device_code(ROSA));
	keep_text(reveal, sizeof reveal,
		led_to(typed_at("/comments/account/recovery", ROSA, "yes"), ROSA));
	keep_text(owner_code, sizeof owner_code, made_code(STORE_CODE_OWNER));
	capsule.registration = REGISTRATION_INVITATION;
	keep_text(invitation, sizeof invitation, made_code(STORE_CODE_INVITATION));
	led_to(typed_at("/comments/invitation", INVITED, invitation), INVITED);
	keep_text(invitation, sizeof invitation, made_code(STORE_CODE_INVITATION));
	/* The first use of a certificate on a day is noted. */
	for (unsigned char who = 1; who <= UNKNOWN; who++)
		answer("/comments/help", who);
	scarce_keep();
	return 0;
}

/* One request, and what it is answered when all is well. */
struct good {
	const struct scarce_ask *ask;
	struct request request;
	enum status status;
	struct span page; /* empty where there is none, or it is in a file */
	bool changes;
};

/* Asks, with the store as it was kept before and after. True where that has changed something. */
static bool ask_once(const struct good *good, size_t room, int64_t step, struct arena *arena)
{
	uint64_t before = w.generation;
	scarce_answer(&good->request, arena, room, step, good->ask);
	bool changed = w.generation != before;
	if (changed)
		scarce_restore();
	return changed;
}

static struct good ask_in_peace(const struct scarce_ask *ask)
{
	struct good good = {.ask = ask, .request = scarce_request(ask)};
	struct arena arena;
	good.changes = ask_once(&good, ENOUGH, STEPS_ALL, &arena);
	good.status = reply.status;
	/* That somebody has looked at a page is kept where it can be, and that is all. */
	good.changes = good.changes && good.status != STATUS_SUCCESS;
	good.page = reply.body.memory;
	if (good.page.len > 0)
		good.page.ptr = arena_copy(&w.arena, good.page);
	if (good.status / 10 == 4)
		fail_msg("%s by %d: %d %.*s", ask->path, ask->who, (int)good.status,
			SPAN_ARG(reply.meta));
	scarce_done(&arena);
	return good;
}

static void check(const struct good *good, bool well, const char *what, int64_t where)
{
	if (!well)
		fail_msg("%s by %d, %s %lld: %d %.*s\n%.*s", good->ask->path, good->ask->who, what,
			(long long)where, (int)reply.status, SPAN_ARG(reply.meta),
			SPAN_ARG(reply.body.memory));
}

static void memory_is_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
		struct good good = ask_in_peace(&asks[i]);
		struct arena arena = {.failed = true};
		for (size_t room = 16; arena.failed; room += 16 + room / 16) {
			bool changed = ask_once(&good, room, STEPS_ALL, &arena);
			/* Of these the loop makes a 40, where memory was out. */
			bool is_replaced =
				arena.failed && (reply.status < 20 || reply.status >= 50);
			bool is_good = reply.status == good.status && (changed || !good.changes) &&
				       span_equal(reply.body.memory, good.page);
			check(&good, is_replaced || is_good || reply.status / 10 == 4, "room",
				(int64_t)room);
			scarce_done(&arena);
			assert_true(room < ENOUGH);
		}
	}
}

static void the_store_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
		struct good good = ask_in_peace(&asks[i]);
		bool failed = true;
		for (int64_t step = 0; failed; step++) {
			struct arena arena;
			bool changed = ask_once(&good, ENOUGH, step, &arena);
			/* A page that can do without something is still a whole page. */
			bool is_whole =
				good.page.len == 0 || span_ends_with(reply.body.memory, S("\n"));
			bool is_good = reply.status == good.status && (changed || !good.changes) &&
				       is_whole;
			check(&good, is_good || reply.status / 10 == 4, "step", step);
			failed = steps_failed;
			scarce_done(&arena);
		}
	}
}

/* ---- somebody else is quicker */

static void the_key_registers(void)
{
	int64_t id;
	(void)register_at(HERE, INVITED, S("other"), S("other"), now, &id);
	(void)register_at(HERE, UNKNOWN, S("third"), S("third"), now, &id);
}

static void the_name_is_taken(void)
{
	int64_t id;
	(void)register_at(HERE, 77, S("new"), S("new"), now, &id);
}

static void rosa_leaves(void)
{
	(void)store_person_leave(w.store, 1, false, now);
}

static void luz_is_dismissed(void)
{
	moderate(STORE_ACT_DISMISS, 2);
}

static void the_comment_is_deleted(void)
{
	(void)store_comment_delete(w.store, HERE, 1, 1);
}

static void another_moderator_approves(void)
{
	const struct store_order order = {.capsule = HERE,
		.act = STORE_ACT_APPROVE,
		.subject = 3,
		.reason = S("me first"),
		.now = now};
	(void)store_moderate(w.store, &order);
}

static const struct race {
	struct scarce_ask ask;
	void (*meanwhile)(void);
	const char *told; /* the statuses that are true, whoever is the first */
} races[] = {
	{{"/comments/register", "new", INVITED, true}, the_key_registers, "30"},
	{{"/comments/register", "new", INVITED, true}, the_name_is_taken, "30 10"},
	{{"/comments/invitation", invitation, UNKNOWN, true}, the_key_registers, "30 61"},
	{{"/comments/link", link_code, UNKNOWN, true}, the_key_registers, "30 61"},
	{{"/comments/link", link_code, UNKNOWN, true}, rosa_leaves, "30 11"},
	{{"/comments/recover/as/vera", recovery, UNKNOWN, true}, the_key_registers, "30 61"},
	{{ESSAY_ON "/new", "One%20more", ROSA, true}, rosa_leaves, "30 61"},
	{{"/comments/2/reply", "Me%20too", ROSA, true}, rosa_leaves, "30 61"},
	{{"/comments/1/reply", "Me%20too", LUZ, true}, the_comment_is_deleted, "30 52"},
	{{"/comments/1/edit", "Better%20so", ROSA, true}, the_comment_is_deleted, "30 52"},
	{{"/comments/1/edit", "Better%20so", ROSA, true}, rosa_leaves, "30 51 61"},
	{{"/comments/1/delete", "yes", ROSA, true}, the_comment_is_deleted, "30 52"},
	{{"/comments/1/report", "Look", LUZ, true}, the_comment_is_deleted, "30 52"},
	{{"/comments/account/rename", "new", ROSA, true}, the_name_is_taken, "30 10"},
	{{"/comments/account/rename", "new", ROSA, true}, rosa_leaves, "30 51 61"},
	{{"/comments/account/device", "yes", ROSA, true}, rosa_leaves, "30 51 61"},
	{{"/comments/account/recovery", "yes", ROSA, true}, rosa_leaves, "30 51 61"},
	{{"/comments/account/feed/renew", "yes", ROSA, true}, rosa_leaves, "30 51 61"},
	{{"/comments/account/leave/keep", "yes", ROSA, true}, rosa_leaves, "30 51 61"},
	{{"/comments/moderation/3/approve", "Well", LUZ, true}, another_moderator_approves,
		"30 50"},
	{{"/comments/moderation/3/approve", "Well", LUZ, true}, luz_is_dismissed, "30 61"},
	{{"/comments/moderation/1/hide", "Not%20now", LUZ, true}, the_comment_is_deleted, "30 50"},
	{{"/comments/moderation/people/1/ban", "Enough", LUZ, true}, rosa_leaves, "30 50 51 52"},
	{{"/comments/moderation/people/1/appoint", "Kind", IDA, true}, rosa_leaves, "30 50 51 52"},
};

static void somebody_is_quicker(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof races / sizeof races[0]; i++) {
		struct good good = ask_in_peace(&races[i].ask);
		bool come = true;
		for (int64_t step = 0; come; step++) {
			struct arena arena;
			char told[8];
			steps_meanwhile = races[i].meanwhile;
			ask_once(&good, ENOUGH, step, &arena);
			steps_meanwhile = NULL;
			come = steps_failed;
			snprintf(told, sizeof told, "%d", (int)reply.status);
			check(&good, strstr(races[i].told, told) != NULL, "step", step);
			scarce_done(&arena);
		}
	}
}

/* The log would tell of each failure. */
static int log_nowhere(void **state)
{
	const struct log_settings nowhere = {.level = LOG_ERROR, .to = "/dev/null"};
	struct fault fault;
	(void)state;
	return log_open(&nowhere, &fault) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_is_out, set_up_company, tear_down),
		cmocka_unit_test_setup_teardown(the_store_fails, set_up_company, tear_down),
		cmocka_unit_test_setup_teardown(somebody_is_quicker, set_up_company, tear_down),
	};
	return cmocka_run_group_tests(tests, log_nowhere, NULL);
}
