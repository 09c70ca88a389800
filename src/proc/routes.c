/*
 * The routes of a worker.
 */
#include "proc/routes.h"

#include <stdlib.h>

#include "comments/comments.h"
#include "site/site.h"

struct routed_capsule {
	const struct conf_capsule *conf;
	struct site *site;
	struct comments *comments; /* NULL: this capsule has none */
	unsigned counted_as;
};

struct routes {
	const struct conf *conf;
	struct routed_capsule capsules[];
};

static const struct net_job answered = {.run = NULL};

#define NAMES_SAID_MAX  5
#define NAMES_BYTES_MAX 2048 /* a name has 253 bytes at most */

/* A file on its way: what the job has to know. */
struct file_visit {
	struct routed_capsule *capsule;
	enum site_step step;
	struct site_visit found;
	bool is_post;
	struct post post;
};

/* Only a page that is served as gemtext has room for a section of gemtext under it. */
static bool wants_section(const struct file_visit *visit, const struct reply *reply)
{
	return visit->is_post && reply->status == STATUS_SUCCESS &&
	       span_starts_with(reply->meta, SPAN_LIT("text/gemini"));
}

static void add_section(struct request *request, struct reply *reply, struct span section)
{
	if (!body_add_section(&reply->body, section, request->arena))
		reply->note = "out of memory for its comments";
}

static void finish_file(void *page, struct request *request, struct reply *reply)
{
	struct file_visit *visit = page;
	struct routed_capsule *capsule = visit->capsule;
	if (visit->step != SITE_ANSWERED)
		site_finish(capsule->site, request, reply, &visit->found, visit->step);
	if (wants_section(visit, reply))
		add_section(
			request, reply, comments_section(capsule->comments, request, &visit->post));
}

static void abandon_file(void *page)
{
	struct file_visit *visit = page;
	site_abandon(&visit->found);
}

static struct net_job answer_file(
	struct routed_capsule *capsule, struct request *request, struct reply *reply)
{
	struct file_visit *visit = arena_zalloc(request->arena, sizeof *visit);
	if (visit == NULL) {
		reply_status(request, reply, STATUS_TEMPORARY_FAILURE,
			"Out of memory. Try again in a minute");
		return answered;
	}
	visit->capsule = capsule;
	visit->step = site_open(capsule->site, request, reply, &visit->found);
	visit->is_post = capsule->comments != NULL &&
			 site_post_by_path(capsule->site, request, request->uri.path, &visit->post);
	if (visit->step != SITE_ANSWERED)
		return (struct net_job){finish_file, visit, abandon_file};
	if (!wants_section(visit, reply))
		return answered;
	struct span section;
	if (request->identity.present ||
		!comments_section_known(capsule->comments, request, &visit->post, &section))
		return (struct net_job){finish_file, visit, abandon_file};
	add_section(request, reply, section);
	return answered;
}

/* Crawlers follow links, and a conversation has many that lead nowhere for them. A capsule's own
 * file goes first. */
static struct net_job answer_robots(
	struct routed_capsule *capsule, struct request *request, struct reply *reply)
{
	struct net_job job = answer_file(capsule, request, reply);
	if (job.run == NULL && reply->status == STATUS_NOT_FOUND)
		reply_bytes(reply, "text/plain",
			SPAN_LIT("User-agent: *\nDisallow: /comments/\nDisallow: /search\n"));
	return job;
}

static void make_atom(void *page, struct request *request, struct reply *reply)
{
	site_atom(page, request, reply);
}

/* A capsule's own file goes first here, too. */
static struct net_job answer_atom(
	struct routed_capsule *capsule, struct request *request, struct reply *reply)
{
	struct net_job job = answer_file(capsule, request, reply);
	if (job.run == NULL && reply->status == STATUS_NOT_FOUND)
		return (struct net_job){.run = make_atom, .page = capsule->site};
	return job;
}

static struct net_job answer_comments(
	struct routed_capsule *capsule, struct request *request, struct reply *reply)
{
	(void)request;
	(void)reply;
	return (struct net_job){.run = comments_answer, .page = capsule->comments};
}

/* The first row that fits answers. A path ending in '/' stands for everything below it too; the
 * rows of the conversation are not there in a capsule without one. */
static const struct route {
	const char *path;
	bool conversation;
	struct net_job (*answer)(struct routed_capsule *, struct request *, struct reply *);
} table[] = {
	{"/comments", true, answer_comments},
	{"/comments/", true, answer_comments},
	{"/search", true, answer_comments},
	{"/atom.xml", false, answer_atom},
	{"/robots.txt", true, answer_robots},
	{"/", false, answer_file},
};

static bool route_fits(const struct route *route, struct span path)
{
	struct span wanted = span_of(route->path);
	return span_equal(path, wanted) ||
	       (wanted.ptr[wanted.len - 1] == '/' && span_starts_with(path, wanted));
}

static const struct route *find_route(const struct routed_capsule *capsule, struct request *request)
{
	const struct route *route = table;
	request->query_is_private = false;
	for (;; route++) {
		if (!route_fits(route, request->uri.path))
			continue;
		/* Nobody types secrets to a file; but where comments were turned off, old links
		 * still ask. */
		if (route->answer == answer_comments)
			request->query_is_private = true;
		if (!route->conversation || capsule->comments != NULL)
			return route; /* the last row fits every path */
	}
}

