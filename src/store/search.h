/*
 * Searching posts and comments (SQLite's FTS5).
 */
#ifndef KINDLING_STORE_SEARCH_H
#define KINDLING_STORE_SEARCH_H

#include "store/store.h"

#define STORE_SEARCH_MOST  100  /* hits that may be asked for at once */
#define STORE_SEARCH_WORDS 16   /* of what is typed, so many count */
#define STORE_SEARCH_STARS 4    /* and so many of the stars: each costs more than a word */
#define STORE_SEARCH_RANKS 1000 /* where more match, the newest of them are ranked */
#define STORE_SEARCH_MS    150  /* then it ends */
#define STORE_SEARCHES     2    /* at once, in one process: the rest of its threads is for pages */

struct store_hit {
	int64_t id; /* the comment; 0 for a post */
	struct span slug;
	struct span title;  /* the post's; empty for a comment */
	struct span author; /* the comment's; empty for one who has left */
	int64_t written;
	struct span context; /* some words around those that were found, on one line or several */
};
struct store_hits {
	struct store_hit *items;
	size_t count;
	bool more;
	bool unfinished; /* the time was over before all was looked at; `more` is true then, too */
};

/* Whoever searches says so before, and afterwards: store_search_end follows where this is true.
 * False: STORE_SEARCHES others do already. */
bool store_search_begin(struct store *store);
void store_search_end(struct store *store);

/*
 * `typed` is what a reader typed, any bytes: words, all of which have to be there; "several words"
 * in quotes stand next to each other; a word of two letters or more that ends in * stands for all
 * that begin so. Nothing else has a meaning, and nothing is an error: STORE_NONE where no word is
 * left. Only shown comments. Best first, from the `skip`th on: where the words are more often
 * there, and among fewer others; in a post's title they count four times.
 *
 * What a search costs depends on STORE_SEARCH_RANKS, and not on the size of the store or of its
 * texts, but for a few kinds: those for words that are common each and hardly ever together go
 * through all rows that have the rarest; a star behind four letters or more, through all words that
 * begin so; and a phrase, through all places of its words. So STORE_SEARCH_MS ends each of them:
 * what was found until then, from the newest on, is what is given. With a star or a phrase that may
 * be nothing.
 */
enum store_result store_search_comments(struct store *store, struct span capsule, struct span typed,
	size_t skip, size_t most, struct arena *arena, struct store_hits *hits);
enum store_result store_search_posts(struct store *store, struct span capsule, struct span typed,
	size_t skip, size_t most, struct arena *arena, struct store_hits *hits);

/* The posts that the search knows, and as of which state of their files; in order of slug. */
struct store_post {
	struct span slug, title;
	int64_t stamp;
};
enum store_result store_posts(struct store *store, struct span capsule, struct arena *arena,
	struct store_post **items, size_t *count);
/* Puts a post in place of what was known of it. */
enum store_result store_post_put(
	struct store *store, struct span capsule, const struct store_post *post, struct span text);
enum store_result store_post_forget(struct store *store, struct span capsule, struct span slug);

#endif
