/*
 * From paths to answers, in a capsule made for the test.
 */
#include "sites.h"

#include <sys/resource.h>
#include <time.h>

#include "page/reply.h"

#define NOTICED_WITHIN_MS 5000 /* changes are looked for once a second */

static int set_up(void **state)
{
	site_begin(state);
	tree_folder(&tree, "root/dir");
	tree_folder(&tree, "root/empty");
	tree_file(&tree, "root/index.gmi", "# Home\n");
	tree_file(&tree, "root/dir/index.gemini", "# Dir\n");
	tree_file(&tree, "root/sp ace ä.txt", "words\n");
	tree_file(&tree, "root/.hidden.gmi", "no\n");
	tree_folder(&tree, "root/.git");
	tree_file(&tree, "root/.git/config", "no\n");
	reopen();
	return 0;
}

/* One answer: what leaves the server, and how many steps it took. */
struct answer {
	int status;
	char meta[256];
	char body[256];
	enum site_step step;
};

static struct answer get(const char *path)
{
	struct answer answer = {.status = 0};
	struct arena own;
	arena_init(&own, 1 << 20);
	struct request request = {.arena = &own, .capsule = &conf};
	request.uri.path = span_of(path);
	const char *query = strchr(path, '?');
	if (query != NULL) {
		request.uri.path.len = (size_t)(query - path);
		request.uri.query = span_of(query + 1);
		request.uri.has_query = true;
	}
	struct reply reply = {.status = STATUS_TEMPORARY_FAILURE};
	struct site_visit visit = {.fd = -1};
	answer.step = site_open(site, &request, &reply, &visit);
	if (answer.step != SITE_ANSWERED)
		site_finish(site, &request, &reply, &visit, answer.step);
	assert_int_equal(visit.fd, -1);
	answer.status = (int)reply.status;
	snprintf(answer.meta, sizeof answer.meta, "%.*s", SPAN_ARG(reply.meta));
	size_t got = 0;
	assert_int_not_equal(
		body_read(&reply.body, answer.body, sizeof answer.body - 1, &got), BODY_FAILED);
	answer.body[got] = '\0';
	body_close(&reply.body);
	arena_end(&own);
	return answer;
}

static void expect(const char *path, int status, const char *meta, const char *body)
{
	struct answer answer = get(path);
	if (answer.status != status || (meta != NULL && strcmp(answer.meta, meta) != 0) ||
		(body != NULL && strcmp(answer.body, body) != 0))
		fail_msg("%s: %d \"%s\" \"%s\", expected %d \"%s\" \"%s\"", path, answer.status,
			answer.meta, answer.body, status, meta, body);
}

/* A file that changed just now is not remembered yet: until it answers at once. */
static void wait_until_remembered(const char *path)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	for (int i = 0; i < 1000; i++) {
		if (get(path).step == SITE_ANSWERED)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("%s is never remembered", path);
}

static void files(void **state)
{
	(void)state;
	expect("/a.gmi", 20, "text/gemini; lang=en", "# A\n");
	expect("/sp ace ä.txt", 20, "text/plain", "words\n");
	expect("/index.gmi", 20, "text/gemini; lang=en", "# Home\n");
	expect("/nothing.gmi", 51, NULL, "");
	expect("/a.gmi/", 51, NULL, "");
	expect("/a.gmi/b", 51, NULL, "");
	conf.lang = "en,fr";
	expect("/a.gmi", 20, "text/gemini; lang=\"en,fr\"", "# A\n");
	conf.lang = "";
	expect("/a.gmi", 20, "text/gemini", "# A\n");
}

static void folders(void **state)
{
	(void)state;
	expect("/", 20, "text/gemini; lang=en", "# Home\n");
	expect("/dir/", 20, "text/gemini; lang=en", "# Dir\n");
	expect("/dir", 31, "/dir/", "");
	expect("/dir?a%20b", 31, "/dir/?a%20b", "");
	expect("/empty/", 51, NULL, "");
	tree_folder(&tree, "root/sp ace");
	expect("/sp ace", 31, "/sp%20ace/", "");
	tree_folder(&tree, "root/empty/index.gmi");
	expect("/empty/", 51, NULL, "");
}

static void hidden_names(void **state)
{
	(void)state;
	expect("/.hidden.gmi", 51, NULL, "");
	expect("/.git/config", 51, NULL, "");
	expect("/.git/", 51, NULL, "");
	expect("/.git", 51, NULL, "");
	expect("/...", 51, NULL, "");
}

static void nothing_outside(void **state)
{
	(void)state;
	tree_file(&tree, "secret.gmi", "secret\n");
	tree_link(&tree, "root/out.gmi", "../secret.gmi");
	tree_link(&tree, "root/in.gmi", "dir/../a.gmi");
	tree_link(&tree, "root/up", "..");
	assert_int_equal(mkfifo(tree_at(&tree, "root/fifo.gmi"), 0644), 0);
	expect("/out.gmi", 51, NULL, "");
	expect("/up/secret.gmi", 51, NULL, "");
	expect("/in.gmi", 20, "text/gemini; lang=en", "# A\n");
	expect("/fifo.gmi", 51, NULL, "");
	conf.listing = true;
	expect("/up/", 51, NULL, "");
}

