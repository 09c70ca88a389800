/*
 * Listings: what is on them, what is not, and that no name breaks a line.
 */
#include "tree.h"

#include "site/listing.h"

static struct tree tree;
static struct conf_capsule conf = {.host = "localhost", .lang = ""};
static struct folder folder;
static struct arena arena;

static int set_up(void **state)
{
	static char root[128];
	(void)state;
	arena_init(&arena, 8 << 20);
	tree_begin(&tree);
	snprintf(root, sizeof root, "%s", tree_at(&tree, "root"));
	tree_folder(&tree, "root");
	tree_folder(&tree, "root/my files");
	assert_true(folder_begin(&folder, root, NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	folder_end(&folder);
	tree_end(&tree);
	arena_end(&arena);
	return 0;
}

static struct reply list(const char *path)
{
	int fd;
	struct stat info;
	char relative[256];
	struct request request = {.arena = &arena, .capsule = &conf};
	struct reply reply = {.status = STATUS_TEMPORARY_FAILURE};
	request.uri.path = span_of(path);
	snprintf(relative, sizeof relative, "%s", path + 1);
	if (relative[0] != '\0')
		relative[strlen(relative) - 1] = '\0';
	assert_int_equal(folder_open(&folder, relative, &fd, &info), BENEATH_DIRECTORY);
	listing_answer(&folder, fd, &request, &reply);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	return reply;
}

static void a_folder(void **state)
{
	(void)state;
	tree_file(&tree, "root/my files/b.gmi", "x");
	tree_file(&tree, "root/my files/a b?#%.txt", "words\n");
	tree_bytes(&tree, "root/my files/c", "", 0);
	tree_file(&tree, "root/my files/K\xc3\xa4se", "cheese");
	tree_folder(&tree, "root/my files/dir");
	assert_int_equal(truncate(tree_at(&tree, "root/my files/c"), 1536), 0);
	tree_file(&tree, "root/my files/d", "");
	assert_int_equal(truncate(tree_at(&tree, "root/my files/d"), 1024 * 1024 - 1), 0);
	struct reply reply = list("/my files/");
	assert_int_equal(reply.status, 20);
	assert_span_equal(reply.meta, "text/gemini");
	assert_span_equal(reply.body.memory,
		"# /my files/\n\n"
		"=> / To the folder above\n\n"
		"=> /my%20files/K%C3%A4se K\xc3\xa4se (6 bytes)\n"
		"=> /my%20files/a%20b%3F%23%25.txt a b?#%.txt (6 bytes)\n"
		"=> /my%20files/b.gmi b.gmi (1 byte)\n"
		"=> /my%20files/c c (1.5 KiB)\n"
		"=> /my%20files/d d (1.0 MiB)\n"
		"=> /my%20files/dir/ dir/\n");
}

static void the_root(void **state)
{
	(void)state;
	assert_span_equal(list("/").body.memory, "# /\n\n=> /my%20files/ my files/\n");
	assert_span_equal(list("/my files/").body.memory,
		"# /my files/\n\n=> / To the folder above\n\nNothing is kept here yet.\n");
}

static void what_is_not_listed(void **state)
{
	(void)state;
	tree_file(&tree, "secret", "x");
	tree_file(&tree, "root/.hidden", "x");
	tree_file(&tree, "root/not-utf8-\xff", "x");
	tree_file(&tree, "root/two\n=> evil lines", "x");
	tree_file(&tree, "root/escape\x1b[31m", "x");
	tree_file(&tree, "root/c1-\xc2\x9b", "x");
	tree_link(&tree, "root/out", "../secret");
	tree_link(&tree, "root/dangling", "nothing");
	assert_int_equal(mkfifo(tree_at(&tree, "root/fifo"), 0644), 0);
	tree_file(&tree, "root/my files/five", "12345");
	tree_link(&tree, "root/link", "my files/five");
	tree_link(&tree, "root/link to folder", "my files");
	assert_span_equal(list("/").body.memory, "# /\n\n"
						 "=> /link link (5 bytes)\n"
						 "=> /link%20to%20folder/ link to folder/\n"
						 "=> /my%20files/ my files/\n");
}

static void too_many_names(void **state)
{
	char name[64];
	size_t lines = 0;
	(void)state;
	for (int i = 0; i < LISTING_MAX + 5; i++) {
		snprintf(name, sizeof name, "root/my files/%d", i);
		int fd = open(tree_at(&tree, name), O_WRONLY | O_CREAT, 0644);
		assert_true(fd >= 0);
		close(fd);
	}
	struct span line, rest = list("/my files/").body.memory;
	assert_true(span_ends_with(
		rest, S("\nThere is more in this folder than the 10000 names above.\n")));
	while (span_next_line(&rest, &line))
		lines += span_starts_with(line, S("=> /my%20files/"));
	assert_int_equal(lines, LISTING_MAX);
}

static void no_room_for_the_page(void **state)
{
	(void)state;
	arena_end(&arena);
	arena_init(&arena, 128);
	tree_file(
		&tree, "root/a name that does not fit into a hundred and twenty-eight bytes", "x");
	struct reply reply = list("/");
	assert_int_equal(reply.status, 40);
	assert_null(reply.body.kind);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_folder),
		TEST(the_root),
		TEST(what_is_not_listed),
		TEST(too_many_names),
		TEST(no_room_for_the_page),
	};
	return cmocka_run_group_tests_name("listing", tests, NULL, NULL);
}
