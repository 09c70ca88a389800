/*
 * A worker that was taken over: what it tries is stopped, and the server goes on. The same attempts
 * succeed without the sandbox, so that these tests can fail.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/sandbox_sanitizer.h"

static char port[8];                     /* where this test listens */
static char elsewhere[DAEMON_PATH_SIZE]; /* a folder that is none of the server's */
static char absolute[DAEMON_PATH_SIZE];  /* the daemon's folder, without links */
static int listeners[2] = {-1, -1};
static const char *const fenced[] = {"--store", "sqlite:var/store.db", NULL};
static const char *const open_doors[] = {"--store", "sqlite:var/store.db", "--sandbox", "no", NULL};

/* ---- what is tried */

enum place { WORD, INSIDE, ELSEWHERE, ABSOLUTE };

struct attempt {
	const char *words; /* as a sentence: "it cannot …" */
	const char *name;
	enum place place; /* what the word that goes with it is below */
	const char *word;
	bool takes_root; /* in the control */
	bool deadly;     /* ends the worker rather than being refused */
};

static const struct attempt attempts[] = {
	{"read the system's files", "read", WORD, "/etc/passwd", false, false},
	{"read a private key", "read", INSIDE, "certs/localhost.key", false, false},
	{"read a key by its absolute path", "read", ABSOLUTE, "certs/localhost.key", false, false},
	{"climb out of the capsule", "read", INSIDE, "capsule/../secret", false, false},
	{"read other files", "read", ELSEWHERE, "secret", false, false},
	{"read a device", "read", WORD, "/dev/zero", false, false},
	{"read about processes", "read", WORD, "/proc/self/environ", true, false},
	{"list the root", "list", WORD, "/", false, false},
	{"list other folders", "list", ELSEWHERE, "", false, false},
	{"write into the capsule", "write", INSIDE, "capsule/index.gmi", false, false},
	{"add to the capsule", "write", INSIDE, "capsule/new.gmi", false, false},
	{"write elsewhere", "write", ELSEWHERE, "new", false, false},
	{"remove a page", "remove", INSIDE, "capsule/spare.gmi", false, false},
	{"cut a page short", "cut", INSIDE, "capsule/posts/second.gmi", false, false},
	{"link out of the store", "link", INSIDE, "var/link", false, false},
	{"fork", "fork", WORD, "", false, false},
	{"start a program", "start", WORD, "/bin/true", false, false},
	{"make a socket", "socket", WORD, "", false, false},
	{"listen", "listen", WORD, "", false, false},
	{"connect by TCP", "connect", WORD, port, false, false},
	{"connect to a Unix socket", "connect-unix", ELSEWHERE, "socket", false, false},
	{"signal the master", "signal", WORD, "", false, false},
	{"read the master's memory", "memory", WORD, "", true, false},
	{"run code that it writes", "code", WORD, "", false, false},
	{"call what it never calls", "limits", WORD, "", false, false},
	{"execute", "execute", WORD, "/nothing/here", false, true},
	{"trace the master", "trace", WORD, "", true, true},
	{"read the master's memory by a call", "memory-by-call", WORD, "", true, true},
	{"mount", "mount", ELSEWHERE, "", true, true},
	{"leave its namespace", "namespace", WORD, "", true, true},
	{"become root", "root", WORD, "", true, true},
};

/* ---- around it */

static void listen_at(int *fd, const struct sockaddr *address, socklen_t size)
{
	*fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(*fd >= 0);
	assert_int_equal(bind(*fd, address, size), 0);
	assert_int_equal(listen(*fd, 16), 0);
}

static int prepare(void **state)
{
	struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	socklen_t size = sizeof(tcp);
	char path[DAEMON_PATH_SIZE];

	fixture_prepare(state);
	server.noisy = true;
	server.workers = "1";
	daemon_write_text(&server, "secret", "not for readers\n");
	daemon_write_text(&server, "capsule/spare.gmi", "# Spare\n");
	daemon_write_text(&server, "elsewhere/secret", "not for readers either\n");
	assert_non_null(realpath(server.folder, absolute));
	daemon_path(&server, "elsewhere", elsewhere);
	daemon_path(&server, "elsewhere/socket", path);
	assert_true(strlen(path) < sizeof(local.sun_path));
	memcpy(local.sun_path, path, strlen(path));
	listen_at(&listeners[0], (struct sockaddr *)&tcp, sizeof(tcp));
	listen_at(&listeners[1], (struct sockaddr *)&local, sizeof(local));
	assert_int_equal(getsockname(listeners[0], (struct sockaddr *)&tcp, &size), 0);
	snprintf(port, sizeof(port), "%u", (unsigned)ntohs(tcp.sin_port));
	return 0;
}

