/*
 * Preparing what the workers share.
 */
#include "proc/shared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/limits.h"
#include "store/file.h"
#include "tls/certificate.h"

/* Beside a connection and its file: listeners, the store, the log, libmagic. */
#define OTHER_DESCRIPTORS 256

/* A capsule that has no certificate yet gets one. */
static bool prepare_certificate(
	const struct conf_capsule *capsule, struct certificate_files *files, struct fault *fault)
{
	if (!certificate_files_for(capsule->certs, capsule->host, files, fault))
		return false;
	if (certificate_look(files, fault) == CERTIFICATE_PRESENT)
		return true;
	bool made = certificate_make(files,
		(struct certificate_names){capsule->names.items, capsule->names.count}, fault);
	if (made)
		log_message(LOG_INFO, "made a certificate for %s: %s", capsule->host,
			files->certificate);
	return made;
}

static int find_host(void *conf, struct span name)
{
	return conf_find_capsule(conf, name);
}

static bool prepare_tls(struct shared *shared, const struct conf *conf, struct fault *fault)
{
	size_t count = conf->capsule_count;
	struct certificate_files *files = calloc(count, sizeof *files);
	if (files == NULL)
		return fault_set(fault, "out of memory");
	bool prepared = true;
	for (size_t i = 0; i < count && prepared; i++)
		prepared = prepare_certificate(&conf->capsules[i], &files[i], fault);
	if (prepared)
		shared->tls =
			tls_server_new(files, count, find_host, (void *)(uintptr_t)conf, -1, fault);
	free(files);
	return shared->tls != NULL;
}

static bool check_roots(const struct conf *conf, struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		struct beneath_root root;
		if (!beneath_open_root(conf->capsules[i].root, &root, fault))
			return false;
		beneath_close_root(&root);
	}
	return true;
}

/* A connection may have a file open. The system's limit is often 1024, and may be raised. */
static void prepare_descriptors(const struct conf *conf)
{
	uint64_t wanted = (uint64_t)conf->max_connections * 2 + OTHER_DESCRIPTORS;
	uint64_t granted = limits_raise_descriptors(wanted);
	if (granted < wanted)
		log_message(LOG_WARNING,
			"this system allows %llu open files, which may be too few for "
			"max_connections "
			"= %u: raise the limit (ulimit -Hn, or LimitNOFILE= of a service) to %llu",
			(unsigned long long)granted, conf->max_connections,
			(unsigned long long)wanted);
}

static bool prepare_store(const struct conf *conf, struct fault *fault)
{
	if (!store_prepare(conf->store, fault))
		return false;
	store_warn_of_strangers(conf->store, conf->hosts.items, conf->hosts.count);
	return true;
}

/* Zeroed memory for all workers; NULL with a fault. */
static void *map_common(size_t size, struct fault *fault)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory != MAP_FAILED)
		return memory;
	fault_set(fault, "no shared memory: %s", strerror(errno));
	return NULL;
}

static bool prepare_memory(struct shared *shared, const struct conf *conf, struct fault *fault)
{
	shared->admission = admission_table_new(conf->workers, fault);
	if (shared->admission == NULL)
		return false;
	struct comments_shared *comments = &shared->comments;
	comments->generation = map_common(sizeof *comments->generation, fault);
	void *rates = map_common(rates_size(), fault);
	if (comments->generation == NULL || rates == NULL)
		return false;
	comments->rates = rates_in(rates);
	return secret_random(comments->secret, sizeof comments->secret) ||
	       fault_set(fault, "the system gives no random numbers");
}

bool shared_prepare(struct shared *shared, const struct conf *conf, struct fault *fault)
{
	*shared = (struct shared){.tls = NULL};
	if (!check_roots(conf, fault) || !sockets_open(&shared->sockets, conf, fault) ||
		!prepare_tls(shared, conf, fault) || !prepare_store(conf, fault) ||
		!prepare_memory(shared, conf, fault))
		return false;
	/* One that a killed server has left would tell of a port that is no longer right. */
	if (conf->ready_file[0] != '\0')
		unlink(conf->ready_file);
	prepare_descriptors(conf);
	return true;
}

void shared_release(struct shared *shared)
{
	sockets_close(&shared->sockets);
	tls_server_free(shared->tls);
	shared->tls = NULL;
}
