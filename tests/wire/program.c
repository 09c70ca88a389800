/*
 * The program under test as a child process.
 */
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef KINDLING_PROGRAM
#define KINDLING_PROGRAM "build/kindling"
#endif

#define ARGUMENTS_MAX 64

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void look_again_soon(void)
{
	poll(NULL, 0, 2);
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static const char *program_path(void)
{
	static char path[PATH_MAX];
	const char *named = getenv("KINDLING");

	if (path[0] == '\0' && realpath(named != NULL ? named : KINDLING_PROGRAM, path) == NULL)
		die(named != NULL ? named : KINDLING_PROGRAM);
	return path;
}

static void redirect(const char *name, int to)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(127);
	close(fd);
}

/* What counts the lines that run keeps its files where no worker may write. */
static void open_for_counting(char **argv, size_t count)
{
	if (getenv("KINDLING_COVERAGE") == NULL || count < 4 || strcmp(argv[1], "serve") != 0)
		return;
	argv[count++] = strdup("--sandbox");
	argv[count] = strdup("no");
}

pid_t program_spawn(const char *folder, const char *const *arguments)
{
	return program_spawn_prepared(folder, arguments, NULL);
}

pid_t program_spawn_prepared(
	const char *folder, const char *const *arguments, void (*prepare)(void))
{
	const char *path = program_path();
	char *argv[ARGUMENTS_MAX] = {NULL};
	struct sigaction ordinary = {.sa_handler = SIG_DFL};
	size_t count = 1;
	pid_t pid;

	argv[0] = strdup(path);
	for (; arguments[count - 1] != NULL && count + 3 < ARGUMENTS_MAX; count++)
		argv[count] = strdup(arguments[count - 1]);
	open_for_counting(argv, count);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		setpgid(0, 0);
		/* A test that fails or is killed leaves nothing running. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* The tests ignore SIGPIPE; the program must not inherit that. */
		sigaction(SIGPIPE, &ordinary, NULL);
		if (chdir(folder) != 0)
			_exit(127);
		redirect("/dev/null", STDIN_FILENO);
		redirect("out", STDOUT_FILENO);
		redirect("err", STDERR_FILENO);
		if (prepare != NULL)
			prepare();
		execv(path, argv);
		_exit(127);
	}
	setpgid(pid, pid);
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	return pid;
}

int program_wait(pid_t pid, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	int status;

	do {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (got < 0 && errno != EINTR)
			die("waitpid");
		look_again_soon();
	} while (now_ms() < end);
	return -1;
}

static char *slurp_in(const char *folder, const char *name)
{
	char path[PATH_MAX];
	char *text;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	text = file_slurp(path, NULL);
	return text != NULL ? text : strdup("");
}

struct program_result program_run(const char *folder, const char *const *arguments)
{
	struct program_result result;
	pid_t pid = program_spawn(folder, arguments);

	result.code = program_wait(pid, PATIENCE_MS);
	if (result.code < 0) {
		kill(-pid, SIGKILL);
		program_wait(pid, PATIENCE_MS);
	}
	result.out = slurp_in(folder, "out");
	result.err = slurp_in(folder, "err");
	return result;
}

void program_result_free(struct program_result *result)
{
	free(result->out);
	free(result->err);
}

/* The fields of /proc/PID/stat that follow the command's name; that one may hold anything. */
static bool stat_fields(
	pid_t pid, char *state, int *parent, unsigned long *user, unsigned long *system)
{
	char path[64], *text, *after;
	bool read;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	text = file_slurp(path, NULL);
	if (text == NULL)
		return false;
	after = strrchr(text, ')');
	read = after != NULL &&
	       sscanf(after + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", state,
		       parent, user, system) == 4;
	free(text);
	return read;
}

size_t program_children(pid_t parent, pid_t *children, size_t most)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	if (processes == NULL)
		die("/proc");
	while (count < most && (entry = readdir(processes)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		unsigned long user, system;
		int its_parent;
		char state;

		if (pid > 0 && stat_fields(pid, &state, &its_parent, &user, &system) &&
			its_parent == parent && state != 'Z')
			children[count++] = pid;
	}
	closedir(processes);
	return count;
}

bool program_is_named(pid_t pid, const char *name)
{
	char path[64], *text;
	bool named;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	text = file_slurp(path, NULL);
	named = text != NULL && strncmp(text, name, strlen(name)) == 0 &&
		text[strlen(name)] == '\n';
	free(text);
	return named;
}

size_t program_sockets(pid_t pid)
{
	char path[64], target[64];
	struct dirent *entry;
	size_t count = 0;
	DIR *descriptors;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	descriptors = opendir(path);
	if (descriptors == NULL)
		return 0;
	while ((entry = readdir(descriptors)) != NULL) {
		ssize_t length =
			readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target));

		if (length > 7 && memcmp(target, "socket:", 7) == 0)
			count++;
	}
	closedir(descriptors);
	return count;
}

long program_cpu_ms(pid_t pid)
{
	unsigned long user, system;
	int parent;
	char state;

	if (!stat_fields(pid, &state, &parent, &user, &system))
		return -1;
	return (long)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

char *file_slurp(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	size_t used = 0, room = 4096;
	char *text;

	if (file == NULL)
		return NULL;
	text = malloc(room + 1);
	for (;;) {
		size_t got;

		if (text == NULL)
			die("malloc");
		got = fread(text + used, 1, room - used, file);
		used += got;
		if (got == 0)
			break;
		if (used == room)
			text = realloc(text, (room *= 2) + 1);
	}
	fclose(file);
	text[used] = '\0';
	if (length != NULL)
		*length = used;
	return text;
}
