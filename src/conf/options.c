/*
 * The one table of options, and what is printed from it.
 */
#include "conf/option.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "conf/check.h"

#define SERVER(field) .name = #field, .scope = OPTION_SERVER, .offset = offsetof(struct conf, field)
#define CAPSULE(field)                                                                             \
	.name = #field, .scope = OPTION_CAPSULE, .offset = offsetof(struct conf_capsule, field)

#define TEXT            .type = OPTION_TEXT
#define TEXTS(lo, hi)   .type = OPTION_TEXTS, .min = (lo), .max = (hi)
#define SWITCH          .type = OPTION_SWITCH, .argument = "yes|no"
#define NUMBER(lo, hi)  .type = OPTION_NUMBER, .min = (lo), .max = (hi), .argument = "NUMBER"
#define SECONDS(lo, hi) .type = OPTION_SECONDS, .min = (lo), .max = (hi), .argument = "SECONDS"
#define CHOICE(words)   .type = OPTION_CHOICE, .choices = (words), .argument = "WORD"

/* clang-format off */
const struct option option_table[] = {
	{SERVER(listen), TEXTS(1, 64), .initial = "0.0.0.0:1965 [::]:1965", .check = check_listen,
		.argument = "ADDRESS:PORT",
		.sentence = "Where to listen; port 0 takes any free one; unix:/PATH is a socket of the "
			"file system. May be repeated."},
	{SERVER(workers), NUMBER(0, CONF_WORKERS_MAX), .initial = "0",
		.sentence = "How many processes serve; 0 for one per core."},
	{SERVER(store), TEXT, .initial = "sqlite:var/kindling.db", .check = check_store,
		.argument = "sqlite:PATH",
		.sentence = "Where comments and people are kept."},
	{SERVER(user), TEXT, .initial = "", .argument = "NAME",
		.sentence = "The user to become, for good, where root starts it."},
	{SERVER(keyholder), SWITCH, .initial = "yes",
		.sentence = "Whether private keys are kept in a process of their own, which signs."},
	{SERVER(sandbox), SWITCH, .initial = "yes",
		.sentence = "Whether the system fences the workers in: their files and system calls."},
	{SERVER(log), CHOICE("text common combined json off"), .initial = "text",
		.sentence = "How each request is logged: text, common, combined, json or off."},
	{SERVER(log_to), TEXT, .initial = "stderr", .check = check_log_to,
		.argument = "WHERE",
		.sentence = "Where the log goes: stderr, syslog, journal or a file's path; SIGUSR1 "
			"opens the file anew."},
	{SERVER(log_level), CHOICE("error warning info debug"), .initial = "info",
		.sentence = "The least important messages that are logged: error, warning, info or "
			"debug."},
	{SERVER(log_addresses), CHOICE("none truncated full"), .initial = "none",
		.sentence = "How much of a reader's address is logged: none, truncated (/24 or /48) "
			"or full."},
	{SERVER(ready_file), TEXT, .initial = "", .argument = "PATH",
		.sentence = "A file to write once serving: an address and a port on each line."},
	{SERVER(control), TEXT, .initial = "var/kindling.sock", .check = check_control,
		.argument = "PATH",
		.sentence = "The socket at which kindling stats asks the running server."},
	{SERVER(max_connections), NUMBER(1, 1000000), .initial = "16384",
		.sentence = "How many connections are held at once."},
	{SERVER(max_connections_per_address), NUMBER(1, 1000000), .initial = "64",
		.sentence = "How many of them from one address, or one IPv6 /64."},
	{SERVER(max_connections_per_network), NUMBER(1, 1000000), .initial = "512",
		.sentence = "How many of them from one network: an IPv4 /24, an IPv6 /48."},
	{SERVER(requests_per_minute), NUMBER(0, 1000000), .initial = "0",
		.sentence = "How many requests one address, or IPv6 /64, can make in a minute before "
			"it is answered 44; 0 for any number."},
	{SERVER(requests_per_minute_per_network), NUMBER(0, 1000000), .initial = "0",
		.sentence = "The same of one network: an IPv4 /24, an IPv6 /48."},
	{SERVER(allow), TEXTS(0, 1000), .initial = "", .check = check_range, .argument = "RANGE",
		.sentence = "Whom to let in, as in 192.0.2.0/24; where there is any, nobody else. Of "
			"several ranges the narrowest decides. May be repeated."},
	{SERVER(deny), TEXTS(0, 1000), .initial = "", .check = check_range, .argument = "RANGE",
		.sentence = "Whom to keep out. May be repeated."},
	{SERVER(proxies), TEXTS(0, 64), .initial = "", .check = check_range, .argument = "RANGE",
		.sentence = "Proxies whose connections begin with a PROXY header, as in 192.0.2.7 or "
			"unix. May be repeated."},
	{SERVER(min_rate), NUMBER(0, 1000000), .initial = "256",
		.sentence = "How many bytes a second a reader has to take of an answer, or send of an "
			"upload; 0 for any number."},
	{SERVER(handshake_timeout), SECONDS(1, 3600), .initial = "10",
		.sentence = "How long the TLS handshake may take."},
	{SERVER(request_timeout), SECONDS(1, 3600), .initial = "10",
		.sentence = "How long the request may take to arrive."},
	{SERVER(answer_timeout), SECONDS(1, 3600), .initial = "30",
		.sentence = "How long finding the answer may take."},
	{SERVER(write_timeout), SECONDS(1, 3600), .initial = "30",
		.sentence = "Over how long min_rate is measured while a reader takes the answer."},
	{SERVER(upload_timeout), SECONDS(1, 3600), .initial = "30",
		.sentence = "The same while an upload arrives."},
	{SERVER(close_timeout), SECONDS(1, 3600), .initial = "5",
		.sentence = "How long closing a connection may take."},
	{SERVER(drain_timeout), SECONDS(0, 3600), .initial = "30",
		.sentence = "How long running answers may go on after SIGTERM."},
	{SERVER(worker_timeout), SECONDS(5, 3600), .initial = "60",
		.sentence = "How long a worker may stand still before it is killed and replaced."},

	{CAPSULE(host), TEXT, .is_title = true, .initial = "localhost", .check = check_host,
		.argument = "NAME",
		.sentence = "The capsule's host name."},
	{CAPSULE(aliases), TEXTS(0, 256), .initial = "", .check = check_alias, .argument = "NAME",
		.sentence = "Another name or IP address of the capsule, or *.example.org. May be "
			"repeated."},
	{CAPSULE(root), TEXT, .initial = "capsule", .check = check_folder, .argument = "FOLDER",
		.sentence = "The folder that is served."},
	{CAPSULE(certs), TEXT, .initial = "certs", .check = check_folder, .argument = "FOLDER",
		.sentence = "The folder of HOST.crt and HOST.key, which are made where missing."},
	{CAPSULE(lang), TEXT, .initial = "en", .check = check_lang, .argument = "TAG",
		.sentence = "The language of the gemtext pages; several with commas."},
	{CAPSULE(feed), TEXT, .initial = "/index.gmi", .check = check_feed, .argument = "PATH",
		.sentence = "The page whose dated links are the posts."},
	{CAPSULE(comments), SWITCH, .initial = "yes",
		.sentence = "Whether readers can comment."},
	{CAPSULE(listing), SWITCH, .initial = "no",
		.sentence = "Whether a folder without an index.gmi is listed."},
	{CAPSULE(contact), TEXT, .initial = "", .check = check_contact, .argument = "URI",
		.sentence = "How to reach the author, as in mailto:me@example.org; shown under posts."},
	{CAPSULE(owner), TEXTS(0, 64), .initial = "", .check = check_fingerprint,
		.argument = "FINGERPRINT",
		.sentence = "The SHA-256 of an owner's public key. May be repeated."},
	{CAPSULE(commenting), CHOICE("open first-held all-held closed"), .initial = "open",
		.sentence = "Which comments wait for a moderator: none (open), a person's first "
			"ones (first-held) or all (all-held); closed takes none but moderators' and owners'."},
	{CAPSULE(close_after), NUMBER(0, 36500), .initial = "0",
		.sentence = "How many days from its date on a post takes comments; 0 for ever."},
	{CAPSULE(registration), CHOICE("open invitation closed"), .initial = "open",
		.sentence = "Who can register: anybody, whoever has an invitation, or nobody."},
	{CAPSULE(held_words), TEXTS(0, 1000), .initial = "", .check = check_word,
		.argument = "WORD",
		.sentence = "A word whose comments wait for a moderator. May be repeated."},
	{CAPSULE(comments_per_hour), NUMBER(1, 1000), .initial = "10",
		.sentence = "How many comments one person can leave in an hour."},
	{CAPSULE(types), TEXTS(0, 256), .initial = "", .check = check_media_type,
		.argument = "EXT=TYPE",
		.sentence = "A type for a file name's extension, as in txt=text/gemini. May be "
			"repeated."},
};
/* clang-format on */

