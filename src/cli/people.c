/*
 * kindling people: who they are, what they may, and codes for them.
 */
#include "cli/cli.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/people_lists.h"
#include "cli/print.h"
#include "comments/codes.h"
#include "comments/rules.h"
#include "store/codes.h"

static const struct cli_manual manual = {
	.usage = "kindling people list|log [HOST]\n"
		 "       kindling people show PERSON\n"
		 "       kindling people rename PERSON NAME...\n"
		 "       kindling people ban|unban|appoint|dismiss PERSON REASON...\n"
		 "       kindling people link-code PERSON\n"
		 "       kindling people owner-code [HOST]\n"
		 "       kindling people invite [HOST] WHOM...\n"
		 "       each with [-c FILE] [--OPTION VALUE]...",
	.sentences =
		"PERSON is a number, or a name: in quotes where it has blanks. HOST is needed "
		"where there are\nseveral capsules.\n\n"
		"list        prints the number, role, standing, day of registering, comments and "
		"name of each\n"
		"show        prints one person with their certificates\n"
		"rename      gives a person another name; the old one is kept from others for a "
		"while\n"
		"ban         shuts a person out with all their certificates, and leaves their "
		"comments as they are;\n            unban lets them in again\n"
		"appoint     makes a reader a moderator; dismiss makes a moderator or owner a "
		"reader, but for\n            owners by the configuration\n"
		"link-code   makes a code with which a person who lost their certificate links "
		"another\n"
		"owner-code  makes a code with which a registered person becomes an owner\n"
		"invite      makes a code with which somebody can register where that needs one\n"
		"log         prints who moderated what, when and why, newest first\n"
		"\nA code is printed once, works once, and is kept as a hash "
		"alone.\n" SHELL_STORE_SENTENCE "\n",
};

static const struct conf_capsule *capsule_of(const struct shell *shell, struct span host)
{
	for (size_t i = 0; i < shell->conf->capsule_count; i++)
		if (span_equal(span_of(shell->conf->capsules[i].host), host))
			return &shell->conf->capsules[i];
	(void)conf_complain(
		"the person is of %.*s, which is no capsule of this configuration", SPAN_ARG(host));
	return NULL;
}

static bool join_words(struct arena *arena, char **words, struct span *joined)
{
	struct buf text;

	buf_init(&text, arena, NAME_BYTES_MAX + 1);
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : " ", words[i]);
	*joined = buf_view(&text);
	return !buf_failed(&text) || conf_complain("that name is too long");
}

static int rename_person(struct shell *shell, char **words, const struct shell_action *action)
{
	const struct conf_capsule *capsule;
	struct span host, typed, name, folded;
	struct store_person person;
	const char *wrong;

	(void)action;
	if (!shell_find_person(shell, words[0], &host, &person) ||
		(capsule = capsule_of(shell, host)) == NULL ||
		!join_words(shell->arena, words + 1, &typed))
		return CLI_FAILED;
	wrong = rules_check_name(typed,
		(struct host_names){capsule->names.items, capsule->names.count}, shell->arena,
		&name, &folded);
	if (wrong != NULL) {
		(void)conf_complain("%.*s: %s", SPAN_ARG(typed), wrong);
		return CLI_FAILED;
	}
	if (!shell_is_well(store_person_rename(
				   shell->store, person.id, name, folded, clock_wall_seconds()),
		    "that name"))
		return CLI_FAILED;
	printf("Person %" PRId64 " is ", person.id);
	print_text(name);
	printf(" now.\n");
	return CLI_DONE;
}

/* Whom the configuration makes an owner stays one whatever the store says of them, and a ban would
 * lock them out of what they own. */
static bool is_ours_to_judge(const struct shell *shell, struct span host, int64_t person)
{
	char key[SECRET_HEX_SIZE];

	if (!shell_is_well(people_find_owner_key(shell, host, person, shell->arena, key),
		    "the certificates"))
		return false;
	return key[0] == '\0' ||
	       conf_complain("person %" PRId64 " is an owner by the configuration: take %s out of "
			     "owner there, and start the server anew, first",
		       person, key);
}

static int moderate(struct shell *shell, char **words, const struct shell_action *action)
{
	struct store_person person;
	struct span host;

	if (!shell_find_person(shell, words[0], &host, &person))
		return CLI_FAILED;

	const char *what = arena_printf(shell->arena, "person %" PRId64, person.id);

	if ((action->act == STORE_ACT_BAN || action->act == STORE_ACT_DISMISS) &&
		!is_ours_to_judge(shell, host, person.id))
		return CLI_FAILED;
	if (what == NULL || !shell_moderate(shell, action, words + 1, host, person.id, what))
		return CLI_FAILED;
	print_name(person.name);
	printf(" (person %" PRId64 ") %s.\n", person.id, action->done);
	return CLI_DONE;
}

