/*
 * Printing what readers wrote: whatever it holds, it moves no terminal and begins no line.
 */
#ifndef KINDLING_CLI_PRINT_H
#define KINDLING_CLI_PRINT_H

#include "base/span.h"

/* All of it on the line that is being printed: line ends are blanks, and what acts without being
 * seen (controls, escape, changes of direction) is U+FFFD, as is what is no UTF-8. */
void print_text(struct span text);

/* The same, of the first `most` characters alone, and an ellipsis where there are more. */
void print_beginning(struct span text, size_t most);

/* A text of several lines, each behind four blanks. */
void print_indented(struct span text);

/* A person's name, or that they left. */
void print_name(struct span name);

/* UTC; "never" for 0. */
void print_time(int64_t seconds);
void print_date(int64_t seconds);

#endif