static void long_names(void **state)
{
	char path[5002];
	(void)state;
	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[301] = '\0';
	expect(path, 51, NULL, "");
	path[301] = 'x';
	for (size_t i = 0; i < sizeof path; i += 2)
		path[i] = '/';
	path[sizeof path - 1] = '\0';
	expect(path, 51, NULL, "");
}

static void types_are_remembered(void **state)
{
	(void)state;
	assert_int_equal(get("/a.gmi").step, SITE_NEEDS_TYPE);
	wait_until_remembered("/a.gmi");
	expect("/a.gmi", 20, "text/gemini; lang=en", "# A\n");
	tree_file(&tree, "root/a.gmi", "# Caf\xe9\n");
	expect("/a.gmi", 20, "text/plain; charset=iso-8859-1", "# Caf\xe9\n");
	wait_until_remembered("/a.gmi");
	expect("/a.gmi", 20, "text/plain; charset=iso-8859-1", "# Caf\xe9\n");
	/* Another file in its place, of the same size. */
	tree_file(&tree, "root/new", "# Cafe\n");
	assert_int_equal(rename(tree_at(&tree, "root/new"), tree_at(&tree, "root/a.gmi")), 0);
	expect("/a.gmi", 20, "text/gemini; lang=en", "# Cafe\n");
	/* The same file under another name. */
	wait_until_remembered("/a.gmi");
	assert_int_equal(link(tree_at(&tree, "root/a.gmi"), tree_at(&tree, "root/a.txt")), 0);
	expect("/a.txt", 20, "text/plain", "# Cafe\n");
	wait_until_remembered("/a.txt");
	expect("/a.gmi", 20, "text/gemini; lang=en", "# Cafe\n");
}

static void own_types_need_no_look(void **state)
{
	static const char *own[] = {"gmi=application/x-own"};
	(void)state;
	conf.types = (struct conf_texts){own, 1};
	reopen();
	struct answer answer = get("/a.gmi");
	assert_int_equal(answer.step, SITE_ANSWERED);
	assert_string_equal(answer.meta, "application/x-own");
}

static void an_abandoned_visit(void **state)
{
	(void)state;
	struct request request = {.arena = &arena, .capsule = &conf};
	struct reply reply = {.status = STATUS_TEMPORARY_FAILURE};
	struct site_visit visit;
	request.uri.path = S("/a.gmi");
	assert_int_equal(site_open(site, &request, &reply, &visit), SITE_NEEDS_TYPE);
	int fd = visit.fd;
	assert_true(fd >= 0);
	site_abandon(&visit);
	assert_int_equal(visit.fd, -1);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void no_descriptors_left(void **state)
{
	struct rlimit old, tight;
	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	tight = old;
	tight.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	struct answer file = get("/a.gmi"), folder = get("/");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(file.status, 41);
	assert_int_equal(folder.status, 41);
	expect("/a.gmi", 20, NULL, "# A\n");
}

static void no_memory_left(void **state)
{
	(void)state;
	struct arena none;
	struct reply reply = {.status = STATUS_TEMPORARY_FAILURE};
	struct site_visit visit;
	arena_init(&none, 0);
	struct request request = {.arena = &none, .capsule = &conf};
	request.uri.path = S("/a.gmi");
	assert_int_equal(site_open(site, &request, &reply, &visit), SITE_ANSWERED);
	assert_int_equal(reply.status, 41);
	request.uri.path = S("/");
	assert_int_equal(site_open(site, &request, &reply, &visit), SITE_ANSWERED);
	assert_int_equal(reply.status, 41);
	assert_int_equal(visit.fd, -1);
}

static void wait_for_body(const char *path, const char *body)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	for (int waited = 0; waited < NOTICED_WITHIN_MS; waited += 10) {
		if (strcmp(get(path).body, body) == 0)
			return;
		nanosleep(&pause, NULL);
	}
	expect(path, 20, NULL, body);
}

static void a_capsule_that_is_replaced(void **state)
{
	char root[128], old[128];
	(void)state;
	snprintf(root, sizeof root, "%s", tree_at(&tree, "root"));
	snprintf(old, sizeof old, "%s", tree_at(&tree, "old"));
	assert_int_equal(rename(root, old), 0);
	expect("/a.gmi", 20, NULL, "# A\n"); /* while nothing stands there, the old one goes on */
	tree_folder(&tree, "root");
	tree_file(&tree, "root/a.gmi", "# New\n");
	wait_for_body("/a.gmi", "# New\n");
	expect("/", 51, NULL, "");
}

static void a_capsule_that_cannot_be_served(void **state)
{
	struct fault fault = {""};
	struct conf_capsule wrong = conf;
	(void)state;
	wrong.root = "/nowhere/at/all";
	assert_null(site_new(&wrong, &fault));
	assert_non_null(strstr(fault.text, "/nowhere/at/all"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, site_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files),
		TEST(folders),
		TEST(hidden_names),
		TEST(nothing_outside),
		TEST(long_names),
		TEST(types_are_remembered),
		TEST(own_types_need_no_look),
		TEST(an_abandoned_visit),
		TEST(no_descriptors_left),
		TEST(no_memory_left),
		TEST(a_capsule_that_is_replaced),
		TEST(a_capsule_that_cannot_be_served),
	};
	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
