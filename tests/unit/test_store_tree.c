/*
 * The tree of comments, compared with one that is worked out in the plainest way after every few
 * of many random changes; and trees too deep for their paths.
 */
#include "store/comments.h"

#include "capture.h"
#include "dice.h"
#include "store/moderation.h"
#include "stores.h"

#define CHANGES 900
#define NODES   CHANGES
#define THREADS 3
#define PEOPLE  3

struct node {
	int64_t id;
	int parent; /* -1: none */
	unsigned thread, person, depth;
	enum store_state state;
	char text[48];
};

static struct node nodes[NODES];
static int node_count;
static int64_t people[PEOPLE];

static struct span slug_of(unsigned thread)
{
	static const char *const slugs[THREADS] = {"posts/a", "posts/b", "posts/c"};
	return span_of(slugs[thread]);
}

/* Few words, so that the texts before and after a change share some. */
static void make_text(char text[48])
{
	static const char *const words[] = {"lemon", "bus", "wall", "lift", "rain", "bread"};
	snprintf(text, 48, "%s %s %s %u", words[roll(6)], words[roll(6)], words[roll(6)],
		roll(1000));
}

/* ---- the tree in the plainest way */

static bool is_listed(int node);

static uint64_t count_answers(int node)
{
	uint64_t count = 0;
	for (int i = node + 1; i < node_count; i++)
		count += nodes[i].parent == node && is_listed(i) ? 1 : 0;
	return count;
}

static bool is_listed(int node)
{
	return nodes[node].state == STORE_SHOWN || count_answers(node) > 0;
}

/* A thread's listed ones, each before its answers. */
static size_t walk(unsigned thread, int parent, int *order, size_t count)
{
	for (int i = parent + 1; i < node_count; i++) {
		if (nodes[i].thread != thread || nodes[i].parent != parent)
			continue;
		if (is_listed(i))
			order[count++] = i;
		count = walk(thread, i, order, count);
	}
	return count;
}

/* ---- random changes, and what each has to give */

static void add_one(void)
{
	struct node *node = &nodes[node_count];
	bool held = roll(10) == 0;
	*node = (struct node){.parent = -1,
		.thread = roll(THREADS),
		.person = roll(PEOPLE),
		.state = held ? STORE_HELD : STORE_SHOWN};
	make_text(node->text);
	if (node_count > 0 && roll(4) > 0) {
		/* The later ones more often, so that chains come about. */
		node->parent = roll(2) == 0 ? (int)roll((uint64_t)node_count)
					    : node_count - 1 - (int)roll((uint64_t)node_count) / 8;
		node->thread = nodes[node->parent].thread;
		node->depth = nodes[node->parent].depth + 1;
	}
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = slug_of(node->thread),
		.text = span_of(node->text),
		.person = people[node->person],
		.parent = node->parent < 0 ? 0 : nodes[node->parent].id,
		.now = NOON + node_count,
		.repeat_since = INT64_MAX,
		.count_since = INT64_MAX - 1,
		.most = 1,
		.hold = held ? STORE_HOLD_ALL : STORE_HOLD_NONE};
	struct store_comment_added added;
	bool may = node->parent < 0 || nodes[node->parent].state == STORE_SHOWN;
	assert_int_equal(store_comment_add(w.store, &comment, &added), may ? STORE_OK : STORE_GONE);
	if (!may)
		return;
	assert_int_equal(added.state, node->state);
	node->id = added.id;
	node_count++;
}

static void edit_one(struct node *node)
{
	char text[48];
	make_text(text);
	bool held = roll(4) == 0, may = node->state == STORE_SHOWN || node->state == STORE_HELD;
	const struct store_comment_edit edit = {.capsule = HERE,
		.text = span_of(text),
		.id = node->id,
		.person = people[node->person],
		.now = NOON,
		.hold = held ? STORE_HOLD_ALL : STORE_HOLD_NONE};
	enum store_state state = node->state;
	assert_int_equal(store_comment_edit(w.store, &edit, &state), may ? STORE_OK : STORE_GONE);
	if (may && held && strcmp(text, node->text) != 0)
		node->state = STORE_HELD;
	if (may)
		snprintf(node->text, sizeof node->text, "%s", text);
	assert_int_equal(state, node->state);
}

static void delete_one(struct node *node)
{
	bool may = node->state != STORE_DELETED && node->state != STORE_REMOVED;
	assert_int_equal(store_comment_delete(w.store, HERE, node->id, people[node->person]),
		may ? STORE_OK : STORE_GONE);
	if (may) {
		node->state = STORE_DELETED;
		node->text[0] = '\0';
	}
}

