/*
 * `kindling comments list`: the oldest first, a page of each state in memory at a time.
 */
#include "cli/listing.h"

#include <inttypes.h>

#include "cli/print.h"

#define BEGINNING 60 /* characters of a text */
#define STATES    (STORE_REMOVED + 1)

const char *listing_state(enum store_state state)
{
	static const char *const words[STATES] = {
		[STORE_SHOWN] = "shown",
		[STORE_HELD] = "held",
		[STORE_HIDDEN] = "hidden",
		[STORE_DELETED] = "deleted",
		[STORE_REMOVED] = "removed",
	};

	return words[state];
}

static void print_row(int64_t id, enum store_state state, int64_t when)
{
	printf("%" PRId64 "  %s  ", id, listing_state(state));
	print_date(when);
	printf("  ");
}

/* The comments of one state, in the order of their ids. */
struct source {
	struct arena arena;
	struct store_comments page;
	enum store_state state;
	size_t at;
	int64_t after;
	bool ended;
};

static bool fill(const struct shell *shell, struct span capsule, struct source *source)
{
	if (source->ended || source->at < source->page.count)
		return true;
	if (source->page.count > 0 && !source->page.more) {
		source->ended = true;
		return true;
	}
	arena_end(&source->arena);
	source->at = 0;

	enum store_result result = store_comments_in_state(shell->store, capsule, source->state,
		source->after, SHELL_PAGE, &source->arena, &source->page);

	if (!shell_is_well(result, "the list"))
		return false;
	source->ended = source->page.count == 0;
	if (!source->ended)
		source->after = source->page.items[source->page.count - 1].id;
	return true;
}

static struct source *find_oldest(struct source *sources, size_t count)
{
	struct source *oldest = NULL;

	for (size_t i = 0; i < count; i++) {
		struct source *source = &sources[i];

		if (!source->ended && (oldest == NULL || source->page.items[source->at].id <
								 oldest->page.items[oldest->at].id))
			oldest = source;
	}
	return oldest;
}

static bool list_all(
	const struct shell *shell, struct span capsule, struct source *sources, size_t count)
{
	struct source *source;
	bool empty = true;

	do {
		for (size_t i = 0; i < count; i++)
			if (!fill(shell, capsule, &sources[i]))
				return false;
		source = find_oldest(sources, count);
		if (source != NULL) {
			const struct store_comment *comment = &source->page.items[source->at++];

			print_row(comment->id, comment->state, comment->written);
			print_name(comment->author);
			printf("  ");
			print_beginning(comment->text, BEGINNING);
			putchar('\n');
			empty = false;
		}
	} while (source != NULL && !ferror(stdout));
	if (empty)
		shell_warn_of_empty(shell);
	return true;
}

static bool list_states(const struct shell *shell, struct span capsule, bool all)
{
	struct source sources[STATES] = {0};
	size_t count = 0;

	for (int state = 0; state < STATES; state++) {
		if (!all && !(state == STORE_HELD && shell->switches[LISTING_HELD].given) &&
			!(state == STORE_HIDDEN && shell->switches[LISTING_HIDDEN].given))
			continue;
		sources[count].state = (enum store_state)state;
		arena_init(&sources[count++].arena, SHELL_PAGE_MEMORY);
	}

	bool well = list_all(shell, capsule, sources, count);

	for (size_t i = 0; i < count; i++)
		arena_end(&sources[i].arena);
	return well;
}

static void print_report(const struct store_report *report)
{
	print_row(report->comment, report->state, report->made);
	print_name(report->author);
	printf("  reported by ");
	print_name(report->reporter);
	printf(": ");
	print_text(report->reason);
	printf("  ");
	print_beginning(report->text, BEGINNING);
	putchar('\n');
}

static enum store_result print_reports(const struct shell *shell, struct span capsule,
	struct arena *arena, int64_t *from, bool *more)
{
	struct store_reports page;
	enum store_result result =
		store_reports(shell->store, capsule, *from, SHELL_PAGE, arena, &page);

	for (size_t i = 0; result == STORE_OK && i < page.count; i++) {
		print_report(&page.items[i]);
		*from = page.items[i].id;
	}
	*more = page.more;
	return result;
}

int listing_run(struct shell *shell, char **words, const struct shell_action *action)
{
	const struct conf_capsule *capsule = shell_only_capsule(shell, words);
	const struct cli_switch *switches = shell->switches;
	bool by_state = switches[LISTING_HELD].given || switches[LISTING_HIDDEN].given;
	bool reported = switches[LISTING_REPORTED].given;

	(void)action;
	if (capsule == NULL)
		return CLI_USAGE;
	if (reported && by_state)
		return cli_refuse("--reported goes without --held and --hidden", shell->usage);

	struct span host = span_of(capsule->host);
	bool well = reported ? shell_list(shell, host, print_reports, "the list")
			     : list_states(shell, host, !by_state);

	return well ? CLI_DONE : CLI_FAILED;
}
