/*
 * The sandbox, each time in a process of its own: what is left inside, and what is not.
 */
#include "children.h"
#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "os/sandbox.h"

static struct tree tree;
static char readable[4096], writable[4096], outside[4096];

static const char *below(const char *folder, const char *name)
{
	static char path[8192];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	tree_begin(&tree);
	tree_folder(&tree, "read");
	tree_folder(&tree, "read/deep");
	tree_folder(&tree, "write");
	tree_folder(&tree, "outside");
	tree_file(&tree, "read/file", "text");
	tree_file(&tree, "read/deep/file", "text");
	tree_file(&tree, "write/file", "text");
	tree_file(&tree, "outside/file", "text");
	snprintf(readable, sizeof readable, "%s", tree_at(&tree, "read"));
	snprintf(writable, sizeof writable, "%s", tree_at(&tree, "write"));
	snprintf(outside, sizeof outside, "%s", tree_at(&tree, "outside"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tree_end(&tree);
	return 0;
}

static void needs_the_whole(enum sandbox_kind kind)
{
	struct fault fault;
	if (sandbox_look(kind, &fault) == SANDBOX_WHOLE)
		return;
	print_message("# %s\n", fault.text);
	skip();
}

static bool enter(enum sandbox_kind kind, unsigned descriptors)
{
	static const char *const reads[] = {readable}, *const writes[] = {writable};
	struct fault fault = {""};
	const struct sandbox worker = {kind, reads, 1, writes, 1, descriptors};
	const struct sandbox keyholder = {.kind = kind, .descriptors = descriptors};
	bool entered = sandbox_enter(kind == SANDBOX_WORKER ? &worker : &keyholder, &fault);
	if (!entered)
		fprintf(stderr, "%s\n", fault.text);
	return entered;
}

/* True where the open works. */
static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool is_refused(bool done)
{
	return !done && (errno == EACCES || errno == EPERM || errno == ENOSYS);
}

static int worker_files(void)
{
	EXPECT(enter(SANDBOX_WORKER, 0));
	EXPECT(opens(below(readable, "file"), O_RDONLY));
	EXPECT(opens(below(readable, "deep/file"), O_RDONLY));
	DIR *folder = opendir(readable);
	EXPECT(folder != NULL);
	closedir(folder);
	EXPECT(is_refused(opens(below(readable, "file"), O_RDWR)));
	EXPECT(is_refused(opens(below(readable, "new"), O_WRONLY | O_CREAT)));
	EXPECT(is_refused(unlink(below(readable, "file")) == 0));
	EXPECT(opens(below(writable, "file"), O_RDWR | O_TRUNC));
	EXPECT(opens(below(writable, "new"), O_RDWR | O_CREAT | O_EXCL));
	EXPECT(unlink(below(writable, "new")) == 0);
	EXPECT(is_refused(mkdir(below(writable, "folder"), 0700) == 0));
	EXPECT(is_refused(symlink("/", below(writable, "link")) == 0));
	EXPECT(is_refused(opens(below(outside, "file"), O_RDONLY)));
	EXPECT(is_refused(opens(below(readable, "../outside/file"), O_RDONLY)));
	EXPECT(is_refused(opens(below(outside, "new"), O_WRONLY | O_CREAT)));
	EXPECT(is_refused(opens("/etc/passwd", O_RDONLY)));
	EXPECT(is_refused(opens("/dev/null", O_RDWR)));
	EXPECT(is_refused(opendir("/") != NULL));
	EXPECT(is_refused(truncate(below(outside, "file"), 0) == 0));
	EXPECT(is_refused(rename(below(writable, "file"), below(writable, "other")) == 0));
	return 0;
}

static void a_worker_reaches_its_folders_alone(void **state)
{
	(void)state;
	needs_the_whole(SANDBOX_WORKER);
	assert_int_equal(in_child(worker_files), 0);
}

static int worker_network(void)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in bound;
	socklen_t size = sizeof bound;
	int listening = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	int spare = socket(AF_INET, SOCK_STREAM, 0), mail[2];
	EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, mail) == 0);
	EXPECT(bind(listening, (struct sockaddr *)&any, sizeof any) == 0);
	EXPECT(listen(listening, 1) == 0);
	EXPECT(getsockname(listening, (struct sockaddr *)&bound, &size) == 0);
	EXPECT(connect(client, (struct sockaddr *)&bound, size) == 0);

	EXPECT(enter(SANDBOX_WORKER, 0));
	int accepted = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	EXPECT(accepted >= 0);
	EXPECT(send(accepted, "x", 1, MSG_NOSIGNAL) == 1);
	EXPECT(send(mail[0], "x", 1, MSG_NOSIGNAL) == 1);
	EXPECT(is_refused(socket(AF_INET, SOCK_STREAM, 0) >= 0));
	EXPECT(is_refused(socket(AF_UNIX, SOCK_DGRAM, 0) >= 0));
	EXPECT(is_refused(socketpair(AF_UNIX, SOCK_STREAM, 0, mail) == 0));
	EXPECT(is_refused(connect(spare, (struct sockaddr *)&bound, size) == 0));
	EXPECT(is_refused(bind(spare, (struct sockaddr *)&any, sizeof any) == 0));
	EXPECT(is_refused(listen(spare, 1) == 0));
	const struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	EXPECT(is_refused(
		sendto(mail[0], "x", 1, 0, (const struct sockaddr *)&log, sizeof log) == 1));
	char letter[] = "x";
	struct iovec part = {letter, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	EXPECT(is_refused(sendmsg(mail[0], &message, MSG_NOSIGNAL) == 1));
	return 0;
}

