/*
 * kindling check: says all that is wrong before a reader finds it.
 */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "proto/feed.h"
#include "proto/uri.h"
#include "site/names.h"
#include "site/posts.h"
#include "store/file.h"

static const struct cli_manual manual = {
	.usage = "kindling check [-c FILE] [--OPTION VALUE]...",
	.sentences =
		"Reads the configuration, the certificates, the capsules and the store, and "
		"says on a line each\nwhat is wrong with them: values, a certificate that has "
		"run out or lacks a name, a key that others\ncan read, posts of the feed page "
		"that are not there, places where nothing can be written. It changes\nnothing, "
		"and ends with 1 where anything is wrong.\n",
};

/* The path of a capsule as one beneath its root; "" is the root itself. */
static const char *path_beneath_root(struct span path, struct arena *arena)
{
	path = span_skip(path, 1);
	if (span_ends_with(path, SPAN_LIT("/")))
		path = span_take(path, path.len - 1);
	return arena_copy(arena, path);
}

static bool is_served(const struct beneath_root *root, const char *path, struct arena *arena)
{
	if (names_hold_hidden(span_of(path)))
		return false;

	struct stat info;
	int fd;
	enum beneath_result found = beneath_open(root, path, &fd, &info);

	fd_close(&fd);
	if (found != BENEATH_DIRECTORY)
		return found == BENEATH_FILE;

	const char *index = arena_printf(arena, "%s%sindex.gmi", path, path[0] == '\0' ? "" : "/");

	found = index == NULL ? BENEATH_EXHAUSTED : beneath_open(root, index, &fd, &info);
	fd_close(&fd);
	return found == BENEATH_FILE;
}

/* Dated links to other capsules may stand in a feed; whether they lead anywhere is not asked. */
static bool check_post(const struct conf_capsule *capsule, const struct beneath_root *root,
	const struct feed_entry *entry, struct arena *arena, size_t *posts)
{
	struct span path, slug;

	if (!uri_resolve_local(
		    entry->url, span_of(capsule->host), span_of(capsule->feed), arena, &path))
		return true;

	*posts += posts_slug_of(path, &slug);

	const char *beneath = path_beneath_root(path, arena);

	if (beneath == NULL)
		return conf_complain(
			"%s: no memory left to look at %s", capsule->host, capsule->feed);
	if (!is_served(root, beneath, arena))
		return conf_complain("%s: the feed page %s links to %.*s of %.*s, which is not "
				     "there",
			capsule->host, capsule->feed, SPAN_ARG(path), SPAN_ARG(entry->date));
	return true;
}

static bool check_feed_page(const struct conf_capsule *capsule, const struct beneath_root *root,
	int fd, struct arena *arena, size_t *posts)
{
	struct feed_entry entry;
	struct fault fault;
	struct span rest;
	bool preformatted = false, good = true;

	if (!fd_read_file(fd, capsule->feed, POSTS_PAGE_MAX, arena, &rest, &fault))
		return conf_complain("%s: the feed page %s", capsule->host, fault.text);
	while (feed_next_entry(&rest, &preformatted, &entry))
		good = check_post(capsule, root, &entry, arena, posts) && good;
	if (*posts == 0)
		return conf_complain("%s: the feed page %s has no dated link to a .gmi page of "
				     "this capsule, so there is no post to comment on: add a line "
				     "like => /post.gmi 2026-01-31 - Title",
			capsule->host, capsule->feed);
	return good;
}

/* Without comments nothing depends on the feed page. */
static bool check_feed(const struct conf_capsule *capsule, const struct beneath_root *root,
	struct arena *arena, size_t *posts)
{
	struct stat info;
	int fd;

	if (!capsule->comments)
		return true;
	if (beneath_open(root, capsule->feed + 1, &fd, &info) != BENEATH_FILE) {
		fd_close(&fd);
		return conf_complain("%s: the feed page %s is not in %s", capsule->host,
			capsule->feed, capsule->root);
	}

	bool good = check_feed_page(capsule, root, fd, arena, posts);

	fd_close(&fd);
	return good;
}

static bool check_root(const struct conf_capsule *capsule, struct arena *arena, size_t *posts)
{
	struct beneath_root root;
	struct fault fault;

	if (!beneath_open_root(capsule->root, &root, &fault))
		return conf_complain("%s: %s", capsule->host, fault.text);

	bool good = check_feed(capsule, &root, arena, posts);

	beneath_close_root(&root);
	return good;
}

