/*
 * Nothing outside the root is ever opened: both ways of opening, table by table and in a race.
 */
#include "tree.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "os/beneath.h"

typedef enum beneath_result opener(
	const struct beneath_root *root, const char *path, int *fd, struct stat *info);

static opener *const openers[] = {beneath_open, beneath_walk};
static const char *const opener_names[] = {"openat2", "walk"};
#define NOBODY          65534
#define OPENERS         2
#define RACE_ROUNDS     20000
#define RACE_ROUNDS_MAX 5000000
#define PATH_SIZE       (sizeof(((struct beneath_root *)0)->path) + 64)

struct fixture {
	struct tree tree; /* the root is "in", beside it lie "out" and "insider" */
	struct beneath_root root;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	tree_begin(&fixture.tree);
	tree_folder(&fixture.tree, "in");
	tree_folder(&fixture.tree, "in/dir");
	tree_folder(&fixture.tree, "in/dir/deep");
	tree_folder(&fixture.tree, "out");
	tree_folder(&fixture.tree, "insider");
	tree_file(&fixture.tree, "in/file", "inside");
	tree_file(&fixture.tree, "in/dir/file", "inside");
	tree_file(&fixture.tree, "out/file", "outside");
	tree_file(&fixture.tree, "insider/file", "outside");
	struct fault fault;
	if (!beneath_open_root(tree_at(&fixture.tree, "in"), &fixture.root, &fault))
		fail_msg("%s", fault.text);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	beneath_close_root(&fixture->root);
	tree_end(&fixture->tree);
	return 0;
}

static const char *const result_names[] = {"file", "directory", "missing", "exhausted"};

/* Opens `path` in both ways and closes again. */
static void expect(struct fixture *fixture, const char *path, enum beneath_result expected)
{
	for (size_t i = 0; i < OPENERS; i++) {
		int fd = 12345;
		struct stat info;
		enum beneath_result result = openers[i](&fixture->root, path, &fd, &info);
		if (result != expected)
			fail_msg("%s of \"%s\": %s, expected %s", opener_names[i], path,
				result_names[result], result_names[expected]);
		if (result == BENEATH_FILE || result == BENEATH_DIRECTORY) {
			assert_true(fd >= 0);
			assert_true(result == BENEATH_FILE ? S_ISREG(info.st_mode)
							   : S_ISDIR(info.st_mode));
			close(fd);
		} else {
			assert_int_equal(fd, -1);
		}
	}
}

static void link_to(struct fixture *fixture, const char *name, const char *target)
{
	char path[512];
	snprintf(path, sizeof path, "in/%s", name);
	tree_link(&fixture->tree, path, target);
}

