/*
 * A capsule of files made for the test, and the site that serves it.
 */
#ifndef KINDLING_TESTS_UNIT_SITES_H
#define KINDLING_TESTS_UNIT_SITES_H

#include "site/site.h"
#include "tree.h"

static struct tree tree;
static struct conf_capsule conf;
static struct site *site;
static struct arena arena;

/* Opens the site for the first time, or again, as it is looked at only then. */
static inline void reopen(void)
{
	struct fault fault;
	site_free(site);
	site = site_new(&conf, &fault);
	if (site == NULL)
		fail_msg("%s", fault.text);
}

/* Not open yet; one page is in it. */
static inline int site_begin(void **state)
{
	static char root[128];
	(void)state;
	arena_init(&arena, 1 << 20);
	tree_begin(&tree);
	tree_folder(&tree, "root");
	tree_file(&tree, "root/a.gmi", "# A\n");
	snprintf(root, sizeof root, "%s", tree_at(&tree, "root"));
	conf = (struct conf_capsule){
		.host = "localhost", .root = root, .lang = "en", .feed = "/index.gmi"};
	site = NULL;
	return 0;
}

static inline int site_end(void **state)
{
	(void)state;
	site_free(site);
	tree_end(&tree);
	arena_end(&arena);
	return 0;
}

#endif
