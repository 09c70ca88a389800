/*
 * kindling check: the certificate of a capsule, and who else can get at its key.
 */
#include "cli/check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/fd.h"
#include "tls/flaws.h"

#define SOON_DAYS     30
#define SECONDS_A_DAY (24 * 3600)
#define RENEW         "kindling cert renew makes a new one for the same key"

struct subject {
	struct check *check;
	const struct conf_capsule *capsule;
	struct certificate_files files;
	struct certificate_names names;
};

/* The folder of the certificates may be shown to all, but whoever can write to it can put another
 * key there. */
static void check_folder(struct subject *subject)
{
	const char *folder = subject->capsule->certs;
	struct stat info;

	if (stat(folder, &info) == 0 && (info.st_mode & S_IWOTH) != 0)
		check_error(subject->check, folder,
			"everybody can write to the folder of the keys: chmod o-w %s", folder);
	else if (stat(folder, &info) == 0 && (info.st_mode & S_IWGRP) != 0)
		check_warning(subject->check, folder,
			"its group can write to the folder of the keys: chmod g-w %s, unless that "
			"is "
			"meant",
			folder);
}

static void check_key(struct subject *subject)
{
	const char *key = subject->files.key;
	struct stat info;

	if (stat(key, &info) != 0)
		check_error(subject->check, key, "cannot look at it: %s", strerror(errno));
	else if ((info.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		check_error(subject->check, key,
			"the key can be read or changed by others than its owner: chmod 600 %s",
			key);
	else if ((info.st_mode & S_IRGRP) != 0)
		check_warning(subject->check, key,
			"its group can read the key: chmod 600 %s, unless that is meant", key);
}

static void check_dates(struct subject *subject, const struct certificate_summary *summary)
{
	int64_t now = clock_wall_seconds();
	const char *file = subject->files.certificate;
	const struct identity *dates = &summary->identity;
	char begin[CLOCK_TIME_SIZE];

	clock_format_time(dates->not_before, begin);
	if (now > dates->not_after)
		check_error(subject->check, file, "the certificate has run out, on %s: " RENEW,
			summary->not_after);
	else if (now < dates->not_before)
		check_error(subject->check, file,
			"the certificate is not valid yet: it begins on %s; look at the clock, "
			"or " RENEW,
			begin);
	else if (dates->not_after - now < (int64_t)SOON_DAYS * SECONDS_A_DAY)
		check_warning(subject->check, file,
			"the certificate runs out within %d days, on %s: " RENEW, SOON_DAYS,
			summary->not_after);
}

static void check_names(struct subject *subject)
{
	struct certificate_names rest = subject->names;
	struct fault fault;
	size_t uncovered = 0;

	for (; rest.count > 0; rest.names += uncovered + 1, rest.count -= uncovered + 1) {
		if (!certificate_first_uncovered(&subject->files, rest, &uncovered, &fault))
			return; /* it was there a moment ago, and the next look will tell */
		if (uncovered == rest.count)
			return;
		check_error(subject->check, subject->files.certificate,
			"the certificate is not made out to %s: " RENEW, rest.names[uncovered]);
	}
}

static void hear_of_flaw(void *context, enum flaw_weight weight, const char *words)
{
	struct subject *subject = context;
	const char *file = subject->files.certificate;

	switch (weight) {
	case FLAW_NOTE:
		check_note(subject->check, file, "%s", words);
		break;
	case FLAW_WARNING:
		check_warning(subject->check, file, "%s", words);
		break;
	case FLAW_ERROR:
		check_error(subject->check, file, "%s", words);
		break;
	}
}

static void check_present(struct subject *subject)
{
	struct check *check = subject->check;
	struct certificate_summary summary;
	struct fault fault;
	size_t errors = check->errors;

	check_key(subject);
	if (!certificate_read(&subject->files, &summary, &fault) ||
		!flaws_find(&subject->files, hear_of_flaw, subject, &fault)) {
		check_error(check, subject->capsule->host, "%s", fault.text);
		return;
	}
	check_dates(subject, &summary);
	check_names(subject);
	if (check->errors == errors)
		check_note(check, subject->capsule->host, "the certificate is valid until %s",
			summary.not_after);
}

static bool begin(struct subject *subject, struct check *check, const struct conf_capsule *capsule)
{
	struct fault fault;

	*subject = (struct subject){.check = check, .capsule = capsule};
	if (cli_certificate_of(capsule, &subject->files, &subject->names, &fault))
		return true;
	check_error(check, capsule->host, "%s", fault.text);
	return false;
}

void check_certificate(struct check *check, const struct conf_capsule *capsule)
{
	struct subject subject;
	struct fault fault;

	if (!begin(&subject, check, capsule))
		return;
	check_folder(&subject);
	switch (certificate_look(&subject.files, &fault)) {
	case CERTIFICATE_PRESENT:
		check_present(&subject);
		break;
	case CERTIFICATE_ABSENT:
		break; /* check_certificate_rights */
	case CERTIFICATE_HALF:
		check_error(check, conf_place(check->conf, capsule, "certs", check->arena), "%s",
			fault.text);
	}
}

void check_certificate_rights(
	struct check *check, const struct conf_capsule *capsule, bool was_root)
{
	struct subject subject;
	struct fault fault;

	if (!begin(&subject, check, capsule))
		return;
	if (certificate_look(&subject.files, &fault) == CERTIFICATE_ABSENT) {
		if (file_can_be_made(subject.files.certificate, true, &fault))
			check_note(check, capsule->host, "the certificate will be made in %s",
				capsule->certs);
		else
			check_error(check, conf_place(check->conf, capsule, "certs", check->arena),
				"%s", fault.text);
	} else if (was_root && access(subject.files.key, R_OK) != 0) {
		check_warning(check, subject.files.key,
			"root alone can read the key, so that no reload takes another one: chown "
			"%s "
			"%s",
			check->conf->user, subject.files.key);
	}
}
