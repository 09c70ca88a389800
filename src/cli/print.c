/*
 * Printing what readers wrote.
 */
#include "cli/print.h"

#include <stdio.h>

#include "base/clock.h"
#include "text/unicode.h"

void print_beginning(struct span text, size_t most)
{
	uint32_t code_point;
	struct span bytes;

	while (most > 0 && unicode_next_bytes(&text, &code_point, &bytes)) {
		bytes = unicode_to_print(code_point, bytes);
		(void)fwrite(bytes.ptr, 1, bytes.len, stdout);
		most--;
	}
	if (text.len > 0)
		printf("\xe2\x80\xa6");
}

void print_text(struct span text)
{
	print_beginning(text, SIZE_MAX);
}

void print_indented(struct span text)
{
	struct span line;

	while (span_next_line(&text, &line)) {
		printf("    ");
		print_text(line);
		putchar('\n');
	}
}

void print_name(struct span name)
{
	if (name.len > 0)
		print_text(name);
	else
		printf("(somebody who left)");
}

void print_time(int64_t seconds)
{
	char text[CLOCK_TIME_SIZE];

	clock_format_time(seconds, text);
	printf("%s", seconds != 0 ? text : "never");
}

void print_date(int64_t seconds)
{
	char text[CLOCK_DATE_SIZE];

	clock_format_date(seconds, text);
	printf("%s", seconds != 0 ? text : "never");
}
