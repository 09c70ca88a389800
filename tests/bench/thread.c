/*
 * One page of a long thread, as the handler makes it.
 *
 *   thread STORE SLUG COMMENTS...
 *
 * For each number in turn: fills the store until the post has so many comments, by a thousand
 * people, and prints that number and the median time of a page in microseconds. The pages lie
 * evenly over the thread. The store is left as it is then, for whoever serves from it.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "comments/comments.h"
#include "common.h"
#include "store/file.h"

#define HOST        "localhost"
#define PAGES       1000
#define PAGE_MEMORY ((size_t)4 << 20)

/* In one transaction: the store's own calls commit each comment, which takes a hundred thousand
 * waits for the disk. The triggers keep the totals all the same. */
static const char filling[] =
	"BEGIN IMMEDIATE;"
	"INSERT INTO capsules (host) VALUES ('" HOST "') ON CONFLICT DO NOTHING;"
	"INSERT INTO threads (capsule, slug) SELECT id, %Q FROM capsules WHERE host = '" HOST "'"
	" ON CONFLICT DO NOTHING;"
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
	" INSERT INTO people (capsule, name, folded, registered)"
	" SELECT k.id, 'Reader ' || i, 'reader ' || i, 1700000000 FROM n, capsules k"
	" WHERE k.host = '" HOST "' ON CONFLICT DO NOTHING;"
	"INSERT INTO certificates (capsule, person, key, added)"
	" SELECT capsule, id, randomblob(32), registered FROM people"
	" WHERE id NOT IN (SELECT person FROM certificates);"
	"WITH RECURSIVE n (i) AS (SELECT comments + 1 FROM threads WHERE slug = %Q"
	" UNION ALL SELECT i + 1 FROM n WHERE i < %ld)"
	" INSERT INTO comments (capsule, thread, person, text, written)"
	" SELECT t.capsule, t.id, p.id, 'Kindness number ' || i || ': somebody held the door with"
	" their foot, having no hand free, and laughed about it.' || char(10) || 'I have held doors"
	" ever since, and so has my daughter; she is four.'"
	" || iif(i %% 10, '', char(10) || 'gemini://example.org/doors/' || i),"
	" 1700000000 + i * 60 FROM n, threads t, people p"
	" WHERE t.slug = %Q AND p.folded = 'reader ' || (1 + i * 7919 %% 1000);"
	"COMMIT;";

static void fill(const char *path, const char *slug, long comments)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf(filling, slug, slug, comments, slug), *wrong = NULL;
	if (sql == NULL || sqlite3_open(path, &db) != SQLITE_OK ||
		sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK)
		die("%s cannot be filled: %s", path, wrong != NULL ? wrong : "out of memory");
	sqlite3_free(sql);
	sqlite3_close(db);
}

/* Every slug is a post here: the feed page is no part of what is measured. */
static bool find_post(void *posts, struct request *request, struct span slug, struct post *post)
{
	(void)posts;
	*post = (struct post){.slug = slug,
		.path = span_of(arena_printf(request->arena, "/%.*s.gmi", SPAN_ARG(slug))),
		.title = SPAN_LIT("A long thread")};
	return true;
}

/* Seconds that the page behind the comment `after` takes; 0: the first page. */
static double time_page(
	struct comments *comments, const struct conf_capsule *capsule, const char *slug, long after)
{
	struct arena arena;
	arena_init(&arena, PAGE_MEMORY);
	struct request request = {.arena = &arena,
		.capsule = capsule,
		.now = clock_wall_seconds(),
		.find_post = find_post};
	struct reply reply = {.status = STATUS_TEMPORARY_FAILURE, .body.fd = -1};
	char *url = arena_printf(&arena, "gemini://" HOST "/comments/on/%s/", slug);
	if (after > 0)
		url = arena_printf(&arena, "%s?after=%ld", url, after);
	const char *wrong = uri_parse(span_of(url), &arena, &request.uri);
	if (wrong != NULL)
		die("%s: %s", url, wrong);

	double begin = seconds_of(CLOCK_MONOTONIC);
	comments_answer(comments, &request, &reply);
	double spent = seconds_of(CLOCK_MONOTONIC) - begin;

	if (reply.status != STATUS_SUCCESS)
		die("%s is answered with %d", url, (int)reply.status);
	body_close(&reply.body);
	arena_end(&arena);
	return spent;
}

int main(int argc, char **argv)
{
	struct fault fault;
	const struct conf_capsule capsule = {
		.host = HOST, .lang = "en", .feed = "/index.gmi", .comments = true, .contact = ""};
	if (argc < 4)
		die("usage: thread STORE SLUG COMMENTS...");
	const char *path = argv[1], *slug = argv[2];
	if (!store_prepare(path, &fault))
		die("%s", fault.text);

	for (int i = 3; i < argc; i++) {
		long count = number_of(argv[i], 1, 100000000);
		fill(path, slug, count);
		struct store *store = store_open(path, NULL, &fault);
		if (store == NULL)
			die("%s", fault.text);
		struct comments *comments = comments_new(&capsule, store, NULL);
		if (comments == NULL)
			die("out of memory");
		static double spent[PAGES];
		for (long page = 0; page < PAGES; page++)
			spent[page] = time_page(comments, &capsule, slug, page * count / PAGES);
		printf("%ld %.1f\n", count, median_of(spent, PAGES) * 1e6);
		comments_free(comments);
		store_close(store);
	}
	return EXIT_SUCCESS;
}
