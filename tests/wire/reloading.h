/*
 * A daemon that lives by a configuration file alone, which its tests write anew and have reloaded.
 * What came of that is read from its log.
 */
#ifndef KINDLING_TESTS_WIRE_RELOADING_H
#define KINDLING_TESTS_WIRE_RELOADING_H

#include "fixture.h"

#include <signal.h>

#define REFUSED "reload refused, the old configuration goes on"
#define DONE    "reload done"

#define LOCALHOST "capsule \"localhost\" { root = \"capsule\" certs = \"certs\" }\n"
#define OTHER     "capsule \"other.test\" { root = \"other\" certs = \"certs\" }\n"

/* `server_lines` are further options of the server. The file is never there in part: a reload may
 * be reading it. */
static inline void configure(const char *server_lines, const char *capsules)
{
	char text[2 * DAEMON_PATH_SIZE], written[DAEMON_PATH_SIZE], place[DAEMON_PATH_SIZE];

	snprintf(text, sizeof(text),
		"ready_file = \"ready\"\nstore = \"sqlite:store/kindling.db\"\n%s\n%s",
		server_lines, capsules);
	daemon_write_text(&server, "kindling.conf.new", text);
	assert_int_equal(rename(daemon_path(&server, "kindling.conf.new", written),
				 daemon_path(&server, "kindling.conf", place)),
		0);
}

/* The ordinary one: any port, so many workers. */
static inline void configure_workers(unsigned workers)
{
	char lines[128];

	snprintf(lines, sizeof(lines), "listen = {\"127.0.0.1:0\"}\nworkers = %u\n", workers);
	configure(lines, LOCALHOST);
}

static inline int reloading_prepare(void **state)
{
	fixture_prepare(state);
	server.conf = "kindling.conf";
	server.conf_alone = true;
	server.noisy = true;
	daemon_write_text(&server, "other/index.gmi", "# The other capsule\n");
	configure_workers(2);
	return 0;
}

static inline int reloading_start(void **state)
{
	reloading_prepare(state);
	daemon_start(&server);
	return 0;
}

#define RELOADING(words, function)                                                                 \
	{                                                                                          \
		words, function, reloading_start, fixture_end, NULL                                \
	}
#define RELOADING_AT_REST(words, function)                                                         \
	{                                                                                          \
		words, function, reloading_prepare, fixture_end, NULL                              \
	}

static inline size_t logged(const char *part)
{
	char *errors = daemon_errors(&server);
	size_t count = count_of(errors, part);

	free(errors);
	return count;
}

/* Until the log holds `part` so many times. */
static inline void await_log(const char *part, size_t times)
{
	int64_t limit = now_ms() + PATIENCE_MS;

	while (logged(part) < times) {
		if (now_ms() > limit)
			fail_msg("\"%s\" is there %zu times, not %zu, in:\n%s", part, logged(part),
				times, daemon_errors(&server));
		look_again_soon();
	}
}

/* The same of a file below the daemon's folder. */
static inline void await_file(const char *name, const char *part, size_t times)
{
	int64_t limit = now_ms() + PATIENCE_MS;
	char path[DAEMON_PATH_SIZE];

	daemon_path(&server, name, path);
	for (;;) {
		char *text = file_slurp(path, NULL);
		size_t count = text != NULL ? count_of(text, part) : 0;

		if (count < times && now_ms() > limit)
			fail_msg("\"%s\" is in %s %zu times, not %zu:\n%s", part, name, count,
				times, text != NULL ? text : "(no file)");
		free(text);
		if (count >= times)
			return;
		look_again_soon();
	}
}

/* Sends the signal, and waits until a reload has come to this end. */
static inline void reload_to(int number, const char *end)
{
	size_t before = logged(end);

	assert_int_equal(kill(server.pid, number), 0);
	await_log(end, before + 1);
}

/* Until so many workers, and none of the old ones, are left: the old generation is gone. */
static inline void await_workers(const pid_t *old, size_t old_count, size_t count)
{
	pid_t found[DAEMON_PROCESSES_MAX];
	int64_t limit = now_ms() + PATIENCE_MS;
	size_t got, kept;

	do {
		got = daemon_processes(&server, DAEMON_WORKER, found);
		kept = 0;
		for (size_t i = 0; i < got; i++)
			for (size_t k = 0; k < old_count; k++)
				kept += found[i] == old[k];
		if (now_ms() > limit)
			fail_msg("%zu workers, of which %zu are old ones, and not %zu", got, kept,
				count);
		look_again_soon();
	} while (got != count || kept > 0);
}

#endif
