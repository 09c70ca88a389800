/*
 * How far long work has come. Plain text and a carriage return: no colour, no escape sequence.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define DRAW_MS 200
#define WIDTH   40

void progress_begin(struct progress *progress, const char *what)
{
	*progress = (struct progress){.what = what, .on_terminal = isatty(STDERR_FILENO) == 1};
}

void progress_tell(void *context, int64_t done, int64_t whole)
{
	struct progress *progress = context;
	int64_t now = clock_monotonic_ms();
	char amount[32];

	if (!progress->on_terminal || (progress->drawn != 0 && now - progress->drawn < DRAW_MS))
		return;
	progress->drawn = now;
	if (whole > 0)
		(void)snprintf(
			amount, sizeof(amount), "%d %%", (int)((double)done / (double)whole * 100));
	else
		(void)snprintf(amount, sizeof(amount), "%" PRId64, done);
	(void)fprintf(stderr, "\r%s: %-12s", progress->what, amount);
}

void progress_end(struct progress *progress)
{
	if (progress->drawn != 0)
		(void)fprintf(stderr, "\r%*s\r", WIDTH, "");
}
