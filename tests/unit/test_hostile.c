/*
 * Whatever readers call themselves and write, every line of every page that shows it is one of the
 * server's own forms. Names and texts are put together at random, from what might pass for
 * something else, and are stored as they are: no rule has looked at them before.
 */
#include <sys/param.h>

#include "answers.h"
#include "dice.h"
#include "forms.h"

#define ROUNDS      200
#define TEXT_MAX    65536
#define NAME_LENGTH 200
#define PIECES_NAME 6
#define PIECES_TEXT 60

static const char *const pieces[] = {"```", "``` Picture", "\n```\n", "=> ", "=>/evil Log in",
	"\n=> /comments/account/leave Leave, with your comments or without\n",
	"\r\n=> gemini://evil.example/ Kindness\r\n", "titan://evil.example/x;size=1", "# ",
	"\n# Comments\n", "\n## For moderators\n", "\n### Rosa, today\n", "* ", "\n> ", ">",
	"### A comment, deleted by its author", "20 text/gemini\r\n", "\r\n30 /evil\r\n",
	"───────────────\n", "● ", "└─ ", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8f",
	"\xd8\x9c", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xc2\x85", "\r", "\v", "\f", "\t", "\x1b[31m",
	"\x1b]0;title\x07", "\x9b", "\x7f", "\b", "\xc2\x9b;2J", "\xff", "\xc0\xaf", "\xed\xa0\x80",
	"\xf8\x88\x80\x80\x80", "\xe2\x80", "\xef\xbb\xbf", "\xe2\x80\x8b", "\xe2\x80\x8d",
	"\xe2\x80\x8c", "\xc2\xad", "\xf3\xa0\x80\x81", "\xcc\xb6", "\xcc\x81", "e\xcc\x81",
	"\xe3\x80\x80", "\xc2\xa0", " ", "\n", "\n\n\n", "\"", "', today",
	", passing on Luz's, today", "&lt;</content><entry>", "]]>", "<!--", "%0D%0A", "?q", "Rosa",
	"somebody who left", "https://example.org/", "gemini://here.example/comments/register?Fool",
	"https://\x1b[0m/", "javascript:alert(1)", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
	"\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", "kindness"};

static void add_code_point(struct buf *buf)
{
	uint32_t c = roll(roll(2) == 0 ? 0x3000 : 0x110000);
	if (c < 0x80) {
		buf_byte(buf, (char)c);
	} else if (c < 0x800) {
		buf_byte(buf, (char)(0xc0 | c >> 6));
		buf_byte(buf, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_byte(buf, (char)(0xe0 | c >> 12));
		buf_byte(buf, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_byte(buf, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_byte(buf, (char)(0xf0 | c >> 18));
		buf_byte(buf, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_byte(buf, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_byte(buf, (char)(0x80 | (c & 0x3f)));
	}
}

static struct span make_up(size_t most_pieces, size_t max)
{
	struct buf buf;
	buf_init(&buf, &w.arena, 2 * TEXT_MAX);
	for (size_t i = 0; i <= roll(most_pieces); i++) {
		const char *piece = pieces[roll(sizeof pieces / sizeof pieces[0])];
		size_t times = roll(8) == 0 ? roll(24) : 1;
		if (roll(4) == 0)
			add_code_point(&buf);
		for (size_t again = 0; again < times; again++)
			buf_text(&buf, piece);
	}
	/* A line as long as any may be. */
	while (max == TEXT_MAX && buf.len < max && (buf.len > TEXT_MAX / 8 || roll(24) == 0))
		for (int i = 0; i < 512; i++)
			buf_byte(&buf, i % 64 == 0 ? '=' : '>');
	struct span made = span_take(buf_view(&buf), max);
	return made.len > 0 ? made : S("=> ");
}

static const char *const feed_forms[] = {"# *", "## here.example", "=> ~ Where they stand",
	"=> ~ The same as Atom", "=> /comments/9 9-9-9 - Comment by *: *"};

static void assert_own_forms(const char *path, struct span page)
{
	struct span foreign;
	bool feed = strstr(path, "feed.gmi") != NULL;
	if (form_find_foreign(page, feed_forms, feed ? sizeof feed_forms / sizeof feed_forms[0] : 0,
		    &foreign))
		fail_msg("%s: \"%.*s\"", path, SPAN_ARG(foreign));
}

/* Of an Atom feed: no element but ours, and nothing that acts. */
static void assert_own_elements(const char *path, struct span feed)
{
	static const char *const tags[] = {"?xml ", "feed ", "/feed>", "title>", "/title>", "id>",
		"/id>", "link ", "updated>", "/updated>", "published>", "/published>", "author>",
		"/author>", "name>", "/name>", "entry>", "/entry>", "content>", "/content>"};
	long depth = 0;
	assert_true(unicode_is_valid(feed));
	for (struct span rest = feed, before; span_cut(rest, '<', &before, &rest);) {
		bool own = false;
		for (size_t i = 0; !own && i < sizeof tags / sizeof tags[0]; i++)
			own = span_starts_with(rest, span_of(tags[i]));
		if (!own)
			fail_msg("%s: \"<%.*s\"", path, (int)MIN(rest.len, 80), rest.ptr);
		depth += span_starts_with(rest, S("entry>"));
		depth -= span_starts_with(rest, S("/entry>"));
		assert_in_range(depth, 0, 1);
	}
	for (struct span line, rest = feed; span_cut(rest, '\n', &line, &rest);) {
		uint32_t code_point;
		while (unicode_next(&line, &code_point))
			if (code_point != '\t' && code_point != '\r' &&
				unicode_is_invisible_control(code_point) &&
				!unicode_is_joiner(code_point))
				fail_msg("%s: U+%04X", path, code_point);
	}
}

/* Each page in memory of its own. */
__attribute__((format(printf, 2, 3))) static void look_at(
	unsigned char who, const char *format, ...)
{
	char path[128];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(path, sizeof path, format, arguments);
	va_end(arguments);
	answer(path, who);
	bool absent = reply.status == STATUS_GONE || reply.status == STATUS_NOT_FOUND;
	if (absent && strncmp(path, "/comments/", 10) == 0 && path[10] <= '9') {
		/* A comment that is deleted or hidden, and that nobody has passed on. */
	} else if (reply.status != STATUS_SUCCESS) {
		fail_msg("%s: %d", path, (int)reply.status);
	} else if (strstr(path, ".xml") != NULL) {
		assert_own_elements(path, reply.body.memory);
	} else {
		assert_own_forms(path, reply.body.memory);
	}
	arena_end(&w.arena);
}

static void look_at_section(unsigned char who)
{
	struct post post;
	prepare_request(BASE "/posts/kindness-spreads.gmi", who);
	assert_true(find_post(&capsule, &request, SPREADS, &post));
	assert_own_forms("the section", comments_section(comments, &request, &post));
	arena_end(&w.arena);
}

static void look_around(unsigned char who, int64_t person, int64_t latest)
{
	look_at(who, ESSAY_ON "/");
	look_at(who, ESSAY_ON "/?after=%d", (int)roll((uint64_t)latest) + 1);
	look_at(who, ESSAY_ON "/spread");
	look_at(who, "/comments/recent");
	look_at(who, "/comments/people/%d", (int)person);
	look_at(who, "/comments/feed.gmi");
	look_at(who, "/comments/atom.xml");
	look_at(who, ESSAY_ON "/feed.gmi");
	look_at(who, ESSAY_ON "/atom.xml");
	for (int64_t id = latest; id > 0 && id > latest - 4; id--)
		look_at(who, "/comments/%d", (int)id);
	look_at_section(who);
}

/* What happens to some comments afterwards. */
static void change(int64_t id, int64_t person)
{
	const struct store_comment_edit edit = {.capsule = HERE,
		.text = make_up(PIECES_TEXT, TEXT_MAX),
		.id = id,
		.person = person,
		.now = now + (int64_t)roll(1000000)};
	enum store_state state;
	switch (roll(6)) {
	case 0:
		assert_int_equal(store_comment_delete(w.store, HERE, id, person), STORE_OK);
		return;
	case 1:
		moderate(STORE_ACT_HIDE, id);
		return;
	case 2:
		moderate(STORE_ACT_REMOVE, id);
		return;
	default:
		assert_int_equal(store_comment_edit(w.store, &edit, &state), STORE_OK);
	}
}

static void every_line_is_one_of_ours(void **state)
{
	(void)state;
	int64_t latest = 0;
	const unsigned char moderator = 255;
	moderate(STORE_ACT_APPOINT, person_of(moderator, "Vera"));
	seed = UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned char round = 1; round <= ROUNDS; round++) {
		int64_t person = 0;
		char folded[16];
		snprintf(folded, sizeof folded, "person%d", round);
		struct span name = make_up(PIECES_NAME, NAME_LENGTH);
		assert_int_equal(
			register_at(HERE, round, name, span_of(folded), NOON, &person), STORE_OK);
		for (int i = 0; i < 3; i++) {
			/* Under the post, or below what this very person has just said. */
			int64_t parent = i > 0 && roll(3) > 0 ? latest : 0;
			latest = say(person, SPREADS, parent, make_up(PIECES_TEXT, TEXT_MAX));
		}
		now += (int64_t)roll(2 * DAY);
		arena_end(&w.arena);
		look_around(0, person, latest);
		change(latest - (int64_t)roll(3), person);
		look_around(round, person, latest);
		look_around(moderator, person, latest);
	}
}

/* The generator would be worth nothing if none of what it makes were ever caught. */
static void the_forms_tell_foreign_lines(void **state)
{
	(void)state;
	static const char *const foreign[] = {"```\n", "``` Picture\n", "=> /evil Log in\n",
		"=> /comments/account/leave Leave, with your comments or without\n",
		"=> gemini://evil.example/ Kindness\n", "no LF", "# Comments\r\n",
		"20 text/gemini\n", "* item\n", "> a\x1b[31m\n", "> \xe2\x80\xae\n", "> \xff\n",
		"=> /comments/x Open it: passed on once\n", "### Rosa\n",
		FORMS_PICTURE "\n=> x\n```\n", FORMS_PICTURE "\n",
		"> x\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\n"};
	static const char *const own[] = {"> ```\n", "> => x\n", "\n", "### ``` Luz, today\n",
		"=> https://a.example/ https://a.example/\n", FORMS_PICTURE "\n└─ ```\n```\n"};
	struct span found;
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		if (!form_find_foreign(span_of(foreign[i]), NULL, 0, &found))
			fail_msg("taken for our own: \"%s\"", foreign[i]);
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (form_find_foreign(span_of(own[i]), NULL, 0, &found))
			fail_msg("not taken for our own: \"%s\"", own[i]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_line_is_one_of_ours),
		TEST(the_forms_tell_foreign_lines),
	};
	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
