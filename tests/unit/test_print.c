/*
 * What the verbs print of readers' words, and how far they have come.
 */
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "capture.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "conf/conf.h"
#include "terminal.h"

static char printed[65536];
static int saved_stdout;
static FILE *caught;

static void catch_begin(void)
{
	(void)fflush(stdout);
	caught = tmpfile();
	assert_non_null(caught);
	saved_stdout = dup(STDOUT_FILENO);
	dup2(fileno(caught), STDOUT_FILENO);
}

static const char *catch_end(void)
{
	(void)fflush(stdout);
	dup2(saved_stdout, STDOUT_FILENO);
	close(saved_stdout);
	rewind(caught);
	printed[fread(printed, 1, sizeof printed - 1, caught)] = '\0';
	fclose(caught);
	return printed;
}

#define HIDDEN "\xef\xbf\xbd"

static void nothing_that_acts_is_printed(void **state)
{
	(void)state;
	const struct {
		struct span text;
		const char *shown;
	} texts[] = {
		{S("Rosa"), "Rosa"},
		{S(""), ""},
		{S("a\nb\tc"), "a b c"},
		{S("\x1b[2J"), HIDDEN "[2J"},
		{S("a\0b\x7f"), "a" HIDDEN "b" HIDDEN},
		{S("\xc2\x9b"
		   "2J"),
			HIDDEN "2J"},
		{S("\xe2\x80\xae\xe2\x81\xa6x"), HIDDEN HIDDEN "x"}, /* changes of direction */
		{S("\xff\xc3"), HIDDEN HIDDEN},
		{S("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"),
			"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7"},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		catch_begin();
		print_text(texts[i].text);
		assert_string_equal(catch_end(), texts[i].shown);
	}
}

/* What is complained of is as harmless. */
static void nothing_that_acts_is_complained_of(void **state)
{
	(void)state;
	capture_begin();
	assert_false(conf_complain("%s: there is none", "a\x1b[2J\xc2\x9b\xe2\x80\xaez\n\xff"));
	assert_string_equal(
		capture_end(), "a" HIDDEN "[2J" HIDDEN HIDDEN "z " HIDDEN ": there is none\n");
	/* The longest of which each byte takes three. */
	static char wrong[4096];
	memset(wrong, 0xff, sizeof wrong - 1);
	capture_begin();
	assert_false(conf_complain("%s", wrong));
	size_t len = strlen(capture_end());
	assert_in_range(len, 3 * FAULT_TEXT_SIZE, 3 * sizeof wrong);
	assert_int_equal(len % 3, 1);
}

static void a_beginning_ends_with_an_ellipsis(void **state)
{
	(void)state;
	catch_begin();
	print_beginning(S("caf\xc3\xa9 noir"), 4);
	assert_string_equal(catch_end(), "caf\xc3\xa9\xe2\x80\xa6");
	catch_begin();
	print_beginning(S("caf\xc3\xa9"), 4);
	assert_string_equal(catch_end(), "caf\xc3\xa9");
}

/* No line of it can pass for one of ours. */
static void each_line_of_a_text_is_indented(void **state)
{
	(void)state;
	catch_begin();
	print_indented(S("one\n\nComment 7, shown\rX"));
	assert_string_equal(catch_end(), "    one\n    \n    Comment 7, shown" HIDDEN "X\n");
	catch_begin();
	print_name(S(""));
	print_time(0);
	print_date(1800000000);
	assert_string_equal(catch_end(), "(somebody who left)never2027-01-15");
}

static void nothing_is_drawn_in_a_pipe(void **state)
{
	(void)state;
	struct progress progress;
	capture_begin();
	progress_begin(&progress, "Copying");
	progress_tell(&progress, 1, 2);
	progress_end(&progress);
	assert_string_equal(capture_end(), "");
}

/* What a terminal's other side reads; the end of a line is not among it. */
static void on_a_terminal_one_line_is_drawn_over(void **state)
{
	(void)state;
	char text[4096];
	struct progress progress;
	int terminal, side;
	terminal_open(&terminal, &side);
	int saved = dup(STDERR_FILENO);
	dup2(side, STDERR_FILENO);
	progress_begin(&progress, "Copying");
	progress_tell(&progress, 1, 3);
	progress_tell(&progress, 2, 3); /* too soon after the first */
	progress_end(&progress);
	dup2(saved, STDERR_FILENO);
	close(saved);
	/* It comes in pieces, the last of which ends with the third of these. */
	struct pollfd readable = {.fd = terminal, .events = POLLIN};
	size_t len = 0;
	for (int returns = 0; returns < 3 && poll(&readable, 1, 5000) > 0; len++) {
		assert_in_range(len, 0, sizeof text - 2);
		assert_int_equal(read(terminal, text + len, 1), 1);
		returns += text[len] == '\r';
	}
	assert_true(len > 0);
	text[len] = '\0';
	close(side);
	close(terminal);
	assert_int_equal(strncmp(text, "\rCopying: 33 %", 14), 0);
	assert_null(strstr(text, "66"));
	assert_null(strchr(text, '\x1b'));
	assert_null(strchr(text, '\n'));
	assert_int_equal(text[len - 1], '\r');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_acts_is_printed),
		cmocka_unit_test(nothing_that_acts_is_complained_of),
		cmocka_unit_test(a_beginning_ends_with_an_ellipsis),
		cmocka_unit_test(each_line_of_a_text_is_indented),
		cmocka_unit_test(nothing_is_drawn_in_a_pipe),
		cmocka_unit_test(on_a_terminal_one_line_is_drawn_over),
	};
	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