static void ordinary_names(void **state)
{
	struct fixture *fixture = *state;
	char long_name[300], long_path[5000];
	memset(long_name, 'x', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	for (size_t i = 0; i < sizeof long_path; i++)
		long_path[i] = i % 2 == 0 ? 'x' : '/';
	long_path[sizeof long_path - 1] = '\0';
	expect(fixture, "", BENEATH_DIRECTORY);
	expect(fixture, "file", BENEATH_FILE);
	expect(fixture, "dir", BENEATH_DIRECTORY);
	expect(fixture, "dir/file", BENEATH_FILE);
	expect(fixture, "dir/deep", BENEATH_DIRECTORY);
	expect(fixture, "nothing", BENEATH_MISSING);
	expect(fixture, "nothing/file", BENEATH_MISSING);
	expect(fixture, "file/file", BENEATH_MISSING);
	expect(fixture, long_name, BENEATH_MISSING);
	expect(fixture, long_path, BENEATH_MISSING);
}

static void links_that_stay_inside(void **state)
{
	struct fixture *fixture = *state;
	const char *root = fixture->root.path;
	char absolute[PATH_SIZE];
	snprintf(absolute, sizeof absolute, "%s/dir/file", root);
	link_to(fixture, "to_file", "file");
	link_to(fixture, "to_dir", "dir");
	link_to(fixture, "dir/up", "..");
	link_to(fixture, "dir/up_file", "../file");
	link_to(fixture, "dir/deep/round", "../../dir/../dir/./deep/..//file");
	link_to(fixture, "chain", "to_dir/up/to_file");
	link_to(fixture, "slash", "dir/");
	link_to(fixture, "file_slash", "file/");
	link_to(fixture, "dot", ".");
	link_to(fixture, "absolute", absolute);
	link_to(fixture, "absolute_root", root);
	link_to(fixture, "dir/deep/absolute", absolute);
	expect(fixture, "to_file", BENEATH_FILE);
	expect(fixture, "to_dir", BENEATH_DIRECTORY);
	expect(fixture, "to_dir/file", BENEATH_FILE);
	expect(fixture, "dir/up", BENEATH_DIRECTORY);
	expect(fixture, "dir/up/file", BENEATH_FILE);
	expect(fixture, "dir/up_file", BENEATH_FILE);
	expect(fixture, "dir/deep/round", BENEATH_FILE);
	expect(fixture, "chain", BENEATH_FILE);
	expect(fixture, "slash", BENEATH_DIRECTORY);
	expect(fixture, "slash/file", BENEATH_FILE);
	expect(fixture, "file_slash", BENEATH_MISSING);
	expect(fixture, "dot/dot/file", BENEATH_FILE);
	expect(fixture, "absolute", BENEATH_FILE);
	expect(fixture, "absolute_root", BENEATH_DIRECTORY);
	expect(fixture, "absolute_root/dir/file", BENEATH_FILE);
	expect(fixture, "dir/deep/absolute", BENEATH_FILE);
}

static void links_that_lead_out(void **state)
{
	struct fixture *fixture = *state;
	char absolute[PATH_SIZE], sibling[PATH_SIZE], climbing[PATH_SIZE];
	snprintf(absolute, sizeof absolute, "%s/out/file", fixture->tree.path);
	snprintf(sibling, sizeof sibling, "%sider/file", fixture->root.path);
	snprintf(climbing, sizeof climbing, "%s/dir/../../out/file", fixture->root.path);
	link_to(fixture, "up", "..");
	link_to(fixture, "relative", "../out/file");
	link_to(fixture, "and_back", "../in/file");
	link_to(fixture, "dir/relative", "../../out/file");
	link_to(fixture, "folder", "../out");
	link_to(fixture, "absolute", absolute);
	link_to(fixture, "sibling", sibling);
	link_to(fixture, "climbing", climbing);
	link_to(fixture, "passwd", "/etc/passwd");
	link_to(fixture, "slash", "/");
	link_to(fixture, "magic", "/proc/self/root/etc/passwd");
	link_to(fixture, "via", "dir/relative");
	static const char *const paths[] = {"up", "up/out/file", "relative", "and_back",
		"dir/relative", "folder", "folder/file", "absolute", "sibling", "climbing",
		"passwd", "slash", "slash/etc/passwd", "magic", "via", "../out/file", "..",
		"dir/../../out/file", "/etc/passwd"};
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		expect(fixture, paths[i], BENEATH_MISSING);
}

static void links_without_end(void **state)
{
	struct fixture *fixture = *state;
	char name[32], target[32];
	link_to(fixture, "self", "self");
	link_to(fixture, "ping", "pong");
	link_to(fixture, "pong", "ping");
	link_to(fixture, "grows", "grows/x");
	link_to(fixture, "dangling", "nothing");
	link_to(fixture, "step0", "file");
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof name, "step%d", i);
		snprintf(target, sizeof target, "step%d", i - 1);
		link_to(fixture, name, target);
	}
	expect(fixture, "self", BENEATH_MISSING);
	expect(fixture, "ping", BENEATH_MISSING);
	expect(fixture, "grows", BENEATH_MISSING);
	expect(fixture, "dangling", BENEATH_MISSING);
	expect(fixture, "step39", BENEATH_FILE); /* 40 links */
	expect(fixture, "step40", BENEATH_MISSING);
}

static void depth_has_a_bound(void **state)
{
	struct fixture *fixture = *state;
	char path[512] = "in";
	size_t len = strlen(path), deepest = 0;
	for (int i = 1; i <= 66; i++) {
		len += (size_t)snprintf(path + len, sizeof path - len, "/d");
		tree_folder(&fixture->tree, path);
		if (i == 65)
			deepest = len; /* 64 folders to pass, and this one to open */
	}
	int fd;
	struct stat info;
	const char *below = path + strlen("in/");
	assert_int_equal(beneath_walk(&fixture->root, below, &fd, &info), BENEATH_MISSING);
	path[deepest] = '\0';
	assert_int_equal(beneath_walk(&fixture->root, below, &fd, &info), BENEATH_DIRECTORY);
	close(fd);
}

static void what_is_not_a_file(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(mkfifo(tree_at(&fixture->tree, "in/fifo"), 0644), 0);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s",
		tree_at(&fixture->tree, "in/socket"));
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	expect(fixture, "fifo", BENEATH_MISSING); /* without O_NONBLOCK this would wait for ever */
	expect(fixture, "socket", BENEATH_MISSING);
	close(listener);
	struct stat info;
	assert_int_equal(stat("/dev/null", &info), 0);
	if (mknod(tree_at(&fixture->tree, "in/null"), S_IFCHR | 0666, info.st_rdev) != 0)
		print_message("no device made: only root may\n");
	else
		expect(fixture, "null", BENEATH_MISSING);
}

static void unreadable(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(chmod(tree_at(&fixture->tree, "in/file"), 0), 0);
	assert_int_equal(chmod(tree_at(&fixture->tree, "in/dir/deep"), 0), 0);
	assert_int_equal(chmod(tree_at(&fixture->tree, "in/dir"), 0111), 0);
	/* Root can read everything, so it becomes somebody else meanwhile. */
	bool root = geteuid() == 0;
	if (root)
		assert_int_equal(seteuid(NOBODY), 0);
	expect(fixture, "file", BENEATH_MISSING);
	expect(fixture, "dir/deep", BENEATH_MISSING);
	expect(fixture, "dir/deep/file", BENEATH_MISSING);
	expect(fixture, "dir/file", BENEATH_FILE); /* to pass through is not to read */
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(tree_at(&fixture->tree, "in/dir"), 0755), 0);
	assert_int_equal(chmod(tree_at(&fixture->tree, "in/dir/deep"), 0755), 0);
}

