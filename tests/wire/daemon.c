/*
 * A running server of a test's own.
 */
#include "daemon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire.h"

#define FLAGS_MAX 60

static const char feed_page[] = "# A capsule for tests\n\n"
				"=> posts/essay.gmi 2026-11-23 - An Essay\n"
				"=> posts/second.gmi 2026-11-22 - A second post\n"
				"=> folder/page.gmi A page that is no post\n";

const char *daemon_path(const struct daemon *daemon, const char *path, char *out)
{
	snprintf(out, DAEMON_PATH_SIZE, "%s/%s", daemon->folder, path);
	return out;
}

void daemon_write(const struct daemon *daemon, const char *path, const void *bytes, size_t length)
{
	char whole[DAEMON_PATH_SIZE];
	FILE *file;

	daemon_path(daemon, path, whole);
	for (char *slash = strchr(whole + strlen(daemon->folder) + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(whole, 0755) != 0 && errno != EEXIST)
			fail_msg("%s: %s", whole, strerror(errno));
		*slash = '/';
	}
	file = fopen(whole, "wb");
	if (file == NULL)
		fail_msg("%s: %s", whole, strerror(errno));
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

void daemon_write_text(const struct daemon *daemon, const char *path, const char *text)
{
	daemon_write(daemon, path, text, strlen(text));
}

void daemon_write_big_page(const struct daemon *daemon)
{
	char path[DAEMON_PATH_SIZE];

	daemon_write_text(daemon, "capsule/big.bin", "");
	assert_int_equal(
		truncate(daemon_path(daemon, "capsule/big.bin", path), (off_t)DAEMON_BIG_SIZE), 0);
}

void daemon_prepare(struct daemon *daemon)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGPIPE, &ignore, NULL);
	/* So that workers whose master was killed are ours to wait for. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	*daemon = (struct daemon){.folder = "/tmp/kindling-test-XXXXXX"};
	if (mkdtemp(daemon->folder) == NULL)
		fail_msg("%s: %s", daemon->folder, strerror(errno));
	daemon_write_text(daemon, "capsule/index.gmi", feed_page);
	daemon_write_text(daemon, "capsule/posts/essay.gmi", "# An Essay\n\nThe essay's text.\n");
	daemon_write_text(daemon, "capsule/posts/second.gmi", "# A second post\n");
	daemon_write_text(daemon, "capsule/folder/index.gmi", "# The folder\n");
	daemon_write_text(daemon, "capsule/folder/page.gmi", "# The page in the folder\n");
}

static bool has_ipv6(void)
{
	struct sockaddr_in6 loopback = {
		.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&loopback, sizeof(loopback)) == 0;

	if (fd >= 0)
		close(fd);
	return bound;
}

static void add_extra(const struct daemon *daemon, size_t count, const char **flags)
{
	for (const char *const *flag = daemon->extra; flag != NULL && *flag != NULL; flag++)
		flags[count++] = *flag;
	assert_true(count < FLAGS_MAX);
	flags[count] = NULL;
}

static void collect_flags(const struct daemon *daemon, bool ipv6, const char **flags)
{
	const char *const first[] = {"serve", "--listen", "127.0.0.1:0", "--ready-file", "ready",
		"--store", "sqlite:store.db", "--log", "off", "--workers"};
	const char *const capsule[] = {
		"--host", "localhost", "--root", "capsule", "--certs", "certs"};
	size_t count = COUNT(first);

	if (daemon->conf_alone) {
		flags[0] = "serve";
		flags[1] = "-c";
		flags[2] = daemon->conf;
		add_extra(daemon, 3, flags);
		return;
	}
	memcpy(flags, first, sizeof(first));
	flags[count++] = daemon->workers != NULL ? daemon->workers : "2";
	if (ipv6) {
		flags[count++] = "--listen";
		flags[count++] = "[::1]:0";
	}
	if (daemon->conf != NULL) {
		flags[count++] = "-c";
		flags[count++] = daemon->conf;
	} else {
		memcpy(flags + count, capsule, sizeof(capsule));
		count += COUNT(capsule);
	}
	add_extra(daemon, count, flags);
}

/* True once the ready file holds a line for each address. */
static bool read_ready_file(struct daemon *daemon, bool ipv6)
{
	char path[DAEMON_PATH_SIZE];
	char *text = file_slurp(daemon_path(daemon, "ready", path), NULL);
	const char *four, *six;

	if (text == NULL)
		return false;
	four = strstr(text, "127.0.0.1 ");
	six = strstr(text, "::1 ");
	daemon->port = four != NULL ? (unsigned)strtoul(four + 10, NULL, 10) : 0;
	daemon->port6 = six != NULL ? (unsigned)strtoul(six + 4, NULL, 10) : 0;
	free(text);
	return daemon->port != 0 && (!ipv6 || daemon->port6 != 0);
}

