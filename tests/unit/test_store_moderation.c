/*
 * The store: reports, orders of moderators with their rights, and the log.
 */
#include "store/moderation.h"

#include "stores.h"

enum { SHELL, READER, MODERATOR, OWNER, TRUSTED, BANNED, LEFT, ELSEWHERE, ACTORS };

/* One of each, and rosa with a comment. */
struct cast {
	int64_t ids[ACTORS];
	int64_t rosa, comment;
};

static enum store_result order_by(
	int64_t actor, bool trusted, enum store_act act, int64_t subject, struct span reason)
{
	const struct store_order order = {.capsule = HERE,
		.act = act,
		.actor = actor,
		.trusted = trusted,
		.subject = subject,
		.reason = reason,
		.now = NOON + 7};
	return store_moderate(w.store, &order);
}

static enum store_result shell(enum store_act act, int64_t subject)
{
	return order_by(0, false, act, subject, S("at the shell"));
}

static void set_role(int64_t person, enum store_role role)
{
	char sql[80];
	snprintf(sql, sizeof sql, "UPDATE people SET role = %d WHERE id = %lld", role,
		(long long)person);
	tell_file(sql);
}

static struct cast make_cast(void)
{
	struct cast cast = {.rosa = person_of(1, "rosa")};
	for (unsigned char i = READER; i < ELSEWHERE; i++) {
		char name[16];
		snprintf(name, sizeof name, "actor %d", i);
		cast.ids[i] = person_of((unsigned char)(10 + i), name);
	}
	assert_int_equal(register_at(THERE, 1, S("there"), S("there"), NOON, &cast.ids[ELSEWHERE]),
		STORE_OK);
	set_role(cast.ids[MODERATOR], STORE_MODERATOR);
	set_role(cast.ids[OWNER], STORE_OWNER);
	set_role(cast.ids[BANNED], STORE_OWNER);
	set_role(cast.ids[ELSEWHERE], STORE_OWNER);
	assert_int_equal(shell(STORE_ACT_BAN, cast.ids[BANNED]), STORE_OK);
	assert_int_equal(store_person_leave(w.store, cast.ids[LEFT], false, NOON), STORE_OK);
	cast.comment = write_one(cast.rosa, ESSAY, "hello");
	return cast;
}

static void put_in_state(int64_t comment, enum store_state state)
{
	char sql[96];
	snprintf(sql, sizeof sql, "UPDATE comments SET state = %d, listed = %d WHERE id = %lld",
		state, state == STORE_SHOWN, (long long)comment);
	tell_file(sql);
}

static enum store_state state_of(int64_t id)
{
	struct store_comment comment;
	assert_int_equal(store_comment_by_id(w.store, HERE, id, &w.arena, &comment), STORE_OK);
	return comment.state;
}

static struct store_person person_by(int64_t id)
{
	struct store_person person;
	assert_int_equal(store_person_by_id(w.store, HERE, id, &w.arena, &person), STORE_OK);
	return person;
}

static void each_order_asks_for_a_state(void **state)
{
	(void)state;
	enum { NO = -1 };
	static const struct {
		enum store_act act;
		int to[5]; /* from shown, held, hidden, deleted, removed */
	} table[] = {
		{STORE_ACT_APPROVE, {NO, STORE_SHOWN, NO, NO, NO}},
		{STORE_ACT_HIDE, {STORE_HIDDEN, STORE_HIDDEN, NO, NO, NO}},
		{STORE_ACT_UNHIDE, {NO, NO, STORE_SHOWN, NO, NO}},
		{STORE_ACT_REMOVE, {STORE_REMOVED, STORE_REMOVED, STORE_REMOVED, NO, NO}},
		{STORE_ACT_SETTLE, {NO, NO, NO, NO, NO}}, /* nobody has reported it */
	};
	struct cast cast = make_cast();
	int64_t done = ask_file("SELECT count(*) FROM actions");
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		for (int from = STORE_SHOWN; from <= STORE_REMOVED; from++) {
			put_in_state(cast.comment, (enum store_state)from);
			int to = table[i].to[from];
			assert_int_equal(shell(table[i].act, cast.comment),
				to == NO ? STORE_GONE : STORE_OK);
			assert_int_equal(state_of(cast.comment), to == NO ? from : to);
			done += to == NO ? 0 : 1;
		}
		assert_int_equal(shell(table[i].act, 9999), STORE_NONE);
	}
	assert_int_equal(ask_file("SELECT count(*) FROM actions"), done);
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE text <> ''"), 0);
	const struct store_order elsewhere = {
		.capsule = THERE, .act = STORE_ACT_HIDE, .subject = cast.comment, .now = NOON};
	assert_int_equal(store_moderate(w.store, &elsewhere), STORE_NONE);
}

