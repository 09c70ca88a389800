/*
 * kindling check: the store, and that nothing lies where its writers could reach it.
 */
#include "cli/check.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "site/names.h"
#include "store/file.h"

/* As realpath gives it, also for what is not there yet. False: it cannot be told. */
static bool resolve(const char *path, char out[PATH_MAX])
{
	char front[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(front))
		return false;
	memcpy(front, path, len + 1);
	for (;;) {
		if (realpath(front[0] == '\0' ? "." : front, out) != NULL)
			break;
		if (errno != ENOENT || front[0] == '\0')
			return false;

		char *slash = strrchr(front, '/');

		if (slash == front)
			slash++;
		*(slash != NULL ? slash : front) = '\0';
	}

	const char *rest = path + strlen(front);
	size_t used = strlen(out);

	rest += strspn(rest, "/");
	if (rest[0] == '\0')
		return true;
	return snprintf(out + used, PATH_MAX - used, "%s%s", used > 1 ? "/" : "", rest) <
	       (int)(PATH_MAX - used);
}

/* Where `inner` is `outer` or lies in it: what leads there from `outer`. NULL: it does not. */
static const char *within(const char *inner, const char *outer)
{
	size_t len = strlen(outer);

	if (strcmp(outer, "/") == 0)
		return inner + 1;
	if (strncmp(inner, outer, len) != 0 || (inner[len] != '/' && inner[len] != '\0'))
		return NULL;
	return inner[len] == '/' ? inner + len + 1 : inner + len;
}

/* Whoever asks for it is sent it. */
static bool is_shown(const char *file, const char *root)
{
	const char *path = within(file, root);

	return path != NULL && !names_hold_hidden(span_of(path));
}

static void check_neighbours(struct check *check, const struct conf_capsule *capsule,
	const char *file, const char *folder)
{
	char root[PATH_MAX], certs[PATH_MAX];

	if (!resolve(capsule->root, root) || !resolve(capsule->certs, certs))
		return; /* told where it is looked at for its own sake */
	if (is_shown(file, root))
		check_error(check, conf_place(check->conf, NULL, "store", check->arena),
			"%s lies in the capsule of %s, where anybody can ask for it: move it out",
			check->conf->store, capsule->host);
	else if (check->conf->sandbox && within(root, folder) != NULL)
		check_warning(check, conf_place(check->conf, capsule, "root", check->arena),
			"%s lies in the folder of the store, in which the sandbox lets workers "
			"write: give the store a folder of its own",
			capsule->root);
	if (is_shown(certs, root))
		check_error(check, conf_place(check->conf, capsule, "certs", check->arena),
			"%s lies in the capsule, where anybody can ask for its keys: move it out",
			capsule->certs);
	if (check->conf->sandbox && within(certs, folder) != NULL)
		check_warning(check, conf_place(check->conf, capsule, "certs", check->arena),
			"%s lies in the folder of the store, in which the sandbox lets workers "
			"write: give the store a folder of its own",
			capsule->certs);
}

static void check_neighbourhood(struct check *check)
{
	char file[PATH_MAX], folder[PATH_MAX];

	if (!resolve(check->conf->store, file))
		return;
	memcpy(folder, file, sizeof(folder));
	*strrchr(folder, '/') = '\0';
	for (size_t i = 0; i < check->conf->capsule_count; i++)
		if (check->conf->capsules[i].sound)
			check_neighbours(check, &check->conf->capsules[i], file,
				folder[0] != '\0' ? folder : "/");
}

void check_store_file(struct check *check)
{
	const struct conf *conf = check->conf;
	const char *place = conf_place(conf, NULL, "store", check->arena);
	struct store_condition condition;
	struct fault fault;

	progress_tell(&check->progress, 0, 0);
	if (!store_check(conf->store, &condition, &fault))
		check_error(check, place, "%s", fault.text);
	else if (condition.version > 0 && condition.version < condition.newest)
		check_note(check, place,
			"%s is of an older version; the next start brings it up to date, and "
			"kindling backup keeps it as it is",
			conf->store);
	/* Worth a warning; serve does not refuse it either. */
	check->warnings +=
		store_warn_of_strangers(conf->store, conf->hosts.items, conf->hosts.count);
	check_neighbourhood(check);
}