static int end(void **state)
{
	close(listeners[0]);
	close(listeners[1]);
	return fixture_end(state);
}

/* What the hook answers: META, or "" where the worker ended instead. */
static const char *try_it(const char *name, enum place place, const char *word)
{
	static char meta[ANSWER_META_MAX + 1];
	static const char *const folders[] = {
		[WORD] = "", [INSIDE] = "", [ELSEWHERE] = elsewhere, [ABSOLUTE] = absolute};
	char url[URL_SIZE];
	struct answer answer;
	bool below = place == ELSEWHERE || place == ABSOLUTE;

	url_of(url, "/hook/%s?%s%s%s", name, folders[place], below ? "/" : "", word);
	meta[0] = '\0';
	if (client_fetch(server.port, NULL, url, &answer)) {
		assert_answer(&answer, 40, url);
		snprintf(meta, sizeof(meta), "%s", answer.meta);
	}
	answer_free(&answer);
	return meta;
}

static bool is_done(const char *said)
{
	return strncmp(said, "done", 4) == 0;
}

/* The worker is there, or another one in its place, and reads and writes what it should. */
static void assert_serves(void)
{
	expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	expect(&server, NULL, "gemini://localhost/comments/recent", 20);
}

/* A sanitizer's build may: it looks for leaks that way. What is beyond that the kernel refuses. */
static bool is_sanitizers(const struct attempt *attempt)
{
	return SANDBOX_SANITIZED && (strcmp(attempt->name, "trace") == 0 ||
					    strncmp(attempt->word, "/proc/self/", 11) == 0);
}

/* ---- the tests */

static void what_it_tries_succeeds_without_the_sandbox(void **state)
{
	bool root;

	(void)state;
	server.extra = open_doors;
	daemon_start(&server);
	root = is_done(try_it("nothing", WORD, ""));
	for (size_t i = 0; i < COUNT(attempts); i++) {
		const struct attempt *attempt = &attempts[i];
		const char *said = try_it(attempt->name, attempt->place, attempt->word);

		if (!is_done(said) && (root || !attempt->takes_root))
			fail_msg("without the sandbox it cannot %s: %s", attempt->words, said);
	}
	daemon_stop(&server);
	/* What that has changed. */
	daemon_write_text(&server, "capsule/spare.gmi", "# Spare\n");
	daemon_write_text(&server, "capsule/posts/second.gmi", "# A second post\n");
}

static void what_is_refused(void **state)
{
	pid_t before, after;

	(void)state;
	server.extra = fenced;
	daemon_start(&server);
	daemon_workers(&server, &before, 1);
	for (size_t i = 0; i < COUNT(attempts); i++) {
		const struct attempt *attempt = &attempts[i];
		const char *said;

		if (attempt->deadly || is_sanitizers(attempt))
			continue;
		said = try_it(attempt->name, attempt->place, attempt->word);
		if (strncmp(said, "stopped: ", 9) != 0)
			fail_msg("a worker that tries to %s is not refused: \"%s\"", attempt->words,
				said);
	}
	assert_true(is_done(try_it("read", INSIDE, "capsule/index.gmi")));
	assert_true(is_done(try_it("write", INSIDE, "var/mine")));
	assert_true(is_done(try_it("remove", INSIDE, "var/mine")));
	assert_serves();
	daemon_workers(&server, &after, 1);
	assert_int_equal(before, after);
	daemon_stop(&server);
}

/* Nobody else answers meanwhile, so whoever serves afterwards is another one. */
static void kills(const struct attempt *attempt)
{
	int64_t patience = now_ms() + PATIENCE_MS;
	pid_t before, after;
	const char *said;
	char *errors;

	daemon_start(&server);
	daemon_workers(&server, &before, 1);
	said = try_it(attempt->name, attempt->place, attempt->word);
	if (said[0] != '\0' && (strncmp(said, "stopped: ", 9) != 0 || !is_sanitizers(attempt)))
		fail_msg("a worker that tries to %s goes on: \"%s\"", attempt->words, said);
	do {
		assert_true(now_ms() < patience);
		daemon_workers(&server, &after, 1);
	} while (said[0] == '\0' && after == before);
	assert_serves();
	daemon_stop(&server);
	/* By the filter, and not by a fault of its own. */
	errors = daemon_errors(&server);
	if (said[0] == '\0')
		assert_contains(errors, strsignal(SIGSYS));
	free(errors);
}