static void each_order_asks_for_a_role(void **state)
{
	(void)state;
	static const struct {
		enum store_act act;
		bool about_comment, for_owners;
	} acts[] = {
		{STORE_ACT_HIDE, true, false},
		{STORE_ACT_UNHIDE, true, false},
		{STORE_ACT_BAN, false, false},
		{STORE_ACT_UNBAN, false, false},
		{STORE_ACT_APPOINT, false, true},
		{STORE_ACT_DISMISS, false, true},
		{STORE_ACT_INVITE, false, false},
	};
	static const bool moderates[ACTORS] = {
		[SHELL] = true, [MODERATOR] = true, [OWNER] = true, [TRUSTED] = true};
	static const bool owns[ACTORS] = {[SHELL] = true, [OWNER] = true, [TRUSTED] = true};
	struct cast cast = make_cast();
	for (int i = 0; i < ACTORS; i++) {
		int64_t actor = cast.ids[i];
		bool trusted = i == TRUSTED || i == BANNED; /* a ban counts for them, too */
		for (size_t j = 0; j < sizeof acts / sizeof acts[0]; j++) {
			bool may = acts[j].for_owners ? owns[i] : moderates[i];
			assert_int_equal(
				order_by(actor, trusted, acts[j].act,
					acts[j].about_comment ? cast.comment : cast.rosa, S("")),
				may ? STORE_OK : STORE_BARRED);
		}
		assert_int_equal(
			order_by(actor, trusted, STORE_ACT_CLAIM, cast.rosa, S("")), STORE_BARRED);
		assert_int_equal(state_of(cast.comment), STORE_SHOWN);
		assert_int_equal(person_by(cast.rosa).role, STORE_READER);
		assert_int_equal(person_by(cast.rosa).standing, STORE_ACTIVE);
	}
}

static void nobody_acts_on_those_who_stand_as_high(void **state)
{
	(void)state;
	struct cast cast = make_cast();
	int64_t moderator = cast.ids[MODERATOR], owner = cast.ids[OWNER], other = cast.ids[TRUSTED];
	set_role(other, STORE_OWNER);
	const struct {
		int64_t actor;
		enum store_act act;
		int64_t subject;
	} barred[] = {
		{moderator, STORE_ACT_BAN, moderator},
		{owner, STORE_ACT_BAN, moderator},
		{owner, STORE_ACT_BAN, other},
		{owner, STORE_ACT_BAN, owner},
		{owner, STORE_ACT_DISMISS, other},
		{owner, STORE_ACT_DISMISS, owner},
		{owner, STORE_ACT_UNBAN, cast.ids[BANNED]},
		{moderator, STORE_ACT_APPOINT, moderator},
	};
	for (size_t i = 0; i < sizeof barred / sizeof barred[0]; i++)
		assert_int_equal(
			order_by(barred[i].actor, false, barred[i].act, barred[i].subject, S("")),
			STORE_BARRED);
	/* One made an owner by the configuration is a reader to the store, and no subject of their
	 * own either. */
	assert_int_equal(
		order_by(cast.rosa, true, STORE_ACT_APPOINT, cast.rosa, S("")), STORE_BARRED);

	/* A moderator is dismissed first; the shell needs no such step. */
	assert_int_equal(order_by(owner, false, STORE_ACT_DISMISS, moderator, S("")), STORE_OK);
	assert_int_equal(order_by(owner, false, STORE_ACT_BAN, moderator, S("")), STORE_OK);
	assert_int_equal(shell(STORE_ACT_DISMISS, other), STORE_OK);
	assert_int_equal(person_by(other).role, STORE_READER);
	assert_int_equal(shell(STORE_ACT_BAN, owner), STORE_OK);
	assert_int_equal(person_by(owner).standing, STORE_BANNED);
}

