/*
 * What `kindling people` prints: everybody, one person, the log.
 */
#include "cli/people_lists.h"

#include <inttypes.h>

#include "cli/print.h"

static const char *const standings[] = {
	[STORE_ACTIVE] = "active", [STORE_BANNED] = "banned", [STORE_LEFT] = "left"};
static const char *const roles[] = {
	[STORE_READER] = "reader", [STORE_MODERATOR] = "moderator", [STORE_OWNER] = "owner"};

static bool makes_owner(const struct shell *shell, struct span host, const char *fingerprint)
{
	for (size_t i = 0; i < shell->conf->capsule_count; i++) {
		const struct conf_capsule *capsule = &shell->conf->capsules[i];

		if (span_equal(span_of(capsule->host), host))
			return conf_makes_owner(capsule, fingerprint);
	}
	return false;
}

enum store_result people_find_owner_key(const struct shell *shell, struct span host, int64_t person,
	struct arena *arena, char key[SECRET_HEX_SIZE])
{
	struct store_certificate *items;
	size_t count;
	enum store_result result = store_certificates(shell->store, person, arena, &items, &count);

	for (size_t i = 0; result == STORE_OK && i < count; i++) {
		secret_hex(items[i].key, key);
		if (makes_owner(shell, host, key))
			return STORE_OK;
	}
	key[0] = '\0';
	return result;
}

/* The store knows nothing of owners by the configuration. */
static enum store_result find_role(const struct shell *shell, struct span host,
	const struct store_person *person, struct arena *arena, const char **role)
{
	char key[SECRET_HEX_SIZE];
	enum store_result result = people_find_owner_key(shell, host, person->id, arena, key);

	*role = result == STORE_OK && key[0] != '\0' ? "owner, by the configuration"
						     : roles[person->role];
	return result;
}

static void print_person(const struct store_person *person, const char *role)
{
	printf("%" PRId64 "  %s  %s  ", person->id, role, standings[person->standing]);
	print_date(person->registered);
	printf("  %" PRIu64 " shown, %" PRIu64 " held  ", person->comments, person->held);
	print_text(person->name);
	putchar('\n');
}

static enum store_result print_people(const struct shell *shell, struct span capsule,
	struct arena *arena, int64_t *from, bool *more)
{
	struct store_people page;
	enum store_result result =
		store_people(shell->store, capsule, *from, SHELL_PAGE, arena, &page);

	for (size_t i = 0; result == STORE_OK && i < page.count; i++) {
		const char *role;

		result = find_role(shell, capsule, &page.items[i], arena, &role);
		if (result != STORE_OK)
			break;
		print_person(&page.items[i], role);
		*from = page.items[i].id;
	}
	*more = page.more;
	return result;
}

int people_list(struct shell *shell, char **words, const struct shell_action *action)
{
	const struct conf_capsule *capsule = shell_only_capsule(shell, words);

	(void)action;
	if (capsule == NULL)
		return CLI_USAGE;
	return shell_list(shell, span_of(capsule->host), print_people, "the list") ? CLI_DONE
										   : CLI_FAILED;
}

static bool print_certificates(
	const struct shell *shell, struct span host, const struct store_person *person)
{
	struct store_certificate *items;
	char fingerprint[SECRET_HEX_SIZE];
	size_t count;

	if (!shell_is_well(
		    store_certificates(shell->store, person->id, shell->arena, &items, &count),
		    "the certificates"))
		return false;
	printf("Certificates (SHA-256 of the public key):\n");
	for (size_t i = 0; i < count; i++) {
		secret_hex(items[i].key, fingerprint);
		printf("  %s\n    linked ", fingerprint);
		print_date(items[i].added);
		printf(", last used ");
		print_date(items[i].used);
		if (items[i].ends != 0) {
			printf(", ends ");
			print_date(items[i].ends);
		}
		if (makes_owner(shell, host, fingerprint))
			printf(", an owner's by the configuration");
		putchar('\n');
	}
	return true;
}

int people_show(struct shell *shell, char **words, const struct shell_action *action)
{
	struct store_person person;
	struct span host;
	const char *role;

	(void)action;
	if (!shell_find_person(shell, words[0], &host, &person) ||
		!shell_is_well(find_role(shell, host, &person, shell->arena, &role), words[0]))
		return CLI_FAILED;
	printf("Person %" PRId64 ", ", person.id);
	print_name(person.name);
	printf("\nAt:         ");
	shell_print_url(shell, host, "/comments/people/%" PRId64, person.id);
	printf("\nRole:       %s\nStanding:   %s\nRegistered: ", role, standings[person.standing]);
	print_time(person.registered);
	printf("\nLooked in:  ");
	print_time(person.looked);
	printf("\nComments:   %" PRIu64 " shown, %" PRIu64 " held\n", person.comments, person.held);
	return print_certificates(shell, host, &person) ? CLI_DONE : CLI_FAILED;
}

static void print_action(const struct store_action *action)
{
	static const char *const acts[] = {
		[STORE_ACT_APPROVE] = "approved",
		[STORE_ACT_HIDE] = "hid",
		[STORE_ACT_UNHIDE] = "showed again",
		[STORE_ACT_REMOVE] = "removed",
		[STORE_ACT_SETTLE] = "left as it is",
		[STORE_ACT_BAN] = "banned",
		[STORE_ACT_UNBAN] = "lifted the ban on",
		[STORE_ACT_APPOINT] = "made a moderator of",
		[STORE_ACT_DISMISS] = "made a reader again of",
		[STORE_ACT_CLAIM] = "became an owner",
		[STORE_ACT_INVITE] = "invited",
	};

	print_time(action->made);
	printf("  ");
	if (action->actor == 0)
		printf("the shell");
	else
		print_name(action->actor_name);
	printf(" %s", acts[action->act]);
	if (action->comment != 0)
		printf(" comment %" PRId64 " by", action->comment);
	if (action->person != 0 && action->act != STORE_ACT_CLAIM) {
		putchar(' ');
		print_name(action->person_name);
		printf(" (person %" PRId64 ")", action->person);
	}
	if (action->reason.len > 0) {
		printf(": ");
		print_text(action->reason);
	}
	putchar('\n');
}

static enum store_result print_actions(const struct shell *shell, struct span capsule,
	struct arena *arena, int64_t *from, bool *more)
{
	struct store_actions page;
	enum store_result result =
		store_actions(shell->store, capsule, *from, SHELL_PAGE, arena, &page);

	for (size_t i = 0; result == STORE_OK && i < page.count; i++) {
		print_action(&page.items[i]);
		*from = page.items[i].id;
	}
	*more = page.more;
	return result;
}

int people_log(struct shell *shell, char **words, const struct shell_action *action)
{
	const struct conf_capsule *capsule = shell_only_capsule(shell, words);

	(void)action;
	if (capsule == NULL)
		return CLI_USAGE;
	return shell_list(shell, span_of(capsule->host), print_actions, "the log") ? CLI_DONE
										   : CLI_FAILED;
}