static void moderate_one(struct node *node)
{
	static const struct {
		enum store_act act;
		unsigned from;
		enum store_state to;
	} acts[] = {
		{STORE_ACT_APPROVE, 1u << STORE_HELD, STORE_SHOWN},
		{STORE_ACT_HIDE, 1u << STORE_SHOWN | 1u << STORE_HELD, STORE_HIDDEN},
		{STORE_ACT_UNHIDE, 1u << STORE_HIDDEN, STORE_SHOWN},
		{STORE_ACT_REMOVE, 1u << STORE_SHOWN | 1u << STORE_HELD | 1u << STORE_HIDDEN,
			STORE_REMOVED},
	};
	size_t i = roll(3) > 0 ? roll(3) : roll(4);
	const struct store_order order = {
		.capsule = HERE, .act = acts[i].act, .subject = node->id, .now = NOON};
	bool may = (acts[i].from & 1u << node->state) != 0;
	assert_int_equal(store_moderate(w.store, &order), may ? STORE_OK : STORE_GONE);
	if (may)
		node->state = acts[i].to;
	if (node->state == STORE_REMOVED)
		node->text[0] = '\0';
}

/* ---- the comparison */

static void compare_one(int node)
{
	struct store_comment comment;
	assert_int_equal(
		store_comment_by_id(w.store, HERE, nodes[node].id, &w.arena, &comment), STORE_OK);
	assert_int_equal(comment.state, nodes[node].state);
	assert_int_equal(comment.listed, is_listed(node));
	assert_int_equal(comment.answers, count_answers(node));
	assert_int_equal(comment.depth, nodes[node].depth);
	assert_span_equal(comment.text, nodes[node].text);
}

static void compare_thread(unsigned thread)
{
	static int order[NODES];
	size_t count = walk(thread, -1, order, 0), seen = 0, shown = 0;
	const struct node *deepest = NULL;
	for (int i = 0; i < node_count; i++) {
		if (nodes[i].thread != thread || !is_listed(i))
			continue;
		shown += nodes[i].state == STORE_SHOWN ? 1 : 0;
		if (deepest == NULL || nodes[i].depth > deepest->depth)
			deepest = &nodes[i];
	}
	struct store_comments page = {.more = true};
	for (int64_t after = 0; page.more; after = page.items[page.count - 1].id) {
		assert_int_equal(store_thread_page(w.store, HERE, slug_of(thread), after,
					 1 + roll(9), &w.arena, &page),
			STORE_OK);
		assert_int_equal(page.total, shown);
		for (size_t i = 0; i < page.count; i++) {
			assert_true(seen < count);
			const struct node *node = &nodes[order[seen++]];
			assert_int_equal(page.items[i].id, node->id);
			assert_span_equal(
				page.items[i].text, node->state == STORE_SHOWN ? node->text : "");
		}
		if (page.count == 0)
			break;
	}
	assert_int_equal(seen, count);
	int64_t id = 0;
	unsigned depth = 0;
	assert_int_equal(store_thread_deepest(w.store, HERE, slug_of(thread), &id, &depth),
		deepest != NULL ? STORE_OK : STORE_NONE);
	if (deepest != NULL) {
		assert_int_equal(id, deepest->id);
		assert_int_equal(depth, deepest->depth);
	}
}

