/*
 * Taking one's data along, and leaving.
 *
 * Data may be larger than memory should be: it is written to a file that has no name, and sent from
 * there.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "comments/account.h"
#include "comments/limits.h"
#include "comments/offer.h"
#include "comments/pages.h"
#include "comments/show.h"
#include "os/fd.h"
#include "proto/gemtext.h"

#define PIECE_SIZE    8192
#define PAGE_COMMENTS 20
#define PAGE_MEMORY   (32 * 1024 * 1024) /* twenty of 64 KiB, and their quotation */

/* ---- a body that is written to a file */

struct outlet {
	int fd;
	off_t size;
	size_t len;
	char piece[PIECE_SIZE]; /* not written yet */
};

static bool outlet_flush(struct outlet *outlet)
{
	struct span piece = {outlet->piece, outlet->len};
	outlet->len = 0;
	outlet->size += (off_t)piece.len;
	if (fd_write(outlet->fd, piece))
		return true;
	log_message(LOG_ERROR, "somebody's data cannot be written: %s", strerror(errno));
	return false;
}

static bool outlet_write(void *context, struct span text)
{
	struct outlet *outlet = context;
	while (text.len > 0) {
		struct span part = span_take(text, sizeof(outlet->piece) - outlet->len);
		memcpy(outlet->piece + outlet->len, part.ptr, part.len);
		outlet->len += part.len;
		text = span_skip(text, part.len);
		if (outlet->len == sizeof(outlet->piece) && !outlet_flush(outlet))
			return false;
	}
	return true;
}

static bool outlet_open(struct visit *visit, struct outlet *outlet)
{
	struct fault fault;
	*outlet = (struct outlet){.fd = fd_temporary(&fault)};
	if (outlet->fd >= 0)
		return true;
	log_message(LOG_ERROR, "somebody's data: %s", fault.text);
	visit_resting(visit);
	return false;
}

static void outlet_send(
	struct visit *visit, struct outlet *outlet, enum store_result result, const char *type)
{
	bool whole =
		result == STORE_OK && outlet_flush(outlet) && lseek(outlet->fd, 0, SEEK_SET) == 0;
	if (!whole) {
		fd_close(&outlet->fd);
		visit_failed(visit, result == STORE_OK ? STORE_RESTING : result);
		return;
	}
	reply_status(visit->request, visit->reply, STATUS_SUCCESS, "%s", type);
	body_of_file(&visit->reply->body, outlet->fd, outlet->size);
}

/* ---- the data, to read */

static void write_date(struct buf *page, const char *before, int64_t seconds)
{
	char date[CLOCK_TIME_SIZE];
	clock_format_time(seconds, date);
	buf_printf(page, "%s%s", before, date);
}

static void write_person(
	struct buf *page, struct visit *visit, const struct store_certificate *items, size_t count)
{
	buf_text(page, "# What is kept of ");
	gemtext_inline(page, visit->person.name, 0);
	write_date(page, "\n\nRegistered: ", visit->person.registered);
	buf_text(page, "\n\n## Certificates\n");
	for (size_t i = 0; i < count; i++) {
		buf_byte(page, '\n');
		account_write_fingerprint(page, "Fingerprint of the key", items[i].key, "");
		write_date(page, "* first shown: ", items[i].added);
		write_date(page, "\n* last shown: ", items[i].used);
		if (items[i].ends != 0)
			write_date(page, "\n* ends: ", items[i].ends);
		buf_byte(page, '\n');
	}
	buf_text(page, "\nNames that you gave up, and what you reported, are in the file for "
		       "programs:\n");
	offer_guarded(page, visit, "/comments/account/data.json", "All of it, as JSON");
	buf_text(page, "\n## Comments, the latest first\n");
}

static void write_comment(struct buf *page, const struct store_comment *comment)
{
	write_date(page, "\n### ", comment->written);
	if (comment->edited != 0)
		write_date(page, ", edited ", comment->edited);
	if (comment->state != STORE_SHOWN)
		buf_printf(page, ", %s", show_state(comment->state));
	buf_printf(page, "\n=> /comments/%" PRId64 " On ", comment->id);
	gemtext_inline(page, comment->slug, 0);
	if (comment->parent != 0) {
		buf_text(page, ", passing on what came from ");
		show_name(page, comment->parent_author);
	}
	buf_byte(page, '\n');
	gemtext_quote(page, comment->text);
}

/* Writes what a buffer holds; false where that did not fit into memory, either. */
static bool write_out(struct outlet *outlet, const struct buf *page)
{
	return !buf_failed(page) && outlet_write(outlet, buf_view(page));
}

