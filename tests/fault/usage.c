/*
 * What a running server takes, as the kernel tells it.
 */
#include "usage.h"

#include <dirent.h>

#include "wire.h"

static size_t count_descriptors(pid_t pid)
{
	char path[64];
	size_t count = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (folder == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static long read_kib(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line != NULL ? strtol(line + strlen(name), NULL, 10) : 0;
}

static long read_memory(pid_t pid)
{
	char path[64], *text;
	long kib = 0;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
	text = file_slurp(path, NULL);
	if (text != NULL)
		kib = read_kib(text, "\nPss_Anon:") + read_kib(text, "\nPss_Shmem:");
	free(text);
	return kib;
}

static size_t processes_of(const struct daemon *daemon, pid_t processes[DAEMON_PROCESSES_MAX])
{
	processes[0] = daemon->pid;
	return 1 + program_children(daemon->pid, processes + 1, DAEMON_PROCESSES_MAX - 1);
}

struct usage usage_of(const struct daemon *daemon)
{
	pid_t processes[DAEMON_PROCESSES_MAX];
	struct usage usage = {.processes = processes_of(daemon, processes)};

	for (size_t i = 0; i < usage.processes; i++) {
		usage.cpu_ms += program_cpu_ms(processes[i]);
		usage.kib += read_memory(processes[i]);
		usage.descriptors += count_descriptors(processes[i]);
	}
	return usage;
}

size_t usage_sockets(const struct daemon *daemon)
{
	pid_t processes[DAEMON_PROCESSES_MAX];
	size_t count = processes_of(daemon, processes), sockets = 0;

	for (size_t i = 0; i < count; i++)
		sockets += program_sockets(processes[i]);
	return sockets;
}

void usage_wait_for_rest(const struct daemon *daemon, size_t at_rest)
{
	const int64_t end = now_ms() + PATIENCE_MS;

	while (usage_sockets(daemon) > at_rest) {
		if (now_ms() > end)
			fail_msg("%zu sockets are open, not %zu", usage_sockets(daemon), at_rest);
		look_again_soon();
	}
}

size_t usage_start(struct daemon *daemon, const char *const *extra)
{
	size_t at_rest;

	daemon->workers = "1";
	daemon->extra = extra;
	daemon_start(daemon);
	at_rest = usage_sockets(daemon);
	for (int i = 0; i < 20; i++)
		expect(daemon, NULL, "gemini://localhost/posts/essay.gmi", 20);
	usage_wait_for_rest(daemon, at_rest);
	return at_rest;
}

void usage_expect(const struct daemon *daemon, const char *who, const struct usage *before,
	long clients, long each_ms, long each_kib)
{
	struct usage after = usage_of(daemon);
	const long ms = after.cpu_ms - before->cpu_ms, kib = after.kib - before->kib;

	print_message("# %s: %ld ms, %ld KiB for %ld\n", who, ms, kib, clients);
	/* A tick or two of the system's clock more, and one megabyte that is everybody's. */
	if (ms > clients * each_ms + 30)
		fail_msg("%s: %ld clients took %ld ms", who, clients, ms);
	if (kib > clients * each_kib + 1024)
		fail_msg("%s: %ld clients took %ld KiB", who, clients, kib);
	expect(daemon, NULL, "gemini://localhost/", 20);
}
