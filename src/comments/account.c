/*
 * Logging in, registering, and a reader's own page.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "comments/rules.h"
#include "comments/visit.h"
#include "proto/gemtext.h"

#define EXCERPT_MAX 60 /* code points of a comment in the list of one's own */

/* The post of the way in the query of /comments/, if there is such a post. */
static bool way_in_query(struct visit *visit, struct post *post)
{
	struct span text, slug;
	return uri_decode_query(visit->request->uri.query, visit->request->arena, &text) &&
	       comments_way_read(text, &slug) && visit_find_post(visit, slug, post);
}

static void write_title(struct buf *page, const char *before, const struct post *post)
{
	buf_printf(page, "%s\"", before);
	gemtext_inline(page, post->title, COMMENTS_TITLE_MAX);
	buf_text(page, "\"");
}

/* On two lines: a preformatted one is never wrapped, and half a screen has to do. */
static void write_fingerprint(struct buf *page, const struct identity *identity)
{
	char fingerprint[IDENTITY_TEXT_SIZE], date[CLOCK_DATE_SIZE];
	const int half = IDENTITY_TEXT_SIZE / 2; /* with the colon */
	identity_format(identity->certificate, fingerprint);
	clock_format_date(identity->not_after, date);
	buf_printf(page,
		GEMTEXT_FENCE " Fingerprint\n"
			      "SHA256 %.*s\n       %s\n"
			      "valid until %s\n" GEMTEXT_FENCE "\n",
		half, fingerprint, fingerprint + half, date);
}

/* For a certificate that nobody has registered with: what the client showed, and how to go on. */
static void introduce(struct visit *visit, const struct post *way)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Welcome\n\nYou are new here, or came with another identity than last "
			"time. Your client showed this certificate:\n");
	write_fingerprint(&page, &visit->request->identity);
	buf_text(&page, "It is not linked to anyone here yet.\n\n=> /comments/register");
	if (way != NULL)
		comments_write_on(&page, "/", way->slug, "/new");
	buf_text(&page, " Register with it\n"
			"You will be asked for a name. That is all that is kept, with the time "
			"and with a fingerprint of the certificate's key.\n"
			"=> /comments/help How commenting works\n");
	if (way != NULL) {
		write_title(&page, "\nYou were on your way to: leave a comment on ", way);
		buf_text(&page, ".\n");
	}
	visit_page_end(visit, &page);
}

static void write_own_comments(
	struct buf *page, struct visit *visit, const struct store_comments *own)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct store_comment *comment = &own->items[i];
		buf_printf(page, "=> /comments/%" PRId64 " \"", comment->id);
		gemtext_inline(page, comment->text, EXCERPT_MAX);
		buf_printf(page, "\", %s\n",
			rules_when(comment->written, visit->request->now, visit->request->arena));
	}
	if (own->more)
		buf_printf(page, "=> /comments/?before=%" PRId64 " Older ones\n",
			own->items[own->count - 1].id);
}

/* A way to a post that is no longer there leads here, as one to nowhere at all does. */
static void own_page(struct visit *visit, const struct store_person *person)
{
	int64_t before = 0;
	struct store_comments own;
	if (span_starts_with(visit->request->uri.query, SPAN_LIT("before=")) &&
		!visit_cursor(visit, "before", &before))
		return;
	if (store_comments_of(visit->comments->store, person->id, before, COMMENTS_PER_PAGE,
		    visit->request->arena, &own) != STORE_OK) {
		visit_resting(visit);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# ");
	gemtext_inline(&page, person->name, 0);
	buf_text(&page, "\n\nYou are logged in with your identity.\n\n");
	if (own.total == 0)
		buf_text(&page, "You have not left a comment yet.\n");
	else
		buf_printf(&page, "## Your comments (%" PRIu64 ")\n\n", own.total);
	write_own_comments(&page, visit, &own);
	buf_text(&page, "\n=> /comments/recent The latest comments of everybody\n"
			"=> / Home page\n");
	visit_page_end(visit, &page);
}

void account_home(struct visit *visit)
{
	struct store_person person;
	struct post post;
	enum reader reader = visit_reader(visit->comments, visit->request, &person);
	if (reader == READER_NOBODY) {
		/* Here, at the top, so that the identity then covers all of /comments/. */
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_REQUIRED,
			"Choose or make an identity to log in or register");
		return;
	}
	if (reader == READER_OUTDATED || reader == READER_RESTING) {
		visit_send_away(visit, reader, NULL);
		return;
	}
	const struct post *way = way_in_query(visit, &post) ? &post : NULL;
	if (reader == READER_UNKNOWN)
		introduce(visit, way);
	else if (way != NULL)
		visit_send_on(visit, way);
	else
		own_page(visit, &person);
}

