/*
 * kindling restore: a copy that kindling backup made, put in the place of the store.
 */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "os/fd.h"
#include "store/transfer.h"
#include "tls/secret.h"

#define CHECKSUM_MAX ((size_t)16384) /* a line with a long path in it */

static const struct cli_manual manual = {
	.usage = "kindling restore [-c FILE] [--OPTION VALUE]... [--without-checksum] COPY",
	.sentences =
		"Puts what the file COPY holds in place of all that the store holds, at once: what "
		"was written since\nthe copy was made is gone. The copy is held against "
		"COPY.sha256 "
		"and looked over first, and an older\nprogram's copy is brought up to date. The "
		"server may run. Without -c or --store the store is\nvar/kindling.db below the "
		"current folder.\n\n"
		"--without-checksum  does without COPY.sha256\n",
};

/* "HASH  NAME", as sha256sum writes it; a name that it escapes has a backslash before the line. */
static bool is_checksum(struct span line, const char *hash)
{
	if (span_starts_with(line, SPAN_LIT("\\")))
		line = span_skip(line, 1);
	return span_equal_nocase(span_take(line, SECRET_HEX_SIZE - 1), span_of(hash));
}

static bool check_sum(const char *copy, struct arena *arena, struct fault *fault)
{
	const char *path = arena_printf(arena, "%s.sha256", copy);
	char hash[SECRET_HEX_SIZE];
	struct span text;

	if (path == NULL)
		return fault_set(fault, "memory is out");
	if (access(copy, R_OK) != 0)
		return fault_set(fault, "cannot read %s: %s", copy, strerror(errno));
	if (access(path, F_OK) != 0)
		return fault_set(fault,
			"there is no %s to hold the copy against: if you trust the copy, go on "
			"with "
			"--without-checksum, or make it with sha256sum %s >%s",
			path, copy, path);
	if (!file_read(path, CHECKSUM_MAX, arena, &text, fault))
		return false;
	if (!secret_hash_file(copy, hash))
		return fault_set(fault, "cannot read %s: %s", copy, strerror(errno));
	return is_checksum(text, hash) ||
	       fault_set(fault,
		       "%s is not what %s was made of: it is damaged, or another file; nothing was "
		       "restored",
		       copy, path);
}

static int restore(const struct cli_setup *setup, bool unchecked, struct arena *arena)
{
	const char *copy = setup->words[0];
	struct progress progress;
	struct fault fault;
	bool well = unchecked || check_sum(copy, arena, &fault);

	progress_begin(&progress, "Restoring");
	well = well && store_restore(setup->conf->store, copy, progress_tell, &progress, &fault);
	progress_end(&progress);
	if (!well) {
		(void)conf_complain("%s", fault.text);
		return CLI_FAILED;
	}
	printf("%s holds what %s holds now.\n", setup->conf->store, copy);
	return CLI_DONE;
}

int cli_restore(int argc, char **argv)
{
	struct cli_switch switches[] = {{.flag = "--without-checksum"}, {.flag = NULL}};
	struct cli_setup setup;

	cli_take_switches(&argc, argv, switches);

	bool ready = cli_configure(&setup, argc, argv, &manual);
	int code = setup.exit;

	if (ready && setup.words[0] == NULL) {
		code = cli_refuse("a word is missing: the copy to restore", manual.usage);
	} else if (ready && setup.words[1] != NULL) {
		code = cli_refuse_word(setup.words[1], manual.usage);
	} else if (ready) {
		code = restore(&setup, switches[0].given, &setup.arena);
	}
	arena_end(&setup.arena);
	return code;
}