const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);

void option_spell_flag(const struct option *option, char flag[OPTION_FLAG_SIZE])
{
	int len = snprintf(flag, OPTION_FLAG_SIZE, "%s", option->name);

	CHECK(len > 0 && len < OPTION_FLAG_SIZE);
	for (char *c = flag; *c != '\0'; c++)
		if (*c == '_')
			*c = '-';
}

void option_list_names(enum option_scope scope, bool as_flags, char names[OPTION_NAMES_SIZE])
{
	size_t used = 0;

	names[0] = '\0';
	for (size_t i = 0; i < option_count; i++) {
		const struct option *option = &option_table[i];
		char flag[OPTION_FLAG_SIZE];

		if (option->scope != scope || (option->is_title && !as_flags))
			continue;
		option_spell_flag(option, flag);

		int len = snprintf(names + used, OPTION_NAMES_SIZE - used, "%s%s",
			used == 0 ? "" : ", ", as_flags ? flag : option->name);

		CHECK(len > 0 && (size_t)len < OPTION_NAMES_SIZE - used);
		used += (size_t)len;
	}
}

const struct option *option_by_name(struct span name)
{
	for (size_t i = 0; i < option_count; i++)
		if (span_equal(span_of(option_table[i].name), name))
			return &option_table[i];
	return NULL;
}