void daemon_start(struct daemon *daemon)
{
	const char *flags[FLAGS_MAX];
	char path[DAEMON_PATH_SIZE];
	int64_t end = now_ms() + PATIENCE_MS;
	bool ipv6 = has_ipv6() && !daemon->conf_alone;

	unlink(daemon_path(daemon, "ready", path));
	collect_flags(daemon, ipv6, flags);
	daemon->pid = program_spawn_prepared(daemon->folder, flags, daemon->prepare);
	while (!read_ready_file(daemon, ipv6)) {
		char *errors;
		int code = program_wait(daemon->pid, 0);

		if (code < 0 && now_ms() < end)
			continue;
		errors = daemon_errors(daemon);
		if (code < 0)
			daemon_kill(daemon);
		daemon->pid = 0;
		fail_msg("the daemon %s (exit code %d); standard error:\n%s",
			code < 0 ? "is not ready in time" : "died before it was ready", code,
			errors);
	}
}

char *daemon_errors(const struct daemon *daemon)
{
	char path[DAEMON_PATH_SIZE];
	char *text = file_slurp(daemon_path(daemon, "err", path), NULL);

	return text != NULL ? text : strdup("");
}

static void check_errors(const struct daemon *daemon)
{
	char *errors = daemon_errors(daemon);

	if (daemon->noisy) {
		if (strstr(errors, "Sanitizer") != NULL || strstr(errors, "runtime error") != NULL)
			fail_msg("standard error holds a sanitizer's report:\n%s", errors);
	} else {
		assert_string_equal(errors, "");
	}
	free(errors);
}

void daemon_stop(struct daemon *daemon)
{
	pid_t pid = daemon->pid;
	int code;

	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGTERM), 0);
	code = program_wait(pid, PATIENCE_MS);
	if (code < 0)
		daemon_kill(daemon);
	daemon->pid = 0;
	check_errors(daemon);
	assert_int_equal(code, 0);
}

void daemon_kill(struct daemon *daemon)
{
	int64_t end = now_ms() + PATIENCE_MS;

	assert_true(daemon->pid > 0);
	kill(-daemon->pid, SIGKILL);
	/* The master first, then its workers, which are this process's children from then on. */
	while (waitpid(-daemon->pid, NULL, WNOHANG) >= 0 || errno == EINTR) {
		assert_true(now_ms() < end);
		look_again_soon();
	}
	daemon->pid = 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

void daemon_end(struct daemon *daemon)
{
	if (daemon->pid > 0)
		daemon_stop(daemon);
	nftw(daemon->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

size_t daemon_processes(
	const struct daemon *daemon, const char *name, pid_t processes[DAEMON_PROCESSES_MAX])
{
	pid_t children[DAEMON_PROCESSES_MAX];
	size_t count = program_children(daemon->pid, children, DAEMON_PROCESSES_MAX), named = 0;

	for (size_t i = 0; i < count; i++)
		if (program_is_named(children[i], name))
			processes[named++] = children[i];
	return named;
}

void daemon_workers(const struct daemon *daemon, pid_t *workers, size_t count)
{
	int64_t end = now_ms() + PATIENCE_MS;
	pid_t found[DAEMON_PROCESSES_MAX];
	size_t got;

	while ((got = daemon_processes(daemon, DAEMON_WORKER, found)) != count) {
		if (now_ms() >= end)
			fail_msg("%zu workers, not %zu", got, count);
		look_again_soon();
	}
	memcpy(workers, found, count * sizeof(*workers));
}

int daemon_is_alive(void **state)
{
	struct daemon *daemon = *state;
	char *errors;
	int code;

	if (daemon == NULL || daemon->pid == 0)
		return 0;
	code = program_wait(daemon->pid, 0);
	if (code < 0)
		return 0;
	errors = daemon_errors(daemon);
	print_error("the daemon died with exit code %d; standard error:\n%s\n", code, errors);
	free(errors);
	daemon->pid = 0;
	return -1;
}
