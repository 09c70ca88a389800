/*
 * The store: several at once who want what does not go together. Whoever comes first, the other is
 * told, and nothing is left half done.
 */
#include "store/comments.h"

#include <pthread.h>

#include "store/moderation.h"
#include "stores.h"

#define ROUNDS 30

/* One round of two at once; cmocka's assertions are for the main thread alone. */
struct side {
	pthread_barrier_t *start;
	int64_t person, comment, round;
	int64_t id;
	enum store_result result;
};

static void *post_at_once(void *argument)
{
	struct side *side = argument;
	struct store_comment_added added = {0};
	char text[32];
	snprintf(text, sizeof text, "%lld", (long long)side->round);
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = ESSAY,
		.text = span_of(text),
		.person = side->person,
		.parent = side->comment,
		.now = NOON,
		.repeat_since = NOON - 600,
		.count_since = NOON - 3600,
		.most = 1000};
	pthread_barrier_wait(side->start);
	side->result = store_comment_add(w.store, &comment, &added);
	side->id = added.id;
	return NULL;
}

static void *delete_at_once(void *argument)
{
	struct side *side = argument;
	pthread_barrier_wait(side->start);
	side->result = store_comment_delete(w.store, HERE, side->comment, side->person);
	return NULL;
}

static void *ban_at_once(void *argument)
{
	struct side *side = argument;
	const struct store_order order = {
		.capsule = HERE, .act = STORE_ACT_BAN, .subject = side->person, .now = NOON};
	pthread_barrier_wait(side->start);
	side->result = store_moderate(w.store, &order);
	return NULL;
}

static void *approve_at_once(void *argument)
{
	struct side *side = argument;
	const struct store_order order = {
		.capsule = HERE, .act = STORE_ACT_APPROVE, .subject = side->comment, .now = NOON};
	pthread_barrier_wait(side->start);
	side->result = store_moderate(w.store, &order);
	return NULL;
}

static void run_both(
	void *(*one)(void *), struct side *first, void *(*other)(void *), struct side *second)
{
	pthread_t threads[2];
	pthread_barrier_t start;
	assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
	first->start = second->start = &start;
	assert_int_equal(pthread_create(&threads[0], NULL, one, first), 0);
	assert_int_equal(pthread_create(&threads[1], NULL, other, second), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	pthread_barrier_destroy(&start);
}

/* Each listed as it is shown or has answers, and counted where it stands. */
static void assert_whole(void)
{
	assert_int_equal(ask_file("SELECT count(*) FROM comments c WHERE listed <>"
				  " (state = 0 OR EXISTS (SELECT 1 FROM comments a"
				  "  WHERE a.parent = c.id AND a.listed = 1))"),
		0);
	assert_int_equal(ask_file("SELECT count(*) FROM comments c WHERE answers <>"
				  " (SELECT count(*) FROM comments a"
				  "  WHERE a.parent = c.id AND a.listed = 1)"),
		0);
	assert_int_equal(ask_file("SELECT count(*) - count(DISTINCT path) FROM comments"), 0);
	assert_int_equal(
		ask_file("SELECT comments - (SELECT count(*) FROM comments WHERE state = 0)"
			 " FROM threads"),
		0);
}

static void two_post_at_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	int64_t first = write_one(rosa, ESSAY, "hello");
	for (int round = 0; round < ROUNDS; round++) {
		struct side one = {.person = rosa, .comment = first, .round = round};
		struct side other = {.person = luz, .comment = first, .round = round};
		run_both(post_at_once, &one, post_at_once, &other);
		assert_int_equal(one.result, STORE_OK);
		assert_int_equal(other.result, STORE_OK);
		assert_int_not_equal(one.id, other.id);
	}
	assert_int_equal(ask_file("SELECT answers FROM comments WHERE id = 1"), 2 * ROUNDS);
	assert_whole();
}