static void send_to_welcome(struct visit *visit, const struct post *way)
{
	const char *path = "/comments/welcome";
	if (way != NULL)
		path = arena_printf(visit->request->arena, "/comments/welcome/on/%.*s/new",
			SPAN_ARG(way->slug));
	visit_redirect(visit, STATUS_REDIRECT, path, NULL);
}

static void ask_again(struct visit *visit, const char *sentence)
{
	reply_status(visit->request, visit->reply, STATUS_INPUT, "%s", sentence);
}

static void keep_name(
	struct visit *visit, const struct post *way, struct span name, struct span folded)
{
	struct store_person person;
	int64_t id;
	switch (store_person_add(visit->comments->store, span_of(visit->comments->capsule->host),
		visit->request->identity.key, name, folded, visit->request->now, &id)) {
	case STORE_OK:
		send_to_welcome(visit, way);
		return;
	case STORE_TAKEN: /* the name, or else the key: this very reader was quicker elsewhere */
		if (visit_reader(visit->comments, visit->request, &person) == READER_KNOWN)
			visit_send_on(visit, way);
		else
			ask_again(visit, "That name is taken. Please type another name");
		return;
	case STORE_NONE:
	case STORE_REPEATED:
	case STORE_TOO_MANY:
	case STORE_RESTING:
		break;
	}
	visit_resting(visit);
}

void account_register(struct visit *visit)
{
	struct store_person person;
	struct post post;
	const struct post *way = visit_find_post(visit, visit->path.slug, &post) ? &post : NULL;
	enum reader reader = visit_reader(visit->comments, visit->request, &person);
	if (reader == READER_KNOWN) {
		visit_send_on(visit, way);
		return;
	}
	if (reader != READER_UNKNOWN) {
		visit_send_away(visit, reader, way);
		return;
	}
	struct span query = visit->request->uri.query, typed, name, folded;
	if (query.len == 0) {
		ask_again(visit, "What name would you like to go by? 1 to 32 characters");
		return;
	}
	struct conf_texts names = visit->comments->capsule->names;
	const char *wrong = "That name is not valid text (UTF-8). Please type another name";
	if (uri_decode_query(query, visit->request->arena, &typed))
		wrong = rules_check_name(typed, (struct host_names){names.items, names.count},
			visit->request->arena, &name, &folded);
	if (wrong != NULL)
		ask_again(visit, wrong);
	else
		keep_name(visit, way, name, folded);
}

void account_welcome(struct visit *visit)
{
	struct store_person person;
	struct post post;
	const struct post *way = visit_find_post(visit, visit->path.slug, &post) ? &post : NULL;
	enum reader reader = visit_reader(visit->comments, visit->request, &person);
	if (reader != READER_KNOWN) {
		visit_send_away(visit, reader, way);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Hello, ");
	gemtext_inline(&page, person.name, 0);
	buf_text(&page, "\n\n");
	if (way != NULL) {
		comments_write_on(&page, "=> /comments/", way->slug, "/new");
		write_title(&page, " Go on: leave a comment on ", way);
		buf_text(&page, "\n");
	}
	buf_text(&page, "=> /comments/ Your page\n"
			"=> / Home page\n\n"
			"This name belongs to the identity that you showed. Keep that identity "
			"in your client, and choose it again whenever you come back.\n");
	visit_page_end(visit, &page);
}
