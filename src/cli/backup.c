/*
 * kindling backup: a copy of the store, and the checksum by which it is known again.
 */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "os/fd.h"
#include "store/transfer.h"
#include "text/unicode.h"
#include "tls/secret.h"

static const struct cli_manual manual = {
	.usage = "kindling backup [-c FILE] [--OPTION VALUE]... COPY",
	.sentences =
		"Copies the store into the file COPY, which must not be there, looks the copy "
		"over, and writes its\nSHA-256 into COPY.sha256, which must not be there "
		"either, as sha256sum -c reads it. The server\nmay run, and readers may write: "
		"the copy is of one moment. It is as secret as the store. Without -c\nor --store "
		"that is var/kindling.db below the current folder.\n",
};

/* sha256sum writes some such names in another way, and none of them can be printed as it is. */
static bool is_plain(struct span name)
{
	uint32_t code_point;

	if (!unicode_is_valid(name))
		return false;
	while (unicode_next(&name, &code_point))
		if (code_point == '\\' || unicode_is_invisible_control(code_point))
			return false;
	return true;
}

static bool write_checksum(
	const char *copy, const char *path, struct arena *arena, struct fault *fault)
{
	const char *slash = strrchr(copy, '/');
	char hash[SECRET_HEX_SIZE];

	if (!secret_hash_file(copy, hash))
		return fault_set(fault, "cannot read %s: %s", copy, strerror(errno));

	const char *line = arena_printf(arena, "%s  %s\n", hash, slash != NULL ? slash + 1 : copy);

	if (line == NULL)
		return fault_set(fault, "memory is out");
	return file_write(path, span_of(line), 0600, fault);
}

/* Or the complaint would be of a name that nobody typed. */
static bool is_folder_fit(const char *copy, struct arena *arena)
{
	const char *slash = strrchr(copy, '/');
	const char *folder =
		slash == NULL ? "./" : arena_printf(arena, "%.*s", (int)(slash + 1 - copy), copy);

	if (folder == NULL)
		return conf_complain("memory is out");
	return access(folder, W_OK | X_OK) == 0 ||
	       conf_complain("cannot make a copy in the folder %s: %s", folder, strerror(errno));
}

static int back_up(const struct cli_setup *setup, struct arena *arena)
{
	const char *copy = setup->words[0];
	const char *checksum = arena_printf(arena, "%s.sha256", copy);
	struct progress progress;
	struct fault fault;

	if (!is_plain(span_of(copy))) {
		(void)conf_complain("%s: name a file in UTF-8, without backslashes and characters "
				    "that nobody sees",
			copy);
		return CLI_FAILED;
	}
	if (checksum == NULL || access(checksum, F_OK) == 0) {
		(void)conf_complain("%s.sha256 is there already; name a file that has none", copy);
		return CLI_FAILED;
	}
	if (!is_folder_fit(copy, arena))
		return CLI_FAILED;
	progress_begin(&progress, "Copying");

	bool well = store_backup(setup->conf->store, copy, progress_tell, &progress, &fault);

	progress_end(&progress);
	if (well && !write_checksum(copy, checksum, arena, &fault)) {
		(void)unlink(copy);
		well = false;
	}
	if (!well) {
		(void)conf_complain("%s", fault.text);
		return CLI_FAILED;
	}
	printf("%s is copied into %s, with its checksum in %s.\n", setup->conf->store, copy,
		checksum);
	return CLI_DONE;
}

int cli_backup(int argc, char **argv)
{
	struct cli_setup setup;
	bool ready = cli_configure(&setup, argc, argv, &manual);
	int code = setup.exit;

	if (ready && setup.words[0] == NULL) {
		code = cli_refuse("a word is missing: the file to copy into", manual.usage);
	} else if (ready && setup.words[1] != NULL) {
		code = cli_refuse_word(setup.words[1], manual.usage);
	} else if (ready) {
		code = back_up(&setup, &setup.arena);
	}
	arena_end(&setup.arena);
	return code;
}
