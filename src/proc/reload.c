/*
 * Reloads.
 */
#include "proc/reload.h"

#include <string.h>

#include "base/clock.h"
#include "proc/front.h"
#include "proc/generation.h"
#include "proc/groundwork.h"

static void want(struct reload *reload, const char *why)
{
	reload->wanted = true;
	reload->why = why;
}

void reload_ask(struct reload *reload)
{
	reload->conf_anew = true;
	want(reload, "SIGHUP");
}

void reload_reopen_log(struct reload *reload)
{
	struct fault fault;
	if (log_reopen(&fault))
		want(reload, "the log is opened anew");
	else
		log_message(LOG_ERROR, "the log goes on where it is: %s", fault.text);
}

void reload_look(struct reload *reload, const struct run *run)
{
	const struct generation *serving = run_find(run, GENERATION_SERVING);
	if (serving == NULL || run_plan(run) != NULL)
		return;
	uint64_t files = groundwork_look_at_files(serving->conf);
	/* Whoever writes them may not be done with both: not before two looks have shown the same.
	 */
	if (files != serving->files && files == reload->seen && files != reload->refused) {
		reload->by_files = true;
		want(reload, "certificates or the folder of a capsule have changed");
	}
	reload->seen = files;
}

/* New connections fail without it, so it is replaced as soon as its back-off allows. */
static void look_for_keyholder(struct reload *reload, const struct generation *serving)
{
	int64_t now = clock_monotonic_ms();
	if (!serving->conf->keyholder || serving->keyholder != 0)
		return;
	if (reload->keyholder.pid != 0)
		slot_ended(&reload->keyholder, now);
	if (now >= reload->keyholder.restart_at)
		want(reload, "the keyholder has died");
}

static bool has_room(struct reload *reload, const struct run *run)
{
	unsigned count = 0;
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		count += run->generations[i] != NULL;
	if (count < GENERATIONS_MAX) {
		reload->waits = false;
		return true;
	}
	if (!reload->waits)
		log_message(LOG_WARNING,
			"a reload waits (%s): %u older configurations still finish what they have",
			reload->why, count - 1);
	reload->waits = true;
	return false;
}

/* What a reload cannot change, or changes in a way that may surprise. */
static void warn_of_changes(const struct run *run, const struct conf *old, const struct conf *conf)
{
	bool same = old->listen.count == conf->listen.count;
	for (size_t i = 0; same && i < conf->listen.count; i++)
		same = strcmp(old->listen.items[i], conf->listen.items[i]) == 0;
	if (!same && run->handed.count > 0)
		log_message(LOG_WARNING, "listen has changed, which means nothing: the service "
					 "manager hands the sockets over");
	if (strcmp(run->first->conf->user, conf->user) != 0)
		log_message(LOG_WARNING, "user has changed: that takes a restart");
	if (strcmp(old->store, conf->store) != 0)
		log_message(LOG_WARNING,
			"the store has changed: comments are read from %s and written there, and "
			"none are taken along from %s",
			conf->store, old->store);
}

/* What the old generation lives by, or what is written down now. NULL: it is wrong, and the log
 * says how. */
static struct settings *find_settings(
	struct reload *reload, const struct run *run, struct generation *serving)
{
	if (!reload->conf_anew)
		return settings_share(serving->settings);
	struct settings *settings = settings_read(reload->argc, reload->argv);
	if (settings != NULL)
		warn_of_changes(run, serving->conf, settings->conf);
	return settings;
}

static struct generation *plan(
	struct reload *reload, struct run *run, struct generation *serving, struct fault *fault)
{
	bool conf_anew = reload->conf_anew;
	struct settings *settings = find_settings(reload, run, serving);
	reload->conf_anew = false;
	if (settings == NULL) {
		fault->text[0] = '\0';
		return NULL;
	}
	if (conf_anew && !groundwork_log(settings->conf, false, fault)) {
		settings_leave(settings);
		return NULL;
	}
	struct generation *generation = generation_plan(run, settings, fault);
	if (generation == NULL) {
		log_settle(false);
		return NULL;
	}
	generation->opened_log = conf_anew;
	if (generation_prepare(run, generation, fault))
		return generation;
	generation_give_up(run, generation);
	return NULL;
}

void reload_begin(struct reload *reload, struct run *run)
{
	struct generation *serving = run_find(run, GENERATION_SERVING);
	struct fault fault;
	if (serving == NULL || run_plan(run) != NULL)
		return;
	look_for_keyholder(reload, serving);
	if (!reload->wanted || !has_room(reload, run))
		return;
	reload->wanted = false;
	if (reload->keyholder.pid == 0)
		reload->keyholder.started = clock_monotonic_ms();
	service_reloading(&run->service);
	log_message(LOG_INFO, "reload: %s", reload->why);
	if (plan(reload, run, serving, &fault) == NULL)
		reload_refused(reload, run, &fault);
}

void reload_done(struct reload *reload, const struct run *run, const struct generation *generation)
{
	reload->by_files = false;
	reload->refused = 0;
	reload->keyholder.pid = generation->keyholder;
	reload->keyholder.started = clock_monotonic_ms();
	front_ready(run);
	if (generation->number == 1)
		return;
	shared_count(&run->shared, COUNTER_RELOADS);
	log_message(LOG_INFO, "reload done: configuration %u serves with %u workers",
		generation->number, generation->conf->workers);
}

void reload_refused(struct reload *reload, const struct run *run, const struct fault *fault)
{
	if (reload->by_files)
		reload->refused = reload->seen;
	reload->by_files = false;
	if (reload->keyholder.pid == 0) /* the next attempt waits longer */
		slot_ended(&reload->keyholder, clock_monotonic_ms());
	if (fault->text[0] != '\0')
		log_message(LOG_ERROR, "%s", fault->text);
	log_message(LOG_ERROR, "reload refused, the old configuration goes on");
	shared_count(&run->shared, COUNTER_RELOADS_REFUSED);
	front_ready(run); /* it serves on */
}
