/*
 * The picture of who passed it on to whom.
 */
#include "comments/comments.h"

#include "company.h"

#define SPREAD ESSAY_ON "/spread"
#define ALT                                                                                        \
	"``` Picture: who passed it on to whom. Each name hangs below the one that it passes "     \
	"on.\n"

static int64_t pass_on(int64_t person, int64_t parent)
{
	return say(person, SPREADS, parent, S("a kindness"));
}

static void an_empty_thread_has_no_picture(void **state)
{
	(void)state;
	struct span page = page_of(SPREAD, 0);
	assert_holds(page, "# How \"Kindness Spreads\" was passed on\n\n"
			   "=> /posts/kindness-spreads.gmi Kindness Spreads\n"
			   "=> " ESSAY_ON "/ All comments on this post\n"
			   "\nNobody has passed it on yet.\n");
	assert_lacks(page, "```");
	assert_lacks(page, "longest chain");
}

static void branches_are_drawn(void **state)
{
	(void)state;
	let_people_in();
	pass_on(rosa, 0); /* 1 */
	pass_on(luz, 0);  /* 2 */
	pass_on(luz, 1);  /* 3 */
	pass_on(rosa, 3); /* 4 */
	pass_on(luz, 4);  /* 5 */
	pass_on(rosa, 1); /* 6 */
	pass_on(luz, 2);  /* 7 */
	struct span page = page_of(SPREAD, 0);
	assert_holds(page, "The longest chain is 4 comments long.\n"
			   "=> /comments/5 Its end, and the chain above it\n"
			   "\n" ALT "● Kindness Spreads\n"
			   "├─ Rosa\n"
			   "│  ├─ Luz\n"
			   "│  │  └─ Rosa\n"
			   "│  │     └─ Luz\n"
			   "│  └─ Rosa\n"
			   "└─ Luz\n"
			   "   └─ Luz\n"
			   "```\n");
	assert_lacks(page, "part");
}

static void what_is_gone_has_no_name(void **state)
{
	(void)state;
	let_people_in();
	pass_on(rosa, 0);
	pass_on(luz, 1);
	assert_int_equal(store_comment_delete(w.store, HERE, 1, rosa), STORE_OK);
	assert_holds(page_of(SPREAD, 0), "● Kindness Spreads\n└─ somebody\n   └─ Luz\n```\n");
	assert_int_equal(store_person_leave(w.store, luz, false, now), STORE_OK);
	assert_holds(page_of(SPREAD, 0), "   └─ somebody who left\n```\n");
}

static void no_name_ends_the_picture(void **state)
{
	(void)state;
	int64_t id = 0;
	const struct span name = S("``` Luz\n```\n=> gemini://evil.example/ Evil");
	assert_int_equal(register_at(HERE, 1, name, name, NOON, &id), STORE_OK);
	pass_on(id, 0);
	pass_on(id, 1);
	struct span page = page_of(SPREAD, 0), line;
	size_t fences = 0;
	assert_holds(page, "\n└─ ``` Luz ``` => gemini://evil.exa…\n   └─ ``` Luz");
	while (span_next_line(&page, &line))
		fences += gemtext_is_fence(line);
	assert_int_equal(fences, 2);
}

/* Columns, where each code point takes one. */
static size_t width_of(struct span line)
{
	size_t width = 0;
	for (size_t i = 0; i < line.len; i++)
		width += (line.ptr[i] & 0xc0) != 0x80;
	return width;
}

static void deep_chains_stay_narrow(void **state)
{
	(void)state;
	let_people_in();
	int64_t wide = person_of(5, "A name of thirty-two characters.");
	for (int64_t i = 0; i < 300; i++)
		pass_on(i % 2 == 0 ? wide : rosa, i);
	struct span page = page_of(SPREAD, 0), line;
	assert_holds(page, "The longest chain is 300 comments long.\n=> /comments/300 ");
	/* All that is deeper is drawn as deep as this, and says how deep it is. */
	assert_holds(page, "\n                           └─ Rosa\n"
			   "                              ├─ A name of thirty-two characters.\n"
			   "                              ├─ 12 deep: Rosa\n");
	assert_holds(page, " 299 deep: A name of thirty-two characters.\n"
			   "                              └─ 300 deep: Rosa\n```\n");
	bool drawn = false;
	while (span_next_line(&page, &line)) {
		drawn ^= gemtext_is_fence(line);
		if (drawn && !gemtext_is_fence(line) && width_of(line) > 80)
			fail_msg("%.*s", SPAN_ARG(line));
	}
}

static void large_trees_have_parts(void **state)
{
	(void)state;
	let_people_in();
	int64_t first = pass_on(rosa, 0);
	for (int i = 0; i < 398; i++)
		pass_on(luz, 0);
	int64_t last = pass_on(luz, 0);
	assert_lacks(page_of(SPREAD, 0), "Next part");
	pass_on(luz, last);
	pass_on(rosa, last);
	struct span page = page_of(SPREAD, 0);
	assert_holds(page, "● Kindness Spreads\n├─ Rosa\n├─ Luz\n");
	/* What comes next hangs below the last one, and nothing beside it. */
	assert_holds(page, "\n└─ Luz\n```\n\n=> " SPREAD "?after=400 Next part\n");
	assert_lacks(page, "First part");
	page = page_of(SPREAD "?after=400", 0);
	assert_holds(page,
		"● Kindness Spreads\n   ├─ Luz\n   └─ Rosa\n```\n\n=> " SPREAD " First part\n");
	/* Where the next part goes on beside the last one, its line does, too. */
	pass_on(luz, first);
	page = page_of(SPREAD, 0);
	assert_holds(page, "├─ Rosa\n│  └─ Luz\n├─ Luz\n");
	assert_holds(page, "├─ Luz\n```\n\n=> " SPREAD "?after=399 Next part\n");
	assert_holds(page_of(SPREAD "?after=402", 0), "later than that yet.\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_thread_has_no_picture),
		TEST(branches_are_drawn),
		TEST(what_is_gone_has_no_name),
		TEST(no_name_ends_the_picture),
		TEST(deep_chains_stay_narrow),
		TEST(large_trees_have_parts),
	};
	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