static void a_worker_accepts_connections_and_opens_none(void **state)
{
	(void)state;
	needs_the_whole(SANDBOX_WORKER);
	assert_int_equal(in_child(worker_network), 0);
}

static void *try_outside(void *refused)
{
	*(bool *)refused = is_refused(opens(below(outside, "file"), O_RDONLY)) &&
			   is_refused(socket(AF_INET, SOCK_STREAM, 0) >= 0);
	return NULL;
}

static int worker_threads(void)
{
	pthread_t thread;
	bool refused = false;
	EXPECT(enter(SANDBOX_WORKER, 0));
	EXPECT(pthread_create(&thread, NULL, try_outside, &refused) == 0);
	EXPECT(pthread_join(thread, NULL) == 0);
	EXPECT(refused);
	EXPECT(is_refused(fork() >= 0));
	EXPECT(is_refused(kill(getppid(), 0) == 0));
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(page != MAP_FAILED);
	EXPECT(is_refused(mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0));
	EXPECT(is_refused(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				  0) != MAP_FAILED));
	return 0;
}

static void a_worker_has_threads_and_no_processes(void **state)
{
	(void)state;
	needs_the_whole(SANDBOX_WORKER);
	assert_int_equal(in_child(worker_threads), 0);
}

static int worker_executes(void)
{
	EXPECT(enter(SANDBOX_WORKER, 0));
	execl("/bin/true", "true", NULL);
	return 1;
}

static int worker_becomes_root(void)
{
	EXPECT(enter(SANDBOX_WORKER, 0));
	EXPECT(setuid(0) != 0);
	return 1;
}

static int worker_aborts(void)
{
	EXPECT(enter(SANDBOX_WORKER, 0));
	raise(SIGTERM);
	return 1;
}

static void what_nobody_asks_for_ends_the_process(void **state)
{
	(void)state;
	needs_the_whole(SANDBOX_WORKER);
	assert_int_equal(in_child(worker_executes), 128 + SIGSYS);
	assert_int_equal(in_child(worker_becomes_root), 128 + SIGSYS);
	/* While a signal to itself arrives. */
	assert_int_equal(in_child(worker_aborts), 128 + SIGTERM);
}

