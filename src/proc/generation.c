/*
 * Generations.
 */
#include "proc/generation.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "os/fd.h"
#include "proc/groundwork.h"
#include "proc/keyholder.h"
#include "proc/staff.h"

#define PLAN_MS       60000 /* reading keys, and starting up, on a slow and busy machine */
#define KILL_AFTER_MS 5000  /* after drain_timeout, for workers that do not end */

static void free_generation(struct run *run, struct generation *generation)
{
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		if (run->generations[i] == generation)
			run->generations[i] = NULL;
	sockets_close(&generation->sockets);
	tls_server_free(generation->tls);
	fd_close(&generation->control);
	fd_close(&generation->first_word);
	for (int end = 0; end < 2; end++) {
		fd_close(&generation->lifeline[end]);
		fd_close(&generation->go[end]);
		fd_close(&generation->ready[end]);
	}
	free(generation->slots);
	settings_leave(generation->settings);
	free(generation);
}

/* ---- planning */

/* Takes the settings over, also where it fails. */
static struct generation *new_generation(
	struct run *run, struct settings *settings, struct fault *fault)
{
	struct generation *generation = calloc(1, sizeof *generation);
	struct slot *slots = calloc(settings->conf->workers, sizeof *slots);
	size_t place = 0;
	while (place < GENERATIONS_MAX && run->generations[place] != NULL)
		place++;
	CHECK(place < GENERATIONS_MAX);
	if (generation == NULL || slots == NULL) {
		fault_set(fault, "out of memory");
		free(generation);
		free(slots);
		settings_leave(settings);
		return NULL;
	}
	*generation = (struct generation){
		.number = ++run->generations_made,
		.deadline = clock_monotonic_ms() + PLAN_MS,
		.settings = settings,
		.conf = settings->conf,
		.control = -1,
		.first_word = -1,
		.slots = slots,
		.lifeline = {-1, -1},
		.go = {-1, -1},
		.ready = {-1, -1},
	};
	run->generations[place] = generation;
	return generation;
}

static int find_host(void *conf, struct span name)
{
	return conf_find_capsule(conf, name);
}

/* The certificates, and the keys too where no keyholder has them. */
static bool make_tls(
	struct generation *generation, const struct keys_held *held, struct fault *fault)
{
	const struct conf *conf = generation->conf;
	struct certificate_files *files = calloc(conf->capsule_count, sizeof *files);
	bool found = files != NULL || fault_set(fault, "out of memory");
	for (size_t i = 0; i < conf->capsule_count && found; i++)
		found = held != NULL ? certificate_files_for(conf->capsules[i].certs,
					       conf->capsules[i].host, &files[i], fault)
				     : keyholder_prepare_certificate(
					       &conf->capsules[i], &files[i], fault);
	if (found)
		generation->tls = tls_server_new(files, conf->capsule_count, find_host,
			(void *)(uintptr_t)conf, held, fault);
	free(files);
	if (generation->makes_certificates)
		generation->files = groundwork_look_at_files(conf);
	return generation->tls != NULL;
}

/* Whoever is root reads the keys that are there: only root may be able to. */
static bool plan_keys(
	struct run *run, struct generation *generation, const struct conf *old, struct fault *fault)
{
	generation->files = groundwork_look_at_files(generation->conf);
	generation->makes_certificates = !groundwork_has_certificates(generation->conf);
	if (!groundwork_certificates(generation->conf, old, fault))
		return false;
	if (generation->conf->keyholder)
		return staff_start_keyholder(run, generation, fault);
	return !groundwork_has_certificates(generation->conf) || make_tls(generation, NULL, fault);
}

struct generation *generation_plan(struct run *run, struct settings *settings, struct fault *fault)
{
	const struct generation *old = run_find(run, GENERATION_SERVING);
	struct generation *generation = new_generation(run, settings, fault);
	if (generation == NULL)
		return NULL;
	generation->state = GENERATION_READING;
	groundwork_descriptors(generation->conf);
	if (groundwork_roots(generation->conf, fault) &&
		sockets_plan(&generation->sockets, old != NULL ? &old->sockets : &run->handed,
			generation->conf, fault) &&
		plan_keys(run, generation, old != NULL ? old->conf : NULL, fault))
		return generation;
	free_generation(run, generation);
	return NULL;
}

