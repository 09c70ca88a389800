/*
 * Looking a store over without changing it, or anything beside it.
 */
#include "store/file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fd.h"
#include "store/look.h"
#include "store/migrations.h"

static bool check_schema(const char *file, struct fault *fault)
{
	struct fault why;
	sqlite3 *db = look_open(file, &why);
	bool well = db != NULL && migrations_can_run(db, &why);
	(void)sqlite3_close(db); /* nothing was changed that closing could lose */
	return well || fault_set(fault, "%s: %s", file, why.text);
}

bool store_check(const char *file, struct fault *fault)
{
	struct stat info;

	if (!file_can_be_made(file, true, fault))
		return false;
	if (stat(file, &info) != 0)
		return errno == ENOENT ||
		       fault_set(fault, "cannot look at %s: %s", file, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return fault_set(fault, "%s is not a regular file", file);
	if (access(file, R_OK | W_OK) != 0)
		return fault_set(fault, "cannot write to %s: %s", file, strerror(errno));
	return check_schema(file, fault);
}
