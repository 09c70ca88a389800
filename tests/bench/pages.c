/*
 * What each page of the conversation costs its handler, out of a store of any size.
 *
 *   pages STORE COMMENTS...
 *
 * For each number in turn: fills the store until the post SLUG has so many comments, by ten
 * thousand people, half of them answers to one another; and prints for each kind of page that
 * number, the median time in microseconds and the page's name. Comments, people and places in the
 * thread are picked evenly. The store is left as it is then, for whoever serves from it.
 */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "comments/comments.h"
#include "common.h"
#include "store/file.h"

#define HOST        "localhost"
#define SLUG        "posts/essay"
#define PEOPLE      10000
#define SAMPLES     200
#define PAGE_MEMORY ((size_t)16 << 20)
#define AROUND      1000 /* an answer answers one of so many comments before it */

/* In one transaction: the store's own calls commit each comment, which takes a hundred thousand
 * waits for the disk. Triggers keep the totals and the words for the search all the same. Person 1
 * has a certificate that we know. */
static const char people[] =
	"INSERT INTO capsules (host) VALUES ('" HOST "') ON CONFLICT DO NOTHING;"
	"INSERT INTO threads (capsule, slug) SELECT id, '" SLUG
	"' FROM capsules WHERE host = '" HOST "'"
	" ON CONFLICT DO NOTHING;"
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
	" INSERT INTO people (capsule, name, folded, registered)"
	" SELECT k.id, 'Reader ' || i, 'reader ' || i, 1700000000 FROM n, capsules k"
	" WHERE k.host = '" HOST "' ON CONFLICT DO NOTHING;"
	"INSERT INTO certificates (capsule, person, key, added)"
	" SELECT capsule, id, iif(id = 1, zeroblob(32), randomblob(32)), registered FROM people"
	" WHERE id NOT IN (SELECT person FROM certificates);";

/* ?1 id, ?2 person, ?3 what it answers or 0 */
static const char comment[] =
	"INSERT INTO comments (id, capsule, thread, person, text, written, parent, answers_to, "
	"depth,"
	" path) SELECT ?1, t.capsule, t.id, ?2, 'Kindness number ' || ?1 || ': somebody held the "
	"door"
	" with their foot, having no hand free, and laughed about it.' || char(10) || 'I have held"
	" doors ever since, and so has my daughter; she is four.'"
	" || iif(?1 % 10, '', char(10) || 'gemini://example.org/doors/' || ?1),"
	" 1700000000 + ?1 * 60, p.id, p.person, ifnull(p.depth + 1, 0), ifnull(p.path, '')"
	" || iif(length(p.path) >= 1024, '', substr('abcdefghijklmnop', length(printf('%x', ?1)), "
	"1)"
	" || printf('%x', ?1)) FROM threads t LEFT JOIN comments p ON p.id = ?3 WHERE t.slug = "
	"'" SLUG "'";

static void run(sqlite3 *db, const char *sql)
{
	char *wrong = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK)
		die("the store cannot be filled: %s", wrong != NULL ? wrong : "out of memory");
}

/* The same numbers in each run (Knuth's MMIX constants). */
static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static void add_comments(sqlite3 *db, long count)
{
	sqlite3_stmt *add = NULL, *answered = NULL, *last = NULL;
	uint64_t state = 1;
	if (sqlite3_prepare_v2(db, comment, -1, &add, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "UPDATE comments SET answers = answers + 1 WHERE id = ?1",
			-1, &answered, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "SELECT ifnull(max(id), 0) FROM comments", -1, &last,
			NULL) != SQLITE_OK ||
		sqlite3_step(last) != SQLITE_ROW)
		die("the store cannot be filled: %s", sqlite3_errmsg(db));
	for (long id = (long)sqlite3_column_int64(last, 0) + 1; id <= count; id++) {
		long around = id - 1 < AROUND ? id - 1 : AROUND;
		long parent = around == 0 || next_random(&state) % 2 == 0
				      ? 0
				      : id - 1 - (long)(next_random(&state) % (uint64_t)around);
		sqlite3_bind_int64(add, 1, id);
		sqlite3_bind_int64(add, 2, 1 + (long)(next_random(&state) % PEOPLE));
		sqlite3_bind_int64(add, 3, parent);
		sqlite3_bind_int64(answered, 1, parent);
		if (sqlite3_step(add) != SQLITE_DONE || sqlite3_step(answered) != SQLITE_DONE)
			die("comment %ld cannot be added: %s", id, sqlite3_errmsg(db));
		sqlite3_reset(add);
		sqlite3_reset(answered);
	}
	sqlite3_finalize(add);
	sqlite3_finalize(answered);
	sqlite3_finalize(last);
}

static void fill(const char *path, long comments)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf(people, PEOPLE);
	if (sql == NULL || sqlite3_open(path, &db) != SQLITE_OK)
		die("%s cannot be opened", path);
	run(db, "PRAGMA cache_size = -65536; BEGIN IMMEDIATE");
	run(db, sql);
	add_comments(db, comments);
	run(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_free(sql);
	sqlite3_close(db);
}

/* Every slug is a post here: the feed page and the files are no part of what is measured. */
static bool find_post(void *posts, struct request *request, struct span slug, struct post *post)
{
	(void)posts;
	*post = (struct post){.slug = slug,
		.path = span_of(arena_printf(request->arena, "/%.*s.gmi", SPAN_ARG(slug))),
		.title = SPAN_LIT("A long thread")};
	return true;
}