static bool check_key(const struct conf_capsule *capsule, const struct certificate_files *files)
{
	struct stat info;

	if (stat(files->key, &info) != 0)
		return conf_complain(
			"%s: cannot look at %s: %s", capsule->host, files->key, strerror(errno));
	if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return conf_complain("%s: the key %s can be read by others than its owner: chmod "
				     "600 %s",
			capsule->host, files->key, files->key);
	return true;
}

static bool check_present_certificate(const struct conf_capsule *capsule,
	const struct certificate_files *files, struct certificate_names names,
	struct certificate_summary *summary)
{
	struct fault fault;
	size_t uncovered;
	bool good = check_key(capsule, files);

	if (!certificate_read(files, summary, &fault) ||
		!certificate_first_uncovered(files, names, &uncovered, &fault))
		return conf_complain("%s: %s", capsule->host, fault.text);
	if (!identity_is_current(&summary->identity, clock_wall_seconds()))
		good = conf_complain("%s: the certificate %s is outside its dates (it ends %s): "
				     "kindling cert renew makes a new one for the same key",
			capsule->host, files->certificate, summary->not_after);
	if (uncovered < names.count)
		good = conf_complain("%s: the certificate %s is not made out to %s: kindling cert "
				     "renew makes a new one for the same key",
			capsule->host, files->certificate, names.names[uncovered]);
	return good;
}

/* An empty not_after: there is no certificate yet, and that is fine. */
static bool check_certificate(
	const struct conf_capsule *capsule, struct certificate_summary *summary)
{
	struct certificate_files files;
	struct certificate_names names;
	struct fault fault;

	summary->not_after[0] = '\0';
	if (!cli_certificate_of(capsule, &files, &names, &fault))
		return conf_complain("%s: %s", capsule->host, fault.text);
	switch (certificate_look(&files, &fault)) {
	case CERTIFICATE_ABSENT:
		return file_can_be_made(files.certificate, true, &fault) ||
		       conf_complain("%s: %s", capsule->host, fault.text);
	case CERTIFICATE_HALF:
		return conf_complain("%s: %s", capsule->host, fault.text);
	case CERTIFICATE_PRESENT:
		break;
	}
	return check_present_certificate(capsule, &files, names, summary);
}

/* Each half is told of by itself: a mistake in one hides nothing of the other. */
static bool check_capsule(const struct conf_capsule *capsule, struct arena *arena)
{
	struct certificate_summary summary;
	size_t posts = 0;
	bool root_good = check_root(capsule, arena, &posts);
	bool certificate_good = check_certificate(capsule, &summary);

	if (root_good)
		printf("%s: %s with %zu %s\n", capsule->host, capsule->root, posts,
			posts == 1 ? "post" : "posts");
	if (certificate_good && summary.not_after[0] == '\0')
		printf("%s: the certificate will be made in %s\n", capsule->host, capsule->certs);
	else if (certificate_good)
		printf("%s: the certificate is valid until %s\n", capsule->host, summary.not_after);
	return root_good && certificate_good;
}

static bool check_store(const struct conf *conf)
{
	struct fault fault;
	bool good = store_check(conf->store, &fault) || conf_complain("store: %s", fault.text);

	/* Worth a warning; serve does not refuse it either. */
	store_warn_of_strangers(conf->store, conf->hosts.items, conf->hosts.count);
	return good;
}

static bool check_ready_file(const char *file)
{
	struct fault fault;

	return file[0] == '\0' || file_can_be_made(file, false, &fault) ||
	       conf_complain("ready_file: %s", fault.text);
}

static bool check_capsules(const struct conf *conf, struct arena *arena)
{
	bool good = true;

	for (size_t i = 0; i < conf->capsule_count; i++)
		if (conf->capsules[i].sound)
			good = check_capsule(&conf->capsules[i], arena) && good;
	return good;
}

static int check_all(const struct conf *conf, struct arena *arena)
{
	bool good = check_store(conf);

	good = check_ready_file(conf->ready_file) && good;
	if (!check_capsules(conf, arena) || !good)
		return CLI_FAILED;
	printf("Everything is in order: %zu %s.\n", conf->capsule_count,
		conf->capsule_count == 1 ? "capsule" : "capsules");
	return CLI_DONE;
}

int cli_check(int argc, char **argv)
{
	struct cli_setup setup;
	bool ready = cli_configure(&setup, argc, argv, &manual);
	int code = setup.exit;

	if (ready && setup.words[0] != NULL) {
		code = cli_refuse_word(setup.words[0], manual.usage);
	} else if (ready) {
		code = check_all(setup.conf, &setup.arena);
	} else if (code == CLI_FAILED && setup.conf != NULL) {
		/* Of the server's own options any may be a default by mistake. */
		(void)check_capsules(setup.conf, &setup.arena);
	}
	arena_end(&setup.arena);
	return code;
}
