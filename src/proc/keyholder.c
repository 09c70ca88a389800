/*
 * The keyholder's life: read, drop, make, seal, serve.
 *
 * The first word to the master is one write: a byte, then which keys there are, or what is wrong.
 */
#include "proc/keyholder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/privileges.h"
#include "proc/fence.h"

struct word {
	char verdict; /* '+' or '-' */
	union {
		struct keys_held held;
		struct fault fault; /* the text's end ends the word */
	};
};

bool keyholder_prepare_certificate(
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

/* Those whose files are there, which only root may be able to read: *missing counts the others. */
static bool read_present(const struct conf *conf, struct keys *keys, bool *read, size_t *missing,
	struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;

		if (!certificate_files_for(capsule->certs, capsule->host, &files, fault))
			return false;
		read[i] = certificate_look(&files, fault) == CERTIFICATE_PRESENT;
		if (!read[i])
			(*missing)++;
		else if (!keys_read(keys, i, &files, fault))
			return false;
	}
	return true;
}

/* Those that are made now belong to the user that this process has become. */
static bool read_missing(
	const struct conf *conf, struct keys *keys, const bool *read, struct fault *fault)
{
	for (size_t i = 0; i < conf->capsule_count; i++) {
		struct certificate_files files;

		if (!read[i] &&
			(!keyholder_prepare_certificate(&conf->capsules[i], &files, fault) ||
				!keys_read(keys, i, &files, fault)))
			return false;
	}
	return true;
}

static bool read_all(const struct conf *conf, struct keys *keys, struct fault *fault)
{
	/* So that also those of missing certificates can be kept out of swap, without root. */
	const struct rlimit endless = {RLIM_INFINITY, RLIM_INFINITY};

	(void)setrlimit(RLIMIT_MEMLOCK, &endless);

	bool *read = calloc(conf->capsule_count, sizeof *read);
	size_t missing = 0;

	if (read == NULL)
		return fault_set(fault, "no memory left for the keys");

	bool done = read_present(conf, keys, read, &missing, fault) &&
		    (conf->user[0] == '\0' || privileges_drop(conf->user, fault)) &&
		    (missing == 0 || read_missing(conf, keys, read, fault));
	free(read);
	return done;
}

static bool say(int ready, const struct word *word)
{
	size_t size = offsetof(struct word, held) +
		      (word->verdict == '+' ? sizeof word->held : strlen(word->fault.text));

	return fd_write(ready, (struct span){(const char *)word, size});
}

/* The master decides when it is over, by closing what leads here. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE};
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &action, NULL);
	action.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &action, NULL);
}

int keyholder_run(const struct keyholder_setup *setup)
{
	struct word word = {.verdict = '-', .fault = {""}};
	struct keys *keys = keys_new(setup->conf->capsule_count, &word.fault);
	int ready = setup->ready, control = setup->control;
	bool done = false;

	ignore_signals();
	if (keys != NULL && read_all(setup->conf, keys, &word.fault) &&
		privileges_seal(&word.fault) && fence_keyholder(setup->conf, &word.fault))
		word = (struct word){.verdict = '+', .held = keys_held(keys)};

	bool heard = say(ready, &word);

	fd_close(&ready);
	if (heard && word.verdict == '+') {
		struct fault fault;

		done = keys_serve(keys, control, &fault);
		if (!done)
			log_message(LOG_ERROR, "the keyholder: %s", fault.text);
	}
	fd_close(&control);
	keys_free(keys);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

enum keyholder_word keyholder_hear(int ready, struct keys_held *held, struct fault *fault)
{
	struct word word = {.verdict = 0};
	ssize_t got;

	do
		got = read(ready, &word, sizeof word);
	while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return KEYHOLDER_SILENT;
	if (got == (ssize_t)(offsetof(struct word, held) + sizeof *held) && word.verdict == '+') {
		*held = word.held;
		return KEYHOLDER_READY;
	}
	if (got > 1 && word.verdict == '-') {
		word.fault.text[sizeof word.fault.text - 1] = '\0';
		fault_set(fault, "%s", word.fault.text);
	} else {
		fault_set(fault, "the keyholder ended before it had read the keys");
	}
	return KEYHOLDER_FAILED;
}