static void compare_totals(void)
{
	struct store_person person;
	uint64_t shown = 0, held = 0, reports, waiting;
	for (unsigned p = 0; p < PEOPLE; p++) {
		uint64_t of[5] = {0};
		for (int i = 0; i < node_count; i++)
			of[nodes[i].state] += nodes[i].person == p ? 1 : 0;
		assert_int_equal(
			store_person_by_id(w.store, HERE, people[p], &w.arena, &person), STORE_OK);
		assert_int_equal(person.comments, of[STORE_SHOWN]);
		assert_int_equal(person.held, of[STORE_HELD]);
		shown += of[STORE_SHOWN];
		held += of[STORE_HELD];
	}
	struct store_comments page;
	assert_int_equal(store_recent(w.store, HERE, 0, 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.total, shown);
	assert_int_equal(store_waiting(w.store, HERE, &waiting, &reports), STORE_OK);
	assert_int_equal(waiting, held);
}

/* The search has exactly the words that it would have if it were made anew. */
static void compare_words(void)
{
	tell_file("INSERT INTO comment_words (comment_words) VALUES ('integrity-check')");
	sqlite3 *db;
	sqlite3_stmt *rows = NULL;
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	static const char anew[] =
		"CREATE VIRTUAL TABLE temp.anew USING fts5(text, capsule,"
		" tokenize = 'unicode61 remove_diacritics 2');"
		"INSERT INTO anew (rowid, text, capsule)"
		" SELECT id, text, capsule FROM comments WHERE state = 0;"
		"CREATE VIRTUAL TABLE temp.found USING fts5vocab(main, comment_words, instance);"
		"CREATE VIRTUAL TABLE temp.ought USING fts5vocab(temp, anew, instance);";
	static const char different[] =
		"SELECT (SELECT count(*) FROM (SELECT * FROM found EXCEPT"
		" SELECT * FROM ought)) + (SELECT count(*) FROM (SELECT * FROM ought EXCEPT"
		" SELECT * FROM found))";
	if (sqlite3_exec(db, anew, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, different, -1, &rows, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int64(rows, 0), 0);
	sqlite3_finalize(rows);
	sqlite3_close(db);
}

static void random_changes_keep_the_tree_whole(void **state)
{
	(void)state;
	static const char *const names[PEOPLE] = {"rosa", "luz", "ibrahim"};
	for (unsigned i = 0; i < PEOPLE; i++)
		people[i] = person_of((unsigned char)i, names[i]);
	seed = 20240601;
	node_count = 0;
	for (int change = 1; change <= CHANGES; change++) {
		unsigned kind = roll(10);
		if (node_count == 0 || kind < 4)
			add_one();
		else if (kind < 6)
			edit_one(&nodes[roll((uint64_t)node_count)]);
		else if (kind < 7)
			delete_one(&nodes[roll((uint64_t)node_count)]);
		else
			moderate_one(&nodes[roll((uint64_t)node_count)]);
		if (change % 60 != 0)
			continue;
		for (int i = 0; i < node_count; i++)
			compare_one(i);
		for (unsigned i = 0; i < THREADS; i++)
			compare_thread(i);
		compare_totals();
		compare_words();
		arena_end(&w.arena);
	}
	assert_true(node_count > CHANGES / 5);
}

#define DEEP 420

/* Paths end to grow some 230 deep; the order stays one in which all come once, each behind what it
 * answers. */
static void a_deep_chain_stays_in_order(void **state)
{
	(void)state;
	static int64_t ids[2 * DEEP];
	int64_t rosa = person_of(1, "rosa"), parent = 0;
	for (int i = 0; i < DEEP; i++) {
		parent = answer_one(rosa, parent, "down");
		ids[i] = parent;
	}
	for (int i = DEEP; i < 2 * DEEP; i += 7) /* and answers to answers all the way up */
		answer_one(rosa, ids[2 * DEEP - 1 - i], "up");
	assert_true(ask_file("SELECT max(length(path)) FROM comments") < 960);
	assert_int_equal(ask_file("SELECT count(*) - count(DISTINCT path) FROM comments"), 0);

	static bool seen[3 * DEEP];
	size_t count = 0;
	struct store_comments page = {.more = true};
	for (int64_t after = 0; page.more; after = page.items[page.count - 1].id) {
		assert_int_equal(
			store_thread_page(w.store, HERE, ESSAY, after, 20, &w.arena, &page),
			STORE_OK);
		for (size_t i = 0; i < page.count; i++) {
			const struct store_comment *comment = &page.items[i];
			assert_true(comment->id < 3 * DEEP);
			assert_false(seen[comment->id]);
			assert_true(comment->parent == 0 || seen[comment->parent]);
			seen[comment->id] = true;
			count++;
		}
	}
	assert_int_equal(count, DEEP + DEEP / 7);
	assert_int_equal(store_chain(w.store, HERE, parent, 3, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 3);
	assert_true(page.more);
	assert_int_equal(page.total, DEEP - 1);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(page.items[i].id, ids[DEEP - 4 + i]);
}

static void a_whole_chain_of_placeholders_goes_with_its_last_answer(void **state)
{
	(void)state;
	static int64_t ids[100];
	int64_t rosa = person_of(1, "rosa"), parent = 0;
	for (int i = 0; i < 100; i++)
		ids[i] = parent = answer_one(rosa, parent, "down");
	for (int i = 0; i < 99; i++)
		assert_int_equal(store_comment_delete(w.store, HERE, ids[i], rosa), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE listed = 1"), 100);
	assert_int_equal(store_comment_delete(w.store, HERE, ids[99], rosa), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE listed = 1"), 0);
	assert_int_equal(ask_file("SELECT max(answers) FROM comments"), 0);
}

static void a_damaged_tree_leads_nobody_round_in_circles(void **state)
{
	(void)state;
	struct store_comments page;
	int64_t rosa = person_of(1, "rosa");
	int64_t first = answer_one(rosa, 0, "one"), second = answer_one(rosa, first, "two");
	assert_int_equal(store_comment_delete(w.store, HERE, first, rosa), STORE_OK);
	tell_file("UPDATE comments SET parent = 2 WHERE id = 1");
	capture_begin();
	enum store_result deleted = store_comment_delete(w.store, HERE, second, rosa);
	tell_file("UPDATE comments SET parent = NULL, depth = 5 WHERE id = 2");
	enum store_result chain = store_chain(w.store, HERE, second, 9, &w.arena, &page);
	const char *said = capture_end();
	assert_int_equal(deleted, STORE_RESTING);
	assert_int_equal(chain, STORE_RESTING);
	assert_non_null(strstr(said, "the chain above a comment is broken"));
	/* Nothing of it was done. */
	assert_int_equal(ask_file("SELECT state FROM comments WHERE id = 2"), STORE_SHOWN);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_changes_keep_the_tree_whole),
		TEST(a_deep_chain_stays_in_order),
		TEST(a_whole_chain_of_placeholders_goes_with_its_last_answer),
		TEST(a_damaged_tree_leads_nobody_round_in_circles),
	};
	return cmocka_run_group_tests_name("store tree", tests, NULL, NULL);
}
