/*
 * Giving up root, for good: what all systems share.
 */
#include "os/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/privileges_system.h"

static const struct passwd *find_user(const char *name, struct fault *fault)
{
	if (name[0] == '\0') {
		fault_set(fault, "root started this: name the user to become, in the option user");
		return NULL;
	}
	errno = 0;
	const struct passwd *user = getpwnam(name);
	if (user == NULL && (errno == 0 || errno == ENOENT || errno == ESRCH))
		fault_set(fault,
			"there is no user %s: make one, or name another in the option user", name);
	else if (user == NULL)
		fault_set(fault, "cannot look up the user %s: %s", name, strerror(errno));
	else if (user->pw_uid == 0)
		fault_set(fault, "the user %s is root: name another one in the option user", name);
	else
		return user;
	return NULL;
}

/* Any of these would be a way back: a call that could not have worked is the proof. */
static bool can_return(const struct passwd *user)
{
	if (getuid() != user->pw_uid || geteuid() != user->pw_uid || getgid() != user->pw_gid ||
		getegid() != user->pw_gid)
		return true;
	return setuid(0) == 0 || seteuid(0) == 0 ||
	       (user->pw_gid != 0 && (setgid(0) == 0 || setegid(0) == 0));
}

bool privileges_drop(const char *name, struct fault *fault)
{
	if (getuid() != 0 && geteuid() != 0)
		return true;
	const struct passwd *user = find_user(name, fault);
	if (user == NULL)
		return false;
	/* Root's setgid and setuid set the real, the effective and the saved one (POSIX), on every
	 * system. The user comes last: the rest takes rights that go with it. */
	if (initgroups(name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
		setuid(user->pw_uid) != 0)
		return fault_set(fault, "cannot become the user %s: %s", name, strerror(errno));
	if (can_return(user))
		return fault_set(
			fault, "the user %s could become root again: nothing is served so", name);
	return true;
}

bool privileges_seal(struct fault *fault)
{
	const struct rlimit none = {0, 0};
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return fault_set(fault, "cannot forbid core files: %s", strerror(errno));
	return privileges_system_seal(fault);
}