static bool list_posts(void *posts, struct request *request, struct post **items, size_t *count)
{
	(void)posts;
	(void)request;
	*items = NULL;
	*count = 0;
	return true;
}

static bool read_post(void *posts, struct request *request, const struct post *post, size_t max,
	int64_t *stamp, struct span *text)
{
	(void)posts;
	(void)request;
	(void)post;
	(void)max;
	*stamp = 1;
	*text = (struct span){NULL, 0};
	return true;
}

/* # stands for a number that is picked anew for each sample: of a comment, or of a person. */
static const struct page {
	const char *name, *before, *after;
	bool of_person, known;
} pages[] = {
	{"a page of the thread", "/comments/on/" SLUG "/?after=", "", false, false},
	{"a comment with its chain and answers", "/comments/", "", false, false},
	{"the tree of who passed it on", "/comments/on/" SLUG "/spread?after=", "", false, false},
	{"the latest of all", "/comments/recent?before=", "", false, false},
	{"one's own page", "/comments/", NULL, false, true},
	{"a person's page", "/comments/people/", "", true, false},
	{"a feed of one post", "/comments/on/" SLUG "/atom.xml", NULL, false, false},
	{"a search for a word in every comment", "/search?kindness", NULL, false, false},
	{"a search for two words in a few", "/search?", "%20door", false, false},
	{"a search for a phrase", "/search?%22hand%20free%22", NULL, false, false},
	{"a search for what begins with 2 letters", "/search?ki*", NULL, false, false},
	{"a search for what begins with 4 letters", "/search?kind*", NULL, false, false},
	{"the section under a post", NULL, NULL, false, false},
};

static void prepare(struct request *request, struct arena *arena,
	const struct conf_capsule *capsule, const struct page *page, long number, unsigned sample)
{
	static const struct request_posts posts = {find_post, list_posts, read_post};
	*request = (struct request){.arena = arena,
		.capsule = capsule,
		.now = clock_wall_seconds(),
		.visitor = sample, /* or the searches would soon be too many */
		.posts = &posts};
	if (page->known)
		request->identity = (struct identity){
			.present = true, .not_before = 0, .not_after = INT64_C(253402300799)};
	if (page->before == NULL)
		return;
	char *url = page->after == NULL ? arena_printf(arena, "gemini://" HOST "%s", page->before)
					: arena_printf(arena, "gemini://" HOST "%s%ld%s",
						  page->before, number, page->after);
	const char *wrong = uri_parse(span_of(url), arena, &request->uri);
	if (wrong != NULL)
		die("%s: %s", url, wrong);
}

/* Seconds that one page takes. */
static double time_page(struct comments *comments, const struct conf_capsule *capsule,
	const struct page *page, long number, unsigned sample)
{
	struct arena arena;
	struct request request;
	struct reply reply = {.status = STATUS_SUCCESS, .body.fd = -1};
	struct post post;
	arena_init(&arena, PAGE_MEMORY);
	prepare(&request, &arena, capsule, page, number, sample);
	find_post(NULL, &request, SPAN_LIT(SLUG), &post);

	double begin = seconds_of(CLOCK_MONOTONIC);
	if (page->before == NULL)
		(void)comments_section(comments, &request, &post);
	else
		comments_answer(comments, &request, &reply);
	double spent = seconds_of(CLOCK_MONOTONIC) - begin;

	if (reply.status != STATUS_SUCCESS)
		die("%s is answered with %d %.*s", page->name, (int)reply.status,
			SPAN_ARG(reply.meta));
	body_close(&reply.body);
	arena_end(&arena);
	return spent;
}

static void measure(const char *path, long count)
{
	static const struct conf_capsule capsule = {.host = HOST,
		.lang = "en",
		.feed = "/index.gmi",
		.comments = true,
		.contact = "",
		.comments_per_hour = 10};
	static double spent[SAMPLES];
	static _Atomic uint64_t generation;
	struct comments_shared shared = {.generation = &generation};
	struct fault fault;
	void *memory = calloc(1, rates_size());
	struct store *store = store_open(path, &generation, &fault);
	if (store == NULL || memory == NULL)
		die("%s", store == NULL ? fault.text : "out of memory");
	shared.rates = rates_in(memory);
	struct comments *comments =
		comments_new(&capsule, store, &shared, (struct counting){NULL, 0});
	if (comments == NULL)
		die("out of memory");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		for (long sample = 0; sample < SAMPLES; sample++) {
			long among = pages[i].of_person ? PEOPLE : count;
			spent[sample] = time_page(comments, &capsule, &pages[i],
				1 + sample * (among - 1) / SAMPLES, (unsigned)sample);
		}
		printf("%ld %.1f %s\n", count, median_of(spent, SAMPLES) * 1e6, pages[i].name);
		fflush(stdout);
	}
	comments_free(comments);
	store_close(store);
	free(memory);
}

int main(int argc, char **argv)
{
	struct fault fault;
	if (argc < 3)
		die("usage: pages STORE COMMENTS...");
	if (!store_prepare(argv[1], &fault))
		die("%s", fault.text);
	for (int i = 2; i < argc; i++) {
		long count = number_of(argv[i], 1, 100000000);
		fill(argv[1], count);
		measure(argv[1], count);
	}
	return EXIT_SUCCESS;
}
