/*
 * The verbs of the command line.
 */
#ifndef KINDLING_CLI_CLI_H
#define KINDLING_CLI_CLI_H

#include <stdio.h>

#include "conf/conf.h"
#include "tls/certificate.h"

/* What the program ends with. */
enum cli_exit { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli_verb {
	const char *name, *summary;
	int (*run)(int argc, char **argv); /* argv[0] is the verb */
};

/* The one table, in main.c; its end has no name. */
extern const struct cli_verb cli_verbs[];

int cli_serve(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_cert(int argc, char **argv);
int cli_comments(int argc, char **argv);
int cli_people(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_restore(int argc, char **argv);
int cli_stats(int argc, char **argv);
int cli_help(int argc, char **argv);

const struct cli_verb *cli_find_verb(const char *name); /* NULL: there is none */
void cli_print_usage(FILE *stream);

/* The configuration that a verb works with. */
struct cli_setup {
	struct arena arena;      /* holds everything below */
	const struct conf *conf; /* where it was wrong: what could be read, or NULL */
	char **words;            /* those that were no flags; NULL after the last */
	int exit;                /* where there is no configuration: what to end with */
};

/* What `help` says of a verb. */
struct cli_manual {
	const char *usage, *sentences;
	bool lists_options;
};

/* Reads the verb's command line. False: all is said already, with the usage printed where it was
 * wrong and the whole manual where that was asked for. The arena is to be ended in either case. */
bool cli_configure(struct cli_setup *setup, int argc, char **argv, const struct cli_manual *manual);

/* A flag of a verb's own, which takes no value. */
struct cli_switch {
	const char *flag; /* with its hyphens; NULL ends the table */
	bool given;
};

/* Takes those off the command line, which cli_configure would not know. `switches` may be NULL. */
void cli_take_switches(int *argc, char **argv, struct cli_switch *switches);

/* Complains of the command line, or of a word that has no place on it; CLI_USAGE. */
int cli_refuse(const char *why, const char *usage);
int cli_refuse_word(const char *word, const char *usage);

/* Where a capsule's certificate lies, and what it has to be made out to. */
bool cli_certificate_of(const struct conf_capsule *capsule, struct certificate_files *files,
	struct certificate_names *names, struct fault *fault);

#endif
