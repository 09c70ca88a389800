/*
 * Fuzzes how a comment is shown: whatever its author's name and its text hold, every line of it is
 * of one of the server's own forms, in lists and alone, shown, held or gone.
 */
#include <stdio.h>
#include <string.h>

#include "../unit/forms.h"
#include "base/check.h"
#include "comments/show.h"

#define LIMIT (1 << 24)
#define NOW   INT64_C(1800000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_page(const struct buf *page)
{
	struct span foreign;
	CHECK(!buf_failed(page));
	bool own = page->len == 0 || !form_find_foreign(buf_view(page), NULL, 0, &foreign);
	if (!own)
		fprintf(stderr, "\"%.*s\"\n", SPAN_ARG(foreign));
	CHECK(own);
}

static void check_comment(struct request *request, const struct store_comment *comment)
{
	for (int way = 0; way < 4; way++) {
		struct buf page;
		buf_init(&page, request->arena, LIMIT);
		show_comment(&page, request, comment, way & 1 ? SHOW_WHOLE : SHOW_LISTED, way & 2);
		check_page(&page);
	}
}

/* Lines of ours that hold what was typed. */
static void check_lines(struct request *request, const struct store_comment *comment)
{
	struct buf page;
	const struct post post = {.path = SPAN_LIT("/posts/essay.gmi"), .title = comment->text};
	buf_init(&page, request->arena, LIMIT);
	show_permanent_link(&page, comment);
	show_person_link(&page, comment->person, comment->author);
	show_post_link(&page, &post);
	buf_text(&page, "# Comments on ");
	show_title(&page, &post);
	buf_text(&page, " (1)\n> ");
	show_excerpt(&page, comment);
	buf_byte(&page, '\n');
	check_page(&page);
}

/* The first byte says how it stands; up to the first NUL it is the name, behind it the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *names[] = {"here.example"};
	static const struct conf_capsule capsule = {
		.host = "here.example", .server_names = {names, 1}};
	if (size == 0)
		return 0;
	struct arena arena;
	arena_init(&arena, LIMIT);
	struct request request = {.arena = &arena, .capsule = &capsule, .now = NOW};
	struct span typed = {(const char *)data + 1, size - 1}, name, text;
	span_cut(typed, '\0', &name, &text);
	const struct store_comment comment = {.id = 41,
		.person = 7,
		.author = name,
		.text = text,
		.written = NOW - (data[0] >> 5) * 86400,
		.edited = data[0] & 1 ? NOW : 0,
		.state = (enum store_state)(data[0] >> 1 & 3),
		.parent = data[0] >> 3 & 1,
		.parent_author = data[0] & 16 ? name : (struct span){0},
		.answers = data[0] >> 6};
	check_comment(&request, &comment);
	check_lines(&request, &comment);
	arena_end(&arena);
	return 0;
}