bool generation_prepare(struct run *run, struct generation *generation, struct fault *fault)
{
	const struct conf *conf = generation->conf;
	for (size_t i = 0; i < conf->capsule_count; i++)
		(void)counters_host(run->shared.counters, conf->capsules[i].host);
	return groundwork_roots(conf, fault) && sockets_bind_files(&generation->sockets, fault) &&
	       groundwork_store(conf, fault) &&
	       (conf->keyholder || generation->tls != NULL || make_tls(generation, NULL, fault)) &&
	       run_pipe(generation->lifeline, false, fault) &&
	       run_pipe(generation->go, true, fault) && run_pipe(generation->ready, false, fault);
}

/* ---- waiting for the plan */

static enum generation_step start(
	struct run *run, struct generation *generation, struct fault *fault)
{
	if (shared_free_seats(&run->shared) < generation->conf->workers) {
		fault_set(fault,
			"%u more workers would be too many at once: try again when older "
			"ones have ended",
			generation->conf->workers);
		return GENERATION_FAILED;
	}
	generation->state = GENERATION_STARTING;
	return staff_fill(run, generation, fault) ? GENERATION_GOES_ON : GENERATION_FAILED;
}

static enum generation_step hear_keyholder(
	struct run *run, struct generation *generation, struct fault *fault)
{
	struct keys_held held;
	enum keyholder_word word = keyholder_hear(generation->first_word, &held, fault);
	if (word == KEYHOLDER_SILENT)
		return GENERATION_GOES_ON;
	fd_close(&generation->first_word);
	if (word == KEYHOLDER_FAILED || !make_tls(generation, &held, fault))
		return GENERATION_FAILED;
	return start(run, generation, fault);
}

static void count_ready(struct generation *generation)
{
	char bytes[64];
	ssize_t got;
	while ((got = read(generation->ready[0], bytes, sizeof bytes)) > 0)
		generation->ready_count += (unsigned)got;
}

enum generation_step generation_go_on(
	struct run *run, struct generation *generation, struct fault *fault)
{
	count_ready(generation);
	if (generation->failed) {
		*fault = generation->why;
		return GENERATION_FAILED;
	}
	if (clock_monotonic_ms() > generation->deadline) {
		fault_set(fault, "it was not ready in %d seconds", PLAN_MS / 1000);
		return GENERATION_FAILED;
	}
	if (generation->state == GENERATION_READING)
		return generation->conf->keyholder ? hear_keyholder(run, generation, fault)
						   : start(run, generation, fault);
	return generation->ready_count < generation->conf->workers ? GENERATION_GOES_ON
								   : GENERATION_READY;
}

/* ---- afterwards */

bool generation_commit(struct run *run, struct generation *generation, struct fault *fault)
{
	struct generation *old = run_find(run, GENERATION_SERVING);
	if (!sockets_listen(&generation->sockets, fault))
		return false;
	fd_close(&generation->go[1]);
	generation->state = GENERATION_SERVING;
	if (old != NULL) {
		sockets_remove_files(&old->sockets, &generation->sockets);
		generation_retire(old);
	}
	if (generation->opened_log)
		log_settle(true);
	return true;
}

void generation_give_up(struct run *run, struct generation *generation)
{
	const struct generation *old = run_find(run, GENERATION_SERVING);
	sockets_remove_files(&generation->sockets, old != NULL ? &old->sockets : NULL);
	generation->given_up = true;
	/* Workers have served nobody. A keyholder that has said its word ends by itself: it has
	 * failed, or nobody is left to ask it. */
	staff_signal(generation, SIGKILL, generation->first_word >= 0);
	generation_retire(generation);
	if (generation->opened_log)
		log_settle(false);
}

void generation_retire(struct generation *generation)
{
	generation->state = GENERATION_RETIRING;
	generation->deadline = clock_monotonic_ms() +
			       (int64_t)generation->conf->drain_timeout * 1000 + KILL_AFTER_MS;
	sockets_close(&generation->sockets);
	fd_close(&generation->lifeline[1]);
	fd_close(&generation->go[1]);
	fd_close(&generation->control);
	fd_close(&generation->first_word);
}

void generation_look(struct run *run, struct generation *generation)
{
	count_ready(generation); /* from workers that were started again */
	if (generation->state != GENERATION_RETIRING)
		return;
	if (!staff_is_left(generation)) {
		free_generation(run, generation);
	} else if (clock_monotonic_ms() > generation->deadline) {
		log_message(LOG_WARNING, "processes do not end in time: they are killed");
		staff_signal(generation, SIGKILL, true);
		generation->deadline = INT64_MAX;
	}
}