/* Makes a code and prints it, alone on its line, so that a script can take it. */
static bool make_code(const struct shell *shell, struct store_code_new *code, int64_t seconds)
{
	struct code made;

	if (!code_make(CODE_SHORT, &made))
		return conf_complain("the system gives no random bytes for a code");
	code->hash = made.hash;
	code->now = clock_wall_seconds();
	code->expires = code->now + seconds;

	enum store_result result = store_code_make(shell->store, code);

	code->hash = NULL; /* that was of this function alone */
	if (!shell_is_well(result, "a code"))
		return false;
	printf("%s\n", made.text);
	return true;
}

static void tell_where(
	const struct shell *shell, const struct store_code_new *code, const char *path)
{
	printf("It is typed at ");
	shell_print_url(shell, code->capsule, "%s", path);
	printf(", works once, and ends at ");
	print_time(code->expires);
	printf(".\n");
}

static int make_link_code(struct shell *shell, char **words, const struct shell_action *action)
{
	struct store_code_new code = {.kind = STORE_CODE_LINK};
	struct store_person person;

	(void)action;
	if (!shell_find_person(shell, words[0], &code.capsule, &person))
		return CLI_FAILED;
	if (person.standing != STORE_ACTIVE) {
		(void)conf_complain("%s: %s", words[0],
			person.standing == STORE_LEFT
				? "this person has left, and cannot come back"
				: "this person is banned: kindling people unban first");
		return CLI_FAILED;
	}
	code.person = person.id;
	if (!make_code(shell, &code, CODE_LINK_SECONDS))
		return CLI_FAILED;
	printf("With this code ");
	print_name(person.name);
	printf(" (person %" PRId64 ") links another certificate: the one that is shown with it.\n",
		person.id);
	tell_where(shell, &code, "/comments/link");
	return CLI_DONE;
}

static int make_owner_code(struct shell *shell, char **words, const struct shell_action *action)
{
	const struct conf_capsule *capsule = shell_only_capsule(shell, words);
	struct store_code_new code = {.kind = STORE_CODE_OWNER};

	(void)action;
	if (capsule == NULL)
		return CLI_USAGE;
	code.capsule = span_of(capsule->host);
	if (!make_code(shell, &code, CODE_OWNER_SECONDS))
		return CLI_FAILED;
	printf("With this code a registered person becomes an owner of %s. Former ones are void.\n",
		capsule->host);
	tell_where(shell, &code, "/comments/account/owner");
	return CLI_DONE;
}

static int invite(struct shell *shell, char **words, const struct shell_action *action)
{
	char **first = words;
	const struct conf_capsule *capsule = shell_capsule(shell, &words);
	struct store_code_new code = {.kind = STORE_CODE_INVITATION};

	if (capsule == NULL)
		return CLI_USAGE;
	if (words[0] == NULL)
		return shell_miss(shell, action, first, 1, action->needs); /* a host alone */
	if (capsule->registration != REGISTRATION_INVITATION) {
		(void)conf_complain(
			"%s: registration is %s: nobody needs an invitation, or nobody can "
			"use one; set registration = \"invitation\" first",
			capsule->host,
			capsule->registration == REGISTRATION_OPEN ? "open" : "closed");
		return CLI_FAILED;
	}
	code.capsule = span_of(capsule->host);
	/* The log has it first: an invitation that it does not know of must not be. */
	if (!shell_moderate(shell, action, words, code.capsule, 0, "the invitation") ||
		!make_code(shell, &code, CODE_INVITE_SECONDS))
		return CLI_FAILED;
	printf("With this code somebody registers at %s.\n", capsule->host);
	tell_where(shell, &code, "/comments/invitation");
	return CLI_DONE;
}

static const struct shell_action actions[] = {
	{.word = "list", .run = people_list, .most = 1},
	{.word = "show", .run = people_show, .needs = "PERSON", .most = 1},
	{.word = "rename",
		.run = rename_person,
		.needs = "PERSON NAME...",
		.most = SHELL_WORDS_MAX},
	{"ban", moderate, "PERSON REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_BAN,
		.allowed = "banned already, or gone",
		.done = "is banned, with all their certificates"},
	{"unban", moderate, "PERSON REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_UNBAN,
		.allowed = "not banned", .done = "is not banned any more"},
	{"appoint", moderate, "PERSON REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_APPOINT,
		.allowed = "only a reader who is neither banned nor gone becomes a moderator",
		.done = "is a moderator now"},
	{"dismiss", moderate, "PERSON REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_DISMISS,
		.allowed = "neither a moderator nor an owner", .done = "is a reader again"},
	{.word = "link-code", .run = make_link_code, .needs = "PERSON", .most = 1},
	{.word = "owner-code", .run = make_owner_code, .most = 1},
	{"invite", invite, "WHOM...", SHELL_WORDS_MAX, .act = STORE_ACT_INVITE,
		.allowed = "it cannot be made"},
	{.word = "log", .run = people_log, .most = 1},
	{.word = NULL},
};

int cli_people(int argc, char **argv)
{
	return shell_run(argc, argv, &manual, actions, NULL);
}