static struct net_job refuse_titan(struct request *request, struct reply *reply)
{
	if (request->titan.edit)
		reply_status(request, reply, STATUS_NOT_FOUND,
			"There is nothing to edit here; ask with gemini:// instead");
	else
		reply_status(request, reply, STATUS_PERMANENT_FAILURE,
			"Nothing here takes uploads; ask with gemini:// instead");
	return answered;
}

/* For the log of whoever has to find out why readers are sent away: the names that there are, the
 * first of them where they are many. NULL: memory is out. */
static const char *names_served(const struct conf *conf, struct arena *arena)
{
	struct conf_texts names = conf->capsules[0].server_names;
	struct buf text;
	size_t said = 0;
	buf_init(&text, arena, NAMES_BYTES_MAX);
	for (; said < names.count && said < NAMES_SAID_MAX; said++)
		buf_printf(&text, "%s%s", said == 0 ? "" : ", ", names.items[said]);
	if (said < names.count)
		buf_printf(&text, " and %zu more", names.count - said);
	buf_byte(&text, '\0');
	return buf_failed(&text) ? NULL : buf_view(&text).ptr;
}

/* What the reader is told of a 53 helps a reader; whoever runs the server wants to know which name
 * came, and which exist. */
static void note_names(
	const struct conf *conf, struct request *request, struct reply *reply, const char *asked)
{
	const char *names = names_served(conf, request->arena);
	if (asked != NULL && names != NULL)
		reply->note = arena_printf(request->arena, "%s; served: %s", asked, names);
}

/* Whose capsule it is: its index, or -1 and the reply says why not. */
static int find_capsule(const struct conf *conf, struct span sni, unsigned port,
	struct request *request, struct reply *reply)
{
	const struct uri *uri = &request->uri;
	struct arena *arena = request->arena;
	if (uri->scheme == URI_OTHER) {
		reply_status(request, reply, STATUS_PROXY_REFUSED,
			"This server knows gemini:// alone and fetches nothing from elsewhere");
		reply->note = "asked for something other than gemini:// and titan://";
		return -1;
	}
	int index = conf_find_capsule(conf, uri->host);
	if (index < 0) {
		reply_status(request, reply, STATUS_PROXY_REFUSED,
			"This server serves %s, not %.*s", conf->capsules[0].host,
			SPAN_ARG(uri->host));
		note_names(conf, request, reply,
			arena_printf(arena, "asked for %.*s", SPAN_ARG(uri->host)));
		return -1;
	}
	if (sni.len > 0 && conf_find_capsule(conf, sni) != index) {
		reply_status(request, reply, STATUS_PROXY_REFUSED,
			"Your client asked TLS for %.*s and then for %.*s; ask for one of them",
			SPAN_ARG(sni), SPAN_ARG(uri->host));
		note_names(conf, request, reply,
			arena_printf(arena, "asked TLS for %.*s and then for %.*s", SPAN_ARG(sni),
				SPAN_ARG(uri->host)));
		return -1;
	}
	/* A port of this machine may be forwarded from the usual one; which one a proxy that comes
	 * by a Unix socket forwards from is not known here. */
	if (port != 0 && uri->port != port && uri->port != URI_DEFAULT_PORT) {
		reply_status(request, reply, STATUS_PROXY_REFUSED,
			"This server serves port %u, not %u", port, uri->port);
		reply->note = arena_printf(arena, "asked for port %u; served: %u", uri->port, port);
		return -1;
	}
	return index;
}

static struct net_job routes_answer(
	void *context, struct span sni, unsigned port, struct request *request, struct reply *reply)
{
	struct routes *routes = context;
	int index = find_capsule(routes->conf, sni, port, request, reply);
	if (index < 0)
		return answered;
	struct routed_capsule *capsule = &routes->capsules[index];
	request->capsule = capsule->conf;
	request->counted_as = capsule->counted_as;
	request->posts = &site_posts;
	request->posts_of = capsule->site;
	const struct route *route = find_route(capsule, request);
	if (request->titan.present && route->answer != answer_comments)
		return refuse_titan(request, reply);
	return route->answer(capsule, request, reply);
}

struct routes *routes_new(const struct conf *conf, struct store *store,
	const struct comments_shared *shared, struct counting counting, struct fault *fault)
{
	struct routes *routes =
		calloc(1, sizeof *routes + conf->capsule_count * sizeof routes->capsules[0]);
	if (routes == NULL) {
		fault_set(fault, "out of memory");
		return NULL;
	}
	routes->conf = conf;
	for (size_t i = 0; i < conf->capsule_count; i++) {
		struct routed_capsule *capsule = &routes->capsules[i];
		capsule->conf = &conf->capsules[i];
		capsule->counted_as = counters_find_host(counting.counters, capsule->conf->host);
		capsule->site = site_new(capsule->conf, fault);
		if (capsule->site == NULL)
			goto fail;
		if (!capsule->conf->comments)
			continue;
		capsule->comments = comments_new(capsule->conf, store, shared, counting);
		if (capsule->comments == NULL) {
			fault_set(fault, "out of memory");
			goto fail;
		}
	}
	return routes;

fail:
	routes_free(routes);
	return NULL;
}

void routes_free(struct routes *routes)
{
	if (routes == NULL)
		return;
	for (size_t i = 0; i < routes->conf->capsule_count; i++) {
		comments_free(routes->capsules[i].comments);
		site_free(routes->capsules[i].site);
	}
	free(routes);
}

struct net_service routes_service(struct routes *routes)
{
	return (struct net_service){
		.path_private = comments_path_private, .answer = routes_answer, .context = routes};
}