static void a_person_has_to_be_so_that_it_changes_something(void **state)
{
	(void)state;
	struct cast cast = make_cast();
	assert_int_equal(shell(STORE_ACT_UNBAN, cast.rosa), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_DISMISS, cast.rosa), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_APPOINT, cast.ids[MODERATOR]), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_APPOINT, cast.ids[OWNER]), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_BAN, cast.rosa), STORE_OK);
	assert_int_equal(shell(STORE_ACT_BAN, cast.rosa), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_APPOINT, cast.rosa), STORE_GONE);
	static const enum store_act acts[] = {
		STORE_ACT_BAN, STORE_ACT_UNBAN, STORE_ACT_APPOINT, STORE_ACT_DISMISS};
	const int64_t nobody[] = {0, 9999, cast.ids[LEFT], cast.ids[ELSEWHERE]};
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(shell(acts[i], nobody[j]), STORE_NONE);
}

static enum store_result report(int64_t comment, int64_t person, const char *reason)
{
	return store_report_add(w.store, HERE, comment, person, span_of(reason), NOON);
}

static void reports_wait_for_a_moderator(void **state)
{
	(void)state;
	struct cast cast = make_cast();
	struct store_reports page;
	uint64_t held, reports;
	int64_t luz = cast.ids[READER], other = write_one(luz, ESSAY, "other");
	assert_int_equal(report(cast.comment, luz, "unkind"), STORE_OK);
	assert_int_equal(report(cast.comment, luz, "very"), STORE_REPEATED);
	assert_int_equal(report(cast.comment, cast.ids[MODERATOR], "rude"), STORE_OK);
	assert_int_equal(report(other, cast.rosa, "loud"), STORE_OK);
	assert_int_equal(report(9999, luz, "?"), STORE_NONE);
	assert_int_equal(report(cast.comment, cast.ids[BANNED], "?"), STORE_BARRED);
	assert_int_equal(report(cast.comment, cast.ids[LEFT], "?"), STORE_NONE);
	assert_int_equal(report(cast.comment, cast.ids[ELSEWHERE], "?"), STORE_NONE);
	assert_int_equal(
		store_report_add(w.store, THERE, cast.comment, cast.ids[ELSEWHERE], S("?"), NOON),
		STORE_NONE);

	assert_int_equal(store_reports(w.store, HERE, 0, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 2);
	assert_true(page.more);
	assert_int_equal(page.items[0].comment, cast.comment);
	assert_int_equal(page.items[0].person, luz);
	assert_int_equal(page.items[0].made, NOON);
	assert_int_equal(page.items[0].state, STORE_SHOWN);
	assert_span_equal(page.items[0].reporter, "actor 1");
	assert_span_equal(page.items[0].reason, "unkind");
	assert_span_equal(page.items[0].author, "rosa");
	assert_span_equal(page.items[0].text, "hello");
	assert_int_equal(
		store_reports(w.store, HERE, page.items[1].id, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 1);
	assert_false(page.more);
	assert_span_equal(page.items[0].reason, "loud");
	assert_int_equal(store_reports(w.store, THERE, 0, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	assert_int_equal(store_waiting(w.store, HERE, &held, &reports), STORE_OK);
	assert_int_equal(held, 0);
	assert_int_equal(reports, 3);

	/* Any order about the comment settles all of its reports, and not another's. */
	assert_int_equal(shell(STORE_ACT_HIDE, cast.comment), STORE_OK);
	assert_int_equal(report(cast.comment, cast.ids[OWNER], "late"), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_SETTLE, cast.comment), STORE_GONE);
	assert_int_equal(shell(STORE_ACT_SETTLE, other), STORE_OK);
	assert_int_equal(state_of(other), STORE_SHOWN);
	assert_int_equal(shell(STORE_ACT_SETTLE, other), STORE_GONE);
	assert_int_equal(report(other, cast.rosa, "again"), STORE_REPEATED);
	put_in_state(other, STORE_HELD);
	assert_int_equal(store_waiting(w.store, HERE, &held, &reports), STORE_OK);
	assert_int_equal(held, 1);
	assert_int_equal(reports, 0);
	assert_int_equal(store_waiting(w.store, THERE, &held, &reports), STORE_OK);
	assert_int_equal(held, 0);
}

static void moderators_read_what_waits(void **state)
{
	(void)state;
	struct cast cast = make_cast();
	struct store_comments page;
	int64_t second = write_one(cast.rosa, ESSAY, "second");
	put_in_state(cast.comment, STORE_HELD);
	put_in_state(second, STORE_HELD);
	assert_int_equal(store_comments_in_state(w.store, HERE, STORE_HELD, 0, 1, &w.arena, &page),
		STORE_OK);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.items[0].id, cast.comment);
	assert_span_equal(page.items[0].text, "hello");
	assert_true(page.more);
	assert_int_equal(page.total, 2);
	assert_int_equal(store_comments_in_state(
				 w.store, HERE, STORE_HELD, cast.comment, 1, &w.arena, &page),
		STORE_OK);
	assert_int_equal(page.items[0].id, second);
	assert_false(page.more);
	assert_int_equal(store_comments_in_state(w.store, THERE, STORE_HELD, 0, 1, &w.arena, &page),
		STORE_OK);
	assert_int_equal(page.count, 0);
}

static void the_log_keeps_the_names_of_then(void **state)
{
	(void)state;
	struct cast cast = make_cast();
	struct store_actions page;
	int64_t moderator = cast.ids[MODERATOR];
	assert_int_equal(
		order_by(moderator, false, STORE_ACT_HIDE, cast.comment, S("unkind")), STORE_OK);
	assert_int_equal(
		store_person_rename(w.store, cast.rosa, S("rose"), S("rose"), NOON), STORE_OK);
	assert_int_equal(order_by(0, false, STORE_ACT_BAN, cast.rosa, S("still")), STORE_OK);
	assert_int_equal(order_by(moderator, false, STORE_ACT_INVITE, 0, S("")), STORE_OK);

	assert_int_equal(store_actions(w.store, HERE, 0, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 2);
	assert_true(page.more);
	assert_int_equal(page.items[0].act, STORE_ACT_INVITE);
	assert_int_equal(page.items[0].person, 0);
	assert_span_equal(page.items[0].person_name, "");
	const struct store_action *ban = &page.items[1];
	assert_int_equal(ban->act, STORE_ACT_BAN);
	assert_int_equal(ban->actor, 0);
	assert_span_equal(ban->actor_name, "");
	assert_int_equal(ban->comment, 0);
	assert_int_equal(ban->person, cast.rosa);
	assert_span_equal(ban->person_name, "rose");
	assert_span_equal(ban->reason, "still");
	assert_int_equal(ban->made, NOON + 7);
	assert_int_equal(store_actions(w.store, HERE, ban->id, 1, &w.arena, &page), STORE_OK);
	const struct store_action *hide = &page.items[0];
	assert_int_equal(hide->act, STORE_ACT_HIDE);
	assert_int_equal(hide->actor, moderator);
	assert_span_equal(hide->actor_name, "actor 2");
	assert_int_equal(hide->comment, cast.comment);
	assert_int_equal(hide->person, cast.rosa);
	assert_span_equal(hide->person_name, "rosa");
	assert_int_equal(store_actions(w.store, THERE, 0, 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
}

static void the_shell_finds_capsules(void **state)
{
	(void)state;
	struct span capsule;
	/* The first invitation of all: nobody has been here yet. */
	assert_int_equal(shell(STORE_ACT_INVITE, 0), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM actions"), 1);
	struct cast cast = make_cast();
	assert_int_equal(
		store_capsule_of_comment(w.store, cast.comment, &w.arena, &capsule), STORE_OK);
	assert_span_equal(capsule, "here.example");
	assert_int_equal(store_capsule_of_person(w.store, cast.ids[ELSEWHERE], &w.arena, &capsule),
		STORE_OK);
	assert_span_equal(capsule, "there.example");
	assert_int_equal(store_capsule_of_comment(w.store, 9999, &w.arena, &capsule), STORE_NONE);
	assert_int_equal(store_capsule_of_person(w.store, 9999, &w.arena, &capsule), STORE_NONE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_order_asks_for_a_state),
		TEST(each_order_asks_for_a_role),
		TEST(nobody_acts_on_those_who_stand_as_high),
		TEST(a_person_has_to_be_so_that_it_changes_something),
		TEST(reports_wait_for_a_moderator),
		TEST(moderators_read_what_waits),
		TEST(the_log_keeps_the_names_of_then),
		TEST(the_shell_finds_capsules),
	};
	return cmocka_run_group_tests_name("store moderation", tests, NULL, NULL);
}