/* The same person in two windows: one of them is told that it is there already. */
static void one_posts_twice_at_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	for (int round = 0; round < ROUNDS; round++) {
		struct side one = {.person = rosa, .round = round};
		struct side other = one;
		run_both(post_at_once, &one, post_at_once, &other);
		assert_int_equal(one.id, other.id);
		assert_true((one.result == STORE_OK && other.result == STORE_REPEATED) ||
			    (one.result == STORE_REPEATED && other.result == STORE_OK));
	}
	assert_int_equal(ask_file("SELECT count(*) FROM comments"), ROUNDS);
	assert_whole();
}

static void a_comment_is_deleted_while_it_is_answered(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	for (int round = 0; round < ROUNDS; round++) {
		struct side deletes = {.person = rosa, .comment = write_one(rosa, ESSAY, "hello")};
		struct side answers = {.person = luz, .comment = deletes.comment, .round = round};
		run_both(delete_at_once, &deletes, post_at_once, &answers);
		assert_int_equal(deletes.result, STORE_OK);
		struct store_comment comment;
		assert_int_equal(
			store_comment_by_id(w.store, HERE, deletes.comment, &w.arena, &comment),
			STORE_OK);
		assert_int_equal(comment.state, STORE_DELETED);
		/* Answered first, its place stays; deleted first, there is nothing to answer. */
		if (answers.result != STORE_OK)
			assert_int_equal(answers.result, STORE_GONE);
		assert_int_equal(comment.listed, answers.result == STORE_OK);
		assert_int_equal(comment.answers, answers.result == STORE_OK ? 1 : 0);
	}
	assert_whole();
}

static void a_person_is_banned_while_typing(void **state)
{
	(void)state;
	int64_t luz = person_of(2, "luz"), rosa = person_of(1, "rosa");
	int64_t first = write_one(luz, ESSAY, "hello");
	int64_t written = 0;
	for (int round = 0; round < ROUNDS; round++) {
		struct side bans = {.person = rosa};
		struct side posts = {.person = rosa, .comment = first, .round = round};
		run_both(ban_at_once, &bans, post_at_once, &posts);
		assert_int_equal(bans.result, STORE_OK);
		if (posts.result != STORE_OK)
			assert_int_equal(posts.result, STORE_BARRED);
		written += posts.result == STORE_OK ? 1 : 0;
		/* Now that the ban has returned, nothing of theirs is added. */
		struct store_comment_added added;
		assert_int_equal(
			write_below(rosa, ESSAY, first, "late", NOON, &added), STORE_BARRED);
		assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE parent IS NOT NULL"),
			written);
		const struct store_order back = {
			.capsule = HERE, .act = STORE_ACT_UNBAN, .subject = rosa, .now = NOON};
		assert_int_equal(store_moderate(w.store, &back), STORE_OK);
	}
	assert_whole();
}

static void two_moderators_approve_at_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	for (int round = 0; round < ROUNDS; round++) {
		char text[32];
		snprintf(text, sizeof text, "%d", round);
		const struct store_comment_new comment = {.capsule = HERE,
			.slug = ESSAY,
			.text = span_of(text),
			.person = rosa,
			.now = NOON,
			.most = 1000,
			.hold = STORE_HOLD_ALL};
		struct store_comment_added added;
		assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
		struct side one = {.comment = added.id}, other = {.comment = added.id};
		run_both(approve_at_once, &one, approve_at_once, &other);
		assert_true((one.result == STORE_OK && other.result == STORE_GONE) ||
			    (one.result == STORE_GONE && other.result == STORE_OK));
	}
	assert_int_equal(ask_file("SELECT count(*) FROM actions"), ROUNDS);
	assert_whole();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_post_at_once),
		TEST(one_posts_twice_at_once),
		TEST(a_comment_is_deleted_while_it_is_answered),
		TEST(a_person_is_banned_while_typing),
		TEST(two_moderators_approve_at_once),
	};
	return cmocka_run_group_tests_name("store races", tests, NULL, NULL);
}
