/*
 * Looking a store over without changing it, or anything beside it.
 */
#include "store/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fd.h"
#include "store/copy.h"
#include "store/look.h"
#include "store/migrations.h"

static bool check_content(const char *file, struct store_condition *condition, struct fault *fault)
{
	struct fault why;
	int64_t version = 0;
	sqlite3 *db = look_open(file, &why);
	/* An empty file is a store that is yet to be made. */
	bool well = db != NULL && migrations_version(db, &version, &why) &&
		    (version == 0 || copy_check(db, false, &why));
	condition->version = (int)version;
	(void)sqlite3_close(db); /* nothing was changed that closing could lose */
	return well || fault_set(fault, "%s: %s", file, why.text);
}

bool store_check(const char *file, struct store_condition *condition, struct fault *fault)
{
	struct stat info;

	*condition = (struct store_condition){.newest = migrations_latest()};
	if (!file_can_be_made(file, true, fault))
		return false;
	if (stat(file, &info) != 0)
		return errno == ENOENT ||
		       fault_set(fault, "cannot look at %s: %s", file, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return fault_set(fault, "%s is not a regular file", file);
	if (access(file, R_OK | W_OK) != 0)
		return fault_set(fault, "cannot write to %s: %s", file, strerror(errno));
	return check_content(file, condition, fault);
}
