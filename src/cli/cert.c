/*
 * kindling cert: shows, makes or renews the certificates of the capsules.
 */
#include "cli/cli.h"

#include <string.h>

static const struct cli_manual manual = {
	.usage = "kindling cert [show|make|renew] [-c FILE] [--OPTION VALUE]...",
	.sentences =
		"show   prints the file, the end, the names and the fingerprints of each capsule's "
		"certificate;\n       what is done where no word is given\n"
		"make   makes a key and a certificate for each capsule, and shows them; what is "
		"there already is\n       left as it is, and told\n"
		"renew  makes a new certificate for the key that is there, made out to the names "
		"that are\n       configured now; clients remember the key, so nobody is warned\n",
};

static bool print_certificate(const struct conf_capsule *capsule,
	const struct certificate_files *files, struct certificate_names names, struct fault *fault)
{
	struct certificate_summary summary;
	char key[IDENTITY_TEXT_SIZE], whole[IDENTITY_TEXT_SIZE];
	size_t uncovered;

	if (!certificate_read(files, &summary, fault) ||
		!certificate_first_uncovered(files, names, &uncovered, fault))
		return false;
	identity_format(summary.identity.certificate, whole);
	identity_format(summary.identity.key, key);
	printf("%s\n  Certificate: %s\n  Valid until: %s\n", capsule->host, files->certificate,
		summary.not_after);
	printf("  SHA-256 of the certificate: %s\n  SHA-256 of the public key:  %s\n  Names: ",
		whole, key);
	for (size_t i = 0; i < names.count; i++)
		printf("%s%s", i == 0 ? "" : ", ", names.names[i]);
	putchar('\n');
	if (uncovered < names.count)
		return fault_set(fault,
			"it is not made out to %s: kindling cert renew makes a new one for the "
			"same key",
			names.names[uncovered]);
	return true;
}

static bool show(const struct conf_capsule *capsule, const struct certificate_files *files,
	struct certificate_names names, struct fault *fault)
{
	switch (certificate_look(files, fault)) {
	case CERTIFICATE_ABSENT:
		return fault_set(fault,
			"there is no certificate at %s: kindling cert make makes one, and so does "
			"kindling serve",
			files->certificate);
	case CERTIFICATE_HALF:
		return false;
	case CERTIFICATE_PRESENT:
		break;
	}
	return print_certificate(capsule, files, names, fault);
}

static bool make(const struct conf_capsule *capsule, const struct certificate_files *files,
	struct certificate_names names, struct fault *fault)
{
	return certificate_make(files, names, fault) &&
	       print_certificate(capsule, files, names, fault);
}

static bool renew(const struct conf_capsule *capsule, const struct certificate_files *files,
	struct certificate_names names, struct fault *fault)
{
	return certificate_renew(files, names, fault) &&
	       print_certificate(capsule, files, names, fault);
}

typedef bool action(const struct conf_capsule *capsule, const struct certificate_files *files,
	struct certificate_names names, struct fault *fault);

static action *find_action(const char *word)
{
	static const struct {
		const char *word;
		action *run;
	} actions[] = {{"show", show}, {"make", make}, {"renew", renew}};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].word, word) == 0)
			return actions[i].run;
	return NULL;
}

static int run_for_all(const struct conf *conf, action *run)
{
	int code = CLI_DONE;

	for (size_t i = 0; i < conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &conf->capsules[i];
		struct certificate_files files;
		struct certificate_names names;
		struct fault fault;

		if (cli_certificate_of(capsule, &files, &names, &fault) &&
			run(capsule, &files, names, &fault))
			continue;
		(void)conf_complain("%s: %s", capsule->host, fault.text);
		code = CLI_FAILED;
	}
	return code;
}

int cli_cert(int argc, char **argv)
{
	struct cli_setup setup;
	bool ready = cli_configure(&setup, argc, argv, &manual);
	int code = setup.exit;

	if (ready) {
		const char *word = setup.words[0] != NULL ? setup.words[0] : "show";
		const char *extra = setup.words[0] != NULL ? setup.words[1] : NULL;
		action *run = find_action(word);

		if (run == NULL || extra != NULL)
			code = cli_refuse_word(run == NULL ? word : extra, manual.usage);
		else
			code = run_for_all(setup.conf, run);
	}
	arena_end(&setup.arena);
	return code;
}
