/*
 * kindling check: says all that is wrong before a reader finds it.
 */
#include "cli/check.h"

#include <stdarg.h>
#include <string.h>

#define LINES_MAX 200 /* nobody reads more of them at once */
#define PLACE_MAX 600 /* of a longer one the end is shown */

static const struct cli_manual manual = {
	.usage = "kindling check [-c FILE] [--OPTION VALUE]...",
	.sentences =
		"Reads the configuration, the certificates, the capsules and the store, and "
		"says on a line each\nwhat is wrong with them: values, places where nothing can "
		"be written, a certificate that has run out\nor lacks a name, a key that others "
		"can read, files that cannot be read or are in a wrong encoding,\nlinks that lead "
		"nowhere, lines of the feed page that no client takes for a post. Started as root "
		"it\nlooks with the rights of the option user. It changes nothing. It ends with 1 "
		"where anything is\nwrong, and with 0 where there are but warnings.\n",
};

__attribute__((format(printf, 4, 0))) static void tell(
	struct check *check, const char *place, const char *kind, const char *format, va_list args)
{
	char words[FAULT_TEXT_SIZE];
	size_t len = strlen(place);

	if (check->errors + check->warnings > LINES_MAX)
		return;
	progress_end(&check->progress);
	(void)vsnprintf(words, sizeof(words), format, args);
	(void)conf_complain("%s%s: %s%s", len > PLACE_MAX ? "…" : "",
		len > PLACE_MAX ? place + len - PLACE_MAX : place, kind, words);
}

void check_error(struct check *check, const char *place, const char *format, ...)
{
	va_list args;

	check->errors++;
	va_start(args, format);
	tell(check, place, "", format, args);
	va_end(args);
}

void check_warning(struct check *check, const char *place, const char *format, ...)
{
	va_list args;

	check->warnings++;
	va_start(args, format);
	tell(check, place, "warning: ", format, args);
	va_end(args);
}

void check_note(struct check *check, const char *place, const char *format, ...)
{
	va_list args;

	progress_end(&check->progress);
	printf("%s: ", place);
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* The last line, whatever came before it. */
static int conclude(struct check *check, bool configured)
{
	size_t errors = check->errors, warnings = check->warnings, told = errors + warnings;

	progress_end(&check->progress);
	if (told > LINES_MAX)
		(void)conf_complain("and %zu more", told - LINES_MAX);
	if (!configured)
		printf("The configuration is wrong. ");
	if (told > 0)
		printf("%zu error%s, %zu warning%s.\n", errors, plural(errors), warnings,
			plural(warnings));
	else if (configured)
		printf("Everything is in order: %zu capsule%s.\n", check->conf->capsule_count,
			plural(check->conf->capsule_count));
	else
		printf("What else could be looked at is in order.\n");
	return configured && errors == 0 ? CLI_DONE : CLI_FAILED;
}

/* Each part is told of by itself: a mistake in one hides nothing of the other. */
static int check_all(struct cli_setup *setup, bool configured)
{
	struct check check = {.conf = setup->conf, .arena = &setup->arena};
	const struct conf_capsule *end = check.conf->capsules + check.conf->capsule_count;
	bool was_root = false;

	progress_begin(&check.progress, "Checking");
	if (configured)
		check_addresses(&check);
	for (const struct conf_capsule *capsule = check.conf->capsules; capsule < end; capsule++)
		if (capsule->sound)
			check_certificate(&check, capsule);
	/* Of a wrong configuration any of the server's own options may be a default by mistake. */
	if (configured) {
		was_root = check_user(&check);
		check_places(&check);
		check_store_file(&check);
	}
	for (const struct conf_capsule *capsule = check.conf->capsules; capsule < end; capsule++) {
		if (!capsule->sound)
			continue;
		check_certificate_rights(&check, capsule, was_root);
		check_capsule(&check, capsule);
	}
	return conclude(&check, configured);
}

int cli_check(int argc, char **argv)
{
	struct cli_setup setup;
	bool ready = cli_configure(&setup, argc, argv, &manual);
	int code = setup.exit;

	if (ready && setup.words[0] != NULL)
		code = cli_refuse_word(setup.words[0], manual.usage);
	else if (ready || (code == CLI_FAILED && setup.conf != NULL))
		code = check_all(&setup, ready);
	arena_end(&setup.arena);
	return code;
}
