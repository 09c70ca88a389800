/*
 * Started as root with a user: what is root's is used, root is given up by every process for good,
 * and everything works on without it. Skipped, with a word, where the tests are not root's.
 */
#include "reloading.h"

#include <ftw.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

#define USER "nobody"

static const struct passwd *user;

static int give(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return lchown(path, user->pw_uid, user->pw_gid);
}

static void configure_user(unsigned workers, const char *more)
{
	char lines[512];

	snprintf(lines, sizeof(lines),
		"listen = {\"127.0.0.1:0\", \"unix:s\"}\nworkers = %u\nuser = \"" USER "\"\n"
		"log_to = \"./log\"\ncontrol = \"control\"\n%s",
		workers, more);
	configure(lines, LOCALHOST);
}

static int start(void **state)
{
	reloading_prepare(state);
	user = geteuid() == 0 ? getpwnam(USER) : NULL;
	if (user == NULL) {
		print_message("# only root can give root up, and only to a user " USER "\n");
		return 0;
	}
	configure_user(2, "");
	assert_int_equal(nftw(server.folder, give, 16, FTW_PHYS), 0);
	return 0;
}

/* The lines of /proc/PID/status by which the kernel knows who a process is. */
static void assert_is_the_users(pid_t pid)
{
	char path[64], wanted[128], *status;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	status = file_slurp(path, NULL);
	assert_non_null(status);
	snprintf(wanted, sizeof(wanted), "\nUid:\t%u\t%u\t%u\t%u\n", user->pw_uid, user->pw_uid,
		user->pw_uid, user->pw_uid);
	assert_contains(status, wanted);
	snprintf(wanted, sizeof(wanted), "\nGid:\t%u\t%u\t%u\t%u\n", user->pw_gid, user->pw_gid,
		user->pw_gid, user->pw_gid);
	assert_contains(status, wanted);
	snprintf(wanted, sizeof(wanted), "\nGroups:\t%u \n", user->pw_gid);
	assert_contains(status, wanted);
	assert_contains(status, "\nNoNewPrivs:\t1\n");
	assert_contains(status, "\nCapEff:\t0000000000000000\n");
	assert_contains(status, "\nCapPrm:\t0000000000000000\n");
	free(status);
}

/* The master and so many others. */
static void assert_all_are_the_users(size_t count)
{
	pid_t children[DAEMON_PROCESSES_MAX];
	size_t got = program_children(server.pid, children, DAEMON_PROCESSES_MAX);

	assert_int_equal(got, count);
	assert_is_the_users(server.pid);
	for (size_t i = 0; i < got; i++)
		assert_is_the_users(children[i]);
}

static void assert_owned(const char *name)
{
	char path[DAEMON_PATH_SIZE];
	struct stat info;

	if (stat(daemon_path(&server, name, path), &info) != 0)
		fail_msg("%s is missing", name);
	if (info.st_uid != user->pw_uid)
		fail_msg("%s belongs to %u", name, info.st_uid);
}

static void every_process_is_the_users(void **state)
{
	static const char *const made[] = {"certs/localhost.crt", "certs/localhost.key",
		"store/kindling.db", "log", "control", "s", "ready"};
	static const char *const removed[] = {"control", "s", "ready"};
	char path[DAEMON_PATH_SIZE];
	struct person person;
	pid_t old[2];

	(void)state;
	if (user == NULL)
		skip();
	daemon_start(&server);
	daemon_workers(&server, old, 2);
	assert_all_are_the_users(3);
	for (size_t i = 0; i < COUNT(made); i++)
		assert_owned(made[i]);
	reader_join(&server, &person, "Writer");
	person_end(&person);

	/* More workers share the port that root had opened. */
	configure_user(3, "");
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	await_file("log", "with 3 workers", 1);
	await_workers(old, 2, 3);
	for (int i = 0; i < 10; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	assert_int_equal(kill(server.pid, SIGUSR1), 0);
	await_file("log", DONE, 2);
	daemon_stop(&server);
	for (size_t i = 0; i < COUNT(removed); i++)
		assert_int_equal(access(daemon_path(&server, removed[i], path), F_OK), -1);
}

/* Keys that root alone can read are read; that they cannot be read again is said. */
static void keys_of_root(const char *more, size_t processes)
{
	struct person person;
	char path[DAEMON_PATH_SIZE];

	if (user == NULL)
		skip();
	daemon_write_text(&server, "certs/README", "");
	assert_true(person_make_ordinary(&person, "localhost"));
	assert_true(person_write(
		&person, NULL, NULL, daemon_path(&server, "certs/localhost.key", path)));
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(person_write(
		&person, NULL, daemon_path(&server, "certs/localhost.crt", path), NULL));
	assert_int_equal(chmod(path, 0644), 0);
	person_end(&person);
	configure_user(2, more);
	daemon_start(&server);
	expect(&server, NULL, "gemini://localhost/", 20);
	assert_all_are_the_users(processes);
	await_file("log", "can be read by root alone", 1);
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	await_file("log", REFUSED, 1);
	expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
}

static void keys_of_root_in_a_keyholder(void **state)
{
	(void)state;
	keys_of_root("", 3);
}

static void keys_of_root_in_the_master(void **state)
{
	(void)state;
	keys_of_root("keyholder = no", 2);
}

static void no_such_user(void **state)
{
	static const char *const arguments[] = {"serve", "-c", "kindling.conf", NULL};
	struct program_result result;

	(void)state;
	if (user == NULL)
		skip();
	configure("listen = {\"127.0.0.1:0\"}\nuser = \"nobody-at-all\"", LOCALHOST);
	result = program_run(server.folder, arguments);
	assert_int_equal(result.code, 1);
	assert_contains(result.err, "nobody-at-all");
	assert_int_equal(count_of(result.err, "kindling: "), 1);
	program_result_free(&result);
}

#define AS_ROOT(words, function)                                                                   \
	{                                                                                          \
		words, function, start, fixture_end, NULL                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_ROOT("every process is the user's, and so is what it makes",
			every_process_is_the_users),
		AS_ROOT("root's keys are read by a keyholder", keys_of_root_in_a_keyholder),
		AS_ROOT("root's keys are read by the master", keys_of_root_in_the_master),
		AS_ROOT("a user that there is not: exit 1", no_such_user),
	};

	return cmocka_run_group_tests_name("drop", tests, NULL, NULL);
}