static void what_ends_it(void **state)
{
	(void)state;
	server.extra = fenced;
	for (size_t i = 0; i < COUNT(attempts); i++)
		if (attempts[i].deadly)
			kills(&attempts[i]);
}

/* The kernel binds workers to the folder that they started with, so others take their place. */
static void a_capsule_is_replaced(void **state)
{
	int64_t patience = now_ms() + PATIENCE_MS;
	char old[DAEMON_PATH_SIZE], capsule[DAEMON_PATH_SIZE], new[DAEMON_PATH_SIZE];
	int status;

	(void)state;
	daemon_write_text(&server, "new/posts/essay.gmi", "# Another essay\n");
	server.extra = fenced;
	daemon_start(&server);
	assert_int_equal(
		rename(daemon_path(&server, "capsule", capsule), daemon_path(&server, "old", old)),
		0);
	assert_int_equal(rename(daemon_path(&server, "new", new), capsule), 0);
	do {
		struct answer answer = ask(&server, NULL, "gemini://localhost/posts/essay.gmi");

		assert_true(now_ms() < patience);
		assert_answer(&answer, 20, "/posts/essay.gmi");
		status = strstr(answer.body, "Another") != NULL ? 20 : 0;
		answer_free(&answer);
	} while (status == 0);
	daemon_stop(&server);
	assert_int_equal(rename(capsule, new), 0);
	assert_int_equal(rename(old, capsule), 0);
}

/* How many filters bind it; the master has one, which all inherit. */
static unsigned filters_of(pid_t pid)
{
	char path[64], *text;
	unsigned filters = 0;
	const char *line;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	text = file_slurp(path, NULL);
	line = text != NULL ? strstr(text, "\nSeccomp_filters:") : NULL;
	if (line != NULL)
		filters = (unsigned)strtoul(line + strlen("\nSeccomp_filters:"), NULL, 10);
	free(text);
	return filters;
}

static void every_process_has_its_filter(void **state)
{
	pid_t found[DAEMON_PROCESSES_MAX];
	unsigned masters;

	(void)state;
	server.extra = fenced;
	daemon_start(&server);
	masters = filters_of(server.pid);
	if (masters == 0) {
		print_message("# this kernel counts no filters\n");
		daemon_stop(&server);
		skip();
	}
	assert_int_equal(daemon_processes(&server, DAEMON_KEYHOLDER, found), 1);
	assert_true(filters_of(found[0]) > masters);
	assert_int_equal(daemon_processes(&server, DAEMON_WORKER, found), 1);
	assert_true(filters_of(found[0]) > masters);
	daemon_stop(&server);
}

/* Landlock's version is asked as the server asks it. */
static bool has_landlock(void)
{
#if defined(SYS_landlock_create_ruleset)
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
#else
	return false;
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("without the sandbox, all that is tried succeeds",
			what_it_tries_succeeds_without_the_sandbox),
		TEST("with it, a worker reaches nothing but its folders", what_is_refused),
		TEST("what no worker ever asks for ends it, and another one serves", what_ends_it),
		TEST("a capsule that is replaced is served from its new folder",
			a_capsule_is_replaced),
		TEST("the keyholder and the workers have filters of their own",
			every_process_has_its_filter),
	};
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof("hooked"));
	char *name;

	/* The program with the hook lies beside this one. */
	if (length > 0) {
		path[length] = '\0';
		name = strrchr(path, '/') + 1;
		memcpy(name, "hooked", sizeof("hooked"));
	}
	if (getenv("KINDLING_COVERAGE") != NULL) {
		printf("1..1\nok 1 - isolation # SKIP it is switched off while lines are "
		       "counted\n");
		return 0;
	}
	if (length <= 0 || access(path, X_OK) != 0 || !has_landlock() ||
		prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
		printf("1..1\nok 1 - isolation # SKIP this system has no Landlock or no seccomp\n");
		return 0;
	}
	setenv("KINDLING", path, 1);
	return cmocka_run_group_tests_name("isolation", tests, prepare, end);
}