/* One page of comments at a time, in memory of its own; *before is where the next one begins, 0
 * behind the last. */
static enum store_result write_comments(
	struct visit *visit, struct outlet *outlet, struct arena *arena, int64_t *before)
{
	struct store_comments own;
	enum store_result result = store_comments_own(
		visit->comments->store, visit->person.id, *before, PAGE_COMMENTS, arena, &own);
	if (result != STORE_OK)
		return result;
	struct buf page;
	buf_init(&page, arena, PAGE_MEMORY);
	if (own.count == 0)
		buf_text(&page, "\nNone.\n");
	for (size_t i = 0; i < own.count; i++)
		write_comment(&page, &own.items[i]);
	*before = own.more ? own.items[own.count - 1].id : 0;
	return write_out(outlet, &page) ? STORE_OK : STORE_RESTING;
}

static enum store_result write_data(struct visit *visit, struct outlet *outlet)
{
	struct store_certificate *items;
	struct buf page;
	size_t count;
	int64_t before = 0;
	enum store_result result = store_certificates(
		visit->comments->store, visit->person.id, visit->request->arena, &items, &count);
	if (result != STORE_OK)
		return result;
	visit_page_begin(visit, &page);
	write_person(&page, visit, items, count);
	if (!write_out(outlet, &page))
		return STORE_RESTING;
	do {
		struct arena arena;
		arena_init(&arena, PAGE_MEMORY);
		result = write_comments(visit, outlet, &arena, &before);
		arena_end(&arena);
	} while (result == STORE_OK && before != 0);
	return result;
}

void leaving_data(struct visit *visit)
{
	struct outlet outlet;
	if (!visit_confirmed(visit,
		    "Put your name, certificates and comments together on one page? Type yes") ||
		!limit_by_person(visit, LIMIT_EXPORTS_OF_PERSON) || !outlet_open(visit, &outlet))
		return;
	enum store_result result = write_data(visit, &outlet);
	outlet_send(visit, &outlet, result, reply_gemtext_type(visit->request));
}

void leaving_data_json(struct visit *visit)
{
	struct outlet outlet;
	if (!visit_confirmed(
		    visit, "Put together all that is kept of you, as a JSON file? Type yes") ||
		!limit_by_person(visit, LIMIT_EXPORTS_OF_PERSON) || !outlet_open(visit, &outlet))
		return;
	enum store_result result =
		store_person_data(visit->comments->store, visit->person.id, outlet_write, &outlet);
	outlet_send(visit, &outlet, result, "application/json");
}

/* ---- leaving */

void leaving_page(struct visit *visit)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page,
		"# Leave\n\nYour certificates and codes are then forgotten here, and nobody "
		"can bring them back; your name is shown no more, and is kept from others "
		"for 90 days.\n\n");
	if (visit->person.role == STORE_OWNER)
		buf_text(&page, "You are an owner of this capsule, which then has one owner less. "
				"A new one is made at the server's shell: \"kindling people "
				"owner-code\" prints a code for whoever is to be it.\n\n");
	buf_text(&page, "You may want your data first:\n");
	offer_guarded(&page, visit, "/comments/account/data.gmi",
		"Your name, certificates and comments, to read");
	buf_text(&page, "\nWhat about your comments?\n");
	offer_guarded(&page, visit, "/comments/account/leave/keep",
		"Leave, and let my comments stay, without my name");
	offer_guarded(
		&page, visit, "/comments/account/leave/erase", "Leave, and delete my comments");
	buf_text(&page, "You will be asked once more.\n\n=> /comments/account/ Stay\n");
	visit_page_end(visit, &page);
}

static void leave(struct visit *visit, const char *question, bool erase)
{
	if (!visit_confirmed(visit, question))
		return;
	enum store_result result = store_person_leave(
		visit->comments->store, visit->person.id, erase, visit->request->now);
	if (result == STORE_OK)
		visit_redirect(visit, STATUS_REDIRECT, "/comments/goodbye", NULL);
	else
		visit_failed(visit, result);
}

void leaving_keeping(struct visit *visit)
{
	leave(visit, "Leave for good, and let your comments stay without your name? Type yes",
		false);
}

void leaving_erasing(struct visit *visit)
{
	leave(visit, "Leave for good, and delete all of your comments? Type yes", true);
}

void leaving_goodbye(struct visit *visit)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Goodbye\n\nYour name is no longer here. Thank you for what you passed "
			"on.\n\nYou can read on as before, and let your client forget the identity "
			"that you used here.\n\n=> / Home page\n");
	visit_page_end(visit, &page);
}
