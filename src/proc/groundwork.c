/*
 * The machine under a configuration.
 */
#include "proc/groundwork.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/limits.h"
#include "store/file.h"
#include "tls/certificate.h"

/* Beside a connection and its file: listeners, the store, the log, libmagic. */
#define OTHER_DESCRIPTORS 256

#define PLACE_MEMORY 65536

#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

bool groundwork_log(const struct conf *conf, bool as_root, struct fault *fault)
{
	bool is_file = strchr(conf->log_to, '/') != NULL;
	struct log_settings settings = {
		.format = conf->log,
		.level = conf->log_level,
		.to = as_root && is_file ? "stderr" : conf->log_to,
	};
	return log_open(&settings, fault);
}

/* Where in the configuration the root stands that is wrong. */
static bool root_fault(const struct conf *conf, const struct conf_capsule *capsule,
	const struct fault *why, struct fault *fault)
{
	struct arena arena;
	arena_init(&arena, PLACE_MEMORY);
	const char *place = conf_place(conf, capsule, "root", &arena);
	fault_set(fault, "%s: %s", place != NULL ? place : "root", why->text);
	arena_end(&arena);
	return false;
}

bool groundwork_roots(const struct conf *conf, struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		struct beneath_root root;
		struct fault why;
		if (!beneath_open_root(conf->capsules[i].root, &root, &why))
			return root_fault(conf, &conf->capsules[i], &why, fault);
		beneath_close_root(&root);
	}
	return true;
}

bool groundwork_store(const struct conf *conf, struct fault *fault)
{
	if (!store_prepare(conf->store, fault))
		return false;
	store_warn_of_strangers(conf->store, conf->hosts.items, conf->hosts.count);
	return true;
}

static bool is_of(const struct conf *conf, const struct conf_capsule *wanted)
{
	for (size_t i = 0; conf != NULL && i < conf->capsule_count; i++)
		if (strcmp(conf->capsules[i].host, wanted->host) == 0 &&
			strcmp(conf->capsules[i].certs, wanted->certs) == 0)
			return true;
	return false;
}

bool groundwork_certificates(const struct conf *conf, const struct conf *old, struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;
		if (!is_of(old, capsule))
			continue;
		if (!certificate_files_for(capsule->certs, capsule->host, &files, fault))
			return false;
		switch (certificate_look(&files, fault)) {
		case CERTIFICATE_PRESENT:
			break;
		case CERTIFICATE_ABSENT:
			return fault_set(fault,
				"%s and its key are gone: put them back, or start anew to have "
				"others made, which readers will not know",
				files.certificate);
		case CERTIFICATE_HALF:
			return false;
		}
	}
	return true;
}

bool groundwork_has_certificates(const struct conf *conf)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;
		if (!certificate_files_for(capsule->certs, capsule->host, &files, NULL) ||
			certificate_look(&files, NULL) != CERTIFICATE_PRESENT)
			return false;
	}
	return true;
}

void groundwork_descriptors(const struct conf *conf)
{
	/* The system's limit is often 1024, and may be raised. A connection may have a file open,
	 * but few have at once; and all of them may be one worker's. */
	uint64_t needed = (uint64_t)conf->max_connections + OTHER_DESCRIPTORS;
	uint64_t granted = limits_raise_descriptors(needed + conf->max_connections);
	if (granted < needed)
		log_message(LOG_WARNING,
			"this system allows %llu open files, which may be too few for "
			"max_connections = %u: raise the limit (ulimit -Hn, or LimitNOFILE= of a "
			"service) to %llu",
			(unsigned long long)granted, conf->max_connections,
			(unsigned long long)needed);
}

void groundwork_warn_of_keys(const struct conf *conf)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;
		if (certificate_files_for(capsule->certs, capsule->host, &files, NULL) &&
			access(files.key, R_OK) != 0 && errno == EACCES)
			log_message(LOG_WARNING,
				"the key %s can be read by root alone: without a restart no reload "
				"succeeds, and a keyholder that dies is not replaced: chown %s %s",
				files.key, conf->user, files.key);
	}
}

static uint64_t mix(uint64_t hash, uint64_t number)
{
	for (unsigned shift = 0; shift < 64; shift += 8)
		hash = (hash ^ ((number >> shift) & 0xff)) * FNV_PRIME;
	return hash;
}

static uint64_t mix_file(uint64_t hash, const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return mix(hash, 0);
	hash = mix(mix(hash, (uint64_t)info.st_dev), (uint64_t)info.st_ino);
	hash = mix(mix(hash, (uint64_t)info.st_size), (uint64_t)info.st_mtim.tv_sec);
	return mix(hash, (uint64_t)info.st_mtim.tv_nsec);
}

/* Which folder it is, whatever is in it. */
static uint64_t mix_folder(uint64_t hash, const char *path)
{
	struct stat info;
	if (stat(path, &info) != 0)
		return mix(hash, 0);
	return mix(mix(hash, (uint64_t)info.st_dev), (uint64_t)info.st_ino);
}

uint64_t groundwork_look_at_files(const struct conf *conf)
{
	uint64_t hash = FNV_BASIS;
	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;
		if (certificate_files_for(capsule->certs, capsule->host, &files, NULL))
			hash = mix_file(mix_file(hash, files.certificate), files.key);
		hash = mix_folder(hash, capsule->root);
	}
	return hash;
}