static void no_descriptors_left(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old, tight;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	tight = old;
	tight.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	int fd;
	struct stat info;
	enum beneath_result results[OPENERS];
	for (size_t i = 0; i < OPENERS; i++)
		results[i] = openers[i](&fixture->root, "dir/file", &fd, &info);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	for (size_t i = 0; i < OPENERS; i++)
		assert_int_equal(results[i], BENEATH_EXHAUSTED);
	expect(fixture, "dir/file", BENEATH_FILE);
}

static void a_root_that_is_none(void **state)
{
	struct fixture *fixture = *state;
	struct beneath_root root;
	struct fault fault = {""};
	assert_false(beneath_open_root(tree_at(&fixture->tree, "nowhere"), &root, &fault));
	assert_non_null(strstr(fault.text, "nowhere: No such file or directory; make it"));
	assert_false(beneath_open_root(tree_at(&fixture->tree, "in/file"), &root, &fault));
	assert_non_null(strstr(fault.text, "Not a directory"));
}

static void a_root_behind_a_link(void **state)
{
	struct fixture *fixture = *state;
	struct beneath_root root;
	tree_link(&fixture->tree, "current", "in");
	assert_true(beneath_open_root(tree_at(&fixture->tree, "current"), &root, NULL));
	assert_string_equal(root.path, fixture->root.path);
	beneath_close_root(&root);
	assert_true(beneath_open_root("/", &root, NULL));
	assert_string_equal(root.path, "/");
	link_to(fixture, "sixty", tree_at(&fixture->tree, "in/file"));
	int fd;
	struct stat info;
	for (size_t i = 0; i < OPENERS; i++) {
		assert_int_equal(
			openers[i](&root, tree_at(&fixture->tree, "in/sixty") + 1, &fd, &info),
			BENEATH_FILE);
		close(fd);
	}
	beneath_close_root(&root);
}

struct swapper {
	const struct tree *tree;
	atomic_bool stop;
	atomic_ulong swaps;
};

/* "in/turn" is a folder with a file, then a link to the folder outside, and so on. */
static void *swap_until_told(void *argument)
{
	struct swapper *swapper = argument;
	char turn[256], other[256];
	snprintf(turn, sizeof turn, "%s/in/turn", swapper->tree->path);
	snprintf(other, sizeof other, "%s/in/other", swapper->tree->path);
	while (!atomic_load(&swapper->stop)) {
		if (renameat2(AT_FDCWD, turn, AT_FDCWD, other, RENAME_EXCHANGE) == 0)
			atomic_fetch_add(&swapper->swaps, 1);
	}
	return NULL;
}

static void a_race_never_leads_out(void **state)
{
	struct fixture *fixture = *state;
	struct swapper swapper = {.tree = &fixture->tree};
	tree_folder(&fixture->tree, "in/turn");
	tree_file(&fixture->tree, "in/turn/file", "inside");
	link_to(fixture, "other", "../out");
	link_to(fixture, "dir/over", "../turn/../turn/file");
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, swap_until_told, &swapper), 0);
	static const char *const paths[] = {"turn/file", "dir/over"};
	unsigned long inside[OPENERS] = {0}, outside[OPENERS] = {0}, missing[OPENERS] = {0};
	/* On a busy machine it takes longer until the other thread had its turns. */
	for (unsigned long round = 0; round < RACE_ROUNDS_MAX; round++) {
		bool seen = inside[0] > 0 && inside[1] > 0 && missing[0] > 0 && missing[1] > 0;
		if (round >= RACE_ROUNDS && seen)
			break;
		size_t i = round % OPENERS;
		int fd;
		struct stat info;
		char text[16] = "";
		if (openers[i](&fixture->root, paths[round / 2 % 2], &fd, &info) != BENEATH_FILE) {
			missing[i]++;
			continue;
		}
		ssize_t got = read(fd, text, sizeof text - 1);
		close(fd);
		if (got == 6 && strcmp(text, "inside") == 0)
			inside[i]++;
		else
			outside[i]++;
	}
	atomic_store(&swapper.stop, true);
	pthread_join(thread, NULL);
	for (size_t i = 0; i < OPENERS; i++) {
		print_message(
			"%s: %lu inside, %lu refused\n", opener_names[i], inside[i], missing[i]);
		assert_int_equal(outside[i], 0);
		assert_true(inside[i] > 0);
		assert_true(missing[i] > 0);
	}
	assert_true(atomic_load(&swapper.swaps) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ordinary_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_that_stay_inside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_that_lead_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_without_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(depth_has_a_bound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unreadable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_descriptors_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_root_that_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_root_behind_a_link, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_race_never_leads_out, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("beneath", tests, NULL, NULL);
}