const struct option *option_by_flag(struct span flag)
{
	for (size_t i = 0; i < option_count; i++) {
		char spelled[OPTION_FLAG_SIZE];

		option_spell_flag(&option_table[i], spelled);
		if (span_equal(span_of(spelled), flag))
			return &option_table[i];
	}
	return NULL;
}

static void print_option(const struct option *option)
{
	char flag[OPTION_FLAG_SIZE];

	option_spell_flag(option, flag);
	printf("  --%s ", flag);
	if (option->choices == NULL)
		printf("%s", option->argument);
	else
		for (const char *c = option->choices; *c != '\0'; c++)
			putchar(*c == ' ' ? '|' : *c);
	printf("\n      %s\n", option->sentence);
	printf("      Default: %s\n", option->initial[0] == '\0' ? "none" : option->initial);
}

void conf_print_options(void)
{
	printf("Options:\n"
	       "  -c, --config FILE\n"
	       "      Reads a configuration file; see kindling.conf(5). Flags win over it.\n"
	       "\nThe server, in a file with _ for each hyphen inside a name:\n");
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].scope == OPTION_SERVER)
			print_option(&option_table[i]);
	printf("\nThe one capsule that flags describe, where no file does:\n");
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].scope == OPTION_CAPSULE)
			print_option(&option_table[i]);
}