static int keyholder(void)
{
	int ends[2];
	char byte;
	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	EXPECT(enter(SANDBOX_KEYHOLDER, 0));
	EXPECT(send(ends[0], "x", 1, MSG_NOSIGNAL) == 1);
	EXPECT(recv(ends[1], &byte, 1, 0) == 1);
	EXPECT(write(ends[1], "y", 1) == 1);
	EXPECT(read(ends[0], &byte, 1) == 1);
	EXPECT(is_refused(opens(below(readable, "file"), O_RDONLY)));
	EXPECT(is_refused(opens(below(writable, "file"), O_RDWR)));
	EXPECT(is_refused(opens("/", O_RDONLY | O_DIRECTORY)));
	EXPECT(is_refused(unlink(below(writable, "file")) == 0));
	EXPECT(is_refused(accept(ends[0], NULL, NULL) >= 0));
	EXPECT(is_refused(socket(AF_UNIX, SOCK_STREAM, 0) >= 0));
	EXPECT(is_refused(fork() >= 0));
	return 0;
}

static void the_keyholder_has_its_descriptors_alone(void **state)
{
	(void)state;
	needs_the_whole(SANDBOX_KEYHOLDER);
	assert_int_equal(in_child(keyholder), 0);
}

static int limited(void)
{
	struct rlimit limit;
	EXPECT(enter(SANDBOX_WORKER, 20));
	EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	EXPECT(limit.rlim_cur == 20 && limit.rlim_max == 20);
	EXPECT(getrlimit(RLIMIT_CORE, &limit) == 0);
	EXPECT(limit.rlim_cur == 0 && limit.rlim_max == 0);
	int opened = 0;
	while (opens(below(readable, "file"), O_RDONLY) && dup(0) >= 0)
		opened++;
	EXPECT(errno == EMFILE && opened < 20);
	return 0;
}

static void descriptors_and_core_files_are_limited(void **state)
{
	(void)state;
	assert_int_equal(in_child(limited), 0);
}

static void *wait_for_end(void *pipe_end)
{
	char byte;
	(void)!read(*(int *)pipe_end, &byte, 1);
	return NULL;
}

static int comes_too_late(void)
{
	static const char *const reads[] = {readable};
	const struct sandbox sandbox = {SANDBOX_WORKER, reads, 1, NULL, 0, 0};
	struct fault fault = {""};
	pthread_t thread;
	int ends[2];
	EXPECT(pipe(ends) == 0);
	EXPECT(pthread_create(&thread, NULL, wait_for_end, &ends[0]) == 0);
	EXPECT(!sandbox_enter(&sandbox, &fault));
	EXPECT(strstr(fault.text, "threads") != NULL);
	close(ends[1]);
	pthread_join(thread, NULL);
	return 0;
}

static int has_no_such_folder(void)
{
	static const char *reads[] = {"/nothing/there"};
	const struct sandbox sandbox = {SANDBOX_WORKER, reads, 1, NULL, 0, 0};
	struct fault fault = {""};
	EXPECT(!sandbox_enter(&sandbox, &fault));
	EXPECT(strstr(fault.text, "/nothing/there") != NULL);
	return 0;
}

static void what_cannot_be_fenced_in_does_not_go_on(void **state)
{
	(void)state;
	needs_the_whole(SANDBOX_WORKER);
	assert_int_equal(in_child(comes_too_late), 0);
	assert_int_equal(in_child(has_no_such_folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_reaches_its_folders_alone),
		cmocka_unit_test(a_worker_accepts_connections_and_opens_none),
		cmocka_unit_test(a_worker_has_threads_and_no_processes),
		cmocka_unit_test(what_nobody_asks_for_ends_the_process),
		cmocka_unit_test(the_keyholder_has_its_descriptors_alone),
		cmocka_unit_test(descriptors_and_core_files_are_limited),
		cmocka_unit_test(what_cannot_be_fenced_in_does_not_go_on),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
