/*
 * Giving up root, each time in a process of its own.
 */
#include "children.h"

#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "os/privileges.h"

#define SOMEBODY "nobody"

static void needs_root(void)
{
	if (getuid() == 0)
		return;
	print_message("# only root has something to give up\n");
	skip();
}

static int drops(void)
{
	const struct passwd *user = getpwnam(SOMEBODY);
	struct fault fault = {""};
	gid_t groups[64];
	EXPECT(user != NULL);
	uid_t uid = user->pw_uid;
	gid_t gid = user->pw_gid;
	EXPECT(setgroups(1, &(gid_t){0}) == 0);
	EXPECT(privileges_drop(SOMEBODY, &fault));
	EXPECT(getuid() == uid && geteuid() == uid && getgid() == gid && getegid() == gid);
	int count = getgroups(64, groups);
	EXPECT(count >= 0);
	for (int i = 0; i < count; i++)
		EXPECT(groups[i] != 0);
	EXPECT(setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 && setegid(0) != 0);
	EXPECT(setgroups(1, &(gid_t){0}) != 0);
	/* Once more there is nothing to give up, whatever the name. */
	EXPECT(privileges_drop("", &fault));
	return 0;
}

static void root_is_given_up_for_good(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(in_child(drops), 0);
}

static int refuses(const char *name, const char *word)
{
	struct fault fault = {""};
	EXPECT(!privileges_drop(name, &fault));
	EXPECT(strstr(fault.text, word) != NULL);
	EXPECT(getuid() == 0);
	return 0;
}

static int refuses_nobody(void)
{
	return refuses("", "root started this");
}

static int refuses_strangers(void)
{
	return refuses("no-such-user-here", "there is no user no-such-user-here");
}

static int refuses_root(void)
{
	return refuses("root", "is root");
}

static void root_stays_for_nobody(void **state)
{
	(void)state;
	needs_root();
	assert_int_equal(in_child(refuses_nobody), 0);
	assert_int_equal(in_child(refuses_strangers), 0);
	assert_int_equal(in_child(refuses_root), 0);
}

static int seals(void)
{
	struct fault fault = {""};
	struct rlimit core;
	EXPECT(privileges_seal(&fault));
	EXPECT(getrlimit(RLIMIT_CORE, &core) == 0);
	EXPECT(core.rlim_cur == 0 && core.rlim_max == 0);
#if defined(__linux__)
	EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	EXPECT(syscall(SYS_io_uring_setup, 1, NULL) == -1);
	EXPECT(errno == ENOSYS);
#endif
	EXPECT(privileges_seal(&fault)); /* a second time changes nothing */
	return 0;
}

static void what_is_sealed_gains_nothing_and_shows_nothing(void **state)
{
	(void)state;
	assert_int_equal(in_child(seals), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_is_given_up_for_good),
		cmocka_unit_test(root_stays_for_nobody),
		cmocka_unit_test(what_is_sealed_gains_nothing_and_shows_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
