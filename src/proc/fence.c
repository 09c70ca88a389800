/*
 * Which folders a worker may reach.
 */
#include "proc/fence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/sandbox.h"

/* Where the store's file really lies, as SQLite follows links to find the place of its others. Free
 * it. NULL with a fault. */
static char *store_folder(const struct conf *conf, struct fault *fault)
{
	char *path = realpath(conf->store, NULL);
	if (path == NULL) {
		fault_set(fault, "cannot find the store %s: %s", conf->store, strerror(errno));
		return NULL;
	}
	char *slash = strrchr(path, '/');
	slash[slash == path] = '\0';
	return path;
}

static bool enter(
	const struct conf *conf, const char *store, const char **roots, struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++)
		roots[i] = conf->capsules[i].root;
	const struct sandbox sandbox = {
		.kind = SANDBOX_WORKER,
		.readable = roots,
		.readable_count = conf->capsule_count,
		.writable = &store,
		.writable_count = 1,
	};
	return sandbox_enter(&sandbox, fault);
}

bool fence_worker(const struct conf *conf, struct fault *fault)
{
	bool fenced = false;
	if (!conf->sandbox)
		return true;
	char *store = store_folder(conf, fault);
	const char **roots = calloc(conf->capsule_count, sizeof *roots);
	if (store != NULL && (roots == NULL || setenv("TMPDIR", store, 1) != 0))
		fault_set(fault, "out of memory");
	else if (store != NULL)
		fenced = enter(conf, store, roots, fault);
	free(roots);
	free(store);
	return fenced;
}

bool fence_keyholder(const struct conf *conf, struct fault *fault)
{
	const struct sandbox sandbox = {.kind = SANDBOX_KEYHOLDER};
	return !conf->sandbox || sandbox_enter(&sandbox, fault);
}

/* What is not there holds nothing, and is for others to tell. */
static bool lies_in(const char *path, const char *folder)
{
	char *real = realpath(path, NULL);
	size_t len = strlen(folder);
	bool within = real != NULL && strncmp(real, folder, len) == 0 &&
		      (real[len] == '/' || real[len] == '\0' || folder[len - 1] == '/');
	free(real);
	return within;
}

bool fence_is_close(const struct conf *conf, struct fault *fault)
{
	bool close = true;
	char *store = store_folder(conf, NULL);
	for (size_t i = 0; store != NULL && close && i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		const char *held = lies_in(capsule->certs, store)  ? capsule->certs
				   : lies_in(capsule->root, store) ? capsule->root
								   : NULL;
		if (held != NULL)
			close = fault_set(fault,
				"workers may write to the store's folder %s, and so to %s: give "
				"the store a folder of its own, in the option store",
				store, held);
	}
	free(store);
	return close;
}

void fence_announce(const struct conf *conf)
{
	struct fault fault;
	if (!conf->sandbox)
		return;
	if (sandbox_look(SANDBOX_WORKER, &fault) != SANDBOX_WHOLE)
		log_message(LOG_INFO, "the sandbox is not whole: %s", fault.text);
	if (!fence_is_close(conf, &fault))
		log_message(LOG_INFO, "%s", fault.text);
}
